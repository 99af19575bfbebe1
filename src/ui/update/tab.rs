//! Tabs: opened, closed, chosen. Called by `perform` for [`TabKey`] actions, and to bring a view to the front.
//! A tab that is not shown goes on being told of changes in its folder.

use std::path::Path;

use crate::entry::Location;
use crate::message::{Arrangement, Command, KeptScreen, KeptSide, KeptTab, ViewId};
use crate::ui::action::{Action, TabKey};
use crate::ui::pane::Pane;
use crate::ui::state::AppState;

pub(super) fn perform(state: &mut AppState, key: TabKey, commands: &mut Vec<Command>) {
    let tabs = &state.tabs[state.active];
    let (at, count) = (tabs.at(), tabs.count());
    match key {
        TabKey::Open if !tabs.has_room() => {
            let close = state.hint(Action::Tab(TabKey::Close));
            state.say(format!("a pane has {count} tabs at most · {close} closes one"));
        }
        TabKey::Open => open(state, commands),
        TabKey::Close => close(state, commands),
        TabKey::Next => choose(state, (at + 1) % count),
        TabKey::Previous => choose(state, (at + count - 1) % count),
        TabKey::Digit => {
            let digit = state.keys.last.and_then(|key| key.typed()?.to_digit(10)).unwrap_or(1);
            choose(state, usize::try_from(digit).unwrap_or(1).saturating_sub(1));
        }
    }
}

/// Shows the tab of a view, on its side; returns that side.
pub(super) fn bring_to_front(state: &mut AppState, view: ViewId) -> Option<usize> {
    if let Some(side) = state.panes.iter().position(|pane| pane.view == view) {
        return Some(side);
    }
    let side = state.tabs.iter().position(|tabs| tabs.place_of(view).is_some())?;
    let place = state.tabs[side].place_of(view)?;
    state.tabs[side].choose(&mut state.panes[side], place);
    Some(side)
}

/// Returns what the next screen needs to begin like this one.
pub(super) fn keep(state: &AppState) -> Option<Command> {
    let side = |side: usize| {
        let all = state.tabs[side].all(&state.panes[side]);
        let tabs: Vec<KeptTab> = all.filter_map(|pane| kept(pane, &state.surroundings.home)).collect();
        let shown = u8::try_from(state.tabs[side].at().min(tabs.len().checked_sub(1)?)).ok()?;
        Some(KeptSide { tabs, shown })
    };
    let active = u8::try_from(state.active).ok()?;
    Some(Command::KeepScreen(KeptScreen { sides: [side(0)?, side(1)?], active }))
}

/// Returns what is kept of a pane. Of a public link nothing is, for its key would be written down: home stands for it.
fn kept(pane: &Pane, home: &Path) -> Option<KeptTab> {
    let head = pane.head.as_ref()?;
    let arrangement = Arrangement { filter: None, differences: false, ..head.arrangement.clone() };
    if head.location.is_link() {
        let (location, path) = (Location::Local(home.to_owned()), home.to_string_lossy().into_owned());
        return Some(KeptTab { location, path, arrangement });
    }
    Some(KeptTab { location: head.location.clone(), path: head.title.clone(), arrangement })
}

/// Screens are kept from now on, and this one begins like the last; comes once, at the start.
pub(super) fn begin(state: &mut AppState, last: Option<KeptScreen>, commands: &mut Vec<Command>) {
    state.keeps_screen = true;
    if let Some(last) = last {
        restore(state, last, commands);
    }
}

fn restore(state: &mut AppState, screen: KeptScreen, commands: &mut Vec<Command>) {
    for (side, kept) in screen.sides.into_iter().enumerate() {
        for (number, tab) in kept.tabs.into_iter().enumerate() {
            if number > 0 && !state.tabs[side].has_room() {
                break;
            }
            if number > 0 {
                let pane = Pane::new(next_view(state));
                state.tabs[side].open(&mut state.panes[side], pane);
            }
            let view = state.panes[side].view;
            state.panes[side].wanted = Some(tab.location.clone());
            commands.push(Command::OpenKept { view, location: tab.location, path: tab.path });
            commands.push(Command::Arrange { view, arrangement: tab.arrangement });
        }
        state.tabs[side].choose(&mut state.panes[side], kept.shown.into());
    }
    state.active = usize::from(screen.active.min(1));
}

fn next_view(state: &mut AppState) -> ViewId {
    let view = ViewId(state.numbers.view);
    state.numbers.view += 1;
    view
}

fn open(state: &mut AppState, commands: &mut Vec<Command>) {
    let shown = state.pane();
    let Some(location) = shown.location().cloned() else { return };
    let focus = shown.current().map(|row| row.entry.key.clone());
    let arrangement = Arrangement { filter: None, ..shown.arrangement() };
    let view = next_view(state);
    let mut pane = Pane::new(view);
    pane.open(location, focus, commands);
    if arrangement != Arrangement::default() {
        commands.push(Command::Arrange { view, arrangement });
    }
    state.tabs[state.active].open(&mut state.panes[state.active], pane);
}

fn close(state: &mut AppState, commands: &mut Vec<Command>) {
    if let Some(closed) = state.tabs[state.active].close(&mut state.panes[state.active]) {
        commands.push(Command::Close { view: closed.view });
    }
}

fn choose(state: &mut AppState, place: usize) {
    if !state.tabs[state.active].choose(&mut state.panes[state.active], place) {
        state.say(format!("there is no tab {}", place + 1));
    }
}
