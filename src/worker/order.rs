//! The order of rows in a view: which entries are shown, and where. Pure; the worker runs it off the async threads,
//! because a folder may have a million entries. What is slow is done once for a folder ([`weigh`]): after that sorting
//! compares numbers only.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::entry::{Entry, EntryKey};
use crate::message::{Arrangement, Sort};

/// What sorting and summing need of an entry, in 16 bytes beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    /// Bytes; 0 where they are not known.
    pub(crate) size: u64,
    /// Whether it is a folder whose bytes nobody has counted.
    pub(crate) is_unsized: bool,
    /// Its place in the natural order of names, of equal names in that of keys.
    rank: u32,
    group: Group,
}

impl Weight {
    /// Returns whether the entry is a made-up folder: entered, never copied or thrown away.
    pub(crate) fn is_place(self) -> bool {
        self.group == Group::Place
    }
}

/// Weighs the entries of a folder, and numbers those of equal names from 1 in key order; returns how many share their name
/// with another. Slow for large folders.
pub(crate) fn weigh(entries: &mut [Entry]) -> (Arc<[Weight]>, u64) {
    let mut by_name: Vec<(Box<[u8]>, u32)> = entries
        .par_iter()
        .enumerate()
        .map(|(index, entry)| (natural_key(&entry.name), u32::try_from(index).unwrap_or(u32::MAX)))
        .collect();
    by_name.par_sort_unstable_by(|(a, a_index), (b, b_index)| {
        let (a_entry, b_entry) = (&entries[*a_index as usize], &entries[*b_index as usize]);
        a.cmp(b).then_with(|| (&a_entry.name, &a_entry.key).cmp(&(&b_entry.name, &b_entry.key)))
    });
    let by_name: Vec<u32> = by_name.into_iter().map(|(_, index)| index).collect();
    let twin_count = number_twins(entries, &by_name);
    let mut ranks = vec![0; entries.len()];
    for (rank, index) in (0..).zip(&by_name) {
        ranks[*index as usize] = rank;
    }
    let weigh = |(entry, rank): (&Entry, u32)| Weight {
        size: entry.size.unwrap_or(0),
        is_unsized: entry.size.is_none() && entry.kind.is_folder(),
        rank,
        group: Group::of(entry),
    };
    (entries.iter().zip(ranks).map(weigh).collect(), twin_count)
}

/// Returns the indices of the entries that `arrangement` shows, in its order. There is a weight for each entry.
///
/// Folders come first, then made-up places, then files; equal rows go by name, then by key.
#[must_use]
pub(crate) fn arrange(entries: &[Entry], weights: &[Weight], arrangement: &Arrangement) -> Vec<u32> {
    let filter = arrangement.filter.as_deref().filter(|text| !text.is_empty()).map(str::to_lowercase);
    let extensions =
        if arrangement.sort == Sort::Extension { extension_ranks(entries) } else { BTreeMap::new() };
    let mut rows: Vec<(Group, u64, u32, u32)> = entries
        .par_iter()
        .zip(weights)
        .enumerate()
        .filter(|(_, (entry, _))| is_shown(entry, arrangement.hidden, filter.as_deref()))
        .map(|(index, (entry, weight))| {
            let column = match arrangement.sort {
                Sort::Name => 0,
                Sort::Size => entry.size.map_or(0, |size| size.saturating_add(1)),
                Sort::Modified => ranked(entry.modified),
                Sort::Uploaded => ranked(entry.uploaded),
                Sort::Extension => extensions.get(extension(entry)).copied().unwrap_or(0),
            };
            let (column, rank) = match (arrangement.reversed, arrangement.sort) {
                (false, _) => (column, weight.rank),
                (true, Sort::Name) => (column, !weight.rank),
                (true, Sort::Size | Sort::Modified | Sort::Uploaded | Sort::Extension) => {
                    (!column, weight.rank)
                }
            };
            (weight.group, column, rank, u32::try_from(index).unwrap_or(u32::MAX))
        })
        .collect();
    rows.par_sort_unstable();
    rows.into_iter().map(|(_, _, _, index)| index).collect()
}

/// Returns a number for a time, in the same order; 0 where it is not known.
fn ranked(time: Option<i64>) -> u64 {
    time.map_or(0, |time| (time.cast_unsigned() ^ (1 << 63)).max(1))
}

/// Returns the extensions of entries with their places in the natural order. Case does not count.
fn extension_ranks(entries: &[Entry]) -> BTreeMap<&str, u64> {
    let mut ranks: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in entries {
        ranks.entry(extension(entry)).or_default();
    }
    let mut keys: Vec<Box<[u8]>> = ranks.keys().map(|text| natural_key(text)).collect();
    keys.sort_unstable();
    keys.dedup();
    for (text, rank) in &mut ranks {
        *rank = keys.binary_search(&natural_key(text)).unwrap_or(0) as u64;
    }
    ranks
}

