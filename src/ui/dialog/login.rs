//! The [`LoginForm`]: stands in the cloud pane in place of the rows while an account needs a password, a code or a
//! passphrase. It gets keys while its pane is the active one; the other pane works meanwhile.

use super::field::Field;
use crate::message::{Command, Login, Problem};
use crate::secret::Secret;
use crate::ui::key::Key;

/// What an account needs, being typed.
#[derive(Debug)]
pub struct LoginForm {
    /// What is asked for.
    pub need: Need,
    /// The account's name, where it has one.
    pub account: Option<String>,
    /// The name that the last try was made under.
    tried: Option<String>,
    /// The e-mail.
    pub email: Field,
    /// Password or passphrase.
    pub password: Field,
    /// The one-time code.
    pub code: Field,
    /// Keep the session on disk.
    pub remember: bool,
    /// Where the keys go.
    pub focus: Entry,
    /// Why the last try did not work.
    pub problem: Option<Problem>,
    /// A try is on its way.
    pub busy: bool,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// E-mail and password.
    Password,
    /// The one-time code of an account with two-factor login.
    Code,
    /// The passphrase of the sealed credentials.
    Passphrase,
}

/// A line of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The e-mail.
    Email,
    /// The password, or the passphrase.
    Password,
    /// The one-time code.
    Code,
    /// Whether to stay logged in.
    Remember,
}

/// What a key meant.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The form stays.
    Stay,
    /// It is filled in: send this.
    Submit(Command),
    /// The user goes to the other pane.
    Leave,
}

impl LoginForm {
    /// Makes a form for what an account needs.
    #[must_use]
    pub fn new(need: Need, account: Option<String>, email: Option<String>) -> Self {
        let known = email.is_some();
        let focus = match need {
            Need::Password if known => Entry::Password,
            Need::Password => Entry::Email,
            Need::Code => Entry::Code,
            Need::Passphrase => Entry::Password,
        };
        Self {
            need,
            account,
            tried: None,
            email: Field::new(email.unwrap_or_default()),
            password: Field::hidden(),
            code: Field::default(),
            remember: true,
            focus,
            problem: None,
            busy: false,
        }
    }

    /// Asks for something else now; what was typed stays.
    pub fn ask(&mut self, need: Need, problem: Option<Problem>) {
        self.busy = false;
        self.problem = problem;
        if self.need == Need::Passphrase && need != Need::Passphrase {
            self.password.clear(); // a passphrase is no password: the server must not get it
        }
        self.need = need;
        // A code counts once: neither a wrong one nor an old one is of any use.
        self.code.clear();
        self.focus = match need {
            Need::Code => Entry::Code,
            Need::Password if self.email.text().is_empty() => Entry::Email,
            Need::Password | Need::Passphrase => Entry::Password,
        };
    }

    /// Returns whether the form is about an account.
    #[must_use]
    pub fn is_about(&self, account: &str) -> bool {
        [&self.account, &self.tried].into_iter().any(|name| name.as_deref() == Some(account))
    }

    /// Returns the lines of the form from top to bottom.
    #[must_use]
    pub const fn entries(&self) -> &'static [Entry] {
        match self.need {
            Need::Password => &[Entry::Email, Entry::Password, Entry::Remember],
            Need::Code => &[Entry::Email, Entry::Code],
            Need::Passphrase => &[Entry::Password],
        }
    }

    /// Takes a key; `taken` are the account names that a new account cannot have.
    pub fn press(&mut self, key: Key, taken: &[&str]) -> Outcome {
        match key.to_string().as_str() {
            "Esc" | "C-g" => return Outcome::Leave,
            "Tab" | "Down" => self.step(1),
            "S-Tab" | "Up" => self.step(-1),
            "Enter" => return self.enter(taken),
            "Space" if self.focus == Entry::Remember => self.remember = !self.remember,
            _ if self.busy => {}
            _ => {
                if let Some(field) = self.field() {
                    field.press(key);
                }
            }
        }
        Outcome::Stay
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        if self.busy {
            return;
        }
        if let Some(field) = self.field() {
            field.paste(text);
        }
    }

    fn field(&mut self) -> Option<&mut Field> {
        match self.focus {
            Entry::Email => Some(&mut self.email),
            Entry::Password => Some(&mut self.password),
            Entry::Code => Some(&mut self.code),
            Entry::Remember => None,
        }
    }

    fn step(&mut self, by: isize) {
        let entries = self.entries();
        let place = entries.iter().position(|entry| *entry == self.focus).unwrap_or(0);
        let count = entries.len();
        self.focus = entries[place.saturating_add_signed(by + count.cast_signed()) % count];
    }

    fn enter(&mut self, taken: &[&str]) -> Outcome {
        let missing = self.entries().iter().copied().find(|entry| self.is_empty(*entry));
        if let Some(entry) = missing {
            self.focus = entry;
            return Outcome::Stay;
        }
        if self.focus == Entry::Email && self.need == Need::Password {
            self.focus = Entry::Password;
            return Outcome::Stay;
        }
        if self.busy {
            return Outcome::Stay;
        }
        self.busy = true;
        self.problem = None;
        Outcome::Submit(self.command(taken))
    }

    fn is_empty(&self, entry: Entry) -> bool {
        match entry {
            Entry::Email => self.email.text().trim().is_empty(),
            Entry::Password => self.password.text().is_empty(),
            Entry::Code => self.code.text().trim().is_empty(),
            Entry::Remember => false,
        }
    }

    fn command(&mut self, taken: &[&str]) -> Command {
        let email = self.email.text().trim().to_owned();
        let account = self.account.clone().unwrap_or_else(|| account_name(&email, taken));
        self.tried = Some(account.clone());
        match self.need {
            Need::Passphrase => Command::Unlock { account, passphrase: self.password.secret() },
            Need::Password | Need::Code => {
                let code = (self.need == Need::Code).then(|| Secret::from(self.code.text().trim()));
                let password = self.password.secret();
                Command::Login(Login { account, email, password, code, remember: self.remember })
            }
        }
    }
}

