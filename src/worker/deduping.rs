//! Steps of a dedupe plan as changes of an account: checked on the tree as it is by now ([`prepare`]), then sent
//! ([`commit`]), a wave at a time. The `dedupe` command and the review screen ask here; what is to be done `dedupe` has
//! said, and is not doubted here but for what has changed since. Files go to the rubbish bin, unless who prepares has the
//! user's word that they go for good ([`prepare_final`]).

use futures_util::stream::{self, StreamExt};

use super::changes::{CHANGES_AT_ONCE, Refused};
use super::inside::is_session_end;
use super::problem;
use crate::dedupe::{Expendable, Step};
use crate::handle::NodeHandle;
use crate::message::{Problem, ProblemKind};
use crate::session::Session;
use crate::session::change::{Change, ChangeError, Outcome, Prepared};
use crate::store::undo::UndoJournal;
use crate::tree::Tree;

/// A step that can be sent, or why it cannot.
pub struct ReadyStep {
    step: Step,
    /// As in `move "a.jpg"`.
    what: String,
    prepared: Result<Prepared, Problem>,
}

/// Checks steps of one wave: the node is still where it was, and a folder that is to go holds nothing.
#[must_use]
pub fn prepare(session: &Session, tree: &Tree, wave: &[Step]) -> Vec<ReadyStep> {
    prepare_final(session, tree, wave, &Expendable::default())
}

/// The same, but what is expendable is deleted for good: nothing brings that back. Each such file needs its twin to be
/// there still, outside of the rubbish bin if it is so itself.
#[must_use]
pub fn prepare_final(
    session: &Session,
    tree: &Tree,
    wave: &[Step],
    expendable: &Expendable,
) -> Vec<ReadyStep> {
    wave.iter().map(|step| ready(session, tree, step, expendable.twin(step.node()))).collect()
}

/// Sends the steps of one wave, several at once, and returns how each went, in their order. What came of it has to be
/// applied to the tree before the next wave is prepared.
pub async fn commit(
    wave: Vec<ReadyStep>,
    session: &Session,
    journal: &UndoJournal,
) -> Vec<(Step, Result<Outcome, Problem>)> {
    let sent = commit_each(wave, session, journal).await.into_iter();
    sent.map(|(step, outcome)| (step, outcome.map_err(|refused| refused.problem))).collect()
}

/// As [`commit`], and says where the session has ended.
pub(super) async fn commit_each(
    wave: Vec<ReadyStep>,
    session: &Session,
    journal: &UndoJournal,
) -> Vec<(Step, Result<Outcome, Refused>)> {
    let send = |ReadyStep { step, what, prepared }| async move {
        let outcome = match prepared {
            Ok(prepared) => session.commit(prepared, journal).await.map_err(|error| Refused {
                session_ended: is_session_end(&error),
                problem: problem::of_change(&what, &error),
            }),
            Err(problem) => Err(Refused::before(problem)),
        };
        (step, outcome)
    };
    stream::iter(wave).map(send).buffered(CHANGES_AT_ONCE).collect().await
}

/// `twin` is the file that stays for one that goes for good.
fn ready(session: &Session, tree: &Tree, step: &Step, twin: Option<NodeHandle>) -> ReadyStep {
    let (node, folder) = (step.node(), step.folder());
    let label = tree.node(node).map_or_else(|| format!("H:{node}"), |node| node.label());
    let (verb, change) = match (step, twin) {
        (Step::Move { from, to, .. }, _) => ("merge", Change::Move { node, from: *from, to: *to }),
        (Step::RemoveEmptied { .. }, _) => ("remove the folder", Change::Trash { node, from: folder }),
        (Step::Trash { .. }, None) => ("throw away", Change::Trash { node, from: folder }),
        (Step::Trash { .. }, Some(_)) => ("delete", Change::Delete { node, name: label.clone() }),
        (Step::Rename { name, .. }, _) => {
            ("rename", Change::Rename { node, from: label.clone(), to: name.clone() })
        }
    };
    let what = format!("{verb} \"{label}\"");
    let is_there = tree.node(node).is_some_and(|found| found.parent() == Some(folder) && !found.is_version());
    let is_held = matches!(step, Step::RemoveEmptied { .. }) && tree.children(node).next().is_some();
    let is_last = twin.is_some_and(|twin| !stands_for(tree, twin, node));
    let refused =
        |message: String| Err(Problem::new(ProblemKind::Permanent, message, "Run the command again."));
    let prepared = if !is_there {
        Err(problem::of_change(&what, &ChangeError::ChangedSince { name: label }))
    } else if is_held {
        refused(format!("Cannot {what}: something is in it"))
    } else if is_last {
        refused(format!("Cannot {what}: the file that it is a copy of is not there any more"))
    } else {
        session.prepare(tree, change).map_err(|error| problem::of_change(&what, &error))
    };
    ReadyStep { step: step.clone(), what, prepared }
}

/// Whether a file is still there that another may go for: current, and not itself in the bin where that one is not.
fn stands_for(tree: &Tree, twin: NodeHandle, file: NodeHandle) -> bool {
    let is_in_bin = |node: NodeHandle| tree.rubbish().is_some_and(|bin| tree.is_inside(node, bin));
    tree.node(twin).is_some_and(|found| found.is_file() && !found.is_version())
        && (!is_in_bin(twin) || is_in_bin(file))
}
