//! [`PartialFile`]: a file under a temporary name beside its target, which gets its name only when it is whole. Dropping
//! it removes it, unless its download can go on later. Downloads write into it; it knows nothing of where the bytes come
//! from.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::{NamedTempFile, TempPath};

use super::copy::is_same_content;
use super::entry::free_space;
use super::leftover;
use super::rename::Reserved;
use super::{FileMark, LocalError, Target, Trash};

/// A file that is being written.
#[derive(Debug)]
pub struct PartialFile {
    file: Arc<File>,
    /// Removes the file when dropped, where nothing can go on in it.
    temporary: TempPath,
    target: Target,
}

impl PartialFile {
    /// Makes the temporary file, `size` bytes long and empty (sparse where the disk can do that), in the target's folder,
    /// which must exist.
    pub fn create(target: Target, size: u64) -> Result<Self, LocalError> {
        require_room(&target, size)?;
        let folder = target.folder();
        loop {
            let made = temporary_file(&folder).map_err(LocalError::io("write to", &folder))?;
            if leftover::hold(made.as_file(), made.path()) {
                let (file, temporary) = made.into_parts();
                return Self::sized(file, temporary, target, size);
            }
        }
    }

    /// Returns the path for [`Self::create_resumable`]; `label` tells downloads to one folder apart.
    #[must_use]
    pub fn resumable_path(target: &Target, label: &str) -> PathBuf {
        leftover::resumable_path(&target.folder(), label)
    }

    /// Makes a temporary file at that path, which stays when it is dropped. One that stands there, and that nobody writes
    /// to, is of no use to anybody (no journal speaks of it) and makes way.
    pub fn create_resumable(target: Target, path: &Path, size: u64) -> Result<Self, LocalError> {
        require_room(&target, size)?;
        leftover::remove_dead(path);
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(LocalError::io("write", path))?;
        let temporary = Self::held(&file, path)?;
        let mut partial = Self::sized(file, temporary, target, size)?; // one that cannot be made so long goes again
        partial.temporary.disable_cleanup(true);
        Ok(partial)
    }

    /// Opens what [`Self::create_resumable`] made in an earlier run. `None` where it is gone, or is none of ours.
    pub fn reopen(target: Target, path: &Path, size: u64) -> Result<Option<Self>, LocalError> {
        target.check_folders()?;
        let is_ours = leftover::is_resumable(path) && path.parent() == Some(&target.folder());
        if !is_ours || !fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file()) {
            return Ok(None);
        }
        let file =
            File::options().read(true).write(true).open(path).map_err(LocalError::io("write", path))?;
        let mut temporary = Self::held(&file, path)?;
        temporary.disable_cleanup(true);
        Self::sized(file, temporary, target, size).map(Some)
    }

    /// What goes on in it is the journal's to say; the lock tells others that it is alive.
    fn held(file: &File, path: &Path) -> Result<TempPath, LocalError> {
        leftover::hold(file, path);
        TempPath::try_from_path(path).map_err(LocalError::io("write", path))
    }

    fn sized(file: File, temporary: TempPath, target: Target, size: u64) -> Result<Self, LocalError> {
        file.set_len(size).map_err(LocalError::io("make room for", &target.path()))?;
        Ok(Self { file: Arc::new(file), temporary, target })
    }

    /// Checks that so many bytes more fit on the disk, as far as it will tell.
    pub fn require_room(&self, bytes: u64) -> Result<(), LocalError> {
        require_room(&self.target, bytes)
    }

    /// Removes the file, also one that would stay.
    pub fn discard(mut self) {
        self.temporary.disable_cleanup(false);
    }

    /// Returns the open file, for writers on other threads.
    #[must_use]
    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Reads the file again; an error where it has not the content of `source`.
    pub(crate) fn require_same(&self, source: &Path) -> Result<(), LocalError> {
        if is_same_content(source, &self.temporary, &mut || true)? {
            return Ok(());
        }
        Err(LocalError::io("move", source)(io::Error::other("what was written is not what was read")))
    }

    /// Returns where the file will stand.
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Sets the time, waits until the bytes are on the disk, and gives the file its name, before the eyes of `witness`.
    ///
    /// A file that has the name goes to `trash`; without one it is left alone and [`LocalError::Exists`] is the answer.
    /// On any error what had the name has it still, or is in the trash, and the temporary file is gone, or stays if it
    /// can be gone on with.
    pub fn place(
        self,
        modified: Option<i64>,
        trash: Option<&Trash>,
        witness: &Witness,
    ) -> Result<MadeWay, LocalError> {
        let path = self.target.path();
        if let Some(modified) = modified {
            set_modified(&self.file, modified, &path);
        }
        self.file.sync_all().map_err(LocalError::io("write", &path))?;
        self.target.check_folders()?;
        let Placement { made_way, named } = witness(Placing { partial: self, trash });
        named.map(|()| made_way)
    }
}

