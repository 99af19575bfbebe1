//! The program itself.
//! A part of the action table: rows only; what they do is in `update`.

use super::{both, panes};
use crate::ui::action::{Action, ActionRow, Program, When};

pub(super) const PROGRAM: &[ActionRow] = &[
    panes(
        Action::Program(Program::Cancel),
        ["cancel", "", "drop the range, then the filter, the marks, the comparison"],
        &["<Esc>", "<C-g>"],
        When::Always,
    ),
    both(Action::Program(Program::Redraw), ["redraw", "", "draw the screen anew"], &["<C-l>"], When::Always),
    both(
        Action::Program(Program::Suspend),
        ["suspend", "", "back to the shell; `fg` comes back"],
        &["<C-z>"],
        When::Always,
    ),
    panes(
        Action::Program(Program::Shell),
        ["shell", "", "your shell in this folder, or in the local one beside it; `exit` comes back"],
        &["!", "<C-o>"],
        When::Always,
    ),
    both(
        Action::Program(Program::Mouse),
        ["mouse", "", "take the mouse from the terminal, or leave it: clicks put the cursor, mark and enter"],
        &["gm"],
        When::Always,
    ),
    panes(
        Action::Program(Program::Log),
        [
            "log",
            "",
            "what the program noted today: lost lines, refusals, what it could not do (more with -v)",
        ],
        &["gL"],
        When::Always,
    ),
    panes(
        Action::Program(Program::Doctor),
        ["doctor", "", "what is wrong with this machine and with the account, each with what mends it"],
        &["gD"],
        When::Always,
    ),
    both(
        Action::Program(Program::Interrupt),
        ["interrupt", "", "ask whether to quit"],
        &["<C-c>"],
        When::Always,
    ),
    panes(
        Action::Program(Program::Quit),
        ["quit", "Quit", "leave the program"],
        &["q", "<F10>"],
        When::Always,
    ),
];
