//! The [`DoctorPage`]: what is wrong with this machine and with an account, over the whole screen, the worst first, and
//! below the list what mends the row under the cursor. It only shows: a command that mends goes to the clipboard.

use crate::message::{Finding, Standing};
use crate::ui::key::Key;

/// What was found.
#[derive(Debug)]
pub struct DoctorPage {
    /// The account that is looked at, too.
    pub account: Option<String>,
    /// What was found, the worst first, once it has come.
    pub rows: Option<Vec<Finding>>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row that is shown.
    pub top: usize,
    /// What the last key did, where nothing else shows it: the page covers the status line.
    pub told: Option<&'static str>,
}

/// What a key leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing more.
    Stay,
    /// It closes.
    Leave,
    /// It is to be looked again.
    Again,
    /// This goes to the clipboard.
    Copy(String),
}

impl DoctorPage {
    /// Makes one that waits for what is found.
    #[must_use]
    pub const fn new(account: Option<String>) -> Self {
        Self { account, rows: None, cursor: 0, top: 0, told: None }
    }

    /// Takes what was found.
    pub fn receive(&mut self, mut findings: Vec<Finding>) {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.standing));
        self.cursor = self.cursor.min(findings.len().saturating_sub(1));
        self.top = self.top.min(self.cursor);
        self.rows = Some(findings);
    }

    /// Returns how many rows are not as they should be.
    #[must_use]
    pub fn wrong_count(&self) -> usize {
        let rows = self.rows.as_deref().unwrap_or_default();
        rows.iter().filter(|finding| finding.standing != Standing::Ok).count()
    }

    /// Takes a key; `height` rows are shown.
    pub fn press(&mut self, key: Key, height: usize) -> Outcome {
        self.told = None;
        let rows = self.rows.as_deref().unwrap_or_default();
        if let Some(place) = key.moves((self.cursor, self.top), rows.len(), height) {
            (self.cursor, self.top) = place;
            return Outcome::Stay;
        }
        match (key.to_string().as_str(), rows.get(self.cursor)) {
            ("Esc" | "C-g" | "C-c" | "q" | "h" | "Left", _) => Outcome::Leave,
            ("r" | "C-r", _) => Outcome::Again,
            ("y", Some(Finding { mended_by: Some(what), .. })) => {
                self.told = Some("copied");
                Outcome::Copy(what.clone())
            }
            _ => Outcome::Stay,
        }
    }
}
