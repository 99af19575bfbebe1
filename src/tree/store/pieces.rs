//! A vector in pieces that clones share ([`Pieces`]): whoever changes a value copies the piece that it lies in, where
//! somebody else has that too, and nothing else. So a change that comes while a job holds the tree, to write it to disk
//! or to read a huge folder, costs little. The store keeps its nodes in these; [`Rare`] is the same for what few have.

use std::collections::HashMap;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use rayon::prelude::*;

use super::Index as Number;

/// A vector that grows at its end.
#[derive(Clone)]
pub(super) struct Pieces<T> {
    /// Each [`LEN`] long; behind the values the last one ends in blank ones.
    pieces: Vec<Arc<[T]>>,
    len: usize,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self { pieces: Vec::new(), len: 0 }
    }
}

impl<T: Clone + Default> Pieces<T> {
    /// Takes values as they are.
    pub(super) fn of(values: Vec<T>) -> Self {
        let len = values.len();
        let mut values = values.into_iter();
        let piece = |_| (0..LEN).map(|_| values.next().unwrap_or_default()).collect();
        Self { pieces: (0..len.div_ceil(LEN)).map(piece).collect(), len }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, at: usize) -> Option<&T> {
        (at < self.len).then(|| &self[at])
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        if at < self.len { Some(&mut self[at]) } else { None }
    }

    /// Adds a blank value at the end and lends it, to be filled where it lies.
    pub(super) fn add(&mut self) -> &mut T {
        let at = self.len;
        if at.is_multiple_of(LEN) {
            self.pieces.push((0..LEN).map(|_| T::default()).collect());
        }
        self.len += 1;
        &mut self[at]
    }

    /// Lends all values to be changed. That copies all that is shared.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pieces.iter_mut().flat_map(Arc::make_mut).take(self.len)
    }
}

impl<T: Clone + Default + Send + Sync> Pieces<T> {
    /// Adds so many values at the end, which all cores make.
    pub(super) fn par_extend(&mut self, count: usize, make: impl Fn(usize) -> T + Sync) {
        let first = count.min(self.pieces.len() * LEN - self.len);
        (0..first).for_each(|at| *self.add() = make(at));
        let value = |at| if at < count { make(at) } else { T::default() };
        let piece = |piece| (0..LEN).map(|at| value(first + piece * LEN + at)).collect();
        self.pieces.par_extend((0..(count - first).div_ceil(LEN)).into_par_iter().map(piece));
        self.len += count - first;
    }
}

impl<T> Index<usize> for Pieces<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.pieces[at / LEN][at % LEN]
    }
}

impl<T: Clone> IndexMut<usize> for Pieces<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.pieces[at / LEN])[at % LEN]
    }
}

/// Values that few nodes have, by the node's index.
#[derive(Clone)]
pub(super) struct Rare<V> {
    /// The first of them has those of the first [`LEN`] nodes, and so on.
    pieces: Vec<Arc<HashMap<Number, V>>>,
    len: usize,
}

impl<V> Default for Rare<V> {
    fn default() -> Self {
        Self { pieces: Vec::new(), len: 0 }
    }
}

impl<V: Clone> Rare<V> {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, index: Number) -> Option<&V> {
        self.pieces.get(index as usize / LEN)?.get(&index)
    }

    pub(super) fn insert(&mut self, index: Number, value: V) {
        let at = index as usize / LEN;
        if self.pieces.len() <= at {
            self.pieces.resize(at + 1, Arc::default());
        }
        let is_new = Arc::make_mut(&mut self.pieces[at]).insert(index, value).is_none();
        self.len += usize::from(is_new);
    }

    pub(super) fn remove(&mut self, index: Number) {
        if self.get(index).is_some() {
            Arc::make_mut(&mut self.pieces[index as usize / LEN]).remove(&index);
            self.len -= 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Number, &V)> {
        self.pieces.iter().flat_map(|piece| piece.iter()).map(|(index, value)| (*index, value))
    }
}

