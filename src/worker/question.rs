//! The questions of a copy: contents that have to be compared, conflicts that the user is asked about, and the answers.
//! `copying` hands them over from the plan, and the actor the user's answers. What an answer means is the plan's to say.

use std::sync::Arc;

use tokio_util::sync::DropGuard;

use super::actor::Actor;
use super::comparison::{Content, Contents};
use super::copying::{Copy, CopyDone};
use super::ends::Way;
use super::jobs::Done;
use super::scan::{Goal, Origin};
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::local::trash::Trash;
use crate::message::{
    Compared, Conflict, ConflictSide, CopyId, Depth, Event, Pair, Resolution, Sameness, Scope, Verdict,
};
use crate::transfer::plan::{FileId, Question};
use crate::tree::Tree;

/// A conflict that the user has before them.
pub(crate) struct OpenQuestion {
    number: u64,
    pair: Pair,
    source: Origin,
    existing: Goal,
    /// Ends what is being looked into.
    looking: Option<DropGuard>,
}

impl Actor {
    /// Takes the user's answer to a conflict. One that is no longer open is passed over.
    pub(crate) fn resolve(&mut self, conflict: u64, resolution: &Resolution, scope: Scope) {
        let Some((id, copy)) = self.asking(conflict) else { return };
        let pair = copy.question.take().map_or(Pair::Files, |question| question.pair);
        copy.plan.resolve(resolution, scope);
        if scope == Scope::Rest {
            Arc::make_mut(&mut copy.kept).answer_rest(pair, resolution);
            copy.is_kept_stale = true;
        }
        if copy.plan.is_stopped() {
            self.stop_copy(id);
        }
        self.drive_copy(id);
    }

    /// Looks into the two sides of a conflict. One that is no longer open is passed over.
    pub(crate) fn compare(&mut self, conflict: u64, depth: Depth) {
        let Some((id, copy)) = self.asking(conflict) else { return };
        let Some(question) = &mut copy.question else { return };
        let cancel = copy.cancel.child_token();
        question.looking = Some(cancel.clone().drop_guard());
        let (source, existing) = (question.source.clone(), question.existing.clone());
        let Some(copy) = self.copies.get(&id) else { return };
        let contents = self.contents(copy, &source, &existing);
        let limits = copy.limits.clone();
        let failed = Compared::Failed(super::problem::broke_down("compare the two"));
        let broken = Done::Copy(id, CopyDone::Compared(conflict, failed));
        self.jobs.start(broken, async move {
            let compared = match depth {
                Depth::Content => {
                    let verdict = contents.verdict(&limits, &cancel).await;
                    if cancel.is_cancelled() {
                        return Done::Abandoned; // what it came to is no verdict
                    }
                    Compared::Verdict(verdict)
                }
                Depth::Lines => tokio::select! {
                    lines = contents.lines(&limits) => lines.map_or_else(Compared::Failed, Compared::Lines),
                    () = cancel.cancelled() => return Done::Abandoned,
                },
            };
            Done::Copy(id, CopyDone::Compared(conflict, compared))
        });
    }

