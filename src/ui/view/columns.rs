//! The columns of a pane ([`Columns`]): which there are, how wide, where they begin, and their names. `pane` draws the rows.
//! They follow from the width, the side and the order alone, so that they stay still.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::message::{Arrangement, Sort};

/// Widths of the columns at a pane's width; 0 where a column is not shown.
pub(super) struct Columns {
    pub(super) name: u16,
    pub(super) versions: u16,
    pub(super) modified: u16,
    pub(super) uploaded: u16,
    /// The first column of times shows when entries came into the cloud: they are sorted by that, and there is no second.
    pub(super) is_of_arrival: bool,
}

impl Columns {
    /// Cursor and mark, then the name, then size, date and flag, with the gaps between.
    pub(super) fn new(width: u16, local: bool, sort: Sort) -> Self {
        let fixed = 2 + 1 + SIZE + 1 + 1;
        let mut columns = Self { name: 0, versions: 0, modified: 0, uploaded: 0, is_of_arrival: false };
        let mut room = width.saturating_sub(fixed);
        let mut take = |column: &mut u16, wide: u16, least: u16| {
            if room >= least + wide + 2 {
                *column = wide;
                room -= wide + 2;
            }
        };
        take(&mut columns.modified, SHORT_DATE, 10);
        if columns.modified > 0 {
            let mut exact = 0;
            take(&mut exact, EXACT_DATE - SHORT_DATE - 2, COMFORTABLE_NAME);
            if exact > 0 {
                columns.modified = EXACT_DATE;
            }
        }
        if !local && columns.modified == EXACT_DATE {
            take(&mut columns.versions, VERSIONS, COMFORTABLE_NAME);
            take(&mut columns.uploaded, SHORT_DATE + 2, COMFORTABLE_NAME);
        }
        columns.name = room;
        columns.is_of_arrival = sort == Sort::Uploaded && columns.uploaded == 0 && !local;
        columns
    }

    /// Returns where the columns begin in a pane that begins at `x`.
    pub(super) fn places(&self, x: u16) -> Places {
        let size = x + 2 + self.name + 1;
        let after = |at: u16, width: u16| if width > 0 { at + width + 2 } else { at };
        let modified = size + SIZE + 2;
        let uploaded = after(modified, self.modified);
        let versions = after(uploaded, self.uploaded);
        let flag = after(versions, self.versions) - 1;
        Places { size, modified, uploaded, versions, flag }
    }
}

/// Where the columns right of the name begin.
pub(super) struct Places {
    pub(super) size: u16,
    pub(super) modified: u16,
    pub(super) uploaded: u16,
    pub(super) versions: u16,
    pub(super) flag: u16,
}

/// Draws the names of the columns, with an arrow at the one that rows are sorted by.
pub(super) fn draw_names(arrangement: &Arrangement, columns: &Columns, area: Rect, canvas: &mut Canvas<'_>) {
    if area.height == 0 {
        return;
    }
    let arrow = |sort: Sort| match (arrangement.sort == sort, arrangement.reversed) {
        (true, false) => " ↑",
        (true, true) => " ↓",
        (false, _) => "",
    };
    let places = columns.places(area.x);
    let dim = canvas.theme.dim;
    let extension = if arrangement.sort == Sort::Extension {
        format!(" .ext{}", arrow(Sort::Extension))
    } else {
        String::new()
    };
    let name = format!("name{}{extension}", arrow(Sort::Name));
    canvas.text(area.x + 2, area.y, columns.name, &name, dim);
    let size = format!("size{}", arrow(Sort::Size));
    canvas.right(area.x + 2, area.y, places.size + SIZE - area.x - 2, &size, dim);
    let end = |at: u16, width: u16| at + width - area.x;
    let (by, short, word) = if columns.is_of_arrival {
        (Sort::Uploaded, "added", "uploaded")
    } else {
        (Sort::Modified, "modif", "modified")
    };
    if columns.modified == SHORT_DATE {
        // The word is wider than the dates: it reaches over the gaps beside them, and is cut where it has an arrow.
        let word = if arrangement.sort == by { short } else { word };
        canvas.right(area.x, area.y, places.flag - area.x, &format!("{word}{}", arrow(by)), dim);
    } else if columns.modified > 0 {
        let time = format!("{word}{}", arrow(by));
        canvas.right(area.x, area.y, end(places.modified, columns.modified), &time, dim);
    }
    if columns.uploaded > 0 {
        let uploaded = format!("uploaded{}", arrow(Sort::Uploaded));
        canvas.right(area.x, area.y, end(places.uploaded, columns.uploaded), &uploaded, dim);
    }
    if columns.versions > 0 {
        canvas.right(area.x, area.y, end(places.versions, columns.versions), "vers", dim);
    }
}

/// Columns of a size.
pub(super) const SIZE: u16 = 4;

/// Columns of `12 Aug`.
const SHORT_DATE: u16 = 6;

/// Columns of `2024-08-12 14:02`.
pub(super) const EXACT_DATE: u16 = 16;

/// Columns of a count of versions and of its heading.
const VERSIONS: u16 = 4;

/// Columns that names keep before more about the entry is shown.
const COMFORTABLE_NAME: u16 = 20;
