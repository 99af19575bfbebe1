//! The preview follows the cursor: what it is about, and when the beginning of it is asked for.
//! Called by `update` after each message. Moving the cursor costs a comparison, and nothing else on a narrow screen.

use jiff::SignedDuration;

use crate::entry::{EntryKind, Location};
use crate::message::{Command, ContentCommand, ContentEvent, ContentId};
use crate::ui::preview::Subject;
use crate::ui::state::{AppState, Phase};
use crate::ui::viewer::kind::Kind;

/// Switches it on or off.
pub(super) fn turn(state: &mut AppState) {
    state.preview.is_on = !state.preview.is_on;
    let how = if state.preview.is_on { "on" } else { "off" };
    let narrow = if state.surroundings.width < crate::ui::layout::PREVIEW_FROM {
        ", shown from 160 columns on"
    } else {
        ""
    };
    state.say(format!("preview {how}{narrow}"));
}

/// Lets it follow the cursor.
pub(super) fn follow(state: &mut AppState, commands: &mut Vec<Command>) {
    let is_shown = state.layout().preview.width > 0 && state.phase == Phase::Running;
    let subject = if is_shown { subject(state) } else { None };
    if subject != state.preview.subject {
        if let Some(viewer) = state.preview.viewer.take() {
            super::viewer::close(viewer.content, commands);
        }
        state.preview.due = subject.as_ref().filter(|subject| has_content(subject)).map(|subject| {
            let pause = match subject.parent {
                Location::Local(_) => SignedDuration::ZERO,
                Location::Cloud { .. } => PAUSE,
            };
            state.surroundings.clock.now.saturating_add(pause).unwrap_or(state.surroundings.clock.now)
        });
        state.preview.subject = subject;
    }
    if state.preview.due.is_some_and(|due| due <= state.surroundings.clock.now) {
        state.preview.due = None;
        begin(state, commands);
    }
}

/// Takes what the worker tells, if it is about what is previewed. No more than the first part is asked for, and of a
/// picture all of it only where that is no more.
pub(super) fn receive(
    state: &mut AppState,
    content: ContentId,
    event: ContentEvent,
    commands: &mut Vec<Command>,
) {
    let area = state.layout().preview;
    let room = (area.width.saturating_sub(1).max(1), area.height.saturating_sub(HEAD_LINES).max(1));
    let is_near = matches!(&state.preview.subject, Some(subject) if is_near(subject));
    let Some(viewer) = state.preview.viewer.as_mut().filter(|viewer| viewer.content == content) else {
        return;
    };
    let wanted = viewer.receive(event, room);
    let is_wanted = viewer.kind == Some(Kind::Picture) && is_near;
    let pictures =
        wanted.into_iter().filter(|wanted| is_wanted && matches!(wanted, ContentCommand::Picture { .. }));
    commands.extend(pictures.map(|command| Command::Content { content, command }));
}

fn subject(state: &AppState) -> Option<Subject> {
    let pane = state.pane();
    let parent = pane.head.as_ref().filter(|_| pane.is_ready())?.location.clone();
    Some(Subject { parent, entry: pane.current()?.entry.clone() })
}

fn begin(state: &mut AppState, commands: &mut Vec<Command>) {
    let Some(Subject { parent, entry }) = state.preview.subject.clone() else { return };
    let viewer = super::viewer::begin(state, (parent, entry.key), entry.name, entry.size, commands);
    state.preview.viewer = Some(viewer);
}

fn has_content(subject: &Subject) -> bool {
    matches!(subject.entry.kind, EntryKind::File | EntryKind::LinkToFile)
        && !subject.entry.flags.undecryptable
}

/// Whether all of it may be read for a preview.
fn is_near(subject: &Subject) -> bool {
    matches!(subject.parent, Location::Local(_)) || subject.entry.size.is_some_and(|size| size <= FIRST_PART)
}

/// How long the cursor rests on a file of the cloud before its beginning is asked for.
const PAUSE: SignedDuration = SignedDuration::from_millis(300);

/// Bytes of a file of the cloud that are downloaded for a preview.
const FIRST_PART: u64 = 64 << 10;

/// Lines above the content: name and facts, and one that is empty.
pub(in crate::ui) const HEAD_LINES: u16 = 3;
