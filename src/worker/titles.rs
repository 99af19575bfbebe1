//! The [`Titles`] of copies: their two ends as people write them, kept while a transfer of the copy is on the list, so that
//! the list can say where each file comes from and goes to; and the name that it has in the undo journals. Part of the
//! actor; nothing is looked up by them.

use super::actor::Actor;
use super::changes::counted;
use super::ends::{Way, below_title};
use super::selection::Selected;
use crate::entry::Location;
use crate::message::{Event, Task, TransferEnds, TransferId};
use crate::store::undo::{GroupKind, GroupTag};
use crate::transfer::queue::NewTransfer;

/// The two ends of a copy, as people write them.
#[derive(Clone, Debug)]
pub(crate) struct Titles {
    /// The folder that the paths of its files are below.
    pub(super) source: String,
    /// The folder that it goes to.
    pub(super) target: String,
}

impl Titles {
    /// Returns the ends of one of its files.
    fn ends(&self, transfer: TransferId, new: &NewTransfer) -> TransferEnds {
        let path: Vec<String> = new.path.split('/').map(str::to_owned).collect();
        let mut arrived = path.clone();
        if let (Some(last), Some(name)) = (arrived.last_mut(), &new.new_name) {
            *last = name.to_string();
        }
        TransferEnds {
            transfer,
            source: below_title(&self.source, &path),
            target: below_title(&self.target, &arrived),
        }
    }
}

impl Actor {
    /// Returns the group of what a copy changes, named after what was picked for it.
    pub(super) fn undo_group(
        &self,
        (task, way): (&Task, Way),
        selected: &Selected,
        target: &str,
    ) -> GroupTag {
        let picked = match selected {
            Selected::Contents(_) => String::new(),
            Selected::Entries { parent: Location::Local(_), keys } => format!("{} ", counted(keys, None)),
            Selected::Entries { parent: Location::Cloud { account, .. }, keys } => {
                format!("{} ", counted(keys, self.only_label(account, keys)))
            }
        };
        let label = match task {
            Task::Copy | Task::Check { .. } => format!("copied {picked}to {target}"),
            Task::Move { .. } => format!("moved {picked}to {target}"),
            Task::Sync(_) => format!("synced {target}"),
        };
        match (task, way) {
            (Task::Move { .. }, Way::Up | Way::Down | Way::Between) => {
                GroupTag::shared(GroupKind::Doing, &label)
            }
            (Task::Copy | Task::Check { .. } | Task::Sync(_), _)
            | (Task::Move { .. }, Way::Across | Way::Inside) => GroupTag::new(GroupKind::Doing, &label),
        }
    }

    /// Says where a transfer comes from and goes to.
    pub(crate) fn describe_transfer(&mut self, transfer: TransferId) {
        let Some(new) = self.queue.added_as(transfer) else { return };
        let Some(titles) = self.titles.get(&new.copy) else { return };
        let ends = titles.ends(transfer, new);
        self.send(Event::TransferEnds(ends));
    }

    /// Forgets copies that have nothing on the list any more, now that these are off it.
    pub(super) fn forget_titles(&mut self, removed: &[TransferId]) {
        if removed.is_empty() {
            return;
        }
        let queue = &self.queue;
        self.titles.retain(|copy, _| self.copies.contains_key(copy) || queue.has_any_of(*copy));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{CopyId, Direction};
    use crate::transfer::queue::Runs;

    #[test]
    fn a_file_that_gets_another_name_is_told_under_both() {
        let titles = Titles { source: "~/Pictures".to_owned(), target: "work:/Photos".to_owned() };
        let new = NewTransfer {
            copy: CopyId(1),
            direction: Direction::Up,
            path: "2024/a.jpg".to_owned(),
            new_name: Some("a (2).jpg".into()),
            size: 1,
            modified: None,
            order_by: None,
            large_limit: 4,
            runs: Runs::Apart,
            held: false,
        };
        let ends = titles.ends(TransferId(1), &new);
        assert_eq!(ends.source, "~/Pictures/2024/a.jpg");
        assert_eq!(ends.target, "work:/Photos/2024/a (2).jpg");
    }
}
