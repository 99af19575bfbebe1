//! [`DedupeLayout`]: where things stand on the page of the duplicates review, and how many rows of each list that shows.
//! `update` asks it before anything is drawn, the view draws into it.

use ratatui::layout::Rect;

/// The places of the page. A place that has no room has height or width 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DedupeLayout {
    /// What is looked through, and the sums.
    pub header: Rect,
    /// What counts as a duplicate.
    pub kinds: Rect,
    /// The groups.
    pub groups: Rect,
    /// The rule between the two lists.
    pub rule: Rect,
    /// What the group under the cursor is.
    pub heading: Rect,
    /// Its members.
    pub members: Rect,
    /// Lines that each member has.
    pub member_lines: u16,
    /// What is decided, what is read, or the last message.
    pub status: Rect,
    /// The keys.
    pub keys: Rect,
    /// Between header and status: plan and report stand there.
    pub body: Rect,
}

impl DedupeLayout {
    /// Lays the page out; `on_members` says which list is shown where there is room for one.
    #[must_use]
    pub fn new(width: u16, height: u16, on_members: bool) -> Self {
        let line = |least: u16| u16::from(height >= least);
        let (header, kinds) = (line(3), line(TALL));
        let keys = (line(5) + line(TALL)).min(height);
        let status = line(4);
        let top = header + kinds;
        let body_height = height.saturating_sub(top + status + keys);
        let at = |y: u16, lines: u16| Rect::new(0, y, width, lines);
        let (left, right) = match (width >= SIDE_BY_SIDE, on_members) {
            (true, _) => {
                let left = (width * 2 / 5).clamp(28, 64);
                (
                    Rect::new(0, top, left, body_height),
                    Rect::new(left + 1, top, width - left - 1, body_height),
                )
            }
            (false, false) => (Rect::new(0, top, width, body_height), Rect::default()),
            (false, true) => (Rect::default(), Rect::new(0, top, width, body_height)),
        };
        let heading_lines = if body_height >= ROOMY { 4 } else { 1 }.min(right.height);
        let rule =
            if width >= SIDE_BY_SIDE { Rect::new(left.width, top, 1, body_height) } else { Rect::default() };
        Self {
            header: at(0, header),
            kinds: at(header, kinds),
            groups: left,
            rule,
            heading: Rect { height: heading_lines, ..right },
            members: Rect { y: right.y + heading_lines, height: right.height - heading_lines, ..right },
            member_lines: if right.width >= WIDE { 3 } else { 4 },
            status: at(top + body_height, status),
            keys: at(height - keys, keys),
            body: at(header, height.saturating_sub(header + status + keys)),
        }
    }

    /// Returns whether only one list is shown at a time.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        self.rule.width == 0
    }

    /// Returns how many groups are shown; as many as there would be where the members stand in their place.
    #[must_use]
    pub fn group_count(&self) -> u64 {
        u64::from(self.groups.height.max(self.members.height + self.heading.height)).max(1)
    }

    /// Returns how many members are shown whole.
    #[must_use]
    pub fn member_count(&self) -> u64 {
        u64::from(self.members.height.max(1) / self.member_lines).max(1)
    }

    /// Returns how many lines of a summary are shown: the first ones, at most half of the page.
    #[must_use]
    pub fn summary_count(&self, wanted: u16) -> u16 {
        wanted.min(self.body.height / 2)
    }

    /// Returns the columns that a line of plan or report has.
    #[must_use]
    pub const fn line_width(&self) -> u16 {
        self.body.width.saturating_sub(2)
    }

    /// Returns how many lines between the body and the last line, that of the keys, plan and report leave free.
    #[must_use]
    pub const fn free_lines(&self) -> u16 {
        (self.status.height + self.keys.height).saturating_sub(1)
    }

    /// Returns how many lines of plan or report are shown below a summary of so many, and an empty one.
    #[must_use]
    pub fn line_count(&self, summary: u16) -> u64 {
        u64::from(self.body.height.saturating_sub(self.summary_count(summary) + 1)).max(1)
    }
}

/// From this width both lists stand side by side.
const SIDE_BY_SIDE: u16 = 60;

/// From this width a member needs three lines.
const WIDE: u16 = 60;

/// From this height there is a line of kinds, and a second one of keys.
const TALL: u16 = 16;

/// From this height a group is described in three lines, with an empty one below.
const ROOMY: u16 = 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_screen_has_both_lists_side_by_side() {
        let layout = DedupeLayout::new(80, 24, false);
        assert_eq!(layout.groups, Rect::new(0, 2, 32, 19));
        assert_eq!((layout.rule.x, layout.members.x, layout.member_lines), (32, 33, 4));
        assert_eq!((layout.status.y, layout.keys.y, layout.keys.height), (21, 22, 2));
    }

    #[test]
    fn no_size_puts_anything_outside_the_screen() {
        for (width, height) in (0..130).flat_map(|width| (0..60).map(move |height| (width, height))) {
            for on_members in [false, true] {
                let layout = DedupeLayout::new(width, height, on_members);
                let screen = Rect::new(0, 0, width, height);
                for rect in [
                    layout.header,
                    layout.kinds,
                    layout.groups,
                    layout.rule,
                    layout.heading,
                    layout.members,
                    layout.status,
                    layout.keys,
                    layout.body,
                ] {
                    assert_eq!(rect.intersection(screen).area(), rect.area(), "{width}x{height}: {layout:?}");
                }
                assert_eq!(layout.is_narrow(), width < 60);
            }
        }
    }
}
