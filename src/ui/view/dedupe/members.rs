//! Draws the members of a group one below another: what becomes of each, where it is, size and times, what is proven. What
//! differs from the one that stays is marked and bold.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::to_u16;
use crate::message::{
    DuplicateKind, GroupDecision, GroupKind, GroupProof, GroupRow, MemberFate, MemberRow, MemberVerdict,
};
use crate::ui::dialog::dedupe::{DedupePage, Side};
use crate::ui::layout::dedupe::DedupeLayout;
use crate::ui::state::AppState;
use crate::ui::view::canvas::Canvas;
use crate::ui::{figure, text};

/// Draws them, and above them what the group is.
pub(super) fn draw(state: &AppState, page: &DedupePage, layout: &DedupeLayout, canvas: &mut Canvas<'_>) {
    let Some(group) = page.current().filter(|_| page.is_ready() && layout.heading.width > 4) else { return };
    heading(page, group, layout.heading, canvas);
    let area = layout.members;
    let count = u64::from(area.height / layout.member_lines) + 1;
    let lines = layout.member_lines;
    for (number, y) in
        (page.member.top..).take(to_usize(count)).zip((area.top()..area.bottom()).step_by(lines.into()))
    {
        let Some(row) = page.members.get(number) else { continue };
        let place = Rect::new(area.x, y, area.width, lines.min(area.bottom() - y));
        member(state, page, (number, row), place, canvas);
    }
}

fn heading(page: &DedupePage, group: &GroupRow, area: Rect, canvas: &mut Canvas<'_>) {
    let (x, width) = (area.x + 1, area.width.saturating_sub(2));
    let place = format!("{} of {}", figure::grouped(page.group.at + 1), figure::grouped(page.group_count()));
    canvas.right(x, area.y, width, &place, canvas.theme.dim);
    let room = usize::from(width).saturating_sub(text::width(&place) + 2);
    canvas.text(x, area.y, width, &text::cut_middle(&group.name, room), canvas.theme.strong);
    if area.height > 1 {
        canvas.cut(x, area.y + 1, width, &described(group), canvas.theme.plain);
    }
    if area.height > 2 {
        canvas.cut(x, area.y + 2, width, &situated(page.kind, group), canvas.theme.dim);
    }
}

/// Returns what a group is, and what its decision comes to.
fn described(group: &GroupRow) -> String {
    let count = group.member_count;
    let what = match (group.kind, group.proof) {
        (GroupKind::Folders, _) => figure::count(count, "folder", "folders of one name"),
        (GroupKind::Mixed, _) => "a file and a folder of one name".to_owned(),
        (GroupKind::Form, _) => figure::count(count, "name", "names that are one elsewhere"),
        (_, GroupProof::Identical) => figure::count(count, "file", "files, identical: proven"),
        (_, GroupProof::Partly) => figure::count(count, "file", "files, some identical: proven"),
        (_, GroupProof::Candidates) => figure::count(count, "file", "files, perhaps equal: v proves it"),
        (_, GroupProof::Different | GroupProof::None) => figure::count(count, "file", "files, all different"),
    };
    let decision = match group.decision {
        GroupDecision::Open => String::new(),
        GroupDecision::Leave => " · left".to_owned(),
        GroupDecision::Rename => " · renamed".to_owned(),
        GroupDecision::Merge => " · become one".to_owned(),
        GroupDecision::Remove { bytes, .. } => format!(" · frees {}", figure::size(bytes)),
    };
    format!("{what}{decision}")
}

/// Returns where a group is; of contents that stand anywhere, what they could make free.
fn situated(kind: DuplicateKind, group: &GroupRow) -> String {
    let merged = if group.awaits_merge { ", once its folders are merged" } else { "" };
    match kind {
        DuplicateKind::Contents => format!("{} could be freed", figure::size(group.spare_bytes)),
        DuplicateKind::Names | DuplicateKind::Forms => format!("in /{}{merged}", group.folder),
    }
}

