//! Where a command takes a password from: standard input, or a command that prints it; never an argument. Logging in and
//! protected links ask here; whether it is asked for at a terminal is theirs to say.

use std::io::Read;

use clap::Args;
use zeroize::Zeroizing;

use super::login;
use super::output::Failure;
use crate::message::ProblemKind;
use crate::secret::Secret;

/// Where the password comes from.
#[derive(Args, Debug)]
pub(crate) struct PasswordArgs {
    /// Read the password from standard input, one line
    #[arg(long, conflicts_with = "password_command")]
    password_stdin: bool,

    /// Command that prints the password
    #[arg(long, value_name = "COMMAND")]
    password_command: Option<String>,
}

impl PasswordArgs {
    /// Returns the password, where the arguments say from where.
    pub(crate) async fn given(&self) -> Result<Option<Secret>, Failure> {
        if let Some(command) = &self.password_command {
            return login::command_output(command).await.map(Some);
        }
        if self.password_stdin { line_from_stdin("password").map(Some) } else { Ok(None) }
    }
}

/// Returns the first line, exactly: spaces may be part of a password. `what` it is stands in complaints.
pub(crate) fn line_from_stdin(what: &str) -> Result<Secret, Failure> {
    let refused = |why: &str| {
        let message = format!("cannot read the {what} from standard input: {why}");
        Failure::new(ProblemKind::Login, message, "Pipe it in, one line.")
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    let read = std::io::stdin().lock().take(MAX_BYTES as u64).read_to_end(&mut bytes);
    read.map_err(|error| refused(&error.to_string()))?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok("") => Err(refused("it is empty")),
        Ok(line) => Ok(Secret::from(line)),
        Err(error) => Err(refused(&error.to_string())),
    }
}

/// Room for any password; the buffer never grows, so no copies are left behind.
const MAX_BYTES: usize = 16 * 1024;
