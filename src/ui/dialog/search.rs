//! The [`SearchPage`]: names are looked for below a folder while they are typed, and what is found is listed as it comes.
//! The worker searches; a key only says what is wanted. Typing and acting take turns: Tab goes from the text to the hits.

use std::collections::BTreeSet;

use super::field::Field;
use crate::entry::Location;
use crate::message::{Command, Hit, MOST_HITS, SearchId, SearchProgress};
use crate::ui::key::Key;

/// A search below a folder.
#[derive(Debug)]
pub struct SearchPage {
    /// What is typed.
    pub field: Field,
    /// The folder that is searched.
    pub place: Location,
    /// That folder as people write it.
    pub title: String,
    /// How far the worker is.
    pub progress: SearchProgress,
    /// The hit under the cursor.
    pub cursor: usize,
    /// The first hit on screen.
    pub top: usize,
    /// Keys act on hits; otherwise they type.
    pub in_hits: bool,
    hits: Vec<Hit>,
    marked: BTreeSet<usize>,
    search: SearchId,
}

/// What a key meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// The page stays.
    Stay,
    /// The page stays, and this is asked.
    Ask(Command),
    /// Show a hit in its folder.
    Go(Box<Hit>),
    /// Copy what is marked, or the hit under the cursor.
    Copy,
    /// Move it.
    Move,
    /// Put it into the bin.
    Trash,
    /// Delete it for good.
    Delete,
    /// Look into the file under the cursor.
    View(Box<Hit>),
    /// Put the page away.
    Close,
}

impl SearchPage {
    /// Begins below a folder; `search` is the number of the last search before.
    #[must_use]
    pub fn new(place: Location, title: String, search: SearchId) -> Self {
        Self {
            field: Field::default(),
            place,
            title,
            progress: SearchProgress { is_complete: true, ..SearchProgress::default() },
            cursor: 0,
            top: 0,
            in_hits: false,
            hits: Vec::new(),
            marked: BTreeSet::new(),
            search,
        }
    }

    /// Returns the number of the last search.
    #[must_use]
    pub const fn number(&self) -> SearchId {
        self.search
    }

    /// Returns what has been found.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Returns whether a hit is marked.
    #[must_use]
    pub fn is_marked(&self, index: usize) -> bool {
        self.marked.contains(&index)
    }

    /// Returns how many are marked.
    #[must_use]
    pub fn marked_count(&self) -> usize {
        self.marked.len()
    }

