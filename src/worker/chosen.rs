//! [`Chosen`]: the group of changes that is taken back, or done again, next: found in the journals by what was asked for.
//! A move between the disk and an account stands in the journals of both. And what is told where that can never be.
//! `undoing` asks here, and carries it out.

use std::collections::HashSet;
use std::io;

use super::undoing::kind_of;
use super::{foretold, problem};
use crate::message::{ChangeRow, ChangeState, Partly, Problem, ProblemKind, UndoDirection};
use crate::session::change::Lost;
use crate::store::undo::{GroupKind, UndoGroup, UndoHistory, UndoId, UndoJournal, UndoRecord};

/// Whose journal.
#[derive(Clone)]
pub(crate) enum Place {
    /// That of an open account, by its name.
    Account(String),
    /// That of an account that is not open: what it has of a group cannot be taken back now.
    Closed(String),
    /// That of this machine's folders.
    Disk,
}

/// A group of changes, by the journals that it stands in, at least one: accounts first, for there it is likelier that
/// nothing can be done now.
pub(crate) struct Chosen(pub(super) Vec<Part>);

/// What one journal has of a group, and what there is to know about it.
pub(crate) struct Part {
    pub(super) place: Place,
    pub(super) group: UndoGroup,
    /// The changes of that journal that nothing takes back.
    pub(super) finals: Vec<UndoRecord>,
}

/// Reads the journals for the group that is next, or for the one that was asked for, with all that it has in any of them.
/// What was meant to be for good comes like any other, so that it can be told: something else would be taken back
/// otherwise. Blocks.
pub(super) fn find(
    journals: &[(Place, UndoJournal)],
    direction: UndoDirection,
    wanted: Option<UndoId>,
    passed: &HashSet<UndoId>,
) -> Result<Chosen, Problem> {
    let histories: Vec<(Place, UndoHistory)> = journals
        .iter()
        .map(|(place, journal)| Ok((place.clone(), read(place, journal)?)))
        .collect::<Result<_, Problem>>()?;
    let open = || histories.iter().filter(|(place, _)| !matches!(place, Place::Closed(_)));
    let newest = open().filter_map(|(_, history)| next(history, direction, wanted, passed));
    let newest =
        newest.max_by_key(|group| (group.begun, group.id)).ok_or_else(|| nothing(direction, wanted))?;
    let last_doing = open().filter_map(|(_, history)| history.last_doing()).max();
    if (direction, wanted) == (UndoDirection::Redo, None) && last_doing > Some(newest.begun) {
        return Err(nothing(direction, wanted));
    }
    let is_chosen = |group: &&UndoGroup| group.id == newest.id && (group.stands() || group.is_final());
    let mut parts = Vec::new();
    for (place, history) in &histories {
        let Some(group) = history.groups().find(is_chosen) else { continue };
        match place {
            Place::Closed(name) if group.stands() => return Err(not_open(direction, group, name)),
            Place::Closed(_) => {}
            Place::Account(_) | Place::Disk => {
                let (group, finals) = (group.clone(), history.finals().to_vec());
                parts.push(Part { place: place.clone(), group, finals });
            }
        }
    }
    Ok(Chosen(parts))
}

