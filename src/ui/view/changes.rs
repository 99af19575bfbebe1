//! Draws the list of the last changes over the whole screen: when, where, what, and whether it can be taken back.
//! Called by `view::dialog`.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::keys_line;
use crate::message::ChangeState;
use crate::ui::dialog::changes::ChangesDialog;
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws it.
pub(super) fn draw(state: &AppState, dialog: &ChangesDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, "Changes");
    if inner.height < 2 || inner.width < 8 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let (plain, dim, strong) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong);
    let height = page_rows(area.height);
    let said = match &dialog.rows {
        None => "reading the journals…",
        Some(rows) if rows.is_empty() => "Nothing was changed from here yet.",
        Some(_) => "The last changes from this machine, the newest first",
    };
    canvas.cut(x, inner.y, width, said, strong);
    let rows = dialog.rows.as_deref().unwrap_or_default();
    for ((row, index), y) in rows.iter().zip(0..).skip(dialog.top).take(height).zip(inner.y + 2..) {
        let can = match row.state {
            ChangeState::Standing => "",
            ChangeState::Undone => "taken back",
            ChangeState::Final => "for good",
        };
        let style = if row.state == ChangeState::Standing { plain } else { dim };
        let when = state.surroundings.clock.short_date(row.begun);
        let mark = if index == dialog.cursor { "▌" } else { " " };
        let right = if can.is_empty() { 0 } else { can.len() + 2 };
        let words = format!("{when}  {}  {}", row.place, row.label);
        canvas.text(x, y, 2, mark, strong);
        let room = usize::from(width).saturating_sub(2 + right);
        canvas.text(
            x + 2,
            y,
            width - 2,
            &text::cut_end(&words, room),
            if index == dialog.cursor { strong } else { style },
        );
        canvas.right(x, y, width, can, dim);
    }
    let keys: &[(&str, &str)] =
        if rows.is_empty() { &[("Esc", "Close")] } else { &[("Enter", "Take back"), ("Esc", "Close")] };
    let keys = keys_line(keys, canvas);
    let pieces: Vec<_> = keys.iter().map(|(text, style)| (text.as_str(), *style)).collect();
    canvas.pieces(x, inner.bottom() - 1, width, &pieces);
}
