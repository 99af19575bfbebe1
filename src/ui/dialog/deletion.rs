//! [`DeletionDialog`]: the question before something goes for good. A key cannot say yes to it, nor two: the user types
//! the word, or how many entries go. Until all is counted there is nothing to say yes to.

use super::field::Field;
use crate::message::{DeletionSummary, ViewId};
use crate::ui::key::Key;

/// A deletion for good that waits for the user's word.
#[derive(Debug)]
pub struct DeletionDialog {
    /// What would go, as far as it is counted.
    pub summary: DeletionSummary,
    /// What was chosen: a name, `2 marked entries`.
    pub chosen: String,
    /// Where it would go from.
    pub side: Side,
    /// What is typed.
    pub field: Field,
    /// Why that is not enough.
    pub remark: Option<String>,
    /// The view whose marks are cleared once it is under way.
    pub marked: Option<ViewId>,
}

/// Where something is that would go: what it escapes by going for good differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A folder of this computer, which has a trash.
    Disk,
    /// A folder of the cloud, which has a rubbish bin.
    Cloud,
    /// The rubbish bin itself, or something in it.
    Bin,
}

/// What follows from a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet.
    Stay,
    /// Nothing is to go.
    Leave,
    /// It is to go.
    Delete,
}

impl DeletionDialog {
    /// Makes the question, before anything is counted.
    #[must_use]
    pub fn new(summary: DeletionSummary, chosen: String, side: Side, marked: Option<ViewId>) -> Self {
        Self { summary, chosen, side, field: Field::default(), remark: None, marked }
    }

    /// Returns whether there is nothing to say yes to.
    #[must_use]
    pub const fn is_void(&self) -> bool {
        self.summary.problem.is_some() || (self.summary.complete && self.summary.item_count() == 0)
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Outcome {
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" => return Outcome::Leave,
            "Enter" | "q" if self.is_void() => return Outcome::Leave,
            "Enter" => return self.answer(),
            _ => {}
        }
        if !self.is_void() && self.field.press(key) {
            self.remark = None;
        }
        Outcome::Stay
    }

    fn answer(&mut self) -> Outcome {
        let typed = self.field.text().trim();
        let count = self.summary.item_count();
        if !self.summary.complete {
            self.remark = Some("still counting: nothing is deleted yet".to_owned());
        } else if typed.eq_ignore_ascii_case(WORD) || typed.parse() == Ok(count) {
            return Outcome::Delete;
        } else {
            self.remark = Some(format!("not deleted: type {WORD}, or {count}"));
        }
        Outcome::Stay
    }
}

/// What the user types.
pub const WORD: &str = "delete";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;

    fn dialog(complete: bool) -> DeletionDialog {
        let summary =
            DeletionSummary { file_count: 12, folder_count: 3, complete, ..DeletionSummary::default() };
        DeletionDialog::new(summary, "3 marked entries".to_owned(), Side::Cloud, None)
    }

    fn press(dialog: &mut DeletionDialog, keys: &str) -> Outcome {
        let mut outcome = Outcome::Stay;
        for key in parse_keys(keys).unwrap() {
            outcome = dialog.press(key);
        }
        outcome
    }

    #[test]
    fn only_the_word_or_the_count_deletes() {
        for (keys, expected) in [
            ("delete<Enter>", Outcome::Delete),
            ("DELETE<Enter>", Outcome::Delete),
            ("15<Enter>", Outcome::Delete),
            ("12<Enter>", Outcome::Stay),
            ("<Enter>", Outcome::Stay),
            ("y<Enter>", Outcome::Stay),
            ("delete", Outcome::Stay),
            ("DD<Enter>", Outcome::Stay),
            ("delete<Esc>", Outcome::Leave),
        ] {
            assert_eq!(press(&mut dialog(true), keys), expected, "{keys}");
        }
    }

    #[test]
    fn nothing_goes_before_it_is_counted() {
        let mut dialog = dialog(false);
        assert_eq!(press(&mut dialog, "delete<Enter>"), Outcome::Stay);
        assert!(dialog.remark.is_some());
        dialog.summary.complete = true;
        assert_eq!(press(&mut dialog, "<Enter>"), Outcome::Delete);
    }

    #[test]
    fn what_cannot_go_is_only_closed() {
        let mut dialog = dialog(true);
        (dialog.summary.file_count, dialog.summary.folder_count) = (0, 0);
        assert_eq!(press(&mut dialog, "0"), Outcome::Stay);
        assert_eq!(press(&mut dialog, "<Enter>"), Outcome::Leave);
    }
}
