//! What the listing commands list: one [`Item`] for each file and folder below a place, of an account or of this
//! machine, in an order that does not change from run to run. They differ only in the lines they make of it.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use super::context::Context;
use super::filters::FilterArgs;
use super::login;
use super::output::Failure;
use super::remote::{CloudPath, Place};
use crate::entry::{CloudFolder, EntryKind};
use crate::handle::NodeHandle;
use crate::local::{self, DiskEntry, WalkItem};
use crate::tree::{Node, Tree};
use crate::worker::problem;

/// What all listing commands take.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListArgs {
    /// What to list: remote:path, or a local path
    #[arg(value_name = "REMOTE:PATH")]
    pub(crate) place: String,

    /// Go at most this deep; 1 is the folder itself
    #[arg(long, value_name = "N")]
    pub(crate) max_depth: Option<usize>,

    #[command(flatten)]
    pub(crate) filters: FilterArgs,
}

impl ListArgs {
    /// All of a place.
    pub(crate) fn whole(place: &str) -> Self {
        Self { place: place.to_owned(), max_depth: None, filters: FilterArgs::default() }
    }
}

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The folder itself, unless `--max-depth` says otherwise.
    Folder,
    /// Everything below it, unless `--max-depth` says otherwise.
    Everything,
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its path below the place that is listed, with `/`; a `/` in a name is written `／`.
    pub(crate) path: String,
    /// The last part of it.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// Time of the content's last change, else of its arrival in the cloud; Unix seconds.
    pub(crate) modified: i64,
    /// Its node, in the cloud.
    pub(crate) node: Option<NodeHandle>,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file.
    File {
        /// Bytes.
        size: u64,
    },
    /// A folder, with the sums of all files below it where they are known (cloud).
    Folder {
        /// Bytes and files.
        sums: Option<(u64, u64)>,
    },
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Folders before what they hold; sorted by name within each folder.
    pub(crate) items: Vec<Item>,
    /// Whether the place is itself a file, which is then the only item.
    pub(crate) is_file: bool,
}

impl Item {
    /// Returns whether it is a folder.
    pub(crate) const fn is_folder(&self) -> bool {
        matches!(self.kind, Kind::Folder { .. })
    }

    /// Returns the bytes, of a folder those of all below it; `None` where that is not known.
    pub(crate) const fn size(&self) -> Option<u64> {
        match self.kind {
            Kind::File { size } => Some(size),
            Kind::Folder { sums: Some((bytes, _)) } => Some(bytes),
            Kind::Folder { sums: None } => None,
        }
    }
}

/// Lists a place. Tells on stderr where names repeat, because a path then does not say which one is meant.
pub(crate) async fn list(context: &Context, args: &ListArgs, reach: Reach) -> Result<Listing, Failure> {
    let depth = match reach {
        Reach::Folder => args.max_depth.unwrap_or(1),
        Reach::Everything => args.max_depth.unwrap_or(usize::MAX),
    };
    let rules = args.filters.compile()?;
    let mut listing = match Place::parse(&args.place) {
        Place::Local(path) => list_local(context, &path, depth)?,
        Place::Cloud(cloud) => {
            let opened = login::open(context, &cloud.account).await?;
            let listing = list_cloud(&opened.tree, &cloud, depth)?;
            tell_equal_names(context, &cloud.account, &listing.items);
            listing
        }
    };
    listing.items.retain(|item| match item.kind {
        Kind::File { .. } => rules.includes_file(&item.path),
        Kind::Folder { .. } => rules.may_include_below(&item.path),
    });
    Ok(listing)
}

fn list_cloud(tree: &Tree, cloud: &CloudPath, depth: usize) -> Result<Listing, Failure> {
    let folder = tree.locate(&cloud.path).map_err(|error| problem::of_path(&cloud.account, &error))?;
    if let Some(file) = tree.folder_node(folder).and_then(|handle| tree.node(handle)).filter(Node::is_file) {
        return Ok(Listing { items: vec![item_of(tree, &file, "")], is_file: true });
    }
    let mut items = Vec::new();
    // A stack of what is still to be listed, not recursion: folders may be nested a million deep.
    let mut waiting = sorted(tree, folder, "");
    while let Some((node, path)) = waiting.pop() {
        let item = item_of(tree, &node, &path);
        let level = path.matches('/').count() + 1;
        if item.is_folder() && level < depth {
            waiting.append(&mut sorted(tree, CloudFolder::Node(node.handle()), &item.path));
        }
        items.push(item);
    }
    Ok(Listing { items, is_file: false })
}

