//! Marks.
//! A part of the action table: rows only; what they do is in `update`.

use super::panes;
use crate::ui::action::{Action, ActionRow, Marking, When};

pub(super) const MARK: &[ActionRow] = &[
    panes(
        Action::Mark(Marking::Toggle),
        ["mark", "", "mark or unmark, then go down"],
        &["<Space>", "<Ins>", "<C-t>", "<S-Down>"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::ToggleUp),
        ["mark up", "", "mark or unmark, then go up"],
        &["<S-Up>"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::Range),
        ["mark range", "", "begin a range; again marks it, Esc drops it"],
        &["v"],
        When::Folder,
    ),
    panes(Action::Mark(Marking::All), ["mark all", "", "mark every row"], &["A", "<C-a>"], When::Folder),
    panes(
        Action::Mark(Marking::Invert),
        ["invert marks", "", "mark what is not marked"],
        &["*"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::Differing),
        ["mark differences", "", "after a compare: mark what differs or is only here"],
        &["M"],
        When::Compared,
    ),
    panes(
        Action::Mark(Marking::Newer),
        ["mark newer", "", "after a compare: mark what is newer here"],
        &[">"],
        When::Compared,
    ),
    panes(
        Action::Mark(Marking::OnlyHere),
        ["mark only here", "", "after a compare: mark what the other side has not"],
        &["^"],
        When::Compared,
    ),
    panes(
        Action::Mark(Marking::Pattern),
        ["mark by pattern", "", "mark names that match, like *.jpg"],
        &["+", "<M-+>"],
        When::Folder,
    ),
    panes(
        Action::Mark(Marking::UnmarkPattern),
        ["unmark by pattern", "", "unmark names that match, like *.jpg"],
        &["-", "<M-->"],
        When::Folder,
    ),
];
