//! Draws the conflict dialog: the two sides with what differs marked, what is known of their contents, and the letters
//! that answer. Called by `view::dialog`. Where there is no room for two columns, each side has a line.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::dialog::{Line, WIDTH, draw_lines, keys_line, text_width};
use crate::message::{Choice, Conflict, ConflictSide, Pair, Reply, Scope, choices};
use crate::ui::dialog::conflict::ConflictDialog;
use crate::ui::figure::{self, Clock};
use crate::ui::layout::conflict::{ANSWER_GAP, Answers, conflict_room};
use crate::ui::state::AppState;
use crate::ui::text;

/// Draws it.
pub(super) fn draw(state: &AppState, dialog: &ConflictDialog, area: Rect, canvas: &mut Canvas<'_>) {
    let clock = &state.surroundings.clock;
    let width = text_width(area);
    let full = full_lines(dialog, clock, width, canvas);
    let lines = if area.width < WIDTH || full.len() + 2 > area.height.into() {
        small_lines(dialog, clock, conflict_room(area.width, area.height), canvas)
    } else {
        full
    };
    let inner = draw_lines(title(&dialog.conflict), &lines, area, canvas);
    if let Some(field) = &dialog.rename
        && inner.width > 16
        && inner.height > 2
    {
        canvas.field(inner.x + 12, inner.bottom() - 3, inner.width - 13, field, true);
    }
}

const fn title(conflict: &Conflict) -> &'static str {
    match conflict.pair() {
        Pair::Files => "Same name already there",
        Pair::Folders => "Folder already there",
        Pair::Mismatch => "File and folder of one name",
    }
}

fn full_lines(dialog: &ConflictDialog, clock: &Clock, width: usize, canvas: &Canvas<'_>) -> Vec<Line> {
    let conflict = &dialog.conflict;
    let (plain, dim, strong, alarm) =
        (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong, canvas.theme.alarm);
    let mut lines: Vec<Line> = vec![vec![(text::cut_middle(&conflict.path, width), strong)], Vec::new()];
    let places = [&conflict.source, &conflict.existing].map(|side| side.place.as_str());
    let heads = [format!("here ({})", places[0]), format!("there ({})", places[1])];
    lines.push(vec![(format!("{:12}{}", "", columns(&heads)), dim)]);
    for Fact { label, sides, differs } in facts(conflict, clock) {
        let style = if differs { strong } else { plain };
        let sign = if differs { "≠" } else { " " };
        lines.push(vec![
            (format!("{sign} "), strong),
            (format!("{label:<10}"), dim),
            (columns(&sides), style),
        ]);
    }
    if conflict.pair() == Pair::Files {
        let known = if dialog.looking { "comparing…" } else { conflict.known() };
        lines.push(vec![("  content   ".to_owned(), dim), (known.to_owned(), plain)]);
    }
    lines.push(Vec::new());
    if dialog.rename.is_some() {
        lines.extend(name_lines(dialog, width, canvas));
        return lines;
    }
    if let Some(remark) = &dialog.remark {
        lines.push(vec![(text::cut_end(remark, width), alarm)]);
    }
    let (own, rest) = answers(conflict);
    for pair in own.chunks(2) {
        lines.push(two(&pair[0], pair.get(1), canvas));
    }
    lines.push(Vec::new());
    let remain = match conflict.remaining_count {
        0 => "For this and all that may follow:".to_owned(),
        1 => "For this and the one that remains:".to_owned(),
        count => format!("For this and the {} that remain:", figure::grouped(count)),
    };
    lines.push(vec![(text::cut_end(&remain, width), dim)]);
    lines.extend(in_rows(rest.iter().map(|choice| (choice.letter, choice.words.as_str())), 3, width, canvas));
    lines
}

