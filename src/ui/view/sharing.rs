//! Draws who sees an entry, the page of all links, and the versions of a file. Called by `view::dialog`.
//! It reads the dialogs' state and changes none of it.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, draw_lines, keys_line, keys_lines, text_width};
use crate::message::{Person, PublicLink, ShareAccess, SharedSubject};
use crate::ui::dialog::links::LinksPage;
use crate::ui::dialog::sharing::{NewPerson, SharingDialog};
use crate::ui::dialog::versions::VersionsDialog;
use crate::ui::figure;
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws who sees an entry. Where there is little room blank lines go first, then people who are far from the cursor.
pub(super) fn draw(dialog: &SharingDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let dim = canvas.theme.dim;
    let Some(subject) = &dialog.subject else {
        draw_lines("Sharing", &[vec![("asking…".to_owned(), dim)]], area, canvas);
        return;
    };
    let width = text_width(area);
    let name = text::cut_middle(&text::shown(&subject.name), width);
    let mut parts = vec![vec![vec![(name, canvas.theme.strong)]], link_lines(subject, width, canvas)];
    let keys = keys_lines(&keys(dialog, subject), width, canvas);
    if subject.is_folder {
        let others = parts.iter().map(Vec::len).sum::<usize>() + keys.len();
        let room = usize::from(area.height).saturating_sub(others + 2);
        parts.push(people_lines(dialog, subject, (width, room), canvas));
    }
    parts.push(keys);
    let count = parts.iter().map(Vec::len).sum::<usize>();
    let has_gaps = count + parts.len() < usize::from(area.height);
    let gap = if has_gaps { vec![Vec::new()] } else { Vec::new() };
    draw_lines("Sharing", &parts.join(&gap[..]), area, canvas);
}

fn link_lines(subject: &SharedSubject, width: usize, canvas: &Canvas<'_>) -> Vec<Line> {
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    match &subject.link {
        PublicLink::None => vec![vec![("No public link.".to_owned(), dim)]],
        PublicLink::Known(link) => {
            let mut lines = vec![vec![("Whoever has this link can read it:".to_owned(), dim)]];
            // Cut where the line ends, not at blanks: it has none.
            let letters: Vec<char> = link.expose().chars().collect();
            lines.extend(letters.chunks(width.max(1)).map(|piece| vec![(piece.iter().collect(), plain)]));
            lines
        }
        PublicLink::Hidden(problem) => {
            let sentences = format!("It has a public link, but {}. {}", problem.message, problem.hint);
            text::wrap(&sentences, width).into_iter().map(|line| vec![(line, plain)]).collect()
        }
    }
}

/// As many people as have room, those around the cursor; at least one.
fn people_lines(
    dialog: &SharingDialog,
    subject: &SharedSubject,
    (width, room): (usize, usize),
    canvas: &Canvas<'_>,
) -> Vec<Line> {
    let dim = canvas.theme.dim;
    let count = subject.people.len();
    let shown = room.saturating_sub(1 + usize::from(dialog.new.is_some())).max(1).min(count);
    let last = if dialog.new.is_some() { count } else { dialog.cursor + 1 };
    let top = last.max(shown) - shown;
    let said = match (count, count - shown) {
        (0, _) => "Shared with nobody.".to_owned(),
        (_, 0) => "Shared with:".to_owned(),
        (_, _) => format!("Shared with {count}, here {} to {}:", top + 1, top + shown),
    };
    let mut lines: Vec<Line> = vec![vec![(said, dim)]];
    for (index, person) in subject.people.iter().enumerate().skip(top).take(shown) {
        let is_here = index == dialog.cursor && dialog.new.is_none();
        lines.push(person_line(person, is_here, width, canvas));
    }
    if let Some(NewPerson { field, access }) = &dialog.new {
        let typed = text::cut_middle(&text::shown(field.text()), width.saturating_sub(24));
        let access = format!("   {}", may(*access));
        let strong = canvas.theme.strong;
        lines.push(vec![("e-mail  ".to_owned(), dim), (typed, strong), ("_".to_owned(), dim), (access, dim)]);
    }
    lines
}

fn person_line(person: &Person, is_here: bool, width: usize, canvas: &Canvas<'_>) -> Line {
    let (plain, dim, strong) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong);
    let mark = if is_here { "▌ " } else { "  " };
    let invited = match (person.is_invited, width < NARROW) {
        (false, _) => "",
        (true, false) => ", not accepted yet",
        (true, true) => ", invited",
    };
    let may = format!("{}{invited}", may(person.access));
    let room = width.saturating_sub(4 + text::width(&may));
    let who = text::cut_middle(&text::shown(&person.who), room);
    let gap = " ".repeat(room.saturating_sub(text::width(&who)) + 2);
    let style = if is_here { strong } else { plain };
    vec![(mark.to_owned(), strong), (who, style), (gap, plain), (may, dim)]
}

