//! A [`Pane`]: one folder view as the screen holds it: its head, the rows around the cursor, cursor and scroll position.
//! `update` moves it and hands it the worker's events; after every change [`Pane::settle`] asks for the rows that are
//! missing and tells the worker where the cursor stands. It never waits: rows that are not there are drawn as such.

use std::collections::BTreeMap;
use std::ops::Range;

use super::ahead::Answers;
use super::dialog::login::LoginForm;
use super::history::{Direction, History, Visit};
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{Arrangement, Command, Row, ViewHead, ViewId, ViewState};

/// One pane.
///
/// Lines are counted from 0; where the folder has a parent, line 0 is `..` and row `n` stands on line `n + 1`.
#[derive(Debug)]
pub struct Pane {
    /// The worker's number for it.
    pub view: ViewId,
    /// The folder last asked for; `None` where there is nothing to show yet (no account).
    pub wanted: Option<Location>,
    /// The head last sent.
    pub head: Option<ViewHead>,
    /// The line under the cursor, always below [`Self::line_count`] (0 in an empty pane).
    pub cursor: u64,
    /// The first line on screen.
    pub top: u64,
    /// The line where a range was begun.
    pub anchor: Option<u64>,
    /// The login form that stands in place of the rows while the account needs something.
    pub form: Option<LoginForm>,
    /// The user stopped the opening; Enter opens again.
    pub stopped: bool,
    /// The folder is being read anew; what was there stays on screen meanwhile.
    pub refreshing: bool,
    rows: BTreeMap<u64, Row>,
    /// Rows asked for in the generation of the head.
    asked: Range<u64>,
    /// The focus that the worker was told last.
    told: Told,
    /// The row that the cursor follows through a new order, until its rows are there.
    seek: Option<EntryKey>,
    /// The cursor has its place in this folder; until then a head may still set it.
    placed: bool,
    /// Which of the worker's answers have come.
    pub(super) answers: Answers,
    /// Where it was before.
    history: History,
}

impl Pane {
    /// Makes a pane that shows nothing yet.
    #[must_use]
    pub const fn new(view: ViewId) -> Self {
        Self {
            view,
            wanted: None,
            head: None,
            cursor: 0,
            top: 0,
            anchor: None,
            form: None,
            stopped: false,
            refreshing: false,
            rows: BTreeMap::new(),
            asked: 0..0,
            told: Told::Nothing,
            seek: None,
            placed: false,
            answers: Answers::new(),
            history: History::new(),
        }
    }

    /// Returns whether the row under the cursor is on its way.
    pub(super) fn awaits_row(&self) -> bool {
        self.is_ready() && self.row_index(self.cursor).is_some() && self.current().is_none()
    }

    /// Asks for a folder, with the cursor on `focus`.
    pub fn open(&mut self, location: Location, focus: Option<EntryKey>, commands: &mut Vec<Command>) {
        self.wanted = Some(location.clone());
        self.form = None;
        self.stopped = false;
        self.anchor = None;
        commands.push(Command::Open { view: self.view, location, focus });
    }

    /// Goes to an entry of a folder, which may be the one that is shown.
    pub(super) fn open_at(&mut self, location: Location, key: EntryKey, commands: &mut Vec<Command>) {
        if self.head.as_ref().is_some_and(|head| head.location == location) {
            self.told = Told::Focus(Some(key.clone()));
            self.seek = Some(key.clone());
        }
        self.open(location, Some(key), commands);
    }

