//! [`copy_file`]: a file of the disk made once more, under a temporary name until it is whole; and `carry`, what a rename
//! between two disks becomes. The movers and the changes on the disk call them. Neither ever takes the place of something,
//! and nothing goes before what it became has been read again.

use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::{LocalError, PartialFile, Target, unwitnessed};

/// Copies a file's bytes, times and permissions to a temporary file beside `target`; a link is followed.
///
/// `heed` is told the bytes of each piece and says whether to go on; `None` where it said no. A file that changes
/// meanwhile is an error. What of its permissions is about owners (set-user-id and the like) does not go along.
pub fn copy_file(
    source: &Path,
    target: Target,
    heed: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<PartialFile>, LocalError> {
    let failed = || LocalError::io("copy", source);
    let file = open(source)?;
    let facts = file.metadata().map_err(failed())?;
    let partial = PartialFile::create(target, facts.len())?;
    let copy = partial.file();
    let mut left = facts.len();
    while left > 0 {
        let moved = io::copy(&mut (&file).take(left.min(PIECE)), &mut &*copy).map_err(failed())?;
        if moved == 0 {
            break; // it has become shorter
        }
        left -= moved;
        if !heed(moved) {
            return Ok(None);
        }
    }
    let now = file.metadata().map_err(failed())?;
    if left > 0 || now.len() != facts.len() || now.modified().ok() != facts.modified().ok() {
        return Err(failed()(io::Error::other("it changed while it was read")));
    }
    keep_facts(&copy, &facts, source);
    Ok(Some(partial))
}

/// Returns whether two files have the same content; `heed` says after each piece whether to go on, and `false` is the
/// answer where it said no.
pub fn is_same_content(one: &Path, other: &Path, heed: &mut dyn FnMut() -> bool) -> Result<bool, LocalError> {
    let (mut first, mut second) = (open(one)?, open(other)?);
    let length = |file: &File, path: &Path| {
        file.metadata().map(|facts| facts.len()).map_err(LocalError::io("read", path))
    };
    if length(&first, one)? != length(&second, other)? {
        return Ok(false);
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        read_piece(&mut first, &mut left).map_err(LocalError::io("read", one))?;
        read_piece(&mut second, &mut right).map_err(LocalError::io("read", other))?;
        if left != right || !heed() {
            return Ok(false);
        }
        if left.is_empty() {
            return Ok(true);
        }
    }
}

/// Returns whether two paths lead to one and the same file or folder.
#[must_use]
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let identity = |path: &Path| fs::metadata(path).ok().map(|facts| (facts.dev(), facts.ino()));
        identity(one).is_some_and(|one| identity(other) == Some(one))
    }
    #[cfg(not(unix))]
    {
        one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
    }
}

/// Moves a file or a link to another disk: made there, read again, named, and only then removed here. A folder is refused:
/// a copy goes through it.
pub(super) fn carry(from: &Path, to: &Path) -> Result<(), LocalError> {
    let facts = fs::symlink_metadata(from).map_err(LocalError::io("move", from))?;
    if facts.is_symlink() {
        make_link_like(from, to)?;
    } else if facts.is_file() {
        let target = Target::chosen(to).ok_or_else(|| LocalError::NotAFile { path: to.to_path_buf() })?;
        if let Some(copy) = copy_file(from, target, &mut |_| true)? {
            copy.require_same(from)?;
            copy.place(None, None, &unwitnessed())?;
        }
    } else {
        return Err(LocalError::io("move", from)(io::ErrorKind::CrossesDevices.into()));
    }
    fs::remove_file(from).map_err(LocalError::io("remove", from))
}

#[cfg(unix)]
fn make_link_like(from: &Path, to: &Path) -> Result<(), LocalError> {
    let leads_to = fs::read_link(from).map_err(LocalError::io("read", from))?;
    std::os::unix::fs::symlink(leads_to, to).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => LocalError::Exists { path: to.to_path_buf() },
        _ => LocalError::io("make the link", to)(error),
    })
}

#[cfg(not(unix))]
fn make_link_like(from: &Path, _to: &Path) -> Result<(), LocalError> {
    Err(LocalError::io("move", from)(io::ErrorKind::CrossesDevices.into()))
}

/// Opens a regular file; a pipe or a device would be waited for.
fn open(path: &Path) -> Result<File, LocalError> {
    let failed = || LocalError::io("read", path);
    if !fs::metadata(path).map_err(failed())?.is_file() {
        return Err(LocalError::NotAFile { path: path.to_path_buf() });
    }
    File::open(path).map_err(failed())
}

