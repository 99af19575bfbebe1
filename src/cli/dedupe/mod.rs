//! `dedupe`: finds files and folders of one name, or of one content, and makes one of them. rclone's modes, letters and
//! lines; found, judged and planned by the module `dedupe`, carried out by `worker::deduping`, all under one undo id.

mod acting;
mod arguments;
mod ask;
mod report;
mod rows;
mod verify;

use std::collections::{HashMap, HashSet};

use super::context::Context;
use super::duplicates::Filters;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::quantity;
use super::remote::{CloudPath, Place};
use crate::dedupe::{
    Decision, Evidence, Expendable, Group, GroupKind, Merge, NameClass, Plan, Preference, Rule, Step, Survey,
};
use crate::handle::NodeHandle;
use crate::transfer::Limits;
use crate::tree::Tree;
use crate::worker::local_proof::{Doubts, Told};
use crate::worker::problem;
pub(crate) use arguments::DedupeArgs;
use arguments::Mode;
use report::Report;

/// What is to be done, as far as the command line says it.
struct Task {
    mode: Mode,
    place: CloudPath,
    roots: Vec<NodeHandle>,
    filters: Filters,
    preference: Preference,
    evidence: Evidence,
}

/// Decisions, by the members of their groups; of several each is on what those before it leave.
type Decisions = HashMap<Vec<NodeHandle>, Vec<Decision>>;

/// Runs the command.
pub(crate) async fn run(args: DedupeArgs, context: &mut Context) -> Outcome {
    let (mode, place) = args.mode_and_place()?;
    let filters = args.filters()?;
    acting::require_word(&args, context)?;
    let mut opened = login::open(context, &place.account).await?;
    let mut task = task(&args, (mode, place, filters), &opened)?;
    if mode == Mode::Interactive && !super::terminal::is_attended() {
        return Err(Failure::usage(
            "cannot ask which duplicates to keep: there is no terminal",
            "Name a mode: skip, first, newest, oldest, largest, smallest, rename or list.",
        ));
    }
    prove(&args, context, &opened, &mut task).await?;
    let survey = survey(&args, &task, &opened.tree, &|_folders| true);
    if mode == Mode::List {
        return list(&args, context, &task, &survey, &opened.tree);
    }
    let decisions = decide(&args, context, &task, &survey.groups, &opened.tree).await?;
    let mut report = Report::new(&task, &survey, &opened.tree, &decisions);
    let merges = survey.merges.clone();
    let mut work = Work::new(&args, &task, survey, &decisions, &opened.tree);
    if context.options.dry_run {
        for step in &work.plan.steps {
            let is_final = work.expendable.twin(step.node()).is_some();
            context.messages.notice(&rows::would(step, is_final, &opened.tree));
        }
        let left = rows::left_alone(&work.groups, &decisions, &opened.tree, &task.evidence);
        if let Some(left) = left.filter(|_| mode.rule().is_some()) {
            context.messages.notice(&left);
        }
    } else if !work.plan.steps.is_empty()
        && acting::has_word(&args, context, &opened.tree, &work.expendable).await?
    {
        if args.permanent || args.interactive || mode == Mode::Interactive {
            // Answers take their time: what was decided about counts only where it still is what was shown.
            opened.tree = login::list(context, &opened.name, &opened.session).await?;
            work = Work::again(&args, &task, (&merges, &decisions), &opened.tree, context);
        }
        acting::carry_out(context, &mut opened, &work, &task.place, &mut report).await?;
    }
    report.write(args.report.as_deref())?;
    Ok(if report.has_failed() { ExitCode::Permanent } else { ExitCode::Success })
}

/// Proves what is in doubt, as far as that is wanted: by copies on this machine first, for these cost no download.
async fn prove(
    args: &DedupeArgs,
    context: &mut Context,
    opened: &Opened,
    task: &mut Task,
) -> Result<(), Failure> {
    if !args.local.is_empty() {
        let groups = survey(args, task, &opened.tree, &|_folders| true).groups;
        let limits = Limits::new(context.options.max_wait);
        let Context { messages, has_skipped, stop, .. } = &mut *context;
        let tell = |told| match told {
            Told::Reading(path) => messages.detail(&format!("{}: reading", path.display())),
            Told::Compared { path, equal_count, other_count } => {
                let [equal, other] = [equal_count, other_count].map(|count| quantity::counted(count, "file"));
                let shown = match (equal_count, other_count) {
                    (_, 0) => format!("has the content of {equal}"),
                    (0, _) => format!("has another content than {other}"),
                    (_, _) => format!("has the content of {equal}, and another than {other}"),
                };
                messages.info(&format!("{}: {shown}", path.display()));
            }
            Told::Failed(problem) => {
                messages.problem(&problem);
                *has_skipped = true;
            }
        };
        let ground = (&limits, &*stop);
        let doubts = Doubts::of(&opened.tree, &task.evidence, &groups);
        doubts.settle(args.local.clone(), &mut task.evidence, ground, tell).await;
        if context.stop.is_cancelled() {
            return Err(Failure::interrupted());
        }
    }
    if args.verify {
        let groups = survey(args, task, &opened.tree, &|_folders| true).groups;
        verify::read_candidates(context, opened, groups, &mut task.evidence).await?;
    }
    Ok(())
}

