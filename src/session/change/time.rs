//! Another modification time for a file that stays as it is. The time is a part of the fingerprint, so whoever gives one
//! must know the content: `doctor` by a copy on this machine, undo by the fingerprint that is there.

use super::check::Checked;
use super::send::Steps;
use super::{Change, ChangeError, Prepared};
use crate::crypto::fingerprint::Fingerprint;
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::tree::Tree;

impl Session {
    /// Checks that a file can be given a fingerprint, which must be that of its content, and collects what is needed to
    /// send that.
    pub fn prepare_time(
        &self,
        tree: &Tree,
        node: NodeHandle,
        fingerprint: Fingerprint,
    ) -> Result<Prepared, ChangeError> {
        prepared(tree, node, Some(fingerprint))
    }
}

/// Prepares another time for a file of which only the fingerprint is known. [`ChangeError::NothingKnown`] without one.
pub(super) fn prepare(tree: &Tree, node: NodeHandle, to: Option<i64>) -> Result<Prepared, ChangeError> {
    let known = tree.node(node).ok_or(ChangeError::Gone(node))?.fingerprint();
    let fingerprint = match (to, known) {
        (None, _) => None,
        (Some(modified), Some(known)) => Some(Fingerprint { modified, ..known }),
        (Some(_), None) => return Err(ChangeError::NothingKnown),
    };
    prepared(tree, node, fingerprint)
}

fn prepared(
    tree: &Tree,
    node: NodeHandle,
    fingerprint: Option<Fingerprint>,
) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    checked.movable(node)?;
    let (key, mut attributes) = checked.open(node)?;
    match fingerprint {
        Some(fingerprint) => attributes.set(FINGERPRINT, &fingerprint.text()),
        None => attributes.remove(FINGERPRINT),
    }
    let from = tree.node(node).and_then(|node| node.modified());
    let to = fingerprint.map(|fingerprint| fingerprint.modified);
    Ok(Prepared {
        change: Change::SetTime { node, from, to },
        steps: Steps::SetAttributes { node, key, attributes },
    })
}

/// The attribute of a file that holds its fingerprint.
const FINGERPRINT: &str = "c";