fn member(
    state: &AppState,
    page: &DedupePage,
    (number, row): (u64, &MemberRow),
    place: Rect,
    canvas: &mut Canvas<'_>,
) {
    let here = number == page.member.at;
    if here {
        let style = if page.side == Side::Members { canvas.theme.accent } else { canvas.theme.dim };
        canvas.text(place.x, place.y, 1, "▌", style);
    }
    let (x, width) = (place.x + 1, place.width.saturating_sub(2));
    let (word, style) = fate(row.fate, canvas);
    canvas.text(x, place.y, FATE, word, style);
    let number = (number + 1).to_string();
    canvas.text(x + FATE, place.y, 4, &number, canvas.theme.dim);
    let at = x + FATE + to_u16(number.len()) + 1;
    let room = usize::from((x + width).saturating_sub(at));
    let slash = if row.file_count.is_some() { "/" } else { "" };
    let path = text::cut_path(&format!("/{}", row.path), room.saturating_sub(slash.len()));
    let style = if here { canvas.theme.strong } else { canvas.theme.plain };
    canvas.text(at, place.y, to_u16(room), &format!("{path}{slash}"), style);
    let details = details(state, row, place.height, canvas);
    for (line, y) in details.iter().zip(place.y + 1..place.bottom()) {
        let pieces: Vec<(&str, Style)> = line.iter().map(|(words, style)| (words.as_str(), *style)).collect();
        let mut left = x + INDENT;
        for (number, (words, style)) in pieces.into_iter().enumerate() {
            let room = (x + width).saturating_sub(left);
            if number > 0 && text::width(&text::shown(words)) > room.into() {
                break; // a cut handle or date says nothing
            }
            left += canvas.cut(left, y, room, words, style);
        }
    }
}

type Line = Vec<(String, Style)>;

/// Returns the lines below the path: size and times, in one line where there are three in all, and what is proven.
fn details(state: &AppState, row: &MemberRow, lines: u16, canvas: &Canvas<'_>) -> Vec<Line> {
    let clock = &state.surroundings.clock;
    let (plain, strong) = (canvas.theme.plain, canvas.theme.strong);
    let marked = |differs: bool, words: String| {
        if differs { (format!("≠ {words}"), strong) } else { (words, plain) }
    };
    let mut sizes = vec![marked(row.differing.size, figure::size(row.size))];
    if let Some(files) = row.file_count {
        sizes.push((format!("  {}", figure::count(files, "file", "files")), plain));
    } else {
        let changed = row.modified.map_or_else(
            || "no time of its own".to_owned(),
            |modified| format!("changed {}", clock.spoken_date(modified)),
        );
        sizes.push(("  ".to_owned(), plain));
        sizes.push(marked(row.differing.modified, changed));
    }
    let added = format!("added {}", clock.spoken_date(row.uploaded));
    let mut known = vec![verdict(row.verdict, canvas)];
    known.extend(extras(row).into_iter().map(|words| (format!(" · {words}"), plain)));
    if lines == 3 {
        sizes.push((format!("  {added}"), plain));
        return vec![sizes, known];
    }
    vec![sizes, vec![(added, plain)], known]
}

fn verdict(verdict: MemberVerdict, canvas: &Canvas<'_>) -> (String, Style) {
    let (plain, accent, strong) = (canvas.theme.plain, canvas.theme.accent, canvas.theme.strong);
    let (words, style) = match verdict {
        MemberVerdict::Itself => ("reference", canvas.theme.dim),
        MemberVerdict::Identical => ("✓ identical, proven", accent),
        MemberVerdict::SameFingerprint => ("~ same fingerprint, not proven", plain),
        MemberVerdict::Different => ("≠ different", strong),
        MemberVerdict::Unreadable => ("! not readable", canvas.theme.alarm),
        MemberVerdict::Unknown => ("~ not proven", plain),
        MemberVerdict::Folder => ("⊞ folder", plain),
    };
    (words.to_owned(), style)
}

fn extras(row: &MemberRow) -> Vec<String> {
    let mut extras = Vec::new();
    if row.version_count > 0 {
        extras.push(figure::count(row.version_count.into(), "old version", "old versions"));
    }
    if row.is_linked {
        extras.push("link".to_owned());
    }
    if row.is_shared {
        extras.push("shared".to_owned());
    }
    if row.differing.name {
        extras.push("another name".to_owned());
    }
    extras.push(format!("H:{}", row.node));
    extras
}

fn fate(fate: MemberFate, canvas: &Canvas<'_>) -> (&'static str, Style) {
    match fate {
        MemberFate::Open => ("open", canvas.theme.dim),
        MemberFate::Keep | MemberFate::Target => ("keep", canvas.theme.accent),
        MemberFate::Bin => ("bin", canvas.theme.alarm),
        MemberFate::Rename => ("name", canvas.theme.accent),
        MemberFate::Merge => ("join", canvas.theme.accent),
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Columns of what becomes of a member.
const FATE: u16 = 5;

/// Columns before the lines below a path.
const INDENT: u16 = 7;
