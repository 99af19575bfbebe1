//! What a place forbids: said at once, before anything is asked. Called by the actions on files. It knows what the screen
//! shows; what only the worker can know (shares with some rights) the worker refuses in the dialog that counts.

use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::ViewHead;
use crate::ui::action::{Action, Change};
use crate::ui::keymap::Keymap;
use crate::ui::pane::Pane;

/// Returns why nothing can be changed in a pane, nor copied from it, where its account's file list is still arriving.
pub(super) fn loading(pane: &Pane) -> Option<String> {
    let account = pane.account().filter(|_| pane.is_partial())?;
    Some(format!("{account}: is still loading, and this has to wait until all is there"))
}

/// Returns why the chosen entries of a pane cannot be taken from where they are, or be changed there.
pub(super) fn taking(pane: &Pane) -> Option<String> {
    let head = pane.head.as_ref()?;
    if let Location::Cloud { folder: CloudFolder::Shares, .. } = head.location {
        return Some("these folders belong to others, who share them".to_owned());
    }
    if !head.writable {
        return Some(format!("{} is read-only", head.title));
    }
    let place = pane.current().filter(|_| head.marked_count == 0 && pane.anchor.is_none())?;
    matches!(place.entry.key, EntryKey::Place(_)).then(|| format!("{} is a fixed place", place.entry.name))
}

/// Returns why nothing can be put into the rubbish bin from a pane.
pub(super) fn trashing(pane: &Pane, keymap: &Keymap) -> Option<String> {
    let belongs = || {
        let delete = keymap.hint(Action::Change(Change::Delete));
        format!("it belongs to somebody else, and their bin is theirs: {delete} deletes it there for good")
    };
    taking(pane).or_else(|| pane.is_in_share().then(belongs))
}

/// Returns why nothing can be put into the folder that a pane shows.
pub(super) fn putting(pane: &Pane, head: &ViewHead, keymap: &Keymap) -> Option<String> {
    if let Some(why) = loading(pane) {
        return Some(why);
    }
    if pane.is_in_bin() {
        let trash = keymap.hint(Action::Change(Change::Trash));
        return Some(format!("{} is the rubbish bin: {trash} puts things there", head.title));
    }
    (!head.writable).then(|| format!("{} cannot be written to", head.title))
}
