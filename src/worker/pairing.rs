//! Two folders held against each other by name, size and time, one pair of folders after another ([`SideBySide`]). Pure:
//! it says which folders to read next and takes what is in them; what it comes to are signs of the entries at the top.

use std::collections::{BTreeMap, HashMap};

use crate::entry::{EntryKey, Location};
use crate::message::{Sign, SignCounts};
use crate::transfer::compare::{Comparison, Side, compare};

/// What is in a folder, as far as it is compared.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The name as both sides would write it.
    pub(crate) name: String,
    pub(crate) key: EntryKey,
    pub(crate) kind: ItemKind,
}

/// What is compared of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Folder,
    File(Side),
    /// A link, a device, or a name that cannot be read.
    Odd,
}

/// Two folders of one name that are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The entry at the top that they stand below; `None` for the two folders themselves.
    top: Option<usize>,
    /// The folders.
    pub(crate) folders: [Location; 2],
}

/// A comparison on its way.
#[derive(Debug)]
pub(crate) struct SideBySide {
    tops: Vec<Top>,
    waiting: Vec<Pair>,
    reading: usize,
}

/// An entry of the two folders.
#[derive(Debug)]
struct Top {
    name: String,
    keys: [Option<EntryKey>; 2],
    /// What was found, as each side sees it; `None` while folders below are open.
    signs: Option<[Sign; 2]>,
    open: usize,
    is_unproven: bool,
}

/// What a name came to.
struct Matched {
    name: String,
    keys: [Option<EntryKey>; 2],
    /// `None` for two folders.
    signs: Option<[Sign; 2]>,
}

impl SideBySide {
    /// Begins with two folders.
    pub(crate) fn new(folders: [Location; 2]) -> Self {
        Self { tops: Vec::new(), waiting: vec![Pair { top: None, folders }], reading: 0 }
    }

    /// Has nothing to read: what is known comes by [`Self::prove`].
    pub(crate) const fn of_proofs() -> Self {
        Self { tops: Vec::new(), waiting: Vec::new(), reading: 0 }
    }

    /// Returns the next folders to read; [`Self::take`] is owed for each.
    pub(crate) fn next(&mut self) -> Option<Pair> {
        while let Some(pair) = self.waiting.pop() {
            if pair.top.is_none_or(|top| self.tops[top].signs.is_none()) {
                self.reading += 1;
                return Some(pair);
            }
        }
        None
    }

    /// Returns how many pairs of folders are being read.
    pub(crate) const fn reading(&self) -> usize {
        self.reading
    }

    /// Returns whether all is known.
    pub(crate) fn is_over(&self) -> bool {
        self.reading == 0 && self.waiting.is_empty()
    }

    /// Takes what is in two folders; `None` where one of them cannot be read.
    pub(crate) fn take(&mut self, pair: &Pair, items: Option<[Vec<Item>; 2]>) {
        self.reading -= 1;
        let matched = items.map(match_up);
        match pair.top {
            None => self.begin(pair, matched.unwrap_or_default()),
            Some(top) => self.go_on(top, pair, matched),
        }
    }

    /// Takes what a proof by content has come to for an entry of the two folders.
    pub(crate) fn prove(&mut self, name: &str, keys: [Option<EntryKey>; 2], sign: Sign) {
        if let Some(top) = self.tops.iter_mut().find(|top| top.name == name && top.keys == keys) {
            top.signs = Some([sign; 2]);
        } else {
            let (name, signs) = (name.to_owned(), Some([sign; 2]));
            self.tops.push(Top { name, keys, signs, open: 0, is_unproven: false });
        }
    }

    /// Returns the signs of a side's entries.
    pub(crate) fn signs(&self, side: usize) -> HashMap<EntryKey, Sign> {
        let known = self.tops.iter().filter_map(|top| Some((top.keys[side].clone()?, top.signs?[side])));
        known.collect()
    }

    /// Returns how many entries of a side have which sign.
    pub(crate) fn counts(&self, side: usize) -> SignCounts {
        let mut counts = SignCounts { is_complete: self.is_over(), ..SignCounts::default() };
        for top in &self.tops {
            let Some(signs) = top.signs else { continue };
            match (signs[side], &top.keys[side]) {
                (Sign::OnlyHere, Some(_)) => counts.only_here += 1,
                (_, None) => counts.only_there += 1,
                (Sign::Same | Sign::Proven, _) => counts.same += 1,
                (Sign::Unproven, _) => counts.unproven += 1,
                (Sign::Newer | Sign::Older | Sign::Different, _) => counts.different += 1,
            }
        }
        counts
    }

