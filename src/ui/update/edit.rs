//! Working on a file with the user's own programs: the editor, and what the system opens a file with. A file of the cloud is
//! fetched for it and put back when it changed; here is who gets the terminal, and what is told and asked.
//! Called by `perform` for [`Content`] actions, by `event`, and for each program that has given the terminal back.

use std::path::PathBuf;

use crate::entry::{Entry, EntryKey, Location};
use crate::message::{Command, EditCommand, EditEvent, EditId, EditPurpose, Problem, ProblemKind, SaveAs};
use crate::ui::action::{Action, Change, Content};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::dialog::edit::{EditConflict, Fetching};
use crate::ui::errand::{Asker, Errand, ErrandEnd};
use crate::ui::figure;
use crate::ui::key::Key;
use crate::ui::state::{AppState, Effect, Notice};

pub(super) fn perform(state: &mut AppState, content: Content, commands: &mut Vec<Command>) {
    match content {
        Content::View => super::viewer::open(state, commands),
        Content::Edit => {
            if let Some(subject) = subject(state) {
                edit(state, subject, commands);
            }
        }
        Content::Open => {
            if let Some(subject) = subject(state) {
                open(state, subject, commands);
            }
        }
        Content::Preview => super::preview::turn(state),
    }
}

/// Has the user's editor work on a file.
pub(super) fn edit(state: &mut AppState, subject: Subject, commands: &mut Vec<Command>) {
    let size = subject.size.unwrap_or(0);
    let name = subject.name.clone();
    let answer = match subject.place {
        Place::Disk(path) => {
            let asker = Asker::LocalEdit { name: name.clone(), view: state.pane().view };
            Answer::Run(Errand::on(&state.surroundings.editor, path, asker))
        }
        Place::Cloud { is_read_only: true, .. } => {
            return state
                .say(format!("edit: \"{name}\" is read-only: it can be viewed, or copied elsewhere"));
        }
        Place::Cloud { parent, key, .. } => {
            Answer::Send(fetch(state, (parent, key), EditPurpose::Edit), None)
        }
    };
    if size > LARGE {
        let text = format!("\"{name}\" has {}: your editor will have to hold it.", figure::exact_size(size));
        return state.dialogs.push(Dialog::Question(Question {
            title: "Edit".to_owned(),
            text: vec![text],
            yes: "Edit",
            key: 'e',
            answer,
        }));
    }
    match answer {
        Answer::Run(errand) => state.effects.push(Effect::Run(errand)),
        Answer::Send(command, _) => commands.push(command),
        Answer::OwnFiles(_) | Answer::Quit => {} // none of these is made above
    }
}

/// Has the system's program for it show a file.
pub(super) fn open(state: &mut AppState, subject: Subject, commands: &mut Vec<Command>) {
    if !state.surroundings.has_desktop {
        return state.say("open: no desktop can be reached from here; gv views the file, e edits it");
    }
    match subject.place {
        Place::Disk(path) => state.effects.push(Effect::Open(path)),
        Place::Cloud { parent, key, .. } => {
            commands.push(fetch(state, (parent, key), EditPurpose::Open));
        }
    }
}

/// The file that is worked on.
pub(super) struct Subject {
    name: String,
    size: Option<u64>,
    place: Place,
}

enum Place {
    Disk(PathBuf),
    Cloud { parent: Location, key: EntryKey, is_read_only: bool },
}

impl Subject {
    /// Makes one of an entry of a folder; of a writable one the entry itself may still be read-only.
    pub(super) fn new(parent: &Location, entry: &Entry, is_writable: bool) -> Self {
        let place = match (parent, &entry.key) {
            (Location::Local(folder), EntryKey::Name(file)) => Place::Disk(folder.join(file)),
            (parent, key) => Place::Cloud {
                parent: parent.clone(),
                key: key.clone(),
                is_read_only: entry.flags.read_only || !is_writable,
            },
        };
        Self { name: entry.name.clone(), size: entry.size, place }
    }
}

/// The file under the cursor.
fn subject(state: &AppState) -> Option<Subject> {
    let pane = state.pane();
    let (head, row) = (pane.head.as_ref()?, pane.current()?);
    Some(Subject::new(&head.location, &row.entry, head.writable))
}

fn fetch(state: &mut AppState, (parent, key): (Location, EntryKey), purpose: EditPurpose) -> Command {
    let edit = state.next_edit();
    Command::Edit { edit, command: EditCommand::Fetch { parent, key, purpose } }
}

