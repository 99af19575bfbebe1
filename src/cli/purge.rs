//! `purge` and `rmdir`: a folder with all below it, or only an empty one.
//! Called by `dispatch`; how things are thrown away is the worker's.

use std::path::Path;

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::login;
use super::output::{Failure, Outcome};
use super::remote::Place;
use super::removal::{self, RemovalArgs, is_a_file};
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::ProblemKind;
use crate::tree::Tree;
use crate::worker::problem;

/// Remove a folder with all below it; filters do not count.
///
/// It goes to the rubbish bin, on this machine to the trash, and `undo` brings it back; with --permanent it is gone,
/// which is asked first on a terminal.
#[derive(Args, Debug)]
pub(crate) struct PurgeArgs {
    /// The folder: remote:path, or a local path
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    #[command(flatten)]
    how: RemovalArgs,
}

/// Remove a folder if it is empty.
///
/// It goes where purge puts one, and `undo` brings it back.
#[derive(Args, Debug)]
pub(crate) struct RmdirArgs {
    /// The folder: remote:path, or a local path
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    #[command(flatten)]
    how: RemovalArgs,
}

/// Which folders may go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folders {
    All,
    Empty,
}

/// Runs `purge`.
pub(crate) async fn run(args: PurgeArgs, context: &mut Context) -> Outcome {
    remove(context, &args.place, args.how, Folders::All).await
}

/// Runs `rmdir`.
pub(crate) async fn run_rmdir(args: RmdirArgs, context: &mut Context) -> Outcome {
    remove(context, &args.place, args.how, Folders::Empty).await
}

async fn remove(context: &Context, place: &str, how: RemovalArgs, which: Folders) -> Outcome {
    let (opened, target) = match Place::parse(place)? {
        Place::Local(path) => (None, local_folder(place, &path, which)?),
        Place::Cloud(cloud) => {
            let opened = login::open(context, &cloud.account).await?;
            let found = opened.tree.locate(&cloud.path);
            let found = found.map_err(|error| problem::of_path(&cloud.account, &error))?;
            let key = cloud_folder(place, &opened.tree, found, which)?;
            let parent = Location::Cloud { account: cloud.account, folder: found };
            (Some(opened), (parent, vec![key]))
        }
    };
    if context.options.dry_run {
        let verb = if which == Folders::All { "purge" } else { "remove" };
        context.messages.notice(&format!("{place}: Skipped {verb} directory as --dry-run is set"));
        return Ok(ExitCode::Success);
    }
    let (parent, keys) = target;
    if let Some(line) = removal::remove(context, opened, (place, parent, keys), how).await? {
        context.messages.info(&line);
    }
    Ok(ExitCode::Success)
}

fn cloud_folder(place: &str, tree: &Tree, found: CloudFolder, which: Folders) -> Result<EntryKey, Failure> {
    let CloudFolder::Node(handle) = found else { return Err(fixed(place)) };
    let node = tree.node(handle).ok_or_else(|| fixed(place))?;
    if node.is_file() {
        return Err(is_a_file(place));
    }
    if which == Folders::Empty && tree.children(handle).next().is_some() {
        return Err(not_empty(place));
    }
    Ok(EntryKey::Node(handle))
}

fn local_folder(place: &str, path: &Path, which: Folders) -> Result<(Location, Vec<EntryKey>), Failure> {
    let refused = |error: std::io::Error| Failure::from(problem::of_folder(path, &error));
    // A link to a folder is no folder here: what it leads to must not go by another name.
    let facts = std::fs::symlink_metadata(path).map_err(refused)?;
    if !facts.is_dir() {
        return Err(is_a_file(place));
    }
    let whole = path.canonicalize().map_err(refused)?;
    if which == Folders::Empty && std::fs::read_dir(&whole).map_err(refused)?.next().is_some() {
        return Err(not_empty(place));
    }
    let (Some(parent), Some(name)) = (whole.parent(), whole.file_name()) else { return Err(fixed(place)) };
    Ok((Location::Local(parent.to_owned()), vec![EntryKey::Name(name.to_owned())]))
}

fn fixed(place: &str) -> Failure {
    let hint = "Name folders in it; `cleanup` empties the rubbish bin.";
    Failure::new(ProblemKind::Permanent, format!("\"{place}\" cannot be removed: it is a fixed place"), hint)
}

fn not_empty(place: &str) -> Failure {
    let hint = "purge removes a folder with all below it.";
    Failure::new(ProblemKind::Other, format!("cannot remove \"{place}\": directory not empty"), hint)
}
