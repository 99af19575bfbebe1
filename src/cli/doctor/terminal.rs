//! What `doctor` finds of the terminal: what it can do, and what is missing. Called by `doctor` alone, for the screen sees
//! its terminal.

use std::path::PathBuf;

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
    } else if !is_known(name, &terminfo_folders(context)) {
        Finding::warn(
            "terminal",
            format!("nobody here knows \"{name}\": it is taken for a terminal of today"),
        )
        .mended_by("export TERM=xterm-256color, or the name that your terminal's manual says")
    } else if !surroundings.utf8 {
        Finding::warn("terminal", "the locale is not UTF-8: lines and signs are drawn in ASCII")
            .mended_by("export LC_ALL=C.UTF-8")
    } else if !kind.modern {
        Finding::warn("terminal", format!("\"{name}\" has no clipboard, mouse or window title for us"))
    } else {
        Finding::ok("terminal", format!("\"{name}\": {}", abilities(&surroundings)))
    })
}

/// Returns whether a terminal's name is one that we have heard of, or that this machine describes.
fn is_known(name: &str, folders: &[PathBuf]) -> bool {
    let family = name.split(['-', '.', '+']).next().unwrap_or(name);
    let family = family.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_ascii_lowercase();
    if cfg!(windows) || FAMILIES.contains(&family.as_str()) {
        return true;
    }
    let Some(first) = name.chars().next().filter(|_| !name.contains('/')) else { return false };
    // By its first letter, or where the disk does not tell large from small letters, by that letter's number.
    let places = [format!("{first}/{name}"), format!("{:x}/{name}", u32::from(first))];
    folders.iter().any(|folder| places.iter().any(|place| folder.join(place).is_file()))
}

/// Where descriptions of terminals are, as `man 5 terminfo` has it.
fn terminfo_folders(context: &Context) -> Vec<PathBuf> {
    let variable = |name| context.environment.text(name).unwrap_or_default();
    let own = [variable("TERMINFO"), format!("{}/.terminfo", variable("HOME"))];
    let listed = variable("TERMINFO_DIRS");
    let listed = listed.split(':').map(str::to_owned);
    let usual = USUAL_FOLDERS.into_iter().map(str::to_owned);
    own.into_iter().chain(listed).chain(usual).filter(|path| !path.is_empty()).map(PathBuf::from).collect()
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

/// How the names of terminals begin that are in use; not every machine describes each of them.
const FAMILIES: [&str; 32] = [
    "alacritty",
    "ansi",
    "cons",
    "contour",
    "cygwin",
    "dumb",
    "eterm",
    "foot",
    "ghostty",
    "gnome",
    "iterm",
    "kitty",
    "konsole",
    "linux",
    "mintty",
    "mlterm",
    "ms",
    "nsterm",
    "putty",
    "rio",
    "rxvt",
    "screen",
    "st",
    "sun",
    "tmux",
    "vt",
    "vte",
    "wezterm",
    "wsvt",
    "xterm",
    "yaft",
    "zellij",
];

const USUAL_FOLDERS: [&str; 5] = [
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/lib/terminfo",
    "/usr/local/share/terminfo",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_known_by_its_family_or_by_its_description() {
        for name in ["xterm", "xterm-kitty", "tmux-256color", "st-256color", "vt220", "rxvt-unicode-256color"]
        {
            assert!(is_known(name, &[]), "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().to_owned()];
        assert!(!is_known("foo-bar", &folders) && !is_known("../foo", &folders) && !is_known("", &folders));
        std::fs::create_dir(folder.path().join("f")).unwrap();
        std::fs::write(folder.path().join("f/foo-bar"), "").unwrap();
        assert!(is_known("foo-bar", &folders));
    }
}
