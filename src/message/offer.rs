//! Completion of typed paths at the border: what a text may be meant to become. The worker works it out from disk or
//! tree, the screen lists it below what is typed.

use serde::{Deserialize, Serialize};

use crate::entry::{EntryKey, Location};

/// What a typed path may be completed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The whole text then; folders end in `/`, accounts in `:`.
    pub text: String,
    /// What is added to the folder that was typed. Escape before drawing.
    pub name: String,
    /// What tells it from others of the same name; mostly empty. Escape before drawing.
    pub remark: String,
    /// The folder to show for it, exactly, whatever characters its name has.
    pub location: Location,
    /// Where the cursor is to stand there, for a file.
    pub focus: Option<EntryKey>,
}

/// What a typed text may become.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// The first of them in order, folders before files; so many as a screen could show.
    pub offers: Vec<Offer>,
    /// How many there are in all.
    pub count: u64,
    /// As much as all of them have in common; at least what was typed.
    pub common: String,
    /// Why there are none, in a few words; empty where they are simply none.
    pub remark: String,
}
