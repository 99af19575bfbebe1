//! The look: few styles, one accent colour out of the sixteen, and the ASCII twin of every sign.
//! Made once from the options; the view asks it, nothing else does.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::terminal_kind::TerminalKind;
use crate::config::screen::Accent;

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
    signs: Signs,
    own_accent: Option<Accent>,
}

/// What the text stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Dark: cyan stands out on it, and dim text recedes.
    #[default]
    Dark,
    /// Light: cyan could not be read on it, and what is dim to the terminal even less.
    Light,
    /// Not to be coloured: only bold and dim are left.
    Mono,
}

/// The signs that the terminal can draw. Names are drawn as they are, but for ASCII alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signs {
    /// All.
    #[default]
    Unicode,
    /// Those of code page 437: a console without a desktop has 256, and draws no other.
    Console,
    /// Letters only.
    Ascii,
}

impl Signs {
    /// Returns those of a terminal, unless only ASCII is wanted.
    #[must_use]
    pub const fn of(ascii: bool, kind: TerminalKind) -> Self {
        match (ascii, kind.few_signs) {
            (true, _) => Self::Ascii,
            (false, true) => Self::Console,
            (false, false) => Self::Unicode,
        }
    }
}

impl Theme {
    /// Makes the theme: without colours only bold and dim are left, with `ascii` every sign becomes its twin.
    #[must_use]
    pub fn new(colors: bool, ascii: bool) -> Self {
        let signs = if ascii { Signs::Ascii } else { Signs::Unicode };
        Self::on(if colors { Ground::Dark } else { Ground::Mono }, None, signs)
    }

    /// Makes the theme for a ground; without an accent of the user's own it has the one that is read best there.
    #[must_use]
    pub fn on(ground: Ground, own_accent: Option<Accent>, signs: Signs) -> Self {
        let plain = Style::new();
        let strong = plain.add_modifier(Modifier::BOLD);
        let dim = plain.add_modifier(Modifier::DIM);
        let accent = own_accent.map(color);
        let (accent, alarm, dim) = match ground {
            Ground::Dark => (strong.fg(accent.unwrap_or(Color::Cyan)), strong.fg(Color::Red), dim),
            Ground::Light => {
                (strong.fg(accent.unwrap_or(Color::Blue)), strong.fg(Color::Red), plain.fg(Color::DarkGray))
            }
            Ground::Mono => (strong, strong, dim),
        };
        let found = plain.add_modifier(Modifier::REVERSED);
        Self { accent, alarm, dim, strong, plain, found, signs, own_accent }
    }

    /// Returns the same theme for another ground.
    #[must_use]
    pub fn moved_to(&self, ground: Ground) -> Self {
        Self::on(ground, self.own_accent, self.signs)
    }

    /// Returns whether only ASCII characters are drawn.
    #[must_use]
    pub const fn is_ascii(&self) -> bool {
        matches!(self.signs, Signs::Ascii)
    }

    /// Puts the twins in place of signs that the terminal cannot draw; everything has been drawn by then.
    pub(crate) fn finish(&self, buffer: &mut Buffer) {
        let twin: fn(&str) -> Option<&'static str> = match self.signs {
            Signs::Unicode => return,
            Signs::Console => |symbol| known_twin(CONSOLE_TWINS, symbol),
            Signs::Ascii => |symbol| Some(ascii_twin(symbol)),
        };
        for cell in buffer.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
            if let Some(twin) = twin(cell.symbol()) {
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

const fn color(accent: Accent) -> Color {
    match accent {
        Accent::Black => Color::Black,
        Accent::Red => Color::Red,
        Accent::Green => Color::Green,
        Accent::Yellow => Color::Yellow,
        Accent::Blue => Color::Blue,
        Accent::Magenta => Color::Magenta,
        Accent::Cyan => Color::Cyan,
        Accent::White => Color::Gray,
        Accent::BrightBlack => Color::DarkGray,
        Accent::BrightRed => Color::LightRed,
        Accent::BrightGreen => Color::LightGreen,
        Accent::BrightYellow => Color::LightYellow,
        Accent::BrightBlue => Color::LightBlue,
        Accent::BrightMagenta => Color::LightMagenta,
        Accent::BrightCyan => Color::LightCyan,
        Accent::BrightWhite => Color::White,
    }
}

fn ascii_twin(symbol: &str) -> &'static str {
    known_twin(ASCII_TWINS, symbol).unwrap_or(if symbol.width() > 1 { "??" } else { "?" })
}

fn known_twin(twins: &[(&str, &'static str)], symbol: &str) -> Option<&'static str> {
    let first = symbol.chars().next()?;
    twins.iter().find(|(signs, _)| signs.contains(first)).map(|(_, twin)| *twin)
}

/// Signs that code page 437 lacks, and the one of its own that stands for each.
const CONSOLE_TWINS: &[(&str, &str)] = &[
    ("●", "•"),
    ("▉▊▇▆", "█"),
    ("▋▍▎", "▌"),
    ("▏", "░"),
    ("▁▂", "_"),
    ("▃▅", "▄"),
    ("…", "~"),
    ("–", "-"),
    ("⟨", "("),
    ("⟩", ")"),
    ("×✗", "x"),
    ("✓", "√"),
    ("≠", "%"),
    ("⊞", "#"),
];

/// Signs and the ASCII character that stands for each.
const ASCII_TWINS: &[(&str, &str)] = &[
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
    ("↔", "="),
    ("≠", "%"),
    ("⊞", "#"),
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
    fn what_differs_and_what_needs_a_look_have_signs_of_their_own() {
        for twins in [ASCII_TWINS, CONSOLE_TWINS] {
            assert_eq!((known_twin(twins, "≠"), known_twin(twins, "!")), (Some("%"), None));
        }
    }

    #[test]
    fn a_console_gets_the_signs_that_it_has_and_names_as_they_are() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 1));
        buffer.set_string(0, 0, "▌● a…é日b ✓▍│↑", Style::new());
        Theme::on(Ground::Dark, None, Signs::Console).finish(&mut buffer);
        let line: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(line.replace(' ', ""), "▌•a~é日b√▌│↑");
        for (signs, twin) in CONSOLE_TWINS {
            let signs_of_ascii = |sign| ASCII_TWINS.iter().any(|(known, _)| known.contains(sign));
            assert!(signs.chars().all(signs_of_ascii), "{signs} and {twin}");
        }
    }

    #[test]
    fn on_a_light_ground_nothing_is_cyan_or_left_to_the_terminals_dim() {
        let light = Theme::on(Ground::Light, None, Signs::Unicode);
        assert_eq!((light.accent.fg, light.dim.fg), (Some(Color::Blue), Some(Color::DarkGray)));
        assert!(!light.dim.add_modifier.contains(Modifier::DIM));
        let own = Theme::on(Ground::Dark, Some(Accent::Magenta), Signs::Ascii).moved_to(Ground::Light);
        assert_eq!((own.accent.fg, own.signs), (Some(Color::Magenta), Signs::Ascii));
    }

    #[test]
    fn without_colours_no_style_has_one() {
        let theme = Theme::new(false, false);
        for style in [theme.accent, theme.alarm, theme.dim, theme.strong, theme.plain] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
