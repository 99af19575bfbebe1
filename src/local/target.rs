//! [`Target`]: where something from the cloud will stand on the disk, as a folder that the user chose and a path of safe
//! names below it. Plans make them, the movers write to them. It is the guard against leaving that folder: nothing below
//! it is ever reached through a symbolic link.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{LocalError, SafeName};

/// A place below a folder that the user chose.
///
/// The chosen folder itself, and what leads to it, may be links: that is the user's own arrangement. A link below it
/// may have been planted and is refused. What is not caught: somebody else who may write to a folder below the chosen
/// one and puts a link there in the moment between the check and the write. Even then nothing that exists is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    root: PathBuf,
    /// One normal component each: neither `..` nor a separator can be among them.
    below: Vec<PathBuf>,
}

impl Target {
    /// The chosen folder itself.
    #[must_use]
    pub fn root(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), below: Vec::new() }
    }

    /// A place of that name in this one.
    #[must_use]
    pub fn join(&self, name: &SafeName) -> Self {
        self.joined(name.as_ref())
    }

    /// A place of a name that the disk has: one component, whatever bytes it is of.
    #[must_use]
    pub fn join_found(&self, name: &OsStr) -> Self {
        self.joined(Path::new(name))
    }

    /// A place that the user named as a whole, file name included; `None` where the path names no entry (`..`, `/`).
    #[must_use]
    pub fn chosen(path: &Path) -> Option<Self> {
        let name: &OsStr = path.file_name()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Some(Self::root(folder.unwrap_or(Path::new("."))).joined(Path::new(name)))
    }

    /// Returns the whole path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.below.iter().fold(self.root.clone(), |path, name| path.join(name))
    }

    /// Returns the folder that holds the place; the chosen folder's is itself.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let above = self.below.len().saturating_sub(1);
        self.below.iter().take(above).fold(self.root.clone(), |path, name| path.join(name))
    }

    /// Returns the folders that [`Self::make_folder`] would make, the outermost first.
    #[must_use]
    pub fn missing_folders(&self) -> Vec<PathBuf> {
        let path = self.path();
        let mut missing: Vec<PathBuf> =
            path.ancestors().take_while(|path| !path.exists()).map(Path::to_path_buf).collect();
        missing.reverse();
        missing
    }

    /// Makes the place a folder, with every missing folder above it. One that is there already is fine.
    pub fn make_folder(&self) -> Result<(), LocalError> {
        fs::create_dir_all(&self.root).map_err(LocalError::io("make the folder", &self.root))?;
        let mut path = self.root.clone();
        for name in &self.below {
            path.push(name);
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => require_folder(&path)?,
                Err(error) => return Err(LocalError::io("make the folder", &path)(error)),
            }
        }
        Ok(())
    }

    /// Checks that every folder between the chosen one and this place is there and is no link.
    pub fn check_folders(&self) -> Result<(), LocalError> {
        let mut path = self.root.clone();
        for name in self.below.iter().take(self.below.len().saturating_sub(1)) {
            path.push(name);
            require_folder(&path)?;
        }
        Ok(())
    }

    fn joined(&self, name: &Path) -> Self {
        let mut below = self.below.clone();
        below.push(name.to_path_buf());
        Self { root: self.root.clone(), below }
    }
}

fn require_folder(path: &Path) -> Result<(), LocalError> {
    let metadata = fs::symlink_metadata(path).map_err(LocalError::io("look at", path))?;
    if metadata.is_symlink() {
        return Err(LocalError::LinkInTheWay { path: path.to_path_buf() });
    }
    if !metadata.is_dir() {
        return Err(LocalError::FileInTheWay { path: path.to_path_buf() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(name: &str) -> SafeName {
        SafeName::from_cloud(name).unwrap()
    }

    #[test]
    fn folders_are_made_on_the_way_and_found_again() {
        let scratch = tempfile::tempdir().unwrap();
        let place = Target::root(scratch.path().join("new")).join(&safe("a")).join(&safe(".."));
        place.make_folder().unwrap();
        place.make_folder().unwrap();
        assert!(scratch.path().join("new/a/‛..").is_dir());
        assert_eq!(place.folder(), scratch.path().join("new/a"));
        place.join(&safe("file")).check_folders().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_below_the_chosen_folder_is_refused_and_one_above_is_not() {
        let scratch = tempfile::tempdir().unwrap();
        let outside = scratch.path().join("outside");
        let inside = scratch.path().join("inside");
        fs::create_dir(&outside).unwrap();
        fs::create_dir(&inside).unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("planted")).unwrap();
        let through = Target::root(&inside).join(&safe("planted")).join(&safe("x"));
        assert!(matches!(through.make_folder(), Err(LocalError::LinkInTheWay { .. })));
        assert!(matches!(through.check_folders(), Err(LocalError::LinkInTheWay { .. })));
        assert!(!outside.join("x").exists());
        let chosen = Target::root(inside.join("planted")).join(&safe("x"));
        chosen.make_folder().unwrap();
        assert!(outside.join("x").is_dir());
    }

    #[test]
    fn a_file_in_the_way_of_a_folder_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("a"), b"").unwrap();
        let place = Target::root(scratch.path()).join(&safe("a")).join(&safe("b"));
        assert!(matches!(place.make_folder(), Err(LocalError::FileInTheWay { path }) if path.ends_with("a")));
    }

    #[test]
    fn a_path_given_by_the_user_must_name_an_entry() {
        assert_eq!(Target::chosen(Path::new("x.iso")).unwrap().path(), Path::new("./x.iso"));
        assert_eq!(Target::chosen(Path::new("/tmp/x.iso")).unwrap().folder(), Path::new("/tmp"));
        assert_eq!(Target::chosen(Path::new("/")), None);
        assert_eq!(Target::chosen(Path::new("..")), None);
    }
}
