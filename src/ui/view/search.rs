//! Draws the page of a search over the whole screen: what is typed, how far it is, what was found and where. Called by
//! `view::dialog`. Only hits on screen are drawn.

use std::ops::Range;

use ratatui::layout::Rect;

use super::bottom;
use super::canvas::Canvas;
use crate::entry::Location;
use crate::message::{Hit, MOST_HITS, SearchReach};
use crate::ui::action::{Action, Change, Content, Context, Look, Marking, Program, ShareKey, Yank};
use crate::ui::dialog::search::SearchPage;
use crate::ui::figure;
use crate::ui::layout::search_rows;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws it.
pub(super) fn draw(state: &AppState, page: &SearchPage, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, &title(page));
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
    let lines = inner.y + 1..inner.bottom().saturating_sub(1);
    for (at, ((found, is_marked), y)) in page.hits_from(page.top).take(rows).zip(lines.clone()).enumerate() {
        let is_here = page.top + at == page.cursor;
        let line = Rect::new(inner.x, y, inner.width, 1);
        hit(state, found, (is_here, is_marked), line, canvas);
    }
    if page.hit_count() == 0 {
        say_nothing(page, Rect { x, width, ..inner }, lines, canvas);
    }
    if inner.height > 1 {
        let last = Rect::new(inner.x, inner.bottom() - 1, inner.width, 1);
        let keys = if page.begun.is_empty() { keys(state, page) } else { continuations(state, page) };
        let pairs: Vec<(&str, &str)> = keys.iter().map(|(key, label)| (key.as_str(), *label)).collect();
        bottom::notice_or_hints(state, &pairs, last, canvas);
    }
}

fn title(page: &SearchPage) -> String {
    match (page.reach, &page.place) {
        (SearchReach::Account, Location::Cloud { account, .. }) => format!("Find in all of {account}:"),
        (SearchReach::Account | SearchReach::Below, _) => format!("Find in {}", page.title),
    }
}

fn progress(page: &SearchPage) -> String {
    let progress = &page.progress;
    if page.field.text().is_empty() || progress.trouble.is_some() {
        return String::new();
    }
    let marked = match page.marked_count() {
        0 => String::new(),
        count => format!("{} marked · ", figure::grouped(count as u64)),
    };
    let found = if progress.hit_count > MOST_HITS as u64 {
        format!("best {} of {}", figure::grouped(MOST_HITS as u64), figure::grouped(progress.hit_count))
    } else {
        figure::grouped(progress.hit_count)
    };
    let more = if progress.is_complete { "" } else { "…" };
    format!("{marked}{found} of {}{more}", figure::grouped(progress.seen_count))
}

/// Says why nothing is listed: nothing is typed yet, nothing fits, nothing was understood.
fn say_nothing(page: &SearchPage, area: Rect, lines: Range<u16>, canvas: &mut Canvas<'_>) {
    let (dim, strong) = (canvas.theme.dim, canvas.theme.strong);
    let width = area.width;
    if let Some(trouble) = &page.progress.trouble {
        for (line, y) in text::wrap(trouble, width.into()).iter().zip(lines) {
            canvas.text(area.x, y, width, line, canvas.theme.alarm);
        }
    } else if page.field.text().is_empty() {
        for ((typed, means), y) in SYNTAX.iter().zip(lines.skip(1)) {
            let used = canvas.cut(area.x, y, EXAMPLE.min(width), typed, strong);
            let gap = EXAMPLE.max(used) + 1;
            canvas.cut(area.x + gap.min(width), y, width.saturating_sub(gap), means, dim);
        }
    } else if let Some(y) = lines.clone().next() {
        let sentence = match (page.progress.is_complete, page.reach) {
            (false, _) => "looking…",
            (true, SearchReach::Below) => "nothing below this folder fits",
            (true, SearchReach::Account) => "nothing in this account fits",
        };
        canvas.cut(area.x, y, width, sentence, dim);
    }
}

