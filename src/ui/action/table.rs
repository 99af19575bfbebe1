//! [`rows`]: every action with its name, word in the key bar, help, keys, and when it makes sense.
//! Help, key bar, palette and keymap are made from it; a new key begins in one of the parts below.

mod content;
mod go;
mod look;
mod mark;
mod often;
mod place;
mod program;
mod share;
mod tab;
mod transfer;

use super::{Action, ActionRow, Context, When};

/// Returns all actions, in the order of palette and key bar. Of two rows with one key the first that makes sense counts.
pub fn rows() -> impl Iterator<Item = &'static ActionRow> + Clone {
    PARTS.iter().copied().flatten()
}

/// The parts of the table in their order.
const PARTS: &[&[ActionRow]] = &[
    often::OFTEN,
    content::CONTENT,
    look::LOOK,
    go::GO,
    mark::MARK,
    place::PLACE,
    share::SHARE,
    tab::TAB,
    transfer::TRANSFER,
    program::PROGRAM,
];

const fn panes(
    action: Action,
    [name, label, help]: [&'static str; 3],
    keys: &'static [&'static str],
    when: When,
) -> ActionRow {
    ActionRow { action, name, label, help, keys, context: Context::Panes, when }
}

const fn transfers(
    action: Action,
    [name, label, help]: [&'static str; 3],
    keys: &'static [&'static str],
    when: When,
) -> ActionRow {
    ActionRow { action, name, label, help, keys, context: Context::Transfers, when }
}

const fn both(
    action: Action,
    [name, label, help]: [&'static str; 3],
    keys: &'static [&'static str],
    when: When,
) -> ActionRow {
    ActionRow { action, name, label, help, keys, context: Context::Both, when }
}
