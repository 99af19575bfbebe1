//! The search below a folder or through an account: begun, followed, and what is done with what it found. Called by
//! `perform`, for keys of its page, and for the worker's hits.

use super::change::Carry;
use super::edit::Subject;
use super::picked::{Picked, carry, delete, trash};
use super::{change, edit, look, program, renames, sharing, viewer};
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{Command, Hit, SearchId, SearchProgress, SearchReach, Selection};
use crate::ui::action::{Action, ActionRow, Change, Content, Context, Look, Program, ShareKey, Yank};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::conflict::name_field;
use crate::ui::dialog::field::Field;
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::dialog::search::{Choice, SearchPage};
use crate::ui::figure;
use crate::ui::key::Key;
use crate::ui::keymap::{Lookup, sequence};
use crate::ui::layout::search_rows;
use crate::ui::state::AppState;

/// Begins below the folder of the active pane.
pub(super) fn begin(state: &mut AppState) {
    let Some(head) = &state.pane().head else { return };
    let (place, title) = (head.location.clone(), head.title.clone());
    open(state, (place, title, SearchReach::Below), String::new());
}

/// Begins to search a whole account, from the pane that shows it where one does.
pub(super) fn begin_in_account(state: &mut AppState) {
    let Some(account) = state.account().map(str::to_owned) else { return };
    if state.pane().account() != Some(&account) && state.other().account() == Some(&account) {
        state.active = 1 - state.active;
    }
    let title = format!("{account}:/");
    let place = Location::Cloud { account, folder: CloudFolder::Root };
    open(state, (place, title, SearchReach::Account), String::new());
}

/// Opens the page with a text in it, and searches for it.
pub(super) fn begin_with(
    state: &mut AppState,
    (place, title): (Location, String),
    text: &str,
    commands: &mut Vec<Command>,
) {
    open(state, (place, title, SearchReach::Below), text.to_owned());
    pasted(state, commands);
    if let Some(Dialog::Search(page)) = state.dialogs.last_mut() {
        page.in_hits = true;
    }
}

fn open(state: &mut AppState, (place, title, reach): (Location, String, SearchReach), text: String) {
    let mut page = SearchPage::new(place, title, reach, state.numbers.search);
    page.field = Field::new(text);
    state.dialogs.push(Dialog::Search(Box::new(page)));
}

/// Takes hits over.
pub(super) fn receive(state: &mut AppState, search: SearchId, hits: Vec<Hit>, progress: SearchProgress) {
    let height = search_rows(state.surroundings.height);
    for dialog in &mut state.dialogs {
        if let Dialog::Search(page) = dialog {
            return page.receive(search, hits, progress, height);
        }
    }
}

/// Searches anew: something was changed from the page.
pub(super) fn changed(state: &mut AppState, commands: &mut Vec<Command>) {
    for dialog in &mut state.dialogs {
        if let Dialog::Search(page) = dialog
            && !page.field.text().is_empty()
        {
            commands.push(page.ask_again());
            state.numbers.search = page.number();
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
            // It may have begun at what takes the space, which is left with it.
            if state.dialogs.pop_if(|below| matches!(below, Dialog::Usage(_))).is_some() {
                commands.push(Command::EndUsage);
            }
            state.pane_mut().open_at(hit.parent, hit.entry.key, commands);
            return None;
        }
        Choice::View(hit) => view(state, *hit, commands),
        Choice::OfPanes => of_panes(state, &mut page, commands),
        Choice::Close => {
            commands.push(Command::EndSearch);
            return None;
        }
    }
    Some(Dialog::Search(page))
}

/// Does on what is chosen what the keys mean in the panes.
fn of_panes(state: &mut AppState, page: &mut SearchPage, commands: &mut Vec<Command>) {
    match state.keys.map.lookup(Context::Panes, &page.begun) {
        Lookup::Begun => {}
        Lookup::Unknown => {
            let (keys, help) = (std::mem::take(&mut page.begun), state.hint(HELP));
            state.say(format!("{} is no key here · {help} shows all keys", sequence(&keys)));
        }
        Lookup::Row(row) => {
            page.begun.clear();
            if !act(state, page, row, commands) {
                state.say(format!("{}: not for what was found · Enter goes to its folder", row.name));
            }
        }
    }
}

/// Does on what is chosen what a row of the action table says; returns whether that can be.
fn act(state: &mut AppState, page: &mut SearchPage, row: &ActionRow, commands: &mut Vec<Command>) -> bool {
    let height = search_rows(state.surroundings.height);
    match row.action {
        Action::Go(motion) => return page.go(motion, height),
        Action::Mark(marking) => return page.mark(marking, height),
        Action::Program(key @ (Program::Help | Program::Redraw | Program::Suspend)) => {
            program::perform(state, key, commands);
        }
        Action::Change(key @ (Change::Undo | Change::Redo | Change::History)) => {
            change::perform(state, key, commands);
        }
        Action::Content(_)
        | Action::Change(_)
        | Action::Look(Look::Properties)
        | Action::Share(_)
        | Action::Yank(_) => {
            let Some(hit) = page.current().cloned() else { return true };
            return act_on_hit(state, (page, hit), row, commands);
        }
        Action::Look(_) | Action::Place(_) | Action::Tab(_) | Action::Transfer(_) | Action::Program(_) => {
            return false;
        }
    }
    true
}

