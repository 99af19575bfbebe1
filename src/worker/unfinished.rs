//! Copies beyond the end of the program ([`KeptCopy`]): what the screen copies is written down while it is carried out, and
//! what an earlier run left is found at the start, told, and then gone on with or given up. Part of the actor. How far
//! each file is, its transfer knows; nothing is gone on with before the user says so.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::copying::{Copy, CopyDone, Stage};
use super::ends::{self, Sides};
use super::jobs::{Done, blocking};
use super::problem::{self, unknown_account};
use super::selection::Selected;
use crate::entry::EntryKey;
use crate::message::{
    ConflictPolicy, CopyId, CopyRequest, Direction, Event, FolderPolicy, Leftovers, Pair, Problem,
    ProblemKind, Resolution, Selection, Unfinished, UnfinishedId,
};
use crate::store::copy_journal::{CopyJournals, CopyRecord};
use crate::store::transfer_journal::TransferJournals;
use crate::transfer::conflict::folders_from_now_on;
use crate::transfer::leftover;

/// A copy as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeptCopy {
    account: String,
    /// The account that is read, where that is another one.
    #[serde(default)]
    source: Option<String>,
    direction: Direction,
    what: String,
    target: String,
    /// Names its entries one by one: marks do not outlive a run.
    request: CopyRequest,
    /// Files and bytes, once they are counted.
    amount: Option<(u64, u64)>,
}

/// A copy that an earlier run left.
pub(crate) struct LeftCopy {
    record: Arc<CopyRecord>,
    kept: KeptCopy,
    /// What it becomes once its account is open.
    wanted: Option<Wanted>,
}

/// A copy that is to be gone on with.
#[derive(Clone, Copy)]
struct Wanted {
    copy: CopyId,
    is_held: bool,
}

/// What was found at the start.
pub(crate) struct Found {
    copies: Vec<(CopyRecord, KeptCopy)>,
    /// Copies that another process carries out.
    elsewhere: usize,
    leftovers: Leftovers,
}

impl Actor {
    /// Looks for what earlier runs left, and takes off the disk what nothing can go on with.
    pub(crate) fn find_unfinished(&mut self) {
        let (copies, journals) = (self.copy_journals.clone(), self.all_journals());
        self.jobs.start_blocking(Done::Abandoned, move || match find(&copies, &journals) {
            Ok(found) => Done::Unfinished(found),
            Err(error) => {
                tracing::warn!(%error, "cannot look for unfinished copies");
                Done::Abandoned
            }
        });
    }

    /// Tells what was found.
    pub(crate) fn found_unfinished(&mut self, found: Found) {
        let Found { copies, elsewhere, leftovers } = found;
        if elsewhere > 0 {
            let copies = if elsewhere == 1 { "copy goes" } else { "copies go" };
            self.send(Event::Done { text: format!("{elsewhere} {copies} on in another megapane") });
        }
        if self.copy_journals.is_none() || (copies.is_empty() && leftovers.count == 0) {
            return;
        }
        let mut told = Vec::with_capacity(copies.len());
        for (record, kept) in copies {
            let id = UnfinishedId(record.id());
            told.push(kept.told(id));
            self.unfinished.insert(id, LeftCopy { record: Arc::new(record), kept, wanted: None });
        }
        self.send(Event::Unfinished { copies: told, leftovers });
    }

    /// Goes on with a copy, at once or when its account is open.
    pub(crate) fn continue_copy(&mut self, unfinished: UnfinishedId, copy: CopyId, is_held: bool) {
        let Some(left) = self.unfinished.get_mut(&unfinished) else {
            return self.send(Event::Failed(not_left()));
        };
        left.wanted = Some(Wanted { copy, is_held });
        let accounts = left.kept.accounts();
        let is_ready =
            |name: &String| self.accounts.get(name).is_some_and(|account| account.ready().is_some());
        let closed: Vec<String> = accounts.iter().filter(|name| !is_ready(name)).cloned().collect();
        for name in &closed {
            if !self.connect(name) {
                return self.send(Event::Failed(unknown_account(name)));
            }
        }
        if closed.is_empty() {
            self.continue_copies(&accounts[0]);
        }
    }

