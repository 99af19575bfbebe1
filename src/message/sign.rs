//! Signs at the border: what a comparison of two shown folders has found of each row. The worker gives them, the panes
//! draw them; they go when either folder changes.

use serde::{Deserialize, Serialize};

/// What was found of a row, as its own side sees it. Of a folder: of all that is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sign {
    /// Both have it, with the same size and time.
    Same,
    /// Both have it with the same size, but a side has no time, or it cannot be told which is meant.
    Unproven,
    /// The contents are proven equal.
    Proven,
    /// Both have it, and this side's is the newer one.
    Newer,
    /// Both have it, and the other side's is the newer one.
    Older,
    /// Both have it, and it differs.
    Different,
    /// The other side has nothing of this name.
    OnlyHere,
}

impl Sign {
    /// Returns whether the two sides are not known to be alike.
    #[must_use]
    pub const fn is_difference(self) -> bool {
        match self {
            Self::Newer | Self::Older | Self::Different | Self::OnlyHere => true,
            Self::Same | Self::Unproven | Self::Proven => false,
        }
    }
}

/// How many rows of a folder have which sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignCounts {
    /// Same size and time, or proven.
    pub same: u64,
    /// Same size, and no more known.
    pub unproven: u64,
    /// Both have them, and they differ.
    pub different: u64,
    /// Only this side has them.
    pub only_here: u64,
    /// Only the other side has them.
    pub only_there: u64,
    /// Whether all has been compared.
    pub is_complete: bool,
}

/// Rows that are meant by their signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignedRows {
    /// All that differ or that the other side lacks.
    Differing,
    /// Those that are newer here.
    Newer,
    /// Those that the other side lacks.
    OnlyHere,
}

impl SignedRows {
    /// Returns whether a row of this sign is meant.
    #[must_use]
    pub const fn means(self, sign: Sign) -> bool {
        match self {
            Self::Differing => sign.is_difference(),
            Self::Newer => matches!(sign, Sign::Newer),
            Self::OnlyHere => matches!(sign, Sign::OnlyHere),
        }
    }
}
