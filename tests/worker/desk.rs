//! A [`Desk`]: an emulator with an account, a scratch folder, and a worker between them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use megapane::api::client::{Client, ClientOptions};
use megapane::config::{Account, Config, Folders};
use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD};
use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::local::Trash;
use megapane::message::*;
use megapane::secret::Secret;
use megapane::session::Session;
use megapane::worker::{Parts, Preset, Worker, start};
use tempfile::TempDir;

pub(crate) struct Desk {
    pub(crate) emulator: Emulator,
    pub(crate) ann: Owner,
    pub(crate) scratch: TempDir,
    pub(crate) worker: Worker,
    /// Events that came, in order.
    pub(crate) seen: Vec<Event>,
}

pub(crate) const EMAIL: &str = "ann@example.org";
/// The pane of the account, and that of the disk.
pub(crate) const CLOUD: ViewId = ViewId(1);
pub(crate) const DISK: ViewId = ViewId(2);
pub(crate) const COPY: CopyId = CopyId(7);

/// What came of a copy.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) plan: PlanSummary,
    pub(crate) report: CopyReport,
    pub(crate) notes: Vec<(String, Note)>,
    pub(crate) conflicts: Vec<Conflict>,
}

impl Desk {
    /// A desk whose account `work` logs in by itself.
    pub(crate) fn new() -> Self {
        Self::with(|_, _| {}, |_| {})
    }

    /// Takes back what was done last.
    pub(crate) fn back(&self) {
        let (direction, partly) = (UndoDirection::Undo, Partly::AskAgain);
        self.send(Command::Undo(UndoRequest { direction, group: None, partly }));
    }

    /// The same, with what is in the account and on the disk before the worker starts, and changed parts.
    pub(crate) fn with(prepare: impl FnOnce(&Owner, &Path), change: impl FnOnce(&mut Parts)) -> Self {
        let emulator = Emulator::new();
        let ann = emulator.add_account(NewAccount::new(EMAIL));
        Self::on(emulator, ann, prepare, |parts| {
            parts.presets.push(Preset { account: "work".into(), password: Secret::from(PASSWORD) });
            change(parts);
        })
    }

