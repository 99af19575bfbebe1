//! The [`TransferList`]: the transfers as the worker reported them, in queue order, and the cursor of their screen.
//! `update` hands it the worker's events; the transfer line and the transfer screen draw it.

use std::collections::{HashMap, HashSet};

use crate::message::{Direction, TransferId, TransferRow, TransferState, TransferTotals};

/// All transfers on the list.
#[derive(Debug, Default)]
pub struct TransferList {
    rows: Vec<TransferRow>,
    places: HashMap<TransferId, usize>,
    /// Sums as the worker counted them.
    pub totals: TransferTotals,
    /// The row under the cursor, always below the row count (0 in an empty list).
    pub cursor: usize,
    /// The first row on screen.
    pub top: usize,
}

impl TransferList {
    /// Returns the rows in queue order.
    #[must_use]
    pub fn rows(&self) -> &[TransferRow] {
        &self.rows
    }

    /// Returns the row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&TransferRow> {
        self.rows.get(self.cursor)
    }

    /// Takes changes over.
    pub fn receive(&mut self, changed: Vec<TransferRow>, removed: &[TransferId], totals: TransferTotals) {
        if !removed.is_empty() {
            let under_cursor = self.current().map(|row| row.transfer);
            let removed: HashSet<TransferId> = removed.iter().copied().collect();
            self.rows.retain(|row| !removed.contains(&row.transfer));
            self.places = self.rows.iter().enumerate().map(|(place, row)| (row.transfer, place)).collect();
            let place = under_cursor.and_then(|transfer| self.places.get(&transfer));
            self.cursor = *place.unwrap_or(&self.cursor);
        }
        for row in changed {
            if let Some(place) = self.places.get(&row.transfer) {
                self.rows[*place] = row;
            } else {
                self.places.insert(row.transfer, self.rows.len());
                self.rows.push(row);
            }
        }
        self.totals = totals;
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    /// Returns whether something on the list has not ended.
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

    /// Returns how much of the list moves which way: bytes a second up and down.
    #[must_use]
    pub const fn speeds(&self) -> [(Direction, u64); 2] {
        [(Direction::Up, self.totals.up_speed), (Direction::Down, self.totals.down_speed)]
    }

    /// Puts the cursor on the first row that has not ended: what one comes to see.
    pub fn go_to_open(&mut self, height: usize) {
        let open = self.rows.iter().position(|row| !row.state.is_ended());
        self.go_to(open.unwrap_or(0), height);
    }

    /// Puts the cursor on a row, clamped.
    pub fn go_to(&mut self, row: usize, height: usize) {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
        let height = height.max(1);
        if self.cursor < self.top || self.cursor >= self.top + height {
            self.top = self.cursor.saturating_sub(height / 2);
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
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
            attempts: 1,
            state,
        }
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
