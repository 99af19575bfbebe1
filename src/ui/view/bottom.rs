//! Draws the last lines of the main screen: what is moving, the keys that make sense, what the next key will do.
//! Called by `view`, and by the transfer screen for its key line. The words come from the action table and from `wording`.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::Canvas;
use crate::message::{TransferRow, TransferState};
use crate::ui::action::{Action, Change, Context, Marking, Motion, Program, TransferKey};
use crate::ui::dialog::Dialog;
use crate::ui::figure;
use crate::ui::keymap::sequence;
use crate::ui::layout::Layout;
use crate::ui::state::{AppState, Notice, Phase};
use crate::ui::{text, wording};

/// Draws them.
pub(super) fn draw(state: &AppState, layout: &Layout, canvas: &mut Canvas<'_>) {
    transfer_lines(state, layout.transfers, canvas);
    let problem = status(state, layout.status, canvas);
    let keys = layout.keys;
    match problem {
        Some(hint) if keys.height > 0 && !hint.is_empty() => {
            // The sentence moves up one line, so that its hint has room below: no key list is worth more just then.
            canvas.cut(keys.x + 1, keys.y, keys.width.saturating_sub(1), &hint.message, canvas.theme.alarm);
            canvas.text(
                layout.status.x,
                layout.status.y,
                layout.status.width,
                &" ".repeat(layout.status.width.into()),
                Style::new(),
            );
            canvas.cut(
                keys.x + 1,
                layout.status.y,
                keys.width.saturating_sub(1),
                &hint.hint,
                canvas.theme.plain,
            );
        }
        Some(_) | None => key_bar(state, keys, canvas),
    }
}

/// A problem that wants two lines.
struct TwoLines {
    message: String,
    hint: String,
}

impl TwoLines {
    const fn is_empty(&self) -> bool {
        self.hint.is_empty()
    }
}

fn transfer_lines(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let rows = state.transfers.shown(area.height.into());
    for (row, y) in rows.iter().zip(area.top()..area.bottom()) {
        let last = y + 1 == area.bottom() || usize::from(y - area.top()) + 1 == rows.len();
        transfer_line(state, row, rows.len(), last, Rect::new(area.x, y, area.width, 1), canvas);
    }
    if rows.is_empty() && area.height > 0 && state.transfers.totals.failed_count > 0 {
        let count = figure::count(state.transfers.totals.failed_count, "transfer failed", "transfers failed");
        canvas.text(
            area.x + 1,
            area.y,
            area.width,
            &format!("! {count}: {} shows why", list_key(state)),
            canvas.theme.alarm,
        );
    }
}

/// Draws `▲ name  ████░░  63 %  38 MB/s  0:04  +11 waiting    w more`, or the reason in place of the bar.
fn transfer_line(
    state: &AppState,
    row: &TransferRow,
    shown: usize,
    last: bool,
    area: Rect,
    canvas: &mut Canvas<'_>,
) {
    let (x, y, width) = (area.x + 1, area.y, area.width.saturating_sub(2));
    let more = state.transfers.open_count().saturating_sub(shown as u64);
    let running = matches!(row.state, TransferState::Running);
    let tail = match (last, more) {
        (true, 1..) if running => format!("+{} waiting    {} more", figure::grouped(more), list_key(state)),
        (true, 1..) => format!("+{} waiting", figure::grouped(more)),
        (true, 0) => format!("{} more", list_key(state)),
        (false, _) => String::new(),
    };
    let terms = state.terms();
    let reason = text::width(&wording::transfer(row, terms));
    let tail = if running || MIN_NAME + 4 + reason + text::width(&tail) <= width.into() {
        tail
    } else {
        String::new()
    };
    canvas.right(x, y, width, &tail, canvas.theme.dim);
    let room = usize::from(width).saturating_sub(text::width(&tail) + 2);
    let arrow = format!("{} ", row.direction.sign());
    let name_room = (room / 3).clamp(MIN_NAME, 30);
    let name = text::cut_middle(row.path.rsplit('/').next().unwrap_or_default(), name_room);
    let mut used = canvas.pieces(
        x,
        y,
        to_u16(room),
        &[(&arrow, canvas.theme.accent), (&name, canvas.theme.plain), ("  ", canvas.theme.plain)],
    );
    let rest = to_u16(room).saturating_sub(used);
    if !running {
        canvas.cut(x + used, y, rest, &wording::transfer_in(row, terms, rest.into()), canvas.theme.plain);
        return;
    }
    let percent = figure::percent(row.done, row.size);
    let figures = format!("  {percent:>3} %  {}", wording::transfer(row, terms));
    let bar = rest.saturating_sub(to_u16(text::width(&figures))).min(BAR);
    if bar >= 4 {
        canvas.bar(x + used, y, bar, percent, canvas.theme.accent);
        used += bar;
    }
    canvas.cut(x + used, y, to_u16(room).saturating_sub(used), &figures, canvas.theme.plain);
}

