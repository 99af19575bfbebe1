//! The [`DedupePage`]: the review of duplicates as the screen holds it: groups, members of the one under the cursor, the
//! plan, and what became of it. The state keeps it, `update::dedupe` feeds it with what the worker tells. What a group is,
//! and what a rule makes of it, is the worker's to say; decisions are kept there.

mod keys;
pub mod told;

use crate::entry::Location;
use crate::message::{
    DedupeCommand, DedupeEvent, DedupeHead, DedupePlan, DedupeReport, DuplicateKind, GroupOrder, GroupRow,
    MemberRow, StepLine, SurveyState,
};
use crate::ui::layout::dedupe::DedupeLayout;
use crate::ui::window::Window;
pub use keys::{HELP, Reaction};

/// The review of duplicates.
#[derive(Debug)]
pub struct DedupePage {
    /// The folder that is looked through.
    pub place: Location,
    /// What counts as a duplicate.
    pub kind: DuplicateKind,
    /// The order of the groups.
    pub order: GroupOrder,
    /// What the worker has told last.
    pub head: Option<DedupeHead>,
    /// The groups.
    pub groups: Window<GroupRow>,
    /// The group under the cursor, and the first on screen.
    pub group: Cursor,
    /// The members of that group.
    pub members: Window<MemberRow>,
    /// The member under the cursor, and the first on screen.
    pub member: Cursor,
    /// Which of the two lists has the keys.
    pub side: Side,
    /// What is shown.
    pub stage: Stage,
    /// Lines of the plan, or of the report.
    pub lines: Window<StepLine>,
    /// The line under the cursor, and the first on screen.
    pub line: Cursor,
    /// The first key on screen, where all are shown.
    pub top: u64,
    /// It went on behind the panes.
    pub is_put_away: bool,
    /// What takes back what was carried out last.
    pub undo: Option<u64>,
    /// The generation and the group that members were asked of.
    asked: Option<(u64, u64)>,
}

/// A place in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The row under it.
    pub at: u64,
    /// The first row on screen.
    pub top: u64,
}

/// Which of the two lists has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The groups.
    Groups,
    /// The members of one.
    Members,
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Groups and members.
    Review,
    /// All keys of that page.
    Keys,
    /// What the decisions come to, once it is known.
    Plan(Option<DedupePlan>),
    /// How far the plan is carried out.
    Working {
        /// Steps that are over.
        done_count: u64,
        /// All of them.
        count: u64,
        /// The user has stopped it.
        is_stopped: bool,
    },
    /// What became of it.
    Report(DedupeReport),
}

impl Cursor {
    /// Moves by rows; `height` of `count` are shown.
    fn go_by(&mut self, rows: i64, height: u64, count: u64) {
        self.at = self.at.saturating_add_signed(rows);
        self.settle(height, count);
    }

    /// Keeps the cursor in the list, and the list around it.
    fn settle(&mut self, height: u64, count: u64) {
        self.at = self.at.min(count.saturating_sub(1));
        self.top = self.top.min(self.at).max((self.at + 1).saturating_sub(height.max(1)));
    }
}

impl DedupePage {
    /// Makes a page that knows nothing yet.
    #[must_use]
    pub fn new(place: Location) -> Self {
        Self {
            place,
            kind: DuplicateKind::default(),
            order: GroupOrder::default(),
            head: None,
            groups: Window::default(),
            group: Cursor::default(),
            members: Window::default(),
            member: Cursor::default(),
            side: Side::Groups,
            stage: Stage::Review,
            lines: Window::default(),
            line: Cursor::default(),
            top: 0,
            is_put_away: false,
            undo: None,
            asked: None,
        }
    }

    /// Returns the command that has the place looked through, and forgets what was there.
    pub fn survey(&mut self) -> DedupeCommand {
        let Self { place, kind, order, .. } = self;
        let command = DedupeCommand::Survey { place: place.clone(), kind: *kind, order: *order };
        let (kind, order, undo) = (self.kind, self.order, self.undo);
        *self = Self { kind, order, undo, ..Self::new(self.place.clone()) };
        command
    }

