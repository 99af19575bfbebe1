//! [`Attention`]: notices when long work ends while nobody types, so that somebody who looks elsewhere can be called back.
//! Pure; `update` tells it what it sees, with the time, and says aloud what it returns.

use jiff::Timestamp;

/// Since when work is under way, and when something was typed last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    busy_since: Option<Timestamp>,
    typed_at: Option<Timestamp>,
}

impl Attention {
    /// Something was typed, or clicked.
    pub const fn typed(&mut self, now: Timestamp) {
        self.typed_at = Some(now);
    }

    /// Takes whether work is under way now; returns whether somebody should be called: it was long, it has ended, and
    /// nobody was there for a while.
    pub fn ended(&mut self, is_busy: bool, now: Timestamp) -> bool {
        if is_busy {
            self.busy_since.get_or_insert(now);
            return false;
        }
        let past = |since: Timestamp| now.as_second().saturating_sub(since.as_second());
        let Some(began) = self.busy_since.take() else { return false };
        past(began) >= LONG && self.typed_at.is_none_or(|typed| past(typed) >= AWAY)
    }
}

/// Seconds from which on work is long.
const LONG: i64 = 30;

/// Seconds without a key after which nobody is taken to look.
const AWAY: i64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Work from 100 on; returns whether its end is told.
    fn told(typed: i64, end: i64) -> bool {
        let mut attention = Attention::default();
        attention.typed(at(typed));
        assert!(!attention.ended(true, at(100)) && !attention.ended(true, at(101)));
        let told = attention.ended(false, at(end));
        assert!(!attention.ended(false, at(end + 100)), "once is enough");
        told
    }

    #[test]
    fn only_the_end_of_long_work_is_told_and_only_to_who_is_away() {
        assert!(told(100, 130));
        assert!(!told(100, 129), "short");
        assert!(!told(121, 130), "somebody types");
        assert!(told(120, 130));
    }
}
