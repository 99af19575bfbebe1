//! `undo` and `redo`: take back what was changed in an account, or do it again, also after days and restarts.
//! Called by `dispatch`. What there is to take back stands in the undo journals; the worker does it.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::copy::follow::{quit, send, worker_gone};
use super::exit::ExitCode;
use super::output::{Failure, Outcome};
use super::{login, quantity};
use crate::config::Config;
use crate::message::{Command, Event, Partly, Problem, ProblemKind, UndoDirection, UndoRequest};
use crate::store::undo::{GroupKind, UndoGroup, UndoHistory, UndoId, UndoJournal};
use crate::worker::undoing::{disk_history, kind_of, newest_before};
use crate::worker::{self, OpenedAccount, Parts, problem};

/// Take back the last change that was made from this machine, in the cloud or on it, or one that is named.
///
/// What one command or one key did is taken back at once: what was moved goes back, what was put there goes into the
/// bin, what was thrown away is restored, what was overwritten becomes current again. What has changed since is
/// left alone and told. `redo` does again what was taken back.
///
/// Examples:
///   megapane undo --list
///   megapane undo
///   megapane undo work: 1d3f09a2b4c5
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct UndoArgs {
    /// The account, as remote:, and the number of a change as --list shows it; both may be left out
    #[arg(value_name = "REMOTE: | ID", num_args = 0..=2)]
    what: Vec<String>,

    /// Show what can be taken back, the newest first; change nothing
    #[arg(long)]
    list: bool,

    /// Where some of it went for good, take back the rest
    #[arg(long)]
    rest: bool,
}

/// Do again what was taken back last.
#[derive(Args, Debug)]
pub(crate) struct RedoArgs {
    /// The account; may be left out
    #[arg(value_name = "REMOTE:")]
    remote: Option<String>,
}

/// What was asked for.
#[derive(Debug, Default)]
struct Wanted {
    account: Option<String>,
    id: Option<UndoId>,
    partly: Partly,
}

/// A group that can be taken back, for `--list`.
#[derive(Serialize)]
struct Row {
    /// `None` for what was changed on the disk.
    account: Option<String>,
    id: String,
    time: String,
    changes: usize,
    what: String,
}

/// Runs `undo`.
pub(crate) async fn run(args: UndoArgs, context: &mut Context) -> Outcome {
    let wanted = wanted(&args.what)?;
    if args.list {
        return list(context, &wanted);
    }
    let partly = if args.rest { Partly::Rest } else { Partly::Refuse };
    take(context, UndoDirection::Undo, Wanted { partly, ..wanted }).await
}

/// Runs `redo`.
pub(crate) async fn run_redo(args: RedoArgs, context: &mut Context) -> Outcome {
    let wanted = wanted(args.remote.as_slice())?;
    take(context, UndoDirection::Redo, Wanted { partly: Partly::Refuse, ..wanted }).await
}

fn wanted(words: &[String]) -> Result<Wanted, Failure> {
    let mut wanted = Wanted::default();
    for word in words {
        match (word.strip_suffix(':'), word.parse::<UndoId>()) {
            (Some(account), _) if wanted.account.is_none() => wanted.account = Some(account.to_owned()),
            (None, Ok(id)) if wanted.id.is_none() => wanted.id = Some(id),
            _ => {
                return Err(Failure::usage(
                    format!("\"{word}\" is neither a remote nor the number of a change"),
                    "Write `megapane undo work:`, or a number that `megapane undo --list` shows.",
                ));
            }
        }
    }
    Ok(wanted)
}

fn list(context: &mut Context, wanted: &Wanted) -> Outcome {
    let mut rows: Vec<(i64, Row)> = Vec::new();
    let journals = Journals::read(&context.config, wanted.account.as_deref())?;
    if let Some((_, problem)) = journals.unread.into_iter().next() {
        return Err(problem.into());
    }
    for (place, history) in journals.done {
        let is_wanted = |group: &&UndoGroup| {
            group.kind != GroupKind::Undoing && group.stands() && wanted.id.is_none_or(|id| id == group.id)
        };
        rows.extend(
            history.groups().filter(is_wanted).map(|group| (group.begun, row(place.as_deref(), group))),
        );
    }
    rows.sort_by_key(|(begun, _)| std::cmp::Reverse(*begun));
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    if context.options.json {
        context.output.json(&rows)?;
        return Ok(ExitCode::Success);
    }
    for Row { account, id, time, changes, what } in rows {
        let what = context.output.name(&what).into_owned();
        let place = account.map_or_else(|| "local".to_owned(), |account| format!("{account}:"));
        context.output.line(format!("{id:<14} {time} {changes:>7} {place} {what}"))?;
    }
    Ok(ExitCode::Success)
}

