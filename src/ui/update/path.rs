//! A typed folder: what it may become while it is typed, and where it leads. Called by `perform`, for keys of the dialog,
//! and when the worker answers. It only asks for folders: what a pane shows changes when the worker has answered.

use std::path::{Component, Path, PathBuf};

use crate::entry::Location;
use crate::message::{AccountState, Command, Offers};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::path::{Choice, PathDialog};
use crate::ui::key::Key;
use crate::ui::state::AppState;

/// Asks for a folder.
pub(super) fn ask(state: &mut AppState, commands: &mut Vec<Command>) {
    let home = || Location::Local(state.surroundings.home.clone());
    let here = state.pane().location().cloned().unwrap_or_else(home);
    let mut dialog = PathDialog::new(here, state.numbers.completion);
    commands.push(dialog.ask());
    state.numbers.completion = dialog.number();
    state.dialogs.push(Dialog::Path(dialog));
}

/// Gives a key to the dialog.
pub(super) fn press(
    state: &mut AppState,
    mut dialog: PathDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match dialog.press(key) {
        Choice::Stay => {}
        Choice::Ask(command) => {
            state.numbers.completion = dialog.number();
            commands.push(command);
        }
        Choice::Close => return None,
        Choice::Typed(text) => {
            go_to(state, &text, commands);
            return None;
        }
        Choice::Offered(offer) => {
            state.pane_mut().open(offer.location, offer.focus, commands);
            return None;
        }
    }
    Some(Dialog::Path(dialog))
}

/// Asks what the text may become after something was pasted.
pub(super) fn pasted(state: &mut AppState, commands: &mut Vec<Command>) {
    if let Some(Dialog::Path(dialog)) = state.dialogs.last_mut() {
        commands.push(dialog.ask());
        state.numbers.completion = dialog.number();
    }
}

/// Takes an answer over.
pub(super) fn receive(state: &mut AppState, number: u64, offers: Offers, commands: &mut Vec<Command>) {
    if let Some(Dialog::Path(dialog)) = state.dialogs.last_mut() {
        commands.extend(dialog.receive(number, offers));
        state.numbers.completion = state.numbers.completion.max(dialog.number());
    }
}

/// Waits for no answer.
pub(super) fn give_up(state: &mut AppState) {
    if let Some(Dialog::Path(dialog)) = state.dialogs.last_mut() {
        dialog.give_up();
    }
}

/// Goes to a folder that was typed; one without a beginning is below the folder that is shown.
pub(super) fn go_to(state: &mut AppState, text: &str, commands: &mut Vec<Command>) {
    if let Some(command) = super::sharing::typed_link(state, text) {
        state.pane_mut().form = None;
        return commands.push(command);
    }
    let is_place = text.starts_with(['/', '~', '.']);
    let cloud =
        text.split_once(':').is_some_and(|(account, _)| !account.is_empty() && !account.contains('/'));
    let below = match state.pane().location() {
        Some(Location::Cloud { account, folder }) if !is_place => {
            Some(format!("{account}:{}/{text}", folder.path_start()))
        }
        Some(Location::Cloud { .. } | Location::Local(_)) | None => None,
    };
    if let Some(path) = (cloud && !is_place).then(|| text.to_owned()).or(below) {
        return go_in_account(state, path, commands);
    }
    let here = match state.pane().location() {
        Some(Location::Local(path)) => path.clone(),
        Some(Location::Cloud { .. }) | None => state.surroundings.home.clone(),
    };
    let path = resolve(text, &here, &state.surroundings.home);
    state.pane_mut().open(Location::Local(path), None, commands);
}

/// Goes to a folder of an account, whose file list may be on its way still.
fn go_in_account(state: &mut AppState, path: String, commands: &mut Vec<Command>) {
    let account = path.split(':').next().unwrap_or_default().to_owned();
    let is_coming = match state.accounts.states.get(&account) {
        Some(AccountState::Connecting | AccountState::Loading { .. } | AccountState::Waiting(_)) => true,
        Some(
            AccountState::NeedsPassword { .. }
            | AccountState::NeedsCode { .. }
            | AccountState::NeedsPassphrase { .. }
            | AccountState::Ready
            | AccountState::Failed(_),
        )
        | None => false,
    };
    let pane = state.pane_mut();
    pane.form = None;
    pane.answers.list_of = is_coming.then_some(account);
    commands.push(Command::OpenPath { view: pane.view, path });
}

/// Returns the absolute path of a typed disk folder; `.` and `..` are worked out without looking at the disk.
fn resolve(text: &str, here: &Path, home: &Path) -> PathBuf {
    let typed = match text.strip_prefix('~') {
        Some("") => home.to_path_buf(),
        Some(rest) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        Some(_) | None => here.join(text),
    };
    let mut path = PathBuf::new();
    for part in typed.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                path.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => path.push(part),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_paths_are_made_absolute() {
        let resolve = |text| resolve(text, Path::new("/home/anna/Pictures"), Path::new("/home/anna"));
        assert_eq!(resolve("/tmp"), Path::new("/tmp"));
        assert_eq!(resolve("~"), Path::new("/home/anna"));
        assert_eq!(resolve("~/Music"), Path::new("/home/anna/Music"));
        assert_eq!(resolve("2024"), Path::new("/home/anna/Pictures/2024"));
        assert_eq!(resolve("../Music/./x"), Path::new("/home/anna/Music/x"));
        assert_eq!(resolve("~odd"), Path::new("/home/anna/Pictures/~odd"));
        assert_eq!(resolve("/../.."), Path::new("/"));
    }
}
