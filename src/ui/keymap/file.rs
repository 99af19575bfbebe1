//! The user's keymap file: [`read`] makes a [`Keymap`] of it and tells with its line what cannot be, and [`write()`] makes
//! such a file of a keymap. Who opens the file is not known here.

use std::fmt;
use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layer::Assigned;
use super::{Keymap, Preset};
use crate::ui::action::{ActionRow, Context, rows};
use crate::ui::key::{Key, notation, parse_keys};

/// A keymap that was read, and what of the file could not be.
#[derive(Debug)]
pub struct Reading {
    /// The keymap: what is at fault keeps the keys of the preset.
    pub keymap: Keymap,
    /// What is wrong, in the order of the lines.
    pub faults: Vec<Fault>,
}

/// Something in the file that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there. May quote what stands in the file: escape before drawing.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Reads a keymap file. A preset that is given goes before the one that the file names.
#[must_use]
pub fn read(text: &str, preset: Option<Preset>) -> Reading {
    let file = assignments(text);
    let mut faults = file.faults;
    let preset = preset.or(file.preset).unwrap_or_default();
    let base = preset.layer();
    let mut layer = base.clone();
    for assigned in file.assigned {
        layer.put(assigned);
    }
    let clashes = layer.settle(&base);
    faults.extend(clashes.into_iter().map(|clash| Fault { line: clash.line, message: clash.message }));
    faults.sort_by_key(|fault| fault.line);
    Reading { keymap: Keymap::of_layer(preset, &layer), faults }
}

/// What a file says, row by row, before anybody asks whether it can be had.
pub(super) struct Assignments {
    pub(super) preset: Option<Preset>,
    pub(super) assigned: Vec<Assigned>,
    pub(super) faults: Vec<Fault>,
}

/// Reads a file row by row.
pub(super) fn assignments(text: &str) -> Assignments {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, read: Assignments { preset: None, assigned: vec![], faults: vec![] } };
    for error in &errors {
        reader.fault(error.span().map_or(0, |span| span.start), error.message().replace('\n', ", "));
    }
    for (key, value) in document.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("preset", DeValue::String(name)) => reader.preset(name, value.span().start),
            ("preset", _) => reader.fault(value.span().start, "preset is a name in quotes"),
            ("panes", DeValue::Table(table)) => reader.table(Context::Panes, table),
            ("transfers", DeValue::Table(table)) => reader.table(Context::Transfers, table),
            ("both", DeValue::Table(table)) => reader.table(Context::Both, table),
            (other, _) => {
                let message =
                    format!("\"{other}\" means nothing here: preset, [panes], [transfers], [both] do");
                reader.fault(key.span().start, message);
            }
        }
    }
    reader.read.assigned.sort_by_key(|row| row.line);
    reader.read
}

/// Reads one file.
struct Reader<'t> {
    text: &'t str,
    read: Assignments,
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, message: impl Into<String>) {
        let line = self.line(at);
        self.read.faults.push(Fault { line, message: message.into() });
    }

    fn line(&self, at: usize) -> usize {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        before.matches('\n').count() + 1
    }

    fn preset(&mut self, name: &str, at: usize) {
        self.read.preset = Preset::named(name);
        if self.read.preset.is_none() {
            let known = Preset::ALL.map(|(name, _)| name).join(", ");
            self.fault(at, format!("there is no preset \"{name}\": {known}"));
        }
    }

    fn table(&mut self, context: Context, table: &DeTable<'_>) {
        for (name, value) in table {
            let at = name.span().start;
            let row = match row_named(name.get_ref()) {
                Ok(row) => row,
                Err(message) => {
                    self.fault(at, message);
                    continue;
                }
            };
            if row.context != context && row.context != Context::Both {
                let table = table_name(row.context);
                self.fault(at, format!("\"{}\" belongs to [{table}]", row.name));
                continue;
            }
            if let Some(keys) = self.sequences(row, value) {
                let line = Some(self.line(at));
                self.read.assigned.push(Assigned { row, context, keys, line });
            }
        }
    }

    /// Returns the sequences of a row; `None` where one of them cannot be read.
    fn sequences(&mut self, row: &ActionRow, value: &Spanned<DeValue<'_>>) -> Option<Vec<Vec<Key>>> {
        let one = std::slice::from_ref(value);
        let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(array) => array.iter().collect(),
            _ => one.iter().collect(),
        };
        let mut sequences = Vec::new();
        let mut readable = true;
        for value in values {
            match value.get_ref().as_str().map(parse_keys) {
                Some(Ok(keys)) if !keys.is_empty() => sequences.push(keys),
                Some(_) => {
                    readable = false;
                    let text = value.get_ref().as_str().unwrap_or_default();
                    self.fault(value.span().start, format!("\"{text}\" for \"{}\" is no key", row.name));
                }
                None => {
                    readable = false;
                    let message =
                        format!("keys of \"{}\" are written in quotes: [\"c\", \"<F5>\"]", row.name);
                    self.fault(value.span().start, message);
                }
            }
        }
        readable.then_some(sequences)
    }
}

/// Finds a row by its name, the words joined by `-`, `_` or spaces.
fn row_named(name: &str) -> Result<&'static ActionRow, String> {
    let plain = name.to_lowercase().replace(['-', '_'], " ");
    rows().find(|row| row.name == plain).ok_or_else(|| {
        let names: Vec<&str> = rows().map(|row| row.name).collect();
        let close = similar::get_close_matches(plain.as_str(), &names, 1, 0.6);
        let meant =
            close.first().map_or_else(String::new, |close| format!(", is \"{}\" meant?", file_name(close)));
        format!("there is no action \"{name}\"{meant}")
    })
}

