//! The [`LinksPage`]: the public links of an account, over the whole screen. One is gone to, copied or removed; the worker
//! tells the list again after each change.

use crate::message::{LinkRow, Shareable, SharingCommand};
use crate::secret::Secret;
use crate::ui::key::Key;

/// The links of an account.
#[derive(Debug)]
pub struct LinksPage {
    /// The account.
    pub account: String,
    /// The links, once they have come.
    pub rows: Option<Vec<LinkRow>>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row that is shown.
    pub top: usize,
    /// How what the last key did is taken back.
    pub told: Option<String>,
}

/// What a key leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing more.
    Stay,
    /// It closes.
    Leave,
    /// It closes, and a pane goes to this path.
    Go(String),
    /// The link to this goes to the clipboard.
    Copy(Shareable, Secret),
    /// This is to be asked for.
    Send(SharingCommand),
    /// It stays, and says why nothing happens.
    Refused(&'static str),
}

impl LinksPage {
    /// Makes one that waits for the links.
    #[must_use]
    pub const fn new(account: String) -> Self {
        Self { account, rows: None, cursor: 0, top: 0, told: None }
    }

    /// Takes the links over.
    pub fn receive(&mut self, rows: Vec<LinkRow>) {
        self.cursor = self.cursor.min(rows.len().saturating_sub(1));
        self.top = self.top.min(self.cursor);
        self.rows = Some(rows);
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
            ("Enter", Some(row)) => Outcome::Go(format!("{}:H:{}", self.account, row.subject.node)),
            ("y", Some(row)) => match &row.link {
                Some(link) => Outcome::Copy(row.subject.clone(), link.clone()),
                None => Outcome::Refused("the key of this link is known to MEGA's own program only"),
            },
            ("x", Some(row)) => Outcome::Send(SharingCommand::Unlink(row.subject.clone())),
            _ => Outcome::Stay,
        }
    }
}
