//! The sentences of the line mode: what is in a folder, what a copy will do, how far it is, how it ended. Pure: values in,
//! whole sentences out, without signs that a screen reader would spell.

use std::fmt::Write as _;

use tokio::time::{Duration, Instant};

use super::super::quantity;
use super::desk::Side;
use crate::entry::Entry;
use crate::message::{
    AccountState, Compared, Conflict, CopyReport, DiffLine, PlanSummary, Problem, ProblemKind,
    TransferTotals, ViewState,
};

/// When progress is told: at each tenth of the way, and at least every half minute.
#[derive(Debug, Default)]
pub(super) struct Steps {
    tenth: u64,
    told: Option<Instant>,
}

impl Steps {
    /// Returns the sentence that is due.
    pub(super) fn sentence(&mut self, totals: &TransferTotals) -> Option<String> {
        if totals.bytes == 0 || totals.ended_count >= totals.count {
            return None;
        }
        let tenth = totals.done_bytes.saturating_mul(10) / totals.bytes;
        let now = Instant::now();
        let since = *self.told.get_or_insert(now);
        if tenth <= self.tenth && now.duration_since(since) < QUIET {
            return None;
        }
        (self.tenth, self.told) = (tenth.max(self.tenth), Some(now));
        Some(progress(totals))
    }
}

fn progress(totals: &TransferTotals) -> String {
    let percent = totals.done_bytes.saturating_mul(100) / totals.bytes.max(1);
    let (done, all) = (quantity::size_with_unit(totals.done_bytes), quantity::size_with_unit(totals.bytes));
    let left = totals.seconds_left.map_or_else(String::new, |seconds| format!(", {seconds} seconds left"));
    format!("{percent} percent, {done} of {all}{left}.")
}

/// Returns how all transfers are.
pub(super) fn transfers(totals: &TransferTotals, copies: usize) -> String {
    if copies == 0 && totals.ended_count >= totals.count {
        return "Nothing is being transferred.".to_owned();
    }
    let failed =
        if totals.failed_count > 0 { format!(" {} failed.", totals.failed_count) } else { String::new() };
    format!("{} of {} files are done. {}{failed}", totals.ended_count, totals.count, progress(totals))
}

/// Returns the folder's entries, numbered, a sentence each, and their count at the end.
pub(super) fn listing(side: &Side) -> Vec<String> {
    let mut lines: Vec<String> =
        side.rows.iter().zip(1..).map(|(row, number)| format!("{number}. {}.", entry(&row.entry))).collect();
    lines.push(match side.rows.len() {
        0 => format!("{} is empty.", side.title()),
        1 => format!("1 entry in {}.", side.title()),
        count => format!("{count} entries in {}.", side.title()),
    });
    lines
}

/// Returns what an entry is, in words.
pub(super) fn entry(entry: &Entry) -> String {
    let kind = if entry.kind.is_folder() { "folder" } else { "file" };
    let size = entry.size.map_or_else(String::new, |size| format!(", {}", quantity::size_with_unit(size)));
    let time = entry.modified.filter(|_| !entry.kind.is_folder());
    let time = time.map_or_else(String::new, |time| format!(", changed {}", quantity::time(time)));
    let twin = if entry.flags.twin > 1 {
        format!(", number {} of this name", entry.flags.twin)
    } else {
        String::new()
    };
    format!("{kind} {}{size}{time}{twin}", entry.name)
}

/// Returns what a copy will do.
pub(super) fn plan(plan: &PlanSummary) -> String {
    if plan.file_count + plan.folder_count + plan.conflict_count == 0 {
        let verb = if plan.is_move { "move" } else { "copy" };
        return format!("Nothing to {verb}: all is there already.");
    }
    let mut text = format!(
        "{} {} and {}, {}, to {}.",
        if plan.is_move { "Move" } else { "Copy" },
        counted(plan.file_count, "file", "files"),
        counted(plan.folder_count, "new folder", "new folders"),
        quantity::size_with_unit(plan.bytes),
        plan.target
    );
    if plan.same_count > 0 {
        let _ = write!(text, " {} the same there already.", counted(plan.same_count, "is", "are"));
    }
    if plan.conflict_count > 0 {
        let names = counted(plan.conflict_count, "name is", "names are");
        let _ = write!(text, " {names} taken there: each is asked about.");
    }
    text
}

