//! Scans: what is in a source folder, and what of that the target has already. The cloud's half reads a tree, the
//! disk's half blocks and runs as a job; each direction is one half after the other.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::problem;
use crate::entry::{CloudFolder, EntryKind};
use crate::handle::NodeHandle;
use crate::local::leftover::is_own_leftover;
use crate::local::{self, DiskEntry, SafeName, cloud_name};
use crate::message::{Oddity, Problem, Task, Verdict};
use crate::session::change::check;
use crate::transfer::compare::{Comparison, Side, compare};
use crate::transfer::plan::{Existing, Offer, OfferKind, Other, OtherKind, Scanned};
use crate::tree::{Node, Tree};

/// A source entry of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The entries that the user picked: the top of a copy.
    Picked,
    /// Something on the disk.
    Disk(PathBuf),
    /// Something in the cloud.
    Cloud(CloudFolder),
}

/// A target entry of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// A place on the disk.
    Disk(local::Target),
    /// A node.
    Node(NodeHandle),
}

/// The entries that the user picked.
#[derive(Clone, Debug)]
pub(crate) enum Picked {
    /// None: the whole of a folder is copied.
    Nothing,
    /// Paths on the disk.
    Paths(Arc<Vec<PathBuf>>),
    /// Nodes and places of an account.
    Cloud(Arc<Vec<CloudFolder>>),
}

/// A child of a cloud folder, copied out of the tree.
#[derive(Clone, Debug)]
pub(crate) struct CloudChild {
    folder: CloudFolder,
    label: String,
    kind: CloudChildKind,
}

#[derive(Clone, Copy, Debug)]
enum CloudChildKind {
    Folder,
    File(Side),
    Undecryptable,
}

/// Lists a source folder on the disk, or the picked entries. Blocks.
pub(crate) fn disk_children(
    folder: Option<&Path>,
    picked: &[PathBuf],
) -> Result<Vec<(PathBuf, DiskEntry)>, Problem> {
    let Some(folder) = folder else {
        return Ok(picked.iter().map(|path| (path.clone(), picked_entry(path))).collect());
    };
    let listed = local::list(folder).map_err(|error| problem::of_folder(folder, &error))?;
    let mut children: Vec<(PathBuf, DiskEntry)> = listed
        .into_iter()
        .filter(|entry| !is_own_leftover(&entry.name))
        .map(|entry| (folder.join(&entry.name), entry))
        .collect();
    children.sort_unstable_by(|(_, a), (_, b)| a.name.cmp(&b.name));
    Ok(children)
}

/// What was picked by name is meant: a link stands for what it points to, and a pipe for a file. What is gone, and what
/// is no file after all, fails when it is read.
fn picked_entry(path: &Path) -> DiskEntry {
    let name = path.file_name().unwrap_or(OsStr::new("")).to_owned();
    let missing = DiskEntry { name, kind: EntryKind::File, size: Some(0), modified: None, read_only: false };
    let entry = local::stat(path).unwrap_or(missing);
    let kind = match entry.kind {
        EntryKind::Folder | EntryKind::LinkToFolder => EntryKind::Folder,
        EntryKind::File | EntryKind::LinkToFile | EntryKind::Special => EntryKind::File,
    };
    DiskEntry { kind, ..entry }
}

/// Holds children on the disk against a cloud folder.
pub(crate) fn offers_up(
    children: Vec<(PathBuf, DiskEntry)>,
    tree: &Tree,
    target: Option<NodeHandle>,
    rename: Option<&str>,
    wants_others: bool,
) -> Scanned<Origin, Goal> {
    let there = CloudNames::of(tree, target);
    let offers: Vec<Offer<Origin, Goal>> = children
        .into_iter()
        .map(|(path, entry)| {
            let name = entry.name.to_string_lossy().into_owned();
            let (target_name, unfit) = match cloud_name(&entry.name) {
                Ok(target_name) => (rename.map_or(target_name, nfc), None),
                Err(error) => (name.clone(), Some(problem::of_name(&name, &error))),
            };
            let side = Side { size: entry.size.unwrap_or(0), modified: entry.modified };
            let existing = there.named(&target_name).map(|node| existing_node(&node, side)).collect();
            let kind = unfit.map_or_else(|| disk_kind(&entry), OfferKind::Unfit);
            Offer { source: Origin::Disk(path), name, target_name, kind, existing }
        })
        .collect();
    there.scanned(offers, wants_others)
}

