//! [`Surroundings`]: what the screen is made for: its size, the time, the look, and what the user has beside it.
//! Made once by the run loop from the options; `update` changes size, time and look in it, the view reads it.

use std::path::PathBuf;

use ratatui::layout::Size;

use super::figure::Clock;
use super::layout::is_too_small;
use super::run::Options;
use super::theme::Theme;
use crate::config::{ColorDepth, UserProgram};

/// What the screen is made for.
#[derive(Debug)]
pub struct Surroundings {
    /// Columns.
    pub width: u16,
    /// Lines.
    pub height: u16,
    /// Now, and the zone.
    pub clock: Clock,
    /// The look.
    pub theme: Theme,
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder of the log files.
    pub log: PathBuf,
    /// A sentence for the status line while nothing else is there (the demo says what it is).
    pub banner: Option<String>,
    /// The user's editor.
    pub editor: UserProgram,
    /// The user's shell.
    pub shell: UserProgram,
    /// How many colours a picture may have.
    pub depth: ColorDepth,
    /// Whether programs with windows can be seen.
    pub has_desktop: bool,
}

impl Surroundings {
    /// Takes them from the options.
    pub(super) fn new(size: Size, clock: Clock, theme: Theme, options: &Options) -> Self {
        Self {
            width: size.width,
            height: size.height,
            clock,
            theme,
            home: options.home.clone(),
            log: options.log.clone(),
            banner: options.banner.clone(),
            editor: options.editor.clone(),
            shell: options.shell.clone(),
            depth: options.depth,
            has_desktop: options.has_desktop,
        }
    }

    /// Returns whether nothing is drawn but that the screen is too small.
    #[must_use]
    pub const fn is_too_small(&self) -> bool {
        is_too_small(self.width, self.height)
    }
}
