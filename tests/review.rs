//! The review of duplicates at the worker's border: what changes between plan and deed, and what a stop leaves.
#![cfg(test)]

#[allow(dead_code, reason = "a part of it is used here")]
#[path = "worker/desk.rs"]
mod desk;

use desk::{CLOUD, Desk};
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

    /// Has the server asked for the file list again, as live changes will bring them.
    async fn relist(&mut self) {
        self.open_cloud("/").await;
        self.send(Command::Refresh { view: CLOUD });
        self.ready().await;
    }
}

const NEWEST: RestChoice = RestChoice::Rule(DedupeRule::Newest);

/// Three copies of one content that share its key, in folders of their own, and two others.
fn desk() -> Desk {
    Desk::with(
        |ann, _| {
            ann.file("a/one.txt", b"the one content", 1_700_000_000);
            ann.copy("a/one.txt", "b/two.txt").unwrap();
            ann.copy("a/one.txt", "c/three.txt").unwrap();
            ann.file("d/x.txt", b"another", 1_700_000_000);
            ann.copy("d/x.txt", "e/y.txt").unwrap();
        },
        |_| {},
    )
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
    desk.send(Command::Undo(UndoRequest { direction, account: None, group: report.undo, partly }));
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
