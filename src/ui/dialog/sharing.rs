//! The [`SharingDialog`]: who sees an entry of the cloud: its public link, with its end and its password, and for a folder
//! the people whom it is shared with. The worker tells it again after each change; what its keys ask for is sent by
//! `update::sharing`.

use super::field::Field;
use crate::config::age::parse_end;
use crate::message::{PublicLink, ShareAccess, Shareable, SharedSubject, SharingCommand};
use crate::secret::Secret;
use crate::ui::key::Key;

/// Who sees an entry.
#[derive(Debug)]
pub struct SharingDialog {
    /// What is known, once it has come.
    pub subject: Option<SharedSubject>,
    /// The person under the cursor.
    pub cursor: usize,
    /// What is being typed.
    pub typed: Option<Typed>,
    /// The link under a password.
    pub protection: Protection,
    /// A link that is there goes to the clipboard at once, and nothing is shown.
    pub copies_at_once: bool,
    /// The entry is no longer there: nothing but closing is left.
    pub is_gone: bool,
}

/// What is typed in the dialog.
#[derive(Debug)]
pub enum Typed {
    /// Somebody who is to see a folder.
    Person(NewPerson),
    /// When the link is to end.
    End(Field),
    /// The password of the link, which is not shown.
    Password(Field),
}

/// Whether the link is shown under a password. The server knows of none: it is in the text of the link alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Protection {
    /// It is shown as it is.
    #[default]
    None,
    /// It is being worked out.
    Asked,
    /// This is the link, which opens with its password alone.
    Link(Secret),
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
    /// This link to the entry goes to the clipboard, and it stays.
    Copy(Shareable, Secret),
    /// It stays, and shows the link without a password again.
    Bare,
    /// It stays, and says why nothing happens.
    Refused(&'static str),
}

impl SharingDialog {
    /// Makes one that waits for what is known.
    #[must_use]
    pub const fn new(copies_at_once: bool) -> Self {
        Self {
            subject: None,
            cursor: 0,
            typed: None,
            protection: Protection::None,
            copies_at_once,
            is_gone: false,
        }
    }

    /// Takes over what is known now.
    pub fn receive(&mut self, subject: SharedSubject) {
        self.cursor = self.cursor.min(subject.people.len().saturating_sub(1));
        if self.link() != subject.link.known() {
            self.protection = Protection::None;
        }
        self.subject = Some(subject);
    }

    /// The entry is no longer there. It stays open, so that no key that was meant for it goes to the panes.
    pub fn receive_gone(&mut self) {
        *self = Self { is_gone: true, ..Self::new(false) };
    }

    /// Takes the link under the password that was typed.
    pub fn receive_protected(&mut self, link: Secret) {
        if self.protection == Protection::Asked {
            self.protection = Protection::Link(link);
        }
    }

    /// No password could be put on the link: it is shown as it is.
    pub fn receive_not_protected(&mut self) {
        if self.protection == Protection::Asked {
            self.protection = Protection::None;
        }
    }

    /// Returns the field that is typed in.
    pub const fn field_mut(&mut self) -> Option<&mut Field> {
        match &mut self.typed {
            Some(Typed::Person(new)) => Some(&mut new.field),
            Some(Typed::End(field) | Typed::Password(field)) => Some(field),
            None => None,
        }
    }

    /// Takes a key; `now` is the time, Unix seconds.
    pub fn press(&mut self, key: Key, now: i64) -> Outcome {
        let Some(subject) = &self.subject else {
            return if closes(key) { Outcome::Leave } else { Outcome::Stay };
        };
        if let Some(typed) = &mut self.typed {
            let outcome = typed.press(key, subject, now);
            return self.typed_on(outcome);
        }
        if closes(key) {
            return Outcome::Leave;
        }
        match key.to_string().as_str() {
            "l" | "y" | "x" | "e" | "p" | "a" | "r" | "Tab"
                if matches!(subject.link, PublicLink::Foreign(_)) =>
            {
                return Outcome::Refused("only its owner can show it to others");
            }
            "j" | "Down" => self.cursor = (self.cursor + 1).min(subject.people.len().saturating_sub(1)),
            "k" | "Up" => self.cursor = self.cursor.saturating_sub(1),
            "a" if subject.is_folder => {
                let new = NewPerson { field: Field::default(), access: ShareAccess::Read };
                self.typed = Some(Typed::Person(new));
            }
            "a" => return Outcome::Refused("only folders are shared with people; a file can have a link"),
            "l" | "y" | "x" | "e" | "p" => return self.about_link(key),
            "r" | "Tab" => return about_person(key, subject, self.cursor),
            _ => {}
        }
        Outcome::Stay
    }

