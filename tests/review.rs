//! The review of duplicates at the worker's border: what changes between plan and deed, and what a stop leaves.
#![cfg(test)]

#[allow(dead_code, reason = "a part of it is used here")]
#[path = "worker/desk.rs"]
mod desk;

use desk::{CLOUD, Desk, EMAIL, login};
use megapane::emulator::{Emulator, NewAccount};
use megapane::message::*;

impl Desk {
    fn dedupe(&self, command: DedupeCommand) {
        self.send(Command::Dedupe(command));
    }

    async fn told<T>(&mut self, wanted: impl Fn(&DedupeEvent) -> Option<T>) -> T {
        self.until(|event| if let Event::Dedupe(event) = event { wanted(event) } else { None }).await
    }

    /// Looks through the whole account.
    async fn survey(&mut self, kind: DuplicateKind) -> DedupeHead {
        let place = self.cloud("");
        self.dedupe(DedupeCommand::Survey { place, kind, order: GroupOrder::Path });
        self.ready().await
    }

    async fn ready(&mut self) -> DedupeHead {
        self.told(|event| match event {
            DedupeEvent::Head(head) if head.state == SurveyState::Ready => Some(head.clone()),
            _ => None,
        })
        .await
    }

    async fn plan(&mut self) -> DedupePlan {
        self.told(|event| if let DedupeEvent::Plan(plan) = event { Some(plan.clone()) } else { None }).await
    }

    async fn report(&mut self) -> DedupeReport {
        self.told(|event| if let DedupeEvent::Report(report) = event { Some(report.clone()) } else { None })
            .await
    }

    /// Ends the program and starts it again.
    async fn begin_anew(&mut self) {
        self.send(Command::Quit);
        self.until(|event| (*event == Event::Ended).then_some(())).await;
        self.restart(|_| {});
    }

    /// Members of a group.
    async fn members(&mut self, group: u64) -> Vec<MemberRow> {
        self.dedupe(DedupeCommand::Members { group, start: 0, count: 10 });
        self.told(|event| match event {
            DedupeEvent::Members { group: of, rows, .. } if *of == group => Some(rows.clone()),
            _ => None,
        })
        .await
    }

    /// Has the server asked for the file list again, as live changes will bring them.
    async fn relist(&mut self) {
        self.open_cloud("/").await;
        self.send(Command::Refresh { view: CLOUD });
        self.ready().await;
    }
}

/// Two groups of one content each, three and two files, in an account whose login is kept.
async fn stored_desk() -> Desk {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    log_in(Desk::on(emulator, ann, |ann, _| furnish(ann), |_| {})).await
}

async fn log_in(mut desk: Desk) -> Desk {
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    desk
}

/// Waits until it is so; with a paused clock that takes no time.
async fn comes_to(is_so: impl Fn() -> bool) {
    for _ in 0..60 {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if is_so() {
            return;
        }
    }
    panic!("it never came to that");
}

fn furnish(ann: &megapane::emulator::Owner) {
    ann.file("a/one.txt", b"the one content", 1_700_000_000);
    ann.copy("a/one.txt", "b/two.txt").unwrap();
    ann.copy("a/one.txt", "c/three.txt").unwrap();
    ann.file("d/x.txt", b"another", 1_700_000_000);
    ann.copy("d/x.txt", "e/y.txt").unwrap();
}

const NEWEST: RestChoice = RestChoice::Rule(DedupeRule::Newest);

/// Three copies of one content that share its key, in folders of their own, and two others.
fn desk() -> Desk {
    Desk::with(|ann, _| furnish(ann), |_| {})
}

