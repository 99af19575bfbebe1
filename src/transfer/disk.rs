//! Local file content as the movers need it: opened without waiting for anything, and always on the threads that may
//! block. Only the movers and the proof of identity use it; which file, and what becomes of it, is theirs and `local`'s
//! to say.

use std::fs::{File, OpenOptions};
use std::path::Path;

use super::error::TransferError;
use crate::local::LocalError;

/// Runs work that blocks (disk) or computes (cipher, MAC) off the async threads.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, TransferError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, TransferError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_stopped) => Err(TransferError::Cancelled), // the runtime is shutting down
    }
}

/// Opens a file for reading; a link is followed. A folder, a pipe or a device is [`LocalError::NotAFile`], and a pipe that
/// took the file's place a moment ago is not waited for.
pub(crate) fn open(path: &Path) -> Result<File, LocalError> {
    let refused = || LocalError::io("read", path);
    let not_a_file = || LocalError::NotAFile { path: path.to_path_buf() };
    if !std::fs::metadata(path).map_err(refused())?.is_file() {
        return Err(not_a_file());
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    let file = options.open(path).map_err(refused())?;
    let is_file = file.metadata().map_err(refused())?.is_file();
    if is_file { Ok(file) } else { Err(not_a_file()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_known_as_such() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let error = crate::offset_io::write_at(&full, b"one byte more", 0).unwrap_err();
        assert!(LocalError::io("write", Path::new("/x/film"))(error).is_disk_full());
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(open(folder.path()), Err(LocalError::NotAFile { .. })));
        assert!(matches!(open(&folder.path().join("missing")), Err(LocalError::Io { .. })));
    }
}
