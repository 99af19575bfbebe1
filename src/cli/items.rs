//! What the listing commands list: one [`Item`] for each file and folder below a place, of an account or of this
//! machine, in an order that does not change from run to run. The commands differ only in the lines they make of it.
//! Items are made one at a time: a million of them are never in memory together.

use std::path::Path;
use std::rc::Rc;

use clap::Args;

use super::bounds::BoundsArgs;
use super::context::Context;
use super::duplicates;
use super::filters::FilterArgs;
use super::lsjson::Array;
use super::output::{Failure, Messages, Output};
use super::public_link;
use super::remote::{CloudPath, Place};
use crate::entry::{CloudFolder, EntryKind};
use crate::handle::NodeHandle;
use crate::local::{self, DiskEntry, WalkItem};
use crate::tree::{Node, Tree};
use crate::worker::problem;

/// What all listing commands take.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListArgs {
    /// What to list: remote:path, a local path, a public link, or LINK:path for something in its folder
    #[arg(value_name = "REMOTE:PATH")]
    pub(crate) place: String,

    #[command(flatten)]
    pub(crate) filters: FilterArgs,

    #[command(flatten)]
    pub(crate) bounds: BoundsArgs,
}

impl ListArgs {
    /// All of a place.
    pub(crate) fn whole(place: &str) -> Self {
        Self { place: place.to_owned(), filters: FilterArgs::default(), bounds: BoundsArgs::default() }
    }

    fn depth(&self, reach: Reach) -> usize {
        let usual = match reach {
            Reach::Folder => 1,
            Reach::Everything => usize::MAX,
        };
        self.bounds.bounds().max_depth.and_then(|depth| depth.try_into().ok()).unwrap_or(usual)
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

/// What the place that is listed is itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// A file, which is then the only item.
    File,
    /// A folder.
    Folder,
}

impl Item {
    /// Returns whether it is a folder.
    pub(crate) const fn is_folder(&self) -> bool {
        matches!(self.kind, Kind::Folder { .. })
    }

    /// Returns the last part of its path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
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

/// Prints what `line` makes of each item, `None` leaving it out; under `--json` the items themselves.
pub(crate) async fn print(
    context: &mut Context,
    args: &ListArgs,
    reach: Reach,
    mut line: impl FnMut(&Output, &Item) -> Option<String>,
) -> Result<Base, Failure> {
    let mut array = context.options.json.then(Array::new);
    let base = each(context, args, reach, |output, item| match (line(output, item), &mut array) {
        (None, _) => Ok(()),
        (Some(_), Some(array)) => array.row(output, item),
        (Some(line), None) => output.line(line),
    });
    let base = base.await?;
    if let Some(array) = array {
        array.end(&mut context.output)?;
    }
    Ok(base)
}

/// Hands over each item below a place: folders before what they hold, sorted by name within each folder. Tells on stderr
/// that names repeat, because a path then does not say which entry is meant.
pub(crate) async fn each(
    context: &mut Context,
    args: &ListArgs,
    reach: Reach,
    mut row: impl FnMut(&mut Output, &Item) -> Result<(), Failure>,
) -> Result<Base, Failure> {
    let rules = args.filters.compile()?;
    let bounds = args.bounds.bounds();
    let depth = args.depth(reach);
    let (place, opened) = public_link::open_place(context, &args.place).await?;
    let Context { output, messages, has_skipped, .. } = context;
    let mut wanted = |item: &Item| {
        let is_in = match item.kind {
            Kind::File { size } => rules.includes_file(&item.path) && bounds.admit(size, Some(item.modified)),
            Kind::Folder { .. } => rules.may_include_below(&item.path),
        };
        if is_in { row(output, item) } else { Ok(()) }
    };
    match (place, opened) {
        (Place::Cloud(cloud), Some(opened)) => {
            Cloud::new(&opened.tree, &cloud, messages).each(depth, &mut wanted)
        }
        (Place::Cloud(_), None) => unreachable!("an account's place was opened above"),
        (Place::Local(path), _) => each_local(messages, has_skipped, &path, depth, &mut wanted),
    }
}

/// What an item is handed to.
type Row<'r> = &'r mut dyn FnMut(&Item) -> Result<(), Failure>;

/// A place of an account that is being listed.
struct Cloud<'t> {
    tree: &'t Tree,
    place: &'t CloudPath,
    messages: &'t Messages,
    equal_count: usize,
}

impl<'t> Cloud<'t> {
    fn new(tree: &'t Tree, place: &'t CloudPath, messages: &'t Messages) -> Self {
        Self { tree, place, messages, equal_count: 0 }
    }

