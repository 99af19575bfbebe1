//! Draws who sees an entry, the page of all links, and the versions of a file. Called by `view::dialog`.
//! It reads the dialogs' state and changes none of it.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, draw_lines, keys_line, keys_lines, text_width};
use crate::config::age::parse_end;
use crate::message::{Person, PublicLink, ShareAccess, SharedSubject};
use crate::ui::dialog::links::LinksPage;
use crate::ui::dialog::sharing::{NewPerson, Protection, SharingDialog, Typed};
use crate::ui::dialog::versions::VersionsDialog;
use crate::ui::figure::{self, Clock};
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws who sees an entry. Where there is little room blank lines go first, then people who are far from the cursor.
pub(super) fn draw(state: &AppState, dialog: &SharingDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let dim = canvas.theme.dim;
    let Some(subject) = &dialog.subject else {
        draw_lines("Sharing", &[vec![(awaited(dialog.is_gone).to_owned(), dim)]], area, canvas);
        return;
    };
    let width = text_width(area);
    let name = text::cut_middle(&text::shown(&subject.name), width);
    let mut link = link_lines(&state.surroundings.clock, dialog, subject, area, canvas);
    link.extend(typed_lines(&state.surroundings.clock, dialog, width, canvas));
    let mut parts = vec![vec![vec![(name, canvas.theme.strong)]], link];
    let keys = keys_lines(&keys(dialog, subject), width, canvas);
    if subject.is_folder && !matches!(subject.link, PublicLink::Foreign(_)) {
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

/// What is to say of the link, and the link itself.
fn link_lines(
    clock: &Clock,
    dialog: &SharingDialog,
    subject: &SharedSubject,
    area: Rect,
    canvas: &Canvas<'_>,
) -> Vec<Line> {
    let (plain, dim, width) = (canvas.theme.plain, canvas.theme.dim, text_width(area));
    let (link, expires) = match &subject.link {
        PublicLink::None => return vec![vec![("No public link.".to_owned(), dim)]],
        PublicLink::Hidden(problem) => {
            let sentences = format!("It has a public link, but {}. {}", problem.message, problem.hint);
            return text::wrap(&sentences, width).into_iter().map(|line| vec![(line, plain)]).collect();
        }
        PublicLink::Foreign(owner) => {
            let owner = text::shown(owner);
            let sentence = format!("It belongs to {owner}, who alone can share it or make a link to it.");
            return text::wrap(&sentence, width).into_iter().map(|line| vec![(line, plain)]).collect();
        }
        PublicLink::Known { link, expires } => (link, *expires),
    };
    let link = match &dialog.protection {
        Protection::None => link,
        Protection::Asked => return vec![vec![("putting the password on it…".to_owned(), dim)]],
        Protection::Link(link) => link,
    };
    let is_protected = matches!(dialog.protection, Protection::Link(_));
    let sentence = said_of_link(clock, is_protected, expires);
    let mut lines: Vec<Line> =
        text::wrap(&sentence, width).into_iter().map(|line| vec![(line, dim)]).collect();
    // Cut where the line ends, not at blanks: it has none.
    let letters: Vec<char> = link.expose().chars().collect();
    let most = usize::from(area.height) / 4;
    if letters.len() > width * most {
        lines.push(vec![(text::cut_middle(link.expose(), width), plain)]);
    } else {
        lines.extend(letters.chunks(width.max(1)).map(|piece| vec![(piece.iter().collect(), plain)]));
    }
    lines
}

fn said_of_link(clock: &Clock, is_protected: bool, expires: Option<i64>) -> String {
    let whoever = if is_protected { "this link and its password" } else { "this link" };
    match expires {
        None => format!("Whoever has {whoever} can read it:"),
        Some(end) if end <= clock.now.as_second() => {
            format!("This link ended on {}, and opens nothing any more:", clock.spoken_date(end))
        }
        Some(end) => format!("Whoever has {whoever} can read it until {}:", clock.spoken_date(end)),
    }
}

/// What is typed about the link, and below it what that means.
fn typed_lines(clock: &Clock, dialog: &SharingDialog, width: usize, canvas: &Canvas<'_>) -> Vec<Line> {
    let (label, field, meaning) = match &dialog.typed {
        None | Some(Typed::Person(_)) => return Vec::new(),
        Some(Typed::End(field)) => {
            let meaning = match parse_end(field.text(), clock.now.as_second()) {
                Ok(Some(end)) => clock.spoken_date(end),
                Ok(None) => "never".to_owned(),
                Err(why) => why.to_owned(),
            };
            ("ends      ", field, meaning)
        }
        Some(Typed::Password(field)) => ("password  ", field, about_password(dialog).to_owned()),
    };
    let (dim, strong) = (canvas.theme.dim, canvas.theme.strong);
    let typed = if field.hidden {
        "•".repeat(field.text().chars().count())
    } else {
        text::shown(field.text()).into_owned()
    };
    let typed = text::cut_middle(&typed, width.saturating_sub(label.len() + 1));
    let below = text::wrap(&meaning, width.saturating_sub(label.len()));
    let mut lines: Vec<Line> = vec![vec![(label.to_owned(), dim), (typed, strong), ("_".to_owned(), dim)]];
    lines.extend(below.into_iter().map(|line| vec![(" ".repeat(label.len()), dim), (line, dim)]));
    lines
}

const fn about_password(dialog: &SharingDialog) -> &'static str {
    match dialog.protection {
        Protection::None | Protection::Asked => "It is kept nowhere. The link without it goes on to open.",
        Protection::Link(_) => "Empty shows the link without one again.",
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
    let new = match &dialog.typed {
        Some(Typed::Person(new)) => Some(new),
        Some(Typed::End(_) | Typed::Password(_)) | None => None,
    };
    let shown = room.saturating_sub(1 + usize::from(new.is_some())).max(1).min(count);
    let last = if new.is_some() { count } else { dialog.cursor + 1 };
    let top = last.max(shown) - shown;
    let said = match (count, count - shown) {
        (0, _) => "Shared with nobody.".to_owned(),
        (_, 0) => "Shared with:".to_owned(),
        (_, _) => format!("Shared with {count}, here {} to {}:", top + 1, top + shown),
    };
    let mut lines: Vec<Line> = vec![vec![(said, dim)]];
    for (index, person) in subject.people.iter().enumerate().skip(top).take(shown) {
        let is_here = index == dialog.cursor && new.is_none();
        lines.push(person_line(person, is_here, width, canvas));
    }
    if let Some(NewPerson { field, access }) = new {
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
    match (&dialog.typed, &subject.link) {
        (Some(Typed::Person(_)), _) => return vec![("Enter", "Share"), ("Tab", "Access"), ("Esc", "Back")],
        (Some(Typed::End(_)), PublicLink::None) => return vec![("Enter", "Make link"), ("Esc", "Back")],
        (Some(Typed::End(_)), PublicLink::Known { .. } | PublicLink::Hidden(_)) => {
            return vec![("Enter", "Set end"), ("Esc", "Back")];
        }
        (_, PublicLink::Foreign(_)) => return vec![("Esc", "Close")],
        (Some(Typed::Password(_)), _) => return vec![("Enter", "Show link"), ("Esc", "Back")],
        (None, _) => {}
    }
    let mut keys = match subject.link {
        PublicLink::None => vec![("l", "Make link"), ("e", "Make one that ends")],
        PublicLink::Known { .. } => {
            vec![("y", "Copy link"), ("e", "End"), ("p", "Password"), ("x", "Remove link")]
        }
        PublicLink::Hidden(_) => vec![("x", "Remove link")],
        PublicLink::Foreign(_) => Vec::new(),
    };
    if subject.is_folder {
        keys.push(("a", "Add somebody"));
        if !subject.people.is_empty() {
            keys.extend([("r", "Remove"), ("Tab", "Access")]);
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

/// Says why nothing is known of an entry.
const fn awaited(is_gone: bool) -> &'static str {
    if is_gone { "It is no longer there." } else { "asking…" }
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
    let used = canvas.cut(x, inner.y, width, &said, strong) + 2;
    let told = page.told.as_deref().unwrap_or_default();
    if text::width(told) + usize::from(used) <= usize::from(width) {
        canvas.right(x, inner.y, width, told, dim);
    }
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
    if state.notice.is_some() {
        let last = Rect::new(inner.x, inner.bottom() - 1, inner.width, 1);
        return super::bottom::notice_or_hints(state, &[], last, canvas);
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
        draw_lines("Versions", &[vec![(awaited(dialog.is_gone).to_owned(), dim)]], area, canvas);
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
        _ => {
            format!("{} {}", figure::count(count, "older one takes", "older ones take"), figure::size(bytes))
        }
    };
    lines.extend([vec![(sum, dim)], Vec::new()]);
    lines.extend(keys);
    draw_lines("Versions", &lines, area, canvas);
}

/// Below so many columns there are fewer words.
const NARROW: usize = 50;
