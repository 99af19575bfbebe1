//! A [`Scratch`]: the private folder that holds the copy of one file while a program works on it. A note beside the copy
//! says what it was, and a lock on the note that its owner lives; what a killed process left is found by that.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::private_file;
use crate::local::{SafeName, Target};

/// The private folder of one file.
pub(crate) struct Scratch {
    folder: PathBuf,
    file: PathBuf,
    /// Locked while we live.
    note: File,
    digest: Option<[u8; 32]>,
}

/// What a folder says of itself.
#[derive(Deserialize, Serialize)]
struct Note {
    /// The file in the cloud, for people.
    title: String,
    /// The copy's name in the folder.
    file: String,
    /// SHA-256 of what was fetched; none before that is there.
    digest: Option<[u8; 32]>,
}

impl Scratch {
    /// Makes a folder that only the user can enter, for a copy of that name; returns it and where the copy belongs. Blocks.
    pub(super) fn make(folder: &Path, name: &SafeName, title: &str) -> io::Result<(Self, Target)> {
        private_file::create_folder(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix("edit-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(folder)?.keep();
        let mut options = File::options();
        options.create_new(true).read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let note = options.open(folder.join(NOTE))?;
        let _ = note.try_lock(); // where a disk knows no locks, nobody takes it for dead
        let inside = folder.join(INSIDE);
        private_file::create_folder(&inside)?;
        let target = Target::root(inside).join(name);
        let mut scratch = Self { folder, file: target.path(), note, digest: None };
        scratch.write_note(title)?;
        Ok((scratch, target))
    }

    /// Returns where the copy is.
    pub(super) fn path(&self) -> &Path {
        &self.file
    }

    /// Notes what was fetched, so that a change is seen, also by the next start. Blocks.
    pub(super) fn fetched(&mut self, title: &str, read_only: bool) -> io::Result<()> {
        self.digest = Some(digest(&self.file)?);
        if read_only {
            let mut permissions = fs::metadata(&self.file)?.permissions();
            permissions.set_readonly(true);
            fs::set_permissions(&self.file, permissions)?;
        }
        self.write_note(title)
    }

    /// Returns whether the copy is another than what was fetched. Blocks.
    pub(super) fn is_changed(&self) -> io::Result<bool> {
        Ok(Some(digest(&self.file)?) != self.digest)
    }

    /// Removes all of it. Blocks.
    pub(super) fn remove(self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "a private folder stays");
        }
    }

    fn write_note(&mut self, title: &str) -> io::Result<()> {
        let file = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let note = Note { title: title.to_owned(), file, digest: self.digest };
        let text = serde_json::to_vec(&note)?;
        self.note.set_len(0)?;
        io::Seek::rewind(&mut self.note)?;
        self.note.write_all(&text)
    }
}

/// Returns the changed copies that killed processes left; folders without one are removed. Blocks.
pub(super) fn left(folder: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    folders.filter_map(|folder| changed_copy(&folder)).collect()
}

fn changed_copy(folder: &Path) -> Option<PathBuf> {
    let mut file = File::options().read(true).write(true).open(folder.join(NOTE)).ok()?;
    if file.try_lock().is_err() {
        return None; // its owner lives, or that cannot be told
    }
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let note: Option<Note> = serde_json::from_str(&text).ok();
    let copy = note.as_ref().map(|note| folder.join(INSIDE).join(&note.file));
    let is_changed = note.zip(copy.as_deref()).is_some_and(|(note, copy)| {
        note.digest.is_some() && digest(copy).is_ok_and(|now| Some(now) != note.digest)
    });
    if is_changed {
        return copy;
    }
    let _ = fs::remove_dir_all(folder); // the next start tries again
    None
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hasher.finalize().into());
        }
        hasher.update(&buffer[..count]);
    }
}

/// The note's name.
const NOTE: &str = "note.json";

/// The folder that holds the copy, so that a copy of any name is not in the note's way.
const INSIDE: &str = "copy";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_changed_copy_of_a_dead_owner_is_left() {
        let root = tempfile::tempdir().unwrap();
        let name = SafeName::from_cloud("a.txt").unwrap();
        let make = |bytes: &[u8]| {
            let (mut scratch, target) = Scratch::make(root.path(), &name, "work:a.txt").unwrap();
            fs::write(target.path(), b"fetched").unwrap();
            scratch.fetched("work:a.txt", false).unwrap();
            fs::write(target.path(), bytes).unwrap();
            scratch
        };
        let (alive, dead, same) = (make(b"changed"), make(b"changed"), make(b"fetched"));
        let path = dead.path().to_owned();
        assert!(alive.is_changed().unwrap() && !same.is_changed().unwrap());
        drop((dead, same));
        assert_eq!(left(root.path()), [path]);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2, "what was not changed is gone");
        alive.remove();
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_enter_it() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let name = SafeName::from_cloud("../../etc/passwd").unwrap();
        let top = root.path().join("state");
        let (scratch, target) = Scratch::make(&top.join("edits"), &name, "x").unwrap();
        for made in walkdir::WalkDir::new(top) {
            let entry = made.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
        }
        assert!(target.path().starts_with(&scratch.folder));
    }
}