/// Values of a piece: few enough that copying one costs a change little, so many that the pieces themselves are few.
pub(super) const LEN: usize = 512;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl<T> Pieces<T> {
        /// How many pieces two vectors share, and how many the first has.
        pub(in crate::tree) fn shared_with(&self, other: &Self) -> (usize, usize) {
            let both = self.pieces.iter().zip(&other.pieces);
            (both.filter(|(one, other)| Arc::ptr_eq(one, other)).count(), self.pieces.len())
        }
    }

    impl<V> Rare<V> {
        fn shared_with(&self, other: &Self) -> usize {
            let both = self.pieces.iter().zip(&other.pieces);
            both.filter(|(one, other)| Arc::ptr_eq(one, other)).count()
        }
    }

    fn values(pieces: &Pieces<u32>) -> Vec<u32> {
        assert_eq!(pieces.get(pieces.len()), None);
        (0..pieces.len()).map(|at| pieces[at]).collect()
    }

    fn counted(count: u32) -> Pieces<u32> {
        Pieces::of((0..count).collect())
    }

    #[test]
    fn a_change_copies_the_piece_that_it_touches_and_the_other_one_stays_as_it_was() {
        let mut pieces = counted(5 * 512);
        let held = pieces.clone();
        assert_eq!(pieces.shared_with(&held), (5, 5));
        pieces[2 * LEN] = 8;
        *pieces.add() = 9;
        assert_eq!(pieces.shared_with(&held), (4, 6));
        assert_eq!((held[2 * LEN], held.len(), pieces[2 * LEN], pieces[5 * LEN]), (1024, 5 * LEN, 8, 9));
        drop(held);
        let before: *const u32 = &raw const pieces[2 * LEN];
        pieces[2 * LEN] = 10;
        assert_eq!(before, &raw const pieces[2 * LEN], "what nobody else has is changed where it lies");
    }

    #[test]
    fn of_what_few_have_a_change_copies_one_piece_too() {
        let mut rare = Rare::default();
        (0..4000).step_by(400).for_each(|index| rare.insert(index, index));
        let held = rare.clone();
        rare.insert(2000, 1);
        rare.remove(7); // is not there
        assert_eq!(rare.shared_with(&held), 7);
        rare.remove(0);
        assert_eq!((rare.get(2000), rare.get(0), rare.len()), (Some(&1), None, 9));
        assert_eq!((held.get(2000), held.get(0), held.len()), (Some(&2000), Some(&0), 10));
        assert_eq!(held.iter().map(|(_, value)| *value).max(), Some(3600));
    }

    /// What may happen to one of several clones.
    #[derive(Clone, Debug)]
    enum Step {
        Clone,
        Drop,
        Add(u32),
        Extend(usize),
        Set(usize, u32),
        SetAll(u32),
    }

    fn step() -> impl Strategy<Value = (usize, Step)> {
        let step = prop_oneof![
            3 => Just(Step::Clone),
            2 => Just(Step::Drop),
            3 => any::<u32>().prop_map(Step::Add),
            2 => (0usize..3 * LEN).prop_map(Step::Extend),
            5 => (any::<usize>(), any::<u32>()).prop_map(|(at, value)| Step::Set(at, value)),
            1 => any::<u32>().prop_map(Step::SetAll),
        ];
        (any::<usize>(), step)
    }

    fn take(pieces: &mut Pieces<u32>, model: &mut Vec<u32>, step: &Step) {
        match *step {
            Step::Clone | Step::Drop => {}
            Step::Add(value) => {
                *pieces.add() = value;
                model.push(value);
            }
            Step::Extend(count) => {
                pieces.par_extend(count, |at| u32::try_from(at).unwrap());
                model.extend((0..count).map(|at| u32::try_from(at).unwrap()));
            }
            Step::Set(at, value) => {
                let at = at % (model.len() + 1); // perhaps behind the end
                assert_eq!(pieces.get_mut(at).map(|place| *place = value).is_some(), at < model.len());
                if let Some(place) = model.get_mut(at) {
                    *place = value;
                }
            }
            Step::SetAll(value) => {
                for place in pieces.iter_mut() {
                    *place = value;
                }
                model.fill(value);
            }
        }
    }

    proptest! {
        /// Whatever is done to one of several clones, in any order: each is what a vector of its own would be.
        #[test]
        fn clones_know_nothing_of_each_other(
            begin in 0u32..1200,
            steps in prop::collection::vec(step(), 0..40),
        ) {
            let mut all = vec![(counted(begin), (0..begin).collect::<Vec<u32>>())];
            for (which, step) in steps {
                let which = which % all.len();
                match step {
                    Step::Clone => all.push(all[which].clone()),
                    Step::Drop if all.len() > 1 => drop(all.swap_remove(which)),
                    step => {
                        let (pieces, model) = &mut all[which];
                        take(pieces, model, &step);
                    }
                }
                for (pieces, model) in &all {
                    prop_assert_eq!(&values(pieces), model);
                }
            }
        }
    }
}