/// Turns a name into bytes whose plain order is the natural order of names.
///
/// A run of digits becomes the mark `0`, its length without leading zeros, and the digits: so a longer number is
/// a larger one. Everything else is lower-cased UTF-8.
pub(crate) fn natural_key(name: &str) -> Box<[u8]> {
    let bytes = name.as_bytes();
    let mut key = Vec::with_capacity(bytes.len() + 8);
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let zeros = bytes[at..end].iter().take_while(|byte| **byte == b'0').count();
            let digits = &bytes[at + zeros..end];
            key.push(b'0');
            key.extend(u16::try_from(digits.len()).unwrap_or(u16::MAX).to_be_bytes());
            key.extend(digits);
            at = end;
        } else {
            let end = at + bytes[at..].iter().take_while(|byte| !byte.is_ascii_digit()).count();
            push_lowercase(&mut key, &name[at..end]);
            at = end;
        }
    }
    key.into()
}

fn push_lowercase(key: &mut Vec<u8>, text: &str) {
    if text.is_ascii() {
        key.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
    } else {
        let mut buffer = [0; 4];
        for lower in text.chars().flat_map(char::to_lowercase) {
            key.extend(lower.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

fn is_shown(entry: &Entry, hidden: bool, filter: Option<&str>) -> bool {
    (hidden || !entry.name.starts_with('.')) && filter.is_none_or(|text| contains(&entry.name, text))
}

/// Returns whether a name contains a text that is in lower case, whatever the name's case.
pub(crate) fn contains(name: &str, text: &str) -> bool {
    if !name.is_ascii() || !text.is_ascii() {
        return name.to_lowercase().contains(text);
    }
    let (name, text) = (name.as_bytes(), text.as_bytes());
    let Some(&first) = text.first() else { return true };
    let last = name.len().checked_sub(text.len());
    let begins = |at: usize| name[at..at + text.len()].eq_ignore_ascii_case(text);
    last.is_some_and(|last| {
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), &name[..=last]).any(begins)
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Folder,
    Place,
    File,
}

impl Group {
    fn of(entry: &Entry) -> Self {
        match (&entry.key, entry.kind.is_folder()) {
            (EntryKey::Place(_), _) => Self::Place,
            (EntryKey::Name(_) | EntryKey::Node(_), true) => Self::Folder,
            (EntryKey::Name(_) | EntryKey::Node(_), false) => Self::File,
        }
    }
}

/// The text after the last dot; of folders and of names like `.bashrc` there is none.
fn extension(entry: &Entry) -> &str {
    if entry.kind.is_folder() {
        return "";
    }
    match entry.name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension,
        Some(_) | None => "",
    }
}

/// Numbers entries of equal names, which stand together in the order by name.
fn number_twins(entries: &mut [Entry], by_name: &[u32]) -> u64 {
    // The disk tells its names apart; only what is not Unicode may look the same.
    let is_told_apart =
        |entry: &Entry| matches!(entry.key, EntryKey::Name(_)) && !entry.name.contains('\u{fffd}');
    if entries.par_iter().all(is_told_apart) {
        return 0;
    }
    let mut twins = 0;
    let mut start = 0;
    while start < by_name.len() {
        let name = &entries[by_name[start] as usize].name;
        let count =
            by_name[start..].iter().take_while(|index| entries[**index as usize].name == *name).count();
        for (number, index) in by_name[start..start + count].iter().enumerate() {
            let twin = if count > 1 { u32::try_from(number + 1).unwrap_or(u32::MAX) } else { 0 };
            entries[*index as usize].flags.twin = twin;
        }
        if count > 1 {
            twins += count as u64;
        }
        start += count;
    }
    twins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{CloudFolder, EntryFlags, EntryKind};
    use crate::handle::NodeHandle;
    use proptest::prelude::*;

    fn entry(name: &str, kind: EntryKind, size: Option<u64>, modified: Option<i64>) -> Entry {
        Entry {
            key: EntryKey::Name(name.into()),
            name: name.into(),
            kind,
            size,
            modified,
            uploaded: None,
            version_count: 0,
            flags: EntryFlags::default(),
        }
    }

    fn files(names: &[&str]) -> Vec<Entry> {
        names.iter().map(|name| entry(name, EntryKind::File, Some(1), None)).collect()
    }

    fn shown<'e>(entries: &'e [Entry], arrangement: &Arrangement) -> Vec<&'e str> {
        let (weights, _) = weigh(&mut entries.to_vec());
        let order = arrange(entries, &weights, arrangement);
        order.into_iter().map(|index| entries[index as usize].name.as_str()).collect()
    }

    #[test]
    fn numbers_in_names_count_as_numbers_and_case_does_not_matter() {
        let entries = files(&["img10", "IMG2", "img1", "b", "A", "img002", "z9z", "z10a", "é", "É2"]);
        let names = shown(&entries, &Arrangement::default());
        assert_eq!(names, ["A", "b", "img1", "IMG2", "img002", "img10", "z9z", "z10a", "é", "É2"]);
    }

    #[test]
    fn folders_stand_before_places_before_files_in_every_order() {
        let mut entries = vec![
            entry("a.txt", EntryKind::File, Some(10), Some(5)),
            entry("zoo", EntryKind::Folder, None, Some(1)),
            entry("link", EntryKind::LinkToFolder, None, None),
            entry("Rubbish bin", EntryKind::Folder, Some(1), None),
        ];
        entries[3].key = EntryKey::Place(CloudFolder::Rubbish);
        for sort in [Sort::Name, Sort::Size, Sort::Modified, Sort::Uploaded, Sort::Extension] {
            for reversed in [false, true] {
                let names = shown(&entries, &Arrangement { sort, reversed, ..Arrangement::default() });
                assert_eq!(&names[2..], ["Rubbish bin", "a.txt"], "{sort:?} {reversed}");
            }
        }
    }

    #[test]
    fn equal_sizes_go_by_name_also_when_reversed() {
        let entries = vec![
            entry("b", EntryKind::File, Some(5), None),
            entry("a", EntryKind::File, Some(5), None),
            entry("c", EntryKind::File, Some(9), None),
        ];
        let by_size = Arrangement { sort: Sort::Size, ..Arrangement::default() };
        assert_eq!(shown(&entries, &by_size), ["a", "b", "c"]);
        assert_eq!(shown(&entries, &Arrangement { reversed: true, ..by_size }), ["c", "a", "b"]);
    }

    #[test]
    fn by_arrival_the_unknown_ones_come_first() {
        let mut entries = files(&["a", "b", "c"]);
        (entries[0].uploaded, entries[1].uploaded) = (Some(20), Some(-10));
        let by_arrival = Arrangement { sort: Sort::Uploaded, ..Arrangement::default() };
        assert_eq!(shown(&entries, &by_arrival), ["c", "b", "a"]);
    }

    #[test]
    fn extension_order_ignores_dot_files_and_folders() {
        let entries = files(&["a.zip", "b.7z", ".bashrc", "c"]);
        let by_extension = Arrangement { sort: Sort::Extension, hidden: true, ..Arrangement::default() };
        assert_eq!(shown(&entries, &by_extension), [".bashrc", "c", "b.7z", "a.zip"]);
    }

    #[test]
    fn filter_ignores_case_and_hidden_names_need_the_switch() {
        let entries = files(&["Castle.jpg", ".castle", "tram"]);
        let mut arrangement = Arrangement { filter: Some("CAST".into()), ..Arrangement::default() };
        assert_eq!(shown(&entries, &arrangement), ["Castle.jpg"]);
        arrangement.hidden = true;
        assert_eq!(shown(&entries, &arrangement), [".castle", "Castle.jpg"]);
    }

    #[test]
    fn a_text_is_found_in_any_case_at_any_place() {
        for (name, text, is_in) in [
            ("Castle", "cast", true),
            ("Castle", "tle", true),
            ("ab", "abc", false),
            ("ÜBER", "über", true),
            ("aab", "ab", true),
            ("", "", true),
        ] {
            assert_eq!(contains(name, text), is_in, "{name} {text}");
        }
    }

    #[test]
    fn twins_are_numbered_in_handle_order() {
        let node = |byte, name: &str| Entry {
            key: EntryKey::Node(NodeHandle::from_bytes([byte; 6])),
            ..entry(name, EntryKind::File, Some(1), None)
        };
        let mut entries = vec![node(9, "x"), node(1, "y"), node(3, "x"), node(5, "x")];
        assert_eq!(weigh(&mut entries).1, 3);
        let twins: Vec<u32> = entries.iter().map(|entry| entry.flags.twin).collect();
        assert_eq!(twins, [3, 0, 1, 2]);
    }

    proptest! {
        #[test]
        fn every_entry_is_shown_exactly_once_without_a_filter(names in prop::collection::vec(".{0,8}", 0..40)) {
            let mut entries: Vec<Entry> =
                names.iter().map(|name| entry(name, EntryKind::File, None, None)).collect();
            let (weights, _) = weigh(&mut entries);
            let mut rows = arrange(&entries, &weights, &Arrangement { hidden: true, ..Arrangement::default() });
            for pair in rows.windows(2) {
                let (a, b) = (&entries[pair[0] as usize].name, &entries[pair[1] as usize].name);
                prop_assert!(natural_key(a) <= natural_key(b));
            }
            rows.sort_unstable();
            prop_assert_eq!(rows, (0..u32::try_from(entries.len()).unwrap()).collect::<Vec<_>>());
        }
    }
}
