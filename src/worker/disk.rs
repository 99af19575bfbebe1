//! Changes on the disk, one entry at a time: thrown away, moved, renamed, and where a typed name leads. `changes` runs
//! them as jobs, for they block. Nothing is ever replaced or removed for good, and no typed name leaves its folder.

use std::io;
use std::path::{Path, PathBuf};

use super::changes::fixed;
use super::problem;
use crate::entry::EntryKey;
use crate::local::{LocalError, Trash, rename_free};
use crate::message::Problem;

/// Puts an entry away and returns the folder that looks different now.
pub(super) fn throw_away(trash: &Trash, parent: &Path, key: &EntryKey) -> Result<PathBuf, Problem> {
    let EntryKey::Name(name) = key else { return Err(fixed(key, "thrown away")) };
    let what = format!("throw away \"{}\"", name.to_string_lossy());
    trash.put(&parent.join(name)).map_err(|error| problem::of_local(&what, &error))?;
    Ok(parent.to_path_buf())
}

/// Moves an entry and returns the folder that it left.
pub(super) fn move_to(parent: &Path, target: &Path, key: &EntryKey) -> Result<PathBuf, Problem> {
    let EntryKey::Name(name) = key else { return Err(fixed(key, "moved")) };
    let what = format!("move \"{}\"", name.to_string_lossy());
    rename(&parent.join(name), &target.join(name)).map_err(|error| problem::of_local(&what, &error))?;
    Ok(parent.to_path_buf())
}

/// Renames without ever taking the place of something.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), LocalError> {
    rename_free(from, to).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => LocalError::Exists { path: to.to_path_buf() },
        _ => LocalError::io("rename", from)(error),
    })
}

/// Returns the place of a typed name in a folder; one that would lead elsewhere is refused.
pub(super) fn checked_join(folder: &Path, name: &str) -> Result<PathBuf, LocalError> {
    let mut components = Path::new(name).components();
    let path = folder.join(name);
    match (components.next(), components.next()) {
        (Some(std::path::Component::Normal(only)), None) if only == name => Ok(path),
        _ => {
            let refused = io::Error::new(io::ErrorKind::InvalidInput, "it is not a name");
            Err(LocalError::io("use", Path::new(name))(refused))
        }
    }
}
