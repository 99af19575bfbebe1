//! What is searched for in a file that is looked into, and the two lines that are typed there: a text or bytes to find, a
//! place to go to. A part of the viewer.

use super::{Pending, Room, Viewer};
use crate::message::{ContentCommand, ContentSearch, MOST_PATTERN};
use crate::ui::dialog::field::Field;
use crate::ui::key::Key;
use crate::ui::viewer::kind::{Encoding, Kind};

/// What is searched for.
#[derive(Debug, Default)]
pub struct SearchState {
    number: u32,
    pattern: Option<Pattern>,
    running: Option<(u64, u64)>,
    hit: Option<(u64, u64)>,
    /// The last search found nothing.
    pub missed: bool,
}

/// What a search looks for, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    bytes: Vec<u8>,
    folds_case: bool,
}

/// A line that is being typed.
#[derive(Debug)]
pub struct Prompt {
    /// What for.
    pub purpose: Purpose,
    /// What is typed.
    pub field: Field,
}

/// What a line is typed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To find it.
    Search,
    /// To go there.
    Jump,
}

impl Prompt {
    pub(super) fn search() -> Self {
        Self { purpose: Purpose::Search, field: Field::default() }
    }

    pub(super) fn jump() -> Self {
        Self { purpose: Purpose::Jump, field: Field::default() }
    }
}

impl SearchState {
    /// Returns whether a search is under way.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Returns how far it is: bytes looked through, and all.
    #[must_use]
    pub const fn running(&self) -> Option<(u64, u64)> {
        self.running
    }

    /// Returns the bytes that were found last: the first, and the one behind.
    #[must_use]
    pub const fn hit(&self) -> Option<(u64, u64)> {
        self.hit
    }

    pub(super) fn stop(&mut self) {
        self.running = None;
        self.number += 1;
    }

    pub(super) fn progress(&mut self, search: u32, done: u64, size: u64) {
        if search == self.number && self.is_running() {
            self.running = Some((done, size));
        }
    }

    /// Takes what a search came to; returns where the match is.
    pub(super) fn found(&mut self, search: u32, at: Option<u64>) -> Option<u64> {
        if search != self.number || !self.is_running() {
            return None;
        }
        self.running = None;
        self.missed = at.is_none();
        let length = self.pattern.as_ref().map_or(0, |pattern| pattern.bytes.len() as u64);
        self.hit = at.map(|at| (at, at + length));
        at
    }
}

impl Viewer {
    /// Takes a key for the line that is being typed.
    pub(super) fn press_prompt(&mut self, key: Key, room: Room) -> Vec<ContentCommand> {
        let Some(prompt) = &mut self.prompt else { return Vec::new() };
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" => {
                self.prompt = None;
                Vec::new()
            }
            "Enter" => {
                let (purpose, text) = (prompt.purpose, prompt.field.text().to_owned());
                self.prompt = None;
                match purpose {
                    Purpose::Search => self.search_for(&text).into_iter().collect(),
                    Purpose::Jump => {
                        self.jump_to(text.trim());
                        self.settle(room)
                    }
                }
            }
            _ => {
                prompt.field.press(key);
                Vec::new()
            }
        }
    }

    /// Puts pasted text into the line that is being typed.
    pub fn paste(&mut self, text: &str) {
        if let Some(prompt) = &mut self.prompt {
            prompt.field.paste(text);
        }
    }

    /// Looks for the next match, or for the one before.
    pub(super) fn search_again(&mut self, backwards: bool) -> Option<ContentCommand> {
        let from = match (self.search.hit, backwards) {
            (Some((at, _)), false) => at + 1,
            (Some((at, _)), true) => at,
            (None, _) => self.top,
        };
        self.send_search(from, backwards)
    }

    fn search_for(&mut self, text: &str) -> Option<ContentCommand> {
        if !text.is_empty() {
            self.search.pattern = Some(self.pattern(text));
            self.search.hit = None;
        }
        self.send_search(self.top, false)
    }

    fn send_search(&mut self, from: u64, backwards: bool) -> Option<ContentCommand> {
        let pattern = self.search.pattern.clone()?;
        self.search.number += 1;
        (self.search.running, self.search.missed) = (Some((0, self.size)), false);
        let Pattern { bytes, folds_case } = pattern;
        let search = self.search.number;
        Some(ContentCommand::Search(ContentSearch { search, pattern: bytes, folds_case, from, backwards }))
    }

    /// A text is looked for in the file's encoding, whatever the case where it is typed in small letters; where bytes are
    /// shown, pairs of digits are bytes.
    fn pattern(&self, text: &str) -> Pattern {
        if !self.is_text()
            && let Some(bytes) = parse_bytes(text)
        {
            return Pattern { bytes, folds_case: false };
        }
        let mut bytes = match self.kind {
            Some(Kind::Text(Encoding::Latin1)) if text.chars().all(|c| u32::from(c) < 0x100) => {
                text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
            }
            Some(Kind::Text(_) | Kind::Binary | Kind::Picture) | None => text.as_bytes().to_vec(),
        };
        bytes.truncate(MOST_PATTERN);
        Pattern { bytes, folds_case: !text.chars().any(char::is_uppercase) }
    }

    /// Goes to a share of the file (`50` or `50%`) or to a byte (`0x1f00`, `@12345`).
    fn jump_to(&mut self, text: &str) {
        let byte = match (text.strip_prefix("0x"), text.strip_prefix('@')) {
            (Some(hex), _) => u64::from_str_radix(hex, 16).ok(),
            (None, Some(number)) => number.parse().ok(),
            (None, None) => text.trim_end_matches('%').trim_end().parse::<u64>().ok().map(|percent| {
                u64::try_from(u128::from(self.size) * u128::from(percent.min(100)) / 100).unwrap_or(self.size)
            }),
        };
        if let Some(byte) = byte {
            self.pending = if byte >= self.size { Pending::End } else { Pending::At(byte) };
        }
    }
}

/// Reads `de ad be ef`, `deadbeef` after `0x`.
fn parse_bytes(text: &str) -> Option<Vec<u8>> {
    let prefixed = text.strip_prefix("0x");
    let is_pairs = text.split(' ').all(|pair| pair.len() == 2);
    if prefixed.is_none() && !is_pairs {
        return None;
    }
    let digits: Vec<u8> = prefixed.unwrap_or(text).bytes().filter(|byte| *byte != b' ').collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || digits.contains(&b'+') {
        return None;
    }
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_pairs_of_digits() {
        assert_eq!(parse_bytes("de ad BE ef"), Some(vec![0xde, 0xad, 0xbe, 0xef]));
        assert_eq!(parse_bytes("0xdead"), Some(vec![0xde, 0xad]));
        assert_eq!(parse_bytes("ff"), Some(vec![0xff]));
        for text in ["hello", "0x", "0xdea", "d e", "zz", "+1", "be at"] {
            assert_eq!(parse_bytes(text), None, "{text}");
        }
    }
}
