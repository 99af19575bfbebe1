//! Draws the question about what earlier runs left: which copies, how much, where to, and the keys that answer. `dialog`
//! calls it; what a key then does is not decided here.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, draw_lines, keys_line, text_width};
use crate::message::Unfinished;
use crate::ui::dialog::unfinished::UnfinishedDialog;
use crate::ui::{figure, text};

/// Draws the dialog.
pub(super) fn draw(dialog: &UnfinishedDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area);
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    let UnfinishedDialog { copies, leftovers, .. } = dialog;
    let mut lines: Vec<Line> = Vec::new();
    if !copies.is_empty() {
        let count = u64::try_from(copies.len()).unwrap_or(u64::MAX);
        let words = figure::count(count, "copy was", "copies were");
        lines.push(vec![(format!("{words} not finished:"), plain)]);
        for copy in copies.iter().take(MOST_SHOWN) {
            lines.extend(copy_lines(copy, width, canvas));
        }
        if copies.len() > MOST_SHOWN {
            lines.push(vec![(format!("  and {} more", copies.len() - MOST_SHOWN), dim)]);
        }
        lines.push(Vec::new());
    }
    if leftovers.count > 0 {
        let words = figure::count(leftovers.count, "file", "files");
        let size = figure::size(leftovers.bytes);
        let sentence = format!(
            "Commands left parts of {words} ({size} done): the same command goes on with them, unless they go."
        );
        lines.extend(text::wrap(&sentence, width).into_iter().map(|line| vec![(line, plain)]));
        lines.push(Vec::new());
    }
    if copies.is_empty() {
        lines.push(keys_line(&[("x", "Remove the parts"), ("Esc", "Keep them")], canvas));
    } else {
        lines.push(keys_line(&[("Enter", "Go on"), ("p", "Go on paused")], canvas));
        lines.push(keys_line(&[("x", "Give up, parts go"), ("Esc", "Ask later")], canvas));
    }
    draw_lines("Unfinished", &lines, area, canvas);
}

/// Two lines: what and how much, and where to.
fn copy_lines(copy: &Unfinished, width: usize, canvas: &Canvas<'_>) -> [Line; 2] {
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    let sign = copy.direction.sign();
    let amount = copy.amount.map_or_else(String::new, |(files, bytes)| {
        format!("  {}, {}", figure::count(files, "file", "files"), figure::size(bytes))
    });
    let room = width.saturating_sub(text::width(&amount) + 2);
    let what = format!("{sign} {}", text::cut_middle(&copy.what, room));
    let target = text::cut_middle(&copy.target, width.saturating_sub(5));
    [vec![(what, plain), (amount, dim)], vec![("  to ".to_owned(), dim), (target, plain)]]
}

/// Copies that are named.
const MOST_SHOWN: usize = 4;
