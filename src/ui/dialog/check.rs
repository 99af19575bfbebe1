//! The [`Check`]: what a comparison of two folders has found, file by file, while it runs and when it is over. The state
//! keeps it, `update::check` feeds it with the worker's notes; nothing of the two folders is ever changed by it.

use crate::entry::Location;
use crate::message::{CheckFinding, CopyId, CopyReport, Note, PlanSummary, Selection, ViewId};
use crate::ui::key::Key;

/// A comparison of two folders.
#[derive(Debug)]
pub struct Check {
    /// Its number.
    pub copy: CopyId,
    /// What is held against what.
    pub sides: [Side; 2],
    /// What of the first was chosen, in words; empty for the whole folder.
    pub chosen: String,
    /// What was asked for, to ask again.
    pub selection: Selection,
    /// What is known of how much there is.
    pub plan: PlanSummary,
    /// How it ended, once it has.
    pub report: Option<CopyReport>,
    /// It went on behind the panes, and its end has not been looked at.
    pub is_put_away: bool,
    /// Files proven identical.
    pub identical_count: u64,
    /// Their bytes.
    pub identical_bytes: u64,
    /// The cursor: an index over the findings of all lists.
    pub cursor: usize,
    /// The first line on screen.
    pub top: usize,
    lists: [List; 4],
}

/// A folder that takes part.
#[derive(Clone, Debug)]
pub struct Side {
    /// The pane that shows it.
    pub view: ViewId,
    /// The folder.
    pub location: Location,
    /// The folder as people write it.
    pub title: String,
}

/// What was found of a file, other than that all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The two differ.
    Different,
    /// Only the first side has it.
    OnlyHere,
    /// Only the second side has it.
    OnlyThere,
    /// It could not be compared.
    Unchecked,
}

impl Finding {
    /// All of them, in the order of the lists.
    pub const ALL: [Self; 4] = [Self::Different, Self::OnlyHere, Self::OnlyThere, Self::Unchecked];

    /// Returns what a note is a finding of, with what to say beside the path.
    fn of(note: &Note) -> Option<(Self, String)> {
        Some(match CheckFinding::of(note)? {
            CheckFinding::Different { in_size: true } => (Self::Different, "sizes differ".to_owned()),
            CheckFinding::Different { in_size: false } => (Self::Different, "contents differ".to_owned()),
            CheckFinding::OnlySource => (Self::OnlyHere, String::new()),
            CheckFinding::OnlyTarget => (Self::OnlyThere, String::new()),
            CheckFinding::EqualNames(count) => (Self::Unchecked, format!("{count} entries have this name")),
            CheckFinding::Unchecked(problem) => (Self::Unchecked, problem.message.clone()),
            CheckFinding::PassedOver => (Self::Unchecked, "a link or device: not followed".to_owned()),
            CheckFinding::Identical | CheckFinding::SameSize => return None,
        })
    }
}

/// The files of one finding.
#[derive(Debug, Default)]
struct List {
    found: Vec<Found>,
    /// Files beyond those that are kept.
    beyond: u64,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Path below the folders. Escape before drawing.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// What there is to say, if anything. Escape before drawing.
    pub words: String,
}

/// A line of the page.
#[derive(Debug, PartialEq, Eq)]
pub enum CheckLine<'c> {
    /// The name of a list.
    Heading(Finding),
    /// A file, and its place over all lists.
    File(usize, &'c Found),
    /// So many more of the list are not kept.
    Beyond(u64),
}

/// What a key meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The page stays.
    Stay,
    /// Go to the file under the cursor.
    Go,
    /// Compare the whole folders.
    Whole,
    /// Compare again.
    Again,
    /// Stop the comparison.
    Stop,
    /// Put the page away; a comparison goes on.
    Close,
}

impl Check {
    /// Makes a check that has found nothing yet.
    #[must_use]
    pub fn new(copy: CopyId, sides: [Side; 2], selection: Selection, chosen: String) -> Self {
        let plan = PlanSummary { copy, target: sides[1].title.clone(), ..PlanSummary::default() };
        Self {
            copy,
            sides,
            chosen,
            selection,
            plan,
            report: None,
            is_put_away: false,
            identical_count: 0,
            identical_bytes: 0,
            cursor: 0,
            top: 0,
            lists: <[List; 4]>::default(),
        }
    }

