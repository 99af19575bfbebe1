//! Waits as the front ends are told: with a time of day rather than one of this process. Called for accounts and for
//! transfers alike, once for each wait, because the two clocks never agree twice.

use std::time::SystemTime;

use tokio::time::Instant;

use crate::api::wait::{Reason, Wait};
use crate::message::{Wait as ShownWait, WaitReason};

/// Returns a wait as the front ends are told.
pub(crate) fn shown_wait(wait: Wait) -> ShownWait {
    let reason = match wait.reason {
        Reason::ServerBusy => WaitReason::ServerBusy,
        Reason::ProofOfWork => WaitReason::ProofOfWork,
        Reason::TransferQuota => WaitReason::TransferQuota,
        Reason::Offline => WaitReason::Offline,
    };
    let until = wait.until.and_then(|until| {
        let at = SystemTime::now() + until.saturating_duration_since(Instant::now());
        i64::try_from(at.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis()).ok()
    });
    ShownWait { reason, until }
}
