//! `copy`, `copyto` and what is like them: turn two places into a request for the worker and follow it to its end. What is copied, what is
//! the same and what is done about conflicts is the worker's to decide; here it is only told.

mod budget;
pub(crate) mod check;
pub(crate) mod conflict;
mod ends;
pub(crate) mod follow;
pub(crate) mod get;
mod lines;
mod margin;
pub(crate) mod mirror;
mod progress;
mod request;
mod turn;
mod twins;

use std::time::Duration;

use clap::Args;

use super::bounds::BoundsArgs;
use super::context::Context;
use super::exit::ExitCode;
use super::filters::FilterArgs;
use super::login::{self, Opened};
use super::order_by::OrderArgs;
use super::output::{Failure, Outcome};
use super::remote::Place;
use crate::message::{ConflictPolicy, CopyOptions, CopyReport, Sameness, Task};
use crate::tree::Tree;
use crate::worker::{self, OpenedAccount, Parts};
use budget::BudgetArgs;
use check::Findings;
use conflict::{Folders, Policy};
use ends::Ends;
use turn::Turn;
use twins::Twins;

/// Copy what is in a folder, or one file, into a folder; what is the same already is skipped.
///
/// The target is made where it is missing; nothing there is deleted. A file is the same when size and time are; one that
/// was changed overwrites the old one, which in the cloud stays as a version and on this machine goes to the trash.
/// Names that several entries share are not copied but named, and end it with exit code 11.
///
/// SOURCE may be a public link, or LINK:path for something in its folder. Between two remotes, and from a link into one,
/// the server makes the copies and no byte is moved: a file gets a public link for that moment, which nobody knows the key
/// of. Where the server does not do it, the file streams through this machine and is checked as a whole.
///
/// Examples:
///   megapane copy ~/Pictures remote:Pictures -P
///   megapane copy remote:Documents ./docs --include '*.pdf'
///   megapane copy work:Photos home:Photos
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
///
/// Where SOURCE is a file, TARGET is the path of the new file, its name included; else it is what copy does.
///
/// Examples:
///   megapane copyto report.pdf remote:Sent/report-final.pdf
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
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
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(Args, Debug, Default)]
pub(crate) struct HowArgs {
    /// What to do where the target has another file of that name
    ///
    /// A file and a folder of one name are never mixed: that is an error, but for ask, skip and rename.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Policy::Overwrite, conflicts_with = "instead")]
    conflict: Policy,

    /// What to do where both sides have a folder of the same name
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Folders::Merge)]
    folder_conflict: Folders,

    /// Make folders that would stay empty
    #[arg(long)]
    create_empty_src_dirs: bool,

    /// Compare by content instead of size and time; nothing is downloaded for it
    #[arg(short, long, conflicts_with = "size_only")]
    checksum: bool,

    /// Compare by size only
    #[arg(long)]
    size_only: bool,

    /// Leave alone what is newer in the target: --conflict newer
    #[arg(short, long, group = "instead")]
    update: bool,

    /// Leave alone what the target has, whatever it is: --conflict skip
    #[arg(long, group = "instead")]
    ignore_existing: bool,

    /// Count it as an error where the target has another content: --conflict fail
    #[arg(long, group = "instead")]
    immutable: bool,

    /// Keep what would be overwritten or deleted in this folder, under its path: of the target's remote, or of its disk
    ///
    /// The folder must not be inside the target, not even where a filter leaves it out.
    #[arg(long, value_name = "PATH")]
    backup_dir: Option<String>,

    /// Add this to the names of what is kept so; without --backup-dir it stays where it is, under that name
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    suffix: String,

    #[command(flatten)]
    budget: BudgetArgs,

    #[command(flatten)]
    order: OrderArgs,

    #[command(flatten)]
    filters: FilterArgs,

    #[command(flatten)]
    bounds: BoundsArgs,
}

impl HowArgs {
    fn policy(&self) -> ConflictPolicy {
        match self {
            Self { update: true, .. } => ConflictPolicy::Newer,
            Self { ignore_existing: true, .. } => ConflictPolicy::Skip,
            Self { immutable: true, .. } => ConflictPolicy::Fail,
            Self { conflict, .. } => (*conflict).into(),
        }
    }

    /// Whether a folder takes the place of another as a whole.
    const fn replaces_folders(&self) -> bool {
        matches!(self.folder_conflict, Folders::Replace)
    }

