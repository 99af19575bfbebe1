//! Draws what is wrong with this machine and with an account over the whole screen: a line for each thing that was looked
//! at, and below them the whole sentence of the one under the cursor, with what mends it. Called by `view::dialog`.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::Canvas;
use super::dialog::keys_line;
use crate::message::{Finding, Standing};
use crate::ui::dialog::doctor::DoctorPage;
use crate::ui::figure;
use crate::ui::layout::{doctor_rows, page_rows};
use crate::ui::text;

/// Draws it.
pub(super) fn draw(page: &DoctorPage, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, "Doctor");
    if inner.height < 2 || inner.width < 8 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let (plain, strong) = (canvas.theme.plain, canvas.theme.strong);
    canvas.cut(x, inner.y, width, &summary(page), strong);
    canvas.right(x, inner.y, width, page.told.unwrap_or_default(), canvas.theme.dim);
    let rows = page.rows.as_deref().unwrap_or_default();
    let height = doctor_rows(area.height);
    for ((row, index), y) in rows.iter().zip(0..).skip(page.top).take(height).zip(inner.y + 2..) {
        let is_here = index == page.cursor;
        let (sign, style) = sign(row.standing, canvas);
        canvas.text(x, y, 2, if is_here { "▌" } else { " " }, strong);
        canvas.text(x + 2, y, width - 2, sign, style);
        let says = format!("{:<10} {}", row.about, row.says);
        let says = text::cut_end(&says, usize::from(width).saturating_sub(4));
        canvas.text(x + 4, y, width.saturating_sub(4), &says, if is_here { strong } else { plain });
    }
    if let Some(row) = rows.get(page.cursor) {
        let top = inner.y + 2 + u16::try_from(height).unwrap_or(0);
        let room = page_rows(area.height).saturating_sub(height);
        draw_details(row, Rect::new(x, top, width, u16::try_from(room).unwrap_or(0)), canvas);
    }
    let mends = rows.get(page.cursor).is_some_and(|row| row.mended_by.is_some());
    let keys: &[(&str, &str)] = if mends {
        &[("y", "Copy what mends it"), ("r", "Look again"), ("Esc", "Close")]
    } else {
        &[("r", "Look again"), ("Esc", "Close")]
    };
    let keys = keys_line(keys, canvas);
    let pieces: Vec<_> = keys.iter().map(|(text, style)| (text.as_str(), *style)).collect();
    canvas.pieces(x, inner.bottom() - 1, width, &pieces);
}

fn summary(page: &DoctorPage) -> String {
    let whose = match &page.account {
        Some(account) => format!("This machine and {account}"),
        None => "This machine".to_owned(),
    };
    match (&page.rows, page.wrong_count()) {
        (None, _) => format!("{whose}: looking…"),
        (Some(_), 0) => format!("{whose}: all is well"),
        (Some(_), count) => {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            format!("{whose}: {} a look", figure::count(count, "thing needs", "things need"))
        }
    }
}

fn sign(standing: Standing, canvas: &Canvas<'_>) -> (&'static str, Style) {
    match standing {
        Standing::Ok => ("✓", canvas.theme.dim),
        Standing::Warn => ("!", canvas.theme.strong),
        Standing::Bad => ("✗", canvas.theme.alarm),
    }
}

/// The whole sentence, and what mends it; where there is little room the latter.
fn draw_details(row: &Finding, area: Rect, canvas: &mut Canvas<'_>) {
    let width = usize::from(area.width);
    let room = usize::from(area.height).saturating_sub(1);
    let mut mends = Vec::new();
    if let Some(what) = &row.mended_by {
        let lines = text::wrap(what, width.saturating_sub(2)).into_iter().enumerate();
        mends.extend(lines.map(|(at, line)| format!("{}{line}", if at == 0 { "→ " } else { "  " })));
    }
    let mut lines: Vec<(String, Style)> =
        text::wrap(&row.says, width).into_iter().map(|line| (line, canvas.theme.plain)).collect();
    lines.truncate(room.saturating_sub(mends.len()));
    lines.extend(mends.into_iter().map(|line| (line, canvas.theme.strong)));
    for ((line, style), y) in lines.iter().take(room).zip(area.y + 1..) {
        canvas.text(area.x, y, area.width, line, *style);
    }
}
