//! Places, what a pane shows, and what of a row goes to the clipboard.
//! A part of the action table: rows only; what they do is in `update`.

use super::panes;
use crate::ui::action::{Action, ActionRow, Place, When, Yank};

pub(super) const PLACE: &[ActionRow] = &[
    panes(
        Action::Place(Place::Path),
        [
            "go to path",
            "",
            "type a folder (cd): /disk/path, ~/path, account:/path, or a public link; Tab completes",
        ],
        &["gp", "<M-c>"],
        When::Always,
    ),
    panes(Action::Place(Place::Home), ["go home", "", "your home folder"], &["gh"], When::Always),
    panes(
        Action::Place(Place::Cloud),
        ["go to cloud", "", "the top of the cloud drive"],
        &["gc"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Bin),
        ["go to bin", "", "the rubbish bin of the account"],
        &["gb"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Shares),
        ["go to shares", "", "what others share with you"],
        &["gs"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Inbox),
        ["go to inbox", "", "the inbox of the account, where backups live"],
        &["gi"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Orphans),
        ["go to orphans", "", "entries whose folder never came"],
        &["go"],
        When::Account,
    ),
    panes(
        Action::Place(Place::Bookmarks),
        ["bookmarks", "", "go to a folder that you have kept, by its letter or name"],
        &["'", "<C-\\>"],
        When::Always,
    ),
    panes(
        Action::Place(Place::NewBookmark),
        ["add bookmark", "", "keep this folder under a name and a letter"],
        &["B"],
        When::Folder,
    ),
    panes(
        Action::Place(Place::Accounts),
        ["accounts", "", "choose the account of this pane, log in or out"],
        &["ga"],
        When::Always,
    ),
    panes(
        Action::Place(Place::AccountsLeft),
        ["accounts left", "", "choose what the left pane shows"],
        &["<M-F1>"],
        When::Always,
    ),
    panes(
        Action::Place(Place::AccountsRight),
        ["accounts right", "", "choose what the right pane shows"],
        &["<M-F2>"],
        When::Always,
    ),
    panes(
        Action::Place(Place::Refresh),
        ["refresh", "", "read the folder anew"],
        &["<C-r>", "<F12>"],
        When::Always,
    ),
    panes(
        Action::Place(Place::OtherSame),
        ["same folder", "", "show this folder in the other pane too"],
        &["=", "<M-i>"],
        When::Folder,
    ),
    panes(
        Action::Place(Place::Swap),
        ["swap panes", "", "swap left and right"],
        &["x", "<C-x>s"],
        When::Always,
    ),
    panes(
        Action::Place(Place::Together),
        ["browse together", "", "both panes go into and out of folders of the same names"],
        &["Y"],
        When::Always,
    ),
    panes(Action::Yank(Yank::Path), ["copy path", "", "put the path on the clipboard"], &["yy"], When::Row),
    panes(Action::Yank(Yank::Name), ["copy name", "", "put the name on the clipboard"], &["yn"], When::Row),
    panes(
        Action::Yank(Yank::Handle),
        ["copy handle", "", "put the handle on the clipboard"],
        &["yh"],
        When::CloudRow,
    ),
];
