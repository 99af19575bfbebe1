//! The review of duplicates: begun, its keys, what the worker tells of it, and what follows. Called by `look`, by `dialog`,
//! by `event`, and after each message for the rows that are to be seen.

use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{Command, DedupeCommand, DedupeEvent, DedupeReport, Partly, UndoDirection, UndoRequest};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::dedupe::{DedupePage, Reaction, Side, Stage};
use crate::ui::dialog::difference::Difference;
use crate::ui::figure;
use crate::ui::key::Key;
use crate::ui::layout::dedupe::DedupeLayout;
use crate::ui::pane::Pane;
use crate::ui::state::{AppState, Notice};

/// Looks through the folder of the active pane, or of the other one where that is no cloud; shows the review that is
/// carried out, if one is.
pub(super) fn begin(state: &mut AppState, commands: &mut Vec<Command>) {
    if let Some(page) = state.dedupe.as_mut().filter(|page| page.is_put_away) {
        page.is_put_away = false;
        return state.dialogs.push(Dialog::Dedupe);
    }
    let Some(place) = place(state) else { return };
    let mut page = DedupePage::new(place);
    commands.push(Command::Dedupe(page.survey()));
    state.dedupe = Some(page);
    state.dialogs.push(Dialog::Dedupe);
}

fn place(state: &AppState) -> Option<Location> {
    let mut shown = [state.pane(), state.other()].into_iter().filter_map(Pane::location);
    let cloud = shown.find(|location| matches!(location, Location::Cloud { .. })).cloned();
    let whole = || Some(Location::Cloud { account: state.account()?.to_owned(), folder: CloudFolder::Root });
    cloud.or_else(whole)
}

/// Gives a key to the page; returns whether it stays.
pub(super) fn press(state: &mut AppState, key: Key, commands: &mut Vec<Command>) -> bool {
    let layout = layout(state);
    let Some(page) = &mut state.dedupe else { return false };
    match page.press(key, &layout) {
        Reaction::Stay => {}
        Reaction::Ask(command) => commands.push(Command::Dedupe(command)),
        Reaction::View => view(state, commands),
        Reaction::ProveLocally => {
            let shown = [state.pane(), state.other()].map(|pane| pane.location().cloned());
            match shown.into_iter().flatten().find(|location| matches!(location, Location::Local(_))) {
                Some(folder) => commands.push(Command::Dedupe(DedupeCommand::ProveLocally(folder))),
                None => state.say("prove by copies: show a folder of the disk in a pane first"),
            }
        }
        Reaction::Undo(group) => {
            let (direction, partly) = (UndoDirection::Undo, Partly::AskAgain);
            let request = UndoRequest { direction, group: Some(group), partly };
            commands.push(Command::Undo(request));
            state.say("taking it back…");
        }
        Reaction::PutAway => {
            page.is_put_away = true;
            state.say("deduplicating goes on · gd shows it");
            return false;
        }
        Reaction::Close => {
            commands.push(Command::Dedupe(DedupeCommand::Leave));
            state.dedupe = None;
            return false;
        }
    }
    true
}

/// Something is taken back from the panes or from the list of changes; `group` is what, if that is known.
pub(super) fn taken_back(state: &mut AppState, group: Option<u64>) {
    if let Some(page) = &mut state.dedupe {
        page.forget_report(group);
    }
}

/// Takes what the worker tells.
pub(super) fn receive(state: &mut AppState, event: DedupeEvent) {
    let Some(page) = &mut state.dedupe else { return };
    let is_put_away = page.is_put_away;
    let words = match &event {
        DedupeEvent::Head(head) if head.dropped_count > 0 => {
            let count = figure::count(head.dropped_count, "decision is", "decisions are");
            Some(format!("{count} dropped: others have changed these groups"))
        }
        DedupeEvent::Plan(plan) if plan.is_changed => {
            Some("nothing was done: the account has changed, and this is the plan now".to_owned())
        }
        DedupeEvent::Report(report) if is_put_away => Some(format!("{} · gd shows it", told(report))),
        DedupeEvent::Refused(sentence) => {
            if let Stage::Plan(None) | Stage::Working { .. } = page.stage {
                page.stage = Stage::Review;
            }
            Some(sentence.clone())
        }
        DedupeEvent::Head(_)
        | DedupeEvent::Groups { .. }
        | DedupeEvent::Members { .. }
        | DedupeEvent::Plan(_)
        | DedupeEvent::Lines { .. }
        | DedupeEvent::Progress { .. }
        | DedupeEvent::Report(_)
        | DedupeEvent::Compared { .. } => None,
    };
    if let DedupeEvent::Compared { paths, lines } = event {
        return compared(state, paths, lines);
    }
    page.receive(event);
    if let Some(words) = words {
        state.say(words);
    }
}

/// Asks for the rows that are to be seen.
pub(super) fn settle(state: &mut AppState, commands: &mut Vec<Command>) {
    let layout = layout(state);
    let is_open = state.dialogs.iter().any(|dialog| matches!(dialog, Dialog::Dedupe));
    if let Some(page) = state.dedupe.as_mut().filter(|_| is_open) {
        commands.extend(page.missing(&layout).into_iter().map(Command::Dedupe));
    }
}

/// Returns a report in one line.
fn told(report: &DedupeReport) -> String {
    let files = figure::count(report.file_count, "file", "files");
    let freed = figure::size(report.freed_bytes);
    let failed = match report.failed_count {
        0 => String::new(),
        count => format!(", {} not done", figure::count(count, "step was", "steps were")),
    };
    format!("deduplicated: {files} to the rubbish bin, {freed} freed{failed}")
}

fn layout(state: &AppState) -> DedupeLayout {
    let on_members = state.dedupe.as_ref().is_some_and(|page| page.side == Side::Members);
    DedupeLayout::new(state.surroundings.width, state.surroundings.height, on_members)
}

/// Shows what is in the member under the cursor.
fn view(state: &mut AppState, commands: &mut Vec<Command>) {
    let member = state.dedupe.as_ref().and_then(DedupePage::current_member);
    let Some(member) = member.filter(|member| member.file_count.is_none()) else { return };
    let (place, name) = ((member.parent.clone(), EntryKey::Node(member.node)), member.name.clone());
    let size = Some(member.size);
    let viewer = super::viewer::begin(state, place, name, size, commands);
    state.dialogs.push(Dialog::Viewer(Box::new(viewer)));
}

/// Shows the lines in which two members differ.
fn compared(
    state: &mut AppState,
    paths: [String; 2],
    lines: Result<Vec<crate::message::DiffLine>, crate::message::Problem>,
) {
    if !matches!(state.dialogs.last(), Some(Dialog::Dedupe)) {
        return;
    }
    match lines {
        Ok(lines) => {
            let path = paths[1].rsplit('/').next().unwrap_or_default().to_owned();
            let [stays, other] = paths;
            let legend = [format!("stays ({stays})"), format!("other ({other})")];
            let difference = Difference { path, legend, lines, top: 0, back: "Esc back" };
            state.dialogs.push(Dialog::Difference(difference));
        }
        Err(problem) => state.notice = Some(Notice::Problem(problem)),
    }
}
