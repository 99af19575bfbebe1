//! Keys that are typed before the worker has answered what they are about: [`TypeAhead`] holds them back, in order, and
//! `update` releases them once the folder, the order, the marks or the row that they mean is on screen. So a fast hand
//! acts on what it will see, never on what was there before. Esc drops them; the screen goes on meanwhile.

use std::collections::VecDeque;

use super::action::{Action, Change, Content, Look, Marking, Motion, Program, ShareKey, TabKey, TransferKey};
use super::key::Key;
use crate::message::{Command, ViewId};

/// What was typed ahead.
#[derive(Debug, Default)]
pub struct TypeAhead(VecDeque<Typed>);

/// One thing that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A key.
    Key(Key),
    /// Pasted text.
    Paste(String),
}

/// The worker's answers to what was asked of a view, by the numbers that they were asked for with.
#[derive(Debug)]
pub(super) struct Answers {
    /// The last number asked for.
    asked: u64,
    /// The last number that came, or that is waited for no longer.
    had: u64,
    /// Names found for a number up to this one are not wanted any more.
    void: u64,
    /// The account whose file list is to show the way to a typed folder.
    pub(super) list_of: Option<String>,
}

/// What has to be on screen before something that is typed can be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It is about the program, or about a dialog that stands there.
    Nothing,
    /// The folder in its order, with its marks.
    Folder,
    /// The row under the cursor too.
    Row,
}

impl TypeAhead {
    /// Holds something back; returns whether there was room for it.
    pub(super) fn hold(&mut self, typed: Typed) -> bool {
        let room = self.0.len() < MAX_HELD;
        if room {
            self.0.push_back(typed);
        }
        room
    }

    /// Returns what was typed first.
    #[must_use]
    pub fn first(&self) -> Option<&Typed> {
        self.0.front()
    }

    /// Takes what was typed first.
    pub(super) fn release(&mut self) -> Option<Typed> {
        self.0.pop_front()
    }

    /// Drops everything; returns whether there was something.
    pub(super) fn drop_all(&mut self) -> bool {
        let held = !self.0.is_empty();
        self.0.clear();
        held
    }

    /// Returns how much is held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Answers {
    pub(super) const fn new() -> Self {
        Self { asked: 0, had: 0, void: 0, list_of: None }
    }

    /// Returns the command that asks to be told when all that was asked of the view so far has been answered.
    pub(super) const fn expect(&mut self, view: ViewId) -> Command {
        self.asked += 1;
        Command::WhenAnswered { view, number: self.asked }
    }

    /// Takes the number of an answer over.
    pub(super) fn receive(&mut self, number: u64) {
        self.had = self.had.max(number.min(self.asked));
    }

    /// Returns whether the view is about to show another folder, or the same in another order or marked otherwise.
    pub(super) const fn are_due(&self) -> bool {
        self.had < self.asked
    }

    /// Waits no longer for what has been asked.
    pub(super) const fn give_up(&mut self) {
        self.had = self.asked;
    }

    /// Names that are found for what was asked so far are not wanted.
    pub(super) const fn stop_search(&mut self) {
        self.void = self.asked;
    }

    /// Returns whether a name that is found now is wanted.
    pub(super) const fn is_searching(&self) -> bool {
        self.had >= self.void
    }
}

impl Need {
    /// Returns what an action needs.
    pub(super) const fn of(action: Action) -> Self {
        match action {
            Action::Go(motion) => Self::of_motion(motion),
            Action::Look(look) => Self::of_look(look),
            Action::Mark(marking) => Self::of_marking(marking),
            Action::Change(change) => Self::of_change(change),
            Action::Tab(key) => Self::of_tab(key),
            Action::Share(key) => Self::of_sharing(key),
            Action::Transfer(key) => Self::of_transfer(key),
            Action::Program(program) => Self::of_program(program),
            Action::Place(_) => Self::Folder,
            Action::Content(Content::View | Content::Edit | Content::Open | Content::Preview)
            | Action::Yank(_) => Self::Row,
        }
    }

    const fn of_motion(motion: Motion) -> Self {
        match motion {
            Motion::OtherPane => Self::Nothing,
            Motion::Up
            | Motion::Down
            | Motion::Parent
            | Motion::Back
            | Motion::Forward
            | Motion::Top
            | Motion::Bottom
            | Motion::PageUp
            | Motion::PageDown
            | Motion::HalfUp
            | Motion::HalfDown => Self::Folder,
            Motion::Enter => Self::Row,
        }
    }

    const fn of_look(look: Look) -> Self {
        match look {
            Look::Find
            | Look::FindNext
            | Look::FindPrevious
            | Look::Filter
            | Look::Sort(_)
            | Look::Hidden
            | Look::Search
            | Look::SearchAccount
            | Look::Usage
            | Look::Duplicates
            | Look::Compare
            | Look::Sync
            | Look::OnlyDifferences
            | Look::NextDifference
            | Look::PreviousDifference => Self::Folder,
            Look::Properties | Look::Verify => Self::Row,
        }
    }

    const fn of_marking(marking: Marking) -> Self {
        match marking {
            Marking::All
            | Marking::Invert
            | Marking::Differing
            | Marking::Newer
            | Marking::OnlyHere
            | Marking::Pattern
            | Marking::UnmarkPattern => Self::Folder,
            Marking::Toggle | Marking::ToggleUp | Marking::Range => Self::Row,
        }
    }

    const fn of_change(change: Change) -> Self {
        match change {
            // The worker takes changes back in the order in which they were made.
            Change::Undo | Change::Redo | Change::History | Change::EmptyBin => Self::Nothing,
            Change::NewFolder => Self::Folder,
            Change::Copy
            | Change::Move
            | Change::Rename
            | Change::BulkRename
            | Change::Trash
            | Change::Delete
            | Change::Restore => Self::Row,
        }
    }

    const fn of_tab(key: TabKey) -> Self {
        match key {
            TabKey::Close | TabKey::Next | TabKey::Previous | TabKey::Digit => Self::Nothing,
            TabKey::Open => Self::Folder,
        }
    }

    const fn of_sharing(key: ShareKey) -> Self {
        match key {
            ShareKey::Links => Self::Folder,
            ShareKey::Sharing | ShareKey::Link | ShareKey::Versions => Self::Row,
        }
    }

    const fn of_transfer(key: TransferKey) -> Self {
        match key {
            TransferKey::Open | TransferKey::RetryNow | TransferKey::Hold => Self::Nothing,
            // Those of the transfer list are not looked up among the panes.
            TransferKey::Close
            | TransferKey::Cancel
            | TransferKey::CancelAll
            | TransferKey::Pause
            | TransferKey::PauseAll
            | TransferKey::Retry
            | TransferKey::RetryFailed
            | TransferKey::Move(_)
            | TransferKey::Limit
            | TransferKey::List
            | TransferKey::Details
            | TransferKey::Clear => Self::Row,
        }
    }

    const fn of_program(program: Program) -> Self {
        match program {
            Program::Help
            | Program::Cancel
            | Program::Interrupt
            | Program::Redraw
            | Program::Suspend
            | Program::Mouse
            | Program::Log
            | Program::Doctor
            | Program::Quit => Self::Nothing,
            Program::Shell => Self::Folder,
            // What it offers depends on the row.
            Program::Palette => Self::Row,
        }
    }
}

/// More than anyone types before a folder is told to be slow; what comes on top is dropped.
const MAX_HELD: usize = 256;
