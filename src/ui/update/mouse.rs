//! What clicks and the wheel do to the panes and lists. Clicks on keys that are drawn are keys already when they get here.
//! Called by `update` for mouse messages; it moves, marks and enters by the actions that keys call.

use crossterm::event::{KeyCode, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{perform, press};
use crate::message::{Command, MarkChange};
use crate::ui::action::{Action, Motion};
use crate::ui::key::Key;
use crate::ui::state::{AppState, Phase, Screen};

/// Takes what the mouse does.
pub(super) fn take(state: &mut AppState, event: MouseEvent, commands: &mut Vec<Command>) {
    if state.phase != Phase::Running {
        return;
    }
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::ScrollUp => scroll(state, at, KeyCode::Up, commands),
        MouseEventKind::ScrollDown => scroll(state, at, KeyCode::Down, commands),
        MouseEventKind::Down(MouseButton::Left) if is_free(state) => click(state, at, commands),
        MouseEventKind::Down(MouseButton::Right) if is_free(state) => mark(state, at, commands),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => {}
    }
}

/// Whether the panes can be clicked on: nothing stands over them, and nothing typed is still to act on them.
fn is_free(state: &AppState) -> bool {
    state.screen == Screen::Panes && state.dialogs.is_empty() && state.ahead.is_empty()
}

/// The wheel goes through whatever has the keys; over the other pane it goes there first.
fn scroll(state: &mut AppState, at: Position, code: KeyCode, commands: &mut Vec<Command>) {
    if is_free(state)
        && let Some((side, _)) = line_at(state, at)
    {
        state.active = side;
        let step = if code == KeyCode::Up { -WHEEL } else { WHEEL };
        let height = state.layout().list_height();
        return state.pane_mut().go_by(step, false, height);
    }
    for _ in 0..WHEEL {
        press(state, Key::plain(code), commands);
    }
}

/// A click puts the cursor; the second one enters.
fn click(state: &mut AppState, at: Position, commands: &mut Vec<Command>) {
    let Some((side, line)) = put_cursor(state, at) else { return };
    let now = state.surroundings.clock.now;
    if line.is_some_and(|line| state.mouse.click(side, line, now)) {
        perform(state, Action::Go(Motion::Enter), commands);
    }
}

/// The right button marks without moving on.
fn mark(state: &mut AppState, at: Position, commands: &mut Vec<Command>) {
    let Some((_, Some(_))) = put_cursor(state, at) else { return };
    let pane = state.pane();
    if let Some(row) = pane.current() {
        let change = MarkChange::Toggle(row.entry.key.clone());
        commands.push(Command::Mark { view: pane.view, change });
    }
}

/// Makes the pane that is clicked on the active one, and puts its cursor on the line; returns both.
fn put_cursor(state: &mut AppState, at: Position) -> Option<(usize, Option<u64>)> {
    let (side, line) = line_at(state, at)?;
    state.active = side;
    state.notice = None;
    let height = state.layout().list_height();
    let pane = state.pane_mut();
    let line = line.filter(|line| pane.is_ready() && *line < pane.line_count());
    if let Some(line) = line {
        pane.go_to(line, height);
    }
    Some((side, line))
}

/// Returns the pane at a place, and the line of its list there.
fn line_at(state: &AppState, at: Position) -> Option<(usize, Option<u64>)> {
    let panes = state.layout().panes;
    let inside = |side: &usize| {
        let pane = &panes[*side];
        [pane.header, pane.columns, pane.list, pane.totals].iter().any(|area| area.contains(at))
    };
    let side = [0, 1].into_iter().find(inside)?;
    let list = panes[side].list;
    let line = list.contains(at).then(|| state.panes[side].top + u64::from(at.y - list.y));
    Some((side, line))
}

/// Lines that one step of the wheel goes by.
const WHEEL: i64 = 3;