fn key_bar(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    if area.height == 0 {
        return;
    }
    if state.is_in_form() {
        hints(
            &[
                ("Enter", "Go on"),
                ("Tab", "Next line"),
                ("Esc", "Other pane"),
                ("F1", "Help"),
                ("F10", "Quit"),
            ],
            area,
            canvas,
        );
        return;
    }
    match state.dialogs.last() {
        Some(dialog) if is_line_prompt(dialog) => {
            return hints(&[("Enter", "Take it"), ("Esc", "Back")], area, canvas);
        }
        Some(_) => return,
        None => {}
    }
    let is_fixed = state.pane().head.as_ref().is_some_and(|head| !head.writable);
    let rows: Vec<(String, &str)> = state
        .offered()
        .into_iter()
        .filter(|row| !row.label.is_empty() && row.context != Context::Transfers)
        .filter(|row| !(is_fixed && takes_away(row.action)))
        .filter_map(|row| Some((sequence(state.keys.map.shown(row)?), row.label)))
        .collect();
    let pairs: Vec<(&str, &str)> = rows.iter().map(|(key, label)| (key.as_str(), *label)).collect();
    hints(&pairs, area, canvas);
}

/// Returns whether an action takes entries from where they are, or changes them there: where nothing may be written the key
/// is refused, with the reason, and not offered.
const fn takes_away(action: Action) -> bool {
    matches!(action, Action::Change(Change::Move | Change::Rename | Change::Trash))
}

/// Draws keys and their words as far as they fit whole.
pub(super) fn hints(pairs: &[(&str, &str)], area: Rect, canvas: &mut Canvas<'_>) {
    let mut x = area.x + 1;
    for (key, label) in pairs {
        let wide = to_u16(text::width(key) + 1 + text::width(label));
        if x + wide > area.right() {
            return;
        }
        x += canvas.pieces(
            x,
            area.y,
            wide,
            &[(key, canvas.theme.strong), (" ", canvas.theme.dim), (label, canvas.theme.dim)],
        );
        x += 2;
    }
}

/// Draws the last message on the last line of a page, or its keys where there is none.
pub(super) fn notice_or_hints(state: &AppState, pairs: &[(&str, &str)], area: Rect, canvas: &mut Canvas<'_>) {
    let (text, style) = match &state.notice {
        None => return hints(pairs, area, canvas),
        Some(Notice::Info(text)) => (text, canvas.theme.plain),
        Some(Notice::Problem(problem)) => (&problem.message, canvas.theme.alarm),
    };
    canvas.cut(area.x + 1, area.y, area.width.saturating_sub(2), text, style);
}

