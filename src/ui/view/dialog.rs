//! Draws the dialogs: a box in the middle, with the keys that answer it inside.
//! Called by `view` for each open dialog, the top one last. On a small screen the least needed lines go first, the keys never.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::Canvas;
use super::{
    changes, check, conflict, dedupe, deletion, difference, doctor, edit, lists, places, renames, search,
    sharing, sync, transfer_dialog, unfinished, usage, viewer,
};
use crate::message::PlanSummary;
use crate::ui::dialog::Dialog;
use crate::ui::dialog::confirm::{CopyConfirmation, Question};
use crate::ui::dialog::prompt::{Prompt, Purpose};
use crate::ui::dialog::properties::Properties;
use crate::ui::figure;
use crate::ui::keymap::Keymap;
use crate::ui::state::AppState;
use crate::ui::{text, wording};

/// Draws a dialog.
pub(super) fn draw(state: &AppState, dialog: &Dialog, area: Rect, canvas: &mut Canvas<'_>) {
    match dialog {
        Dialog::Copy(copy) => draw_copy(state, copy, area, canvas),
        Dialog::Deletion(dialog) => deletion::draw(dialog, area, canvas),
        Dialog::Changes(dialog) => changes::draw(state, dialog, area, canvas),
        Dialog::Doctor(page) => doctor::draw(page, area, canvas),
        Dialog::Renames(dialog) => renames::draw(dialog, area, canvas),
        Dialog::Conflict(conflict) => conflict::draw(state, conflict, area, canvas),
        Dialog::Difference(difference) => difference::draw(difference, area, canvas),
        Dialog::Dedupe => dedupe::draw(state, area, canvas),
        Dialog::Check => check::draw(state, area, canvas),
        Dialog::Unfinished(unfinished) => unfinished::draw(unfinished, area, canvas),
        Dialog::Question(question) => draw_question(state, question, area, canvas),
        Dialog::Prompt(prompt) if prompt.is_boxed() => draw_prompt(prompt, area, canvas),
        Dialog::Prompt(_) => {}
        Dialog::Sync(page) => sync::draw(state, page, area, canvas),
        Dialog::Search(page) => search::draw(state, page, area, canvas),
        Dialog::Usage(page) => usage::draw(state, page, area, canvas),
        Dialog::Path(dialog) => places::draw_path(dialog, area, canvas),
        Dialog::Bookmarks(list) => places::draw_bookmarks(state, list, area, canvas),
        Dialog::NewBookmark(new) => places::draw_new_bookmark(new, area, canvas),
        Dialog::Accounts(chooser) => lists::draw_accounts(state, chooser, area, canvas),
        Dialog::Properties(properties) => draw_properties(state, properties, area, canvas),
        Dialog::Sharing(dialog) => sharing::draw(state, dialog, area, canvas),
        Dialog::Links(page) => sharing::draw_links(state, page, area, canvas),
        Dialog::Versions(dialog) => sharing::draw_versions(state, dialog, area, canvas),
        Dialog::Limit(limit) => transfer_dialog::draw_limit(limit, area, canvas),
        Dialog::Transfer(details) => transfer_dialog::draw_details(state, details, area, canvas),
        Dialog::Help(help) => lists::draw_help(&state.keys.map, help, area, canvas),
        Dialog::Fetching(fetching) => edit::draw_fetching(fetching, area, canvas),
        Dialog::EditConflict(conflict) => edit::draw_conflict(conflict, area, canvas),
        Dialog::Viewer(viewer) => viewer::draw(state, viewer, area, canvas),
        Dialog::Palette(palette) => lists::draw_palette(state, palette, area, canvas),
    }
}

