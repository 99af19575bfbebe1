//! `check`: holds two folders against each other and changes nothing. The worker compares; here the findings become
//! rclone's lines, lists and exit code.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::super::bounds::BoundsArgs;
use super::super::context::Context;
use super::super::exit::ExitCode;
use super::super::filters::FilterArgs;
use super::super::output::{Failure, Level, Messages, Outcome};
use super::{Naming, lines, run_request};
use crate::message::{CheckFinding, ConflictPolicy, CopyOptions, CopyReport, Note, Sameness, Task};
use crate::worker::problem;

/// Compare two folders, of this machine or of the cloud, by content; nothing is downloaded unless --download says so.
///
/// Each pair of files is compared by the whole content: the local bytes are run through the cloud file's own key and
/// must come to its checksum. Differences are told on stderr, and end it with exit code 1. Two files of the cloud are proven
/// equal by their keys where one is a copy of the other; else, and to look at what the server stores, add --download.
///
/// Examples:
///   megapane check ~/Pictures remote:Pictures
///   megapane check remote:Documents ./docs --one-way --missing-on-dst missing.txt
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CheckArgs {
    /// The folder, or the file, that should be in the target
    #[arg(value_name = "SOURCE")]
    source: String,

    /// The folder to compare with
    #[arg(value_name = "TARGET")]
    target: String,

    /// Do not look for files that only the target has
    #[arg(long)]
    one_way: bool,

    #[command(flatten)]
    proof: ProofArgs,

    #[command(flatten)]
    lists: ListArgs,

    #[command(flatten)]
    filters: FilterArgs,

    #[command(flatten)]
    bounds: BoundsArgs,
}

/// What two files are compared by.
#[derive(Args, Debug)]
struct ProofArgs {
    /// Compare sizes only
    #[arg(long)]
    size_only: bool,

    /// Read both contents and compare them byte by byte: also what the server stores, and two files of the cloud
    #[arg(long, conflicts_with_all = ["size_only", "checksum"])]
    download: bool,

    /// Compare by content: what happens anyway, unless --size-only says otherwise
    #[arg(short, long, conflicts_with = "size_only")]
    checksum: bool,
}

impl ProofArgs {
    const fn sameness(&self) -> Sameness {
        match self {
            Self { size_only: true, .. } => Sameness::Size,
            Self { download: true, .. } => Sameness::Reading,
            _ => Sameness::Content,
        }
    }
}

/// Files that lists of paths are written to; `-` is stdout.
#[derive(Args, Debug)]
#[command(next_help_heading = "Lists of paths, - for stdout")]
struct ListArgs {
    /// All paths with a sign: = same, - only in the target, + only in the source, * different, ! error
    #[arg(long, value_name = "FILE")]
    combined: Option<PathBuf>,

    /// Paths that differ
    #[arg(long, value_name = "FILE")]
    differ: Option<PathBuf>,

    /// Paths that are the same
    #[arg(long = "match", value_name = "FILE")]
    matching: Option<PathBuf>,

    /// Paths that only the target has
    #[arg(long, value_name = "FILE")]
    missing_on_src: Option<PathBuf>,

    /// Paths that only the source has
    #[arg(long, value_name = "FILE")]
    missing_on_dst: Option<PathBuf>,

    /// Paths that could not be compared
    #[arg(long, value_name = "FILE")]
    error: Option<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(args: CheckArgs, context: &mut Context) -> Outcome {
    args.filters.compile()?;
    let sameness = args.proof.sameness();
    let options = CopyOptions {
        conflict: ConflictPolicy::Overwrite,
        task: Task::Check { one_way: args.one_way },
        sameness,
        filters: args.filters.rules(),
        bounds: args.bounds.bounds(),
        transfers: context.options.transfers,
        max_wait: context.options.max_wait,
        ..CopyOptions::default()
    };
    let mut findings = Findings::open(&args.lists, &args.source, &args.target)?;
    let report = run_request(
        context,
        (&args.source, &args.target),
        Naming::Into,
        (options, None),
        Some(&mut findings),
    )
    .await?;
    findings.end(&context.messages, &report, sameness)?;
    if context.options.json {
        context.output.json(&report)?;
    }
    if report.cancelled {
        return Err(Failure::interrupted());
    }
    Ok(match (report.difference_count + report.failed_count, report.skipped_count) {
        (0, 0) => ExitCode::Success,
        (0, _) => ExitCode::Partial,
        _ => ExitCode::Other,
    })
}

/// What a check found, as it is told and listed.
pub(super) struct Findings {
    lists: Vec<(ListKind, Box<dyn Write + Send>)>,
    source: String,
    target: String,
    missing_in_source: u64,
}

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListKind {
    Combined,
    Only(Finding),
}

/// What was found of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Same,
    MissingInSource,
    MissingInTarget,
    Different,
    Error,
}

