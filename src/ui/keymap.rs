//! The [`Keymap`]: which key sequence calls which action: those of the action table, changed by a preset and by the
//! user's file. `update` asks it for every key that no dialog takes; help, menu, key bar and hints show what it says.
//! It keeps no state, the keys of a begun chord are passed in.

mod file;
mod layer;
mod preset;

pub use file::{Fault, Reading, read};
pub use preset::Preset;

use super::action::{Action, ActionRow, Context, rows};
use super::key::Key;
use layer::Layer;

/// Key sequences and their actions, in table order.
#[derive(Clone, Debug)]
pub struct Keymap {
    preset: Preset,
    bindings: Vec<Binding>,
    hints: Hints,
}

#[derive(Clone, Debug)]
struct Binding {
    keys: Vec<Key>,
    row: &'static ActionRow,
    context: Context,
}

/// Which of an action's keys the key bar shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hints {
    /// The first of each.
    #[default]
    First,
    /// The first that every terminal sends: for one whose function keys do not come through.
    Letters,
}

/// What a sequence of keys means so far.
#[derive(Debug)]
pub enum Lookup {
    /// This row has exactly this sequence.
    Row(&'static ActionRow),
    /// Longer sequences begin like this.
    Begun,
    /// Nothing begins like this.
    Unknown,
}

impl Keymap {
    /// Makes the keymap of a preset.
    #[must_use]
    pub fn of(preset: Preset) -> Self {
        Self::of_layer(preset, &preset.layer())
    }

    fn of_layer(preset: Preset, layer: &Layer) -> Self {
        let bindings = layer
            .assigned()
            .iter()
            .flat_map(|own| {
                let binding =
                    move |keys: &Vec<Key>| Binding { keys: keys.clone(), row: own.row, context: own.context };
                own.keys.iter().map(binding)
            })
            .collect();
        Self { preset, bindings, hints: Hints::First }
    }

    /// Looks a sequence up for a screen.
    #[must_use]
    pub fn lookup(&self, screen: Context, keys: &[Key]) -> Lookup {
        let on_screen = || self.bindings.iter().filter(|binding| binding.context.covers(screen));
        if let Some(binding) = on_screen().find(|binding| binding.keys == keys) {
            Lookup::Row(binding.row)
        } else if on_screen().any(|binding| binding.keys.starts_with(keys)) {
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
            .filter(move |binding| binding.context.covers(screen) && binding.keys.starts_with(begun))
            .filter_map(move |binding| binding.keys.get(begun.len()).map(|key| (*key, binding.row)))
    }

    /// Shows such keys in the key bar from now on.
    pub const fn set_hints(&mut self, hints: Hints) {
        self.hints = hints;
    }

    /// Returns all sequences of a row, the first one first.
    fn sequences(&self, row: &ActionRow) -> impl Iterator<Item = &[Key]> + use<'_> {
        let action = row.action;
        let of_row = move |binding: &&Binding| binding.row.action == action;
        self.bindings.iter().filter(of_row).map(|binding| binding.keys.as_slice())
    }

    /// Returns the sequence of a row that the key bar shows; `None` where it has none.
    #[must_use]
    pub fn shown(&self, row: &ActionRow) -> Option<&[Key]> {
        let mut all = self.sequences(row);
        match self.hints {
            Hints::First => all.next(),
            Hints::Letters => self
                .sequences(row)
                .find(|keys| keys.iter().all(|key| key.typed().is_some()))
                .or_else(|| all.next()),
        }
    }

    /// Returns the keys of an action as a sentence names them: `c`, `F5`; where it has none, the way through the menu.
    #[must_use]
    pub fn hint(&self, action: Action) -> String {
        let row = rows().find(|row| row.action == action);
        let shown = row.and_then(|row| self.shown(row)).map(sequence);
        shown.unwrap_or_else(|| row.map_or_else(String::new, |row| format!(":{}", row.name)))
    }

    /// Returns the keys of a row as help and menu write them: `c  F5`, `gg  Home`.
    #[must_use]
    pub fn written(&self, row: &ActionRow) -> String {
        let words: Vec<String> = self.sequences(row).map(sequence).collect();
        words.join("  ")
    }

    /// Returns the key that a dialog shows for the yes of an action: the one that calls it, where that is a single key,
    /// else the letter that the action table has for it.
    #[must_use]
    pub fn answer(&self, own: char) -> String {
        let called = row_of(own).and_then(|row| self.shown(row)).filter(|keys| keys.len() == 1);
        called.map_or_else(|| own.to_string(), sequence)
    }

    /// Returns whether a key calls the action that has this letter in the action table.
    #[must_use]
    pub fn is_alias(&self, key: Key, own: char) -> bool {
        row_of(own).is_some_and(|row| self.sequences(row).any(|keys| keys == [key]))
    }

    /// Writes the keymap as a file that [`read`] takes.
    #[must_use]
    pub fn to_toml(&self) -> String {
        file::write(self)
    }
}

impl Default for Keymap {
    fn default() -> Self {
        Self::of(Preset::Default)
    }
}

/// Returns the row whose plain key in the action table is this letter.
fn row_of(own: char) -> Option<&'static ActionRow> {
    let letter = own.to_string();
    rows().find(|row| row.context != Context::Transfers && row.keys.first() == Some(&letter.as_str()))
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
    use crate::ui::action::{Change, Motion};
    use crate::ui::key::parse_keys;

    fn look(keys: &str) -> Lookup {
        Keymap::default().lookup(Context::Panes, &parse_keys(keys).unwrap())
    }

    #[test]
    fn chords_begin_end_and_can_be_unknown() {
        assert!(matches!(look("g"), Lookup::Begun));
        assert!(matches!(look("gz"), Lookup::Unknown));
        let Lookup::Row(row) = look("gg") else { panic!("gg is known") };
        assert_eq!(row.action, Action::Go(Motion::Top));
    }

    #[test]
    fn keys_are_written_as_people_type_them() {
        let names = |name| Keymap::default().written(rows().find(|row| row.name == name).unwrap());
        assert_eq!(names("copy"), "c  F5");
        assert_eq!(names("top"), "gg  Home");
        assert_eq!(names("transfers"), "w  C-x j");
    }

    #[test]
    fn hints_and_dialogs_show_the_keys_in_force() {
        let copy = Action::Change(Change::Copy);
        let [plain, mut mc, vim] = [Preset::Default, Preset::Mc, Preset::Vim].map(Keymap::of);
        assert_eq!([&plain, &mc, &vim].map(|map| map.hint(copy)), ["c", "F5", "yy"]);
        assert_eq!([&plain, &mc, &vim].map(|map| map.answer('c')), ["c", "F5", "c"]);
        assert!(mc.is_alias(parse_keys("<F5>").unwrap()[0], 'c'));
        mc.set_hints(Hints::Letters);
        assert_eq!(mc.hint(copy), "c");
    }
}