/// What is done.
struct Work {
    plan: Plan,
    /// The groups that it was made of.
    groups: Vec<Group>,
    /// What of it may go for good.
    expendable: Expendable,
}

impl Work {
    fn new(args: &DedupeArgs, task: &Task, survey: Survey<'_>, decisions: &Decisions, tree: &Tree) -> Self {
        let groups = survey.groups.clone();
        let plan = survey.plan_each(|group| decisions.get(&group.members).cloned().unwrap_or_default());
        let expendable = if args.permanent {
            Expendable::of(&plan, &groups, tree, &task.evidence)
        } else {
            Expendable::default()
        };
        Self { plan, groups, expendable }
    }

    /// The same on a tree that was listed anew: groups and merges that nobody has seen as they are now are left alone.
    fn again(
        args: &DedupeArgs,
        task: &Task,
        (merges, decisions): (&[Merge], &Decisions),
        tree: &Tree,
        context: &Context,
    ) -> Self {
        let sorted = |mut folders: Vec<NodeHandle>| {
            folders.sort_unstable();
            folders
        };
        let of = |merge: &Merge| sorted(merge.others.iter().copied().chain([merge.target]).collect());
        let shown: HashSet<Vec<NodeHandle>> = merges.iter().map(of).collect();
        let may_merge = |folders: &[NodeHandle]| shown.contains(&sorted(folders.to_vec()));
        let survey = survey(args, task, tree, &may_merge);
        let now: HashSet<&Vec<NodeHandle>> = survey.groups.iter().map(|group| &group.members).collect();
        let is_changed = |(members, decisions): &(&Vec<NodeHandle>, &Vec<Decision>)| {
            decisions.iter().any(|decision| *decision != Decision::Leave) && !now.contains(members)
        };
        let groups = decisions.iter().filter(is_changed).count();
        let changed = groups + shown.len().saturating_sub(survey.merges.len());
        if changed > 0 {
            let groups = quantity::counted(changed, "group");
            context
                .messages
                .notice(&format!("{groups} changed meanwhile and left alone: run it again for these"));
        }
        Self::new(args, task, survey, decisions, tree)
    }
}

fn task(
    args: &DedupeArgs,
    (mode, place, filters): (Mode, CloudPath, Filters),
    opened: &Opened,
) -> Result<Task, Failure> {
    let keep_in = args.keep_in.as_deref().map(|place| folder(place, opened)).transpose()?;
    let preference = Preference { time: args.time.time_of(), keep_in };
    let refused = |error| Failure::from(problem::of_path(&place.account, &error));
    let roots = opened.tree.folders_at(&place.path).map_err(refused)?;
    Ok(Task { mode, place, roots, filters, preference, evidence: Evidence::default() })
}

/// The one folder of the same account that a place means.
fn folder(place: &str, opened: &Opened) -> Result<NodeHandle, Failure> {
    match Place::parse(place)? {
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

fn survey<'t>(
    args: &DedupeArgs,
    task: &Task,
    tree: &'t Tree,
    may_merge: &dyn Fn(&[NodeHandle]) -> bool,
) -> Survey<'t> {
    let scope = task.filters.scope(&task.roots);
    if args.by_hash {
        return Survey::by_content_in(tree, &scope, &task.evidence);
    }
    let class = if args.fold { NameClass::Folded } else { NameClass::Exact };
    Survey::by_name_in(tree, &scope, class, may_merge)
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
        let silent = if args.by_hash {
            Decision::Leave
        } else {
            Rule::First.decide_proven(tree, &task.evidence, group, task.preference)
        };
        let decision = match (task.mode.rule(), task.mode) {
            (Some(rule), _) => rule.decide(tree, &task.evidence, group, task.preference),
            (None, Mode::Interactive) => {
                match ask::decide(context, &rows::left(group, &silent), tree, task).await? {
                    ask::Answer::Quit => break,
                    ask::Answer::Decision(decision) => decision,
                }
            }
            (None, _) => {
                rows::skipped(context, group, &silent);
                Decision::Leave
            }
        };
        let mut decided = match decision {
            // Says by itself what stays.
            Decision::Keep(_) => vec![decision],
            Decision::Leave | Decision::Rename => vec![silent, decision],
        };
        if args.interactive {
            for decision in &mut decided {
                ask::each(context, group, decision, tree).await?;
            }
        }
        decisions.insert(group.members.clone(), decided);
    }
    Ok(decisions)
}
