//! The [`Canvas`]: the one hand that draws. It clips to the frame and escapes whatever it is given, so that no caller can
//! forget to.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Cursor;
use crate::ui::dialog::field::Field;
use crate::ui::mouse::HotSpot;
use crate::ui::text;
use crate::ui::theme::Theme;

/// A frame that is being drawn.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    /// The look.
    pub(super) theme: &'a Theme,
    cursor: Cursor,
    spots: Vec<HotSpot>,
}

impl<'a> Canvas<'a> {
    pub(super) const fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self { buffer, theme, cursor: None, spots: Vec::new() }
    }

    /// Ends the drawing; returns where the terminal's cursor belongs, and where keys are drawn.
    pub(super) fn finish(self) -> (Cursor, Vec<HotSpot>) {
        self.theme.finish(self.buffer);
        (self.cursor, self.spots)
    }

    /// Something stands over all that was drawn so far: no click gets through to it.
    pub(super) fn forget_spots(&mut self) {
        self.spots.clear();
    }

    /// Writes a text into at most `width` columns; returns the columns used. What does not fit is left out.
    pub(super) fn text(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if y >= area.bottom() || x >= area.right() {
            return 0;
        }
        let room = usize::from(width.min(area.right() - x));
        let mut used = 0;
        for grapheme in text::shown(text).graphemes(true) {
            let columns = grapheme.width();
            if columns == 0 || used + columns > room {
                if columns > 0 {
                    break;
                }
                continue;
            }
            let at = x + u16::try_from(used).unwrap_or(u16::MAX);
            self.buffer[(at, y)].set_symbol(grapheme).set_style(style);
            for covered in 1..columns {
                let cell = &mut self.buffer[(at + u16::try_from(covered).unwrap_or(0), y)];
                cell.reset();
                // Terminals clear all of a wide character whose first column is drawn over, but not of several with a
                // column each: what comes after them has to differ here, so that it is drawn.
                if grapheme.chars().nth(1).is_some() {
                    cell.set_symbol("");
                }
            }
            used += columns;
        }
        u16::try_from(used).unwrap_or(width)
    }

    /// Writes pieces one after another; returns the columns used. A key in bold with its word behind it can be clicked on.
    pub(super) fn pieces(&mut self, x: u16, y: u16, width: u16, pieces: &[(&str, Style)]) -> u16 {
        let mut used = 0;
        let mut key: Option<(&str, u16)> = None;
        for (piece, style) in pieces {
            let at = x + used;
            used += self.text(at, y, width - used.min(width), piece, *style);
            if *style == self.theme.strong {
                key = Some((*piece, at));
            } else if !piece.trim().is_empty()
                && let Some((key, from)) = key.take()
            {
                let indent = u16::try_from(key.len() - key.trim_start().len()).unwrap_or(0);
                let words = u16::try_from(text::width(piece.trim_end())).unwrap_or(0);
                let area = Rect::new(from + indent, y, (at + words).saturating_sub(from + indent), 1);
                self.spots.extend(HotSpot::of(key, area));
            }
        }
        used
    }

    /// Writes a text so that it ends at the right edge of `width` columns.
    pub(super) fn right(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) {
        let text = text::cut_end(text, width.into());
        let columns = u16::try_from(text::width(&text)).unwrap_or(width);
        self.text(x + width.saturating_sub(columns), y, columns, &text, style);
    }

    /// Writes a text cut at its end to `width` columns.
    pub(super) fn cut(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let text = text::cut_end(text, width.into());
        self.text(x, y, width, &text, style)
    }

    /// Draws a vertical rule.
    pub(super) fn rule(&mut self, area: Rect) {
        for y in area.top()..area.bottom() {
            self.text(area.x, y, area.width, "│", self.theme.dim);
        }
    }

    /// Clears a part of the frame.
    pub(super) fn blank(&mut self, area: Rect) {
        for position in area.intersection(self.buffer.area).positions() {
            self.buffer[position].reset();
        }
    }

    /// Draws an empty box with a title; returns its inside.
    pub(super) fn boxed(&mut self, area: Rect, title: &str) -> Rect {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            // A wide character that begins left of the box would cover its border.
            if area.x > self.buffer.area.x && self.buffer[(area.x - 1, y)].symbol().width() > 1 {
                self.buffer[(area.x - 1, y)].reset();
            }
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
            }
        }
        if area.width < 2 || area.height < 2 {
            return Rect::new(area.x, area.y, 0, 0);
        }
        let (dim, line) = (self.theme.dim, "─".repeat((area.width - 2).into()));
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        self.text(area.x, area.y, area.width, &format!("┌{line}┐"), dim);
        self.text(area.x, bottom, area.width, &format!("└{line}┘"), dim);
        for y in area.y + 1..bottom {
            self.text(area.x, y, 1, "│", dim);
            self.text(right, y, 1, "│", dim);
        }
        if !title.is_empty() && area.width > 6 {
            let title = text::cut_end(title, usize::from(area.width) - 4);
            self.text(area.x + 1, area.y, area.width - 2, &format!(" {title} "), self.theme.strong);
        }
        Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
    }

    /// Draws a field that is being typed in; `focused` puts the terminal's cursor into it.
    pub(super) fn field(&mut self, x: u16, y: u16, width: u16, field: &Field, focused: bool) {
        if width < 2 {
            return;
        }
        let (before, after) = field.parts();
        let dots = |text: &str| "•".repeat(text.chars().count());
        let (before, after) = if field.hidden {
            (dots(before), dots(after))
        } else {
            (text::shown(before).into_owned(), text::shown(after).into_owned())
        };
        let room = usize::from(width) - 1;
        let mut start = before.as_str();
        while text::width(start) > room {
            let first = start.graphemes(true).next().map_or(start.len(), str::len);
            start = &start[first..];
        }
        let style = if focused { self.theme.plain } else { self.theme.dim };
        let used = self.text(x, y, width, start, style);
        self.text(x + used, y, width - used, &after, style);
        if focused {
            self.cursor = Some(Position::new(x + used, y));
        }
    }

    /// Draws a bar of `width` columns, `percent` of it full.
    pub(super) fn bar(&mut self, x: u16, y: u16, width: u16, percent: u64, style: Style) {
        let eighths = u64::from(width) * 8 * percent.min(100) / 100;
        let full = usize::try_from(eighths / 8).unwrap_or(0);
        let mut bar = "█".repeat(full);
        if let Some(part) =
            PARTS.get(usize::try_from(eighths % 8).unwrap_or(0)).filter(|part| !part.is_empty())
        {
            bar.push_str(part);
        }
        let used = self.text(x, y, width, &bar, style);
        self.text(x + used, y, width - used, &"░".repeat((width - used).into()), self.theme.dim);
    }

    /// Draws a line of small bars, one column each, the largest of them of full height; what is not 0 is seen.
    pub(super) fn sparkline(&mut self, x: u16, y: u16, values: &[u64], style: Style) -> u16 {
        let most = u128::from(values.iter().copied().max().unwrap_or(0).max(1));
        let height = |value: &u64| usize::try_from((u128::from(*value) * 8).div_ceil(most)).unwrap_or(8);
        let bars: String = values.iter().map(|value| HEIGHTS[height(value).min(8)]).collect();
        self.text(x, y, u16::MAX - x, &bars, style)
    }
}

