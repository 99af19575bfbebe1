//! The [`VersionsDialog`]: the old contents behind a file. One is looked into, copied to the other pane, made current again,
//! or deleted for good; the worker tells the list again after each change.

use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{VersionList, VersionRow, VersionsCommand};
use crate::ui::key::Key;

/// The versions of a file.
#[derive(Debug, Default)]
pub struct VersionsDialog {
    /// The versions, once they have come.
    pub list: Option<VersionList>,
    /// The version under the cursor.
    pub cursor: usize,
    /// The version under the cursor is to be deleted, if that is meant.
    pub is_deleting: bool,
    /// The file is no longer there: nothing but closing is left.
    pub is_gone: bool,
}

/// What a key leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing more.
    Stay,
    /// It closes.
    Leave,
    /// This is to be asked for, and it stays.
    Send(VersionsCommand),
    /// What is in this version is to be shown above it.
    View(VersionRow),
    /// This version is to go to the other pane.
    Copy(VersionRow),
}

impl VersionsDialog {
    /// Takes over what is known now.
    pub fn receive(&mut self, list: VersionList) {
        self.cursor = self.cursor.min(list.versions.len().saturating_sub(1));
        self.list = Some(list);
    }

    /// The file is no longer there. It stays open, so that no key that was meant for it goes to the panes.
    pub fn receive_gone(&mut self) {
        *self = Self { is_gone: true, ..Self::default() };
    }

    /// Returns where a version stands, for the worker: behind its file.
    #[must_use]
    pub fn place(&self, version: &VersionRow) -> Option<(Location, EntryKey)> {
        let file = &self.list.as_ref()?.file;
        let folder = CloudFolder::Node(file.node);
        Some((Location::Cloud { account: file.account.clone(), folder }, EntryKey::Node(version.node)))
    }

    /// Takes a key; `height` rows are a page.
    pub fn press(&mut self, key: Key, height: usize) -> Outcome {
        let is_deleting = std::mem::take(&mut self.is_deleting);
        let (file, versions) = match &self.list {
            Some(list) => (Some(&list.file), list.versions.as_slice()),
            None => (None, [].as_slice()),
        };
        if let Some(lines) = key.scrolls(height) {
            self.cursor = self.cursor.saturating_add_signed(lines).min(versions.len().saturating_sub(1));
            return Outcome::Stay;
        }
        let row = versions.get(self.cursor).copied();
        let chosen = file.cloned().zip(row.map(|version| version.node));
        match (key.to_string().as_str(), row) {
            ("v" | "F3" | "Enter", Some(row)) => return Outcome::View(row),
            ("c" | "F5", Some(row)) => return Outcome::Copy(row),
            _ => {}
        }
        match (key.to_string().as_str(), chosen) {
            ("Esc" | "C-g" | "C-c", _) if is_deleting => Outcome::Stay,
            ("Esc" | "C-g" | "C-c" | "q" | "h" | "Left" | "F10", _) => Outcome::Leave,
            ("r", Some((file, version))) => Outcome::Send(VersionsCommand::Restore { file, version }),
            ("D", Some(_)) if !is_deleting => {
                self.is_deleting = true;
                Outcome::Stay
            }
            ("D", Some((file, version))) => Outcome::Send(VersionsCommand::Delete { file, version }),
            _ => Outcome::Stay,
        }
    }
}