    /// Returns whether keys have to wait for the worker, because they are about what it is about to tell.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.head.is_none() || self.stage == Stage::Plan(None)
    }

    /// Returns whether groups are there to be decided on.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.state == SurveyState::Ready)
    }

    /// Returns whether a plan is being carried out.
    #[must_use]
    pub const fn is_working(&self) -> bool {
        matches!(self.stage, Stage::Working { .. })
    }

    /// Returns the generation that rows are of.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.generation)
    }

    /// Returns how many groups there are.
    #[must_use]
    pub fn group_count(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.group_count)
    }

    /// Returns the group under the cursor, if it has come.
    #[must_use]
    pub fn current(&self) -> Option<&GroupRow> {
        self.groups.get(self.group.at)
    }

    /// Returns how many members the group under the cursor has.
    #[must_use]
    pub fn member_count(&self) -> u64 {
        self.current().map_or(0, |group| group.member_count)
    }

    /// Returns the member under the cursor, if it has come.
    #[must_use]
    pub fn current_member(&self) -> Option<&MemberRow> {
        self.members.get(self.member.at)
    }

    /// Returns how many lines plan or report have.
    #[must_use]
    pub const fn line_count(&self) -> u64 {
        match &self.stage {
            Stage::Plan(Some(plan)) => plan.line_count,
            Stage::Report(report) => report.line_count,
            Stage::Review | Stage::Keys | Stage::Plan(None) | Stage::Working { .. } => 0,
        }
    }

    /// Returns the line of plan or report under the cursor in full, as far as there is room, where the list cuts it.
    #[must_use]
    pub fn told_whole(&self, layout: &DedupeLayout) -> Vec<String> {
        let line = self.lines.get(self.line.at).filter(|_| self.line_count() > 0);
        let mut told = line.map(|line| told::whole(line, layout.line_width())).unwrap_or_default();
        let most = u64::from(layout.free_lines()) + layout.line_count(self.summary_count()) / 2;
        told.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        told
    }

    /// Returns how many lines of plan or report are shown above that.
    #[must_use]
    pub fn list_height(&self, layout: &DedupeLayout) -> u64 {
        let over = (self.told_whole(layout).len() as u64).saturating_sub(layout.free_lines().into());
        layout.line_count(self.summary_count()).saturating_sub(over).max(1)
    }

    /// Takes what the worker tells. What is not about the page, the caller has taken.
    pub fn receive(&mut self, event: DedupeEvent) {
        match event {
            DedupeEvent::Head(head) => self.receive_head(head),
            DedupeEvent::Groups { generation, start, rows } if generation == self.generation() => {
                self.groups.receive(start, rows);
            }
            DedupeEvent::Members { generation, group, start, rows }
                if (generation, group) == (self.generation(), self.group.at) =>
            {
                self.members.receive(start, rows);
            }
            DedupeEvent::Plan(plan) => {
                self.stage = Stage::Plan(Some(plan));
                self.show_lines();
            }
            DedupeEvent::Lines { is_report, start, lines } => {
                if is_report == matches!(self.stage, Stage::Report(_)) {
                    self.lines.receive(start, lines);
                }
            }
            DedupeEvent::Progress { done_count, count } => {
                let is_stopped = matches!(self.stage, Stage::Working { is_stopped: true, .. });
                self.stage = Stage::Working { done_count, count, is_stopped };
            }
            DedupeEvent::Report(report) => {
                self.undo = report.undo.or(self.undo);
                self.stage = Stage::Report(report);
                self.show_lines();
            }
            DedupeEvent::Groups { .. }
            | DedupeEvent::Members { .. }
            | DedupeEvent::Refused(_)
            | DedupeEvent::Compared { .. } => {}
        }
    }

    /// Something is taken back from outside the page, which may be what its report tells of: then the report is not true
    /// any more. `group` is what, once that is known: that is not to be taken back again.
    pub fn forget_report(&mut self, group: Option<u64>) {
        if group.is_some() && group != self.undo {
            return;
        }
        self.undo = self.undo.filter(|_| group.is_none());
        if let Stage::Report(_) = self.stage {
            self.stage = Stage::Review;
        }
    }

    /// Returns what has to be asked for to show what is on screen.
    pub fn missing(&mut self, layout: &DedupeLayout) -> Vec<DedupeCommand> {
        let mut wanted = Vec::new();
        let (line_height, count) = (self.list_height(layout), self.line_count());
        self.line.settle(line_height, count);
        let lines = self.lines.missing(self.line.top, line_height, count);
        wanted.extend(lines.map(|(start, count)| DedupeCommand::Lines { start, count }));
        if !self.is_ready() {
            return wanted;
        }
        let (list, count) = (layout.group_count(), self.group_count());
        self.group.settle(list, count);
        let groups = self.groups.missing(self.group.top, list, count);
        wanted.extend(groups.map(|(start, count)| DedupeCommand::Groups { start, count }));
        let here = (self.generation(), self.group.at);
        if self.asked != Some(here) {
            if self.asked.map(|(_, group)| group) != Some(here.1) {
                self.member = Cursor::default();
                self.members.forget();
            }
            self.asked = Some(here);
            self.members.renew();
        }
        // How many members there are the group says; until it is there the first ones are asked for.
        let (shown, known) = (layout.member_count(), self.current().map(|group| group.member_count));
        if let Some(known) = known {
            self.member.settle(shown, known);
        }
        let members =
            self.members.missing(self.member.top, shown, known.unwrap_or(if count > 0 { shown } else { 0 }));
        let group = self.group.at;
        wanted.extend(members.map(|(start, count)| DedupeCommand::Members { group, start, count }));
        wanted
    }

    /// Returns how many lines stand above the list of a plan or a report.
    #[must_use]
    pub fn summary_count(&self) -> u16 {
        let counts: &[bool] = match &self.stage {
            Stage::Plan(Some(plan)) => &[
                plan.file_count > 0,
                plan.merge_count > 0 || plan.move_count > 0,
                plan.rename_count > 0,
                plan.unproven_count > 0,
                plan.idle_count > 0,
                plan.line_count > 0,
            ],
            Stage::Report(report) => &[
                report.file_count > 0,
                report.merge_count > 0 || report.move_count > 0,
                report.rename_count > 0,
                report.failed_count > 0,
                report.left_count > 0,
            ],
            Stage::Review | Stage::Keys | Stage::Plan(None) | Stage::Working { .. } => &[],
        };
        u16::try_from(counts.iter().filter(|count| **count).count()).unwrap_or(0).max(1)
    }

    fn receive_head(&mut self, head: DedupeHead) {
        if self.generation() != head.generation {
            self.groups.renew();
            if let Some(focus) = head.focus {
                self.group.at = focus;
            }
        }
        self.head = Some(head);
    }

    fn show_lines(&mut self) {
        self.lines.forget();
        self.line = Cursor::default();
    }
}
