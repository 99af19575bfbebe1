//! What our own commands did ([`OwnUpdate`]), beside what the channel tells: which of both comes first, and which of them a
//! node shows.
//!
//! The channel has the last word. Each of our commands carries an id that its packets bring back: an answer that comes
//! before them is taken in at once and told again by the channel; one that comes after them is old and passed over, and so
//! is one to a command that was sent before this very listing came, or before the channel told of the same node: either
//! that has it, or the channel will tell. What is taken in already stays so where the channel goes on with an older change
//! of the same nodes: the packets of a moved folder bring all that was below it then. So any order of all these ends in
//! the tree that the server has, and our own changes never come undone on the way.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use super::Tree;
use super::update::NodeUpdate;
use crate::handle::NodeHandle;

/// What a command of ours did, as its answer says.
#[derive(Clone, Debug)]
pub struct OwnUpdate {
    /// What it did.
    pub update: NodeUpdate,
    /// Which command.
    pub cause: Cause,
}

/// Tells a command of ours from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The id that it carries, and that its packets bring back.
    pub id: Box<str>,
    /// Which of the session's commands it is, counted from 0.
    pub number: u64,
}

/// What was heard of lately; what came before that is forgotten.
#[derive(Clone, Debug)]
struct Recent<K, V> {
    known: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { known: HashMap::new(), order: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    /// Notes what is not known yet, and returns what is forgotten for it.
    fn note(&mut self, key: K, value: V) -> Option<V> {
        let forgotten = if self.order.len() == MOST_RECENT { self.order.pop_front() } else { None };
        self.order.push_back(key.clone());
        self.known.insert(key, value);
        self.known.remove(&forgotten?)
    }
}

/// Ids of commands that were heard of.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentCauses(Recent<Arc<str>, ()>);

impl RecentCauses {
    /// Notes one.
    pub(crate) fn note(&mut self, cause: &str) {
        if !self.has(cause) {
            self.0.note(cause.into(), ());
        }
    }

    /// Returns whether it was noted lately.
    pub(crate) fn has(&self, cause: &str) -> bool {
        self.0.known.contains_key(cause)
    }
}

/// Nodes that the channel told of, each with how many commands of ours were sent by the time that it is of.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentNodes {
    nodes: Recent<NodeHandle, u64>,
    /// The highest number of those that are forgotten.
    forgotten: u64,
}

impl RecentNodes {
    pub(super) fn note(&mut self, node: NodeHandle, commands: u64) {
        if let Some(known) = self.nodes.known.get_mut(&node) {
            *known = commands.max(*known);
        } else if let Some(commands) = self.nodes.note(node, commands) {
            self.forgotten = self.forgotten.max(commands);
        }
    }

    /// Whether it may have been told of after the server did that command.
    fn has_since(&self, node: NodeHandle, command: u64) -> bool {
        command < self.forgotten || self.nodes.known.get(&node).is_some_and(|&by| command < by)
    }
}

/// What our own commands did to nodes that may come again as they were before, in its order, until the channel tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead(VecDeque<OwnUpdate>);

impl Ahead {
    fn note(&mut self, own: &OwnUpdate) {
        match &own.update {
            NodeUpdate::Put(nodes) => {
                let replaced = nodes.iter().filter_map(|put| Some((put.replaces?, put.handle)));
                let moved = replaced.map(|(old, newer)| NodeUpdate::Moved(old, newer));
                moved.for_each(|update| self.push(OwnUpdate { update, cause: own.cause.clone() }));
            }
            NodeUpdate::Known(..) => {}
            NodeUpdate::Moved(..)
            | NodeUpdate::Attributes(..)
            | NodeUpdate::Removed(_)
            | NodeUpdate::Linked(..)
            | NodeUpdate::Shared(..)
            | NodeUpdate::Unshared(..) => self.push(own.clone()),
        }
    }

    fn push(&mut self, own: OwnUpdate) {
        if self.0.len() == MOST_RECENT {
            self.0.pop_front();
        }
        self.0.push_back(own);
    }
}

impl Tree {
    /// Takes in what our own command did, unless it is old.
    pub fn apply_own(&mut self, own: OwnUpdate) {
        if self.is_old(&own) {
            return;
        }
        if let (NodeUpdate::Removed(node), false) = (&own.update, self.sequence.is_empty()) {
            self.note_removed_ahead(*node);
        }
        if !self.sequence.is_empty() {
            self.ahead.note(&own);
        }
        self.apply(own.update);
    }

    /// Does again what the channel has yet to tell, where it has just told what was before that.
    pub(super) fn stay_ahead(&mut self) {
        let mut ahead = std::mem::take(&mut self.ahead);
        ahead.0.retain(|own| !self.is_old(own));
        ahead.0.iter().for_each(|own| self.apply(own.update.clone()));
        self.ahead = ahead;
    }

    /// The channel has yet to tell what came into a folder before we removed it, and then of that folder only: what is to go
    /// with it has to be known by then.
    fn note_removed_ahead(&mut self, node: NodeHandle) {
        if let Some(index) = self.store.index(node) {
            let below = self.below(index).into_iter().map(|index| self.store.record(index).handle).collect();
            self.removed_ahead.insert(node, below);
        }
    }

    /// Returns whether the listing or the channel has told, or is about to tell, what a command of ours did, or what came
    /// of it since. A command that found its work done is never told: its answer must not undo what came later.
    #[must_use]
    pub fn is_old(&self, own: &OwnUpdate) -> bool {
        let OwnUpdate { update, cause: Cause { id, number } } = own;
        let is_told_since = match update {
            NodeUpdate::Moved(node, _)
            | NodeUpdate::Attributes(node, _)
            | NodeUpdate::Linked(node, _)
            | NodeUpdate::Shared(node, ..)
            | NodeUpdate::Unshared(node, _) => self.told.has_since(*node, *number),
            NodeUpdate::Put(_) | NodeUpdate::Removed(_) | NodeUpdate::Known(..) => false,
        };
        let is_followed = !self.sequence.is_empty();
        is_followed && (*number < self.own_since || self.causes.has(id) || is_told_since)
    }

    /// Notes that this listing came after so many commands of ours were sent.
    pub fn came_after(&mut self, commands: u64) {
        self.own_since = commands;
    }
}

/// So much is remembered: far more commands than are ever on their way at once, and as a rule what the packets of one answer
/// tell of.
const MOST_RECENT: usize = 4096;
