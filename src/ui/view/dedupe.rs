//! Draws the review of duplicates over the whole screen: what is looked through, the groups on the left, the members of one
//! on the right, what is decided, and the keys. Called by `view::dialog`. Only rows on screen are drawn.

mod members;
mod steps;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::bottom;
use super::canvas::Canvas;
use crate::message::{
    DedupeHead, DedupeRule, DuplicateKind, GroupDecision, GroupKind, GroupOrder, GroupProof, GroupRow,
    Proving, SurveyState,
};
use crate::ui::dialog::dedupe::{DedupePage, Side, Stage};
use crate::ui::layout::dedupe::DedupeLayout;
use crate::ui::state::{AppState, Notice};
use crate::ui::{figure, text};

/// Draws it.
pub(super) fn draw(state: &AppState, area: Rect, canvas: &mut Canvas<'_>) {
    let Some(page) = &state.dedupe else { return };
    canvas.blank(area);
    let layout = DedupeLayout::new(area.width, area.height, page.side == Side::Members);
    header(page, layout.header, canvas);
    match &page.stage {
        Stage::Review => {
            kinds(page, layout.kinds, canvas);
            canvas.rule(layout.rule);
            groups(page, &layout, canvas);
            members::draw(state, page, &layout, canvas);
        }
        Stage::Keys | Stage::Plan(_) | Stage::Working { .. } | Stage::Report(_) => {
            steps::draw(page, &layout, canvas);
        }
    }
    let top = match &page.stage {
        Stage::Review => layout.keys.top(),
        // What needs one line has the last one: those above it tell a step whole.
        Stage::Keys | Stage::Plan(_) | Stage::Working { .. } | Stage::Report(_) => {
            layout.keys.bottom().saturating_sub(1).max(layout.keys.top())
        }
    };
    for (y, row) in (top..layout.keys.bottom()).zip(keys(page, &layout)) {
        bottom::hints(&row, Rect::new(layout.keys.x, y, layout.keys.width, 1), canvas);
    }
    status(state, page, &layout, canvas);
}

fn header(page: &DedupePage, area: Rect, canvas: &mut Canvas<'_>) {
    if area.height == 0 {
        return;
    }
    let what = match &page.stage {
        Stage::Review | Stage::Keys => "Duplicates in",
        Stage::Plan(_) => "Plan for",
        Stage::Working { .. } => "Deduplicating",
        Stage::Report(_) => "Deduplicated",
    };
    let (x, width) = (area.x + 1, area.width.saturating_sub(2));
    let sums = match (&page.head, &page.stage) {
        (Some(head), Stage::Review) => {
            let title = text::width(what) + text::width(&text::shown(&head.title)) + 3;
            sums(head, usize::from(width).saturating_sub(title))
        }
        (_, Stage::Review | Stage::Keys | Stage::Plan(_) | Stage::Working { .. } | Stage::Report(_)) => {
            String::new()
        }
    };
    let taken = text::width(&sums);
    canvas.right(x, area.y, width, &sums, canvas.theme.plain);
    let room = usize::from(width).saturating_sub(taken + 2);
    let place = page.head.as_ref().map_or("", |head| &head.title);
    let used = canvas.cut(x, area.y, to_u16(room), &format!("{what} "), canvas.theme.accent);
    let place = text::cut_path(place, room.saturating_sub(used.into()));
    canvas.text(x + used, area.y, to_u16(room).saturating_sub(used), &place, canvas.theme.accent);
}

/// Returns how many groups there are, and what they could make free, as far as there is room.
fn sums(head: &DedupeHead, room: usize) -> String {
    if head.state != SurveyState::Ready || head.group_count == 0 {
        return String::new();
    }
    let groups = figure::count(head.group_count, "group", "groups");
    if head.spare_bytes == 0 {
        return groups;
    }
    let (spare, proven) = (figure::size(head.spare_bytes), figure::size(head.proven_bytes));
    let long = format!("{groups} · {spare} could be freed, {proven} of it proven");
    let short = format!("{groups} · {spare} could be freed");
    let shortest = format!("{groups} · {spare}");
    let fits = |words: &String| text::width(words) <= room;
    [long, short].into_iter().find(fits).unwrap_or(shortest)
}

