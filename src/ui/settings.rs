//! [`Settings`]: what the user has set about the screen, put together from the configuration, the options and the keymap
//! file. Made by the command line, taken by the run loop once, at the start.

use super::keymap::Keymap;
use super::terminal_kind::TerminalKind;
use super::theme::Ground;
use crate::config::screen::{Accent, KeyHints, Notify, StartSort, ThemeChoice};
use crate::config::{ScreenSettings, Surroundings};
use crate::message::{Arrangement, Sort};

/// What is set about the screen. The default is what a new user has on a terminal of today.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Which keys call what.
    pub keymap: Keymap,
    /// The ground that the colours are made for; [`Self::asks_ground`] may bring another.
    pub ground: Ground,
    /// Ask the terminal for its ground.
    pub asks_ground: bool,
    /// The colour of cursor and active pane; without one it goes by the ground.
    pub accent: Option<Accent>,
    /// Order and hidden files at the start.
    pub arrangement: Arrangement,
    /// Take the mouse from the start.
    pub mouse: bool,
    /// Say in the window's title which folders are shown.
    pub title: bool,
    /// How the end of long work is told.
    pub notify: Notify,
    /// What the terminal understands.
    pub kind: TerminalKind,
    /// A sentence for the status line at the start: what is wrong in the keymap file.
    pub notice: Option<String>,
}

impl Settings {
    /// Puts together what is wished and what the surroundings say.
    #[must_use]
    pub fn new(wished: &ScreenSettings, surroundings: &Surroundings, mut keymap: Keymap) -> Self {
        let kind = TerminalKind::of(surroundings);
        if wished.keys == KeyHints::Letters {
            keymap.set_hints(super::keymap::Hints::Letters);
        }
        let is_colored = kind.colors && !surroundings.no_color;
        let is_light = surroundings.light_ground.unwrap_or(false);
        let ground = match wished.theme {
            _ if !is_colored => Ground::Mono,
            ThemeChoice::Mono => Ground::Mono,
            ThemeChoice::Light => Ground::Light,
            ThemeChoice::Auto if is_light => Ground::Light,
            ThemeChoice::Auto | ThemeChoice::Dark => Ground::Dark,
        };
        let sort = match wished.sort {
            StartSort::Name => Sort::Name,
            StartSort::Size => Sort::Size,
            StartSort::Time => Sort::Modified,
            StartSort::Uploaded => Sort::Uploaded,
            StartSort::Extension => Sort::Extension,
        };
        // Largest and newest first is what these orders are for.
        let natural = matches!(sort, Sort::Size | Sort::Modified | Sort::Uploaded);
        Self {
            keymap,
            ground,
            asks_ground: is_colored && wished.theme == ThemeChoice::Auto && kind.askable,
            accent: wished.accent,
            arrangement: Arrangement {
                sort,
                reversed: natural != wished.reversed,
                hidden: wished.hidden,
                ..Arrangement::default()
            },
            mouse: wished.mouse,
            title: wished.title,
            notify: wished.notify,
            kind,
            notice: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(theme: ThemeChoice, terminal: &str, light_ground: Option<bool>, no_color: bool) -> Settings {
        let wished = ScreenSettings { theme, ..ScreenSettings::default() };
        let surroundings =
            Surroundings { terminal: terminal.to_owned(), light_ground, no_color, ..Surroundings::default() };
        Settings::new(&wished, &surroundings, Keymap::default())
    }

    #[test]
    fn the_ground_is_asked_for_where_nobody_has_said_and_the_terminal_can_answer() {
        use ThemeChoice::{Auto, Dark, Light, Mono};
        let table = [
            (Auto, "xterm", None, false, Ground::Dark, true),
            (Auto, "xterm", Some(true), false, Ground::Light, true),
            (Auto, "linux", Some(true), false, Ground::Light, false),
            (Auto, "xterm", None, true, Ground::Mono, false),
            (Light, "vt100", None, false, Ground::Mono, false),
            (Light, "xterm", None, false, Ground::Light, false),
            (Dark, "xterm", Some(true), false, Ground::Dark, false),
            (Mono, "xterm", None, false, Ground::Mono, false),
        ];
        for (theme, terminal, light, no_color, ground, asks) in table {
            let made = settings(theme, terminal, light, no_color);
            assert_eq!((made.ground, made.asks_ground), (ground, asks), "{theme:?} on {terminal}");
        }
    }

    #[test]
    fn panes_begin_in_the_order_that_is_set() {
        let wished = ScreenSettings { sort: StartSort::Time, hidden: true, ..ScreenSettings::default() };
        let made = Settings::new(&wished, &Surroundings::default(), Keymap::default()).arrangement;
        let wanted =
            Arrangement { sort: Sort::Modified, reversed: true, hidden: true, ..Arrangement::default() };
        assert_eq!(made, wanted);
        let plain = Settings::new(&ScreenSettings::default(), &Surroundings::default(), Keymap::default());
        assert_eq!(plain.arrangement, Arrangement::default());
    }
}
