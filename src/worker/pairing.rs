//! Two folders held against each other by name, size and time, one pair of folders after another ([`SideBySide`]). Pure:
//! it says which folders to read next and takes what is in them; what it comes to are signs of the entries at the top.
//! What goes through a folder of any size is done by [`Pair::compare`], beside the loop; what is taken of it is little.

use std::collections::{BTreeMap, HashMap};

use crate::entry::{Entry, EntryKey, Location};
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

/// What a pair of folders came to.
#[derive(Debug)]
pub(crate) enum Found {
    /// The two folders themselves: their entries, and which folders in them are to be read.
    Tops { tops: Vec<Top>, pairs: Vec<Pair>, counts: [SignCounts; 2] },
    /// Two folders below an entry, in which something differs.
    Differs,
    /// Two in which nothing does, as far as it is known; these in them are to be read.
    Alike { is_proven: bool, pairs: Vec<Pair> },
}

/// A comparison on its way.
#[derive(Debug)]
pub(crate) struct SideBySide {
    tops: Vec<Top>,
    /// How many of them have which sign, as each side sees it.
    counts: [SignCounts; 2],
    /// Those that got another sign since they were asked for.
    changed: Vec<usize>,
    waiting: Vec<Pair>,
    reading: usize,
}

/// An entry of the two folders.
#[derive(Debug)]
pub(crate) struct Top {
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
        Self { waiting: vec![Pair { top: None, folders }], ..Self::of_proofs() }
    }

    /// Has nothing to read: what is known comes by [`Self::prove`].
    pub(crate) fn of_proofs() -> Self {
        let counts = [SignCounts::default(); 2];
        Self { tops: Vec::new(), counts, changed: Vec::new(), waiting: Vec::new(), reading: 0 }
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

    /// Returns how many entries there are at the top.
    pub(crate) const fn len(&self) -> usize {
        self.tops.len()
    }

    /// Returns how many pairs of folders are being read.
    pub(crate) const fn reading(&self) -> usize {
        self.reading
    }

    /// Returns whether all is known.
    pub(crate) fn is_over(&self) -> bool {
        self.reading == 0 && self.waiting.is_empty()
    }

    /// Takes what a pair of folders came to. What [`Found::signs`] says is not among the changes.
    pub(crate) fn take(&mut self, pair: &Pair, found: Found) {
        self.reading -= 1;
        match (pair.top, found) {
            (_, Found::Tops { tops, pairs, counts }) => self.begin(tops, pairs, counts),
            (Some(top), Found::Differs) => self.go_on(top, Some([Sign::Different; 2]), Vec::new()),
            (Some(top), Found::Alike { is_proven, pairs }) => {
                self.tops[top].is_unproven |= !is_proven;
                self.go_on(top, None, pairs);
            }
            (None, Found::Differs | Found::Alike { .. }) => {} // is said of none but folders below
        }
    }

    /// Takes what proofs by content have come to for entries of the two folders.
    pub(crate) fn prove(&mut self, proofs: Vec<(String, [Option<EntryKey>; 2], Sign)>) {
        let known = self.tops.iter().enumerate();
        let known: HashMap<_, _> = known.map(|(index, top)| ((&top.name, &top.keys), index)).collect();
        let indices: Vec<Option<usize>> =
            proofs.iter().map(|(name, keys, _)| known.get(&(name, keys)).copied()).collect();
        for ((name, keys, sign), index) in proofs.into_iter().zip(indices) {
            let index = index.unwrap_or_else(|| {
                self.tops.push(Top { name, keys, signs: None, open: 0, is_unproven: false });
                self.tops.len() - 1
            });
            self.settle(index, [sign; 2]);
        }
    }

    /// Returns which entries at the top got another sign since this was asked for, for [`Self::sign`].
    pub(crate) fn take_changes(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.changed)
    }

    /// Returns the sign of an entry at the top, as a side sees it, and what it is there.
    pub(crate) fn sign(&self, top: usize, side: usize) -> Option<(&EntryKey, Sign)> {
        let Top { keys, signs, .. } = &self.tops[top];
        keys[side].as_ref().zip(signs.map(|signs| signs[side]))
    }

    /// Returns how many entries of a side have which sign.
    pub(crate) fn counts(&self, side: usize) -> SignCounts {
        SignCounts { is_complete: self.is_over(), ..self.counts[side] }
    }

    fn begin(&mut self, tops: Vec<Top>, pairs: Vec<Pair>, counts: [SignCounts; 2]) {
        let first = self.tops.len();
        if first == 0 {
            (self.tops, self.waiting, self.counts) = (tops, pairs, counts);
            return;
        }
        // Something was proven before they were read.
        for top in &tops {
            top.count(&mut self.counts, u64::wrapping_add);
        }
        self.tops.extend(tops);
        let behind = |pair: Pair| Pair { top: pair.top.map(|top| first + top), ..pair };
        self.waiting.extend(pairs.into_iter().map(behind));
    }

    fn go_on(&mut self, index: usize, signs: Option<[Sign; 2]>, pairs: Vec<Pair>) {
        let top = &mut self.tops[index];
        top.open -= 1;
        if top.signs.is_some() {
            return;
        }
        top.open += pairs.len();
        self.waiting.extend(pairs);
        let is_last = top.open == 0;
        let all = if top.is_unproven { Sign::Unproven } else { Sign::Same };
        if let Some(signs) = signs.or(is_last.then_some([all; 2])) {
            self.settle(index, signs);
        }
    }

    fn settle(&mut self, index: usize, signs: [Sign; 2]) {
        let top = &mut self.tops[index];
        top.count(&mut self.counts, u64::wrapping_sub);
        top.signs = Some(signs);
        top.count(&mut self.counts, u64::wrapping_add);
        self.changed.push(index);
    }
}

