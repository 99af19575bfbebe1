//! [`Margin`]: the terminal of stderr as the bars of `-P` see it, some columns narrower than it is. The library fills their
//! last line to its end; what the terminal echoes behind it (`^C`) would go to the next line, and the bars could not be
//! cleared any more, for they would look for themselves one line too low. Called by `progress`.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossterm::cursor::{MoveDown, MoveLeft, MoveRight, MoveToColumn, MoveUp};
use crossterm::terminal::{self, Clear, ClearType};
use crossterm::{Command, QueueableCommand};
use indicatif::TermLike;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Margin {
    /// What is drawn, until it is shown in one go.
    drawn: Mutex<Vec<u8>>,
}

impl Margin {
    fn drawn(&self) -> MutexGuard<'_, Vec<u8>> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, command: impl Command) -> io::Result<()> {
        self.drawn().queue(command).map(drop)
    }

    /// Moves by so many lines or columns; to a terminal none would be one.
    fn go<C: Command>(&self, count: usize, command: impl FnOnce(u16) -> C) -> io::Result<()> {
        match u16::try_from(count).unwrap_or(u16::MAX) {
            0 => Ok(()),
            count => self.queue(command(count)),
        }
    }
}

impl TermLike for Margin {
    fn width(&self) -> u16 {
        terminal::size().map_or(FALLBACK.0, |(width, _)| width).saturating_sub(ECHO).max(1)
    }

    fn height(&self) -> u16 {
        terminal::size().map_or(FALLBACK.1, |(_, height)| height)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.go(n, MoveUp)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.go(n, MoveDown)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.go(n, MoveRight)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.go(n, MoveLeft)
    }

    fn write_line(&self, s: &str) -> io::Result<()> {
        self.write_str(s)?;
        self.write_str("\n")
    }

    fn write_str(&self, s: &str) -> io::Result<()> {
        self.drawn().write_all(s.as_bytes())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.queue(MoveToColumn(0))?;
        self.queue(Clear(ClearType::CurrentLine))
    }

    fn flush(&self) -> io::Result<()> {
        let mut drawn = self.drawn();
        let mut stderr = io::stderr().lock();
        stderr.write_all(&drawn)?;
        drawn.clear();
        stderr.flush()
    }
}

/// Columns for what is echoed: `^C`, and one that keeps the cursor off the edge.
const ECHO: u16 = 3;

/// Columns and lines of a terminal that does not say.
const FALLBACK: (u16, u16) = (80, 24);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_what_a_terminal_understands() {
        let margin = Margin::default();
        margin.move_cursor_up(0).unwrap();
        margin.move_cursor_up(2).unwrap();
        margin.clear_line().unwrap();
        margin.write_line("a").unwrap();
        assert_eq!(*margin.drawn(), b"\x1b[2A\x1b[1G\x1b[2Ka\n");
        assert!(margin.width() >= 1);
    }
}
