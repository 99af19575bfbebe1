//! `get`, and `copy` from a public link: what a link shows, downloaded without an account by the same transfers as everything
//! else. `import` opens its links here, too.

use clap::Args;

use super::super::context::Context;
use super::super::login::{self, Opened};
use super::super::output::{Failure, Outcome};
use super::super::password::{PasswordArgs, line_from_stdin};
use super::super::remote::{CloudPath, Place};
use super::super::terminal;
use super::{Findings, HowArgs, Manner, Naming, PATIENCE, carry, end};
use crate::crypto::link::{Link, LinkError, ProtectedLink};
use crate::message::{CopyReport, ProblemKind, Task};
use crate::session::Session;
use crate::worker::connect;
use crate::worker::problem;

/// Download what a public link shows, without an account.
///
/// Links to files and to folders of any style, whole or to something inside of a folder; a folder comes with its name.
/// Every file is checked as a whole before it gets its name, and what the target has already is skipped, as copy does it.
/// Write - for the link, and it is read from standard input, so that no list of processes shows its key.
///
/// Examples:
///   megapane get 'https://mega.nz/folder/AbCdEfGh#…' ~/Downloads
///   megapane get - < link.txt
#[expect(clippy::doc_markdown, rustdoc::bare_urls, reason = "help on a terminal is no Markdown")]
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct GetArgs {
    /// The link, in quotes; - reads it from standard input
    #[arg(value_name = "LINK")]
    link: String,

    /// The folder to put it into
    #[arg(value_name = "TARGET", default_value = ".")]
    target: String,

    #[command(flatten)]
    password: PasswordArgs,

    #[command(flatten)]
    how: HowArgs,
}

/// Runs `get`.
pub(crate) async fn run(args: GetArgs, context: &mut Context) -> Outcome {
    let link = read(context, &args.link, &args.password).await?;
    let manner = super::manner(context, &args.how, Task::Copy)?;
    let report = copy(context, link, &args.target, (Naming::Into, manner), None).await?;
    end(context, &report)
}

/// Copies what a link shows.
pub(super) async fn copy(
    context: &mut Context,
    link: Link,
    target: &str,
    how: (Naming, Manner<'_>),
    findings: Option<&mut Findings>,
) -> Result<CopyReport, Failure> {
    let target = Place::parse(target);
    if let Place::Cloud(cloud) = &target {
        let hint = format!("`megapane import LINK {cloud}` does that without moving a byte.");
        return Err(Failure::usage("cannot copy from a link to an account", hint));
    }
    context.patience = PATIENCE;
    let opened = tokio::select! {
        opened = open(context, &link) => opened?,
        () = context.stop.cancelled() => return Err(Failure::interrupted()),
    };
    let source = Place::Cloud(CloudPath { account: opened.name.clone(), path: String::new() });
    carry(context, Some(opened), (source, target), how, findings).await
}

/// Returns the link that a text is, if it is one. An error where it is a damaged one.
pub(crate) fn link(text: &str) -> Result<Option<Link>, Failure> {
    if !is_link(text) {
        return Ok(None);
    }
    match Link::parse(text) {
        Ok(link) => Ok(Some(link)),
        Err(LinkError::Protected) => {
            let hint = "`megapane get LINK` takes a password.";
            Err(Failure::new(ProblemKind::Login, "the link is protected by a password", hint))
        }
        Err(error) => Err(damaged(error)),
    }
}

/// Reads a link as typed, or from standard input, with its password where it has one.
pub(crate) async fn read(context: &Context, text: &str, password: &PasswordArgs) -> Result<Link, Failure> {
    let piped = if text == "-" { Some(line_from_stdin("link")?) } else { None };
    let text = piped.as_ref().map_or(text, |line| line.expose());
    match Link::parse(text) {
        Ok(link) if link.key.is_some() => Ok(link),
        Ok(_) => Err(Failure::usage(
            "the link has no key: nothing behind it can be read",
            "Write it whole, in quotes, with what follows the #.",
        )),
        Err(LinkError::Protected) => {
            let protected = ProtectedLink::parse(text).map_err(damaged)?;
            let password = match password.given().await? {
                Some(password) => password,
                None if terminal::is_attended() => {
                    let hidden = terminal::Hidden::begin()?;
                    context.messages.prompt("Password of the link: ");
                    hidden.secret().await?
                }
                None => {
                    let hint = "Give --password-stdin or --password-command COMMAND.";
                    return Err(Failure::new(
                        ProblemKind::Login,
                        "the link is protected by a password",
                        hint,
                    ));
                }
            };
            let opened = tokio::task::spawn_blocking(move || protected.open(password.expose())).await;
            let opened = opened.map_err(|_stopped| Failure::interrupted())?;
            opened.map_err(|error| Failure::new(ProblemKind::Login, error.to_string(), ""))
        }
        Err(error) => Err(damaged(error)),
    }
}

/// Opens what a link shows, as if it were an account.
pub(crate) async fn open(context: &Context, link: &Link) -> Result<Opened, Failure> {
    let client = login::anonymous(context)?;
    let session = Session::visit(&client, link).ok_or_else(|| {
        Failure::usage("the link has no key: nothing behind it can be read", "Write it whole, in quotes.")
    })?;
    let tree = session.fetch_tree(|_, _| ()).await;
    let tree = tree.map_err(|error| Failure::from(problem::of_api("open the link", &error)))?;
    Ok(Opened { name: connect::link_name(link.handle), session, tree })
}

fn is_link(text: &str) -> bool {
    let is_address = text.contains("://") || text.starts_with("mega.");
    is_address && !matches!(Link::parse(text), Err(LinkError::NotALink))
}

fn damaged(error: LinkError) -> Failure {
    Failure::usage(
        error.to_string(),
        "Write the whole link, in quotes: https://mega.nz/file/…#… or /folder/…#…",
    )
}
