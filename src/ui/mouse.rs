//! The [`Mouse`]: whether the screen has it, and which click was the last, so that two of them enter. And [`HotSpot`]:
//! where something is drawn that a key does, so that a click there is that key.

use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use super::key::{Key, parse_keys};

/// The mouse as the screen has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mouse {
    /// Whether it is taken from the terminal.
    pub taken: bool,
    last: Option<Click>,
}

/// One click on a line of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Click {
    side: usize,
    line: u64,
    at: Timestamp,
}

impl Mouse {
    /// Takes a click on a line; returns whether it is the second of two.
    pub fn click(&mut self, side: usize, line: u64, now: Timestamp) -> bool {
        let before = self.last.take();
        let click = Click { side, line, at: now };
        let is_second = before.is_some_and(|before| {
            let apart = now.as_millisecond().saturating_sub(before.at.as_millisecond());
            (before.side, before.line) == (side, line) && apart <= DOUBLE
        });
        if !is_second {
            self.last = Some(click);
        }
        is_second
    }
}

/// A place on the screen where a click is a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotSpot {
    /// Where it is.
    pub area: Rect,
    /// The keys.
    pub keys: Vec<Key>,
}

impl HotSpot {
    /// Makes one of a written key: `c`, `F5`, `Enter`, `gp`; nothing where the text names no key.
    #[must_use]
    pub fn of(written: &str, area: Rect) -> Option<Self> {
        let keys = written_keys(written.trim())?;
        Some(Self { area, keys })
    }

    /// Returns the keys of the place that is clicked on.
    #[must_use]
    pub fn keys_at(spots: &[Self], column: u16, row: u16) -> Option<&[Key]> {
        let hit = spots.iter().rev().find(|spot| spot.area.contains(Position::new(column, row)));
        hit.map(|spot| spot.keys.as_slice())
    }
}

/// Reads keys as the screen writes them: names without brackets, chords of letters run together, others apart.
fn written_keys(written: &str) -> Option<Vec<Key>> {
    if written.is_empty() || written.len() > MOST_WRITTEN {
        return None;
    }
    let words = written.split(' ').map(|word| match parse_keys(&format!("<{word}>")) {
        Ok(keys) if word != "lt" && word != "gt" => Some(keys),
        Ok(_) | Err(_) => {
            let plain = word.chars().count() <= 2 && !word.contains('<');
            plain.then(|| parse_keys(word).ok()).flatten()
        }
    });
    words.collect::<Option<Vec<_>>>().map(|keys| keys.concat())
}

/// Milliseconds within which two clicks are one wish.
const DOUBLE: i64 = 400;

/// Bytes of a written key at most.
const MOST_WRITTEN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::keymap::sequence;

    #[test]
    fn two_clicks_at_one_place_in_time_are_a_double_click_and_three_are_not_two() {
        let at = |millisecond| Timestamp::from_millisecond(millisecond).unwrap();
        let mut mouse = Mouse::default();
        assert!(!mouse.click(0, 4, at(1000)) && mouse.click(0, 4, at(1400)));
        assert!(!mouse.click(0, 4, at(1500)), "the third begins anew");
        assert!(!mouse.click(0, 5, at(1600)) && !mouse.click(1, 5, at(1700)));
        assert!(!mouse.click(1, 5, at(2101)), "too slow");
    }

    #[test]
    fn written_keys_are_read_as_they_are_shown() {
        let read = |text: &str| written_keys(text).map(|keys| sequence(&keys));
        for text in ["c", "F5", "Enter", "Esc", "gp", "C-x j", "S-F6", "?", "Space", "M-Enter"] {
            assert_eq!(read(text).as_deref(), Some(text));
        }
        for text in ["", "castle.jpg", "name:", "Copy", "<b>"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
