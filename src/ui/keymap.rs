//! The [`Keymap`]: which key sequence calls which action, made from the action table.
//! `update` asks it for every key that no dialog takes; it keeps no state, the keys of a begun chord are passed in.

use super::action::{ActionRow, Context, rows};
use super::key::{Key, parse_keys};

/// Key sequences and their actions, in table order.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug)]
struct Binding {
    keys: Vec<Key>,
    row: &'static ActionRow,
}

/// What a sequence of keys means so far.
#[derive(Debug)]
pub enum Lookup {
    /// These rows have exactly this sequence, in table order; one of them is meant.
    Rows(Vec<&'static ActionRow>),
    /// Longer sequences begin like this.
    Begun,
    /// Nothing begins like this.
    Unknown,
}

impl Keymap {
    /// Looks a sequence up for a screen.
    #[must_use]
    pub fn lookup(&self, screen: Context, keys: &[Key]) -> Lookup {
        let on_screen = || self.bindings.iter().filter(|binding| binding.row.context.covers(screen));
        let rows: Vec<_> =
            on_screen().filter(|binding| binding.keys == keys).map(|binding| binding.row).collect();
        if !rows.is_empty() {
            return Lookup::Rows(rows);
        }
        if on_screen().any(|binding| binding.keys.starts_with(keys)) {
            Lookup::Begun
        } else {
            Lookup::Unknown
        }
    }

    /// Returns what may follow a begun chord: the next key and the row it leads to.
    pub fn continuations<'a>(
        &'a self,
        screen: Context,
        begun: &'a [Key],
    ) -> impl Iterator<Item = (Key, &'static ActionRow)> + 'a {
        self.bindings
            .iter()
            .filter(move |binding| binding.row.context.covers(screen) && binding.keys.starts_with(begun))
            .filter_map(move |binding| binding.keys.get(begun.len()).map(|key| (*key, binding.row)))
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = rows()
            .flat_map(|row| row.keys.iter().map(move |keys| (row, keys)))
            .filter_map(|(row, keys)| Some(Binding { keys: parse_keys(keys).ok()?, row }))
            .collect();
        Self { bindings }
    }
}

/// Returns the keys of a row as help and palette write them: `c F5`, `gg Home`.
#[must_use]
pub fn written(row: &ActionRow) -> String {
    let sequences = row.keys.iter().filter_map(|keys| parse_keys(keys).ok());
    let words: Vec<String> = sequences.map(|keys| sequence(&keys)).collect();
    words.join("  ")
}

/// Returns a sequence as it is written: plain keys run together, others apart.
#[must_use]
pub fn sequence(keys: &[Key]) -> String {
    let apart = keys.iter().any(|key| key.typed().is_none_or(|character| character == ' '));
    let words: Vec<String> = keys.iter().map(ToString::to_string).collect();
    words.join(if apart { " " } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::action::{Action, Motion};

    fn look(keys: &str) -> Lookup {
        Keymap::default().lookup(Context::Panes, &parse_keys(keys).unwrap())
    }

    #[test]
    fn chords_begin_end_and_can_be_unknown() {
        assert!(matches!(look("g"), Lookup::Begun));
        assert!(matches!(look("gz"), Lookup::Unknown));
        let Lookup::Rows(rows) = look("gg") else { panic!("gg is known") };
        assert_eq!(rows[0].action, Action::Go(Motion::Top));
    }

    #[test]
    fn a_key_of_two_rows_gives_both_in_order() {
        let Lookup::Rows(rows) = look("r") else { panic!("r is known") };
        let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
        assert_eq!(names, ["retry now", "rename"]);
    }

    #[test]
    fn keys_are_written_as_people_type_them() {
        let names = |name| written(rows().find(|row| row.name == name).unwrap());
        assert_eq!(names("copy"), "c  F5");
        assert_eq!(names("top"), "gg  Home");
        assert_eq!(names("transfers"), "w  C-x j");
    }
}
