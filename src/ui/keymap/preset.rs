//! A [`Preset`]: a keymap for fingers that come from another program. Each is a small file of differences to the action
//! table in assets/keymaps; what is new in the table is in all of them.

use crossterm::event::KeyCode;

use super::file;
use super::layer::Layer;
use crate::ui::key::Key;

/// A keymap that comes with the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The action table as it is.
    #[default]
    Default,
    /// As in Midnight Commander: function keys first.
    Mc,
    /// As in vim, and in yazi, which takes after it.
    Vim,
}

impl Preset {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 3] =
        [("default", Self::Default), ("mc", Self::Mc), ("vim", Self::Vim)];

    /// Returns the preset of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, preset)| *preset)
    }

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, preset)| *preset == self).map_or("default", |(name, _)| name)
    }

    /// Returns its differences to the action table.
    const fn text(self) -> &'static str {
        match self {
            Self::Default => "",
            Self::Mc => include_str!("../../../assets/keymaps/mc.toml"),
            Self::Vim => include_str!("../../../assets/keymaps/vim.toml"),
        }
    }

    /// Returns its keys.
    pub(super) fn layer(self) -> Layer {
        let mut layer = Layer::table();
        for assigned in file::assignments(self.text()).assigned {
            layer.impose(assigned);
        }
        layer.set_down();
        if self == Self::Mc {
            layer.put_first(is_function_key);
        }
        layer
    }
}

fn is_function_key(keys: &[Key]) -> bool {
    matches!(keys, [Key { code: KeyCode::F(_), modifiers }] if modifiers.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::action::rows;
    use crate::ui::keymap::{Keymap, read};

    #[test]
    fn every_preset_reads_without_a_fault_and_contradicts_itself_nowhere() {
        for (name, preset) in Preset::ALL {
            assert_eq!((preset.name(), Preset::named(name)), (name, Some(preset)));
            let faults: Vec<String> =
                file::assignments(preset.text()).faults.iter().map(ToString::to_string).collect();
            assert_eq!(faults, [""; 0], "{name}");
            let again = read(&Keymap::of(preset).to_toml(), None);
            let faults: Vec<String> = again.faults.iter().map(ToString::to_string).collect();
            assert_eq!(faults, [""; 0], "{name}: what is written says the same once more");
            for row in rows() {
                assert_eq!(again.keymap.written(row), Keymap::of(preset).written(row), "{name}");
            }
        }
    }

    /// A preset may take the keys of a row for another; those that lose all of them are listed here.
    #[test]
    fn what_a_preset_leaves_without_keys_is_meant() {
        let meant = ["half page up"];
        for (name, preset) in Preset::ALL {
            for row in preset.layer().assigned().iter().filter(|row| row.keys.is_empty()) {
                assert!(meant.contains(&row.row.name), "{name}: {} has no key", row.row.name);
            }
        }
    }
}
