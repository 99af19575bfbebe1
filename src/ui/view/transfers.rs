//! Draws the transfer screen: sums above, a line for each transfer, the keys below.
//! Called by `view` in place of the panes. It shows the rows in the worker's order and sorts nothing.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::bottom;
use super::canvas::Canvas;
use crate::message::{Direction, TransferRow, TransferState, WaitReason};
use crate::ui::action::{Action, Change, Context, TransferKey};
use crate::ui::figure;
use crate::ui::keymap::sequence;
use crate::ui::layout::{transfer_head, transfer_rows};
use crate::ui::state::{AppState, Notice};
use crate::ui::throughput::{KEPT, SPAN};
use crate::ui::transfers::Listing;
use crate::ui::{text, wording};

/// Draws it.
pub(super) fn draw(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let line_at = |y: u16| Rect::new(area.x, area.y + y, area.width, 1);
    header(state, line_at(0), canvas);
    let head = transfer_head(area.height);
    if head > 1 {
        speeds(state, line_at(1), canvas);
        overall(state, line_at(2), canvas);
    }
    let list = &state.transfers;
    for ((number, row), y) in list.listed(list.top, transfer_rows(area.height)).zip(head..) {
        line(state, row, number == list.cursor, line_at(y), canvas);
    }
    if list.listed_count() == 0 {
        let text = nothing(state);
        canvas.cut(area.x + 2, area.y + head, area.width.saturating_sub(2), &text, canvas.theme.dim);
    }
    if area.height >= 5 {
        keys(state, line_at(area.height - 2), canvas);
    }
    if area.height > head {
        status(state, line_at(area.height - 1), canvas);
    }
}

/// Says why no row is listed.
fn nothing(state: &AppState) -> String {
    let hint = |key| state.hint(Action::Transfer(key));
    match state.transfers.listing() {
        Listing::All => {
            let copy = state.hint(Action::Change(Change::Copy));
            let back = hint(TransferKey::Close);
            format!("nothing is being transferred · {back} goes back, {copy} there copies to the other pane")
        }
        Listing::Open => format!("all have ended · {} lists others", hint(TransferKey::List)),
        Listing::Failed => format!("none has failed · {} lists others", hint(TransferKey::List)),
    }
}

fn header(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let totals = &state.transfers.totals;
    let mut x = area.x + 1;
    x += canvas.text(x, area.y, area.width, "Transfers", canvas.theme.accent) + 3;
    for (direction, speed) in state.transfers.speeds() {
        let text = format!("{} {}", direction.sign(), figure::speed(speed));
        x += canvas.text(x, area.y, area.right().saturating_sub(x), &text, canvas.theme.plain) + 2;
    }
    let settled = totals.ended_count.saturating_sub(totals.cancelled_count);
    let files = format!("{} of {} files", figure::grouped(settled), figure::grouped(totals.count));
    let mut sums = vec![files, figure::part_of(totals.done_bytes, totals.bytes)];
    if totals.cancelled_count > 0 {
        sums.insert(1, format!("{} cancelled", figure::grouped(totals.cancelled_count)));
    }
    if let Some(left) = totals.seconds_left.filter(|_| state.transfers.is_busy()) {
        sums.push(format!("{} left", figure::span(left)));
    }
    let room = area.right().saturating_sub(x + 1);
    while text::width(&sums.join(" · ")) > room.into() && sums.len() > 1 {
        sums.pop();
    }
    canvas.right(x, area.y, room, &sums.join(" · "), canvas.theme.plain);
}

/// Draws the speeds of the last minutes, and the limit: `▲ ▁▂▅▇▇▆  ▼ ▁▁▂  last 5 min   no limit (l)`.
fn speeds(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let limit = wording::limit(state.transfers.totals.limit).unwrap_or_else(|| "no limit".to_owned());
    let limit = format!("{limit} ({})", state.hint(Action::Transfer(TransferKey::Limit)));
    canvas.right(area.x + 1, area.y, area.width.saturating_sub(2), &limit, canvas.theme.plain);
    let taken = u16::try_from(text::width(&limit)).unwrap_or(area.width);
    let room = area.width.saturating_sub(taken.saturating_add(4));
    sparklines(state, Rect::new(area.x + 1, area.y, room, 1), canvas);
}

