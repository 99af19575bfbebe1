//! The two ends of a copy: which way it goes, what of the source was picked, and where in the target it begins. Worked
//! out once, when a copy is planned; what cannot be is refused here with a sentence.

use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::actor::Actor;
use super::changes::{not_ready, writable_folder};
use super::copying::{Copy, Stage};
use super::listing;
use super::problem::{self, unknown_account};
use super::scan::{Goal, Origin, Picked};
use super::selection::Selected;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::handle::NodeHandle;
use crate::local;
use crate::message::{CopyId, CopyRequest, Direction, Problem, ProblemKind};
use crate::transfer::Limits;
use crate::transfer::filter::Rules;
use crate::transfer::plan::{Plan, PlanOptions};
use crate::tree::{PathError, Tree};

impl Actor {
    /// Works a new copy out.
    pub(crate) fn new_copy(&self, id: CopyId, request: &CopyRequest) -> Result<Copy, Problem> {
        let selected = self.select(request.selection.clone())?;
        let CopyRequest { target, target_subfolders, rename, options, .. } = request.clone();
        let title = below_title(&self.heading(&target).title, &target_subfolders);
        let rules = options.filters.iter().map(|filter| (filter.include, filter.pattern.as_str()));
        let rules = Rules::new(rules).map_err(|error| {
            Problem::new(ProblemKind::Usage, error.to_string(), "See the patterns of rclone's filters.")
        })?;
        let plan_options = PlanOptions {
            copy: id,
            target: title.clone(),
            conflict: options.conflict,
            dry_run: options.dry_run,
            empty_folders: options.empty_folders,
            rules,
        };
        let sides = self.sides(selected.clone(), target, target_subfolders)?;
        let kept = self.kept_copy(request, &selected, (&sides.account, sides.direction, &title));
        let root = match &sides.goal {
            Goal::Disk(target) => target.clone(),
            Goal::Node(_) => local::Target::root(PathBuf::new()),
        };
        Ok(Copy {
            plan: Plan::new(plan_options, sides.origin, sides.goal, &sides.missing),
            account: sides.account,
            direction: sides.direction,
            large_limit: options.transfers,
            limits: Limits { max_wait: options.max_wait, ..self.limits.clone() },
            picked: sides.picked,
            rename,
            title,
            root,
            stage: Stage::Planned,
            is_dry_run: options.dry_run,
            scanning: 0,
            making: 0,
            conflict: None,
            told: None,
            cancel: CancellationToken::new(),
            is_held: false,
            record: None,
            kept,
            is_kept_stale: false,
        })
    }

    /// Works out the two ends of a copy.
    fn sides(&self, selected: Selected, target: Location, below: Vec<String>) -> Result<Sides, Problem> {
        let (parent, picked) = match selected {
            Selected::Contents(location) => (location, None),
            Selected::Entries { parent, keys } => (parent, Some(keys)),
        };
        match (parent, target) {
            (Location::Local(parent), Location::Cloud { account, folder }) => {
                let (origin, picked) = disk_origin(parent, picked);
                let (goal, missing) = descend(&account, self.ready_tree(&account)?, folder, below)?;
                let goal = Goal::Node(goal);
                Ok(Sides { account, direction: Direction::Up, origin, picked, goal, missing })
            }
            (Location::Cloud { account, folder }, Location::Local(target)) => {
                self.ready_tree(&account)?;
                let (origin, picked) = cloud_origin(folder, picked);
                let target = below.into_iter().fold(listing::clean(&target), |path, name| path.join(name));
                let (goal, missing) = (Goal::Disk(local::Target::root(target)), Vec::new());
                Ok(Sides { account, direction: Direction::Down, origin, picked, goal, missing })
            }
            (Location::Local(_), Location::Local(_)) => {
                Err(one_side("two local folders", "Use cp for that."))
            }
            (Location::Cloud { account, .. }, Location::Cloud { account: other, .. }) => {
                let hint = "Copy to a local folder first, then up again.";
                Err(one_side(&format!("{account}: and {other}:"), hint))
            }
        }
    }

    fn ready_tree(&self, name: &str) -> Result<&Tree, Problem> {
        let account = self.accounts.get(name).ok_or_else(|| unknown_account(name))?;
        account.ready().map(|(_, tree)| tree).ok_or_else(|| not_ready(name))
    }
}

/// The two ends of a copy.
struct Sides {
    account: String,
    direction: Direction,
    origin: Origin,
    picked: Picked,
    goal: Goal,
    /// Folders to make below the goal.
    missing: Vec<String>,
}

fn disk_origin(parent: PathBuf, picked: Option<Vec<EntryKey>>) -> (Origin, Picked) {
    let Some(keys) = picked else { return (Origin::Disk(parent), Picked::Nothing) };
    let path = |key: EntryKey| match key {
        EntryKey::Name(name) => Some(parent.join(name)),
        EntryKey::Node(_) | EntryKey::Place(_) => None,
    };
    (Origin::Picked, Picked::Paths(keys.into_iter().filter_map(path).collect()))
}

fn cloud_origin(folder: CloudFolder, picked: Option<Vec<EntryKey>>) -> (Origin, Picked) {
    let Some(keys) = picked else { return (Origin::Cloud(folder), Picked::Nothing) };
    let entry = |key: EntryKey| match key {
        EntryKey::Node(node) => Some(CloudFolder::Node(node)),
        EntryKey::Place(place) => Some(place),
        EntryKey::Name(_) => None,
    };
    (Origin::Picked, Picked::Cloud(keys.into_iter().filter_map(entry).collect()))
}

/// Follows folder names down from a cloud folder as far as they exist. Returns where that ends, and what is missing.
fn descend(
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

/// Makes the folder that the user chose to copy to, and finds out whether it can be written to. Blocks.
pub(super) fn make_root(root: &local::Target) -> Result<(), Problem> {
    let path = root.path();
    let what = format!("copy to \"{}\"", path.display());
    root.make_folder().map_err(|error| problem::of_local(&what, &error))?;
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

fn one_side(ends: &str, hint: &str) -> Problem {
    Problem::new(
        ProblemKind::Usage,
        format!("Cannot copy between {ends}: one end must be local, the other an account"),
        hint,
    )
}
