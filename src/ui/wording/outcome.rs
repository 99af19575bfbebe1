//! The words for what a copy or a check will do, does and has done: for questions, the status line and the page of a check.
//! Pure; the sentences may carry hostile names, which drawing escapes.

use std::fmt::Write as _;

use crate::message::{CopyReport, PlanSummary, Problem, ProblemKind};
use crate::ui::dialog::check::{Check, Finding};
use crate::ui::figure;

/// Returns what a copy will do: `2 files, 8.1M`.
#[must_use]
pub fn plan(plan: &PlanSummary) -> String {
    let files = figure::count(plan.file_count, "file", "files");
    let folders = match plan.folder_count {
        0 => String::new(),
        count => format!(" and {}", figure::count(count, "new folder", "new folders")),
    };
    format!("{files}{folders}, {}", figure::size(plan.bytes))
}

/// Returns how a copy ended, and whether that needs the user.
#[must_use]
pub fn report(report: &CopyReport, plan: &PlanSummary) -> (String, bool) {
    let done = if plan.is_move { "moved" } else { "copied" };
    let failed_count = report.failed_count.saturating_sub(report.cancelled_count);
    let not_done = format!("could not be {done}");
    let what = match (report.copied_count, report.made_count) {
        (0, made) if made > 0 => figure::count(made, "empty folder", "empty folders"),
        (0, _) => "nothing".to_owned(),
        (files, _) => {
            format!("{}, {}", figure::count(files, "file", "files"), figure::size(report.copied_bytes))
        }
    };
    let mut text = match (report.cancelled, report.copied_count + report.made_count) {
        (true, 0) => format!("stopped: nothing was {done}"),
        (true, _) => format!("stopped after {what} to {}", plan.target),
        (false, _) => format!("{done} {what} to {}", plan.target),
    };
    let parts = [
        (report.same_count, "already the same"),
        (report.left_alone_count, "left alone"),
        (report.passed_over_count, "links or devices passed over"),
        (report.skipped_count, &not_done),
        (failed_count, "failed"),
        (report.cancelled_count, "cancelled"),
    ];
    for (count, words) in parts.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, " · {} {words}", figure::grouped(count));
    }
    let is_bad = |problem: &Problem| report.cancelled_count == 0 || problem.kind != ProblemKind::Interrupted;
    (text, report.skipped_count + failed_count > 0 || report.problem.as_ref().is_some_and(is_bad))
}

/// Returns what a check has proven so far, or in all.
#[must_use]
pub fn proven(check: &Check) -> String {
    let files = figure::count(check.identical_count, "file", "files");
    let text = format!("{files} proven identical, 0 B downloaded");
    match &check.report {
        None => {
            let (done, all) = (check.compared_count(), check.plan.file_count);
            let so_far = if check.plan.complete { "" } else { " so far" };
            format!(
                "comparing {} of {}{so_far}… {text}",
                figure::grouped(done.min(all)),
                figure::grouped(all)
            )
        }
        Some(report) if report.cancelled => format!("stopped: {text}"),
        Some(_) if check.current().is_none() && check.plan.file_count == 0 => {
            "no files are there to compare".to_owned()
        }
        Some(_) if check.current().is_none() => format!("{text} · nothing differs"),
        Some(_) => text,
    }
}

/// Returns all that a check has found, in one line.
#[must_use]
pub fn check(check: &Check) -> String {
    let mut text = proven(check);
    let parts = [
        (Finding::Different, "different"),
        (Finding::OnlyHere, "only here"),
        (Finding::OnlyThere, "only there"),
        (Finding::Unchecked, "not compared"),
    ];
    for (finding, words) in parts {
        let count = check.count(finding);
        if count > 0 {
            let _ = write!(text, " · {} {words}", figure::grouped(count));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_what_did_not_go_well() {
        let ended = CopyReport {
            copied_count: 2,
            copied_bytes: 8_493_466,
            failed_count: 1,
            problem: Some(Problem::new(ProblemKind::Other, "x", "")),
            ..CopyReport::default()
        };
        let plan = |is_move| PlanSummary { target: "work:/".into(), is_move, ..PlanSummary::default() };
        let text = "copied 2 files, 8.1M to work:/ · 1 failed";
        assert_eq!(report(&ended, &plan(false)), (text.to_owned(), true));
        assert!(report(&ended, &plan(true)).0.starts_with("moved 2 files"));
        let bare = CopyReport { made_count: 1, ..CopyReport::default() };
        assert_eq!(report(&bare, &plan(false)), ("copied 1 empty folder to work:/".to_owned(), false));
        let known = CopyReport { same_count: 3, ..CopyReport::default() };
        assert_eq!(report(&known, &plan(false)).0, "copied nothing to work:/ · 3 already the same");
    }

    #[test]
    fn what_the_user_stopped_is_no_failure() {
        let plan = PlanSummary { target: "work:/".into(), ..PlanSummary::default() };
        let one = CopyReport {
            copied_count: 1,
            copied_bytes: 10,
            failed_count: 4,
            cancelled_count: 4,
            problem: Some(Problem::new(ProblemKind::Interrupted, "\"x\" was cancelled", "")),
            ..CopyReport::default()
        };
        assert_eq!(report(&one, &plan), ("copied 1 file, 10B to work:/ · 4 cancelled".to_owned(), false));
        let worse = CopyReport { failed_count: 5, ..one };
        let text = "copied 1 file, 10B to work:/ · 1 failed · 4 cancelled";
        assert_eq!(report(&worse, &plan), (text.to_owned(), true));
        let stopped = CopyReport { cancelled: true, ..CopyReport::default() };
        assert_eq!(report(&stopped, &plan).0, "stopped: nothing was copied");
    }
}
