//! [`CheckFinding`]: what a check found of one file, out of all that a [`Note`] can say. The command line's lists, the check
//! page and the signs in the panes are made of it; what is done about it is theirs.

use super::copy::Note;
use super::problem::Problem;

/// What a check found of one file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CheckFinding<'n> {
    /// The contents are proven equal.
    Identical,
    /// The sizes agree, which is all that was asked.
    SameSize,
    /// The two differ.
    Different {
        /// Whether the sizes do.
        in_size: bool,
    },
    /// Only the source has it.
    OnlySource,
    /// Only the target has it.
    OnlyTarget,
    /// So many entries have this name: none was compared.
    EqualNames(u32),
    /// It could not be compared.
    Unchecked(&'n Problem),
    /// It is neither a file nor a folder.
    PassedOver,
}

impl<'n> CheckFinding<'n> {
    /// Returns what a note says of a check; `None` for those that are about something else.
    #[must_use]
    pub const fn of(note: &'n Note) -> Option<Self> {
        Some(match note {
            Note::Identical => Self::Identical,
            Note::SameSize => Self::SameSize,
            Note::Differs { in_size } => Self::Different { in_size: *in_size },
            Note::MissingInTarget => Self::OnlySource,
            Note::MissingInSource => Self::OnlyTarget,
            Note::EqualNames { count } => Self::EqualNames(*count),
            Note::Skipped(problem) | Note::Failed(problem) => Self::Unchecked(problem),
            Note::PassedOver(_) => Self::PassedOver,
            Note::CopiedNew
            | Note::CopiedReplaced
            | Note::CopiedInside
            | Note::MovedInside
            | Note::SourceRemoved
            | Note::Deleted
            | Note::PutAside
            | Note::WouldMove
            | Note::WouldDelete
            | Note::WouldCopy
            | Note::WouldReplace
            | Note::FolderMade
            | Note::WouldMakeFolder
            | Note::Same
            | Note::LeftAlone
            | Note::SetAside
            | Note::Filtered
            | Note::StartedOver(_) => return None,
        })
    }
}