/// The same where there is no room for two columns: ten lines of 36 columns hold it, and where there are fewer, what is
/// known of the two sides goes before the answers do.
fn small_lines(
    dialog: &ConflictDialog,
    clock: &Clock,
    room: (usize, usize),
    canvas: &Canvas<'_>,
) -> Vec<Line> {
    let width = room.0;
    let conflict = &dialog.conflict;
    let (plain, dim, strong, alarm) =
        (canvas.theme.plain, canvas.theme.dim, canvas.theme.strong, canvas.theme.alarm);
    let [here, there] = dates(conflict, clock);
    let [size, existing_size] = sizes(conflict);
    let column = |label: &str, size: &str, date: &str| -> Line {
        vec![
            (format!("{label:<6}"), dim),
            (text::cut_end(&format!("{size:>4}  {date}"), width.saturating_sub(6)), plain),
        ]
    };
    let known = match (&dialog.remark, dialog.looking, conflict.pair()) {
        (Some(remark), _, _) => (text::cut_end(remark, width), alarm),
        (None, true, _) => ("comparing…".to_owned(), plain),
        (None, false, Pair::Files) => (text::cut_end(conflict.known(), width), plain),
        (None, false, Pair::Folders) => ("two folders".to_owned(), plain),
        (None, false, Pair::Mismatch) => ("a file and a folder".to_owned(), plain),
    };
    let name = vec![(text::cut_middle(&conflict.path, width), strong)];
    let facts = |lines: usize| match lines {
        0..2 => vec![name.clone()],
        2..4 => vec![name.clone(), vec![known.clone()]],
        _ => vec![
            name.clone(),
            column("here", &size, &here),
            column("there", &existing_size, &there),
            vec![known.clone()],
        ],
    };
    if dialog.rename.is_some() {
        let typed = name_lines(dialog, width, canvas);
        let mut lines = facts(room.1.saturating_sub(typed.len()));
        lines.extend(typed);
        return lines;
    }
    let answers = Answers::new(conflict, room);
    let mut lines = facts(room.1.saturating_sub(answers.height()));
    lines.extend(answers.own.iter().map(|row| answer_line(row, canvas)));
    if answers.rest.is_empty() {
        return lines;
    }
    let remain = match conflict.remaining_count {
        0 => "all that may follow:".to_owned(),
        1 => "the one that remains:".to_owned(),
        count => format!("the {} that remain:", figure::grouped(count)),
    };
    lines.push(vec![(remain, dim)]);
    lines.extend(answers.rest.iter().map(|row| answer_line(row, canvas)));
    lines
}

/// Answers in few words, on one line.
fn answer_line(choices: &[Choice], canvas: &Canvas<'_>) -> Line {
    let mut line = Line::new();
    for (choice, at) in choices.iter().zip(0..) {
        let gap = if at > 0 { ANSWER_GAP } else { 0 };
        line.push((format!("{}{}", " ".repeat(gap), choice.letter), canvas.theme.strong));
        line.push((format!(" {}", choice.short), canvas.theme.plain));
    }
    line
}

/// The answers to this conflict, and those for the rest too.
fn answers(conflict: &Conflict) -> (Vec<Choice>, Vec<Choice>) {
    choices(conflict).into_iter().partition(|choice| !matches!(choice.reply, Reply::Resolve(_, Scope::Rest)))
}

/// One line of facts about the two sides.
struct Fact {
    label: &'static str,
    sides: [String; 2],
    /// Both are known, and not the same.
    differs: bool,
}

fn facts(conflict: &Conflict, clock: &Clock) -> Vec<Fact> {
    let (source, existing) = (&conflict.source, &conflict.existing);
    let sides = [source, existing];
    let is_mismatch = conflict.pair() == Pair::Mismatch;
    let modified = source.modified.zip(existing.modified);
    let mut facts = vec![Fact {
        label: "size",
        sides: sizes(conflict),
        differs: is_mismatch || (conflict.pair() == Pair::Files && source.size != existing.size),
    }];
    if sides.iter().any(|side| side.modified.is_some()) {
        let differs = modified.is_some_and(|(one, other)| one != other);
        facts.push(Fact { label: "modified", sides: dates(conflict, clock), differs });
    }
    if sides.iter().any(|side| side.uploaded.is_some()) {
        let uploaded =
            |side: &ConflictSide| side.uploaded.map(|at| clock.spoken_date(at)).unwrap_or_default();
        facts.push(Fact { label: "uploaded", sides: sides.map(uploaded), differs: false });
    }
    if sides.iter().any(|side| side.version_count > 0) {
        let versions = |side: &ConflictSide| match side.version_count {
            0 => String::new(),
            count => figure::count(count.into(), "older version", "older versions"),
        };
        facts.push(Fact { label: "versions", sides: sides.map(versions), differs: false });
    }
    facts
}