/// Returns a place in the middle for a box with so many lines inside, at most as wide as `width`.
pub(super) fn centred(area: Rect, width: u16, lines: usize) -> Rect {
    let width = width.min(area.width);
    let height = u16::try_from(lines + 2).unwrap_or(u16::MAX).min(area.height);
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// A line of a dialog: pieces of text, each with its style.
pub(super) type Line = Vec<(String, Style)>;

/// Draws a box with lines of text in it.
pub(super) fn draw_lines(title: &str, lines: &[Line], area: Rect, canvas: &mut Canvas<'_>) -> Rect {
    let inner = canvas.boxed(centred(area, WIDTH, lines.len()), title);
    // Where not all lines fit, the last ones are the keys: the middle goes.
    let room = usize::from(inner.height);
    let hidden = lines.len().saturating_sub(room);
    let keep = room.saturating_sub(KEY_LINES);
    let shown = lines.iter().enumerate().filter(|(index, _)| *index < keep || *index >= keep + hidden);
    for (y, (_, line)) in (inner.top()..inner.bottom()).zip(shown) {
        let pieces: Vec<(&str, Style)> = line.iter().map(|(text, style)| (text.as_str(), *style)).collect();
        canvas.pieces(inner.x + 1, y, inner.width.saturating_sub(2), &pieces);
    }
    inner
}

/// Returns the width that text has inside a dialog.
pub(super) fn text_width(area: Rect) -> usize {
    usize::from(WIDTH.min(area.width)).saturating_sub(4)
}

pub(super) fn keys_line(pairs: &[(&str, &str)], canvas: &Canvas<'_>) -> Line {
    let mut line = Vec::new();
    for (index, (key, words)) in pairs.iter().enumerate() {
        let gap = if index > 0 { "   " } else { "" };
        line.push((format!("{gap}{key}"), canvas.theme.strong));
        line.push((format!(" {words}"), canvas.theme.plain));
    }
    line
}

/// Returns the keys on as many lines as they take.
pub(super) fn keys_lines(pairs: &[(&str, &str)], width: usize, canvas: &Canvas<'_>) -> Vec<Line> {
    let wide = |(key, words): &(&str, &str)| text::width(key) + 1 + text::width(words);
    let mut lines = Vec::new();
    let mut rest = pairs;
    while !rest.is_empty() {
        let mut room = width;
        let fits = |pair: &&(&str, &str)| match room.checked_sub(wide(pair)) {
            Some(left) => {
                room = left.saturating_sub(3); // the gap before the next one
                true
            }
            None => false,
        };
        let count = rest.iter().take_while(fits).count().max(1);
        lines.push(keys_line(&rest[..count], canvas));
        rest = &rest[count..];
    }
    lines
}

fn draw_copy(state: &AppState, copy: &CopyConfirmation, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area);
    let (plain, dim, alarm) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.alarm);
    let mut lines: Vec<Line> = Vec::new();
    let (title, verb) = if copy.is_move() { ("Move", "move  ") } else { ("Copy", "copy  ") };
    for (label, value) in [(verb, &copy.chosen), ("from  ", &copy.source), ("to    ", &copy.target)] {
        let value = text::cut_middle(value, width.saturating_sub(label.len()));
        lines.push(vec![(label.to_owned(), dim), (value, plain)]);
    }
    lines.push(Vec::new());
    if let Some(problem) = &copy.plan.problem {
        for sentence in [&problem.message, &problem.hint].into_iter().filter(|text| !text.is_empty()) {
            lines.extend(text::wrap(sentence, width).into_iter().map(|line| vec![(line, alarm)]));
        }
        lines.push(Vec::new());
        lines.push(keys_line(&[("Esc", "Close")], canvas));
    } else {
        let room = usize::from(area.height).saturating_sub(lines.len() + 4);
        let sentences = plan_lines(copy, &state.keys.map);
        for line in fitting(sentences.iter().map(|line| text::wrap(line, width)), room) {
            lines.push(vec![(line, plain)]);
        }
        lines.push(Vec::new());
        let folders = if copy.asks_about_folders() { "Merge folders" } else { "Ask about folders" };
        let key = state.keys.map.answer(copy.own_key());
        let keys: &[(&str, &str)] = match (copy.is_void(), copy.plan.common_folder_count) {
            (true, _) => &[("Esc", "Close")],
            (false, 0) => &[(&key, title), ("Esc", "Back")],
            (false, _) => &[(&key, title), ("f", folders), ("Esc", "Back")],
        };
        lines.push(keys_line(keys, canvas));
    }
    draw_lines(title, &lines, area, canvas);
}

/// Returns the lines of as many sentences, the first ones, as have room whole; always those of the first.
fn fitting(sentences: impl Iterator<Item = Vec<String>>, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for sentence in sentences {
        if !lines.is_empty() && lines.len() + sentence.len() > room {
            break;
        }
        lines.extend(sentence);
    }
    lines
}

