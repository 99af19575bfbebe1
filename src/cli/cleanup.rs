//! `cleanup`: empties the rubbish bin of an account, for good. Called by `dispatch`; what is deleted, and that it is what was
//! counted, is the worker's.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::login;
use super::output::{Failure, Outcome};
use super::quantity;
use super::remote::Place;
use super::removal::{self, Warrant};
use crate::config::age::parse_age;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{ProblemKind, Selection};
use crate::tree::{Tree, Usage};

/// Empty the rubbish bin: what is in it is deleted for good, and nothing brings it back.
///
/// On a terminal it asks first; with --dry-run it only says what would go. With --min-age only what has not come or changed
/// since then: nobody notes when something was thrown away, so of a folder the newest thing in it counts.
#[derive(Args, Debug)]
pub(crate) struct CleanupArgs {
    /// The account; a path after it does not count, for there is one bin
    #[arg(value_name = "REMOTE:")]
    remote: String,

    /// Leave alone what came, or was changed, more recently (30s, 5m, 2h, 1d, 3w, 6M, 1y, or a date)
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    min_age: Option<i64>,

    /// Go ahead without being asked
    #[arg(long)]
    yes: bool,
}

/// Runs the command.
pub(crate) async fn run(args: CleanupArgs, context: &mut Context) -> Outcome {
    let Place::Cloud(cloud) = Place::parse(&args.remote)? else {
        let message = format!("cannot clean up \"{}\": only a remote has a rubbish bin", args.remote);
        return Err(Failure::new(ProblemKind::Other, message, "Write the remote's name and a colon."));
    };
    let opened = login::open(context, &cloud.account).await?;
    let place = format!("{}://bin", cloud.account);
    let old = args.min_age.map(|until| old_entries(&opened.tree, until));
    if context.options.dry_run {
        let usages: Vec<_> = match &old {
            None => opened.tree.rubbish().into_iter().map(|bin| opened.tree.usage(bin)).collect(),
            Some(old) => old.iter().map(|node| whole_usage(&opened.tree, *node)).collect(),
        };
        let sum = |of: fn(&Usage) -> u64| usages.iter().map(of).fold(0, u64::saturating_add);
        let counted =
            |count: u64, what: &str| quantity::counted(usize::try_from(count).unwrap_or(usize::MAX), what);
        let files = counted(sum(|usage| usage.file_count), "file");
        let folders = counted(sum(|usage| usage.folder_count), "folder");
        let bytes = sum(|usage| usage.bytes.saturating_add(usage.version_bytes));
        context.messages.notice(&format!(
            "{place}: Skipped deleting {files} and {folders} as --dry-run is set (size {bytes})"
        ));
        return Ok(ExitCode::Success);
    }
    let bin = Location::Cloud { account: cloud.account, folder: CloudFolder::Rubbish };
    let selection = match old {
        None => Selection::Contents(bin),
        Some(old) if old.is_empty() => return Ok(ExitCode::Success),
        Some(old) => Selection::Entries { parent: bin, keys: old.into_iter().map(EntryKey::Node).collect() },
    };
    let warrant = Warrant { place: &place, is_given: args.yes };
    if let Some(line) = removal::delete(context, Some(opened), selection, warrant).await? {
        context.messages.info(&line);
    }
    Ok(ExitCode::Success)
}

/// Returns the entries of the bin in which nothing came or changed after `until` (Unix seconds).
fn old_entries(tree: &Tree, until: i64) -> Vec<NodeHandle> {
    let newest = |top: NodeHandle| {
        let times = tree.subtree(top).map(|node| node.modified().unwrap_or_default().max(node.uploaded()));
        times.max().unwrap_or_default()
    };
    let entries = tree.contents(CloudFolder::Rubbish).map(|node| node.handle());
    entries.filter(|entry| newest(*entry) <= until).collect()
}

/// Returns what an entry takes, itself counted.
fn whole_usage(tree: &Tree, node: NodeHandle) -> Usage {
    let usage = tree.usage(node);
    let itself = u64::from(tree.node(node).is_some_and(|node| !node.is_file()));
    Usage { folder_count: usage.folder_count + itself, ..usage }
}
