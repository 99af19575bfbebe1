//! The comparison of two shown folders: folders are read by jobs, held against each other by `pairing`, and what is found
//! goes to the two views as signs. It changes nothing; when either view shows another folder it is over.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::time::{Duration, Instant};
use unicode_normalization::UnicodeNormalization;

use super::actor::Actor;
use super::jobs::Done;
use super::pairing::{Found, Item, ItemKind, Pair, SideBySide};
use super::problem;
use crate::entry::{CloudFolder, Entry, EntryKey, EntryKind, Location};
use crate::local::{self, DiskEntry};
use crate::message::{
    CheckFinding, CopyId, CopyReport, CopyRequest, Event, Note, Problem, ProblemKind, Selection, Sign, Task,
    ViewId, ViewState,
};
use crate::transfer::compare::Side;
use crate::tree::Tree;

/// Two views that are held against each other.
#[derive(Debug)]
pub(crate) struct Comparing {
    views: [ViewId; 2],
    both: SideBySide,
    /// Grows with each comparison; folders read for older ones are dropped.
    number: u64,
    /// The views know less than is known here.
    is_dirty: bool,
    /// They have been told nothing yet.
    is_awaited: bool,
    /// When they may be told next.
    tell_at: Instant,
}

/// What a check by content finds of the entries of two folders.
#[derive(Debug)]
pub(crate) struct Proofs {
    places: [Location; 2],
    /// By name.
    found: BTreeMap<String, Sign>,
}

/// Two folders were read and held against each other.
#[derive(Debug)]
pub(crate) struct PairRead {
    number: u64,
    pair: Pair,
    found: Found,
    /// Of the shown folders themselves: the signs of these entries, of each view.
    signs: Option<[EntrySigns; 2]>,
}

/// Entries of a view, and the sign of each.
type EntrySigns = (Arc<[Entry]>, Vec<Option<Sign>>);

/// A folder that is to be read.
enum Source {
    Cloud(Arc<Tree>, CloudFolder),
    Disk(PathBuf),
    Gone,
}

impl Actor {
    /// Holds the folders of two views against each other.
    pub(crate) fn compare_views(&mut self, views: [ViewId; 2]) {
        self.end_comparing();
        let [left, right] = views.map(|id| self.ready_place(id));
        let (Some(left), Some(right)) = (left, right) else {
            let message = "There are no two folders to compare yet";
            return self.send(Event::Failed(Problem::new(ProblemKind::Other, message, "")));
        };
        if left == right {
            let message = "Both panes show the same folder";
            return self.send(Event::Failed(Problem::new(
                ProblemKind::Usage,
                message,
                "Open another one beside it.",
            )));
        }
        self.comparisons += 1;
        let (both, number) = (SideBySide::new([left, right]), self.comparisons);
        let tell_at = Instant::now();
        self.comparing = Some(Comparing { views, both, number, is_dirty: false, is_awaited: true, tell_at });
        self.read_pairs();
    }

    /// Takes the signs away, and stops what is on its way to them.
    pub(crate) fn end_comparing(&mut self) {
        let Some(ended) = self.comparing.take() else { return };
        let views = ended.views;
        let count = ended.both.len();
        self.let_go(ended, count);
        for id in views {
            let Some(pane) = self.panes.get_mut(&id) else { continue };
            if !pane.view.clear_signs() {
                self.answer(id);
                continue;
            }
            let is_narrowed = std::mem::take(&mut pane.arrangement.differences);
            self.tell(id);
            if is_narrowed {
                self.sort(id);
            }
        }
    }

    /// A view shows another folder, or another content: what was compared is no longer true.
    pub(super) fn view_changed(&mut self, id: ViewId) {
        if self.comparing.as_ref().is_some_and(|comparing| comparing.views.contains(&id)) {
            self.end_comparing();
        }
    }

    /// Takes what is in two folders.
    pub(crate) fn pair_read(&mut self, read: PairRead) {
        let PairRead { number, pair, found, signs } = read;
        let Some(comparing) = self.comparing.as_mut().filter(|now| now.number == number) else { return };
        for (id, (entries, signs)) in comparing.views.into_iter().zip(signs.into_iter().flatten()) {
            let pane = self.panes.get_mut(&id);
            match pane.filter(|pane| Arc::ptr_eq(&entries, pane.view.entries())) {
                Some(pane) => pane.view.set_signs(signs),
                None => return self.end_comparing(), // it shows others by now
            }
        }
        comparing.both.take(&pair, found);
        comparing.is_dirty = true;
        self.read_pairs();
        self.tell_signs();
    }

