//! The names of all nodes in one text ([`Names`]): most of it shared by all clones of the tree, and behind it the little
//! that came since. The store says where each name begins; a name that nobody has any more stays.

use std::sync::Arc;

/// Names, each found by where it begins and ends.
#[derive(Clone, Default)]
pub(super) struct Names {
    settled: Arc<String>,
    /// What stands behind that. Clones copy it.
    later: String,
}

impl Names {
    /// Takes a text as it is.
    pub(super) fn of(text: String) -> Self {
        Self { settled: Arc::new(text), later: String::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.settled.len() + self.later.len()
    }

    /// Returns the text from one place to another; `None` where there is none.
    pub(super) fn get(&self, start: usize, end: usize) -> Option<&str> {
        match start.checked_sub(self.settled.len()) {
            Some(start) => self.later.get(start..end.checked_sub(self.settled.len())?),
            None => self.settled.get(start..end),
        }
    }

    /// Adds a name at the end.
    pub(super) fn push(&mut self, name: &str) {
        self.later.push_str(name);
        if self.later.len() > MANY {
            self.settle();
        }
    }

    /// Notes that what is there is nearly all that will be.
    pub(super) fn all_arrived(&mut self) {
        self.settle();
        if let Some(settled) = Arc::get_mut(&mut self.settled) {
            settled.shrink_to_fit();
        }
    }

    /// Puts the later names to the others. Where somebody else has those too, this is what copies them.
    fn settle(&mut self) {
        let mut settled = Arc::unwrap_or_clone(std::mem::take(&mut self.settled));
        settled.push_str(&std::mem::take(&mut self.later));
        self.settled = Arc::new(settled);
    }
}

/// Bytes of later names that a clone may copy: those of some ten thousand nodes.
const MANY: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_where_it_is_when_others_settle_behind_it() {
        let mut names = Names::of("one".to_owned());
        names.push("two");
        names.push("drei");
        for _ in 0..2 {
            let found = [(0, 3), (3, 6), (6, 10)].map(|(start, end)| names.get(start, end).unwrap());
            assert_eq!(found, ["one", "two", "drei"]);
            assert_eq!((names.get(6, 11), names.get(12, 13), names.get(2, 1)), (None, None, None));
            assert_eq!(names.len(), 10);
            names.settle();
        }
    }

    #[test]
    fn clones_share_all_but_the_last_names() {
        let mut names = Names::default();
        let name = "x".repeat(100);
        (0..20_000).for_each(|_| names.push(&name));
        names.all_arrived();
        let held = names.clone();
        for _ in 0..40_000 {
            names.push(&name);
            assert!(names.later.len() <= MANY);
        }
        assert_eq!((held.len(), names.len()), (2_000_000, 6_000_000));
        assert!(Arc::ptr_eq(&names.settled, &names.clone().settled));
    }
}