/// What of a cloud folder no offer has the name of.
fn other_nodes(tree: &Tree, folder: NodeHandle, offers: &[Offer<Origin, Goal>]) -> Vec<Other<Goal>> {
    let offered: HashSet<&str> = offers.iter().map(|offer| offer.target_name.as_str()).collect();
    let is_other = |node: &Node<'_>| node.name().is_none_or(|name| !offered.contains(nfc(name).as_str()));
    tree.children(folder).filter(is_other).map(|node| other_node(tree, &node)).collect()
}

fn other_node(tree: &Tree, node: &Node<'_>) -> Other<Goal> {
    let kind = match (node.is_undecryptable(), node.is_file()) {
        (true, _) => OtherKind::Kept,
        (false, true) => OtherKind::File { size: node.size(), modified: node.modified() },
        (false, false) => {
            OtherKind::Folder(tree.children(node.handle()).map(|node| other_node(tree, &node)).collect())
        }
    };
    Other { target: Goal::Node(node.handle()), name: node.label(), kind }
}

/// Which folders of the cloud are copied or moved as they are, where the target has none of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wholes {
    /// None.
    None,
    /// Those that can be read: their names and keys are written anew. Without empty folders in them where those are not
    /// wanted.
    Readable {
        /// Whether empty folders are wanted.
        empty_folders: bool,
    },
    /// All.
    Any,
}

impl Wholes {
    pub(crate) const fn of(task: Task, empty_folders: bool) -> Self {
        match task {
            Task::Copy => Self::Readable { empty_folders },
            Task::Move { .. } => Self::Any,
            Task::Sync(_) | Task::Check { .. } => Self::None,
        }
    }

    fn includes(self, tree: &Tree, folder: NodeHandle) -> bool {
        let is_readable = |node: &Node<'_>| !node.is_undecryptable() && node.key().is_some();
        let is_empty = |node: &Node<'_>| !node.is_file() && tree.children(node.handle()).next().is_none();
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Readable { empty_folders } => tree
                .subtree(folder)
                .filter(|node| !node.is_version())
                .all(|node| is_readable(&node) && (empty_folders || !is_empty(&node))),
        }
    }
}

/// Holds children in the cloud against another cloud folder of the account.
pub(crate) fn offers_inside(
    tree: &Tree,
    (children, wholes): (Vec<CloudChild>, Wholes),
    target: Option<NodeHandle>,
    rename: Option<&str>,
    wants_others: bool,
) -> Scanned<Origin, Goal> {
    let there = CloudNames::of(tree, target);
    let offers: Vec<Offer<Origin, Goal>> = children
        .into_iter()
        .map(|child| {
            let target_name = nfc(rename.unwrap_or(&child.label));
            let node = tree.folder_node(child.folder);
            let existing: Vec<Existing<Goal>> =
                there.named(&target_name).map(|other| existing_twin(&other, child.kind)).collect();
            let is_itself = there.named(&target_name).any(|other| Some(other.handle()) == node);
            let whole = node.filter(|_| existing.is_empty()).filter(|node| wholes.includes(tree, *node));
            let kind = match (child.kind, whole) {
                (CloudChildKind::Undecryptable, _) => OfferKind::Unfit(problem::undecryptable(&child.label)),
                _ if is_itself => OfferKind::Unfit(problem::itself(&child.label)),
                (CloudChildKind::Folder, None) => OfferKind::Folder,
                (CloudChildKind::Folder, Some(folder)) => whole_folder(tree, folder),
                (CloudChildKind::File(side), _) => {
                    OfferKind::File { size: side.size, modified: side.modified }
                }
            };
            Offer { source: Origin::Cloud(child.folder), name: child.label, target_name, kind, existing }
        })
        .collect();
    there.scanned(offers, wants_others)
}

