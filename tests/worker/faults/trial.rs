//! A [`Trial`]: a desk on which some requests go wrong, and a user who tries again what was told as failed, logs in again
//! where the session has ended, and in the end holds what the screen shows against what the server has.

use std::path::Path;
use std::time::Duration;

use megapane::emulator::{Emulator, NewAccount, Owner};
use megapane::entry::{CloudFolder, EntryKey, Location};
use megapane::message::*;
use megapane::worker::Copies;
use walkdir::WalkDir;

use crate::desk::*;

/// What goes wrong, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    /// As the emulator takes it.
    pub(super) fault: &'static str,
    /// Of a hundred requests.
    pub(super) percent: u32,
}

pub(super) struct Trial {
    pub(super) desk: Desk,
    pub(super) trouble: Trouble,
    /// Numbers of answers that were waited for.
    answers: u64,
}

impl Trial {
    /// An account that is open before anything goes wrong.
    pub(super) async fn begin(trouble: Trouble, prepare: impl FnOnce(&Owner, &Path)) -> Self {
        let mut trial = Self::before(trouble, prepare);
        trial.desk.send(Command::Login(login()));
        trial.ready().await;
        trial.desk.open_cloud("").await;
        trial.go_wrong();
        trial
    }

    /// An account that nobody has opened yet, while things go wrong already.
    pub(super) fn from_the_start(trouble: Trouble, prepare: impl FnOnce(&Owner, &Path)) -> Self {
        let trial = Self::before(trouble, prepare);
        trial.go_wrong();
        trial
    }

    fn before(trouble: Trouble, prepare: impl FnOnce(&Owner, &Path)) -> Self {
        let emulator = Emulator::new();
        let ann = emulator.add_account(NewAccount::new(EMAIL));
        let desk = Desk::on(emulator, ann, prepare, |parts| parts.copies = Copies::Kept);
        Self { desk, trouble, answers: 0 }
    }

    /// From now on requests go wrong.
    pub(super) fn go_wrong(&self) {
        let Trouble { fault, percent } = self.trouble;
        self.desk.emulator.fault(&format!("{fault}#{percent}%{percent}")).unwrap();
    }

    /// Begins the program anew, with nothing but what is on the disk.
    pub(super) fn restart(&mut self) {
        self.desk.restart(|parts| parts.copies = Copies::Kept);
    }

