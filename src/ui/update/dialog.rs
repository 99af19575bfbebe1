//! Keys for the dialog on top, and what follows from its answer.
//! Called by `press` while a dialog is open. A dialog says what a key means to it; only here something follows from it.

use super::{
    bookmarks, changes, check, conflict, dedupe, deletion, doctor, edit, look, mark, path, perform, place,
    program, renames, search, sharing, sync, transfer, usage, viewer,
};
use crate::message::{Command, MarkChange, PlanSummary, ViewId, name_problem};
use crate::ui::action::{Action, ActionRow, Look, TransferKey};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Choice, CopyConfirmation, Question, choice};
use crate::ui::dialog::conflict::ConflictDialog;
use crate::ui::dialog::help::{Help, help_columns};
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::dialog::unfinished::{Choice as Decision, UnfinishedDialog};
use crate::ui::key::Key;
use crate::ui::layout::page_rows;
use crate::ui::own_files;
use crate::ui::state::{AppState, Effect, Landing};

/// Gives a key to the dialog on top.
pub(super) fn press(state: &mut AppState, key: Key, commands: &mut Vec<Command>) {
    let Some(dialog) = state.dialogs.pop() else { return };
    let depth = state.dialogs.len();
    let kept = match dialog {
        Dialog::Copy(copy) => press_copy(state, copy, key, commands),
        Dialog::Deletion(dialog) => deletion::press(state, dialog, key, commands),
        Dialog::Changes(dialog) => changes::press(state, dialog, key, commands),
        Dialog::Doctor(page) => doctor::press(state, page, key, commands),
        Dialog::Renames(dialog) => renames::press(state, dialog, key, commands),
        Dialog::Conflict(conflict) => conflict::press(state, conflict, key, commands),
        Dialog::Difference(mut difference) => {
            let height = page_rows(state.surroundings.height);
            let stays = difference.press(key, height);
            if let Some(Dialog::Conflict(below)) = state.dialogs.last_mut().filter(|_| !stays) {
                below.come_up(state.surroundings.clock.now);
            }
            stays.then_some(Dialog::Difference(difference))
        }
        Dialog::Dedupe => dedupe::press(state, key, commands).then_some(Dialog::Dedupe),
        Dialog::Check => check::press(state, key, commands).then_some(Dialog::Check),
        Dialog::Unfinished(unfinished) => press_unfinished(state, unfinished, key, commands),
        Dialog::Question(question) => press_question(state, question, key, commands),
        Dialog::Prompt(prompt) => press_prompt(state, prompt, key, commands),
        Dialog::Sync(page) => sync::press(state, page, key, commands),
        Dialog::Search(page) => search::press(state, page, key, commands),
        Dialog::Usage(page) => usage::press(state, page, key, commands),
        Dialog::Path(dialog) => path::press(state, dialog, key, commands),
        Dialog::Bookmarks(list) => bookmarks::press_list(state, list, key, commands),
        Dialog::NewBookmark(new) => bookmarks::press_new(state, new, key, commands),
        Dialog::Accounts(chooser) => press_accounts(state, chooser, key, commands),
        Dialog::Properties(properties) => {
            let close = closes(key) || matches!(key.to_string().as_str(), "Enter" | "i");
            if close { None } else { Some(Dialog::Properties(properties)) }
        }
        Dialog::Sharing(dialog) => sharing::press(state, dialog, key, commands),
        Dialog::Links(page) => sharing::press_links(state, page, key, commands),
        Dialog::Versions(dialog) => sharing::press_versions(state, dialog, key, commands),
        Dialog::Limit(limit) => transfer::press_limit(state, limit, key, commands),
        Dialog::Transfer(details) => transfer::press_details(state, details, key, commands),
        Dialog::Help(help) => press_help(state, help, key),
        Dialog::Fetching(fetching) => {
            edit::press_fetching(&fetching, key, commands).then_some(Dialog::Fetching(fetching))
        }
        Dialog::EditConflict(conflict) => {
            edit::press_conflict(&conflict, key, commands).then_some(Dialog::EditConflict(conflict))
        }
        Dialog::Viewer(mut viewer) => {
            viewer::press(state, &mut viewer, key, commands).then_some(Dialog::Viewer(viewer))
        }
        Dialog::Palette(palette) => press_palette(state, palette, key, commands),
    };
    if let Some(dialog) = kept {
        state.dialogs.insert(depth.min(state.dialogs.len()), dialog);
    }
}

