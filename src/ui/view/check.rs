//! Draws the page of a check over the whole screen: what is held against what, how much is proven, and the lists of all
//! that is not. Called by `view::dialog`. Only lines on screen are drawn.

use ratatui::layout::Rect;

use super::bottom;
use super::canvas::Canvas;
use crate::ui::dialog::check::{Check, CheckLine, Finding, Found};
use crate::ui::layout::page_rows;
use crate::ui::state::AppState;
use crate::ui::{figure, text, wording};

/// Draws it.
pub(super) fn draw(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(check) = &state.check else { return };
    let inner = canvas.boxed(area, "Verify");
    if inner.height < 3 || inner.width < 8 {
        return;
    }
    let (x, width) = (inner.x + 1, inner.width - 2);
    let about = about(check, width.into());
    canvas.cut(x, inner.y, width, &about, canvas.theme.dim);
    let problem = check.plan.problem.as_ref();
    let style = if problem.is_some() { canvas.theme.alarm } else { canvas.theme.strong };
    let summary = problem.map_or_else(|| wording::proven(check), |problem| problem.message.clone());
    canvas.cut(x, inner.y + 1, width, &summary, style);
    let height = page_rows(area.height);
    for (line, y) in check.lines().skip(check.top).take(height).zip(inner.y + 2..inner.bottom() - 1) {
        let place = Rect::new(inner.x, y, inner.width, 1);
        match line {
            CheckLine::Heading(finding) => heading(check, finding, place, canvas),
            CheckLine::File(index, found) => file(found, index == check.cursor, place, canvas),
            CheckLine::Beyond(count) => {
                let words = format!("and {} more", figure::grouped(count));
                canvas.cut(x + 1, y, width, &words, canvas.theme.dim);
            }
        }
    }
    bottom::hints(&keys(check), Rect::new(inner.x, inner.bottom() - 1, inner.width, 1), canvas);
}

/// Returns the two sides; where they are too long for the line, each is cut.
fn about(check: &Check, width: usize) -> String {
    let [here, there] = &check.sides;
    let what = if check.is_whole() { String::new() } else { format!("{} of ", check.chosen) };
    let here = format!("{what}{}", here.title);
    let room = width.saturating_sub(AGAINST.len());
    let least = text::width(&text::shown(&there.title)).min(room / 2);
    let here = text::cut_middle(&here, room - least);
    let there = text::cut_middle(&there.title, room.saturating_sub(text::width(&here)));
    format!("{here}{AGAINST}{there}")
}

fn heading(check: &Check, finding: Finding, place: Rect, canvas: &mut Canvas<'_>) {
    let words = match finding {
        Finding::Different => "different".to_owned(),
        Finding::OnlyHere => format!("only in {}", check.sides[0].title),
        Finding::OnlyThere => format!("only in {}", check.sides[1].title),
        Finding::Unchecked => "not compared".to_owned(),
    };
    let count = figure::grouped(check.count(finding));
    let room = usize::from(place.width).saturating_sub(count.len() + 4);
    let words = format!("{} ({count})", text::cut_middle(&words, room));
    canvas.cut(place.x + 1, place.y, place.width - 2, &words, canvas.theme.accent);
}

fn file(found: &Found, here: bool, place: Rect, canvas: &mut Canvas<'_>) {
    let Rect { x, y, width, .. } = place;
    if here {
        canvas.text(x, y, 1, "▌", canvas.theme.accent);
    }
    let style = if here { canvas.theme.strong } else { canvas.theme.plain };
    // The words have what the path leaves, but for a long path at least a third.
    let size = figure::size(found.size);
    let room = usize::from(width).saturating_sub(9);
    let words_room = if found.words.is_empty() {
        0
    } else {
        (room / 3).max(room.saturating_sub(text::width(&text::shown(&found.path)) + 2))
    };
    let path_room = room.saturating_sub(words_room + usize::from(words_room > 0) * 2);
    let path = text::cut_path(&found.path, path_room);
    canvas.text(x + 2, y, width - 2, &path, style);
    let words = text::cut_end(&found.words, words_room);
    canvas.right(x + 2, y, width.saturating_sub(9), &words, canvas.theme.dim);
    canvas.right(x + 2, y, width - 3, &size, canvas.theme.plain);
}

fn keys(check: &Check) -> Vec<(&'static str, &'static str)> {
    let mut keys = Vec::new();
    if check.current().is_some() {
        keys.push(("Enter", "Go there"));
    }
    match check.report {
        None => keys.extend([("Esc", "Stop"), ("b", "Back to the panes")]),
        Some(_) => keys.extend([("Esc", "Close"), ("r", "Again")]),
    }
    if !check.is_whole() {
        keys.push(("a", "Whole folder"));
    }
    keys
}

const AGAINST: &str = " against ";
