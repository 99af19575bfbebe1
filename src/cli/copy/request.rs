//! Two places as a request for the worker: what is copied, into which folder that exists, and which folders are to be
//! made below it.

use std::path::{Path, PathBuf};

use super::super::mkdir::existing_part;
use super::super::output::Failure;
use super::super::remote::{CloudPath, Place};
use super::super::removal::is_a_file;
use super::Naming;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{BackupFolder, CopyRequest, ProblemKind, Selection};
use crate::tree::{Node, Tree};
use crate::worker::problem;

/// Where a copy goes: a folder that is there, names of folders to make below it, and the name that a single file gets.
struct Target {
    folder: Location,
    missing: Vec<String>,
    rename: Option<String>,
}

/// Looks both places up.
pub(super) fn request(
    (from, source): (&Tree, &Place),
    (to, target): (&Tree, &Place),
    naming: Naming,
) -> Result<CopyRequest, Failure> {
    let selection = match source {
        Place::Local(path) => local_source(path)?,
        Place::Cloud(cloud) => cloud_source(from, cloud)?,
    };
    // Of a folder the content is copied, under whatever name the target has.
    let naming = if matches!(selection, Selection::Contents(_)) { Naming::Into } else { naming };
    let Target { folder, missing, rename } = match target {
        Place::Local(path) => local_target(path, naming)?,
        Place::Cloud(cloud) => cloud_target(to, cloud, naming)?,
    };
    Ok(CopyRequest { selection, target: folder, target_subfolders: missing, rename, options: Box::default() })
}

/// Looks up the folder that keeps what makes way in the target of `request`: without a place that is the target itself.
pub(super) fn backup(
    tree: &Tree,
    request: &CopyRequest,
    place: Option<&Place>,
    suffix: &str,
) -> Result<BackupFolder, Failure> {
    if suffix.contains('/') {
        return Err(Failure::usage("cannot add a \"/\" to names: --suffix is no path", ""));
    }
    let Some(place) = place else {
        let (folder, below) = (request.target.clone(), request.target_subfolders.clone());
        return Ok(BackupFolder { folder, below, suffix: suffix.to_owned() });
    };
    let Target { folder, missing: below, .. } = match place {
        Place::Local(path) => local_target(path, Naming::Into)?,
        Place::Cloud(cloud) if matches!(&request.target, Location::Cloud { account, .. } if *account == cloud.account) => {
            cloud_target(tree, cloud, Naming::Into)?
        }
        Place::Cloud(_) => return Err(problem::backup_elsewhere().into()),
    };
    if folder == request.target && below == request.target_subfolders {
        return Err(problem::backup_overlaps("target").into());
    }
    if let (Location::Local(backup), Location::Local(target)) = (&folder, &request.target) {
        require_one_disk((backup, &below), (target, &request.target_subfolders))?;
    }
    Ok(BackupFolder { folder, below, suffix: suffix.to_owned() })
}

