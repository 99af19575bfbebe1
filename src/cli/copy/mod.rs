//! `copy` and `copyto`: turn two places into a request for the worker and follow it to its end. What is copied, what is
//! the same and what is done about conflicts is the worker's to decide; here it is only told.

mod conflict;
mod follow;
mod lines;
mod progress;
mod request;

use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::filters::FilterArgs;
use super::login;
use super::output::{Failure, Outcome};
use super::remote::Place;
use crate::message::{CopyOptions, CopyReport};
use crate::worker::{self, OpenedAccount, Parts};
use conflict::Policy;

/// Copy what is in a folder, or one file, into a folder; what is the same already is skipped.
///
/// The target is made where it is missing; nothing there is deleted. A file is the same when size and time are; one that
/// was changed overwrites the old one, which in the cloud stays as a version and on this machine goes to the trash.
/// Names that several entries share are not copied but named, and end it with exit code 11.
///
/// Examples:
///   megapane copy ~/Pictures remote:Pictures -P
///   megapane copy remote:Documents ./docs --include '*.pdf'
///   megapane copy -n --conflict newer ./site remote:site
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CopyArgs {
    /// The folder whose content, or the file that is copied
    #[arg(value_name = "SOURCE")]
    source: String,

    /// The folder to copy into
    #[arg(value_name = "TARGET")]
    target: String,

    #[command(flatten)]
    how: HowArgs,
}

/// Copy a file under another name, or a folder like copy.
#[derive(Args, Debug)]
pub(crate) struct CopytoArgs {
    /// The file, or the folder whose content is copied
    #[arg(value_name = "SOURCE")]
    source: String,

    /// The path that the file gets, or the folder to copy into
    #[arg(value_name = "TARGET")]
    target: String,

    #[command(flatten)]
    how: HowArgs,
}

/// How to copy.
#[derive(Args, Debug, Default)]
pub(crate) struct HowArgs {
    /// What to do where the target has another file of that name
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Policy::Overwrite)]
    conflict: Policy,

    /// Make folders that would stay empty
    #[arg(long)]
    create_empty_src_dirs: bool,

    #[command(flatten)]
    filters: FilterArgs,
}

/// What the last part of the target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// A folder to copy into.
    Into,
    /// The name that a file gets.
    As,
}

/// Runs `copy`.
pub(crate) async fn run(args: CopyArgs, context: &mut Context) -> Outcome {
    let report = copy(context, &args.source, &args.target, &args.how, Naming::Into).await?;
    end(context, &report)
}

/// Runs `copyto`.
pub(crate) async fn run_to(args: CopytoArgs, context: &mut Context) -> Outcome {
    let report = copy(context, &args.source, &args.target, &args.how, Naming::As).await?;
    end(context, &report)
}

/// Does what `copy` does and returns the sums.
pub(crate) async fn carry_out(
    context: &mut Context,
    source: &str,
    target: &str,
    how: &HowArgs,
) -> Result<CopyReport, Failure> {
    copy(context, source, target, how, Naming::Into).await
}

/// Prints the report where it is asked for, and turns it into an exit code.
fn end(context: &mut Context, report: &CopyReport) -> Outcome {
    if context.options.json {
        context.output.json(report)?;
    }
    if report.cancelled {
        return Err(report.problem.clone().map_or_else(Failure::interrupted, Failure::from));
    }
    if report.failed_count > 0 {
        // Each has been told; the first one decides the code.
        return Ok(report.problem.as_ref().map_or(ExitCode::Other, |problem| problem.kind.into()));
    }
    Ok(if report.skipped_count > 0 { ExitCode::Partial } else { ExitCode::Success })
}

async fn copy(
    context: &mut Context,
    source: &str,
    target: &str,
    how: &HowArgs,
    naming: Naming,
) -> Result<CopyReport, Failure> {
    how.conflict.check()?;
    how.filters.compile()?;
    let (source, target) = (Place::parse(source), Place::parse(target));
    let account = match (&source, &target) {
        (Place::Local(_), Place::Cloud(cloud)) | (Place::Cloud(cloud), Place::Local(_)) => &cloud.account,
        (Place::Local(_), Place::Local(_)) => {
            return Err(Failure::usage(
                format!("cannot copy \"{source}\" to \"{target}\": neither is a remote"),
                "Write a remote's name and a colon before its path: remote:path.",
            ));
        }
        (Place::Cloud(_), Place::Cloud(_)) => {
            return Err(Failure::usage(
                format!("cannot copy \"{source}\" to \"{target}\": one of them must be on this machine"),
                "Copy it to this machine first.",
            ));
        }
    };
    context.patience = PATIENCE;
    let opened = tokio::select! {
        opened = login::open(context, account) => opened?,
        () = context.stop.cancelled() => return Err(Failure::interrupted()),
    };
    let mut request = request::request(&opened, &source, &target, naming)?;
    request.options = CopyOptions {
        conflict: how.conflict.into(),
        dry_run: context.options.dry_run,
        transfers: context.options.transfers,
        filters: how.filters.rules(),
        empty_folders: how.create_empty_src_dirs,
        max_wait: context.options.max_wait,
    };
    let mut parts = Parts::new(context.config.clone(), opened.session.client().transport().clone());
    parts.opened.push(OpenedAccount { account: opened.name, session: opened.session, tree: opened.tree });
    parts.give_up = context.options.max_wait;
    follow::follow(context, worker::start(parts), request).await
}

/// A copy may run for days: a line that is down for a while must not end it.
const PATIENCE: Duration = Duration::from_mins(10);
