//! The [`Properties`]: everything that is known of one entry, exact, or what several come to together.
//! `update` makes it of the row under the cursor or of the marks; it is a copy, so that it does not change under the
//! reader's eyes. Sums come from the worker, those of folders of the disk while they are counted.

use crate::entry::{Entry, EntryKey, EntryKind};
use crate::message::{MeasureId, Measured};
use crate::ui::figure::{self, Clock};

/// One entry shown exactly, or several.
#[derive(Clone, Debug)]
pub struct Properties {
    /// What they are.
    pub subject: Subject,
    /// The folder they are in, as people write it.
    pub folder: String,
    /// The number of what was asked about them.
    pub measure: MeasureId,
    /// What they come to, as far as it is known.
    pub measured: Option<Measured>,
}

/// What is shown.
#[derive(Clone, Debug)]
pub enum Subject {
    /// One entry.
    One(Box<Entry>),
    /// So many marked ones.
    Marked(u64),
}

impl Properties {
    /// Returns what is known, a name and a value each; values may be hostile.
    #[must_use]
    pub fn lines(&self, clock: &Clock) -> Vec<(&'static str, String)> {
        match &self.subject {
            Subject::One(entry) => self.lines_of(entry, clock),
            Subject::Marked(count) => {
                let mut lines = vec![
                    ("marked", figure::count(*count, "entry", "entries")),
                    ("folder", self.folder.clone()),
                ];
                lines.extend(self.sums());
                lines
            }
        }
    }

    fn lines_of(&self, entry: &Entry, clock: &Clock) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("name", entry.name.clone()),
            ("folder", self.folder.clone()),
            ("kind", kind(entry.kind).to_owned()),
        ];
        if entry.kind == EntryKind::Folder {
            lines.extend(self.sums());
        } else {
            let size = entry.size.map_or_else(|| "not known".to_owned(), figure::exact_size);
            lines.push(("size", size));
        }
        let modified = entry.modified.map_or_else(|| "not recorded".to_owned(), |at| clock.full_date(at));
        lines.push(("modified", modified));
        if let Some(uploaded) = entry.uploaded {
            lines.push(("uploaded", clock.full_date(uploaded)));
        }
        if let EntryKey::Node(handle) = entry.key {
            lines.push(("handle", format!("H:{handle}")));
            if entry.kind == EntryKind::File {
                lines.extend(self.versions(entry.version_count, clock));
            }
            lines.extend(self.sharing(entry));
        }
        lines.extend(remarks(entry).into_iter().map(|remark| ("note", remark)));
        lines
    }

    /// What all of it comes to.
    fn sums(&self) -> Vec<(&'static str, String)> {
        let Some(measured) = &self.measured else { return vec![("size", "counting…".to_owned())] };
        let counting = if measured.is_complete { "" } else { ", counting…" };
        let files = figure::count(measured.file_count, "file", "files");
        // A folder that is looked at is not in itself.
        let below = match &self.subject {
            Subject::One(_) => measured.folder_count.saturating_sub(1),
            Subject::Marked(_) => measured.folder_count,
        };
        let folders = figure::count(below, "folder", "folders");
        let mut sums = vec![
            ("size", format!("{}{counting}", figure::exact_size(measured.bytes))),
            ("holds", format!("{files} in {folders}")),
        ];
        if measured.version_bytes > 0 {
            sums.push(("versions", format!("{} of older ones", figure::exact_size(measured.version_bytes))));
        }
        if measured.unreadable_count > 0 {
            let count = figure::count(measured.unreadable_count, "thing", "things");
            sums.push(("note", format!("{count} in it cannot be read")));
        }
        sums
    }

    fn versions(&self, count: u32, clock: &Clock) -> Vec<(&'static str, String)> {
        let known = self.measured.as_ref();
        let bytes = known.map_or(0, |measured| measured.version_bytes);
        let sum = if count == 0 {
            "no older ones".to_owned()
        } else {
            let count = figure::count(count.into(), "older one", "older ones");
            if bytes > 0 { format!("{count}, {}", figure::exact_size(bytes)) } else { count }
        };
        let mut lines = vec![("versions", sum)];
        let facts = known.into_iter().flat_map(|measured| measured.versions.iter().take(SHOWN_VERSIONS));
        lines.extend(facts.map(|version| {
            ("", format!("{}  {:>4}", clock.exact_date(version.time), figure::size(version.size)))
        }));
        lines
    }

    fn sharing(&self, entry: &Entry) -> Vec<(&'static str, String)> {
        let Some(measured) = &self.measured else {
            let shared = entry.flags.shared.then(|| ("shared", "with others, or by a link".to_owned()));
            return shared.into_iter().collect();
        };
        let mut lines = Vec::new();
        let link =
            if measured.is_linked { "anybody who has its public link can read it" } else { "no public link" };
        lines.push(("link", link.to_owned()));
        match (&measured.sharer, measured.is_given) {
            (Some(sharer), _) => lines.push(("shared", format!("with you by {sharer}"))),
            (None, true) => lines.push(("shared", "with others".to_owned())),
            (None, false) => {}
        }
        lines
    }
}

fn remarks(entry: &Entry) -> Vec<String> {
    let flags = entry.flags;
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
    remarks
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

/// Older versions that have a line of their own.
const SHOWN_VERSIONS: usize = 5;
