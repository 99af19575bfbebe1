//! Who sees what: the dialog of an entry, the page of all links, a link on the clipboard, a link that was typed, and taking
//! over what a link shows. Called by `perform`, `dialog`, `event` and `path`.

use super::selection::Chosen;
use super::{change, viewer};
use crate::entry::{EntryKey, Location};
use crate::message::{
    Command, Selection, Shareable, SharingCommand, SharingEvent, VersionList, VersionRow, VersionsCommand,
    ViewId,
};
use crate::secret::Secret;
use crate::ui::action::{Action, Change, ShareKey};
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::dialog::field::Field;
use crate::ui::dialog::links::{LinksPage, Outcome as LinksOutcome};
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::dialog::sharing::{Outcome, SharingDialog};
use crate::ui::dialog::versions::{Outcome as VersionsOutcome, VersionsDialog};
use crate::ui::key::Key;
use crate::ui::layout::page_rows;
use crate::ui::state::{AppState, Effect};

pub(super) fn perform(state: &mut AppState, key_pressed: ShareKey, commands: &mut Vec<Command>) {
    match key_pressed {
        ShareKey::Links => {
            let Some(account) = state.account().map(str::to_owned) else { return };
            commands.push(Command::Sharing(SharingCommand::WatchLinks { account: account.clone() }));
            state.dialogs.push(Dialog::Links(LinksPage::new(account)));
        }
        ShareKey::Sharing | ShareKey::Link | ShareKey::Versions => {
            if let Some(subject) = here(state) {
                show(state, key_pressed, subject, commands);
            }
        }
    }
}

/// Shows who sees an entry of an account, or its versions.
pub(super) fn show(
    state: &mut AppState,
    key_pressed: ShareKey,
    (parent, key): (Location, EntryKey),
    commands: &mut Vec<Command>,
) {
    let (command, dialog) = match key_pressed {
        ShareKey::Sharing | ShareKey::Link | ShareKey::Links => {
            let copies_at_once = key_pressed == ShareKey::Link;
            let command = Command::Sharing(SharingCommand::Watch { parent, key });
            (command, Dialog::Sharing(SharingDialog::new(copies_at_once)))
        }
        ShareKey::Versions => {
            let command = Command::Versions(VersionsCommand::Watch { parent, key });
            (command, Dialog::Versions(VersionsDialog::default()))
        }
    };
    commands.push(command);
    state.dialogs.push(dialog);
}

/// Takes what the worker tells over.
pub(super) fn receive(state: &mut AppState, event: &SharingEvent, commands: &mut Vec<Command>) {
    if let SharingEvent::Locked { view, link, is_refused } = event {
        return ask_password(state, *view, link.clone(), *is_refused);
    }
    if let (Some(Dialog::Sharing(dialog)), SharingEvent::Subject(subject)) = (state.dialogs.last(), event)
        && let (true, Some(link)) = (dialog.copies_at_once && dialog.subject.is_none(), subject.link.known())
    {
        state.dialogs.pop();
        commands.push(Command::Sharing(SharingCommand::Leave));
        return hand_out(state, (subject.subject.clone(), link), commands);
    }
    if let SharingEvent::NotProtected { problem, .. } = event {
        super::event::failed(state, problem.clone());
    }
    for dialog in &mut state.dialogs {
        match (dialog, event) {
            (Dialog::Sharing(dialog), SharingEvent::Subject(subject)) => {
                return dialog.receive(subject.clone());
            }
            (Dialog::Sharing(dialog), SharingEvent::Gone(gone))
                if dialog.subject.as_ref().is_none_or(|shown| shown.subject == *gone) =>
            {
                return dialog.receive_gone();
            }
            (Dialog::Versions(dialog), SharingEvent::Gone(gone))
                if dialog.list.as_ref().is_none_or(|shown| shown.file == *gone) =>
            {
                return dialog.receive_gone();
            }
            (Dialog::Sharing(dialog), SharingEvent::Protected { subject, link })
                if dialog.subject.as_ref().is_some_and(|shown| shown.subject == *subject) =>
            {
                return dialog.receive_protected(link.clone());
            }
            (Dialog::Sharing(dialog), SharingEvent::NotProtected { subject, .. })
                if dialog.subject.as_ref().is_some_and(|shown| shown.subject == *subject) =>
            {
                return dialog.receive_not_protected();
            }
            (Dialog::Links(page), SharingEvent::Links { account, links }) if page.account == *account => {
                return page.receive(links.clone());
            }
            _ => {}
        }
    }
}

