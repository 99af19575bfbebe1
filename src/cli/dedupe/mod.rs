//! `dedupe`: finds files and folders of one name, or of one content, and makes one of them. rclone's modes, letters and
//! lines; found, judged and planned by the module `dedupe`, carried out by `worker::deduping`, all under one undo id.

mod ask;
mod report;
mod rows;
mod verify;

use std::collections::HashMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::quantity;
use super::remote::{CloudPath, Place};
use crate::dedupe::{
    Decision, Evidence, Group, GroupKind, NameClass, Plan, Preference, Rule, Step, Survey, TimeOf,
};
use crate::handle::NodeHandle;
use crate::message::ProblemKind;
use crate::store::undo::{GroupKind as UndoKind, GroupTag};
use crate::tree::Tree;
use crate::worker::{deduping, problem};
use report::Report;

/// Find duplicates and make one of them.
///
/// MEGA lets a folder hold any number of files and folders of one name. Folders of one name are merged first: what the
/// others hold is moved into the fullest, and they go once they are empty. Then, of files of one name in one folder, those
/// go that are proven to have the same content as one that stays. What is left is up to the mode:
///
///   interactive   ask about each (the default on a terminal)
///   skip          leave them
///   first         keep the one that came first to the cloud
///   newest, oldest, largest, smallest
///   rename        keep all: file.jpg as file-1.jpg, file-2.jpg, …
///   list          change nothing, print what there is
///
/// Naming a mode is the answer: nothing else is asked. Everything goes to the rubbish bin under one number, and
/// `megapane undo NUMBER` brings it all back.
///
/// With --by-hash files of one content are found wherever they are below the path. Equal key and MAC are proof; equal
/// fingerprints are no proof, and such files stay until --verify has read them.
///
/// Examples:
///   megapane dedupe list work:
///   megapane dedupe -n newest work:Photos
///   megapane dedupe --by-hash --verify --keep-in work:Photos first work:
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DedupeArgs {
    /// How to choose, and where to look
    #[arg(value_name = "[MODE] REMOTE:PATH", required = true, num_args = 1..=2)]
    words: Vec<String>,

    /// How to choose, as rclone has it
    #[arg(long, value_name = "MODE", ignore_case = true)]
    dedupe_mode: Option<Mode>,

    /// Find files of one content in any folder, whatever their names
    #[arg(long)]
    by_hash: bool,

    /// Find names that differ by case or Unicode form only, too; they are listed, never decided by a mode
    #[arg(long, conflicts_with = "by_hash")]
    fold: bool,

    /// Of equal contents keep all that is below this folder, and where nothing is there, all of them
    #[arg(long, value_name = "REMOTE:PATH")]
    keep_in: Option<String>,

    /// Which time newest and oldest go by; a file that has no time of change goes by its upload
    #[arg(long, value_name = "TIME", default_value = "mtime")]
    time: Time,

    /// Read files that may be equal and prove it, or that they are not; nothing is kept of what is downloaded
    #[arg(long)]
    verify: bool,

    /// Ask before each file that goes
    #[arg(short, long)]
    interactive: bool,

    /// With list: end with exit code 1 if there are duplicates
    #[arg(long)]
    check: bool,

    /// Write what was found and done to this file, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// rclone's modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Interactive,
    Skip,
    First,
    Newest,
    Oldest,
    Largest,
    Smallest,
    Rename,
    List,
}

/// The words of `--time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Time {
    /// When the content was changed
    Mtime,
    /// When it was uploaded
    Upload,
}

impl Mode {
    /// The rule that the mode names; the others decide nothing by themselves.
    const fn rule(self) -> Option<Rule> {
        match self {
            Self::Interactive | Self::Skip | Self::List => None,
            Self::First => Some(Rule::First),
            Self::Newest => Some(Rule::Newest),
            Self::Oldest => Some(Rule::Oldest),
            Self::Largest => Some(Rule::Largest),
            Self::Smallest => Some(Rule::Smallest),
            Self::Rename => Some(Rule::Rename),
        }
    }
}