/// Gives pasted text to the field that is being typed in.
pub(super) fn paste(state: &mut AppState, text: &str, commands: &mut Vec<Command>) {
    if state.is_in_form() {
        if let Some(form) = &mut state.pane_mut().form {
            form.paste(text);
        }
        return;
    }
    match state.dialogs.last_mut() {
        Some(Dialog::Prompt(prompt)) => {
            prompt.field.paste(text);
            let (purpose, text) = (prompt.purpose.clone(), prompt.field.text().to_owned());
            typed(state, &purpose, &text, commands);
        }
        Some(Dialog::Search(page)) => {
            page.field.paste(text);
            search::pasted(state, commands);
        }
        Some(Dialog::Path(dialog)) => {
            dialog.field.paste(text);
            path::pasted(state, commands);
        }
        Some(Dialog::Bookmarks(list)) => list.field.paste(text),
        Some(Dialog::NewBookmark(new)) => new.field_mut().paste(text),
        Some(Dialog::Sharing(dialog)) => {
            if let Some(field) = dialog.field_mut() {
                field.paste(text);
            }
        }
        Some(Dialog::Palette(palette)) => palette.field.paste(text),
        Some(Dialog::Viewer(viewer)) => viewer.paste(text),
        // The word is typed by whoever means it: a paste may be what was meant for elsewhere.
        Some(Dialog::Limit(limit)) => limit.field_mut().paste(text),
        Some(Dialog::Conflict(ConflictDialog { rename: Some(field), .. })) => field.paste(text),
        Some(
            Dialog::Copy(_)
            | Dialog::Deletion(_)
            | Dialog::Changes(_)
            | Dialog::Doctor(_)
            | Dialog::Renames(_)
            | Dialog::Conflict(_)
            | Dialog::Difference(_)
            | Dialog::Check
            | Dialog::Dedupe
            | Dialog::Sync(_)
            | Dialog::Usage(_)
            | Dialog::Unfinished(_)
            | Dialog::Question(_)
            | Dialog::Accounts(_)
            | Dialog::Fetching(_)
            | Dialog::EditConflict(_)
            | Dialog::Properties(_)
            | Dialog::Links(_)
            | Dialog::Versions(_)
            | Dialog::Transfer(_)
            | Dialog::Help(_),
        )
        | None => {}
    }
}

/// Shows what earlier runs left, or the next conflict, once nothing else is asked.
pub(super) fn show_conflict(state: &mut AppState) {
    if state.dialogs.is_empty()
        && state.ahead.is_empty()
        && !state.is_in_form()
        && let Some(unfinished) = state.unfinished.take()
    {
        let since = state.surroundings.clock.now;
        state.dialogs.push(Dialog::Unfinished(UnfinishedDialog { since, ..unfinished }));
    }
    if state.dialogs.is_empty()
        && state.ahead.is_empty()
        && let Some(conflict) = state.conflicts.pop_front()
    {
        let since = state.surroundings.clock.now;
        state.dialogs.push(Dialog::Conflict(ConflictDialog::new(conflict, since)));
    }
}

fn closes(key: Key) -> bool {
    matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c" | "q" | "F10")
}

fn press_copy(
    state: &mut AppState,
    mut dialog: CopyConfirmation,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let copy = dialog.copy;
    if key.typed() == Some('f') && !dialog.is_void() && dialog.plan.common_folder_count > 0 {
        commands.extend(dialog.turn_folders(state.copies.next()));
        return Some(Dialog::Copy(dialog));
    }
    match choice(key, dialog.own_key(), &state.keys.map) {
        Choice::None => return Some(Dialog::Copy(dialog)),
        Choice::Yes if !dialog.is_void() => {
            commands.push(Command::StartCopy { copy });
            unmark(dialog.marked, commands);
            let verb = if dialog.is_move() { "moving" } else { "copying" };
            state.say(format!("{verb} {} to {}", dialog.chosen, dialog.target));
            state.copies.running.insert(copy, dialog.plan);
        }
        Choice::Yes | Choice::No => commands.push(Command::CancelCopy { copy }),
    }
    None
}

