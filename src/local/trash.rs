//! [`Trash`]: where local files go that the user deletes or that a download replaces. Nothing of the user's is ever
//! removed for good from here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{FileMark, LocalError, Target, Thrown, rename_free};

/// A place for files that were put away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trash {
    /// The system's; where there is none, a folder `.megapane-trash` beside the file.
    #[default]
    System,
    /// This folder (tests); a file on another disk goes to the folder beside it, as above.
    Folder(PathBuf),
    /// What lies below `files` goes to the folder `trash`, which may be gone tomorrow; all else to the system's (the demo:
    /// its sample files and the user's own).
    Sample {
        /// The folder of files that are worth nothing.
        files: PathBuf,
        /// Where they go.
        trash: PathBuf,
    },
    /// What lies below `files` goes to the same path below `backup`.
    Mirror {
        /// The folder of which something is put away.
        files: PathBuf,
        /// Where it goes; made when it is needed, on the same disk.
        backup: PathBuf,
        /// Added to the names of files.
        suffix: String,
        /// Where that goes which has the path in the backup.
        older: Box<Self>,
    },
}

impl Trash {
    /// Puts away the file, folder or link at `path` (a link itself, not what it points to).
    ///
    /// Returns where it lies now, or `None` when the system's trash has it.
    pub fn put(&self, path: &Path) -> Result<Option<PathBuf>, LocalError> {
        match self {
            Self::System => match ::trash::delete(path) {
                Ok(()) => Ok(None),
                Err(error) => {
                    tracing::info!(%error, "no system trash for this file");
                    move_beside(path).map(Some)
                }
            },
            Self::Sample { files, trash } if path.starts_with(files) => Self::Folder(trash.clone()).put(path),
            Self::Sample { .. } => Self::System.put(path),
            Self::Mirror { files, backup, suffix, older } => {
                let below = path.strip_prefix(files);
                let below = below.map_err(|_outside| LocalError::NotAFile { path: path.to_path_buf() })?;
                let kept = mirrored(below, backup, suffix)?;
                if fs::symlink_metadata(&kept).is_ok() {
                    older.put(&kept)?;
                }
                rename_free(path, &kept).map_err(LocalError::io("move to the backup folder", path))?;
                Ok(Some(kept))
            }
            Self::Folder(folder) => match move_into(folder, path) {
                Err(LocalError::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {
                    move_beside(path).map(Some)
                }
                moved => moved.map(Some),
            },
        }
    }
}

/// Returns the same place below another folder, and makes what leads to it.
fn mirrored(below: &Path, backup: &Path, suffix: &str) -> Result<PathBuf, LocalError> {
    let (folder, kept) = mirror_of(below, backup, suffix);
    folder.make_folder()?;
    Ok(kept)
}

/// Returns the folder of that place, and the place. Links in that folder are not followed.
fn mirror_of(below: &Path, backup: &Path, suffix: &str) -> (Target, PathBuf) {
    let mut folder = Target::root(backup);
    for name in below.parent().into_iter().flat_map(Path::components) {
        folder = folder.join_found(name.as_os_str());
    }
    let mut name = below.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    let kept = folder.join_found(&name).path();
    (folder, kept)
}

impl Trash {
    /// Takes the thing of that mark back out of the system's trash, where it was put from `path`. `thrown` is for all that
    /// is taken out at once.
    pub fn restore(&self, path: &Path, mark: &FileMark, thrown: &mut Thrown) -> Result<(), LocalError> {
        match self {
            Self::System | Self::Sample { .. } => {
                thrown.restore(path, mark).map_err(LocalError::io("restore", path))
            }
            Self::Mirror { older, .. } => older.restore(path, mark, thrown),
            Self::Folder(_) => Err(LocalError::io("restore", path)(io::ErrorKind::NotFound.into())),
        }
    }