    /// Tells what a look into the two sides of a conflict came to.
    pub(super) fn compared(&mut self, id: CopyId, conflict: u64, compared: Compared) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        if copy.question.as_ref().is_none_or(|question| question.number != conflict) {
            return; // it is answered
        }
        if let Compared::Verdict(verdict) = compared {
            copy.plan.asked_about(verdict);
        }
        self.send(Event::Compared { conflict, compared });
    }

    /// Compares two contents for the plan; nothing is downloaded, unless it asks for contents to be read.
    pub(super) fn examine(&mut self, id: CopyId, file: FileId, source: &Origin, existing: &Goal) {
        let Some(copy) = self.copies.get(&id) else { return };
        let contents = self.contents(copy, source, existing);
        if copy.plan.sameness() == Sameness::Reading {
            return self.examine_by_reading(id, file, contents);
        }
        if let Some(verdict) = contents.known() {
            if let Some(copy) = self.copies.get_mut(&id) {
                copy.plan.examined(file, verdict);
            }
            return;
        }
        let (limits, cancel) = (copy.limits.clone(), copy.cancel.clone());
        let broken = Done::Copy(id, CopyDone::Examined(file, Verdict::Unknown));
        self.jobs.start(broken, async move {
            Done::Copy(id, CopyDone::Examined(file, contents.verdict(&limits, &cancel).await))
        });
    }

    /// Asks the user.
    pub(super) fn ask(&mut self, id: CopyId, question: Question<Origin, Goal>) {
        self.conflicts += 1;
        let number = self.conflicts;
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.question = Some(OpenQuestion {
            number,
            pair: Pair::of(question.source_is_folder, question.existing.is_folder),
            source: question.source.clone(),
            existing: question.existing.target.clone(),
            looking: None,
        });
        let tree = |name: &str| self.accounts.get(name).and_then(|account| account.tree.as_deref());
        let (source, existing) = sides(copy, &question, (tree(&copy.source), tree(&copy.account)));
        let event = Event::Conflict(Conflict {
            conflict: number,
            copy: id,
            path: question.path,
            target: copy.titles.target.clone(),
            source,
            existing,
            verdict: question.existing.verdict,
            is_examined: question.is_examined,
            is_backed_up: copy.backup.is_some() || matches!(copy.trash, Trash::Mirror { .. }),
            free_name: question.free_name,
            refused_name: question.refused_name,
            remaining_count: question.remaining_count,
        });
        self.send(event);
    }

    fn asking(&mut self, conflict: u64) -> Option<(CopyId, &mut Copy)> {
        let is_open =
            |copy: &Copy| copy.question.as_ref().is_some_and(|question| question.number == conflict);
        self.copies.iter_mut().find(|(_, copy)| is_open(copy)).map(|(id, copy)| (*id, copy))
    }

    fn contents(&self, copy: &Copy, source: &Origin, existing: &Goal) -> Contents {
        let cloud = |account: &str, node: NodeHandle| {
            let ready = self.accounts.get(account).and_then(super::account::Account::ready);
            ready.map_or(Content::Unreadable, |(session, tree)| Content::of_node(session, tree, node))
        };
        let source = match source {
            Origin::Disk(path) => Content::Disk(path.clone()),
            Origin::Cloud(CloudFolder::Node(node)) => cloud(&copy.source, *node),
            Origin::Cloud(_) | Origin::Picked => Content::Unreadable,
        };
        let existing = match existing {
            Goal::Disk(target) => Content::Disk(target.path()),
            Goal::Node(node) => cloud(&copy.account, *node),
        };
        Contents { source, existing }
    }
}

/// The two sides as the user is shown them.
fn sides(
    copy: &Copy,
    question: &Question<Origin, Goal>,
    (source_tree, tree): (Option<&Tree>, Option<&Tree>),
) -> (ConflictSide, ConflictSide) {
    let cloud = format!("{}:", copy.account);
    let (here, there) = match copy.way {
        Way::Up => ("local".to_owned(), cloud),
        Way::Down => (cloud, "local".to_owned()),
        Way::Inside => (cloud.clone(), cloud),
        Way::Between => (format!("{}:", copy.source), cloud),
        Way::Across => ("local".to_owned(), "local".to_owned()),
    };
    let source_node = match question.source {
        Origin::Cloud(CloudFolder::Node(node)) => Some(node),
        Origin::Cloud(_) | Origin::Disk(_) | Origin::Picked => None,
    };
    let existing_node = match question.existing.target {
        Goal::Node(node) => Some(node),
        Goal::Disk(_) => None,
    };
    let source = Facts {
        place: here,
        is_folder: question.source_is_folder,
        size: question.size,
        modified: question.modified,
        node: source_node,
    };
    let existing = Facts {
        place: there,
        is_folder: question.existing.is_folder,
        size: question.existing.size,
        modified: question.existing.modified,
        node: existing_node,
    };
    (source.side(source_tree), existing.side(tree))
}

/// What the plan knows of one side.
struct Facts {
    place: String,
    is_folder: bool,
    size: u64,
    modified: Option<i64>,
    node: Option<NodeHandle>,
}

impl Facts {
    /// Adds what the tree knows.
    fn side(self, tree: Option<&Tree>) -> ConflictSide {
        let Self { place, is_folder, size, modified, node } = self;
        let known = tree.zip(node).and_then(|(tree, node)| tree.node(node));
        let usage = tree.zip(node).filter(|_| is_folder).map(|(tree, node)| tree.usage(node));
        ConflictSide {
            place,
            is_folder,
            size: usage.map_or(size, |usage| usage.bytes),
            file_count: usage.map(|usage| usage.file_count),
            modified,
            uploaded: known.map(|node| node.uploaded()),
            version_count: known.map_or(0, |node| node.version_count()),
            node,
        }
    }
}