/// A disk that keeps no such times or permissions is no reason to lose a copy.
fn keep_facts(copy: &File, facts: &Metadata, source: &Path) {
    let mut times = FileTimes::new();
    if let Ok(modified) = facts.modified() {
        times = times.set_modified(modified);
    }
    if let Ok(accessed) = facts.accessed() {
        times = times.set_accessed(accessed);
    }
    let permissions = facts.permissions();
    #[cfg(unix)]
    let permissions = {
        use std::os::unix::fs::PermissionsExt;
        fs::Permissions::from_mode(permissions.mode() & 0o777)
    };
    if let Err(error) = copy.set_permissions(permissions).and_then(|()| copy.set_times(times)) {
        tracing::warn!(%error, source = %source.display(), "a copy has other times or permissions");
    }
}

fn read_piece(file: &mut File, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    file.take(PIECE).read_to_end(bytes).map(drop)
}

/// Bytes between two looks at whether to go on.
const PIECE: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn piece() -> usize {
        usize::try_from(PIECE).unwrap()
    }

    fn scratch() -> (tempfile::TempDir, impl Fn(&str) -> std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_path_buf();
        (folder, move |name| path.join(name))
    }

    #[test]
    fn a_copy_has_bytes_times_and_permissions_and_is_none_before_it_is_named() {
        let (_folder, at) = scratch();
        let bytes: Vec<u8> = (0..=250).cycle().take(piece() * 2 + 5).collect();
        fs::write(at("a"), &bytes).unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_700_000_000, 123_456_789);
        File::options().write(true).open(at("a")).unwrap().set_modified(time).unwrap();
        #[cfg(unix)]
        fs::set_permissions(at("a"), std::os::unix::fs::PermissionsExt::from_mode(0o750)).unwrap();
        let mut told = 0;
        let target = Target::chosen(&at("b")).unwrap();
        let partial = copy_file(&at("a"), target, &mut |bytes| {
            told += bytes;
            true
        })
        .unwrap()
        .unwrap();
        assert_eq!(told, bytes.len() as u64);
        assert!(!at("b").exists());
        partial.place(None, None, &unwitnessed()).unwrap();
        assert_eq!(fs::read(at("b")).unwrap(), bytes);
        let facts = fs::metadata(at("b")).unwrap();
        assert_eq!(facts.modified().unwrap(), time, "to the nanosecond");
        assert_eq!(facts.permissions(), fs::metadata(at("a")).unwrap().permissions());
    }

    #[test]
    fn a_copy_that_is_stopped_leaves_nothing() {
        let (folder, at) = scratch();
        fs::write(at("a"), vec![1; 100]).unwrap();
        let target = Target::chosen(&at("b")).unwrap();
        assert!(copy_file(&at("a"), target, &mut |_| false).unwrap().is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_grows_or_shrinks_meanwhile_is_no_copy() {
        let (folder, at) = scratch();
        for length in [PIECE, PIECE * 3] {
            fs::write(at("a"), vec![1; piece() * 2]).unwrap();
            let target = Target::chosen(&at("b")).unwrap();
            let changes = &mut |_| {
                File::options().write(true).open(at("a")).unwrap().set_len(length).unwrap();
                true
            };
            assert!(copy_file(&at("a"), target, changes).is_err(), "{length}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn contents_are_compared_to_their_ends() {
        let (_folder, at) = scratch();
        let mut bytes = vec![7; piece() + 9];
        fs::write(at("a"), &bytes).unwrap();
        fs::write(at("b"), &bytes).unwrap();
        let same = |one: &str, other: &str| is_same_content(&at(one), &at(other), &mut || true).unwrap();
        assert!(same("a", "b"));
        *bytes.last_mut().unwrap() = 8;
        fs::write(at("b"), &bytes).unwrap();
        assert!(!same("a", "b"));
        assert!(is_same_content(&at("a"), &at("missing"), &mut || true).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_carried_is_there_whole_and_takes_the_place_of_nothing() {
        let (folder, at) = scratch();
        fs::write(at("file"), b"bytes").unwrap();
        std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("theirs"), b"theirs").unwrap();
        for name in ["file", "link"] {
            assert!(matches!(carry(&at(name), &at("theirs")), Err(LocalError::Exists { .. })), "{name}");
            assert!(at(name).symlink_metadata().is_ok());
        }
        carry(&at("file"), &at("file 2")).unwrap();
        carry(&at("link"), &at("link 2")).unwrap();
        assert!(carry(&at("folder"), &at("folder 2")).is_err());
        assert_eq!(fs::read(at("file 2")).unwrap(), b"bytes");
        assert_eq!(fs::read_link(at("link 2")).unwrap(), Path::new("nowhere"));
        assert_eq!(fs::read(at("theirs")).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_known_by_another_path() {
        let (_folder, at) = scratch();
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("folder/a"), b"1").unwrap();
        std::os::unix::fs::symlink(at("folder"), at("link")).unwrap();
        assert!(is_one_file(&at("folder/a"), &at("link/a")));
        fs::write(at("b"), b"1").unwrap();
        assert!(!is_one_file(&at("folder/a"), &at("b")) && !is_one_file(&at("missing"), &at("missing")));
    }
}