/// The keys, those of the link first.
fn keys(dialog: &SharingDialog, subject: &SharedSubject) -> Vec<(&'static str, &'static str)> {
    if dialog.new.is_some() {
        return vec![("Enter", "Share"), ("Tab", "What they may do"), ("Esc", "Back")];
    }
    let mut keys = match subject.link {
        PublicLink::None => vec![("l", "Make link")],
        PublicLink::Known(_) => vec![("y", "Copy link"), ("x", "Remove link")],
        PublicLink::Hidden(_) => vec![("x", "Remove link")],
    };
    if subject.is_folder {
        keys.push(("a", "Add somebody"));
        if !subject.people.is_empty() {
            keys.extend([("r", "Remove"), ("Tab", "What they may do")]);
        }
    }
    keys.push(("Esc", "Close"));
    keys
}

const fn may(access: ShareAccess) -> &'static str {
    match access {
        ShareAccess::Read => "may look",
        ShareAccess::Write => "may look and add",
        ShareAccess::Full => "may change all",
    }
}

/// Draws the page of links.
pub(super) fn draw_links(state: &AppState, page: &LinksPage, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, "Links");
    if inner.height < 2 || inner.width < 8 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let (plain, dim, strong) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong);
    let said = match &page.rows {
        None => "asking…".to_owned(),
        Some(rows) if rows.is_empty() => format!("{} has no public links.", page.account),
        Some(rows) => {
            let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            let said = format!("{} of {}", figure::count(count, "link", "links"), page.account);
            if usize::from(width) < NARROW { said } else { format!("{said}: whoever has one can read") }
        }
    };
    canvas.cut(x, inner.y, width, &said, strong);
    let rows = page.rows.as_deref().unwrap_or_default();
    let height = page_rows(area.height);
    for ((row, index), y) in rows.iter().zip(0..).skip(page.top).take(height).zip(inner.y + 2..) {
        let here = index == page.cursor;
        let until = row
            .expires
            .map_or(String::new(), |at| format!("until {}", state.surroundings.clock.short_date(at)));
        let room = usize::from(width).saturating_sub(4 + text::width(&until));
        canvas.text(x, y, 2, if here { "▌" } else { " " }, strong);
        let path = text::cut_middle(&text::shown(&row.path), room);
        canvas.text(x + 2, y, width - 2, &path, if here { strong } else { plain });
        canvas.right(x, y, width, &until, dim);
    }
    let keys: &[(&str, &str)] = if rows.is_empty() {
        &[("Esc", "Close")]
    } else if usize::from(width) < NARROW {
        &[("y", "Copy"), ("x", "Remove"), ("Esc", "Close")]
    } else {
        &[("Enter", "Go there"), ("y", "Copy"), ("x", "Remove"), ("Esc", "Close")]
    };
    let keys = keys_line(keys, canvas);
    let pieces: Vec<_> = keys.iter().map(|(text, style)| (text.as_str(), *style)).collect();
    canvas.pieces(x, inner.bottom() - 1, width, &pieces);
}

/// Draws the versions of a file.
pub(super) fn draw_versions(state: &AppState, dialog: &VersionsDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let (plain, dim, strong) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong);
    let Some(list) = &dialog.list else {
        draw_lines("Versions", &[vec![("asking…".to_owned(), dim)]], area, canvas);
        return;
    };
    let width = text_width(area);
    let clock = &state.surroundings.clock;
    let fact = |time: i64, size: u64| format!("{}  {:>6}", clock.exact_date(time), figure::size(size));
    let mut lines: Vec<Line> = vec![
        vec![(text::cut_middle(&text::shown(&list.name), width), strong)],
        vec![("  ".to_owned(), plain), (fact(list.time, list.size), plain), ("   now".to_owned(), dim)],
    ];
    let count = u64::try_from(list.versions.len()).unwrap_or(u64::MAX);
    let keys: &[(&str, &str)] = match (count, dialog.is_deleting) {
        (0, _) => &[("Esc", "Close")],
        (_, true) => &[("D", "Delete it for good"), ("Esc", "Keep it")],
        (_, false) => {
            &[("v", "View"), ("c", "Copy"), ("r", "Make current"), ("D", "Delete"), ("Esc", "Close")]
        }
    };
    let keys = keys_lines(keys, width, canvas);
    let room = usize::from(area.height).saturating_sub(6 + keys.len()).max(1);
    let top = (dialog.cursor + 1).saturating_sub(room);
    for (index, version) in list.versions.iter().enumerate().skip(top).take(room) {
        let here = index == dialog.cursor;
        let (mark, style) = if here { ("▌ ", strong) } else { ("  ", plain) };
        lines.push(vec![(mark.to_owned(), strong), (fact(version.time, version.size), style)]);
    }
    let bytes = list.versions.iter().fold(0u64, |sum, version| sum.saturating_add(version.size));
    let sum = match count {
        0 => "no older ones".to_owned(),
        _ => format!("{} take {}", figure::count(count, "older one", "older ones"), figure::size(bytes)),
    };
    lines.extend([vec![(sum, dim)], Vec::new()]);
    lines.extend(keys);
    draw_lines("Versions", &lines, area, canvas);
}

/// Below so many columns there are fewer words.
const NARROW: usize = 50;