/// Draws how fast the last minutes were, each way that something moved, as far back as there is room.
fn sparklines(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let throughput = &state.transfers.throughput;
    let moved = |direction: &Direction| throughput.has(*direction, KEPT);
    let directions: Vec<Direction> = Direction::ALL.into_iter().filter(moved).collect();
    let Some(room) = usize::from(area.width).saturating_sub(SPAN_WORDS).checked_div(directions.len()) else {
        return;
    };
    let count = room.saturating_sub(SIGN).min(KEPT);
    if count < FEWEST {
        return;
    }
    let mut x = area.x;
    for direction in directions {
        x += canvas.text(x, area.y, 2, direction.sign(), canvas.theme.dim) + 1;
        let values = throughput.last(direction, count);
        let style = canvas.theme.accent;
        canvas.sparkline(x + u16::try_from(count - values.len()).unwrap_or(0), area.y, &values, style);
        x += u16::try_from(count).unwrap_or(0) + 2;
    }
    let span = figure::span(count as u64 * SPAN.unsigned_abs());
    canvas.text(x, area.y, area.right().saturating_sub(x), &format!("last {span}"), canvas.theme.dim);
}

/// Draws the bar over all, what is waited for, and that the other way goes on, as far as there is room.
fn overall(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let totals = &state.transfers.totals;
    let mut x = area.x + 1;
    if totals.count > 0 {
        let percent = figure::percent(totals.done_bytes, totals.bytes);
        let bar = TOTAL_BAR.min(area.width / 8);
        canvas.bar(x, area.y, bar, percent, canvas.theme.accent);
        x += bar;
        x += canvas.text(x, area.y, 6, &format!("{percent:>4} %"), canvas.theme.plain) + 3;
    }
    let room = area.right().saturating_sub(x + 1);
    let both = is_out_of_quota(state) && totals.up_speed > 0;
    let mut words = wording::waits(totals, state.terms());
    if let Some((account, wait)) = state.held_account().filter(|_| words.is_empty()) {
        words.push(format!("{account}: {}", wording::wait(wait, state.terms())));
    }
    if let Some(first) = words.first().filter(|_| both) {
        let more: Vec<String> = words.iter().map(|words| format!("{words} · uploads go on")).collect();
        words = more.into_iter().chain([first.clone()]).collect();
    }
    let fitting = words.iter().find(|words| text::width(words) <= room.into());
    if let Some(words) = fitting.or(words.last()) {
        canvas.cut(x, area.y, room, words, canvas.theme.plain);
    }
}

fn is_out_of_quota(state: &AppState) -> bool {
    let wait = state.transfers.totals.wait.as_ref();
    wait.is_some_and(|wait| wait.reason == WaitReason::TransferQuota)
}

