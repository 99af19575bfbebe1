//! Looking for names, sorting, filtering, comparing.
//! A part of the action table: rows only; what they do is in `update`.

use super::panes;
use crate::ui::action::{Action, ActionRow, Look, SortKey, When};

pub(super) const LOOK: &[ActionRow] = &[
    panes(
        Action::Look(Look::FindNext),
        ["find next", "", "jump to the next name that matches"],
        &["n"],
        When::Searched,
    ),
    panes(
        Action::Look(Look::FindPrevious),
        ["find previous", "", "jump to the previous name that matches"],
        &["N"],
        When::Searched,
    ),
    panes(
        Action::Look(Look::Filter),
        ["filter", "Filter", "show only names that contain a text"],
        &["f"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Properties),
        ["properties", "Info", "show exact size, times, versions, handle"],
        &["i", "<M-Enter>", "<C-x>i"],
        When::Row,
    ),
    panes(
        Action::Look(Look::Search),
        ["search", "Search", "find names in this folder and all below it, by size, time and kind too"],
        &["F", "<M-?>"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::SearchAccount),
        ["search account", "", "find names in the whole account, bin and shares too"],
        &["gf"],
        When::Account,
    ),
    panes(
        Action::Look(Look::Usage),
        ["usage", "", "what takes the space in this folder, old versions and bin too"],
        &["z", "<C-Space>"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Compare),
        ["compare", "Compare", "compare the two folders, all below them too, by size and time"],
        &["C", "<C-x>d"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sync),
        ["sync", "", "make the other pane's folder like this one; shows first what it would do"],
        &["S"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::NextDifference),
        ["next difference", "", "after a compare: the next row that differs"],
        &["}"],
        When::Compared,
    ),
    panes(
        Action::Look(Look::PreviousDifference),
        ["previous difference", "", "after a compare: the row before that differs"],
        &["{"],
        When::Compared,
    ),
    panes(
        Action::Look(Look::OnlyDifferences),
        ["only differences", "", "after a compare: show only rows that differ, or all again"],
        &["#"],
        When::Compared,
    ),
    panes(
        Action::Look(Look::Verify),
        ["verify", "Verify", "compare this or the marked with the other pane by content; on .. all"],
        &["V"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Duplicates),
        ["dedupe", "", "review duplicates: equal names and equal contents, one stays, the rest into the bin"],
        &["gd"],
        When::Account,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Name)),
        ["sort by name", "", "sort by name; again turns the order round"],
        &[",n"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Size)),
        ["sort by size", "", "sort by size; again turns the order round"],
        &[",s"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Modified)),
        ["sort by time", "", "sort by time of change; again turns the order round"],
        &[",m"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Uploaded)),
        ["sort by upload", "", "sort by time of arrival in the cloud; again turns the order round"],
        &[",u"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Sort(SortKey::Extension)),
        ["sort by extension", "", "sort by extension; again turns the order round"],
        &[",e"],
        When::Folder,
    ),
    panes(
        Action::Look(Look::Hidden),
        ["hidden files", "", "show or hide names that begin with a dot"],
        &[".", "<M-.>"],
        When::Folder,
    ),
];