fn whole_folder(tree: &Tree, folder: NodeHandle) -> OfferKind {
    let files = tree.subtree(folder).filter(|node| node.is_file() && !node.is_version());
    let (file_count, bytes) = files.fold((0, 0), |(count, bytes), node| (count + 1, bytes + node.size()));
    OfferKind::Whole { file_count, bytes }
}

fn existing_twin(node: &Node<'_>, source: CloudChildKind) -> Existing<Goal> {
    match source {
        CloudChildKind::File(side) => existing_node(node, side),
        CloudChildKind::Folder | CloudChildKind::Undecryptable => {
            existing_node(node, Side { size: 0, modified: None })
        }
    }
}

pub(super) fn disk_kind(entry: &DiskEntry) -> OfferKind {
    match entry.kind {
        EntryKind::File => OfferKind::File { size: entry.size.unwrap_or(0), modified: entry.modified },
        EntryKind::Folder => OfferKind::Folder,
        EntryKind::LinkToFile | EntryKind::LinkToFolder => OfferKind::Odd(Oddity::Link),
        EntryKind::Special => OfferKind::Odd(Oddity::Special),
    }
}

fn existing_node(node: &Node<'_>, source: Side) -> Existing<Goal> {
    let side = Side { size: node.size(), modified: node.modified() };
    Existing {
        target: Goal::Node(node.handle()),
        is_folder: !node.is_file(),
        size: side.size,
        modified: side.modified,
        comparison: if node.is_file() { compare(source, side) } else { Comparison::Different },
        verdict: Verdict::Unknown,
    }
}

/// Leaves out what nothing in the cloud can be called, each with a word: the rest goes. Where the target has the name
/// all the same, nothing may have to be made.
pub(crate) fn without_impossible_names(found: Scanned<Origin, Goal>) -> Scanned<Origin, Goal> {
    let fit = |offer: Offer<Origin, Goal>| {
        let is_made =
            matches!(offer.kind, OfferKind::File { .. } | OfferKind::Folder | OfferKind::Whole { .. });
        match check::name(&offer.target_name) {
            Err(error) if is_made && offer.existing.is_empty() => {
                Offer { kind: OfferKind::Unfit(problem::not_in_cloud(&offer.name, &error)), ..offer }
            }
            Ok(_) | Err(_) => offer,
        }
    };
    Scanned { offers: found.offers.into_iter().map(fit).collect(), ..found }
}

/// The children of a cloud folder by name, looked up once rather than for each offer. None where the folder is not made
/// yet.
struct CloudNames<'t> {
    tree: &'t Tree,
    folder: Option<NodeHandle>,
    names: HashMap<String, Vec<Node<'t>>>,
}

impl<'t> CloudNames<'t> {
    fn of(tree: &'t Tree, folder: Option<NodeHandle>) -> Self {
        let mut names: HashMap<String, Vec<Node<'t>>> = HashMap::new();
        for node in folder.into_iter().flat_map(|folder| tree.children(folder)) {
            if let Some(name) = node.name() {
                names.entry(nfc(name)).or_default().push(node);
            }
        }
        Self { tree, folder, names }
    }

    /// Ends a scan: the names matter only where one of them is met, the folder's others only where they are wanted.
    fn scanned(self, offers: Vec<Offer<Origin, Goal>>, wants_others: bool) -> Scanned<Origin, Goal> {
        let meets = offers.iter().any(|offer| !offer.existing.is_empty());
        let others = match self.folder {
            Some(folder) if wants_others => other_nodes(self.tree, folder, &offers),
            Some(_) | None => Vec::new(),
        };
        let taken = if meets { self.names.into_keys().collect() } else { HashSet::new() };
        Scanned { offers, taken, others }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = Node<'t>> {
        self.names.get(name).into_iter().flatten().copied()
    }
}

/// Returns the children of a source folder in the cloud, or what was picked.
pub(crate) fn cloud_children(
    tree: &Tree,
    folder: Option<CloudFolder>,
    picked: &[CloudFolder],
) -> Vec<CloudChild> {
    match folder {
        Some(folder) => {
            tree.contents(folder).map(|node| cloud_child(CloudFolder::Node(node.handle()), &node)).collect()
        }
        None => picked.iter().map(|folder| picked_child(tree, *folder)).collect(),
    }
}