    /// Tells the views what has been found since they were told last, a few times a second.
    pub(crate) fn tell_signs(&mut self) {
        let now = Instant::now();
        let Some(comparing) = self.comparing.as_mut().filter(|comparing| comparing.is_dirty) else { return };
        if now < comparing.tell_at && !comparing.both.is_over() {
            return;
        }
        (comparing.is_dirty, comparing.tell_at) = (false, now + TELL_AGAIN);
        let changes = comparing.both.take_changes();
        for (side, id) in comparing.views.into_iter().enumerate() {
            let Some(pane) = self.panes.get_mut(&id) else { continue };
            let changes = changes.iter().filter_map(|top| comparing.both.sign(*top, side));
            pane.view.add_signs(changes, comparing.both.counts(side));
        }
        comparing.is_awaited = false;
        let views = comparing.views;
        for id in views {
            let is_narrowed = self.panes.get(&id).is_some_and(|pane| pane.arrangement.differences);
            self.tell(id);
            if is_narrowed {
                self.sort(id);
            }
        }
    }

    /// Returns when the views are to be told, if they are to be.
    pub(crate) fn signs_due(&self) -> Option<Instant> {
        self.comparing.as_ref().filter(|comparing| comparing.is_dirty).map(|comparing| comparing.tell_at)
    }

    /// A check by content begins: what it proves is shown in the views of its folders.
    pub(super) fn expect_proofs(&mut self, copy: CopyId, request: &CopyRequest) {
        let from = match &request.selection {
            Selection::Marked(id) => self.ready_place(*id),
            Selection::Entries { parent, .. } => Some(parent.clone()),
            Selection::Contents(folder) => Some(folder.clone()),
        };
        if let (Task::Check { .. }, Some(from)) = (request.options.task, from) {
            let places = [from, request.target.clone()].map(|place| self.normal_location(place));
            self.proofs.insert(copy, Proofs { places, found: BTreeMap::new() });
        }
    }

    /// Tells what happened to an item of a copy.
    pub(super) fn tell_note(&mut self, copy: CopyId, path: String, size: u64, note: Note) {
        self.take_proof(copy, &path, &note);
        self.send(Event::CopyNote { copy, path, size, note });
    }

    /// Tells how a copy ended; where it was a check whose folders are shown, they get its signs.
    pub(super) fn tell_end(&mut self, copy: CopyId, report: CopyReport) {
        self.show_proofs(copy, report.cancelled);
        self.send(Event::CopyEnded(report));
    }

    /// Takes what a check has found of a file.
    fn take_proof(&mut self, copy: CopyId, path: &str, note: &Note) {
        let Some(proofs) = self.proofs.get_mut(&copy) else { return };
        let (name, is_below) = path.split_once('/').map_or((path, false), |(name, _)| (name, true));
        let Some(sign) = sign_of(note, is_below) else { return };
        match proofs.found.get_mut(name) {
            Some(worst) => *worst = worse(*worst, sign),
            None => drop(proofs.found.insert(name.to_owned(), sign)),
        }
    }

    fn show_proofs(&mut self, copy: CopyId, was_cancelled: bool) {
        let Some(proofs) = self.proofs.remove(&copy).filter(|_| !was_cancelled) else { return };
        let view_of = |place: &Location| {
            self.panes.iter().find(|(_, pane)| pane.view.location() == place).map(|(id, _)| *id)
        };
        let [Some(left), Some(right)] = [&proofs.places[0], &proofs.places[1]].map(view_of) else { return };
        let swapped = self.comparing.as_ref().is_some_and(|now| now.views == [right, left]);
        let views = if swapped { [right, left] } else { [left, right] };
        if self.comparing.as_ref().is_none_or(|now| now.views != views) {
            self.end_comparing();
        }
        let keys =
            views.map(|id| self.panes.get(&id).map(|pane| pane.view.keys_by_name()).unwrap_or_default());
        self.comparisons += 1;
        let (number, tell_at) = (self.comparisons, Instant::now());
        let comparing = self.comparing.get_or_insert_with(|| Comparing {
            views,
            both: SideBySide::of_proofs(),
            number,
            is_dirty: true,
            is_awaited: false,
            tell_at,
        });
        let of_name = |(name, sign): (String, Sign)| {
            let keys = [keys[0].get(&name).cloned(), keys[1].get(&name).cloned()];
            (name, keys, sign)
        };
        comparing.both.prove(proofs.found.into_iter().map(of_name).collect());
        comparing.is_dirty = true;
        self.tell_signs();
    }

    /// Returns whether a view is to get its first signs, which what is typed ahead waits for.
    pub(super) fn awaits_signs(&self, id: ViewId) -> bool {
        self.comparing.as_ref().is_some_and(|comparing| comparing.is_awaited && comparing.views.contains(&id))
    }

