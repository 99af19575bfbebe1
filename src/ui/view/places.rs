//! Draws the dialogs that lead to a folder: the typed path with what it may become, the bookmarks, a new bookmark.
//! Called by `view::dialog`. Each keeps the chosen row in sight; none of them knows what choosing does.

use ratatui::layout::Rect;

use super::bottom;
use super::canvas::Canvas;
use super::dialog::{centred, draw_lines, keys_line, text_width};
use crate::ui::action::{Action, Place};
use crate::ui::dialog::bookmarks::{BookmarkList, Kept, NewBookmark};
use crate::ui::dialog::path::PathDialog;
use crate::ui::state::AppState;
use crate::ui::{figure, text};

/// Draws a path that is being typed.
pub(super) fn draw_path(dialog: &PathDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(centred(area, WIDTH, list_height(area)), "Go to");
    if inner.height == 0 || inner.width < 8 {
        return;
    }
    canvas.field(inner.x + 1, inner.y, inner.width - 2, &dialog.field, dialog.chosen.is_none());
    let offers = &dialog.offers;
    let room = usize::from(inner.height).saturating_sub(3);
    let top = scrolled(dialog.chosen.unwrap_or(0), room);
    let rows = offers.offers.iter().enumerate().skip(top).take(room);
    for ((index, offer), y) in rows.zip(inner.y + 2..) {
        let here = dialog.chosen == Some(index);
        let line = Rect::new(inner.x, y, inner.width, 1);
        row(line, here, (&offer.name, &offer.remark), canvas);
    }
    if room > 0 && offers.offers.is_empty() && !offers.remark.is_empty() {
        canvas.cut(inner.x + 1, inner.y + 2, inner.width - 2, &offers.remark, canvas.theme.dim);
    }
    if inner.height < 2 {
        return;
    }
    let keys = Rect::new(inner.x, inner.bottom() - 1, inner.width, 1);
    let shown = (offers.offers.len() - top.min(offers.offers.len())).min(room) as u64;
    let more = offers.count.saturating_sub(shown);
    if more > 0 {
        let more = format!("{} more", figure::grouped(more));
        canvas.right(keys.x, keys.y, keys.width - 1, &more, canvas.theme.dim);
    }
    bottom::hints(
        &[("Enter", "Go"), ("Tab", "Complete"), ("Up Down", "Choose"), ("Esc", "Back")],
        keys,
        canvas,
    );
}

/// Draws the bookmarks.
pub(super) fn draw_bookmarks(state: &AppState, list: &BookmarkList, area: Rect, canvas: &mut Canvas<'_>) {
    let inner =
        canvas.boxed(centred(area, WIDTH, list_height(area).min(list.count().max(3) + 4)), "Bookmarks");
    if inner.height == 0 || inner.width < 8 {
        return;
    }
    canvas.text(inner.x + 1, inner.y, 1, "'", canvas.theme.strong);
    canvas.field(inner.x + 3, inner.y, inner.width - 4, &list.field, true);
    let rows = list.narrowed();
    let room = usize::from(inner.height).saturating_sub(3);
    let top = scrolled(list.cursor, room);
    for ((index, kept), y) in rows.iter().enumerate().skip(top).take(room).zip(inner.y + 2..) {
        bookmark(Rect::new(inner.x, y, inner.width, 1), index == list.cursor, kept, canvas);
    }
    if rows.is_empty() && room > 0 {
        let add = state.hint(Action::Place(Place::NewBookmark));
        let keeps = format!("none yet · {add} keeps the folder of a pane");
        let words = match (list.is_known(), list.field.text().is_empty()) {
            (false, _) => "reading the bookmarks…",
            (true, true) => &keeps,
            (true, false) => "no bookmark is called like that",
        };
        canvas.cut(inner.x + 1, inner.y + 2, inner.width - 2, words, canvas.theme.dim);
    }
    if inner.height > 1 {
        let keys = Rect::new(inner.x, inner.bottom() - 1, inner.width, 1);
        let is_removed = rows.get(list.cursor).is_some_and(|kept| kept.is_removed);
        let removes = if is_removed { "Keep again" } else { "Remove" };
        bottom::hints(
            &[("Enter", "Go"), ("letter", "Go there"), ("Del", removes), ("Esc", "Back")],
            keys,
            canvas,
        );
    }
}

fn bookmark(line: Rect, here: bool, kept: &Kept, canvas: &mut Canvas<'_>) {
    let Kept { bookmark, is_removed } = kept;
    let letter = bookmark.letter.map(String::from).unwrap_or_default();
    canvas.text(line.x + 2, line.y, 1, &letter, canvas.theme.accent);
    let rest = Rect::new(line.x + 3, line.y, line.width.saturating_sub(3), 1);
    if here {
        canvas.text(line.x, line.y, 1, "▌", canvas.theme.accent);
    }
    let room = usize::from(rest.width);
    let about = if *is_removed { "removed · Del keeps it again".to_owned() } else { bookmark.path.clone() };
    let name_room = (room / 2).max(room.saturating_sub(text::width(&text::shown(&about)) + 4));
    let style = match (*is_removed, here) {
        (true, _) => canvas.theme.dim,
        (false, true) => canvas.theme.strong,
        (false, false) => canvas.theme.plain,
    };
    let name = text::cut_middle(&bookmark.name, name_room.saturating_sub(2));
    let used = canvas.text(rest.x + 2, rest.y, rest.width.saturating_sub(3), &name, style) + 4;
    let about = text::cut_breadcrumb(&about, room.saturating_sub(usize::from(used) + 1));
    canvas.right(rest.x, rest.y, rest.width.saturating_sub(1), &about, canvas.theme.dim);
}

/// Draws the question for a name and a letter.
pub(super) fn draw_new_bookmark(new: &NewBookmark, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area);
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    let keys = keys_line(&[("Enter", "Keep"), ("Tab", "Next line"), ("Esc", "Back")], canvas);
    let lines = vec![
        vec![(text::cut_breadcrumb(&new.path, width), dim)],
        vec![("name:   ".to_owned(), plain)],
        vec![("letter: ".to_owned(), plain), ("  may be left out".to_owned(), dim)],
        Vec::new(),
        keys,
    ];
    let inner = draw_lines("Keep this folder", &lines, area, canvas);
    if inner.height >= 5 && inner.width > 12 {
        canvas.field(inner.x + 9, inner.y + 1, inner.width - 10, &new.name, !new.in_letter);
        canvas.field(inner.x + 9, inner.y + 2, 2, &new.letter, new.in_letter);
    }
}

fn row(line: Rect, here: bool, (name, about): (&str, &str), canvas: &mut Canvas<'_>) {
    if here {
        canvas.text(line.x, line.y, 1, "▌", canvas.theme.accent);
    }
    let style = if here { canvas.theme.strong } else { canvas.theme.plain };
    let about_width = text::width(&text::shown(about));
    let room = usize::from(line.width).saturating_sub(about_width + 4);
    let name = text::cut_middle(name, room);
    canvas.text(line.x + 1, line.y, line.width - 1, &name, style);
    canvas.right(line.x, line.y, line.width.saturating_sub(1), about, canvas.theme.dim);
}

/// Returns the lines inside a list: what a small screen has, and no more than can be taken in at once.
fn list_height(area: Rect) -> usize {
    usize::from(area.height).saturating_sub(4).clamp(1, 16)
}

/// Returns the first row shown so that the chosen one is in sight.
const fn scrolled(cursor: usize, room: usize) -> usize {
    (cursor + 1).saturating_sub(room)
}

/// Columns of these dialogs.
const WIDTH: u16 = 72;
