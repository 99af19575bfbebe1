//! What a folder holds, as entries of a view: from the disk and from a tree, with its title and the folder above. Called
//! by the worker; the disk half blocks and runs off the async threads.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::slice::ParallelSliceMut;

use crate::entry::{CloudFolder, Entry, EntryFlags, EntryKey, EntryKind, Location};
use crate::handle::NodeHandle;
use crate::local;
use crate::message::Arrangement;
use crate::tree::{Access, Node, Tree};

use super::carried::Carried;
use super::order::{arrange, weigh};
use super::view::Folder;

/// A folder that was read, and the order of its rows.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The folder.
    pub(crate) folder: Folder,
    /// Indices of its entries.
    pub(crate) order: Vec<u32>,
    /// What the order was made for.
    pub(crate) arrangement: Arrangement,
    /// What was there before.
    pub(crate) carried: Carried,
}

/// What is known of a folder before it is read, and its entries where they were read already.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Title, folder above, and so on.
    pub(crate) folder: Folder,
    /// Its entries.
    pub(crate) entries: Vec<Entry>,
}

impl Draft {
    /// Numbers twins and sorts, and finds what was there before. Slow for large folders.
    pub(crate) fn finish(self, arrangement: Arrangement, before: Arc<[Entry]>) -> Listing {
        let Self { mut folder, mut entries } = self;
        if !entries.is_sorted_by(|one, next| one.key <= next.key) {
            entries.par_sort_unstable_by(|one, other| one.key.cmp(&other.key)); // a disk has no order
        }
        (folder.weights, folder.twin_count) = weigh(&mut entries);
        let carried;
        (carried, folder.entries) = Carried::of(before, entries);
        let order = arrange(&folder.entries, &folder.weights, &arrangement);
        Listing { folder, order, arrangement, carried }
    }
}

/// Returns title and parent of a local folder. `home` is written `~`.
pub(crate) fn local_heading(path: &Path, home: Option<&Path>) -> Folder {
    let parent = path
        .parent()
        .zip(path.file_name())
        .map(|(parent, name)| (Location::Local(parent.to_path_buf()), EntryKey::Name(name.to_owned())));
    Folder { title: local_title(path, home), parent, ..Folder::default() }
}

/// Returns a local path as people write it.
pub(crate) fn local_title(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) if below.as_os_str().is_empty() => "~".to_owned(),
        Some(below) => format!("~/{}", below.display()),
        None => path.display().to_string(),
    }
}

/// Reads a local folder. Blocks.
pub(crate) fn read_local(path: &Path, heading: Folder) -> io::Result<Draft> {
    let listed = local::list(path)?;
    let entries = listed.into_iter().map(local::DiskEntry::into_entry).collect();
    let free_bytes = local::free_space(path).ok();
    let folder = Folder { writable: local::is_writable(path), free_bytes, ..heading };
    Ok(Draft { folder, entries })
}

/// Returns title and parent of a cloud folder. Without a tree yet, the title says no more than the account.
pub(crate) fn cloud_heading(account: &str, tree: Option<&Tree>, folder: CloudFolder) -> Folder {
    let title = cloud_title(account, tree, folder);
    let in_account = |folder| Location::Cloud { account: account.to_owned(), folder };
    let parent = match folder {
        CloudFolder::Root => None,
        CloudFolder::Rubbish | CloudFolder::Inbox | CloudFolder::Shares | CloudFolder::Orphans => {
            Some((in_account(CloudFolder::Root), EntryKey::Place(folder)))
        }
        CloudFolder::Node(handle) => tree
            .and_then(|tree| tree.folder_of(handle))
            .map(|above| (in_account(above), EntryKey::Node(handle))),
    };
    Folder { title, parent, ..Folder::default() }
}

/// Returns a cloud folder's path as people write it.
pub(crate) fn cloud_title(account: &str, tree: Option<&Tree>, folder: CloudFolder) -> String {
    let path = match folder {
        CloudFolder::Root => String::new(),
        CloudFolder::Rubbish => "//bin".to_owned(),
        CloudFolder::Inbox => "//inbox".to_owned(),
        CloudFolder::Shares => "//in".to_owned(),
        CloudFolder::Orphans => "//orphans".to_owned(),
        CloudFolder::Node(handle) => tree.map_or_else(String::new, |tree| tree.path(handle)),
    };
    if path.starts_with("//") { format!("{account}:{path}") } else { format!("{account}:/{path}") }
}

/// Reads a cloud folder; `None` where there is none.
pub(crate) fn read_cloud(account: &str, tree: &Tree, folder: CloudFolder) -> Option<Draft> {
    let node = tree.folder_node(folder);
    match folder {
        CloudFolder::Node(handle) if tree.node(handle).is_none_or(|node| node.is_file()) => return None,
        CloudFolder::Rubbish | CloudFolder::Inbox if node.is_none() => return None,
        CloudFolder::Root
        | CloudFolder::Rubbish
        | CloudFolder::Inbox
        | CloudFolder::Shares
        | CloudFolder::Orphans
        | CloudFolder::Node(_) => {}
    }
    let writable = node.is_some_and(|node| is_writable(tree, node));
    let mut entries: Vec<Entry> = tree
        .contents(folder)
        .map(|node| cloud_entry(tree, &node, node_is_read_only(tree, folder, writable, &node)))
        .collect();
    if folder == CloudFolder::Root {
        entries.extend(places(tree));
    }
    let heading = cloud_heading(account, Some(tree), folder);
    Some(Draft { folder: Folder { writable, ..heading }, entries })
}