pub(super) fn unmark(view: Option<ViewId>, commands: &mut Vec<Command>) {
    if let Some(view) = view {
        commands.push(Command::Mark { view, change: MarkChange::None });
    }
}

fn press_unfinished(
    state: &mut AppState,
    dialog: UnfinishedDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match dialog.press(key, state.surroundings.clock.now) {
        Decision::None => return Some(Dialog::Unfinished(dialog)),
        Decision::Later => state.say("what is unfinished stays for the next start"),
        Decision::Discard => {
            let copies = dialog.copies.iter().map(|copy| copy.id).collect();
            commands.push(Command::DiscardUnfinished { copies, leftovers: dialog.leftovers.count > 0 });
            state.say("what was left unfinished goes");
        }
        decision @ (Decision::Continue | Decision::Hold) => {
            for unfinished in dialog.copies {
                let copy = state.copies.next();
                let plan = PlanSummary { copy, target: unfinished.target, ..PlanSummary::default() };
                state.copies.running.insert(copy, plan);
                let paused = decision == Decision::Hold;
                commands.push(Command::ContinueCopy { unfinished: unfinished.id, copy, paused });
            }
            let list = state.hint(Action::Transfer(TransferKey::Open));
            let on = state.hint(Action::Transfer(TransferKey::Pause));
            let held = format!("waiting in the list: {list} shows it, {on} lets it go on");
            state.say(if decision == Decision::Hold { held } else { "going on where it stopped".to_owned() });
        }
    }
    None
}

fn press_question(
    state: &mut AppState,
    question: Question,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    // An Enter may be one too many of those for the dialog before.
    let in_haste = matches!(question.answer, Answer::OwnFiles(_)) && key.to_string() == "Enter";
    match choice(key, question.key, &state.keys.map) {
        Choice::None => Some(Dialog::Question(question)),
        Choice::Yes if in_haste => Some(Dialog::Question(question)),
        Choice::No => {
            if let Answer::OwnFiles(held) = &question.answer {
                commands.extend(own_files::refusal(held));
            }
            None
        }
        Choice::Yes => {
            match question.answer {
                Answer::Quit => program::quit(state, commands),
                Answer::Run(errand) => state.effects.push(Effect::Run(errand)),
                Answer::OwnFiles(held) => {
                    state.own_files = None;
                    commands.extend(held);
                }
                Answer::Send(command, marked) => {
                    let logout = matches!(command, Command::Logout { .. });
                    commands.push(command);
                    commands.extend(logout.then_some(Command::ListAccounts));
                    unmark(marked, commands);
                }
            }
            None
        }
    }
}

fn press_prompt(
    state: &mut AppState,
    mut prompt: Prompt,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match key.to_string().as_str() {
        "Enter" => return finish_prompt(state, prompt, commands),
        "Esc" | "C-g" | "C-c" => {
            abandon(state, &prompt.purpose, commands);
            return None;
        }
        _ => {}
    }
    if prompt.field.press(key) {
        prompt.problem = None;
        let text = prompt.field.text().to_owned();
        typed(state, &prompt.purpose, &text, commands);
    }
    Some(Dialog::Prompt(prompt))
}

/// Follows what is typed where that shows at once.
fn typed(state: &mut AppState, purpose: &Purpose, text: &str, commands: &mut Vec<Command>) {
    match purpose {
        Purpose::Find { origin } => {
            let from = look::before(state, *origin);
            look::find(state, text, from, false, commands);
        }
        Purpose::Filter { .. } => {
            let filter = (!text.is_empty()).then(|| text.to_owned());
            look::filter(state, filter, commands);
        }
        Purpose::NewFolder { .. }
        | Purpose::Rename { .. }
        | Purpose::LinkPassword { .. }
        | Purpose::Pattern { .. } => {}
    }
}

/// Takes back what was shown while typing.
fn abandon(state: &mut AppState, purpose: &Purpose, commands: &mut Vec<Command>) {
    match purpose {
        Purpose::Find { origin } => {
            let height = state.layout().list_height();
            let pane = state.pane_mut();
            pane.answers.stop_search();
            pane.go_to(*origin, height);
        }
        Purpose::Filter { before } => look::filter(state, before.clone(), commands),
        Purpose::NewFolder { .. }
        | Purpose::Rename { .. }
        | Purpose::LinkPassword { .. }
        | Purpose::Pattern { .. } => {}
    }
}

