//! [`Synchrony`]: synchronised browsing, where both sides go into and out of folders of the same names. It remembers how
//! many folders one side is deeper because the other has no such folder, so that the way out begins together again.

/// Which side has gone ahead of the other, and how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synchrony {
    ahead: Option<Ahead>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ahead {
    side: usize,
    folders: u32,
}

impl Synchrony {
    /// A side has gone into a folder that the other has not.
    pub(super) fn missed_by_other(&mut self, side: usize) {
        match &mut self.ahead {
            Some(ahead) if ahead.side == side => ahead.folders = ahead.folders.saturating_add(1),
            Some(_) => {} // that one comes back first
            None => self.ahead = Some(Ahead { side, folders: 1 }),
        }
    }

    /// Returns whether the other side is where this one is, so that it can go into the same folder.
    #[must_use]
    pub const fn is_level(self) -> bool {
        self.ahead.is_none()
    }

    /// A side goes out of a folder; returns whether the other is to go, too.
    pub(super) fn leaves(&mut self, side: usize) -> bool {
        let Some(ahead) = self.ahead else { return true };
        if ahead.side == side {
            let folders = ahead.folders - 1;
            self.ahead = (folders > 0).then_some(Ahead { side, folders });
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_other_side_has_not_gone_into_it_does_not_go_out_of() {
        let mut both = Synchrony::default();
        assert!(both.is_level() && both.leaves(0));
        both.missed_by_other(0);
        both.missed_by_other(0);
        assert!(!both.is_level());
        assert!(!both.leaves(0) && !both.is_level());
        assert!(!both.leaves(0) && both.is_level());
        assert!(both.leaves(0) && both.leaves(1));
    }
}
