//! The [`Tabs`] of a side: the panes that stand behind the one that is shown, each with its own folder, cursor, marks and
//! order. The shown pane stays where all others look for it; changing tabs puts another one there.

use super::pane::Pane;
use crate::message::ViewId;

/// The tabs of one side.
#[derive(Debug, Default)]
pub struct Tabs {
    /// All but the shown one, in order.
    others: Vec<Pane>,
    /// The place of the shown one among all.
    at: usize,
}

impl Tabs {
    /// Returns how many there are, the shown one included.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.others.len() + 1
    }

    /// Returns the place of the shown one, from 0.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Returns whether there may be one more: as many as digits choose.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.count() < MOST
    }

    /// Returns all panes in order, with the shown one in its place.
    pub fn all<'p>(&'p self, shown: &'p Pane) -> impl Iterator<Item = &'p Pane> {
        let (before, behind) = self.others.split_at(self.at);
        before.iter().chain([shown]).chain(behind)
    }

    /// Returns the panes that are not shown.
    pub fn others_mut(&mut self) -> impl Iterator<Item = &mut Pane> {
        self.others.iter_mut()
    }

    /// Returns the place of a view among all tabs, if it is one that is not shown.
    #[must_use]
    pub fn place_of(&self, view: ViewId) -> Option<usize> {
        let place = self.others.iter().position(|pane| pane.view == view)?;
        Some(if place >= self.at { place + 1 } else { place })
    }

    /// Shows a new pane behind the shown one.
    pub(super) fn open(&mut self, shown: &mut Pane, new: Pane) {
        self.others.insert(self.at, std::mem::replace(shown, new));
        self.at += 1;
    }

    /// Shows the pane at a place; returns whether there is one.
    pub(super) fn choose(&mut self, shown: &mut Pane, place: usize) -> bool {
        if place == self.at || place >= self.count() {
            return place == self.at;
        }
        let chosen = self.others.remove(if place > self.at { place - 1 } else { place });
        let old = std::mem::replace(shown, chosen);
        self.others.insert(if place < self.at { self.at - 1 } else { self.at }, old);
        self.at = place;
        true
    }

    /// Takes the shown pane away and shows the one behind it, or before it at the end; `None` where it is the only one.
    pub(super) fn close(&mut self, shown: &mut Pane) -> Option<Pane> {
        let next = self.at.min(self.others.len().checked_sub(1)?);
        let chosen = self.others.remove(next);
        self.at = next;
        Some(std::mem::replace(shown, chosen))
    }
}

/// Tabs of a side at most.
const MOST: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    /// The views of all tabs in order.
    fn order(tabs: &Tabs, shown: &Pane) -> Vec<u32> {
        let mut views: Vec<u32> = tabs.others.iter().map(|pane| pane.view.0).collect();
        views.insert(tabs.at, shown.view.0);
        views
    }

    fn pane(view: u32) -> Pane {
        Pane::new(ViewId(view))
    }

    #[test]
    fn a_new_tab_stands_behind_the_shown_one_and_choosing_keeps_the_order() {
        let (mut tabs, mut shown) = (Tabs::default(), pane(0));
        tabs.open(&mut shown, pane(1));
        tabs.open(&mut shown, pane(2));
        assert_eq!((order(&tabs, &shown), tabs.at()), (vec![0, 1, 2], 2));
        for place in [0, 2, 1, 0, 1, 2, 0] {
            assert!(tabs.choose(&mut shown, place));
            assert_eq!((order(&tabs, &shown), shown.view.0 as usize), (vec![0, 1, 2], place));
        }
        assert!(!tabs.choose(&mut shown, 3));
        tabs.open(&mut shown, pane(3));
        assert_eq!(order(&tabs, &shown), [0, 3, 1, 2]);
        assert_eq!((tabs.place_of(ViewId(0)), tabs.place_of(ViewId(2))), (Some(0), Some(3)));
    }

    #[test]
    fn closing_shows_the_neighbour_and_never_closes_the_last_one() {
        let (mut tabs, mut shown) = (Tabs::default(), pane(0));
        assert!(tabs.close(&mut shown).is_none());
        tabs.open(&mut shown, pane(1));
        tabs.open(&mut shown, pane(2));
        tabs.choose(&mut shown, 1);
        assert_eq!(tabs.close(&mut shown).map(|pane| pane.view), Some(ViewId(1)));
        assert_eq!((order(&tabs, &shown), shown.view), (vec![0, 2], ViewId(2)));
        assert_eq!(tabs.close(&mut shown).map(|pane| pane.view), Some(ViewId(2)));
        assert_eq!((order(&tabs, &shown), shown.view), (vec![0], ViewId(0)));
    }

    #[test]
    fn there_are_as_many_as_digits() {
        let (mut tabs, mut shown) = (Tabs::default(), pane(0));
        let mut view = 0;
        while tabs.has_room() {
            view += 1;
            tabs.open(&mut shown, pane(view));
        }
        assert_eq!(tabs.count(), 9);
    }
}
