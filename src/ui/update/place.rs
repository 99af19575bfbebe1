//! Places: home, cloud, bin, shares, a typed path, another account; and what the panes show.
//! Called by `perform` for [`Place`] actions and by the account chooser. It only asks for folders: what a pane shows changes
//! when the worker has answered.

use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::Command;
use crate::ui::action::{Action, Place};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::accounts::{AccountChooser, Choice};
use crate::ui::dialog::login::{LoginForm, Need};
use crate::ui::state::AppState;
use crate::ui::synchrony::Synchrony;

pub(super) fn perform(state: &mut AppState, place: Place, commands: &mut Vec<Command>) {
    match place {
        Place::Path => super::path::ask(state, commands),
        Place::Home => {
            let home = Location::Local(state.surroundings.home.clone());
            state.pane_mut().open(home, None, commands);
        }
        Place::Cloud => go_to_cloud(state, CloudFolder::Root, commands),
        Place::Bin => go_to_cloud(state, CloudFolder::Rubbish, commands),
        Place::Shares => go_to_cloud(state, CloudFolder::Shares, commands),
        Place::Inbox => go_to_cloud(state, CloudFolder::Inbox, commands),
        Place::Orphans => go_to_cloud(state, CloudFolder::Orphans, commands),
        Place::Bookmarks => super::bookmarks::list(state, commands),
        Place::NewBookmark => super::bookmarks::ask(state),
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
            state.tabs.swap(0, 1);
            state.synchrony = state.synchrony.map(|_| Synchrony::default());
            state.active = 1 - state.active;
        }
        Place::Together => together(state),
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

fn go_to_cloud(state: &mut AppState, folder: CloudFolder, commands: &mut Vec<Command>) {
    let Some(account) = state.account().map(str::to_owned) else { return };
    state.pane_mut().open(Location::Cloud { account, folder }, None, commands);
}

/// Turns synchronised browsing on and off.
fn together(state: &mut AppState) {
    state.synchrony = if state.synchrony.is_some() { None } else { Some(Synchrony::default()) };
    let key = state.hint(Action::Place(Place::Together));
    state.say(if state.synchrony.is_some() {
        format!("both panes go into and out of folders together · {key} ends it")
    } else {
        "each pane goes its own way again".to_owned()
    });
}

fn refresh(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane();
    if pane.head.is_some() {
        commands.push(Command::Refresh { view: pane.view });
    } else if let Some(location) = pane.wanted.clone() {
        state.pane_mut().open(location, None, commands);
    }
}
