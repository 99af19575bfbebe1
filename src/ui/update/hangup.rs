//! The screen without a terminal: copies that have begun go on to their end, what would have to be asked is left out, and
//! then the program ends.
//! Called by `update` when the terminal is gone, and after each event from then on. Nothing is ever guessed in the user's name.

use super::program;
use crate::config::OnHangup;
use crate::message::{
    Command, Conflict, CopyId, EditCommand, PlanSummary, Resolution, Scope, TransferRow, TransferState,
};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::Answer;
use crate::ui::dialog::dedupe::DedupePage;
use crate::ui::own_files;
use crate::ui::state::{AppState, Effect, Phase};

/// Takes note that the terminal is gone: ends the program, or goes on without it where something moves.
pub(super) fn hang_up(state: &mut AppState, wanted: OnHangup, commands: &mut Vec<Command>) {
    if state.phase != Phase::Running {
        return;
    }
    if wanted == OnHangup::Stop || !state.is_busy() {
        return program::quit(state, commands);
    }
    state.phase = Phase::Alone;
    state.ahead.drop_all();
    for dialog in std::mem::take(&mut state.dialogs) {
        close(state, dialog, commands);
    }
    go_on(state, commands);
}

/// Leaves out what cannot be asked, and ends once nothing moves any more.
pub(super) fn go_on(state: &mut AppState, commands: &mut Vec<Command>) {
    for conflict in std::mem::take(&mut state.conflicts) {
        skip(state, &conflict, commands);
    }
    if is_over(state) {
        program::quit(state, commands);
    }
}

/// Answers a question that nobody can answer any more, so that nothing happens which the user has not seen.
fn close(state: &mut AppState, dialog: Dialog, commands: &mut Vec<Command>) {
    match dialog {
        Dialog::Sync(page) => commands.push(Command::CancelCopy { copy: page.copy }),
        Dialog::Copy(copy) => commands.push(Command::CancelCopy { copy: copy.copy }),
        Dialog::Renames(dialog) => commands.push(Command::DropRenames { renames: dialog.renames }),
        Dialog::Deletion(dialog) => {
            commands.push(Command::DropDeletion { deletion: dialog.summary.deletion });
        }
        Dialog::Conflict(dialog) => skip(state, &dialog.conflict, commands),
        Dialog::Question(question) => {
            if let Answer::OwnFiles(held) = &question.answer {
                commands.extend(own_files::refusal(held));
            }
        }
        Dialog::Fetching(fetching) => {
            commands.push(Command::Edit { edit: fetching.edit, command: EditCommand::Stop });
        }
        Dialog::EditConflict(conflict) => {
            commands.push(Command::Edit { edit: conflict.edit, command: EditCommand::Leave });
        }
        Dialog::Viewer(viewer) => super::viewer::close(viewer.content, commands),
        Dialog::Unfinished(_)
        | Dialog::Difference(_)
        | Dialog::Check
        | Dialog::Dedupe
        | Dialog::Changes(_)
        | Dialog::Doctor(_)
        | Dialog::Prompt(_)
        | Dialog::Search(_)
        | Dialog::Usage(_)
        | Dialog::Path(_)
        | Dialog::Bookmarks(_)
        | Dialog::NewBookmark(_)
        | Dialog::Accounts(_)
        | Dialog::Properties(_)
        | Dialog::Sharing(_)
        | Dialog::Links(_)
        | Dialog::Versions(_)
        | Dialog::Limit(_)
        | Dialog::Transfer(_)
        | Dialog::Help(_)
        | Dialog::Palette(_) => {}
    }
}

fn skip(state: &mut AppState, conflict: &Conflict, commands: &mut Vec<Command>) {
    let Conflict { conflict: number, path, target, .. } = conflict;
    let text = format!("skipped \"{path}\": {target} has another of that name, and nobody can be asked");
    state.effects.push(Effect::Log(text));
    commands.push(Command::Resolve { conflict: *number, resolution: Resolution::Skip, scope: Scope::One });
}

/// Whether nothing moves any more by itself. What the user holds back stays for the next start.
fn is_over(state: &AppState) -> bool {
    let rows = state.transfers.rows();
    let open = rows.iter().filter(|row| !row.state.is_ended()).count() as u64;
    // Files that are not handed out wait for those that are held back.
    let has_more = state.transfers.open_count() > open;
    let is_held = |(copy, plan): (&CopyId, &PlanSummary)| {
        (plan.complete || has_more) && rows.iter().any(|row| row.copy == *copy && is_paused(row))
    };
    let deduplicates = state.dedupe.as_ref().is_some_and(DedupePage::is_working);
    let has_ended = rows.iter().all(|row| row.state.is_ended() || is_paused(row));
    !deduplicates && has_ended && state.copies.running.iter().all(is_held)
}

fn is_paused(row: &TransferRow) -> bool {
    row.state == TransferState::Paused
}
