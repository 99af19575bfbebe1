//! The [`AccountChooser`]: what a pane can show: this computer, each account, or one more account to log in to.
//! `update` opens it for a pane and shows what is chosen; it logs nobody in.

use crate::message::AccountRow;

/// The list of places for one pane.
#[derive(Clone, Debug)]
pub struct AccountChooser {
    /// The pane that will show the choice: 0 left, 1 right.
    pub pane: usize,
    /// The chosen row.
    pub cursor: usize,
    /// The accounts when it was opened.
    pub accounts: Vec<AccountRow>,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The home folder of this computer.
    Disk,
    /// An account.
    Account(&'a AccountRow),
    /// A login form for one more.
    New,
}

impl AccountChooser {
    /// Returns the rows of the list.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice<'_>> {
        let accounts = self.accounts.iter().map(Choice::Account);
        std::iter::once(Choice::Disk).chain(accounts).chain([Choice::New]).collect()
    }

    /// Returns the chosen row.
    #[must_use]
    pub fn chosen(&self) -> Option<Choice<'_>> {
        self.choices().get(self.cursor).copied()
    }

    /// Moves the choice.
    pub fn go_by(&mut self, rows: isize) {
        let last = self.choices().len() - 1;
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }
}