/// Returns how a copy ended.
pub(super) fn ended(report: &CopyReport, plan: &PlanSummary) -> String {
    let target = &plan.target;
    let done = if plan.is_move { "moved" } else { "copied" };
    let what = match (report.copied_count, report.made_count) {
        (0, made) if made > 0 => counted(made, "empty folder", "empty folders"),
        (0, _) => "nothing".to_owned(),
        (files, _) => {
            format!("{}, {},", counted(files, "file", "files"), quantity::size_with_unit(report.copied_bytes))
        }
    };
    let mut text = match (report.cancelled, report.copied_count + report.made_count) {
        (true, 0) => format!("Stopped: nothing was {done}."),
        (true, _) => format!("Stopped after {what} to {target}."),
        (false, _) => format!("{} {what} to {target}.", if plan.is_move { "Moved" } else { "Copied" }),
    };
    for (count, words) in [
        (report.same_count, "the same already"),
        (report.left_alone_count, "left alone"),
        (report.skipped_count, "could not be copied"),
        (report.failed_count.saturating_sub(report.cancelled_count), "failed"),
        (report.cancelled_count, "cancelled"),
    ] {
        if count > 0 {
            let _ = write!(text, " {count} {words}.");
        }
    }
    text
}

/// Returns what a look into both sides of a conflict has shown, line by line where they are texts.
pub(super) fn compared(conflict: &Conflict, compared: &Compared) -> Vec<String> {
    match compared {
        Compared::Verdict(_) => vec![format!("The contents are {}.", conflict.known())],
        Compared::Failed(problem) => vec![sentence(&problem.message)],
        Compared::Lines(lines) => lines
            .iter()
            .map(|line| match line {
                DiffLine::Both(line) => format!("Both: {line}"),
                DiffLine::Existing(line) => format!("There: {line}"),
                DiffLine::Source(line) => format!("Here: {line}"),
                DiffLine::LeftOut(count) => {
                    format!("{}.", counted(*count, "line is the same", "lines are the same"))
                }
            })
            .collect(),
    }
}

/// Returns what an account is doing, where that is worth a sentence.
pub(super) fn account(name: &str, state: &AccountState) -> Option<String> {
    Some(match state {
        AccountState::NeedsPassword { .. } => format!("{name} is not logged in."),
        AccountState::NeedsCode { .. } => format!("{name} waits for the one-time code."),
        AccountState::NeedsPassphrase { .. } => format!("{name} waits for its passphrase."),
        AccountState::Failed(problem) => format!("{name}: {}", sentence(&problem.message)),
        AccountState::Connecting
        | AccountState::Loading { .. }
        | AccountState::Ready
        | AccountState::Waiting(_) => return None,
    })
}

/// Returns whether an account cannot be opened without the user.
pub(super) const fn needs_login(state: &AccountState) -> bool {
    matches!(
        state,
        AccountState::NeedsPassword { .. }
            | AccountState::NeedsCode { .. }
            | AccountState::NeedsPassphrase { .. }
            | AccountState::Failed(_)
    )
}

/// Returns why a side does not show what was asked for.
pub(super) fn failure(side: &Side) -> Option<Problem> {
    if let Some(blocked) = &side.blocked {
        let hint = "megapane config reconnect with its name logs in.";
        return Some(Problem::new(ProblemKind::Login, blocked.clone(), hint));
    }
    match side.head.as_ref().map(|head| &head.state) {
        Some(ViewState::Failed(problem)) => Some(problem.clone()),
        Some(ViewState::Opening | ViewState::Partial | ViewState::Ready) | None => None,
    }
}

/// Makes a sentence of a status line.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Progress that does not come to the next tenth is told after so long.
const QUIET: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn progress_is_told_at_tenths_and_every_half_minute() {
        let mut steps = Steps::default();
        let at =
            |done_bytes| TransferTotals { count: 2, bytes: 1000, done_bytes, ..TransferTotals::default() };
        assert_eq!(steps.sentence(&at(50)), None);
        assert_eq!(steps.sentence(&at(100)).unwrap(), "10 percent, 100 B of 1000 B.");
        assert_eq!(steps.sentence(&at(199)), None);
        assert!(steps.sentence(&at(450)).unwrap().starts_with("45 percent"));
        tokio::time::advance(Duration::from_secs(31)).await;
        assert!(steps.sentence(&at(451)).is_some(), "half a minute");
        let over = TransferTotals { ended_count: 2, ..at(1000) };
        assert_eq!(steps.sentence(&over), None, "its end has a sentence of its own");
    }

    #[test]
    fn what_the_user_stopped_is_no_failure() {
        let plan = PlanSummary { target: "work:/".into(), ..PlanSummary::default() };
        let stopped = CopyReport { cancelled: true, ..CopyReport::default() };
        assert_eq!(ended(&stopped, &plan), "Stopped: nothing was copied.");
        let one = CopyReport { failed_count: 3, cancelled_count: 2, ..CopyReport::default() };
        assert_eq!(ended(&one, &plan), "Copied nothing to work:/. 1 failed. 2 cancelled.");
    }

    #[test]
    fn status_lines_become_sentences() {
        assert_eq!(sentence("made folder \"a\""), "Made folder \"a\".");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), ".");
    }
}