/// Sees files take their names: carries each placing out, and may write down before and after what it does.
pub type Witness = Arc<dyn Fn(Placing<'_>) -> Placement + Send + Sync>;

/// Returns a witness that writes nothing down.
#[must_use]
pub fn unwitnessed() -> Witness {
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime only")]
    Arc::new(|placing| placing.carry_out())
}

/// A whole file that is about to take its name.
#[derive(Debug)]
pub struct Placing<'t> {
    partial: PartialFile,
    trash: Option<&'t Trash>,
}

/// What has the name of a file that is about to be placed.
#[derive(Clone, Debug)]
pub struct Displaced {
    /// What tells it from others.
    pub mark: FileMark,
    /// Where it will lie, or a folder of such places; `None` for the system's trash.
    pub place: Option<PathBuf>,
}

/// What came of it. Something may have made way for a file that did not get its name after all.
#[derive(Debug)]
pub struct Placement {
    /// What had the name before.
    pub made_way: MadeWay,
    /// Whether the file has the name now.
    pub named: Result<(), LocalError>,
}

impl Placing<'_> {
    /// Returns the file, whole and with its time.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.partial.file
    }

    /// Returns the path that it is to have.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.partial.target.path()
    }

    /// Returns what has the name now and is to make way, if anything.
    #[must_use]
    pub fn displaced(&self) -> Option<Displaced> {
        let (trash, path) = (self.trash?, self.path());
        let mark = FileMark::of(&path).ok()?;
        Some(Displaced { mark, place: trash.place_of(&path) })
    }

    /// Puts away what has the name, if that may be, and renames. Blocks.
    #[must_use]
    pub fn carry_out(self) -> Placement {
        let path = self.path();
        let made_way = match self.trash.map_or(Ok(MadeWay::Nothing), |trash| make_way(&path, trash)) {
            Ok(made_way) => made_way,
            Err(error) => return Placement { made_way: MadeWay::Nothing, named: Err(error) },
        };
        // The file stays open, and with it the lock: without one a sweep of the folder takes it for dead.
        Placement { made_way, named: rename_if_free(self.partial.temporary, &path) }
    }
}

/// What had the name of a file that was placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeWay {
    /// Nothing.
    Nothing,
    /// Something that lies here now.
    Kept(PathBuf),
    /// Something that the system's trash has.
    InSystemTrash,
}

fn require_room(target: &Target, bytes: u64) -> Result<(), LocalError> {
    target.check_folders()?;
    match free_space(&target.folder()) {
        Ok(free) if free < bytes => Err(LocalError::NoSpace { path: target.path(), needed: bytes, free }),
        Ok(_) | Err(_) => Ok(()), // where the system will not tell, the write will
    }
}

fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(leftover::PREFIX).suffix(leftover::SUFFIX).rand_bytes(12);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666)); // less the umask, like any new file
    }
    builder.tempfile_in(folder)
}

/// Puts away the file, or the link itself, that has the name.
fn make_way(path: &Path, trash: &Trash) -> Result<MadeWay, LocalError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(LocalError::NotAFile { path: path.to_path_buf() }),
        Ok(_) => trash.put(path).map(|kept| kept.map_or(MadeWay::InSystemTrash, MadeWay::Kept)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(MadeWay::Nothing),
        Err(error) => Err(LocalError::io("look at", path)(error)),
    }
}

/// Renames without replacing. Disks that know neither such a rename nor hard links (some network mounts) get the name
/// reserved by an empty file, which the rename then replaces.
fn rename_if_free(temporary: TempPath, path: &Path) -> Result<(), LocalError> {
    let Err(failed) = temporary.persist_noclobber(path) else { return Ok(()) };
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => LocalError::Exists { path: path.to_path_buf() },
        _ => LocalError::io("rename to", path)(error),
    };
    match failed.error.kind() {
        io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput => {
            place_reserved(failed.path, path).map_err(refused)
        }
        _ => Err(refused(failed.error)),
    }
}

fn place_reserved(temporary: TempPath, path: &Path) -> io::Result<()> {
    let reserved = Reserved::file(path)?;
    temporary.persist(path).map_err(|failed| failed.error)?;
    reserved.release();
    Ok(())
}

