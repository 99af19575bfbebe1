//! `versions`: the old contents behind files: listed, made current again, deleted for good.
//! Called by `dispatch`.

use clap::Args;
use serde::Serialize;

use super::changing;
use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::quantity;
use super::remote::{CloudPath, Place};
use crate::handle::NodeHandle;
use crate::message::ProblemKind;
use crate::session::change::Change;
use crate::tree::Node;

/// List the old versions of a file, make one current again, or delete some for good.
///
/// Of a folder it lists the files below it that have old versions, and what these take. A version is named by its number,
/// 1 for the newest old one, or by H:HANDLE, as they are listed; `cat remote:H:HANDLE` prints one. To restore one makes
/// another new version of it, so nothing is lost on the way, and `undo` takes it back. What --delete removes does not come
/// back.
///
/// Examples:
///   megapane versions work:report.odt
///   megapane versions --restore 2 work:report.odt
///   megapane versions --delete all work:Projects
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct VersionsArgs {
    /// The file or folder
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    /// Make this version current again
    #[arg(long, value_name = "VERSION", conflicts_with = "delete")]
    restore: Option<String>,

    /// Delete this version for good; all: all old ones, also of all that is in a folder
    #[arg(long, value_name = "VERSION")]
    delete: Option<String>,
}

/// A version of a file, for `--json`.
#[derive(Serialize)]
struct VersionRow {
    number: usize,
    handle: String,
    bytes: u64,
    /// RFC 3339.
    time: String,
}

/// A file with versions, for `--json`.
#[derive(Serialize)]
struct FileRow {
    path: String,
    versions: usize,
    bytes: u64,
}

/// Runs the command.
pub(crate) async fn run(args: VersionsArgs, context: &mut Context) -> Outcome {
    let Place::Cloud(cloud) = Place::parse(&args.place)? else {
        let message =
            format!("\"{}\" is on this machine: only files of an account have versions", args.place);
        return Err(Failure::usage(message, ""));
    };
    let mut opened = login::open(context, &cloud.account).await?;
    let node = changing::node(&opened, &cloud)?;
    let is_file = opened.tree.node(node).is_some_and(|node| node.is_file());
    match (args.restore, args.delete) {
        (Some(which), _) => restore(context, &mut opened, (&cloud, node), &which).await,
        (None, Some(which)) => delete(context, &mut opened, (&cloud, node), &which).await,
        (None, None) if is_file => list_file(context, &opened, node),
        (None, None) => list_folder(context, &opened, node),
    }
}

fn list_file(context: &mut Context, opened: &Opened, file: NodeHandle) -> Outcome {
    let tree = &opened.tree;
    let versions = tree.versions(file).into_iter().filter_map(|version| tree.node(version));
    let rows = versions.enumerate().map(|(index, version)| {
        let time = version.modified().unwrap_or_else(|| version.uploaded());
        (index + 1, version.handle(), version.size(), time)
    });
    let rows: Vec<_> = rows.collect();
    if context.options.json {
        let row = |&(number, handle, bytes, time): &(usize, NodeHandle, u64, i64)| VersionRow {
            number,
            handle: format!("H:{handle}"),
            bytes,
            time: quantity::time_rfc3339(time),
        };
        context.output.json(&rows.iter().map(row).collect::<Vec<_>>())?;
        return Ok(ExitCode::Success);
    }
    for (number, handle, bytes, time) in rows {
        context.output.line(format!("{number:>4} {bytes:>12} {} H:{handle}", quantity::time(time)))?;
    }
    Ok(ExitCode::Success)
}

fn list_folder(context: &mut Context, opened: &Opened, folder: NodeHandle) -> Outcome {
    let tree = &opened.tree;
    let files = tree.subtree(folder).filter(|node| node.is_file() && !node.is_version());
    let mut rows: Vec<FileRow> = files
        .filter(|file| file.version_count() > 0)
        .map(|file| FileRow {
            path: tree.path(file.handle()),
            versions: tree.versions(file.handle()).len(),
            bytes: tree.usage(file.handle()).version_bytes,
        })
        .collect();
    rows.sort_by(|one, other| (other.bytes, &one.path).cmp(&(one.bytes, &other.path)));
    if context.options.json {
        context.output.json(&rows)?;
        return Ok(ExitCode::Success);
    }
    let (count, bytes) =
        rows.iter().fold((0, 0), |(count, bytes), row| (count + row.versions, bytes + row.bytes));
    for FileRow { path, versions, bytes } in rows {
        let path = context.output.name(&path).into_owned();
        context.output.line(format!("{versions:>4} {bytes:>12} {path}"))?;
    }
    context.messages.notice(&format!(
        "{}: {}",
        quantity::counted(count, "old version"),
        quantity::size_with_unit(bytes)
    ));
    Ok(ExitCode::Success)
}

async fn restore(
    context: &mut Context,
    opened: &mut Opened,
    (cloud, file): (&CloudPath, NodeHandle),
    which: &str,
) -> Outcome {
    let version = named(opened, (cloud, file), which)?;
    if context.options.dry_run {
        context.messages.notice(&format!("{cloud}: Skipped restore of a version as --dry-run is set"));
        return Ok(ExitCode::Success);
    }
    let line = format!("restored version {which} of \"{cloud}\"");
    let doing = format!("restore version {which} of \"{cloud}\"");
    changing::change(context, opened, (&line, &doing), Change::Revert { file, version }).await?;
    context.messages.info(&line);
    Ok(ExitCode::Success)
}

async fn delete(
    context: &mut Context,
    opened: &mut Opened,
    (cloud, node): (&CloudPath, NodeHandle),
    which: &str,
) -> Outcome {
    let versions: Vec<NodeHandle> = if which == "all" {
        opened.tree.subtree(node).filter(Node::is_version).map(|node| node.handle()).collect()
    } else {
        vec![named(opened, (cloud, node), which)?]
    };
    let bytes =
        versions.iter().filter_map(|version| opened.tree.node(*version)).map(|version| version.size()).sum();
    let (count, size) = (quantity::counted(versions.len(), "old version"), quantity::size_with_unit(bytes));
    if context.options.dry_run {
        context.messages.notice(&format!("{cloud}: Skipped deleting {count} ({size}) as --dry-run is set"));
        return Ok(ExitCode::Success);
    }
    let (line, doing) = (format!("deleted {count} of \"{cloud}\""), format!("delete {count} of \"{cloud}\""));
    // The oldest first: so each has nothing behind it, whatever the server makes of the rest.
    for version in versions.into_iter().rev() {
        let change = Change::Delete { node: version, name: String::new() };
        changing::change(context, opened, (&line, &doing), change).await?;
    }
    context.messages.notice(&format!("{cloud}: deleted {count}, {size}"));
    Ok(ExitCode::Success)
}

/// Finds a version of a file by number or handle.
fn named(
    opened: &Opened,
    (cloud, file): (&CloudPath, NodeHandle),
    which: &str,
) -> Result<NodeHandle, Failure> {
    let versions = opened.tree.versions(file);
    let by_handle = || which.strip_prefix("H:")?.parse().ok().filter(|handle| versions.contains(handle));
    let by_number = || versions.get(which.parse::<usize>().ok()?.checked_sub(1)?).copied();
    by_handle().or_else(by_number).ok_or_else(|| {
        let message = format!("\"{cloud}\" has no old version {which}");
        Failure::new(ProblemKind::FileNotFound, message, format!("`megapane versions {cloud}` lists them."))
    })
}