/// What is to be done, as far as the command line says it.
struct Task {
    mode: Mode,
    roots: Vec<NodeHandle>,
    preference: Preference,
    evidence: Evidence,
}

/// Decisions, by the members of their groups.
type Decisions = HashMap<Vec<NodeHandle>, Decision>;

/// Runs the command.
pub(crate) async fn run(args: DedupeArgs, context: &mut Context) -> Outcome {
    let (mode, cloud) = mode_and_place(&args)?;
    let mut opened = login::open(context, &cloud.account).await?;
    let mut task = task(&args, mode, &cloud, &opened)?;
    if mode == Mode::Interactive && !super::terminal::is_attended() {
        return Err(Failure::usage(
            "cannot ask which duplicates to keep: there is no terminal",
            "Name a mode: skip, first, newest, oldest, largest, smallest, rename or list.",
        ));
    }
    if args.verify {
        let groups = survey(&args, &task, &opened).groups;
        verify::read_candidates(context, &opened, groups, &mut task.evidence).await?;
    }
    let survey = survey(&args, &task, &opened);
    if mode == Mode::List {
        return list(&args, context, &task, &survey, &opened.tree);
    }
    let decisions = decide(&args, context, &task, &survey.groups, &opened.tree).await?;
    let mut report = Report::new(&task, &survey, &opened.tree, &decisions);
    let plan = survey.plan(|group| decisions.get(&group.members).cloned().unwrap_or(Decision::Leave));
    if context.options.dry_run {
        plan.steps.iter().for_each(|step| context.messages.notice(&rows::would(step, &opened.tree)));
    } else if !plan.steps.is_empty() {
        carry_out(context, &mut opened, &plan, &cloud, &mut report).await?;
    }
    report.write(args.report.as_deref())?;
    Ok(if report.has_failed() { ExitCode::Permanent } else { ExitCode::Success })
}

fn mode_and_place(args: &DedupeArgs) -> Result<(Mode, CloudPath), Failure> {
    let (word, place) = match &args.words[..] {
        [mode, place] => (Some(mode), place),
        words => (None, &words[words.len() - 1]),
    };
    let unknown = |word: &str| {
        Failure::new(
            ProblemKind::Other,
            format!("unknown mode for dedupe \"{word}\""),
            "It is one of interactive, skip, first, newest, oldest, largest, smallest, rename, list.",
        )
    };
    let named = word.map(|word| Mode::from_str(word, true).map_err(|_unknown| unknown(word))).transpose()?;
    let mode = named.or(args.dedupe_mode).unwrap_or(Mode::Interactive);
    match Place::parse(place) {
        Place::Cloud(cloud) => Ok((mode, cloud)),
        Place::Local(path) => Err(Failure::usage(
            format!("\"{}\" is on this machine, where names are never there twice", path.display()),
            "Write the path as remote:path.",
        )),
    }
}

fn task(args: &DedupeArgs, mode: Mode, cloud: &CloudPath, opened: &Opened) -> Result<Task, Failure> {
    let keep_in = args.keep_in.as_deref().map(|place| folder(place, opened)).transpose()?;
    let time = match args.time {
        Time::Mtime => TimeOf::Change,
        Time::Upload => TimeOf::Upload,
    };
    let refused = |error| Failure::from(problem::of_path(&cloud.account, &error));
    let roots = opened.tree.folders_at(&cloud.path).map_err(refused)?;
    Ok(Task { mode, roots, preference: Preference { time, keep_in }, evidence: Evidence::default() })
}

/// The one folder of the same account that a place means.
fn folder(place: &str, opened: &Opened) -> Result<NodeHandle, Failure> {
    match Place::parse(place) {
        Place::Cloud(cloud) if cloud.account == opened.name => {
            let found = opened.tree.resolve(&format!("{}/", cloud.path));
            found.map_err(|error| problem::of_path(&cloud.account, &error).into())
        }
        place => Err(Failure::usage(
            format!("--keep-in \"{place}\" is not in \"{}:\"", opened.name),
            "Name a folder of the account that is looked through.",
        )),
    }
}