/// Refuses a backup folder on another disk, where it would take a copy to move a file, and one that is in the target or
/// around it, whatever links lead there. Each is a folder that is there, and what is missing below.
fn require_one_disk(
    (backup, below): (&Path, &[String]),
    (target, missing): (&Path, &[String]),
) -> Result<(), Failure> {
    let refused = |error: std::io::Error| {
        Failure::from(problem::of_io(&format!("keep files in \"{}\"", backup.display()), &error))
    };
    let whole = |folder: &Path, below: &[String]| {
        Ok(below.iter().fold(folder.canonicalize()?, |path, name| path.join(name)))
    };
    let (kept, copied) = (whole(backup, below).map_err(refused)?, whole(target, missing).map_err(refused)?);
    if kept.starts_with(&copied) || copied.starts_with(&kept) {
        return Err(problem::backup_overlaps("target").into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let disk = |path: &Path| std::fs::metadata(path).map(|facts| facts.dev());
        if disk(backup).map_err(refused)? != disk(target).map_err(refused)? {
            return Err(problem::backup_elsewhere().into());
        }
    }
    Ok(())
}

fn local_source(path: &Path) -> Result<Selection, Failure> {
    let refused = |error: std::io::Error| {
        let mut problem = problem::of_io(&format!("copy \"{}\"", path.display()), &error);
        if error.kind() == std::io::ErrorKind::NotFound {
            problem.kind = ProblemKind::FolderNotFound;
        }
        Failure::from(problem)
    };
    let whole = std::path::absolute(path).map_err(refused)?;
    // What is named outright is meant, also where it is a link.
    if std::fs::metadata(&whole).map_err(refused)?.is_dir() {
        std::fs::read_dir(&whole).map_err(refused)?;
        return Ok(Selection::Contents(Location::Local(whole)));
    }
    let whole = whole.canonicalize().map_err(refused)?;
    match (whole.parent(), whole.file_name()) {
        (Some(parent), Some(name)) => Ok(Selection::Entries {
            parent: Location::Local(parent.to_owned()),
            keys: vec![EntryKey::Name(name.to_owned())],
        }),
        _ => Err(Failure::usage(format!("cannot copy \"{}\": it is no file", path.display()), "")),
    }
}

fn cloud_source(tree: &Tree, cloud: &CloudPath) -> Result<Selection, Failure> {
    let found = tree.locate(&cloud.path).map_err(|error| problem::of_path(&cloud.account, &error))?;
    let node = tree.folder_node(found).and_then(|handle| tree.node(handle));
    let account = cloud.account.clone();
    let file =
        node.filter(Node::is_file).and_then(|file| Some((file.handle(), tree.folder_of(file.handle())?)));
    Ok(match file {
        Some((handle, folder)) => Selection::Entries {
            parent: Location::Cloud { account, folder },
            keys: vec![EntryKey::Node(handle)],
        },
        None => Selection::Contents(Location::Cloud { account, folder: found }),
    })
}

fn cloud_target(tree: &Tree, cloud: &CloudPath, naming: Naming) -> Result<Target, Failure> {
    let (path, rename) = match (naming, cloud.split_name()) {
        (Naming::As, Some((above, name))) => (above, Some(name.to_owned())),
        (Naming::As, None) => {
            return Err(Failure::usage(
                format!("cannot copy to \"{cloud}\": it has no name for the file"),
                "Write the whole path of the new file, or use copy.",
            ));
        }
        (Naming::Into, _) => (cloud.clone(), None),
    };
    if let Ok(CloudFolder::Node(found)) = tree.locate(&path.path)
        && tree.node(found).is_some_and(|node| node.is_file())
    {
        return Err(is_a_file(&path.to_string()));
    }
    let (folder, missing) = existing_part(tree, &path)?;
    Ok(Target { folder: Location::Cloud { account: cloud.account.clone(), folder }, missing, rename })
}

fn local_target(path: &Path, naming: Naming) -> Result<Target, Failure> {
    let refused = |error: std::io::Error| {
        Failure::from(problem::of_io(&format!("copy to \"{}\"", path.display()), &error))
    };
    let mut at: PathBuf = std::path::absolute(path).map_err(refused)?;
    let mut rename = None;
    if naming == Naming::As {
        rename = at.file_name().map(|name| name.to_string_lossy().into_owned());
        at.pop();
    }
    let mut missing = Vec::new();
    loop {
        match std::fs::metadata(&at) {
            Ok(facts) if facts.is_dir() => break,
            Ok(_) => {
                return Err(is_a_file(&at.display().to_string()));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let name = at.file_name().map(|name| name.to_string_lossy().into_owned());
                missing.push(name.ok_or_else(|| refused(error))?);
                at.pop();
            }
            Err(error) => return Err(refused(error)),
        }
    }
    missing.reverse();
    Ok(Target { folder: Location::Local(at), missing, rename })
}