fn kinds(page: &DedupePage, area: Rect, canvas: &mut Canvas<'_>) {
    if area.height == 0 {
        return;
    }
    let mut x = area.x + 1;
    for (key, kind, words) in KINDS {
        let (left, right, style) =
            if kind == page.kind { ("[", "]", canvas.theme.strong) } else { (" ", " ", canvas.theme.dim) };
        let pieces = [
            (left, style),
            (key, canvas.theme.strong),
            (" ", style),
            (words, style),
            (right, style),
            (" ", style),
        ];
        x += canvas.pieces(x, area.y, area.right().saturating_sub(x), &pieces);
    }
    let order = match page.order {
        GroupOrder::Size => "largest first (z)",
        GroupOrder::Path => "by path (z)",
    };
    if area.right().saturating_sub(x) > to_u16(text::width(order)) {
        canvas.right(x, area.y, area.right().saturating_sub(x + 1), order, canvas.theme.dim);
    }
}

fn groups(page: &DedupePage, layout: &DedupeLayout, canvas: &mut Canvas<'_>) {
    let area = if layout.groups.width > 0 { layout.groups } else { return };
    let said = match page.head.as_ref().map(|head| &head.state) {
        None => Some(("looking…".to_owned(), String::new())),
        Some(SurveyState::Waiting) => Some(("the account is being opened…".to_owned(), String::new())),
        Some(SurveyState::Failed(problem)) => Some((problem.message.clone(), problem.hint.clone())),
        Some(SurveyState::Ready) if page.group_count() == 0 => Some(nothing(page.kind)),
        Some(SurveyState::Ready) => None,
    };
    if let Some((message, hint)) = said {
        let room = usize::from(area.width.saturating_sub(2));
        let lines = [text::wrap(&message, room), vec![String::new()], text::wrap(&hint, room)].concat();
        for (line, y) in lines.iter().zip(area.top() + 1..area.bottom()) {
            canvas.text(area.x + 1, y, area.width.saturating_sub(2), line, canvas.theme.plain);
        }
        return;
    }
    for (number, y) in (page.group.top..page.group_count()).zip(area.top()..area.bottom()) {
        let place = Rect::new(area.x, y, area.width, 1);
        match page.groups.get(number) {
            Some(group) => group_row(page, (number, group), place, canvas),
            None => drop(canvas.text(area.x + 2, y, area.width, "…", canvas.theme.dim)),
        }
    }
}

/// Says that there is nothing, and what else could be looked for.
fn nothing(kind: DuplicateKind) -> (String, String) {
    let (what, next) = match kind {
        DuplicateKind::Names => {
            ("No name is there twice in one folder.", "2 looks for equal contents in any folder.")
        }
        DuplicateKind::Contents => ("No content is there twice.", "1 looks for equal names in one folder."),
        DuplicateKind::Forms => {
            ("No names differ by case or Unicode form alone.", "They would be one name on other disks.")
        }
    };
    (what.to_owned(), next.to_owned())
}

/// Draws `▌n ✓ tram 28.mov     ×2  812M`: cursor, what was decided, what is proven, the name, how often, what it frees.
fn group_row(page: &DedupePage, (number, group): (u64, &GroupRow), place: Rect, canvas: &mut Canvas<'_>) {
    let Rect { x, y, width, .. } = place;
    let here = number == page.group.at;
    let has_keys = page.side == Side::Groups;
    if here {
        let style = if has_keys { canvas.theme.accent } else { canvas.theme.dim };
        canvas.text(x, y, 1, "▌", style);
    }
    canvas.text(x + 1, y, 1, letter(group.decision), canvas.theme.accent);
    canvas.text(x + 3, y, 1, sign(group), canvas.theme.plain);
    let slash = if group.kind == GroupKind::Folders { "/" } else { "" };
    let figures = format!("×{} {:>4}", figure::grouped(group.member_count), freed(group));
    let taken = to_u16(text::width(&figures));
    canvas.right(x, y, width.saturating_sub(1), &figures, canvas.theme.plain);
    let room = usize::from(width.saturating_sub(taken + 7));
    let name = text::cut_middle(&group.name, room.saturating_sub(slash.len()));
    let style = match (here, group.decision) {
        (true, _) => canvas.theme.strong,
        (false, GroupDecision::Open) => canvas.theme.plain,
        (false, _) => canvas.theme.dim,
    };
    canvas.text(x + 5, y, to_u16(room), &format!("{name}{slash}"), style);
}