#[tokio::test(start_paused = true)]
async fn where_more_would_have_to_be_done_than_was_shown_nothing_is_done() {
    let mut desk = Desk::with(
        |ann, _| {
            let [root, ..] = ann.roots();
            for name in ["x.txt", "y.txt"] {
                let folder = ann.folder_in(root, "Trip");
                ann.file_in(folder, name, b"of a trip", None);
            }
        },
        |_| {},
    );
    assert_eq!(desk.survey(DuplicateKind::Names).await.group_count, 1);
    desk.dedupe(DedupeCommand::DecideRest(RestChoice::Merge));
    desk.dedupe(DedupeCommand::Plan);
    let plan = desk.plan().await;
    assert_eq!((plan.merge_count, plan.line_count), (1, 2));
    let [root, ..] = desk.ann.roots();
    for trip in desk.ann.items(root) {
        desk.ann.file_in(trip.handle, &format!("new in {}.txt", trip.handle), b"new", None);
    }
    let before = desk.ann.paths();
    desk.relist().await;
    desk.dedupe(DedupeCommand::CarryOut);
    let plan = desk.plan().await;
    assert!(plan.is_changed && plan.line_count == 3, "{plan:?}");
    assert_eq!(desk.ann.paths(), before);
    desk.dedupe(DedupeCommand::CarryOut);
    let report = desk.report().await;
    assert_eq!((report.move_count, report.merge_count, report.failed_count), (2, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_members_vanish_after_the_plan_is_left_alone() {
    let mut desk = desk();
    assert_eq!(desk.survey(DuplicateKind::Contents).await.group_count, 2);
    desk.dedupe(DedupeCommand::DecideRest(NEWEST));
    desk.dedupe(DedupeCommand::Plan);
    assert_eq!(desk.plan().await.file_count, 3);
    // The one that was to stay of the first group goes meanwhile, by another hand.
    desk.ann.trash("a/one.txt").unwrap();
    desk.relist().await;
    desk.dedupe(DedupeCommand::CarryOut);
    let report = desk.report().await;
    assert_eq!((report.file_count, report.failed_count), (1, 0));
    assert!(desk.ann.node("b/two.txt").is_some() && desk.ann.node("c/three.txt").is_some());
    let dropped = desk
        .seen
        .iter()
        .any(|event| matches!(event, Event::Dedupe(DedupeEvent::Head(head)) if head.dropped_count == 1));
    assert!(dropped, "its decision is gone, and that was said");
}

#[tokio::test(start_paused = true)]
async fn what_a_stop_leaves_is_counted_and_what_was_done_is_taken_back_by_its_number() {
    let mut desk = Desk::with(
        |ann, _| {
            for number in 0..200 {
                ann.file(
                    &format!("a/{number}.txt"),
                    format!("content {number:03}").as_bytes(),
                    1_700_000_000,
                );
                ann.copy(&format!("a/{number}.txt"), &format!("b/{number}.txt")).unwrap();
            }
        },
        |_| {},
    );
    let before = desk.ann.paths();
    assert_eq!(desk.survey(DuplicateKind::Contents).await.group_count, 200);
    desk.dedupe(DedupeCommand::DecideRest(NEWEST));
    desk.dedupe(DedupeCommand::Plan);
    assert_eq!(desk.plan().await.file_count, 200);
    desk.dedupe(DedupeCommand::CarryOut);
    desk.dedupe(DedupeCommand::Stop);
    let report = desk.report().await;
    assert_eq!(report.file_count + report.left_count, 200, "{report:?}");
    assert!(report.left_count > 0 && report.file_count > 0, "{report:?}");
    desk.dedupe(DedupeCommand::Lines { start: 0, count: 10 });
    let lines = desk
        .told(|event| if let DedupeEvent::Lines { lines, .. } = event { Some(lines.len()) } else { None });
    assert_eq!(lines.await, 10);
    let (direction, partly) = (UndoDirection::Undo, Partly::AskAgain);
    desk.send(Command::Undo(UndoRequest { direction, group: report.undo, partly }));
    assert!(desk.done().await.starts_with("undone: deduplicated work:"));
    assert_eq!(desk.ann.paths(), before);
}

#[tokio::test(start_paused = true)]
async fn what_is_undone_is_a_group_again_and_the_bin_is_not_looked_through() {
    let mut desk = desk();
    let before = desk.ann.paths();
    desk.survey(DuplicateKind::Contents).await;
    desk.dedupe(DedupeCommand::DecideRest(NEWEST));
    desk.dedupe(DedupeCommand::Plan);
    desk.plan().await;
    desk.dedupe(DedupeCommand::CarryOut);
    assert_eq!(desk.report().await.file_count, 3);
    assert_eq!(desk.ready().await.group_count, 0);
    desk.back();
    desk.done().await;
    let again = desk.told(|event| match event {
        DedupeEvent::Head(head) if head.group_count == 2 => Some(head.decided_count),
        _ => None,
    });
    assert_eq!(again.await, 0, "it has to be decided again");
    assert_eq!(desk.ann.paths(), before);
    let place = megapane::entry::Location::Cloud {
        account: "work".into(),
        folder: megapane::entry::CloudFolder::Rubbish,
    };
    desk.dedupe(DedupeCommand::Survey { place, kind: DuplicateKind::Names, order: GroupOrder::Size });
    let failed = |event: &DedupeEvent| match event {
        DedupeEvent::Head(DedupeHead { state: SurveyState::Failed(problem), .. }) => {
            Some(problem.message.clone())
        }
        _ => None,
    };
    assert!(desk.told(failed).await.contains("rubbish bin"));
}

#[tokio::test(start_paused = true)]
async fn decisions_outlive_the_program_but_for_groups_that_are_others_by_then() {
    let mut desk = stored_desk().await;
    let head = desk.survey(DuplicateKind::Contents).await;
    let (generation, choice) = (head.generation, GroupChoice::Toggle(1));
    desk.dedupe(DedupeCommand::Decide { generation, group: 0, choice });
    desk.dedupe(DedupeCommand::Decide { generation, group: 1, choice: GroupChoice::Leave });
    let fates = |members: Vec<MemberRow>| members.into_iter().map(|row| row.fate).collect::<Vec<_>>();
    let decided = fates(desk.members(0).await);
    assert_eq!(decided, [MemberFate::Keep, MemberFate::Bin, MemberFate::Keep]);
    desk.begin_anew().await;
    let head = desk.survey(DuplicateKind::Contents).await;
    assert_eq!((head.decided_count, head.dropped_count), (2, 0));
    assert_eq!(fates(desk.members(0).await), decided);
    // While the program is away somebody else puts a member into the bin.
    desk.send(Command::Quit);
    desk.until(|event| (*event == Event::Ended).then_some(())).await;
    desk.ann.trash("c/three.txt").unwrap();
    desk.restart(|_| {});
    let head = desk.survey(DuplicateKind::Contents).await;
    assert_eq!((head.group_count, head.decided_count, head.dropped_count), (2, 1, 1));
    desk.begin_anew().await;
    let head = desk.survey(DuplicateKind::Contents).await;
    assert_eq!((head.decided_count, head.dropped_count), (1, 0), "it is said once");
}

#[tokio::test(start_paused = true)]
async fn what_was_read_needs_no_second_reading_in_the_next_run() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    ann.file("f/under another key.txt", b"another", 1_700_000_000);
    let mut desk = log_in(Desk::on(emulator, ann, |ann, _| furnish(ann), |_| {})).await;
    let head = desk.survey(DuplicateKind::Contents).await;
    desk.dedupe(DedupeCommand::Prove { generation: head.generation, group: 1 });
    let proven = |event: &DedupeEvent| match event {
        DedupeEvent::Head(head) if head.proving.is_none() && head.proven_bytes > 0 => Some(head.proven_bytes),
        _ => None,
    };
    let mut bytes = desk.told(proven).await;
    while bytes < 2 * 15 + 2 * 7 {
        bytes = desk.told(proven).await;
    }
    desk.begin_anew().await;
    desk.emulator.clear_seen();
    assert_eq!(desk.survey(DuplicateKind::Contents).await.proven_bytes, bytes);
    assert!(!desk.emulator.seen().iter().any(|request| request.path.starts_with("/dl")));
}

#[tokio::test(start_paused = true)]
async fn decisions_are_written_though_the_program_never_ends_and_go_with_the_login() {
    let mut desk = stored_desk().await;
    desk.survey(DuplicateKind::Contents).await;
    let file = desk.scratch.path().join("state/reviews/work.sealed");
    desk.dedupe(DedupeCommand::DecideRest(NEWEST));
    comes_to(|| file.exists()).await;
    let sealed = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
    assert!(!sealed.contains("Keep") && !sealed.contains("Contents"), "{sealed}");
    desk.send(Command::Logout { account: "work".into() });
    desk.done().await;
    comes_to(|| !file.exists()).await;
}

/// While a plan is under way, between two of its parts, another client throws away what was to stay of a group that is yet
/// to come: of that group nothing goes.
#[tokio::test(start_paused = true)]
async fn a_group_that_others_change_under_way_is_looked_at_again_before_anything_of_it_goes() {
    let mut desk = Desk::with(
        |ann, _| {
            for number in 0..200 {
                let path = format!("a/{number:03}.txt");
                ann.file(&path, format!("content {number:03}").as_bytes(), 1_700_000_000);
                ann.copy(&path, &format!("b/{number:03}.txt")).unwrap();
            }
        },
        |_| {},
    );
    desk.open_cloud("").await;
    assert_eq!(desk.survey(DuplicateKind::Contents).await.group_count, 200);
    desk.dedupe(DedupeCommand::DecideRest(NEWEST));
    let late = 190;
    let stays = desk.members(late).await.into_iter().find(|row| row.fate == MemberFate::Keep).unwrap();
    desk.dedupe(DedupeCommand::Plan);
    assert_eq!(desk.plan().await.file_count, 200);
    desk.emulator.fault("slow:20s@m#1").unwrap();
    desk.dedupe(DedupeCommand::CarryOut);
    desk.told(|event| matches!(event, DedupeEvent::Progress { .. }).then_some(())).await;
    desk.ann.trash(&stays.path).unwrap();
    let report = desk.report().await;
    assert_eq!((report.file_count, report.failed_count, report.left_count), (199, 1, 0), "{report:?}");
    desk.dedupe(DedupeCommand::Lines { start: 0, count: 1 });
    let line = desk
        .told(
            |event| if let DedupeEvent::Lines { lines, .. } = event { lines.first().cloned() } else { None },
        )
        .await;
    let problem = line.problem.unwrap();
    assert!(problem.message.contains("have changed meanwhile"), "{problem:?}");
    assert!(desk.ann.node(&line.path).is_some(), "the last one of its content is where it was");
    let files = desk.ann.paths().into_iter().filter(|path| !path.ends_with('/'));
    let mut once: Vec<String> = files.map(|path| path[2..].to_owned()).collect();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), 200, "each content is still there");
}
