//! The search below a folder: begun, followed, and what is done with what it found. Called by `perform`, for keys of its
//! page, and for the worker's hits.

use super::change::{Carry, propose, target};
use super::selection::Chosen;
use super::{deletion, viewer};
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{Command, DeletionSummary, Hit, SearchId, SearchProgress, Selection};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::dialog::deletion::{DeletionDialog, Side};
use crate::ui::dialog::search::{Choice, SearchPage};
use crate::ui::figure;
use crate::ui::key::Key;
use crate::ui::layout::search_rows;
use crate::ui::state::AppState;
use crate::ui::wording::undone_by;

/// Begins below the folder of the active pane.
pub(super) fn begin(state: &mut AppState) {
    let Some(head) = &state.pane().head else { return };
    let page = SearchPage::new(head.location.clone(), head.title.clone(), state.numbers.search);
    state.dialogs.push(Dialog::Search(Box::new(page)));
}

/// Takes hits over.
pub(super) fn receive(state: &mut AppState, search: SearchId, hits: Vec<Hit>, progress: SearchProgress) {
    for dialog in &mut state.dialogs {
        if let Dialog::Search(page) = dialog {
            return page.receive(search, hits, progress);
        }
    }
}

/// Gives a key to the page.
pub(super) fn press(
    state: &mut AppState,
    mut page: Box<SearchPage>,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match page.press(key, search_rows(state.surroundings.height)) {
        Choice::Stay => {}
        Choice::Ask(command) => {
            state.numbers.search = page.number();
            commands.push(command);
        }
        Choice::Go(hit) => {
            commands.push(Command::EndSearch);
            state.pane_mut().open(hit.parent, Some(hit.entry.key), commands);
            return None;
        }
        Choice::Copy => carry(state, Carry::Copy, &page, commands),
        Choice::Move => carry(state, Carry::Move, &page, commands),
        Choice::Trash => trash(state, &page),
        Choice::Delete => delete(state, &page, commands),
        Choice::View(hit) => {
            let Hit { entry, parent, .. } = *hit;
            let viewer = viewer::begin(state, (parent, entry.key), entry.name, entry.size, commands);
            state.dialogs.push(Dialog::Viewer(Box::new(viewer)));
        }
        Choice::Close => {
            commands.push(Command::EndSearch);
            return None;
        }
    }
    Some(Dialog::Search(page))
}

/// Searches anew after something was pasted.
pub(super) fn pasted(state: &mut AppState, commands: &mut Vec<Command>) {
    if let Some(Dialog::Search(page)) = state.dialogs.last_mut() {
        commands.push(page.ask());
        state.numbers.search = page.number();
    }
}

fn carry(state: &mut AppState, carry: Carry, page: &SearchPage, commands: &mut Vec<Command>) {
    let Some(target) = target(state, carry.verb()) else { return };
    let chosen = Chosen { selection: selection(page), words: words(page), marked: None };
    propose(state, carry, (chosen, page.title.clone()), target, commands);
}

fn delete(state: &mut AppState, page: &SearchPage, commands: &mut Vec<Command>) {
    let side = match page.place {
        Location::Local(_) => Side::Disk,
        Location::Cloud { folder: CloudFolder::Rubbish, .. } => Side::Bin,
        Location::Cloud { .. } => Side::Cloud,
    };
    let summary = DeletionSummary { place: page.title.clone(), ..DeletionSummary::default() };
    deletion::ask(state, selection(page), DeletionDialog::new(summary, words(page), side, None), commands);
}

fn trash(state: &mut AppState, page: &SearchPage) {
    let is_local = matches!(page.place, Location::Local(_));
    let bin = if is_local { "the system's trash" } else { "the rubbish bin" };
    let text =
        vec![format!("Put {} found in {} into {bin}.", words(page), page.title), undone_by(&state.keys.map)];
    state.dialogs.push(Dialog::Question(Question {
        title: if is_local { "Trash" } else { "Rubbish bin" }.to_owned(),
        text,
        yes: "Put into the bin",
        key: 'd',
        answer: Answer::Send(Command::Trash { selection: selection(page) }, None),
    }));
}

/// Returns what is chosen, wherever below the searched folder it is.
fn selection(page: &SearchPage) -> Selection {
    let key = |hit: &Hit| match (&hit.entry.key, &hit.parent, &page.place) {
        (EntryKey::Name(name), Location::Local(parent), Location::Local(top)) => {
            let below = parent.strip_prefix(top).unwrap_or(parent);
            EntryKey::Name(below.join(name).into_os_string())
        }
        (key, _, _) => key.clone(),
    };
    let keys = page.chosen().into_iter().map(key).collect();
    Selection::Entries { parent: page.place.clone(), keys }
}

fn words(page: &SearchPage) -> String {
    match page.chosen()[..] {
        [only] => format!("\"{}\"", only.entry.name),
        ref many => figure::count(many.len() as u64, "entry", "entries"),
    }
}