impl Top {
    /// Adds it to the counts of both sides, or takes it away from them.
    fn count(&self, counts: &mut [SignCounts; 2], change: fn(u64, u64) -> u64) {
        let Some(signs) = self.signs else { return };
        for (side, counts) in counts.iter_mut().enumerate() {
            let count = match (signs[side], &self.keys[side]) {
                (Sign::OnlyHere, Some(_)) => &mut counts.only_here,
                (_, None) => &mut counts.only_there,
                (Sign::Same | Sign::Proven, _) => &mut counts.same,
                (Sign::Unproven, _) => &mut counts.unproven,
                (Sign::Newer | Sign::Older | Sign::Different, _) => &mut counts.different,
            };
            *count = change(*count, 1);
        }
    }
}

impl Pair {
    /// Returns whether these are the two folders themselves.
    pub(crate) const fn is_top(&self) -> bool {
        self.top.is_none()
    }

    /// Holds what is in the two folders against each other; `None` where one of them cannot be read. Slow for very many.
    pub(crate) fn compare(&self, items: Option<[Vec<Item>; 2]>) -> Found {
        let is_readable = items.is_some();
        let matched = items.map(match_up).unwrap_or_default();
        match self.top {
            None => self.tops(matched),
            Some(_) => self.below(matched, is_readable),
        }
    }

    fn tops(&self, matched: Vec<Matched>) -> Found {
        let (mut tops, mut pairs) = (Vec::with_capacity(matched.len()), Vec::new());
        for Matched { name, keys, signs } in matched {
            if signs.is_none() {
                pairs.extend(self.inside(&keys, Some(tops.len())));
            }
            tops.push(Top { name, keys, signs, open: usize::from(signs.is_none()), is_unproven: false });
        }
        let mut counts = [SignCounts::default(); 2];
        for top in &tops {
            top.count(&mut counts, u64::wrapping_add);
        }
        Found::Tops { tops, pairs, counts }
    }

    fn below(&self, matched: Vec<Matched>, is_readable: bool) -> Found {
        let (mut is_proven, mut pairs) = (is_readable, Vec::new());
        for Matched { keys, signs, .. } in matched {
            match signs.map(|signs| signs[0]) {
                None => pairs.extend(self.inside(&keys, self.top)),
                Some(Sign::Same | Sign::Proven) => {}
                Some(Sign::Unproven) => is_proven = false,
                Some(Sign::Newer | Sign::Older | Sign::Different | Sign::OnlyHere) => return Found::Differs,
            }
        }
        Found::Alike { is_proven, pairs }
    }

