//! The [`UnfinishedDialog`]: what earlier runs left, and what becomes of it. Shown once, after
//! [`crate::message::Event::Unfinished`]; one answer holds for all of it.

use jiff::Timestamp;

use super::conflict::GRACE_MILLISECONDS;
use crate::message::{Leftovers, Unfinished};
use crate::ui::key::Key;

/// What earlier runs left.
#[derive(Clone, Debug)]
pub struct UnfinishedDialog {
    /// Copies; there may be none.
    pub copies: Vec<Unfinished>,
    /// Parts of files that belong to no copy; there may be none.
    pub leftovers: Leftovers,
    /// When it came up. It came unasked, so keys typed at that moment were not meant for it.
    pub since: Timestamp,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Goes on.
    Continue,
    /// Waits in the list until the user lets it go on.
    Hold,
    /// Goes off the disk.
    Discard,
    /// Stays; the next start asks again.
    Later,
    /// Nothing yet.
    None,
}

impl UnfinishedDialog {
    /// Returns what a key means.
    #[must_use]
    pub fn press(&self, key: Key, now: Timestamp) -> Choice {
        if now.as_millisecond().saturating_sub(self.since.as_millisecond()) < GRACE_MILLISECONDS {
            return Choice::None;
        }
        match key.to_string().as_str() {
            "Enter" | "y" if !self.copies.is_empty() => Choice::Continue,
            "p" if !self.copies.is_empty() => Choice::Hold,
            "x" => Choice::Discard,
            "Esc" | "C-g" | "C-c" | "q" | "n" => Choice::Later,
            _ => Choice::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Direction, UnfinishedId};
    use crate::ui::key::parse_keys;

    fn press(copies: usize, key: &str, milliseconds: i64) -> Choice {
        let copy = Unfinished {
            id: UnfinishedId(1),
            account: "work".into(),
            direction: Direction::Up,
            what: "~/a".into(),
            target: "work:/".into(),
            amount: None,
        };
        let leftovers = Leftovers { count: 1, bytes: 5 };
        let dialog = UnfinishedDialog { copies: vec![copy; copies], leftovers, since: Timestamp::UNIX_EPOCH };
        dialog.press(parse_keys(key).unwrap()[0], Timestamp::from_millisecond(milliseconds).unwrap())
    }

    #[test]
    fn one_key_decides_and_escape_decides_later() {
        assert_eq!(press(1, "<Enter>", 1000), Choice::Continue);
        assert_eq!(press(1, "p", 1000), Choice::Hold);
        assert_eq!(press(1, "x", 1000), Choice::Discard);
        assert_eq!(press(1, "<Esc>", 1000), Choice::Later);
        assert_eq!(press(1, "j", 1000), Choice::None);
        assert_eq!(press(0, "<Enter>", 1000), Choice::None, "there is nothing to go on with");
        assert_eq!(press(0, "x", 1000), Choice::Discard);
    }

    #[test]
    fn keys_typed_while_it_came_up_do_not_answer_it() {
        assert_eq!(press(1, "x", 299), Choice::None);
    }
}
