//! Small changes on either side: make a folder, rename, throw away, move. Checked here on what is known, done by a job,
//! told with one line, and then the views that show it are read again.

use std::collections::BTreeSet;
use std::path::PathBuf;

use futures_util::stream::{self, StreamExt};

use super::actor::Actor;
use super::disk::{self, DiskChange, WordedDisk};
use super::inside::is_session_end;
use super::jobs::{Done, blocking};
use super::problem::{self, unknown_account};
use super::refusal::{fixed, free_in, gone, name_entries, not_ready, writable_folder};
use super::selection::Selected;
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{Event, Problem, ProblemKind, Selection};
use crate::session::Session;
use crate::session::change::{Change, Outcome, Prepared};
use crate::store::undo::{GroupKind, GroupTag, UndoJournal};
use crate::tree::Tree;

/// What a job brings that changed something.
pub(crate) enum ChangeDone {
    /// In an account.
    Cloud {
        /// The account.
        account: String,
        /// The attempt to open it whose session was used.
        attempt: u64,
        /// The line for when all of it worked.
        line: String,
        /// Where what was made is.
        landing: Landing,
        /// How each change went.
        results: Vec<Result<Outcome, Refused>>,
    },
    /// On the disk.
    Local {
        /// Folders that look different now.
        folders: Vec<PathBuf>,
        /// The line for when all of it worked.
        line: String,
        /// Where what was made is.
        landing: Landing,
        /// How each change went.
        results: Vec<Result<(), Problem>>,
    },
}

/// Where that is which was made: the cursor goes there.
#[derive(Clone, Debug)]
pub(crate) enum Landing {
    /// Nowhere: things went away, or there are many.
    None,
    /// It has this key in this folder.
    Entry(Location, EntryKey),
    /// It is the node that was made in this folder.
    Created(Location),
}

/// A change that the server or the journal refused.
pub(crate) struct Refused {
    pub(super) problem: Problem,
    pub(super) session_ended: bool,
}

impl Refused {
    /// Refused before anything was sent.
    pub(super) const fn before(problem: Problem) -> Self {
        Self { problem, session_ended: false }
    }
}

/// What went wrong with changes of an account.
pub(super) struct Taken {
    pub(super) problems: Vec<Problem>,
    pub(super) session_ended: bool,
}

/// Returns the first problem, which says how many others there are.
pub(super) fn one_of(problems: Vec<Problem>) -> Option<Problem> {
    let others = problems.len().saturating_sub(1);
    let first = problems.into_iter().next()?;
    if others == 0 {
        return Some(first);
    }
    Some(Problem { message: format!("{} (and {others} more)", first.message), ..first })
}

/// What happens to one entry of an account: in words, as in `rename "a"`, and the changes that do it, in order.
pub(super) type Worded = (String, Result<Vec<Prepared>, Problem>);

impl Actor {
    /// Makes a folder.
    pub(crate) fn create_folder(&mut self, parent: Location, name: &str) {
        let line = format!("made folder \"{name}\"");
        let what = format!("make the folder \"{name}\"");
        match parent {
            Location::Local(parent) => {
                let path =
                    disk::checked_join(&parent, name).map_err(|error| problem::of_local(&what, &error));
                let change = path.map(|path| (what, DiskChange::CreateFolder(path.as_path().into())));
                let landing = Landing::Entry(Location::Local(parent), EntryKey::Name(name.into()));
                self.change_disk(line, landing, vec![change]);
            }
            Location::Cloud { account, folder } => {
                let landing = Landing::Created(Location::Cloud { account: account.clone(), folder });
                self.change_cloud(&account, line, landing, |session, tree| {
                    let parent = writable_folder(&account, tree, folder)?;
                    free_in(tree, parent, name, &what)?;
                    let change = Change::CreateFolder { parent, name: name.to_owned() };
                    Ok(vec![worded(what.clone(), session, tree, change)])
                });
            }
        }
    }

