//! Draws a file that is looked into, over the whole screen: what it is and how far one is on the first line, the keys, what
//! is typed or what went wrong on the last. Called by `view::dialog`.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::message::{ContentProof, Problem};
use crate::ui::figure;
use crate::ui::layout::viewer_room;
use crate::ui::state::AppState;
use crate::ui::text;
use crate::ui::viewer::kind::Kind;
use crate::ui::viewer::search::Purpose;
use crate::ui::viewer::{Mode, PictureState, Viewer, hex, picture};

/// Draws it.
pub(super) fn draw(state: &AppState, viewer: &Viewer, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.blank(area);
    let room = viewer_room(area.width, area.height);
    draw_head(viewer, area, canvas);
    let page = Rect::new(area.x, area.y + 1, room.0, room.1);
    draw_page(state, viewer, page, canvas);
    if area.height > 1 {
        draw_foot(viewer, Rect::new(area.x, area.bottom() - 1, area.width, 1), canvas);
    }
}

fn draw_head(viewer: &Viewer, area: Rect, canvas: &mut Canvas<'_>) {
    let facts = facts(viewer, viewer_room(area.width, area.height));
    let width = area.width.saturating_sub(2);
    let columns = text::width(&facts);
    let room = usize::from(width).saturating_sub(columns + 2);
    let name = text::cut_middle(&viewer.name, room.max(8));
    let alarm = viewer.proof == Some(ContentProof::Damaged);
    canvas.text(area.x + 1, area.y, width, &name, canvas.theme.strong);
    let style = if alarm { canvas.theme.alarm } else { canvas.theme.dim };
    if columns + 10 <= width.into() {
        canvas.right(area.x + 1, area.y, width, &facts, style);
    }
}

/// Returns size, place and kind in words.
fn facts(viewer: &Viewer, room: crate::ui::viewer::Room) -> String {
    let mut facts = vec![figure::size(viewer.size)];
    let stored = match &viewer.picture {
        PictureState::Shown(_, picture) if viewer.is_picture() => Some(picture),
        PictureState::Shown(..) | PictureState::Asked(..) | PictureState::None => None,
    };
    if !viewer.is_picture() && viewer.size > 0 {
        facts.push(format!("{:>3} %", viewer.percent(room)));
    }
    facts.push(match (viewer.mode, viewer.kind, stored) {
        (_, None, _) if viewer.problem.is_some() => "not read".to_owned(),
        (_, None, _) => "reading…".to_owned(),
        (Mode::Hex, Some(_), _) | (Mode::Natural, Some(Kind::Binary), _) => {
            format!("hex {:08x}", viewer.top)
        }
        (Mode::Natural, Some(Kind::Text(encoding)), _) => {
            let wrap = if viewer.wraps { "" } else { ", cut" };
            format!("text {}{wrap}", encoding.name())
        }
        (Mode::Natural, Some(Kind::Picture), Some(picture)) => {
            format!("{} {}×{}", picture.format, picture.stored.0, picture.stored.1)
        }
        (Mode::Natural, Some(Kind::Picture), None) => "picture".to_owned(),
    });
    facts.extend(viewer.proof.and_then(proof_words).map(str::to_owned));
    facts.join(" · ")
}

const fn proof_words(proof: ContentProof) -> Option<&'static str> {
    match proof {
        ContentProof::Local => None,
        ContentProof::NotYet => Some("not checked yet"),
        ContentProof::Proven => Some("checked"),
        ContentProof::Damaged => Some("DAMAGED"),
    }
}

/// Draws the content.
pub(super) fn draw_page(state: &AppState, viewer: &Viewer, page: Rect, canvas: &mut Canvas<'_>) {
    if viewer.kind.is_some() && viewer.size == 0 {
        canvas.text(page.x + 1, page.y, page.width, "This file is empty.", canvas.theme.dim);
    } else if viewer.is_text() {
        draw_text(viewer, page, canvas);
    } else if viewer.is_picture() {
        draw_picture(state, viewer, page, canvas);
    } else if viewer.kind.is_some() {
        draw_hex(viewer, page, canvas);
    }
}

fn draw_text(viewer: &Viewer, page: Rect, canvas: &mut Canvas<'_>) {
    let rows = viewer.rows((page.width, page.height));
    for (row, y) in rows.iter().zip(page.top()..page.bottom()) {
        let mut x = page.x;
        for (text, is_hit) in &row.pieces {
            let style = if *is_hit { canvas.theme.found } else { canvas.theme.plain };
            x += canvas.text(x, y, page.right() - x, text, style);
        }
    }
}