/// Returns what a group makes free, or can.
fn freed(group: &GroupRow) -> String {
    match group.decision {
        GroupDecision::Remove { bytes, .. } => figure::size(bytes),
        GroupDecision::Open if group.spare_bytes > 0 => figure::size(group.spare_bytes),
        GroupDecision::Open | GroupDecision::Leave | GroupDecision::Rename | GroupDecision::Merge => {
            "–".to_owned()
        }
    }
}

const fn letter(decision: GroupDecision) -> &'static str {
    match decision {
        GroupDecision::Open => " ",
        GroupDecision::Leave => ".",
        GroupDecision::Rename => "r",
        GroupDecision::Merge => "m",
        GroupDecision::Remove { rule: None, .. } => "●",
        GroupDecision::Remove { rule: Some(rule), .. } => match rule {
            DedupeRule::First => "f",
            DedupeRule::Newest => "n",
            DedupeRule::Oldest => "o",
            DedupeRule::Largest => "l",
            DedupeRule::Smallest => "s",
        },
    }
}

const fn sign(group: &GroupRow) -> &'static str {
    match (group.kind, group.proof) {
        (GroupKind::Folders, _) => "⊞",
        (GroupKind::Mixed, _) => "!",
        (GroupKind::Form, _) => "A",
        (_, GroupProof::Identical) => "✓",
        (_, GroupProof::Partly | GroupProof::Candidates) => "~",
        (_, GroupProof::Different) => "≠",
        (_, GroupProof::None) => " ",
    }
}

/// Says what is being read and how to stop it: where that is too wide, the path gives way and the key stays.
fn reading(before: &str, proving: &Proving, how_far: &str, width: u16) -> String {
    let (head, tail) = (format!("{before}reading "), format!("{how_far} · Esc stops"));
    let room = usize::from(width).saturating_sub(text::width(&head) + text::width(&tail));
    format!("{head}{}{tail}", text::cut_path(&proving.path, room))
}

fn status(state: &AppState, page: &DedupePage, layout: &DedupeLayout, canvas: &mut Canvas<'_>) {
    let area = layout.status;
    if area.height == 0 {
        return;
    }
    let (x, y, width) = (area.x + 1, area.y, area.width.saturating_sub(2));
    let head = page.head.as_ref();
    match (&state.notice, head.and_then(|head| head.proving.as_ref())) {
        (Some(Notice::Problem(problem)), _) => {
            say(&format!("{}  {}", problem.message, problem.hint), canvas.theme.alarm, layout, canvas);
        }
        (Some(Notice::Info(words)), _) => say(words, canvas.theme.strong, layout, canvas),
        (None, Some(proving)) if proving.bytes == 0 => {
            let words = reading("", proving, "", width);
            canvas.cut(x, y, width, &words, canvas.theme.plain);
        }
        (None, Some(proving)) => {
            let percent = figure::percent(proving.done, proving.bytes);
            canvas.bar(x, y, PROOF_BAR, percent, canvas.theme.accent);
            let how_far = format!(", {}", figure::part_of(proving.done, proving.bytes));
            let width = width.saturating_sub(PROOF_BAR + 1);
            let words = reading(&format!("{percent:>3} %  "), proving, &how_far, width);
            canvas.cut(x + PROOF_BAR + 1, y, width, &words, canvas.theme.plain);
        }
        (None, None) => {
            if let Some(head) = head.filter(|head| head.group_count > 0 && page.stage == Stage::Review) {
                let mut words = decided(head);
                while words.len() > 1 && text::width(&words.join(" · ")) > width.into() {
                    words.pop();
                }
                canvas.cut(x, y, width, &words.join(" · "), canvas.theme.dim);
            }
        }
    }
}

/// Says something; where one line is too short for it, in the lines of the keys, too.
fn say(words: &str, style: Style, layout: &DedupeLayout, canvas: &mut Canvas<'_>) {
    let (x, width) = (layout.status.x + 1, layout.status.width.saturating_sub(2));
    let lines = text::wrap(words, width.into());
    for (line, y) in lines.iter().zip(layout.status.y..layout.keys.bottom().max(layout.status.bottom())) {
        canvas.blank(Rect::new(layout.status.x, y, layout.status.width, 1));
        canvas.text(x, y, width, line, style);
    }
}

