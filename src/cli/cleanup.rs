//! `cleanup`: empties the rubbish bin of an account, for good. Called by `dispatch`; what is deleted, and that it is what was
//! counted, is the worker's.

use clap::Args;

use super::context::Context;
use super::copy::follow::quit;
use super::exit::ExitCode;
use super::login;
use super::output::{Failure, Outcome};
use super::remote::Place;
use super::removal;
use crate::entry::{CloudFolder, Location};
use crate::message::{ProblemKind, Selection};

/// Empty the rubbish bin: what is in it is deleted for good, and nothing brings it back.
///
/// With --dry-run it says what would go.
#[derive(Args, Debug)]
pub(crate) struct CleanupArgs {
    /// The account; a path after it does not count, for there is one bin
    #[arg(value_name = "REMOTE:")]
    remote: String,
}

/// Runs the command.
pub(crate) async fn run(args: CleanupArgs, context: &mut Context) -> Outcome {
    let Place::Cloud(cloud) = Place::parse(&args.remote) else {
        let message = format!("cannot clean up \"{}\": only a remote has a rubbish bin", args.remote);
        return Err(Failure::new(ProblemKind::Other, message, "Write the remote's name and a colon."));
    };
    let opened = login::open(context, &cloud.account).await?;
    if context.options.dry_run {
        let bin = opened.tree.rubbish();
        let usage = bin.map(|bin| opened.tree.usage(bin)).unwrap_or_default();
        let (files, folders) = (usage.file_count, usage.folder_count);
        let bytes = usage.bytes.saturating_add(usage.version_bytes);
        context.messages.notice(&format!(
            "{}://bin: Skipped deleting {files} files and {folders} folders as --dry-run is set (size {bytes})",
            cloud.account
        ));
        return Ok(ExitCode::Success);
    }
    let selection =
        Selection::Contents(Location::Cloud { account: cloud.account, folder: CloudFolder::Rubbish });
    let mut worker = removal::start(context, Some(opened));
    let deleted = removal::delete(&mut worker, selection).await;
    quit(&mut worker).await?;
    let (summary, line) = deleted?;
    if summary.item_count() > 0 {
        context.messages.info(&line);
    }
    Ok(ExitCode::Success)
}
