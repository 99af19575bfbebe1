//! Where things stand on the screen: [`Layout`], worked out from the size alone, so that `update` knows how many rows a
//! pane shows before anything is drawn. Small screens lose the least needed lines first.

pub mod conflict;
pub mod dedupe;

use ratatui::layout::Rect;

/// The places on the main screen. A place that has no room has height or width 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The panes, left and right; the one that is not shown has width 0.
    pub panes: [PaneLayout; 2],
    /// The rule between the panes.
    pub rule: Rect,
    /// What is in the file under the cursor, on a wide screen.
    pub preview: Rect,
    /// The rule left of it.
    pub preview_rule: Rect,
    /// What is moving now.
    pub transfers: Rect,
    /// The keys that make sense here.
    pub keys: Rect,
    /// What the next key will do, or the last message.
    pub status: Rect,
}

/// The places of one pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaneLayout {
    /// Path and quota.
    pub header: Rect,
    /// Names of the columns.
    pub columns: Rect,
    /// The rows.
    pub list: Rect,
    /// Counts and sums.
    pub totals: Rect,
}

impl Layout {
    /// Lays the main screen out; `active` is the pane that is shown where there is room for one.
    #[must_use]
    pub fn new(width: u16, height: u16, active: usize) -> Self {
        let line = |least: u16| u16::from(height >= least);
        let transfer_lines = if height >= TALL { TALL_TRANSFERS } else { line(8) };
        let bottom = transfer_lines + line(10) + line(3);
        let pane_height = height - bottom.min(height);
        let at = |top: u16, lines: u16| Rect::new(0, top, width, lines);
        let place = |x: u16, width: u16| {
            let [header, columns, totals] = [line(2), line(9), line(7)];
            let list = pane_height.saturating_sub(header + columns + totals);
            let rect = |y: u16, lines: u16| Rect::new(x, y, width, lines);
            PaneLayout {
                header: rect(0, header),
                columns: rect(header, columns),
                list: rect(header + columns, list),
                totals: rect(header + columns + list, totals),
            }
        };
        let (panes, rule) = if width >= SIDE_BY_SIDE {
            let left = (width - 1) / 2;
            let panes = [place(0, left), place(left + 1, width - left - 1)];
            (panes, Rect::new(left, 0, 1, pane_height))
        } else {
            let shown = [0, 1].map(|side| if side == active { width } else { 0 });
            (shown.map(|width| place(0, width)), Rect::default())
        };
        Self {
            panes,
            rule,
            preview: Rect::default(),
            preview_rule: Rect::default(),
            transfers: at(pane_height, transfer_lines),
            keys: at(pane_height + transfer_lines, line(10)),
            status: at(height - line(3).min(height), line(3)),
        }
    }

    /// Lays the main screen out with a preview right of the panes, where it is wide enough.
    #[must_use]
    pub fn with_preview(width: u16, height: u16, active: usize) -> Self {
        let whole = Self::new(width, height, active);
        if width < PREVIEW_FROM {
            return whole;
        }
        let preview = width / 3;
        let left = width - preview;
        let Self { panes, rule, .. } = Self::new(left - 1, height, active);
        Self {
            panes,
            rule,
            preview: Rect::new(left, 0, preview, rule.height),
            preview_rule: Rect::new(left - 1, 0, 1, rule.height),
            ..whole
        }
    }

    /// Returns the rows that a pane shows.
    #[must_use]
    pub fn list_height(&self) -> u64 {
        self.panes[0].list.height.into()
    }
}

/// Lines above the rows of the transfer screen at a height: sums; from ten lines also the speeds of the last minutes,
/// and the bar over all with what is waited for.
#[must_use]
pub const fn transfer_head(height: u16) -> u16 {
    if height >= 10 { 3 } else { 1 }
}

/// Rows that the transfer screen shows at a height.
#[must_use]
pub fn transfer_rows(height: u16) -> usize {
    let keys = if height >= 5 { 2 } else { 1 };
    height.saturating_sub(transfer_head(height) + keys).max(1).into()
}

/// Lines that a page over the whole screen shows at a height: all but its border, two lines above and one below.
#[must_use]
pub fn page_rows(height: u16) -> usize {
    height.saturating_sub(5).max(1).into()
}

/// Rows that the page of what is wrong shows at a height: those of a page, but for the lines on the one under the cursor.
#[must_use]
pub fn doctor_rows(height: u16) -> usize {
    let details = if height < 20 { 3 } else { 6 };
    page_rows(height).saturating_sub(details).max(1)
}

/// Hits that the page of a search shows at a height: all but its border, what is typed and the keys.
#[must_use]
pub fn search_rows(height: u16) -> usize {
    height.saturating_sub(4).max(1).into()
}

/// Rows that the page of usage shows at a height: all but its border, the sums and the keys.
#[must_use]
pub fn usage_rows(height: u16) -> usize {
    height.saturating_sub(4).max(1).into()
}

/// Columns and rows that a file which is looked into has on a screen: all but the first line and the last.
#[must_use]
pub fn viewer_room(width: u16, height: u16) -> (u16, u16) {
    (width.max(1), height.saturating_sub(2).max(1))
}

/// Returns whether a screen shows nothing but that it is too small. No key answers a dialog there: nobody sees what is asked.
#[must_use]
pub const fn is_too_small(width: u16, height: u16) -> bool {
    width < LEAST_WIDTH || height < LEAST_HEIGHT
}

/// Below this nothing can be read.
pub const LEAST_WIDTH: u16 = 20;
/// Below this nothing can be read.
pub const LEAST_HEIGHT: u16 = 5;

/// From this width there is a preview.
pub const PREVIEW_FROM: u16 = 160;

/// From this width the panes stand side by side.
const SIDE_BY_SIDE: u16 = 60;

/// From this height the transfer line is a short list.
const TALL: u16 = 50;

/// Lines of that list.
const TALL_TRANSFERS: u16 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_screen_is_laid_out_as_drawn() {
        let layout = Layout::new(80, 24, 0);
        assert_eq!(layout.panes[0].list, Rect::new(0, 2, 39, 18));
        assert_eq!(layout.rule, Rect::new(39, 0, 1, 21));
        assert_eq!(layout.panes[1].totals, Rect::new(40, 20, 40, 1));
        assert_eq!((layout.transfers.y, layout.keys.y, layout.status.y), (21, 22, 23));
    }

    #[test]
    fn no_size_puts_anything_outside_the_screen_or_on_top_of_another() {
        for width in 0..130 {
            for height in 0..70 {
                let layout = Layout::new(width, height, 1);
                let screen = Rect::new(0, 0, width, height);
                let mut used = 0;
                for rect in [layout.transfers, layout.keys, layout.status] {
                    assert_eq!(rect.intersection(screen).area(), rect.area(), "{width}x{height}");
                    used += rect.height;
                }
                let pane = layout.panes[1];
                for rect in [pane.header, pane.columns, pane.list, pane.totals] {
                    assert_eq!(rect.intersection(screen).area(), rect.area(), "{width}x{height}");
                    used += rect.height;
                }
                assert_eq!(used, height, "{width}x{height}");
            }
        }
    }

    #[test]
    fn a_narrow_screen_shows_the_active_pane_alone() {
        let layout = Layout::new(59, 24, 1);
        assert_eq!((layout.panes[0].list.width, layout.panes[1].list.width), (0, 59));
    }
}
