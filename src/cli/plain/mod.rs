//! The line mode, `--plain`: the two panes as a conversation of short commands and whole sentences, for a screen reader, a
//! terminal without places, or a pipe. No colours, nothing is drawn over. It speaks to the same worker as the screen.

mod change;
mod conflict;
mod desk;
mod login;
mod order;
mod telling;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::PathBuf;

use tokio::sync::mpsc;

use super::context::Context;
use super::copy::follow::{quit, send, worker_gone};
use super::exit::ExitCode;
use super::output::{Failure, Outcome};
use super::terminal;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{
    Command, CopyId, CopyOptions, Event, Login, PlanSummary, Problem, ProblemKind, TransferAction,
    TransferTotals, UndoDirection,
};
use crate::ui::text::shown;
use crate::worker::{self, Parts, Worker};
use desk::Desk;
use order::{HELP, Order};
use telling::Steps;

/// Runs the line mode until the user quits or the input ends. `account` is shown on the right; without one the first.
pub(super) async fn run(
    context: &mut Context,
    parts: Parts,
    folder: PathBuf,
    account: Option<String>,
) -> Outcome {
    let attended = terminal::is_attended();
    let mut plain = Plain {
        worker: worker::start(parts),
        lines: lines()
            .map_err(|error| Failure::new(ProblemKind::Other, format!("cannot read: {error}"), ""))?,
        context,
        attended,
        desk: Desk::new(),
        accounts: None,
        copies: BTreeMap::new(),
        last_copy: 0,
        totals: TransferTotals::default(),
        steps: Steps::default(),
        changes: 0,
        failed: None,
        login: None,
        later: VecDeque::new(),
    };
    let ended = plain.converse(folder, account).await;
    let quit = quit(&mut plain.worker).await;
    let failed = plain.failed;
    ended?;
    quit?;
    // A conversation ends well; a script has to learn what did not work.
    Ok(failed.filter(|_| !attended).map_or(ExitCode::Success, ExitCode::from))
}

/// The conversation.
struct Plain<'c> {
    context: &'c mut Context,
    worker: Worker,
    /// What is typed, line by line.
    lines: mpsc::UnboundedReceiver<String>,
    /// Somebody is there who can be asked.
    attended: bool,
    desk: Desk,
    /// The accounts by name, once they are told.
    accounts: Option<Vec<String>>,
    /// Copies that are not over.
    copies: BTreeMap<CopyId, PlanSummary>,
    last_copy: u32,
    totals: TransferTotals,
    steps: Steps,
    /// Changes whose outcome has not been told.
    changes: u32,
    /// The first thing that did not work.
    failed: Option<ProblemKind>,
    /// The login that is being tried, which may need a code.
    login: Option<Login>,
    /// What came while an answer of the worker was waited for.
    later: VecDeque<Event>,
}

/// Whether the conversation goes on.
enum Next {
    Line,
    End,
}

