//! What an action on files is about: the marked entries of the active pane, or else the one under the cursor.
//! Called by the actions that copy, move and throw away, so that all of them mean the same by "this".

use super::mark;
use crate::message::{Command, Selection, ViewId};
use crate::ui::figure;
use crate::ui::state::AppState;
use crate::ui::wording;

/// What an action is about, and how it is called in a question.
#[derive(Debug)]
pub(super) struct Chosen {
    /// For the worker.
    pub(super) selection: Selection,
    /// For the user: a name in quotes, or a count.
    pub(super) words: String,
    /// The view whose marks are used up by the action.
    pub(super) marked: Option<ViewId>,
}

/// Returns what is chosen in the active pane; a range that is being made is marked first.
pub(super) fn chosen(state: &mut AppState, commands: &mut Vec<Command>) -> Option<Chosen> {
    let range = state.pane().range_rows();
    let pane = state.pane();
    let head = pane.head.as_ref()?;
    let (marked_count, marked_size, view) = (head.marked_count, wording::marked_size(head), pane.view);
    let words = match (range, marked_count) {
        (None, 0) => {
            let entry = &pane.current()?.entry;
            let selection =
                Selection::Entries { parent: head.location.clone(), keys: vec![entry.key.clone()] };
            let words = entry_words(&entry.name, entry.kind.is_folder(), entry.size);
            return Some(Chosen { selection, words, marked: None });
        }
        (None, count) => {
            let entries = figure::count(count, "marked entry", "marked entries");
            marked_size.map_or_else(|| entries.clone(), |size| format!("{entries} ({size})"))
        }
        (Some((first, last)), 0) => figure::count(last - first + 1, "entry", "entries"),
        (Some(_), _) => "the marked entries and the range".to_owned(),
    };
    mark::finish_range(state, commands);
    Some(Chosen { selection: Selection::Marked(view), words, marked: Some(view) })
}

fn entry_words(name: &str, folder: bool, size: Option<u64>) -> String {
    let slash = if folder { "/" } else { "" };
    let size = size.map(|size| format!(" ({})", figure::size(size))).unwrap_or_default();
    format!("\"{name}{slash}\"{size}")
}
