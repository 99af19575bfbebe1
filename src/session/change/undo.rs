//! [`UndoPlan`]: taking a group of changes back. From each record comes the change that undoes it, if the account still is
//! as the change left it; what was put into a new folder since is not thrown away along with it. The worker carries the
//! plan out, wave by wave.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher;

use super::send::on_disk;
use super::{Change, ChangeError, Outcome, Prepared, Session};
use crate::api::listing::ShareReceiver;
use crate::handle::NodeHandle;
use crate::store::undo::{UndoEnd, UndoGroup, UndoId, UndoJournal, UndoRecord};
use crate::tree::{Access, Tree};

/// What has to be done to take a group of changes back.
pub struct UndoPlan {
    waves: VecDeque<Vec<UndoRecord>>,
    /// New folders that hold only what the group made: they go as they are.
    whole: HashSet<NodeHandle>,
    /// Everything that the group made.
    made: HashSet<NodeHandle>,
    /// What goes along with such a folder.
    along: HashMap<NodeHandle, Vec<UndoId>>,
}

impl UndoPlan {
    /// Plans to take back all changes of the group that stand, the last first.
    #[must_use]
    pub fn new(tree: &Tree, group: &UndoGroup) -> Self {
        let made: HashSet<NodeHandle> = group.standing.iter().filter_map(made_node).collect();
        let whole = whole_folders(tree, &made);
        let mut along: HashMap<NodeHandle, Vec<UndoId>> = HashMap::new();
        let mut waves = Waves::default();
        for record in group.standing.iter().rev() {
            let above = made_node(record).and_then(|node| folder_above(tree, node, &whole));
            match above {
                Some(folder) => along.entry(folder).or_default().push(record.id),
                None => waves.push(record.clone()),
            }
        }
        Self { waves: waves.all, whole, made, along }
    }

    /// Returns the records to take back next; they can be sent at once. They have to be prepared on a tree that knows
    /// what became of all waves before.
    pub fn next_wave(&mut self) -> Option<Vec<UndoRecord>> {
        self.waves.pop_front()
    }

    /// Checks that a change can be taken back, and collects what is needed to send what does it.
    /// [`ChangeError::ChangedSince`] where the account is not as the change left it.
    pub fn prepare(
        &self,
        session: &Session,
        tree: &Tree,
        record: &UndoRecord,
    ) -> Result<PreparedUndo, ChangeError> {
        let inverse = inverse(record).ok_or(ChangeError::NothingKnown)?;
        require_as_left(tree, &inverse)?;
        let mut along = Vec::new();
        if let Change::Trash { node, .. } = &inverse {
            let is_new_folder = matches!(read(&record.change), Some(Change::CreateFolder { .. }));
            let is_whole = self.whole.contains(node) && holds_only(tree, *node, &self.made);
            if is_new_folder && !is_whole && tree.children(*node).next().is_some() {
                return Err(ChangeError::ChangedSince { name: label(tree, *node) });
            }
            along.extend(self.along.get(node).into_iter().flatten());
        }
        Ok(PreparedUndo { prepared: session.prepare(tree, inverse)?, record: record.id, along })
    }
}

/// What a change is about that cannot be taken back because its node is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The record.
    pub record: UndoId,
    /// What it was called, as far as that is known.
    pub name: String,
    /// It was deleted for good from this machine; otherwise it is not known where it went.
    pub is_deleted: bool,
}

/// Returns those of a group's standing changes whose nodes are gone. `finals` are the changes that nothing takes back.
#[must_use]
pub fn lost(tree: &Tree, group: &UndoGroup, finals: &[UndoRecord]) -> Vec<Lost> {
    let deleted = nodes_deleted(finals);
    let lost = |record: &UndoRecord| {
        let node = inverse(record).as_ref().and_then(node_of).filter(|node| tree.node(*node).is_none())?;
        let name = deleted.get(&node).cloned().or_else(|| name_of(record));
        let name = name.unwrap_or_else(|| format!("H:{node}"));
        Some(Lost { record: record.id, name, is_deleted: deleted.contains_key(&node) })
    };
    group.standing.iter().filter_map(lost).collect()
}