    const fn sameness(&self) -> Sameness {
        match self {
            Self { checksum: true, .. } => Sameness::Content,
            Self { size_only: true, .. } => Sameness::Size,
            _ => Sameness::SizeAndTime,
        }
    }
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
    let report = copy(context, (&args.source, &args.target), &args.how, Naming::Into, Task::Copy).await?;
    end(context, &report)
}

/// Runs `copyto`.
pub(crate) async fn run_to(args: CopytoArgs, context: &mut Context) -> Outcome {
    let report = copy(context, (&args.source, &args.target), &args.how, Naming::As, Task::Copy).await?;
    end(context, &report)
}

/// Does what `copy` does and returns the sums.
pub(crate) async fn carry_out(
    context: &mut Context,
    source: &str,
    target: &str,
    how: &HowArgs,
) -> Result<CopyReport, Failure> {
    copy(context, (source, target), how, Naming::Into, Task::Copy).await
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
    ends: (&str, &str),
    how: &HowArgs,
    naming: Naming,
    task: Task,
) -> Result<CopyReport, Failure> {
    let manner = manner(context, how, task)?;
    run_request(context, ends, naming, manner, None).await
}

/// Checks how a copy is to be made.
fn manner<'a>(context: &Context, how: &'a HowArgs, task: Task) -> Result<Manner<'a>, Failure> {
    conflict::check(how.conflict, how.folder_conflict)?;
    how.filters.compile()?;
    let options = CopyOptions {
        conflict: how.policy(),
        folders: how.folder_conflict.into(),
        dry_run: context.options.dry_run,
        transfers: context.options.transfers,
        order_by: how.order.order(),
        filters: how.filters.rules(),
        empty_folders: how.create_empty_src_dirs,
        task,
        sameness: how.sameness(),
        bounds: how.bounds.bounds(),
        max_wait: context.options.max_wait,
        budget: how.budget.budget(),
        backup: None,
        trash_sources: false,
    };
    let backup = match (&how.backup_dir, how.suffix.as_str()) {
        (None, "") => None,
        (folder, suffix) => Some((folder.as_deref(), suffix)),
    };
    Ok((options, backup))
}

/// Opens what the two places need, and has the worker do it.
async fn run_request(
    context: &mut Context,
    places: (&str, &str),
    naming: Naming,
    how: Manner<'_>,
    findings: Option<&mut Findings>,
) -> Result<CopyReport, Failure> {
    context.patience = PATIENCE;
    let _turn = Turn::take(context, places, &how.0).await?;
    let ends = tokio::select! {
        ends = Ends::open(context, places, how.0.task) => ends?,
        () = context.stop.cancelled() => return Err(Failure::interrupted()),
    };
    carry(context, ends, (naming, how), findings).await
}

/// How a copy is to be made, and where what makes way for it is kept.
type Manner<'a> = (CopyOptions, Option<(Option<&'a str>, &'a str)>);

/// Has the worker copy between two places.
async fn carry(
    context: &mut Context,
    ends: Ends,
    (naming, (mut options, backup)): (Naming, Manner<'_>),
    findings: Option<&mut Findings>,
) -> Result<CopyReport, Failure> {
    let nothing = Tree::default();
    let (from, to) = (ends.tree(&ends.source, &nothing), ends.tree(&ends.target, &nothing));
    let mut request = request::request((from, &ends.source), (to, &ends.target), naming)?;
    if let Some((path, suffix)) = backup {
        let place = path.map(Place::parse).transpose()?;
        options.backup = Some(request::backup(to, &request, place.as_ref(), suffix)?);
    }
    let twins = Twins::in_ends((from, &ends.source), (to, &ends.target), &options);
    let max_wait = options.max_wait;
    request.options = Box::new(options);
    let mut parts = Parts::new(context.config.clone(), login::transport(context));
    for Opened { name, session, tree } in ends.opened {
        parts.transport = session.client().transport().clone();
        parts.opened.push(OpenedAccount { account: name, session, tree });
    }
    parts.give_up = max_wait;
    let (report, met) = follow::follow(context, worker::start(parts), request, findings).await?;
    twins.tell(&context.messages, met);
    Ok(report)
}

/// A copy may run for days: a line that is down for a while must not end it.
const PATIENCE: Duration = Duration::from_mins(10);
