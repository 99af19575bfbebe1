//! Draws a pane: header, column names, rows or what stands in their place, totals.
//! Called by `view` for each side. `columns` says where what stands.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::Canvas;
use super::columns::{self, Columns, EXACT_DATE, SIZE};
use super::form;
use crate::entry::{Entry, EntryFlags, EntryKey, Location};
use crate::message::{AccountState, Row, Sign, ViewHead, ViewState};
use crate::ui::action::{Action, Change, Look, Motion, Place, Program};
use crate::ui::figure;
use crate::ui::layout::PaneLayout;
use crate::ui::pane::Pane;
use crate::ui::state::AppState;
use crate::ui::tabs::Tabs;
use crate::ui::theme::Theme;
use crate::ui::{text, wording};

/// Draws one side.
pub(super) fn draw(state: &AppState, side: usize, layout: PaneLayout, canvas: &mut Canvas<'_>) {
    let pane = &state.panes[side];
    let active = side == state.active;
    header(state, side, layout.header, canvas);
    if let Some(form) = &pane.form {
        let focused = active && state.dialogs.is_empty();
        return form::draw(state, form, focused, layout.list, canvas);
    }
    if !pane.is_ready() {
        return instead(state, pane, layout.list, canvas);
    }
    let arrangement = pane.arrangement();
    let columns = Columns::new(layout.list.width, pane.is_local(), arrangement.sort);
    columns::draw_names(&arrangement, &columns, layout.columns, canvas);
    for line in 0..layout.list.height {
        row(state, pane, active, &columns, (pane.top + u64::from(line), layout.list, line), canvas);
    }
    if pane.row_count() == 0 {
        empty(state, pane, layout.list, canvas);
    }
    totals(pane, layout.totals, canvas);
}

fn header(state: &AppState, side: usize, area: Rect, canvas: &mut Canvas<'_>) {
    if area.height == 0 {
        return;
    }
    let (pane, active) = (&state.panes[side], side == state.active);
    let tabs = tab_strip(&state.tabs[side], area.width);
    let used = canvas.text(area.x + 1, area.y, area.width - 1, &tabs, canvas.theme.dim);
    let area = Rect::new(area.x + used, area.y, area.width - used, 1);
    let style = if active { canvas.theme.accent } else { canvas.theme.dim };
    let title = pane.head.as_ref().map_or_else(|| coming(state, pane), |head| head.title.clone());
    let room = usize::from(area.width).saturating_sub(2);
    let beside = room.saturating_sub(MIN_TITLE);
    let right = text::cut_end(&header_right(state, pane, beside), beside);
    let together = if state.synchrony.is_some() { " ↔" } else { "" };
    let taken = text::width(&right) + usize::from(!right.is_empty()) * 2 + text::width(together);
    let title = text::cut_breadcrumb(&title, room.saturating_sub(taken));
    let pieces = [(title.as_str(), style), (together, canvas.theme.accent)];
    canvas.pieces(area.x + 1, area.y, area.width - 1, &pieces);
    canvas.right(area.x, area.y, area.width - 1, &right, canvas.theme.dim);
}

/// Returns the numbers of the tabs, the shown one in brackets; only that and their count where there is little room.
fn tab_strip(tabs: &Tabs, width: u16) -> String {
    let (shown, count) = (tabs.at() + 1, tabs.count());
    if count == 1 {
        return String::new();
    }
    if width < ROOMY_HEADER && count > 3 {
        return format!("[{shown}/{count}] ");
    }
    let number = |tab: usize| if tab == shown { format!("[{tab}]") } else { tab.to_string() };
    let numbers: Vec<String> = (1..=count).map(number).collect();
    format!("{} ", numbers.join(" "))
}