    /// What a key that was typed leads to: the field closes once it is answered, or left.
    fn typed_on(&mut self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Stay | Outcome::Refused(_) | Outcome::Copy(..) => return outcome,
            Outcome::Leave => {}
            Outcome::Bare => self.protection = Protection::None,
            Outcome::Send(ref command) => {
                if matches!(command, SharingCommand::Protect { .. }) {
                    self.protection = Protection::Asked;
                }
                self.typed = None;
                return outcome;
            }
        }
        self.typed = None;
        Outcome::Stay
    }

    /// What a key does about the public link.
    fn about_link(&mut self, key: Key) -> Outcome {
        let Some(subject) = &self.subject else { return Outcome::Stay };
        let node = || subject.subject.clone();
        match (key.to_string().as_str(), &subject.link) {
            ("l", PublicLink::None) => Outcome::Send(SharingCommand::Link { subject: node(), expires: None }),
            ("l", PublicLink::Known { .. } | PublicLink::Hidden(_)) => {
                Outcome::Refused("it has a link already")
            }
            ("y", PublicLink::Known { link, .. }) => match &self.protection {
                Protection::None => Outcome::Copy(node(), link.clone()),
                Protection::Asked => Outcome::Refused("the password is being put on it"),
                Protection::Link(protected) => Outcome::Copy(node(), protected.clone()),
            },
            ("y", PublicLink::None | PublicLink::Hidden(_)) => Outcome::Refused("there is no link to copy"),
            ("x", PublicLink::None) => Outcome::Refused("it has no link"),
            ("x", PublicLink::Known { .. } | PublicLink::Hidden(_)) => {
                Outcome::Send(SharingCommand::Unlink(node()))
            }
            ("e", PublicLink::None | PublicLink::Known { .. }) => {
                self.typed = Some(Typed::End(Field::default()));
                Outcome::Stay
            }
            ("p", PublicLink::Known { .. }) => {
                self.typed = Some(Typed::Password(Field::hidden()));
                Outcome::Stay
            }
            ("p", PublicLink::None) => Outcome::Refused("make the link first: l"),
            ("e" | "p", PublicLink::Hidden(_)) => Outcome::Refused("MEGA's own program alone can change it"),
            _ => Outcome::Stay,
        }
    }

    /// The link, where it is known.
    fn link(&self) -> Option<&Secret> {
        self.subject.as_ref()?.link.known()
    }
}

impl Typed {
    /// Takes a key; what leaves goes back to the dialog.
    fn press(&mut self, key: Key, subject: &SharedSubject, now: i64) -> Outcome {
        let field = match self {
            Self::Person(new) => return new.press(key, subject),
            Self::End(field) | Self::Password(field) => field,
        };
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" => Outcome::Leave,
            "Enter" => self.answer(subject, now),
            _ => {
                field.press(key);
                Outcome::Stay
            }
        }
    }

    /// What Enter leads to.
    fn answer(&self, subject: &SharedSubject, now: i64) -> Outcome {
        let subject = subject.subject.clone();
        match self {
            Self::Person(_) => Outcome::Stay,
            Self::End(field) => match parse_end(field.text(), now) {
                Ok(expires) => Outcome::Send(SharingCommand::Link { subject, expires }),
                Err(why) => Outcome::Refused(why),
            },
            Self::Password(field) if field.text().is_empty() => Outcome::Bare,
            Self::Password(field) => {
                Outcome::Send(SharingCommand::Protect { subject, password: field.secret() })
            }
        }
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
