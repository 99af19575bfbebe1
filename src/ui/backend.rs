//! The [`TtyBackend`]: writes changed cells with as few bytes as they need. It remembers pen and cursor from frame to frame,
//! goes to every cell that follows one of doubtful width anew, and sends a long frame as one synchronised update.
//! A cursor move over a slow line costs a hundred bytes with it, and nothing at all where nothing changed.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A terminal that understands the usual escape sequences.
#[derive(Debug)]
pub struct TtyBackend<W: Write> {
    out: W,
    size: fn() -> io::Result<(u16, u16)>,
    frame: String,
    pen: Pen,
    /// Where the terminal's cursor is, if that is certain.
    at: Option<Position>,
    /// Whether the terminal shows its cursor, if that is certain.
    cursor_shown: Option<bool>,
    /// Whether long frames are announced as one update.
    announces: bool,
}

/// What the terminal draws with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pen {
    color: Color,
    /// Only pictures have one.
    ground: Color,
    modifiers: Modifier,
}

/// How the sign of a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it is: one character that takes room, and marks on it.
    Plain,
    /// As it is, over spaces: letters and vowels that are one sign (ทำ, हि), each with columns of its own.
    Letters,
    /// This character, and spaces up to the sign's width. Terminals make one of several (a family, a skin's colour), and
    /// one that does not join them would draw over what stands right of it. Of a flag they do not even agree how wide
    /// its halves are: another sign stands for it.
    Joined(char),
}

impl Form {
    fn of(symbol: &str) -> Self {
        let together = symbol.width();
        let takes_room = |character: &char| character.width().is_some_and(|width| width > 0);
        let Some(first) = symbol.chars().find(takes_room) else { return Self::Plain };
        if HALF_FLAGS.contains(&first) {
            return Self::Joined(FLAG);
        }
        // What joins stands behind what it joins to: at the beginning it would join to the cell before.
        let begins = symbol.starts_with(first);
        let count = symbol.chars().filter(takes_room).count();
        if begins && count == 1 && first.width() == Some(together) {
            return Self::Plain;
        }
        let alone: usize = symbol.chars().filter_map(UnicodeWidthChar::width).sum();
        if begins && first.is_alphabetic() && alone <= together && !symbol.contains(PRESENTATIONS) {
            return Self::Letters;
        }
        // What is wider alone than it is as meant (a sign that is to be drawn as text) would not fit either.
        let fits = first.width().is_some_and(|width| width <= together);
        Self::Joined(if fits { first } else { UNFIT })
    }
}

impl<W: Write> TtyBackend<W> {
    /// Makes a backend that writes to `out`; `size` tells columns and lines.
    pub fn new(out: W, size: fn() -> io::Result<(u16, u16)>) -> Self {
        Self {
            out,
            size,
            frame: String::new(),
            pen: Pen::default(),
            at: None,
            cursor_shown: None,
            announces: true,
        }
    }

    /// Announces no updates: for a terminal that would print what it does not know.
    #[must_use]
    pub fn without_updates(mut self) -> Self {
        self.announces = false;
        self
    }

    /// Returns what it writes to.
    pub const fn out_mut(&mut self) -> &mut W {
        &mut self.out
    }

    fn go_to(&mut self, to: Position) {
        match self.at {
            Some(at) if at == to => return,
            Some(at) if at.y == to.y && at.x + 1 == to.x => self.frame.push_str("\x1b[C"),
            Some(at) if at.y == to.y && at.x < to.x => self.put(format_args!("\x1b[{}C", to.x - at.x)),
            _ if to.x == 0 => self.put(format_args!("\x1b[{}H", to.y + 1)),
            _ => self.put(format_args!("\x1b[{};{}H", to.y + 1, to.x + 1)),
        }
        self.at = Some(to);
    }

