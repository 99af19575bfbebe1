//! [`Twins`]: what is said of equal names in the folders of an account that a copy, a sync or a check has read. Called by
//! `copy` around the run; what is done about each such name is the plan's.

use super::super::duplicates::{self, Filters};
use super::super::output::Messages;
use super::super::remote::{CloudPath, Place};
use crate::message::{CopyOptions, Task};
use crate::transfer::filter::Rules;
use crate::tree::Tree;

/// Names of several entries in the folders of an account that a copy reads.
pub(super) struct Twins {
    source: Option<(CloudPath, usize)>,
    /// Counted here only where all of it is read; a copy counts those that it meets.
    target: Option<(CloudPath, usize)>,
}

impl Twins {
    /// Counts them, before anything is done.
    pub(super) fn in_ends(
        (from, source): (&Tree, &Place),
        (to, target): (&Tree, &Place),
        options: &CopyOptions,
    ) -> Self {
        let rules = Rules::new(options.filters.iter().map(|rule| (rule.include, rule.pattern.as_str())));
        let filters = Filters::new(rules.unwrap_or_default(), options.bounds.clone());
        let count = |tree: &Tree, place: &CloudPath| {
            let folder = tree
                .resolve(&place.path)
                .ok()
                .filter(|&found| tree.node(found).is_some_and(|node| !node.is_file()));
            folder.map_or(0, |folder| duplicates::count(tree, &filters.scope(&[folder])))
        };
        let reads_target = matches!(options.task, Task::Sync(_) | Task::Check { .. });
        Self {
            source: source.cloud().map(|place| (folder_of(from, place), count(from, place))),
            target: target
                .cloud()
                .map(|place| (folder_of(to, place), if reads_target { count(to, place) } else { 0 })),
        }
    }

    /// Tells them in a line each, at the end, where it is seen. `met` is how many the copy has met in the target.
    pub(super) fn tell(&self, messages: &Messages, met: usize) {
        if let Some((place, count)) = &self.source {
            duplicates::tell(messages, place, *count);
        }
        if let Some((place, count)) = &self.target {
            duplicates::tell(messages, place, (*count).max(met));
        }
    }
}

/// Where one of a place's names is made of several: in the folder itself, or, of a file or a name that several have, in
/// the folder above.
fn folder_of(tree: &Tree, place: &CloudPath) -> CloudPath {
    let is_folder = |found| tree.node(found).is_some_and(|node| !node.is_file());
    match (tree.resolve(&place.path), place.split_name()) {
        (Ok(found), _) if is_folder(found) => place.clone(),
        (_, Some((above, _))) => above,
        (_, None) => place.clone(),
    }
}
