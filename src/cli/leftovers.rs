//! `leftovers`: what unfinished transfers left on this machine, listed and removed. What can go on is found from its
//! journal, what no journal knows only in folders that are named. Nothing that a running program holds is touched.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::exit::ExitCode;
use super::output::{Failure, Outcome};
use super::quantity;
use crate::config::Folders;
use crate::local;
use crate::message::Direction;
use crate::store::copy_journal::CopyJournals;
use crate::store::transfer_journal::TransferJournals;
use crate::transfer::leftover::{self, Leftover};
use crate::worker::problem;

/// List what unfinished transfers left on this machine: parts of files, and notes on how far they are.
///
/// The same copy, started again, goes on with what is listed here. --remove takes it off the disk, so that such a copy
/// begins anew; with -n it only says what would go. Parts that nothing goes on with are looked for in the folders that are
/// named. What a running megapane works on, and copies that the screen will ask about, are left alone. But whose journals
/// are elsewhere is not known: with folders, --remove also takes parts of unfinished downloads of another user, or of
/// another configuration.
///
/// Examples:
///   megapane leftovers
///   megapane leftovers --remove ~/Downloads
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct LeftoversArgs {
    /// Take them off the disk
    #[arg(long)]
    remove: bool,

    /// Folders in which to look, with all below them, for parts that nothing goes on with
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

/// One thing that was left.
#[derive(Debug, Serialize)]
struct Row {
    /// The remote; none for a part that nothing goes on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<String>,
    kind: Kind,
    /// The file on this machine; what is no text in its name is replaced.
    path: String,
    /// Bytes that have moved.
    done: u64,
    /// Bytes in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
}

/// What was left.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// An upload that can go on.
    Upload,
    /// A download that can go on.
    Download,
    /// A part that nothing goes on with.
    Part,
}

/// Runs the command.
pub(crate) fn run(args: &LeftoversArgs, context: &mut Context) -> Outcome {
    let folders = context.config.folders.clone();
    let removes = args.remove && !context.options.dry_run;
    let mut rows = Vec::new();
    let mut parts = BTreeSet::new();
    for (remote, journals) in
        leftover::journals(&folders).map_err(|error| failure("look for leftovers", &error))?
    {
        rows.extend(of_journals(&remote, &journals, &folders, &mut parts)?);
        if removes {
            remove_loose(&journals, &folders)?;
        }
    }
    for folder in &args.folders {
        rows.extend(orphans(folder, &parts, removes)?);
    }
    print(context, &rows)?;
    if args.remove {
        let verb = if removes { "Removed" } else { "Would remove" };
        let bytes = quantity::size_with_unit(rows.iter().map(|row| row.done).sum());
        context.messages.notice(&format!("{verb} {}, {bytes}", quantity::counted(rows.len(), "leftover")));
    }
    Ok(ExitCode::Success)
}

/// Lists what belongs to no copy of the screen; `parts` gets every file in which something goes on.
fn of_journals(
    remote: &str,
    journals: &TransferJournals,
    folders: &Folders,
    parts: &mut BTreeSet<PathBuf>,
) -> Result<Vec<Row>, Failure> {
    let copies = CopyJournals::in_folder(&folders.copy_journals());
    let found = leftover::look(journals).map_err(|error| failure("look for leftovers", &error))?;
    parts.extend(found.iter().filter_map(|left| left.partial.clone()));
    let loose = found.into_iter().filter(|left| left.is_loose(&copies));
    Ok(loose.map(|left| Row::of(remote, &left)).collect())
}

fn remove_loose(journals: &TransferJournals, folders: &Folders) -> Result<(), Failure> {
    let copies = CopyJournals::in_folder(&folders.copy_journals());
    leftover::discard_where(journals, |left| left.is_loose(&copies))
        .map_err(|error| failure("remove leftovers", &error))
}

/// Looks for parts that no journal knows, and that nobody writes to.
fn orphans(folder: &Path, known: &BTreeSet<PathBuf>, removes: bool) -> Result<Vec<Row>, Failure> {
    let folder = std::path::absolute(folder).map_err(|error| failure("find the folder", &error))?;
    let found = local::leftover::parts_below(&folder)
        .map_err(|error| failure(&format!("look through \"{}\"", folder.display()), &error))?;
    let mut rows = Vec::new();
    for path in found.into_iter().filter(|path| !known.contains(path)) {
        let done = std::fs::metadata(&path).map_or(0, |facts| facts.len());
        let is_dead =
            if removes { local::leftover::remove_dead(&path) } else { local::leftover::is_dead(&path) };
        if is_dead {
            let path = path.to_string_lossy().into_owned();
            rows.push(Row { remote: None, kind: Kind::Part, path, done, size: None });
        }
    }
    Ok(rows)
}

fn print(context: &mut Context, rows: &[Row]) -> Result<(), Failure> {
    if context.options.json {
        return context.output.json(&rows);
    }
    for row in rows {
        let remote = row.remote.as_ref().map_or_else(String::new, |remote| format!("{remote}:"));
        let amount = match row.size {
            Some(size) => format!("{}/{}", quantity::size(row.done), quantity::size(size)),
            None => quantity::size(row.done),
        };
        let path = context.output.name(&row.path).into_owned();
        context.output.line(format!("{:8} {amount:>19} {remote} {path}", row.kind.word()))?;
    }
    Ok(())
}

impl Row {
    fn of(remote: &str, left: &Leftover) -> Self {
        let kind = match left.direction {
            // What goes from disk to disk leaves none.
            Direction::Up | Direction::Across => Kind::Upload,
            Direction::Down => Kind::Download,
        };
        Self {
            remote: Some(remote.to_owned()),
            kind,
            path: left.path.to_string_lossy().into_owned(),
            done: left.done,
            size: Some(left.size),
        }
    }
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Download => "download",
            Self::Part => "part",
        }
    }
}

fn failure(what: &str, error: &io::Error) -> Failure {
    problem::of_io(what, error).into()
}
