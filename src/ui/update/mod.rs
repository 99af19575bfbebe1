//! [`update`]: the only place where the screen's state changes. A message comes in (key, worker's event, time, size), the
//! state changes, commands for the worker go out. No waiting, no drawing, no input or output.

mod ahead;
mod bookmarks;
mod change;
mod changes;
mod check;
mod compare;
mod conflict;
mod dedupe;
mod deletion;
mod dialog;
mod doctor;
mod edit;
mod event;
mod forbidden;
mod go;
mod hangup;
mod look;
mod mark;
mod mouse;
mod path;
mod picked;
mod place;
mod preview;
mod program;
mod renames;
mod search;
mod selection;
mod sharing;
mod sync;
mod tab;
mod transfer;
mod usage;
mod viewer;

pub(super) use preview::HEAD_LINES as PREVIEW_HEAD_LINES;

use crossterm::event::{KeyCode, MouseEvent};
use jiff::Timestamp;

use super::action::{Action, ActionRow, Program, When};
use super::ahead::Typed;
use super::dialog::Dialog;
use super::dialog::login::Outcome;
use super::errand::{Asker, ErrandEnd};
use super::key::Key;
use super::keymap::{Hints, Lookup, sequence};
use super::state::{AppState, Effect, Notice, Phase};
use super::theme::Ground;
use crate::config::OnHangup;
use crate::entry::Location;
use crate::message::{Arrangement, Command, Event, ViewId};

/// What can happen to the screen.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and never kept")]
pub enum Msg {
    /// The screen begins, with this folder on the left and this account (if any) on the right.
    Start {
        /// The disk folder.
        folder: std::path::PathBuf,
        /// The account.
        account: Option<String>,
    },
    /// Right at the start: show what takes the space in this folder, `account:path` or an absolute path of the disk.
    ShowUsage(String),
    /// A key.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// A function key did not come through, or what came of it was no key.
    KeyLost,
    /// The terminal says what its text stands on.
    Ground(Ground),
    /// The mouse, where it is not on a key that is drawn.
    Mouse(MouseEvent),
    /// The terminal has this many columns and lines now.
    Resize(u16, u16),
    /// The worker tells something.
    Worker(Event),
    /// A program of the user's has given the terminal back.
    Ran {
        /// Who had asked for it.
        asker: Asker,
        /// How it ended.
        end: ErrandEnd,
    },
    /// It is this late.
    Tick(Timestamp),
    /// The system wants the program to end.
    Terminate,
    /// The terminal is gone, and this is wanted then.
    Hangup(OnHangup),
}

/// Takes a message: changes the state and adds what the worker is to do to `commands`.
pub fn update(state: &mut AppState, message: Msg, commands: &mut Vec<Command>) {
    let start = commands.len();
    match message {
        Msg::Start { folder, account } => begin(state, folder, account, commands),
        Msg::ShowUsage(place) => {
            usage::begin_once_shown(state, &place, commands);
            ahead::expect_answers(state, start, commands);
        }
        Msg::Key(key) => {
            state.attention.typed(state.surroundings.clock.now);
            ahead::take(state, Typed::Key(key), commands);
        }
        Msg::Paste(text) => ahead::take(state, Typed::Paste(text), commands),
        Msg::KeyLost => state.keys.map.set_hints(Hints::Letters),
        Msg::Ground(ground) => {
            state.surroundings.theme = state.surroundings.theme.moved_to(ground);
        }
        Msg::Mouse(event) => {
            state.attention.typed(state.surroundings.clock.now);
            mouse::take(state, event, commands);
            ahead::expect_answers(state, start, commands);
        }
        Msg::Resize(width, height) => {
            (state.surroundings.width, state.surroundings.height) = (width, height);
        }
        Msg::Worker(event) => {
            event::receive(state, event, commands);
            ahead::expect_answers(state, start, commands);
            ahead::release(state, commands);
        }
        Msg::Ran { asker, end } => edit::ran(state, asker, &end, commands),
        Msg::Tick(now) => state.surroundings.clock.now = now,
        Msg::Terminate => program::quit(state, commands),
        Msg::Hangup(wanted) => hangup::hang_up(state, wanted, commands),
    }
    if state.phase == Phase::Alone {
        return hangup::go_on(state, commands);
    }
    arrange_new(state, start, commands);
    call_back(state);
    let asked = state.own_files.as_mut().and_then(|own| own.ask(&state.panes, start, commands));
    state.dialogs.extend(asked.map(Dialog::Question));
    dialog::show_conflict(state);
    viewer::settle(state, commands);
    preview::follow(state, commands);
    dedupe::settle(state, commands);
    let height = state.layout().list_height();
    for pane in &mut state.panes {
        pane.settle(height, commands);
    }
}

/// Panes that open for the first time get the order that is set for the start.
fn arrange_new(state: &AppState, start: usize, commands: &mut Vec<Command>) {
    if state.arrangement == Arrangement::default() {
        return;
    }
    let is_new = |view: ViewId| state.panes.iter().any(|pane| pane.view == view && pane.head.is_none());
    let opened = commands[start..]
        .iter()
        .filter_map(|command| if let Command::Open { view, .. } = command { Some(*view) } else { None });
    let new: Vec<ViewId> = opened.filter(|view| is_new(*view)).collect();
    commands.extend(
        new.into_iter().map(|view| Command::Arrange { view, arrangement: state.arrangement.clone() }),
    );
}

/// Calls somebody who looks elsewhere, where long work has just ended.
fn call_back(state: &mut AppState) {
    let is_busy = state.is_busy() || state.check.as_ref().is_some_and(|check| check.report.is_none());
    if state.attention.ended(is_busy, state.surroundings.clock.now) {
        let text = match &state.notice {
            Some(Notice::Info(text)) => text.clone(),
            Some(Notice::Problem(problem)) => problem.message.clone(),
            None => "all transfers have ended".to_owned(),
        };
        state.effects.push(Effect::Notify(text));
    }
}