    /// Renames an entry.
    pub(crate) fn rename(&mut self, parent: Location, key: EntryKey, name: &str) {
        match (parent, key) {
            (Location::Local(parent), EntryKey::Name(old)) => {
                let shown = old.to_string_lossy().into_owned();
                let (line, what) =
                    (format!("renamed \"{shown}\" to \"{name}\""), format!("rename \"{shown}\""));
                let to = disk::checked_join(&parent, name).map_err(|error| problem::of_local(&what, &error));
                let change = to.map(|to| (what, disk::rename(&parent.join(old), &to)));
                let landing = Landing::Entry(Location::Local(parent), EntryKey::Name(name.into()));
                self.change_disk(line, landing, vec![change]);
            }
            (Location::Cloud { account, folder }, EntryKey::Node(node)) => {
                let old = self.label(&account, node);
                let line = format!("renamed \"{old}\" to \"{name}\"");
                let what = format!("rename \"{old}\"");
                let parent = Location::Cloud { account: account.clone(), folder };
                let landing = Landing::Entry(parent, EntryKey::Node(node));
                self.change_cloud(&account, line, landing, |session, tree| {
                    let from = tree.node(node).and_then(|node| node.name()).unwrap_or_default().to_owned();
                    if let Some(parent) =
                        tree.node(node).and_then(|node| node.parent()).filter(|_| from != name)
                    {
                        free_in(tree, parent, name, &what)?;
                    }
                    let change = Change::Rename { node, from, to: name.to_owned() };
                    Ok(vec![worded(what.clone(), session, tree, change)])
                });
            }
            (_, key) => self.send(Event::Failed(fixed(&key, "renamed"))),
        }
    }

    /// Throws entries away: into the rubbish bin, or the system's trash.
    pub(crate) fn trash(&mut self, selection: Selection) {
        match self.select(selection) {
            Ok(Selected::Entries { parent: Location::Local(parent), keys }) => {
                let line = format!("moved {} to the trash", counted(&keys, None));
                self.change_disk(
                    line,
                    Landing::None,
                    keys.iter().map(|key| disk::throw_away(&parent, key)).collect(),
                );
            }
            Ok(Selected::Entries { parent: Location::Cloud { account, .. }, keys }) => {
                let line =
                    format!("moved {} to the rubbish bin", counted(&keys, self.only_label(&account, &keys)));
                self.change_cloud(&account, line, Landing::None, |session, tree| {
                    Ok(keys.iter().map(|key| trash_change(session, tree, key)).collect())
                });
            }
            Ok(Selected::Contents(_)) => self.send(Event::Failed(name_entries("throw away"))),
            Err(problem) => self.send(Event::Failed(problem)),
        }
    }

    /// Moves entries to another folder of the same side.
    pub(crate) fn move_inside(&mut self, selection: Selection, target: Location) {
        let selected = match self.select(selection) {
            Ok(selected) => selected,
            Err(problem) => return self.send(Event::Failed(problem)),
        };
        let title = self.heading(&target).title;
        match (selected, target) {
            (Selected::Contents(_), _) => self.send(Event::Failed(name_entries("move"))),
            (Selected::Entries { parent: Location::Local(parent), keys }, Location::Local(target)) => {
                let line = format!("moved {} to {title}", counted(&keys, None));
                self.change_disk(
                    line,
                    Landing::None,
                    keys.iter().map(|key| disk::move_to(&parent, &target, key)).collect(),
                );
            }
            (
                Selected::Entries { parent: Location::Cloud { account, .. }, keys },
                Location::Cloud { account: other, folder },
            ) if account == other => {
                let line = format!("moved {} to {title}", counted(&keys, self.only_label(&account, &keys)));
                self.change_cloud(&account, line, Landing::None, |session, tree| {
                    let to = writable_folder(&account, tree, folder)?;
                    Ok(keys.iter().map(|key| move_change(session, tree, key, to)).collect())
                });
            }
            (Selected::Entries { .. }, Location::Local(_) | Location::Cloud { .. }) => {
                let message = format!("Cannot move to {title}: it is on another side");
                self.send(Event::Failed(Problem::new(ProblemKind::Usage, message, "Copy it instead.")));
            }
        }
    }