fn row(account: Option<&str>, group: &UndoGroup) -> Row {
    Row {
        account: account.map(str::to_owned),
        id: group.id.to_string(),
        time: quantity::time(group.begun.div_euclid(1_000_000_000)),
        changes: group.standing.len(),
        what: group.shown_label().to_owned(),
    }
}

/// What was done in one place: an account, or the disk where there is none.
type Done = (Option<String>, UndoHistory);

/// The journals of the accounts that keep any, and that of the disk.
#[derive(Default)]
struct Journals {
    done: Vec<Done>,
    /// Those that cannot be read, and why.
    unread: Vec<(Option<String>, Problem)>,
}

impl Journals {
    /// Reads all of them, or that of one account.
    fn read(config: &Config, only: Option<&str>) -> Result<Self, Failure> {
        if let Some(name) = only {
            config.account(name)?;
        }
        let names = config.accounts.iter().map(|account| &account.name);
        let names = names.filter(|account| only.is_none_or(|name| name == *account));
        let accounts = names.map(|name| (Some(name.clone()), config.folders.undo_journal(name)));
        let disk = only.is_none().then(|| (None, config.folders.disk_undo_journal()));
        let is_there = |path: &Path| !matches!(path.try_exists(), Ok(false));
        let mut journals = Self::default();
        for (place, path) in accounts.chain(disk).filter(|(_, path)| is_there(path)) {
            let read = |journal: UndoJournal| match place {
                Some(_) => journal.history(),
                None => disk_history(&journal),
            };
            match UndoJournal::open(&path).and_then(read) {
                Ok(history) => journals.done.push((place, history)),
                Err(error) => {
                    let what = format!("read the undo journal \"{}\"", path.display());
                    journals.unread.push((place, problem::of_io(&what, &error)));
                }
            }
        }
        Ok(journals)
    }

    /// Returns the journals in which is looked for what is wanted.
    fn asked(&self, wanted: &Wanted) -> Vec<&Done> {
        let is_asked = |(place, _): &&Done| wanted.account.is_none() || *place == wanted.account;
        self.done.iter().filter(is_asked).collect()
    }

    /// Finds the group that is next. What cannot be read may hold it, unless it was named, or the account was.
    fn next(&self, direction: UndoDirection, wanted: &Wanted) -> Result<&UndoGroup, Failure> {
        let asked = self.asked(wanted);
        let chosen = asked.iter().copied().filter_map(|(_, h)| h.choose(kind_of(direction), wanted.id));
        let last_doing = asked.iter().copied().filter_map(|(_, history)| history.last_doing()).max();
        let is_over = |group: &&UndoGroup| {
            (direction, wanted.id) == (UndoDirection::Redo, None) && last_doing > Some(group.begun)
        };
        let next = chosen.max_by_key(|group| group.begun).filter(|group| !is_over(group));
        let may_hold_it = |place: &Option<String>| match &wanted.account {
            Some(_) => *place == wanted.account,
            None => wanted.id.is_none() || next.is_none(),
        };
        if let Some((_, problem)) = self.unread.iter().find(|(place, _)| may_hold_it(place)) {
            return Err(problem.clone().into());
        }
        if let (UndoDirection::Undo, None) = (direction, wanted.id) {
            self.refuse_final(wanted, next)?;
        }
        next.ok_or_else(|| nothing(direction, wanted.id))
    }

