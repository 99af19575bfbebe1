//! `link`: public links made, listed and removed, in rclone's words; `--unlink` really removes.
//! Called by `dispatch`. The link is printed alone on a line of stdout, with `--json` with its path and its end.

use clap::Args;
use serde::Serialize;

use super::changing;
use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::password::PasswordArgs;
use super::quantity;
use super::remote::{CloudPath, Place};
use crate::config::age::parse_end;
use crate::crypto::link::ProtectedLink;
use crate::handle::NodeHandle;
use crate::message::ProblemKind;
use crate::secret::Secret;
use crate::session::change::Change;
use crate::session::sharing::link_of;
use crate::store::unix_now;
use crate::worker::problem;

/// Make a public link to a file or folder and print it, or remove it.
///
/// Whoever has the link can read what it leads to, without an account. It is made once: the same command prints the same
/// link again, and --unlink ends it for everybody who has it. Accounts that pay can have links that end; --expire with
/// another time changes the end of a link that is there. One that has ended is not printed: it needs a new end.
///
/// With a password what is printed is that link under the password: it opens with the password alone. The password is
/// kept nowhere, and the link without it goes on to open; --unlink ends both.
///
/// Examples:
///   megapane link work:Photos/2024
///   megapane link --expire 7d work:report.pdf
///   pass show link | megapane link --password-stdin work:Plans
///   megapane link --list work:
///   megapane link --unlink work:report.pdf
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct LinkArgs {
    /// The file or folder; with --list the folder whose links are listed
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    /// Remove the link
    #[arg(long, conflicts_with_all = ["expire", "list", "password_stdin", "password_command"])]
    unlink: bool,

    /// Have the link end after this time (30m, 12h, 7d, 3w), or at a date (2030-06-01); off: never
    #[arg(long, value_name = "TIME", value_parser = parse_expiry)]
    expire: Option<Expiry>,

    /// List the links of all that is in a folder
    #[arg(long, conflicts_with_all = ["expire", "password_stdin", "password_command"])]
    list: bool,

    #[command(flatten)]
    password: PasswordArgs,
}

/// When a link ends.
#[derive(Clone, Copy, Debug)]
enum Expiry {
    Never,
    /// Unix seconds.
    At(i64),
}

/// A link, for `--json`.
#[derive(Serialize)]
struct Row {
    path: String,
    /// `None` where the key is not known here.
    link: Option<String>,
    /// Unix seconds; `None` for never.
    expires: Option<i64>,
}

/// Runs the command.
pub(crate) async fn run(args: LinkArgs, context: &mut Context) -> Outcome {
    let Place::Cloud(cloud) = Place::parse(&args.place)? else {
        let message = format!("cannot link \"{}\": it is on this machine", args.place);
        return Err(Failure::usage(message, "Only what is in an account can have a public link."));
    };
    let mut opened = login::open(context, &cloud.account).await?;
    if args.list {
        return list(context, &opened, &cloud);
    }
    let node = changing::node(&opened, &cloud)?;
    if args.unlink {
        return unlink(context, &mut opened, &cloud, node).await;
    }
    if args.expire.is_none() {
        require_open(&opened, &cloud, node)?;
    }
    let password = args.password.given().await?;
    if context.options.dry_run {
        context.messages.notice(&format!("{cloud}: Skipped link as --dry-run is set"));
        return Ok(ExitCode::Success);
    }
    publish(context, &mut opened, (&cloud, node), args.expire).await?;
    print(context, &opened, (&cloud, node), password).await
}

/// Refuses to hand out a link that opens nothing any more.
fn require_open(opened: &Opened, cloud: &CloudPath, node: NodeHandle) -> Result<(), Failure> {
    let Some(end) = opened.tree.link(node).and_then(|link| link.expires).filter(|end| has_ended(*end)) else {
        return Ok(());
    };
    let message = format!("the link to \"{cloud}\" ended on {}, and opens nothing", quantity::time(end));
    let hint = "`--expire 7d` gives it a new end, `--expire off` none; `--unlink` removes it.";
    Err(Failure::new(ProblemKind::Permanent, message, hint))
}

/// Whether an end (Unix seconds, 0 for never) is over.
fn has_ended(end: i64) -> bool {
    end > 0 && end <= unix_now()
}

