//! The [`EscapeReader`]: makes keys of terminal events and decides what an Esc means. Alone it is Esc; a digit right after
//! it makes a function key; the rest of a key's sequence that a slow line tore off is put together again.
//! A pure machine: time is passed in, the run loop does the waiting.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use tokio::time::Instant;

use super::key::Key;
use super::theme::Ground;
use super::update::Msg;

/// Keys from terminal events.
#[derive(Debug)]
pub struct EscapeReader {
    timeout: Duration,
    held: Option<Held>,
    /// What the terminal has answered so far to the question for its ground.
    answer: Option<String>,
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
        Self { timeout, held: None, answer: None }
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
                let key = key.into();
                match self.listen(key) {
                    Heard::Nothing => messages.extend(self.press(key, now)),
                    Heard::More => {}
                    Heard::All(message) => messages.extend(message),
                }
            }
            Event::Mouse(event) => messages.push(Msg::Mouse(event)),
            Event::Paste(text) => {
                messages.extend(self.release());
                messages.push(Msg::Paste(text));
            }
            Event::Resize(width, height) => messages.push(Msg::Resize(width, height)),
            Event::Key(_) | Event::FocusGained | Event::FocusLost => {}
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

    /// Takes a key that is a part of the terminal's answer (`ESC ] 11;rgb:ffff/ffff/ffff BEL`): no matter how late it
    /// comes, it must not act as if somebody had typed it.
    fn listen(&mut self, key: Key) -> Heard {
        let begins = key == alt(']')
            || (key == Key::char(']') && self.held.as_ref().is_some_and(|held| held.tail.is_empty()));
        if begins && self.answer.is_none() {
            self.held = None;
            self.answer = Some(String::new());
            return Heard::More;
        }
        let Some(mut answer) = self.answer.take() else { return Heard::Nothing };
        let ended = key.to_string() == "C-g" || key == alt('\\');
        match key.typed() {
            _ if ended => Heard::All(ground(&answer).map(Msg::Ground)),
            Some(character) if answer.len() < MOST_ANSWER => {
                answer.push(character);
                self.answer = Some(answer);
                Heard::More
            }
            _ => Heard::Nothing,
        }
    }

    fn press(&mut self, key: Key, now: Instant) -> Vec<Msg> {
        let until = now + self.timeout;
        let Some(mut held) = self.held.take() else {
            if key == Key::plain(KeyCode::Esc) {
                self.held = Some(Held { until, tail: String::new() });
                return Vec::new();
            }
            return vec![Msg::Key(function_key(key).unwrap_or(key))];
        };
        if key == Key::plain(KeyCode::Esc) && held.tail.is_empty() {
            self.held = Some(Held { until, tail: String::new() });
            return vec![Msg::Key(key)];
        }
        if let Some(character) = key.typed() {
            held.tail.push(character);
            match continued(&held.tail) {
                Continued::Key(key) => return vec![Msg::Key(key)],
                Continued::Begun => {
                    self.held = Some(Held { until, tail: held.tail });
                    return Vec::new();
                }
                Continued::Nothing => {
                    held.tail.pop();
                }
            }
        }
        let torn = (!held.tail.is_empty()).then_some(Msg::KeyLost);
        let tail = held.tail.chars().map(Key::char);
        let keys = std::iter::once(Key::plain(KeyCode::Esc)).chain(tail).chain([key]);
        torn.into_iter().chain(keys.map(Msg::Key)).collect()
    }
}

/// What a key was to who waits for the terminal's answer.
#[expect(clippy::large_enum_variant, reason = "one at a time, and never kept")]
enum Heard {
    /// No part of one.
    Nothing,
    /// A part of one.
    More,
    /// Its end, and what it says, where that can be read.
    All(Option<Msg>),
}

/// Returns the ground that an answer tells: `11;rgb:RRRR/GGGG/BBBB`, each of one to four hexadecimal digits.
fn ground(answer: &str) -> Option<Ground> {
    let colors = answer.strip_prefix("11;rgb:").or_else(|| answer.strip_prefix("11;rgba:"))?;
    let part = |text: &str| {
        let most = 16u32.checked_pow(u32::try_from(text.len()).ok()?)?.checked_sub(1)?;
        Some(u32::from_str_radix(text, 16).ok()? * 1000 / most.max(1))
    };
    let mut parts = colors.split('/').map(part);
    let [red, green, blue] = [parts.next()??, parts.next()??, parts.next()??];
    // How bright it seems (ITU-R BT.601), in thousandths.
    let seems = (red * 299 + green * 587 + blue * 114) / 1000;
    Some(if seems > 500 { Ground::Light } else { Ground::Dark })
}

const fn alt(character: char) -> Key {
    Key { code: KeyCode::Char(character), modifiers: KeyModifiers::ALT }
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

/// Characters that the answer has at most; what is longer is none.
const MOST_ANSWER: usize = 40;

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
            Msg::KeyLost => "lost".to_owned(),
            Msg::Ground(ground) => format!("{ground:?}"),
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
        assert_eq!(typed("<Esc>[zj", 10), "lost Esc [ z j");
    }

    #[test]
    fn the_terminals_answer_is_never_taken_for_keys() {
        assert_eq!(typed("j<M-]>11;rgb:ffff/ffff/f0f0<C-g>k", 1), "j Light k");
        assert_eq!(typed("<M-]>11;rgb:1a/1b/26<M-\\>", 1), "Dark");
        assert_eq!(typed("<Esc>]11;rgb:ffff/ffff/ffff<C-g>", 1), "Light", "torn by the line");
        assert_eq!(typed("<M-]>11;rgb:zz<C-g>d", 1), "d", "nonsense");
        assert_eq!(typed("<M-]><F5>", 1), "F5", "no answer at all");
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
