//! The outbox: events that the front end has not taken yet. What supersedes an older one of its kind takes its place;
//! everything else waits in order and is never lost. Pure; the worker's loop sends from it whenever there is room.

use std::collections::BTreeMap;

use crate::message::{AccountState, Event, TransferId, TransferRow, TransferTotals};

/// Events on their way out, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: BTreeMap<u64, Event>,
    next: u64,
    /// Where the newest event of a kind stands, or stood, in `waiting`.
    newest: BTreeMap<Kind, u64>,
}

/// Events of which only the newest matters while the front end is busy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Loading(String),
    Quota(String),
    Plan(u32),
    Transfers,
    /// The head of a view.
    Head(u32),
    /// What a folder comes to.
    Usage(u64),
    /// Rows of a view from this one on.
    Rows(u32, u64),
}

impl Outbox {
    /// Adds an event behind the others.
    pub(crate) fn push(&mut self, event: Event) {
        if let Event::Answered { view, .. } = &event {
            // What was pushed before must also arrive before: nothing newer of this view may take its place behind.
            let is_of = |kind: &Kind| matches!(kind, Kind::Head(id) | Kind::Rows(id, _) if *id == view.0);
            self.newest.retain(|kind, _| !is_of(kind));
        }
        let Some(kind) = kind(&event) else { return self.append(event) };
        let older = self.newest.insert(kind, self.next).and_then(|at| self.waiting.remove(&at));
        self.append(match older {
            Some(older) => merge(older, event),
            None => event,
        });
    }

    /// Takes the oldest event.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        let event = self.waiting.pop_first().map(|(_, event)| event);
        if self.waiting.is_empty() {
            self.newest.clear();
        }
        event
    }

    /// Returns whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Returns how many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn append(&mut self, event: Event) {
        self.waiting.insert(self.next, event);
        self.next += 1;
    }
}

fn kind(event: &Event) -> Option<Kind> {
    match event {
        Event::Account { account, state: AccountState::Loading { .. } } => {
            Some(Kind::Loading(account.clone()))
        }
        Event::Quota { account, .. } => Some(Kind::Quota(account.clone())),
        Event::Plan(summary) => Some(Kind::Plan(summary.copy.0)),
        Event::Transfers { .. } => Some(Kind::Transfers),
        Event::View(head) => Some(Kind::Head(head.view.0)),
        Event::Rows { view, start, .. } => Some(Kind::Rows(view.0, *start)),
        Event::Usage(sheet) => Some(Kind::Usage(sheet.usage.0)),
        Event::Accounts(_)
        | Event::Account { .. }
        | Event::Found { .. }
        | Event::NotThere { .. }
        | Event::Bookmarks(_)
        | Event::KeptScreen(_)
        | Event::Hits { .. }
        | Event::Offers { .. }
        | Event::Answered { .. }
        | Event::Conflict(_)
        | Event::Compared { .. }
        | Event::Content { .. }
        | Event::Dedupe(_)
        | Event::Measured { .. }
        | Event::Edit { .. }
        | Event::Sharing(_)
        | Event::Versions(_)
        | Event::CopyNote { .. }
        | Event::CopyEnded(_)
        | Event::TransferEnds(_)
        | Event::Unfinished { .. }
        | Event::Deletion(_)
        | Event::Made { .. }
        | Event::Changes(_)
        | Event::Undone { .. }
        | Event::Findings(_)
        | Event::NameSheet { .. }
        | Event::Renames(_)
        | Event::Done { .. }
        | Event::Failed(_)
        | Event::Ended => None,
    }
}

/// Returns what stands for both events of one kind.
fn merge(older: Event, newer: Event) -> Event {
    match (older, newer) {
        (
            Event::Transfers { changed: before, removed: gone, .. },
            Event::Transfers { changed, removed, totals },
        ) => merge_transfers((before, gone), (changed, removed), totals),
        (_, newer) => newer,
    }
}

type TransferChanges = (Vec<TransferRow>, Vec<TransferId>);

