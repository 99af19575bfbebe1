//! Draws who sees an entry, the page of all links, and the versions of a file. Called by `view::dialog`.
//! It reads the dialogs' state and changes none of it.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, draw_lines, keys_line, text_width};
use crate::message::{PublicLink, ShareAccess, SharedSubject};
use crate::ui::dialog::links::LinksPage;
use crate::ui::dialog::sharing::{NewPerson, SharingDialog};
use crate::ui::dialog::versions::VersionsDialog;
use crate::ui::figure;
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws who sees an entry.
pub(super) fn draw(dialog: &SharingDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let dim = canvas.theme.dim;
    let Some(subject) = &dialog.subject else {
        draw_lines("Sharing", &[vec![("asking…".to_owned(), dim)]], area, canvas);
        return;
    };
    let width = text_width(area);
    let name = text::cut_middle(&text::shown(&subject.name), width);
    let mut lines: Vec<Line> = vec![vec![(name, canvas.theme.strong)], Vec::new()];
    lines.extend(link_lines(subject, width, canvas));
    if subject.is_folder {
        lines.push(Vec::new());
        lines.extend(people_lines(dialog, subject, width, canvas));
    }
    lines.push(Vec::new());
    lines.extend(key_lines(dialog, subject, canvas));
    draw_lines("Sharing", &lines, area, canvas);
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

fn people_lines(
    dialog: &SharingDialog,
    subject: &SharedSubject,
    width: usize,
    canvas: &Canvas<'_>,
) -> Vec<Line> {
    let (plain, dim, strong) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong);
    let said = if subject.people.is_empty() { "Shared with nobody." } else { "Shared with:" };
    let mut lines: Vec<Line> = vec![vec![(said.to_owned(), dim)]];
    for (index, person) in subject.people.iter().enumerate() {
        let here = index == dialog.cursor && dialog.new.is_none();
        let mark = if here { "▌ " } else { "  " };
        let invited = if person.is_invited { ", not accepted yet" } else { "" };
        let may = format!("{}{invited}", may(person.access));
        let room = width.saturating_sub(4 + text::width(&may));
        let who = text::cut_middle(&text::shown(&person.who), room);
        let gap = " ".repeat(room.saturating_sub(text::width(&who)) + 2);
        let style = if here { strong } else { plain };
        lines.push(vec![(mark.to_owned(), strong), (who, style), (gap, plain), (may, dim)]);
    }
    if let Some(NewPerson { field, access }) = &dialog.new {
        let typed = text::cut_middle(&text::shown(field.text()), width.saturating_sub(24));
        let access = format!("   {}", may(*access));
        lines.push(vec![("e-mail  ".to_owned(), dim), (typed, strong), ("_".to_owned(), dim), (access, dim)]);
    }
    lines
}

fn key_lines(dialog: &SharingDialog, subject: &SharedSubject, canvas: &Canvas<'_>) -> Vec<Line> {
    if dialog.new.is_some() {
        return vec![keys_line(&[("Enter", "Share"), ("Tab", "What they may do"), ("Esc", "Back")], canvas)];
    }
    let mut first = match subject.link {
        PublicLink::None => vec![("l", "Make link")],
        PublicLink::Known(_) => vec![("y", "Copy link"), ("x", "Remove link")],
        PublicLink::Hidden(_) => vec![("x", "Remove link")],
    };
    if !subject.is_folder {
        first.push(("Esc", "Close"));
        return vec![keys_line(&first, canvas)];
    }
    first.push(("a", "Add somebody"));
    let mut second = Vec::new();
    if !subject.people.is_empty() {
        second.extend([("Tab", "What they may do"), ("r", "Remove")]);
    }
    second.push(("Esc", "Close"));
    vec![keys_line(&first, canvas), keys_line(&second, canvas)]
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
            format!("{} of {}: whoever has one can read", figure::count(count, "link", "links"), page.account)
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
    let room = usize::from(area.height).saturating_sub(8).max(1);
    let top = (dialog.cursor + 1).saturating_sub(room);
    for (index, version) in list.versions.iter().enumerate().skip(top).take(room) {
        let here = index == dialog.cursor;
        let (mark, style) = if here { ("▌ ", strong) } else { ("  ", plain) };
        lines.push(vec![(mark.to_owned(), strong), (fact(version.time, version.size), style)]);
    }
    let bytes = list.versions.iter().fold(0u64, |sum, version| sum.saturating_add(version.size));
    let count = u64::try_from(list.versions.len()).unwrap_or(u64::MAX);
    let sum = match count {
        0 => "no older ones".to_owned(),
        _ => format!("{} take {}", figure::count(count, "older one", "older ones"), figure::size(bytes)),
    };
    lines.extend([vec![(sum, dim)], Vec::new()]);
    let keys: &[(&str, &str)] = match (count, dialog.is_deleting) {
        (0, _) => &[("Esc", "Close")],
        (_, true) => &[("D", "Delete it for good"), ("Esc", "Keep it")],
        (_, false) => &[("r", "Make current"), ("D", "Delete"), ("Esc", "Close")],
    };
    lines.push(keys_line(keys, canvas));
    draw_lines("Versions", &lines, area, canvas);
}