    /// Returns the folder that is shown, or else the one on its way.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.head.as_ref().map(|head| &head.location).or(self.wanted.as_ref())
    }

    /// Returns the account that the pane is about.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self.wanted.as_ref().or_else(|| self.location())? {
            Location::Local(_) => None,
            Location::Cloud { account, .. } => Some(account),
        }
    }

    /// Returns whether the pane shows the disk.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self.location(), Some(Location::Local(_)))
    }

    /// Returns whether the rows of a folder can be shown.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.form.is_none() && self.head.as_ref().is_some_and(|head| head.state.has_rows())
    }

    /// Returns whether the rows that are shown are not all: the account's file list is still arriving.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.is_ready() && self.head.as_ref().is_some_and(|head| head.state == ViewState::Partial)
    }

    /// Returns whether the folder could not be shown.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.head.as_ref().is_some_and(|head| matches!(head.state, ViewState::Failed(_)))
    }

    /// Returns whether the pane shows the top of the rubbish bin.
    #[must_use]
    pub fn is_bin(&self) -> bool {
        matches!(self.location(), Some(Location::Cloud { folder: CloudFolder::Rubbish, .. }))
    }

    /// Returns whether several rows are marked.
    #[must_use]
    pub fn has_several_marked(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.marked_count > 1)
    }

    /// Returns whether the pane shows the rubbish bin or a folder in it.
    #[must_use]
    pub fn is_in_bin(&self) -> bool {
        self.is_bin() || self.is_below("//bin/")
    }

    /// Returns whether the pane shows a folder that belongs to somebody else.
    #[must_use]
    pub fn is_in_share(&self) -> bool {
        self.is_below("//in/")
    }

    /// Returns whether the folder's path stands below a place of its account.
    fn is_below(&self, place: &str) -> bool {
        let Some((Location::Cloud { account, .. }, head)) = self.location().zip(self.head.as_ref()) else {
            return false;
        };
        let path = head.title.strip_prefix(account.as_str()).and_then(|path| path.strip_prefix(':'));
        path.is_some_and(|path| path.starts_with(place))
    }

    /// Returns the rows of the folder.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        if self.is_ready() { self.head.as_ref().map_or(0, |head| head.row_count) } else { 0 }
    }

    /// Returns the lines of the list: the rows, and `..` where there is a folder above.
    #[must_use]
    pub fn line_count(&self) -> u64 {
        self.row_count().saturating_add(self.first_row_line())
    }

    /// Returns the line of row 0.
    #[must_use]
    pub fn first_row_line(&self) -> u64 {
        u64::from(self.head.as_ref().is_some_and(|head| head.has_parent))
    }

    /// Returns the row on a line, if it is one and has come.
    #[must_use]
    pub fn row_on(&self, line: u64) -> Option<&Row> {
        self.rows.get(&self.row_index(line)?)
    }

    /// Returns the index of the row on a line; `None` on `..` and past the end.
    #[must_use]
    pub fn row_index(&self, line: u64) -> Option<u64> {
        line.checked_sub(self.first_row_line()).filter(|row| *row < self.row_count())
    }

    /// Returns the row under the cursor, if it is one and has come.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.row_on(self.cursor)
    }

    /// Returns whether a line is inside the range that is being made.
    #[must_use]
    pub fn in_range(&self, line: u64) -> bool {
        self.range_lines().is_some_and(|lines| lines.contains(&line))
    }

    /// Returns the rows of the range that is being made, first and last.
    #[must_use]
    pub fn range_rows(&self) -> Option<(u64, u64)> {
        let lines = self.range_lines()?;
        let first = self.row_index(lines.start.max(self.first_row_line()))?;
        let last = self.row_index(lines.end.checked_sub(1)?)?;
        (first <= last).then_some((first, last))
    }

    fn range_lines(&self) -> Option<Range<u64>> {
        let anchor = self.anchor?;
        Some(anchor.min(self.cursor)..anchor.max(self.cursor).saturating_add(1))
    }

    /// Returns order and filter in force.
    #[must_use]
    pub fn arrangement(&self) -> Arrangement {
        self.head.as_ref().map(|head| head.arrangement.clone()).unwrap_or_default()
    }

    /// Puts the cursor on a line, clamped; the list moves on by half a page at an edge.
    pub fn go_to(&mut self, line: u64, height: u64) {
        if !self.is_ready() {
            return; // the folder on its way says where the cursor stands
        }
        self.placed = true;
        self.seek = None;
        self.cursor = line;
        self.keep_in_view(height);
    }

    /// Moves the cursor by lines, and the list with it where `pages` says so.
    pub fn go_by(&mut self, lines: i64, pages: bool, height: u64) {
        let last = self.line_count().saturating_sub(1);
        let target = self.cursor.saturating_add_signed(lines).min(last);
        if pages {
            self.top = self.top.saturating_add_signed(lines).min(self.line_count().saturating_sub(height));
        }
        self.go_to(target, height);
    }

    /// Puts the cursor on an entry of the folder that is there or on its way.
    pub(super) fn follow(&mut self, key: EntryKey, commands: &mut Vec<Command>) {
        let known = self.rows.iter().find(|(_, row)| row.entry.key == key).map(|(row, _)| *row);
        if let Some(row) = known {
            self.cursor = row.saturating_add(self.first_row_line());
        }
        self.seek = known.is_none().then(|| key.clone());
        self.told = Told::Focus(Some(key.clone()));
        commands.push(Command::Focus { view: self.view, key: Some(key) });
    }

    /// Takes a new head over.
    pub fn receive_head(&mut self, head: ViewHead, height: u64) {
        let moved = self.head.as_ref().is_none_or(|old| old.location != head.location);
        self.refreshing = !moved && head.state == ViewState::Opening && self.is_ready();
        if self.refreshing {
            return;
        }
        if moved {
            self.leave();
        }
        if head.state.has_rows() {
            self.history.arrive(&head.location);
        }
        let renewed = self.head.as_ref().is_none_or(|old| old.generation != head.generation);
        let (focus, focus_key) = (head.focus, head.focus_key.clone());
        let followed = self.told == Told::Focus(focus_key.clone());
        self.wanted = Some(head.location.clone());
        self.head = Some(head);
        self.stopped = false;
        if moved {
            self.forget_rows();
            (self.cursor, self.top, self.anchor) = (0, 0, None);
            self.placed = false;
        }
        if moved || renewed {
            self.asked = 0..0;
        }
        self.place(focus, focus_key, followed, renewed);
        let end = self.row_count();
        self.rows.split_off(&end);
        self.keep_in_view(height);
    }

    fn place(&mut self, focus: Option<u64>, key: Option<EntryKey>, followed: bool, renewed: bool) {
        let first = self.first_row_line();
        if !self.placed {
            if self.is_ready() {
                self.cursor = focus.unwrap_or(0).saturating_add(first);
                self.placed = true;
                self.told = Told::Focus(key);
            }
        } else if renewed && followed {
            self.seek = None;
            if let Some(row) = focus {
                self.cursor = row.saturating_add(first);
            }
        } else if renewed {
            self.seek = match &self.told {
                Told::Focus(key) => key.clone(),
                Told::Nothing => None,
            };
        }
    }

    /// Takes rows over, if they are of the head's generation.
    pub fn receive_rows(&mut self, generation: u64, start: u64, rows: Vec<Row>, height: u64) {
        if self.head.as_ref().is_none_or(|head| head.generation != generation) {
            return;
        }
        for (row, index) in rows.into_iter().zip(start..self.row_count().max(start)) {
            if self.seek.as_ref() == Some(&row.entry.key) {
                self.cursor = index.saturating_add(self.first_row_line());
                self.seek = None;
            }
            self.rows.insert(index, row);
        }
        self.keep_in_view(height);
    }

    /// Goes a step through the folders that were shown before; returns whether there was one.
    pub(super) fn step(&mut self, direction: Direction, commands: &mut Vec<Command>) -> bool {
        let Some(Visit { location, focus }) = self.history.step(direction) else { return false };
        self.open(location, focus, commands);
        true
    }

    /// Where a step led to the folder that could not be shown, tries the next one, and at the end goes back to where
    /// the steps began; returns whether it was a step.
    pub(super) fn step_on(&mut self, gone: &Location, commands: &mut Vec<Command>) -> bool {
        let Some(direction) = self.history.fail(gone) else { return false };
        if !self.step(direction, commands)
            && let Some(Visit { location, focus }) = self.history.begun_from().cloned()
        {
            self.open(location, focus, commands);
        }
        true
    }

    /// Keeps in mind where the cursor stood in the folder that is left.
    fn leave(&mut self) {
        if let Some(location) =
            self.head.as_ref().filter(|_| self.is_ready()).map(|head| head.location.clone())
        {
            let focus = self.current().map(|row| row.entry.key.clone());
            self.history.leave(Visit { location, focus });
        }
    }

    /// Forgets what is known of the folder; the next head is taken as that of a new one.
    pub fn forget(&mut self) {
        self.leave();
        self.head = None;
        (self.cursor, self.top, self.anchor) = (0, 0, None);
        self.placed = false;
        self.forget_rows();
        self.answers.give_up();
    }

    fn forget_rows(&mut self) {
        self.rows.clear();
        self.asked = 0..0;
        self.told = Told::Nothing;
        self.seek = None;
    }

    /// Asks for the rows that are missing around the cursor and tells where it stands. To be called after every change.
    pub fn settle(&mut self, height: u64, commands: &mut Vec<Command>) {
        self.keep_in_view(height);
        if !self.is_ready() {
            return;
        }
        self.ask_rows(height.max(1), commands);
        let key = self.current().map(|row| row.entry.key.clone());
        if !self.awaits_row() && self.seek.is_none() && self.told != Told::Focus(key.clone()) {
            self.told = Told::Focus(key.clone());
            commands.push(Command::Focus { view: self.view, key });
        }
    }

    /// Returns whether every row on screen has come.
    #[must_use]
    pub fn is_complete(&self, height: u64) -> bool {
        let lines = self.top..self.top.saturating_add(height).min(self.line_count());
        lines.into_iter().all(|line| self.row_index(line).is_none_or(|row| self.rows.contains_key(&row)))
    }

    fn ask_rows(&mut self, height: u64, commands: &mut Vec<Command>) {
        let around = |pages: u64| {
            let reach = height.saturating_mul(pages);
            let end = self.top.saturating_add(height).saturating_add(reach).min(self.row_count());
            self.top.saturating_sub(reach).min(end)..end
        };
        let (need, hold) = (around(1), around(HELD_PAGES));
        if need.is_empty() || (self.asked.start <= need.start && need.end <= self.asked.end) {
            return;
        }
        let overlap = self.asked.start.max(hold.start)..self.asked.end.min(hold.end);
        let missing = if overlap.is_empty() {
            [hold.clone(), 0..0]
        } else {
            [hold.start..overlap.start, overlap.end..hold.end]
        };
        for range in missing.into_iter().filter(|range| !range.is_empty()) {
            let count = u32::try_from(range.end - range.start).unwrap_or(u32::MAX);
            commands.push(Command::Rows { view: self.view, start: range.start, count });
        }
        self.rows.retain(|row, _| hold.contains(row));
        self.asked = hold;
    }

    fn keep_in_view(&mut self, height: u64) {
        let lines = self.line_count();
        self.cursor = self.cursor.min(lines.saturating_sub(1));
        self.anchor = self.anchor.map(|anchor| anchor.min(lines.saturating_sub(1)));
        let height = height.max(1);
        if self.cursor < self.top || self.cursor >= self.top.saturating_add(height) {
            self.top = self.cursor.saturating_sub(height / 2);
        }
        self.top = self.top.min(lines.saturating_sub(height));
    }
}

/// What the worker was told of the cursor.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    /// Nothing since the folder was opened.
    Nothing,
    /// It stands on this entry, or on `..`.
    Focus(Option<EntryKey>),
}

/// Pages of rows held on either side of the screen.
const HELD_PAGES: u64 = 2;

#[cfg(test)]
mod tests;
