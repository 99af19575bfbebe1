//! The bookmarks on screen: [`BookmarkList`] goes to one by its letter or narrows them by what is typed, [`NewBookmark`]
//! asks for name and letter. They hold what the worker told; what follows from a key is done in `update::bookmarks`.

use super::field::Field;
use crate::entry::Location;
use crate::message::Bookmark;
use crate::ui::key::Key;

/// The list.
#[derive(Debug, Default)]
pub struct BookmarkList {
    /// What is typed.
    pub field: Field,
    /// The chosen row of those that are left.
    pub cursor: usize,
    /// What is kept, and what was removed since the list was opened; `None` until the worker has told.
    rows: Option<Vec<Kept>>,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The bookmark.
    pub bookmark: Bookmark,
    /// It is gone, and comes back by the key that removed it.
    pub is_removed: bool,
}

/// What a key meant to the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The list stays.
    Stay,
    /// Go there.
    Go(Bookmark),
    /// Remove it.
    Remove(Bookmark),
    /// Keep it again.
    Restore(Bookmark),
    /// Put the list away.
    Close,
}

impl BookmarkList {
    /// Takes over what is kept; what was removed here stays in sight.
    pub fn receive(&mut self, bookmarks: Vec<Bookmark>) {
        let mut rows: Vec<Kept> =
            bookmarks.into_iter().map(|bookmark| Kept { bookmark, is_removed: false }).collect();
        for (place, gone) in self.rows.iter().flatten().enumerate().filter(|(_, row)| row.is_removed) {
            if !rows.iter().any(|row| row.bookmark.location == gone.bookmark.location) {
                rows.insert(place.min(rows.len()), gone.clone());
            }
        }
        self.rows = Some(rows);
        self.go_by(0);
    }

    /// Returns whether the worker has told what there is.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.rows.is_some()
    }

    /// Returns how many rows there are, typed words or not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.as_ref().map_or(0, Vec::len)
    }

    /// Returns the rows that the typed words leave.
    #[must_use]
    pub fn narrowed(&self) -> Vec<&Kept> {
        let text = self.field.text().trim().to_lowercase();
        let fits = |row: &&Kept| {
            let about = format!("{} {}", row.bookmark.name, row.bookmark.path).to_lowercase();
            text.split_whitespace().all(|word| about.contains(word))
        };
        self.rows.iter().flatten().filter(fits).collect()
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Choice {
        if let Some(bookmark) = self.by_letter(key) {
            return Choice::Go(bookmark);
        }
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" | "F10" => return Choice::Close,
            "Down" | "C-n" | "Tab" => self.go_by(1),
            "Up" | "C-p" | "S-Tab" => self.go_by(-1),
            "PgDn" => self.go_by(10),
            "PgUp" => self.go_by(-10),
            "Enter" => {
                let chosen = self.chosen().filter(|row| !row.is_removed);
                return chosen.map_or(Choice::Stay, |row| Choice::Go(row.bookmark));
            }
            "Del" | "C-d" => return self.turn(),
            _ => {
                if self.field.press(key) {
                    self.cursor = 0;
                }
            }
        }
        Choice::Stay
    }

    /// The bookmark whose letter a key is, as long as nothing is typed.
    fn by_letter(&self, key: Key) -> Option<Bookmark> {
        let letter = key.typed().filter(|_| self.field.text().is_empty())?;
        let rows = self.rows.iter().flatten().filter(|row| !row.is_removed);
        rows.map(|row| &row.bookmark).find(|bookmark| bookmark.letter == Some(letter)).cloned()
    }

    fn chosen(&self) -> Option<Kept> {
        self.narrowed().get(self.cursor).map(|row| (*row).clone())
    }

    fn turn(&mut self) -> Choice {
        let Some(chosen) = self.chosen() else { return Choice::Stay };
        for row in self.rows.iter_mut().flatten().filter(|row| **row == chosen) {
            row.is_removed = !row.is_removed;
        }
        if chosen.is_removed { Choice::Restore(chosen.bookmark) } else { Choice::Remove(chosen.bookmark) }
    }

    fn go_by(&mut self, rows: isize) {
        let last = self.narrowed().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }
}