/// Returns what stands in place of a title that has not come.
fn coming(state: &AppState, pane: &Pane) -> String {
    match &pane.wanted {
        Some(Location::Local(path)) => match path.strip_prefix(&state.surroundings.home) {
            Ok(below) if below.as_os_str().is_empty() => "~".to_owned(),
            Ok(below) => format!("~/{}", below.to_string_lossy()),
            Err(_) => path.to_string_lossy().into_owned(),
        },
        Some(Location::Cloud { account, .. }) => format!("{account}:"),
        None => "MEGA".to_owned(),
    }
}

fn header_right(state: &AppState, pane: &Pane, columns: usize) -> String {
    if pane.refreshing {
        let Some(account) = &pane.answers.list_of else { return "reading anew…".to_owned() };
        return wording::awaits_list(account, state.accounts.states.get(account));
    }
    let Some(account) = pane.account() else {
        if !pane.is_local() {
            return String::new();
        }
        let free = pane.head.as_ref().and_then(|head| head.free_bytes);
        return free.map_or_else(|| "local".to_owned(), |free| format!("{} free", figure::size(free)));
    };
    let doing = state.accounts.states.get(account).filter(|_| pane.is_ready());
    if let Some(doing @ (AccountState::Connecting | AccountState::Waiting(_) | AccountState::Failed(_))) =
        doing
    {
        return wording::account_in(doing, state.terms(), columns);
    }
    if let Some(AccountState::Loading { received, total }) = doing {
        return wording::still_loading(*received, *total, columns);
    }
    let quota = state.accounts.quotas.get(account);
    quota.map(|(used, total)| figure::part_of(*used, *total)).unwrap_or_default()
}

/// Says what is waited for, or why there is nothing, in place of the rows.
fn instead(state: &AppState, pane: &Pane, area: Rect, canvas: &mut Canvas<'_>) {
    let again = state.hint(Action::Go(Motion::Enter));
    let account = pane.account().and_then(|account| Some((account, state.accounts.states.get(account)?)));
    let (plain, dim, alarm) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.alarm);
    let mut lines: Vec<(String, Style)> = Vec::new();
    match (&pane.head, account) {
        (Some(ViewHead { state: ViewState::Failed(problem), has_parent, .. }), _) => {
            lines.push((problem.message.clone(), alarm));
            lines.push((problem.hint.clone(), plain));
            let up = state.hint(Action::Go(Motion::Parent));
            let up = if *has_parent { format!(" · {up} goes up") } else { String::new() };
            lines.push((format!("{again} tries again{up}"), dim));
        }
        (_, Some((_, AccountState::Failed(problem)))) => {
            lines.push((problem.message.clone(), alarm));
            lines.push((problem.hint.clone(), plain));
            let other = state.hint(ACCOUNTS);
            lines.push((format!("{again} tries again · {other} chooses another account"), dim));
        }
        _ if pane.stopped => lines.push((format!("stopped · {again} opens it again"), dim)),
        (_, Some((account, doing))) if *doing != AccountState::Ready => {
            lines.push((format!("opening {account}: {}", wording::account(doing, state.terms())), plain));
            lines.push(("Esc stops".to_owned(), dim));
            if let AccountState::Loading { received, total: Some(total) } = *doing
                && area.height > 4
            {
                let width = area.width.saturating_sub(4).min(BAR_WIDTH);
                canvas.bar(area.x + 2, area.y, width, received.saturating_mul(100) / total.max(1), plain);
            }
        }
        (_, _) => lines.push((opening(state, pane), dim)),
    }
    let mut y = area.y + u16::from(area.height > 4);
    for (line, style) in lines.iter().filter(|(line, _)| !line.is_empty()) {
        for part in text::wrap(line, usize::from(area.width).saturating_sub(3)) {
            if y >= area.bottom() {
                return;
            }
            canvas.text(area.x + 2, y, area.width.saturating_sub(3), &part, *style);
            y += 1;
        }
    }
}

fn opening(state: &AppState, pane: &Pane) -> String {
    match (pane.account(), &pane.wanted) {
        (Some(account), _) => format!("opening {account}: …"),
        (None, Some(_)) => "reading the folder…".to_owned(),
        (None, None) if state.accounts.rows.is_none() => "looking for accounts…".to_owned(),
        (None, None) => format!("no account · {} logs in", state.hint(ACCOUNTS)),
    }
}

