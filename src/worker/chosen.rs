//! [`Chosen`]: the group of changes that is taken back, or done again, next: found in the journals by what was asked for.
//! A move between the disk and an account stands in the journals of both. And what is told where that can never be.
//! `undoing` asks here, and carries it out.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;

use super::undoing::kind_of;
use super::{disk, foretold, problem};
use crate::message::{ChangeRow, ChangeState, Partly, Problem, ProblemKind, UndoDirection};
use crate::session::change::{Lost, is_deleted, nodes_deleted};
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

/// Opens the journals of accounts that are not open, where there are any; who reads one that cannot be opened is told
/// why. Blocks.
pub(super) fn opened(closed: Vec<(String, PathBuf)>) -> impl Iterator<Item = (Place, UndoJournal)> {
    let there = closed.into_iter().filter(|(_, path)| !matches!(path.try_exists(), Ok(false)));
    there.map(|(name, path)| {
        let journal = UndoJournal::open(&path).unwrap_or_else(|error| UndoJournal::closed(&error));
        (Place::Closed(name), journal)
    })
}

/// Reads the journals for the group that is next, or for the one that was asked for, with all that it has in any of them.
/// What was meant to be for good comes like any other, so that it can be told: something else would be taken back
/// otherwise. A journal of an account that is not open may be unreadable: that counts where the group may have a part
/// in it. Blocks.
pub(super) fn find(
    journals: &[(Place, UndoJournal)],
    direction: UndoDirection,
    wanted: Option<UndoId>,
    passed: &HashSet<UndoId>,
) -> Result<Chosen, Problem> {
    let mut histories: Vec<(Place, UndoHistory)> = Vec::with_capacity(journals.len());
    let mut unread: Option<Problem> = None;
    for (place, journal) in journals {
        match (read(place, journal), place) {
            (Ok(history), _) => histories.push((place.clone(), history)),
            (Err(problem), Place::Closed(_)) => unread = Some(problem),
            (Err(problem), Place::Account(_) | Place::Disk) => return Err(problem),
        }
    }
    let undone = UndoHistory::undone(histories.iter().map(|(_, history)| history));
    let open = || histories.iter().filter(|(place, _)| !matches!(place, Place::Closed(_)));
    let newest = open().filter_map(|(_, history)| next(history, (direction, wanted), passed, &undone));
    let newest =
        newest.max_by_key(|group| (group.begun, group.id)).ok_or_else(|| nothing(direction, wanted))?;
    let last_doing = open().filter_map(|(_, history)| history.last_doing()).max();
    if (direction, wanted) == (UndoDirection::Redo, None) && last_doing > Some(newest.begun) {
        return Err(nothing(direction, wanted));
    }
    let (id, is_shared) = (newest.id, newest.is_shared);
    let has_it = |(_, history): &&(Place, UndoHistory)| history.groups().any(|group| group.id == id);
    if is_shared && histories.iter().filter(has_it).count() < SIDES {
        unread.map_or(Ok(()), Err)?;
    }
    let parts = histories.into_iter().map(|(place, history)| part(place, history, id, direction));
    Ok(Chosen(parts.filter_map(Result::transpose).collect::<Result<_, _>>()?))
}

/// Returns what a journal has of a group, if anything.
fn part(
    place: Place,
    history: UndoHistory,
    id: UndoId,
    direction: UndoDirection,
) -> Result<Option<Part>, Problem> {
    // What is for good counts with the rest of the group, also once some of that was taken back.
    let is_it = |group: &&UndoGroup| group.id == id && (group.stands() || group.final_count > 0);
    let Some(group) = history.groups().find(is_it).cloned() else { return Ok(None) };
    let mut finals = history.into_finals();
    match &place {
        Place::Closed(name) if group.stands() => return Err(not_open(direction, &group, name)),
        Place::Closed(_) => return Ok(None),
        Place::Account(_) => {} // what other groups have deleted is what this one cannot find
        Place::Disk => finals.retain(|record| record.group == Some(id)),
    }
    Ok(Some(Part { place, group, finals }))
}