    /// Takes what a change came to.
    pub(crate) fn change_done(&mut self, done: ChangeDone) {
        match done {
            ChangeDone::Local { folders, line, landing, results } => {
                for folder in &folders {
                    self.local_changed(folder);
                }
                let landing = if results.iter().all(Result::is_ok) { landing } else { Landing::None };
                self.tell_landing(landing, None);
                self.tell_results(line, results.into_iter().filter_map(Result::err).collect());
                self.change_ends();
            }
            ChangeDone::Cloud { account: name, attempt, line, landing, results } => {
                let created = results.iter().flatten().find_map(|outcome| outcome.created);
                let landing = if results.iter().all(Result::is_ok) { landing } else { Landing::None };
                self.tell_landing(landing, created);
                let taken = self.take_results(&name, attempt, results);
                self.tell_results(line, taken.problems);
                self.change_ends();
            }
        }
    }

    /// Takes into the account what changes did.
    pub(super) fn take_results(
        &mut self,
        name: &str,
        attempt: u64,
        results: Vec<Result<Outcome, Refused>>,
    ) -> Taken {
        let mut taken = Taken { problems: Vec::new(), session_ended: false };
        for result in results {
            match result {
                Ok(outcome) => {
                    if let Some(account) = self.accounts.get_mut(name) {
                        account.apply(outcome.updates);
                    }
                }
                Err(refused) => {
                    taken.session_ended |= refused.session_ended;
                    taken.problems.push(refused.problem);
                }
            }
        }
        self.account_changed(name);
        if taken.session_ended {
            self.session_ended(name, attempt);
        }
        taken
    }

    fn tell_landing(&mut self, landing: Landing, created: Option<NodeHandle>) {
        let made = match landing {
            Landing::None => None,
            Landing::Entry(parent, key) => Some((parent, key)),
            Landing::Created(parent) => created.map(|node| (parent, EntryKey::Node(node))),
        };
        if let Some((parent, key)) = made {
            self.send(Event::Made { parent, key });
        }
    }

    fn tell_results(&mut self, line: String, problems: Vec<Problem>) {
        let event = one_of(problems).map_or(Event::Done { text: line }, Event::Failed);
        self.send(event);
    }

    /// Checks changes of an account on its tree and starts the job that makes them.
    pub(super) fn change_cloud(
        &mut self,
        name: &str,
        line: String,
        landing: Landing,
        prepare: impl FnOnce(&Session, &Tree) -> Result<Vec<Worded>, Problem>,
    ) {
        let account = self.accounts.get(name).ok_or_else(|| unknown_account(name));
        let ready = account.and_then(|account| account.ready().ok_or_else(|| not_ready(name)));
        match ready.and_then(|(session, tree)| prepare(session, tree)) {
            Ok(rows) => self.change_account(name, line, landing, rows),
            Err(problem) => self.send(Event::Failed(problem)),
        }
    }

    /// Starts the job that makes checked changes of an account.
    pub(super) fn change_account(&mut self, name: &str, line: String, landing: Landing, rows: Vec<Worded>) {
        let Some((account, (session, _))) =
            self.accounts.get(name).and_then(|account| Some((account, account.ready()?)))
        else {
            return self.send(Event::Failed(not_ready(name)));
        };
        let attempt = account.attempt();
        let journal = account.journal.in_group(&GroupTag::new(GroupKind::Doing, &line));
        let (session, account) = (session.clone(), name.to_owned());
        let broken = ChangeDone::Cloud {
            account: account.clone(),
            attempt,
            line: String::new(),
            landing: Landing::None,
            results: vec![Err(Refused::before(problem::broke_down("do that")))],
        };
        self.change_begins();
        self.jobs.start_kept(Done::Change(broken), async move {
            let results: Vec<Vec<_>> = stream::iter(rows)
                .map(|(what, prepared)| commit(what, prepared, &session, &journal))
                .buffered(CHANGES_AT_ONCE)
                .collect()
                .await;
            let results = results.into_iter().flatten().collect();
            Done::Change(ChangeDone::Cloud { account, attempt, line, landing, results })
        });
    }

    /// Starts the job that makes changes on the disk, one after the other.
    pub(super) fn change_disk(&mut self, line: String, landing: Landing, changes: Vec<WordedDisk>) {
        let folders: BTreeSet<PathBuf> =
            changes.iter().flatten().flat_map(|(_, change)| change.folders()).collect();
        let folders = Vec::from_iter(folders);
        let results = vec![Err(problem::broke_down("do that"))];
        let broken = ChangeDone::Local {
            folders: folders.clone(),
            line: String::new(),
            landing: Landing::None,
            results,
        };
        let journal = self.disk_journal.in_group(&GroupTag::new(GroupKind::Doing, &line));
        let trash = self.trash.clone();
        self.change_begins();
        self.jobs.start_kept(Done::Change(broken), async move {
            let made =
                move || changes.into_iter().map(|change| disk::commit(change, &journal, &trash)).collect();
            let results = blocking(made).await;
            Done::Change(ChangeDone::Local { folders, line, landing, results })
        });
    }

