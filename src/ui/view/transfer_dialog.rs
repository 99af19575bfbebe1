//! Draws the dialogs of the transfer screen: the speed limit, and one transfer exactly.
//! Called by `view::dialog`. What a key does there is the dialogs' own.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, draw_lines, keys_line, text_width};
use crate::message::{Direction, TransferState};
use crate::ui::dialog::limit::LimitDialog;
use crate::ui::dialog::transfer::TransferDetails;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws the speed limit.
pub(super) fn draw_limit(dialog: &LimitDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let (plain, dim, strong, alarm) =
        (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong, canvas.theme.alarm);
    let label = |text: &str, direction| -> Line {
        vec![(text.to_owned(), if dialog.focus == direction { strong } else { plain })]
    };
    let about = dialog.problem.map_or_else(
        || vec![("like 500K or 2M a second, or off".to_owned(), dim)],
        |problem| vec![(problem.to_owned(), alarm)],
    );
    let keys = keys_line(&[("Enter", "Set"), ("Tab", "Other line"), ("Esc", "Back")], canvas);
    let lines = vec![label("▲ up", Direction::Up), label("▼ down", Direction::Down), about, keys];
    let inner = draw_lines("No faster than", &lines, area, canvas);
    let fields = [(&dialog.up, Direction::Up), (&dialog.down, Direction::Down)];
    for ((field, direction), y) in fields.into_iter().zip(inner.top()..inner.bottom()) {
        let x = inner.x + LABEL;
        let width = inner.width.saturating_sub(LABEL + 1);
        if field.text().is_empty() && width > 2 {
            canvas.text(x, y, width, "off", dim);
        }
        if width > 2 {
            canvas.field(x, y, width, field, dialog.focus == direction);
        }
    }
}

/// Draws one transfer exactly.
pub(super) fn draw_details(state: &AppState, details: &TransferDetails, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area).saturating_sub(7);
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    let listed = state.transfers.row(details.row.transfer);
    let mut lines: Vec<Line> = Vec::new();
    for (name, value) in details.lines(listed, state.terms()) {
        for (index, part) in text::wrap(&value, width).into_iter().enumerate() {
            let label = if index == 0 { name } else { "" };
            lines.push(vec![(format!("{label:<7}"), dim), (part, plain)]);
        }
    }
    lines.push(Vec::new());
    let mut keys = match listed.map(|row| &row.state) {
        None | Some(TransferState::Done) => Vec::new(),
        Some(TransferState::Failed(_) | TransferState::Cancelled) => vec![("r", "Retry")],
        Some(TransferState::Paused) => vec![("p", "Resume"), ("x", "Cancel")],
        Some(
            TransferState::Queued
            | TransferState::Running
            | TransferState::Waiting(_)
            | TransferState::Finishing,
        ) => vec![("p", "Pause"), ("x", "Cancel")],
    };
    keys.push(("Esc", "Close"));
    lines.push(keys_line(&keys, canvas));
    draw_lines("Transfer", &lines, area, canvas);
}

/// Columns before the fields.
const LABEL: u16 = 9;
