//! The two ends of a copy: which way it goes, what of the source was picked, and where in the target it begins. Worked
//! out once, when a copy is planned; what cannot be is refused here with a sentence.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::across::{self, Sources};
use super::actor::Actor;
use super::backup::Backup;
use super::copying::{Copy, Stage};
use super::foretold;
use super::listing;
use super::problem::{self, unknown_account};
use super::refusal::{not_ready, require_removable, writable_folder};
use super::scan::{Goal, Origin, Picked, Wholes};
use super::selection::Selected;
use super::sweep::LEAST_SHARE;
use super::titles::Titles;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::handle::NodeHandle;
use crate::local::{self, Trash};
use crate::message::{
    BackupFolder, CopyId, CopyOptions, CopyRequest, Direction, FileBounds, Problem, ProblemKind, Task,
};
use crate::store::undo::UndoJournal;
use crate::transfer::Limits;
use crate::transfer::filter::Rules;
use crate::transfer::plan::{Plan, PlanOptions};
use crate::transfer::spending::Spending;
use crate::tree::{PathError, Tree};

impl Actor {
    /// Works a new copy out.
    pub(crate) fn new_copy(&self, id: CopyId, request: &CopyRequest) -> Result<Copy, Problem> {
        let selected = self.select(request.selection.clone())?;
        let CopyRequest { target, target_subfolders, rename, mut options, .. } = request.clone();
        if let Selected::Entries { .. } = selected {
            options.task = of_entries(options.task);
        }
        let title = below_title(&self.heading(&target).title, &target_subfolders);
        let (Selected::Contents(parent) | Selected::Entries { parent, .. }) = &selected;
        let titles = Titles { source: self.heading(parent).title, target: title.clone() };
        let plan_options = plan_options(id, &title, &options)?;
        let task = options.task;
        let sides = self.sides(&selected, target, target_subfolders, options.task)?;
        // Of a tree that is not the target's no folder goes as it is.
        let wholes = if sides.way == Way::Between { Wholes::None } else { wholes(&options) };
        let undo_group = self.undo_group((&task, sides.way), &selected, &titles.target);
        let kept = Arc::new(self.kept_copy(request, selected, (&sides, &title)));
        let root = match &sides.goal {
            Goal::Disk(target) => target.clone(),
            Goal::Node(_) => local::Target::root(PathBuf::new()),
        };
        let (backup, trash) = self.backup(options.backup.take(), &sides)?;
        let sources = sides.sources_on_disk(&task, options.trash_sources);
        Ok(Copy {
            plan: Plan::new(plan_options, sides.origin, sides.goal, &sides.missing),
            account: sides.account,
            source: sides.source,
            way: sides.way,
            wholes,
            large_limit: options.transfers,
            order_by: options.order_by,
            limits: Limits {
                max_wait: options.max_wait,
                spending: Spending::new(&options.budget),
                ..self.limits.clone()
            },
            ends_at: options.budget.time.and_then(|time| Instant::now().checked_add(time)),
            cutoff: options.budget.cutoff,
            backup,
            trash,
            picked: sides.picked,
            rename,
            disk_group: undo_group.elsewhere(),
            undo_group,
            titles,
            root,
            sources,
            stage: Stage::Planned,
            changes_target: !options.dry_run && !matches!(options.task, Task::Check { .. }),
            scanning: 0,
            making: 0,
            question: None,
            told: None,
            kept_bytes: 0,
            cancel: CancellationToken::new(),
            is_held: false,
            record: None,
            kept,
            is_kept_stale: false,
        })
    }

