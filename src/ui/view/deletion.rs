//! Draws the question before something goes for good: what, how many, how much, from where, and that nothing brings it
//! back. Called by `view::dialog`.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, draw_lines, keys_line, text_width};
use crate::ui::dialog::deletion::{DeletionDialog, Side, WORD};
use crate::ui::{figure, text};

/// Draws it.
pub(super) fn draw(dialog: &DeletionDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area);
    let (plain, dim, alarm) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.alarm);
    let summary = &dialog.summary;
    let mut lines: Vec<Line> = Vec::new();
    for (label, value) in [("delete  ", &dialog.chosen), ("from    ", &summary.place)] {
        let value = text::cut_middle(value, width.saturating_sub(label.len()));
        lines.push(vec![(label.to_owned(), dim), (value, plain)]);
    }
    lines.push(Vec::new());
    if let Some(problem) = &summary.problem {
        for sentence in [&problem.message, &problem.hint].into_iter().filter(|text| !text.is_empty()) {
            lines.extend(text::wrap(sentence, width).into_iter().map(|line| vec![(line, alarm)]));
        }
    } else {
        let [first, rest @ ..] = &sentences(dialog)[..] else { return };
        lines.extend(text::wrap(first, width).into_iter().map(|line| vec![(line, plain)]));
        for sentence in rest {
            lines.extend(text::wrap(sentence, width).into_iter().map(|line| vec![(line, alarm)]));
        }
    }
    lines.push(Vec::new());
    if dialog.is_void() {
        lines.push(keys_line(&[("Esc", "Close")], canvas));
        draw_lines(TITLE, &lines, area, canvas);
        return;
    }
    if let Some(remark) = &dialog.remark {
        lines.push(vec![(text::cut_end(remark, width), alarm)]);
    } else {
        lines.push(vec![(format!("To go on, type {WORD} or {}:", summary.item_count()), plain)]);
    }
    // The field is drawn over this line; it and the keys are the last to go on a small screen.
    lines.push(Vec::new());
    lines.push(keys_line(&[("Enter", "Delete for good"), ("Esc", "Back")], canvas));
    let inner = draw_lines(TITLE, &lines, area, canvas);
    if inner.height >= 2 && inner.width > 4 {
        canvas.field(inner.x + 1, inner.bottom() - 2, inner.width - 2, &dialog.field, true);
    }
}

/// What will happen, and then, in the colour of alarm, what that means.
fn sentences(dialog: &DeletionDialog) -> Vec<String> {
    let summary = &dialog.summary;
    if !summary.complete {
        return vec!["counting what would go…".to_owned()];
    }
    if summary.item_count() == 0 {
        return vec!["There is nothing to delete.".to_owned()];
    }
    let files = figure::count(summary.file_count, "file", "files");
    let folders = figure::count(summary.folder_count, "folder", "folders");
    let what = match (summary.file_count, summary.folder_count) {
        (_, 0) => files,
        (0, _) => folders,
        (_, _) => format!("{files} and {folders}"),
    };
    let versions = match summary.version_bytes {
        0 => String::new(),
        bytes => format!(", and {} of older versions", figure::size(bytes)),
    };
    let past = match dialog.side {
        Side::Disk => "It does not go to the trash: it cannot be undone.",
        Side::Cloud => "It does not go to the rubbish bin: it cannot be undone.",
        Side::Bin => "It leaves the rubbish bin for good: it cannot be undone.",
    };
    vec![format!("{what}, {}{versions}", figure::size(summary.bytes)), past.to_owned()]
}

/// The border's title.
const TITLE: &str = "Delete for good";