    fn each(mut self, depth: usize, row: Row<'_>) -> Result<Base, Failure> {
        let located = self.tree.locate(&self.place.path);
        let folder = located.map_err(|error| problem::of_path(&self.place.account, &error))?;
        let node = self.tree.folder_node(folder).and_then(|handle| self.tree.node(handle));
        if let Some(file) = node.filter(Node::is_file) {
            row(&self.item(&file, ""))?;
            return Ok(Base::File);
        }
        // A stack of what is still to be listed, not recursion: folders may be nested a million deep.
        let mut waiting = self.entries(folder, &Rc::from(""));
        while let Some((node, above)) = waiting.pop() {
            let item = self.item(&node, &above);
            row(&item)?;
            let level = above.matches('/').count() + 1;
            if item.is_folder() && level < depth {
                let above = Rc::from(format!("{}/", item.path));
                waiting.append(&mut self.entries(CloudFolder::Node(node.handle()), &above));
            }
        }
        duplicates::tell(self.messages, self.place, self.equal_count);
        Ok(Base::Folder)
    }

    /// The entries of a folder, the last name first, each with the path of the folder and a slash.
    fn entries(&mut self, folder: CloudFolder, above: &Rc<str>) -> Vec<(Node<'t>, Rc<str>)> {
        let mut nodes: Vec<_> = self.tree.contents(folder).collect();
        nodes.sort_unstable_by_key(|node| std::cmp::Reverse((node.name(), node.handle())));
        for equal in nodes.chunk_by(|one, other| one.name().is_some() && one.name() == other.name()) {
            if equal.len() > 1 {
                self.tell_equal(equal, above);
            }
        }
        nodes.into_iter().map(|node| (node, Rc::clone(above))).collect()
    }

    fn tell_equal(&mut self, nodes: &[Node<'t>], above: &str) {
        self.equal_count += 1;
        let account = &self.place.account;
        let exact: Vec<_> = nodes.iter().rev().map(|node| format!("{account}:H:{}", node.handle())).collect();
        let (name, count, exact) = (nodes[0].label(), nodes.len(), exact.join(" "));
        self.messages.info(&format!("{count} entries are called \"{above}{name}\": {exact}"));
    }

    fn item(&self, node: &Node<'t>, above: &str) -> Item {
        let kind = if node.is_file() {
            Kind::File { size: node.size() }
        } else {
            let usage = self.tree.usage(node.handle());
            Kind::Folder { sums: Some((usage.bytes, usage.file_count)) }
        };
        Item {
            path: format!("{above}{}", node.label().replace('/', "／")),
            kind,
            modified: node.modified().unwrap_or_else(|| node.uploaded()),
            node: Some(node.handle()),
        }
    }
}

fn each_local(
    messages: &Messages,
    has_skipped: &mut bool,
    path: &Path,
    depth: usize,
    row: Row<'_>,
) -> Result<Base, Failure> {
    let refused = |error: std::io::Error| Failure::from(problem::of_folder(path, &error));
    // A link to a folder that is named outright is meant as that folder.
    let whole = std::path::absolute(path).and_then(|path| path.canonicalize()).map_err(refused)?;
    let entry = local::stat(&whole).map_err(refused)?;
    if entry.kind == EntryKind::File {
        row(&disk_item(Path::new(&entry.name), &entry))?;
        return Ok(Base::File);
    }
    std::fs::read_dir(&whole).map_err(refused)?;
    for found in local::walk(&whole) {
        match found {
            Ok(WalkItem { path, entry }) => match entry.kind {
                EntryKind::File | EntryKind::Folder if path.components().count() <= depth => {
                    row(&disk_item(&path, &entry))?;
                }
                EntryKind::File | EntryKind::Folder => {}
                EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special => {
                    messages.detail(&format!("{}: left out, not a file or folder", path.display()));
                }
            },
            Err(error) => {
                messages.problem(&problem::of_folder(&path.join(&error.path), &error.source));
                *has_skipped = true;
            }
        }
    }
    Ok(Base::Folder)
}

fn disk_item(path: &Path, entry: &DiskEntry) -> Item {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    Item {
        path: parts.join("/"),
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
