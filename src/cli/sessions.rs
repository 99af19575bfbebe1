//! `sessions`: the logins of an account, on this machine and on all others; listed and ended.
//! Called by `dispatch`. What other programs call themselves is theirs to say, and escaped before it is printed.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::exit::ExitCode;
use super::output::{Failure, Outcome};
use super::remote::Place;
use super::{login, quantity};
use crate::handle::UserHandle;
use crate::message::ProblemKind;
use crate::session::OwnSession;
use crate::worker::problem;

/// List where the account is logged in, and end logins elsewhere.
///
/// The one in use is marked with a star. A login that is ended needs the password again; what was stored of it opens nothing.
///
/// Examples:
///   megapane sessions work:
///   megapane sessions --close others work:
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SessionsArgs {
    /// The account
    #[arg(value_name = "REMOTE:")]
    remote: String,

    /// End the login of this name, as it is listed; others: all but this one. May be given several times
    #[arg(long, value_name = "NAME")]
    close: Vec<String>,
}

/// A login, for `--json`.
#[derive(Serialize)]
struct Row<'s> {
    name: String,
    current: bool,
    began: i64,
    used: i64,
    place: &'s str,
    client: &'s str,
}

impl<'s> From<&'s OwnSession> for Row<'s> {
    fn from(session: &'s OwnSession) -> Self {
        let &OwnSession { name, began, used, is_current, .. } = session;
        let (place, client) = (&session.place, &session.client);
        Self { name: name.to_string(), current: is_current, began, used, place, client }
    }
}

/// Runs the command.
pub(crate) async fn run(args: SessionsArgs, context: &mut Context) -> Outcome {
    let Place::Cloud(cloud) = Place::parse(&args.remote)? else {
        let message = format!("\"{}\" is not a remote", args.remote);
        return Err(Failure::usage(
            message,
            "Write the remote's name and a colon: `megapane sessions work:`.",
        ));
    };
    let session = login::session(context, &cloud.account).await?;
    let refused = |doing: &str| {
        let doing = format!("{doing} of \"{}\"", cloud.account);
        move |error| Failure::from(problem::of_api(&doing, &error))
    };
    let sessions = session.own_sessions().await.map_err(refused("list the logins"))?;
    if args.close.is_empty() {
        return list(context, &sessions);
    }
    let (others, names) = chosen(&sessions, &args.close)?;
    let count =
        if others { sessions.iter().filter(|session| !session.is_current).count() } else { names.len() };
    let counted = quantity::counted(count, "login");
    if context.options.dry_run {
        context.messages.notice(&format!("{}: Skipped ending {counted} as --dry-run is set", cloud.account));
        return Ok(ExitCode::Success);
    }
    if others {
        session.end_other_sessions().await.map_err(refused("end the logins"))?;
    } else {
        session.end_sessions(names).await.map_err(refused("end the logins"))?;
    }
    context.messages.notice(&format!("{}: ended {counted}", cloud.account));
    Ok(ExitCode::Success)
}

/// Returns which logins are meant: all others, or those with these names.
fn chosen(sessions: &[OwnSession], close: &[String]) -> Result<(bool, Vec<UserHandle>), Failure> {
    if close.iter().any(|name| name == "others") {
        return Ok((true, Vec::new()));
    }
    let mut names = Vec::new();
    for name in close {
        match sessions.iter().find(|session| session.name.to_string() == *name) {
            Some(session) if session.is_current => {
                let hint = "`megapane config delete` logs out of this one.";
                return Err(Failure::usage(format!("\"{name}\" is the login in use"), hint));
            }
            Some(session) => names.push(session.name),
            None => {
                let message = format!("there is no login \"{name}\"");
                return Err(Failure::new(ProblemKind::Usage, message, "`megapane sessions` lists them."));
            }
        }
    }
    Ok((false, names))
}

fn list(context: &mut Context, sessions: &[OwnSession]) -> Outcome {
    if context.options.json {
        let rows: Vec<_> = sessions.iter().map(Row::from).collect();
        context.output.json(&rows)?;
        return Ok(ExitCode::Success);
    }
    for session in sessions {
        let mark = if session.is_current { '*' } else { ' ' };
        let place = context.output.name(&session.place).into_owned();
        let client = context.output.name(&session.client).into_owned();
        let (name, used) = (session.name, quantity::time(session.used));
        context.output.line(format!("{mark} {name} {used} {place:<18} {client}"))?;
    }
    Ok(ExitCode::Success)
}