fn empty(state: &AppState, pane: &Pane, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(head) = &pane.head else { return };
    let hint = |action| state.hint(action);
    let text = match (&head.arrangement.filter, head.left_out_count) {
        (Some(_), _) => format!("no name contains the filter · {} shows all", hint(CANCEL)),
        (None, 1..) if head.arrangement.differences => {
            format!("nothing differs · {} shows all", hint(Action::Look(Look::OnlyDifferences)))
        }
        (None, 1..) => format!("only hidden files here · {} shows them", hint(Action::Look(Look::Hidden))),
        (None, 0) if head.writable => {
            let (folder, copy) =
                (hint(Action::Change(Change::NewFolder)), hint(Action::Change(Change::Copy)));
            format!("empty · {folder} makes a folder, {copy} in the other pane copies here")
        }
        (None, 0) if pane.is_partial() => "nothing has come of it yet".to_owned(),
        (None, 0) => "empty".to_owned(),
    };
    let lines = text::wrap(&text, usize::from(area.width).saturating_sub(3));
    for (y, line) in (area.y + u16::from(head.has_parent) + 1..area.bottom()).zip(lines) {
        canvas.text(area.x + 2, y, area.width, &line, canvas.theme.dim);
    }
}

fn row(
    state: &AppState,
    pane: &Pane,
    active: bool,
    columns: &Columns,
    (line, area, y): (u64, Rect, u16),
    canvas: &mut Canvas<'_>,
) {
    let y = area.y + y;
    if line >= pane.line_count() {
        return;
    }
    let here = line == pane.cursor;
    let name_style = if here && active { canvas.theme.strong } else { canvas.theme.plain };
    if here {
        let bar = if active { canvas.theme.accent } else { canvas.theme.dim };
        canvas.text(area.x, y, 1, "▌", bar);
    }
    if line < pane.first_row_line() {
        canvas.text(area.x + 2, y, columns.name, "..", name_style);
        return;
    }
    let Some(row) = pane.row_on(line) else {
        canvas.text(area.x + 2, y, columns.name, "·", canvas.theme.dim);
        return;
    };
    if row.marked || pane.in_range(line) {
        canvas.text(area.x + 1, y, 1, "●", canvas.theme.accent);
    }
    cells(state, row, columns, (area.x, y), name_style, canvas);
}

fn cells(
    state: &AppState,
    row: &Row,
    columns: &Columns,
    (x, y): (u16, u16),
    style: Style,
    canvas: &mut Canvas<'_>,
) {
    let entry = &row.entry;
    let clock = &state.surroundings.clock;
    let places = columns.places(x);
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    if entry.flags.undecryptable {
        // What names it is its handle, and there is nothing else to say in the columns beside.
        let room = places.flag - 1 - (x + 2);
        canvas.text(x + 2, y, room, &name(entry, room.into()), style);
        canvas.text(places.flag, y, 1, "!", canvas.theme.alarm);
        return;
    }
    canvas.text(x + 2, y, columns.name, &name(entry, columns.name.into()), style);
    if let Some(size) = entry.size {
        canvas.right(places.size, y, SIZE, &figure::size(size), plain);
    }
    let date =
        |at: i64, width: u16| if width >= EXACT_DATE { clock.exact_date(at) } else { clock.short_date(at) };
    let time = if columns.is_of_arrival { entry.uploaded } else { entry.modified };
    if let Some(time) = time.filter(|_| columns.modified > 0) {
        canvas.right(places.modified, y, columns.modified, &date(time, columns.modified), plain);
    }
    if let Some(uploaded) = entry.uploaded.filter(|_| columns.uploaded > 0) {
        canvas.right(places.uploaded, y, columns.uploaded, &date(uploaded, columns.uploaded), dim);
    }
    if entry.version_count > 0 && columns.versions > 0 {
        canvas.right(places.versions, y, columns.versions, &entry.version_count.to_string(), dim);
    }
    let (flag, style) = flag(row, canvas.theme);
    canvas.text(places.flag, y, 1, flag, style);
}

