//! Deletions for good: counted first, then carried out on exactly what was counted. The screen's typed confirmation and the
//! command line's `--permanent` ask here; `changes` makes the changes. What has grown since it was counted stays.

use std::path::PathBuf;

use super::account::Account;
use super::actor::Actor;
use super::changes::{Landing, Worded, counted, worded};
use super::disk;
use super::jobs::Done;
use super::problem;
use super::refusal::{fixed, name_entries, not_ready};
use super::selection::Selected;
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;
use crate::local::weight::{Weight, weigh};
use crate::message::{DeletionId, DeletionSummary, Event, Problem, ProblemKind, Selection};
use crate::session::Session;
use crate::session::change::Change;
use crate::tree::Tree;

/// A deletion that was counted, or is being counted.
pub(crate) struct Deletion {
    doomed: Doomed,
    summary: DeletionSummary,
}

/// What is to go.
enum Doomed {
    Nodes { account: String, nodes: Vec<NodeHandle> },
    Paths(Vec<PathBuf>),
}

/// What a job that counted brings.
pub(crate) struct Weighed {
    deletion: DeletionId,
    weight: Result<Weight, Problem>,
}

impl Actor {
    /// Counts what would go.
    pub(crate) fn plan_deletion(&mut self, deletion: DeletionId, selection: Selection) {
        let summary = DeletionSummary { deletion, ..DeletionSummary::default() };
        let planned =
            self.select(selection).and_then(|selected| self.new_deletion(summary.clone(), selected));
        match planned {
            Ok(planned) => {
                if let (Doomed::Paths(paths), false) = (&planned.doomed, planned.summary.complete) {
                    self.weigh_paths(deletion, paths.clone());
                }
                self.send(Event::Deletion(planned.summary.clone()));
                self.deletions.insert(deletion, planned);
            }
            Err(problem) => {
                let refused = DeletionSummary { problem: Some(problem), complete: true, ..summary };
                self.send(Event::Deletion(refused));
            }
        }
    }

    /// Removes for good what was counted.
    pub(crate) fn delete(&mut self, deletion: DeletionId) {
        let Some(Deletion { doomed, summary }) = self.deletions.remove(&deletion) else {
            let message = "There is no deletion of that number";
            return self.send(Event::Failed(Problem::new(ProblemKind::Other, message, "")));
        };
        if !summary.complete {
            let message = "Cannot delete that yet: it is still being counted";
            return self.send(Event::Failed(Problem::new(ProblemKind::Temporary, message, "")));
        }
        match doomed {
            Doomed::Paths(paths) => {
                let keys: Vec<EntryKey> = paths
                    .iter()
                    .filter_map(|path| path.file_name())
                    .map(|name| EntryKey::Name(name.into()))
                    .collect();
                let line = format!("deleted {} for good", counted(&keys, None));
                self.change_disk(
                    line,
                    Landing::None,
                    paths.iter().map(|path| Ok(disk::delete_entry(path))).collect(),
                );
            }
            Doomed::Nodes { account, nodes } => {
                let keys: Vec<EntryKey> = nodes.iter().copied().map(EntryKey::Node).collect();
                let line = format!("deleted {} for good", counted(&keys, self.only_label(&account, &keys)));
                self.change_cloud(&account, line, Landing::None, |session, tree| {
                    require_unchanged(tree, &nodes, &summary)?;
                    Ok(nodes.iter().map(|node| delete_change(session, tree, *node)).collect())
                });
            }
        }
    }

    /// Forgets what was counted.
    pub(crate) fn drop_deletion(&mut self, deletion: DeletionId) {
        self.deletions.remove(&deletion);
    }

    /// Takes what a job counted.
    pub(crate) fn weighed(&mut self, weighed: Weighed) {
        let Some(Deletion { summary, .. }) = self.deletions.get_mut(&weighed.deletion) else { return };
        match weighed.weight {
            Ok(weight) => {
                summary.file_count = weight.file_count;
                summary.folder_count = weight.folder_count;
                summary.bytes = weight.bytes;
            }
            Err(problem) => summary.problem = Some(problem),
        }
        summary.complete = true;
        let summary = summary.clone();
        if summary.problem.is_some() {
            self.deletions.remove(&weighed.deletion);
        }
        self.send(Event::Deletion(summary));
    }

