//! Changes of files: copy, move, rename, new folder, trash. Each asks before it does something.
//! Called by `perform` for [`Change`] actions; what is answered comes back through `update::dialog`.

use super::selection::{Chosen, chosen};
use super::{changes, deletion, forbidden, renames};
use crate::entry::Location;
use crate::message::{
    Command, CopyOptions, CopyRequest, Partly, PlanSummary, Task, UndoDirection, UndoRequest,
};
use crate::ui::action::Change;
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, CopyConfirmation, Question};
use crate::ui::dialog::conflict::name_field;
use crate::ui::dialog::field::Field;
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::state::AppState;
use crate::ui::wording::undone_by;

pub(super) fn perform(state: &mut AppState, change: Change, commands: &mut Vec<Command>) {
    let is_about_pane = !matches!(change, Change::Undo | Change::Redo | Change::History);
    let refusal = forbidden::loading(state.pane()).filter(|_| is_about_pane).or_else(|| match change {
        Change::Move | Change::Rename | Change::BulkRename | Change::Restore => {
            forbidden::taking(state.pane())
        }
        Change::Delete if state.has_selection() => forbidden::taking(state.pane()),
        Change::Trash => forbidden::trashing(state.pane(), &state.keys.map),
        Change::NewFolder if state.pane().is_in_bin() => Some("this is the rubbish bin".to_owned()),
        Change::Copy
        | Change::NewFolder
        | Change::Delete
        | Change::EmptyBin
        | Change::Undo
        | Change::Redo
        | Change::History => None,
    });
    if let Some(why) = refusal {
        return state.say(format!("{}: {why}", verb(change)));
    }
    match change {
        Change::Copy => carry(state, Carry::Copy, commands),
        Change::Move => carry(state, Carry::Move, commands),
        Change::Rename if state.pane().has_several_marked() => renames::begin(state, commands),
        Change::Rename => rename(state),
        Change::BulkRename => renames::begin(state, commands),
        Change::NewFolder => new_folder(state),
        Change::Trash => trash(state, commands),
        Change::Delete => deletion::delete(state, commands),
        Change::EmptyBin => deletion::empty_bin(state, commands),
        Change::Restore => deletion::restore(state, commands),
        Change::Undo => {
            super::dedupe::taken_back(state, None);
            commands.push(undo(UndoDirection::Undo));
        }
        Change::History => changes::open(state, commands),
        Change::Redo => commands.push(undo(UndoDirection::Redo)),
    }
}

const fn verb(change: Change) -> &'static str {
    match change {
        Change::Copy => "copy",
        Change::Move => "move",
        Change::Rename | Change::BulkRename => "rename",
        Change::NewFolder => "new folder",
        Change::Trash => "trash",
        Change::Delete => "delete",
        Change::EmptyBin => "empty the bin",
        Change::Restore => "restore",
        Change::Undo => "undo",
        Change::Redo => "redo",
        Change::History => "changes",
    }
}

/// The last change, whichever pane it was made in.
const fn undo(direction: UndoDirection) -> Command {
    Command::Undo(UndoRequest { direction, group: None, partly: Partly::AskAgain })
}

/// The folder of the other pane, as a target.
pub(super) struct Target {
    pub(super) location: Location,
    pub(super) title: String,
}

/// Returns the folder of the other pane, or says why it cannot be a target.
pub(super) fn target(state: &mut AppState, verb: &str) -> Option<Target> {
    let other = state.other();
    let head = other.head.as_ref().filter(|_| other.is_ready());
    let refusal = match head.map(|head| (head, forbidden::putting(other, head, &state.keys.map))) {
        None => format!("{verb}: the other pane shows no folder yet"),
        Some((_, Some(why))) => format!("{verb}: {why}"),
        Some((head, None)) if Some(&head.location) == state.pane().location() => {
            format!("{verb}: both panes show the same folder")
        }
        Some((head, None)) => {
            return Some(Target { location: head.location.clone(), title: head.title.clone() });
        }
    };
    state.say(refusal);
    None
}

/// What the other pane's folder gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carry {
    Copy,
    Move,
}

impl Carry {
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Move => "move",
        }
    }

    fn options(self) -> CopyOptions {
        match self {
            Self::Copy => CopyOptions::default(),
            Self::Move => CopyOptions {
                task: Task::Move { empty_folders: true },
                trash_sources: true,
                ..CopyOptions::default()
            },
        }
    }
}

fn carry(state: &mut AppState, carry: Carry, commands: &mut Vec<Command>) {
    let Some(target) = target(state, carry.verb()) else { return };
    let Some(chosen) = chosen(state, commands) else { return };
    let import =
        ((chosen.selection.clone(), chosen.words.clone()), (target.location.clone(), target.title.clone()));
    if super::sharing::offer_import(state, import.0, import.1) {
        return;
    }
    let source = state.pane().head.as_ref().map(|head| head.title.clone()).unwrap_or_default();
    propose(state, carry, (chosen, source), target, commands);
}

/// Has a copy or a move worked out, and asks for it.
pub(super) fn propose(
    state: &mut AppState,
    carry: Carry,
    (chosen, source): (Chosen, String),
    target: Target,
    commands: &mut Vec<Command>,
) {
    let copy = state.copies.next();
    let request = CopyRequest {
        selection: chosen.selection,
        target: target.location,
        target_subfolders: Vec::new(),
        rename: None,
        options: Box::new(carry.options()),
    };
    commands.push(Command::PlanCopy { copy, request: request.clone() });
    state.dialogs.push(Dialog::Copy(CopyConfirmation {
        copy,
        request,
        source,
        plan: PlanSummary { copy, target: target.title.clone(), ..PlanSummary::default() },
        target: target.title,
        chosen: chosen.words,
        marked: chosen.marked,
    }));
}

fn rename(state: &mut AppState) {
    let pane = state.pane();
    let (Some(head), Some(row)) = (&pane.head, pane.current()) else { return };
    let entry = &row.entry;
    let field = if entry.kind.is_folder() { Field::new(&entry.name) } else { name_field(&entry.name) };
    let purpose =
        Purpose::Rename { parent: head.location.clone(), key: entry.key.clone(), name: entry.name.clone() };
    state.dialogs.push(Dialog::Prompt(Prompt::new(purpose, field)));
}

fn new_folder(state: &mut AppState) {
    let Some(head) = &state.pane().head else { return };
    let purpose = Purpose::NewFolder { parent: head.location.clone(), place: head.title.clone() };
    state.dialogs.push(Dialog::Prompt(Prompt::new(purpose, Field::default())));
}

fn trash(state: &mut AppState, commands: &mut Vec<Command>) {
    let local = state.pane().is_local();
    let place = state.pane().head.as_ref().map(|head| head.title.clone()).unwrap_or_default();
    let Some(Chosen { selection, words, marked }) = chosen(state, commands) else { return };
    let bin = if local { "the system's trash" } else { "the rubbish bin" };
    state.dialogs.push(Dialog::Question(Question {
        title: if local { "Trash" } else { "Rubbish bin" }.to_owned(),
        text: vec![format!("Put {words} of {place} into {bin}."), undone_by(&state.keys.map)],
        yes: if local { "Put into the trash" } else { "Put into the bin" },
        key: 'd',
        answer: Answer::Send(Command::Trash { selection }, marked),
    }));
}