/// Reads the journals for the last changes. Blocks.
pub(super) fn list(journals: &[(Place, UndoJournal)]) -> Result<Vec<ChangeRow>, Problem> {
    let mut rows = Vec::new();
    for (place, journal) in journals {
        let history = read(place, journal)?;
        let place = match place {
            Place::Account(name) | Place::Closed(name) => format!("{name}:"),
            Place::Disk => "disk".to_owned(),
        };
        let listed =
            history.groups().filter(|group| group.kind != GroupKind::Undoing && group.change_count > 0);
        rows.extend(listed.take(MOST_ROWS).map(|group| (group.begun, row(place.clone(), group))));
    }
    rows.sort_by_key(|(begun, row): &(i64, ChangeRow)| std::cmp::Reverse((*begun, row.group)));
    rows.dedup_by(|(_, next), (_, row)| next.group == row.group && join(row, next));
    rows.truncate(MOST_ROWS);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn read(place: &Place, journal: &UndoJournal) -> Result<UndoHistory, Problem> {
    let history = match place {
        Place::Disk => disk_history(journal),
        Place::Account(_) | Place::Closed(_) => journal.history(),
    };
    history.map_err(|error| problem::of_io("read the undo journal", &error))
}

/// Reads the journal of the disk; what a crash cut off is looked up there first. Blocks.
pub(crate) fn disk_history(journal: &UndoJournal) -> io::Result<UndoHistory> {
    let history = journal.history()?;
    if foretold::settle(journal, &history)? { journal.history() } else { Ok(history) }
}

/// Makes one row of the two that a group has which stands in two journals.
fn join(row: &mut ChangeRow, next: &ChangeRow) -> bool {
    row.place = format!("{}, {}", row.place, next.place);
    if next.state == ChangeState::Standing {
        row.state = next.state;
    }
    true
}

fn row(place: String, group: &UndoGroup) -> ChangeRow {
    let state = if group.stands() {
        ChangeState::Standing
    } else if group.undone_count > 0 {
        ChangeState::Undone
    } else {
        ChangeState::Final
    };
    let begun = group.begun.div_euclid(1_000_000_000);
    ChangeRow { group: group.id.0, begun, place, label: group.shown_label().to_owned(), state }
}

fn next<'h>(
    history: &'h UndoHistory,
    direction: UndoDirection,
    wanted: Option<UndoId>,
    passed: &HashSet<UndoId>,
) -> Option<&'h UndoGroup> {
    match (wanted, direction) {
        (Some(id), _) => {
            history.groups().find(|group| group.id == id && (group.stands() || group.is_final()))
        }
        (None, UndoDirection::Redo) => history.choose(kind_of(direction), None),
        (None, UndoDirection::Undo) => history
            .groups()
            .filter(|group| group.kind != GroupKind::Undoing && !passed.contains(&group.id))
            .find(|group| group.stands() || group.is_final()),
    }
}

fn nothing(direction: UndoDirection, wanted: Option<UndoId>) -> Problem {
    if let Some(id) = wanted {
        let message = format!("There is no change {id} that can be taken back");
        return Problem::new(ProblemKind::FileNotFound, message, "It may have been taken back already.");
    }
    let message = format!("There is nothing to {} in the open accounts", direction.verb());
    Problem::new(ProblemKind::Permanent, message, "")
}

/// What is told of what was meant to be for good.
pub(super) fn beyond_undo(group: &UndoGroup) -> Problem {
    let message = format!("Cannot undo that: \"{}\" is for good", group.shown_label());
    Problem::new(ProblemKind::Permanent, message, EARLIER)
}

/// What is told where part of a group is in an account that is not open.
fn not_open(direction: UndoDirection, group: &UndoGroup, account: &str) -> Problem {
    let verb = direction.verb();
    let message = format!("Cannot {verb} that: \"{}\" is about {account}:, too", group.shown_label());
    let hint = format!("Open {account}: in a pane, and {verb} again.");
    Problem::new(ProblemKind::Temporary, message, hint)
}

/// What is told where what a group is about is gone, all of it or some.
pub(super) fn lost_part(direction: UndoDirection, partly: Partly, lost: &[Lost], has_rest: bool) -> Problem {
    let verb = direction.verb();
    let others = lost.len().saturating_sub(1);
    let more = if others > 0 { format!(" (and {others} more)") } else { String::new() };
    let what = lost.first().map_or_else(String::new, |lost| {
        let gone = if lost.is_deleted { "was deleted for good" } else { "is no longer there" };
        format!("\"{}\" {gone}{more}", lost.name)
    });
    let hint = match (partly, has_rest, direction) {
        (Partly::Refuse, true, UndoDirection::Undo) => {
            "Nothing was done; `megapane undo --rest` does the rest.".to_owned()
        }
        (Partly::Refuse, true, UndoDirection::Redo) => "Nothing was done.".to_owned(),
        (Partly::Refuse, false, _) => String::new(),
        (Partly::AskAgain | Partly::Rest, true, _) => format!("Nothing was done; {verb} again for the rest."),
        (Partly::AskAgain | Partly::Rest, false, _) => EARLIER.to_owned(),
    };
    Problem::new(ProblemKind::Permanent, format!("Cannot {verb} that: {what}"), hint)
}

/// More than anyone looks through.
const MOST_ROWS: usize = 500;

const EARLIER: &str = "Undo again for what was done before it.";