    /// A desk on an emulator of its own, whose account does not log in by itself.
    pub(crate) fn on(
        emulator: Emulator,
        ann: Owner,
        prepare: impl FnOnce(&Owner, &Path),
        change: impl FnOnce(&mut Parts),
    ) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::create_dir(scratch.path().join("disk")).unwrap();
        prepare(&ann, &scratch.path().join("disk"));
        let worker = start(Self::parts(&emulator, scratch.path(), change));
        Self { emulator, ann, scratch, worker, seen: Vec::new() }
    }

    fn parts(emulator: &Emulator, scratch: &Path, change: impl FnOnce(&mut Parts)) -> Parts {
        let at = |name: &str| scratch.join(name);
        let account = Account {
            name: "work".into(),
            email: EMAIL.into(),
            api_url: Some(emulator.url().to_string()),
            passphrase: false,
            password: None,
        };
        let folders = Folders { config: at("config"), cache: at("cache"), state: at("state") };
        let config = Config { folders, accounts: vec![account], ..Config::default() };
        let mut parts = Parts::new(config, std::sync::Arc::new(emulator.transport()));
        parts.trash = Trash::Folder(at("trash"));
        parts.home = Some(scratch.to_path_buf());
        change(&mut parts);
        write_rows(&parts.config);
        parts
    }

    /// Starts the worker anew, as the next run of the program would: only what is on the disk is left.
    pub(crate) fn restart(&mut self, change: impl FnOnce(&mut Parts)) {
        self.worker = start(Self::parts(&self.emulator, self.scratch.path(), change));
        self.seen.clear();
    }

    /// Another session of the account, beside the worker's.
    pub(crate) async fn session(&self) -> Session {
        let options = ClientOptions {
            base: self.emulator.url(),
            waits: std::sync::Arc::new(|_| {}),
            give_up: Some(Duration::from_mins(1)),
        };
        let client = Client::new(std::sync::Arc::new(self.emulator.transport()), options);
        Session::login(&client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap()
    }

    pub(crate) fn disk(&self) -> PathBuf {
        self.scratch.path().join("disk")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8], modified: i64) {
        let path = self.disk().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(modified.unsigned_abs())).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.disk().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names in a folder of the disk, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let listed = std::fs::read_dir(self.disk().join(folder)).unwrap();
        let mut names: Vec<String> =
            listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn send(&self, command: Command) {
        self.worker.commands.send(command).unwrap();
    }

    /// Waits for an event. With a paused clock nothing is waited for in earnest: an hour passes only when all is still.
    pub(crate) async fn until<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let limit = Duration::from_hours(24);
        let found = tokio::time::timeout(limit, async {
            loop {
                let event = self.worker.events.recv().await.expect("the worker goes on");
                let found = wanted(&event);
                self.seen.push(event);
                if let Some(found) = found {
                    return found;
                }
            }
        });
        if let Ok(found) = found.await {
            return found;
        }
        panic!("it never came; what came: {:#?}", self.seen)
    }

    /// Waits for an answer and returns the head that the view had then.
    pub(crate) async fn answered(&mut self, view: ViewId, number: u64) -> ViewHead {
        self.until(|event| (*event == Event::Answered { view, number }).then_some(())).await;
        let heads = self.seen.iter().rev().filter_map(|event| match event {
            Event::View(head) if head.view == view => Some(head.clone()),
            _ => None,
        });
        heads.take(1).last().expect("the view was told")
    }

    pub(crate) async fn state(&mut self, wanted: impl Fn(&AccountState) -> bool) -> AccountState {
        self.until(|event| match event {
            Event::Account { state, .. } if wanted(state) => Some(state.clone()),
            _ => None,
        })
        .await
    }

    pub(crate) async fn problem(&mut self) -> Problem {
        self.until(|event| if let Event::Failed(problem) = event { Some(problem.clone()) } else { None })
            .await
    }

    pub(crate) async fn done(&mut self) -> String {
        self.until(|event| match event {
            Event::Done { text } => Some(text.clone()),
            Event::Failed(problem) => panic!("{problem:?}"),
            _ => None,
        })
        .await
    }

    /// Waits for the head of a view that is ready and fits.
    pub(crate) async fn head(&mut self, view: ViewId, wanted: impl Fn(&ViewHead) -> bool) -> ViewHead {
        self.until(|event| match event {
            Event::View(head) if head.view == view && head.state == ViewState::Ready && wanted(head) => {
                Some(head.clone())
            }
            _ => None,
        })
        .await
    }

    /// Waits until the newest head of a view fits, be it one that came before.
    pub(crate) async fn shows(&mut self, view: ViewId, wanted: impl Fn(&ViewHead) -> bool) -> ViewHead {
        let newest = self.seen.iter().rev().find_map(|event| match event {
            Event::View(head) if head.view == view => Some(head.clone()),
            _ => None,
        });
        match newest {
            Some(head) if head.state == ViewState::Ready && wanted(&head) => head,
            _ => self.head(view, wanted).await,
        }
    }

    pub(crate) async fn open_cloud(&mut self, path: &str) -> ViewHead {
        self.send(Command::OpenPath { view: CLOUD, path: format!("work:{path}") });
        self.head(CLOUD, |_| true).await
    }

    pub(crate) async fn open_disk(&mut self, folder: &str) -> ViewHead {
        let location = self.local(folder);
        self.send(Command::Open { view: DISK, location: location.clone(), focus: None });
        self.head(DISK, |head| head.location == location).await
    }

    pub(crate) fn local(&self, folder: &str) -> Location {
        let path = if folder.is_empty() { self.disk() } else { self.disk().join(folder) };
        Location::Local(path)
    }

    pub(crate) fn cloud(&self, path: &str) -> Location {
        let folder = match path {
            "" => CloudFolder::Root,
            path => CloudFolder::Node(self.ann.node(path).unwrap_or_else(|| panic!("no {path}"))),
        };
        Location::Cloud { account: "work".into(), folder }
    }

    pub(crate) fn node(&self, path: &str) -> EntryKey {
        EntryKey::Node(self.ann.node(path).unwrap_or_else(|| panic!("no {path}")))
    }

    pub(crate) async fn rows(&mut self, view: ViewId) -> Vec<Row> {
        self.send(Command::Rows { view, start: 0, count: 1000 });
        self.until(|event| match event {
            Event::Rows { view: of, rows, .. } if *of == view => Some(rows.clone()),
            _ => None,
        })
        .await
    }

    pub(crate) async fn shown(&mut self, view: ViewId) -> Vec<String> {
        self.rows(view).await.into_iter().map(|row| row.entry.name).collect()
    }

    /// Copies everything in a local folder up, or in a cloud folder down.
    pub(crate) async fn copy(&mut self, from: Location, to: Location, policy: ConflictPolicy) -> Ran {
        let request = request(Selection::Contents(from), to, policy);
        self.run(request, |_| panic!("nobody is asked")).await
    }

    /// Plans a copy, starts it, answers its questions, and waits for its end.
    pub(crate) async fn run(
        &mut self,
        request: CopyRequest,
        answer: impl Fn(&Conflict) -> (Resolution, Scope),
    ) -> Ran {
        self.send(Command::PlanCopy { copy: COPY, request });
        let complete = |event: &Event| match event {
            Event::Plan(plan) if plan.complete => Some(plan.clone()),
            _ => None,
        };
        let plan = self.until(complete).await;
        self.send(Command::StartCopy { copy: COPY });
        self.follow(plan, answer).await
    }

    /// Starts a copy without waiting for its plan, and returns when bytes move.
    pub(crate) async fn begin_to_move(&mut self, request: CopyRequest) {
        self.send(Command::PlanCopy { copy: COPY, request });
        self.send(Command::StartCopy { copy: COPY });
        self.until(|event| match event {
            Event::Transfers { changed, .. } => changed.iter().any(|row| row.done > 0).then_some(()),
            _ => None,
        })
        .await;
    }

    pub(crate) async fn follow(
        &mut self,
        plan: PlanSummary,
        answer: impl Fn(&Conflict) -> (Resolution, Scope),
    ) -> Ran {
        let (mut notes, mut conflicts) = (Vec::new(), Vec::new());
        loop {
            let event = self.until(|event| Some(event.clone())).await;
            match event {
                Event::CopyNote { path, note, .. } => notes.push((path, note)),
                Event::Conflict(conflict) => {
                    let (resolution, scope) = answer(&conflict);
                    self.send(Command::Resolve { conflict: conflict.conflict, resolution, scope });
                    conflicts.push(conflict);
                }
                Event::CopyEnded(report) => return Ran { plan, report, notes, conflicts },
                _ => {}
            }
        }
    }
}

impl Ran {
    pub(crate) fn note(&self, path: &str) -> &Note {
        let found: Vec<&Note> =
            self.notes.iter().filter(|(of, _)| of == path).map(|(_, note)| note).collect();
        assert_eq!(found.len(), 1, "{path}: {:?}", self.notes);
        found[0]
    }
}

pub(crate) fn request(selection: Selection, target: Location, policy: ConflictPolicy) -> CopyRequest {
    CopyRequest {
        selection,
        target,
        target_subfolders: Vec::new(),
        rename: None,
        options: Box::new(CopyOptions { conflict: policy, ..CopyOptions::default() }),
    }
}

/// Writes the accounts into config.toml, where a start finds them: no login is kept of one that is not there.
fn write_rows(config: &Config) {
    let mut editing = config.edit().unwrap();
    for account in &config.accounts {
        if editing.account(&account.name).is_none() {
            editing.add(account).unwrap();
        }
    }
    drop(editing.save(&mut config.clone()).unwrap());
}

/// A login of the account with its right password.
pub(crate) fn login() -> Login {
    Login {
        account: "work".into(),
        email: EMAIL.into(),
        password: Secret::from(PASSWORD),
        code: None,
        remember: true,
    }
}