/// The question for a name and a letter.
#[derive(Debug)]
pub struct NewBookmark {
    /// The folder.
    pub location: Location,
    /// Its path as people write it: the name, where none is typed.
    pub path: String,
    /// What it is to be called.
    pub name: Field,
    /// The key that goes there.
    pub letter: Field,
    /// Whether the letter is being typed.
    pub in_letter: bool,
}

impl NewBookmark {
    /// Asks about a folder.
    #[must_use]
    pub fn new(location: Location, path: String) -> Self {
        let name = path.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty());
        let name = Field::new(name.unwrap_or(&path));
        Self { location, path, name, letter: Field::default(), in_letter: false }
    }

    /// Returns the field that is being typed in.
    pub const fn field_mut(&mut self) -> &mut Field {
        if self.in_letter { &mut self.letter } else { &mut self.name }
    }

    /// Takes a key that edits. The letter is the last one typed.
    pub fn press(&mut self, key: Key) {
        match (self.in_letter, key.typed()) {
            (true, Some(letter)) if letter.is_alphanumeric() => self.letter = Field::new(letter),
            (true, Some(_)) => {}
            (_, _) => {
                self.field_mut().press(key);
            }
        }
    }

    /// Returns what is to be kept.
    #[must_use]
    pub fn bookmark(&self) -> Bookmark {
        let name = self.name.text().trim();
        Bookmark {
            name: if name.is_empty() { self.path.clone() } else { name.to_owned() },
            letter: self.letter.text().chars().next(),
            location: self.location.clone(),
            path: self.path.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;

    fn bookmark(name: &str, letter: Option<char>) -> Bookmark {
        let path = format!("/places/{name}");
        Bookmark { name: name.into(), letter, location: Location::Local(path.clone().into()), path }
    }

    fn list() -> BookmarkList {
        let mut list = BookmarkList::default();
        list.receive(vec![bookmark("photos", Some('p')), bookmark("music", None), bookmark("plans", None)]);
        list
    }

    fn press(list: &mut BookmarkList, keys: &str) -> Choice {
        parse_keys(keys).unwrap().into_iter().map(|key| list.press(key)).last().unwrap()
    }

    #[test]
    fn a_letter_goes_at_once_and_other_letters_narrow() {
        assert_eq!(press(&mut list(), "p"), Choice::Go(bookmark("photos", Some('p'))));
        let mut list = list();
        assert_eq!(press(&mut list, "mp"), Choice::Stay, "a letter within a word is only typed");
        assert!(list.narrowed().is_empty());
        assert_eq!(press(&mut list, "<Backspace><Enter>"), Choice::Go(bookmark("music", None)));
    }

    #[test]
    fn what_is_removed_stays_in_sight_and_comes_back_by_the_same_key() {
        let mut list = list();
        assert_eq!(press(&mut list, "<Down><Del>"), Choice::Remove(bookmark("music", None)));
        list.receive(vec![bookmark("photos", Some('p')), bookmark("plans", None)]);
        assert_eq!(list.narrowed().len(), 3);
        assert_eq!(press(&mut list, "<Enter>"), Choice::Stay, "it is gone");
        assert_eq!(press(&mut list, "<Del>"), Choice::Restore(bookmark("music", None)));
        assert_eq!(press(&mut list, "<Enter>"), Choice::Go(bookmark("music", None)));
    }

    #[test]
    fn name_and_letter_of_a_new_one_may_be_left_out() {
        let mut new = NewBookmark::new(Location::Local("/a/b".into()), "/a/b".into());
        assert_eq!(new.bookmark().name, "b");
        new.name.clear();
        assert_eq!((new.bookmark().name.as_str(), new.bookmark().letter), ("/a/b", None));
        new.in_letter = true;
        for key in parse_keys("x y").unwrap() {
            new.press(key);
        }
        assert_eq!(new.bookmark().letter, Some('y'));
    }
}
