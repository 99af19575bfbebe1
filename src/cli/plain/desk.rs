//! The [`Desk`]: the two folders of the line mode, as the worker tells them, and the entries that a typed name means.
//! It sends nothing; `plain` asks the worker for what is missing.

use regex::{Regex, RegexBuilder};

use crate::entry::{Entry, Location};
use crate::message::{Row, ViewHead, ViewId, ViewState};

/// Two folders, one of them active.
#[derive(Debug)]
pub(super) struct Desk {
    /// Left and right.
    pub(super) sides: [Side; 2],
    /// The one that commands are about.
    pub(super) active: usize,
}

/// One folder.
#[derive(Debug)]
pub(super) struct Side {
    /// The worker's number for it.
    pub(super) view: ViewId,
    /// Its head, once there is one.
    pub(super) head: Option<ViewHead>,
    /// Its rows, as far as they have come.
    pub(super) rows: Vec<Row>,
    /// The number whose answer says that the folder is shown.
    pub(super) awaited: u64,
    answered: u64,
    /// What keeps its account from being opened, as a sentence.
    pub(super) blocked: Option<String>,
}

impl Desk {
    /// Makes two that show nothing.
    pub(super) fn new() -> Self {
        let side = |view| Side {
            view: ViewId(view),
            head: None,
            rows: Vec::new(),
            awaited: 0,
            answered: 0,
            blocked: None,
        };
        Self { sides: [side(0), side(1)], active: 0 }
    }

    /// Returns the active one.
    pub(super) const fn here(&self) -> &Side {
        &self.sides[self.active]
    }

    /// Returns the other one.
    pub(super) const fn there(&self) -> &Side {
        &self.sides[1 - self.active]
    }

    /// An account cannot be opened: what waits for it is told so.
    pub(super) fn block(&mut self, account: &str, sentence: &str) {
        for side in &mut self.sides {
            let is_of = |head: &ViewHead| matches!(&head.location, Location::Cloud { account: own, .. } if own == account);
            if side.head.as_ref().is_none_or(is_of) {
                side.blocked = Some(sentence.to_owned());
            }
        }
    }

    /// Takes a folder's head.
    pub(super) fn take_head(&mut self, head: ViewHead) {
        let side = self.side(head.view);
        if side.head.as_ref().is_none_or(|known| known.generation != head.generation) {
            side.rows.clear();
        }
        side.blocked = None;
        side.head = Some(head);
    }

    /// Takes rows that come next; others were asked for in vain.
    pub(super) fn take_rows(&mut self, view: ViewId, generation: u64, start: u64, rows: Vec<Row>) {
        let side = self.side(view);
        let is_next = start == side.rows.len() as u64;
        if is_next && side.head.as_ref().is_some_and(|head| head.generation == generation) {
            side.rows.extend(rows);
        }
    }

    /// All that was asked of a folder up to this number has been answered.
    pub(super) fn take_answer(&mut self, view: ViewId, number: u64) {
        self.side(view).answered = number;
    }

    fn side(&mut self, view: ViewId) -> &mut Side {
        &mut self.sides[usize::from(view.0 == 1)]
    }
}

impl Side {
    /// Returns whether the folder that was asked for is shown, or will not be.
    pub(super) fn is_settled(&self) -> bool {
        let is_coming = |head: &ViewHead| matches!(head.state, ViewState::Opening | ViewState::Partial);
        let opening = self.head.as_ref().is_none_or(is_coming);
        self.blocked.is_some() || (self.answered >= self.awaited && !opening)
    }

    /// Returns whether all rows are there.
    pub(super) fn is_complete(&self) -> bool {
        self.head.as_ref().is_none_or(|head| head.row_count <= self.rows.len() as u64)
    }

    /// Returns its path as people write it.
    pub(super) fn title(&self) -> &str {
        self.head.as_ref().map_or("nothing", |head| head.title.as_str())
    }

    /// Returns the folder, where it is shown.
    pub(super) fn location(&self) -> Option<&Location> {
        self.head.as_ref().filter(|head| head.state == ViewState::Ready).map(|head| &head.location)
    }

    /// Returns the entries that a typed name means: one by its number or exact name, several by a pattern, or all.
    pub(super) fn named(&self, name: &str) -> Vec<&Entry> {
        let entries = || self.rows.iter().map(|row| &row.entry);
        if let Some(number) = name.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) {
            return entries().skip(number.saturating_sub(1)).take(usize::from(number > 0)).collect();
        }
        let plain = name.strip_suffix('/').unwrap_or(name);
        let exact: Vec<&Entry> = entries().filter(|entry| entry.name == plain).collect();
        if !exact.is_empty() {
            return exact;
        }
        match wildcard(name) {
            _ if name == "all" => entries().collect(),
            Some(pattern) => entries().filter(|entry| pattern.is_match(&entry.name)).collect(),
            None => Vec::new(),
        }
    }
}

/// Makes a test of whole names from a pattern with `*` and `?`.
fn wildcard(pattern: &str) -> Option<Regex> {
    let text = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
    RegexBuilder::new(&format!("^{text}$")).dot_matches_new_line(true).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{EntryFlags, EntryKey, EntryKind};

    #[test]
    fn names_numbers_patterns_and_all_are_understood() {
        let mut side = Desk::new().sides.into_iter().next().unwrap();
        let row = |name: &str| Row {
            entry: Entry {
                key: EntryKey::Name(name.into()),
                name: name.to_owned(),
                kind: EntryKind::File,
                size: Some(1),
                modified: None,
                uploaded: None,
                version_count: 0,
                flags: EntryFlags::default(),
            },
            marked: false,
            sign: None,
        };
        side.rows = ["a.jpg", "b.jpg", "a*", "all"].map(row).to_vec();
        let found = |name: &str| -> Vec<String> {
            side.named(name).into_iter().map(|entry| entry.name.clone()).collect()
        };
        assert_eq!(found("b.jpg/"), ["b.jpg"]);
        assert_eq!(found("#1"), ["a.jpg"]);
        assert_eq!(found("*.jpg"), ["a.jpg", "b.jpg"]);
        assert_eq!(found("a*"), ["a*"], "an exact name goes before a pattern");
        assert_eq!(found("all"), ["all"]);
        assert_eq!([found("#0"), found("#9"), found("c")], [[""; 0]; 3]);
    }
}