    /// Returns what an action is about: what is marked, or else the hit under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Vec<&Hit> {
        if self.marked.is_empty() {
            return self.hits.get(self.cursor).into_iter().collect();
        }
        self.marked.iter().filter_map(|index| self.hits.get(*index)).collect()
    }

    /// Takes hits over, if they are of the last search.
    pub fn receive(&mut self, search: SearchId, hits: Vec<Hit>, progress: SearchProgress) {
        if search == self.search {
            let room = MOST_HITS.saturating_sub(self.hits.len());
            self.hits.extend(hits.into_iter().take(room));
            self.progress = progress;
        }
    }

    /// Returns whether a key is about hits of which none has come yet.
    #[must_use]
    pub fn awaits_hits(&self, key: Key) -> bool {
        let is_about_hits = matches!(
            key.to_string().as_str(),
            "Enter" | "Tab" | "S-Tab" | "Down" | "Up" | "C-n" | "C-p" | "PgDn" | "PgUp"
        );
        is_about_hits && self.hits.is_empty() && !self.progress.is_complete
    }

    /// Begins to search for the text as it is now.
    pub fn ask(&mut self) -> Command {
        self.search.0 += 1;
        self.hits.clear();
        self.marked.clear();
        (self.cursor, self.top) = (0, 0);
        self.progress = SearchProgress::default();
        let text = self.field.text().to_owned();
        Command::Search { search: self.search, place: self.place.clone(), text }
    }

    /// Takes a key. `height`: hits shown at once.
    pub fn press(&mut self, key: Key, height: usize) -> Choice {
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" | "F10" => return Choice::Close,
            "Enter" => {
                return self
                    .hits
                    .get(self.cursor)
                    .map_or(Choice::Stay, |hit| Choice::Go(Box::new(hit.clone())));
            }
            "Tab" | "S-Tab" => self.in_hits = !self.in_hits && !self.hits.is_empty(),
            "Down" | "C-n" => self.go_by(1, height),
            "Up" | "C-p" => self.go_by(-1, height),
            "PgDn" => self.go_by(height.max(1).cast_signed(), height),
            "PgUp" => self.go_by(-height.max(1).cast_signed(), height),
            _ if self.in_hits => return self.act(key, height),
            _ => {
                if self.field.press(key) {
                    return Choice::Ask(self.ask());
                }
            }
        }
        Choice::Stay
    }

    fn act(&mut self, key: Key, height: usize) -> Choice {
        match key.to_string().as_str() {
            "Space" | "Ins" => {
                if !self.marked.remove(&self.cursor) && self.cursor < self.hits.len() {
                    self.marked.insert(self.cursor);
                }
                self.go_by(1, height);
            }
            "A" => self.marked = (0..self.hits.len()).collect(),
            "*" => self.marked = (0..self.hits.len()).filter(|index| !self.marked.contains(index)).collect(),
            "/" | "i" => self.in_hits = false,
            "l" | "Right" => {
                return self
                    .hits
                    .get(self.cursor)
                    .map_or(Choice::Stay, |hit| Choice::Go(Box::new(hit.clone())));
            }
            "c" | "F5" if !self.hits.is_empty() => return Choice::Copy,
            "m" | "F6" if !self.hits.is_empty() => return Choice::Move,
            "d" | "F8" | "Del" if !self.hits.is_empty() => return Choice::Trash,
            "D" | "S-Del" if !self.hits.is_empty() => return Choice::Delete,
            "v" | "F3" => return self.looked_into(),
            "q" => return Choice::Close,
            _ => {
                if let Some(lines) = key.scrolls(height) {
                    self.go_by(lines, height);
                }
            }
        }
        Choice::Stay
    }

    fn looked_into(&self) -> Choice {
        let file = self.hits.get(self.cursor).filter(|hit| !hit.entry.kind.is_folder());
        file.map_or(Choice::Stay, |hit| Choice::View(Box::new(hit.clone())))
    }

    fn go_by(&mut self, hits: isize, height: usize) {
        let last = self.hits.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(hits).min(last);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height.max(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Entry, EntryFlags, EntryKey, EntryKind};
    use crate::ui::key::parse_keys;

    fn hit(name: &str) -> Hit {
        let entry = Entry {
            key: EntryKey::Name(name.into()),
            name: name.into(),
            kind: EntryKind::File,
            size: None,
            modified: None,
            uploaded: None,
            version_count: 0,
            flags: EntryFlags::default(),
        };
        Hit { entry, parent: Location::Local("/x".into()), folder: String::new() }
    }

    fn press(page: &mut SearchPage, keys: &str) -> Choice {
        parse_keys(keys).unwrap().into_iter().map(|key| page.press(key, 3)).last().unwrap()
    }

    fn found() -> SearchPage {
        let mut page = SearchPage::new(Location::Local("/x".into()), "x".into(), SearchId(0));
        press(&mut page, "ab");
        page.receive(SearchId(2), ["a", "b", "c", "d"].map(hit).to_vec(), SearchProgress::default());
        page
    }

    #[test]
    fn each_key_is_a_new_search_and_hits_of_older_ones_do_not_count() {
        let mut page = found();
        page.receive(SearchId(1), vec![hit("old")], SearchProgress::default());
        assert_eq!(page.hits().len(), 4);
        let asked = press(&mut page, "c");
        let place = Location::Local("/x".into());
        assert_eq!(asked, Choice::Ask(Command::Search { search: SearchId(3), place, text: "abc".into() }));
        assert!(page.hits().is_empty());
    }

    #[test]
    fn hits_are_marked_and_acted_on_once_the_text_is_left() {
        let mut page = found();
        assert_eq!(press(&mut page, "<Down><Tab><Space>c"), Choice::Copy);
        let names =
            |page: &SearchPage| page.chosen().iter().map(|hit| hit.entry.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&page), ["b"]);
        assert_eq!(press(&mut page, "m"), Choice::Move);
        assert_eq!(press(&mut page, "D"), Choice::Delete);
        press(&mut page, "*");
        assert_eq!(names(&page), ["a", "c", "d"]);
        assert_eq!(press(&mut page, "G<Enter>"), Choice::Go(Box::new(hit("d"))));
        assert_eq!(page.top, 1);
        assert!(matches!(press(&mut page, "/c"), Choice::Ask(_)));
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut page = found();
        page.receive(SearchId(2), vec![hit("x"); MOST_HITS + 5], SearchProgress::default());
        assert_eq!(page.hits().len(), MOST_HITS);
    }
}
