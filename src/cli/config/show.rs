//! `config show` and `config list`: what is configured, without secrets.
//! Called by `config`. Nothing sealed is opened for them: what they print is in the file anyway.

use clap::Args;
use serde::Serialize;

use super::super::context::Context;
use super::super::exit::ExitCode;
use super::super::output::Outcome;
use crate::config::Account;

/// Show one remote or all, without secrets.
#[derive(Args, Debug)]
pub(super) struct ShowArgs {
    /// Its name; all of them where it is left out
    name: Option<String>,
}

/// Name the remotes, one on each line with its colon.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Print the e-mail too
    #[arg(long)]
    long: bool,
}

/// A remote as JSON has it.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    user: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_url: Option<&'a str>,
    session: &'static str,
}

/// Runs `config show`.
pub(super) fn run(args: &ShowArgs, context: &mut Context) -> Outcome {
    let shown: Vec<Account> = match &args.name {
        Some(name) => vec![context.config.account(name.trim_end_matches(':'))?.clone()],
        None => context.config.accounts.clone(),
    };
    if context.options.json {
        let rows: Vec<_> = shown.iter().map(Row::of).collect();
        context.output.json(&rows)?;
        return Ok(ExitCode::Success);
    }
    for (index, account) in shown.iter().enumerate() {
        let row = Row::of(account);
        let blank = if index == 0 { "" } else { "\n" };
        context.output.line(format!("{blank}[{}]\ntype = {}\nuser = {}", row.name, row.kind, row.user))?;
        if let Some(url) = row.api_url {
            context.output.line(format!("api_url = {url}"))?;
        }
        context.output.line(format!("session = {}", row.session))?;
    }
    Ok(ExitCode::Success)
}

/// Runs `config list`.
pub(super) fn list(args: &ListArgs, context: &mut Context) -> Outcome {
    if context.options.json {
        return run(&ShowArgs { name: None }, context);
    }
    for account in &context.config.accounts {
        let email = if args.long { format!(" {}", account.email) } else { String::new() };
        context.output.line(format!("{}:{email}", account.name))?;
    }
    Ok(ExitCode::Success)
}

impl<'a> Row<'a> {
    fn of(account: &'a Account) -> Self {
        let session = match (&account.password, account.passphrase) {
            (Some(_), _) => "not stored (the environment has the password)",
            (None, true) => "*** SEALED *** (passphrase)",
            (None, false) => "*** SEALED *** (key file)",
        };
        Self {
            name: &account.name,
            kind: "mega",
            user: &account.email,
            api_url: account.api_url.as_deref(),
            session,
        }
    }
}