    /// Waits for an event, and does meanwhile what the screen would ask the user for.
    pub(super) async fn wait<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        loop {
            let event = self.desk.until(|event| Some(event.clone())).await;
            if let Some(found) = wanted(&event) {
                return found;
            }
            self.help(&event);
        }
    }

    fn help(&self, event: &Event) {
        match event {
            Event::Account { state: AccountState::NeedsPassword { .. }, .. } => {
                self.desk.send(Command::Login(login()));
            }
            Event::Account { state: AccountState::Failed(_), account } => {
                self.desk.send(Command::RetryNow { account: account.clone() });
            }
            _ => {}
        }
    }

    /// Waits until the account is open.
    pub(super) async fn ready(&mut self) {
        let newest = self.desk.seen.iter().rev().find_map(|event| match event {
            Event::Account { state, .. } => Some(state.clone()),
            _ => None,
        });
        match newest {
            Some(AccountState::Ready) => {}
            Some(state) => {
                self.help(&Event::Account { account: "work".into(), state });
                self.wait(is_ready).await;
            }
            None => {
                self.desk.send(Command::OpenPath { view: CLOUD, path: "work:".into() });
                self.wait(is_ready).await;
            }
        }
    }

    /// Sends what `command` says until it has happened: an answer that was lost may have been a good one.
    pub(super) async fn until(
        &mut self,
        command: impl Fn(&Desk) -> Command,
        happened: impl Fn(&Desk) -> bool,
    ) {
        let answer =
            |event: &Event| matches!(event, Event::Done { .. } | Event::Failed(_)).then(|| event.clone());
        let mut told = Vec::new();
        for _ in 0..TRIES {
            self.desk.send(command(&self.desk));
            told.push(self.wait(answer).await);
            if happened(&self.desk) {
                return;
            }
            self.pause().await;
        }
        panic!("it never happens, {:?}: {told:#?} {:?}", self.trouble, self.desk.ann.paths());
    }

    /// Copies, moves or syncs until nothing fails. After each attempt `holds` must hold.
    pub(super) async fn copy(
        &mut self,
        request: impl Fn(&Desk) -> CopyRequest,
        holds: impl Fn(&Desk) -> bool,
    ) -> Vec<CopyReport> {
        let mut told = Vec::new();
        for _ in 0..TRIES {
            let request = request(&self.desk);
            self.desk.send(Command::PlanCopy { copy: COPY, request });
            self.desk.send(Command::StartCopy { copy: COPY });
            let ended = |event: &Event| match event {
                Event::CopyEnded(report) => Some(report.clone()),
                _ => None,
            };
            let report = self.wait(ended).await;
            assert!(holds(&self.desk), "something is lost, {:?}: {report:?}", self.trouble);
            let is_over = report.problem.is_none() && report.failed_count == 0;
            told.push(report);
            if is_over {
                return told;
            }
            self.pause().await;
        }
        panic!("it never works, {:?}: {told:#?}", self.trouble);
    }

    /// The time that somebody takes to read what failed.
    pub(super) async fn pause(&mut self) {
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.ready().await;
    }

    /// The time until what was done has come back by the channel, too, whatever goes wrong with that.
    pub(super) async fn settle(&mut self) {
        tokio::time::sleep(Duration::from_mins(10)).await;
        self.pause().await;
    }

    /// All is over: what the screen shows is what the server has, and nothing half is left anywhere.
    pub(super) async fn ends_well(mut self) {
        self.desk.emulator.clear_faults();
        tokio::time::sleep(Duration::from_hours(1)).await; // every wait is over, and what others did has arrived
        let trouble = self.trouble;
        let drive = Location::Cloud { account: "work".into(), folder: CloudFolder::Root };
        assert_eq!(self.shown_below(drive).await, self.desk.ann.paths(), "{trouble:?}");
        assert_eq!(self.shown_below(bin()).await, self.desk.ann.rubbish_paths(), "{trouble:?}");
        let own = ["state/transfers", "state/copies", "state/edits"]
            .map(|name| self.desk.scratch.path().join(name));
        let left: Vec<String> =
            own.iter().flat_map(WalkDir::new).flatten().filter(is_file).map(path).collect();
        assert!(left.is_empty(), "{trouble:?} leaves {left:?}");
        let half: Vec<String> = WalkDir::new(self.desk.disk())
            .into_iter()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().contains(".megapane"))
            .map(path)
            .collect();
        assert!(half.is_empty(), "{trouble:?} leaves {half:?}");
    }

    /// Everything below a folder as the screen has it, in the words of [`Owner::paths`].
    async fn shown_below(&mut self, top: Location) -> Vec<String> {
        let mut paths = Vec::new();
        let mut next = vec![(top, String::new())];
        while let Some((location, prefix)) = next.pop() {
            let rows = self.rows(location.clone()).await;
            // The account's other places, as the bin, are rows of its top, too.
            for Row { entry, .. } in rows.into_iter().filter(|row| matches!(row.entry.key, EntryKey::Node(_)))
            {
                let path = format!("{prefix}{}", entry.name);
                if entry.kind.is_folder() {
                    next.push((location.inside(&entry.key).unwrap(), format!("{path}/")));
                    paths.push(format!("{path}/"));
                } else {
                    paths.push(path);
                }
            }
        }
        paths.sort();
        paths
    }

    /// The rows of a folder, which may have to be opened more than once.
    pub(super) async fn rows(&mut self, location: Location) -> Vec<Row> {
        for _ in 0..TRIES {
            self.ready().await;
            self.answers += 1;
            let number = self.answers;
            self.desk.send(Command::Open { view: CLOUD, location: location.clone(), focus: None });
            self.desk.send(Command::WhenAnswered { view: CLOUD, number });
            self.wait(|event| (*event == Event::Answered { view: CLOUD, number }).then_some(())).await;
            let count = self.desk.seen.iter().rev().find_map(|event| match event {
                Event::View(head) if head.view == CLOUD => Some(
                    (head.location == location && head.state == ViewState::Ready).then_some(head.row_count),
                ),
                _ => None,
            });
            if let Some(Some(count)) = count {
                self.desk.send(Command::Rows { view: CLOUD, start: 0, count: 1000 });
                let all = |event: &Event| match event {
                    Event::Rows { view: CLOUD, start: 0, rows, .. } if rows.len() as u64 == count => {
                        Some(rows.clone())
                    }
                    _ => None,
                };
                return self.wait(all).await;
            }
            self.pause().await;
        }
        panic!("{location:?} never opens, {:?}", self.trouble);
    }
}

/// One task of a copy over all that is in a folder.
pub(super) fn task(task: Task, from: Location, to: Location) -> CopyRequest {
    let mut request = request(Selection::Contents(from), to, ConflictPolicy::Overwrite);
    request.options.task = task;
    request
}

/// Entries of the drive's top, by their paths.
pub(super) fn entries(desk: &Desk, parent: Location, paths: &[&str]) -> Selection {
    let there = paths.iter().filter(|path| desk.ann.node(path).is_some());
    Selection::Entries { parent, keys: there.map(|path| desk.node(path)).collect() }
}

pub(super) fn bin() -> Location {
    Location::Cloud { account: "work".into(), folder: CloudFolder::Rubbish }
}

fn is_ready(event: &Event) -> Option<()> {
    matches!(event, Event::Account { state: AccountState::Ready, .. }).then_some(())
}

fn is_file(entry: &walkdir::DirEntry) -> bool {
    entry.file_type().is_file()
}

fn path(entry: walkdir::DirEntry) -> String {
    entry.into_path().to_string_lossy().into_owned()
}

/// Somebody who is told that it failed tries so often.
pub(super) const TRIES: usize = 40;

pub(super) const TIME: i64 = 1_717_200_000;
