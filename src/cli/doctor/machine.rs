//! What `doctor` finds on this machine: who may read our files, what unfinished transfers left, what is kept, and what
//! the terminal can do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::kept;
use crate::cli::context::Context;
use crate::cli::{leftovers, quantity};
use crate::config::{ColorDepth, Folders, Multiplexer, Surroundings};
use crate::ui::terminal_kind::TerminalKind;

/// Looks at everything that needs no account.
pub(super) fn look(context: &Context, fixes: bool) -> Vec<Finding> {
    let folders = &context.config.folders;
    let mut findings = rights(folders, fixes);
    findings.push(kept::scraps(folders, fixes));
    findings.push(kept::logins(&context.config));
    findings.push(unfinished(folders));
    findings.push(disk(folders));
    findings.extend(terminal(context));
    findings
}

/// Who may read what only we should.
fn rights(folders: &Folders, fixes: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let exposed: Vec<PathBuf> =
        [&folders.config, &folders.state, &folders.cache].into_iter().flat_map(|top| exposed(top)).collect();
    for path in exposed {
        let shown = path.display();
        findings.push(match fixes.then(|| close(&path)) {
            Some(Ok(())) => {
                Finding::ok("rights", format!("\"{shown}\" was open to others, and is yours alone now"))
            }
            Some(Err(error)) => Finding::bad("rights", format!("\"{shown}\" stays open to others: {error}")),
            None => Finding::bad("rights", format!("other users of this machine may look into \"{shown}\""))
                .mended_by(format!("chmod go= '{shown}', or megapane doctor --fix")),
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok("rights", "files and folders of megapane are for you alone"));
    }
    findings
}

/// A folder of ours, and what is directly or one folder below it, where others have any right to it. A system's folder
/// that is only passed through stays out of it: what matters is in ours.
fn exposed(top: &Path) -> Vec<PathBuf> {
    let tree = walkdir::WalkDir::new(top).max_depth(2).into_iter().flatten();
    let open =
        tree.filter(|entry| !entry.path_is_symlink() && entry.metadata().is_ok_and(|facts| is_open(&facts)));
    open.map(walkdir::DirEntry::into_path).collect()
}

#[cfg(unix)]
fn is_open(facts: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(facts) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_facts: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn close(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::symlink_metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))
}

#[cfg(not(unix))]
fn close(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn unfinished(folders: &Folders) -> Finding {
    match leftovers::count(folders) {
        Ok(0) => Finding::ok("transfers", "nothing unfinished lies about"),
        Ok(count) => Finding::warn(
            "transfers",
            format!(
                "{} can go on when the same copy is started again",
                quantity::counted(count, "unfinished transfer")
            ),
        )
        .mended_by("megapane leftovers, and with --remove they go"),
        Err(error) => Finding::bad("transfers", format!("the journals cannot be read: {error}")),
    }
}

/// Room for journals and the kept file lists.
fn disk(folders: &Folders) -> Finding {
    let place = [&folders.state, &folders.config].into_iter().find(|folder| folder.exists());
    let Some(place) = place else { return Finding::ok("disk", "nothing is kept yet") };
    match fs4::available_space(place) {
        Ok(free) if free < LEAST_ROOM => Finding::bad(
            "disk",
            format!("only {} are left where megapane keeps its notes", quantity::size_with_unit(free)),
        )
        .mended_by("make room on the disk"),
        Ok(free) => {
            Finding::ok("disk", format!("{} are free for notes and lists", quantity::size_with_unit(free)))
        }
        Err(error) => {
            Finding::warn("disk", format!("\"{}\" does not say how full it is: {error}", place.display()))
        }
    }
}

fn terminal(context: &Context) -> Option<Finding> {
    let surroundings = context.environment.surroundings();
    if surroundings.terminal.is_empty() {
        return None;
    }
    let kind = TerminalKind::of(&surroundings);
    let name = &surroundings.terminal;
    Some(if !kind.places {
        Finding::warn(
            "terminal",
            format!("\"{name}\" has no places to write at: the screen is a list of lines"),
        )
    } else if !surroundings.utf8 {
        Finding::warn("terminal", "the locale is not UTF-8: lines and signs are drawn in ASCII")
            .mended_by("export LC_ALL=C.UTF-8")
    } else if !kind.modern {
        Finding::warn("terminal", format!("\"{name}\" has no clipboard, mouse or window title for us"))
    } else {
        Finding::ok("terminal", format!("\"{name}\": {}", abilities(&surroundings)))
    })
}

/// What a terminal of today can do here.
fn abilities(surroundings: &Surroundings) -> String {
    let colors = match (surroundings.no_color, surroundings.depth) {
        (true, _) => "no colours, as NO_COLOR wants it",
        (false, ColorDepth::Few) => "16 colours",
        (false, ColorDepth::Indexed) => "256 colours",
        (false, ColorDepth::Millions) => "all colours",
    };
    let behind = match surroundings.multiplexer {
        Multiplexer::None => "",
        Multiplexer::Tmux => {
            ", through tmux (which needs `set -g allow-passthrough on` and `set -g set-clipboard on`)"
        }
        Multiplexer::Screen => ", through GNU screen",
    };
    let line = if surroundings.over_ssh { ", over ssh" } else { "" };
    format!("{colors}, UTF-8, clipboard, mouse, titles{behind}{line}")
}

/// Bytes below which journals soon cannot be written.
const LEAST_ROOM: u64 = 64 << 20;
