//! Draws the page of a search over the whole screen: what is typed, how far it is, what was found and where. Called by
//! `view::dialog`. Only hits on screen are drawn.

use ratatui::layout::Rect;

use super::bottom;
use super::canvas::Canvas;
use crate::message::{Hit, MOST_HITS};
use crate::ui::dialog::search::SearchPage;
use crate::ui::figure;
use crate::ui::layout::search_rows;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws it.
pub(super) fn draw(state: &AppState, page: &SearchPage, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, &format!("Find in {}", page.title));
    if inner.height == 0 || inner.width < 12 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let progress = progress(page);
    let taken = u16::try_from(text::width(&progress)).unwrap_or(width);
    canvas.right(x, inner.y, width, &progress, canvas.theme.dim);
    canvas.text(x, inner.y, 1, ">", canvas.theme.strong);
    let room = width.saturating_sub(taken + 4);
    canvas.field(x + 2, inner.y, room, &page.field, !page.in_hits);
    let rows = search_rows(area.height);
    let hits = page.hits().iter().enumerate().skip(page.top).take(rows);
    for ((index, found), y) in hits.zip(inner.y + 1..inner.bottom().saturating_sub(1)) {
        hit(state, page, (index, found), Rect::new(inner.x, y, inner.width, 1), canvas);
    }
    if page.hits().is_empty() && inner.height > 2 {
        canvas.cut(x, inner.y + 1, width, nothing(page), canvas.theme.dim);
    }
    if inner.height > 1 {
        bottom::hints(keys(page), Rect::new(inner.x, inner.bottom() - 1, inner.width, 1), canvas);
    }
}

fn progress(page: &SearchPage) -> String {
    let progress = &page.progress;
    if page.field.text().is_empty() {
        return String::new();
    }
    let marked = match page.marked_count() {
        0 => String::new(),
        count => format!("{} marked · ", figure::grouped(count as u64)),
    };
    let found = if progress.hit_count > MOST_HITS as u64 {
        format!("first {} of {}", figure::grouped(MOST_HITS as u64), figure::grouped(progress.hit_count))
    } else {
        figure::grouped(progress.hit_count)
    };
    let more = if progress.is_complete { "" } else { "…" };
    format!("{marked}{found} of {}{more}", figure::grouped(progress.seen_count))
}

fn nothing(page: &SearchPage) -> &'static str {
    match (page.field.text().is_empty(), page.progress.is_complete) {
        (true, _) => "type a part of a name, or a pattern like *.jpg",
        (false, true) => "no name below this folder fits",
        (false, false) => "looking…",
    }
}

fn hit(
    state: &AppState,
    page: &SearchPage,
    (index, found): (usize, &Hit),
    line: Rect,
    canvas: &mut Canvas<'_>,
) {
    let Rect { x, y, width, .. } = line;
    let here = index == page.cursor;
    if here {
        canvas.text(x, y, 1, "▌", canvas.theme.accent);
    }
    if page.is_marked(index) {
        canvas.text(x + 1, y, 1, "●", canvas.theme.accent);
    }
    let entry = &found.entry;
    let slash = if entry.kind.is_folder() { "/" } else { "" };
    let style = if here { canvas.theme.strong } else { canvas.theme.plain };
    // Name and folder share the line; size and date stand between them where there is room.
    let figures = if width >= ROOMY { FIGURES } else { SIZE + 2 };
    let room = width.saturating_sub(figures + 4);
    let name_room = room / 2;
    let name = text::cut_middle(&entry.name, usize::from(name_room).saturating_sub(slash.len()));
    canvas.text(x + 2, y, name_room, &format!("{name}{slash}"), style);
    let at = x + 2 + name_room;
    if let Some(size) = entry.size {
        canvas.right(at + 1, y, SIZE, &figure::size(size), canvas.theme.plain);
    }
    if let Some(modified) = entry.modified.filter(|_| width >= ROOMY) {
        let date = state.surroundings.clock.short_date(modified);
        canvas.right(at + SIZE + 2, y, DATE, &date, canvas.theme.plain);
    }
    let at = at + figures;
    let folder = text::cut_breadcrumb(&found.folder, usize::from((x + width).saturating_sub(at + 1)));
    canvas.text(at, y, (x + width).saturating_sub(at + 1), &folder, canvas.theme.dim);
}

const fn keys(page: &SearchPage) -> &'static [(&'static str, &'static str)] {
    if page.in_hits {
        &[
            ("Enter", "Go there"),
            ("Space", "Mark"),
            ("c", "Copy"),
            ("m", "Move"),
            ("d", "Bin"),
            ("D", "Delete"),
            ("v", "View"),
            ("/", "Text"),
            ("Esc", "Back"),
        ]
    } else {
        &[("Enter", "Go there"), ("Up Down", "Choose"), ("Tab", "Mark and act"), ("Esc", "Back")]
    }
}

/// Columns of a size.
const SIZE: u16 = 4;

/// Columns of a date.
const DATE: u16 = 6;

/// Columns of size and date and the gaps around them.
const FIGURES: u16 = SIZE + DATE + 5;

/// Columns of a page that has room for dates.
const ROOMY: u16 = 70;
