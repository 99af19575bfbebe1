//! Steps of a dedupe plan as changes of an account: checked on the tree as it is by now ([`prepare`]), then sent
//! ([`commit`]), a wave at a time. Called by the `dedupe` command and the review screen; what is to be done `dedupe` has said, and is not
//! doubted here but for what has changed since.

use futures_util::stream::{self, StreamExt};

use super::changes::{CHANGES_AT_ONCE, Refused};
use super::inside::is_session_end;
use super::problem;
use crate::dedupe::Step;
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
    wave.iter().map(|step| ready(session, tree, step)).collect()
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

fn ready(session: &Session, tree: &Tree, step: &Step) -> ReadyStep {
    let (node, folder) = (step.node(), step.folder());
    let label = tree.node(node).map_or_else(|| format!("H:{node}"), |node| node.label());
    let verb = match step {
        Step::Move { .. } => "merge",
        Step::RemoveEmptied { .. } => "remove the folder",
        Step::Trash { .. } => "throw away",
        Step::Rename { .. } => "rename",
    };
    let what = format!("{verb} \"{label}\"");
    let change = match step {
        Step::Move { from, to, .. } => Change::Move { node, from: *from, to: *to },
        Step::RemoveEmptied { .. } | Step::Trash { .. } => Change::Trash { node, from: folder },
        Step::Rename { name, .. } => Change::Rename { node, from: label.clone(), to: name.clone() },
    };
    let is_there = tree.node(node).is_some_and(|found| found.parent() == Some(folder) && !found.is_version());
    let is_held = matches!(step, Step::RemoveEmptied { .. }) && tree.children(node).next().is_some();
    let prepared = if !is_there {
        Err(problem::of_change(&what, &ChangeError::ChangedSince { name: label }))
    } else if is_held {
        let message = format!("Cannot {what}: something is in it");
        Err(Problem::new(ProblemKind::Permanent, message, "Run the command again."))
    } else {
        session.prepare(tree, change).map_err(|error| problem::of_change(&what, &error))
    };
    ReadyStep { step: step.clone(), what, prepared }
}
