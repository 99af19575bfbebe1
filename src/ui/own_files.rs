//! [`OwnFiles`]: the demo's promise. Its server is made up, the disk is not: before its first change of local files that
//! it has not made itself, the user is asked once, whatever dialog has asked about the change already.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::dialog::confirm::{Answer, Question};
use super::pane::Pane;
use crate::entry::Location;
use crate::message::{Command, CopyId, DeletionId, RenamesId, Selection, Task};

/// What has to be asked about; it is dropped once the user has said yes.
#[derive(Debug)]
pub struct OwnFiles {
    /// The folder of files that are not the user's own.
    made: PathBuf,
    /// Where the planned copies go, and the moves come from.
    ends: BTreeMap<CopyId, Vec<Location>>,
    /// What the counted deletions are about.
    deletions: BTreeMap<DeletionId, Location>,
    /// Where the renamings happen.
    renames: BTreeMap<RenamesId, Location>,
}

impl OwnFiles {
    /// Asks about everything on the disk but what is below `made`.
    #[must_use]
    pub const fn outside(made: PathBuf) -> Self {
        Self { made, ends: BTreeMap::new(), deletions: BTreeMap::new(), renames: BTreeMap::new() }
    }

    /// Takes the commands from `start` on back if one of them changes the user's files, and returns the question whose
    /// yes sends them.
    pub(super) fn ask(
        &mut self,
        panes: &[Pane; 2],
        start: usize,
        commands: &mut Vec<Command>,
    ) -> Option<Question> {
        for command in commands.iter().skip(start) {
            if let Command::PlanCopy { copy, request } = command
                && !matches!(request.options.task, Task::Check { .. })
                && !request.options.dry_run
            {
                let is_move = matches!(request.options.task, Task::Move { .. });
                let from = folder_of(&request.selection, panes).filter(|_| is_move);
                self.ends.insert(*copy, from.cloned().into_iter().chain([request.target.clone()]).collect());
            }
            if let Command::WriteNames { renames, selection } = command {
                self.renames.extend(folder_of(selection, panes).map(|place| (*renames, place.clone())));
            }
            if let Command::PlanDeletion { deletion, selection } = command {
                self.deletions.extend(folder_of(selection, panes).map(|place| (*deletion, place.clone())));
            }
        }
        let place = commands.iter().skip(start).find_map(|command| self.changed(command, panes))?;
        let (asked, held) =
            commands.split_off(start).into_iter().partition(|c| matches!(c, Command::WhenAnswered { .. }));
        commands.extend::<Vec<_>>(asked);
        Some(question(&place, held))
    }

    /// Returns the user's folder that a command changes.
    fn changed(&self, command: &Command, panes: &[Pane; 2]) -> Option<PathBuf> {
        let places = match command {
            Command::StartCopy { copy } => self.ends.get(copy).into_iter().flatten().map(Some).collect(),
            Command::Delete { deletion } => vec![self.deletions.get(deletion)],
            Command::StartRenames { renames } => vec![self.renames.get(renames)],
            Command::CreateFolder { parent, .. } | Command::Rename { parent, .. } => vec![Some(parent)],
            Command::Trash { selection } => vec![folder_of(selection, panes)],
            Command::MoveInside { selection, target } => vec![folder_of(selection, panes), Some(target)],
            Command::ListAccounts
            | Command::Login(_)
            | Command::Unlock { .. }
            | Command::Logout { .. }
            | Command::Open { .. }
            | Command::OpenParent { .. }
            | Command::OpenPath { .. }
            | Command::OpenChild { .. }
            | Command::OpenKept { .. }
            | Command::ChangeBookmarks(_)
            | Command::RestoreScreen
            | Command::KeepScreen(_)
            | Command::Search { .. }
            | Command::EndSearch
            | Command::Usage(_)
            | Command::EndUsage
            | Command::CompareFolders { .. }
            | Command::EndComparison
            | Command::FindDifference { .. }
            | Command::Complete { .. }
            | Command::Close { .. }
            | Command::Refresh { .. }
            | Command::Rows { .. }
            | Command::Focus { .. }
            | Command::Arrange { .. }
            | Command::Mark { .. }
            | Command::Find { .. }
            | Command::WhenAnswered { .. }
            | Command::Undo(_) // of what was allowed before
            | Command::PlanDeletion { .. }
            | Command::DropDeletion { .. }
            | Command::Restore { .. }
            | Command::ListChanges
            | Command::Examine { .. }
            | Command::Sharing(_)
            | Command::Versions(_)
            | Command::WriteNames { .. }
            | Command::ReadNames { .. }
            | Command::DropRenames { .. }
            | Command::PlanCopy { .. }
            | Command::CancelCopy { .. }
            | Command::ContinueCopy { .. } // the demo keeps none
            | Command::DiscardUnfinished { .. }
            | Command::Resolve { .. }
            | Command::Compare { .. }
            | Command::Content { .. }
            | Command::Dedupe(_)
            | Command::Measure { .. }
            | Command::Edit { .. }
            | Command::Transfers(_)
            | Command::DescribeTransfer { .. }
            | Command::RetryNow { .. }
            | Command::Quit => Vec::new(),
        };
        places.into_iter().flatten().find_map(|place| match place {
            Location::Local(path) if !path.starts_with(&self.made) => Some(path.clone()),
            Location::Local(_) | Location::Cloud { .. } => None,
        })
    }
}

/// Returns what a no sends in place of the commands that were held back.
pub(super) fn refusal(held: &[Command]) -> Vec<Command> {
    let copies = held.iter().filter_map(|command| match command {
        Command::StartCopy { copy } => Some(Command::CancelCopy { copy: *copy }),
        Command::Delete { deletion } => Some(Command::DropDeletion { deletion: *deletion }),
        Command::StartRenames { renames } => Some(Command::DropRenames { renames: *renames }),
        _ => None,
    });
    copies.collect()
}

fn folder_of<'a>(selection: &'a Selection, panes: &'a [Pane; 2]) -> Option<&'a Location> {
    match selection {
        Selection::Marked(view) => panes.iter().find(|pane| pane.view == *view)?.location(),
        Selection::Entries { parent, .. } => Some(parent),
        Selection::Contents(folder) => Some(folder),
    }
}

fn question(place: &std::path::Path, held: Vec<Command>) -> Question {
    Question {
        title: "Your own files".to_owned(),
        text: vec![
            format!("The server of this demo is made up, but {} is a real folder of yours.", place.display()),
            "From here on the demo changes files on this computer; what it replaces or deletes goes to the trash."
                .to_owned(),
        ],
        yes: "Go on",
        key: 'y',
        answer: Answer::OwnFiles(held),
    }
}
