//! Copies between two accounts as the screen makes them: conflicts with both sides shown, moves with two journals, a stop in
//! the middle, and what the next start goes on with.

use megapane::config::Account;
use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD};
use megapane::entry::{CloudFolder, Location};
use megapane::message::*;
use megapane::secret::Secret;
use megapane::store::loans::{LentFile, LoanNotes};
use megapane::worker::{Copies, Parts, Preset};

use crate::desk::*;

const TIME: i64 = 1_700_000_000;
const BEN: &str = "ben@example.org";
/// The pane of the other account.
const OTHER: ViewId = ViewId(3);

/// Has the worker know Ben's account as `home`, too; both log in by themselves, if they are to.
fn both(emulator: &Emulator, logs_in: bool) -> impl Fn(&mut Parts) + Copy + use<> {
    let url: &'static str = Box::leak(emulator.url().to_string().into_boxed_str());
    move |parts| {
        parts.copies = Copies::Kept;
        parts.config.accounts.push(Account {
            name: "home".into(),
            email: BEN.into(),
            api_url: Some(url.to_owned()),
            passphrase: false,
            password: None,
        });
        for account in ["work", "home"].into_iter().filter(|_| logs_in) {
            parts.presets.push(Preset { account: account.into(), password: Secret::from(PASSWORD) });
        }
    }
}

async fn desk(prepare: impl FnOnce(&Owner, &Owner)) -> (Desk, Owner) {
    let emulator = Emulator::new();
    let (ann, ben) =
        (emulator.add_account(NewAccount::new(EMAIL)), emulator.add_account(NewAccount::new(BEN)));
    prepare(&ann, &ben);
    let change = both(&emulator, true);
    let mut desk = Desk::on(emulator, ann, |_, _| {}, change);
    desk.open_cloud("").await;
    desk.send(Command::OpenPath { view: OTHER, path: "home:".into() });
    desk.head(OTHER, |_| true).await;
    (desk, ben)
}

fn home() -> Location {
    Location::Cloud { account: "home".into(), folder: CloudFolder::Root }
}

fn whole(desk: &Desk, policy: ConflictPolicy) -> CopyRequest {
    request(Selection::Contents(desk.cloud("")), home(), policy)
}

#[tokio::test(start_paused = true)]
async fn both_sides_of_a_conflict_are_shown_with_what_their_accounts_know() {
    let (mut desk, ben) = desk(|ann, ben| {
        ann.file("d/a.txt", b"from ann", TIME + 9);
        ann.file("d/b.txt", b"b", TIME);
        ben.file("d/a.txt", b"old", TIME);
    })
    .await;
    let wanted = whole(&desk, ConflictPolicy::Ask);
    let ran = desk.run(wanted, |_| (Resolution::Overwrite, Scope::One)).await;
    assert_eq!((ran.report.problem.clone(), ran.report.copied_count), (None, 2));
    let [conflict] = &ran.conflicts[..] else { panic!("{:?}", ran.conflicts) };
    let places = (conflict.source.place.as_str(), conflict.existing.place.as_str());
    assert_eq!((conflict.path.as_str(), places), ("d/a.txt", ("work:", "home:")));
    assert_eq!((conflict.source.size, conflict.existing.size), (8, 3));
    assert_eq!(conflict.source.node, desk.ann.node("d/a.txt"));
    assert!(conflict.source.uploaded.is_some() && conflict.existing.uploaded.is_some());
    assert_eq!(ben.content("d/a.txt").unwrap(), b"from ann");
    assert_eq!(ben.items(ben.node("d/a.txt").unwrap()).len(), 1, "the old one is its version");
    assert_eq!(*ran.note("d/b.txt"), Note::CopiedInside);
}

#[tokio::test(start_paused = true)]
async fn what_is_the_same_is_known_by_its_key_and_left_alone() {
    let (mut desk, _ben) = desk(|ann, _| {
        ann.file("d/a.txt", b"a", TIME);
    })
    .await;
    for (copied, same) in [(1, 0), (0, 1)] {
        let wanted = whole(&desk, ConflictPolicy::Ask);
        let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
        assert_eq!((ran.report.copied_count, ran.report.same_count), (copied, same));
    }
}