    /// Works out the two ends of a copy.
    fn sides(
        &self,
        selected: &Selected,
        target: Location,
        below: Vec<String>,
        task: Task,
    ) -> Result<Sides, Problem> {
        let (parent, picked) = match selected {
            Selected::Contents(location) => (location.clone(), None),
            Selected::Entries { parent, keys } => (parent.clone(), Some(&keys[..])),
        };
        match (parent, target) {
            (Location::Local(parent), Location::Cloud { account, folder }) => {
                let (origin, picked) = disk_origin(parent, picked);
                let (goal, missing) = descend(&account, self.ready_tree(&account)?, folder, below)?;
                let goal = Goal::Node(goal);
                Ok(Sides { source: account.clone(), account, way: Way::Up, origin, picked, goal, missing })
            }
            (Location::Cloud { account, folder }, Location::Local(target)) => {
                require_removable(self.ready_tree(&account)?, (folder, picked), task)?;
                let (origin, picked) = cloud_origin(folder, picked);
                let target = below.into_iter().fold(listing::clean(&target), |path, name| path.join(name));
                let (goal, missing) = (Goal::Disk(local::Target::root(target)), Vec::new());
                Ok(Sides { source: account.clone(), account, way: Way::Down, origin, picked, goal, missing })
            }
            (Location::Local(parent), Location::Local(target)) => {
                let target = below.into_iter().fold(listing::clean(&target), |path, name| path.join(name));
                let (origin, picked) = disk_origin(listing::clean(&parent), picked);
                let (goal, missing) = (Goal::Disk(local::Target::root(target)), Vec::new());
                let (account, source) = (String::new(), String::new());
                Ok(Sides { account, source, way: Way::Across, origin, picked, goal, missing })
            }
            (Location::Cloud { account, folder }, Location::Cloud { account: other, folder: target })
                if account == other =>
            {
                let tree = self.ready_tree(&account)?;
                let (goal, missing) = descend(&account, tree, target, below)?;
                let task = Some(task).filter(|_| missing.is_empty());
                require_apart(tree, (folder, picked), goal, task)?;
                let (origin, picked) = cloud_origin(folder, picked);
                let goal = Goal::Node(goal);
                Ok(Sides {
                    source: account.clone(),
                    account,
                    way: Way::Inside,
                    origin,
                    picked,
                    goal,
                    missing,
                })
            }
            (Location::Cloud { account: source, folder }, Location::Cloud { account, folder: target }) => {
                require_removable(self.ready_tree(&source)?, (folder, picked), task)?;
                let (goal, missing) = descend(&account, self.ready_tree(&account)?, target, below)?;
                let (origin, picked) = cloud_origin(folder, picked);
                Ok(Sides {
                    account,
                    source,
                    way: Way::Between,
                    origin,
                    picked,
                    goal: Goal::Node(goal),
                    missing,
                })
            }
        }
    }

    /// Works out where to what makes way goes, in the cloud and on the disk.
    fn backup(
        &self,
        wanted: Option<BackupFolder>,
        sides: &Sides,
    ) -> Result<(Option<Backup>, Trash), Problem> {
        let Some(wanted) = wanted else { return Ok((None, self.trash.clone())) };
        match &sides.goal {
            Goal::Disk(target) => Ok((None, mirror(wanted, target, self.trash.clone())?)),
            Goal::Node(target) => {
                let tree = self.ready_tree(&sides.account)?;
                let source = match &sides.origin {
                    Origin::Cloud(folder) if sides.way == Way::Inside => tree.folder_node(*folder),
                    Origin::Cloud(_) | Origin::Disk(_) | Origin::Picked => None,
                };
                let end = (*target, &sides.missing[..]);
                let backup = Backup::new(wanted, (&sides.account, tree), end, source)?;
                Ok((Some(backup), self.trash.clone()))
            }
        }
    }

    fn ready_tree(&self, name: &str) -> Result<&Tree, Problem> {
        let account = self.accounts.get(name).ok_or_else(|| unknown_account(name))?;
        account.ready().map(|(_, tree)| tree).ok_or_else(|| not_ready(name))
    }
}

/// How the plan of a copy decides.
fn plan_options(copy: CopyId, target: &str, options: &CopyOptions) -> Result<PlanOptions, Problem> {
    let rules = options.filters.iter().map(|filter| (filter.include, filter.pattern.as_str()));
    let rules = Rules::new(rules).map_err(|error| {
        Problem::new(ProblemKind::Usage, error.to_string(), "See the patterns of rclone's filters.")
    })?;
    Ok(PlanOptions {
        copy,
        target: target.to_owned(),
        conflict: options.conflict,
        folders: options.folders,
        dry_run: options.dry_run,
        empty_folders: options.empty_folders,
        task: options.task,
        sameness: options.sameness,
        rules,
        bounds: options.bounds.clone(),
        backs_up: options.backup.is_some(),
    })
}

/// Which folders may go as they are: where something is left out of them, none.
fn wholes(options: &CopyOptions) -> Wholes {
    let leaves_out = !options.filters.is_empty() || options.bounds != FileBounds::default();
    match options.task {
        Task::Copy | Task::Move { .. } if !options.dry_run && !leaves_out => {
            Wholes::of(options.task, options.empty_folders)
        }
        Task::Copy | Task::Move { .. } | Task::Sync(_) | Task::Check { .. } => Wholes::None,
    }
}

