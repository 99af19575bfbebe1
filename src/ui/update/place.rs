//! Places: home, cloud, bin, shares, a typed path, another account; and what the panes show.
//! Called by `perform` for [`Place`] actions and by the account chooser. It only asks for folders: what a pane shows changes
//! when the worker has answered.

use std::path::{Path, PathBuf};

use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::Command;
use crate::ui::action::Place;
use crate::ui::dialog::Dialog;
use crate::ui::dialog::accounts::{AccountChooser, Choice};
use crate::ui::dialog::field::Field;
use crate::ui::dialog::login::{LoginForm, Need};
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::state::AppState;

pub(super) fn perform(state: &mut AppState, place: Place, commands: &mut Vec<Command>) {
    match place {
        Place::Path => state.dialogs.push(Dialog::Prompt(Prompt::new(Purpose::GoTo, Field::default()))),
        Place::Home => {
            let home = Location::Local(state.surroundings.home.clone());
            state.pane_mut().open(home, None, commands);
        }
        Place::Cloud => go_to_cloud(state, CloudFolder::Root, commands),
        Place::Bin => go_to_cloud(state, CloudFolder::Rubbish, commands),
        Place::Shares => go_to_cloud(state, CloudFolder::Shares, commands),
        Place::Refresh => refresh(state, commands),
        Place::OtherSame => {
            let pane = state.pane();
            let focus: Option<EntryKey> = pane.current().map(|row| row.entry.key.clone());
            if let Some(location) = pane.location().cloned() {
                state.panes[1 - state.active].open(location, focus, commands);
            }
        }
        Place::Swap => {
            state.panes.swap(0, 1);
            state.active = 1 - state.active;
        }
        Place::Accounts => choose_account(state, state.active),
        Place::AccountsLeft => choose_account(state, 0),
        Place::AccountsRight => choose_account(state, 1),
    }
}

/// Returns the top of an account's cloud drive.
pub(super) const fn top(account: String) -> Location {
    Location::Cloud { account, folder: CloudFolder::Root }
}

/// Offers the accounts for a pane.
pub(super) fn choose_account(state: &mut AppState, pane: usize) {
    let accounts = state.accounts.rows.clone().unwrap_or_default();
    let shown = state.panes[pane].account();
    let place = accounts.iter().position(|row| Some(row.name.as_str()) == shown);
    let cursor = place.map_or(0, |place| place + 1);
    state.dialogs.push(Dialog::Accounts(AccountChooser { pane, cursor, accounts }));
}

/// Shows what was chosen in a pane.
pub(super) fn show_choice(
    state: &mut AppState,
    pane: usize,
    choice: Choice<'_>,
    commands: &mut Vec<Command>,
) {
    match choice {
        Choice::Disk => {
            let home = Location::Local(state.surroundings.home.clone());
            state.panes[pane].open(home, None, commands);
        }
        Choice::Account(row) => state.panes[pane].open(top(row.name.clone()), None, commands),
        Choice::New => {
            state.panes[pane].forget();
            state.panes[pane].wanted = None;
            state.panes[pane].form = Some(LoginForm::new(Need::Password, None, None));
        }
    }
    state.active = pane;
}

/// Goes to a folder that was typed.
pub(super) fn go_to_path(state: &mut AppState, text: &str, commands: &mut Vec<Command>) {
    let text = text.trim();
    let cloud =
        text.split_once(':').is_some_and(|(account, _)| !account.is_empty() && !account.contains('/'));
    if cloud {
        let pane = state.pane_mut();
        pane.form = None;
        commands.push(Command::OpenPath { view: pane.view, path: text.to_owned() });
        return;
    }
    let here = match state.pane().location() {
        Some(Location::Local(path)) => path.clone(),
        Some(Location::Cloud { .. }) | None => state.surroundings.home.clone(),
    };
    let path = resolve(text, &here, &state.surroundings.home);
    state.pane_mut().open(Location::Local(path), None, commands);
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
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                path.pop();
            }
            std::path::Component::Prefix(_)
            | std::path::Component::RootDir
            | std::path::Component::Normal(_) => path.push(part),
        }
    }
    path
}

fn go_to_cloud(state: &mut AppState, folder: CloudFolder, commands: &mut Vec<Command>) {
    let Some(account) = state.account().map(str::to_owned) else { return };
    state.pane_mut().open(Location::Cloud { account, folder }, None, commands);
}

fn refresh(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane();
    if pane.head.is_some() {
        commands.push(Command::Refresh { view: pane.view });
    } else if let Some(location) = pane.wanted.clone() {
        state.pane_mut().open(location, None, commands);
    }
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