/// Returns what is decided so far; what matters least comes last.
fn decided(head: &DedupeHead) -> Vec<String> {
    let open = head.group_count.saturating_sub(head.decided_count);
    if head.decided_count == 0 {
        return ["nothing is decided yet", "nothing happens before the plan is shown"]
            .map(str::to_owned)
            .into();
    }
    let decided = figure::grouped(head.decided_count);
    let frees = match head.decided_bytes {
        0 => String::new(),
        bytes => format!(", frees {}", figure::size(bytes)),
    };
    let open = format!("{} open", figure::grouped(open));
    vec![format!("{decided} decided{frees}"), open, "Enter shows the plan".to_owned()]
}

/// Returns the keys in two lines: those that decide, and the others.
fn keys(page: &DedupePage, layout: &DedupeLayout) -> [Vec<(&'static str, &'static str)>; 2] {
    match &page.stage {
        Stage::Plan(Some(plan)) if plan.line_count > 0 => {
            [vec![("y", "Do it"), ("Esc", "Back"), ("j k", "Go through")], Vec::new()]
        }
        Stage::Keys => [vec![("Esc", "Back"), ("j k", "Scroll")], Vec::new()],
        Stage::Plan(_) => [vec![("Esc", "Back")], Vec::new()],
        Stage::Working { .. } => [vec![("x", "Stop"), ("b", "Back to the panes")], Vec::new()],
        Stage::Report(report) => {
            let undo = report.undo.map(|_| ("u", "Take all of it back"));
            let rest = [("Enter", "Back to the groups"), ("j k", "Go through")];
            [undo.into_iter().chain(rest).collect(), Vec::new()]
        }
        Stage::Review => review_keys(page, layout),
    }
}

fn review_keys(page: &DedupePage, layout: &DedupeLayout) -> [Vec<(&'static str, &'static str)>; 2] {
    let Some(group) = page.current().filter(|_| page.is_ready()) else {
        return [
            vec![("1 2 3", "Look for"), ("a", "Whole account"), ("?", "Keys"), ("q", "Back")],
            Vec::new(),
        ];
    };
    let rules = [("n", "newest"), ("o", "oldest"), ("l", "largest"), ("s", "smallest"), ("f", "first")];
    let mut decide = match group.kind {
        GroupKind::Files => rules.into_iter().chain([("r", "rename")]).collect(),
        GroupKind::Content => rules.to_vec(),
        GroupKind::Folders => vec![("m", "merge")],
        GroupKind::Mixed | GroupKind::Form => vec![("r", "rename")],
    };
    decide.push(("CAPITAL", "all open"));
    let on_groups = page.side == Side::Groups;
    let enter = ("Enter", if on_groups { "Plan" } else { "View" });
    let other = ("Tab", if on_groups { "Members" } else { "Groups" });
    if layout.keys.height < 2 {
        return [[vec![enter, other, ("?", "Keys"), ("Space", "keep/bin")], decide].concat(), Vec::new()];
    }
    let mut act = vec![(".", "leave")];
    if matches!(group.kind, GroupKind::Files | GroupKind::Content) {
        act.extend([("Space", "keep/bin"), ("v", "prove"), ("d", "compare")]);
    }
    // 80 columns hold these; that Enter shows the plan stands above them too, once something is decided.
    act.extend([other, ("q", "Back"), ("?", "Keys"), enter]);
    act.extend(page.undo.map(|_| ("u", "undo")));
    act.extend([("F3", "View"), ("x", "open again"), ("V", "prove by the disk")]);
    [decide, act]
}

fn to_u16(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// What can be looked for, by its key.
const KINDS: [(&str, DuplicateKind, &str); 3] = [
    ("1", DuplicateKind::Names, "equal names"),
    ("2", DuplicateKind::Contents, "equal contents"),
    ("3", DuplicateKind::Forms, "case and form"),
];

/// Columns of the bar of what is being read.
const PROOF_BAR: u16 = 10;