/// Returns what a plan says: what will be copied, what is there already, what will be asked.
fn plan_lines(copy: &CopyConfirmation, keymap: &Keymap) -> Vec<String> {
    let plan: &PlanSummary = &copy.plan;
    let (verb, done) = if copy.is_move() { ("move", "moved") } else { ("copy", "copied") };
    let nothing = plan.complete && plan.file_count == 0 && plan.folder_count == 0;
    let mut lines = Vec::new();
    if nothing && plan.conflict_count == 0 {
        lines.push(format!("Nothing to {verb}."));
    } else if !nothing {
        let counting = if plan.complete { "" } else { " so far, still counting…" };
        lines.push(format!("{}{counting}", wording::plan(plan)));
    }
    if plan.same_count > 0 {
        lines.push(format!(
            "{} the same there already",
            figure::count(plan.same_count, "file is", "files are")
        ));
    }
    if plan.passed_over_count > 0 {
        let what = figure::count(plan.passed_over_count, "link or device is", "links or devices are");
        lines.push(format!("{what} passed over"));
    }
    if plan.skipped_count > 0 {
        let count = format!("{} cannot be {done}", figure::count(plan.skipped_count, "item", "items"));
        lines.push(match (plan.skipped_count, &plan.first_skip) {
            (1, Some(why)) => why.message.clone(),
            (_, Some(why)) => format!("{count}, the first: {}", why.message),
            (_, None) => count,
        });
    }
    if plan.common_folder_count > 0 {
        let folders = figure::count(plan.common_folder_count, "folder is", "folders are");
        let then = if copy.asks_about_folders() { "you will be asked" } else { "what is in them is merged" };
        lines.push(format!("{folders} there already: {then}"));
    }
    let asked = if copy.asks_about_folders() { plan.common_folder_count } else { 0 };
    if plan.conflict_count > asked {
        let names = figure::count(plan.conflict_count - asked, "name is", "names are");
        lines.push(format!("{names} taken there by another content: you will be asked"));
    } else if plan.complete && !nothing && asked == 0 {
        lines.push("no name is taken there: nothing is overwritten".to_owned());
    }
    if !nothing {
        lines.push(wording::undone_by(keymap));
    }
    lines
}

fn draw_question(state: &AppState, question: &Question, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area);
    let plain = canvas.theme.plain;
    let mut lines: Vec<Line> = Vec::new();
    for paragraph in &question.text {
        lines.extend(text::wrap(paragraph, width).into_iter().map(|line| vec![(line, plain)]));
    }
    lines.push(Vec::new());
    let key = state.keys.map.answer(question.key);
    lines.push(keys_line(&[(key.as_str(), question.yes), ("Esc", "Back")], canvas));
    draw_lines(&question.title, &lines, area, canvas);
}

fn draw_prompt(prompt: &Prompt, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area);
    let (plain, dim, alarm) = (canvas.theme.plain, canvas.theme.dim, canvas.theme.alarm);
    let about = match &prompt.purpose {
        Purpose::NewFolder { place, .. } => {
            format!("in {}", text::cut_middle(place, width.saturating_sub(3)))
        }
        Purpose::Rename { name, .. } => text::cut_middle(name, width),
        Purpose::LinkPassword { .. } => "It opens with its password alone.".to_owned(),
        Purpose::Find { .. } | Purpose::Filter { .. } | Purpose::Pattern { .. } => String::new(),
    };
    let problem = prompt.problem.map_or_else(Vec::new, |problem| vec![(problem.to_owned(), alarm)]);
    let (before, verb) = match &prompt.purpose {
        Purpose::Rename { .. } => ("name: ", "Rename"),
        Purpose::LinkPassword { .. } => ("password: ", "Open"),
        Purpose::NewFolder { .. }
        | Purpose::Find { .. }
        | Purpose::Filter { .. }
        | Purpose::Pattern { .. } => ("name: ", "Make"),
    };
    let keys = keys_line(&[("Enter", verb), ("Esc", "Back")], canvas);
    let lines = vec![vec![(about, dim)], vec![(before.to_owned(), plain)], problem, keys];
    let inner = draw_lines(prompt.label(), &lines, area, canvas);
    let from = u16::try_from(before.len()).unwrap_or(0) + 1;
    if inner.height >= 2 && inner.width > from + 1 {
        canvas.field(inner.x + from, inner.y + 1, inner.width - from - 1, &prompt.field, true);
    }
}

fn draw_properties(state: &AppState, properties: &Properties, area: Rect, canvas: &mut Canvas<'_>) {
    let width = text_width(area).saturating_sub(10);
    let (plain, dim) = (canvas.theme.plain, canvas.theme.dim);
    let mut lines: Vec<Line> = Vec::new();
    for (name, value) in properties.lines(&state.surroundings.clock) {
        for (index, part) in text::wrap(&value, width).into_iter().enumerate() {
            let label = if index == 0 { name } else { "" };
            lines.push(vec![(format!("{label:<10}"), dim), (part, plain)]);
        }
    }
    lines.push(Vec::new());
    lines.push(keys_line(&[("Esc", "Close")], canvas));
    draw_lines("Properties", &lines, area, canvas);
}

/// Columns of a dialog.
pub(super) const WIDTH: u16 = crate::ui::layout::conflict::CONFLICT_WIDTH;

/// Lines at a dialog's end that stay on a small screen.
const KEY_LINES: usize = 2;