fn draw_hex(viewer: &Viewer, page: Rect, canvas: &mut Canvas<'_>) {
    let rows = hex::rows(viewer.bytes(), viewer.top, page.width, page.height.into(), viewer.search.hit());
    let characters = page.x + 8 + hex::digit_columns(hex::per_row(page.width)) + 2;
    for (row, y) in rows.iter().zip(page.top()..page.bottom()) {
        let mut x = page.x + canvas.text(page.x, y, page.width, &row.offset, canvas.theme.dim);
        let mut at = characters;
        for (digits, character, is_hit) in &row.cells {
            let style = if *is_hit { canvas.theme.found } else { canvas.theme.plain };
            x += canvas.text(x, y, page.right().saturating_sub(x), digits, style);
            let mut shown = [0; 4];
            at +=
                canvas.text(at, y, page.right().saturating_sub(at), character.encode_utf8(&mut shown), style);
        }
    }
}

fn draw_picture(state: &AppState, viewer: &Viewer, page: Rect, canvas: &mut Canvas<'_>) {
    let PictureState::Shown(_, picture) = &viewer.picture else {
        canvas.text(page.x + 1, page.y, page.width, "decoding…", canvas.theme.dim);
        return;
    };
    let cells = picture::cells(picture, state.surroundings.depth, canvas.theme.is_ascii());
    let width = u16::try_from(picture.width).unwrap_or(page.width).min(page.width);
    let height = u16::try_from(cells.len()).unwrap_or(page.height).min(page.height);
    let (left, top) = (page.x + (page.width - width) / 2, page.y + (page.height - height) / 2);
    for (row, y) in cells.iter().zip(top..page.bottom()) {
        for (cell, x) in row.iter().zip(left..page.right()) {
            canvas.text(x, y, 1, cell.symbol, cell.style);
        }
    }
}

fn draw_foot(viewer: &Viewer, area: Rect, canvas: &mut Canvas<'_>) {
    let (x, width) = (area.x + 1, area.width.saturating_sub(2));
    let plain = canvas.theme.plain;
    if let Some(prompt) = &viewer.prompt {
        let label = match prompt.purpose {
            Purpose::Search if viewer.is_text() => "search: ",
            Purpose::Search => "search for a text, or bytes like de ad: ",
            Purpose::Jump => "go to 50%, or to a byte like 0x1f00: ",
        };
        let used = canvas.text(x, area.y, width, label, canvas.theme.strong);
        canvas.field(x + used, area.y, width - used, &prompt.field, true);
    } else if let Some((done, size)) = viewer.search.running() {
        let text = format!("searching, {} of {}, Esc stops", figure::size(done), figure::size(size));
        canvas.cut(x, area.y, width, &text, plain);
    } else if let Some(problem) = &viewer.problem {
        draw_problem(problem, area, canvas);
    } else if viewer.search.missed {
        canvas.cut(x, area.y, width, "not found · q Close", plain);
    } else {
        let hex = match (viewer.mode, viewer.kind) {
            (Mode::Hex, Some(Kind::Picture)) => "Picture",
            (Mode::Hex, _) | (Mode::Natural, Some(Kind::Binary)) => "Text",
            (Mode::Natural, _) => "Hex",
        };
        let wrap = if viewer.wraps { "Cut lines" } else { "Wrap lines" };
        let mut keys =
            vec![("h", hex), ("/", "Search"), ("n N", "Next"), ("w", wrap), ("%", "Go to"), ("q", "Close")];
        if !viewer.is_text() {
            keys.retain(|(key, _)| *key != "w");
        }
        super::bottom::hints(&keys, area, canvas);
    }
}

/// Draws what went wrong; where its hint has no room behind the sentence, the sentence moves up one line.
fn draw_problem(problem: &Problem, area: Rect, canvas: &mut Canvas<'_>) {
    let (x, width) = (area.x + 1, area.width.saturating_sub(2));
    let (alarm, plain) = (canvas.theme.alarm, canvas.theme.plain);
    let together = text::width(&text::shown(&problem.message)) + 2 + text::width(&text::shown(&problem.hint));
    let is_long = !problem.hint.is_empty() && together > usize::from(width);
    if is_long && area.y > 1 {
        canvas.blank(Rect::new(area.x, area.y - 1, area.width, 1));
        canvas.cut(x, area.y - 1, width, &problem.message, alarm);
        canvas.cut(x, area.y, width, &problem.hint, plain);
    } else {
        let used = canvas.cut(x, area.y, width, &problem.message, alarm) + 2;
        canvas.cut(x + used, area.y, width.saturating_sub(used), &problem.hint, plain);
    }
}