/// Something has failed: no page says any more how what it did is taken back.
pub(super) fn give_up(state: &mut AppState) {
    for dialog in &mut state.dialogs {
        if let Dialog::Links(page) = dialog {
            page.told = None;
        }
    }
}

/// Takes the versions of a file over.
pub(super) fn receive_versions(state: &mut AppState, list: VersionList) {
    let open = state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::Versions(dialog) => Some(dialog),
        _ => None,
    });
    if let Some(open) = open {
        open.receive(list);
    }
}

/// Gives a key to the dialog of an entry.
pub(super) fn press(
    state: &mut AppState,
    mut dialog: SharingDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let now = state.surroundings.clock.now.as_second();
    match dialog.press(key, now) {
        Outcome::Stay | Outcome::Bare => {}
        Outcome::Leave => {
            commands.push(Command::Sharing(SharingCommand::Leave));
            return None;
        }
        Outcome::Send(command) => commands.push(Command::Sharing(command)),
        Outcome::Refused(why) => state.say(why),
        Outcome::Copy(subject, link) => hand_out(state, (subject, &link), commands),
    }
    Some(Dialog::Sharing(dialog))
}

/// Gives a key to the page of links.
pub(super) fn press_links(
    state: &mut AppState,
    mut page: LinksPage,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match page.press(key, page_rows(state.surroundings.height)) {
        LinksOutcome::Stay => {}
        LinksOutcome::Refused(why) => state.say(why),
        LinksOutcome::Send(command) => {
            page.told =
                Some(format!("{} in the panes takes it back", state.hint(Action::Change(Change::Undo))));
            commands.push(Command::Sharing(command));
        }
        LinksOutcome::Copy(subject, link) => hand_out(state, (subject, &link), commands),
        leaving @ (LinksOutcome::Leave | LinksOutcome::Go(_)) => {
            commands.push(Command::Sharing(SharingCommand::Leave));
            if let LinksOutcome::Go(path) = leaving {
                commands.push(Command::OpenPath { view: state.pane().view, path });
            }
            return None;
        }
    }
    Some(Dialog::Links(page))
}

/// Gives a key to the list of versions.
pub(super) fn press_versions(
    state: &mut AppState,
    mut dialog: VersionsDialog,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match dialog.press(key, page_rows(state.surroundings.height)) {
        VersionsOutcome::Stay => {}
        VersionsOutcome::Leave => {
            commands.push(Command::Versions(VersionsCommand::Leave));
            return None;
        }
        VersionsOutcome::Send(command) => commands.push(Command::Versions(command)),
        VersionsOutcome::View(version) => view_version(state, &dialog, version, commands),
        VersionsOutcome::Copy(version) => copy_version(state, &dialog, version, commands),
    }
    Some(Dialog::Versions(dialog))
}

/// Shows what is in a version, above the list.
fn view_version(
    state: &mut AppState,
    dialog: &VersionsDialog,
    version: VersionRow,
    commands: &mut Vec<Command>,
) {
    let (Some(place), Some(name)) = (dialog.place(&version), called(state, dialog, version)) else { return };
    let viewer = viewer::begin(state, place, name, Some(version.size), commands);
    state.dialogs.push(Dialog::Viewer(Box::new(viewer)));
}

