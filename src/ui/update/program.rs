//! Actions on the program itself: menu, help, cancel, suspend, quit.
//! Called by `perform` for [`Program`] actions, and where the end is asked for from outside.

use crate::config::Folders;
use crate::entry::{EntryKey, Location};
use crate::message::{Command, MarkChange, Problem, ProblemKind};
use crate::ui::action::Program;
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{Answer, Question};
use crate::ui::dialog::dedupe::DedupePage;
use crate::ui::dialog::help::Help;
use crate::ui::dialog::palette::Palette;
use crate::ui::errand::{Errand, ErrandEnd};
use crate::ui::figure;
use crate::ui::state::{AppState, Effect, Notice, Phase};

pub(super) fn perform(state: &mut AppState, program: Program, commands: &mut Vec<Command>) {
    match program {
        Program::Palette => state.dialogs.push(Dialog::Palette(Palette::default())),
        Program::Help => state.dialogs.push(Dialog::Help(Help::default())),
        Program::Cancel => cancel(state, commands),
        Program::Redraw => state.effects.push(Effect::Redraw),
        Program::Suspend => state.effects.push(Effect::Suspend),
        Program::Shell => shell(state),
        Program::Mouse => turn_mouse(state),
        Program::Log => show_log(state, commands),
        Program::Doctor => super::doctor::open(state, commands),
        Program::Interrupt => ask_quit(state),
        Program::Quit if state.is_busy() => ask_quit(state),
        Program::Quit => quit(state, commands),
    }
}

/// Runs the user's shell in the folder of the active pane, of the other one where that is in the cloud, or at home.
fn shell(state: &mut AppState) {
    let folder = [state.pane(), state.other()].into_iter().find_map(|pane| match pane.location() {
        Some(Location::Local(folder)) => Some(folder.clone()),
        Some(Location::Cloud { .. }) | None => None,
    });
    let folder = folder.unwrap_or_else(|| state.surroundings.home.clone());
    state.effects.push(Effect::Run(Errand::shell(&state.surroundings.shell, folder)));
}

/// The shell has ended, with whatever code the last line in it had: what it changed is read.
pub(super) fn left_shell(state: &mut AppState, end: &ErrandEnd, commands: &mut Vec<Command>) {
    if let ErrandEnd::NotStarted(reason) = end {
        let shell = state.surroundings.shell.name.display();
        let message = format!("Cannot run {shell}: {reason}");
        let problem = Problem::new(ProblemKind::Other, message, "$SHELL says which shell it is.");
        state.notice = Some(Notice::Problem(problem));
    }
    let local = state.panes.iter().filter(|pane| pane.is_local());
    commands.extend(local.map(|pane| Command::Refresh { view: pane.view }));
}

/// Opens today's log in the viewer.
fn show_log(state: &mut AppState, commands: &mut Vec<Command>) {
    let folder = Location::Local(state.surroundings.log.clone());
    let name = Folders::log_name(state.surroundings.clock.today());
    let file = (folder, EntryKey::Name(name.clone().into()));
    let mut viewer = super::viewer::begin(state, file, name, None, commands);
    let absence =
        Problem::new(ProblemKind::FileNotFound, "Nothing was noted today", "With -v more of it is noted.");
    viewer.absence = Some(absence);
    state.dialogs.push(Dialog::Viewer(Box::new(viewer)));
}

/// Takes the mouse, or gives it back.
fn turn_mouse(state: &mut AppState) {
    state.mouse.taken = !state.mouse.taken;
    state.effects.push(Effect::Mouse(state.mouse.taken));
    state.say(if state.mouse.taken {
        "the mouse is on: click, double click, wheel, right button marks; Shift and drag still selects text"
    } else {
        "the mouse is off: the terminal selects text again"
    });
}

/// Tells the worker to end; the screen stays until it has.
pub(super) fn quit(state: &mut AppState, commands: &mut Vec<Command>) {
    if matches!(state.phase, Phase::Running | Phase::Alone) {
        state.phase = Phase::Quitting;
        state.dialogs.clear();
        commands.extend(super::tab::keep(state).filter(|_| state.keeps_screen));
        commands.push(Command::Quit);
    }
}

fn ask_quit(state: &mut AppState) {
    let open = state.transfers.open_count();
    let text = if open > 0 {
        let count = figure::count(open, "transfer is", "transfers are");
        vec![
            format!("{count} still under way and will be stopped."),
            "The next start asks whether to go on where they are.".to_owned(),
        ]
    } else if state.dedupe.as_ref().is_some_and(DedupePage::is_working) {
        vec![
            "Duplicates are being removed: it stops where it is, and what is done can be taken back."
                .to_owned(),
        ]
    } else if !state.copies.running.is_empty() {
        vec!["A copy is still being worked out and will be stopped.".to_owned()]
    } else {
        vec!["Nothing is under way.".to_owned()]
    };
    state.dialogs.push(Dialog::Question(Question {
        title: "Quit".to_owned(),
        text,
        yes: "Quit",
        key: 'q',
        answer: Answer::Quit,
    }));
}

/// Drops the innermost thing that has been begun: an opening, a range, a filter, the marks, a comparison.
fn cancel(state: &mut AppState, commands: &mut Vec<Command>) {
    let pane = state.pane_mut();
    let view = pane.view;
    if pane.anchor.take().is_some() {
        return;
    }
    if !pane.is_ready() && pane.form.is_none() && pane.wanted.is_some() && !pane.is_failed() && !pane.stopped
    {
        pane.forget();
        pane.stopped = true;
        commands.push(Command::Close { view });
        return;
    }
    if pane.arrangement().filter.is_some() {
        return super::look::filter(state, None, commands);
    }
    if pane.head.as_ref().is_some_and(|head| head.marked_count > 0) {
        commands.push(Command::Mark { view, change: MarkChange::None });
    } else if pane.head.as_ref().is_some_and(|head| head.signs.is_some()) {
        commands.push(Command::EndComparison);
    }
}
