//! Who sees what: links, shares; and old versions of a file.
//! A part of the action table: rows only; what they do is in `update`.

use super::panes;
use crate::ui::action::{Action, ActionRow, ShareKey, When};

pub(super) const SHARE: &[ActionRow] = &[
    panes(
        Action::Share(ShareKey::Sharing),
        ["share", "", "who sees the entry: make, copy or remove its public link; share a folder with people"],
        &["s"],
        When::CloudRow,
    ),
    panes(
        Action::Share(ShareKey::Link),
        ["copy link", "", "the entry's public link, made if you say so, for the clipboard"],
        &["yl"],
        When::CloudRow,
    ),
    panes(
        Action::Share(ShareKey::Links),
        ["go to links", "", "all public links of the account"],
        &["gl"],
        When::Account,
    ),
    panes(
        Action::Share(ShareKey::Versions),
        ["versions", "", "older contents of the file: make one current again, or delete it"],
        &["gV"],
        When::CloudRow,
    ),
];