/// Takes the end of a program that had the terminal.
pub(super) fn ran(state: &mut AppState, asker: Asker, end: &ErrandEnd, commands: &mut Vec<Command>) {
    match asker {
        Asker::Renames(renames) => {
            let problem = failed(state, "the names", end);
            super::renames::edited(state, renames, problem, commands);
        }
        Asker::LocalEdit { name, view } => {
            commands.push(Command::Refresh { view });
            super::search::changed(state, commands);
            say_failure(state, &name, end);
        }
        Asker::CloudEdit { name, edit } => {
            let command = match end {
                ErrandEnd::Well => EditCommand::Save(SaveAs::Version),
                ErrandEnd::Badly(_) => EditCommand::Leave,
                ErrandEnd::NotStarted(_) => EditCommand::Discard,
            };
            say_failure(state, &name, end);
            commands.push(Command::Edit { edit, command });
        }
        Asker::Shell => super::program::left_shell(state, end, commands),
    }
}

/// Takes what the worker tells of a file that a program works on.
pub(super) fn receive(state: &mut AppState, edit: EditId, event: EditEvent, commands: &mut Vec<Command>) {
    if matches!(event, EditEvent::Saved { .. }) {
        super::search::changed(state, commands);
    }
    if !matches!(event, EditEvent::Fetching { .. }) {
        state.dialogs.retain(|dialog| !matches!(dialog, Dialog::Fetching(open) if open.edit == edit));
    }
    match event {
        EditEvent::Fetching { name, done, size } => show_fetching(state, Fetching { edit, name, done, size }),
        EditEvent::Fetched { name, path, purpose: EditPurpose::Edit } => {
            let asker = Asker::CloudEdit { name, edit };
            let errand = Errand::on(&state.surroundings.editor, path, asker);
            state.effects.push(Effect::Run(errand));
        }
        EditEvent::Fetched { name, path, purpose: EditPurpose::Open } => {
            state.say(format!("opening a copy of \"{name}\"; what you change in it does not go back"));
            state.effects.push(Effect::Open(path));
        }
        EditEvent::Unchanged { name } => {
            if !matches!(state.notice, Some(Notice::Problem(_))) {
                state.say(format!("\"{name}\" was not changed"));
            }
        }
        EditEvent::Conflict { name, is_there } => {
            state.dialogs.push(Dialog::EditConflict(EditConflict { edit, name, is_there }));
        }
        EditEvent::Saved { name, is_version: true } => {
            let undo = state.hint(Action::Change(Change::Undo));
            state.say(format!("saved \"{name}\" as a new version · {undo} takes it back"));
        }
        EditEvent::Saved { name, is_version: false } => {
            let undo = state.hint(Action::Change(Change::Undo));
            state.say(format!("saved \"{name}\" · {undo} takes it back"));
        }
        EditEvent::Kept { name, path } => {
            let hint = format!("Your edit is kept: {}", path.display());
            let message = format!("\"{name}\" was not put back");
            state.notice = Some(Notice::Problem(Problem::new(ProblemKind::Other, message, hint)));
        }
        EditEvent::Failed(problem) => state.notice = Some(Notice::Problem(problem)),
    }
}

/// Gives a key to the dialog of a file on its way; returns whether it stays.
pub(super) fn press_fetching(fetching: &Fetching, key: Key, commands: &mut Vec<Command>) -> bool {
    let stops = Fetching::stops(key);
    if stops {
        commands.push(Command::Edit { edit: fetching.edit, command: EditCommand::Stop });
    }
    !stops
}

/// Gives a key to the question about a file that is another now; returns whether it stays.
pub(super) fn press_conflict(conflict: &EditConflict, key: Key, commands: &mut Vec<Command>) -> bool {
    let Some(command) = EditConflict::press(key) else { return true };
    commands.push(Command::Edit { edit: conflict.edit, command });
    false
}

fn show_fetching(state: &mut AppState, fetching: Fetching) {
    let known = state
        .dialogs
        .iter_mut()
        .find_map(|dialog| if let Dialog::Fetching(open) = dialog { Some(open) } else { None });
    let known = known.filter(|open| open.edit == fetching.edit);
    match known {
        Some(open) => *open = fetching,
        None if fetching.done == 0 => state.dialogs.push(Dialog::Fetching(fetching)),
        None => {} // it was stopped
    }
}

/// Says what went wrong with the editor.
fn say_failure(state: &mut AppState, name: &str, end: &ErrandEnd) {
    if let Some(problem) = failed(state, name, end) {
        state.notice = Some(Notice::Problem(problem));
    }
}

/// What went wrong with the editor.
fn failed(state: &AppState, name: &str, end: &ErrandEnd) -> Option<Problem> {
    let editor = state.surroundings.editor.name.to_string_lossy();
    let (message, hint) = match end {
        ErrandEnd::Well => return None,
        ErrandEnd::Badly(Some(code)) => (format!("{editor} ended with code {code}"), ""),
        ErrandEnd::Badly(None) => (format!("{editor} was ended by a signal"), ""),
        ErrandEnd::NotStarted(reason) => {
            let hint = "Name another in $VISUAL or $EDITOR.";
            (format!("Cannot edit \"{name}\" with {editor}: {reason}"), hint)
        }
    };
    Some(Problem::new(ProblemKind::Other, message, hint))
}

/// Bytes from which on it is asked before a file is edited.
const LARGE: u64 = 16 << 20;
