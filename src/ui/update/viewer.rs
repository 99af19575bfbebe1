//! Opening a file in the viewer, its keys, and what the worker tells of it.
//! Called by `perform`, by `dialog` for keys, by `event`, and after each message for what the page needs.

use crate::entry::{EntryKey, Location};
use crate::message::{Command, ContentCommand, ContentEvent, ContentId};
use crate::ui::dialog::Dialog;
use crate::ui::key::Key;
use crate::ui::layout::viewer_room;
use crate::ui::state::AppState;
use crate::ui::viewer::Viewer;

/// Shows what is in the file under the cursor.
pub(super) fn open(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane();
    let (Some(head), Some(row)) = (&pane.head, pane.current()) else { return };
    let (parent, key) = (head.location.clone(), row.entry.key.clone());
    let (name, size) = (row.entry.name.clone(), row.entry.size);
    let viewer = begin(state, (parent, key), name, size, commands);
    state.dialogs.push(Dialog::Viewer(Box::new(viewer)));
}

/// Begins to look into a file.
pub(super) fn begin(
    state: &mut AppState,
    (parent, key): (Location, EntryKey),
    name: String,
    size: Option<u64>,
    commands: &mut Vec<Command>,
) -> Viewer {
    let content = state.next_content();
    let (viewer, first) = Viewer::new(content, name, size);
    commands.push(Command::Content { content, command: ContentCommand::Open { parent, key } });
    commands.push(Command::Content { content, command: first });
    viewer
}

/// Gives a key to the viewer; returns whether it stays open.
pub(super) fn press(state: &AppState, viewer: &mut Viewer, key: Key, commands: &mut Vec<Command>) -> bool {
    let (stays, wanted) = viewer.press(key, room(state));
    send(viewer.content, wanted, commands);
    if !stays {
        close(viewer.content, commands);
    }
    stays
}

/// Takes what the worker tells of a file.
pub(super) fn receive(
    state: &mut AppState,
    content: ContentId,
    event: ContentEvent,
    commands: &mut Vec<Command>,
) {
    let room = room(state);
    if let Some(viewer) = viewers(state).find(|viewer| viewer.content == content) {
        let wanted = viewer.receive(event, room);
        send(content, wanted, commands);
    }
}

/// Asks for what the page needs, at the size that it has now.
pub(super) fn settle(state: &mut AppState, commands: &mut Vec<Command>) {
    let room = room(state);
    for viewer in viewers(state) {
        let wanted = viewer.settle(room);
        send(viewer.content, wanted, commands);
    }
}

/// Says that a file is looked into no longer.
pub(super) fn close(content: ContentId, commands: &mut Vec<Command>) {
    commands.push(Command::Content { content, command: ContentCommand::Close });
}

fn viewers(state: &mut AppState) -> impl Iterator<Item = &mut Viewer> {
    state
        .dialogs
        .iter_mut()
        .filter_map(|dialog| if let Dialog::Viewer(viewer) = dialog { Some(&mut **viewer) } else { None })
}

fn room(state: &AppState) -> crate::ui::viewer::Room {
    viewer_room(state.surroundings.width, state.surroundings.height)
}

fn send(content: ContentId, wanted: Vec<ContentCommand>, commands: &mut Vec<Command>) {
    commands.extend(wanted.into_iter().map(|command| Command::Content { content, command }));
}
