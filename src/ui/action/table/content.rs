//! What is in a file: edit it.
//! A part of the action table: rows only; what they do is in `update`.

use super::panes;
use crate::ui::action::{Action, ActionRow, Content, When};

pub(super) const CONTENT: &[ActionRow] = &[panes(
    Action::Content(Content::Edit),
    ["edit", "Edit", "edit the file with your editor ($VISUAL, $EDITOR)"],
    &["e", "<F4>"],
    When::File,
)];