fn picked_child(tree: &Tree, folder: CloudFolder) -> CloudChild {
    match tree.folder_node(folder).and_then(|handle| tree.node(handle)) {
        Some(node) => cloud_child(folder, &node),
        None => CloudChild { folder, label: format!("{folder:?}"), kind: CloudChildKind::Folder },
    }
}

fn cloud_child(folder: CloudFolder, node: &Node<'_>) -> CloudChild {
    let kind = match (node.is_file(), node.is_undecryptable()) {
        (true, false) if node.key().is_none() => CloudChildKind::Undecryptable,
        (true, false) => CloudChildKind::File(Side { size: node.size(), modified: node.modified() }),
        (false, false) => CloudChildKind::Folder,
        // Roots have no name of their own, and are not broken for it.
        (false, true) if !matches!(folder, CloudFolder::Node(_)) => CloudChildKind::Folder,
        (_, true) => CloudChildKind::Undecryptable,
    };
    CloudChild { folder, label: node.label(), kind }
}

/// Holds children in the cloud against a folder on the disk. Blocks.
pub(crate) fn offers_down(
    children: Vec<CloudChild>,
    target: Option<&local::Target>,
    rename: Option<&str>,
    wants_others: bool,
) -> Result<Scanned<Origin, Goal>, Problem> {
    let there = target.map(disk_names).transpose()?.unwrap_or_default();
    let offers: Vec<Offer<Origin, Goal>> = children
        .into_iter()
        .map(|child| {
            let target_name = rename.unwrap_or(&child.label).to_owned();
            let (kind, safe) = match (child.kind, SafeName::from_cloud(&target_name)) {
                (CloudChildKind::Undecryptable, _) => {
                    (OfferKind::Unfit(problem::undecryptable(&child.label)), None)
                }
                (_, Err(error)) => (OfferKind::Unfit(problem::of_name(&child.label, &error)), None),
                (CloudChildKind::Folder, Ok(safe)) => (OfferKind::Folder, Some(safe)),
                (CloudChildKind::File(side), Ok(safe)) => {
                    (OfferKind::File { size: side.size, modified: side.modified }, Some(safe))
                }
            };
            let found = safe.as_ref().and_then(|safe| there.get(OsStr::new(safe.as_str())));
            let existing = found.zip(target).zip(safe.as_ref()).map(|((entry, target), safe)| {
                let source = match child.kind {
                    CloudChildKind::File(side) => Some(side),
                    CloudChildKind::Folder | CloudChildKind::Undecryptable => None,
                };
                existing_on_disk(Goal::Disk(target.join(safe)), entry, source)
            });
            let existing = existing.into_iter().collect();
            Offer { source: Origin::Cloud(child.folder), name: child.label, target_name, kind, existing }
        })
        .collect();
    let meets = offers.iter().any(|offer| !offer.existing.is_empty());
    let names = there.keys().filter_map(|name| cloud_name(name).ok());
    let taken = if meets { names.collect() } else { HashSet::new() };
    let others = match target {
        Some(target) if wants_others => {
            let names = offers.iter().filter_map(|offer| SafeName::from_cloud(&offer.target_name).ok());
            other_files(target, &there, &names.map(|name| name.as_str().into()).collect())?
        }
        Some(_) | None => Vec::new(),
    };
    Ok(Scanned { offers, taken, others })
}

/// What of a folder on the disk has none of the names that the source offers. Blocks.
pub(super) fn other_files(
    target: &local::Target,
    there: &HashMap<OsString, DiskEntry>,
    offered: &HashSet<OsString>,
) -> Result<Vec<Other<Goal>>, Problem> {
    let mut names: Vec<&OsString> = there.keys().filter(|name| !offered.contains(*name)).collect();
    names.sort_unstable();
    names.into_iter().map(|name| other_file(target, &there[name])).collect()
}