/// The same for what is about hits: those that are marked, or the one under the cursor.
fn act_on_hit(
    state: &mut AppState,
    (page, hit): (&SearchPage, Hit),
    row: &ActionRow,
    commands: &mut Vec<Command>,
) -> bool {
    match row.action {
        Action::Change(change) => return change_hits(state, (page, hit), change, commands),
        Action::Look(_) => {
            let place = path_of(page, &hit.folder, &hit.parent);
            look::show_properties(state, (hit.parent, place), hit.entry, commands);
        }
        Action::Yank(yank) => look::put_on_clipboard(state, &yanked(page, yank, &hit)),
        Action::Content(Content::View | Content::Edit | Content::Open) if hit.entry.kind.is_folder() => {
            state.say(format!("{}: put the cursor on a file first", row.name));
        }
        Action::Content(Content::View) => view(state, hit, commands),
        Action::Content(Content::Edit) => {
            edit::edit(state, Subject::new(&hit.parent, &hit.entry, true), commands);
        }
        Action::Content(Content::Open) => {
            edit::open(state, Subject::new(&hit.parent, &hit.entry, true), commands);
        }
        Action::Share(ShareKey::Sharing | ShareKey::Link | ShareKey::Versions)
            if matches!(hit.parent, Location::Local(_)) =>
        {
            state.say(format!("{}: only entries of the cloud have that", row.name));
        }
        Action::Share(key @ (ShareKey::Sharing | ShareKey::Link | ShareKey::Versions)) => {
            sharing::show(state, key, (hit.parent, hit.entry.key), commands);
        }
        Action::Content(Content::Preview)
        | Action::Share(ShareKey::Links)
        | Action::Go(_)
        | Action::Mark(_)
        | Action::Place(_)
        | Action::Tab(_)
        | Action::Transfer(_)
        | Action::Program(_) => return false,
    }
    true
}

/// Changes what is chosen.
fn change_hits(
    state: &mut AppState,
    (page, hit): (&SearchPage, Hit),
    change: Change,
    commands: &mut Vec<Command>,
) -> bool {
    match change {
        Change::Copy => carry(state, Carry::Copy, picked(page), commands),
        Change::Move => carry(state, Carry::Move, picked(page), commands),
        Change::Trash => trash(state, picked(page)),
        Change::Delete => delete(state, picked(page), false, commands),
        Change::Rename if page.chosen().len() == 1 => {
            let chosen = page.chosen().first().map_or(hit, |only| (*only).clone());
            rename(state, chosen);
        }
        Change::Rename | Change::BulkRename => renames::begin_with(state, selection(page), None, commands),
        Change::NewFolder
        | Change::EmptyBin
        | Change::Restore
        | Change::Undo
        | Change::Redo
        | Change::History => return false,
    }
    true
}

fn rename(state: &mut AppState, hit: Hit) {
    let Hit { entry, parent, .. } = hit;
    let field = if entry.kind.is_folder() { Field::new(&entry.name) } else { name_field(&entry.name) };
    let purpose = Purpose::Rename { parent, key: entry.key, name: entry.name };
    state.dialogs.push(Dialog::Prompt(Prompt::new(purpose, field)));
}

fn view(state: &mut AppState, hit: Hit, commands: &mut Vec<Command>) {
    let Hit { entry, parent, .. } = hit;
    let viewer = viewer::begin(state, (parent, entry.key), entry.name, entry.size, commands);
    state.dialogs.push(Dialog::Viewer(Box::new(viewer)));
}

/// Searches anew after something was pasted.
pub(super) fn pasted(state: &mut AppState, commands: &mut Vec<Command>) {
    if let Some(Dialog::Search(page)) = state.dialogs.last_mut() {
        commands.push(page.ask());
        state.numbers.search = page.number();
    }
}

fn picked(page: &SearchPage) -> Picked {
    Picked {
        place: page.place.clone(),
        title: format!("what was found in {}", page.title),
        selection: selection(page),
        words: words(page),
    }
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

/// Returns what goes to the clipboard of a hit.
fn yanked(page: &SearchPage, what: Yank, hit: &Hit) -> String {
    match (what, &hit.entry.key) {
        (Yank::Handle, EntryKey::Node(handle)) => format!("H:{handle}"),
        (Yank::Path, _) => {
            let folder = path_of(page, &hit.folder, &hit.parent);
            format!("{}/{}", folder.trim_end_matches('/'), hit.entry.name)
        }
        (Yank::Name | Yank::Handle, _) => hit.entry.name.clone(),
    }
}

/// Returns the whole path of a folder that a hit is in.
fn path_of(page: &SearchPage, below: &str, parent: &Location) -> String {
    match parent {
        Location::Local(path) => path.to_string_lossy().into_owned(),
        // Outside the searched folder a hit has its whole path.
        Location::Cloud { account, .. } if below.starts_with(&format!("{account}:/")) => below.to_owned(),
        Location::Cloud { .. } if below.is_empty() => page.title.clone(),
        Location::Cloud { .. } => format!("{}/{below}", page.title.trim_end_matches('/')),
    }
}

fn words(page: &SearchPage) -> String {
    match page.chosen()[..] {
        [only] => format!("\"{}\"", only.entry.name),
        ref many => figure::count(many.len() as u64, "entry", "entries"),
    }
}

/// Shows all keys.
const HELP: Action = Action::Program(Program::Help);
