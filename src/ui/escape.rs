//! The [`EscapeReader`]: makes keys of terminal events and decides what an Esc means. Alone it is Esc; a digit right after
//! it makes a function key; the rest of a key's sequence that a slow line tore off is put together again.
//! A pure machine: time is passed in, the run loop does the waiting.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use tokio::time::Instant;

use super::key::Key;
use super::update::Msg;

/// Keys from terminal events.
#[derive(Debug)]
pub struct EscapeReader {
    timeout: Duration,
    held: Option<Held>,
}

/// An Esc that may begin something, and what has come after it.
#[derive(Debug)]
struct Held {
    until: Instant,
    tail: String,
}

impl EscapeReader {
    /// Makes a reader that waits so long for what may follow an Esc.
    #[must_use]
    pub const fn new(timeout: Duration) -> Self {
        Self { timeout, held: None }
    }

    /// Returns when [`Self::expire`] is to be called, if an Esc is held.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.held.as_ref().map(|held| held.until)
    }

    /// Takes a terminal event.
    pub fn feed(&mut self, event: Event, now: Instant) -> Vec<Msg> {
        let mut messages = self.expire(now);
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                messages.extend(self.press(key.into(), now).into_iter().map(Msg::Key));
            }
            Event::Paste(text) => {
                messages.extend(self.release());
                messages.push(Msg::Paste(text));
            }
            Event::Resize(width, height) => messages.push(Msg::Resize(width, height)),
            Event::Key(_) | Event::Mouse(_) | Event::FocusGained | Event::FocusLost => {}
        }
        messages
    }

    /// Gives a held Esc out once its time is over.
    pub fn expire(&mut self, now: Instant) -> Vec<Msg> {
        if self.held.as_ref().is_some_and(|held| now >= held.until) { self.release() } else { Vec::new() }
    }

    fn release(&mut self) -> Vec<Msg> {
        let Some(held) = self.held.take() else { return Vec::new() };
        let tail = held.tail.chars().map(Key::char);
        std::iter::once(Key::plain(KeyCode::Esc)).chain(tail).map(Msg::Key).collect()
    }

    fn press(&mut self, key: Key, now: Instant) -> Vec<Key> {
        let until = now + self.timeout;
        let Some(mut held) = self.held.take() else {
            if key == Key::plain(KeyCode::Esc) {
                self.held = Some(Held { until, tail: String::new() });
                return Vec::new();
            }
            return vec![function_key(key).unwrap_or(key)];
        };
        if key == Key::plain(KeyCode::Esc) && held.tail.is_empty() {
            self.held = Some(Held { until, tail: String::new() });
            return vec![key];
        }
        if let Some(character) = key.typed() {
            held.tail.push(character);
            match continued(&held.tail) {
                Continued::Key(key) => return vec![key],
                Continued::Begun => {
                    self.held = Some(Held { until, tail: held.tail });
                    return Vec::new();
                }
                Continued::Nothing => {
                    held.tail.pop();
                }
            }
        }
        let tail = held.tail.chars().map(Key::char);
        std::iter::once(Key::plain(KeyCode::Esc)).chain(tail).chain([key]).collect()
    }
}

/// What the characters after an Esc mean.
enum Continued {
    Key(Key),
    Begun,
    Nothing,
}

fn continued(tail: &str) -> Continued {
    if let [digit @ b'0'..=b'9'] = tail.as_bytes() {
        return Continued::Key(Key::plain(KeyCode::F(digit_key(*digit))));
    }
    if let Some((_, code)) = SEQUENCES.iter().find(|(sequence, _)| *sequence == tail) {
        return Continued::Key(Key::plain(*code));
    }
    if SEQUENCES.iter().any(|(sequence, _)| sequence.starts_with(tail)) {
        Continued::Begun
    } else {
        Continued::Nothing
    }
}

