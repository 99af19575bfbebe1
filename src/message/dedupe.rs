//! The duplicates review at the border: a front end has a place looked through ([`DedupeCommand::Survey`]), asks for ranges
//! of what was found, says what is to become of each group, sees the plan, and has it carried out. Made by
//! `worker::reviewing`, shown by the dedupe screen. Groups and members are numbered within a generation; however many
//! there are, only ranges of them cross.

mod group;
mod plan;

use serde::{Deserialize, Serialize};

use super::conflict::DiffLine;
use super::problem::Problem;
use crate::entry::Location;
pub use group::{
    Differing, GroupDecision, GroupKind, GroupProof, GroupRow, MemberFate, MemberRow, MemberVerdict,
};
pub use plan::{DedupePlan, DedupeReport, StepKind, StepLine};

/// What a front end asks about duplicates. There is one review at a time; a new survey takes the place of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DedupeCommand {
    /// Look through a folder of the cloud and all below it: [`DedupeEvent::Head`], again and again until it is ready, and
    /// whenever something changes. What was decided of these groups before still holds.
    Survey {
        /// The folder.
        place: Location,
        /// What counts as a duplicate.
        kind: DuplicateKind,
        /// The order of the groups.
        order: GroupOrder,
    },
    /// Send groups `start .. start + count`, now and whenever they change: [`DedupeEvent::Groups`].
    Groups {
        /// First group, from 0.
        start: u64,
        /// How many; fewer come at the end.
        count: u32,
    },
    /// Send members of a group, now and whenever they change: [`DedupeEvent::Members`].
    Members {
        /// The group.
        group: u64,
        /// First member, from 0.
        start: u64,
        /// How many; fewer come at the end.
        count: u32,
    },
    /// Say what is to become of a group.
    Decide {
        /// The generation that the number is of; of an older one nothing is decided.
        generation: u64,
        /// The group.
        group: u64,
        /// What becomes of it.
        choice: GroupChoice,
    },
    /// Say what is to become of all groups that are open. Only what is proven is decided; the rest stays open.
    DecideRest(RestChoice),
    /// Read the members of a group that may be equal, and prove that they are, or that they are not.
    Prove {
        /// The generation that the number is of.
        generation: u64,
        /// The group.
        group: u64,
    },
    /// Read copies below a folder of the disk, and prove by them what of all groups is in doubt; nothing is downloaded.
    ProveLocally(Location),
    /// Compare the lines of a member with those of the one that stays: [`DedupeEvent::Compared`].
    Compare {
        /// The generation that the numbers are of.
        generation: u64,
        /// The group.
        group: u64,
        /// The member.
        member: u64,
    },
    /// Work out what the decisions come to: [`DedupeEvent::Plan`].
    Plan,
    /// Send lines `start .. start + count` of the plan, or of the report once there is one: [`DedupeEvent::Lines`].
    Lines {
        /// First line, from 0.
        start: u64,
        /// How many; fewer come at the end.
        count: u32,
    },
    /// Do what the plan says: [`DedupeEvent::Progress`], then [`DedupeEvent::Report`]. Where the account has changed so
    /// that more would have to be done than was shown, nothing is, and the new plan comes.
    CarryOut,
    /// Stop what runs: reading, or the plan after the changes that are under way.
    Stop,
    /// Forget what was found; the decisions are kept. What is being carried out goes on.
    Leave,
}

/// What counts as a duplicate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DuplicateKind {
    /// Equal names in one folder: files, folders, or both.
    #[default]
    Names,
    /// Equal contents anywhere.
    Contents,
    /// Names in one folder that differ only by case or Unicode form.
    Forms,
}

/// The order of groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupOrder {
    /// The one that can make most free first.
    #[default]
    Size,
    /// By path.
    Path,
}

/// Which member of a group stays, by a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DedupeRule {
    /// What came first to the cloud.
    First,
    /// The one changed last.
    Newest,
    /// The one changed first.
    Oldest,
    /// The one with the most bytes.
    Largest,
    /// The one with the fewest bytes.
    Smallest,
}

/// What is to become of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupChoice {
    /// A rule keeps one. Of equal contents elsewhere only what is proven goes.
    Rule(DedupeRule),
    /// All stay, under names of their own.
    Rename,
    /// Folders of one name become one.
    Merge,
    /// Nothing happens to it.
    Leave,
    /// This member, by number, stays or goes: the other way round than before.
    Toggle(u64),
    /// It is to be decided anew.
    Open,
}

/// What is to become of all groups that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RestChoice {
    /// Of each content that is proven equal the rule keeps one.
    Rule(DedupeRule),
    /// Files of one name get names of their own.
    Rename,
    /// Folders of one name become one.
    Merge,
}

/// What a front end is told of a review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DedupeEvent {
    /// What stands above the groups.
    Head(DedupeHead),
    /// Groups from `start` on.
    Groups {
        /// Rows of an older generation than the head's are to be thrown away.
        generation: u64,
        /// Number of the first.
        start: u64,
        /// The groups.
        rows: Vec<GroupRow>,
    },
    /// Members of a group from `start` on.
    Members {
        /// As for groups.
        generation: u64,
        /// The group.
        group: u64,
        /// Number of the first.
        start: u64,
        /// The members.
        rows: Vec<MemberRow>,
    },
    /// What was asked cannot be, in a sentence.
    Refused(String),
    /// What the decisions come to.
    Plan(DedupePlan),
    /// Lines of the plan or the report from `start` on.
    Lines {
        /// Of the report, not of the plan.
        is_report: bool,
        /// Number of the first.
        start: u64,
        /// The lines.
        lines: Vec<StepLine>,
    },
    /// How far the plan is carried out.
    Progress {
        /// Steps that are over.
        done_count: u64,
        /// All of them.
        count: u64,
    },
    /// What became of the plan.
    Report(DedupeReport),
    /// The lines in which two members differ.
    Compared {
        /// Where the one that stays is, and the other one.
        paths: [String; 2],
        /// The lines, or why they cannot be compared.
        lines: Result<Vec<DiffLine>, Problem>,
    },
}

/// What stands above the groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DedupeHead {
    /// Grows whenever groups come, go, or change places.
    pub generation: u64,
    /// The folder that was looked through.
    pub place: Location,
    /// It as people write it. Escape before drawing.
    pub title: String,
    /// What counts as a duplicate.
    pub kind: DuplicateKind,
    /// The order of the groups.
    pub order: GroupOrder,
    /// How far it is.
    pub state: SurveyState,
    /// Groups.
    pub group_count: u64,
    /// Bytes that all groups make free if one of each stays.
    pub spare_bytes: u64,
    /// Of these, what is proven to be there twice.
    pub proven_bytes: u64,
    /// Groups that something was decided of.
    pub decided_count: u64,
    /// Bytes that the decisions make free.
    pub decided_bytes: u64,
    /// Groups whose decision was dropped just now, because others have changed their members.
    pub dropped_count: u64,
    /// Where the group now stands whose members were asked for last.
    pub focus: Option<u64>,
    /// What is being read to prove contents equal.
    pub proving: Option<Proving>,
}

/// How far a survey is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SurveyState {
    /// The account is being opened.
    Waiting,
    /// The groups are there.
    Ready,
    /// There is nothing to look through.
    Failed(Problem),
}

/// A content that is being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proving {
    /// Its path.
    pub path: String,
    /// Bytes of all that is to be read so far.
    pub done: u64,
    /// All of them.
    pub bytes: u64,
}
