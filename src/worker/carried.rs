//! What of a folder's entries was there when it was read before ([`Carried`]), so that marks stay on them. Found beside
//! the loop, where the folder is read: in the loop marks only change their places. Pure.

use std::sync::Arc;

use crate::entry::Entry;

/// Which entries of a folder were there before.
#[derive(Debug)]
pub(crate) struct Carried {
    before: Arc<[Entry]>,
    /// The index that each entry had then, or [`NONE`]; `None` where all is as it was.
    then: Option<Vec<u32>>,
}

impl Carried {
    /// Holds entries against those before, both in key order. Returns those before where they are the same: what goes by
    /// them is then still true. Slow for very many.
    pub(crate) fn of(before: Arc<[Entry]>, now: Vec<Entry>) -> (Self, Arc<[Entry]>) {
        if *before == *now {
            return (Self { before: Arc::clone(&before), then: None }, before);
        }
        let mut at = 0;
        let then = now.iter().map(|entry| {
            at += before[at..].iter().take_while(|old| old.key < entry.key).count();
            let was_there = before.get(at).is_some_and(|old| old.key == entry.key);
            if was_there { u32::try_from(at).unwrap_or(NONE) } else { NONE }
        });
        let then = Some(then.collect());
        (Self { before, then }, now.into())
    }

    /// Returns the marks of so many entries, from those of the entries that were there last: none, where these are not
    /// the ones that were known.
    pub(crate) fn marks(&self, last: &Arc<[Entry]>, marked: Vec<bool>, count: usize) -> Vec<bool> {
        match &self.then {
            _ if !Arc::ptr_eq(last, &self.before) || !marked.contains(&true) => vec![false; count],
            None => marked,
            Some(then) => then.iter().map(|then| marked.get(*then as usize) == Some(&true)).collect(),
        }
    }
}

/// No index.
const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::entry::{EntryFlags, EntryKey, EntryKind};

    fn entry(number: u8) -> Entry {
        let name = format!("{number:03}");
        Entry {
            key: EntryKey::Name(name.clone().into()),
            name,
            kind: EntryKind::File,
            size: Some(1),
            modified: None,
            uploaded: None,
            version_count: 0,
            flags: EntryFlags::default(),
        }
    }

    fn entries(numbers: &BTreeSet<u8>) -> Vec<Entry> {
        numbers.iter().map(|number| entry(*number)).collect()
    }

    #[test]
    fn what_is_as_it_was_is_the_same_in_memory_and_what_is_not_is_not() {
        let before: Arc<[Entry]> = entries(&BTreeSet::from([1, 2])).into();
        let (_, now) = Carried::of(Arc::clone(&before), entries(&BTreeSet::from([1, 2])));
        assert!(Arc::ptr_eq(&before, &now));
        let mut grown = entries(&BTreeSet::from([1, 2]));
        grown[0].size = Some(2);
        let (carried, now) = Carried::of(Arc::clone(&before), grown);
        assert!(!Arc::ptr_eq(&before, &now));
        assert_eq!(carried.marks(&before, vec![true, false], 2), [true, false]);
        assert_eq!(carried.marks(&Arc::default(), vec![], 2), [false, false], "it had gone elsewhere");
    }

    proptest! {
        #[test]
        fn marks_stay_on_the_entries_that_are_still_there(
            before in prop::collection::btree_set(0u8..20, 0..20),
            now in prop::collection::btree_set(0u8..20, 0..20),
            marks in prop::collection::btree_set(0u8..20, 0..20),
        ) {
            let old: Arc<[Entry]> = entries(&before).into();
            let marked = before.iter().map(|number| marks.contains(number)).collect();
            let (carried, _) = Carried::of(Arc::clone(&old), entries(&now));
            let wanted: Vec<bool> =
                now.iter().map(|number| before.contains(number) && marks.contains(number)).collect();
            prop_assert_eq!(carried.marks(&old, marked, now.len()), wanted);
        }
    }
}