/// Returns a name for an account made from its e-mail: the part before the `@`, with a number where that is taken. Capitals
/// alone do not make it another name.
#[must_use]
pub fn account_name(email: &str, taken: &[&str]) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let allowed = |character: &char| character.is_ascii_alphanumeric() || "._-".contains(*character);
    let name: String = local.chars().filter(allowed).collect();
    let name = match name.trim_matches(|character| "._-".contains(character)) {
        "" => "mega",
        name => name,
    };
    let numbered = (2..=taken.len() + 2).map(|number| format!("{name}-{number}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    let is_free = |candidate: &String| {
        let lower = candidate.to_lowercase();
        !taken.iter().any(|name| name.to_lowercase() == lower)
    };
    candidates.find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ProblemKind;
    use crate::ui::key::parse_keys;

    fn type_in(form: &mut LoginForm, keys: &str) -> Outcome {
        let keys = parse_keys(keys).unwrap();
        keys.into_iter().map(|key| form.press(key, &["anna"])).last().unwrap()
    }

    #[test]
    fn filling_in_and_enter_logs_in_under_a_free_name() {
        let mut form = LoginForm::new(Need::Password, None, None);
        assert_eq!(type_in(&mut form, "anna@example.org<Enter>"), Outcome::Stay);
        form.paste("pass word\n");
        let Outcome::Submit(Command::Login(login)) = type_in(&mut form, "<Enter>") else { panic!("submits") };
        assert_eq!((login.account.as_str(), login.email.as_str()), ("anna-2", "anna@example.org"));
        assert_eq!(login.password.expose(), "pass word");
        assert!(login.remember && login.code.is_none());
        assert_eq!(type_in(&mut form, "<Enter>"), Outcome::Stay, "a second Enter does not log in twice");
    }

    #[test]
    fn a_code_is_asked_for_once_the_server_wants_it_and_the_rest_is_kept() {
        let mut form = LoginForm::new(Need::Password, None, None);
        type_in(&mut form, "bo@example.org<Enter>secret<Enter>");
        form.ask(Need::Code, None);
        let Outcome::Submit(Command::Login(login)) = type_in(&mut form, "123456<Enter>") else {
            panic!("submits")
        };
        assert_eq!(login.code.unwrap().expose(), "123456");
        assert_eq!(login.password.expose(), "secret");
        form.ask(Need::Code, Some(Problem::new(ProblemKind::Login, "wrong code", "")));
        assert_eq!(form.code.text(), "", "the next code is typed, not mended");
    }

    #[test]
    fn a_refused_password_stays_in_its_field_with_the_reason() {
        let mut form = LoginForm::new(Need::Password, None, None);
        type_in(&mut form, "bo@example.org<Enter>wrong<Enter>");
        form.ask(Need::Password, Some(Problem::new(ProblemKind::Login, "wrong password", "")));
        assert_eq!(form.password.text(), "wrong");
        assert_eq!(form.focus, Entry::Password);
        assert!(matches!(type_in(&mut form, "<C-u>right<Enter>"), Outcome::Submit(_)));
    }

    #[test]
    fn a_passphrase_is_never_taken_for_the_password() {
        let mut form = LoginForm::new(Need::Passphrase, Some("anna".to_owned()), None);
        assert!(matches!(type_in(&mut form, "sesame<Enter>"), Outcome::Submit(Command::Unlock { .. })));
        form.ask(Need::Passphrase, Some(Problem::new(ProblemKind::Login, "wrong", "")));
        assert_eq!(form.password.text(), "sesame");
        form.ask(Need::Password, Some(Problem::new(ProblemKind::Login, "damaged", "")));
        assert_eq!(form.password.text(), "");
    }

    #[test]
    fn account_names_are_plain_and_free() {
        assert_eq!(account_name("anna@example.org", &[]), "anna");
        assert_eq!(account_name("anna@example.org", &["anna", "anna-2"]), "anna-3");
        assert_eq!(account_name("Anna@example.org", &["anna"]), "Anna-2");
        assert_eq!(account_name("ünï@x", &[]), "n");
        assert_eq!(account_name("@x", &[]), "mega");
    }
}
