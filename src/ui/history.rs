//! The [`History`] of a pane: the folders that it has shown, disk and accounts alike, with the row where one was in each.
//! The pane tells it where it goes; a step that leads to a folder that is gone goes on to the next one.

use crate::entry::{EntryKey, Location};

/// Where a pane was, and the way back and forward from there.
#[derive(Debug, Default)]
pub struct History {
    back: Vec<Visit>,
    forward: Vec<Visit>,
    /// The folder that was left last, until the next one is shown.
    left: Option<Visit>,
    /// The step that is being made.
    step: Option<Step>,
}

/// A folder, and the row under the cursor there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The folder.
    pub location: Location,
    /// The row; `None` on `..`.
    pub focus: Option<EntryKey>,
}

/// The two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To where one was before.
    Back,
    /// To where one was before one went back.
    Forward,
}

/// A step on its way.
#[derive(Clone, Debug)]
struct Step {
    direction: Direction,
    to: Location,
}

impl History {
    /// Makes one that has been nowhere.
    pub(super) const fn new() -> Self {
        Self { back: Vec::new(), forward: Vec::new(), left: None, step: None }
    }

    /// Returns the next folder that way, which is then expected to be shown; `None` at the end.
    pub(super) fn step(&mut self, direction: Direction) -> Option<Visit> {
        let visit = self.way(direction).pop()?;
        self.step = Some(Step { direction, to: visit.location.clone() });
        Some(visit)
    }

    /// A folder is left.
    pub(super) fn leave(&mut self, visit: Visit) {
        self.left = Some(visit);
    }

    /// A folder is shown: where that was no step of ours, the way forward ends here.
    pub(super) fn arrive(&mut self, location: &Location) {
        let step = self.step.take_if(|step| step.to == *location);
        let Some(left) = self.left.take().filter(|left| left.location != *location) else { return };
        self.step = None; // whatever it was to, the user went elsewhere
        match step.map(|step| step.direction) {
            Some(Direction::Back) => remember(&mut self.forward, left),
            Some(Direction::Forward) => remember(&mut self.back, left),
            None => {
                remember(&mut self.back, left);
                self.forward.clear();
            }
        }
    }

    /// A folder cannot be shown: where a step led to it, returns which way the next one is to be tried.
    pub(super) fn fail(&mut self, location: &Location) -> Option<Direction> {
        self.step.take_if(|step| step.to == *location).map(|step| step.direction)
    }

    /// Returns the folder from which the steps began that led nowhere.
    pub(super) const fn begun_from(&self) -> Option<&Visit> {
        self.left.as_ref()
    }

    fn way(&mut self, direction: Direction) -> &mut Vec<Visit> {
        match direction {
            Direction::Back => &mut self.back,
            Direction::Forward => &mut self.forward,
        }
    }
}

fn remember(way: &mut Vec<Visit>, visit: Visit) {
    if way.last().is_some_and(|last| last.location == visit.location) {
        way.pop();
    }
    if way.len() >= MOST_KEPT {
        way.remove(0);
    }
    way.push(visit);
}

/// Folders kept each way.
const MOST_KEPT: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Visit {
        Visit { location: Location::Local(path.into()), focus: Some(EntryKey::Name("row".into())) }
    }

    fn go(history: &mut History, from: &str, to: &str) {
        history.leave(at(from));
        history.arrive(&at(to).location);
    }

    #[test]
    fn back_and_forward_are_each_others_inverse_and_a_new_way_ends_the_old_one() {
        let mut history = History::default();
        go(&mut history, "/a", "/b");
        go(&mut history, "/b", "/c");
        assert_eq!(history.step(Direction::Back), Some(at("/b")));
        go(&mut history, "/c", "/b");
        assert_eq!(history.step(Direction::Forward), Some(at("/c")));
        go(&mut history, "/b", "/c");
        assert_eq!(history.step(Direction::Forward), None);
        assert_eq!(history.step(Direction::Back), Some(at("/b")));
        go(&mut history, "/c", "/b");
        go(&mut history, "/b", "/x");
        assert_eq!(history.step(Direction::Forward), None, "/c is not ahead of /x");
        assert_eq!(history.step(Direction::Back), Some(at("/b")));
    }

    #[test]
    fn a_step_to_a_folder_that_is_gone_is_told_apart_from_other_failures() {
        let mut history = History::default();
        go(&mut history, "/a", "/gone");
        go(&mut history, "/gone", "/c");
        history.leave(at("/c"));
        assert_eq!(history.fail(&at("/elsewhere").location), None);
        history.step(Direction::Back);
        assert_eq!(history.fail(&at("/gone").location), Some(Direction::Back));
        assert_eq!(history.step(Direction::Back), Some(at("/a")));
        history.arrive(&at("/a").location);
        assert_eq!(history.step(Direction::Forward), Some(at("/c")), "the folder that is gone is forgotten");
    }

    #[test]
    fn a_folder_that_is_read_anew_meanwhile_ends_no_step() {
        let mut history = History::default();
        go(&mut history, "/a", "/b");
        history.step(Direction::Back);
        history.arrive(&at("/b").location);
        go(&mut history, "/b", "/a");
        assert_eq!(history.step(Direction::Forward), Some(at("/b")));
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut history = History::default();
        for number in 0..1000 {
            go(&mut history, &format!("/{number}"), &format!("/{}", number + 1));
        }
        assert_eq!(history.back.len(), MOST_KEPT);
    }
}
