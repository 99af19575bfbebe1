//! Bookmarks as the worker keeps them: read and changed by jobs, one after another, and told to the front end as a list.
//! The file's form is the store's; where a bookmark leads is for `panes` to find out.

use serde_json::Value;

use super::actor::Actor;
use super::jobs::Done;
use super::problem;
use crate::message::{Bookmark, BookmarkChange, Event, Problem, ProblemKind};
use crate::store::bookmarks::{BookmarkError, BookmarkFile};

impl Actor {
    /// Reads or changes the bookmarks.
    pub(crate) fn change_bookmarks(&mut self, change: BookmarkChange) {
        let file = self.bookmarks.clone();
        let broken = Done::Bookmarks(Err(problem::broke_down("keep the bookmarks")));
        self.jobs.start_blocking(broken, move || Done::Bookmarks(carry_out(&file, change)));
    }

    /// Takes what a job about bookmarks brings.
    pub(crate) fn bookmarks_done(&mut self, result: Result<Vec<Bookmark>, Problem>) {
        self.send(match result {
            Ok(bookmarks) => Event::Bookmarks(bookmarks),
            Err(problem) => Event::Failed(problem),
        });
    }
}

fn carry_out(file: &BookmarkFile, change: BookmarkChange) -> Result<Vec<Bookmark>, Problem> {
    let values = match change {
        BookmarkChange::None => file.read(),
        BookmarkChange::Add(bookmark) => {
            let new = serde_json::to_value(&bookmark).ok().ok_or_else(|| not_unicode(&bookmark))?;
            file.change(|values| add(values, &bookmark, new))
        }
        BookmarkChange::Remove(bookmark) => {
            file.change(|values| values.retain(|value| read(value).is_none_or(|known| known != bookmark)))
        }
    };
    values.map(|values| values.iter().filter_map(read).collect()).map_err(|error| told(&error))
}

/// Puts a bookmark behind the others, or in the place of one of the same folder. What cannot be read stays as it is.
fn add(values: &mut Vec<Value>, bookmark: &Bookmark, new: Value) {
    let mut place = None;
    for (index, value) in values.iter_mut().enumerate() {
        let Some(mut known) = read(value) else { continue };
        if known.location == bookmark.location {
            place = Some(index);
        } else if known.letter.is_some() && known.letter == bookmark.letter {
            known.letter = None;
            *value = serde_json::to_value(known).unwrap_or_default();
        }
    }
    match place {
        Some(index) => values[index] = new,
        None => values.push(new),
    }
}

fn read(value: &Value) -> Option<Bookmark> {
    serde_json::from_value(value.clone()).ok()
}

fn not_unicode(bookmark: &Bookmark) -> Problem {
    let message = format!("\"{}\" cannot be kept: its path is not Unicode", bookmark.path);
    Problem::new(ProblemKind::Permanent, message, "Rename the folder first.")
}

fn told(error: &BookmarkError) -> Problem {
    let hint = match error {
        BookmarkError::Disk { source, .. } => format!("The system says: {source}."),
        BookmarkError::Exposed { .. } => "chmod 600 on the file makes them yours alone again.".to_owned(),
        BookmarkError::Damaged { .. } => {
            "The next bookmark that you add puts the file aside and begins a new one.".to_owned()
        }
    };
    Problem::new(ProblemKind::Other, error.to_string(), hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Location;

    fn bookmark(name: &str, letter: Option<char>, path: &str) -> Bookmark {
        Bookmark { name: name.into(), letter, location: Location::Local(path.into()), path: path.into() }
    }

    fn keep(values: &mut Vec<Value>, bookmark: &Bookmark) {
        add(values, bookmark, serde_json::to_value(bookmark).unwrap());
    }

    #[test]
    fn a_folder_is_kept_once_and_a_letter_goes_to_one_place() {
        let mut values = Vec::new();
        keep(&mut values, &bookmark("one", Some('a'), "/one"));
        keep(&mut values, &bookmark("two", Some('a'), "/two"));
        values.insert(1, Value::from("from a later version"));
        keep(&mut values, &bookmark("first", None, "/one"));
        let known: Vec<Bookmark> = values.iter().filter_map(read).collect();
        assert_eq!(known, [bookmark("first", None, "/one"), bookmark("two", Some('a'), "/two")]);
        assert_eq!(values.len(), 3, "what cannot be read stays");
    }
}
