//! The [`UsagePage`]: what takes the space in a folder, one folder at a time, largest first. The worker adds up; the page
//! goes up and down, marks, and says what is to be done with what takes too much.

use std::collections::BTreeSet;

use crate::entry::{Entry, EntryKey, EntryKind, Location};
use crate::message::{Command, UsageId, UsageOrder, UsagePart, UsageQuestion, UsageRow, UsageSheet};
use crate::ui::key::Key;

/// The usage of a folder.
#[derive(Debug)]
pub struct UsagePage {
    /// The folder.
    pub place: Location,
    /// That folder as people write it, until the worker has.
    pub title: String,
    /// The order of the rows.
    pub order: UsageOrder,
    /// What the folder comes to, once the worker has told.
    pub sheet: Option<UsageSheet>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row on screen.
    pub top: usize,
    marked: BTreeSet<EntryKey>,
    usage: UsageId,
    /// The row that the cursor goes to once it is there: the folder that was left.
    from: Option<EntryKey>,
}

/// What a key meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// The page stays.
    Stay,
    /// The page stays, and this is asked.
    Ask(Command),
    /// Show the row's entry in its folder.
    Go(EntryKey),
    /// Copy what is marked, or the row under the cursor.
    Copy,
    /// Move it.
    Move,
    /// Put it into the bin.
    Trash,
    /// Delete it for good.
    Delete,
    /// Look into the file under the cursor.
    View(Box<Entry>),
    /// Show it exactly.
    Properties(Box<Entry>),
    /// Search below the folder, for this at first.
    Search(&'static str),
    /// Put the page away.
    Close,
}

impl UsagePage {
    /// Begins at a folder; `usage` is the number of the last question before.
    #[must_use]
    pub const fn new(place: Location, title: String, usage: UsageId) -> Self {
        Self {
            place,
            title,
            order: UsageOrder::Size,
            sheet: None,
            cursor: 0,
            top: 0,
            marked: BTreeSet::new(),
            usage,
            from: None,
        }
    }

    /// Returns the number of the last question.
    #[must_use]
    pub const fn number(&self) -> UsageId {
        self.usage
    }

    /// Returns the rows.
    #[must_use]
    pub fn rows(&self) -> &[UsageRow] {
        self.sheet.as_ref().map(|sheet| &sheet.rows[..]).unwrap_or_default()
    }

    /// Returns whether a row is marked.
    #[must_use]
    pub fn is_marked(&self, row: &UsageRow) -> bool {
        row.part.entry().is_some_and(|entry| self.marked.contains(&entry.key))
    }

    /// Returns how many are marked, and their bytes.
    #[must_use]
    pub fn marked(&self) -> (usize, u64) {
        let marked = self.rows().iter().filter(|row| self.is_marked(row));
        marked.fold((0, 0), |(count, bytes), row| (count + 1, bytes.saturating_add(row.bytes)))
    }

    /// Returns what an action is about: what is marked, or else the row under the cursor. The places of an account are
    /// entered, and never copied or thrown away.
    #[must_use]
    pub fn chosen(&self) -> Vec<&Entry> {
        let is_entry = |entry: &&Entry| !matches!(entry.key, EntryKey::Place(_));
        let marked = self.rows().iter().filter(|row| self.is_marked(row));
        let marked: Vec<&Entry> = marked.filter_map(|row| row.part.entry()).filter(is_entry).collect();
        if marked.is_empty() { self.current().into_iter().filter(is_entry).collect() } else { marked }
    }

    /// Returns whether the folder is in the rubbish bin.
    #[must_use]
    pub fn is_in_bin(&self) -> bool {
        matches!(&self.place, Location::Cloud { account, .. } if self.title.starts_with(&format!("{account}://bin")))
    }

    /// Takes a sheet over, if it is of the last question. `height`: rows shown at once.
    pub fn receive(&mut self, sheet: UsageSheet, height: usize) {
        if sheet.usage != self.usage {
            return;
        }
        let under = self.from.take_if(|_| !sheet.rows.is_empty());
        let under =
            under.or_else(|| self.current().filter(|_| self.cursor > 0).map(|entry| entry.key.clone()));
        let at = |key: EntryKey| {
            sheet.rows.iter().position(|row| row.part.entry().is_some_and(|entry| entry.key == key))
        };
        self.cursor = under.and_then(at).unwrap_or(self.cursor);
        self.title.clone_from(&sheet.title);
        self.sheet = Some(sheet);
        self.go_by(0, height);
    }

