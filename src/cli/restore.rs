//! `restore`: entries of the rubbish bin back to where they were.
//! Called by `dispatch`; where that is, the worker finds out.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::login;
use super::output::{Failure, Outcome};
use super::remote::Place;
use super::removal::carry_out;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{Command, ProblemKind, Selection};
use crate::worker::problem;

/// Put entries of the rubbish bin back to where they were.
///
/// A bin path is written remote://bin/name; where several entries have that name, remote:H:HANDLE names one (the listing
/// of remote://bin shows them). What has lost its folder goes to the cloud drive, a name that is taken there gets a
/// number; both are told. `undo` takes it back.
///
/// Examples:
///   megapane ls remote://bin
///   megapane restore remote://bin/report.odt remote://bin/2023
#[expect(clippy::doc_markdown, reason = "help on a terminal is no Markdown")]
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RestoreArgs {
    /// Files and folders in the rubbish bin, all of one remote
    #[arg(value_name = "REMOTE://bin/PATH", required = true)]
    places: Vec<String>,
}

/// Runs the command.
pub(crate) async fn run(args: RestoreArgs, context: &mut Context) -> Outcome {
    let mut paths = Vec::new();
    for place in &args.places {
        match Place::parse(place)? {
            Place::Cloud(cloud) => paths.push(cloud),
            Place::Local(_) => {
                let message = format!("cannot restore \"{place}\": only a remote has a rubbish bin");
                return Err(Failure::usage(message, "Write remote://bin/name."));
            }
        }
    }
    let account = paths[0].account.clone();
    if let Some(other) = paths.iter().find(|path| path.account != account) {
        let message = format!("cannot restore \"{other}\" together with what is in \"{account}:\"");
        return Err(Failure::usage(message, "Restore from one remote at a time."));
    }
    let opened = login::open(context, &account).await?;
    let mut keys = Vec::new();
    for path in &paths {
        let found = opened.tree.locate(&path.path).map_err(|error| problem::of_path(&account, &error))?;
        let CloudFolder::Node(node) = found else {
            let message = format!("\"{path}\" cannot be restored: it is a fixed place");
            return Err(Failure::new(ProblemKind::Permanent, message, "Name what is in it."));
        };
        keys.push(EntryKey::Node(node));
    }
    if context.options.dry_run {
        for path in &paths {
            context.messages.notice(&format!("{path}: Skipped restore as --dry-run is set"));
        }
        return Ok(ExitCode::Success);
    }
    let parent = Location::Cloud { account, folder: CloudFolder::Rubbish };
    let selection = Selection::Entries { parent, keys };
    let line = carry_out(context, Some(opened), Command::Restore { selection }).await?;
    context.messages.notice(&line);
    Ok(ExitCode::Success)
}
