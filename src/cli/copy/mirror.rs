//! `move`, `moveto` and `sync`: copies after which something goes. The arguments are here; what goes, and when, is the
//! plan's to decide.

use clap::Args;

use super::super::context::Context;
use super::super::output::{Failure, Outcome};
use super::{HowArgs, Naming, copy, end};
use crate::message::{SyncRules, Task};

/// Move what is in a folder, or one file, into a folder.
///
/// Each source goes once its target is proven to have its whole content: in the cloud to the rubbish bin, on this
/// machine for good. Inside an account nothing is sent or fetched. Folders of the source stay, unless
/// --delete-empty-src-dirs is set; SOURCE itself stays in any case.
///
/// Examples:
///   megapane move ~/Scans remote:Scans -P
///   megapane move remote:Inbox remote:Archive/2024
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct MoveArgs {
    /// The folder whose content, or the file that is moved
    #[arg(value_name = "SOURCE")]
    source: String,

    /// The folder to move into
    #[arg(value_name = "TARGET")]
    target: String,

    #[command(flatten)]
    how: MoveHowArgs,
}

/// Move a file to another name, or a folder like move.
///
/// Where SOURCE is a file, TARGET is its new path, its name included; else it is what move does.
///
/// Examples:
///   megapane moveto remote:draft.txt remote:Archive/2024.txt
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct MovetoArgs {
    /// The file, or the folder whose content is moved
    #[arg(value_name = "SOURCE")]
    source: String,

    /// The path that the file gets, or the folder to move into
    #[arg(value_name = "TARGET")]
    target: String,

    #[command(flatten)]
    how: MoveHowArgs,
}

/// How to move.
#[derive(Args, Debug)]
struct MoveHowArgs {
    /// Remove the folders in SOURCE that are empty afterwards
    #[arg(long)]
    delete_empty_src_dirs: bool,

    #[command(flatten)]
    how: HowArgs,
}

/// Make a folder the same as another, one way: copy what is new or changed, then delete what only the target has.
///
/// Deleted files go to the rubbish bin, or on this machine to the trash, or where --backup-dir says. They go after
/// everything is copied, and not where something could not be read or copied. What the filters leave out stays. Try it
/// with --dry-run first.
///
/// Examples:
///   megapane sync -n ~/Pictures remote:Pictures
///   megapane sync remote:Documents ./docs --max-delete 20
///   megapane sync ~/Work remote:Work --backup-dir remote:Old --suffix .2024-06-01
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SyncArgs {
    /// The folder that is copied
    #[arg(value_name = "SOURCE")]
    source: String,

    /// The folder that is made the same
    #[arg(value_name = "TARGET")]
    target: String,

    /// Delete even where something could not be read or copied
    #[arg(long)]
    ignore_errors: bool,

    /// Delete from the target also what the filters leave out
    #[arg(long)]
    delete_excluded: bool,

    /// Delete so many files at most; that there were more is an error, with exit code 7
    ///
    /// -1 is no limit.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1..))]
    max_delete: Option<i64>,

    /// Delete once everything is copied: what happens anyway
    #[arg(long)]
    delete_after: bool,

    #[command(flatten)]
    how: HowArgs,
}

/// Runs `move`.
pub(crate) async fn run_move(args: MoveArgs, context: &mut Context) -> Outcome {
    move_to(context, (&args.source, &args.target), &args.how, Naming::Into).await
}

/// Runs `moveto`.
pub(crate) async fn run_moveto(args: MovetoArgs, context: &mut Context) -> Outcome {
    move_to(context, (&args.source, &args.target), &args.how, Naming::As).await
}

async fn move_to(context: &mut Context, ends: (&str, &str), args: &MoveHowArgs, naming: Naming) -> Outcome {
    if args.how.replaces_folders() {
        return Err(Failure::usage(
            "--folder-conflict replace is not for moves: a second run would put away what the first one moved",
            "Merge the folders, or copy with it and remove the source afterwards.",
        ));
    }
    let task = Task::Move { empty_folders: args.delete_empty_src_dirs };
    let report = copy(context, ends, &args.how, naming, task).await?;
    end(context, &report)
}

/// Runs `sync`.
pub(crate) async fn run_sync(args: SyncArgs, context: &mut Context) -> Outcome {
    let SyncArgs { source, target, ignore_errors, delete_excluded, max_delete, delete_after: _, how } = args;
    let max_delete = max_delete.and_then(|most| u64::try_from(most).ok());
    let task = Task::Sync(SyncRules { ignore_errors, delete_excluded, max_delete });
    let report = copy(context, (&source, &target), &how, Naming::Into, task).await?;
    end(context, &report)
}
