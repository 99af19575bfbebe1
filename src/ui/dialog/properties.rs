//! The [`Properties`]: everything that is known of one entry, exact.
//! `update` makes it of the row under the cursor; it is a copy, so that it does not change under the reader's eyes.

use crate::entry::{Entry, EntryKey, EntryKind};
use crate::ui::figure::{self, Clock};

/// One entry, shown exactly.
#[derive(Clone, Debug)]
pub struct Properties {
    /// The entry.
    pub entry: Entry,
    /// The folder it is in, as people write it.
    pub folder: String,
}

impl Properties {
    /// Returns what is known, a name and a value each; values may be hostile.
    #[must_use]
    pub fn lines(&self, clock: &Clock) -> Vec<(&'static str, String)> {
        let entry = &self.entry;
        let mut lines = vec![
            ("name", entry.name.clone()),
            ("folder", self.folder.clone()),
            ("kind", kind(entry.kind).to_owned()),
            ("size", entry.size.map_or_else(|| "not known".to_owned(), figure::exact_size)),
            ("modified", entry.modified.map_or_else(|| "not recorded".to_owned(), |at| clock.full_date(at))),
        ];
        if let Some(uploaded) = entry.uploaded {
            lines.push(("uploaded", clock.full_date(uploaded)));
        }
        if let EntryKey::Node(handle) = entry.key {
            lines.push(("handle", format!("H:{handle}")));
            if entry.kind == EntryKind::File {
                lines.push(("versions", versions(entry.version_count)));
            }
        }
        lines.extend(self.remarks().into_iter().map(|remark| ("note", remark)));
        lines
    }

    fn remarks(&self) -> Vec<String> {
        let flags = self.entry.flags;
        let mut remarks = Vec::new();
        if flags.undecryptable {
            remarks.push("its key or attributes cannot be read, so it cannot be copied".to_owned());
        }
        if flags.twin > 0 {
            remarks.push(format!("number {} of several entries with this name", flags.twin));
        }
        if flags.read_only {
            remarks.push("read-only".to_owned());
        }
        if flags.shared {
            remarks.push("shared, or has a public link".to_owned());
        }
        remarks
    }
}

const fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Folder => "folder",
        EntryKind::LinkToFile => "symbolic link",
        EntryKind::LinkToFolder => "symbolic link to a folder",
        EntryKind::Special => "device, socket or pipe: never copied",
    }
}

fn versions(count: u32) -> String {
    if count == 0 {
        "no older ones".to_owned()
    } else {
        figure::count(count.into(), "older one", "older ones")
    }
}
