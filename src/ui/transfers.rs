//! The [`TransferList`]: the transfers as the worker reported them, in their order, which of them are listed, and the cursor
//! of their screen. `update` hands it the worker's events; the transfer line and the transfer screen draw it.

use std::collections::{HashMap, HashSet};

use super::throughput::Throughput;
use crate::message::{Direction, TransferId, TransferRow, TransferState, TransferTotals};

/// All transfers.
#[derive(Debug, Default)]
pub struct TransferList {
    /// By their place.
    rows: Vec<TransferRow>,
    indices: HashMap<TransferId, usize>,
    /// Those of `rows` that are listed.
    listed: Vec<usize>,
    listing: Listing,
    /// Sums as the worker counted them.
    pub totals: TransferTotals,
    /// The speeds of the last minutes.
    pub throughput: Throughput,
    /// The row under the cursor, always below the count of listed ones (0 in an empty list).
    pub cursor: usize,
    /// The first row on screen.
    pub top: usize,
}

/// Which transfers are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// All.
    #[default]
    All,
    /// Those that have not ended.
    Open,
    /// Those that failed.
    Failed,
}

impl Listing {
    /// Returns the one that follows, round in a circle.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::All => Self::Open,
            Self::Open => Self::Failed,
            Self::Failed => Self::All,
        }
    }

    const fn has(self, row: &TransferRow) -> bool {
        match self {
            Self::All => true,
            Self::Open => !row.state.is_ended(),
            Self::Failed => matches!(row.state, TransferState::Failed(_)),
        }
    }
}

impl TransferList {
    /// Returns all rows in their order.
    #[must_use]
    pub fn rows(&self) -> &[TransferRow] {
        &self.rows
    }

    /// Returns which are listed.
    #[must_use]
    pub const fn listing(&self) -> Listing {
        self.listing
    }

    /// Returns how many are listed.
    #[must_use]
    pub const fn listed_count(&self) -> usize {
        self.listed.len()
    }

    /// Returns the listed rows of a part of the screen, each with its number in the list.
    pub fn listed(&self, from: usize, count: usize) -> impl Iterator<Item = (usize, &TransferRow)> {
        let part = self.listed.iter().enumerate().skip(from).take(count);
        part.filter_map(|(number, index)| Some((number, self.rows.get(*index)?)))
    }