/// Returns the newest group of before that time that can be taken back, as far as its journal and the disk can tell.
pub(crate) fn newest_before(history: &UndoHistory, is_disk: bool, begun: i64) -> Option<&UndoGroup> {
    let deleted = nodes_deleted(history.finals());
    let is_there = |group: &UndoGroup| {
        if is_disk {
            return disk::lost(group).len() < group.standing.len();
        }
        group.standing.iter().any(|record| !is_deleted(record, &deleted))
    };
    history
        .groups()
        .filter(|group| group.kind != GroupKind::Undoing && group.stands() && group.begun < begun)
        .find(|group| is_there(group))
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
    let whose = match place {
        Place::Account(name) | Place::Closed(name) => format!("of {name}:"),
        Place::Disk => "of this computer".to_owned(),
    };
    history.map_err(|error| problem::of_io(&format!("read the undo journal {whose}"), &error))
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
    (direction, wanted): (UndoDirection, Option<UndoId>),
    passed: &HashSet<UndoId>,
    undone: &HashSet<UndoId>,
) -> Option<&'h UndoGroup> {
    let is_due = |group: &&UndoGroup| group.stands() || group.is_final(undone);
    match (wanted, direction) {
        (Some(id), _) => history.groups().filter(|group| group.id == id).find(is_due),
        (None, UndoDirection::Redo) => history.choose(kind_of(direction), None),
        (None, UndoDirection::Undo) => history
            .groups()
            .filter(|group| group.kind != GroupKind::Undoing && !passed.contains(&group.id))
            .find(is_due),
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
pub(super) fn beyond_undo(partly: Partly, group: &UndoGroup) -> Problem {
    let message = format!("Cannot undo that: \"{}\" is for good", group.shown_label());
    Problem::new(ProblemKind::Permanent, message, earlier(partly))
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
        (Partly::AskAgain | Partly::Rest, true, _) => format!("Nothing was done; {verb} again for the rest."),
        (Partly::AskAgain, false, UndoDirection::Redo) => String::new(),
        (Partly::AskAgain | Partly::Refuse | Partly::Rest, false, _) => earlier(partly).to_owned(),
    };
    Problem::new(ProblemKind::Permanent, format!("Cannot {verb} that: {what}"), hint)
}

/// More than anyone looks through.
const MOST_ROWS: usize = 500;

/// The screen passes over what it has told once. The command line would try the same again: it names what came before.
const fn earlier(partly: Partly) -> &'static str {
    match partly {
        Partly::AskAgain => "Undo again for what was done before it.",
        Partly::Refuse | Partly::Rest => "",
    }
}

/// A group stands in the journals of so many places at most: of where it took from, and of where that went.
const SIDES: usize = 2;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::undo::GroupTag;

    #[test]
    fn a_journal_that_cannot_be_read_stops_only_what_may_have_a_part_in_it() {
        let (account, disk) = (UndoJournal::in_memory(), UndoJournal::in_memory());
        let broken = UndoJournal::closed(&io::Error::other("broken"));
        let journals = [
            (Place::Account("work".to_owned()), account.clone()),
            (Place::Disk, disk.clone()),
            (Place::Closed("old".to_owned()), broken),
        ];
        let next = || find(&journals, UndoDirection::Undo, None, &HashSet::new());
        let change = |journal: &UndoJournal, tag: &GroupTag| {
            let journal = journal.in_group(tag);
            let id = journal.begin(&json!("there")).unwrap();
            journal.end(id, Some(&json!("back"))).unwrap();
        };
        change(&account, &GroupTag::new(GroupKind::Doing, "renamed"));
        assert!(next().is_ok());
        let moved = GroupTag::shared(GroupKind::Doing, "moved");
        change(&account, &moved);
        assert!(next().is_err_and(|problem| problem.message.contains("of old:")));
        change(&disk, &moved.elsewhere());
        assert!(next().is_ok_and(|chosen| chosen.0.len() == SIDES), "it has no third part");
    }
}
