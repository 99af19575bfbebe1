//! Changes that a command makes by itself, without the worker: each is checked on the tree, written to the undo journal in
//! one group with the others of the command, sent, and taken into the tree.

use super::context::Context;
use super::login::Opened;
use super::output::Failure;
use super::remote::CloudPath;
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::session::change::{Change, ChangeError, Outcome, Prepared};
use crate::store::undo::{GroupKind, GroupTag};
use crate::tree::Tree;
use crate::worker::problem;

/// Makes a change. `line` is what `undo --list` says of it, `doing` what stands after "cannot".
pub(crate) async fn change(
    context: &Context,
    opened: &mut Opened,
    (line, doing): (&str, &str),
    change: Change,
) -> Result<Outcome, Failure> {
    make(context, opened, (line, doing), |session, tree| session.prepare(tree, change)).await
}

/// Makes what is prepared here.
pub(crate) async fn make(
    context: &Context,
    opened: &mut Opened,
    (line, doing): (&str, &str),
    prepare: impl FnOnce(&Session, &Tree) -> Result<Prepared, ChangeError>,
) -> Result<Outcome, Failure> {
    let refused = |error| Failure::from(problem::of_change(doing, &error));
    let prepared = prepare(&opened.session, &opened.tree).map_err(refused)?;
    let journal = context.undo_journal(&opened.name)?.in_group(&GroupTag::new(GroupKind::Doing, line));
    let outcome = opened.session.commit(prepared, &journal).await.map_err(refused)?;
    for update in outcome.updates.clone() {
        opened.tree.apply_own(update);
    }
    Ok(outcome)
}

/// Looks up the file or folder that a path names.
pub(crate) fn node(opened: &Opened, cloud: &CloudPath) -> Result<NodeHandle, Failure> {
    let found = opened.tree.resolve(&cloud.path);
    found.map_err(|error| problem::of_path(&cloud.account, &error).into())
}
