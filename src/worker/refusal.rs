//! What is refused before it is tried: places that take nothing, names that are taken, entries that are gone. The changes of
//! either side and the copies ask here, and tell what comes back.

use super::changes::Worded;
use super::listing::{self, is_writable};
use super::problem;
use crate::entry::{CloudFolder, EntryKey};
use crate::handle::NodeHandle;
use crate::message::{Problem, ProblemKind, Task};
use crate::session::change::ChangeError;
use crate::tree::{Access, Tree};

/// What becomes of an entry that is not there any more.
pub(super) fn gone(verb: &str, handle: NodeHandle) -> Worded {
    let what = format!("{verb} H:{handle}");
    let problem = problem::of_change(&what, &ChangeError::Gone(handle));
    (what, Err(problem))
}

/// Returns the node behind a folder in which entries can be made, or why there is none.
pub(crate) fn writable_folder(
    account: &str,
    tree: &Tree,
    folder: CloudFolder,
) -> Result<NodeHandle, Problem> {
    let title = listing::cloud_title(account, Some(tree), folder);
    let node = tree.folder_node(folder).and_then(|node| tree.node(node)).filter(|node| !node.is_file());
    match (folder, node) {
        (CloudFolder::Shares | CloudFolder::Orphans, _) => {
            let hint = "Choose a folder in it, or another one.";
            Err(Problem::new(ProblemKind::Permanent, format!("Nothing can be put into \"{title}\""), hint))
        }
        (_, None) => Err(Problem::new(
            ProblemKind::FolderNotFound,
            format!("\"{title}\" is no longer there"),
            "Refresh the view.",
        )),
        (_, Some(node)) if is_writable(tree, node.handle()) => Ok(node.handle()),
        (_, Some(_)) => {
            let message = format!("\"{title}\" is read-only: it is shared with you for reading only");
            Err(Problem::new(ProblemKind::Permanent, message, "Ask its owner, or choose another folder."))
        }
    }
}

/// Returns what is told where a command needs an account that is not open.
pub(crate) fn not_ready(account: &str) -> Problem {
    let message = format!("\"{account}:\" is not open yet, or its file list is still loading");
    Problem::new(ProblemKind::Login, message, "Open it, or wait until the list is there.")
}

/// Refuses a move away from where the account may not remove: what others share with it goes into no bin of its own.
/// Nothing picked means all of the folder.
pub(super) fn require_removable(
    tree: &Tree,
    (folder, picked): (CloudFolder, Option<&[EntryKey]>),
    task: Task,
) -> Result<(), Problem> {
    if !matches!(task, Task::Move { .. }) {
        return Ok(());
    }
    let node_of = |key: &EntryKey| match key {
        EntryKey::Node(node) => Some(*node),
        EntryKey::Place(place) => tree.folder_node(*place),
        EntryKey::Name(_) => None,
    };
    let sources: Vec<NodeHandle> = match picked {
        None => tree.folder_node(folder).into_iter().collect(),
        Some(keys) => keys.iter().filter_map(node_of).collect(),
    };
    let mut nodes = sources.into_iter().filter_map(|handle| tree.node(handle));
    let Some(node) = nodes.find(|node| tree.owner(node.handle()).is_some()) else { return Ok(()) };
    let (name, access) = (node.label(), tree.access(node.handle()));
    let what = format!("move \"{name}\"");
    let error = match access {
        Access::Read | Access::Write => ChangeError::ReadOnly { name, access },
        Access::Full | Access::Owner => ChangeError::Foreign { name },
    };
    Err(problem::of_change(&what, &error))
}

/// Refuses a name that an entry of the folder has.
pub(super) fn free_in(tree: &Tree, parent: NodeHandle, name: &str, what: &str) -> Result<(), Problem> {
    if tree.named(parent, name).is_empty() {
        return Ok(());
    }
    let message = format!("Cannot {what}: there is an entry \"{name}\" already");
    Err(Problem::new(ProblemKind::Permanent, message, "Choose another name."))
}

/// What is told of a place that cannot be changed.
pub(super) fn fixed(key: &EntryKey, done: &str) -> Problem {
    let name = match key {
        EntryKey::Name(name) => name.to_string_lossy().into_owned(),
        EntryKey::Node(node) => format!("H:{node}"),
        EntryKey::Place(place) => format!("{place:?}"),
    };
    Problem::new(ProblemKind::Permanent, format!("\"{name}\" cannot be {done}: it is a fixed place"), "")
}

/// What is told where entries have to be named.
pub(super) fn name_entries(verb: &str) -> Problem {
    Problem::new(ProblemKind::Usage, format!("Name the entries to {verb}"), "")
}
