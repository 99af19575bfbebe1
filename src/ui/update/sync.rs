//! One folder made like another: worked out as a dry run, shown, and done with a yes. Called by `perform`, for keys of the
//! page, and for the worker's notes about it.

use super::change::{Target, target};
use crate::message::{
    Command, ConflictPolicy, CopyId, CopyOptions, CopyReport, CopyRequest, Note, PlanSummary, Selection,
    SyncRules, Task,
};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::sync::{Choice, SyncPage};
use crate::ui::key::Key;
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;

/// Works out what making the other pane's folder like this one would do.
pub(super) fn begin(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(Target { location, title }) = target(state, "sync") else { return };
    let Some(head) = &state.pane().head else { return };
    let (from, source) = (head.location.clone(), head.title.clone());
    let copy = state.copies.next();
    let options = CopyOptions {
        conflict: ConflictPolicy::Overwrite,
        dry_run: true,
        task: Task::Sync(SyncRules::default()),
        ..CopyOptions::default()
    };
    let request = CopyRequest {
        selection: Selection::Contents(from),
        target: location,
        target_subfolders: Vec::new(),
        rename: None,
        options: Box::new(options),
    };
    commands.push(Command::PlanCopy { copy, request: request.clone() });
    commands.push(Command::StartCopy { copy });
    state.dialogs.push(Dialog::Sync(Box::new(SyncPage::new(copy, request, source, title))));
}

/// Gives a key to the page.
pub(super) fn press(
    state: &mut AppState,
    mut page: Box<SyncPage>,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match page.press(key, page_rows(state.surroundings.height)) {
        Choice::Stay => Some(Dialog::Sync(page)),
        Choice::No => {
            if page.report.is_none() {
                commands.push(Command::CancelCopy { copy: page.copy });
            }
            None
        }
        Choice::Yes => {
            let copy = state.copies.next();
            let mut request = page.request;
            request.options.dry_run = false;
            commands.push(Command::PlanCopy { copy, request });
            commands.push(Command::StartCopy { copy });
            state.say(format!("making {} like {}", page.target, page.source));
            state.copies.running.insert(copy, PlanSummary { copy, ..page.plan });
            None
        }
    }
}

/// Takes what would become of a file.
pub(super) fn receive_note(state: &mut AppState, copy: CopyId, (path, size, note): (String, u64, &Note)) {
    if let Some(page) = page(state, copy) {
        page.take(path, size, note);
    }
}

/// Takes how far it is; returns whether the plan is its.
pub(super) fn receive_plan(state: &mut AppState, plan: &PlanSummary) -> bool {
    let Some(page) = page(state, plan.copy) else { return false };
    page.plan = plan.clone();
    true
}

/// Takes the end of the dry run; returns whether the report is its.
pub(super) fn ended(state: &mut AppState, report: &CopyReport) -> bool {
    let Some(page) = page(state, report.copy) else { return false };
    page.report = Some(report.clone());
    true
}

fn page(state: &mut AppState, copy: CopyId) -> Option<&mut SyncPage> {
    state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::Sync(page) if page.copy == copy => Some(&mut **page),
        _ => None,
    })
}