    /// Asks what the folder comes to; `anew` scans the disk once more.
    pub fn ask(&mut self, anew: bool) -> Command {
        self.usage.0 += 1;
        let (usage, place, order) = (self.usage, self.place.clone(), self.order);
        Command::Usage(UsageQuestion { usage, place, order, anew })
    }

    /// Returns whether a key is about rows that have not come yet.
    #[must_use]
    pub fn awaits_rows(&self, key: Key) -> bool {
        let is_known = self.sheet.as_ref().is_some_and(|sheet| sheet.usage == self.usage);
        !is_known && !matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c" | "q" | "F10" | "z")
    }

    /// Takes a key. `height`: rows shown at once.
    pub fn press(&mut self, key: Key, height: usize) -> Choice {
        let has_chosen = || !self.chosen().is_empty();
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" | "F10" | "q" | "z" => return Choice::Close,
            "Enter" | "l" | "Right" => return self.enter(),
            "h" | "Left" | "Backspace" | "C-h" => return self.leave(),
            "c" | "F5" if has_chosen() => return Choice::Copy,
            "m" | "F6" if has_chosen() => return Choice::Move,
            "d" | "F8" | "Del" if has_chosen() => return Choice::Trash,
            "D" | "S-Del" if has_chosen() => return Choice::Delete,
            "o" | "Tab" => return self.with_current(|entry| Choice::Go(entry.key)),
            "v" | "F3" => return self.looked_into(),
            "i" | "M-Enter" => return self.with_current(|entry| Choice::Properties(Box::new(entry))),
            "s" => {
                self.order = match self.order {
                    UsageOrder::Size => UsageOrder::Count,
                    UsageOrder::Count => UsageOrder::Name,
                    UsageOrder::Name => UsageOrder::Time,
                    UsageOrder::Time => UsageOrder::Size,
                };
                (self.cursor, self.top) = (0, 0);
                return Choice::Ask(self.ask(false));
            }
            "r" | "C-r" => return Choice::Ask(self.ask(true)),
            "L" => return Choice::Search("is:file sort:size"),
            "O" => return Choice::Search("is:file sort:old"),
            "E" => return Choice::Search("is:folder is:empty"),
            "F" | "/" => return Choice::Search(""),
            "Space" | "Ins" => self.mark(height),
            _ => {
                if let Some(lines) = key.scrolls(height) {
                    self.go_by(lines, height);
                }
            }
        }
        Choice::Stay
    }

    fn current(&self) -> Option<&Entry> {
        self.rows().get(self.cursor)?.part.entry()
    }

    fn with_current(&self, choice: impl FnOnce(Entry) -> Choice) -> Choice {
        self.current().map_or(Choice::Stay, |entry| choice(entry.clone()))
    }

    fn enter(&mut self) -> Choice {
        match self.rows().get(self.cursor).map(|row| &row.part) {
            Some(UsagePart::Versions) => Choice::Search("is:versions sort:versions"),
            // A link may lead anywhere; what is there is not in this folder.
            Some(UsagePart::Entry(entry)) if entry.kind == EntryKind::Folder => {
                match self.place.inside(&entry.key) {
                    Some(place) => self.go(place, None),
                    None => Choice::Stay,
                }
            }
            Some(UsagePart::Entry(_)) => self.looked_into(),
            Some(UsagePart::Others(_)) | None => Choice::Stay,
        }
    }

    fn leave(&mut self) -> Choice {
        let parent = self.sheet.as_ref().and_then(|sheet| sheet.parent.clone());
        parent.map_or(Choice::Stay, |(place, from)| self.go(place, Some(from)))
    }

    fn go(&mut self, place: Location, from: Option<EntryKey>) -> Choice {
        self.place = place;
        self.from = from;
        self.marked.clear();
        (self.cursor, self.top) = (0, 0);
        Choice::Ask(self.ask(false))
    }

    fn looked_into(&self) -> Choice {
        let file =
            self.current().filter(|entry| matches!(entry.kind, EntryKind::File | EntryKind::LinkToFile));
        file.map_or(Choice::Stay, |entry| Choice::View(Box::new(entry.clone())))
    }

    fn mark(&mut self, height: usize) {
        let key = self.current().map(|entry| entry.key.clone());
        if let Some(key) = key.filter(|key| !matches!(key, EntryKey::Place(_)))
            && !self.marked.remove(&key)
        {
            self.marked.insert(key);
        }
        self.go_by(1, height);
    }

    fn go_by(&mut self, rows: isize, height: usize) {
        let last = self.rows().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height.max(1)));
    }
}