impl Finding {
    const fn of(note: &Note) -> Option<Self> {
        let Some(finding) = CheckFinding::of(note) else { return None };
        match finding {
            CheckFinding::Identical | CheckFinding::SameSize => Some(Self::Same),
            CheckFinding::OnlyTarget => Some(Self::MissingInSource),
            CheckFinding::OnlySource => Some(Self::MissingInTarget),
            CheckFinding::Different { .. } => Some(Self::Different),
            CheckFinding::EqualNames(_) | CheckFinding::Unchecked(_) => Some(Self::Error),
            CheckFinding::PassedOver => None,
        }
    }

    const fn sign(self) -> char {
        match self {
            Self::Same => '=',
            Self::MissingInSource => '-',
            Self::MissingInTarget => '+',
            Self::Different => '*',
            Self::Error => '!',
        }
    }
}

impl Findings {
    fn open(args: &ListArgs, source: &str, target: &str) -> Result<Self, Failure> {
        let wanted = [
            (ListKind::Combined, &args.combined),
            (ListKind::Only(Finding::Different), &args.differ),
            (ListKind::Only(Finding::Same), &args.matching),
            (ListKind::Only(Finding::MissingInSource), &args.missing_on_src),
            (ListKind::Only(Finding::MissingInTarget), &args.missing_on_dst),
            (ListKind::Only(Finding::Error), &args.error),
        ];
        let mut lists: Vec<(ListKind, Box<dyn Write + Send>)> = Vec::new();
        for (kind, path) in wanted {
            let Some(path) = path else { continue };
            let list: Box<dyn Write + Send> = if path.as_os_str() == "-" {
                Box::new(io::stdout())
            } else {
                let what = format!("write \"{}\"", path.display());
                let file = File::create(path).map_err(|error| problem::of_io(&what, &error))?;
                Box::new(io::BufWriter::new(file))
            };
            lists.push((kind, list));
        }
        Ok(Self { lists, source: source.to_owned(), target: target.to_owned(), missing_in_source: 0 })
    }

    /// Tells one finding, and puts it on the lists.
    pub(super) fn take(
        &mut self,
        messages: &Messages,
        path: &str,
        size: u64,
        note: &Note,
    ) -> Result<(), Failure> {
        let error = |text: &str| messages.print(&lines::line("ERROR", path, text));
        match note {
            Note::Differs { in_size: true } => error("sizes differ"),
            Note::Differs { in_size: false } => error("contents differ"),
            Note::MissingInTarget => error(&format!("file not in {}", self.target)),
            Note::MissingInSource => {
                self.missing_in_source += 1;
                error(&format!("file not in {}", self.source));
            }
            Note::Identical | Note::SameSize => messages.detail(&lines::line("DEBUG", path, "OK")),
            Note::PassedOver(oddity) if messages.level() >= Level::Normal => {
                let text = format!("Not compared: {}", lines::reason(*oddity));
                messages.print(&lines::line("NOTICE", path, &text));
            }
            other => lines::note(messages, &self.target, path, size, other),
        }
        let Some(finding) = Finding::of(note) else { return Ok(()) };
        for (kind, list) in &mut self.lists {
            let written = match kind {
                ListKind::Combined => writeln!(list, "{} {path}", finding.sign()),
                ListKind::Only(only) if *only == finding => writeln!(list, "{path}"),
                ListKind::Only(_) => Ok(()),
            };
            written.map_err(not_written)?;
        }
        Ok(())
    }

    /// Tells the sums, as rclone does, and what they prove.
    fn end(&mut self, messages: &Messages, report: &CopyReport, sameness: Sameness) -> Result<(), Failure> {
        for (_, list) in &mut self.lists {
            list.flush().map_err(not_written)?;
        }
        if messages.level() < Level::Normal || report.cancelled {
            return Ok(());
        }
        let notice = |place: &str, text: String| messages.print(&lines::line("NOTICE", place, &text));
        let missing_in_target = report.missing_count - self.missing_in_source;
        if missing_in_target > 0 {
            notice(&self.target, format!("{missing_in_target} files missing"));
        }
        if self.missing_in_source > 0 {
            notice(&self.source, format!("{} files missing", self.missing_in_source));
        }
        notice(&self.target, format!("{} differences found", report.difference_count));
        if report.failed_count + report.skipped_count > 0 {
            notice(
                &self.target,
                format!("{} errors while checking", report.failed_count + report.skipped_count),
            );
        }
        let same = report.same_count;
        let found = match sameness {
            Sameness::Size | Sameness::SizeAndTime => format!("{same} matching files"),
            Sameness::Content => format!("{same} files proven identical, 0 B downloaded"),
            Sameness::Reading => format!("{same} files proven identical, read byte by byte"),
        };
        notice(&self.target, found);
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn not_written(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::BrokenPipe;
    }
    problem::of_io("write a list", &error).into()
}