/// Returns the function key that Alt and a digit stand for: Esc and the digit arrived in one piece.
fn function_key(key: Key) -> Option<Key> {
    match key.code {
        KeyCode::Char(digit @ '0'..='9') if key.modifiers == KeyModifiers::ALT => {
            Some(Key::plain(KeyCode::F(digit_key(u8::try_from(digit).ok()?))))
        }
        _ => None,
    }
}

/// Returns the number of the function key of a digit: 1 to 9, and 10 for 0.
const fn digit_key(digit: u8) -> u8 {
    match digit {
        b'1'..=b'9' => digit - b'0',
        _ => 10,
    }
}

/// What terminals send after Esc for keys that a slow line may tear.
const SEQUENCES: &[(&str, KeyCode)] = &[
    ("[A", KeyCode::Up),
    ("[B", KeyCode::Down),
    ("[C", KeyCode::Right),
    ("[D", KeyCode::Left),
    ("[H", KeyCode::Home),
    ("[F", KeyCode::End),
    ("OA", KeyCode::Up),
    ("OB", KeyCode::Down),
    ("OC", KeyCode::Right),
    ("OD", KeyCode::Left),
    ("OP", KeyCode::F(1)),
    ("OQ", KeyCode::F(2)),
    ("OR", KeyCode::F(3)),
    ("OS", KeyCode::F(4)),
    ("[2~", KeyCode::Insert),
    ("[3~", KeyCode::Delete),
    ("[5~", KeyCode::PageUp),
    ("[6~", KeyCode::PageDown),
    ("[15~", KeyCode::F(5)),
    ("[17~", KeyCode::F(6)),
    ("[18~", KeyCode::F(7)),
    ("[19~", KeyCode::F(8)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;

    /// Feeds keys, so many milliseconds apart, and returns what comes out once all time is over.
    fn typed(keys: &str, apart: u64) -> String {
        let start = Instant::now();
        let mut reader = EscapeReader::new(Duration::from_millis(50));
        let mut messages = Vec::new();
        for (key, index) in parse_keys(keys).unwrap().into_iter().zip(0u64..) {
            let now = start + Duration::from_millis(index * apart);
            messages.extend(reader.feed(Event::Key(key.into()), now));
        }
        if let Some(deadline) = reader.deadline() {
            messages.extend(reader.expire(deadline));
        }
        let keys = messages.iter().map(|message| match message {
            Msg::Key(key) => key.to_string(),
            other => panic!("only keys: {other:?}"),
        });
        keys.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn escape_alone_is_escape_and_with_a_digit_a_function_key() {
        assert_eq!(typed("<Esc>", 1), "Esc");
        assert_eq!(typed("<Esc>5", 10), "F5");
        assert_eq!(typed("<Esc>0", 10), "F10");
        assert_eq!(typed("<M-7>", 10), "F7");
        assert_eq!(typed("<Esc>5", 60), "Esc 5", "too late");
        assert_eq!(typed("<Esc>x", 10), "Esc x");
        assert_eq!(typed("<Esc><Esc>5", 10), "Esc F5");
        assert_eq!(typed("<Esc><F5>", 10), "Esc F5");
    }

    #[test]
    fn a_torn_sequence_is_put_together() {
        assert_eq!(typed("<Esc>[A", 10), "Up");
        assert_eq!(typed("<Esc>[15~", 10), "F5");
        assert_eq!(typed("<Esc>[zj", 10), "Esc [ z j");
    }

    #[test]
    fn a_resize_does_not_disturb_a_held_escape() {
        let now = Instant::now();
        let mut reader = EscapeReader::new(Duration::from_millis(50));
        assert!(reader.feed(Event::Key(Key::plain(KeyCode::Esc).into()), now).is_empty());
        assert!(matches!(reader.feed(Event::Resize(1, 2), now)[..], [Msg::Resize(1, 2)]));
        assert!(matches!(reader.feed(Event::Key(Key::char('5').into()), now)[..], [Msg::Key(_)]));
    }
}
