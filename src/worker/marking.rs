//! What goes through all rows of a view: a change of all marks, and looks for the next row. Of large folders it runs beside
//! the loop, on the rows as they stood, and is done again where they are others by then. What comes behind a change of
//! marks may be about them: commands wait for it. Of several looks only the last counts.

use super::actor::Actor;
use super::jobs::Done;
use super::pane::Marks;
use super::panes::{LARGE, ViewDone};
use super::problem;
use super::sweep::{RowSearch, Sought, Swept};
use crate::message::{Event, MarkChange, ViewId};

impl Actor {
    /// Changes marks.
    pub(crate) fn mark(&mut self, id: ViewId, change: &MarkChange) {
        let Some(pane) = self.panes.get_mut(&id) else { return self.unknown_view(id) };
        let sweep = pane.view.mark(change);
        match sweep {
            Some(sweep) if pane.view.entries().len() > LARGE => {
                pane.marks = Marks::Changing;
                let broken = Done::View(ViewDone::Marked { view: id, swept: None });
                return self.jobs.start_blocking(broken, move || {
                    Done::View(ViewDone::Marked { view: id, swept: Some(sweep.run()) })
                });
            }
            Some(sweep) => pane.view.take_marks(sweep.run()),
            None => {}
        }
        self.tell(id);
    }

    /// Returns whether marks are being changed, which what comes next may be about.
    pub(crate) fn is_marking(&self) -> bool {
        self.panes.values().any(|pane| pane.marks == Marks::Changing)
    }

    /// Takes marks that were changed beside the loop.
    pub(super) fn marks_changed(&mut self, id: ViewId, swept: Option<Swept>) {
        let Some(pane) = self.panes.get_mut(&id) else { return };
        pane.marks = Marks::Settled;
        match swept {
            Some(swept) if swept.generation != pane.view.generation() => return self.mark(id, &swept.change),
            Some(swept) => pane.view.take_marks(swept),
            None => self.send(Event::Failed(problem::broke_down("change the marks"))),
        }
        self.tell(id);
    }

    /// Looks for a name.
    pub(crate) fn find(&mut self, id: ViewId, text: &str, from: u64, backwards: bool) {
        self.seek(id, RowSearch { sought: Sought::Name(text.to_lowercase()), from, backwards });
    }

    /// Looks for a row whose sign is a difference.
    pub(crate) fn find_difference(&mut self, id: ViewId, from: u64, backwards: bool) {
        self.seek(id, RowSearch { sought: Sought::Difference, from, backwards });
    }

    fn seek(&mut self, id: ViewId, search: RowSearch) {
        let Some(pane) = self.panes.get_mut(&id) else { return self.unknown_view(id) };
        let rows = pane.view.snapshot();
        pane.finding += 1;
        let is_large = pane.view.entries().len() > LARGE;
        let (finding, generation) = (pane.finding, pane.view.generation());
        if !is_large {
            pane.found = finding;
            return self.send(Event::Found { view: id, row: search.run(&rows) });
        }
        let broken = ViewDone::Found { view: id, finding, generation, search: search.clone(), row: None };
        self.jobs.start_blocking(Done::View(broken), move || {
            let row = search.run(&rows);
            Done::View(ViewDone::Found { view: id, finding, generation, search, row })
        });
    }

    /// Takes the row that was looked for beside the loop.
    pub(super) fn row_found(&mut self, id: ViewId, generation: u64, search: RowSearch, row: Option<u64>) {
        let Some(pane) = self.panes.get_mut(&id) else { return };
        pane.found = pane.finding;
        if generation != pane.view.generation() {
            return self.seek(id, search);
        }
        self.send(Event::Found { view: id, row });
        self.answer(id);
    }
}