/// Bars of a line of small ones, in eighths of its height.
const HEIGHTS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Eighths of a column.
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

#[cfg(test)]
mod tests {
    use super::*;

    fn line(buffer: &Buffer, y: u16) -> String {
        (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
    }

    #[test]
    fn nothing_is_drawn_past_the_width_or_the_frame() {
        let theme = Theme::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let mut canvas = Canvas::new(&mut buffer, &theme);
        assert_eq!(canvas.text(0, 0, 3, "日本", theme.plain), 2, "half a wide character is not drawn");
        assert_eq!(canvas.text(6, 0, 40, "abcdef", theme.plain), 2);
        assert_eq!(canvas.text(0, 5, 40, "abcdef", theme.plain), 0);
        assert_eq!(canvas.text(4, 0, 2, "\x1b[2J", theme.plain), 2);
        assert_eq!(line(&buffer, 0), "日   \\xab");
    }

    #[test]
    fn small_bars_are_measured_by_the_largest() {
        let theme = Theme::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 3));
        let mut canvas = Canvas::new(&mut buffer, &theme);
        canvas.sparkline(0, 0, &[0, 1, 400, 800, u64::MAX / 2, u64::MAX], theme.plain);
        canvas.sparkline(0, 1, &[0, 0], theme.plain);
        canvas.sparkline(0, 2, &[1, 2, 3, 4, 5, 6, 7, 8, 9], theme.plain);
        let lines: Vec<String> = (0..3).map(|y| line(&buffer, y)).collect();
        assert_eq!(lines, [" ▁▁▁▄█  ", "        ", "▁▂▃▄▅▆▇█"]);
    }

    #[test]
    fn a_bar_is_as_full_as_it_says() {
        let theme = Theme::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 4));
        for (y, percent) in [(0, 0), (1, 50), (2, 60), (3, 100)] {
            Canvas::new(&mut buffer, &theme).bar(0, y, 4, percent, theme.accent);
        }
        let lines: Vec<String> = (0..4).map(|y| line(&buffer, y)).collect();
        assert_eq!(lines, ["░░░░", "██░░", "██▍░", "████"]);
    }
}