    /// The two folders of a name in these two.
    fn inside(&self, keys: &[Option<EntryKey>; 2], top: Option<usize>) -> Option<Self> {
        let inside = |side: usize| self.folders[side].inside(keys[side].as_ref()?);
        Some(Self { top, folders: [inside(0)?, inside(1)?] })
    }
}

impl Found {
    /// Returns the signs of a side's entries, which are these and in key order: all at once, where the folders themselves
    /// were compared. Slow for very many.
    pub(crate) fn signs(&self, side: usize, entries: &[Entry]) -> Vec<Option<Sign>> {
        let mut found = vec![None; entries.len()];
        let tops = match self {
            Self::Tops { tops, .. } => &tops[..],
            Self::Differs | Self::Alike { .. } => &[],
        };
        for Top { keys, signs, .. } in tops {
            let at = keys[side].as_ref().map(|key| entries.binary_search_by(|entry| entry.key.cmp(key)));
            if let Some(Ok(at)) = at {
                found[at] = signs.map(|signs| signs[side]);
            }
        }
        found
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
        both.take(&pair, pair.compare(Some([left, right])));
    }

    fn sign(both: &SideBySide, side: usize, name: &str) -> Option<Sign> {
        let mut signs = (0..both.tops.len()).filter_map(|top| both.sign(top, side));
        signs.find(|(key, _)| **key == EntryKey::Name(name.into())).map(|(_, sign)| sign)
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
        both.take(&pair, pair.compare(None));
        assert_eq!((sign(&both, 0, "x"), sign(&both, 0, "t")), (Some(Sign::Unproven), Some(Sign::Unproven)));
    }

    #[test]
    fn a_proof_takes_the_place_of_what_was_thought() {
        let mut both = begun();
        read(&mut both, "", vec![file("a", 1, None)], vec![file("a", 1, None)]);
        let key = || Some(EntryKey::Name("a".into()));
        both.prove(vec![("a".into(), [key(), key()], Sign::Proven)]);
        assert_eq!((sign(&both, 0, "a"), both.counts(1).same), (Some(Sign::Proven), 1));
        assert_eq!(both.counts(1).unproven, 0);
    }

    #[test]
    fn proofs_that_come_before_the_folders_are_read_stand_beside_what_is_found() {
        let mut both = begun();
        both.prove(vec![("p".into(), [Some(EntryKey::Name("p".into())), None], Sign::OnlyHere)]);
        read(&mut both, "", vec![folder("x")], vec![folder("x")]);
        read(&mut both, "/x", vec![], vec![]);
        assert_eq!((sign(&both, 0, "p"), sign(&both, 1, "x")), (Some(Sign::OnlyHere), Some(Sign::Same)));
        assert_eq!((both.counts(0).only_here, both.counts(1).only_there, both.counts(1).same), (1, 1, 1));
    }

    #[test]
    fn what_is_known_at_once_is_told_at_once_and_later_only_what_has_changed() {
        let entry = |name: &str| Entry {
            key: EntryKey::Name(name.into()),
            name: name.into(),
            kind: crate::entry::EntryKind::File,
            size: None,
            modified: None,
            uploaded: None,
            version_count: 0,
            flags: crate::entry::EntryFlags::default(),
        };
        let mut both = begun();
        let pair = both.next().unwrap();
        let items = || vec![folder("x"), file("b", 1, Some(5)), folder("y")];
        let found = pair.compare(Some([items(), items()]));
        let entries: Vec<Entry> = ["a", "b", "x"].map(entry).into();
        assert_eq!(found.signs(0, &entries), [None, Some(Sign::Same), None]);
        both.take(&pair, found);
        assert!(both.take_changes().is_empty());
        read(&mut both, "/y", vec![], vec![]);
        let changes = both.take_changes();
        let told: Vec<_> = changes.iter().map(|top| both.sign(*top, 1).unwrap()).collect();
        assert_eq!(told, [(&EntryKey::Name("y".into()), Sign::Same)]);
        assert!(both.take_changes().is_empty());
    }
}
