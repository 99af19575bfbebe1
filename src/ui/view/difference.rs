//! Draws the lines in which two texts differ, over the whole screen. Called by `view::dialog`. Whose line it is, its sign
//! says: `-` what stands there, `+` what is copied.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::message::DiffLine;
use crate::ui::dialog::difference::Difference;
use crate::ui::layout::page_rows;
use crate::ui::{figure, text};

/// Draws it.
pub(super) fn draw(page: &Difference, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, "Difference");
    if inner.height < 2 || inner.width < 4 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let (plain, dim, strong) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong);
    canvas.text(x, inner.y, width, &text::cut_middle(&page.path, width.into()), strong);
    let legend = format!("- {}   + {}", page.legend[0], page.legend[1]);
    canvas.cut(x, inner.y + 1, width, &legend, dim);
    let height = page_rows(area.height);
    for (line, y) in page.lines.iter().skip(page.top).take(height).zip(inner.y + 2..) {
        let (sign, words, style) = match line {
            DiffLine::Both(words) => (" ", expanded(words), plain),
            DiffLine::Existing(words) => ("-", expanded(words), strong),
            DiffLine::Source(words) => ("+", expanded(words), strong),
            DiffLine::LeftOut(count) => {
                let words = figure::count(*count, "line that is the same", "lines that are the same");
                ("·", words, dim)
            }
        };
        canvas.text(x, y, 2, sign, style);
        canvas.cut(x + 2, y, width - 2, &words, style);
    }
    let left = page.lines.len().saturating_sub(page.top + height);
    let more = if left > 0 {
        format!("{} more lines · j k scroll · {}", figure::grouped(left as u64), page.back)
    } else {
        page.back.to_owned()
    };
    canvas.right(x, inner.bottom() - 1, width, &more, dim);
}

/// Tabs are written out: escaped they would make every indented line unreadable.
fn expanded(line: &str) -> String {
    line.replace('\t', "    ")
}
