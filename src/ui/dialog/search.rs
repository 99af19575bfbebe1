//! The [`SearchPage`]: what fits what is typed, listed as it is found, the best first. The worker searches; a key only says
//! what is wanted. Typing and acting take turns: Tab goes from the text to the hits, on which keys do what they do on rows
//! of a pane: the keymap says what, `update::search` does it.

use std::collections::BTreeSet;

use super::field::Field;
use crate::entry::Location;
use crate::message::{Command, Hit, MOST_HITS, SearchId, SearchProgress, SearchReach};
use crate::ui::action::{Marking, Motion};
use crate::ui::key::Key;

/// A search below a folder or through an account.
#[derive(Debug)]
pub struct SearchPage {
    /// What is typed.
    pub field: Field,
    /// The folder that is searched.
    pub place: Location,
    /// That folder as people write it.
    pub title: String,
    /// How far it reaches.
    pub reach: SearchReach,
    /// How far the worker is.
    pub progress: SearchProgress,
    /// The hit under the cursor.
    pub cursor: usize,
    /// The first hit on screen.
    pub top: usize,
    /// Keys act on hits; otherwise they type.
    pub in_hits: bool,
    hits: Vec<Found>,
    /// The hits that are marked, by their numbers.
    marked: BTreeSet<u64>,
    /// How many have come.
    count: u64,
    search: SearchId,
    /// What is listed is of the search before.
    is_stale: bool,
    /// A sequence of keys that has begun, on the hits.
    pub begun: Vec<Key>,
}

/// A hit, numbered as it came: its place changes when better ones come.
#[derive(Debug)]
struct Found {
    hit: Hit,
    number: u64,
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
    /// Look into the file under the cursor.
    View(Box<Hit>),
    /// What the keys of [`SearchPage::begun`] mean in the panes, for what is chosen.
    OfPanes,
    /// Put the page away.
    Close,
}

impl SearchPage {
    /// Begins at a folder; `search` is the number of the last search before.
    #[must_use]
    pub fn new(place: Location, title: String, reach: SearchReach, search: SearchId) -> Self {
        Self {
            field: Field::default(),
            place,
            title,
            reach,
            progress: SearchProgress { is_complete: true, ..SearchProgress::default() },
            cursor: 0,
            top: 0,
            in_hits: false,
            hits: Vec::new(),
            marked: BTreeSet::new(),
            count: 0,
            search,
            is_stale: false,
            begun: Vec::new(),
        }
    }

    /// Returns the number of the last search.
    #[must_use]
    pub const fn number(&self) -> SearchId {
        self.search
    }

    /// Returns how many hits are listed.
    #[must_use]
    pub const fn hit_count(&self) -> usize {
        self.hits.len()
    }

    /// Returns hits from one on, each with whether it is marked.
    pub fn hits_from(&self, first: usize) -> impl Iterator<Item = (&Hit, bool)> {
        let hits = self.hits.get(first..).unwrap_or_default().iter();
        hits.map(|found| (&found.hit, self.marked.contains(&found.number)))
    }