/// Has a copy of a version to the other pane worked out.
fn copy_version(
    state: &mut AppState,
    dialog: &VersionsDialog,
    version: VersionRow,
    commands: &mut Vec<Command>,
) {
    let (Some((parent, key)), Some(words)) = (dialog.place(&version), called(state, dialog, version)) else {
        return;
    };
    let Some(target) = change::target(state, change::Carry::Copy.verb()) else { return };
    let source = state.pane().head.as_ref().map(|head| head.title.clone()).unwrap_or_default();
    let selection = Selection::Entries { parent, keys: vec![key] };
    let chosen = Chosen { selection, words, marked: None };
    change::propose(state, change::Carry::Copy, (chosen, source), target, commands);
}

/// Returns a version's name, with its time.
fn called(state: &AppState, dialog: &VersionsDialog, version: VersionRow) -> Option<String> {
    let name = &dialog.list.as_ref()?.name;
    Some(format!("{name} of {}", state.surroundings.clock.exact_date(version.time)))
}

/// Returns the command that shows a typed link; `None` where it is none. Where it is under a password the worker says so,
/// and it is asked for.
pub(super) fn typed_link(state: &AppState, text: &str) -> Option<Command> {
    let text = text.trim();
    let is_link = LINK_STARTS.iter().any(|start| text.starts_with(start));
    let (view, link, password) = (state.pane().view, Secret::from(text), None);
    is_link.then(|| Command::Sharing(SharingCommand::OpenLink { view, link, password }))
}

/// Asks for the password of a link.
fn ask_password(state: &mut AppState, view: ViewId, link: Secret, is_refused: bool) {
    let prompt = Prompt::new(Purpose::LinkPassword { view, link }, Field::hidden());
    let problem = is_refused.then_some("that is not its password");
    state.dialogs.push(Dialog::Prompt(Prompt { problem, ..prompt }));
}

/// Returns the command that shows a link whose password was typed; `None` where none was.
pub(super) fn with_password(view: ViewId, link: Secret, field: &Field) -> Option<Command> {
    let password = (!field.text().is_empty()).then(|| field.secret())?;
    Some(Command::Sharing(SharingCommand::OpenLink { view, link, password: Some(password) }))
}

/// Asks whether what a link shows is to be taken over, where that is what a copy comes to.
pub(super) fn offer_import(
    state: &mut AppState,
    (selection, words): (Selection, String),
    target: (Location, String),
) -> bool {
    let is_from_link = state.pane().location().is_some_and(Location::is_link);
    let is_into_account = matches!(target.0, Location::Cloud { .. }) && !target.0.is_link();
    if !is_from_link || !is_into_account {
        return false;
    }
    let marked = match selection {
        Selection::Marked(view) => Some(view),
        Selection::Entries { .. } | Selection::Contents(_) => None,
    };
    let command = Command::Sharing(SharingCommand::Import { selection, target: target.0 });
    state.dialogs.push(Dialog::Question(Question {
        title: "Import".to_owned(),
        text: vec![
            format!("Put {words} into {}.", target.1),
            "Nothing is downloaded: MEGA has it already. It counts against the storage of the account."
                .to_owned(),
        ],
        yes: "Import",
        key: 'y',
        answer: Answer::Send(command, marked),
    }));
    true
}

/// Gives the user a link to use. All keys that do so come here, so that it is never one that a copy removes again.
fn hand_out(state: &mut AppState, (subject, link): (Shareable, &Secret), commands: &mut Vec<Command>) {
    commands.push(Command::Sharing(SharingCommand::HandOut(subject)));
    state.say("the link is on the clipboard");
    state.effects.push(Effect::Clipboard(link.expose().to_owned()));
}

/// The entry under the cursor.
fn here(state: &AppState) -> Option<(Location, EntryKey)> {
    let pane = state.pane();
    pane.location().cloned().zip(pane.current().map(|row| row.entry.key.clone()))
}

/// How a link begins, whole or without its host; no folder is typed so.
const LINK_STARTS: [&str; 8] =
    ["https://", "http://", "mega.nz/", "mega.co.nz/", "mega.app/", "#!", "#F!", "#P!"];
