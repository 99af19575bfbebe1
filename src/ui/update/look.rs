//! Search, order, filter, properties, and what goes to the clipboard.
//! Called by `perform` for [`Look`] and [`Yank`] actions and by the prompts that narrow while one types. It changes no file.

use std::path::PathBuf;

use super::compare;
use crate::entry::{Entry, EntryKey, Location};
use crate::message::{Arrangement, Command, MeasureId, Measured, Selection, Sort};
use crate::ui::action::{Look, Yank};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::field::Field;
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::dialog::properties::{Properties, Subject};
use crate::ui::figure;
use crate::ui::state::{AppState, Effect};
use crate::ui::text;

pub(super) fn perform(state: &mut AppState, look: Look, commands: &mut Vec<Command>) {
    match look {
        Look::Find => {
            let purpose = Purpose::Find { origin: state.pane().cursor };
            state.dialogs.push(Dialog::Prompt(Prompt::new(purpose, Field::default())));
        }
        Look::FindNext => find_again(state, false, commands),
        Look::FindPrevious => find_again(state, true, commands),
        Look::Filter => {
            let before = state.pane().arrangement().filter;
            let field = Field::new(before.clone().unwrap_or_default());
            state.dialogs.push(Dialog::Prompt(Prompt::new(Purpose::Filter { before }, field)));
        }
        Look::Sort(key) => {
            let arrangement = sorted(&state.pane().arrangement(), key.into());
            arrange(state, arrangement, commands);
        }
        Look::Hidden => {
            let arrangement = state.pane().arrangement();
            let hidden = !arrangement.hidden;
            state.say(if hidden { "hidden files are shown" } else { "hidden files are left out" });
            arrange(state, Arrangement { hidden, ..arrangement }, commands);
        }
        Look::Properties => properties(state, commands),
        Look::Search => super::search::begin(state),
        Look::SearchAccount => super::search::begin_in_account(state),
        Look::Usage => super::usage::begin(state, commands),
        Look::Sync => super::sync::begin(state, commands),
        Look::Duplicates => super::dedupe::begin(state, commands),
        Look::Compare => compare::begin(state, commands),
        Look::OnlyDifferences => compare::narrow(state, commands),
        Look::NextDifference => compare::go_to_next(state, false, commands),
        Look::PreviousDifference => compare::go_to_next(state, true, commands),
        Look::Verify => super::check::verify(state, commands),
    }
}

/// Shows the entry under the cursor exactly, or what the marked ones come to.
fn properties(state: &mut AppState, commands: &mut Vec<Command>) {
    let measure = state.next_measure();
    let pane = state.pane();
    let Some(head) = &pane.head else { return };
    let folder = head.title.clone();
    let (subject, selection) = if head.marked_count > 0 {
        (Subject::Marked(head.marked_count), Selection::Marked(pane.view))
    } else {
        let Some(row) = pane.current() else { return };
        let keys = vec![row.entry.key.clone()];
        let selection = Selection::Entries { parent: head.location.clone(), keys };
        (Subject::One(Box::new(row.entry.clone())), selection)
    };
    commands.push(Command::Measure { measure, selection });
    state.dialogs.push(Dialog::Properties(Properties { subject, folder, measure, measured: None }));
}

/// Shows an entry of a folder exactly.
pub(super) fn show_properties(
    state: &mut AppState,
    (parent, folder): (Location, String),
    entry: Entry,
    commands: &mut Vec<Command>,
) {
    let measure = state.next_measure();
    let selection = Selection::Entries { parent, keys: vec![entry.key.clone()] };
    commands.push(Command::Measure { measure, selection });
    let subject = Subject::One(Box::new(entry));
    state.dialogs.push(Dialog::Properties(Properties { subject, folder, measure, measured: None }));
}

/// Takes what entries come to.
pub(super) fn receive_measured(state: &mut AppState, measure: MeasureId, measured: Measured) {
    for dialog in &mut state.dialogs {
        if let Dialog::Properties(open) = dialog
            && open.measure == measure
        {
            open.measured = Some(measured);
            return;
        }
    }
}

