//! A plan of `dedupe` carried out: the user's word for what goes for good, the steps wave by wave, and what is told of
//! them. What is done was decided in `mod`; how a step becomes a change is `worker::deduping`'s.

use std::collections::HashSet;

use super::{
    CloudPath, Context, DedupeArgs, Expendable, Failure, Group, Opened, Report, Step, Work, quantity, rows,
};
use crate::cli::terminal;
use crate::handle::NodeHandle;
use crate::session::change::Outcome;
use crate::store::undo::{GroupKind, GroupTag};
use crate::tree::Tree;
use crate::worker::deduping;

/// Refuses `--permanent` where nobody can be asked and nobody has answered.
pub(super) fn require_word(args: &DedupeArgs, context: &Context) -> Result<(), Failure> {
    let is_asked = args.permanent && !args.yes && !context.options.dry_run;
    if !is_asked || terminal::is_attended() {
        return Ok(());
    }
    Err(Failure::usage(
        "cannot ask whether files may go for good: there is no terminal",
        "Add --yes, or leave --permanent out: the rubbish bin takes them.",
    ))
}

/// Returns whether the plan is to be carried out: asks for the typed word where something would go for good.
pub(super) async fn has_word(
    args: &DedupeArgs,
    context: &Context,
    tree: &Tree,
    expendable: &Expendable,
) -> Result<bool, Failure> {
    if expendable.is_empty() || args.yes {
        return Ok(true);
    }
    let bytes = expendable.files().map(|file| tree.usage(file).bytes).fold(0, u64::saturating_add);
    let files = quantity::counted(expendable.len(), "file");
    let size = quantity::size_with_unit(bytes);
    context.messages.print(&format!(
        "{files}, {size}, would be deleted for good: each is proven to be a copy of one that stays."
    ));
    context.messages.prompt("Type yes to delete them> ");
    let is_meant = terminal::line().await?.trim().eq_ignore_ascii_case("yes");
    if !is_meant {
        context.messages.notice("nothing was changed");
    }
    Ok(is_meant)
}

/// What was done.
#[derive(Default)]
struct Sums {
    moved: usize,
    renamed: usize,
    trashed: HashSet<NodeHandle>,
    deleted: HashSet<NodeHandle>,
    bytes: u64,
}

/// Carries the steps out, wave by wave, and tells what was done.
pub(super) async fn carry_out(
    context: &mut Context,
    opened: &mut Opened,
    work: &Work,
    place: &CloudPath,
    report: &mut Report,
) -> Result<(), Failure> {
    let group = GroupTag::new(GroupKind::Doing, &format!("deduplicated \"{place}\""));
    let journal = context.undo_journal(&opened.name)?.in_group(&group);
    let mut sums = Sums::default();
    let (waves, expendable) = (work.plan.waves(), &work.expendable);
    for part in waves.iter().flat_map(|wave| wave.chunks(STEPS_AT_ONCE)) {
        if context.stop.is_cancelled() {
            tell(context, (&sums, work), &opened.tree, &group);
            return Err(Failure::interrupted());
        }
        let ready = deduping::prepare_final(&opened.session, &opened.tree, part, expendable);
        for (step, outcome) in deduping::commit(ready, &opened.session, &journal).await {
            let is_final = expendable.twin(step.node()).is_some();
            report.add(&step, is_final, &outcome);
            match outcome {
                Ok(Outcome { updates, .. }) => {
                    context.messages.info(&rows::done(&step, is_final, &opened.tree));
                    sums.add(&step, is_final, &opened.tree);
                    for update in updates {
                        opened.tree.apply_own(update);
                    }
                }
                Err(problem) => context.messages.problem(&problem),
            }
        }
    }
    tell(context, (&sums, work), &opened.tree, &group);
    Ok(())
}

impl Sums {
    /// Counts a step that was done; the tree is as it was before it.
    fn add(&mut self, step: &Step, is_final: bool, tree: &Tree) {
        match step {
            Step::Move { .. } => self.moved += 1,
            Step::RemoveEmptied { .. } => {}
            Step::Rename { .. } => self.renamed += 1,
            Step::Trash { node, .. } => {
                let usage = tree.usage(*node);
                self.bytes = self.bytes.saturating_add(usage.bytes).saturating_add(usage.version_bytes);
                if is_final { &mut self.deleted } else { &mut self.trashed }.insert(*node);
            }
        }
    }
}

/// Tells of each group what went, as rclone does, then the sums, and how to take it back.
fn tell(context: &Context, (sums, work): (&Sums, &Work), tree: &Tree, tag: &GroupTag) {
    let is_gone = |member: &&NodeHandle| sums.trashed.contains(member) || sums.deleted.contains(member);
    let gone = |group: &Group| group.members.iter().filter(is_gone).count();
    for (group, count) in work.groups.iter().map(|group| (group, gone(group))).filter(|(_, count)| *count > 0)
    {
        // Of equal contents the first may be gone by now; what is beside each other has the path that it had.
        let name = group.folder.map_or_else(|| group.name.clone(), |_| rows::path(group, tree));
        context.messages.notice(&format!("{name}: Deleted {count} extra copies"));
    }
    let mut told = vec![format!("{} to the rubbish bin", quantity::counted(sums.trashed.len(), "file"))];
    if !sums.deleted.is_empty() {
        told.push(format!("{} deleted for good", quantity::counted(sums.deleted.len(), "file")));
    }
    if sums.moved > 0 {
        told.push(format!("{} merged into folders of the same name", sums.moved));
    }
    if sums.renamed > 0 {
        told.push(format!("{} renamed", sums.renamed));
    }
    let freed = quantity::size_with_unit(sums.bytes);
    context.messages.notice(&format!("{}, {freed} freed", told.join(", ")));
    let is_undoable = sums.trashed.len() + sums.moved + sums.renamed > 0;
    if let Some(id) = tag.id().filter(|_| is_undoable) {
        let what = if sums.deleted.is_empty() { "it all" } else { "what did not go for good" };
        context.messages.notice(&format!("`megapane undo {id}` takes {what} back"));
    }
}

/// Steps whose outcomes are waited for before the next are checked.
const STEPS_AT_ONCE: usize = 256;