/// Makes the link, unless there is one that ends as it is to.
async fn publish(
    context: &Context,
    opened: &mut Opened,
    (cloud, node): (&CloudPath, NodeHandle),
    expiry: Option<Expiry>,
) -> Result<(), Failure> {
    let known = opened.tree.link(node);
    let expires = match expiry {
        None => known.and_then(|link| link.expires),
        Some(Expiry::Never) => None,
        Some(Expiry::At(end)) => Some(end),
    };
    if known.is_some_and(|link| link.expires == expires && link.handle.is_some()) {
        return Ok(());
    }
    let (line, doing) =
        (format!("made a public link to \"{cloud}\""), format!("make a public link to \"{cloud}\""));
    let change = Change::Link { node, expires, before: None };
    changing::change(context, opened, (&line, &doing), change).await.map(drop)
}

async fn print(
    context: &mut Context,
    opened: &Opened,
    (cloud, node): (&CloudPath, NodeHandle),
    password: Option<Secret>,
) -> Outcome {
    let link = link_of(&opened.tree, node).map_err(|error| {
        let hint = "MEGA's own program or site shows it; --unlink removes it.";
        Failure::new(ProblemKind::Permanent, format!("cannot tell the link of \"{cloud}\": {error}"), hint)
    })?;
    // Whoever is given it goes on using it, so that no copy that made it may remove it.
    let kept = opened.session.hand_out_link(node).await;
    kept.map_err(|error| {
        problem::of_io("note that the link is in use: a copy made it, and removes it", &error)
    })?;
    let text = match password {
        None => link.text(),
        Some(password) => {
            let locked =
                tokio::task::spawn_blocking(move || ProtectedLink::lock(&link, password.expose())).await;
            let locked = locked.map_err(|_stopped| Failure::interrupted())?;
            locked.map(|locked| locked.text()).ok_or_else(Failure::interrupted)?
        }
    };
    if context.options.json {
        let expires = opened.tree.link(node).and_then(|link| link.expires);
        context.output.json(&Row { path: opened.tree.path(node), link: Some(text), expires })?;
    } else {
        context.output.line(text)?;
    }
    Ok(ExitCode::Success)
}

async fn unlink(context: &mut Context, opened: &mut Opened, cloud: &CloudPath, node: NodeHandle) -> Outcome {
    if context.options.dry_run {
        context.messages.notice(&format!("{cloud}: Skipped unlink as --dry-run is set"));
        return Ok(ExitCode::Success);
    }
    let (line, doing) =
        (format!("removed the public link to \"{cloud}\""), format!("remove the public link to \"{cloud}\""));
    changing::change(context, opened, (&line, &doing), Change::Unlink { node, expires: None }).await?;
    context.messages.info(&format!("{cloud}: removed its public link"));
    Ok(ExitCode::Success)
}

fn list(context: &mut Context, opened: &Opened, cloud: &CloudPath) -> Outcome {
    let top = changing::node(opened, cloud)?;
    let tree = &opened.tree;
    let mut rows: Vec<Row> = tree
        .links()
        .into_iter()
        .filter(|(node, _)| tree.is_inside(*node, top))
        .map(|(node, link)| Row {
            path: tree.path(node),
            link: link_of(tree, node).ok().map(|link| link.text()),
            expires: link.expires,
        })
        .collect();
    rows.sort_by(|one, other| one.path.cmp(&other.path));
    if context.options.json {
        context.output.json(&rows)?;
        return Ok(ExitCode::Success);
    }
    for Row { path, link, expires } in rows {
        let link = link.unwrap_or_else(|| "(its key is not known here)".to_owned());
        let end = match expires {
            None => String::new(),
            Some(at) if has_ended(at) => format!("  ended {}", quantity::time(at)),
            Some(at) => format!("  until {}", quantity::time(at)),
        };
        let path = context.output.name(&path).into_owned();
        context.output.line(format!("{link}  {path}{end}"))?;
    }
    Ok(ExitCode::Success)
}

fn parse_expiry(text: &str) -> Result<Expiry, &'static str> {
    Ok(parse_end(text, unix_now())?.map_or(Expiry::Never, Expiry::At))
}