fn survey<'t>(args: &DedupeArgs, task: &Task, opened: &'t Opened) -> Survey<'t> {
    if args.by_hash {
        return Survey::by_content(&opened.tree, &task.roots, &task.evidence);
    }
    let class = if args.fold { NameClass::Folded } else { NameClass::Exact };
    Survey::by_name(&opened.tree, &task.roots, class, &|_folders| true)
}

fn list(args: &DedupeArgs, context: &mut Context, task: &Task, survey: &Survey<'_>, tree: &Tree) -> Outcome {
    let report = Report::new(task, survey, tree, &Decisions::new());
    if context.options.json {
        context.output.json(&report)?;
    } else {
        for line in rows::list(survey, tree, &task.evidence) {
            let line = context.output.name(&line).into_owned();
            context.output.line(line)?;
        }
    }
    report.write(args.report.as_deref())?;
    let has_some = !survey.groups.is_empty() || !survey.merges.is_empty();
    Ok(if args.check && has_some { ExitCode::Other } else { ExitCode::Success })
}

/// Decides each group: by proof where that is enough, by the mode, or by the user.
async fn decide(
    args: &DedupeArgs,
    context: &Context,
    task: &Task,
    groups: &[Group],
    tree: &Tree,
) -> Result<Decisions, Failure> {
    let mut decisions = Decisions::new();
    for group in groups {
        // As rclone has it: what is equal goes first, unless it is equal contents that are looked for.
        let silent = || {
            if args.by_hash {
                return Decision::Leave;
            }
            Rule::First.decide_proven(tree, &task.evidence, group, task.preference)
        };
        let decision = match (task.mode.rule(), task.mode) {
            (Some(rule), _) => rule.decide(tree, &task.evidence, group, task.preference),
            (None, Mode::Interactive) => {
                let silent = silent();
                match ask::decide(context, &rows::left(group, &silent), tree, task).await? {
                    ask::Answer::Quit => break,
                    ask::Answer::Decision(Decision::Leave) => silent,
                    ask::Answer::Decision(decision) => decision,
                }
            }
            (None, _) => {
                let silent = silent();
                rows::skipped(context, group, &silent);
                silent
            }
        };
        let decision =
            if args.interactive { ask::each(context, group, decision, tree).await? } else { decision };
        decisions.insert(group.members.clone(), decision);
    }
    Ok(decisions)
}

/// Carries the steps out, wave by wave, and tells what was done.
async fn carry_out(
    context: &mut Context,
    opened: &mut Opened,
    plan: &Plan,
    cloud: &CloudPath,
    report: &mut Report,
) -> Result<(), Failure> {
    let group = GroupTag::new(UndoKind::Doing, &format!("deduplicated \"{cloud}\""));
    let journal = context.undo_journal(&opened.name)?.in_group(&group);
    for wave in plan.waves() {
        for part in wave.chunks(STEPS_AT_ONCE) {
            let ready = deduping::prepare(&opened.session, &opened.tree, part);
            for (step, outcome) in deduping::commit(ready, &opened.session, &journal).await {
                let line = rows::done(&step, &opened.tree);
                report.add(&step, &outcome);
                match outcome {
                    Ok(outcome) => {
                        context.messages.info(&line);
                        outcome.updates.into_iter().for_each(|update| opened.tree.apply_own(update));
                    }
                    Err(problem) => context.messages.problem(&problem),
                }
            }
        }
    }
    let (trashed, moved) = (plan.trash_count(), plan.move_count());
    let mut told = vec![format!("{} to the rubbish bin", quantity::counted(trashed, "file"))];
    if moved > 0 {
        told.push(format!("{moved} merged into folders of the same name"));
    }
    context.messages.notice(&format!(
        "{}, {} freed",
        told.join(", "),
        quantity::size_with_unit(plan.freed_bytes)
    ));
    if let Some(id) = group.id() {
        context.messages.notice(&format!("`megapane undo {id}` takes it all back"));
    }
    Ok(())
}

/// Returns whether a rule can judge the group.
const fn is_judged(group: &Group) -> bool {
    matches!(group.kind, GroupKind::Files | GroupKind::Content)
}

/// Steps whose outcomes are waited for before the next are checked.
const STEPS_AT_ONCE: usize = 256;
