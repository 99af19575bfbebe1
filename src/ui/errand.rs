//! The [`Errand`]: a program of the user's that gets the terminal for a while, an editor or a shell for instance. `update` asks for
//! it by [`Effect::Run`](super::state::Effect::Run), the run loop has it run and tells how it ended; only whoever asked
//! knows what follows from that.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::config::UserProgram;
use crate::message::{EditId, RenamesId, ViewId};

/// A program that is to run in the terminal, and whom its end is told to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// What to run.
    pub program: OsString,
    /// Its arguments, each as it is: no shell reads them.
    pub arguments: Vec<OsString>,
    /// The folder that it runs in; `None` is the program's own.
    pub folder: Option<PathBuf>,
    /// Whom the end is told to.
    pub asker: Asker,
}

impl Errand {
    /// Makes an errand of a program of the user's, with one more argument: what it is to work on.
    #[must_use]
    pub fn on(program: &UserProgram, subject: impl Into<OsString>, asker: Asker) -> Self {
        let mut arguments = program.arguments.clone();
        arguments.push(subject.into());
        Self { program: program.name.clone(), arguments, folder: None, asker }
    }

    /// Makes an errand of the user's shell, in a folder.
    #[must_use]
    pub fn shell(shell: &UserProgram, folder: PathBuf) -> Self {
        let UserProgram { name, arguments } = shell.clone();
        Self { program: name, arguments, folder: Some(folder), asker: Asker::Shell }
    }
}

/// Whom the end of an errand is told to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The renaming of many entries.
    Renames(RenamesId),
    /// The edit of a file of the disk, in the folder that a view shows.
    LocalEdit {
        /// The file's name, for messages.
        name: String,
        /// The view.
        view: ViewId,
    },
    /// The edit of a file of the cloud.
    CloudEdit {
        /// The file's name, for messages.
        name: String,
        /// Its number at the border.
        edit: EditId,
    },
    /// The user, who wanted a shell.
    Shell,
}

/// How an errand ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrandEnd {
    /// The program ended well: its exit code is 0.
    Well,
    /// It ended with another exit code; `None` where a signal ended it.
    Badly(Option<i32>),
    /// It could not be started, and why.
    NotStarted(String),
}
