//! A [`Key`]: one key press as the keymap sees it, and its written form (`c`, `<F5>`, `<C-r>`, `<S-Up>`).
//! The input reader makes keys of terminal events, the action table and the tests write them as text.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key press without terminal noise: `SHIFT` is dropped where the character already tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// Held with it: Shift (not for characters), Control, Alt.
    pub modifiers: KeyModifiers,
}

/// The text does not name keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key: {0:?}")]
pub struct KeyError(pub String);

impl Key {
    /// Makes a key without modifiers.
    #[must_use]
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, modifiers: KeyModifiers::NONE }
    }

    /// Makes a key of a character.
    #[must_use]
    pub const fn char(character: char) -> Self {
        Self::plain(KeyCode::Char(character))
    }

    /// Returns the character that the key types, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => Some(character),
            _ => None,
        }
    }

    /// Returns by how many lines the key scrolls a page of `height` lines, if it scrolls: to either end by more than any
    /// page has. Pages, help and lists that nobody configures share these keys.
    #[must_use]
    pub fn scrolls(self, height: usize) -> Option<isize> {
        let page = height.max(1).cast_signed();
        Some(match self.to_string().as_str() {
            "j" | "Down" | "C-n" => 1,
            "k" | "Up" | "C-p" => -1,
            "Space" | "PgDn" | "C-f" => page,
            "PgUp" | "C-b" => -page,
            "C-d" => page / 2,
            "C-u" => -page / 2,
            "g" | "Home" => isize::MIN / 2,
            "G" | "End" => isize::MAX / 2,
            _ => return None,
        })
    }

    /// Returns where the cursor of a list and the first shown of its rows are after the key, if it scrolls. Of `count` rows
    /// `height` are shown.
    #[must_use]
    pub fn moves(self, (cursor, top): (usize, usize), count: usize, height: usize) -> Option<(usize, usize)> {
        let cursor = cursor.saturating_add_signed(self.scrolls(height)?).min(count.saturating_sub(1));
        Some((cursor, top.min(cursor).max((cursor + 1).saturating_sub(height))))
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let held = KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT;
        let mut modifiers = event.modifiers & held;
        let code = match event.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(character) => {
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(character)
            }
            other => other,
        };
        Self { code, modifiers }
    }
}

impl From<Key> for KeyEvent {
    fn from(key: Key) -> Self {
        Self::new(key.code, key.modifiers)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut held = String::new();
        for (letter, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                held.push_str(letter);
            }
        }
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(character) => character.to_string(),
            KeyCode::F(number) => format!("F{number}"),
            code => NAMES.iter().find(|row| row.0 == code).map_or("?", |row| row.1).to_owned(),
        };
        write!(f, "{held}{name}")
    }
}

/// Reads a sequence of keys: characters stand for themselves, others are in angle brackets (`<lt>` is `<`, `<M-gt>` is Alt and `>`).
///
/// # Errors
/// Where a bracket names no key.
pub fn parse_keys(text: &str) -> Result<Vec<Key>, KeyError> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '<' {
            let end = rest.find('>').ok_or_else(|| KeyError(rest.to_owned()))?;
            keys.push(parse_bracket(&rest[1..end])?);
            rest = &rest[end + 1..];
        } else {
            keys.push(Key::char(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(keys)
}

/// Returns a key in the form that [`parse_keys`] reads.
#[must_use]
pub fn notation(key: Key) -> String {
    match key.typed() {
        Some('<') => "<lt>".to_owned(),
        Some(character) if character != ' ' => character.to_string(),
        Some(_) | None => format!("<{}>", key.to_string().replace('>', "gt")),
    }
}

fn parse_bracket(text: &str) -> Result<Key, KeyError> {
    let mut modifiers = KeyModifiers::NONE;
    let mut name = text;
    while let Some((modifier, rest)) = MODIFIERS.iter().find_map(|(prefix, modifier)| {
        name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).map(|rest| (*modifier, rest))
    }) {
        modifiers |= modifier;
        name = rest;
    }
    let mut characters = name.chars();
    let code = match (characters.next(), characters.next()) {
        (Some(character), None) => KeyCode::Char(character),
        _ => named(name).ok_or_else(|| KeyError(text.to_owned()))?,
    };
    Ok(Key { code, modifiers })
}

fn named(name: &str) -> Option<KeyCode> {
    match name {
        "Space" => return Some(KeyCode::Char(' ')),
        "lt" => return Some(KeyCode::Char('<')),
        "gt" => return Some(KeyCode::Char('>')),
        _ => {}
    }
    if let Some(row) = NAMES.iter().find(|row| row.1 == name) {
        return Some(row.0);
    }
    let number = name.strip_prefix('F')?.parse().ok()?;
    (1..=24).contains(&number).then_some(KeyCode::F(number))
}

const MODIFIERS: &[(&str, KeyModifiers)] =
    &[("C-", KeyModifiers::CONTROL), ("M-", KeyModifiers::ALT), ("S-", KeyModifiers::SHIFT)];

const NAMES: &[(KeyCode, &str)] = &[
    (KeyCode::Enter, "Enter"),
    (KeyCode::Esc, "Esc"),
    (KeyCode::Tab, "Tab"),
    (KeyCode::Backspace, "Backspace"),
    (KeyCode::Up, "Up"),
    (KeyCode::Down, "Down"),
    (KeyCode::Left, "Left"),
    (KeyCode::Right, "Right"),
    (KeyCode::Home, "Home"),
    (KeyCode::End, "End"),
    (KeyCode::PageUp, "PgUp"),
    (KeyCode::PageDown, "PgDn"),
    (KeyCode::Insert, "Ins"),
    (KeyCode::Delete, "Del"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_keys_read_back() {
        let keys = parse_keys("jj<Space><F5><C-r><S-Up><M-F1><lt>").unwrap();
        let written: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(written, ["j", "j", "Space", "F5", "C-r", "S-Up", "M-F1", "<"]);
    }

    #[test]
    fn what_notation_writes_reads_back() {
        for text in
            ["c", "<lt>", ">", "<M-gt>", "<M-<>", "<Space>", "<C-x>", "<S-F6>", "<C-PgUp>", "\"", "<M-->"]
        {
            let [key] = parse_keys(text).unwrap()[..] else { panic!("{text} is one key") };
            assert_eq!(parse_keys(&notation(key)).unwrap(), [key], "{text}");
        }
    }

    #[test]
    fn unknown_names_are_refused() {
        assert!(parse_keys("<Nope>").is_err());
        assert!(parse_keys("<C-").is_err());
        assert!(parse_keys("<F99>").is_err());
    }

    #[test]
    fn shift_is_dropped_from_characters_and_back_tab_is_shift_tab() {
        let event = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Key::from(event), Key::char('G'));
        let event = KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE);
        assert_eq!(Key::from(event).to_string(), "S-Tab");
    }
}
