//! [`weigh`]: how much stands at a path, before it is deleted for good. Unlike [`walk`](super::walk()) it leaves nothing
//! out, for nothing of it would stay.

use std::path::Path;

use walkdir::WalkDir;

use super::WalkError;

/// What stands somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Files, links and devices.
    pub file_count: u64,
    /// Folders.
    pub folder_count: u64,
    /// Bytes of the files; links are not followed and weigh nothing.
    pub bytes: u64,
}

/// Counts what stands at `path`, itself included.
///
/// # Errors
/// The first thing that cannot be read: what is not known must not go.
pub fn weigh(path: &Path) -> Result<Weight, WalkError> {
    let mut weight = Weight::default();
    for entry in WalkDir::new(path).follow_links(false).follow_root_links(false) {
        let entry = entry.map_err(|error| WalkError::of(path, error))?;
        if entry.file_type().is_dir() {
            weight.folder_count += 1;
            continue;
        }
        weight.file_count += 1;
        if entry.file_type().is_file() {
            let facts = entry.metadata().map_err(|error| WalkError::of(path, error))?;
            weight.bytes = weight.bytes.saturating_add(facts.len());
        }
    }
    Ok(weight)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn all_that_would_go_is_counted() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        fs::create_dir_all(at("top/.megapane-trash/x")).unwrap();
        fs::write(at("top/.megapane-trash/x/old"), b"12345").unwrap();
        fs::write(at("top/.hidden"), b"123").unwrap();
        let all = Weight { file_count: 2, folder_count: 3, bytes: 8 };
        assert_eq!(weigh(&at("top")).unwrap(), all);
        assert_eq!(weigh(&at("top/.hidden")).unwrap(), Weight { file_count: 1, folder_count: 0, bytes: 3 });
        assert!(weigh(&at("missing")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_one_thing_whatever_it_leads_to() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("folder/file"), b"12345").unwrap();
        std::os::unix::fs::symlink(at("folder"), at("link")).unwrap();
        assert_eq!(weigh(&at("link")).unwrap(), Weight { file_count: 1, folder_count: 0, bytes: 0 });
    }
}
