//! A plan that ends before its time: its budget of bytes or time is spent. Part of the plan's machine; when that is so is
//! the worker's to say.

use super::{Action, Doomed, Plan};
use crate::message::{Note, Problem};

/// Whether a plan goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// It does.
    On,
    /// Nothing begins any more; what is on its way counts, and the source of a move goes after it.
    CutShort,
    /// Nothing is handed out any more.
    Stopped,
}

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    /// Ends the plan before its time: nothing begins any more, and a sync deletes nothing. What is on its way is still to
    /// be answered. `problem` is how the whole of it ended, whatever else went wrong.
    pub fn cut_short(&mut self, problem: Problem) {
        if self.course != Course::On {
            return;
        }
        let actions = std::mem::take(&mut self.actions);
        self.stop();
        self.course = Course::CutShort;
        self.actions = actions.into_iter().filter(is_about_the_past).collect();
        self.report.failed_count += 1;
        self.report.problem = Some(problem.clone());
        self.note(String::new(), 0, Note::Failed(problem));
    }

    /// Returns whether it was ended before its time.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.course == Course::CutShort
    }
}

fn is_about_the_past<S, T>(action: &Action<S, T>) -> bool {
    match action {
        Action::Note { .. } | Action::Remove { doomed: Doomed::Source { .. }, .. } => true,
        // What makes room for others, or goes because the source has it no more, stays where nothing follows.
        Action::Remove { .. }
        | Action::MakeFolder { .. }
        | Action::Transfer(_)
        | Action::Examine { .. }
        | Action::Ask(_) => false,
    }
}