/// Returns what these changes deleted for good, and how it was called.
#[must_use]
pub fn nodes_deleted(finals: &[UndoRecord]) -> HashMap<NodeHandle, String> {
    let deletion = |record: &UndoRecord| match read(&record.change) {
        Some(Change::Delete { node, name }) => Some((node, name)),
        _ => None,
    };
    finals.iter().filter_map(deletion).collect()
}

/// Returns whether the node of a recorded change is among these, or was in one of them: as much as journals tell without
/// the account's tree.
#[must_use]
pub fn is_deleted<S: BuildHasher>(record: &UndoRecord, deleted: &HashMap<NodeHandle, String, S>) -> bool {
    let Some(inverse) = inverse(record) else { return false };
    let folder = if let Change::Move { from, .. } | Change::Trash { from, .. } = &inverse {
        Some(*from)
    } else {
        None
    };
    node_of(&inverse).into_iter().chain(folder).any(|node| deleted.contains_key(&node))
}

/// Returns what the thing is called that a recorded change was about, where the record says.
fn name_of(record: &UndoRecord) -> Option<String> {
    match read(&record.change)? {
        Change::CreateFolder { name, .. }
        | Change::PutFile { name, .. }
        | Change::Copy { name, .. }
        | Change::Delete { name, .. }
        | Change::Import { name, .. }
        | Change::Rename { to: name, .. } => Some(name),
        Change::Move { .. }
        | Change::Trash { .. }
        | Change::Restore { .. }
        | Change::Revert { .. }
        | Change::SetTime { .. }
        | Change::Link { .. }
        | Change::Unlink { .. }
        | Change::Share { .. }
        | Change::Unshare { .. } => None,
    }
}

/// What takes a change back, ready to be sent.
pub struct PreparedUndo {
    prepared: Prepared,
    record: UndoId,
    along: Vec<UndoId>,
}

impl Session {
    /// Takes a change back, as [`Session::commit`] makes one.
    pub async fn commit_undo(
        &self,
        undo: PreparedUndo,
        journal: &UndoJournal,
    ) -> Result<Outcome, ChangeError> {
        let PreparedUndo { prepared, record, along } = undo;
        let outcome = self.commit(prepared, &journal.taking_back(record)).await?;
        if !along.is_empty()
            && let Err(error) = on_disk(journal, move |journal| journal.taken_along(&along)).await
        {
            tracing::warn!(%error, "cannot note in the undo journal what was taken back along with a folder");
        }
        Ok(outcome)
    }
}

/// Records in the order in which they are taken back, cut where one needs those before it to be gone.
#[derive(Default)]
struct Waves {
    all: VecDeque<Vec<UndoRecord>>,
    nodes: HashSet<NodeHandle>,
    last: Option<Kind>,
}

/// What decides whether two changes can be taken back at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A new folder: everything in it has to be gone before.
    Folder,
    Other(std::mem::Discriminant<Change>),
}

impl Waves {
    fn push(&mut self, record: UndoRecord) {
        let inverse = inverse(&record);
        let kind = match (read(&record.change), &inverse) {
            (Some(Change::CreateFolder { .. }), _) | (_, None) => Kind::Folder,
            (_, Some(inverse)) => Kind::Other(std::mem::discriminant(inverse)),
        };
        let node = inverse.as_ref().and_then(node_of);
        // What goes back into a folder that goes back itself has to wait for it.
        let folder = if let Some(Change::Restore { to, .. }) = &inverse { Some(*to) } else { None };
        let is_apart = node.into_iter().chain(folder).all(|node| !self.nodes.contains(&node));
        let fits = is_apart && kind != Kind::Folder && self.last == Some(kind);
        if let Some(wave) = self.all.back_mut().filter(|_| fits) {
            wave.push(record);
        } else {
            self.nodes.clear();
            self.all.push_back(vec![record]);
        }
        self.nodes.extend(node);
        self.last = Some(kind);
    }
}

/// Returns what takes a recorded change back. One of unknown end may have happened: where it made nothing, what it would
/// have done says how to take it back.
fn inverse(record: &UndoRecord) -> Option<Change> {
    match &record.end {
        UndoEnd::Undoable(inverse) => read(inverse),
        UndoEnd::Unknown => read(&record.change)?.inverse(None),
        UndoEnd::Refused | UndoEnd::Final => None,
    }
}

fn read(change: &serde_json::Value) -> Option<Change> {
    serde_json::from_value(change.clone()).ok()
}