    /// Returns whether the whole folders are compared, and not entries that were chosen.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        matches!(self.selection, Selection::Contents(_))
    }

    /// Takes what was found of a file.
    pub fn take(&mut self, path: String, size: u64, note: &Note) {
        if *note == Note::Identical {
            self.identical_count += 1;
            self.identical_bytes += size;
        }
        let Some((finding, words)) = Finding::of(note) else { return };
        let list = &mut self.lists[finding as usize];
        if list.found.len() >= MOST_KEPT {
            list.beyond += 1;
            return;
        }
        // By path, so that the page reads the same whatever came first. Once it has moved, the cursor stays on its file.
        let found = Found { path, size, words };
        let at = list.found.partition_point(|other| other.path <= found.path);
        list.found.insert(at, found);
        let place = at + self.lists[..finding as usize].iter().map(|list| list.found.len()).sum::<usize>();
        if self.cursor > 0 && place <= self.cursor {
            (self.cursor, self.top) = (self.cursor + 1, self.top + 1);
        }
    }

    /// Returns how many files a finding has.
    #[must_use]
    pub fn count(&self, finding: Finding) -> u64 {
        let list = &self.lists[finding as usize];
        u64::try_from(list.found.len()).unwrap_or(u64::MAX).saturating_add(list.beyond)
    }

    /// Returns how many files of all that are known have been compared.
    #[must_use]
    pub fn compared_count(&self) -> u64 {
        let others = [Finding::Different, Finding::OnlyHere, Finding::Unchecked];
        self.identical_count + others.into_iter().map(|finding| self.count(finding)).sum::<u64>()
    }

    /// Returns the lines of all lists.
    pub fn lines(&self) -> impl Iterator<Item = CheckLine<'_>> {
        let mut place = 0;
        Finding::ALL.into_iter().zip(&self.lists).filter(|(_, list)| !list.found.is_empty()).flat_map(
            move |(finding, list)| {
                let first = place;
                place += list.found.len();
                let files = list.found.iter().enumerate();
                std::iter::once(CheckLine::Heading(finding))
                    .chain(files.map(move |(index, found)| CheckLine::File(first + index, found)))
                    .chain((list.beyond > 0).then_some(CheckLine::Beyond(list.beyond)))
            },
        )
    }

    /// Returns the file under the cursor, and what was found of it.
    #[must_use]
    pub fn current(&self) -> Option<(Finding, &Found)> {
        let mut index = self.cursor;
        for (finding, list) in Finding::ALL.into_iter().zip(&self.lists) {
            if let Some(found) = list.found.get(index) {
                return Some((finding, found));
            }
            index -= list.found.len();
        }
        None
    }

    /// Takes a key. `height`: lines shown at once.
    pub fn press(&mut self, key: Key, height: usize) -> Choice {
        if let Some(lines) = key.scrolls(height) {
            self.go_by(lines, height);
        }
        match key.to_string().as_str() {
            "Tab" => self.next_list(height),
            "Enter" | "l" | "Right" if self.current().is_some() => return Choice::Go,
            "a" if !self.is_whole() => return Choice::Whole,
            "r" if self.report.is_some() => return Choice::Again,
            "Esc" | "C-g" | "C-c" if self.report.is_none() => return Choice::Stop,
            "b" if self.report.is_none() => return Choice::Close,
            "Esc" | "C-g" | "C-c" | "q" | "F10" => return Choice::Close,
            _ => {}
        }
        Choice::Stay
    }

    fn found_count(&self) -> usize {
        self.lists.iter().map(|list| list.found.len()).sum()
    }

    fn go_by(&mut self, files: isize, height: usize) {
        let last = self.found_count().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(files).min(last);
        self.settle(height);
    }

    fn next_list(&mut self, height: usize) {
        let mut firsts = self.lines().scan(false, |is_first, line| {
            let was_heading = std::mem::replace(is_first, matches!(line, CheckLine::Heading(_)));
            Some(match line {
                CheckLine::File(place, _) if was_heading => Some(place),
                CheckLine::File(..) | CheckLine::Heading(_) | CheckLine::Beyond(_) => None,
            })
        });
        let next = firsts.find_map(|place| place.filter(|place| *place > self.cursor)).unwrap_or(0);
        drop(firsts);
        self.cursor = next;
        self.settle(height);
    }

    /// Keeps the cursor in sight, and a heading right above it.
    fn settle(&mut self, height: usize) {
        let at = |line: &CheckLine<'_>| matches!(line, CheckLine::File(place, _) if *place == self.cursor);
        let line = self.lines().position(|line| at(&line)).unwrap_or(0);
        let above = if self.lines().nth(line.saturating_sub(1)).is_some_and(|line| is_heading(&line)) {
            line.saturating_sub(1)
        } else {
            line
        };
        self.top = self.top.min(above).max((line + 1).saturating_sub(height.max(1)));
    }
}