/// Writes a keymap as a file: every row with its keys and what it does.
pub(super) fn write(keymap: &Keymap) -> String {
    let mut text = format!(
        "# The keys of the screen. A row that is left out keeps the keys of the preset: default, mc or vim.\n\
         # Characters stand for themselves; others are <F5>, <C-r> (Ctrl), <M-x> (Alt), <S-Up> (Shift), <Space>, <lt>, <gt>.\n\
         preset = \"{}\"\n",
        keymap.preset.name()
    );
    for context in [Context::Both, Context::Panes, Context::Transfers] {
        let _ = write!(text, "\n[{}]\n", table_name(context));
        for row in rows() {
            let in_context = keymap.bindings.iter().filter(|own| own.row.name == row.name);
            let parts: Vec<_> = in_context.filter(|own| own.context == context).collect();
            if parts.is_empty() && (row.context != context || has_any(keymap, row)) {
                continue;
            }
            let keys: Vec<String> = parts.iter().map(|own| quoted(&own.keys)).collect();
            let assignment = format!("{} = [{}]", file_name(row.name), keys.join(", "));
            let _ = writeln!(text, "{assignment:<42} # {}", row.help);
        }
    }
    text
}

fn has_any(keymap: &Keymap, row: &ActionRow) -> bool {
    keymap.bindings.iter().any(|own| own.row.name == row.name)
}

fn quoted(keys: &[Key]) -> String {
    let text: String = keys.iter().map(|key| notation(*key)).collect();
    toml::Value::String(text).to_string()
}

/// An action's name as a bare key of the file.
fn file_name(name: &str) -> String {
    name.replace(' ', "-")
}

const fn table_name(context: Context) -> &'static str {
    match context {
        Context::Panes => "panes",
        Context::Transfers => "transfers",
        Context::Both => "both",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        read(text, None).faults.iter().map(ToString::to_string).collect()
    }

    fn keys(text: &str, name: &str) -> String {
        let row = rows().find(|row| row.name == name).unwrap();
        read(text, None).keymap.written(row)
    }

    #[test]
    fn rows_are_changed_and_others_keep_their_keys() {
        let text = "preset = \"default\"\n[panes]\ncopy = [\"<C-x>y\", \"<F5>\"]\nnew-folder = \"<C-x>n\"\n";
        assert_eq!(faults(text), [""; 0]);
        assert_eq!(keys(text, "copy"), "C-x y  F5");
        assert_eq!(keys(text, "new folder"), "C-x n");
        assert_eq!(keys(text, "move"), "m  F6");
    }

    #[test]
    fn a_row_of_both_screens_can_have_other_keys_on_one() {
        let text = "[transfers]\nup = [\"i\"]\ndetails = [\"<Enter>\"]\n";
        assert_eq!(faults(text), [""; 0]);
        let keymap = read(text, None).keymap;
        let up = |screen, keys| match keymap.lookup(screen, &parse_keys(keys).unwrap()) {
            super::super::Lookup::Row(row) => row.name == "up",
            super::super::Lookup::Begun | super::super::Lookup::Unknown => false,
        };
        assert!(up(Context::Panes, "k") && !up(Context::Transfers, "k") && up(Context::Transfers, "i"));
        assert_eq!(read(&keymap.to_toml(), None).faults, []);
    }

    #[test]
    fn what_cannot_be_is_named_with_its_line_and_keeps_the_keys_of_the_preset() {
        let text = "preset = \"emacs\"\n[panes]\ncpy = \"c\"\ncopy = \"<Nope>\"\nmove = 5\nlimit-speed = \"l\"\n[other]\n";
        assert_eq!(
            faults(text),
            [
                "line 1: there is no preset \"emacs\": default, mc, vim",
                "line 3: there is no action \"cpy\", is \"copy\" meant?",
                "line 4: \"<Nope>\" for \"copy\" is no key",
                "line 5: keys of \"move\" are written in quotes: [\"c\", \"<F5>\"]",
                "line 6: \"limit speed\" belongs to [transfers]",
                "line 7: \"other\" means nothing here: preset, [panes], [transfers], [both] do",
            ]
        );
        assert_eq!((keys(text, "copy"), keys(text, "move")), ("c  F5".into(), "m  F6".into()));
        assert!(faults("[panes\ncopy = \"c\"\n")[0].starts_with("line 1: "));
    }

    #[test]
    fn two_actions_on_one_key_and_hidden_chords_are_told() {
        let text = "[panes]\ncopy = \"m\"\ntrash = \"<C-x>t\"\nmove = \"<C-x>t\"\n";
        assert_eq!(
            faults(text),
            [
                "line 2: m cannot call \"copy\": it calls \"move\" (give \"move\" other keys too)",
                "line 4: C-x t cannot call \"move\": it calls \"trash\" (line 3 gives it to \"trash\")",
            ]
        );
        assert_eq!(
            [keys(text, "copy"), keys(text, "trash"), keys(text, "move")],
            ["c  F5", "C-x t", "m  F6"]
        );
        let hidden = "[panes]\ncopy = \"y\"\ntrash = [\"d\", \"dd\"]\n";
        assert_eq!(
            faults(hidden),
            [
                "line 2: y for \"copy\" hides yy of \"copy path\" (give \"copy path\" other keys too)",
                "line 3: d for \"trash\" hides its own dd",
            ]
        );
        assert_eq!(keys(hidden, "copy"), "c  F5");
    }

    #[test]
    fn keys_can_be_exchanged_and_taken_away() {
        let text = "[panes]\ncopy = \"m\"\nmove = \"c\"\nverify = []\n";
        assert_eq!(faults(text), [""; 0]);
        assert_eq!([keys(text, "copy"), keys(text, "move"), keys(text, "verify")], ["m", "c", ""]);
    }
}