/// Returns the one sign of a row that needs to be known most: what a comparison found, a twin, a share, a lock.
fn flag(row: &Row, theme: &Theme) -> (&'static str, Style) {
    match (row.sign, row.entry.flags) {
        (Some(Sign::Newer | Sign::Older | Sign::Different), _) => ("≠", theme.alarm),
        (Some(Sign::OnlyHere), _) => ("+", theme.accent),
        (Some(Sign::Proven), _) => ("✓", theme.accent),
        (_, EntryFlags { twin: 2.., .. }) => ("!", theme.alarm),
        (Some(Sign::Same), _) => ("=", theme.dim),
        (Some(Sign::Unproven), _) => ("~", theme.plain),
        (None, EntryFlags { shared: true, .. }) => ("&", theme.accent),
        // Nobody would change the bin or the shares themselves.
        (None, EntryFlags { read_only: true, .. }) if !matches!(row.entry.key, EntryKey::Place(_)) => {
            ("r", theme.dim)
        }
        (None, _) => ("", theme.plain),
    }
}

/// Returns a row's name as it is shown: folders end in `/`, the second of equal names in `⟨2⟩`.
fn name(entry: &Entry, width: usize) -> String {
    let slash = if entry.kind.is_folder() { "/" } else { "" };
    let twin = match entry.flags.twin {
        0 | 1 => String::new(),
        twin => format!("  ⟨{twin}⟩"),
    };
    let room = width.saturating_sub(slash.len() + text::width(&twin));
    format!("{}{slash}{twin}", text::cut_middle(&entry.name, room))
}

fn totals(pane: &Pane, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(head) = pane.head.as_ref().filter(|_| area.height > 0) else { return };
    let mut parts = Vec::new();
    if let Some(filter) = &head.arrangement.filter {
        let all = head.row_count.saturating_add(head.left_out_count);
        parts.push(format!(
            "{} of {} match \"{filter}\"",
            figure::grouped(head.row_count),
            figure::grouped(all)
        ));
    }
    if head.marked_count > 0 {
        let size = wording::marked_size(head);
        let size = size.map_or_else(String::new, |size| format!(", {size} of {}", figure::size(head.bytes)));
        parts.push(format!("{} marked{size}", figure::grouped(head.marked_count)));
        parts.push(figure::count(head.row_count, "entry", "entries"));
    } else if head.arrangement.filter.is_none() && head.signs.is_none() {
        let count = figure::count(head.row_count, "entry", "entries");
        let bytes = format!(", {}", figure::size(head.bytes));
        parts.push(count + if pane.is_partial() { " so far" } else { &bytes });
    }
    if head.left_out_count > 0 && head.arrangement.filter.is_none() {
        parts.push(format!("{} hidden", figure::grouped(head.left_out_count)));
    }
    if let Some(signs) = &head.signs {
        let taken: usize = parts.iter().map(|part| text::width(part) + 3).sum();
        let room = usize::from(area.width).saturating_sub(3 + taken);
        parts.insert(0, wording::signs_in(signs, room));
    }
    if head.twin_count > 0 {
        parts.push(figure::count(head.twin_count, "duplicate name", "duplicate names"));
    }
    canvas.cut(area.x + 2, area.y, area.width.saturating_sub(3), &parts.join(" · "), canvas.theme.dim);
}

const ACCOUNTS: Action = Action::Place(Place::Accounts);

const CANCEL: Action = Action::Program(Program::Cancel);

/// Columns of a header that has room for the numbers of all tabs.
const ROOMY_HEADER: u16 = 56;

/// Columns that a title keeps before quota or state are cut.
const MIN_TITLE: usize = 12;

/// Columns of the bar that says how much of a file list has come.
const BAR_WIDTH: u16 = 40;