    fn label(&self, account: &str, node: NodeHandle) -> String {
        let tree = self.accounts.get(account).and_then(|account| account.tree.as_deref());
        tree.and_then(|tree| tree.node(node)).map_or_else(|| format!("H:{node}"), |node| node.label())
    }

    pub(super) fn only_label(&self, account: &str, keys: &[EntryKey]) -> Option<String> {
        match keys {
            [EntryKey::Node(node)] => Some(self.label(account, *node)),
            _ => None,
        }
    }
}

/// Makes the changes of one entry until one fails.
async fn commit(
    what: String,
    prepared: Result<Vec<Prepared>, Problem>,
    session: &Session,
    journal: &UndoJournal,
) -> Vec<Result<Outcome, Refused>> {
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => return vec![Err(Refused::before(problem))],
    };
    let mut results = Vec::with_capacity(prepared.len());
    for change in prepared {
        let result = session.commit(change, journal).await.map_err(|error| Refused {
            session_ended: is_session_end(&error),
            problem: problem::of_change(&what, &error),
        });
        let has_failed = result.is_err();
        results.push(result);
        if has_failed {
            break;
        }
    }
    results
}

pub(super) fn worded(what: String, session: &Session, tree: &Tree, change: Change) -> Worded {
    let prepared = session.prepare(tree, change).map_err(|error| problem::of_change(&what, &error));
    (what, prepared.map(|prepared| vec![prepared]))
}

fn trash_change(session: &Session, tree: &Tree, key: &EntryKey) -> Worded {
    let EntryKey::Node(handle) = key else { return (String::new(), Err(fixed(key, "thrown away"))) };
    let Some(node) = tree.node(*handle) else { return gone("throw away", *handle) };
    let what = format!("throw away \"{}\"", node.label());
    if tree.rubbish().is_some_and(|rubbish| tree.is_inside(*handle, rubbish)) {
        let problem = Problem::new(
            ProblemKind::Permanent,
            format!("\"{}\" is in the rubbish bin already", node.label()),
            "",
        );
        return (what, Err(problem));
    }
    let Some(from) = node.parent() else { return (what, Err(fixed(key, "thrown away"))) };
    worded(what, session, tree, Change::Trash { node: *handle, from })
}

fn move_change(session: &Session, tree: &Tree, key: &EntryKey, to: NodeHandle) -> Worded {
    let EntryKey::Node(handle) = key else { return (String::new(), Err(fixed(key, "moved"))) };
    let Some(node) = tree.node(*handle) else { return gone("move", *handle) };
    let what = format!("move \"{}\"", node.label());
    let is_in_bin = |node: NodeHandle| tree.rubbish().is_some_and(|bin| tree.is_inside(node, bin));
    if is_in_bin(to) && !is_in_bin(*handle) {
        let message = format!("Cannot {what} into the rubbish bin: it would not know its way back");
        return (what, Err(Problem::new(ProblemKind::Permanent, message, "Throw it away instead.")));
    }
    let Some(from) = node.parent() else { return (what, Err(fixed(key, "moved"))) };
    match node.name().map_or(Ok(()), |name| free_in(tree, to, name, &what)) {
        Ok(()) => worded(what, session, tree, Change::Move { node: *handle, from, to }),
        Err(problem) => (what, Err(problem)),
    }
}

/// `"a.jpg"` or `3 entries`.
pub(super) fn counted(keys: &[EntryKey], label: Option<String>) -> String {
    match (keys, label) {
        (_, Some(label)) => format!("\"{label}\""),
        ([EntryKey::Name(name)], None) => format!("\"{}\"", name.to_string_lossy()),
        (keys, None) => format!("{} entries", keys.len()),
    }
}

/// Changes of one command on their way at once; the client below puts them into batches.
pub(super) const CHANGES_AT_ONCE: usize = 64;
