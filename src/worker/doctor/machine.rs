//! What `doctor` finds on this machine, without any account: who may read our files, logins whose remote is gone, what
//! killed processes and unfinished transfers left, and room on the disk. All of it blocks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::size::{counted, size_with_unit};
use crate::config::{Account, Folders, private_file};
use crate::message::Finding;
use crate::transfer::leftover;

/// Looks at everything that needs no account; with `fixes` mends what can be mended without any risk. `accounts` are those
/// that are configured; `None` where the configuration cannot be read, and nobody knows whose the stored logins are.
#[must_use]
pub fn look(folders: &Folders, accounts: Option<&[Account]>, fixes: bool) -> Vec<Finding> {
    let mut findings = rights(folders, fixes);
    findings.push(scraps(folders, fixes));
    findings.extend(accounts.map(|accounts| logins(folders, accounts)));
    findings.extend([unfinished(folders), disk(folders)]);
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

/// Takes the rights of all others to a file or folder.
#[cfg(unix)]
pub(crate) fn close(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::symlink_metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))
}

/// Takes the rights of all others to a file or folder: there are none to take here.
#[cfg(not(unix))]
pub(crate) fn close(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Stored logins that no remote of the configuration uses. They still open an account.
fn logins(folders: &Folders, accounts: &[Account]) -> Finding {
    let folder = folders.config.join("credentials");
    let is_used = |path: &PathBuf| accounts.iter().any(|account| folders.credentials(&account.name) == *path);
    let sealed = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "sealed");
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let loose: Vec<PathBuf> = files.filter(|path| sealed(path) && !is_used(path)).collect();
    let Some(first) = loose.first() else {
        return Finding::ok("logins", "every stored login belongs to a remote");
    };
    let more = counted(loose.len(), "stored login");
    Finding::warn("logins", format!("{more} without a remote, as \"{}\"", first.display())).mended_by(
        "remove the file, and end that login: megapane sessions --close others REMOTE:, where you still have one",
    )
}

/// Files that a program was writing when it was killed. With `fixes` they go.
fn scraps(folders: &Folders, fixes: bool) -> Finding {
    let scraps: Vec<PathBuf> = [&folders.config, &folders.state, &folders.cache]
        .into_iter()
        .flat_map(|top| scraps_below(top))
        .collect();
    let Some(first) = scraps.first() else {
        return Finding::ok("scraps", "no file of ours was cut off while it was written");
    };
    let count = counted(scraps.len(), "file");
    if !fixes {
        return Finding::warn("scraps", format!("{count} cut off while written, as \"{}\"", first.display()))
            .mended_by("megapane doctor --fix removes them");
    }
    match scraps.iter().try_for_each(fs::remove_file) {
        Ok(()) => Finding::ok("scraps", format!("{count} cut off while written, removed now")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::ok("scraps", "others removed them"),
        Err(error) => Finding::warn("scraps", format!("{count} cut off while written stay: {error}"))
            .mended_by(format!("rm '{}'", first.display())),
    }
}

/// What our own folders have of it: they are as deep as `transfers/REMOTE/file`.
fn scraps_below(top: &Path) -> Vec<PathBuf> {
    let tree = walkdir::WalkDir::new(top).max_depth(3).into_iter().flatten();
    let files = tree.filter(|entry| entry.file_type().is_file());
    files.map(walkdir::DirEntry::into_path).filter(|path| private_file::is_scrap(path)).collect()
}

fn unfinished(folders: &Folders) -> Finding {
    match leftover::count(folders) {
        Ok(0) => Finding::ok("transfers", "nothing unfinished lies about"),
        Ok(count) => Finding::warn(
            "transfers",
            format!(
                "{} can go on when the same copy is started again",
                counted(count, "unfinished transfer")
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
            format!("only {} are left where megapane keeps its notes", size_with_unit(free)),
        )
        .mended_by("make room on the disk"),
        Ok(free) => Finding::ok("disk", format!("{} are free for notes and lists", size_with_unit(free))),
        Err(error) => {
            Finding::warn("disk", format!("\"{}\" does not say how full it is: {error}", place.display()))
        }
    }
}

/// Bytes below which journals soon cannot be written.
const LEAST_ROOM: u64 = 64 << 20;
