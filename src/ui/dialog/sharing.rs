//! The [`SharingDialog`]: who sees an entry of the cloud: its public link, and for a folder the people whom it is shared
//! with. The worker tells it again after each change; what its keys ask for is sent by `update::sharing`.

use super::field::Field;
use crate::message::{PublicLink, ShareAccess, SharedSubject, SharingCommand};
use crate::ui::key::Key;

/// Who sees an entry.
#[derive(Debug)]
pub struct SharingDialog {
    /// What is known, once it has come.
    pub subject: Option<SharedSubject>,
    /// The person under the cursor.
    pub cursor: usize,
    /// Somebody who is being added.
    pub new: Option<NewPerson>,
    /// A link that is there goes to the clipboard at once, and nothing is shown.
    pub copies_at_once: bool,
}

/// Somebody who is to see a folder, while it is typed.
#[derive(Debug)]
pub struct NewPerson {
    /// Their e-mail.
    pub field: Field,
    /// What they are to be allowed.
    pub access: ShareAccess,
}

/// What a key leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing more.
    Stay,
    /// It closes.
    Leave,
    /// This is to be asked for, and it stays.
    Send(SharingCommand),
    /// The link goes to the clipboard, and it stays.
    Copy,
    /// It stays, and says why nothing happens.
    Refused(&'static str),
}

impl SharingDialog {
    /// Makes one that waits for what is known.
    #[must_use]
    pub const fn new(copies_at_once: bool) -> Self {
        Self { subject: None, cursor: 0, new: None, copies_at_once }
    }

    /// Takes over what is known now.
    pub fn receive(&mut self, subject: SharedSubject) {
        self.cursor = self.cursor.min(subject.people.len().saturating_sub(1));
        self.subject = Some(subject);
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Outcome {
        let Some(subject) = &self.subject else {
            return if closes(key) { Outcome::Leave } else { Outcome::Stay };
        };
        if let Some(new) = &mut self.new {
            let outcome = new.press(key, subject);
            if matches!(outcome, Outcome::Send(_) | Outcome::Leave) {
                self.new = None;
            }
            return if outcome == Outcome::Leave { Outcome::Stay } else { outcome };
        }
        if closes(key) {
            return Outcome::Leave;
        }
        match key.to_string().as_str() {
            "j" | "Down" => self.cursor = (self.cursor + 1).min(subject.people.len().saturating_sub(1)),
            "k" | "Up" => self.cursor = self.cursor.saturating_sub(1),
            "a" if subject.is_folder => {
                self.new = Some(NewPerson { field: Field::default(), access: ShareAccess::Read });
            }
            "a" => return Outcome::Refused("only folders are shared with people; a file can have a link"),
            "l" | "y" | "x" => return about_link(key, subject),
            "r" | "Tab" => return about_person(key, subject, self.cursor),
            _ => {}
        }
        Outcome::Stay
    }
}

impl NewPerson {
    /// Takes a key; what leaves goes back to the dialog.
    fn press(&mut self, key: Key, subject: &SharedSubject) -> Outcome {
        match (key.to_string().as_str(), self.field.text().trim()) {
            ("Esc" | "C-g" | "C-c", _) => return Outcome::Leave,
            ("Tab" | "Down" | "Up", _) => self.access = after(self.access),
            ("Enter", with) if with.contains('@') => {
                let (folder, with) = (subject.subject.clone(), with.to_owned());
                return Outcome::Send(SharingCommand::Share { folder, with, access: self.access });
            }
            ("Enter", _) => return Outcome::Refused("write an e-mail address"),
            _ => drop(self.field.press(key)),
        }
        Outcome::Stay
    }
}

/// What a key does about the public link.
fn about_link(key: Key, subject: &SharedSubject) -> Outcome {
    let node = || subject.subject.clone();
    match (key.to_string().as_str(), &subject.link) {
        ("l", PublicLink::None) => Outcome::Send(SharingCommand::Link(node())),
        ("l", PublicLink::Known(_) | PublicLink::Hidden(_)) => Outcome::Refused("it has a link already"),
        ("y", PublicLink::Known(_)) => Outcome::Copy,
        ("y", PublicLink::None | PublicLink::Hidden(_)) => Outcome::Refused("there is no link to copy"),
        ("x", PublicLink::None) => Outcome::Refused("it has no link"),
        ("x", PublicLink::Known(_) | PublicLink::Hidden(_)) => Outcome::Send(SharingCommand::Unlink(node())),
        _ => Outcome::Stay,
    }
}

/// What a key does about the person under the cursor.
fn about_person(key: Key, subject: &SharedSubject, cursor: usize) -> Outcome {
    let Some(person) = subject.people.get(cursor) else {
        return Outcome::Refused("it is shared with nobody");
    };
    let (folder, with) = (subject.subject.clone(), person.who.clone());
    if key.to_string() == "Tab" {
        return Outcome::Send(SharingCommand::Share { folder, with, access: after(person.access) });
    }
    Outcome::Send(SharingCommand::Unshare { folder, with })
}

/// Returns what follows when the access is changed by a key.
const fn after(access: ShareAccess) -> ShareAccess {
    match access {
        ShareAccess::Read => ShareAccess::Write,
        ShareAccess::Write => ShareAccess::Full,
        ShareAccess::Full => ShareAccess::Read,
    }
}

fn closes(key: Key) -> bool {
    matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c" | "q" | "F10")
}
