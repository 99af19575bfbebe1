//! What `doctor` finds of the terminal: what it can do, and what is missing. Called by `doctor` alone, for the screen sees
//! its terminal.

use crate::cli::context::Context;
use crate::config::{ColorDepth, Multiplexer, Surroundings};
use crate::message::Finding;
use crate::ui::terminal_kind::TerminalKind;

/// Looks at the terminal; `None` where there is none.
pub(super) fn look(context: &Context) -> Option<Finding> {
    let surroundings = context.environment.surroundings();
    if surroundings.terminal.is_empty() {
        return None;
    }
    let kind = TerminalKind::of(&surroundings);
    let name = &surroundings.terminal;
    Some(if !kind.places {
        Finding::warn(
            "terminal",
            format!("\"{name}\" has no places to write at: the screen is a list of lines"),
        )
    } else if !surroundings.utf8 {
        Finding::warn("terminal", "the locale is not UTF-8: lines and signs are drawn in ASCII")
            .mended_by("export LC_ALL=C.UTF-8")
    } else if !kind.modern {
        Finding::warn("terminal", format!("\"{name}\" has no clipboard, mouse or window title for us"))
    } else {
        Finding::ok("terminal", format!("\"{name}\": {}", abilities(&surroundings)))
    })
}

/// What a terminal of today can do here.
fn abilities(surroundings: &Surroundings) -> String {
    let colors = match (surroundings.no_color, surroundings.depth) {
        (true, _) => "no colours, as NO_COLOR wants it",
        (false, ColorDepth::Few) => "16 colours",
        (false, ColorDepth::Indexed) => "256 colours",
        (false, ColorDepth::Millions) => "all colours",
    };
    let behind = match surroundings.multiplexer {
        Multiplexer::None => "",
        Multiplexer::Tmux => {
            ", through tmux (which needs `set -g allow-passthrough on` and `set -g set-clipboard on`)"
        }
        Multiplexer::Screen => ", through GNU screen",
    };
    let line = if surroundings.over_ssh { ", over ssh" } else { "" };
    format!("{colors}, UTF-8, clipboard, mouse, titles{behind}{line}")
}
