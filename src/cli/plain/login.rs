//! What an account needs before the line mode can show it: the password, the one-time code, the passphrase of a stored
//! login. Asked where somebody is there, with nothing shown of what is secret; an empty answer leaves the account closed.

use super::super::copy::follow::send;
use super::super::output::Failure;
use super::super::terminal::Silence;
use super::{Plain, telling};
use crate::message::{AccountState, Command, Login, Problem};
use crate::secret::Secret;

impl Plain<'_> {
    /// Tells how an account is, and asks for what it needs.
    pub(super) async fn account(&mut self, account: &str, state: AccountState) -> Result<(), Failure> {
        if state == AccountState::Ready {
            self.login = None;
        }
        let Some(sentence) = telling::account(account, &state) else { return Ok(()) };
        if !telling::needs_login(&state) {
            return self.say(sentence);
        }
        let command = if self.attended { self.asked(account, state).await? } else { None };
        if let Some(command) = command {
            return send(&self.worker, command);
        }
        self.desk.block(account, &sentence);
        Ok(())
    }

    /// Returns the command that the answer comes to; `None` where there is none to ask for, or none is given.
    async fn asked(&mut self, account: &str, state: AccountState) -> Result<Option<Command>, Failure> {
        match state {
            AccountState::NeedsPassphrase { problem } => {
                self.tell_trouble(problem)?;
                let passphrase = self.secret(&format!("Passphrase of {account}> ")).await?;
                let unlock = |passphrase| Command::Unlock { account: account.to_owned(), passphrase };
                Ok(passphrase.map(unlock))
            }
            AccountState::NeedsPassword { email, problem } => {
                self.tell_trouble(problem)?;
                let Some(email) = email else { return Ok(None) };
                let Some(password) = self.secret(&format!("Password of {account}, {email}> ")).await? else {
                    return Ok(None);
                };
                let account = account.to_owned();
                let login = Login { account, email, password, code: None, remember: true };
                self.login = Some(login.clone());
                Ok(Some(Command::Login(login)))
            }
            AccountState::NeedsCode { problem } => {
                let Some(login) = self.login.clone().filter(|login| login.account == account) else {
                    return Ok(None);
                };
                self.tell_trouble(problem)?;
                self.context.output.prompt(&format!("One-time code of {account}> "))?;
                let code = self.answer().await?;
                let code = Some(Secret::from(code.trim())).filter(|code| !code.is_empty());
                Ok(code.map(|code| Command::Login(Login { code: Some(code), ..login })))
            }
            AccountState::Failed(_)
            | AccountState::Connecting
            | AccountState::Loading { .. }
            | AccountState::Ready
            | AccountState::Waiting(_) => Ok(None),
        }
    }

    /// Reads a line that is not shown; `None` for an empty one, and where nothing can be hidden.
    async fn secret(&mut self, question: &str) -> Result<Option<Secret>, Failure> {
        let Some(silence) = Silence::begin() else { return Ok(None) };
        self.context.output.prompt(question)?;
        let typed = self.answer().await.map(Secret::new);
        drop(silence);
        self.context.output.line("")?; // Enter was not shown either
        Ok(Some(typed?).filter(|secret| !secret.is_empty()))
    }

    fn tell_trouble(&mut self, problem: Option<Problem>) -> Result<(), Failure> {
        problem.map_or(Ok(()), |problem| self.say(telling::sentence(&problem.message)))
    }
}