/// The entries of a folder with the path of the folder and a slash, the last name first.
fn sorted<'t>(tree: &'t Tree, folder: CloudFolder, path: &str) -> Vec<(Node<'t>, String)> {
    let above = if path.is_empty() { String::new() } else { format!("{path}/") };
    let mut nodes: Vec<_> = tree.contents(folder).map(|node| (node.label(), node)).collect();
    nodes.sort_by(|(name, node), (other_name, other)| {
        (other_name, other.handle()).cmp(&(name, node.handle()))
    });
    nodes.into_iter().map(|(_, node)| (node, above.clone())).collect()
}

fn item_of(tree: &Tree, node: &Node<'_>, above: &str) -> Item {
    let name = node.label().replace('/', "／");
    let kind = if node.is_file() {
        Kind::File { size: node.size() }
    } else {
        let usage = tree.usage(node.handle());
        Kind::Folder { sums: Some((usage.bytes, usage.file_count)) }
    };
    Item {
        path: format!("{above}{name}"),
        name,
        kind,
        modified: node.modified().unwrap_or_else(|| node.uploaded()),
        node: Some(node.handle()),
    }
}

fn list_local(context: &Context, path: &Path, depth: usize) -> Result<Listing, Failure> {
    let refused = |error: std::io::Error| Failure::from(problem::of_folder(path, &error));
    // A link to a folder that is named outright is meant as that folder.
    let whole = std::path::absolute(path).and_then(|path| path.canonicalize()).map_err(refused)?;
    let entry = local::stat(&whole).map_err(refused)?;
    if entry.kind == EntryKind::File {
        return Ok(Listing { items: vec![disk_item(Path::new(&entry.name), &entry)], is_file: true });
    }
    std::fs::read_dir(&whole).map_err(refused)?;
    let mut items = Vec::new();
    for found in local::walk(&whole) {
        match found {
            Ok(WalkItem { path, entry }) => match entry.kind {
                EntryKind::File | EntryKind::Folder if path.components().count() <= depth => {
                    items.push(disk_item(&path, &entry));
                }
                EntryKind::File | EntryKind::Folder => {}
                EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special => {
                    context.messages.detail(&format!("{}: left out, not a file or folder", path.display()));
                }
            },
            Err(error) => context.messages.notice(&format!("{error}: {}", error.source)),
        }
    }
    Ok(Listing { items, is_file: false })
}

fn disk_item(path: &Path, entry: &DiskEntry) -> Item {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    Item {
        path: parts.join("/"),
        name: entry.name.to_string_lossy().into_owned(),
        kind: match entry.kind {
            EntryKind::Folder => Kind::Folder { sums: None },
            EntryKind::File | EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special => {
                Kind::File { size: entry.size.unwrap_or(0) }
            }
        },
        modified: entry.modified.unwrap_or(0),
        node: None,
    }
}

fn tell_equal_names(context: &Context, account: &str, items: &[Item]) {
    let mut by_path: BTreeMap<&str, Vec<NodeHandle>> = BTreeMap::new();
    for item in items {
        by_path.entry(&item.path).or_default().extend(item.node);
    }
    let equal: Vec<_> = by_path.into_iter().filter(|(_, nodes)| nodes.len() > 1).collect();
    for (path, nodes) in equal.iter().take(MOST_TOLD) {
        let exact: Vec<_> = nodes.iter().map(|node| format!("{account}:H:{node}")).collect();
        context.messages.notice(&format!(
            "{} entries are called \"{path}\": {}",
            nodes.len(),
            exact.join(" ")
        ));
    }
    if equal.len() > MOST_TOLD {
        let more = equal.len() - MOST_TOLD;
        context.messages.notice(&format!("{more} more names are those of several entries"));
    }
}

/// More lines about equal names would push the listing off the screen.
const MOST_TOLD: usize = 5;