    fn take(&mut self, pen: Pen) {
        if pen == self.pen {
            return;
        }
        let removed = !(self.pen.modifiers - pen.modifiers).is_empty();
        let reset = removed
            || (pen.color == Color::Reset && self.pen.color != Color::Reset)
            || (pen.ground == Color::Reset && self.pen.ground != Color::Reset);
        let known = if reset { Pen::default() } else { self.pen };
        let mut codes: Vec<u8> = Vec::new();
        if reset && pen != Pen::default() {
            codes.push(0);
        }
        let added = pen.modifiers - known.modifiers;
        codes.extend(
            MODIFIERS.iter().filter(|(modifier, _)| added.contains(*modifier)).map(|(_, code)| *code),
        );
        if pen.color != known.color {
            push_color(pen.color, FOREGROUND, &mut codes);
        }
        if pen.ground != known.ground {
            push_color(pen.ground, BACKGROUND, &mut codes);
        }
        let codes: Vec<String> = codes.iter().map(u8::to_string).collect();
        self.put(format_args!("\x1b[{}m", codes.join(";")));
        self.pen = pen;
    }

    /// Writes the sign of a cell so that it stays within its columns on any terminal. Joiners are never sent: some
    /// terminals give one a column behind a letter, and others none.
    fn put_sign(&mut self, symbol: &str, at: Position) {
        // What a sign covered that is itself drawn over now.
        let symbol = if symbol.is_empty() { " " } else { symbol };
        match Form::of(symbol) {
            Form::Plain => self.put_whole(symbol),
            Form::Letters => {
                // A terminal that knows how its letters join may take fewer columns: nothing old stays in the others.
                self.frame.extend(std::iter::repeat_n(' ', symbol.width()));
                self.at = None;
                self.go_to(at);
                self.put_whole(symbol);
            }
            Form::Joined(first) => {
                let used = first.width().unwrap_or(0);
                self.frame.push(first);
                self.frame.extend(std::iter::repeat_n(' ', symbol.width().saturating_sub(used)));
            }
        }
    }

    fn put_whole(&mut self, symbol: &str) {
        // Without the joiner between them, a digit and the wish for a picture would be one, and twice as wide.
        self.frame.extend(symbol.chars().filter(|character| ![JOINER, PICTURE].contains(character)));
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.frame.write_fmt(text); // a String takes everything
    }

    fn show(&mut self, shown: bool) {
        if self.cursor_shown != Some(shown) {
            self.frame.push_str(if shown { "\x1b[?25h" } else { "\x1b[?25l" });
            self.cursor_shown = Some(shown);
        }
    }
}

impl<W: Write> Backend for TtyBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let (columns, _) = (self.size)()?;
        let mut covered = (0..0, 0);
        for (x, y, cell) in content {
            // What a wide sign covers is not drawn over: that would erase the sign.
            if covered.1 == y && covered.0.contains(&x) {
                continue;
            }
            self.go_to(Position::new(x, y));
            self.take(Pen { color: cell.fg, ground: cell.bg, modifiers: cell.modifier });
            let symbol = cell.symbol();
            covered = (x + 1..x.saturating_add(u16::try_from(symbol.width()).unwrap_or(1)), y);
            self.put_sign(symbol, Position::new(x, y));
            // Terminals disagree on the width of anything but a plain character, and on where the cursor is after
            // the last column.
            let certain = symbol.chars().count() == 1 && symbol.width() == 1 && x + 1 < columns;
            self.at = certain.then(|| Position::new(x + 1, y));
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.show(false);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.show(true);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.go_to(position.into());
        Ok(())
    }

    /// Clears the screen and forgets what was certain: someone else may have written to the terminal.
    fn clear(&mut self) -> io::Result<()> {
        self.frame.push_str("\x1b[m\x1b[2J");
        (self.pen, self.at, self.cursor_shown) = (Pen::default(), None, None);
        Ok(())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        match clear_type {
            ClearType::All => return self.clear(),
            ClearType::AfterCursor => self.frame.push_str("\x1b[J"),
            ClearType::BeforeCursor => self.frame.push_str("\x1b[1J"),
            ClearType::CurrentLine => self.frame.push_str("\x1b[2K"),
            ClearType::UntilNewLine => self.frame.push_str("\x1b[K"),
        }
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)().map(Size::from)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let long = self.announces && self.frame.len() > ONE_WRITE;
        let frame = std::mem::take(&mut self.frame);
        if long {
            self.out.write_all(BEGIN_UPDATE)?;
        }
        self.out.write_all(frame.as_bytes())?;
        if long {
            self.out.write_all(END_UPDATE)?;
        }
        self.frame = frame;
        self.frame.clear();
        self.out.flush()
    }
}