impl Plain<'_> {
    async fn converse(&mut self, folder: PathBuf, account: Option<String>) -> Result<(), Failure> {
        send(&self.worker, Command::ListAccounts)?;
        self.open(0, Location::Local(folder)).await?;
        self.until(|plain| plain.accounts.is_some()).await?;
        let first = account.or_else(|| self.accounts.iter().flatten().next().cloned());
        match first {
            Some(account) => self.open(1, Location::Cloud { account, folder: CloudFolder::Root }).await?,
            None => self.say("No account is set up. megapane config sets one up.")?,
        }
        if self.attended {
            self.say("megapane in lines. help tells the commands.")?;
            self.tell_places()?;
        }
        while let Some(line) = self.line().await? {
            match self.obey(&line).await {
                Ok(Next::Line) => {}
                Ok(Next::End) => break,
                Err(Failure::Problem(problem)) if problem.kind != ProblemKind::Interrupted => {
                    self.went_wrong(&problem);
                }
                Err(failure) => return Err(failure),
            }
            if !self.attended {
                self.until(|plain| plain.copies.is_empty() && plain.changes == 0).await?;
            }
        }
        Ok(())
    }

    /// Waits for the next line; what happens meanwhile is told. `None` at the end of the input.
    async fn line(&mut self) -> Result<Option<String>, Failure> {
        loop {
            self.drain().await?;
            if self.attended {
                let side = if self.desk.active == 0 { "left" } else { "right" };
                let prompt = format!("{side} {}> ", shown(self.desk.here().title()));
                self.context.output.prompt(&prompt)?;
            }
            tokio::select! {
                line = self.lines.recv() => return Ok(line),
                event = self.worker.events.recv() => {
                    if self.attended {
                        self.context.output.line("")?;
                    }
                    self.take(event.ok_or_else(worker_gone)?).await?;
                }
                () = self.context.stop.cancelled() => return Err(Failure::interrupted()),
            }
        }
    }

    /// Takes all that has come already, so that the prompt is not written once for each.
    async fn drain(&mut self) -> Result<(), Failure> {
        loop {
            let next = self.later.pop_front().or_else(|| self.worker.events.try_recv().ok());
            let Some(event) = next else { return Ok(()) };
            self.take(event).await?;
        }
    }

    /// Takes events until something is so.
    async fn until(&mut self, done: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        while !done(self) {
            let event = match self.later.pop_front() {
                Some(event) => event,
                None => self.next().await?,
            };
            self.take(event).await?;
        }
        Ok(())
    }

    /// Waits for what the worker tells next.
    async fn next(&mut self) -> Result<Event, Failure> {
        tokio::select! {
            event = self.worker.events.recv() => event.ok_or_else(worker_gone),
            () = self.context.stop.cancelled() => Err(Failure::interrupted()),
        }
    }

    async fn obey(&mut self, line: &str) -> Result<Next, Failure> {
        let order = Order::read(line).map_err(|complaint| Failure::usage(shown(&complaint), ""))?;
        match order {
            Order::Nothing => {}
            Order::Quit => return Ok(Next::End),
            Order::Help => HELP.iter().try_for_each(|line| self.say(line))?,
            Order::Where => self.tell_places()?,
            Order::Pane(side) => self.turn_to(side)?,
            Order::OtherPane => self.turn_to(1 - self.desk.active)?,
            Order::Go(path) => self.go(&path).await?,
            Order::List => self.list().await?,
            Order::Copy(name) => self.copy(&name, CopyOptions::default()).await?,
            Order::Move(name) => self.move_there(&name).await?,
            Order::Trash(name) => self.trash(&name).await?,
            Order::Rename(old, new) => self.rename(&old, new).await?,
            Order::MakeFolder(name) => {
                let parent = self.here()?;
                self.change(Command::CreateFolder { parent, name }).await?;
            }
            Order::Undo => self.undo(UndoDirection::Undo).await?,
            Order::Redo => self.undo(UndoDirection::Redo).await?,
            Order::Transfers => {
                let sentence = telling::transfers(&self.totals, self.copies.len());
                self.say(sentence)?;
            }
            Order::Cancel => {
                send(&self.worker, Command::Transfers(TransferAction::CancelAll))?;
                self.say("All transfers are stopped.")?;
            }
        }
        Ok(Next::Line)
    }

    fn turn_to(&mut self, side: usize) -> Result<(), Failure> {
        self.desk.active = side;
        let name = if side == 0 { "Left" } else { "Right" };
        let sentence = format!("{name} pane: {}.", self.desk.here().title());
        self.say(sentence)
    }

    fn tell_places(&mut self) -> Result<(), Failure> {
        for (side, name) in [(0, "Left"), (1, "Right")] {
            let active = if self.desk.active == side { ", active" } else { "" };
            let sentence = format!("{name} pane{active}: {}.", self.desk.sides[side].title());
            self.say(sentence)?;
        }
        Ok(())
    }

    async fn go(&mut self, path: &str) -> Result<(), Failure> {
        let side = self.desk.active;
        let view = self.desk.here().view;
        let location = self.desk.here().location().cloned();
        let is_cloud_path =
            path.split_once(':').is_some_and(|(account, _)| !account.is_empty() && !account.contains('/'));
        let command = match location {
            _ if is_cloud_path => Command::OpenPath { view, path: path.to_owned() },
            _ if path == ".." => Command::OpenParent { view },
            Some(Location::Cloud { account, .. }) if !path.starts_with(['/', '~']) => {
                self.rows().await?;
                let folder = self.one(path)?;
                let folder = match folder.key {
                    EntryKey::Node(handle) if folder.kind.is_folder() => CloudFolder::Node(handle),
                    EntryKey::Place(place) => place,
                    EntryKey::Node(_) | EntryKey::Name(_) => {
                        return Err(Failure::usage(format!("{path} is not a folder."), ""));
                    }
                };
                Command::Open { view, location: Location::Cloud { account, folder }, focus: None }
            }
            here => {
                let home = self.context.environment.surroundings().home.unwrap_or_default();
                let base = match here {
                    Some(Location::Local(base)) => base,
                    Some(Location::Cloud { .. }) | None => home.clone(),
                };
                let path = match path.strip_prefix('~') {
                    Some(rest) => home.join(rest.trim_start_matches('/')),
                    None => base.join(path),
                };
                Command::Open { view, location: Location::Local(path), focus: None }
            }
        };
        self.show(side, command).await?;
        self.turn_to(side)
    }

    async fn list(&mut self) -> Result<(), Failure> {
        self.rows().await?;
        let lines = telling::listing(self.desk.here());
        lines.into_iter().try_for_each(|line| self.say(line))
    }

    fn here(&self) -> Result<Location, Failure> {
        self.desk.here().location().cloned().ok_or_else(not_shown)
    }

    fn there(&self) -> Result<Location, Failure> {
        self.desk.there().location().cloned().ok_or_else(not_shown)
    }

    async fn open(&mut self, side: usize, location: Location) -> Result<(), Failure> {
        let view = self.desk.sides[side].view;
        self.show(side, Command::Open { view, location, focus: None }).await
    }

    /// Has a side show something, and waits until it does.
    async fn show(&mut self, side: usize, command: Command) -> Result<(), Failure> {
        let shown = &mut self.desk.sides[side];
        shown.awaited += 1;
        shown.blocked = None;
        let (view, number) = (shown.view, shown.awaited);
        send(&self.worker, command)?;
        send(&self.worker, Command::WhenAnswered { view, number })?;
        self.until(|plain| plain.desk.sides[side].is_settled()).await?;
        let shown = &self.desk.sides[side];
        if let Some(problem) = telling::failure(shown) {
            self.went_wrong(&problem);
        }
        Ok(())
    }

    /// Fetches all rows of the active side.
    async fn rows(&mut self) -> Result<(), Failure> {
        let side = self.desk.active;
        // What has changed since is told after a while; an order is about what is there now.
        self.open(side, self.here()?).await?;
        while !self.desk.sides[side].is_complete() {
            let have = self.desk.sides[side].rows.len();
            let (view, start) = (self.desk.sides[side].view, have as u64);
            send(&self.worker, Command::Rows { view, start, count: ROWS_AT_ONCE })?;
            self.until(|plain| {
                plain.desk.sides[side].rows.len() != have || plain.desk.sides[side].is_complete()
            })
            .await?;
        }
        Ok(())
    }

    /// Takes what the worker tells.
    async fn take(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::View(head) => self.desk.take_head(head),
            Event::Rows { view, generation, start, rows } => {
                self.desk.take_rows(view, generation, start, rows);
            }
            Event::Answered { view, number } => self.desk.take_answer(view, number),
            Event::Accounts(rows) => self.accounts = Some(rows.into_iter().map(|row| row.name).collect()),
            Event::Account { account, state } => self.account(&account, state).await?,
            Event::Plan(plan) => {
                if let Some(known) = self.copies.get_mut(&plan.copy) {
                    *known = plan;
                }
            }
            Event::Transfers { totals, .. } => {
                self.totals = totals;
                if let Some(sentence) = self.steps.sentence(&self.totals) {
                    self.say(sentence)?;
                }
            }
            Event::CopyEnded(report) => {
                let plan = self.copies.remove(&report.copy).unwrap_or_default();
                self.say(telling::ended(&report, &plan))?;
                if let Some(problem) = &report.problem {
                    self.went_wrong(problem);
                } else if report.skipped_count + report.failed_count > 0 {
                    self.failed.get_or_insert(ProblemKind::Other);
                }
            }
            Event::Conflict(clash) => self.resolve(clash).await?,
            Event::Done { text } => {
                self.changes = self.changes.saturating_sub(1);
                self.say(telling::sentence(&text))?;
            }
            Event::Failed(problem) => {
                self.changes = self.changes.saturating_sub(1);
                self.went_wrong(&problem);
            }
            Event::Unfinished { copies, .. } => {
                let count = copies.len();
                self.say(format!("{count} earlier copies are not finished. The screen asks about them."))?;
            }
            Event::Ended => return Err(worker_gone()),
            Event::Quota { .. }
            | Event::Found { .. }
            | Event::NotThere { .. }
            | Event::Bookmarks(_)
            | Event::Changes(_)
            | Event::Undone { .. }
            | Event::Findings(_)
            | Event::Deletion(_)
            | Event::NameSheet { .. }
            | Event::Renames(_)
            | Event::Made { .. }
            | Event::Hits { .. }
            | Event::Usage(_)
            | Event::KeptScreen(_)
            | Event::Offers { .. }
            | Event::Content { .. }
            | Event::Dedupe(_)
            | Event::Edit { .. }
            | Event::Measured { .. }
            | Event::Sharing(_)
            | Event::Versions(_)
            | Event::Compared { .. }
            | Event::CopyNote { .. }
            | Event::TransferEnds(_) => {}
        }
        Ok(())
    }

    /// Tells what did not work, and remembers it for the exit code.
    fn went_wrong(&mut self, problem: &Problem) {
        self.failed.get_or_insert(problem.kind);
        self.context.messages.problem(problem);
    }

    fn say(&mut self, sentence: impl AsRef<str>) -> Result<(), Failure> {
        self.context.output.line(shown(sentence.as_ref()))?;
        self.context.output.flush()
    }
}

fn not_shown() -> Failure {
    Failure::new(ProblemKind::FolderNotFound, "No folder is shown there.", "cd goes to one.")
}

/// Reads standard input on a thread of its own, which ends with the program.
fn lines() -> io::Result<mpsc::UnboundedReceiver<String>> {
    // Not bounded: a script is a page of text.
    let (sender, lines) = mpsc::unbounded_channel();
    let read = move || {
        for line in io::stdin().lines() {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    };
    std::thread::Builder::new().name("lines".to_owned()).spawn(read)?;
    Ok(lines)
}

/// As many as the worker sends at once.
const ROWS_AT_ONCE: u32 = 10_000;
