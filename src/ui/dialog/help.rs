//! The [`Help`]: every action with its keys, straight from action table and keymap, scrollable.
//! Opened by `update`, drawn by `view::lists`. It holds no text of its own but a few remarks.

use crate::ui::action::{Action, ActionRow, rows};
use crate::ui::keymap::Keymap;
use crate::ui::text;

/// The help screen.
#[derive(Debug, Default)]
pub struct Help {
    /// First line shown.
    pub top: usize,
}

/// A line of the help.
#[derive(Debug)]
pub enum HelpLine {
    /// A heading.
    Heading(&'static str),
    /// Keys, and the action that they call.
    Keys(String, &'static ActionRow),
    /// A remark, or a line of one.
    Remark(String),
    /// Nothing.
    Blank,
}

impl Help {
    /// Scrolls by lines, within the text of so many columns.
    pub fn scroll(&mut self, keymap: &Keymap, lines: isize, (columns, height): (usize, usize)) {
        let last = help_lines(keymap, columns).len().saturating_sub(height);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}

/// Returns the help, grouped as people look for things; remarks take as many lines of `columns` as they need.
#[must_use]
pub fn help_lines(keymap: &Keymap, columns: usize) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    for heading in HEADINGS {
        let mut rows = rows().filter(|row| heading_of(row) == heading).peekable();
        if rows.peek().is_none() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Heading(heading));
        lines.extend(rows.map(|row| HelpLine::Keys(keymap.written(row), row)));
    }
    lines.push(HelpLine::Blank);
    lines.extend(REMARKS.iter().flat_map(|remark| text::wrap(remark, columns)).map(HelpLine::Remark));
    lines
}

/// Returns the columns of the help, its frame included, on a screen of so many.
#[must_use]
pub const fn help_width(screen: u16) -> u16 {
    if screen < 100 { screen } else { 76 }
}

/// Returns the columns of its text.
#[must_use]
pub fn help_columns(screen: u16) -> usize {
    help_width(screen).saturating_sub(4).into()
}

fn heading_of(row: &ActionRow) -> &'static str {
    match row.action {
        Action::Change(_) | Action::Content(_) => HEADINGS[0],
        Action::Go(_) => HEADINGS[1],
        Action::Mark(_) => HEADINGS[2],
        Action::Look(_) | Action::Yank(_) | Action::Share(_) => HEADINGS[3],
        Action::Place(_) => HEADINGS[4],
        Action::Tab(_) => HEADINGS[5],
        Action::Transfer(_) => HEADINGS[6],
        Action::Program(_) => HEADINGS[7],
    }
}

const HEADINGS: [&str; 8] = ["Files", "Moving", "Marks", "Looking", "Places", "Tabs", "Transfers", "Program"];

const REMARKS: [&str; 7] = [
    "● marked   ! needs a look: name cannot be read, or another row has it too",
    "⟨2⟩ the second of equal names   ▲ to the cloud   ▼ from the cloud",
    "After a compare: = same size and time   ≠ differs   + only here   ~ not proven   ✓ proven",
    "& shared, or has a public link   r may not be changed",
    "Names with control or direction characters are shown escaped: \\x1b, \\u{202e}.",
    "Esc and a digit count as F1 to F10. Every F-key has a plain key beside it.",
    "Copies are encrypted here, and every file is checked before it gets its name.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_action_once() {
        let lines = help_lines(&Keymap::default(), 76);
        for row in rows() {
            assert_eq!(
                lines
                    .iter()
                    .filter(|line| matches!(line, HelpLine::Keys(_, other) if other.action == row.action))
                    .count(),
                1,
                "{}",
                row.name
            );
        }
    }

    #[test]
    fn scrolling_stays_within_the_text() {
        let mut help = Help::default();
        let keymap = Keymap::default();
        help.scroll(&keymap, -5, (76, 10));
        assert_eq!(help.top, 0);
        help.scroll(&keymap, 10_000, (76, 10));
        assert_eq!(help.top, help_lines(&keymap, 76).len() - 10);
    }

    #[test]
    fn remarks_are_read_whole_on_any_screen() {
        for columns in [36, 76] {
            let remarks = help_lines(&Keymap::default(), columns).into_iter().filter_map(|line| match line {
                HelpLine::Remark(remark) => Some(remark),
                HelpLine::Heading(_) | HelpLine::Keys(..) | HelpLine::Blank => None,
            });
            let remarks: Vec<String> = remarks.collect();
            assert!(remarks.iter().all(|remark| text::width(remark) <= columns), "{remarks:?}");
            assert!(remarks.concat().contains("proven"), "{remarks:?}");
        }
    }
}
