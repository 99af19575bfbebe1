//! A [`Window`]: the rows of a long list that the screen holds, around those it shows. The worker keeps the list and sends
//! ranges of it; what is not there yet is drawn as such. Pages with lists of the worker's own have one for each list.

use std::collections::BTreeMap;
use std::ops::Range;

/// Rows of a list, by their numbers from 0.
#[derive(Debug)]
pub struct Window<T> {
    rows: BTreeMap<u64, T>,
    asked: Range<u64>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), asked: 0..0 }
    }
}

impl<T> Window<T> {
    /// Returns a row, if it has come.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&T> {
        self.rows.get(&number)
    }

    /// Returns the rows that have come, with their numbers.
    pub fn rows(&self) -> impl Iterator<Item = (u64, &T)> {
        self.rows.iter().map(|(number, row)| (*number, row))
    }

    /// Takes rows from `start` on; what was there before gives way.
    pub fn receive(&mut self, start: u64, rows: Vec<T>) {
        self.rows = (start..).zip(rows).collect();
    }

    /// The list is another one: its rows have to be asked for. What is there stays in sight until they come.
    pub fn renew(&mut self) {
        self.asked = 0..0;
    }

    /// The list is another one, and none of it is to be seen.
    pub fn forget(&mut self) {
        self.rows.clear();
        self.asked = 0..0;
    }

    /// Returns what has to be asked for, where `height` rows are shown from `top` on out of `count`: two pages on either
    /// side along with them, so that a move finds its rows there.
    pub fn missing(&mut self, top: u64, height: u64, count: u64) -> Option<(u64, u32)> {
        let end = top.saturating_add(height).min(count);
        if top >= end || (self.asked.start <= top && end <= self.asked.end) {
            return None;
        }
        let start = top.saturating_sub(height.saturating_mul(2));
        let wanted = height.saturating_mul(5).max(1);
        self.asked = start..start.saturating_add(wanted);
        Some((start, u32::try_from(wanted).unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_once_for_what_is_shown_and_the_pages_around_it() {
        let mut window: Window<u64> = Window::default();
        assert_eq!(window.missing(0, 10, 0), None, "there is nothing");
        assert_eq!(window.missing(0, 10, 1000), Some((0, 50)));
        window.receive(0, (0..50).collect());
        assert_eq!(window.missing(35, 10, 1000), None);
        assert_eq!(window.missing(45, 10, 1000), Some((25, 50)));
        window.receive(25, (25..75).collect());
        assert_eq!((window.get(24), window.get(45)), (None, Some(&45)));
        assert_eq!(window.missing(990, 10, 1000), Some((970, 50)), "the last page, and what is before it");
    }

    #[test]
    fn a_list_that_has_changed_is_asked_for_again_and_shown_meanwhile() {
        let mut window: Window<u64> = Window::default();
        window.missing(0, 2, 3);
        window.receive(0, vec![7, 8, 9]);
        window.renew();
        assert_eq!(window.get(2), Some(&9));
        assert_eq!(window.missing(0, 2, 3), Some((0, 10)));
        window.forget();
        assert_eq!(window.get(2), None);
    }
}