    fn new_deletion(&self, summary: DeletionSummary, selected: Selected) -> Result<Deletion, Problem> {
        let (Selected::Contents(parent) | Selected::Entries { parent, .. }) = &selected;
        let place = self.heading(parent).title;
        let summary = DeletionSummary { place, ..summary };
        match selected {
            Selected::Contents(Location::Local(_)) => Err(name_entries("delete")),
            Selected::Entries { parent: Location::Local(parent), keys } => {
                let path = |key: &EntryKey| match key {
                    EntryKey::Name(name) => Ok(parent.join(name)),
                    EntryKey::Node(_) | EntryKey::Place(_) => Err(fixed(key, "deleted")),
                };
                let paths = keys.iter().map(path).collect::<Result<_, _>>()?;
                Ok(Deletion { doomed: Doomed::Paths(paths), summary })
            }
            Selected::Contents(Location::Cloud { account, folder }) => {
                let nodes =
                    self.deletable_tree(&account)?.1.contents(folder).map(|node| node.handle()).collect();
                self.deletion_of_nodes(account, nodes, summary)
            }
            Selected::Entries { parent: Location::Cloud { account, .. }, keys } => {
                let node = |key: &EntryKey| match key {
                    EntryKey::Node(node) => Ok(*node),
                    EntryKey::Name(_) | EntryKey::Place(_) => Err(fixed(key, "deleted")),
                };
                let nodes = keys.iter().map(node).collect::<Result<_, _>>()?;
                self.deletion_of_nodes(account, nodes, summary)
            }
        }
    }

    fn deletion_of_nodes(
        &self,
        account: String,
        nodes: Vec<NodeHandle>,
        summary: DeletionSummary,
    ) -> Result<Deletion, Problem> {
        let (session, tree) = self.deletable_tree(&account)?;
        for node in &nodes {
            let (_, prepared) = delete_change(session, tree, *node);
            prepared?;
        }
        let summary = weigh_nodes(tree, &nodes, summary);
        Ok(Deletion { doomed: Doomed::Nodes { account, nodes }, summary })
    }

    fn deletable_tree(&self, account: &str) -> Result<(&Session, &Tree), Problem> {
        let known = self.accounts.get(account).ok_or_else(|| problem::unknown_account(account))?;
        Account::ready(known).ok_or_else(|| not_ready(account))
    }

    fn weigh_paths(&mut self, deletion: DeletionId, paths: Vec<PathBuf>) {
        let done = move |weight| Done::Weighed(Weighed { deletion, weight });
        let broken = done(Err(problem::broke_down("count what would go")));
        self.jobs.start_blocking(broken, move || done(weigh_all(&paths)));
    }
}

/// Counts what stands at some paths. Blocks.
fn weigh_all(paths: &[PathBuf]) -> Result<Weight, Problem> {
    let mut sum = Weight::default();
    for path in paths {
        let weight =
            weigh(path).map_err(|error| problem::of_folder(&path.join(&error.path), &error.source))?;
        sum.file_count += weight.file_count;
        sum.folder_count += weight.folder_count;
        sum.bytes = sum.bytes.saturating_add(weight.bytes);
    }
    Ok(sum)
}

/// Counts what stands at some nodes.
fn weigh_nodes(tree: &Tree, nodes: &[NodeHandle], summary: DeletionSummary) -> DeletionSummary {
    let mut sum = DeletionSummary {
        file_count: 0,
        folder_count: 0,
        bytes: 0,
        version_bytes: 0,
        complete: true,
        ..summary
    };
    for &node in nodes {
        let usage = tree.usage(node);
        sum.file_count += usage.file_count;
        sum.folder_count +=
            usage.folder_count + u64::from(tree.node(node).is_some_and(|node| !node.is_file()));
        sum.bytes = sum.bytes.saturating_add(usage.bytes);
        sum.version_bytes = sum.version_bytes.saturating_add(usage.version_bytes);
    }
    sum
}

/// Refuses what is not what the user was told.
fn require_unchanged(tree: &Tree, nodes: &[NodeHandle], told: &DeletionSummary) -> Result<(), Problem> {
    if weigh_nodes(tree, nodes, told.clone()) == *told {
        return Ok(());
    }
    let message = "Nothing was deleted: what is to go has changed since it was counted";
    Err(Problem::new(ProblemKind::Temporary, message, "Look at it, and ask again."))
}

fn delete_change(session: &Session, tree: &Tree, node: NodeHandle) -> Worded {
    let name = tree.node(node).map_or_else(|| format!("H:{node}"), |node| node.label());
    worded(format!("delete \"{name}\""), session, tree, Change::Delete { node, name })
}
