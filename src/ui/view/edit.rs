//! Draws what stands over the panes while a file is fetched for a program, and the question where an edited file is another
//! in the cloud. Called by `view::dialog`.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, draw_lines, keys_line, text_width};
use crate::ui::dialog::edit::{EditConflict, Fetching};
use crate::ui::{figure, text};

/// Draws how far a file is.
pub(super) fn draw_fetching(fetching: &Fetching, area: Rect, canvas: &mut Canvas<'_>) {
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    let name = text::cut_middle(&fetching.name, text_width(area));
    let Fetching { done, size, .. } = fetching;
    let amount = format!("{} of {}", figure::size(*done), figure::size(*size));
    let percent = figure::percent(*done, *size);
    let lines: Vec<Line> = vec![
        vec![(name, plain)],
        vec![(format!("{amount:>12}  {percent:>3} %  the whole of it is checked"), dim)],
        Vec::new(),
        keys_line(&[("Esc", "Stop")], canvas),
    ];
    draw_lines("Fetching", &lines, area, canvas);
}

/// Draws the question.
pub(super) fn draw_conflict(conflict: &EditConflict, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area);
    let plain = canvas.theme.plain;
    let sentence = if conflict.is_there {
        "While you edited it, it was replaced in the cloud by another content."
    } else {
        "While you edited it, it was moved, renamed or deleted in the cloud."
    };
    let mut lines: Vec<Line> = vec![vec![(text::cut_middle(&conflict.name, width), canvas.theme.strong)]];
    lines.extend(text::wrap(sentence, width).into_iter().map(|line| vec![(line, plain)]));
    lines.push(Vec::new());
    let as_version = if conflict.is_there { "Yours as a new version of it" } else { "Put yours there again" };
    lines.push(keys_line(&[("v", as_version)], canvas));
    if conflict.is_there {
        lines.push(keys_line(&[("k", "Keep both: yours under a free name")], canvas));
    }
    lines.push(keys_line(&[("d", "Discard yours")], canvas));
    lines.push(keys_line(&[("Esc", "Decide later: your copy stays on this disk")], canvas));
    draw_lines("Edited, and changed there", &lines, area, canvas);
}
