//! A view: one folder as a front end sees it, with its order, marks and focus. Pure: the worker feeds it entries and
//! asks it for heads and rows; it knows neither disk nor network. What goes through all rows is done outside: sorting by
//! `order`, looking for one and marking by `sweep`.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::carried::Carried;
use super::order::Weight;
use super::sweep::{LEAST_SHARE, Rows, Sums, Sweep, Swept};
use crate::entry::{Entry, EntryKey, Location};
use crate::message::{
    Arrangement, Event, MarkChange, Problem, Row, Sign, SignCounts, ViewHead, ViewId, ViewState,
};

/// A folder as it was read: what a view shows, before order and filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folder {
    /// Its path as people write it.
    pub(crate) title: String,
    /// Its entries in key order, twins numbered.
    pub(crate) entries: Arc<[Entry]>,
    /// What sorting and summing need of each of them.
    pub(crate) weights: Arc<[Weight]>,
    /// How many of them share their name with another.
    pub(crate) twin_count: u64,
    /// The folder above, and what this one is called there.
    pub(crate) parent: Option<(Location, EntryKey)>,
    /// Whether entries can be made in it.
    pub(crate) writable: bool,
    /// Free bytes of its disk (local).
    pub(crate) free_bytes: Option<u64>,
    /// Whether more of it is on its way.
    pub(crate) is_partial: bool,
}

/// One folder in one pane.
#[derive(Debug)]
pub(crate) struct View {
    id: ViewId,
    location: Location,
    state: ViewState,
    arrangement: Arrangement,
    generation: u64,
    folder: Folder,
    /// Shown entries in order: indices into `folder.entries`.
    order: Arc<Vec<u32>>,
    /// Whether the entry of the same index has a row. As long as `folder.entries`, which are gone through in their own
    /// order where all rows are meant: that is many times quicker than in row order.
    shown: Arc<Vec<bool>>,
    /// Whether the entry of the same index is marked. As long as `folder.entries`.
    marked: Vec<bool>,
    /// What the shown entries come to.
    sums: Sums,
    /// The sign of the entry of the same index, where they are compared with others; else there are none.
    signs: Arc<[Option<Sign>]>,
    sign_counts: Option<SignCounts>,
    focus: Option<EntryKey>,
    /// The rows that were asked for last: sent again by themselves when they change.
    window: Option<(u64, u32)>,
}

impl View {
    /// Makes a view whose rows are on their way.
    ///
    /// `folder` has what is known before it is read: the title and the folder above.
    pub(crate) fn opening(id: ViewId, location: Location, folder: Folder, focus: Option<EntryKey>) -> Self {
        Self {
            id,
            location,
            state: ViewState::Opening,
            arrangement: Arrangement::default(),
            generation: 0,
            folder,
            order: Arc::default(),
            shown: Arc::default(),
            marked: Vec::new(),
            sums: Sums::default(),
            signs: Arc::default(),
            sign_counts: None,
            focus,
            window: None,
        }
    }

    /// Goes to another folder: rows and marks are gone, the arrangement stays but for the filter. Returns the folder
    /// that was shown.
    pub(crate) fn go(&mut self, location: Location, folder: Folder, focus: Option<EntryKey>) -> Folder {
        self.location = location;
        let left = std::mem::replace(&mut self.folder, folder);
        (self.order, self.shown) = (Arc::default(), Arc::default());
        self.marked.clear();
        self.sums = Sums::default();
        self.arrangement.filter = None;
        self.arrangement.differences = false;
        self.clear_signs();
        self.focus = focus;
        self.window = None;
        self.state = ViewState::Opening;
        self.generation += 1;
        left
    }

    /// Takes the folder's entries and their order. Marks and focus stay on the entries that are still there. Returns the
    /// entries that were there before.
    pub(crate) fn show(&mut self, folder: Folder, order: Vec<u32>, carried: &Carried) -> Folder {
        let marked = std::mem::take(&mut self.marked);
        self.marked = carried.marks(&self.folder.entries, marked, folder.entries.len());
        if !Arc::ptr_eq(&folder.entries, &self.folder.entries) {
            self.clear_signs();
        }
        let left = std::mem::replace(&mut self.folder, folder);
        self.take_order(order);
        self.state = if self.folder.is_partial { ViewState::Partial } else { ViewState::Ready };
        self.generation += 1;
        left
    }

    /// Takes a new order of the entries that are there.
    pub(crate) fn reorder(&mut self, arrangement: Arrangement, order: Vec<u32>) {
        self.arrangement = arrangement;
        self.take_order(order);
        self.generation += 1;
    }