/// Which way a copy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the disk to the cloud.
    Up,
    /// From the cloud to the disk.
    Down,
    /// From the cloud to the cloud, in one account: no bytes move.
    Inside,
    /// From one account, or a public link, to another account: bytes move only where the server does not do it.
    Between,
    /// From one folder of the disk to another.
    Across,
}

impl Way {
    /// Whether the target is on the disk.
    pub(crate) const fn ends_on_disk(self) -> bool {
        match self {
            Self::Down | Self::Across => true,
            Self::Up | Self::Inside | Self::Between => false,
        }
    }

    /// Whether its files are known to go through the queue.
    pub(crate) const fn moves_bytes(self) -> bool {
        match self {
            Self::Up | Self::Down | Self::Across => true,
            Self::Inside | Self::Between => false,
        }
    }

    /// Which way a list of transfers shows; inside an account, and between two, things go to the cloud.
    pub(crate) const fn direction(self) -> Direction {
        match self {
            Self::Up | Self::Inside | Self::Between => Direction::Up,
            Self::Down => Direction::Down,
            Self::Across => Direction::Across,
        }
    }
}

/// The two ends of a copy.
pub(super) struct Sides {
    /// As in the copy.
    pub(super) account: String,
    /// As in the copy.
    pub(super) source: String,
    pub(super) way: Way,
    origin: Origin,
    picked: Picked,
    goal: Goal,
    /// Folders to make below the goal.
    missing: Vec<String>,
}

impl Sides {
    /// Returns what is read on the disk; paths only where something is written there, too.
    fn sources_on_disk(&self, task: &Task, to_trash: bool) -> Sources {
        let paths = match (self.way, &self.origin, &self.picked) {
            (Way::Across, Origin::Disk(folder), _) => Arc::new(vec![folder.clone()]),
            (Way::Across, _, Picked::Paths(paths)) => Arc::clone(paths),
            (Way::Across | Way::Up | Way::Down | Way::Inside | Way::Between, _, _) => Arc::default(),
        };
        let is_whole = matches!(self.picked, Picked::Nothing);
        let are_changed = is_whole && matches!(task, Task::Move { .. } | Task::Sync(_));
        Sources { paths, are_changed, to_trash }
    }
}

/// Refuses a folder that would go into itself, and where something is deleted also a target that holds the source: what
/// is read would change under the reading. `whole` is the task, where `goal` is the target itself and not above it.
fn require_apart(
    tree: &Tree,
    (parent, picked): (CloudFolder, Option<&[EntryKey]>),
    goal: NodeHandle,
    whole: Option<Task>,
) -> Result<(), Problem> {
    let sources: Vec<NodeHandle> = match picked {
        None => tree.folder_node(parent).into_iter().collect(),
        Some(keys) => keys
            .iter()
            .filter_map(|key| match key {
                EntryKey::Node(node) => Some(*node),
                EntryKey::Place(place) => tree.folder_node(*place),
                EntryKey::Name(_) => None,
            })
            .filter(|node| tree.node(*node).is_some_and(|node| !node.is_file()))
            .collect(),
    };
    let removes = matches!(whole, Some(Task::Move { .. } | Task::Sync(_))) && picked.is_none();
    let overlap =
        |source: &&NodeHandle| tree.is_inside(goal, **source) || (removes && tree.is_inside(**source, goal));
    let Some(source) = sources.iter().find(overlap) else { return Ok(()) };
    let label = tree.node(*source).map(|node| node.label()).unwrap_or_default();
    let message = format!("\"{label}\" and its target overlap");
    Err(Problem::new(ProblemKind::Harmful, message, "Choose a target outside of it."))
}

/// What else is in the target is no business of entries that were picked: only a whole folder has a whole target. A check
/// looks beside nothing that was picked, but into it: `Copy::wants_others`.
const fn of_entries(task: Task) -> Task {
    match task {
        Task::Sync(_) => Task::Copy,
        Task::Copy | Task::Move { .. } | Task::Check { .. } => task,
    }
}

