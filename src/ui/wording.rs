//! The words for states and results, the same on every line of the screen: what is waited for, what was found.
//! Pure: values in, one sentence out. The sentences may carry hostile names; drawing escapes them.

mod outcome;

pub use outcome::{check, plan, proven, report};

use std::num::NonZeroU64;

use super::action::{Action, Change, TransferKey};
use super::figure::{self, Clock};
use super::keymap::Keymap;
use super::text;
use crate::message::{
    AccountState, Direction, SignCounts, SpeedLimit, TransferRow, TransferState, TransferTotals, ViewHead,
    Wait, WaitReason,
};

/// What sentences need that name a time or a key.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// What time it is.
    pub clock: &'a Clock,
    /// Which keys are in force.
    pub keymap: &'a Keymap,
}

impl Terms<'_> {
    /// Returns the key of an action of the transfer list.
    #[must_use]
    pub fn hint(&self, key: TransferKey) -> String {
        self.keymap.hint(Action::Transfer(key))
    }

    fn retry_now(&self) -> String {
        self.hint(TransferKey::RetryNow)
    }
}

/// Returns what an account is doing, in the few words of a header.
#[must_use]
pub fn account(state: &AccountState, terms: Terms<'_>) -> String {
    match state {
        AccountState::Connecting => "connecting…".to_owned(),
        AccountState::NeedsPassword { problem: Some(_), .. } => "session ended: log in again".to_owned(),
        AccountState::NeedsPassword { problem: None, .. } => "not logged in".to_owned(),
        AccountState::NeedsCode { .. } => "waits for the one-time code".to_owned(),
        AccountState::NeedsPassphrase { .. } => "waits for the passphrase".to_owned(),
        AccountState::Loading { received, total: Some(total) } => {
            format!("asking for the file list… {}", figure::part_of((*received).min(*total), *total))
        }
        AccountState::Loading { received: 0, total: None } => "asking for the file list…".to_owned(),
        AccountState::Loading { received, total: None } => {
            format!("asking for the file list… {}", figure::size(*received))
        }
        AccountState::Ready => String::new(),
        AccountState::Waiting(wait) => self::wait(wait, terms),
        AccountState::Failed(problem) => problem.message.clone(),
    }
}

/// Returns what an account is doing, shorter where that does not fit into so many columns.
#[must_use]
pub fn account_in(state: &AccountState, terms: Terms<'_>, columns: usize) -> String {
    let long = account(state, terms);
    match state {
        AccountState::Waiting(wait) if text::width(&long) > columns => short_wait(wait, terms),
        AccountState::Connecting
        | AccountState::NeedsPassword { .. }
        | AccountState::NeedsCode { .. }
        | AccountState::NeedsPassphrase { .. }
        | AccountState::Loading { .. }
        | AccountState::Ready
        | AccountState::Waiting(_)
        | AccountState::Failed(_) => long,
    }
}

/// Returns how far the rest of a file list is of which the first folders are there, shorter where that does not fit into so
/// many columns.
#[must_use]
pub fn still_loading(received: u64, total: Option<u64>, columns: usize) -> String {
    let so_far =
        total.map_or_else(|| figure::size(received), |total| figure::part_of(received.min(total), total));
    let long = format!("still loading: {so_far}");
    match total {
        Some(total) if text::width(&long) > columns => {
            format!("loading {} %", figure::percent(received, total))
        }
        Some(_) | None => long,
    }
}

/// Returns what the header says while the file list of an account is to show the way to a folder.
#[must_use]
pub fn awaits_list(account: &str, state: Option<&AccountState>) -> String {
    if let Some(AccountState::Loading { received, total: Some(total) }) = state {
        return format!("waits for {account}: {} %", figure::percent(*received, *total));
    }
    format!("waits for {account}:…")
}

/// Returns what a comparison has found of a folder's rows: `12 same, 3 differ, 2 only here, 1 only there`.
#[must_use]
pub fn signs(signs: &SignCounts) -> String {
    let parts = [
        (signs.same, "same"),
        (signs.unproven, "not proven"),
        (signs.different, "differ"),
        (signs.only_here, "only here"),
        (signs.only_there, "only there"),
    ];
    let known: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{} {words}", figure::grouped(*count)))
        .collect();
    let more = if signs.is_complete { "" } else { "…" };
    if known.is_empty() { format!("comparing{more}") } else { format!("{}{more}", known.join(", ")) }
}

/// Returns what a comparison has found of a folder's rows, by signs where words do not fit into so many columns.
#[must_use]
pub fn signs_in(found: &SignCounts, columns: usize) -> String {
    let long = signs(found);
    if text::width(&long) <= columns {
        return long;
    }
    let parts = [
        (found.same, "="),
        (found.unproven, "~"),
        (found.different, "≠"),
        (found.only_here, "+"),
        (found.only_there, " only there"),
    ];
    let known: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, sign)| format!("{}{sign}", figure::grouped(*count)))
        .collect();
    known.join("  ")
}

