//! The comparison of the two panes' folders: begun, followed, stopped, and the way from a finding to its file. Called for
//! [`crate::ui::action::Look::Verify`], for keys of its page, and for the worker's notes about it.

use super::selection::chosen;
use crate::entry::{EntryKey, Location};
use crate::message::{
    Command, CopyId, CopyOptions, CopyReport, CopyRequest, Note, PlanSummary, Sameness, Selection, Task,
};
use crate::ui::action::{Action, Look};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::check::{Check, Choice, Finding, Side};
use crate::ui::key::Key;
use crate::ui::layout::page_rows;
use crate::ui::pane::Pane;
use crate::ui::state::AppState;
use crate::ui::wording;

/// Compares what is chosen in the active pane with the other pane's folder, or shows the comparison that runs.
pub(super) fn verify(state: &mut AppState, commands: &mut Vec<Command>) {
    if let Some(check) = state.check.as_mut().filter(|check| check.is_put_away) {
        check.is_put_away = false;
        return state.dialogs.push(Dialog::Check);
    }
    let sides = [side(state.pane()), side(state.other())];
    let [Some(here), Some(there)] = sides else {
        return state.say("verify: the other pane shows no folder yet");
    };
    if here.location == there.location {
        return state.say("verify: both panes show the same folder");
    }
    let whole = Selection::Contents(here.location.clone());
    let on_entry = state.pane().current().is_some() || state.pane().range_rows().is_some();
    let is_marked = state.pane().head.as_ref().is_some_and(|head| head.marked_count > 0);
    let (selection, words) = if on_entry || is_marked {
        let Some(chosen) = chosen(state, commands) else { return };
        (chosen.selection, chosen.words)
    } else {
        (whole, String::new())
    };
    begin(state, [here, there], selection, words, commands);
    state.dialogs.push(Dialog::Check);
}

/// Takes a key of the page; returns whether it stays.
pub(super) fn press(state: &mut AppState, key: Key, commands: &mut Vec<Command>) -> bool {
    let height = page_rows(state.surroundings.height);
    let Some(check) = &mut state.check else { return false };
    match check.press(key, height) {
        Choice::Stay => {}
        Choice::Stop => commands.push(Command::CancelCopy { copy: check.copy }),
        Choice::Close => {
            check.is_put_away = check.report.is_none();
            if check.is_put_away {
                let key = state.hint(Action::Look(Look::Verify));
                state.say(format!("comparing goes on · {key} shows it"));
            }
            return false;
        }
        Choice::Go => {
            check.is_put_away = true; // V shows it again, for the next finding
            go(state, commands);
            return false;
        }
        choice @ (Choice::Whole | Choice::Again) => {
            let (sides, mut words) = (check.sides.clone(), check.chosen.clone());
            let mut selection = check.selection.clone();
            if choice == Choice::Whole {
                selection = Selection::Contents(sides[0].location.clone());
                words = String::new();
            }
            begin(state, sides, selection, words, commands);
        }
    }
    true
}

/// Takes how far it is; returns whether the plan is its.
pub(super) fn receive_plan(state: &mut AppState, plan: &PlanSummary) -> bool {
    let Some(check) = state.check.as_mut().filter(|check| check.copy == plan.copy) else { return false };
    check.plan = plan.clone();
    true
}

/// Takes what was found of a file.
pub(super) fn receive_note(state: &mut AppState, copy: CopyId, found: (String, u64, &Note)) {
    if let Some(check) = state.check.as_mut().filter(|check| check.copy == copy) {
        check.take(found.0, found.1, found.2);
    }
}

/// Takes its end; returns whether the report is its.
pub(super) fn ended(state: &mut AppState, report: &CopyReport) -> bool {
    let key = state.hint(Action::Look(Look::Verify));
    let Some(check) = state.check.as_mut().filter(|check| check.copy == report.copy) else { return false };
    check.report = Some(report.clone());
    if check.is_put_away {
        let words = format!("{} · {key} shows it", wording::check(check));
        state.say(words);
    }
    true
}

fn begin(
    state: &mut AppState,
    sides: [Side; 2],
    selection: Selection,
    words: String,
    commands: &mut Vec<Command>,
) {
    if let Some(older) = state.check.as_ref().filter(|check| check.report.is_none()) {
        commands.push(Command::CancelCopy { copy: older.copy });
    }
    let copy = state.copies.next();
    let options = CopyOptions {
        task: Task::Check { one_way: false },
        sameness: Sameness::Content,
        ..CopyOptions::default()
    };
    let request = CopyRequest {
        selection: selection.clone(),
        target: sides[1].location.clone(),
        target_subfolders: Vec::new(),
        rename: None,
        options: Box::new(options),
    };
    commands.push(Command::PlanCopy { copy, request });
    commands.push(Command::StartCopy { copy });
    state.check = Some(Check::new(copy, sides, selection, words));
}

fn side(pane: &Pane) -> Option<Side> {
    let head = pane.head.as_ref().filter(|_| pane.is_ready())?;
    Some(Side { view: pane.view, location: head.location.clone(), title: head.title.clone() })
}

/// Shows the file under the cursor in its pane; one that both have, in both.
fn go(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(check) = &state.check else { return };
    let Some((finding, found)) = check.current() else { return };
    let (path, [here, there]) = (found.path.clone(), check.sides.clone());
    let sides = match finding {
        Finding::OnlyHere | Finding::Unchecked => vec![here],
        Finding::OnlyThere => vec![there],
        Finding::Different => vec![there, here],
    };
    for side in sides {
        show(state, &side, &path, commands);
    }
}

fn show(state: &mut AppState, side: &Side, path: &str, commands: &mut Vec<Command>) {
    let Some(index) = super::tab::bring_to_front(state, side.view) else { return };
    state.active = index;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let pane = &mut state.panes[index];
    match &side.location {
        Location::Local(top) => {
            let folder = if folder.is_empty() { top.clone() } else { top.join(folder) };
            pane.open(Location::Local(folder), Some(EntryKey::Name(name.into())), commands);
        }
        Location::Cloud { account, folder: top } => {
            pane.form = None;
            let path = format!("{account}:{}/{path}", top.path_start());
            commands.push(Command::OpenPath { view: pane.view, path });
        }
    }
}
