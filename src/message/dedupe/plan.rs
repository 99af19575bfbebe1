//! What the decisions of a review come to, before ([`DedupePlan`]) and after ([`DedupeReport`]), and the steps of either as
//! lines. Made by `worker::reviewing`, drawn by the dedupe screen.

use serde::{Deserialize, Serialize};

use crate::message::Problem;

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
    /// What takes all of it back, for [`UndoRequest::group`](crate::message::UndoRequest::group).
    pub undo: Option<u64>,
}
