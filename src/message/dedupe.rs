//! The duplicates review at the border: a front end has a place looked through ([`DedupeCommand::Survey`]), asks for ranges
//! of what was found, says what is to become of each group, sees the plan, and has it carried out. Made by
//! `worker::reviewing`, shown by the dedupe screen. Groups and members are numbered within a generation; however many
//! there are, only ranges of them cross.

use serde::{Deserialize, Serialize};

use super::conflict::DiffLine;
use super::problem::Problem;
use crate::entry::Location;
use crate::handle::NodeHandle;

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

/// A group as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Whose names or contents are equal.
    pub kind: GroupKind,
    /// The name. Escape before drawing.
    pub name: String,
    /// The folder that they are in, as a path; of contents that stand all over, that of the first.
    pub folder: String,
    /// Members.
    pub member_count: u64,
    /// What is known of their contents.
    pub proof: GroupProof,
    /// Bytes that it makes free if one stays.
    pub spare_bytes: u64,
    /// What is to become of it.
    pub decision: GroupDecision,
}

/// Whose names or contents are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupKind {
    /// Files of one name.
    Files,
    /// Folders of one name.
    Folders,
    /// A file and a folder of one name.
    Mixed,
    /// Names that are one on other disks.
    Form,
    /// Files of one content, or perhaps of one.
    Content,
}

/// What is known of the contents of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupProof {
    /// All are one, proven.
    Identical,
    /// Some are one, proven; others are not, or not known to be.
    Partly,
    /// Perhaps they are one.
    Candidates,
    /// No two are one.
    Different,
    /// It is no question of contents.
    None,
}

/// What is to become of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupDecision {
    /// Nothing was decided.
    Open,
    /// Nothing happens to it.
    Leave,
    /// So many go.
    Remove {
        /// How many go to the rubbish bin.
        count: u64,
        /// Bytes that this makes free.
        bytes: u64,
        /// By this rule; by hand where there is none.
        rule: Option<DedupeRule>,
    },
    /// All get names of their own.
    Rename,
    /// The folders become one.
    Merge,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Its handle.
    pub node: NodeHandle,
    /// The folder that it is in.
    pub parent: Location,
    /// Its name. Escape before drawing.
    pub name: String,
    /// Its path in the account. Escape before drawing.
    pub path: String,
    /// Files in it, for a folder.
    pub file_count: Option<u64>,
    /// Bytes; of a folder those of all files in it.
    pub size: u64,
    /// When its content was changed, Unix seconds, where that is known.
    pub modified: Option<i64>,
    /// When it came to the cloud, Unix seconds.
    pub uploaded: i64,
    /// Old versions behind it.
    pub version_count: u32,
    /// It has a public link.
    pub is_linked: bool,
    /// It is shared with others.
    pub is_shared: bool,
    /// How it compares with the one that stays.
    pub verdict: MemberVerdict,
    /// In what it differs from that one, but for its content.
    pub differing: Differing,
    /// What becomes of it.
    pub fate: MemberFate,
}

/// How a member compares with the one that stays, or with the first where nothing is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberVerdict {
    /// It is that one.
    Itself,
    /// The contents are equal, proven.
    Identical,
    /// Size and samples are equal, which proves nothing.
    SameFingerprint,
    /// The contents differ.
    Different,
    /// It cannot be read.
    Unreadable,
    /// Nothing is known.
    Unknown,
    /// It is a folder.
    Folder,
}

/// In what a member differs from the one that stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differing {
    /// In its size.
    pub size: bool,
    /// In the time of its last change.
    pub modified: bool,
    /// In its name.
    pub name: bool,
}

/// What becomes of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberFate {
    /// Nothing was decided.
    Open,
    /// It stays.
    Keep,
    /// It goes to the rubbish bin.
    Bin,
    /// It gets a name of its own.
    Rename,
    /// The others are merged into it.
    Target,
    /// What it holds is moved, and it goes once it is empty.
    Merge,
}

/// What the decisions come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DedupePlan {
    /// Files that go to the rubbish bin.
    pub file_count: u64,
    /// Bytes that this makes free once the bin is emptied, old versions counted.
    pub freed_bytes: u64,
    /// Of the files, those that are not proven to be equal to one that stays.
    pub unproven_count: u64,
    /// Folders that become part of another.
    pub merge_count: u64,
    /// Files and folders that are moved for it.
    pub move_count: u64,
    /// Files and folders that get another name.
    pub rename_count: u64,
    /// Decisions that do nothing: their groups stand in folders that are not to be merged, or may not be changed.
    pub idle_count: u64,
    /// Lines.
    pub line_count: u64,
    /// The account has changed since the plan was shown, and this is what it comes to now.
    pub is_changed: bool,
}

/// A step of a plan or a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLine {
    /// What is done.
    pub step: StepKind,
    /// To what: its path before. Escape before drawing.
    pub path: String,
    /// The folder that it goes into, or its new name. Escape before drawing.
    pub to: String,
    /// Bytes of a file that goes.
    pub size: u64,
    /// It is not proven to be equal to one that stays.
    pub is_unproven: bool,
    /// Why it was not done, in a report.
    pub problem: Option<Problem>,
}

/// What is done in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StepKind {
    /// A merge moves it.
    Move,
    /// An emptied folder goes.
    RemoveEmptied,
    /// A file goes to the rubbish bin.
    Trash,
    /// It gets another name.
    Rename,
}

/// What became of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DedupeReport {
    /// The account.
    pub account: String,
    /// Files that went to the rubbish bin.
    pub file_count: u64,
    /// Bytes that this makes free once the bin is emptied.
    pub freed_bytes: u64,
    /// Folders that became part of another.
    pub merge_count: u64,
    /// Files and folders that were moved for it.
    pub move_count: u64,
    /// Files and folders that have another name.
    pub rename_count: u64,
    /// Steps that were not done, with their reasons.
    pub failed_count: u64,
    /// Steps that were left because the user stopped.
    pub left_count: u64,
    /// Lines.
    pub line_count: u64,
    /// What takes all of it back, for [`UndoRequest::group`](super::UndoRequest::group).
    pub undo: Option<u64>,
}
