//! A [`TerminalKind`]: what the terminal understands, by its name and by what stands before it, and how sequences that it
//! may not know are wrapped to reach it. Pure; the command line makes it, backend and control ask it.

use std::fmt::Write as _;

use crate::config::{Multiplexer, Surroundings};

/// What a terminal understands.
#[expect(clippy::struct_excessive_bools, reason = "terminals mix them freely")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalKind {
    /// Colours.
    pub colors: bool,
    /// Frames in one piece (DEC 2026), pasted text told from typed (DEC 2004), the mouse, titles, the clipboard.
    pub modern: bool,
    /// Places to go to on the screen. Without them there is only line after line.
    pub places: bool,
    /// Whether it may be asked for its ground (OSC 11) without its answer, or the question itself, doing harm.
    pub askable: bool,
    /// No more than the 256 signs of its font.
    pub few_signs: bool,
    /// What stands between.
    pub multiplexer: Multiplexer,
}

impl TerminalKind {
    /// Returns what a terminal understands. What is not known by name is taken for one of today.
    #[must_use]
    pub fn of(surroundings: &Surroundings) -> Self {
        let name = surroundings.terminal.as_str();
        let multiplexer = surroundings.multiplexer;
        let places = !matches!(name, "" | "dumb" | "unknown" | "emacs") || cfg!(windows);
        let is_old = ["vt52", "vt100", "vt102", "vt220", "ansi", "cons25"].contains(&name);
        let is_console = name.starts_with("linux");
        let modern = places && !is_old && !is_console;
        let wrapped = multiplexer == Multiplexer::Screen
            || (name.starts_with("screen") && multiplexer == Multiplexer::None);
        Self {
            colors: places && !name.starts_with("vt"),
            modern,
            places,
            askable: modern && !wrapped,
            few_signs: is_console,
            multiplexer,
        }
    }

    /// Wraps a sequence so that it reaches the terminal behind a multiplexer.
    #[must_use]
    pub fn wrapped(&self, sequence: &str) -> String {
        match self.multiplexer {
            Multiplexer::None => sequence.to_owned(),
            Multiplexer::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            // screen takes no more than 768 bytes in one piece, and sends them on as they come.
            Multiplexer::Screen => {
                let pieces = sequence.as_bytes().chunks(SCREEN_PIECE).map(String::from_utf8_lossy);
                let wrap = |mut all: String, piece: std::borrow::Cow<'_, str>| {
                    let _ = write!(all, "\x1bP{piece}\x1b\\"); // a String takes everything
                    all
                };
                pieces.fold(String::new(), wrap)
            }
        }
    }
}

impl Default for TerminalKind {
    fn default() -> Self {
        let (colors, modern, places) = (true, true, true);
        Self { colors, modern, places, askable: false, few_signs: false, multiplexer: Multiplexer::None }
    }
}

/// Bytes that GNU screen passes on in one piece, with room for what wraps them.
const SCREEN_PIECE: usize = 700;

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(terminal: &str, multiplexer: Multiplexer) -> TerminalKind {
        TerminalKind::of(&Surroundings {
            terminal: terminal.to_owned(),
            multiplexer,
            ..Surroundings::default()
        })
    }

    #[test]
    fn old_terminals_get_nothing_that_they_would_print() {
        let table = [
            ("xterm-256color", Multiplexer::None, [true, true, true, true]),
            ("tmux-256color", Multiplexer::Tmux, [true, true, true, true]),
            ("screen-256color", Multiplexer::Tmux, [true, true, true, true]),
            ("screen", Multiplexer::Screen, [true, true, true, false]),
            ("screen", Multiplexer::None, [true, true, true, false]),
            ("linux", Multiplexer::None, [true, false, true, false]),
            ("vt100", Multiplexer::None, [false, false, true, false]),
        ];
        for (name, multiplexer, expected) in table {
            let kind = kind(name, multiplexer);
            assert_eq!([kind.colors, kind.modern, kind.places, kind.askable], expected, "{name}");
        }
        if !cfg!(windows) {
            assert!(!kind("dumb", Multiplexer::None).places && !kind("", Multiplexer::None).places);
        }
    }

    #[test]
    fn sequences_are_wrapped_for_what_stands_between() {
        let bell = "\x1b]9;done\x07";
        assert_eq!(kind("xterm", Multiplexer::None).wrapped(bell), bell);
        assert_eq!(kind("tmux", Multiplexer::Tmux).wrapped(bell), "\x1bPtmux;\x1b\x1b]9;done\x07\x1b\\");
        let long = kind("screen", Multiplexer::Screen).wrapped(&"x".repeat(1500));
        assert_eq!(long.matches("\x1bP").count(), 3);
        assert!(long.split("\x1b\\").all(|piece| piece.len() < 768));
    }
}
