//! Makes the sheet of a folder ([`Adding`]): its entries, what each comes to, and what else takes space there. Pure, and of
//! large folders slow: it has its own hold of all that it needs, to run beside the loop. Of a folder with very many entries
//! only the first in the order asked for get rows.

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;

use super::scan::SoFar;
use crate::entry::{CloudFolder, Entry, EntryKey, Location};
use crate::message::{
    MOST_USAGE_ROWS, Problem, ProblemKind, UsageOrder, UsagePart, UsageQuestion, UsageRow, UsageSheet,
};
use crate::tree::{Node, Tree, Usage};
use crate::worker::listing;
use crate::worker::order::natural_key;
use crate::worker::panes::LARGE;
use crate::worker::view::Folder;

/// A folder that is to be added up.
pub(super) struct Adding {
    pub(super) question: UsageQuestion,
    pub(super) heading: Folder,
    pub(super) found: Found,
}

/// What is known of it.
pub(super) enum Found {
    /// The account's tree, where it is there.
    Cloud(Option<Arc<Tree>>),
    /// The entries, and how far the folders among them are scanned.
    Disk(Arc<Result<Vec<Entry>, Problem>>, SoFar),
}

impl Adding {
    /// Returns whether it takes too long for the loop.
    pub(super) fn is_large(&self) -> bool {
        match (&self.found, &self.question.place) {
            (Found::Cloud(Some(tree)), Location::Cloud { folder, .. }) => {
                tree.contents(*folder).nth(LARGE).is_some()
            }
            (Found::Disk(entries, _), _) => {
                entries.as_ref().as_ref().is_ok_and(|entries| entries.len() > LARGE)
            }
            (Found::Cloud(_), _) => false,
        }
    }

    /// Makes the sheet.
    pub(super) fn sheet(&self) -> UsageSheet {
        let blank = blank(&self.question, self.heading.clone());
        match (&self.found, &self.question.place) {
            (Found::Cloud(Some(tree)), Location::Cloud { folder, .. }) => {
                of_cloud(self.question.order, blank, *folder, tree)
            }
            (Found::Disk(entries, so_far), Location::Local(path)) => {
                of_disk(self.question.order, blank, (path, entries.as_ref().as_ref()), so_far)
            }
            (Found::Cloud(_) | Found::Disk(..), _) => blank,
        }
    }

    /// Makes the sheet of a folder that cannot be added up.
    pub(super) fn failed(&self, problem: Problem) -> UsageSheet {
        let blank = blank(&self.question, self.heading.clone());
        UsageSheet { problem: Some(problem), is_complete: true, ..blank }
    }
}

/// Makes the sheet of a folder of an account, from the sums that its tree keeps.
fn of_cloud(order: UsageOrder, blank: UsageSheet, folder: CloudFolder, tree: &Tree) -> UsageSheet {
    if matches!(folder, CloudFolder::Node(handle) if tree.node(handle).is_none_or(|node| node.is_file())) {
        let problem = Problem::new(ProblemKind::FolderNotFound, "The folder is no longer there", "");
        return UsageSheet { problem: Some(problem), is_complete: true, ..blank };
    }
    let nodes: Vec<Node<'_>> = tree.contents(folder).collect();
    let of = |node: &Node<'_>| tree.usage(node.handle());
    let mut sums = Totals::default();
    let kept = first_of(&nodes, |node| {
        let usage = of(node);
        sums.add(usage);
        rough_key(order, (usage.bytes, usage.file_count), node.modified(), || node.label())
    });
    let mut rows: Vec<UsageRow> = Vec::with_capacity(kept.len() + 6);
    rows.extend(kept.iter().map(|&at| {
        let (node, usage) = (&nodes[at], of(&nodes[at]));
        entry_row(listing::cloud_entry(tree, node, false), usage.bytes, usage.file_count)
    }));
    let others = sums.others(nodes.len(), &rows);
    rows.extend(others);
    if sums.version_bytes > 0 {
        rows.push(UsageRow { part: UsagePart::Versions, bytes: sums.version_bytes, file_count: None });
    }
    if folder == CloudFolder::Root {
        rows.extend(PLACES.iter().filter_map(|&(place, name)| place_row(tree, place, name)));
    }
    finish(order, UsageSheet { rows, is_complete: true, ..blank })
}

/// Makes the sheet of a folder of the disk, as far as it has been walked through.
fn of_disk(
    order: UsageOrder,
    blank: UsageSheet,
    (path, entries): (&Path, Result<&Vec<Entry>, &Problem>),
    scan: &SoFar,
) -> UsageSheet {
    let (unreadable_count, is_complete) = (scan.unreadable_count, scan.is_complete);
    let blank = UsageSheet { unreadable_count, is_complete, ..blank };
    let entries = match entries {
        Ok(entries) => entries,
        Err(problem) => return UsageSheet { problem: Some(problem.clone()), is_complete: true, ..blank },
    };
    let of = |entry: &Entry| match (&entry.key, entry.kind) {
        (EntryKey::Name(name), crate::entry::EntryKind::Folder) => {
            let sums = scan.sums(&path.join(name));
            Usage { bytes: sums.bytes, file_count: sums.file_count, ..Usage::default() }
        }
        (_, crate::entry::EntryKind::File) => {
            Usage { bytes: entry.size.unwrap_or(0), file_count: 1, ..Usage::default() }
        }
        _ => Usage::default(), // links and devices take no space of their own
    };
    let mut sums = Totals::default();
    let kept = first_of(entries, |entry| {
        let usage = of(entry);
        sums.add(usage);
        rough_key(order, (usage.bytes, usage.file_count), entry.modified, || entry.name.clone())
    });
    let row = |at: &usize| {
        let usage = of(&entries[*at]);
        entry_row(entries[*at].clone(), usage.bytes, usage.file_count)
    };
    let mut rows: Vec<UsageRow> = kept.iter().map(row).collect();
    let others = sums.others(entries.len(), &rows);
    rows.extend(others);
    finish(order, UsageSheet { rows, ..blank })
}

