//! Draws the transfer screen: sums above, a line for each transfer, the keys below.
//! Called by `view` in place of the panes. It shows the rows in the worker's order and sorts nothing.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::bottom;
use super::canvas::Canvas;
use crate::message::{Direction, TransferRow, TransferState};
use crate::ui::action::Context;
use crate::ui::figure;
use crate::ui::key::parse_keys;
use crate::ui::keymap::sequence;
use crate::ui::layout::transfer_rows;
use crate::ui::state::{AppState, Notice};
use crate::ui::{text, wording};

/// Draws it.
pub(super) fn draw(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    header(state, area, canvas);
    let list = &state.transfers;
    let height = transfer_rows(area.height);
    for (index, row) in list.rows().iter().enumerate().skip(list.top).take(height) {
        let y = area.y + 2 + u16::try_from(index - list.top).unwrap_or(0);
        if y < area.bottom().saturating_sub(2) || area.height < 6 {
            line(state, row, index == list.cursor, Rect::new(area.x, y, area.width, 1), canvas);
        }
    }
    if list.rows().is_empty() {
        let text = "nothing is being transferred · q goes back, c there copies to the other pane";
        canvas.cut(area.x + 2, area.y + 2, area.width.saturating_sub(2), text, canvas.theme.dim);
    }
    if area.height >= 5 {
        keys(state, Rect::new(area.x, area.bottom() - 2, area.width, 1), canvas);
    }
    status(state, Rect::new(area.x, area.bottom().saturating_sub(1), area.width, 1), canvas);
}

fn header(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let totals = &state.transfers.totals;
    let mut x = area.x + 1;
    x += canvas.text(x, area.y, area.width, "Transfers", canvas.theme.accent) + 3;
    for (direction, speed) in state.transfers.speeds() {
        let text = format!("{} {}", arrow(direction), figure::speed(speed));
        x += canvas.text(x, area.y, area.right().saturating_sub(x), &text, canvas.theme.plain) + 2;
    }
    let files = format!("{} of {} files", figure::grouped(totals.ended_count), figure::grouped(totals.count));
    let mut sums = vec![files, figure::part_of(totals.done_bytes, totals.bytes)];
    if let Some(left) = totals.seconds_left.filter(|_| state.transfers.is_busy()) {
        sums.push(format!("{} left", figure::span(left)));
    }
    let room = area.right().saturating_sub(x + 1);
    while text::width(&sums.join(" · ")) > room.into() && sums.len() > 1 {
        sums.pop();
    }
    canvas.right(x, area.y, room, &sums.join(" · "), canvas.theme.plain);
    if let Some(wait) = &totals.wait {
        let text = wording::wait(wait, &state.surroundings.clock);
        canvas.cut(area.x + 1, area.y + 1, area.width.saturating_sub(2), &text, canvas.theme.plain);
    }
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
    let arrow_style = if row.state.is_ended() { canvas.theme.dim } else { canvas.theme.accent };
    canvas.text(area.x + 1, y, 2, arrow(row.direction), arrow_style);
    let name_style = if here { canvas.theme.strong } else { plain };
    canvas.text(area.x + 3, y, name_width, &text::cut_path(&row.path, name_width.into()), name_style);
    let mut x = area.x + 3 + name_width + 1;
    if let TransferState::Failed(_) = row.state {
        let text = wording::transfer(row, &state.surroundings.clock);
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
    canvas.right(x, y, room, &wording::transfer_in(row, &state.surroundings.clock, room.into()), plain);
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
        .filter_map(|row| Some((sequence(&parse_keys(row.keys.first()?).ok()?), row.label)))
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
        None => return,
    };
    canvas.cut(area.x + 1, area.y, area.width.saturating_sub(2), &text, style);
}

const fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "▲",
        Direction::Down => "▼",
    }
}