fn finish_prompt(state: &mut AppState, mut prompt: Prompt, commands: &mut Vec<Command>) -> Option<Dialog> {
    if let Purpose::LinkPassword { view, link } = prompt.purpose {
        commands.extend(sharing::with_password(view, link, &prompt.field));
        return None;
    }
    let text = prompt.field.text().to_owned();
    if prompt.is_boxed() {
        prompt.problem = name_problem(&text);
        if prompt.problem.is_some() {
            return Some(Dialog::Prompt(prompt));
        }
    }
    let pane = state.pane();
    let landing = Landing { view: pane.view, from: pane.current().map(|row| row.entry.key.clone()) };
    match prompt.purpose {
        Purpose::NewFolder { parent, .. } => {
            state.landing = Some(landing);
            commands.push(Command::CreateFolder { parent, name: text });
        }
        Purpose::Rename { name, .. } if name == text => {}
        Purpose::Rename { parent, key, .. } => {
            state.landing = Some(landing);
            commands.push(Command::Rename { parent, key, name: text });
        }
        Purpose::Find { .. } if text.is_empty() => {}
        Purpose::Find { .. } => {
            state.keys.searched = Some(text);
            let next = state.hint(Action::Look(Look::FindNext));
            let previous = state.hint(Action::Look(Look::FindPrevious));
            state.say(format!("{next} next · {previous} previous"));
        }
        Purpose::Pattern { on } if !text.is_empty() => {
            mark::send(state, MarkChange::Pattern { pattern: text, on }, commands);
        }
        Purpose::Filter { .. } | Purpose::LinkPassword { .. } | Purpose::Pattern { .. } => {}
    }
    None
}

fn press_accounts(
    state: &mut AppState,
    mut chooser: crate::ui::dialog::accounts::AccountChooser,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    use crate::ui::dialog::accounts::Choice as Place;
    match key.to_string().as_str() {
        "j" | "Down" | "C-n" | "Tab" => chooser.go_by(1),
        "k" | "Up" | "C-p" | "S-Tab" => chooser.go_by(-1),
        "Enter" | "l" | "Right" => {
            if let Some(choice) = chooser.chosen() {
                place::show_choice(state, chooser.pane, choice, commands);
            }
            return None;
        }
        "a" => {
            place::show_choice(state, chooser.pane, Place::New, commands);
            return None;
        }
        "L" => {
            if let Some(Place::Account(row)) = chooser.chosen() {
                state.dialogs.push(Dialog::Question(Question::log_out(&row.name)));
                return None;
            }
        }
        _ if closes(key) => return None,
        _ => {}
    }
    Some(Dialog::Accounts(chooser))
}

fn press_help(state: &AppState, mut help: Help, key: Key) -> Option<Dialog> {
    let height = usize::from(state.surroundings.height.saturating_sub(4)).max(1);
    let room = (help_columns(state.surroundings.width), height);
    if let Some(lines) = key.scrolls(height) {
        help.scroll(&state.keys.map, lines, room);
    }
    match key.to_string().as_str() {
        "Enter" => help.scroll(&state.keys.map, 1, room),
        "?" | "F1" | "h" => return None,
        _ if closes(key) => return None,
        _ => {}
    }
    Some(Dialog::Help(help))
}

fn press_palette(
    state: &mut AppState,
    mut palette: crate::ui::dialog::palette::Palette,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let rows: Vec<&'static ActionRow> = palette.narrowed(&state.offered());
    match key.to_string().as_str() {
        "Esc" | "C-g" | "C-c" | "F9" | "F10" => return None,
        "Down" | "C-n" | "Tab" => palette.go_by(1, rows.len()),
        "Up" | "C-p" | "S-Tab" => palette.go_by(-1, rows.len()),
        "PgDn" => palette.go_by(10, rows.len()),
        "PgUp" => palette.go_by(-10, rows.len()),
        "Enter" => {
            if let Some(row) = rows.get(palette.cursor) {
                perform(state, row.action, commands);
                return None;
            }
        }
        _ => {
            if palette.field.press(key) {
                palette.cursor = 0;
            }
        }
    }
    Some(Dialog::Palette(palette))
}