fn blank(question: &UsageQuestion, heading: Folder) -> UsageSheet {
    UsageSheet {
        usage: question.usage,
        place: question.place.clone(),
        title: heading.title,
        parent: heading.parent,
        bytes: 0,
        file_count: 0,
        rows: Vec::new(),
        unreadable_count: 0,
        is_complete: false,
        problem: None,
    }
}

fn entry_row(entry: Entry, bytes: u64, file_count: u64) -> UsageRow {
    UsageRow {
        part: UsagePart::Entry(Entry { size: Some(bytes), ..entry }),
        bytes,
        file_count: Some(file_count),
    }
}

/// Another place of the account, where it holds anything, with the old versions in it.
fn place_row(tree: &Tree, place: CloudFolder, name: &str) -> Option<UsageRow> {
    let mut sums = Totals::default();
    let count = tree.contents(place).map(|node| sums.add(tree.usage(node.handle()))).count();
    let bytes = sums.bytes.saturating_add(sums.version_bytes);
    let entry = listing::place_entry(place, name, bytes);
    (count > 0).then(|| entry_row(entry, bytes, sums.file_count))
}

/// Puts the rows in order and adds them up.
fn finish(order: UsageOrder, mut sheet: UsageSheet) -> UsageSheet {
    sheet.rows.sort_by_cached_key(|row| {
        let entry = row.part.entry();
        let name = || entry.map(|entry| entry.name.clone()).unwrap_or_default();
        let key =
            sort_key(order, (row.bytes, row.file_count.unwrap_or(0)), entry.and_then(|e| e.modified), name);
        (matches!(row.part, UsagePart::Others(_)), key)
    });
    sheet.bytes = sheet.rows.iter().fold(0, |sum, row| sum.saturating_add(row.bytes));
    sheet.file_count = sheet.rows.iter().filter_map(|row| row.file_count).sum();
    sheet
}

/// What rows are compared by.
type SortKey = (Reverse<u64>, (bool, i64), Box<[u8]>);

fn sort_key(
    order: UsageOrder,
    (bytes, files): (u64, u64),
    modified: Option<i64>,
    name: impl FnOnce() -> String,
) -> SortKey {
    let time = (modified.is_none(), modified.unwrap_or(0));
    let name = || natural_key(&name());
    match order {
        UsageOrder::Size => (Reverse(bytes), (false, 0), name()),
        UsageOrder::Count => (Reverse(files), (false, 0), name()),
        UsageOrder::Name => (Reverse(0), (false, 0), name()),
        UsageOrder::Time => (Reverse(0), time, name()),
    }
}

/// The same where names need not decide between equal rows: they are slow to compare, and there may be a million.
fn rough_key(
    order: UsageOrder,
    sums: (u64, u64),
    modified: Option<i64>,
    name: impl FnOnce() -> String,
) -> SortKey {
    match order {
        UsageOrder::Name => sort_key(order, sums, modified, name),
        UsageOrder::Size | UsageOrder::Count | UsageOrder::Time => {
            sort_key(order, sums, modified, String::new)
        }
    }
}

/// Returns which of many come first: all, where they are not too many.
fn first_of<T>(all: &[T], mut key: impl FnMut(&T) -> SortKey) -> Vec<usize> {
    let mut keyed: Vec<(SortKey, usize)> = all.iter().enumerate().map(|(at, one)| (key(one), at)).collect();
    if keyed.len() > MOST_USAGE_ROWS {
        keyed.select_nth_unstable(MOST_USAGE_ROWS);
        keyed.truncate(MOST_USAGE_ROWS);
    }
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// Sums of entries. Sizes that a server lies about stop at the largest number.
#[derive(Default)]
struct Totals {
    bytes: u64,
    file_count: u64,
    version_bytes: u64,
}

impl Totals {
    fn add(&mut self, usage: Usage) {
        self.bytes = self.bytes.saturating_add(usage.bytes);
        self.file_count = self.file_count.saturating_add(usage.file_count);
        self.version_bytes = self.version_bytes.saturating_add(usage.version_bytes);
    }

    /// The row for what has no row of its own.
    fn others(&self, count: usize, rows: &[UsageRow]) -> Option<UsageRow> {
        let rest = count.checked_sub(rows.len()).filter(|rest| *rest > 0)?;
        let bytes = rows.iter().fold(self.bytes, |left, row| left.saturating_sub(row.bytes));
        let files = rows.iter().filter_map(|row| row.file_count).fold(self.file_count, u64::saturating_sub);
        Some(UsageRow { part: UsagePart::Others(rest as u64), bytes, file_count: Some(files) })
    }
}

/// What takes space of an account besides its drive; what others share takes theirs.
const PLACES: [(CloudFolder, &str); 3] =
    [(CloudFolder::Inbox, "Inbox"), (CloudFolder::Orphans, "Orphans"), (CloudFolder::Rubbish, "Rubbish bin")];
