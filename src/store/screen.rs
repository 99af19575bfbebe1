//! The file in which the folders of the last screen are kept (written by `write`, read by `read`): for the user alone, written in one
//! step. What it says is the worker's business; one that cannot be read is as none.

use std::io;
use std::path::Path;

use serde_json::Value;

use crate::config::private_file;

/// Writes it. Blocks.
pub fn write(path: &Path, screen: &Value) -> io::Result<()> {
    private_file::write(path, &serde_json::to_vec(screen)?)
}

/// Reads it; nothing where there is none, or none that makes sense. Blocks.
#[must_use]
pub fn read(path: &Path) -> Option<Value> {
    let bytes = private_file::read(path, MOST_BYTES).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Bytes that two sides with all their tabs take at most, by far.
const MOST_BYTES: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_is_as_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/screen.json");
        assert_eq!(read(&path), None);
        write(&path, &serde_json::json!({"active": 1})).unwrap();
        assert_eq!(read(&path), Some(serde_json::json!({"active": 1})));
        private_file::write(&path, b"{\"act").unwrap();
        assert_eq!(read(&path), None);
    }
}
