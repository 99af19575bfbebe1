//! Draws the dialogs that are lists: accounts, palette, help.
//! Called by `view::dialog`. Each keeps the chosen row in sight; none of them knows what choosing does.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::centred;
use crate::ui::dialog::accounts::{AccountChooser, Choice};
use crate::ui::dialog::help::{Help, HelpLine, help_columns, help_lines, help_width};
use crate::ui::dialog::palette::Palette;
use crate::ui::keymap::Keymap;
use crate::ui::state::AppState;
use crate::ui::{text, wording};

/// Draws the account chooser.
pub(super) fn draw_accounts(state: &AppState, chooser: &AccountChooser, area: Rect, canvas: &mut Canvas<'_>) {
    let choices = chooser.choices();
    let title = if chooser.pane == 0 { "Left pane" } else { "Right pane" };
    let inner = canvas.boxed(centred(area, 54, choices.len() + 2), title);
    let room = usize::from(inner.height.saturating_sub(2)).max(1);
    let top = scrolled(chooser.cursor, room);
    for (index, choice) in choices.iter().enumerate().skip(top).take(room) {
        let y = inner.y + u16::try_from(index - top).unwrap_or(0);
        let (name, about) = match choice {
            Choice::Disk => ("this computer".to_owned(), "your home folder".to_owned()),
            Choice::Account(row) => {
                let doing = state.accounts.states.get(&row.name);
                let doing = doing.map(|doing| wording::account(doing, state.terms()));
                let about = doing.filter(|doing| !doing.is_empty()).unwrap_or_else(|| row.email.clone());
                (format!("{}:", row.name), about)
            }
            Choice::New => ("log in to another account".to_owned(), String::new()),
        };
        list_line(canvas, inner, y, index == chooser.cursor, (&name, &about));
    }
    if inner.height > 1 {
        let y = inner.bottom() - 1;
        let keys = [("Enter", "Show"), ("a", "Add"), ("L", "Log out"), ("Esc", "Close")];
        super::bottom::hints(&keys, Rect::new(inner.x, y, inner.width, 1), canvas);
    }
}

fn list_line(canvas: &mut Canvas<'_>, inner: Rect, y: u16, here: bool, (name, about): (&str, &str)) {
    if y >= inner.bottom() {
        return;
    }
    if here {
        canvas.text(inner.x, y, 1, "▌", canvas.theme.accent);
    }
    let style = if here { canvas.theme.strong } else { canvas.theme.plain };
    let used = canvas.cut(inner.x + 1, y, inner.width.saturating_sub(2), name, style) + 2;
    let room = inner.width.saturating_sub(used + 2);
    canvas.right(inner.x + 1 + used, y, room, about, canvas.theme.dim);
}

/// Draws the palette.
pub(super) fn draw_palette(state: &AppState, palette: &Palette, area: Rect, canvas: &mut Canvas<'_>) {
    let rows = palette.narrowed(&state.offered());
    let height = usize::from(area.height).saturating_sub(4).clamp(1, 16);
    let inner = canvas.boxed(centred(area, 72, height), "Menu");
    if inner.height == 0 {
        return;
    }
    canvas.text(inner.x + 1, inner.y, 1, ":", canvas.theme.strong);
    canvas.field(inner.x + 3, inner.y, inner.width.saturating_sub(4), &palette.field, true);
    let room = usize::from(inner.height).saturating_sub(1);
    let top = scrolled(palette.cursor, room.max(1));
    for (index, row) in rows.iter().enumerate().skip(top).take(room) {
        let y = inner.y + 1 + u16::try_from(index - top).unwrap_or(0);
        let here = index == palette.cursor;
        if here {
            canvas.text(inner.x, y, 1, "▌", canvas.theme.accent);
        }
        let style = if here { canvas.theme.strong } else { canvas.theme.plain };
        let keys = state.keys.map.written(row);
        let keys_width = u16::try_from(text::width(&keys)).unwrap_or(inner.width);
        let room = inner.width.saturating_sub(keys_width + 4);
        if inner.width < 60 {
            canvas.cut(inner.x + 1, y, room, row.name, style);
        } else {
            canvas.cut(inner.x + 1, y, room.min(NAME), row.name, style);
            canvas.cut(inner.x + 2 + NAME, y, room.saturating_sub(NAME), row.help, canvas.theme.dim);
        }
        canvas.right(inner.x + 1, y, inner.width.saturating_sub(2), &keys, canvas.theme.plain);
    }
    if rows.is_empty() && inner.height > 1 {
        canvas.text(inner.x + 1, inner.y + 1, inner.width, "no action is called like that", canvas.theme.dim);
    }
}

/// Draws the help.
pub(super) fn draw_help(keymap: &Keymap, help: &Help, area: Rect, canvas: &mut Canvas<'_>) {
    let width = help_width(area.width);
    let place = Rect::new(area.x + (area.width - width) / 2, area.y, width, area.height);
    let inner = canvas.boxed(place, "Help");
    let lines = help_lines(keymap, help_columns(area.width));
    let room = usize::from(inner.height.saturating_sub(2)).max(1);
    let top = help.top.min(lines.len().saturating_sub(room));
    let keys_width = if inner.width >= 70 { 24 } else { 12 };
    for (line, y) in lines.iter().skip(top).zip(inner.top()..inner.bottom().saturating_sub(1)) {
        let (x, wide) = (inner.x + 1, inner.width.saturating_sub(2));
        match line {
            HelpLine::Heading(heading) => {
                canvas.cut(x, y, wide, heading, canvas.theme.accent);
            }
            HelpLine::Keys(keys, row) => {
                canvas.cut(x + 1, y, keys_width, keys, canvas.theme.strong);
                let room = wide.saturating_sub(2 + keys_width);
                let what = if text::width(row.help) <= room.into() { row.help } else { row.name };
                canvas.cut(x + 2 + keys_width, y, room, what, canvas.theme.plain);
            }
            HelpLine::Remark(remark) => {
                canvas.cut(x, y, wide, remark, canvas.theme.dim);
            }
            HelpLine::Blank => {}
        }
    }
    if inner.height > 0 {
        let left = lines.len().saturating_sub(top + room);
        let more = if left > 0 {
            format!("{left} more lines · j k scroll · Esc closes")
        } else {
            "Esc closes".to_owned()
        };
        canvas.right(inner.x, inner.bottom() - 1, inner.width.saturating_sub(1), &more, canvas.theme.dim);
    }
}

/// Returns the first row shown so that the chosen one is in sight.
const fn scrolled(cursor: usize, room: usize) -> usize {
    (cursor + 1).saturating_sub(room)
}

/// Columns of a name in the palette.
const NAME: u16 = 20;
