//! Tabs of a pane.
//! A part of the action table: rows only; what they do is in `update`.

use super::panes;
use crate::ui::action::{Action, ActionRow, TabKey, When};

pub(super) const TAB: &[ActionRow] = &[
    panes(
        Action::Tab(TabKey::Open),
        ["new tab", "", "open a tab of this folder in this pane"],
        &["T"],
        When::Folder,
    ),
    panes(
        Action::Tab(TabKey::Close),
        ["close tab", "", "close this tab; the folder stays"],
        &["W", "<C-w>"],
        When::Tabs,
    ),
    panes(Action::Tab(TabKey::Next), ["next tab", "", "show the next tab"], &["]"], When::Tabs),
    panes(Action::Tab(TabKey::Previous), ["previous tab", "", "show the tab before"], &["["], When::Tabs),
    panes(
        Action::Tab(TabKey::Digit),
        ["tab by number", "", "show the tab of this number"],
        &["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        When::Tabs,
    ),
];