/// Returns the node that is changed.
fn node_of(change: &Change) -> Option<NodeHandle> {
    match change {
        Change::Rename { node, .. }
        | Change::Move { node, .. }
        | Change::Trash { node, .. }
        | Change::Restore { node, .. }
        | Change::Delete { node, .. }
        | Change::SetTime { node, .. }
        | Change::Revert { file: node, .. }
        | Change::Link { node, .. }
        | Change::Unlink { node, .. }
        | Change::Share { folder: node, .. }
        | Change::Unshare { folder: node, .. } => Some(*node),
        Change::CreateFolder { .. }
        | Change::PutFile { .. }
        | Change::Copy { .. }
        | Change::Import { .. } => None,
    }
}

/// Returns the node that a recorded change made, if taking it back throws it away.
fn made_node(record: &UndoRecord) -> Option<NodeHandle> {
    let inverse = inverse(record)?;
    if matches!(inverse, Change::Trash { .. }) { node_of(&inverse) } else { None }
}

/// Returns the outermost folders among `made` that hold nothing else.
fn whole_folders(tree: &Tree, made: &HashSet<NodeHandle>) -> HashSet<NodeHandle> {
    let is_folder = |node: NodeHandle| tree.node(node).is_some_and(|node| !node.is_file());
    // An outer folder comes before what is in it, so that few are walked through twice.
    let depth = |node: NodeHandle| (tree.ancestors(node).count(), node);
    let mut folders: Vec<(usize, NodeHandle)> =
        made.iter().copied().filter(|&node| is_folder(node)).map(depth).collect();
    folders.sort_unstable();
    let mut whole = HashSet::new();
    for (_, folder) in folders {
        if folder_above(tree, folder, &whole).is_none() && holds_only(tree, folder, made) {
            whole.insert(folder);
        }
    }
    whole
}

/// Returns which of the folders the node stands in, itself not counted.
fn folder_above(tree: &Tree, node: NodeHandle, folders: &HashSet<NodeHandle>) -> Option<NodeHandle> {
    tree.ancestors(node).skip(1).map(|above| above.handle()).find(|above| folders.contains(above))
}

/// Returns whether a folder holds nothing but these nodes and their versions.
fn holds_only(tree: &Tree, folder: NodeHandle, made: &HashSet<NodeHandle>) -> bool {
    let is_own = |node: NodeHandle| node == folder || made.contains(&node);
    tree.subtree(folder).all(|node| node.is_version() || is_own(node.handle()))
}

/// Checks that a node is as the change left it that this one takes back.
fn require_as_left(tree: &Tree, inverse: &Change) -> Result<(), ChangeError> {
    let node = node_of(inverse).ok_or(ChangeError::NothingKnown)?;
    let found = tree.node(node).ok_or(ChangeError::Gone(node))?;
    let is_in_bin = tree.rubbish().is_some_and(|bin| tree.is_inside(node, bin));
    let is_as_left = match inverse {
        Change::Rename { from, .. } => found.name().unwrap_or_default() == from,
        Change::Move { from, .. } | Change::Trash { from, .. } => found.parent() == Some(*from),
        Change::Restore { .. } => is_in_bin,
        Change::Revert { .. } => !is_in_bin,
        Change::SetTime { from, .. } => found.modified() == *from,
        Change::Link { before, .. } => tree.is_linked(node) == before.is_some(),
        Change::Unlink { .. } => tree.is_linked(node),
        Change::Share { with, before, .. } => shared_with(tree, node, with) == *before,
        Change::Unshare { with, access, .. } => shared_with(tree, node, with) == Some(*access),
        Change::CreateFolder { .. }
        | Change::Delete { .. }
        | Change::PutFile { .. }
        | Change::Import { .. }
        | Change::Copy { .. } => false,
    };
    // A file that has become a version was replaced since.
    let is_as_left = is_as_left && !found.is_version();
    if is_as_left { Ok(()) } else { Err(ChangeError::ChangedSince { name: label(tree, node) }) }
}

/// What somebody may do in a folder that we share with them.
fn shared_with(tree: &Tree, folder: NodeHandle, email: &str) -> Option<Access> {
    tree.given_to(folder, ShareReceiver::User(tree.user_with(email)?))
}

fn label(tree: &Tree, node: NodeHandle) -> String {
    tree.node(node).map_or_else(|| format!("H:{node}"), |node| node.label())
}
