//! Draws the page of a sync over the whole screen: what would be deleted, replaced and copied, before it is. Called by
//! `view::dialog`. Only lines on screen are drawn.

use ratatui::layout::Rect;

use super::bottom;
use super::canvas::Canvas;
use crate::entry::Location;
use crate::ui::action::{Action, Change};
use crate::ui::dialog::sync::{Fate, SyncLine, SyncPage};
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;
use crate::ui::{figure, text};

/// Draws it.
pub(super) fn draw(state: &AppState, page: &SyncPage, area: Rect, canvas: &mut Canvas<'_>) {
    let inner = canvas.boxed(area, "Sync");
    if inner.height < 3 || inner.width < 8 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let half = usize::from(width).saturating_sub("make  like ".len()) / 2;
    let [target, source] = [&page.target, &page.source].map(|title| text::cut_breadcrumb(title, half));
    canvas.cut(x, inner.y, width, &format!("make {target} like {source}"), canvas.theme.dim);
    let problem = page.plan.problem.as_ref().or_else(|| page.report.as_ref()?.problem.as_ref());
    let style = if problem.is_some() { canvas.theme.alarm } else { canvas.theme.strong };
    let words = problem.map_or_else(|| summary(state, page), |problem| problem.message.clone());
    canvas.cut(x, inner.y + 1, width, &words, style);
    let lines = page.lines().skip(page.top).take(page_rows(area.height));
    for (line, y) in lines.zip(inner.y + 2..inner.bottom() - 1) {
        match line {
            SyncLine::Heading(fate, count, bytes) => {
                let words = heading(page, fate, count, bytes);
                let style = if fate == Fate::Deleted { canvas.theme.alarm } else { canvas.theme.accent };
                canvas.cut(x, y, width, &words, style);
            }
            SyncLine::File(path, size) => {
                let path = text::cut_path(path, usize::from(width).saturating_sub(8));
                canvas.text(x + 1, y, width - 1, &path, canvas.theme.plain);
                canvas.right(x, y, width, &figure::size(size), canvas.theme.plain);
            }
            SyncLine::Beyond(count) => {
                let words = format!("and {} more", figure::grouped(count));
                canvas.cut(x + 1, y, width, &words, canvas.theme.dim);
            }
        }
    }
    let keys: &[(&str, &str)] = match (page.can_begin(), page.report.is_some()) {
        (true, _) => &[("y", "Do it"), ("j k", "Scroll"), ("Esc", "Leave it")],
        (false, true) => &[("Esc", "Close")],
        (false, false) => &[("Esc", "Stop")],
    };
    bottom::hints(keys, Rect::new(inner.x, inner.bottom() - 1, inner.width, 1), canvas);
}

fn summary(state: &AppState, page: &SyncPage) -> String {
    match &page.report {
        None => "working out what it would do, nothing is changed…".to_owned(),
        Some(report) if report.cancelled => "stopped".to_owned(),
        Some(_) if page.can_begin() => {
            let undo = state.hint(Action::Change(Change::Undo));
            format!("nothing is changed before you say yes · {undo} takes it back")
        }
        Some(_) => "nothing to do: the two folders are alike".to_owned(),
    }
}

fn heading(page: &SyncPage, fate: Fate, count: u64, bytes: u64) -> String {
    let (files, size) = (figure::count(count, "file", "files"), figure::size(bytes));
    let is_local = matches!(page.request.target, Location::Local(_));
    match (fate, is_local) {
        (Fate::Deleted, true) => format!("{files} only there, {size}: into the trash"),
        (Fate::Deleted, false) => format!("{files} only there, {size}: into the rubbish bin"),
        (Fate::Replaced, true) => format!("{files} replaced, {size}: the old ones into the trash"),
        (Fate::Replaced, false) => format!("{files} replaced, {size}: the old ones become versions"),
        (Fate::Copied, _) => format!("{files} copied, {size}"),
        (Fate::Left, _) => format!("{files} left as they are: equal names, links, or unreadable"),
    }
}