/// Returns why something waits and when it goes on.
#[must_use]
pub fn wait(wait: &Wait, terms: Terms<'_>) -> String {
    let seconds = wait.until.map(|until| terms.clock.seconds_until(until));
    let span = seconds.map(figure::span);
    match (wait.reason, span) {
        (WaitReason::ServerBusy, Some(span)) => format!("server busy, next try in {span}"),
        (WaitReason::ServerBusy, None) => "server busy, trying again soon".to_owned(),
        (WaitReason::ProofOfWork, Some(span)) => format!("proof of work, about {span}"),
        (WaitReason::ProofOfWork, None) => "proof of work, a few seconds".to_owned(),
        (WaitReason::TransferQuota, Some(span)) => {
            let at = terms.clock.time_of_day(wait.until.unwrap_or_default());
            format!("quota: {span}, resumes by itself at {at}")
        }
        (WaitReason::TransferQuota, None) => "quota: resumes by itself".to_owned(),
        (WaitReason::Offline, Some(span)) => {
            format!("offline, next try in {span} ({} now)", terms.retry_now())
        }
        (WaitReason::Offline, None) => format!("offline, trying again ({} now)", terms.retry_now()),
    }
}

/// Returns why transfers wait, when they go on, and how many there are: in many words, and in fewer; nothing while none does.
#[must_use]
pub fn waits(totals: &TransferTotals, terms: Terms<'_>) -> Vec<String> {
    let Some(wait) = &totals.wait else { return Vec::new() };
    let waiting = figure::count(totals.wait_count, "file waiting", "files waiting");
    match (wait.reason, wait.until) {
        (WaitReason::TransferQuota, Some(until)) => {
            let (span, at) = (figure::span(terms.clock.seconds_until(until)), terms.clock.time_of_day(until));
            let short = format!("quota: {span}, {waiting}");
            vec![format!("{short}, resumes by itself at {at}"), short]
        }
        (_, _) if totals.wait_count > 1 => {
            let alone = self::wait(wait, terms);
            vec![format!("{alone}, {waiting}"), alone]
        }
        (_, _) => vec![self::wait(wait, terms)],
    }
}

/// Returns the limit in force: `limit ▲ 500 KB/s ▼ none`.
#[must_use]
pub fn limit(limit: SpeedLimit) -> Option<String> {
    let rate =
        |rate: Option<NonZeroU64>| rate.map_or_else(|| "none".to_owned(), |rate| figure::speed(rate.get()));
    (limit != SpeedLimit::default()).then(|| format!("limit ▲ {} ▼ {}", rate(limit.up), rate(limit.down)))
}

/// Returns how a transfer is, for the end of its line.
#[must_use]
pub fn transfer(row: &TransferRow, terms: Terms<'_>) -> String {
    match &row.state {
        TransferState::Queued => "waiting".to_owned(),
        TransferState::Running => {
            let Some(left) = seconds_left(row) else {
                let words = match (row.done, row.direction) {
                    (0, _) => "starting…",
                    (_, Direction::Up | Direction::Down) => "waiting for the server",
                    (_, Direction::Across) => "waiting for the disk",
                };
                return words.to_owned();
            };
            format!("{}  {:>5}", figure::speed(row.speed), figure::countdown(left))
        }
        TransferState::Paused => "paused".to_owned(),
        TransferState::Waiting(wait) => self::wait(wait, terms),
        TransferState::Finishing => "checking…".to_owned(),
        TransferState::Done if row.direction == Direction::Across => "done".to_owned(),
        TransferState::Done => "done, verified".to_owned(),
        TransferState::Cancelled => "cancelled".to_owned(),
        TransferState::Failed(problem) => {
            format!("✗ {} · {} again", problem.message, terms.hint(TransferKey::Retry))
        }
    }
}

/// Returns how a transfer is, shorter where that does not fit into so many columns.
#[must_use]
pub fn transfer_in(row: &TransferRow, terms: Terms<'_>, columns: usize) -> String {
    let long = transfer(row, terms);
    if text::width(&long) <= columns {
        return long;
    }
    match &row.state {
        TransferState::Waiting(wait) => short_wait(wait, terms),
        TransferState::Running => figure::speed(row.speed),
        TransferState::Done => "✓".to_owned(),
        TransferState::Queued
        | TransferState::Paused
        | TransferState::Finishing
        | TransferState::Cancelled
        | TransferState::Failed(_) => long,
    }
}