    /// What was meant to be for good is not passed over without a word: what came before it is something else.
    fn refuse_final(&self, wanted: &Wanted, next: Option<&UndoGroup>) -> Result<(), Failure> {
        let undone = UndoHistory::undone(self.done.iter().map(|(_, history)| history));
        let asked = self.asked(wanted).into_iter();
        let newest = asked.filter_map(|(_, history)| history.groups().find(|group| group.is_final(&undone)));
        let newest = newest.max_by_key(|group| group.begun);
        let Some(last) = newest.filter(|last| next.is_none_or(|next| next.begun < last.begun)) else {
            return Ok(());
        };
        let message = format!("cannot undo that: \"{}\" is for good", last.shown_label());
        Err(Failure::new(ProblemKind::Permanent, message, self.earlier_hint(wanted, last.begun)))
    }

    /// Says how to reach what came before, if anything that can be taken back did: the next command would try the same
    /// again.
    fn earlier_hint(&self, wanted: &Wanted, begun: i64) -> String {
        let asked = self.asked(wanted).into_iter();
        let earlier = asked.filter_map(|(place, history)| newest_before(history, place.is_none(), begun));
        let Some(earlier) = earlier.max_by_key(|group| group.begun) else { return String::new() };
        format!("`megapane undo {}` takes back what came before: {}.", earlier.id, earlier.shown_label())
    }

    /// Returns the places in which a group stands, and how many changes it made there: a move between the disk and an
    /// account, or between two accounts, goes back on both sides.
    fn sides(&self, group: &UndoGroup) -> Vec<(Option<String>, usize)> {
        let part = |(place, history): &Done| {
            let part = history.groups().find(|part| part.id == group.id && part.stands())?;
            Some((place.clone(), part.standing.len()))
        };
        self.done.iter().filter_map(part).collect()
    }
}

/// Finds the group that is next, opens the accounts that it was made in, and has the worker do it.
async fn take(context: &mut Context, direction: UndoDirection, wanted: Wanted) -> Outcome {
    if let Some(name) = &wanted.account {
        context.config.account(name)?;
    }
    let journals = Journals::read(&context.config, None)?;
    let group = journals.next(direction, &wanted)?;
    let sides = journals.sides(group);
    if context.options.dry_run {
        let (verb, what) = (direction.verb(), group.shown_label());
        let changes: usize = sides.iter().map(|(_, changes)| changes).sum();
        let noun = if changes == 1 { "change" } else { "changes" };
        context.messages.notice(&format!("would {verb}: {what} ({changes} {noun})"));
        return Ok(ExitCode::Success);
    }
    let request = UndoRequest { direction, group: Some(group.id.0), partly: wanted.partly };
    let ended = carry_out(context, request, sides).await?;
    let text = ended.map_err(|problem| match (problem.kind, direction, wanted.id) {
        (ProblemKind::Permanent, UndoDirection::Undo, None) => {
            let hint = format!("{} {}", problem.hint, journals.earlier_hint(&wanted, group.begun));
            Problem { hint: hint.trim().to_owned(), ..problem }
        }
        _ => problem,
    })?;
    context.messages.notice(&text);
    Ok(ExitCode::Success)
}

/// Has the worker do it, and returns what it says in the end.
async fn carry_out(
    context: &mut Context,
    request: UndoRequest,
    sides: Vec<(Option<String>, usize)>,
) -> Result<Result<String, Problem>, Failure> {
    let mut parts = Parts::new(context.config.clone(), login::transport(context));
    for account in sides.into_iter().filter_map(|(place, _)| place) {
        let opened = login::open(context, &account).await?;
        parts.transport = opened.session.client().transport().clone();
        parts.opened.push(OpenedAccount { account: opened.name, session: opened.session, tree: opened.tree });
    }
    let mut worker = worker::start(parts);
    send(&worker, Command::Undo(request))?;
    let ended = loop {
        match worker.events.recv().await {
            Some(Event::Done { text }) => break Ok(text),
            Some(Event::Failed(problem)) => break Err(problem),
            Some(Event::Ended) | None => return Err(worker_gone()),
            Some(_) => {}
        }
    };
    quit(&mut worker).await?;
    Ok(ended)
}

fn nothing(direction: UndoDirection, wanted: Option<UndoId>) -> Failure {
    match wanted {
        Some(id) => Failure::new(
            ProblemKind::FileNotFound,
            format!("there is no change {id} that can be taken back"),
            "`megapane undo --list` shows those that can.",
        ),
        None => Failure::new(ProblemKind::Permanent, format!("there is nothing to {}", direction.verb()), ""),
    }
}