    /// Goes on with the copies that waited for this account.
    pub(crate) fn continue_copies(&mut self, account: &str) {
        let is_ready =
            |name: &String| self.accounts.get(name).is_some_and(|account| account.ready().is_some());
        let is_due = |left: &LeftCopy| {
            let accounts = left.kept.accounts();
            left.wanted.is_some()
                && accounts.iter().any(|name| name == account)
                && accounts.iter().all(is_ready)
        };
        let due: Vec<UnfinishedId> =
            self.unfinished.iter().filter(|(_, left)| is_due(left)).map(|(id, _)| *id).collect();
        for id in due {
            if let Some(LeftCopy { record, kept, wanted: Some(wanted) }) = self.unfinished.remove(&id) {
                self.plan_copy(wanted.copy, &kept.request);
                if let Some(copy) = self.copies.get_mut(&wanted.copy) {
                    copy.is_held = wanted.is_held;
                    copy.record = Some(record);
                    copy.kept = Arc::new(kept);
                }
                self.start_copy(wanted.copy);
            }
        }
    }

    /// Gives copies up, and removes what they have on this machine.
    pub(crate) fn discard_unfinished(&mut self, copies: &[UnfinishedId], leftovers: bool) {
        let given_up: Vec<LeftCopy> = copies.iter().filter_map(|id| self.unfinished.remove(id)).collect();
        let (journals, records) = (self.all_journals(), self.copy_journals.clone());
        let broken = Done::Broken(problem::broke_down("remove what was left unfinished"));
        self.jobs.start_kept(broken, async move {
            let removed = blocking(move || {
                let ids: BTreeSet<u64> = given_up.iter().map(|left| left.record.id()).collect();
                for journals in &journals {
                    leftover::discard_where(journals, |left| match left.copy {
                        Some(copy) if ids.contains(&copy) => true,
                        Some(_) | None => leftovers && left.is_loose(&records),
                    })?;
                }
                for left in &given_up {
                    left.record.remove();
                }
                Ok(())
            });
            match removed.await {
                Ok(()) => Done::Abandoned,
                Err(error) => Done::Broken(problem::of_io("remove what was left unfinished", &error)),
            }
        });
    }

    /// Writes a copy down and makes the top folder of its target, before anything of it moves.
    pub(super) fn begin_copy(&mut self, id: CopyId) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        let is_possible = copy.plan.summary().problem.is_none() && copy.changes_target;
        let is_stored = |name: &String| self.accounts.get(name).is_some_and(|account| account.is_stored);
        let is_lasting = is_stored(&copy.account) && is_stored(&copy.source);
        let is_new = is_possible && is_lasting && !self.copy_journals.is_none() && copy.record.is_none();
        let root =
            (is_possible && copy.way.ends_on_disk()).then(|| (copy.root.clone(), copy.sources.clone()));
        copy.stage = Stage::Running;
        if !is_new && root.is_none() {
            return;
        }
        copy.stage = Stage::Beginning;
        let kept = is_new.then(|| Arc::clone(&copy.kept));
        let journals = self.copy_journals.clone();
        let undo = self.disk_journal_of_copy(id);
        let broken = CopyDone::Begun(None, Err(problem::broke_down("begin the copy")));
        self.jobs.start_kept(Done::Copy(id, broken), async move {
            let begun = blocking(move || {
                let record = kept.and_then(|kept| begin_record(&journals, &kept));
                let made = root.map_or(Ok(()), |(root, sources)| ends::make_root(&root, &sources, &undo));
                CopyDone::Begun(record, made)
            });
            Done::Copy(id, begun.await)
        });
    }

    /// Writes down what has become known of a copy: how much it is, and what is done about conflicts.
    pub(super) fn note_copy(&mut self, id: CopyId) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        let summary = copy.plan.summary();
        let counted = summary.complete.then_some((summary.file_count, summary.bytes));
        let (Some(record), true) = (&copy.record, copy.is_kept_stale || counted != copy.kept.amount) else {
            return;
        };
        if counted.is_none() && !copy.is_kept_stale {
            return; // as it was when it was left
        }
        copy.is_kept_stale = false;
        let amount = counted.or(copy.kept.amount);
        Arc::make_mut(&mut copy.kept).amount = amount;
        let (record, kept) = (Arc::clone(record), Arc::clone(&copy.kept));
        self.jobs.start_blocking(Done::Abandoned, move || {
            let written =
                serde_json::to_value(&*kept).map_err(Into::into).and_then(|copy| record.write(&copy));
            if let Err(error) = written {
                tracing::warn!(%error, "the record of a copy is out of date");
            }
            Done::Abandoned
        });
    }

    /// Ends the record of a copy that is over. One that only the end of the program stopped stays.
    pub(super) fn forget_copy(&mut self, copy: &Copy) {
        let is_left = self.is_ending() && copy.plan.is_stopped();
        if let Some(record) = copy.record.clone().filter(|_| !is_left) {
            self.jobs.start_kept(Done::Abandoned, async move {
                blocking(move || record.remove()).await;
                Done::Abandoned
            });
        }
    }

    /// Makes what is written down of a new copy.
    pub(super) fn kept_copy(
        &self,
        request: &CopyRequest,
        selected: Selected,
        (sides, target): (&Sides, &str),
    ) -> KeptCopy {
        let what = self.what(&selected);
        let selection = match selected {
            Selected::Contents(location) => Selection::Contents(location),
            Selected::Entries { parent, keys } => Selection::Entries { parent, keys },
        };
        KeptCopy {
            account: sides.account.clone(),
            source: (sides.source != sides.account).then(|| sides.source.clone()),
            direction: sides.way.direction(),
            what,
            target: target.to_owned(),
            request: CopyRequest { selection, ..request.clone() },
            amount: None,
        }
    }

    /// Says what was selected, as people write it.
    fn what(&self, selected: &Selected) -> String {
        let (parent, keys) = match selected {
            Selected::Contents(location) => return self.heading(location).title,
            Selected::Entries { parent, keys } => (self.heading(parent).title, keys),
        };
        match &keys[..] {
            [EntryKey::Name(name)] => ends::below_title(&parent, &[name.to_string_lossy().into_owned()]),
            [EntryKey::Node(_) | EntryKey::Place(_)] => format!("1 entry of {parent}"),
            keys => format!("{} entries of {parent}", keys.len()),
        }
    }

    /// The transfer journals of all accounts that keep any.
    fn all_journals(&self) -> Vec<TransferJournals> {
        let journals = self.accounts.keys().map(|name| self.keep_of(name, None).journals);
        journals.filter(|journals| !journals.is_none()).collect()
    }
}

