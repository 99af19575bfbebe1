//! [`Schedule`]: keeps the speed of transfers to the timetable of the configuration. What the user chooses meanwhile
//! holds until the timetable says something else.

use std::time::Duration;

use jiff::Zoned;
use tokio::time::Instant;

use super::actor::Actor;
use crate::config::Speeds;
use crate::message::{SpeedLimit, TransferAction};

/// What the timetable said last.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    said: Speeds,
    next: Look,
}

/// When to look at the timetable.
#[derive(Clone, Copy, Debug, Default)]
enum Look {
    /// It has not been looked at.
    #[default]
    Now,
    At(Instant),
    /// It says the same at all times.
    Never,
}

impl Schedule {
    /// Returns when there may be a change.
    pub(super) const fn due(&self) -> Option<Instant> {
        match self.next {
            Look::At(at) => Some(at),
            Look::Now | Look::Never => None,
        }
    }
}

impl Actor {
    /// Looks at the timetable, if it is time.
    pub(super) fn keep_to_schedule(&mut self) {
        match self.schedule.next {
            Look::Now => {}
            Look::At(at) if at <= Instant::now() => {}
            Look::At(_) | Look::Never => return,
        }
        // The clock may be set, and the machine may sleep: looking often is simpler than working out when.
        let changes = self.config.bwlimit.changes();
        self.schedule.next = if changes { Look::At(Instant::now() + LOOK) } else { Look::Never };
        let says = self.config.bwlimit.speeds_at(&Zoned::now());
        if std::mem::replace(&mut self.schedule.said, says) != says {
            let Speeds { up, down } = says;
            self.act_on_transfers(&TransferAction::Limit(SpeedLimit { up, down }));
        }
    }
}

/// How often to look at the timetable; it is to the minute.
const LOOK: Duration = Duration::from_secs(15);
