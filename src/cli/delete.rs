//! `delete` and `deletefile`: the files below a path, or one. Folders stay; `purge` is for those.
//! Called by `dispatch`; how things are thrown away is the worker's.

use std::path::{Path, PathBuf};

use clap::Args;

use super::bounds::BoundsArgs;
use super::context::Context;
use super::exit::ExitCode;
use super::filters::FilterArgs;
use super::login;
use super::output::{Failure, Outcome};
use super::remote::{CloudPath, Place};
use super::removal::{self, RemovalArgs};
use crate::entry::{EntryKey, EntryKind, Location};
use crate::local::{self, WalkItem};
use crate::message::{FileBounds, ProblemKind};
use crate::transfer::filter::Rules;
use crate::tree::{Node, Tree};
use crate::worker::problem;

/// Remove the files below a path, those that the filters choose; folders stay.
///
/// They go to the rubbish bin, on this machine to the trash, and `undo` brings them back; with --permanent they are gone,
/// which is asked first on a terminal. Try it with --dry-run.
///
/// Examples:
///   megapane delete remote:Old --max-age 1y
///   megapane delete -n remote: --include '*.tmp'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DeleteArgs {
    /// The folder, or one file: remote:path, or a local path
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    #[command(flatten)]
    how: RemovalArgs,

    #[command(flatten)]
    filters: FilterArgs,

    #[command(flatten)]
    bounds: BoundsArgs,
}

/// Remove one file, into the rubbish bin or the trash.
///
/// A folder is refused. `undo` brings the file back, unless it went with --permanent.
#[derive(Args, Debug)]
pub(crate) struct DeletefileArgs {
    /// The file: remote:path, or a local path
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    #[command(flatten)]
    how: RemovalArgs,
}

/// A file that is to go.
struct Doomed {
    key: EntryKey,
    path: String,
    size: u64,
}

/// Which files are meant.
struct Wanted {
    rules: Rules,
    bounds: FileBounds,
}

impl Wanted {
    fn includes(&self, path: &str, size: u64, modified: Option<i64>) -> bool {
        let depth = u32::try_from(path.matches('/').count() + 1).unwrap_or(u32::MAX);
        self.rules.includes_file(path)
            && self.bounds.max_depth.is_none_or(|most| depth <= most)
            && self.bounds.admit(size, modified)
    }
}

/// Runs `delete`.
pub(crate) async fn run(args: DeleteArgs, context: &mut Context) -> Outcome {
    let wanted = Wanted { rules: args.filters.compile()?, bounds: args.bounds.bounds() };
    match Place::parse(&args.place)? {
        Place::Local(path) => {
            let (parent, files) = local_files(&path, &wanted)?;
            remove(context, None, (&args.place, Location::Local(parent), files), args.how).await
        }
        Place::Cloud(cloud) => {
            let opened = login::open(context, &cloud.account).await?;
            let (parent, files) = cloud_files(&opened.tree, &cloud, &wanted)?;
            remove(context, Some(opened), (&args.place, parent, files), args.how).await
        }
    }
}

/// Runs `deletefile`.
pub(crate) async fn run_file(args: DeletefileArgs, context: &mut Context) -> Outcome {
    let is_none = || {
        let message = format!("\"{}\" is a directory or doesn't exist", args.place);
        Failure::new(ProblemKind::FileNotFound, message, "purge removes a folder with all below it.")
    };
    let all = Wanted { rules: FilterArgs::default().compile()?, bounds: FileBounds::default() };
    match Place::parse(&args.place)? {
        Place::Local(path) => {
            std::fs::symlink_metadata(&path).ok().filter(|facts| !facts.is_dir()).ok_or_else(is_none)?;
            let (parent, files) = local_files(&path, &all)?;
            remove(context, None, (&args.place, Location::Local(parent), files), args.how).await
        }
        Place::Cloud(cloud) => {
            let opened = login::open(context, &cloud.account).await?;
            match opened.tree.locate(&cloud.path).map_err(|error| problem::of_path(&cloud.account, &error)) {
                Err(found) if found.kind != ProblemKind::FolderNotFound => return Err(found.into()),
                Err(_) => return Err(is_none()),
                Ok(found) => {
                    let node = opened.tree.folder_node(found).and_then(|node| opened.tree.node(node));
                    node.filter(Node::is_file).ok_or_else(is_none)?;
                }
            }
            let (parent, files) = cloud_files(&opened.tree, &cloud, &all)?;
            remove(context, Some(opened), (&args.place, parent, files), args.how).await
        }
    }
}

