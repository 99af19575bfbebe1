//! A [`Field`]: one line of text that is being typed, maybe hidden. The forms and prompts are made of it.
//! Wraps tui-input; nothing else touches that crate.

use crossterm::event::Event;
use tui_input::backend::crossterm::to_input_request;
use tui_input::{Input, InputRequest};

use crate::secret::Secret;
use crate::ui::key::Key;

/// One line of text with a cursor.
#[derive(Clone, Default)]
pub struct Field {
    input: Input,
    /// Draw dots in place of the text.
    pub hidden: bool,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = if self.hidden { "***" } else { self.text() };
        f.debug_tuple("Field").field(&text).finish()
    }
}

impl Field {
    /// Makes a field with a text, the cursor at its end.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { input: Input::new(text.into()), hidden: false }
    }

    /// Makes an empty field that shows dots.
    #[must_use]
    pub fn hidden() -> Self {
        Self { hidden: true, ..Self::default() }
    }

    /// Puts the cursor before the character `characters`, clamped.
    #[must_use]
    pub fn with_cursor(mut self, characters: usize) -> Self {
        self.input = self.input.with_cursor(characters);
        self
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Returns the text as a secret.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret::from(self.text())
    }

    /// Returns the text before and after the cursor.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        let text = self.text();
        let split = text.char_indices().nth(self.input.cursor()).map_or(text.len(), |(byte, _)| byte);
        text.split_at(split)
    }

    /// Lets a key edit the text; returns whether the text is another now.
    pub fn press(&mut self, key: Key) -> bool {
        let request = to_input_request(&Event::Key(key.into()));
        request.and_then(|request| self.input.handle(request)).is_some_and(|change| change.value)
    }

    /// Inserts pasted text: line breaks at its ends are dropped, others become spaces.
    pub fn paste(&mut self, text: &str) {
        for character in text.trim_matches(['\r', '\n']).chars() {
            let character = if matches!(character, '\r' | '\n') { ' ' } else { character };
            self.input.handle(InputRequest::InsertChar(character));
        }
    }

    /// Empties the field.
    pub fn clear(&mut self) {
        self.input.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;

    #[test]
    fn keys_edit_and_say_whether_the_text_changed() {
        let mut field = Field::new("castle.jpg").with_cursor(6);
        assert_eq!(field.parts(), ("castle", ".jpg"));
        assert!(field.press(Key::char('2')));
        assert_eq!(field.text(), "castle2.jpg");
        assert!(!field.press(parse_keys("<Left>").unwrap()[0]));
        assert!(field.press(parse_keys("<C-u>").unwrap()[0]));
        assert_eq!(field.text(), "");
    }

    #[test]
    fn a_hidden_field_does_not_print_its_text() {
        let mut field = Field::hidden();
        field.paste("hunter2\n");
        assert_eq!(field.text(), "hunter2");
        assert!(!format!("{field:?}").contains("hunter2"));
    }
}
