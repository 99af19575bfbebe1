//! `shares` and `share`: the folders that others share with an account, and those that it shares; who may do what there.
//! Called by `dispatch`.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::changing;
use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::remote::{CloudPath, Place};
use crate::session::change::Change;
use crate::session::sharing::receivers;
use crate::tree::Access;

/// List the folders that others share with the account, and those that it shares.
///
/// Four columns: in or out, what may be done there (read, write, full), with whom, and the folder. Public links are not
/// among them: `link --list` has those.
#[derive(Args, Debug)]
pub(crate) struct SharesArgs {
    /// The account
    #[arg(value_name = "REMOTE:")]
    remote: String,
}

/// Share a folder with another account of MEGA, change what it may do there, or end that.
///
/// What is put into the folder later they can read, too. `undo` takes it back.
///
/// Examples:
///   megapane share work:Plans ben@example.org --access write
///   megapane share --remove work:Plans ben@example.org
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShareArgs {
    /// The folder
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    /// Whose account it is shared with
    #[arg(value_name = "EMAIL")]
    with: String,

    /// What may be done there
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Level::Read)]
    access: Level,

    /// Share it with them no more
    #[arg(long, conflicts_with = "access")]
    remove: bool,
}

/// What others may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Look and download
    Read,
    /// Also add
    Write,
    /// Also rename, move and delete
    Full,
}

/// A share, in or out.
#[derive(Serialize)]
struct Row {
    direction: &'static str,
    access: &'static str,
    with: String,
    path: String,
    /// They have not accepted yet.
    pending: bool,
    /// Its key is not known here, so what is in it cannot be read.
    closed: bool,
}

/// Runs `shares`.
pub(crate) async fn run(args: SharesArgs, context: &mut Context) -> Outcome {
    let cloud = cloud(&args.remote)?;
    let opened = login::open(context, &cloud.account).await?;
    let rows = rows(&opened);
    if context.options.json {
        context.output.json(&rows)?;
        return Ok(ExitCode::Success);
    }
    for Row { direction, access, with, path, pending, closed } in rows {
        let (with, path) = (context.output.name(&with).into_owned(), context.output.name(&path).into_owned());
        let pending = if pending { "  (not accepted yet)" } else { "" };
        let closed = if closed { "  (its key is not known here)" } else { "" };
        context.output.line(format!("{direction:<3} {access:<5} {with:<30} {path}{pending}{closed}"))?;
    }
    Ok(ExitCode::Success)
}

/// Runs `share`.
pub(crate) async fn run_share(args: ShareArgs, context: &mut Context) -> Outcome {
    let cloud = cloud(&args.place)?;
    if !args.with.contains('@') {
        return Err(Failure::usage(format!("\"{}\" is not an e-mail address", args.with), ""));
    }
    let mut opened = login::open(context, &cloud.account).await?;
    let folder = changing::node(&opened, &cloud)?;
    let with = args.with;
    if context.options.dry_run {
        context.messages.notice(&format!("{cloud}: Skipped share as --dry-run is set"));
        return Ok(ExitCode::Success);
    }
    let (line, doing, change) = if args.remove {
        let change = Change::Unshare { folder, with: with.clone(), access: Access::Read };
        let line = format!("ended the share of \"{cloud}\" with {with}");
        (line, format!("end the share of \"{cloud}\" with {with}"), change)
    } else {
        let access = args.access.into();
        let change = Change::Share { folder, with: with.clone(), access, before: None };
        (format!("shared \"{cloud}\" with {with}"), format!("share \"{cloud}\" with {with}"), change)
    };
    changing::change(context, &mut opened, (&line, &doing), change).await?;
    context.messages.info(&line);
    Ok(ExitCode::Success)
}

fn rows(opened: &Opened) -> Vec<Row> {
    let tree = &opened.tree;
    let incoming = tree.in_shares().into_iter().map(|top| Row {
        direction: "in",
        access: word(tree.access(top)),
        with: tree.sharer(top).unwrap_or("somebody").to_owned(),
        path: tree.path(top),
        pending: false,
        closed: tree.node(top).is_some_and(|node| node.is_undecryptable()),
    });
    let outgoing = receivers(tree).into_iter().map(|receiver| Row {
        direction: "out",
        access: word(receiver.access),
        path: tree.path(receiver.folder),
        closed: tree.share_key(receiver.folder).is_none(),
        pending: receiver.is_invited,
        with: receiver.who,
    });
    let mut rows: Vec<Row> = incoming.chain(outgoing).collect();
    rows.sort_by(|one, other| {
        (one.direction, &one.path, &one.with).cmp(&(other.direction, &other.path, &other.with))
    });
    rows
}

const fn word(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Full | Access::Owner => "full",
    }
}

fn cloud(text: &str) -> Result<CloudPath, Failure> {
    match Place::parse(text)? {
        Place::Cloud(cloud) => Ok(cloud),
        Place::Local(_) => {
            let message = format!("\"{text}\" is on this machine, where nothing is shared");
            Err(Failure::usage(message, "Write the remote's name, a colon and the folder."))
        }
    }
}

impl From<Level> for Access {
    fn from(level: Level) -> Self {
        match level {
            Level::Read => Self::Read,
            Level::Write => Self::Write,
            Level::Full => Self::Full,
        }
    }
}
