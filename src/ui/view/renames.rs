//! Draws many renames before they are made, over the whole screen: what is called what now and then, or which lines of the
//! file are at fault. Called by `view::dialog`.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{draw_lines, keys_line};
use crate::message::RenamePlan;
use crate::ui::dialog::renames::RenamesDialog;
use crate::ui::layout::page_rows;
use crate::ui::{figure, text};

/// Draws it.
pub(super) fn draw(dialog: &RenamesDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(plan) = &dialog.plan else {
        let doing =
            if dialog.sheet.is_some() { "the names are in your editor" } else { "writing the names…" };
        let lines = vec![
            vec![(doing.to_owned(), canvas.theme.plain)],
            Vec::new(),
            keys_line(&[("Esc", "Back")], canvas),
        ];
        draw_lines(TITLE, &lines, area, canvas);
        return;
    };
    let inner = canvas.boxed(area, TITLE);
    if inner.height < 2 || inner.width < 8 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let height = page_rows(area.height);
    let (strong, dim) = (canvas.theme.strong, canvas.theme.dim);
    canvas.text(x, inner.y, width, &text::cut_middle(&headline(plan), width.into()), strong);
    if plan.faults.is_empty() {
        draw_rows(
            dialog,
            plan,
            (Rect { x, y: inner.y + 1, width, height: inner.height - 1 }, height),
            canvas,
        );
    } else {
        for (fault, y) in plan.faults.iter().skip(dialog.top).take(height).zip(inner.y + 2..) {
            canvas.cut(x, y, width, fault, canvas.theme.alarm);
        }
    }
    let keys: &[(&str, &str)] = if dialog.is_ready() {
        &[("Enter", "Rename"), ("e", "Edit again"), ("Esc", "Back")]
    } else {
        &[("e", "Edit again"), ("Esc", "Back")]
    };
    let keys = keys_line(keys, canvas);
    let pieces: Vec<_> = keys.iter().map(|(text, style)| (text.as_str(), *style)).collect();
    let y = inner.bottom() - 1;
    let used = canvas.pieces(x, y, width, &pieces);
    let count = plan.rows.len().max(plan.faults.len());
    let left = count.saturating_sub(dialog.top + height);
    if left > 0 {
        canvas.right(
            x + used,
            y,
            width.saturating_sub(used),
            &format!("{} more", figure::grouped(left as u64)),
            dim,
        );
    }
}

fn headline(plan: &RenamePlan) -> String {
    if !plan.faults.is_empty() {
        let lines = figure::count(plan.faults.len() as u64, "line is", "lines are");
        return format!("Nothing is renamed yet: {lines} at fault");
    }
    let all = plan.rows.len() as u64 + plan.unchanged_count;
    let entries = figure::count(all, "entry gets", "entries get");
    format!("{} of {entries} another name in {}", figure::grouped(plan.rows.len() as u64), plan.place)
}

/// Old and new names in two columns of the same width.
fn draw_rows(
    dialog: &RenamesDialog,
    plan: &RenamePlan,
    (area, height): (Rect, usize),
    canvas: &mut Canvas<'_>,
) {
    let (dim, bright) = (canvas.theme.dim, canvas.theme.plain);
    let half = area.width.saturating_sub(4) / 2;
    canvas.cut(area.x, area.y, half, "now", dim);
    canvas.cut(area.x + half + 4, area.y, half, "then", dim);
    for (row, y) in plan.rows.iter().skip(dialog.top).take(height).zip(area.y + 1..) {
        canvas.text(area.x, y, half, &text::cut_middle(&row.from, half.into()), dim);
        canvas.text(area.x + half + 1, y, 2, "→", dim);
        canvas.text(area.x + half + 4, y, half, &text::cut_middle(&row.to, half.into()), bright);
    }
}

/// The border's title.
const TITLE: &str = "Rename";
