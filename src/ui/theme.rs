//! The look: few styles, one accent colour out of the sixteen, and the ASCII twin of every sign.
//! Made once from the options; the view asks it, nothing else does.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

/// Styles of the screen. Nothing is told by them alone: there is always a sign or a word too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The cursor, the active pane, a bar in progress.
    pub accent: Style,
    /// What needs the user.
    pub alarm: Style,
    /// What is known and only kept in view: rules, the pane that is not active, hints.
    pub dim: Style,
    /// The name under the cursor, titles, keys.
    pub strong: Style,
    /// Ordinary text.
    pub plain: Style,
    /// What a search has found.
    pub found: Style,
    ascii: bool,
}

impl Theme {
    /// Makes the theme: without colours only bold and dim are left, with `ascii` every sign becomes its twin.
    #[must_use]
    pub fn new(colors: bool, ascii: bool) -> Self {
        let plain = Style::new();
        let strong = plain.add_modifier(Modifier::BOLD);
        Self {
            accent: if colors { strong.fg(Color::Cyan) } else { strong },
            alarm: if colors { strong.fg(Color::Red) } else { strong },
            dim: plain.add_modifier(Modifier::DIM),
            strong,
            plain,
            found: plain.add_modifier(Modifier::REVERSED),
            ascii,
        }
    }

    /// Returns whether only ASCII characters are drawn.
    #[must_use]
    pub const fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// Puts the ASCII twins in place where they are wanted; everything has been drawn by then.
    pub(crate) fn finish(&self, buffer: &mut Buffer) {
        if !self.ascii {
            return;
        }
        for cell in &mut buffer.content {
            if !cell.symbol().is_ascii() {
                let twin = twin(cell.symbol());
                cell.set_symbol(twin);
            }
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(true, false)
    }
}

fn twin(symbol: &str) -> &'static str {
    let known = symbol
        .chars()
        .next()
        .and_then(|first| TWINS.iter().find(|(signs, _)| signs.contains(first)).map(|(_, twin)| *twin));
    known.unwrap_or(if symbol.width() > 1 { "??" } else { "?" })
}

/// Signs and the ASCII character that stands for each.
const TWINS: &[(&str, &str)] = &[
    ("│", "|"),
    ("─·–", "-"),
    ("┌┐└┘", "+"),
    ("▌", ">"),
    ("●•", "*"),
    ("█▉▊▋", "#"),
    ("░▍▎▏", "."),
    ("▁▂", "_"),
    ("▃▄", "-"),
    ("▅▆", "="),
    ("▇", "*"),
    ("▲↑", "^"),
    ("▼↓", "v"),
    ("…", "~"),
    ("⟨", "("),
    ("⟩", ")"),
    ("×✗", "x"),
    ("✓", "+"),
    ("→", ">"),
    ("≠", "!"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn ascii_leaves_no_other_character_and_keeps_columns() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 1));
        buffer.set_string(0, 0, "▌● a…é日b ⟨2⟩│", Style::new());
        Theme::new(false, true).finish(&mut buffer);
        let line: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(line.is_ascii());
        assert!(line.starts_with(">* a~?"));
        assert_eq!(buffer[(8, 0)].symbol(), "b");
    }

    #[test]
    fn without_colours_no_style_has_one() {
        let theme = Theme::new(false, false);
        for style in [theme.accent, theme.alarm, theme.dim, theme.strong, theme.plain] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
