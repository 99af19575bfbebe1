//! What is in a file: look into it, edit it, open it, preview it.
//! A part of the action table: rows only; what they do is in `update`.

use super::panes;
use crate::ui::action::{Action, ActionRow, Content, When};

pub(super) const CONTENT: &[ActionRow] = &[
    panes(
        Action::Content(Content::View),
        ["view", "View", "show what is in the file: text, bytes or a picture; Enter does it, too"],
        &["gv", "<F3>"],
        When::File,
    ),
    panes(
        Action::Content(Content::Edit),
        ["edit", "Edit", "edit the file with your editor ($VISUAL, $EDITOR)"],
        &["e", "<F4>"],
        When::File,
    ),
    panes(
        Action::Content(Content::Open),
        ["open", "Open", "open the file with the program that the system has for it"],
        &["o"],
        When::File,
    ),
    panes(
        Action::Content(Content::Preview),
        ["preview", "", "show or hide the preview beside the panes, from 160 columns on"],
        &["P"],
        When::Always,
    ),
];