    /// Returns the hit under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Hit> {
        self.hits.get(self.cursor).map(|found| &found.hit)
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
            return self.current().into_iter().collect();
        }
        self.hits_from(0).filter(|(_, marked)| *marked).map(|(hit, _)| hit).collect()
    }

    /// Takes hits over, if they are of the last search. The best stand first; the cursor stays on its hit once it has left
    /// the first one. `height`: hits shown at once.
    pub fn receive(&mut self, search: SearchId, hits: Vec<Hit>, progress: SearchProgress, height: usize) {
        if search != self.search {
            return;
        }
        if self.is_stale {
            self.forget();
        }
        let under =
            (self.in_hits || self.cursor > 0).then(|| self.hits.get(self.cursor).map(|found| found.number));
        let first = self.count;
        self.count += hits.len() as u64;
        self.hits.extend((first..).zip(hits).map(|(number, hit)| Found { hit, number }));
        self.hits.sort_by(|a, b| {
            let ranks = b.hit.rank.cmp(&a.hit.rank);
            ranks.then_with(|| a.hit.entry.name.cmp(&b.hit.entry.name)).then(a.number.cmp(&b.number))
        });
        self.hits.truncate(MOST_HITS);
        let place =
            under.flatten().and_then(|number| self.hits.iter().position(|found| found.number == number));
        self.cursor = place.unwrap_or(self.cursor);
        self.progress = progress;
        self.go_by(0, height);
    }

    /// Returns whether a key is about hits of which none has come yet.
    #[must_use]
    pub fn awaits_hits(&self, key: Key) -> bool {
        let is_about_hits = matches!(
            key.to_string().as_str(),
            "Enter" | "Tab" | "S-Tab" | "Down" | "Up" | "C-n" | "C-p" | "PgDn" | "PgUp"
        );
        let is_about_text = matches!(key.to_string().as_str(), "/" | "q" | "C-t" | "F10");
        let has_none = self.is_stale || (self.hits.is_empty() && !self.progress.is_complete);
        ((self.in_hits && !is_about_text) || is_about_hits) && has_none
    }

    /// Begins to search for the text as it is now. What was found before is listed until the first answer.
    pub fn ask(&mut self) -> Command {
        (self.cursor, self.top) = (0, 0);
        self.marked.clear();
        self.ask_again()
    }

    /// Searches once more, because something has changed.
    pub fn ask_again(&mut self) -> Command {
        self.search.0 += 1;
        self.is_stale = true;
        self.progress = SearchProgress::default();
        let text = self.field.text().to_owned();
        Command::Search { search: self.search, place: self.place.clone(), reach: self.reach, text }
    }

    /// Takes a key. `height`: hits shown at once.
    pub fn press(&mut self, key: Key, height: usize) -> Choice {
        if !self.begun.is_empty() {
            return self.go_on(key);
        }
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" | "F10" => return Choice::Close,
            "Enter" => return self.with_current(Choice::Go),
            "Tab" | "S-Tab" => self.in_hits = !self.in_hits && !self.hits.is_empty(),
            "Down" | "C-n" => self.go_by(1, height),
            "Up" | "C-p" => self.go_by(-1, height),
            "PgDn" => self.go_by(height.max(1).cast_signed(), height),
            "PgUp" => self.go_by(-height.max(1).cast_signed(), height),
            "C-t" if matches!(self.place, Location::Cloud { .. }) => {
                self.reach = match self.reach {
                    SearchReach::Below => SearchReach::Account,
                    SearchReach::Account => SearchReach::Below,
                };
                return Choice::Ask(self.ask());
            }
            _ if self.in_hits => return self.act(key),
            _ => {
                if self.field.press(key) {
                    return Choice::Ask(self.ask());
                }
            }
        }
        Choice::Stay
    }

    /// Moves the cursor as in a pane, if that is a move on a list. `height`: hits shown at once.
    pub fn go(&mut self, motion: Motion, height: usize) -> bool {
        let page = height.max(1).cast_signed();
        let hits = match motion {
            Motion::Up => -1,
            Motion::Down => 1,
            Motion::Top => isize::MIN / 2,
            Motion::Bottom => isize::MAX / 2,
            Motion::PageUp => -page,
            Motion::PageDown => page,
            Motion::HalfUp => -page / 2,
            Motion::HalfDown => page / 2,
            Motion::OtherPane | Motion::Parent | Motion::Enter | Motion::Back | Motion::Forward => {
                return false;
            }
        };
        self.go_by(hits, height);
        true
    }

    /// Marks as in a pane, if that is about the list alone. `height`: hits shown at once.
    pub fn mark(&mut self, marking: Marking, height: usize) -> bool {
        match marking {
            Marking::Toggle | Marking::ToggleUp => {
                if let Some(number) = self.hits.get(self.cursor).map(|found| found.number)
                    && !self.marked.remove(&number)
                {
                    self.marked.insert(number);
                }
                self.go_by(if marking == Marking::Toggle { 1 } else { -1 }, height);
            }
            Marking::All => self.marked = self.hits.iter().map(|found| found.number).collect(),
            Marking::Invert => {
                let others = self.hits.iter().map(|found| found.number);
                self.marked = others.filter(|number| !self.marked.contains(number)).collect();
            }
            Marking::Range
            | Marking::Differing
            | Marking::Newer
            | Marking::OnlyHere
            | Marking::Pattern
            | Marking::UnmarkPattern => return false,
        }
        true
    }

    fn act(&mut self, key: Key) -> Choice {
        match key.to_string().as_str() {
            "/" => self.in_hits = false,
            "l" | "Right" => return self.with_current(Choice::Go),
            "v" => return self.looked_into(),
            "q" => return Choice::Close,
            _ => return self.go_on(key),
        }
        Choice::Stay
    }

    /// Goes on with a sequence of keys, or begins one.
    fn go_on(&mut self, key: Key) -> Choice {
        if !self.begun.is_empty() && matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c") {
            self.begun.clear();
            return Choice::Stay;
        }
        self.begun.push(key);
        Choice::OfPanes
    }

    fn with_current(&self, choice: impl FnOnce(Box<Hit>) -> Choice) -> Choice {
        self.current().map_or(Choice::Stay, |hit| choice(Box::new(hit.clone())))
    }

    fn looked_into(&self) -> Choice {
        let file = self.current().filter(|hit| !hit.entry.kind.is_folder());
        file.map_or(Choice::Stay, |hit| Choice::View(Box::new(hit.clone())))
    }

    fn forget(&mut self) {
        self.hits.clear();
        self.marked.clear();
        self.count = 0;
        self.is_stale = false;
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
        Hit { entry, parent: Location::Local("/x".into()), folder: String::new(), rank: 0 }
    }

    fn press(page: &mut SearchPage, keys: &str) -> Choice {
        page.begun.clear();
        parse_keys(keys).unwrap().into_iter().map(|key| page.press(key, 3)).last().unwrap()
    }

    fn found() -> SearchPage {
        let mut page =
            SearchPage::new(Location::Local("/x".into()), "x".into(), SearchReach::Below, SearchId(0));
        press(&mut page, "ab");
        page.receive(SearchId(2), ["a", "b", "c", "d"].map(hit).to_vec(), SearchProgress::default(), 3);
        page
    }

    #[test]
    fn each_key_is_a_new_search_and_hits_of_older_ones_do_not_count() {
        let mut page = found();
        page.receive(SearchId(1), vec![hit("old")], SearchProgress::default(), 3);
        assert_eq!(page.hit_count(), 4);
        let asked = press(&mut page, "c");
        let (search, place, reach) = (SearchId(3), Location::Local("/x".into()), SearchReach::Below);
        assert_eq!(asked, Choice::Ask(Command::Search { search, place, reach, text: "abc".into() }));
        assert_eq!(page.hit_count(), 4, "nothing flickers");
        page.receive(SearchId(3), Vec::new(), SearchProgress::default(), 3);
        assert_eq!(page.hit_count(), 0);
    }

    #[test]
    fn hits_are_marked_and_keys_are_those_of_panes_once_the_text_is_left() {
        let mut page = found();
        assert_eq!(press(&mut page, "<Down><Tab>c"), Choice::OfPanes);
        assert_eq!(page.begun, parse_keys("c").unwrap());
        page.begun.clear();
        assert!(page.mark(Marking::Toggle, 3) && !page.mark(Marking::Range, 3));
        let names =
            |page: &SearchPage| page.chosen().iter().map(|hit| hit.entry.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&page), ["b"]);
        page.mark(Marking::Invert, 3);
        assert_eq!(names(&page), ["a", "c", "d"]);
        assert!(page.go(Motion::Bottom, 3) && !page.go(Motion::Parent, 3));
        assert_eq!(press(&mut page, "<Enter>"), Choice::Go(Box::new(hit("d"))));
        assert_eq!(page.top, 1);
        assert_eq!(press(&mut page, "y"), Choice::OfPanes);
        assert_eq!(page.press(Key::char('l'), 3), Choice::OfPanes, "yl is one sequence");
        assert_eq!(page.begun.len(), 2);
        assert_eq!(page.press(parse_keys("<Esc>").unwrap()[0], 3), Choice::Stay);
        assert!(page.begun.is_empty());
        assert!(matches!(press(&mut page, "/c"), Choice::Ask(_)));
    }

    #[test]
    fn better_hits_come_before_others_and_cursor_and_marks_stay_on_theirs() {
        let mut page = found();
        press(&mut page, "<Down><Tab>");
        page.mark(Marking::Toggle, 3);
        let better = Hit { rank: 9, ..hit("better") };
        page.receive(SearchId(2), vec![hit("e"), better], SearchProgress::default(), 3);
        assert_eq!(page.hits_from(0).next().unwrap().0.entry.name, "better");
        assert_eq!(page.chosen()[0].entry.name, "b");
        assert_eq!(page.current().unwrap().entry.name, "c");
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut page = found();
        page.receive(SearchId(2), vec![hit("x"); MOST_HITS + 5], SearchProgress::default(), 3);
        assert_eq!(page.hit_count(), MOST_HITS);
    }
}
