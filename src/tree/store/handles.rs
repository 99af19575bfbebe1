//! Finds nodes by handle ([`Handles`]): all handles in order with a table of where their first bits begin, and beside them
//! the few that changed since. A server chooses the handles: whatever it chooses, looking one up takes the logarithm of
//! their number at most. The store asks it, and writes it to disk as it lies here.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::slice::ParallelSliceMut;

use super::Index;
use crate::handle::NodeHandle;

/// Where each node lies.
#[derive(Clone, Default)]
pub(super) struct Handles {
    /// In handle order, each handle once.
    sorted: Arc<Vec<(NodeHandle, Index)>>,
    /// Where in `sorted` begins what has these first bits; one more at the end.
    starts: Arc<[u32]>,
    /// What has changed since: where a handle lies now, or that it is gone.
    changed: HashMap<NodeHandle, Option<Index>>,
    len: usize,
}

impl Handles {
    /// Takes handles in any order. Of several that are equal the one with the highest index stays; the others are
    /// returned.
    pub(super) fn of(mut all: Vec<(NodeHandle, Index)>) -> (Self, Vec<Index>) {
        all.par_sort_unstable_by_key(|&(handle, index)| (number(handle), u32::MAX - index));
        let mut doubles = Vec::new();
        all.dedup_by(|later, kept| {
            let is_double = later.0 == kept.0;
            doubles.extend(is_double.then_some(later.1));
            is_double
        });
        (Self::laid_out(all), doubles)
    }

    /// Takes handles in their order; `None` where they are not.
    pub(super) fn in_order(sorted: Vec<(NodeHandle, Index)>) -> Option<Self> {
        let is_ordered = sorted.windows(2).all(|pair| number(pair[0].0) < number(pair[1].0));
        is_ordered.then(|| Self::laid_out(sorted))
    }

    fn laid_out(sorted: Vec<(NodeHandle, Index)>) -> Self {
        let bits = (sorted.len() / IN_BUCKET).max(1).ilog2();
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (at, (handle, _)) in (0..).zip(&sorted) {
            let bucket = bucket(number(*handle), bits);
            while starts.len() <= bucket {
                starts.push(at);
            }
        }
        let end = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
        starts.resize((1 << bits) + 1, end);
        let (len, changed) = (sorted.len(), HashMap::default());
        Self { sorted: Arc::new(sorted), starts: starts.into(), changed, len }
    }

    /// The number of nodes.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn index(&self, handle: NodeHandle) -> Option<Index> {
        if !self.changed.is_empty()
            && let Some(&changed) = self.changed.get(&handle)
        {
            return changed;
        }
        let wanted = number(handle);
        let bits = self.starts.len().checked_sub(1)?.ilog2();
        let bucket = bucket(wanted, bits);
        let near = &self.sorted[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let at = near.binary_search_by_key(&wanted, |&(handle, _)| number(handle)).ok()?;
        Some(near[at].1)
    }

    /// Notes a handle that is not there yet.
    pub(super) fn add(&mut self, handle: NodeHandle, index: Index) {
        self.len += 1;
        self.change(handle, Some(index));
    }

    /// Forgets one that is there.
    pub(super) fn remove(&mut self, handle: NodeHandle) {
        self.len -= 1;
        self.change(handle, None);
    }

    fn change(&mut self, handle: NodeHandle, index: Option<Index>) {
        self.changed.insert(handle, index);
        if self.changed.len() > MANY_CHANGES + self.sorted.len() / CHANGED_PART {
            let kept = Arc::unwrap_or_clone(std::mem::take(&mut self.sorted)).into_iter();
            let kept = kept.filter(|(handle, _)| !self.changed.contains_key(handle));
            let changed = self.changed.iter().filter_map(|(&handle, &index)| Some((handle, index?)));
            (*self, _) = Self::of(kept.chain(changed).collect());
        }
    }
}

/// A handle as a number of the same order.
pub(super) fn number(handle: NodeHandle) -> u64 {
    let mut bytes = [0; 8];
    bytes[2..].copy_from_slice(&handle.bytes());
    u64::from_be_bytes(bytes)
}

fn bucket(number: u64, bits: u32) -> usize {
    usize::try_from(number >> (HANDLE_BITS - bits)).unwrap_or(0)
}

const HANDLE_BITS: u32 = 48;

/// Handles that have their first bits in common, on average and if they are random: as many as lie in two cache lines.
const IN_BUCKET: usize = 4;

/// So many changes, and beyond them one in so many handles, are put in order with the others: seldom enough that it costs
/// each change little, often enough that few are kept twice.
const MANY_CHANGES: usize = 4096;
const CHANGED_PART: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn handle(number: u64) -> NodeHandle {
        let [_, _, rest @ ..] = number.to_be_bytes();
        NodeHandle::from_bytes(rest)
    }

    #[test]
    fn of_equal_handles_the_last_stays() {
        let (handles, doubles) = Handles::of(vec![(handle(7), 0), (handle(3), 1), (handle(7), 2)]);
        assert_eq!((handles.len(), doubles), (2, vec![0]));
        assert_eq!((handles.index(handle(7)), handles.index(handle(3))), (Some(2), Some(1)));
        assert!(Handles::in_order(vec![(handle(3), 0), (handle(3), 1)]).is_none());
        assert_eq!(Handles::default().index(handle(3)), None);
    }

    #[test]
    fn more_changes_than_are_kept_apart_are_put_in_order() {
        let mut handles = Handles::default();
        for at in 0..20_000 {
            handles.add(handle(u64::from(at) * 0x9_e377_79b9), at);
            if at % 3 == 0 {
                handles.remove(handle(u64::from(at) * 0x9_e377_79b9));
            }
        }
        assert!(handles.changed.len() < 10_000, "{}", handles.changed.len());
        for at in 0..20_000 {
            let found = handles.index(handle(u64::from(at) * 0x9_e377_79b9));
            assert_eq!(found, (at % 3 != 0).then_some(at));
        }
        assert_eq!(handles.len(), 20_000 - 6667);
    }

    proptest! {
        #[test]
        fn it_finds_what_a_table_finds(
            numbers in prop::collection::vec(prop_oneof![0u64..50, any::<u64>().prop_map(|n| n >> 16)], 0..200),
            others in prop::collection::vec(0u64..60, 0..50),
        ) {
            let all: Vec<(NodeHandle, Index)> = numbers.iter().map(|&n| handle(n)).zip(0..).collect();
            let mut table: HashMap<NodeHandle, Index> = all.iter().copied().collect();
            let (mut handles, _) = Handles::of(all);
            for (at, &number) in (1000..).zip(&others) {
                let handle = handle(number);
                if table.remove(&handle).is_some() {
                    handles.remove(handle);
                } else {
                    handles.add(handle, at);
                    table.insert(handle, at);
                }
            }
            prop_assert_eq!(handles.len(), table.len());
            for handle in numbers.iter().chain(&others).map(|&number| handle(number)) {
                prop_assert_eq!(handles.index(handle), table.get(&handle).copied());
            }
        }
    }
}