    fn begin(&mut self, pair: &Pair, matched: Vec<Matched>) {
        for Matched { name, keys, signs } in matched {
            let open = usize::from(signs.is_none());
            if signs.is_none() {
                self.push(Some(self.tops.len()), pair, &keys);
            }
            self.tops.push(Top { name, keys, signs, open, is_unproven: false });
        }
    }

    fn go_on(&mut self, index: usize, pair: &Pair, matched: Option<Vec<Matched>>) {
        self.tops[index].open -= 1;
        if self.tops[index].signs.is_some() {
            return;
        }
        self.tops[index].is_unproven |= matched.is_none();
        for Matched { keys, signs, .. } in matched.unwrap_or_default() {
            match signs.map(|signs| signs[0]) {
                None => {
                    self.tops[index].open += 1;
                    self.push(Some(index), pair, &keys);
                }
                Some(Sign::Same | Sign::Proven) => {}
                Some(Sign::Unproven) => self.tops[index].is_unproven = true,
                Some(Sign::Newer | Sign::Older | Sign::Different | Sign::OnlyHere) => {
                    self.tops[index].signs = Some([Sign::Different; 2]);
                    return;
                }
            }
        }
        let top = &mut self.tops[index];
        if top.open == 0 {
            top.signs = Some([if top.is_unproven { Sign::Unproven } else { Sign::Same }; 2]);
        }
    }

    fn push(&mut self, top: Option<usize>, pair: &Pair, keys: &[Option<EntryKey>; 2]) {
        let inside = |side: usize| pair.folders[side].inside(keys[side].as_ref()?);
        if let (Some(left), Some(right)) = (inside(0), inside(1)) {
            self.waiting.push(Pair { top, folders: [left, right] });
        }
    }
}

/// Holds the items of two folders against each other, by name.
fn match_up(items: [Vec<Item>; 2]) -> Vec<Matched> {
    let mut named: BTreeMap<String, [Vec<Item>; 2]> = BTreeMap::new();
    for (side, items) in items.into_iter().enumerate() {
        for item in items {
            named.entry(item.name.clone()).or_default()[side].push(item);
        }
    }
    let mut matched = Vec::new();
    for (name, [mut left, mut right]) in named {
        if let ([one], [other]) = (&left[..], &right[..]) {
            let signs = signs(one.kind, other.kind);
            let keys = [left.pop(), right.pop()].map(|item| item.map(|item| item.key));
            matched.push(Matched { name, keys, signs });
            continue;
        }
        // Of several of one name nobody can say which is held against which.
        let sign = if left.is_empty() || right.is_empty() { Sign::OnlyHere } else { Sign::Unproven };
        let alone = |side: usize, item: Item| {
            let mut keys = [None, None];
            keys[side] = Some(item.key);
            Matched { name: name.clone(), keys, signs: Some([sign; 2]) }
        };
        matched.extend(left.into_iter().map(|item| alone(0, item)));
        matched.extend(right.into_iter().map(|item| alone(1, item)));
    }
    matched
}