    fn take_order(&mut self, order: Vec<u32>) {
        self.order = Arc::new(self.narrowed(order));
        let has_all = self.order.len() == self.folder.entries.len();
        let mut shown = vec![has_all; self.folder.entries.len()];
        if !has_all {
            for index in &*self.order {
                shown[*index as usize] = true;
            }
        }
        self.shown = Arc::new(shown);
        self.add_up();
    }

    /// Adds up the entries that are shown.
    fn add_up(&mut self) {
        self.sums = Sums::of(&self.folder.weights, &self.shown, &self.marked);
    }

    /// Takes what was found of all entries, as many and in their order.
    pub(crate) fn set_signs(&mut self, signs: Vec<Option<Sign>>) {
        self.signs = signs.into();
        self.generation += 1;
    }

    /// Takes what was found of some entries, and what all come to.
    pub(crate) fn add_signs<'k>(
        &mut self,
        found: impl Iterator<Item = (&'k EntryKey, Sign)>,
        counts: SignCounts,
    ) {
        if self.signs.len() != self.folder.entries.len() {
            self.signs = vec![None; self.folder.entries.len()].into();
        }
        let signs = Arc::make_mut(&mut self.signs);
        for (key, sign) in found {
            if let Some(index) = index_of(&self.folder.entries, key) {
                signs[index] = Some(sign);
            }
        }
        self.sign_counts = Some(counts);
        self.generation += 1;
    }

    /// Forgets what was found; returns whether something was.
    pub(crate) fn clear_signs(&mut self) -> bool {
        self.signs = Arc::default();
        let had_some = self.sign_counts.take().is_some();
        self.generation += u64::from(had_some);
        had_some
    }

    /// Returns whether the entries are compared with others.
    pub(crate) const fn has_signs(&self) -> bool {
        self.sign_counts.is_some()
    }

    /// Returns the keys of the entries whose names no other has.
    pub(crate) fn keys_by_name(&self) -> HashMap<String, EntryKey> {
        let alone = self.folder.entries.iter().filter(|entry| entry.flags.twin == 0);
        alone.map(|entry| (entry.name.clone(), entry.key.clone())).collect()
    }

    /// Leaves out what is no difference, where only those are wanted.
    fn narrowed(&self, mut order: Vec<u32>) -> Vec<u32> {
        if self.arrangement.differences && self.has_signs() {
            order.retain(|index| self.is_difference(*index));
        }
        order
    }

    fn is_difference(&self, index: u32) -> bool {
        self.sign(index).is_some_and(Sign::is_difference)
    }

    fn sign(&self, index: u32) -> Option<Sign> {
        self.signs.get(index as usize).copied().flatten()
    }

    /// Sets the arrangement that the next [`Self::show`] or [`Self::reorder`] was made for.
    pub(crate) fn set_arrangement(&mut self, arrangement: Arrangement) {
        self.arrangement = arrangement;
    }

    /// The folder cannot be shown.
    pub(crate) fn fail(&mut self, problem: Problem) {
        (self.folder.entries, self.folder.weights) = (Arc::default(), Arc::default());
        self.sums = Sums::default();
        self.clear_signs();
        (self.order, self.shown) = (Arc::default(), Arc::default());
        self.marked.clear();
        self.state = ViewState::Failed(problem);
        self.generation += 1;
    }

    /// Puts the focus on an entry, or on `..`.
    pub(crate) fn set_focus(&mut self, key: Option<EntryKey>) {
        self.focus = key;
    }

    /// Returns the folder that is shown.
    pub(crate) const fn location(&self) -> &Location {
        &self.location
    }

    /// Returns how far it is.
    pub(crate) const fn state(&self) -> &ViewState {
        &self.state
    }

    /// Returns the entries, shown or not, in key order.
    pub(crate) const fn entries(&self) -> &Arc<[Entry]> {
        &self.folder.entries
    }

    /// Returns what sorting needs of them.
    pub(crate) const fn weights(&self) -> &Arc<[Weight]> {
        &self.folder.weights
    }

    /// Returns the folder, where the view is no longer needed.
    pub(crate) fn into_folder(self) -> Folder {
        self.folder
    }

    /// Returns the folder above and the key of this one there.
    pub(crate) const fn parent(&self) -> Option<&(Location, EntryKey)> {
        self.folder.parent.as_ref()
    }

