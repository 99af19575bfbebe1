//! Draws the plan before anything happens, how far it is, and what became of it: sums in words, then every step. Draws
//! all keys of the review, too. Called by `view::dedupe` in place of the groups.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::to_u16;
use crate::message::{DedupePlan, DedupeReport, StepKind, StepLine};
use crate::ui::dialog::dedupe::told::{BEFORE, tail};
use crate::ui::dialog::dedupe::{DedupePage, HELP, Stage};
use crate::ui::layout::dedupe::DedupeLayout;
use crate::ui::view::canvas::Canvas;
use crate::ui::{figure, text};

/// Draws what the stage shows.
pub(super) fn draw(page: &DedupePage, layout: &DedupeLayout, canvas: &mut Canvas<'_>) {
    let area = layout.body;
    let summary = match &page.stage {
        Stage::Review => return,
        Stage::Working { done_count, count, is_stopped } => {
            return working((*done_count, *count), *is_stopped, area, canvas);
        }
        Stage::Keys => return keys(page, area, canvas),
        Stage::Plan(None) => vec![("working it out…".to_owned(), canvas.theme.plain)],
        Stage::Plan(Some(plan)) => planned(plan, layout.line_width(), canvas),
        Stage::Report(report) => reported(report, layout.line_width(), canvas),
    };
    let (x, width) = (area.x + 1, layout.line_width());
    let shown = layout.summary_count(to_u16(summary.len()));
    for ((words, style), y) in summary.iter().zip(area.top()..area.top() + shown) {
        canvas.cut(x, y, width, words, *style);
    }
    let top = area.y + shown + 1;
    let height = usize::try_from(page.list_height(layout)).unwrap_or(usize::MAX);
    for (number, y) in (page.line.top..page.line_count()).zip(top..area.bottom()).take(height) {
        let here = number == page.line.at;
        if here {
            canvas.text(area.x, y, 1, "▌", canvas.theme.accent);
        }
        match page.lines.get(number) {
            Some(line) => step(line, here, Rect::new(x, y, width, 1), canvas),
            None => drop(canvas.text(x, y, width, "…", canvas.theme.dim)),
        }
    }
    told_whole(page, layout, canvas);
}

/// Draws the line under the cursor in full above the keys, where the list has cut it.
fn told_whole(page: &DedupePage, layout: &DedupeLayout, canvas: &mut Canvas<'_>) {
    let told = page.told_whole(layout);
    let bottom =
        (layout.body.bottom() + layout.free_lines()).min(layout.keys.bottom().max(layout.status.bottom()));
    let count = to_u16(told.len());
    for (line, y) in told.iter().zip(bottom.saturating_sub(count)..bottom) {
        canvas.text(layout.body.x + 1, y, layout.line_width(), line, canvas.theme.strong);
    }
}

/// Draws every key with what it does.
fn keys(page: &DedupePage, area: Rect, canvas: &mut Canvas<'_>) {
    let top = usize::try_from(page.top).unwrap_or(usize::MAX);
    for ((key, words), y) in HELP.iter().skip(top).zip(area.top() + 1..area.bottom()) {
        canvas.text(area.x + 1, y, KEY, key, canvas.theme.strong);
        canvas.cut(area.x + 1 + KEY, y, area.width.saturating_sub(KEY + 2), words, canvas.theme.plain);
    }
}

fn working((done, count): (u64, u64), is_stopped: bool, area: Rect, canvas: &mut Canvas<'_>) {
    let (x, width) = (area.x + 1, area.width.saturating_sub(2));
    let percent = figure::percent(done, count);
    let y = area.y + area.height / 3;
    canvas.bar(x, y, width.min(BAR), percent, canvas.theme.accent);
    let words = if is_stopped {
        "stopping after what is under way…"
    } else {
        "everything that is done can be taken back"
    };
    let how_far = format!("{percent:>3} %   {} of {} steps", figure::grouped(done), figure::grouped(count));
    canvas.cut(x, y + 1, width, &how_far, canvas.theme.plain);
    canvas.cut(x, y + 2, width, words, canvas.theme.dim);
}

