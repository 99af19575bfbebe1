//! Moves of the cursor, and from folder to folder.
//! Called by `perform` for [`Motion`] actions, in the panes and in the transfer list. It must not look at rows that have not
//! come.

use crate::message::{Command, ViewState};
use crate::ui::action::{Action, Motion, Place};
use crate::ui::history::Direction;
use crate::ui::layout::transfer_rows;
use crate::ui::state::{AppState, Screen};

pub(super) fn perform(state: &mut AppState, motion: Motion, commands: &mut Vec<Command>) {
    match (motion, state.screen) {
        (Motion::OtherPane, _) => state.active = 1 - state.active,
        (Motion::Parent, _) => parent(state, commands),
        (Motion::Enter, _) => enter(state, commands),
        (Motion::Back, _) => step(state, Direction::Back, commands),
        (Motion::Forward, _) => step(state, Direction::Forward, commands),
        (_, Screen::Panes) => move_in_pane(state, motion),
        (_, Screen::Transfers) => move_in_transfers(state, motion),
    }
}

fn move_in_pane(state: &mut AppState, motion: Motion) {
    let height = state.layout().list_height();
    let lines = i64::try_from(height.saturating_sub(1).max(1)).unwrap_or(i64::MAX);
    let half = (lines / 2).max(1);
    let pane = state.pane_mut();
    match motion {
        Motion::Up => pane.go_by(-1, false, height),
        Motion::Down => pane.go_by(1, false, height),
        Motion::Top => pane.go_to(0, height),
        Motion::Bottom => pane.go_to(u64::MAX, height),
        Motion::PageUp => pane.go_by(-lines, true, height),
        Motion::PageDown => pane.go_by(lines, true, height),
        Motion::HalfUp => pane.go_by(-half, true, height),
        Motion::HalfDown => pane.go_by(half, true, height),
        Motion::OtherPane | Motion::Parent | Motion::Enter | Motion::Back | Motion::Forward => {}
    }
}

fn move_in_transfers(state: &mut AppState, motion: Motion) {
    let height = transfer_rows(state.surroundings.height);
    let page = height.saturating_sub(1).max(1).cast_signed();
    let half = (page / 2).max(1);
    let list = &mut state.transfers;
    let row = match motion {
        Motion::Up => list.cursor.saturating_sub(1),
        Motion::Down => list.cursor.saturating_add(1),
        Motion::Top => 0,
        Motion::Bottom => usize::MAX,
        Motion::PageUp => list.cursor.saturating_add_signed(-page),
        Motion::PageDown => list.cursor.saturating_add_signed(page),
        Motion::HalfUp => list.cursor.saturating_add_signed(-half),
        Motion::HalfDown => list.cursor.saturating_add_signed(half),
        Motion::OtherPane | Motion::Parent | Motion::Enter | Motion::Back | Motion::Forward => return,
    };
    list.go_to(row, height);
}

fn parent(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane_mut();
    if pane.head.as_ref().is_some_and(|head| head.has_parent) {
        pane.anchor = None;
        commands.push(Command::OpenParent { view: pane.view });
        follow_out(state, commands);
    } else {
        let other = state.hint(Action::Place(Place::Accounts));
        state.say(format!("this is the top · {other} chooses another place"));
    }
}

fn enter(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane_mut();
    if !pane.is_ready() {
        return open_again(state, commands);
    }
    let Some(head) = &pane.head else { return };
    if pane.row_index(pane.cursor).is_none() {
        return parent(state, commands);
    }
    let Some(row) = pane.current() else { return };
    let name = row.entry.name.clone();
    if !row.entry.kind.is_folder() {
        return super::viewer::open(state, commands);
    }
    if let Some(location) = head.location.inside(&row.entry.key) {
        pane.open(location, None, commands);
        follow_into(state, name, commands);
    }
}

/// Where both sides browse together, sends the other one into the folder of this name.
fn follow_into(state: &mut AppState, name: String, commands: &mut Vec<Command>) {
    let (side, view) = (state.active, state.other().view);
    match &mut state.synchrony {
        Some(synchrony) if synchrony.is_level() => commands.push(Command::OpenChild { view, name }),
        Some(synchrony) => synchrony.missed_by_other(side),
        None => {}
    }
}

/// Where both sides browse together, sends the other one out of its folder.
fn follow_out(state: &mut AppState, commands: &mut Vec<Command>) {
    let side = state.active;
    let follows = state.synchrony.as_mut().is_some_and(|synchrony| synchrony.leaves(side));
    let other = &mut state.panes[1 - side];
    if follows && other.head.as_ref().is_some_and(|head| head.has_parent) {
        other.anchor = None;
        commands.push(Command::OpenParent { view: other.view });
    }
}

/// Goes back, or forward again.
fn step(state: &mut AppState, direction: Direction, commands: &mut Vec<Command>) {
    if !state.pane_mut().step(direction, commands) {
        let back = state.hint(Action::Go(Motion::Back));
        state.say(match direction {
            Direction::Back => "this is where this pane began".to_owned(),
            Direction::Forward => format!("nothing to go forward to: {back} goes back first"),
        });
    }
}

/// Opens what could not be opened, or what the user had stopped.
fn open_again(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane_mut();
    let failed = pane.head.as_ref().is_none_or(|head| matches!(head.state, ViewState::Failed(_)));
    match pane.wanted.clone() {
        Some(location) if failed || pane.stopped => pane.open(location, None, commands),
        Some(_) => {}
        None => super::place::choose_account(state, state.active),
    }
}
