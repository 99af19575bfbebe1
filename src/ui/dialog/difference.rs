//! The [`Difference`]: the lines in which two texts differ, scrollable. `update` opens it over a conflict or the review
//! of duplicates when the worker has them; closing it comes back there.

use crate::message::DiffLine;
use crate::ui::key::Key;

/// The lines of two texts.
#[derive(Debug)]
pub struct Difference {
    /// Path below the source folder.
    pub path: String,
    /// What the lines of either side are marked as: of the one that stands there, and of the one that is copied.
    pub legend: [String; 2],
    /// The lines.
    pub lines: Vec<DiffLine>,
    /// First line shown.
    pub top: usize,
    /// How to go back, and where to.
    pub back: &'static str,
}

impl Difference {
    /// Takes a key; returns whether it stays. `height`: lines shown at once.
    pub fn press(&mut self, key: Key, height: usize) -> bool {
        if let Some(lines) = key.scrolls(height) {
            self.scroll(lines, height);
        }
        match key.to_string().as_str() {
            "Enter" => self.scroll(1, height),
            "Esc" | "C-g" | "C-c" | "q" | "d" | "F10" => return false,
            _ => {}
        }
        true
    }

    fn scroll(&mut self, lines: isize, height: usize) {
        let last = self.lines.len().saturating_sub(height);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;

    #[test]
    fn it_scrolls_within_its_lines_and_closes() {
        let lines = (0..30).map(|number| DiffLine::Both(number.to_string())).collect();
        let mut page =
            Difference { path: "a".into(), legend: ["x".into(), "y".into()], lines, top: 0, back: "Esc" };
        let mut press = |keys: &str| {
            let stays = parse_keys(keys).unwrap().into_iter().map(|key| page.press(key, 10)).last().unwrap();
            (page.top, stays)
        };
        assert_eq!(press("k"), (0, true));
        assert_eq!(press("jj"), (2, true));
        assert_eq!(press("G"), (20, true));
        assert_eq!(press("<Space>"), (20, true));
        assert_eq!(press("<PgUp>"), (10, true));
        assert_eq!(press("<Esc>"), (10, false));
    }
}
