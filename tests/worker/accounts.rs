//! The way into an account, and out of it.

use megapane::emulator::{Emulator, NewAccount};
use megapane::message::*;
use megapane::secret::Secret;
use megapane::store::credentials::{Opener, load, save};

use crate::desk::*;

/// A desk whose account is known by name only, opened in a pane.
fn stranger(account: NewAccount) -> Desk {
    let emulator = Emulator::new();
    let ann = emulator.add_account(account);
    ann.file("Photos/a.jpg", b"a", 1_700_000_000);
    Desk::on(emulator, ann, |_, _| {}, |_| {})
}

#[tokio::test(start_paused = true)]
async fn opening_an_account_without_a_stored_login_asks_for_the_password_and_goes_on_with_it() {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.send(Command::OpenPath { view: CLOUD, path: "work:Photos".into() });
    let state = desk.state(|state| matches!(state, AccountState::NeedsPassword { .. })).await;
    assert_eq!(state, AccountState::NeedsPassword { email: Some(EMAIL.into()), problem: None });
    desk.send(Command::Login(login()));
    let head = desk.head(CLOUD, |_| true).await;
    assert_eq!((head.title.as_str(), head.row_count), ("work:/Photos", 1));
    let states: Vec<&AccountState> = desk
        .seen
        .iter()
        .filter_map(|event| if let Event::Account { state, .. } = event { Some(state) } else { None })
        .collect();
    assert!(
        matches!(states[..3], [_, AccountState::NeedsPassword { .. }, AccountState::Connecting]),
        "{states:?}"
    );
    assert!(matches!(states[3], AccountState::Loading { .. }));
    assert_eq!(states.last(), Some(&&AccountState::Ready));
    let full = |event: &Event| matches!(event, Event::Quota { used: 1, .. });
    if !desk.seen.iter().any(full) {
        desk.until(|event| full(event).then_some(())).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_said_so_and_the_next_try_is_free() {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.send(Command::Login(Login { password: Secret::from("guess"), ..login() }));
    let state =
        desk.state(|state| matches!(state, AccountState::NeedsPassword { problem: Some(_), .. })).await;
    let AccountState::NeedsPassword { problem: Some(problem), .. } = state else { panic!() };
    assert_eq!(problem.kind, ProblemKind::Login);
    assert!(problem.message.contains(EMAIL), "{}", problem.message);
    assert_eq!(desk.ann.session_count(), 0);
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn the_code_is_asked_for_and_a_wrong_one_again() {
    let mut desk = stranger(NewAccount::new(EMAIL).second_factor(&["123456"]));
    desk.send(Command::Login(login()));
    let state = desk.state(|state| matches!(state, AccountState::NeedsCode { .. })).await;
    assert_eq!(state, AccountState::NeedsCode { problem: None });
    desk.send(Command::Login(Login { code: Some(Secret::from("000000")), ..login() }));
    desk.state(|state| matches!(state, AccountState::NeedsCode { problem: Some(_) })).await;
    desk.send(Command::Login(Login { code: Some(Secret::from("123 456")), ..login() }));
    desk.state(|state| *state == AccountState::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_stored_session_opens_without_a_password_and_without_a_login() {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    quit(&mut desk).await;
    desk.restart(|_| {});
    desk.emulator.clear_seen();
    assert_eq!(desk.open_cloud("").await.row_count, 1);
    let commands: Vec<String> = desk.emulator.seen().into_iter().flat_map(|seen| seen.commands).collect();
    assert!(!commands.contains(&"us0".to_owned()), "no new login: {commands:?}");
}

#[tokio::test(start_paused = true)]
async fn a_revoked_session_asks_for_the_password_and_never_loops() {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    quit(&mut desk).await;
    desk.ann.end_sessions();
    desk.restart(|_| {});
    desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
    desk.state(|state| matches!(state, AccountState::NeedsPassword { problem: Some(_), .. })).await;
    desk.emulator.clear_seen();
    tokio::time::sleep(std::time::Duration::from_mins(10)).await;
    assert!(desk.emulator.seen().is_empty(), "nothing is tried by itself");
    desk.send(Command::Login(login()));
    desk.head(CLOUD, |_| true).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_while_it_is_used_asks_for_the_password() {
    let mut desk = Desk::new();
    desk.open_cloud("").await;
    desk.ann.end_sessions();
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "new".into() });
    desk.state(|state| matches!(state, AccountState::NeedsPassword { problem: Some(_), .. })).await;
    assert_eq!(desk.problem().await.kind, ProblemKind::Login);
}

#[tokio::test(start_paused = true)]
async fn what_an_old_session_still_does_never_ends_the_new_one() {
    let mut desk = Desk::new();
    desk.write("slow", &vec![7; 100_000], 1_700_000_000);
    desk.open_cloud("").await;
    desk.emulator.fault("rate:4KiB@ul").unwrap();
    let request = request(Selection::Contents(desk.local("")), desk.cloud(""), ConflictPolicy::Ask);
    desk.begin_to_move(request).await;
    desk.ann.end_sessions();
    desk.send(Command::Refresh { view: CLOUD });
    desk.state(|state| matches!(state, AccountState::NeedsPassword { .. })).await;
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    let is_over = |event: &Event| matches!(event, Event::CopyEnded(report) if report.failed_count == 1);
    if !desk.seen.iter().any(is_over) {
        desk.until(|event| is_over(event).then_some(())).await;
    }
    let asks =
        |event: &&Event| matches!(event, Event::Account { state: AccountState::NeedsPassword { .. }, .. });
    assert_eq!(desk.seen.iter().filter(asks).count(), 1, "{:#?}", desk.seen);
    desk.send(Command::CreateFolder { parent: desk.cloud(""), name: "new".into() });
    assert_eq!(desk.done().await, "made folder \"new\"");
}

fn folders(desk: &Desk) -> megapane::config::Folders {
    let below = |name: &str| desk.scratch.path().join(name);
    megapane::config::Folders { config: below("config"), cache: below("cache"), state: below("state") }
}

/// A desk whose stored login is sealed by a passphrase, at the question for it.
async fn sealed_by_passphrase() -> (Desk, std::path::PathBuf, megapane::config::Folders) {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    quit(&mut desk).await;
    // Seal it anew, as `config` does when a passphrase is chosen.
    let folders = folders(&desk);
    let path = folders.credentials("work");
    let credentials = load(&path, Opener::KeyFile(&folders.key_file())).unwrap();
    save(&path, &credentials, Opener::Passphrase(&Secret::from("open sesame"))).unwrap();
    desk.restart(|_| {});
    desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
    desk.state(|state| *state == AccountState::NeedsPassphrase { problem: None }).await;
    (desk, path, folders)
}

fn unlock(passphrase: &str) -> Command {
    Command::Unlock { account: "work".into(), passphrase: Secret::from(passphrase) }
}

#[tokio::test(start_paused = true)]
async fn a_login_sealed_with_a_passphrase_asks_for_it() {
    let (mut desk, _, _) = sealed_by_passphrase().await;
    desk.send(unlock("wrong"));
    desk.state(|state| matches!(state, AccountState::NeedsPassphrase { problem: Some(_) })).await;
    desk.send(unlock("open sesame"));
    desk.head(CLOUD, |_| true).await;
}

#[tokio::test(start_paused = true)]
async fn a_login_that_the_key_file_seals_meanwhile_is_opened_by_it_and_a_damaged_one_is_called_so() {
    let (mut desk, path, folders) = sealed_by_passphrase().await;
    let credentials = load(&path, Opener::Passphrase(&Secret::from("open sesame"))).unwrap();
    save(&path, &credentials, Opener::KeyFile(&folders.key_file())).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(&path, damaged).unwrap();
    desk.send(unlock("open sesame"));
    let state = desk
        .state(|state| {
            matches!(
                state,
                AccountState::NeedsPassphrase { problem: Some(_) }
                    | AccountState::NeedsPassword { problem: Some(_), .. }
            )
        })
        .await;
    let AccountState::NeedsPassword { email, problem: Some(problem) } = state else { panic!("{state:?}") };
    assert_eq!(email.as_deref(), Some(EMAIL));
    assert!(problem.message.contains("the file is damaged"), "{}", problem.message);
    std::fs::write(&path, whole).unwrap();
    desk.send(unlock("open sesame"));
    desk.head(CLOUD, |_| true).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_account_is_written_to_the_configuration_once_it_works() {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.restart(|parts| {
        parts.config.api_url = parts.config.accounts[0].api_url.clone();
        parts.config.accounts.clear();
    });
    let file = desk.scratch.path().join("config").join("config.toml");
    std::fs::remove_file(&file).unwrap(); // the desk writes what it begins with
    desk.send(Command::Login(Login { password: Secret::from("guess"), ..login() }));
    desk.state(|state| matches!(state, AccountState::NeedsPassword { .. })).await;
    assert!(!file.exists());
    desk.send(Command::Login(login()));
    let rows =
        desk.until(|event| if let Event::Accounts(rows) = event { Some(rows.clone()) } else { None }).await;
    assert_eq!(rows, [AccountRow { name: "work".into(), email: EMAIL.into() }]);
    assert!(std::fs::read_to_string(file).unwrap().contains(EMAIL));
}

#[tokio::test(start_paused = true)]
async fn logging_out_ends_the_session_and_forgets_it() {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    desk.send(Command::Logout { account: "work".into() });
    assert_eq!(desk.done().await, "logged out of work");
    assert_eq!(desk.ann.session_count(), 0);
    quit(&mut desk).await;
    desk.restart(|_| {});
    desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
    desk.state(|state| *state == AccountState::NeedsPassword { email: Some(EMAIL.into()), problem: None })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_was_made_while_the_screen_runs_keeps_its_session_and_the_screen_says_so() {
    let mut desk = stranger(NewAccount::new(EMAIL));
    desk.send(Command::Login(login()));
    desk.state(|state| *state == AccountState::Ready).await;
    // As another process copies the remote.
    let folders = folders(&desk);
    let mut config = megapane::config::Config { folders: folders.clone(), ..Default::default() };
    let copy = megapane::config::Account {
        name: "copy".into(),
        email: EMAIL.into(),
        api_url: None,
        passphrase: false,
        password: None,
    };
    let mut editing = config.edit().unwrap();
    editing.add(&copy).unwrap();
    drop(editing.save(&mut config).unwrap());
    let path = folders.credentials("work");
    while !path.exists() {
        tokio::task::yield_now().await;
    }
    let login = load(&path, Opener::KeyFile(&folders.key_file())).unwrap();
    save(&folders.credentials("copy"), &login, Opener::KeyFile(&folders.key_file())).unwrap();
    desk.send(Command::Logout { account: "work".into() });
    assert_eq!(
        desk.done().await,
        "forgot the login of work; not logged out: the remote \"copy\" has the same session"
    );
    assert_eq!(desk.ann.session_count(), 1);
    assert!(!path.exists());
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_shown_as_a_wait_and_then_all_goes_on() {
    let mut desk = Desk::new();
    desk.emulator.fault("-3@f#1-3").unwrap();
    desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
    let state = desk.state(|state| matches!(state, AccountState::Waiting(_))).await;
    let AccountState::Waiting(wait) = state else { panic!() };
    assert_eq!(wait.reason, WaitReason::ServerBusy);
    desk.head(CLOUD, |_| true).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_there_is_not_is_told() {
    let mut desk = Desk::new();
    desk.send(Command::OpenPath { view: CLOUD, path: "home:x".into() });
    let problem = desk.problem().await;
    assert!(problem.message.contains("\"home\"") && problem.kind == ProblemKind::Usage);
    desk.send(Command::ListAccounts);
    desk.until(|event| if let Event::Accounts(rows) = event { Some(rows.len()) } else { None }).await;
}

pub(crate) async fn quit(desk: &mut Desk) {
    desk.send(Command::Quit);
    desk.until(|event| (*event == Event::Ended).then_some(())).await;
    assert_eq!(desk.worker.events.recv().await, None, "nothing comes after the end");
}