/// Returns what a plan comes to. As many lines as the page counts.
fn planned(plan: &DedupePlan, width: u16, canvas: &Canvas<'_>) -> Vec<(String, Style)> {
    let (strong, dim, alarm) = (canvas.theme.strong, canvas.theme.dim, canvas.theme.alarm);
    let mut lines = Vec::new();
    if plan.file_count > 0 {
        let files = figure::count(plan.file_count, "file goes", "files go");
        let freed = figure::size(plan.freed_bytes);
        let long = format!("{files} to the rubbish bin: {freed} freed once it is emptied");
        lines.push((fitting(long, &format!("{files} to the bin: {freed}"), width), strong));
    }
    if plan.unproven_count > 0 {
        let files = figure::count(plan.unproven_count, "of these is", "of these are");
        let long = format!("! {files} not proven equal to one that stays");
        lines.push((fitting(long, &format!("! {files} not proven equal"), width), alarm));
    }
    if plan.merge_count > 0 || plan.move_count > 0 {
        let folders = figure::count(plan.merge_count, "folder becomes", "folders become");
        let moved = figure::count(plan.move_count, "entry is", "entries are");
        let folders_short = figure::count(plan.merge_count, "folder joins", "folders join");
        let short = format!("{folders_short} others: {} moved", figure::grouped(plan.move_count));
        lines.push((fitting(format!("{folders} part of another: {moved} moved"), &short, width), strong));
    }
    if plan.rename_count > 0 {
        let entries = figure::count(
            plan.rename_count,
            "entry gets a name of its own",
            "entries get names of their own",
        );
        lines.push((entries, strong));
    }
    if plan.idle_count > 0 {
        let (one, many) = ("decision does nothing", "decisions do nothing");
        let count = figure::count(plan.idle_count, one, many);
        let long = format!("{count}: only once their folders are merged");
        lines.push((fitting(long, &format!("{count}: merge first"), width), dim));
    }
    if plan.line_count > 0 {
        let long = "u takes all of it back afterwards, also after a restart".to_owned();
        lines.push((fitting(long, "u takes all of it back afterwards", width), dim));
    }
    if lines.is_empty() {
        let long = "Nothing is decided that changes anything.".to_owned();
        lines.push((fitting(long, "Nothing is decided.", width), canvas.theme.plain));
    }
    lines
}

/// Returns the longer words where they fit.
fn fitting(long: String, short: &str, width: u16) -> String {
    if text::width(&long) <= width.into() { long } else { short.to_owned() }
}

/// Returns what became of a plan. As many lines as the page counts.
fn reported(report: &DedupeReport, width: u16, canvas: &Canvas<'_>) -> Vec<(String, Style)> {
    let (plain, strong, alarm) = (canvas.theme.plain, canvas.theme.strong, canvas.theme.alarm);
    let mut lines = Vec::new();
    if report.file_count > 0 {
        let files = figure::count(report.file_count, "file", "files");
        let freed = figure::size(report.freed_bytes);
        let long = format!("{files} went to the rubbish bin: {freed} freed once it is emptied");
        lines.push((fitting(long, &format!("{files} went to the bin: {freed}"), width), strong));
    }
    if report.failed_count > 0 {
        let count = figure::count(report.failed_count, "step was", "steps were");
        let long = format!("! {count} not done, for the reasons below");
        lines.push((fitting(long, &format!("! {count} not done: see below"), width), alarm));
    }
    if report.merge_count > 0 || report.move_count > 0 {
        let folders = figure::count(report.merge_count, "folder", "folders");
        let moved = figure::count(report.move_count, "entry was", "entries were");
        let short = format!("{folders} joined others: {} moved", figure::grouped(report.move_count));
        lines.push((
            fitting(format!("{folders} became part of another: {moved} moved"), &short, width),
            strong,
        ));
    }
    if report.rename_count > 0 {
        let entries = figure::count(
            report.rename_count,
            "entry got a name of its own",
            "entries got names of their own",
        );
        lines.push((entries, strong));
    }
    if report.left_count > 0 {
        let count = figure::count(report.left_count, "step was", "steps were");
        lines.push((format!("stopped: {count} left"), plain));
    }
    if lines.is_empty() {
        lines.push(("Nothing was changed.".to_owned(), plain));
    }
    lines
}

/// Draws `bin   /Phone/tram 28.mov   812M`, or in a report a sign before it and the reason behind.
fn step(line: &StepLine, here: bool, place: Rect, canvas: &mut Canvas<'_>) {
    let Rect { x, y, width, .. } = place;
    let word = match line.step {
        StepKind::Trash | StepKind::RemoveEmptied => "bin",
        StepKind::Move => "move",
        StepKind::Rename => "name",
    };
    let sign = if line.problem.is_some() || line.is_unproven { "!" } else { " " };
    let style = if line.problem.is_some() { canvas.theme.alarm } else { canvas.theme.dim };
    canvas.text(x, y, 1, sign, canvas.theme.alarm);
    canvas.text(x + 2, y, WORD, word, style);
    let tail = tail(line);
    let at = x + BEFORE;
    let room = usize::from((x + width).saturating_sub(at));
    // What is moved has half the line, a reason most of it; a path leaves them what it does not need.
    let share = if line.problem.is_some() { room * 3 / 4 } else { room / 2 };
    let left = room.saturating_sub(text::width(&text::shown(&line.path)) + 3);
    let tail_room = text::width(&text::shown(&tail)).min(share.max(left));
    let path_room = room.saturating_sub(tail_room + usize::from(tail_room > 0) * 2);
    canvas.text(
        at,
        y,
        to_u16(path_room),
        &text::cut_path(&format!("/{}", line.path), path_room),
        if here { canvas.theme.strong } else { canvas.theme.plain },
    );
    let tail = match line.step {
        StepKind::Move if line.problem.is_none() => text::cut_path(&tail, tail_room),
        StepKind::Move | StepKind::Trash | StepKind::RemoveEmptied | StepKind::Rename => {
            text::cut_end(&tail, tail_room)
        }
    };
    canvas.right(at, y, to_u16(room), &tail, style);
}

/// Columns of what is done.
const WORD: u16 = 4;

/// Columns of a key.
const KEY: u16 = 11;

/// Columns of the bar of a plan that is carried out.
const BAR: u16 = 50;