const fn is_heading(line: &CheckLine<'_>) -> bool {
    matches!(line, CheckLine::Heading(_))
}

/// Files of one finding that are kept; of more only the number.
const MOST_KEPT: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Problem, ProblemKind};
    use crate::ui::key::parse_keys;

    fn check() -> Check {
        let side = |view, path: &str| Side {
            view: ViewId(view),
            location: Location::Local(path.into()),
            title: path.into(),
        };
        let sides = [side(0, "/here"), side(1, "/there")];
        Check::new(CopyId(1), sides, Selection::Contents(Location::Local("/here".into())), String::new())
    }

    fn filled() -> Check {
        let mut check = check();
        check.take("z".into(), 5, &Note::Differs { in_size: false });
        check.take("b".into(), 5, &Note::MissingInTarget);
        check.take("a".into(), 5, &Note::Differs { in_size: true });
        check.take("same".into(), 7, &Note::Identical);
        let problem = Problem::new(ProblemKind::Other, "no key", "");
        check.take("locked".into(), 5, &Note::Failed(problem));
        check
    }

    fn press(check: &mut Check, keys: &str) -> Choice {
        parse_keys(keys).unwrap().into_iter().map(|key| check.press(key, 3)).last().unwrap()
    }

    #[test]
    fn what_is_found_is_listed_by_kind_and_path_and_what_is_well_is_counted() {
        let check = filled();
        assert_eq!((check.identical_count, check.identical_bytes, check.compared_count()), (1, 7, 5));
        let lines: Vec<String> = check
            .lines()
            .map(|line| match line {
                CheckLine::Heading(finding) => format!("{finding:?}"),
                CheckLine::File(place, found) => format!("{place} {}", found.path),
                CheckLine::Beyond(count) => format!("+{count}"),
            })
            .collect();
        assert_eq!(lines, ["Different", "0 a", "1 z", "OnlyHere", "2 b", "Unchecked", "3 locked"]);
    }

    #[test]
    fn the_cursor_goes_over_all_lists_and_stays_in_sight() {
        let mut check = filled();
        assert_eq!(check.cursor, 0, "it has not moved by itself");
        press(&mut check, "jj");
        assert_eq!((check.cursor, check.top), (2, 2), "its line is the fifth of three shown");
        assert_eq!(
            check.current().map(|(finding, found)| (finding, found.path.as_str())),
            Some((Finding::OnlyHere, "b"))
        );
        assert_eq!(press(&mut check, "G<Enter>"), Choice::Go);
        assert_eq!(check.cursor, 3);
        press(&mut check, "<Tab>");
        assert_eq!((check.cursor, check.top), (0, 0), "the heading comes into sight, too");
        press(&mut check, "<Tab>");
        assert_eq!(check.cursor, 2);
    }

    #[test]
    fn a_running_check_is_stopped_or_put_away_and_one_that_is_over_is_closed_or_done_again() {
        let mut check = check();
        assert_eq!(press(&mut check, "<Enter>"), Choice::Stay, "there is nothing to go to");
        assert_eq!(press(&mut check, "<Esc>"), Choice::Stop);
        assert_eq!(press(&mut check, "b"), Choice::Close);
        assert_eq!(press(&mut check, "r"), Choice::Stay);
        check.report = Some(CopyReport::default());
        assert_eq!(press(&mut check, "<Esc>"), Choice::Close);
        assert_eq!(press(&mut check, "r"), Choice::Again);
        assert_eq!(press(&mut check, "a"), Choice::Stay, "the whole folders were compared");
    }

    #[test]
    fn of_very_many_differences_only_the_number_is_kept() {
        let mut check = check();
        for number in 0..MOST_KEPT + 5 {
            check.take(format!("{number:06}"), 1, &Note::MissingInTarget);
        }
        assert_eq!(check.count(Finding::OnlyHere), MOST_KEPT as u64 + 5);
        assert_eq!(check.lines().last(), Some(CheckLine::Beyond(5)));
    }
}
