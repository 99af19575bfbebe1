//! [`UndoRecord`]: one change as the undo journal has it, and the lines of the file that say so. The journal writes the
//! lines, `history` reads the records. What makes no sense is passed over here.

use std::collections::HashMap;
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A number in the journal, of a record or a group: random, so that processes need not ask each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UndoId(pub u64);

impl fmt::Display for UndoId {
    /// As people type it: hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl FromStr for UndoId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

/// A change as the journal has it.
#[derive(Clone, Debug, PartialEq)]
pub struct UndoRecord {
    /// Its number.
    pub id: UndoId,
    /// When it was about to be sent, Unix seconds.
    pub begun: i64,
    /// What it was.
    pub change: Value,
    /// The group that it was made in, if any.
    pub group: Option<UndoId>,
    /// The record that it takes back, if any.
    pub takes_back: Option<UndoId>,
    /// How it ended.
    pub end: UndoEnd,
    /// Those who made it have not said so themselves, and may yet.
    pub is_guessed: bool,
}

/// How a change ended.
#[derive(Clone, Debug, PartialEq)]
pub enum UndoEnd {
    /// Nobody wrote it down: the process or the line broke after it was sent, or it is on its way now. It may have
    /// happened or not.
    Unknown,
    /// The server refused it: nothing to undo.
    Refused,
    /// It happened, and this takes it back.
    Undoable(Value),
    /// It happened, and nothing takes it back.
    Final,
}

/// What the changes of a group are to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// Something that the user did.
    Doing,
    /// Something done before was taken back.
    Undoing,
    /// Something taken back was done again.
    Redoing,
}

/// A group as its line has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupHead {
    pub(super) id: UndoId,
    /// When it was asked for, Unix time in nanoseconds: what was last is known across journals by it.
    pub(super) at: i64,
    pub(super) label: String,
    pub(super) of: GroupKind,
    /// Another journal may have a part of it; journals of before do not say.
    #[serde(default = "may_be")]
    pub(super) shared: bool,
}

const fn may_be() -> bool {
    true
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Line {
    Group(GroupHead),
    Begin {
        id: UndoId,
        at: i64,
        change: Value,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<UndoId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        takes_back: Option<UndoId>,
    },
    End {
        id: UndoId,
        happened: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inverse: Option<Value>,
        /// Somebody has looked afterwards: those who made the change know better.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        guessed: bool,
    },
}

/// What the lines say, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) groups: Vec<GroupHead>,
    pub(super) records: Vec<UndoRecord>,
}

impl Contents {
    /// Reads lines; a group's line may stand there more than once.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut contents = Self::default();
        let mut by_id: HashMap<UndoId, usize> = HashMap::new();
        for line in text.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
            match line {
                Line::Group(head) => contents.groups.push(head),
                Line::Begin { id, at, change, group, takes_back } => {
                    by_id.insert(id, contents.records.len());
                    let (begun, end, is_guessed) = (at, UndoEnd::Unknown, true);
                    let record = UndoRecord { id, begun, change, group, takes_back, end, is_guessed };
                    contents.records.push(record);
                }
                Line::End { id, happened, inverse, guessed } => {
                    let record = by_id.get(&id).and_then(|&at| contents.records.get_mut(at));
                    let Some(record) = record.filter(|record| record.is_guessed || !guessed) else {
                        continue;
                    };
                    record.is_guessed = guessed;
                    record.end = match (happened, inverse) {
                        (true, Some(inverse)) => UndoEnd::Undoable(inverse),
                        (true, None) => UndoEnd::Final,
                        (false, _) => UndoEnd::Refused,
                    };
                }
            }
        }
        contents
    }
}