impl Copy {
    /// Returns the number under which it is kept, if it is.
    pub(crate) fn record_id(&self) -> Option<u64> {
        self.record.as_ref().map(|record| record.id())
    }
}

impl KeptCopy {
    /// The accounts that it needs, at least one.
    fn accounts(&self) -> Vec<String> {
        std::iter::once(&self.account).chain(&self.source).cloned().collect()
    }

    /// Takes an answer for the rest of the copy as its rule from now on.
    pub(super) fn answer_rest(&mut self, pair: Pair, resolution: &Resolution) {
        let options = &mut self.request.options;
        if pair == Pair::Folders {
            // A run that goes on later cannot tell the old folder from the one that this run made: it asks again.
            options.folders = match folders_from_now_on(resolution) {
                Some(FolderPolicy::Replace | FolderPolicy::Rename) => FolderPolicy::Ask,
                Some(policy @ (FolderPolicy::Ask | FolderPolicy::Merge | FolderPolicy::Skip)) => policy,
                None => options.folders,
            };
            return;
        }
        options.conflict = match resolution {
            Resolution::Overwrite => ConflictPolicy::Overwrite,
            Resolution::Replace => ConflictPolicy::Replace,
            Resolution::Skip => ConflictPolicy::Skip,
            Resolution::KeepBoth { .. } => ConflictPolicy::Rename,
            Resolution::OverwriteIfNewer => ConflictPolicy::Newer,
            Resolution::OverwriteIfSizeDiffers => ConflictPolicy::Size,
            // These leave some undecided, or end the copy: it asks again.
            Resolution::SkipIfIdentical | Resolution::Merge | Resolution::Resume | Resolution::Stop => return,
        };
    }

    fn told(&self, id: UnfinishedId) -> Unfinished {
        Unfinished {
            id,
            account: self.account.clone(),
            direction: self.direction,
            what: self.what.clone(),
            target: self.target.clone(),
            amount: self.amount,
        }
    }
}

fn find(copies: &CopyJournals, journals: &[TransferJournals]) -> std::io::Result<Found> {
    let mut found = Found { copies: Vec::new(), elsewhere: 0, leftovers: Leftovers::default() };
    for (record, value) in copies.take_free()? {
        match serde_json::from_value(value) {
            Ok(kept) => found.copies.push((record, kept)),
            Err(_of_another_form) => record.remove(),
        }
    }
    found.elsewhere = copies.count()?.saturating_sub(found.copies.len());
    for journals in journals {
        for left in leftover::list(journals)? {
            if left.is_loose(copies) {
                found.leftovers.count += 1;
                found.leftovers.bytes += left.done;
            }
        }
    }
    Ok(found)
}

/// A copy that cannot be written down is carried out all the same.
fn begin_record(journals: &CopyJournals, kept: &KeptCopy) -> Option<CopyRecord> {
    let begun = serde_json::to_value(kept).map_err(Into::into).and_then(|copy| journals.begin(&copy));
    begun.unwrap_or_else(|error| {
        tracing::warn!(%error, "a copy is not written down");
        None
    })
}

fn not_left() -> Problem {
    Problem::new(ProblemKind::Other, "There is no such unfinished copy", "")
}
