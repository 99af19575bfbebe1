//! Moves of the cursor and through folders.
//! A part of the action table: rows only; what they do is in `update`.

use super::{both, panes};
use crate::ui::action::{Action, ActionRow, Motion, When};

pub(super) const GO: &[ActionRow] = &[
    panes(
        Action::Go(Motion::OtherPane),
        ["other pane", "", "switch to the other pane"],
        &["<Tab>", "<S-Tab>"],
        When::Always,
    ),
    both(Action::Go(Motion::Up), ["up", "", "cursor up"], &["k", "<Up>", "<C-p>"], When::Always),
    both(Action::Go(Motion::Down), ["down", "", "cursor down"], &["j", "<Down>", "<C-n>"], When::Always),
    panes(
        Action::Go(Motion::Parent),
        ["parent", "", "go to the folder above"],
        &["h", "<Left>", "<Backspace>", "<C-h>"],
        When::Always,
    ),
    panes(
        Action::Go(Motion::Enter),
        ["enter", "", "enter the folder, or view the file"],
        &["<Enter>", "l", "<Right>"],
        When::Always,
    ),
    panes(
        Action::Go(Motion::Back),
        ["go back", "", "back to the folder shown before, at the row where you were"],
        &["H", "<M-Left>"],
        When::Always,
    ),
    panes(
        Action::Go(Motion::Forward),
        ["go forward", "", "forward again after going back"],
        &["L", "<M-Right>"],
        When::Always,
    ),
    both(Action::Go(Motion::Top), ["top", "", "first row"], &["gg", "<Home>"], When::Always),
    both(Action::Go(Motion::Bottom), ["bottom", "", "last row"], &["G", "<End>"], When::Always),
    both(Action::Go(Motion::HalfUp), ["half page up", "", "half a page up"], &["<C-u>"], When::Always),
    both(Action::Go(Motion::HalfDown), ["half page down", "", "half a page down"], &["<C-d>"], When::Always),
    both(Action::Go(Motion::PageUp), ["page up", "", "a page up"], &["<C-b>", "<PgUp>"], When::Always),
    both(Action::Go(Motion::PageDown), ["page down", "", "a page down"], &["<C-f>", "<PgDn>"], When::Always),
];
