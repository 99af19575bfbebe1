//! Type-ahead: what is typed waits for the worker's answers to what was typed before, where it is about them.
//! It knows which commands are answered, and sends [`Command::WhenAnswered`] behind them.

use super::{dialog, path, press};
use crate::message::{Command, ViewId};
use crate::ui::ahead::{Need, Typed};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::dedupe::DedupePage;
use crate::ui::key::Key;
use crate::ui::keymap::Lookup;
use crate::ui::state::{AppState, Phase, Screen};

/// Takes what is typed: at once, or behind what it waits for.
pub(super) fn take(state: &mut AppState, typed: Typed, commands: &mut Vec<Command>) {
    if let Typed::Key(key) = &typed
        && !state.ahead.is_empty()
        && is_cancel(*key)
    {
        give_up(state);
        if key.to_string() != "C-c" {
            return state.say("what was typed ahead is dropped");
        }
    }
    if !state.ahead.is_empty() || must_wait(state, &typed) {
        if !state.ahead.hold(typed) {
            state.say("too much was typed ahead · Esc drops it");
        }
        return;
    }
    understand(state, typed, commands);
}

/// Takes what was typed ahead, as far as it waits for nothing any more.
pub(super) fn release(state: &mut AppState, commands: &mut Vec<Command>) {
    while let Some(typed) = state.ahead.first().cloned() {
        if must_wait(state, &typed) {
            return;
        }
        state.ahead.release();
        understand(state, typed, commands);
    }
}

/// Sends the questions for the answers that the commands from `start` on will have.
pub(super) fn expect_answers(state: &mut AppState, start: usize, commands: &mut Vec<Command>) {
    for pane in &mut state.panes {
        if commands.iter().skip(start).any(|command| answered_view(command) == Some(pane.view)) {
            commands.push(pane.answers.expect(pane.view));
        }
    }
}

fn understand(state: &mut AppState, typed: Typed, commands: &mut Vec<Command>) {
    let start = commands.len();
    match typed {
        Typed::Key(key) => press(state, key, commands),
        Typed::Paste(text) => dialog::paste(state, &text, commands),
    }
    expect_answers(state, start, commands);
}

fn must_wait(state: &AppState, typed: &Typed) -> bool {
    if is_about_answer(state, typed) {
        return true;
    }
    let need = need(state, typed);
    let awaited = state.panes.iter().any(|pane| pane.answers.are_due());
    match need {
        Need::Nothing => false,
        Need::Folder => awaited,
        Need::Row => awaited || state.pane().awaits_row(),
    }
}

/// Returns whether something is typed into a dialog that has to hear from the worker before it can be understood.
fn is_about_answer(state: &AppState, typed: &Typed) -> bool {
    let key = match typed {
        Typed::Key(key) if is_cancel(*key) => return false,
        Typed::Key(key) => Some(*key),
        Typed::Paste(_) => None,
    };
    match state.dialogs.last() {
        Some(Dialog::Path(dialog)) => dialog.is_completing(),
        Some(Dialog::Bookmarks(list)) => !list.is_known(),
        Some(Dialog::Dedupe) => state.dedupe.as_ref().is_some_and(DedupePage::is_awaited),
        Some(Dialog::Usage(page)) => key.is_some_and(|key| page.awaits_rows(key)),
        Some(Dialog::Search(page)) => key.is_some_and(|key| page.awaits_hits(key)),
        Some(_) | None => false,
    }
}

/// Returns what has to be on screen for something that is typed.
fn need(state: &AppState, typed: &Typed) -> Need {
    let on_panes = state.screen == Screen::Panes && state.dialogs.is_empty() && !state.is_in_form();
    let Typed::Key(key) = typed else { return Need::Nothing };
    if !on_panes || state.phase != Phase::Running {
        return Need::Nothing;
    }
    let mut keys = state.keys.pending.clone();
    keys.push(*key);
    match state.keys.map.lookup(state.context(), &keys) {
        Lookup::Begun | Lookup::Unknown => Need::Nothing,
        Lookup::Row(row) => Need::of(row.action),
    }
}

/// Returns whether a key leaves what is open, whatever it is.
pub(super) fn is_cancel(key: Key) -> bool {
    matches!(key.to_string().as_str(), "Esc" | "C-g" | "C-c")
}

/// Drops what was typed ahead and waits no longer, whatever the worker does.
fn give_up(state: &mut AppState) {
    state.ahead.drop_all();
    state.keys.pending.clear();
    path::give_up(state);
    for pane in &mut state.panes {
        pane.answers.give_up();
    }
}

/// Returns the view that looks different once a command has been answered.
const fn answered_view(command: &Command) -> Option<ViewId> {
    match command {
        Command::Open { view, .. }
        | Command::OpenParent { view }
        | Command::OpenPath { view, .. }
        | Command::OpenChild { view, .. }
        | Command::OpenKept { view, .. }
        | Command::Arrange { view, .. }
        | Command::Mark { view, .. }
        | Command::FindDifference { view, .. }
        | Command::CompareFolders { views: [view, _] }
        | Command::Find { view, .. } => Some(*view),
        Command::ListAccounts
        | Command::Login(_)
        | Command::Unlock { .. }
        | Command::Logout { .. }
        | Command::ChangeBookmarks(_)
        | Command::RestoreScreen
        | Command::KeepScreen(_)
        | Command::Search { .. }
        | Command::EndSearch
        | Command::Usage(_)
        | Command::EndUsage
        | Command::EndComparison
        | Command::Complete { .. }
        | Command::Close { .. }
        | Command::Refresh { .. }
        | Command::Rows { .. }
        | Command::Focus { .. }
        | Command::WhenAnswered { .. }
        | Command::CreateFolder { .. }
        | Command::Rename { .. }
        | Command::Trash { .. }
        | Command::PlanDeletion { .. }
        | Command::Delete { .. }
        | Command::DropDeletion { .. }
        | Command::Restore { .. }
        | Command::ListChanges
        | Command::Examine { .. }
        | Command::Sharing(_)
        | Command::Versions(_)
        | Command::WriteNames { .. }
        | Command::ReadNames { .. }
        | Command::StartRenames { .. }
        | Command::DropRenames { .. }
        | Command::MoveInside { .. }
        | Command::Undo(_)
        | Command::PlanCopy { .. }
        | Command::StartCopy { .. }
        | Command::CancelCopy { .. }
        | Command::ContinueCopy { .. }
        | Command::DiscardUnfinished { .. }
        | Command::Resolve { .. }
        | Command::Compare { .. }
        | Command::Content { .. }
        | Command::Dedupe(_)
        | Command::Measure { .. }
        | Command::Edit { .. }
        | Command::Transfers(_)
        | Command::DescribeTransfer { .. }
        | Command::RetryNow { .. }
        | Command::Quit => None,
    }
}