/// Reads a folder of an account whose list is still arriving: nothing can be made in it, and what its folders come to is
/// not known.
pub(crate) fn read_arriving(account: &str, seen: &Tree, folder: CloudFolder) -> Option<Draft> {
    let Draft { folder, mut entries } = read_cloud(account, seen, folder)?;
    for entry in entries.iter_mut().filter(|entry| entry.kind.is_folder()) {
        entry.size = None;
    }
    Some(Draft { folder: Folder { writable: false, is_partial: true, ..folder }, entries })
}

/// Returns whether entries can be made in a cloud folder.
pub(crate) fn is_writable(tree: &Tree, folder: NodeHandle) -> bool {
    tree.access(folder) >= Access::Write
}

/// Makes the row of a node.
pub(crate) fn cloud_entry(tree: &Tree, node: &Node<'_>, read_only: bool) -> Entry {
    let kind = if node.is_file() { EntryKind::File } else { EntryKind::Folder };
    let size = if node.is_file() { node.size() } else { tree.usage(node.handle()).bytes };
    Entry {
        key: EntryKey::Node(node.handle()),
        name: node.label(),
        kind,
        size: Some(size),
        modified: node.modified(),
        uploaded: Some(node.uploaded()),
        version_count: node.version_count(),
        flags: EntryFlags {
            twin: 0,
            undecryptable: node.is_undecryptable(),
            read_only,
            shared: node.is_shared(),
        },
    }
}

/// In one folder all rows have the folder's access, but for the tops of shares.
fn node_is_read_only(tree: &Tree, folder: CloudFolder, writable: bool, node: &Node<'_>) -> bool {
    match folder {
        CloudFolder::Shares | CloudFolder::Orphans => !is_writable(tree, node.handle()),
        CloudFolder::Root | CloudFolder::Rubbish | CloudFolder::Inbox | CloudFolder::Node(_) => !writable,
    }
}

/// The other places of an account, as rows of its root: those that hold anything.
fn places(tree: &Tree) -> Vec<Entry> {
    [
        (CloudFolder::Shares, "Shared with me"),
        (CloudFolder::Inbox, "Inbox"),
        (CloudFolder::Orphans, "Orphans"),
        (CloudFolder::Rubbish, "Rubbish bin"),
    ]
    .into_iter()
    .filter(|(place, _)| tree.contents(*place).next().is_some())
    .map(|(place, name)| {
        place_entry(place, name, tree.contents(place).map(|node| tree.usage(node.handle()).bytes).sum())
    })
    .collect()
}

/// Makes the row of another place of an account.
pub(crate) fn place_entry(place: CloudFolder, name: &str, bytes: u64) -> Entry {
    Entry {
        key: EntryKey::Place(place),
        name: name.to_owned(),
        kind: EntryKind::Folder,
        size: Some(bytes),
        modified: None,
        uploaded: None,
        version_count: 0,
        flags: EntryFlags { read_only: true, ..EntryFlags::default() },
    }
}

/// Returns the location as it is addressed: roots by their place, whatever way they were named.
pub(crate) fn normal(tree: &Tree, folder: CloudFolder) -> CloudFolder {
    match folder {
        CloudFolder::Node(handle) if Some(handle) == tree.root() => CloudFolder::Root,
        CloudFolder::Node(handle) if Some(handle) == tree.rubbish() => CloudFolder::Rubbish,
        CloudFolder::Node(handle) if Some(handle) == tree.inbox() => CloudFolder::Inbox,
        other => other,
    }
}

/// Returns a path that is absolute and has no `.` or `..` in it, without asking the disk.
pub(crate) fn clean(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => clean.push(component),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_written_as_people_do() {
        let home = Some(Path::new("/home/ann"));
        assert_eq!(local_title(Path::new("/home/ann"), home), "~");
        assert_eq!(local_title(Path::new("/home/ann/Pictures"), home), "~/Pictures");
        assert_eq!(local_title(Path::new("/home/anna"), home), "/home/anna");
        assert_eq!(cloud_title("work", None, CloudFolder::Root), "work:/");
        assert_eq!(cloud_title("work", None, CloudFolder::Rubbish), "work://bin");
    }

    #[test]
    fn the_parent_of_a_folder_remembers_where_one_came_from() {
        let heading = local_heading(Path::new("/a/b"), None);
        assert_eq!(heading.parent, Some((Location::Local("/a".into()), EntryKey::Name("b".into()))));
        assert_eq!(local_heading(Path::new("/"), None).parent, None);
    }

    #[test]
    fn dots_in_a_path_are_followed_without_the_disk() {
        assert_eq!(clean(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(clean(Path::new("/..")), Path::new("/"));
    }
}