/// Draws `▲ castle.jpg  ████████  47 %  382M of 812M  38 MB/s  0:11`.
fn line(state: &AppState, row: &TransferRow, here: bool, area: Rect, canvas: &mut Canvas<'_>) {
    let y = area.y;
    if here {
        canvas.text(area.x, y, 1, "▌", canvas.theme.accent);
    }
    let plain = canvas.theme.plain;
    let wide = area.width >= 60;
    let name_width = if wide { area.width * 3 / 10 - 1 } else { area.width / 2 };
    let bar_width = if wide { 16 } else { 0 };
    let sign_style = if row.state.is_ended() { canvas.theme.dim } else { canvas.theme.accent };
    canvas.text(area.x + 1, y, 2, row.direction.sign(), sign_style);
    let name_style = if here { canvas.theme.strong } else { plain };
    canvas.text(area.x + 3, y, name_width, &text::cut_path(&row.path, name_width.into()), name_style);
    let mut x = area.x + 3 + name_width + 1;
    if let TransferState::Failed(_) = row.state {
        let text = wording::transfer(row, state.terms());
        canvas.cut(x, y, area.right().saturating_sub(x + 1), &text, canvas.theme.alarm);
        return;
    }
    let untouched = row.state == TransferState::Queued && row.done == 0;
    let percent = if is_whole(row) { 100 } else { figure::percent(row.done, row.size).min(99) };
    if bar_width > 0 && !untouched {
        canvas.bar(x, y, bar_width, percent, bar_style(row, canvas));
    }
    x += bar_width + u16::from(bar_width > 0);
    if !untouched {
        canvas.text(x, y, 6, &format!("{percent:>3} %"), plain);
    }
    x += 7;
    if wide {
        canvas.text(x, y, 12, &bytes(row, untouched), plain);
        x += 13;
    }
    let room = area.right().saturating_sub(x + 1);
    let held =
        row.state == TransferState::Queued && row.direction == Direction::Down && is_out_of_quota(state);
    let text = match &row.state {
        _ if held => "waits for quota".to_owned(),
        _ => wording::transfer_in(row, state.terms(), room.into()),
    };
    canvas.right(x, y, room, &text, plain);
}

fn bytes(row: &TransferRow, untouched: bool) -> String {
    let size = figure::size(row.size);
    if is_whole(row) || untouched { size } else { format!("{} of {size}", figure::size(row.done)) }
}

const fn is_whole(row: &TransferRow) -> bool {
    matches!(row.state, TransferState::Done)
}

fn bar_style(row: &TransferRow, canvas: &Canvas<'_>) -> Style {
    match row.state {
        TransferState::Running | TransferState::Finishing => canvas.theme.accent,
        TransferState::Queued
        | TransferState::Paused
        | TransferState::Waiting(_)
        | TransferState::Done
        | TransferState::Cancelled
        | TransferState::Failed(_) => canvas.theme.dim,
    }
}

fn keys(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let mut offered = state.offered();
    offered.sort_by_key(|row| row.context != Context::Transfers);
    let rows: Vec<(String, &str)> = offered
        .into_iter()
        .filter(|row| !row.label.is_empty())
        .filter_map(|row| Some((sequence(state.keys.map.shown(row)?), row.label)))
        .collect();
    let pairs: Vec<(&str, &str)> = rows.iter().map(|(key, label)| (key.as_str(), *label)).collect();
    bottom::hints(&pairs, area, canvas);
}

fn status(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let (text, style) = match &state.notice {
        Some(Notice::Info(text)) => (text.clone(), canvas.theme.plain),
        Some(Notice::Problem(problem)) => {
            (format!("{}  {}", problem.message, problem.hint), canvas.theme.alarm)
        }
        None => (idle(state), canvas.theme.dim),
    };
    canvas.cut(area.x + 1, area.y, area.width.saturating_sub(2), &text, style);
}

/// Returns what the list shows, while nothing has happened.
fn idle(state: &AppState) -> String {
    let failed = state.transfers.totals.failed_count;
    let hint = |key| state.hint(Action::Transfer(key));
    match state.transfers.listing() {
        Listing::All if failed > 0 => {
            let (again, why) = (hint(TransferKey::RetryFailed), hint(TransferKey::Details));
            format!("{} failed: {again} tries all of them again, {why} shows why", figure::grouped(failed))
        }
        Listing::All if is_out_of_quota(state) => "uploads go on while downloads wait".to_owned(),
        Listing::All => String::new(),
        Listing::Open => format!("those that have not ended · {} lists others", hint(TransferKey::List)),
        Listing::Failed => format!("those that failed · {} lists others", hint(TransferKey::List)),
    }
}

/// Columns of the bar over all, at most.
const TOTAL_BAR: u16 = 16;

/// Columns before and behind a line of small bars, with its sign.
const SIGN: usize = 4;

/// Columns of the words behind them.
const SPAN_WORDS: usize = 11;

/// Fewer small bars say nothing.
const FEWEST: usize = 6;
