//! What is said of a copy on stderr: a line for each file and the block of sums, as rclone writes them.
//! Called by `follow`. How much is said is [`Messages`]' to decide.

use std::time::Duration;

use jiff::Zoned;

use super::super::output::{Level, Messages};
use super::super::quantity;
use crate::message::{CopyReport, Note, Oddity, PlanSummary};

/// Why something is left alone that is no file.
pub(super) const fn reason(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::Link => "a symbolic link is not followed",
        Oddity::Special => "neither a file nor a folder",
    }
}

/// Tells what happened to one item. An empty path is the target folder itself, or one on the way to it.
pub(super) fn note(messages: &Messages, target: &str, path: &str, size: u64, note: &Note) {
    let path = if path.is_empty() { target } else { path };
    let line = |level: &str, text: &str| line(level, path, text);
    match note {
        Note::CopiedNew => messages.info(&line("INFO", "Copied (new)")),
        Note::CopiedReplaced => messages.info(&line("INFO", "Copied (replaced existing)")),
        Note::CopiedInside => messages.info(&line("INFO", "Copied (server-side copy)")),
        Note::MovedInside => messages.info(&line("INFO", "Moved (server-side)")),
        Note::SourceRemoved | Note::Deleted => messages.info(&line("INFO", "Deleted")),
        Note::PutAside => messages.info(&line("INFO", "Moved into backup dir")),
        Note::FolderMade => messages.info(&line("INFO", "Made folder")),
        Note::SetAside => messages.info(&line("INFO", "Put away what had its name")),
        Note::LeftAlone => messages.info(&line("INFO", "Left alone, the target has another")),
        Note::Same | Note::Identical | Note::SameSize => {
            messages.detail(&line("DEBUG", "Unchanged skipping"));
        }
        Note::Filtered => messages.detail(&line("DEBUG", "Excluded")),
        Note::WouldCopy | Note::WouldReplace if messages.level() >= Level::Normal => {
            let text = format!("Skipped copy as --dry-run is set (size {})", quantity::size(size));
            messages.print(&line("NOTICE", &text));
        }
        Note::WouldMove if messages.level() >= Level::Normal => {
            let text = format!("Skipped move as --dry-run is set (size {})", quantity::size(size));
            messages.print(&line("NOTICE", &text));
        }
        Note::WouldDelete if messages.level() >= Level::Normal => {
            let text = format!("Skipped delete as --dry-run is set (size {})", quantity::size(size));
            messages.print(&line("NOTICE", &text));
        }
        Note::WouldMakeFolder if messages.level() >= Level::Normal => {
            messages.print(&line("NOTICE", "Skipped make directory as --dry-run is set"));
        }
        Note::PassedOver(oddity) if messages.level() >= Level::Normal => {
            messages.print(&line("NOTICE", &format!("Not copied: {}", reason(*oddity))));
        }
        Note::StartedOver(_) if messages.level() >= Level::Normal => {
            messages.print(&line("NOTICE", "Changed while it was copied: starting over"));
        }
        Note::WouldCopy
        | Note::WouldReplace
        | Note::WouldMove
        | Note::WouldDelete
        | Note::WouldMakeFolder
        | Note::PassedOver(_)
        | Note::StartedOver(_)
        | Note::Differs { .. }
        | Note::MissingInTarget
        | Note::MissingInSource => {}
        Note::EqualNames { count } => {
            let text = format!(
                "{count} entries of the source have this name, none is copied: name each by its H:handle"
            );
            messages.print(&line("ERROR", &text));
        }
        Note::Skipped(problem) | Note::Failed(problem) => messages.problem(problem),
    }
}

/// A line as rclone's log has it.
pub(super) fn line(level: &str, about: &str, text: &str) -> String {
    format!("{} {level:<6}: {about}: {text}", clock())
}

/// Tells the sums, for `-v` or where something went wrong.
pub(super) fn sums(messages: &Messages, plan: &PlanSummary, report: &CopyReport, elapsed: Duration) {
    let nothing = plan.file_count == 0 && report.failed_count == 0 && !report.cancelled;
    if nothing && messages.level() >= Level::Verbose {
        messages.print(&format!("{} INFO  : There was nothing to transfer", clock()));
    }
    for line in block(plan, report, elapsed) {
        messages.print_raw(&line);
    }
}

fn block(plan: &PlanSummary, report: &CopyReport, elapsed: Duration) -> Vec<String> {
    let done = report.copied_bytes.saturating_add(report.partial_bytes);
    let (total, moved) = (plan.bytes.max(done), done.saturating_sub(report.kept_bytes));
    let seconds = elapsed.as_secs_f64().max(0.001);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a speed is told in three digits, and is not negative"
    )]
    let speed = (moved as f64 / seconds) as u64;
    let checks = report.same_count + report.left_alone_count;
    let files = plan.file_count.max(report.copied_count);
    let mut lines = vec![
        format!(
            "Transferred:   \t{:>13} / {}, {}, {}/s, ETA -",
            quantity::size_with_unit(done),
            quantity::size_with_unit(total),
            percent(done, total),
            quantity::size_with_unit(speed)
        ),
        format!("Checks:        {checks:>10} / {checks}, {}", percent(checks, checks)),
        format!(
            "Transferred:   {:>10} / {files}, {}",
            report.copied_count,
            percent(report.copied_count, files)
        ),
    ];
    if report.deleted_count > 0 {
        lines.push(format!("Deleted:       {:>10} (files)", report.deleted_count));
    }
    if report.failed_count > 0 {
        lines.push(format!("Errors:        {:>10}", report.failed_count));
    }
    if report.skipped_count > 0 {
        lines.push(format!("Skipped:       {:>10}", report.skipped_count));
    }
    lines.push(format!("Elapsed time:  {:>10.1}s", elapsed.as_secs_f64()));
    lines
}

/// Returns the share of `done` in `total`; nothing to do is shown as rclone shows it.
pub(super) fn percent(done: u64, total: u64) -> String {
    match total {
        0 => "-".to_owned(),
        _ => format!("{}%", u128::from(done) * 100 / u128::from(total)),
    }
}

fn clock() -> String {
    Zoned::now().strftime("%Y/%m/%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_has_rclones_columns() {
        let plan = PlanSummary { bytes: 6_612_419, file_count: 3, ..PlanSummary::default() };
        let report =
            CopyReport { copied_count: 3, copied_bytes: 6_612_419, same_count: 3, ..CopyReport::default() };
        assert_eq!(
            block(&plan, &report, Duration::from_millis(700)),
            [
                "Transferred:   \t    6.306 MiB / 6.306 MiB, 100%, 9.009 MiB/s, ETA -",
                "Checks:                 3 / 3, 100%",
                "Transferred:            3 / 3, 100%",
                "Elapsed time:         0.7s",
            ]
        );
        assert_eq!(percent(0, 0), "-");
    }

    #[test]
    fn what_moved_of_unfinished_files_counts_and_what_an_earlier_run_moved_is_no_speed() {
        let plan = PlanSummary { bytes: 8 << 20, file_count: 2, ..PlanSummary::default() };
        let report = CopyReport {
            copied_count: 1,
            copied_bytes: 4 << 20,
            partial_bytes: 2 << 20,
            kept_bytes: 5 << 20,
            failed_count: 1,
            ..CopyReport::default()
        };
        let lines = block(&plan, &report, Duration::from_secs(1));
        assert_eq!(lines[0], "Transferred:   \t        6 MiB / 8 MiB, 75%, 1 MiB/s, ETA -");
    }
}