fn other_file(folder: &local::Target, entry: &DiskEntry) -> Result<Other<Goal>, Problem> {
    let target = folder.join_found(&entry.name);
    let kind = match entry.kind {
        _ if is_own_leftover(&entry.name) || local::is_trash_folder(&entry.name) => OtherKind::Kept,
        EntryKind::File => OtherKind::File { size: entry.size.unwrap_or(0), modified: entry.modified },
        EntryKind::Folder => {
            let inside = disk_names(&target)?;
            OtherKind::Folder(other_files(&target, &inside, &HashSet::new())?)
        }
        EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special => OtherKind::Kept,
    };
    Ok(Other { target: Goal::Disk(target), name: entry.name.to_string_lossy().into_owned(), kind })
}

/// `source`: what is copied, where that is a file.
pub(super) fn existing_on_disk(target: Goal, entry: &DiskEntry, source: Option<Side>) -> Existing<Goal> {
    let side = Side { size: entry.size.unwrap_or(0), modified: entry.modified };
    let comparison = match source {
        Some(source) if entry.kind == EntryKind::File => compare(source, side),
        Some(_) | None => Comparison::Different,
    };
    Existing {
        target,
        is_folder: entry.kind.is_folder(),
        size: side.size,
        modified: side.modified,
        comparison,
        verdict: Verdict::Unknown,
    }
}

pub(super) fn disk_names(target: &local::Target) -> Result<HashMap<OsString, DiskEntry>, Problem> {
    let path = target.path();
    match local::list(&path) {
        Ok(entries) => Ok(entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashMap::new()),
        Err(error) => Err(problem::of_folder(&path, &error)),
    }
}

pub(super) fn nfc(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { name.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(label: &str, kind: CloudChildKind) -> CloudChild {
        CloudChild { folder: CloudFolder::Node(NodeHandle::from_bytes([1; 6])), label: label.into(), kind }
    }

    #[test]
    fn hostile_names_stay_in_the_target_and_impossible_ones_are_told() {
        let scratch = tempfile::tempdir().unwrap();
        let target = local::Target::root(scratch.path());
        let file = CloudChildKind::File(Side { size: 1, modified: None });
        let names = ["..", "a/b", &"x".repeat(300)];
        let found =
            offers_down(names.iter().map(|name| child(name, file)).collect(), Some(&target), None, false)
                .unwrap();
        let kinds: Vec<bool> =
            found.offers.iter().map(|offer| matches!(offer.kind, OfferKind::Unfit(_))).collect();
        assert_eq!(kinds, [false, false, true]);
    }

    #[test]
    fn what_is_on_the_disk_is_found_under_its_encoded_name() {
        let scratch = tempfile::tempdir().unwrap();
        let target = local::Target::root(scratch.path());
        let safe = SafeName::from_cloud("a/b").unwrap();
        std::fs::write(target.join(&safe).path(), b"xy").unwrap();
        let file = CloudChildKind::File(Side { size: 2, modified: None });
        let found = offers_down(vec![child("a/b", file)], Some(&target), None, false).unwrap();
        assert_eq!(found.offers[0].existing[0].comparison, Comparison::NeedsProof);
        assert!(found.taken.contains("a/b"));
    }

    #[test]
    fn a_target_that_does_not_exist_yet_is_empty() {
        let target = local::Target::root("/does/not/exist");
        let found =
            offers_down(vec![child("d", CloudChildKind::Folder)], Some(&target), None, false).unwrap();
        assert!(found.offers[0].existing.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_inside_a_folder_are_told_and_a_picked_one_is_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        std::fs::write(at("file"), b"1").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        let tree = Tree::default();
        let inside = offers_up(disk_children(Some(scratch.path()), &[]).unwrap(), &tree, None, None, false);
        assert!(matches!(inside.offers[0].kind, OfferKind::File { size: 1, .. }));
        assert_eq!(inside.offers[1].kind, OfferKind::Odd(Oddity::Link));
        let picked = offers_up(disk_children(None, &[at("link")]).unwrap(), &tree, None, Some("new"), false);
        assert!(matches!(picked.offers[0].kind, OfferKind::File { size: 1, .. }));
        assert_eq!(picked.offers[0].target_name, "new");
    }
}