async fn remove(
    context: &Context,
    opened: Option<login::Opened>,
    (place, parent, files): (&str, Location, Vec<Doomed>),
    how: RemovalArgs,
) -> Outcome {
    if context.options.dry_run {
        for Doomed { path, size, .. } in &files {
            context.messages.notice(&format!("{path}: Skipped delete as --dry-run is set (size {size})"));
        }
        return Ok(ExitCode::Success);
    }
    if files.is_empty() {
        return Ok(ExitCode::Success);
    }
    let keys = files.iter().map(|file| file.key.clone()).collect();
    let Some(line) = removal::remove(context, opened, (place, parent, keys), how).await? else {
        return Ok(ExitCode::Success);
    };
    for Doomed { path, .. } in &files {
        context.messages.info(&format!("{path}: Deleted"));
    }
    context.messages.info(&line);
    Ok(ExitCode::Success)
}

/// The files of a place of an account, all named by their nodes.
fn cloud_files(tree: &Tree, cloud: &CloudPath, wanted: &Wanted) -> Result<(Location, Vec<Doomed>), Failure> {
    let found = tree.locate(&cloud.path).map_err(|error| problem::of_path(&cloud.account, &error))?;
    let parent = Location::Cloud { account: cloud.account.clone(), folder: found };
    let doomed = |node: &Node<'_>, path: String| {
        let modified = node.modified().unwrap_or_else(|| node.uploaded());
        let is_in = wanted.includes(&path, node.size(), Some(modified));
        is_in.then(|| Doomed { key: EntryKey::Node(node.handle()), path, size: node.size() })
    };
    let part = |node: &Node<'_>| node.label().replace('/', "／");
    if let Some(file) = tree.folder_node(found).and_then(|node| tree.node(node)).filter(Node::is_file) {
        return Ok((parent, doomed(&file, part(&file)).into_iter().collect()));
    }
    let mut files = Vec::new();
    // A stack, not recursion: folders may be nested a million deep.
    let mut waiting: Vec<(Node<'_>, String)> = tree.contents(found).map(|node| (node, part(&node))).collect();
    while let Some((node, path)) = waiting.pop() {
        if node.is_file() {
            files.extend(doomed(&node, path));
        } else {
            waiting.extend(
                tree.children(node.handle()).map(|child| (child, format!("{path}/{}", part(&child)))),
            );
        }
    }
    files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    Ok((parent, files))
}

/// The files of a place of this machine, each named by its path below the folder that is returned.
fn local_files(path: &Path, wanted: &Wanted) -> Result<(PathBuf, Vec<Doomed>), Failure> {
    let refused = |error: std::io::Error| Failure::from(problem::of_folder(path, &error));
    let whole = std::path::absolute(path).map_err(refused)?;
    let facts = std::fs::metadata(&whole).or_else(|_| std::fs::symlink_metadata(&whole)).map_err(refused)?;
    let doomed = |below: &Path, entry: &local::DiskEntry| {
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let (path, size) = (parts.join("/"), entry.size.unwrap_or(0));
        let is_in = wanted.includes(&path, size, entry.modified);
        is_in.then(|| Doomed { key: EntryKey::Name(below.as_os_str().to_owned()), path, size })
    };
    if !facts.is_dir() {
        let (Some(parent), Some(name)) = (whole.parent(), whole.file_name()) else {
            return Err(Failure::usage(format!("\"{}\" is no file", path.display()), ""));
        };
        let entry = local::stat(&whole).map_err(refused)?;
        return Ok((parent.to_owned(), doomed(Path::new(name), &entry).into_iter().collect()));
    }
    // What is named outright is meant, also where it is a link.
    let whole = whole.canonicalize().map_err(refused)?;
    let mut files = Vec::new();
    for found in local::walk(&whole) {
        let WalkItem { path: below, entry } = found.map_err(|error| refused(error.source))?;
        match entry.kind {
            EntryKind::File => files.extend(doomed(&below, &entry)),
            // As everywhere else, links and devices are left alone.
            EntryKind::Folder | EntryKind::LinkToFile | EntryKind::LinkToFolder | EntryKind::Special => {}
        }
    }
    Ok((whole, files))
}