    /// Returns the row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&TransferRow> {
        self.rows.get(*self.listed.get(self.cursor)?)
    }

    /// Returns the row of a transfer.
    #[must_use]
    pub fn row(&self, transfer: TransferId) -> Option<&TransferRow> {
        self.rows.get(*self.indices.get(&transfer)?)
    }

    /// Lists others; the cursor stays on its row where that is listed.
    pub fn list(&mut self, listing: Listing) {
        let under_cursor = self.current().map(|row| row.transfer);
        self.listing = listing;
        self.list_again(under_cursor, None);
    }

    /// Takes changes over; the cursor stays on its row.
    pub fn receive(&mut self, changed: Vec<TransferRow>, removed: &[TransferId], totals: TransferTotals) {
        let under_cursor = self.current().map(|row| row.transfer);
        if !removed.is_empty() {
            let removed: HashSet<TransferId> = removed.iter().copied().collect();
            self.rows.retain(|row| !removed.contains(&row.transfer));
            self.number();
        }
        let mut is_sorted = true;
        for row in changed {
            if let Some(index) = self.indices.get(&row.transfer) {
                is_sorted &= self.rows[*index].place == row.place;
                self.rows[*index] = row;
            } else {
                is_sorted &= self.rows.last().is_none_or(|last| last.place < row.place);
                self.indices.insert(row.transfer, self.rows.len());
                self.rows.push(row);
            }
        }
        if !is_sorted {
            self.rows.sort_by_key(|row| row.place);
            self.number();
        }
        self.totals = totals;
        self.list_again(under_cursor, under_cursor);
    }

    fn number(&mut self) {
        self.indices = self.rows.iter().enumerate().map(|(index, row)| (row.transfer, index)).collect();
    }

    /// Lists what belongs there, and `kept`: a row under the cursor that ends must not make way for another just when a
    /// key is pressed that was meant for it. It goes when the cursor has moved.
    fn list_again(&mut self, under_cursor: Option<TransferId>, kept: Option<TransferId>) {
        let listing = self.listing;
        let is_listed = |row: &TransferRow| listing.has(row) || Some(row.transfer) == kept;
        self.listed.clear();
        self.listed.extend((0..self.rows.len()).filter(|index| is_listed(&self.rows[*index])));
        let index = under_cursor.and_then(|transfer| self.indices.get(&transfer));
        let number = index.and_then(|index| self.listed.binary_search(index).ok());
        self.cursor = number.unwrap_or(self.cursor).min(self.listed.len().saturating_sub(1));
    }

    /// Returns whether something has not ended.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.totals.count > self.totals.ended_count
    }

    /// Returns how many have not ended.
    #[must_use]
    pub const fn open_count(&self) -> u64 {
        self.totals.count.saturating_sub(self.totals.ended_count)
    }

    /// Returns those that the transfer line shows, the most telling first: moving, then waiting, then queued.
    #[must_use]
    pub fn shown(&self, count: usize) -> Vec<&TransferRow> {
        let open = self.rows.iter().filter(|row| !row.state.is_ended());
        let mut first: Vec<&TransferRow> = Vec::new();
        let mut later: Vec<&TransferRow> = Vec::new();
        for row in open {
            match row.state {
                TransferState::Running | TransferState::Finishing => first.push(row),
                _ if later.len() < count => later.push(row),
                _ => {}
            }
            if first.len() >= count {
                break;
            }
        }
        later.sort_by_key(|row| !matches!(row.state, TransferState::Waiting(_)));
        first.extend(later);
        first.truncate(count);
        first
    }

    /// Returns how fast it moves which way, in bytes a second; from disk to disk only where something does.
    pub fn speeds(&self) -> impl Iterator<Item = (Direction, u64)> {
        let totals = &self.totals;
        let speeds = [
            (Direction::Up, totals.up_speed),
            (Direction::Down, totals.down_speed),
            (Direction::Across, totals.across_speed),
        ];
        speeds.into_iter().filter(|(direction, speed)| *direction != Direction::Across || *speed > 0)
    }

    /// Puts the cursor on the first row that has not ended: what one comes to see.
    pub fn go_to_open(&mut self, height: usize) {
        let is_open = |index: &usize| self.rows.get(*index).is_some_and(|row| !row.state.is_ended());
        let open = self.listed.iter().position(is_open);
        self.go_to(open.unwrap_or(0), height);
    }

    /// Puts the cursor on a row, clamped.
    pub fn go_to(&mut self, row: usize, height: usize) {
        self.cursor = row.min(self.listed.len().saturating_sub(1));
        let height = height.max(1);
        if self.cursor < self.top || self.cursor >= self.top + height {
            self.top = self.cursor.saturating_sub(height / 2);
        }
        self.top = self.top.min(self.listed.len().saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::CopyId;

    fn transfer(number: u64, state: TransferState) -> TransferRow {
        TransferRow {
            transfer: TransferId(number),
            copy: CopyId(1),
            place: i64::try_from(number).unwrap(),
            direction: Direction::Up,
            path: number.to_string(),
            size: 10,
            done: 0,
            speed: 0,
            attempts: 0,
            state,
        }
    }

    fn numbers(list: &TransferList) -> Vec<u64> {
        list.listed(0, usize::MAX).map(|(_, row)| row.transfer.0).collect()
    }

    #[test]
    fn changes_replace_rows_and_removals_keep_the_cursor_on_its_row() {
        let mut list = TransferList::default();
        let rows = (0..5).map(|number| transfer(number, TransferState::Queued)).collect();
        list.receive(rows, &[], TransferTotals::default());
        list.go_to(3, 10);
        list.receive(vec![transfer(4, TransferState::Done)], &[TransferId(0)], TransferTotals::default());
        assert_eq!(list.current().unwrap().transfer, TransferId(3));
        assert_eq!(list.rows()[3].state, TransferState::Done);
        list.receive(Vec::new(), &(0..5).map(TransferId).collect::<Vec<_>>(), TransferTotals::default());
        assert_eq!((list.cursor, list.rows().len()), (0, 0));
    }

    #[test]
    fn rows_stand_at_their_places_and_the_cursor_goes_with_its_row() {
        let mut list = TransferList::default();
        let rows = [3, 1, 2].map(|number| transfer(number, TransferState::Queued));
        list.receive(rows.to_vec(), &[], TransferTotals::default());
        assert_eq!(numbers(&list), [1, 2, 3]);
        list.go_to(2, 10);
        let first = TransferRow { place: -1, ..transfer(3, TransferState::Queued) };
        list.receive(vec![first], &[], TransferTotals::default());
        assert_eq!(numbers(&list), [3, 1, 2]);
        assert_eq!((list.cursor, list.row(TransferId(2)).unwrap().transfer.0), (0, 2));
    }

    #[test]
    fn a_listing_leaves_out_the_others_and_follows_what_changes() {
        let mut list = TransferList::default();
        let rows = (0..4).map(|number| transfer(number, TransferState::Queued)).collect();
        list.receive(rows, &[], TransferTotals::default());
        list.go_to(2, 10);
        list.receive(vec![transfer(0, TransferState::Done)], &[], TransferTotals::default());
        list.list(Listing::Open);
        assert_eq!((numbers(&list), list.current().unwrap().transfer.0), (vec![1, 2, 3], 2));
        list.receive(vec![transfer(2, TransferState::Cancelled)], &[], TransferTotals::default());
        let stays = (vec![1, 2, 3], 2); // a key that is on its way means this one
        assert_eq!((numbers(&list), list.current().unwrap().transfer.0), stays);
        list.go_to(2, 10);
        list.receive(Vec::new(), &[], TransferTotals::default());
        assert_eq!((numbers(&list), list.current().unwrap().transfer.0), (vec![1, 3], 3));
        list.list(Listing::Failed);
        assert_eq!((list.listed_count(), list.cursor, list.current()), (0, 0, None));
    }

    #[test]
    fn the_line_shows_what_moves_before_what_waits() {
        let mut list = TransferList::default();
        let rows = vec![
            transfer(0, TransferState::Done),
            transfer(1, TransferState::Queued),
            transfer(2, TransferState::Running),
        ];
        list.receive(rows, &[], TransferTotals::default());
        let shown: Vec<u64> = list.shown(2).iter().map(|row| row.transfer.0).collect();
        assert_eq!(shown, [2, 1]);
        list.go_to_open(10);
        assert_eq!(list.cursor, 1);
    }
}