    /// Returns the keys of the rows that are marked and shown, in row order. The loop waits for it, so all cores help.
    pub(crate) fn marked(&self) -> Vec<EntryKey> {
        let order = self.order.par_iter().with_min_len(LEAST_SHARE);
        let marked = order.filter(|index| self.marked[**index as usize]);
        marked.map(|index| self.folder.entries[*index as usize].key.clone()).collect()
    }

    /// Returns what stands above and below the rows.
    pub(crate) fn head(&self) -> ViewHead {
        ViewHead {
            view: self.id,
            generation: self.generation,
            location: self.location.clone(),
            title: self.folder.title.clone(),
            has_parent: self.folder.parent.is_some(),
            state: self.state.clone(),
            arrangement: self.arrangement.clone(),
            row_count: self.order.len() as u64,
            left_out_count: (self.folder.entries.len() - self.order.len()) as u64,
            bytes: self.sums.bytes,
            marked_count: self.sums.marked_count,
            marked_bytes: self.sums.marked_bytes,
            marked_unsized_count: self.sums.marked_unsized_count,
            twin_count: self.folder.twin_count,
            focus_key: self.focus.clone(),
            focus: self.focus.as_ref().and_then(|key| self.row_of(key)).map(|row| row as u64),
            writable: self.folder.writable,
            free_bytes: self.folder.free_bytes,
            signs: self.sign_counts,
        }
    }

    /// Returns the row of an entry: nearly always one that the screen shows.
    fn row_of(&self, key: &EntryKey) -> Option<usize> {
        let is_it = |row: &usize| self.entry_at(*row).key == *key;
        let (start, count) = self.window.unwrap_or_default();
        let first = usize::try_from(start).unwrap_or(usize::MAX).min(self.order.len());
        let end = first.saturating_add(count as usize).min(self.order.len());
        (first..end).find(is_it).or_else(|| {
            let index = index_of(&self.folder.entries, key)?;
            self.order.iter().position(|shown| *shown as usize == index)
        })
    }

    /// Returns rows `start .. start + count`, and remembers that the screen shows these.
    pub(crate) fn rows(&mut self, start: u64, count: u32) -> Event {
        self.window = Some((start, count));
        self.slice(start, count)
    }

    /// Returns the rows that the screen shows, as they are now.
    pub(crate) fn window(&self) -> Option<Event> {
        self.window.map(|(start, count)| self.slice(start, count))
    }

    /// Returns the rows as they stand now, for work beside the loop.
    pub(super) fn snapshot(&self) -> Rows {
        Rows {
            generation: self.generation,
            entries: Arc::clone(&self.folder.entries),
            weights: Arc::clone(&self.folder.weights),
            order: Arc::clone(&self.order),
            shown: Arc::clone(&self.shown),
            signs: Arc::clone(&self.signs),
        }
    }

    /// Returns the number of this state of rows and marks.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// Changes the marks of some rows; returns the work where it is a change of all of them.
    pub(crate) fn mark(&mut self, change: &MarkChange) -> Option<Sweep> {
        match change {
            MarkChange::Toggle(key) => {
                if let Some(row) = self.row_of(key) {
                    self.toggle(self.order[row] as usize);
                }
            }
            MarkChange::Range { first, last, on } => {
                let row = |row: u64| usize::try_from(row).unwrap_or(usize::MAX).min(self.order.len());
                for index in &self.order[row(*first)..row(last.saturating_add(1)).max(row(*first))] {
                    self.marked[*index as usize] = *on;
                }
                self.add_up();
            }
            MarkChange::All
            | MarkChange::None
            | MarkChange::Invert
            | MarkChange::Signed(_)
            | MarkChange::Pattern { .. } => {
                let (rows, marked) = (self.snapshot(), self.marked.clone());
                return Some(Sweep { change: change.clone(), rows, marked });
            }
        }
        self.generation += 1;
        None
    }

    /// Takes the marks that a sweep has made of those that were there; they must be there still.
    pub(crate) fn take_marks(&mut self, swept: Swept) {
        (self.marked, self.sums) = (swept.marked, swept.sums);
        self.generation += 1;
    }

    fn toggle(&mut self, index: usize) {
        let (marked, weight) = (&mut self.marked[index], self.folder.weights[index]);
        let (size, unsized_count) = (weight.size, u64::from(weight.is_unsized));
        *marked = !*marked;
        if *marked {
            self.sums.marked_count += 1;
            self.sums.marked_bytes = self.sums.marked_bytes.saturating_add(size);
            self.sums.marked_unsized_count += unsized_count;
        } else {
            self.sums.marked_count -= 1;
            self.sums.marked_bytes = self.sums.marked_bytes.saturating_sub(size);
            self.sums.marked_unsized_count -= unsized_count;
        }
    }

