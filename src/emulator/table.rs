//! A table of records that knows which of them changed since the journal last asked. The world is made of these.
//! It must not know what a record means.

use std::collections::{BTreeMap, BTreeSet};

/// Records by key, with a note of what was changed.
pub(crate) struct Table<K, V> {
    records: BTreeMap<K, V>,
    touched: Option<BTreeSet<K>>,
}

impl<K: Ord + Clone, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { records: BTreeMap::new(), touched: None }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    /// Starts to note changes; without this none are kept.
    pub(crate) fn watch(&mut self) {
        self.touched = Some(BTreeSet::new());
    }

    /// Looks a record up.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.records.get(key)
    }

    /// Lends a record for a change.
    pub(crate) fn edit(&mut self, key: &K) -> Option<&mut V> {
        let record = self.records.get_mut(key)?;
        if let Some(touched) = &mut self.touched {
            touched.insert(key.clone());
        }
        Some(record)
    }

    /// Adds or replaces a record.
    pub(crate) fn insert(&mut self, key: K, record: V) {
        self.touch(&key);
        self.records.insert(key, record);
    }

    /// Takes a record out.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.touch(key);
        self.records.remove(key)
    }

    /// All records by key.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.records.iter()
    }

    /// All records from `first` on.
    pub(crate) fn range_from(&self, first: K) -> impl Iterator<Item = (&K, &V)> {
        self.records.range(first..)
    }

    /// Number of records.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Hands out what changed since the last call: the new record, or `None` where it is gone.
    pub(crate) fn drain_changes(&mut self) -> Vec<(K, Option<&V>)> {
        let touched = self.touched.as_mut().map(std::mem::take).unwrap_or_default();
        touched
            .into_iter()
            .map(|key| {
                let record = self.records.get(&key);
                (key, record)
            })
            .collect()
    }

    fn touch(&mut self, key: &K) {
        if let Some(touched) = &mut self.touched {
            touched.insert(key.clone());
        }
    }
}
