//! Draws the page of usage over the whole screen: for each part of a folder its bytes, its share, a bar, its name and how
//! many files. Called by `view::dialog`. Only rows on screen are drawn.

use ratatui::layout::Rect;

use super::bottom;
use super::canvas::Canvas;
use crate::entry::Location;
use crate::message::{UsageOrder, UsagePart, UsageRow, UsageSheet};
use crate::ui::dialog::usage::UsagePage;
use crate::ui::figure;
use crate::ui::layout::usage_rows;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws it.
pub(super) fn draw(state: &AppState, page: &UsagePage, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, &format!("Usage {}", page.title));
    if inner.height == 0 || inner.width < 12 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let figures = figures(state, page);
    let used = u16::try_from(text::width(&figures)).unwrap_or(width);
    canvas.cut(x, inner.y, width, &figures, canvas.theme.dim);
    canvas.right(
        x + used.min(width),
        inner.y,
        width.saturating_sub(used + 2),
        order(page.order),
        canvas.theme.dim,
    );
    let lines = inner.y + 1..inner.bottom().saturating_sub(1);
    let sheet = page.sheet.as_ref();
    for (at, (row, y)) in
        page.rows().iter().skip(page.top).take(usage_rows(area.height)).zip(lines.clone()).enumerate()
    {
        let line = Rect::new(inner.x, y, inner.width, 1);
        let drawn = Drawn { row, is_here: page.top + at == page.cursor, is_marked: page.is_marked(row) };
        draw_row(&drawn, sheet.map_or(0, |sheet| sheet.bytes), line, canvas);
    }
    if let Some(y) = lines.clone().next().filter(|_| page.rows().is_empty()) {
        say_nothing(sheet, Rect::new(x, y, width, lines.end.saturating_sub(y)), canvas);
    }
    if inner.height > 1 {
        let last = Rect::new(inner.x, inner.bottom() - 1, inner.width, 1);
        bottom::notice_or_hints(state, KEYS, last, canvas);
    }
}

fn figures(state: &AppState, page: &UsagePage) -> String {
    let Some(sheet) = &page.sheet else { return "adding up…".to_owned() };
    let mut parts = Vec::new();
    let (count, bytes) = page.marked();
    if count > 0 {
        parts.push(format!("{} marked, {}", figure::grouped(count as u64), figure::size(bytes)));
    }
    let files = figure::count(sheet.file_count, "file", "files");
    parts.push(format!("{} in {files}", figure::size(sheet.bytes)));
    if let Location::Cloud { account, .. } = &sheet.place
        && let Some((used, total)) = state.accounts.quotas.get(account)
        && *total > 0
    {
        let percent = figure::percent(*used, *total);
        parts.push(format!("account {} of {}, {percent} %", figure::size(*used), figure::size(*total)));
    }
    if sheet.unreadable_count > 0 {
        parts.push(format!("{} cannot be read", figure::grouped(sheet.unreadable_count)));
    }
    if !sheet.is_complete {
        parts.push("adding up…".to_owned());
    }
    parts.join(" · ")
}

const fn order(order: UsageOrder) -> &'static str {
    match order {
        UsageOrder::Size => "by size",
        UsageOrder::Count => "by files",
        UsageOrder::Name => "by name",
        UsageOrder::Time => "oldest first",
    }
}

fn say_nothing(sheet: Option<&UsageSheet>, area: Rect, canvas: &mut Canvas<'_>) {
    let (sentence, style) = match sheet {
        Some(UsageSheet { problem: Some(problem), .. }) => (problem.message.as_str(), canvas.theme.alarm),
        Some(sheet) if sheet.is_complete => ("the folder is empty", canvas.theme.dim),
        Some(_) | None => ("adding up…", canvas.theme.dim),
    };
    for (line, y) in text::wrap(sentence, area.width.into()).iter().zip(area.top()..area.bottom()) {
        canvas.text(area.x, y, area.width, line, style);
    }
}

struct Drawn<'p> {
    row: &'p UsageRow,
    is_here: bool,
    is_marked: bool,
}

fn draw_row(drawn: &Drawn<'_>, whole: u64, line: Rect, canvas: &mut Canvas<'_>) {
    let Drawn { row, is_here, is_marked } = *drawn;
    let Rect { x, y, width, .. } = line;
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    if is_here {
        canvas.text(x, y, 1, "▌", canvas.theme.accent);
    }
    if is_marked {
        canvas.text(x + 1, y, 1, "●", canvas.theme.accent);
    }
    canvas.right(x + 2, y, SIZE, &figure::size(row.bytes), plain);
    let percent = figure::percent(row.bytes, whole.max(1));
    canvas.right(x + 2 + SIZE, y, PERCENT, &format!("{percent} %"), dim);
    let mut at = x + 2 + SIZE + PERCENT + 2;
    if width >= WITH_BAR {
        let bar = (width / 4).min(MOST_BAR);
        canvas.bar(at, y, bar, percent, canvas.theme.accent);
        at += bar + 2;
    }
    let files = row.file_count.filter(|_| width >= WITH_FILES && !is_file(row));
    let files = files.map(|count| figure::count(count, "file", "files")).unwrap_or_default();
    let files_room = if width >= WITH_FILES { FILES } else { 0 };
    let room = (x + width).saturating_sub(at + files_room + 1);
    let (name, style) = match &row.part {
        UsagePart::Entry(entry) => {
            let slash = if entry.kind.is_folder() { "/" } else { "" };
            let name = text::cut_middle(&entry.name, usize::from(room).saturating_sub(slash.len()));
            (format!("{name}{slash}"), plain)
        }
        UsagePart::Versions => ("(old versions)".to_owned(), dim),
        UsagePart::Others(count) => (format!("({} more)", figure::grouped(*count)), dim),
    };
    canvas.cut(at, y, room, &name, if is_here { canvas.theme.strong } else { style });
    canvas.right(at + room, y, files_room, &files, dim);
}

fn is_file(row: &UsageRow) -> bool {
    row.part.entry().is_some_and(|entry| !entry.kind.is_folder())
}

const KEYS: &[(&str, &str)] = &[
    ("Enter", "Down"),
    ("h", "Up"),
    ("s", "Sort"),
    ("Space", "Mark"),
    ("d", "Bin"),
    ("m", "Move"),
    ("L", "Largest"),
    ("O", "Oldest"),
    ("E", "Empty"),
    ("/", "Find"),
    ("o", "To the pane"),
    ("D", "Delete"),
    ("r", "Again"),
    ("Esc", "Back"),
];

/// Columns of a size.
const SIZE: u16 = 5;

/// Columns of a share.
const PERCENT: u16 = 6;

/// Columns of a number of files.
const FILES: u16 = 16;

/// Columns of a bar at most.
const MOST_BAR: u16 = 40;

/// From this width there are bars.
const WITH_BAR: u16 = 50;

/// From this width there are numbers of files.
const WITH_FILES: u16 = 70;