#[tokio::test(start_paused = true)]
async fn a_move_is_taken_back_in_both_accounts() {
    let (mut desk, ben) = desk(|ann, _| {
        ann.file("d/a.txt", b"a", TIME);
    })
    .await;
    let mut wanted = whole(&desk, ConflictPolicy::Ask);
    wanted.options.task = Task::Move { empty_folders: true };
    let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
    assert_eq!(ran.report.problem, None);
    assert_eq!((desk.ann.paths(), ben.paths()), (Vec::new(), vec!["d/".to_owned(), "d/a.txt".to_owned()]));
    desk.back();
    desk.done().await;
    assert_eq!((desk.ann.paths(), ben.paths()), (vec!["d/".to_owned(), "d/a.txt".to_owned()], Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_whole_files_and_no_link() {
    let (mut desk, ben) = desk(|ann, _| {
        for number in 0..2000 {
            ann.file(&format!("d/{number}.txt"), format!("{number}").as_bytes(), TIME);
        }
    })
    .await;
    let wanted = whole(&desk, ConflictPolicy::Ask);
    desk.send(Command::PlanCopy { copy: COPY, request: wanted });
    desk.send(Command::StartCopy { copy: COPY });
    desk.until(|event| matches!(event, Event::CopyNote { note: Note::CopiedInside, .. }).then_some(())).await;
    desk.send(Command::CancelCopy { copy: COPY });
    let report = desk
        .until(|event| if let Event::CopyEnded(report) = event { Some(report.clone()) } else { None })
        .await;
    assert!(report.cancelled);
    let files = ben.paths().into_iter().filter(|path| !path.ends_with('/'));
    let there = files.map(|path| assert_eq!(ben.content(&path), desk.ann.content(&path), "{path}")).count();
    assert_eq!(there as u64, report.copied_count);
    let fresh = desk.session().await.fetch_tree(|_, _| ()).await.unwrap();
    assert_eq!(fresh.links(), []);
    let wanted = whole(&desk, ConflictPolicy::Ask);
    let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
    assert_eq!(ran.report.same_count, there as u64);
    assert_eq!(ben.paths().len(), 2001);
}

#[tokio::test(start_paused = true)]
async fn what_has_to_stream_shows_in_the_list_and_a_stopped_one_leaves_nothing() {
    let bytes = vec![7; 8 << 20];
    let (mut desk, ben) = desk(|ann, _| {
        ann.file("d/big.bin", &bytes, TIME);
    })
    .await;
    desk.emulator.fault("-11@l").unwrap();
    desk.emulator.fault("rate:1MiB@ul").unwrap();
    let wanted = whole(&desk, ConflictPolicy::Ask);
    desk.begin_to_move(wanted).await;
    desk.send(Command::CancelCopy { copy: COPY });
    desk.until(|event| matches!(event, Event::CopyEnded(_)).then_some(())).await;
    assert_eq!(ben.paths(), ["d/"]);
    desk.emulator.clear_faults();
    desk.emulator.fault("-11@l").unwrap();
    let wanted = whole(&desk, ConflictPolicy::Ask);
    let ran = desk.run(wanted, |_| panic!("nobody is asked")).await;
    assert_eq!((ran.report.problem.clone(), ran.report.copied_bytes), (None, 8 << 20));
    assert_eq!(ben.content("d/big.bin").unwrap(), bytes);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_left_ends_its_copies() {
    let (mut desk, ben) = desk(|ann, _| {
        ann.file("d/big.bin", &vec![7; 8 << 20], TIME);
    })
    .await;
    desk.emulator.fault("-11@l").unwrap();
    desk.emulator.fault("rate:1MiB@ul").unwrap();
    let wanted = whole(&desk, ConflictPolicy::Ask);
    desk.begin_to_move(wanted).await;
    desk.send(Command::Logout { account: "work".into() });
    let report = desk
        .until(|event| if let Event::CopyEnded(report) = event { Some(report.clone()) } else { None })
        .await;
    assert!(report.cancelled);
    assert_eq!(ben.paths(), ["d/"]);
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_the_end_of_the_program_cut_off_goes_on_once_both_accounts_are_open() {
    let emulator = Emulator::new();
    let (ann, ben) =
        (emulator.add_account(NewAccount::new(EMAIL)), emulator.add_account(NewAccount::new(BEN)));
    ann.file("d/a.txt", b"a", TIME);
    ann.file("d/big.bin", &vec![7; 8 << 20], TIME);
    let change = both(&emulator, false);
    let mut desk = Desk::on(emulator, ann, |_, _| {}, change);
    for (account, email) in [("work", EMAIL), ("home", BEN)] {
        desk.send(Command::Login(Login { account: account.into(), email: email.into(), ..login() }));
        desk.state(|state| *state == AccountState::Ready).await;
    }
    desk.emulator.fault("-11@l").unwrap();
    desk.emulator.fault("rate:1MiB@ul").unwrap();
    let wanted = whole(&desk, ConflictPolicy::Overwrite);
    desk.begin_to_move(wanted).await;
    desk.send(Command::Quit);
    desk.until(|event| (*event == Event::Ended).then_some(())).await;
    desk.emulator.clear_faults();
    desk.restart(change);
    let copies = desk
        .until(|event| match event {
            Event::Unfinished { copies, .. } => Some(copies.clone()),
            _ => None,
        })
        .await;
    let [left] = &copies[..] else { panic!("{copies:?}") };
    assert_eq!((left.account.as_str(), left.target.as_str()), ("home", "home:/"));
    desk.send(Command::ContinueCopy { unfinished: left.id, copy: COPY, paused: false });
    let report = desk
        .until(|event| if let Event::CopyEnded(report) = event { Some(report.clone()) } else { None })
        .await;
    assert_eq!(report.problem, None);
    assert_eq!(ben.paths(), ["d/", "d/a.txt", "d/big.bin"]);
}

#[tokio::test(start_paused = true)]
async fn the_link_that_a_killed_copy_left_is_removed_once_the_account_is_open() {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    let file = ann.file("d/a.txt", b"a", TIME);
    ann.file("d/b.txt", b"b", TIME);
    for path in ["d/a.txt", "d/b.txt"] {
        ann.publish(path).unwrap();
    }
    let change = both(&emulator, false);
    let mut desk = Desk::on(emulator, ann, |_, _| {}, change);
    let notes = LoanNotes::in_folder(&desk.scratch.path().join("state/loans/work"));
    drop(notes.write(LentFile { file, owner: None, path: "d/a.txt".into() }).unwrap());
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    desk.send(Command::Sharing(SharingCommand::WatchLinks { account: "work".into() }));
    let left = desk
        .until(|event| match event {
            Event::Sharing(SharingEvent::Links { links, .. }) if links.len() < 2 => Some(links.clone()),
            _ => None,
        })
        .await;
    let paths: Vec<&str> = left.iter().map(|row| row.path.as_str()).collect();
    assert_eq!(paths, ["d/b.txt"], "the user's own link stays");
}

/// A desk that is logged in, and a file of its account whose link a copy made that was killed since.
async fn with_a_left_loan() -> (Desk, LoanNotes, Shareable) {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    let node = ann.file("d/a.txt", b"a", TIME);
    let change = both(&emulator, false);
    let mut desk = Desk::on(emulator, ann, |_, _| {}, change);
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    desk.send(Command::Sharing(SharingCommand::WatchLinks { account: "work".into() }));
    desk.ann.command(&serde_json::json!({ "a": "l", "n": node })).unwrap();
    desk.until(|event| match event {
        Event::Sharing(SharingEvent::Links { links, .. }) if links.len() == 1 => Some(()),
        _ => None,
    })
    .await;
    let notes = LoanNotes::in_folder(&desk.scratch.path().join("state/loans/work"));
    drop(notes.write(LentFile { file: node, owner: None, path: "d/a.txt".into() }).unwrap());
    (desk, notes, Shareable { account: "work".into(), node })
}

/// How many links the account has on the server.
async fn link_count(desk: &Desk) -> usize {
    desk.session().await.fetch_tree(|_, _| ()).await.unwrap().links().len()
}

#[tokio::test(start_paused = true)]
async fn a_link_that_the_user_takes_into_use_is_no_loan_any_more() {
    let uses: [fn(Shareable) -> SharingCommand; 3] = [
        SharingCommand::HandOut,
        |subject| SharingCommand::Link { subject, expires: None },
        |subject| SharingCommand::Protect { subject, password: Secret::from("geheim") },
    ];
    for make in uses {
        let (mut desk, notes, subject) = with_a_left_loan().await;
        desk.send(Command::Sharing(make(subject.clone())));
        desk.send(Command::Quit);
        desk.until(|event| (*event == Event::Ended).then_some(())).await;
        assert_eq!(notes.files().unwrap(), [], "{:?}", make(subject));
        assert_eq!(link_count(&desk).await, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_left_ends_its_loans_before_its_session() {
    let (mut desk, notes, _) = with_a_left_loan().await;
    desk.send(Command::Logout { account: "work".into() });
    assert_eq!(desk.done().await, "logged out of work");
    assert_eq!((link_count(&desk).await, notes.files().unwrap()), (0, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_stays_when_an_account_is_left_is_named_and_goes_at_the_next_login() {
    let (mut desk, notes, _) = with_a_left_loan().await;
    desk.emulator.fault("-1@l").unwrap();
    desk.send(Command::Logout { account: "work".into() });
    let problem = desk.problem().await;
    assert!(problem.message.contains("\"work:d/a.txt\""), "{}", problem.message);
    assert!(problem.hint.contains("next login"), "{}", problem.hint);
    assert_eq!((link_count(&desk).await, notes.files().unwrap().len()), (1, 1));
    desk.emulator.clear_faults();
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    desk.send(Command::Quit);
    desk.until(|event| (*event == Event::Ended).then_some(())).await;
}

#[tokio::test(start_paused = true)]
async fn leaving_an_account_waits_for_what_it_lends_now() {
    let emulator = Emulator::new();
    let (ann, ben) =
        (emulator.add_account(NewAccount::new(EMAIL)), emulator.add_account(NewAccount::new(BEN)));
    ann.file("d/a.txt", b"a", TIME);
    let change = both(&emulator, false);
    let mut desk = Desk::on(emulator, ann, |_, _| {}, change);
    for (account, email) in [("work", EMAIL), ("home", BEN)] {
        desk.send(Command::Login(Login { account: account.into(), email: email.into(), ..login() }));
        desk.state(|state| *state == AccountState::Ready).await;
    }
    ben.folder("d");
    desk.emulator.fault("slow:5s@p").unwrap();
    desk.emulator.clear_seen();
    let wanted = whole(&desk, ConflictPolicy::Ask);
    desk.send(Command::PlanCopy { copy: COPY, request: wanted });
    desk.send(Command::StartCopy { copy: COPY });
    let emulator = desk.emulator.clone();
    let is_lent = || emulator.seen().iter().any(|seen| seen.commands.iter().any(|name| name == "l"));
    while !is_lent() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    desk.send(Command::Logout { account: "work".into() });
    assert_eq!(desk.done().await, "logged out of work");
    let notes = LoanNotes::in_folder(&desk.scratch.path().join("state/loans/work"));
    assert_eq!((link_count(&desk).await, notes.files().unwrap()), (0, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_password_that_cannot_be_put_on_a_link_is_told_for_that_link() {
    let (mut desk, _, subject) = with_a_left_loan().await;
    desk.ann.command(&serde_json::json!({ "a": "l", "n": subject.node, "d": 1 })).unwrap();
    desk.until(|event| match event {
        Event::Sharing(SharingEvent::Links { links, .. }) if links.is_empty() => Some(()),
        _ => None,
    })
    .await;
    let password = Secret::from("geheim");
    desk.send(Command::Sharing(SharingCommand::Protect { subject: subject.clone(), password }));
    let (of, problem) = desk
        .until(|event| match event {
            Event::Sharing(SharingEvent::NotProtected { subject, problem }) => {
                Some((subject.clone(), problem.clone()))
            }
            _ => None,
        })
        .await;
    assert_eq!(of, subject);
    assert!(problem.message.contains("it has no public link"), "{}", problem.message);
}
