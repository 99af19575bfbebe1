//! The [`ConflictDialog`]: two files that want one name, and what may become of them.
//! Shown for [`crate::message::Event::Conflict`]; its answer goes back as [`Command::Resolve`].

use jiff::Timestamp;

use super::field::Field;
use crate::message::{Command, Conflict, Resolution, Scope};
use crate::ui::key::Key;

/// A conflict that waits for an answer.
#[derive(Debug)]
pub struct ConflictDialog {
    /// The two sides.
    pub conflict: Conflict,
    /// The new name while it is being typed.
    pub rename: Option<Field>,
    /// When it came up. It came unasked, so keys typed at that moment were not meant for it.
    pub since: Timestamp,
}

/// What a key meant.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The dialog stays.
    Stay,
    /// It is answered.
    Answered(Command),
}

impl ConflictDialog {
    /// Makes a dialog that comes up now.
    #[must_use]
    pub const fn new(conflict: Conflict, since: Timestamp) -> Self {
        Self { conflict, rename: None, since }
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key, now: Timestamp) -> Outcome {
        if now.as_millisecond().saturating_sub(self.since.as_millisecond()) < GRACE_MILLISECONDS {
            return Outcome::Stay;
        }
        let written = key.to_string();
        if let Some(field) = &mut self.rename {
            match written.as_str() {
                "Enter" if !field.text().is_empty() => {
                    let name = field.text().to_owned();
                    return self.answer(Resolution::KeepBoth { name }, Scope::One);
                }
                "Esc" | "C-g" | "C-c" => self.rename = None,
                _ => {
                    field.press(key);
                }
            }
            return Outcome::Stay;
        }
        let keep_both = || Resolution::KeepBoth { name: self.conflict.free_name.clone() };
        let (resolution, scope) = match written.as_str() {
            "o" => (Resolution::Overwrite, Scope::One),
            "r" => (Resolution::Replace, Scope::One),
            "s" => (Resolution::Skip, Scope::One),
            "k" => (keep_both(), Scope::One),
            "A" => (Resolution::Overwrite, Scope::Rest),
            "X" => (Resolution::Skip, Scope::Rest),
            "K" => (keep_both(), Scope::Rest),
            "N" => (Resolution::OverwriteIfNewer, Scope::Rest),
            "I" => (Resolution::SkipIfIdentical, Scope::Rest),
            "Esc" | "C-g" | "C-c" => (Resolution::Stop, Scope::Rest),
            "R" => {
                self.rename = Some(name_field(&self.conflict.free_name));
                return Outcome::Stay;
            }
            _ => return Outcome::Stay,
        };
        self.answer(resolution, scope)
    }

    const fn answer(&self, resolution: Resolution, scope: Scope) -> Outcome {
        Outcome::Answered(Command::Resolve { conflict: self.conflict.conflict, resolution, scope })
    }
}

/// Makes a field for a name, the cursor before the extension: that is where names are changed.
#[must_use]
pub fn name_field(name: &str) -> Field {
    let stem = name.rfind('.').filter(|dot| *dot > 0).unwrap_or(name.len());
    Field::new(name).with_cursor(name[..stem].chars().count())
}

/// Milliseconds for which a dialog that came up unasked takes no key.
pub(super) const GRACE_MILLISECONDS: i64 = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{ConflictSide, CopyId, Verdict};
    use crate::ui::key::parse_keys;

    fn dialog() -> ConflictDialog {
        let side =
            ConflictSide { place: "local".into(), is_folder: false, size: 1, modified: None, node: None };
        let conflict = Conflict {
            conflict: 7,
            copy: CopyId(1),
            path: "castle.jpg".into(),
            target: "work:/".into(),
            source: side.clone(),
            existing: side,
            verdict: Verdict::Unknown,
            free_name: "castle (2).jpg".into(),
            remaining_count: 0,
        };
        ConflictDialog::new(conflict, Timestamp::UNIX_EPOCH)
    }

    fn type_in(dialog: &mut ConflictDialog, keys: &str) -> Outcome {
        let now = Timestamp::from_second(1).unwrap();
        let keys = parse_keys(keys).unwrap();
        keys.into_iter().map(|key| dialog.press(key, now)).last().unwrap()
    }

    #[test]
    fn small_letters_answer_one_and_capitals_the_rest() {
        let answer =
            |resolution, scope| Outcome::Answered(Command::Resolve { conflict: 7, resolution, scope });
        assert_eq!(type_in(&mut dialog(), "s"), answer(Resolution::Skip, Scope::One));
        assert_eq!(type_in(&mut dialog(), "A"), answer(Resolution::Overwrite, Scope::Rest));
        assert_eq!(type_in(&mut dialog(), "<Esc>"), answer(Resolution::Stop, Scope::Rest));
        assert_eq!(type_in(&mut dialog(), "j"), Outcome::Stay);
        let renamed = Resolution::KeepBoth { name: "castle (2)b.jpg".into() };
        assert_eq!(type_in(&mut dialog(), "Rb<Enter>"), answer(renamed, Scope::One));
        assert_eq!(type_in(&mut dialog(), "R<Esc>"), Outcome::Stay);
    }

    #[test]
    fn keys_typed_while_it_came_up_do_not_answer_it() {
        let mut dialog = dialog();
        let early = Timestamp::from_millisecond(299).unwrap();
        assert_eq!(dialog.press(Key::char('A'), early), Outcome::Stay);
    }
}
