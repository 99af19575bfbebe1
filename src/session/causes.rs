//! [`Causes`]: the ids of a session's own changes. Each command that changes nodes carries one, and the packets that it
//! causes bring it back, so that the tree knows them for our own.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Session;
use crate::crypto::key::random;
use crate::tree::Cause;

/// Gives out ids, each once, from a random start.
pub(super) struct Causes {
    start: Box<str>,
    next: AtomicU64,
}

impl Causes {
    /// Returns how many were given out.
    pub(super) fn given_out(&self) -> u64 {
        self.next.load(Ordering::Acquire)
    }

    /// Returns how many the server had by the time of what a cause brought: with one of ours these are all up to it, since
    /// the command queue keeps their order; with what others caused, all that were given out.
    pub(super) fn given_out_by(&self, cause: Option<&str>) -> u64 {
        let own = cause.and_then(|id| id.strip_prefix(&*self.start));
        let number = own.and_then(|number| u64::from_str_radix(number, 16).ok());
        let given_out = self.given_out();
        number.map_or(given_out, |number| number.saturating_add(1).min(given_out))
    }

    fn give_out(&self) -> Cause {
        let number = self.next.fetch_add(1, Ordering::AcqRel);
        // Eight hex digits of this run and the number: no other client has it, and none is longer than the customary ten
        // characters before the 256th change.
        Cause { id: format!("{}{number:02x}", self.start).into(), number }
    }
}

impl Default for Causes {
    fn default() -> Self {
        Self { start: format!("{:08x}", u32::from_le_bytes(random())).into(), next: AtomicU64::new(0) }
    }
}

impl Session {
    /// Returns a name for the next command.
    pub(super) fn new_cause(&self) -> Cause {
        self.causes.give_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_changes_of_two_runs_have_the_same_id() {
        let (one, other) = (Causes::default(), Causes::default());
        let mut ids: Vec<Cause> = (0..300).flat_map(|_| [one.give_out(), other.give_out()]).collect();
        assert_eq!((ids[2].number, one.given_out()), (1, 300));
        assert_eq!(one.given_out_by(Some(&ids[2].id)), 2);
        assert_eq!(one.given_out_by(Some(&ids[3].id)), 300, "another run's");
        for foreign in [None, Some(""), Some("ä"), Some("0123456xyz")] {
            assert_eq!(one.given_out_by(foreign), 300);
        }
        let huge = format!("{}ffffffffffffffff", &ids[0].id[..8]);
        assert_eq!(one.given_out_by(Some(&huge)), 300);
        ids.sort_by(|a, b| a.id.cmp(&b.id));
        ids.dedup_by(|a, b| a.id == b.id);
        assert_eq!(ids.len(), 600);
    }
}