    fn ready_place(&self, id: ViewId) -> Option<Location> {
        let view = &self.panes.get(&id)?.view;
        (*view.state() == ViewState::Ready).then(|| view.location().clone())
    }

    /// Starts to read as many folders as may be read at once.
    fn read_pairs(&mut self) {
        while let Some(comparing) = &mut self.comparing
            && comparing.both.reading() < PAIRS_AT_ONCE
            && let Some(pair) = comparing.both.next()
        {
            let number = comparing.number;
            let views = comparing.views;
            let [left, right] = [self.source(&pair.folders[0]), self.source(&pair.folders[1])];
            let shown = |id| self.panes.get(&id).map(|pane| Arc::clone(pane.view.entries()));
            let shown = pair.is_top().then(|| views.map(|id| shown(id).unwrap_or_default()));
            let broken = Done::Broken(problem::broke_down("compare the folders"));
            self.jobs.start_blocking(broken, move || {
                let items = left.read().zip(right.read()).map(|(left, right)| [left, right]);
                let found = pair.compare(items);
                let signs = |side, entries: Arc<[Entry]>| {
                    let signs = found.signs(side, &entries);
                    (entries, signs)
                };
                let signs = shown.map(|[left, right]| [signs(0, left), signs(1, right)]);
                Done::PairRead(PairRead { number, pair, found, signs })
            });
        }
    }

    fn source(&self, place: &Location) -> Source {
        match place {
            Location::Local(path) => Source::Disk(path.clone()),
            Location::Cloud { account, folder } => {
                let tree = self.accounts.get(account).and_then(|account| account.tree.as_ref());
                tree.map_or(Source::Gone, |tree| Source::Cloud(Arc::clone(tree), *folder))
            }
        }
    }
}

impl Source {
    fn read(self) -> Option<Vec<Item>> {
        match self {
            Self::Cloud(tree, folder) => Some(cloud_items(&tree, folder)),
            Self::Disk(path) => Some(local::list(&path).ok()?.into_iter().map(disk_item).collect()),
            Self::Gone => None,
        }
    }
}

fn disk_item(entry: DiskEntry) -> Item {
    let DiskEntry { name, kind, size, modified, .. } = entry;
    let readable = local::cloud_name(&name);
    let kind = match (kind, &readable) {
        (_, Err(_)) | (EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special, Ok(_)) => {
            ItemKind::Odd
        }
        (EntryKind::Folder, Ok(_)) => ItemKind::Folder,
        (EntryKind::File, Ok(_)) => {
            size.map_or(ItemKind::Odd, |size| ItemKind::File(Side { size, modified }))
        }
    };
    let shown = readable.unwrap_or_else(|_not_unicode| name.to_string_lossy().into_owned());
    Item { name: shown, key: EntryKey::Name(name), kind }
}

fn cloud_items(tree: &Tree, folder: CloudFolder) -> Vec<Item> {
    let items = tree.contents(folder).map(|node| {
        let kind = match (node.is_undecryptable(), node.is_file()) {
            (true, _) => ItemKind::Odd,
            (false, true) => ItemKind::File(Side { size: node.size(), modified: node.modified() }),
            (false, false) => ItemKind::Folder,
        };
        Item { name: node.label().nfc().collect(), key: EntryKey::Node(node.handle()), kind }
    });
    items.collect()
}

/// Returns what a note says of the entry at the top; `is_below` where it is about something inside it.
fn sign_of(note: &Note, is_below: bool) -> Option<Sign> {
    Some(match CheckFinding::of(note)? {
        CheckFinding::Identical => Sign::Proven,
        CheckFinding::SameSize
        | CheckFinding::EqualNames(_)
        | CheckFinding::Unchecked(_)
        | CheckFinding::PassedOver => Sign::Unproven,
        CheckFinding::Different { .. } => Sign::Different,
        CheckFinding::OnlySource | CheckFinding::OnlyTarget if is_below => Sign::Different,
        CheckFinding::OnlySource | CheckFinding::OnlyTarget => Sign::OnlyHere,
    })
}

/// Of a folder counts the worst that was found in it.
fn worse(one: Sign, other: Sign) -> Sign {
    let rank = |sign: Sign| match sign {
        Sign::Proven => 0,
        Sign::Same => 1,
        Sign::Unproven => 2,
        Sign::OnlyHere | Sign::Newer | Sign::Older | Sign::Different => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// Folders being read at once, on each side.
const PAIRS_AT_ONCE: usize = 4;

/// The views are told this often while folders are read.
const TELL_AGAIN: Duration = Duration::from_millis(200);