fn merge_transfers(older: TransferChanges, newer: TransferChanges, totals: TransferTotals) -> Event {
    let (before, mut removed) = older;
    let (changed, also_removed) = newer;
    let mut rows: BTreeMap<TransferId, TransferRow> =
        before.into_iter().map(|row| (row.transfer, row)).collect();
    rows.extend(changed.into_iter().map(|row| (row.transfer, row)));
    for transfer in &also_removed {
        rows.remove(transfer);
    }
    removed.extend(also_removed);
    Event::Transfers { changed: rows.into_values().collect(), removed, totals }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{CopyId, Direction, PlanSummary, TransferState, ViewId};

    fn transfers(ids: &[u64], removed: &[u64], done: u64) -> Event {
        let changed = ids
            .iter()
            .map(|id| TransferRow {
                transfer: TransferId(*id),
                copy: CopyId(1),
                place: 1,
                direction: Direction::Up,
                path: String::new(),
                size: 10,
                done,
                speed: 0,
                attempts: 1,
                state: TransferState::Running,
            })
            .collect();
        let removed = removed.iter().copied().map(TransferId).collect();
        Event::Transfers {
            changed,
            removed,
            totals: TransferTotals { done_bytes: done, ..Default::default() },
        }
    }

    fn all(outbox: &mut Outbox) -> Vec<Event> {
        std::iter::from_fn(|| outbox.pop()).collect()
    }

    #[test]
    fn structural_events_keep_their_order_and_number() {
        let mut outbox = Outbox::default();
        let lines: Vec<Event> = (0..5000).map(|n| Event::Done { text: n.to_string() }).collect();
        for line in &lines {
            outbox.push(line.clone());
            outbox.push(Event::Plan(PlanSummary::default()));
        }
        let events = all(&mut outbox);
        assert_eq!(events.len(), 5001, "one plan is enough");
        assert_eq!(events[..5000], lines[..]);
    }

    #[test]
    fn transfer_rows_of_skipped_reports_are_not_lost() {
        let mut outbox = Outbox::default();
        outbox.push(transfers(&[1, 2], &[], 1));
        outbox.push(transfers(&[2, 3], &[1], 5));
        let [Event::Transfers { changed, removed, totals }] = &all(&mut outbox)[..] else { panic!() };
        let rows: Vec<(u64, u64)> = changed.iter().map(|row| (row.transfer.0, row.done)).collect();
        assert_eq!(rows, [(2, 5), (3, 5)]);
        assert_eq!((removed[..].to_vec(), totals.done_bytes), (vec![TransferId(1)], 5));
    }

    #[test]
    fn answers_for_two_ranges_of_rows_both_arrive() {
        let mut outbox = Outbox::default();
        let rows = |start, generation| Event::Rows { view: ViewId(1), generation, start, rows: Vec::new() };
        outbox.push(rows(0, 1));
        outbox.push(rows(50, 1));
        outbox.push(rows(0, 2));
        assert_eq!(all(&mut outbox), [rows(50, 1), rows(0, 2)]);
    }

    #[test]
    fn rows_before_an_answer_are_not_superseded_by_rows_behind_it() {
        let mut outbox = Outbox::default();
        let rows =
            |view, generation| Event::Rows { view: ViewId(view), generation, start: 0, rows: Vec::new() };
        let answered = Event::Answered { view: ViewId(1), number: 1 };
        for event in [rows(1, 1), rows(2, 1), answered.clone(), rows(1, 2), rows(2, 2), rows(1, 3)] {
            outbox.push(event);
        }
        assert_eq!(all(&mut outbox), [rows(1, 1), answered, rows(2, 2), rows(1, 3)]);
    }

    #[test]
    fn a_taken_event_is_not_superseded() {
        let mut outbox = Outbox::default();
        outbox.push(transfers(&[1], &[], 1));
        outbox.push(Event::Ended);
        assert!(outbox.pop().is_some());
        outbox.push(transfers(&[2], &[], 2));
        assert_eq!(all(&mut outbox), [Event::Ended, transfers(&[2], &[], 2)]);
    }
}