/// A time that the disk cannot hold is no reason to lose a verified file.
fn set_modified(file: &File, modified: i64, path: &Path) {
    let distance = Duration::from_secs(modified.unsigned_abs());
    let time: Option<SystemTime> =
        if modified < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    let set = time.map(|time| file.set_times(FileTimes::new().set_modified(time)));
    if !matches!(set, Some(Ok(()))) {
        tracing::warn!(path = %path.display(), modified, "the disk does not take this time");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::stat;
    use std::io::Write;

    fn scratch() -> (tempfile::TempDir, Target) {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::chosen(&folder.path().join("film.mkv")).unwrap();
        (folder, target)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn written(target: &Target, bytes: &[u8]) -> PartialFile {
        let partial = PartialFile::create(target.clone(), bytes.len() as u64).unwrap();
        (&*partial.file()).write_all(bytes).unwrap();
        partial
    }

    #[test]
    fn a_placed_file_has_its_name_time_and_usual_permissions() {
        let (folder, target) = scratch();
        written(&target, b"bytes").place(Some(1_000_000_000), None, &unwitnessed()).unwrap();
        assert_eq!(names(folder.path()), ["film.mkv"]);
        assert_eq!(fs::read(target.path()).unwrap(), b"bytes");
        assert_eq!(stat(&target.path()).unwrap().modified, Some(1_000_000_000));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::write(folder.path().join("other"), b"").unwrap();
            let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode("film.mkv"), mode("other"));
        }
    }

    #[test]
    fn a_dropped_file_leaves_nothing() {
        let (folder, target) = scratch();
        let partial = written(&target, b"half");
        assert!(leftover::is_own_leftover(names(folder.path())[0].as_ref()));
        drop(partial);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_file_that_appeared_meanwhile_is_never_overwritten() {
        let (folder, target) = scratch();
        let partial = written(&target, b"new");
        fs::write(target.path(), b"theirs").unwrap();
        assert!(matches!(partial.place(None, None, &unwitnessed()), Err(LocalError::Exists { .. })));
        assert_eq!(fs::read(target.path()).unwrap(), b"theirs");
        assert_eq!(names(folder.path()), ["film.mkv"]);
    }

    #[test]
    fn a_disk_without_such_a_rename_overwrites_nothing_either() {
        let (folder, target) = scratch();
        fs::write(target.path(), b"theirs").unwrap();
        let refused = place_reserved(written(&target, b"new").temporary, &target.path()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(target.path()).unwrap(), b"theirs");
        fs::remove_file(target.path()).unwrap();
        place_reserved(written(&target, b"new").temporary, &target.path()).unwrap();
        assert_eq!(fs::read(target.path()).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["film.mkv"]);
    }

    #[test]
    fn a_replaced_file_goes_to_the_trash() {
        let (folder, target) = scratch();
        let trash = Trash::Folder(folder.path().join("trash"));
        fs::write(target.path(), b"old").unwrap();
        written(&target, b"new").place(None, Some(&trash), &unwitnessed()).unwrap();
        assert_eq!(fs::read(target.path()).unwrap(), b"new");
        let kept = walkdir::WalkDir::new(folder.path().join("trash")).into_iter().flatten();
        let kept: Vec<_> = kept.filter(|entry| entry.file_type().is_file()).collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(fs::read(kept[0].path()).unwrap(), b"old");
    }

    #[test]
    fn a_sweep_takes_nothing_that_is_being_placed() {
        let (folder, target) = scratch();
        let trash = Trash::Folder(folder.path().join("trash"));
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    leftover::sweep(folder.path()).unwrap();
                }
            });
            let witness = unwitnessed();
            let placed: Result<Vec<MadeWay>, LocalError> =
                (0..100).map(|_| written(&target, b"new").place(None, Some(&trash), &witness)).collect();
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            placed.unwrap();
        });
        assert_eq!(fs::read(target.path()).unwrap(), b"new");
    }

    #[test]
    fn a_folder_of_that_name_is_never_put_away() {
        let (folder, target) = scratch();
        fs::create_dir(target.path()).unwrap();
        let trash = Trash::Folder(folder.path().join("trash"));
        let placed = written(&target, b"new").place(None, Some(&trash), &unwitnessed());
        assert!(matches!(placed, Err(LocalError::NotAFile { .. })));
        assert_eq!(names(folder.path()), ["film.mkv"]);
    }

    #[test]
    fn a_file_larger_than_the_disk_is_refused_before_a_byte_is_written() {
        let (folder, target) = scratch();
        let refused = PartialFile::create(target, u64::MAX).unwrap_err();
        assert!(refused.is_disk_full(), "{refused}");
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_time_that_no_disk_can_hold_does_not_cost_the_file() {
        let (_folder, target) = scratch();
        written(&target, b"x").place(Some(i64::MIN), None, &unwitnessed()).unwrap();
        assert_eq!(fs::read(target.path()).unwrap(), b"x");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_with_the_files_name_is_replaced_and_not_followed() {
        let (folder, target) = scratch();
        let outside = folder.path().join("outside");
        fs::write(&outside, b"precious").unwrap();
        std::os::unix::fs::symlink(&outside, target.path()).unwrap();
        let witness = unwitnessed();
        let refused = written(&target, b"new").place(None, None, &witness);
        assert!(matches!(refused, Err(LocalError::Exists { .. })));
        let trash = Trash::Folder(folder.path().join("trash"));
        written(&target, b"new").place(None, Some(&trash), &witness).unwrap();
        assert_eq!(fs::read(&outside).unwrap(), b"precious");
        assert_eq!(fs::read(target.path()).unwrap(), b"new");
    }
}