/// The loop waits for it, so all cores help where very much was picked.
fn disk_origin(parent: PathBuf, picked: Option<&[EntryKey]>) -> (Origin, Picked) {
    let Some(keys) = picked else { return (Origin::Disk(parent), Picked::Nothing) };
    let path = |key: &EntryKey| match key {
        EntryKey::Name(name) => Some(parent.join(name)),
        EntryKey::Node(_) | EntryKey::Place(_) => None,
    };
    let paths: Vec<PathBuf> = keys.par_iter().with_min_len(LEAST_SHARE).filter_map(path).collect();
    (Origin::Picked, Picked::Paths(Arc::new(paths)))
}

fn cloud_origin(folder: CloudFolder, picked: Option<&[EntryKey]>) -> (Origin, Picked) {
    let Some(keys) = picked else { return (Origin::Cloud(folder), Picked::Nothing) };
    let entry = |key: &EntryKey| match key {
        EntryKey::Node(node) => Some(CloudFolder::Node(*node)),
        EntryKey::Place(place) => Some(*place),
        EntryKey::Name(_) => None,
    };
    (Origin::Picked, Picked::Cloud(Arc::new(keys.iter().filter_map(entry).collect())))
}

/// Returns the place for what makes way in a folder of the disk.
fn mirror(wanted: BackupFolder, target: &local::Target, older: Trash) -> Result<Trash, Problem> {
    let BackupFolder { folder, below, suffix } = wanted;
    let Location::Local(folder) = folder else { return Err(problem::backup_elsewhere()) };
    let backup = below.into_iter().fold(listing::clean(&folder), |path, name| path.join(name));
    let files = target.path();
    let is_in_place = files == backup && !suffix.is_empty();
    if !is_in_place && (files.starts_with(&backup) || backup.starts_with(&files)) {
        return Err(problem::backup_overlaps("target"));
    }
    Ok(Trash::Mirror { files, backup, suffix, older: Box::new(older) })
}

/// Returns whether one of two folders is the other, or in it. Each is a folder that is there, and what is missing below.
pub(super) fn overlap(tree: &Tree, one: (NodeHandle, &[String]), other: (NodeHandle, &[String])) -> bool {
    let ((one, above), (other, below)) = (one, other);
    if one == other {
        return above.starts_with(below) || below.starts_with(above);
    }
    (above.is_empty() && tree.is_inside(other, one)) || (below.is_empty() && tree.is_inside(one, other))
}

/// Follows folder names down from a cloud folder as far as they exist. Returns where that ends, and what is missing.
pub(super) fn descend(
    account: &str,
    tree: &Tree,
    folder: CloudFolder,
    below: Vec<String>,
) -> Result<(NodeHandle, Vec<String>), Problem> {
    let mut at = writable_folder(account, tree, folder)?;
    let mut names = below.into_iter();
    while let Some(name) = names.next() {
        let found = tree.named(at, &name);
        let folders: Vec<NodeHandle> = found
            .iter()
            .copied()
            .filter(|handle| tree.node(*handle).is_some_and(|node| !node.is_file()))
            .collect();
        match (&folders[..], found.is_empty()) {
            ([only], _) => at = *only,
            ([], true) => return Ok((at, std::iter::once(name).chain(names).collect())),
            ([], false) => {
                let message = format!("\"{account}:{name}\" is a file, and a folder is meant");
                return Err(Problem::new(ProblemKind::Permanent, message, "Choose another target."));
            }
            (handles, _) => {
                let error = PathError::Ambiguous { path: name, handles: handles.to_vec() };
                return Err(problem::of_path(account, &error));
            }
        }
    }
    Ok((at, Vec::new()))
}

/// Makes the folder that the user chose to copy to, and finds out whether it can be written to and is none of the sources.
/// Blocks.
pub(super) fn make_root(
    root: &local::Target,
    sources: &Sources,
    journal: &UndoJournal,
) -> Result<(), Problem> {
    let path = root.path();
    let what = format!("copy to \"{}\"", path.display());
    across::require_apart(sources, &path)?;
    foretold::make_folder(root, journal).map_err(|error| problem::of_local(&what, &error))?;
    if local::is_writable(&path) {
        return Ok(());
    }
    let message = format!("Cannot {what}: the folder is read-only");
    Err(Problem::new(ProblemKind::Permanent, message, "Check its permissions, or choose another folder."))
}

pub(super) fn below_title(title: &str, below: &[String]) -> String {
    below.iter().fold(title.to_owned(), |title, name| {
        if title.ends_with('/') { format!("{title}{name}") } else { format!("{title}/{name}") }
    })
}
