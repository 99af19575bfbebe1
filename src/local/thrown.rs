//! [`Thrown`]: what the system's trash holds, by the paths that it was thrown away from. It is listed once for all that an
//! undo takes out, and each thing is looked at again right before. `trash` asks here; it puts nothing there.

use std::io;
use std::path::Path;

use super::FileMark;

#[cfg(any(windows, all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
mod listing {
    //! Where the system says what its trash holds.

    use std::collections::HashMap;
    use std::path::PathBuf;

    use ::trash::TrashItem;
    use ::trash::os_limited::{list, restore_all};

    use super::{FileMark, Path, io};

    /// What the system's trash holds, once something of it is wanted.
    #[derive(Debug, Default)]
    pub struct Thrown {
        pub(super) items: Option<HashMap<PathBuf, Vec<TrashItem>>>,
    }

    impl Thrown {
        /// Takes out just what has that mark: something else may have had the path since, and gone the same way. Blocks.
        pub fn restore(&mut self, path: &Path, mark: &FileMark) -> io::Result<()> {
            if path.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let items = match &mut self.items {
                Some(items) => items,
                none => none.insert(by_path(list().map_err(io::Error::other)?)),
            };
            let thrown = items.get(path).map(Vec::as_slice).unwrap_or_default();
            let there: Vec<(&TrashItem, FileMark)> =
                thrown.iter().filter_map(|item| Some((item, thrown_mark(item)?))).collect();
            let latest = |is_it: &dyn Fn(&FileMark) -> bool| {
                let those = there.iter().filter(|(_, found)| is_it(found));
                those.max_by_key(|(item, _)| item.time_deleted).map(|(item, _)| (*item).clone())
            };
            let same = latest(&|found| mark.is_same(found));
            match same.or_else(|| latest(&|found| mark.is_alike(found))) {
                Some(item) => restore_all([item]).map_err(io::Error::other),
                None if there.is_empty() => Err(io::ErrorKind::NotFound.into()),
                None => Err(io::Error::other(UNSURE)),
            }
        }
    }

    fn by_path(items: Vec<TrashItem>) -> HashMap<PathBuf, Vec<TrashItem>> {
        let mut by_path: HashMap<PathBuf, Vec<TrashItem>> = HashMap::new();
        for item in items {
            by_path.entry(item.original_path()).or_default().push(item);
        }
        by_path
    }

    /// Returns the mark of what lies in the trash: its note is `info/NAME.trashinfo`, and it is `files/NAME` beside that.
    /// Source: the trash specification of freedesktop.org.
    #[cfg(unix)]
    fn thrown_mark(item: &TrashItem) -> Option<FileMark> {
        let note = Path::new(&item.id);
        let name = note.file_stem()?;
        FileMark::of(&note.parent()?.parent()?.join("files").join(name)).ok()
    }

    /// There the note of an item is in the file `$I…` and the thing beside it in `$R…`, which is what the item is known by.
    #[cfg(windows)]
    fn thrown_mark(item: &TrashItem) -> Option<FileMark> {
        FileMark::of(Path::new(&item.id)).ok()
    }

    /// What the system had to copy to another disk has a number and a time of its own there: nothing tells it from what
    /// else had that path.
    const UNSURE: &str = "the system's trash has something of that name that is not surely it; restore it with the desktop's trash";
}

#[cfg(not(any(windows, all(unix, not(target_vendor = "apple"), not(target_os = "android")))))]
mod listing {
    //! Where the trash can be read by its own program only.

    use super::{FileMark, Path, io};

    /// Nothing is known of it.
    #[derive(Debug, Default)]
    pub struct Thrown;

    impl Thrown {
        /// Says that it cannot be done here.
        pub fn restore(&mut self, _path: &Path, _mark: &FileMark) -> io::Result<()> {
            Err(io::Error::new(io::ErrorKind::Unsupported, "restore it with the trash of the desktop"))
        }
    }
}

pub use listing::Thrown;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::collections::HashMap;
    use std::fs;

    use ::trash::TrashItem;

    use super::*;

    #[test]
    fn what_is_taken_out_is_surely_it_and_the_trash_is_listed_once() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        for folder in ["trash", "trash/info", "trash/files", "home"] {
            fs::create_dir(at(folder)).unwrap();
        }
        let thrown_away = |name: &str| {
            fs::write(at(&format!("trash/info/{name}.trashinfo")), "[Trash Info]").unwrap();
            fs::write(at(&format!("trash/files/{name}")), name).unwrap();
            let (id, original_parent) = (at(&format!("trash/info/{name}.trashinfo")).into(), at("home"));
            TrashItem { id, name: "film".into(), original_parent, time_deleted: 1 }
        };
        // These are in no trash of the system: a second listing would not have them.
        let items = vec![thrown_away("mine"), thrown_away("theirs")];
        let mark = FileMark::of(&at("trash/files/mine")).unwrap();
        let mut thrown = Thrown { items: Some(HashMap::from([(at("home/film"), items)])) };
        thrown.restore(&at("home/film"), &mark).unwrap();
        assert_eq!(fs::read_to_string(at("home/film")).unwrap(), "mine");
        let taken = thrown.restore(&at("home/film"), &mark).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        fs::remove_file(at("home/film")).unwrap();
        let unsure = thrown.restore(&at("home/film"), &mark).unwrap_err();
        assert!(unsure.to_string().contains("not surely it"), "{unsure}");
        fs::remove_file(at("trash/files/theirs")).unwrap();
        let gone = thrown.restore(&at("home/film"), &mark).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }
}