fn begin(
    state: &mut AppState,
    folder: std::path::PathBuf,
    account: Option<String>,
    commands: &mut Vec<Command>,
) {
    state.panes[0].open(Location::Local(folder), None, commands);
    if let Some(account) = account {
        state.panes[1].open(place::top(account), None, commands);
    }
    commands.push(Command::ListAccounts);
    commands.push(Command::RestoreScreen);
    ahead::expect_answers(state, 0, commands);
}

fn press(state: &mut AppState, key: Key, commands: &mut Vec<Command>) {
    if state.phase == Phase::Alone {
        return; // typed before the terminal went away
    }
    if state.phase != Phase::Running {
        if matches!(key.to_string().as_str(), "C-c" | "q" | "Esc") {
            state.phase = Phase::Ended;
        }
        return;
    }
    state.notice = None;
    let is_in_form = state.is_in_form() && state.keys.pending.is_empty() && is_for_form(key);
    let is_asked = is_in_form || !state.dialogs.is_empty();
    if is_asked && state.surroundings.is_too_small() && !ahead::is_cancel(key) {
        return; // nobody answers what is not to be seen
    }
    if !state.dialogs.is_empty() {
        dialog::press(state, key, commands);
    } else if is_in_form {
        press_form(state, key, commands);
    } else {
        press_screen(state, key, commands);
    }
}

/// Returns whether a key belongs to the login form; function keys and the like keep their meaning.
fn is_for_form(key: Key) -> bool {
    let written = key.to_string();
    let kept = ["C-c", "C-z", "C-l", "M-F1", "M-F2"].contains(&written.as_str());
    !kept && !matches!(key.code, KeyCode::F(_))
}

fn press_form(state: &mut AppState, key: Key, commands: &mut Vec<Command>) {
    let names: Vec<String> = state.accounts.rows.iter().flatten().map(|row| row.name.clone()).collect();
    let taken: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some(form) = &mut state.pane_mut().form else { return };
    match form.press(key, &taken) {
        Outcome::Stay => {}
        Outcome::Submit(command) => commands.push(command),
        Outcome::Leave => state.active = 1 - state.active,
    }
}

fn press_screen(state: &mut AppState, key: Key, commands: &mut Vec<Command>) {
    let mut keys = std::mem::take(&mut state.keys.pending);
    let begun = !keys.is_empty();
    if begun && matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c") {
        return;
    }
    keys.push(key);
    state.keys.last = Some(key);
    match state.keys.map.lookup(state.context(), &keys) {
        Lookup::Begun => state.keys.pending = keys,
        Lookup::Unknown => {
            if matches!(key.code, KeyCode::F(_)) {
                state.keys.map.set_hints(Hints::Letters);
            }
            let help = state.keys.map.hint(Action::Program(Program::Help));
            state.say(format!("{} is no key here · {help} shows all keys", sequence(&keys)));
        }
        Lookup::Row(row) if state.allows(row.when) => perform(state, row.action, commands),
        Lookup::Row(row) => refuse(state, row),
    }
}

/// Carries an action out. Its row's `when` holds.
fn perform(state: &mut AppState, action: Action, commands: &mut Vec<Command>) {
    match action {
        Action::Go(motion) => go::perform(state, motion, commands),
        Action::Mark(marking) => mark::perform(state, marking, commands),
        Action::Look(look) => look::perform(state, look, commands),
        Action::Content(content) => edit::perform(state, content, commands),
        Action::Change(change) => change::perform(state, change, commands),
        Action::Place(place) => place::perform(state, place, commands),
        Action::Tab(key) => tab::perform(state, key, commands),
        Action::Share(key) => sharing::perform(state, key, commands),
        Action::Yank(yank) => look::yank(state, yank),
        Action::Transfer(key) => transfer::perform(state, key, commands),
        Action::Program(program) => program::perform(state, program, commands),
    }
}

/// Says why an action makes no sense here.
fn refuse(state: &mut AppState, row: &'static ActionRow) {
    let reason = match row.when {
        When::Always => return,
        When::Folder => "the folder is not there yet",
        When::Row | When::File | When::Selection | When::OutsideBin | When::InBin | When::Deletable
            if !state.pane().is_ready() =>
        {
            "the folder is not there yet"
        }
        When::OutsideBin if state.pane().is_bin() => "this is the rubbish bin already",
        When::InBin if !state.pane().is_in_bin() => "only what is in the rubbish bin can be put back",
        When::Row | When::Selection | When::OutsideBin | When::InBin | When::Deletable => {
            "put the cursor on an entry first"
        }
        When::File => "put the cursor on a file first",
        When::CloudRow => "only entries of the cloud have that",
        When::Writable if state.pane().is_partial() => "its account is still loading",
        When::Writable => "nothing can be made in this folder",
        When::Searched => "search with / first",
        When::Account => "log in first: ga",
        When::Offline => "nothing waits for the network",
        When::Transfer => "nothing is listed",
        When::OpenTransfer if state.transfers.current().is_none() => "nothing is listed",
        When::FailedTransfers => "no transfer has failed",
        When::OpenTransfer => "this transfer has ended",
        When::FailedTransfer => "this transfer has not failed",
        When::OpenTransfers => "nothing is being transferred",
        When::EndedTransfers => "no transfer has ended yet",
        When::Compared => "compare the two folders with C first",
        When::Tabs => "there is only this one; T opens another",
    };
    state.say(format!("{}: {reason}", row.name));
}
