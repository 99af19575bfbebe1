//! The questions of a copy: contents that have to be compared, conflicts that the user is asked about, and the answers.
//! `copying` hands them over from the plan, and the actor the user's answers. What an answer means is the plan's to say.

use super::actor::Actor;
use super::copying::CopyDone;
use super::ends::Way;
use super::jobs::Done;
use super::scan::{Goal, Origin};
use crate::crypto::key::{FileKey, NodeKey};
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::message::{Conflict, ConflictSide, CopyId, Event, Resolution, Sameness, Scope, Verdict};
use crate::transfer::compare::prove_identical;
use crate::transfer::plan::{FileId, Question};
use crate::tree::Tree;

impl Actor {
    /// Takes the user's answer to a conflict. One that is no longer open is passed over.
    pub(crate) fn resolve(&mut self, conflict: u64, resolution: &Resolution, scope: Scope) {
        let asked = self.copies.iter_mut().find(|(_, copy)| copy.conflict == Some(conflict));
        let Some((&id, copy)) = asked else { return };
        copy.conflict = None;
        copy.plan.resolve(resolution, scope);
        if scope == Scope::Rest {
            copy.kept.answer_rest(resolution);
            copy.is_kept_stale = true;
        }
        if copy.plan.is_stopped() {
            self.stop_copy(id);
        }
        self.drive_copy(id);
    }

    /// Compares a local file with a cloud file by the cloud file's key; nothing is downloaded.
    pub(super) fn examine(&mut self, id: CopyId, file: FileId, source: &Origin, existing: &Goal) {
        let Some(copy) = self.copies.get(&id) else { return };
        if copy.plan.sameness() == Sameness::Reading {
            return self.examine_by_reading(id, file, source, existing);
        }
        if let (Origin::Cloud(CloudFolder::Node(one)), Goal::Node(other)) = (source, existing) {
            return self.examine_inside(id, file, (*one, *other));
        }
        let (path, node) = match (source, existing) {
            (Origin::Disk(path), Goal::Node(node)) => (Some(path.clone()), Some(*node)),
            (Origin::Cloud(CloudFolder::Node(node)), Goal::Disk(target)) => {
                (Some(target.path()), Some(*node))
            }
            (Origin::Disk(_) | Origin::Cloud(_) | Origin::Picked, Goal::Disk(_) | Goal::Node(_)) => {
                (None, None)
            }
        };
        let tree = self.accounts.get(&copy.account).and_then(|account| account.tree.as_ref());
        let known = tree.zip(node).and_then(|(tree, node)| file_key(tree, node)).zip(path);
        let (limits, cancel) = (copy.limits.clone(), copy.cancel.clone());
        let broken = Done::Copy(id, CopyDone::Examined(file, Verdict::Unknown));
        self.jobs.start(broken, async move {
            let verdict = match known {
                Some(((key, size), path)) => match prove_identical(&path, &key, size, &limits, &cancel).await
                {
                    Ok(true) => Verdict::Identical,
                    Ok(false) => Verdict::Different,
                    Err(_unreadable) => Verdict::Unknown,
                },
                None => Verdict::Unknown,
            };
            Done::Copy(id, CopyDone::Examined(file, verdict))
        });
    }

    /// Asks the user.
    pub(super) fn ask(&mut self, id: CopyId, question: Question<Origin, Goal>) {
        self.conflicts += 1;
        let number = self.conflicts;
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.conflict = Some(number);
        let cloud = format!("{}:", copy.account);
        let (here, there) = match copy.way {
            Way::Up => ("local".to_owned(), cloud),
            Way::Down => (cloud, "local".to_owned()),
            Way::Inside => (cloud.clone(), cloud),
        };
        let source = ConflictSide {
            place: here,
            is_folder: question.source_is_folder,
            size: question.size,
            modified: question.modified,
            node: node_of(&question.source),
        };
        let existing = ConflictSide {
            place: there,
            is_folder: question.existing.is_folder,
            size: question.existing.size,
            modified: question.existing.modified,
            node: match question.existing.target {
                Goal::Node(node) => Some(node),
                Goal::Disk(_) => None,
            },
        };
        let event = Event::Conflict(Conflict {
            conflict: number,
            copy: id,
            path: question.path,
            target: copy.titles.target.clone(),
            source,
            existing,
            verdict: question.existing.verdict,
            free_name: question.free_name,
            remaining_count: question.remaining_count,
        });
        self.send(event);
    }
}

/// Returns a file's key and size, where its key is known.
pub(crate) fn file_key(tree: &Tree, node: NodeHandle) -> Option<(FileKey, u64)> {
    let node = tree.node(node)?;
    match node.key()? {
        NodeKey::File(key) => Some((key, node.size())),
        NodeKey::Folder(_) => None,
    }
}

fn node_of(origin: &Origin) -> Option<NodeHandle> {
    match origin {
        Origin::Cloud(CloudFolder::Node(node)) => Some(*node),
        Origin::Cloud(_) | Origin::Disk(_) | Origin::Picked => None,
    }
}
