//! Draws the state. [`view`] changes nothing and decides nothing: it reads [`AppState`] and fills the frame.
//! The run loop calls it for each frame; it must stay quick whatever the folder's size, so it touches only rows on screen.

mod bottom;
mod canvas;
mod changes;
mod check;
mod conflict;
mod deletion;
mod dialog;
mod difference;
mod form;
mod lists;
mod pane;
mod renames;
mod transfer_dialog;
mod transfers;
mod unfinished;

use ratatui::Frame;
use ratatui::layout::Position;

use super::state::{AppState, Screen};
use canvas::Canvas;

/// Draws one frame.
pub fn view(state: &AppState, frame: &mut Frame<'_>) {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), &state.surroundings.theme);
    match state.screen {
        Screen::Panes => draw_panes(state, &mut canvas),
        Screen::Transfers => transfers::draw(state, area, &mut canvas),
    }
    for dialog in &state.dialogs {
        dialog::draw(state, dialog, area, &mut canvas);
    }
    let cursor = canvas.finish();
    if let Some(position) = cursor.filter(|position| area.contains(*position)) {
        frame.set_cursor_position(position);
    }
}

fn draw_panes(state: &AppState, canvas: &mut Canvas<'_>) {
    let layout = state.layout();
    for side in [0, 1] {
        if layout.panes[side].list.width > 0 {
            pane::draw(state, side, layout.panes[side], canvas);
        }
    }
    canvas.rule(layout.rule);
    bottom::draw(state, &layout, canvas);
}

/// A place on the screen for the terminal's cursor.
type Cursor = Option<Position>;