/// Returns what two items of one name come to, as each side sees it; `None` for two folders.
fn signs(one: ItemKind, other: ItemKind) -> Option<[Sign; 2]> {
    match (one, other) {
        (ItemKind::Folder, ItemKind::Folder) => None,
        (ItemKind::Odd, _) | (_, ItemKind::Odd) => Some([Sign::Unproven; 2]),
        (ItemKind::Folder, ItemKind::File(_)) | (ItemKind::File(_), ItemKind::Folder) => {
            Some([Sign::Different; 2])
        }
        (ItemKind::File(one), ItemKind::File(other)) => Some(match compare(one, other) {
            Comparison::Same => [Sign::Same; 2],
            Comparison::NeedsProof => [Sign::Unproven; 2],
            Comparison::Different => {
                match one.modified.zip(other.modified).map(|(one, other)| one.cmp(&other)) {
                    Some(std::cmp::Ordering::Greater) => [Sign::Newer, Sign::Older],
                    Some(std::cmp::Ordering::Less) => [Sign::Older, Sign::Newer],
                    Some(std::cmp::Ordering::Equal) | None => [Sign::Different; 2],
                }
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64, modified: Option<i64>) -> Item {
        let kind = ItemKind::File(Side { size, modified });
        Item { name: name.into(), key: EntryKey::Name(name.into()), kind }
    }

    fn folder(name: &str) -> Item {
        Item { name: name.into(), key: EntryKey::Name(name.into()), kind: ItemKind::Folder }
    }

    fn begun() -> SideBySide {
        SideBySide::new([Location::Local("/l".into()), Location::Local("/r".into())])
    }

    /// Reads the next pair of folders, which must be those of this name.
    fn read(both: &mut SideBySide, name: &str, left: Vec<Item>, right: Vec<Item>) {
        let pair = both.next().unwrap();
        assert_eq!(pair.folders[0], Location::Local(format!("/l{name}").into()));
        both.take(&pair, Some([left, right]));
    }

    fn sign(both: &SideBySide, side: usize, name: &str) -> Option<Sign> {
        both.signs(side).get(&EntryKey::Name(name.into())).copied()
    }

    #[test]
    fn files_are_told_by_size_and_time_and_each_side_sees_its_own() {
        let mut both = begun();
        let left =
            vec![file("a", 1, Some(5)), file("b", 1, Some(500)), file("c", 1, None), file("l", 1, None)];
        let right =
            vec![file("a", 1, Some(5)), file("b", 2, Some(5)), file("c", 1, None), file("r", 1, None)];
        read(&mut both, "", left, right);
        let signs = |side| ["a", "b", "c", "l", "r"].map(|name| sign(&both, side, name));
        let (same, unproven, only) = (Some(Sign::Same), Some(Sign::Unproven), Some(Sign::OnlyHere));
        assert_eq!(signs(0), [same, Some(Sign::Newer), unproven, only, None]);
        assert_eq!(signs(1), [same, Some(Sign::Older), unproven, None, only]);
        let counts = both.counts(0);
        assert!(counts.is_complete);
        assert_eq!((counts.same, counts.different, counts.unproven), (1, 1, 1));
        assert_eq!((counts.only_here, counts.only_there), (1, 1));
    }

    #[test]
    fn a_folder_is_the_same_once_all_below_it_is_and_different_at_the_first_difference() {
        let mut both = begun();
        let folders = || vec![folder("same"), folder("differs")];
        read(&mut both, "", folders(), folders());
        assert_eq!(sign(&both, 0, "same"), None);
        read(&mut both, "/same", vec![folder("x")], vec![folder("x")]);
        read(&mut both, "/same/x", vec![file("a", 1, Some(5))], vec![file("a", 1, Some(5))]);
        assert_eq!(sign(&both, 0, "same"), Some(Sign::Same));
        read(&mut both, "/differs", vec![folder("y"), file("a", 1, None)], vec![folder("y")]);
        assert_eq!(sign(&both, 1, "differs"), Some(Sign::Different));
        assert!(both.next().is_none() && both.is_over(), "what is below is not looked at any more");
    }

    #[test]
    fn an_unreadable_folder_and_equal_names_are_not_proven() {
        let mut both = begun();
        read(
            &mut both,
            "",
            vec![folder("x"), file("t", 1, None)],
            vec![folder("x"), file("t", 1, None), file("t", 2, None)],
        );
        let pair = both.next().unwrap();
        both.take(&pair, None);
        assert_eq!((sign(&both, 0, "x"), sign(&both, 0, "t")), (Some(Sign::Unproven), Some(Sign::Unproven)));
    }

    #[test]
    fn a_proof_takes_the_place_of_what_was_thought() {
        let mut both = begun();
        read(&mut both, "", vec![file("a", 1, None)], vec![file("a", 1, None)]);
        let key = || Some(EntryKey::Name("a".into()));
        both.prove("a", [key(), key()], Sign::Proven);
        assert_eq!((sign(&both, 0, "a"), both.counts(1).same), (Some(Sign::Proven), 1));
        assert_eq!(both.counts(1).unproven, 0);
    }
}
