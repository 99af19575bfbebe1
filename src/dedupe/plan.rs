//! [`Plan`]: the steps that a survey's merges and decisions come to, in their order. The worker carries them out and checks
//! each against the account as it is by then; dry runs and the plan page show them.

use crate::handle::NodeHandle;

/// What is to be done, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// One change of one node each.
    pub steps: Vec<Step>,
    /// Bytes of the files that go to the bin, with their old versions.
    pub freed_bytes: u64,
}

/// A change of one node. Each names the folder that the node is in before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A merge moves it into the folder that stays.
    Move {
        /// File or folder.
        node: NodeHandle,
        /// Where it is.
        from: NodeHandle,
        /// Where it goes.
        to: NodeHandle,
    },
    /// A folder whose contents were merged goes to the rubbish bin, if nothing is in it.
    RemoveEmptied {
        /// The folder.
        node: NodeHandle,
        /// Where it is.
        folder: NodeHandle,
    },
    /// A file goes to the rubbish bin.
    Trash {
        /// The file.
        node: NodeHandle,
        /// Where it is.
        folder: NodeHandle,
    },
    /// It gets a name of its own.
    Rename {
        /// File or folder.
        node: NodeHandle,
        /// Where it is.
        folder: NodeHandle,
        /// The new name.
        name: String,
    },
}

impl Step {
    /// Returns the node that is changed.
    #[must_use]
    pub const fn node(&self) -> NodeHandle {
        match self {
            Self::Move { node, .. }
            | Self::RemoveEmptied { node, .. }
            | Self::Trash { node, .. }
            | Self::Rename { node, .. } => *node,
        }
    }

    /// Returns the folder that the node is in before.
    #[must_use]
    pub const fn folder(&self) -> NodeHandle {
        match self {
            Self::Move { from: folder, .. }
            | Self::RemoveEmptied { folder, .. }
            | Self::Trash { folder, .. }
            | Self::Rename { folder, .. } => *folder,
        }
    }
}

impl Plan {
    /// Returns the steps in waves: those of one can be sent together, once those of the waves before are done. Merges come
    /// first, then files, and the folders that are empty by then last.
    #[must_use]
    pub fn waves(&self) -> Vec<Vec<Step>> {
        let of = |wanted: fn(&Step) -> bool| self.steps.iter().filter(|step| wanted(step)).cloned().collect();
        let waves: [Vec<Step>; 3] = [
            of(|step| matches!(step, Step::Move { .. })),
            of(|step| matches!(step, Step::Trash { .. } | Step::Rename { .. })),
            of(|step| matches!(step, Step::RemoveEmptied { .. })),
        ];
        waves.into_iter().filter(|wave| !wave.is_empty()).collect()
    }

    /// Returns how many files and folders are moved.
    #[must_use]
    pub fn move_count(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Move { .. })).count()
    }

    /// Returns how many files go to the bin.
    #[must_use]
    pub fn trash_count(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Trash { .. })).count()
    }
}