    fn slice(&self, start: u64, count: u32) -> Event {
        let first = usize::try_from(start).unwrap_or(usize::MAX).min(self.order.len());
        let end = first.saturating_add(count as usize).min(self.order.len());
        let row = |index: &u32| {
            let entry = self.folder.entries[*index as usize].clone();
            Row { entry, marked: self.marked[*index as usize], sign: self.sign(*index) }
        };
        let rows = self.order[first..end].iter().map(row).collect();
        Event::Rows { view: self.id, generation: self.generation, start, rows }
    }

    fn entry_at(&self, row: usize) -> &Entry {
        &self.folder.entries[self.order[row] as usize]
    }
}

/// Returns where an entry is among those of a folder, which are in key order.
fn index_of(entries: &[Entry], key: &EntryKey) -> Option<usize> {
    entries.binary_search_by(|entry| entry.key.cmp(key)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{EntryFlags, EntryKind};
    use crate::message::{SignedRows, Sort};
    use crate::worker::order::{arrange, weigh};
    use crate::worker::sweep::{RowSearch, Sought};

    fn entry(name: &str, size: u64) -> Entry {
        Entry {
            key: EntryKey::Name(name.into()),
            name: name.into(),
            kind: EntryKind::File,
            size: Some(size),
            modified: None,
            uploaded: None,
            version_count: 0,
            flags: EntryFlags::default(),
        }
    }

    fn folder(names: &[(&str, u64)]) -> Folder {
        let mut entries: Vec<Entry> = names.iter().map(|(name, size)| entry(name, *size)).collect();
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        let (weights, _) = weigh(&mut entries);
        Folder { entries: entries.into(), weights, title: "~/x".into(), ..Folder::default() }
    }

    fn order(folder: &Folder) -> Vec<u32> {
        arrange(&folder.entries, &folder.weights, &Arrangement::default())
    }

    fn view(names: &[(&str, u64)]) -> View {
        let mut view = View::opening(ViewId(1), Location::Local("/x".into()), Folder::default(), None);
        let folder = folder(names);
        show(&mut view, folder);
        view
    }

    /// Shows a folder as one that was read.
    fn show(view: &mut View, folder: Folder) {
        let (carried, entries) = Carried::of(Arc::clone(view.entries()), folder.entries.to_vec());
        let (order, folder) = (order(&folder), Folder { entries, ..folder });
        view.show(folder, order, &carried);
    }

    fn mark(view: &mut View, change: &MarkChange) {
        if let Some(sweep) = view.mark(change) {
            view.take_marks(sweep.run());
        }
    }

    fn names(event: Event) -> Vec<(String, bool)> {
        let Event::Rows { rows, .. } = event else { panic!("not rows") };
        rows.into_iter().map(|row| (row.entry.name, row.marked)).collect()
    }

    #[test]
    fn very_many_marks_are_told_in_row_order() {
        let names: Vec<String> = (10_000..40_000).map(|number: u32| number.to_string()).collect();
        let folder = folder(&names.iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>());
        let mut backwards = order(&folder);
        backwards.reverse();
        let mut view = View::opening(ViewId(1), Location::Local("/x".into()), Folder::default(), None);
        show(&mut view, folder);
        view.reorder(Arrangement::default(), backwards);
        mark(&mut view, &MarkChange::All);
        let told = view.marked();
        assert!(told.into_iter().eq(names.iter().rev().map(|name| EntryKey::Name(name.into()))));
    }

    #[test]
    fn marks_and_focus_survive_a_refresh_by_key() {
        let mut view = view(&[("a", 1), ("b", 2), ("c", 4)]);
        mark(&mut view, &MarkChange::Toggle(EntryKey::Name("b".into())));
        mark(&mut view, &MarkChange::Toggle(EntryKey::Name("c".into())));
        view.set_focus(Some(EntryKey::Name("c".into())));
        show(&mut view, folder(&[("0", 1), ("a", 1), ("c", 8)]));
        let head = view.head();
        assert_eq!((head.marked_count, head.marked_bytes, head.focus), (1, 8, Some(2)));
    }

    #[test]
    fn marks_survive_a_filter_but_only_shown_rows_count_and_are_acted_on() {
        let mut view = view(&[("a", 1), ("b", 2)]);
        mark(&mut view, &MarkChange::All);
        let arrangement = Arrangement { filter: Some("b".into()), ..Arrangement::default() };
        let order = arrange(view.entries(), view.weights(), &arrangement);
        view.reorder(arrangement, order);
        let head = view.head();
        assert_eq!((head.row_count, head.left_out_count, head.marked_count), (1, 1, 1));
        assert_eq!(view.marked().len(), 1);
        let order = arrange(view.entries(), view.weights(), &Arrangement::default());
        view.reorder(Arrangement::default(), order);
        assert_eq!(view.head().marked_count, 2);
    }

    #[test]
    fn each_change_of_rows_or_marks_is_a_new_generation_and_the_window_follows() {
        let mut view = view(&[("a", 1), ("b", 2), ("c", 3)]);
        let Event::Rows { generation: first, .. } = view.rows(1, 2) else { panic!() };
        mark(&mut view, &MarkChange::Range { first: 1, last: 1, on: true });
        let Some(Event::Rows { generation, rows, .. }) = view.window() else { panic!() };
        assert_eq!(generation, first + 1);
        assert_eq!(rows.iter().map(|row| row.marked).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn rows_past_the_end_are_left_out() {
        let mut view = view(&[("a", 1), ("b", 2)]);
        assert_eq!(names(view.rows(1, 10)), [("b".into(), false)]);
        assert_eq!(names(view.rows(7, 10)), []);
        assert_eq!(names(view.rows(u64::MAX, u32::MAX)), []);
    }

    #[test]
    fn patterns_mark_whole_names_and_ignore_case() {
        let mut view = view(&[("a.JPG", 1), ("b.jpg.txt", 2), ("c+.jpg", 3)]);
        mark(&mut view, &MarkChange::Pattern { pattern: "*.jpg".into(), on: true });
        assert_eq!(view.head().marked_bytes, 4);
        mark(&mut view, &MarkChange::Pattern { pattern: "c+?jpg".into(), on: false });
        assert_eq!(view.head().marked_bytes, 1);
        mark(&mut view, &MarkChange::Invert);
        assert_eq!(view.head().marked_bytes, 5);
    }

    #[test]
    fn signs_stay_while_the_folder_is_the_same_and_no_longer() {
        let mut view = view(&[("a", 1), ("b", 2)]);
        let key = EntryKey::Name("b".into());
        view.set_signs(vec![Some(Sign::Same), None]);
        view.add_signs([(&key, Sign::OnlyHere)].into_iter(), SignCounts::default());
        show(&mut view, folder(&[("a", 1), ("b", 2)]));
        let sought = RowSearch { sought: Sought::Difference, from: 0, backwards: false };
        assert_eq!((view.has_signs(), sought.run(&view.snapshot())), (true, Some(1)));
        mark(&mut view, &MarkChange::Signed(SignedRows::OnlyHere));
        assert_eq!(view.head().marked_bytes, 2);
        show(&mut view, folder(&[("a", 1), ("b", 3)]));
        assert_eq!((view.has_signs(), sought.run(&view.snapshot())), (false, None));
    }

    #[test]
    fn find_wraps_round_in_both_directions() {
        let view = view(&[("ab", 1), ("b", 2), ("Bc", 3), ("d", 4)]);
        let find = |text: &str, from, backwards| {
            RowSearch { sought: Sought::Name(text.into()), from, backwards }.run(&view.snapshot())
        };
        assert_eq!(find("b", 2, false), Some(0));
        assert_eq!(find("b", 0, true), Some(2));
        assert_eq!(find("b", 1, false), Some(2));
        assert_eq!(find("d", 3, false), Some(3), "the only one is found again");
        assert_eq!((find("x", 0, false), find("", 0, false)), (None, None));
    }

    #[test]
    fn going_elsewhere_forgets_filter_and_marks_but_not_the_sort() {
        let mut view = view(&[("a", 1)]);
        mark(&mut view, &MarkChange::All);
        view.set_arrangement(Arrangement {
            sort: Sort::Size,
            filter: Some("a".into()),
            ..Arrangement::default()
        });
        view.go(Location::Local("/y".into()), Folder::default(), None);
        let head = view.head();
        assert_eq!((head.row_count, head.marked_count, head.left_out_count), (0, 0, 0));
        assert_eq!(head.arrangement, Arrangement { sort: Sort::Size, ..Arrangement::default() });
        assert_eq!(head.state, ViewState::Opening);
    }
}