fn hit(
    state: &AppState,
    found: &Hit,
    (is_here, is_marked): (bool, bool),
    line: Rect,
    canvas: &mut Canvas<'_>,
) {
    let Rect { x, y, width, .. } = line;
    if is_here {
        canvas.text(x, y, 1, "▌", canvas.theme.accent);
    }
    if is_marked {
        canvas.text(x + 1, y, 1, "●", canvas.theme.accent);
    }
    let entry = &found.entry;
    let slash = if entry.kind.is_folder() { "/" } else { "" };
    let style = if is_here { canvas.theme.strong } else { canvas.theme.plain };
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

fn keys(state: &AppState, page: &SearchPage) -> Vec<(String, &'static str)> {
    let own = |key: &str, label| (key.to_owned(), label);
    if page.in_hits {
        let of_panes = |&(action, label)| (state.hint(action), label);
        let mut keys = vec![own("Enter", "Go there"), (state.hint(Action::Mark(Marking::Toggle)), "Mark")];
        keys.extend(ON_HITS.iter().map(of_panes));
        keys.extend([own("/", "Text"), own("Esc", "Back")]);
        return keys;
    }
    let mut keys = vec![own("Enter", "Go there"), own("Up Down", "Choose"), own("Tab", "Mark and act")];
    match (&page.place, page.reach) {
        (Location::Local(_), _) => {}
        (Location::Cloud { .. }, SearchReach::Below) => keys.push(own("C-t", "Whole account")),
        (Location::Cloud { .. }, SearchReach::Account) => keys.push(own("C-t", "This folder")),
    }
    keys.push(own("Esc", "Back"));
    keys
}

/// Returns what may follow a begun sequence.
fn continuations(state: &AppState, page: &SearchPage) -> Vec<(String, &'static str)> {
    let rows = state.keys.map.continuations(Context::Panes, &page.begun);
    rows.map(|(key, row)| (key.to_string(), row.name)).collect()
}

/// What is done on hits, what is wanted most first; the keymap has the keys.
const ON_HITS: &[(Action, &str)] = &[
    (Action::Change(Change::Copy), "Copy"),
    (Action::Change(Change::Move), "Move"),
    (Action::Change(Change::Rename), "Rename"),
    (Action::Change(Change::Trash), "Bin"),
    (Action::Content(Content::Edit), "Edit"),
    (Action::Program(Program::Help), "Keys"),
    (Action::Content(Content::View), "View"),
    (Action::Look(Look::Properties), "Info"),
    (Action::Share(ShareKey::Link), "Link"),
    (Action::Content(Content::Open), "Open"),
    (Action::Change(Change::Delete), "Delete"),
    (Action::Mark(Marking::All), "All"),
    (Action::Yank(Yank::Path), "Path"),
];

/// What can be typed.
const SYNTAX: [(&str, &str); 9] = [
    ("castl", "letters of a name in their order, best fits first"),
    ("castl 2024", "more words narrow it: in the name, or in folders above"),
    ("\"old castle\"", "exactly this; !thumb not this; ^cast first; .jpg$ last"),
    ("*.jp?g", "a pattern of the whole name"),
    ("/img_\\d+/", "a regular expression"),
    ("size:>10M", "also size:<1K, size:1M..2M"),
    ("newer:7d", "also older:1y, newer:2024-06-01"),
    ("kind:image", "video audio document archive file folder empty shared"),
    ("ext:jpg,png", "endings; sort:size, sort:new, sort:old say what comes first"),
];

/// Columns of an example.
const EXAMPLE: u16 = 13;

/// Columns of a size.
const SIZE: u16 = 4;

/// Columns of a date.
const DATE: u16 = 6;

/// Columns of size and date and the gaps around them.
const FIGURES: u16 = SIZE + DATE + 5;

/// Columns of a page that has room for dates.
const ROOMY: u16 = 70;