/// Adds the codes that set a colour; `ground` is 0 for characters, 10 for what is behind them.
fn push_color(color: Color, ground: u8, codes: &mut Vec<u8>) {
    let code = match color {
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
        Color::Reset => 39,
        Color::Indexed(number) => return codes.extend([38 + ground, 5, number]),
        Color::Rgb(red, green, blue) => return codes.extend([38 + ground, 2, red, green, blue]),
    };
    codes.push(code + ground);
}

/// What is added to the code of a colour.
const FOREGROUND: u8 = 0;
const BACKGROUND: u8 = 10;

/// The letters that flags are made of, and what stands for a flag.
const HALF_FLAGS: std::ops::RangeInclusive<char> = '\u{1F1E6}'..='\u{1F1FF}';
const FLAG: char = '⚑';

/// Joins what stands before and behind it to one sign.
const JOINER: char = '\u{200d}';

/// Behind a sign: it is to be drawn as a picture.
const PICTURE: char = '\u{fe0f}';

/// Behind a sign: it is to be drawn as text, or as a picture.
const PRESENTATIONS: [char; 2] = ['\u{fe0e}', PICTURE];

/// Stands for a sign that has no room.
const UNFIT: char = '?';

/// Weights that the theme uses, and their codes.
const MODIFIERS: &[(Modifier, u8)] =
    &[(Modifier::BOLD, 1), (Modifier::DIM, 2), (Modifier::UNDERLINED, 4), (Modifier::REVERSED, 7)];

/// Bytes up to which a frame surely arrives in one piece, so that no update has to be announced.
const ONE_WRITE: usize = 512;