/// Returns why something waits, without how it goes on: for a line that has little room.
#[must_use]
pub fn short_wait(wait: &Wait, terms: Terms<'_>) -> String {
    let reason = match wait.reason {
        WaitReason::ServerBusy => "busy",
        WaitReason::ProofOfWork => "proof of work",
        WaitReason::TransferQuota => "quota",
        WaitReason::Offline => "offline",
    };
    match wait.until {
        Some(until) => format!("{reason}: {}", figure::span(terms.clock.seconds_until(until))),
        None => reason.to_owned(),
    }
}

/// Returns the seconds that a running transfer has left at its speed.
#[must_use]
pub fn seconds_left(row: &TransferRow) -> Option<u64> {
    row.size.saturating_sub(row.done).checked_div(row.speed)
}

/// Returns what the marked rows of a folder weigh, as far as it is known: `128K`, `128K + 1 folder`; nothing where that is
/// of none of them.
#[must_use]
pub fn marked_size(head: &ViewHead) -> Option<String> {
    let unknown = head.marked_unsized_count;
    match head.marked_count.saturating_sub(unknown) {
        0 => None,
        _ if unknown == 0 => Some(figure::size(head.marked_bytes)),
        _ => {
            let folders = figure::count(unknown, "folder", "folders");
            Some(format!("{} + {folders}", figure::size(head.marked_bytes)))
        }
    }
}

/// Says how a change is taken back.
#[must_use]
pub fn undone_by(keymap: &Keymap) -> String {
    format!("To undo, press {} afterwards, also after a restart.", keymap.hint(Action::Change(Change::Undo)))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::message::{CopyId, TransferId};

    fn clock() -> Clock {
        Clock { now: "2024-08-14T18:28:00Z".parse().unwrap(), zone: TimeZone::UTC }
    }

    fn terms<T>(of: impl FnOnce(Terms<'_>) -> T) -> T {
        of(Terms { clock: &clock(), keymap: &Keymap::default() })
    }

    fn waiting(reason: WaitReason, seconds: Option<i64>) -> String {
        let until = seconds.map(|seconds| clock().now.as_millisecond() + seconds * 1000);
        terms(|terms| wait(&Wait { reason, until }, terms))
    }

    #[test]
    fn waits_are_told_in_the_agreed_words() {
        assert_eq!(
            waiting(WaitReason::TransferQuota, Some(4320)),
            "quota: 1 h 12 m, resumes by itself at 19:40"
        );
        assert_eq!(waiting(WaitReason::Offline, Some(30)), "offline, next try in 30 s (gn now)");
        assert_eq!(waiting(WaitReason::ServerBusy, Some(8)), "server busy, next try in 8 s");
        assert_eq!(waiting(WaitReason::ProofOfWork, Some(3)), "proof of work, about 3 s");
        let loading = AccountState::Loading { received: 42_991_616, total: Some(262_144_000) };
        assert_eq!(terms(|terms| account(&loading, terms)), "asking for the file list… 41 of 250 MB");
    }

    #[test]
    fn a_quota_says_how_many_wait_for_it_and_a_limit_both_ways() {
        let until = Some(clock().now.as_millisecond() + 4_320_000);
        let wait = Some(Wait { reason: WaitReason::TransferQuota, until });
        let totals = TransferTotals { wait, wait_count: 38, ..TransferTotals::default() };
        let short = "quota: 1 h 12 m, 38 files waiting";
        assert_eq!(
            terms(|terms| waits(&totals, terms)),
            [&format!("{short}, resumes by itself at 19:40"), short]
        );
        let wait = Some(Wait { reason: WaitReason::ProofOfWork, until: None });
        let totals = TransferTotals { wait, wait_count: 1, ..totals };
        assert_eq!(terms(|terms| waits(&totals, terms)), ["proof of work, a few seconds"]);
        assert!(terms(|terms| waits(&TransferTotals::default(), terms)).is_empty());
        let up = SpeedLimit { up: NonZeroU64::new(512_000), down: None };
        assert_eq!(limit(up).unwrap(), "limit ▲ 500 KB/s ▼ none");
        assert_eq!(limit(SpeedLimit::default()), None);
    }

    #[test]
    fn a_running_transfer_without_speed_does_not_divide_by_it() {
        let row = TransferRow {
            transfer: TransferId(1),
            copy: CopyId(1),
            place: 1,
            direction: Direction::Up,
            path: String::new(),
            size: 10,
            done: 0,
            speed: 0,
            attempts: 1,
            state: TransferState::Running,
        };
        assert_eq!(seconds_left(&row), None);
        assert_eq!(terms(|terms| transfer(&row, terms)), "starting…");
        assert_eq!(terms(|terms| transfer(&TransferRow { done: 5, ..row }, terms)), "waiting for the server");
    }
}