/// Shows only names that contain a text, or all again.
pub(super) fn filter(state: &AppState, filter: Option<String>, commands: &mut Vec<Command>) {
    let arrangement = Arrangement { filter, ..state.pane().arrangement() };
    arrange(state, arrangement, commands);
}

/// Looks for a text from a line on, including that line where nothing is typed after it.
pub(super) fn find(state: &AppState, text: &str, from: u64, backwards: bool, commands: &mut Vec<Command>) {
    if !text.is_empty() {
        commands.push(Command::Find { view: state.pane().view, text: text.to_owned(), from, backwards });
    }
}

/// Returns the row that a search has to start after to find the row of a line itself first.
pub(super) fn before(state: &AppState, line: u64) -> u64 {
    let pane = state.pane();
    let row = pane.row_index(line).unwrap_or(0);
    row.checked_sub(1).unwrap_or_else(|| pane.row_count().saturating_sub(1))
}

fn find_again(state: &AppState, backwards: bool, commands: &mut Vec<Command>) {
    let Some(text) = &state.keys.searched else { return };
    let row = state.pane().row_index(state.pane().cursor).unwrap_or(0);
    find(state, text, row, backwards, commands);
}

pub(super) fn arrange(state: &AppState, arrangement: Arrangement, commands: &mut Vec<Command>) {
    commands.push(Command::Arrange { view: state.pane().view, arrangement });
}

/// Returns the order after a sort key: its natural direction first, the other way round when it is in force already.
fn sorted(now: &Arrangement, sort: Sort) -> Arrangement {
    let natural = matches!(sort, Sort::Size | Sort::Modified | Sort::Uploaded);
    let reversed = if now.sort == sort { !now.reversed } else { natural };
    Arrangement { sort, reversed, ..now.clone() }
}

/// Puts something about the entry under the cursor on the clipboard, escaped: a line break in a name would run a
/// command where it is pasted.
pub(super) fn yank(state: &mut AppState, what: Yank) {
    let pane = state.pane();
    let (Some(head), Some(row)) = (&pane.head, pane.current()) else { return };
    let entry = &row.entry;
    let raw = match (what, &entry.key, &head.location) {
        (Yank::Handle, EntryKey::Node(handle), _) => format!("H:{handle}"),
        (Yank::Name, _, _) | (Yank::Handle, EntryKey::Name(_) | EntryKey::Place(_), _) => entry.name.clone(),
        (Yank::Path, EntryKey::Name(name), Location::Local(folder)) => {
            PathBuf::from(folder).join(name).to_string_lossy().into_owned()
        }
        (Yank::Path, _, _) => format!("{}/{}", head.title.trim_end_matches('/'), entry.name),
    };
    put_on_clipboard(state, &raw);
}

/// Puts a text on the clipboard, escaped.
pub(super) fn put_on_clipboard(state: &mut AppState, raw: &str) {
    let shown = text::shown(raw).into_owned();
    if shown.len() > MOST_CLIPBOARD {
        let limit = figure::size(MOST_CLIPBOARD as u64);
        return state.say(format!("too long for a terminal's clipboard, which takes {limit}"));
    }
    let note = if shown == raw { "" } else { " (escaped: it contains control characters)" };
    state.say(format!("on the clipboard: {shown}{note}"));
    state.effects.push(Effect::Clipboard(shown));
}

/// Bytes that go to the clipboard at most: hterm and xterm drop more without a word.
const MOST_CLIPBOARD: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_key_gives_the_natural_order_first_and_then_turns_it_round() {
        let by_size = sorted(&Arrangement::default(), Sort::Size);
        assert!(by_size.reversed, "largest first");
        assert!(!sorted(&by_size, Sort::Size).reversed);
        assert!(!sorted(&by_size, Sort::Name).reversed);
        assert!(sorted(&Arrangement::default(), Sort::Name).reversed);
    }
}
