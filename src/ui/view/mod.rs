//! Draws the state. [`view`] changes nothing and decides nothing: it reads [`AppState`] and fills the frame.
//! The run loop calls it for each frame; it must stay quick whatever the folder's size, so it touches only rows on screen.

mod bottom;
mod canvas;
mod changes;
mod check;
mod columns;
mod conflict;
mod dedupe;
mod deletion;
mod dialog;
mod difference;
mod doctor;
mod edit;
mod form;
mod lists;
mod pane;
mod places;
mod preview;
mod renames;
mod search;
mod sharing;
mod sync;
mod transfer_dialog;
mod transfers;
mod unfinished;
mod usage;
mod viewer;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::layout::{LEAST_HEIGHT, LEAST_WIDTH, is_too_small};
use super::mouse::HotSpot;
use super::state::{AppState, Screen};
use super::text;
use canvas::Canvas;

/// Draws one frame.
pub fn view(state: &AppState, frame: &mut Frame<'_>) {
    drop(view_spots(state, frame));
}

/// Draws one frame; returns where it has drawn keys, so that a click there can be that key.
pub(super) fn view_spots(state: &AppState, frame: &mut Frame<'_>) -> Vec<HotSpot> {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), &state.surroundings.theme);
    if is_too_small(area.width, area.height) {
        too_small(area, &mut canvas);
        canvas.finish();
        return Vec::new();
    }
    match state.screen {
        Screen::Panes => draw_panes(state, &mut canvas),
        Screen::Transfers => transfers::draw(state, area, &mut canvas),
    }
    for dialog in &state.dialogs {
        if !bottom::is_line_prompt(dialog) {
            canvas.forget_spots();
        }
        dialog::draw(state, dialog, area, &mut canvas);
    }
    let (cursor, spots) = canvas.finish();
    if let Some(position) = cursor.filter(|position| area.contains(*position)) {
        frame.set_cursor_position(position);
    }
    spots
}

/// Says what is missing where nothing else can be shown.
fn too_small(area: Rect, canvas: &mut Canvas<'_>) {
    let sentence = format!("too small: needs {LEAST_WIDTH}x{LEAST_HEIGHT}");
    for (line, y) in text::wrap(&sentence, area.width.into()).iter().zip(area.top()..area.bottom()) {
        canvas.text(area.x, y, area.width, line, canvas.theme.plain);
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
    if layout.preview.width > 0 {
        canvas.rule(layout.preview_rule);
        preview::draw(state, layout.preview, canvas);
    }
    bottom::draw(state, &layout, canvas);
}

/// A place on the screen for the terminal's cursor.
type Cursor = Option<Position>;