    /// Returns what is to be remembered for [`find_kept`] of where a thing goes from `path`: its place, or a folder of places.
    #[must_use]
    pub fn place_of(&self, path: &Path) -> Option<PathBuf> {
        match self {
            Self::System => None,
            Self::Folder(folder) => Some(folder.clone()),
            Self::Sample { files, trash } => path.starts_with(files).then(|| trash.clone()),
            Self::Mirror { files, backup, suffix, .. } => {
                path.strip_prefix(files).ok().map(|below| mirror_of(below, backup, suffix).1)
            }
        }
    }
}

/// Looks where the thing of that mark lies that was put away from `path` when nobody could write down where: at the
/// remembered place, in a folder of it, or beside the file. Where the disk gives new numbers, it is what is alike, if only
/// one thing is. `None` where it is not there: the system's trash may have it.
#[must_use]
pub fn find_kept(path: &Path, mark: &FileMark, place: Option<&Path>) -> Option<PathBuf> {
    let name = path.file_name()?;
    let beside = path.with_file_name(SIBLING_FOLDER);
    let folders = place.into_iter().chain([beside.as_path()]).filter_map(|folder| fs::read_dir(folder).ok());
    let within = folders.flatten().filter_map(Result::ok).map(|own| own.path().join(name));
    let candidates = place.map(Path::to_path_buf).into_iter().chain(within);
    let mut alike: Vec<(PathBuf, FileMark)> = candidates
        .filter_map(|kept| FileMark::of(&kept).ok().map(|found| (kept, found)))
        .filter(|(_, found)| mark.is_same(found) || mark.is_alike(found))
        .collect();
    if let Some(same) = alike.iter().position(|(_, found)| mark.is_same(found)) {
        return Some(alike.swap_remove(same).0);
    }
    if alike.len() == 1 { alike.pop().map(|(kept, _)| kept) } else { None }
}

/// Moves into the folder beside the file, which is on the same disk.
fn move_beside(path: &Path) -> Result<PathBuf, LocalError> {
    let folder = path.with_file_name(SIBLING_FOLDER);
    if folder.is_symlink() {
        return Err(LocalError::LinkInTheWay { path: folder }); // in a folder that others write to it may be a trap
    }
    move_into(&folder, path)
}

/// Moves into a folder of its own, so that files of one name never meet.
fn move_into(trash: &Path, path: &Path) -> Result<PathBuf, LocalError> {
    let failed = || LocalError::io("move to the trash", path);
    let name = path.file_name().ok_or_else(|| LocalError::NotAFile { path: path.to_path_buf() })?;
    fs::create_dir_all(trash).map_err(failed())?;
    let own = tempfile::Builder::new().prefix("").rand_bytes(8).tempdir_in(trash).map_err(failed())?;
    let kept = own.path().join(name);
    fs::rename(path, &kept).map_err(failed())?;
    let _: PathBuf = own.keep();
    Ok(kept)
}

/// Returns whether that is the name of the folder beside files that were put away.
#[must_use]
pub fn is_trash_folder(name: &std::ffi::OsStr) -> bool {
    name == SIBLING_FOLDER
}

/// The folder beside a file that serves where the system has no trash.
pub(super) const SIBLING_FOLDER: &str = ".megapane-trash";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_of_one_name_are_both_kept() {
        let scratch = tempfile::tempdir().unwrap();
        let trash = Trash::Folder(scratch.path().join("trash"));
        let path = scratch.path().join("a");
        let mut kept = Vec::new();
        for content in ["first", "second"] {
            fs::write(&path, content).unwrap();
            kept.push(trash.put(&path).unwrap().unwrap());
            assert!(!path.exists());
        }
        assert_eq!(fs::read_to_string(&kept[0]).unwrap(), "first");
        assert_eq!(fs::read_to_string(&kept[1]).unwrap(), "second");
    }

    #[test]
    fn samples_go_to_their_own_trash() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        fs::create_dir(at("files")).unwrap();
        fs::write(at("files/a"), b"x").unwrap();
        let trash = Trash::Sample { files: at("files"), trash: at("trash") };
        assert!(trash.put(&at("files/a")).unwrap().unwrap().starts_with(at("trash")));
    }

    #[test]
    fn a_mirror_keeps_paths_and_an_older_file_of_that_path() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        let (files, backup, suffix) = (at("files"), at("backup"), ".old".to_owned());
        let older = Box::new(Trash::Folder(at("trash")));
        let mirror = Trash::Mirror { files, backup, suffix, older };
        for content in ["first", "second"] {
            fs::create_dir_all(at("files/a/b")).unwrap();
            fs::write(at("files/a/b/c"), content).unwrap();
            assert_eq!(mirror.put(&at("files/a/b/c")).unwrap(), Some(at("backup/a/b/c.old")));
            assert_eq!(fs::read_to_string(at("backup/a/b/c.old")).unwrap(), content);
        }
        assert_eq!(fs::read_dir(at("trash")).unwrap().count(), 1);
        fs::write(at("other"), "x").unwrap();
        assert!(mirror.put(&at("other")).is_err() && at("other").exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_on_another_disk_is_kept_beside_itself() {
        let (here, memory) = (tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm"));
        let Ok(there) = memory else { return }; // no second disk to try it with
        let path = there.path().join("a");
        fs::write(&path, b"x").unwrap();
        let kept = Trash::Folder(here.path().to_path_buf()).put(&path).unwrap().unwrap();
        assert!(kept.starts_with(there.path()) && !path.exists());
        assert_eq!(fs::read(kept).unwrap(), b"x");
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_link_in_place_of_the_folder_beside_the_file_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (scratch.path().join("a"), scratch.path().join("elsewhere"));
        fs::write(&path, b"mine").unwrap();
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, scratch.path().join(SIBLING_FOLDER)).unwrap();
        assert!(matches!(move_beside(&path), Err(LocalError::LinkInTheWay { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 0);
    }

    #[test]
    fn what_has_another_number_by_now_is_found_if_only_one_thing_is_alike() {
        let scratch = tempfile::tempdir().unwrap();
        let (path, trash) = (scratch.path().join("a"), scratch.path().join("trash"));
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        let write = |path: &Path| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
            fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        };
        write(&path);
        let mark = FileMark::of(&path).unwrap();
        write(&trash.join("1/a"));
        assert_eq!(find_kept(&path, &mark, Some(&trash)), Some(trash.join("1/a")));
        write(&trash.join("2/a"));
        assert_eq!(find_kept(&path, &mark, Some(&trash)), None, "it may be either");
        fs::create_dir(trash.join("3")).unwrap();
        fs::rename(&path, trash.join("3/a")).unwrap();
        assert_eq!(find_kept(&path, &mark, Some(&trash)), Some(trash.join("3/a")));
    }

    #[test]
    fn a_file_that_is_not_there_leaves_no_empty_folder() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("trash");
        assert!(Trash::Folder(folder.clone()).put(&scratch.path().join("missing")).is_err());
        assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    }
}
