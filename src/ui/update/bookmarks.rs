//! Bookmarks: listed, gone to, kept, removed. Called by `perform`, for keys of the two dialogs, and when the worker tells.
//! The list belongs to the worker; only what was removed since it was opened is the dialog's own.

use crate::message::{Bookmark, BookmarkChange, Command};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::bookmarks::{BookmarkList, Choice, NewBookmark};
use crate::ui::key::Key;
use crate::ui::state::AppState;

/// Opens the list.
pub(super) fn list(state: &mut AppState, commands: &mut Vec<Command>) {
    commands.push(Command::ChangeBookmarks(BookmarkChange::None));
    state.dialogs.push(Dialog::Bookmarks(BookmarkList::default()));
}

/// Asks how the folder of the active pane is to be called.
pub(super) fn ask(state: &mut AppState) {
    let Some(head) = &state.pane().head else { return };
    let new = NewBookmark::new(head.location.clone(), head.title.clone());
    state.dialogs.push(Dialog::NewBookmark(new));
}

/// Takes what the worker has.
pub(super) fn receive(state: &mut AppState, bookmarks: &[Bookmark]) {
    for dialog in &mut state.dialogs {
        if let Dialog::Bookmarks(list) = dialog {
            list.receive(bookmarks.to_vec());
        }
    }
}

/// What there is cannot be told: the list says that there is nothing, and the status line why.
pub(super) fn give_up(state: &mut AppState) {
    for dialog in &mut state.dialogs {
        if let Dialog::Bookmarks(list) = dialog
            && !list.is_known()
        {
            list.receive(Vec::new());
        }
    }
}

/// Gives a key to the list.
pub(super) fn press_list(
    state: &mut AppState,
    mut list: BookmarkList,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match list.press(key) {
        Choice::Stay => {}
        Choice::Close => return None,
        Choice::Go(bookmark) => {
            let pane = state.pane_mut();
            pane.form = None;
            let Bookmark { location, path, .. } = bookmark;
            commands.push(Command::OpenKept { view: pane.view, location, path });
            return None;
        }
        Choice::Remove(bookmark) => {
            commands.push(Command::ChangeBookmarks(BookmarkChange::Remove(bookmark)));
        }
        Choice::Restore(bookmark) => commands.push(Command::ChangeBookmarks(BookmarkChange::Add(bookmark))),
    }
    Some(Dialog::Bookmarks(list))
}

/// Gives a key to the question for a name.
pub(super) fn press_new(
    state: &mut AppState,
    mut new: NewBookmark,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match key.to_string().as_str() {
        "Esc" | "C-g" | "C-c" | "F10" => return None,
        "Tab" | "S-Tab" | "Down" | "Up" => new.in_letter = !new.in_letter,
        "Enter" => {
            let bookmark = new.bookmark();
            let by = bookmark.letter.map_or_else(|| "'".to_owned(), |letter| format!("' {letter}"));
            state.say(format!("kept as \"{}\" · {by} goes there", bookmark.name));
            commands.push(Command::ChangeBookmarks(BookmarkChange::Add(bookmark)));
            return None;
        }
        _ => new.press(key),
    }
    Some(Dialog::NewBookmark(new))
}