/// DEC private mode 2026: the terminal shows nothing of a frame before its end.
const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::style::Style;
    use ratatui::text::Line;

    fn backend() -> TtyBackend<Vec<u8>> {
        TtyBackend::new(Vec::new(), || Ok((20, 5)))
    }

    /// Draws lines one frame after another and returns the bytes of the last frame.
    fn last_frame(frames: &[&[(&str, Style)]]) -> String {
        let mut terminal = Terminal::new(backend()).unwrap();
        for lines in frames {
            terminal.backend_mut().out.clear();
            let draw = |frame: &mut ratatui::Frame<'_>| {
                for ((text, style), y) in lines.iter().zip(0..) {
                    frame.buffer_mut().set_line(0, y, &Line::styled(*text, *style), 20);
                }
            };
            terminal.draw(draw).unwrap();
        }
        String::from_utf8(terminal.backend().out.clone()).unwrap()
    }

    #[test]
    fn an_unchanged_frame_costs_nothing() {
        let frame: &[(&str, Style)] = &[("hello", Style::new())];
        assert_eq!(last_frame(&[frame, frame]), "");
    }

    #[test]
    fn only_changed_cells_are_written_and_the_pen_is_kept() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let (one, two): (&[_], &[_]) = (&[("hello", Style::new())], &[("hallo", bold)]);
        assert_eq!(last_frame(&[one, two]), "\x1b[1H\x1b[1mhallo");
        assert_eq!(last_frame(&[one, two, one]), "\x1b[1H\x1b[mhello");
        let cyan = bold.fg(Color::Cyan);
        assert_eq!(last_frame(&[one, &[("hello", cyan)], two]), "\x1b[1H\x1b[0;1mhallo");
    }

    #[test]
    fn a_cell_after_a_wide_one_is_gone_to_anew() {
        let (one, two): (&[_], &[_]) = (&[("", Style::new())], &[("日x", Style::new())]);
        assert_eq!(last_frame(&[one, two]), "\x1b[1H日\x1b[1;3Hx");
    }

    #[test]
    fn of_joined_signs_only_the_first_is_written_and_the_width_is_kept() {
        assert_eq!(written("👨\u{200d}👩\u{200d}👧"), "\x1b[1H👨\x1b[1;3Hx");
        assert_eq!(written("🇵🇹"), "\x1b[1H⚑ \x1b[1;3Hx");
        assert_eq!(written("⌚\u{fe0e}"), "\x1b[1H?\x1b[1;2Hx");
        assert_eq!(written("👍🏽"), "\x1b[1H👍\x1b[1;3Hx");
        assert_eq!(written("❤\u{fe0f}"), "\x1b[1H❤ \x1b[1;3Hx");
        assert_eq!(
            written("e\u{301}"),
            "\x1b[1He\u{301}\x1b[1;2Hx",
            "marks on a letter take no room anywhere"
        );
    }

    /// Returns what is written for a sign and an `x` behind it.
    fn written(sign: &str) -> String {
        let name = format!("{sign}x");
        let (one, two): (&[_], &[_]) = (&[("", Style::new())], &[(name.as_str(), Style::new())]);
        last_frame(&[one, two])
    }

    #[test]
    fn a_joiner_is_never_sent() {
        assert_eq!(written("h\u{200d}"), "\x1b[1Hh\x1b[1;2Hx");
        assert_eq!(written("क\u{200d}"), "\x1b[1Hक\x1b[1;2Hx");
        assert_eq!(written("0\u{200d}\u{fe0f}"), "\x1b[1H0\x1b[1;2Hx", "nor what it kept apart");
    }

    #[test]
    fn letters_that_are_one_sign_are_written_whole() {
        assert_eq!(written("ทำ"), "\x1b[1H  \x1b[1Hทำ\x1b[1;3Hx");
        assert_eq!(written("हि"), "\x1b[1H  \x1b[1Hहि\x1b[1;3Hx");
        assert_eq!(written("मी"), "\x1b[1H  \x1b[1Hमी\x1b[1;3Hx");
        assert_eq!(written("மி"), "\x1b[1H  \x1b[1Hமி\x1b[1;3Hx");
        assert_eq!(written("न्दी"), "\x1b[1H   \x1b[1Hन्दी\x1b[1;4Hx");
        assert_eq!(written("বাং"), "\x1b[1H  \x1b[1Hবাং\x1b[1;3Hx");
        assert_eq!(written("🅰\u{fe0f}"), "\x1b[1H🅰 \x1b[1;3Hx", "no letter, though Unicode has it as one");
    }

    #[test]
    fn pictures_have_colours_of_256_and_of_24_bits_before_and_behind() {
        let style = Style::new().fg(Color::Rgb(1, 2, 255)).bg(Color::Indexed(17));
        let one: &[_] = &[("ab", style)];
        assert_eq!(last_frame(&[one]).split_once('a').unwrap().0, "\x1b[1H\x1b[38;2;1;2;255;48;5;17m");
        assert_eq!(
            last_frame(&[one, &[("cb", Style::new().fg(Color::Rgb(1, 2, 255)))]]).matches("48").count(),
            0
        );
    }

    #[test]
    fn a_long_frame_is_one_update() {
        let mut backend = backend();
        backend.frame = "x".repeat(ONE_WRITE + 1);
        backend.flush().unwrap();
        assert!(backend.out.starts_with(BEGIN_UPDATE) && backend.out.ends_with(END_UPDATE));
    }
}
