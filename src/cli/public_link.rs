//! Public links opened for the command line: whatever reads places opens a [`LinkPlace`] here and goes on as with an
//! account; `get` and `import` take whole links. What is a link and what is a path is for `remote` to say.

use super::context::Context;
use super::login::{self, Opened};
use super::output::Failure;
use super::password::{PasswordArgs, line_from_stdin};
use super::remote::{CloudPath, LinkPlace, Place};
use super::terminal;
use crate::crypto::link::{Link, LinkError, ProtectedLink};
use crate::entry::CloudFolder;
use crate::message::ProblemKind;
use crate::session::Session;
use crate::worker::{connect, problem};

impl LinkPlace<'_> {
    /// Opens it, and returns the path by which its content is found.
    pub(crate) async fn open(self, context: &Context) -> Result<(Opened, CloudPath), Failure> {
        let link = read(context, self.link, None).await?;
        let opened = open(context, &link).await?;
        let top = opened.tree.contents(CloudFolder::Root).next().map(|top| opened.tree.path(top.handle()));
        let path = match (top.unwrap_or_default(), self.path.trim_matches('/')) {
            (top, "") => top,
            (top, path) => format!("{top}/{path}"),
        };
        let account = opened.name.clone();
        Ok((opened, CloudPath { account, path }))
    }
}

/// Opens what a command reads: an account, a link, or nothing for a path of this machine.
pub(crate) async fn open_place(context: &Context, text: &str) -> Result<(Place, Option<Opened>), Failure> {
    if let Some(link) = LinkPlace::parse(text) {
        let (opened, path) = link.open(context).await?;
        return Ok((Place::Cloud(path), Some(opened)));
    }
    let place = Place::parse(text)?;
    let opened = match &place {
        Place::Local(_) => None,
        Place::Cloud(cloud) => Some(login::open(context, &cloud.account).await?),
    };
    Ok((place, opened))
}

/// Reads a whole link as typed, or from standard input, with its password where it has one: from where the arguments say, or
/// asked for at the terminal.
pub(crate) async fn read(
    context: &Context,
    text: &str,
    password: Option<&PasswordArgs>,
) -> Result<Link, Failure> {
    let piped = if text == "-" { Some(line_from_stdin("link")?) } else { None };
    let text = piped.as_ref().map_or(text, |line| line.expose());
    match Link::parse(text) {
        Ok(link) if link.key.is_some() => Ok(link),
        Ok(_) => Err(no_key()),
        Err(LinkError::Protected) => {
            let protected = ProtectedLink::parse(text).map_err(damaged)?;
            let given = match password {
                Some(password) => password.given().await?,
                None => None,
            };
            let password = match given {
                Some(password) => password,
                None if terminal::is_attended() => {
                    let hidden = terminal::Hidden::begin()?;
                    context.messages.prompt("Password of the link: ");
                    hidden.secret().await?
                }
                None => return Err(no_password(password.is_some())),
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
    let session = Session::visit(&client, link).ok_or_else(no_key)?;
    let tree = session.fetch_tree(|_, _| ()).await;
    let tree = tree.map_err(|error| Failure::from(problem::of_api("open the link", &error)))?;
    Ok(Opened { name: connect::link_name(link.handle), session, tree })
}

fn no_key() -> Failure {
    Failure::usage(
        "the link has no key: nothing behind it can be read",
        "Write it whole, in quotes, with what follows the #.",
    )
}

/// `is_taken`: the command takes a password.
fn no_password(is_taken: bool) -> Failure {
    let hint = if is_taken {
        "Give --password-stdin or --password-command COMMAND."
    } else {
        "Run it on a terminal; `megapane get` and `megapane import` take --password-stdin, too."
    };
    Failure::new(ProblemKind::Login, "the link is protected by a password", hint)
}

fn damaged(error: LinkError) -> Failure {
    Failure::usage(
        error.to_string(),
        "Write the whole link, in quotes: https://mega.nz/file/…#… or /folder/…#…",
    )
}
