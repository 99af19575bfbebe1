//! The comparison of the two shown folders by size and time: begun, narrowed to what differs, walked through, told.
//! Called by `perform`, and for each new head. The signs belong to the worker's views.

use crate::message::{Arrangement, Command, SignCounts, ViewHead};
use crate::ui::action::{Action, Look, Marking};
use crate::ui::state::AppState;
use crate::ui::{figure, wording};

/// Holds the two shown folders against each other.
pub(super) fn begin(state: &mut AppState, commands: &mut Vec<Command>) {
    if !state.other().is_ready() {
        return state.say("compare: the other pane shows no folder yet");
    }
    if state.pane().location() == state.other().location() {
        return state.say("compare: both panes show the same folder");
    }
    state.say("comparing…");
    commands.push(Command::CompareFolders { views: [state.panes[0].view, state.panes[1].view] });
}

/// Shows only what differs, or all again, on both sides.
pub(super) fn narrow(state: &mut AppState, commands: &mut Vec<Command>) {
    let differences = !state.pane().arrangement().differences;
    for pane in &state.panes {
        let arrangement = Arrangement { differences, ..pane.arrangement() };
        commands.push(Command::Arrange { view: pane.view, arrangement });
    }
    state.say(if differences { "only what differs is shown · # shows all" } else { "all is shown again" });
}

/// Goes to the next row that differs.
pub(super) fn go_to_next(state: &mut AppState, backwards: bool, commands: &mut Vec<Command>) {
    let pane = state.pane();
    let Some(signs) = pane.head.as_ref().and_then(|head| head.signs) else { return };
    if signs.different + signs.only_here == 0 {
        return state.say(if signs.is_complete {
            "nothing differs here"
        } else {
            "nothing that differs so far"
        });
    }
    let last = pane.row_count().saturating_sub(1);
    let from = match (pane.row_index(pane.cursor), backwards) {
        (Some(row), _) => row,
        (None, false) => last, // from `..` on the first row counts, too
        (None, true) => 0,
    };
    commands.push(Command::FindDifference { view: pane.view, from, backwards });
}

/// Says what a comparison came to, once it is over; to be called before the head is taken over.
pub(super) fn tell_end(state: &mut AppState, head: &ViewHead) {
    let Some(pane) = state.panes.iter().find(|pane| pane.view == head.view) else { return };
    let before = pane.head.as_ref().and_then(|head| head.signs);
    let is_news = before.is_none_or(|before| !before.is_complete);
    if head.view != state.pane().view || !is_news {
        return;
    }
    if let Some(signs @ SignCounts { is_complete: true, .. }) = head.signs {
        let text = summary(state, &signs);
        state.say(text);
    }
}

fn summary(state: &AppState, signs: &SignCounts) -> String {
    let rows = signs.same + signs.unproven + signs.different + signs.only_here;
    if signs.different + signs.only_here + signs.only_there > 0 {
        let mark = state.hint(Action::Mark(Marking::Differing));
        let next = state.hint(Action::Look(Look::NextDifference));
        return format!("{} · {mark} marks what differs, {next} goes there", wording::signs(signs));
    }
    if signs.unproven > 0 {
        return format!("{} · {} proves it", wording::signs(signs), state.hint(Action::Look(Look::Verify)));
    }
    format!("all the same: {}", figure::count(rows, "entry", "entries"))
}