/// Returns the times of both sides, told apart to the second where they have to be.
fn dates(conflict: &Conflict, clock: &Clock) -> [String; 2] {
    let one = |side: &ConflictSide| match side.modified {
        Some(at) => clock.spoken_date(at),
        None if side.is_folder => String::new(),
        None => "not recorded".to_owned(),
    };
    match (conflict.source.modified, conflict.existing.modified) {
        (Some(source), Some(existing)) => clock.spoken_dates(source, existing),
        (Some(_) | None, Some(_) | None) => [&conflict.source, &conflict.existing].map(one),
    }
}

/// Returns the sizes of both sides, told apart to the byte where they have to be.
fn sizes(conflict: &Conflict) -> [String; 2] {
    let sides = [&conflict.source, &conflict.existing];
    let [source, existing] = sides.map(|side| figure::size(side.size));
    let close = source == existing && sides[0].size != sides[1].size;
    sides.map(|side| match (side.is_folder, side.file_count, close) {
        (true, Some(count), _) => {
            format!("folder, {}, {}", figure::count(count, "file", "files"), figure::size(side.size))
        }
        (true, None, _) => "folder".to_owned(),
        (false, _, true) => format!("{} bytes", figure::grouped(side.size)),
        (false, _, false) => figure::size(side.size),
    })
}

/// Two texts side by side.
fn columns([here, there]: &[String; 2]) -> String {
    let here = text::cut_end(here, 21);
    let gap = 22usize.saturating_sub(text::width(&here));
    format!("{here}{}{}", " ".repeat(gap), text::cut_end(there, 24))
}

fn name_lines(dialog: &ConflictDialog, width: usize, canvas: &Canvas<'_>) -> [Line; 3] {
    let remark = dialog.remark.as_ref().map(|remark| (text::cut_end(remark, width), canvas.theme.alarm));
    [
        vec![("new name: ".to_owned(), canvas.theme.plain)],
        remark.into_iter().collect(),
        keys_line(&[("Enter", "Copy under this name"), ("Esc", "Back")], canvas),
    ]
}

/// Two answers on one line.
fn two(left: &Choice, right: Option<&Choice>, canvas: &Canvas<'_>) -> Line {
    let (plain, strong) = (canvas.theme.plain, canvas.theme.strong);
    // A name in the words is what may be too long; the quote after it stays.
    let words = text::cut_middle(&left.words, LEFT - 3);
    let gap = LEFT.saturating_sub(text::width(&words) + 2);
    let mut line = vec![(left.letter.to_string(), strong), (format!(" {words}{}", " ".repeat(gap)), plain)];
    if let Some(right) = right {
        line.push((right.letter.to_string(), strong));
        line.push((format!(" {}", right.words), plain));
    }
    line
}

/// As many answers on a line as fit, `gap` columns apart.
fn in_rows<'c>(
    answers: impl Iterator<Item = (char, &'c str)>,
    gap: usize,
    width: usize,
    canvas: &Canvas<'_>,
) -> Vec<Line> {
    let (plain, strong) = (canvas.theme.plain, canvas.theme.strong);
    let (mut rows, mut used): (Vec<Line>, usize) = (Vec::new(), 0);
    for (letter, words) in answers {
        let columns = text::width(words) + 2;
        match rows.last_mut() {
            Some(row) if used + gap + columns <= width => {
                row.push((format!("{}{letter}", " ".repeat(gap)), strong));
                row.push((format!(" {words}"), plain));
                used += gap + columns;
            }
            Some(_) | None => {
                rows.push(vec![(letter.to_string(), strong), (format!(" {words}"), plain)]);
                used = columns;
            }
        }
    }
    rows
}

/// Columns of the left one of two answers.
const LEFT: usize = 37;
