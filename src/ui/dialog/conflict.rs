//! The [`ConflictDialog`]: two entries that want one name, and what may become of them. Shown for
//! [`crate::message::Event::Conflict`]; its answer goes back as [`Command::Resolve`]. Its letters are those of
//! [`choices`].

use jiff::Timestamp;

use super::field::Field;
use crate::message::{Command, Compared, Conflict, Reply, Resolution, Scope, choices, name_problem};
use crate::ui::key::Key;

/// A conflict that waits for an answer.
#[derive(Debug)]
pub struct ConflictDialog {
    /// The two sides.
    pub conflict: Conflict,
    /// The new name while it is being typed.
    pub rename: Option<Field>,
    /// The two are being looked into.
    pub looking: bool,
    /// Why the last thing that was asked for was not possible. Escape before drawing.
    pub remark: Option<String>,
    /// When it came up. It came unasked, so keys typed at that moment were not meant for it.
    pub since: Timestamp,
}

/// What a key meant.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The dialog stays.
    Stay,
    /// It stays, and the worker is asked for something.
    Asked(Command),
    /// It is answered.
    Answered(Command),
}

impl ConflictDialog {
    /// Makes a dialog that comes up now.
    #[must_use]
    pub fn new(conflict: Conflict, since: Timestamp) -> Self {
        let remark = conflict.refused_name.as_ref().map(|name| format!("\"{name}\" is taken there, too"));
        Self { conflict, rename: None, looking: false, remark, since }
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key, now: Timestamp) -> Outcome {
        if now.as_millisecond().saturating_sub(self.since.as_millisecond()) < GRACE_MILLISECONDS {
            self.since = now; // a key that is held down repeats itself: not one of its repeats is an answer
            return Outcome::Stay;
        }
        if self.rename.is_some() {
            return self.press_in_name(key);
        }
        if matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c") {
            return self.answer(Resolution::Stop, Scope::One);
        }
        let choice = choices(&self.conflict).into_iter().find(|choice| key.typed() == Some(choice.letter));
        match choice.map(|choice| choice.reply) {
            None => Outcome::Stay,
            Some(Reply::Resolve(resolution, scope)) => self.answer(resolution, scope),
            Some(Reply::Rename) => {
                self.remark = None;
                self.rename = Some(name_field(&self.conflict.free_name));
                Outcome::Stay
            }
            Some(Reply::Compare(_)) if self.looking => Outcome::Stay,
            Some(Reply::Compare(depth)) => {
                (self.looking, self.remark) = (true, None);
                Outcome::Asked(Command::Compare { conflict: self.conflict.conflict, depth })
            }
        }
    }

    /// It is seen again: what covered it is gone, and the key that closed that was not meant for it.
    pub const fn come_up(&mut self, now: Timestamp) {
        self.since = now;
    }

    /// Takes what a look into the two came to; lines are shown elsewhere.
    pub fn receive(&mut self, compared: &Compared) {
        self.looking = false;
        self.conflict.take(compared);
        if let Compared::Failed(problem) = compared {
            self.remark = Some(problem.message.clone());
        }
    }

    fn press_in_name(&mut self, key: Key) -> Outcome {
        let Some(field) = &mut self.rename else { return Outcome::Stay };
        match key.to_string().as_str() {
            "Enter" => {
                let name = field.text().to_owned();
                match name_problem(&name) {
                    None => return self.answer(Resolution::KeepBoth { name }, Scope::One),
                    Some(problem) => self.remark = Some(problem.to_owned()),
                }
            }
            "Esc" | "C-g" | "C-c" => (self.rename, self.remark) = (None, None),
            _ if field.press(key) => self.remark = None,
            _ => {}
        }
        Outcome::Stay
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
    use crate::message::{ConflictSide, Depth, Problem, ProblemKind, Verdict};
    use crate::ui::key::parse_keys;

    fn side(is_folder: bool, node: Option<u8>) -> ConflictSide {
        ConflictSide::sample(is_folder, 1, node)
    }

    fn dialog_of(source: ConflictSide, existing: ConflictSide) -> ConflictDialog {
        ConflictDialog::new(Conflict::sample(source, existing), Timestamp::UNIX_EPOCH)
    }

    fn dialog() -> ConflictDialog {
        dialog_of(side(false, None), side(false, Some(1)))
    }

    fn type_in(dialog: &mut ConflictDialog, keys: &str) -> Outcome {
        let now = Timestamp::from_second(1).unwrap();
        let keys = parse_keys(keys).unwrap();
        keys.into_iter().map(|key| dialog.press(key, now)).last().unwrap()
    }

    fn answer(resolution: Resolution, scope: Scope) -> Outcome {
        Outcome::Answered(Command::Resolve { conflict: 7, resolution, scope })
    }

    #[test]
    fn small_letters_answer_one_and_capitals_the_rest() {
        let free = || Resolution::KeepBoth { name: "castle (2).jpg".into() };
        let table = [
            ("o", Resolution::Overwrite, Scope::One),
            ("r", Resolution::Replace, Scope::One),
            ("s", Resolution::Skip, Scope::One),
            ("k", free(), Scope::One),
            ("c", Resolution::Stop, Scope::One),
            ("<Esc>", Resolution::Stop, Scope::One),
            ("N", Resolution::OverwriteIfNewer, Scope::Rest),
            ("S", Resolution::OverwriteIfSizeDiffers, Scope::Rest),
            ("I", Resolution::SkipIfIdentical, Scope::Rest),
            ("A", Resolution::Overwrite, Scope::Rest),
            ("X", Resolution::Skip, Scope::Rest),
            ("K", free(), Scope::Rest),
        ];
        for (keys, resolution, scope) in table {
            assert_eq!(type_in(&mut dialog(), keys), answer(resolution, scope), "{keys}");
        }
        assert_eq!(type_in(&mut dialog(), "j"), Outcome::Stay);
        assert_eq!(type_in(&mut dialog(), "m"), Outcome::Stay, "files are not merged");
    }

    #[test]
    fn two_folders_are_merged_or_replaced_and_never_overwritten() {
        let folders = || dialog_of(side(true, None), side(true, Some(1)));
        assert_eq!(type_in(&mut folders(), "m"), answer(Resolution::Merge, Scope::One));
        assert_eq!(type_in(&mut folders(), "M"), answer(Resolution::Merge, Scope::Rest));
        assert_eq!(type_in(&mut folders(), "r"), answer(Resolution::Replace, Scope::One));
        assert_eq!(type_in(&mut folders(), "o"), Outcome::Stay);
        assert_eq!(type_in(&mut folders(), "A"), Outcome::Stay);
    }

    #[test]
    fn a_name_is_typed_and_one_that_cannot_be_is_refused() {
        let renamed = Resolution::KeepBoth { name: "castle (2)b.jpg".into() };
        assert_eq!(type_in(&mut dialog(), "Rb<Enter>"), answer(renamed, Scope::One));
        assert_eq!(type_in(&mut dialog(), "R<Esc>"), Outcome::Stay);
        let mut slash = dialog();
        assert_eq!(type_in(&mut slash, "R/<Enter>"), Outcome::Stay);
        assert_eq!(slash.remark.as_deref(), Some("a name cannot contain /"));
    }

    #[test]
    fn a_comparison_is_asked_for_once_and_its_verdict_shown() {
        let mut dialog = dialog();
        let look = |depth| Outcome::Asked(Command::Compare { conflict: 7, depth });
        assert_eq!(type_in(&mut dialog, "d"), look(Depth::Content));
        assert_eq!(type_in(&mut dialog, "d"), Outcome::Stay);
        dialog.receive(&Compared::Verdict(Verdict::Different));
        assert_eq!(dialog.conflict.verdict, Verdict::Different);
        assert_eq!(type_in(&mut dialog, "d"), look(Depth::Lines));
        dialog.receive(&Compared::Failed(Problem::new(ProblemKind::Other, "they are not text", "")));
        assert_eq!(dialog.remark.as_deref(), Some("they are not text"));
    }

    #[test]
    fn keys_typed_while_it_came_up_do_not_answer_it() {
        let mut dialog = dialog();
        for held in [299, 330, 360, 600] {
            let early = Timestamp::from_millisecond(held).unwrap();
            assert_eq!(dialog.press(Key::char('A'), early), Outcome::Stay, "{held}");
        }
        let meant = Timestamp::from_millisecond(900).unwrap();
        assert_ne!(dialog.press(Key::char('A'), meant), Outcome::Stay);
    }
}