/// Draws the status line; a problem with a hint is given back where it wants a second line.
fn status(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) -> Option<TwoLines> {
    if area.height == 0 {
        return None;
    }
    let (x, width) = (area.x + 1, area.width.saturating_sub(2));
    if let Some(Dialog::Prompt(prompt)) = state.dialogs.last().filter(|dialog| is_line_prompt(dialog)) {
        let used = canvas.text(x, area.y, width, prompt.label(), canvas.theme.strong) + 1;
        canvas.field(x + used, area.y, width.saturating_sub(used), &prompt.field, true);
        return None;
    }
    let (text, style) = match (&state.notice, state.phase) {
        (_, Phase::Quitting | Phase::Ended) => {
            (format!("ending…  ({} again leaves at once)", hint(state, QUIT)), canvas.theme.plain)
        }
        (_, Phase::Alone) => return None, // nobody looks
        (Some(Notice::Info(text)), Phase::Running) => (text.clone(), canvas.theme.plain),
        (Some(Notice::Problem(problem)), Phase::Running) => {
            let whole = format!("{}  {}", problem.message, problem.hint);
            if text::width(&text::shown(&whole)) > usize::from(width) && !problem.hint.is_empty() {
                return Some(TwoLines { message: problem.message.clone(), hint: problem.hint.clone() });
            }
            let used = canvas.cut(x, area.y, width, &problem.message, canvas.theme.alarm) + 2;
            canvas.cut(x + used, area.y, width.saturating_sub(used), &problem.hint, canvas.theme.plain);
            return None;
        }
        (None, Phase::Running) if !state.dialogs.is_empty() => return None,
        (None, Phase::Running) => (idle(state), canvas.theme.dim),
    };
    // A limit in force is always in sight; only a message that needs the whole line is worth more.
    let limit = wording::limit(state.transfers.totals.limit).unwrap_or_default();
    let room = width.saturating_sub(to_u16(text::width(&limit)) + 2);
    let is_idle = state.notice.is_none() && state.phase == Phase::Running;
    if limit.is_empty() || (!is_idle && text::width(&text::shown(&text)) > room.into()) {
        canvas.cut(x, area.y, width, &text, style);
    } else {
        canvas.cut(x, area.y, room, &text, style);
        canvas.right(x, area.y, width, &limit, canvas.theme.dim);
    }
    None
}

pub(super) fn is_line_prompt(dialog: &Dialog) -> bool {
    matches!(dialog, Dialog::Prompt(prompt) if !prompt.is_boxed())
}

/// Returns what the next key will do, while nothing has happened.
fn idle(state: &AppState) -> String {
    if !state.ahead.is_empty() {
        let count = figure::count(state.ahead.len() as u64, "key waits", "keys wait");
        return format!("{count} for the folder · Esc drops what was typed");
    }
    if !state.keys.pending.is_empty() {
        return pending(state);
    }
    let pane = state.pane();
    if pane.anchor.is_some() {
        let count = pane.range_rows().map_or(0, |(first, last)| last - first + 1);
        let range = hint(state, Action::Mark(Marking::Range));
        return format!(
            "range of {}: {range} marks it, Esc drops it",
            figure::count(count, "entry", "entries")
        );
    }
    if state.is_in_form() {
        return state.surroundings.banner.clone().unwrap_or_else(|| "log in to see your cloud".to_owned());
    }
    let target = state.other().head.as_ref().filter(|head| head.writable && state.other().is_ready());
    match (&pane.head, target) {
        (Some(head), Some(target)) if head.marked_count > 0 => {
            let size = wording::marked_size(head).map_or_else(String::new, |size| format!(" ({size})"));
            let count = figure::grouped(head.marked_count);
            format!("Copy {count} marked{size} to {}: press {}", target.title, hint(state, COPY))
        }
        (Some(_) | None, _) => state.surroundings.banner.clone().unwrap_or_else(|| main_keys(state)),
    }
}

/// Returns what somebody has to know who has just come.
fn main_keys(state: &AppState) -> String {
    let mark = hint(state, Action::Mark(Marking::Toggle));
    let other = hint(state, Action::Go(Motion::OtherPane));
    let help = hint(state, Action::Program(Program::Help));
    format!("{mark} marks · {other} other pane · {} copies there · {help} all keys", hint(state, COPY))
}

fn hint(state: &AppState, action: Action) -> String {
    state.hint(action)
}

fn list_key(state: &AppState) -> String {
    hint(state, Action::Transfer(TransferKey::Open))
}

fn pending(state: &AppState) -> String {
    let begun = sequence(&state.keys.pending);
    let next: Vec<String> = state
        .keys
        .map
        .continuations(state.context(), &state.keys.pending)
        .filter(|(_, row)| state.allows(row.when))
        .map(|(key, row)| format!("{key} {}", short_name(row.name)))
        .collect();
    format!("{begun} …  {}", next.join(" · "))
}

/// Returns a name without the words that the first key of its chord stands for.
fn short_name(name: &str) -> &str {
    ["go to ", "go ", "sort by ", "copy "].iter().find_map(|words| name.strip_prefix(words)).unwrap_or(name)
}

fn to_u16(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

const COPY: Action = Action::Change(Change::Copy);

const QUIT: Action = Action::Program(Program::Quit);

/// Columns that the name of a transfer keeps.
const MIN_NAME: usize = 8;

/// Columns of a transfer's bar at most.
const BAR: u16 = 16;
