//! What a mover is given before it sets out: from where to where, under which key, and what becomes of the file that has
//! the name. `transfers` starts it with that; what cannot set out is refused here with a sentence.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::across::{self, Prepared};
use super::actor::Actor;
use super::comparison::file_key;
use super::copying::Copy;
use super::scan::{Goal, Origin};
use super::transfers::Moving;
use super::{foretold, problem};
use crate::api::error::ApiError;
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::local::{SafeName, Trash};
use crate::message::{CopyId, Problem, Task, TransferId};
use crate::session::Session;
use crate::session::change::{Change, ChangeError, PutTarget};
use crate::transfer::Progress;
use crate::transfer::across::Across;
use crate::transfer::download::{Download, Existing};
use crate::transfer::plan::{FileTransfer, Replaces};
use crate::transfer::upload::Upload;
use crate::tree::Tree;

impl Actor {
    /// Returns what an upload is to do.
    pub(super) fn prepare_upload(
        &self,
        moving: &Moving,
        folder: NodeHandle,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Upload, Problem> {
        let Moving { account, file, limits, undo_group, keep, .. } = moving;
        let what = moving.what();
        let refused = |error: ChangeError| problem::of_change(&what, &error);
        let session_ended = || refused(ChangeError::Api(ApiError::SessionEnded));
        let account = self.accounts.get(account).ok_or_else(session_ended)?;
        let (session, tree) = account.ready().ok_or_else(session_ended)?;
        let target = match &moving.depot {
            Some(depot) => depot.then_put((session, tree), folder, file),
            None => put_target((session, tree), folder, file),
        };
        let source = match &file.source {
            Origin::Disk(path) => path.clone().into(),
            Origin::Cloud(_) => self.relayed(moving).ok_or_else(session_ended)?,
            Origin::Picked => return Err(session_ended()),
        };
        Ok(Upload {
            session: session.clone(),
            source,
            target: target.map_err(refused)?,
            journal: account.journal.in_group(undo_group),
            keep: keep.clone(),
            limits: limits.clone(),
            progress,
            cancel,
        })
    }

    /// Refuses an upload whose name something got since the copy was planned, or is about to: another copy, another
    /// client.
    pub(super) fn require_free_name(&mut self, id: TransferId) -> Result<(), Problem> {
        let Some(moving) = self.moving.get(&id) else { return Ok(()) };
        let Moving { account, file, .. } = moving;
        let Goal::Node(folder) = file.folder else { return Ok(()) };
        if file.replaces != Replaces::Nothing {
            return Ok(());
        }
        let is_same = |other: &Moving| {
            other.run.is_some() && other.file.folder == file.folder && other.file.name == file.name
        };
        let is_coming = self.queue.running().iter().filter_map(|id| self.moving.get(id)).any(is_same);
        let account = self.accounts.get_mut(account);
        if is_coming || account.is_some_and(|account| account.has(folder, &file.name)) {
            return Err(problem::appeared(&moving.what()));
        }
        Ok(())
    }

    /// Where what makes way for a copy goes.
    fn trash_of(&self, copy: CopyId) -> Trash {
        self.copies.get(&copy).map_or_else(|| self.trash.clone(), |copy| copy.trash.clone())
    }

    /// Returns what a download is to do.
    pub(super) fn prepare_download(
        &self,
        moving: &Moving,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Download, Problem> {
        let Moving { account, file, limits, keep, .. } = moving;
        let what = moving.what();
        let session_ended = || problem::of_api(&what, &ApiError::SessionEnded);
        let account = self.accounts.get(account).ok_or_else(session_ended)?;
        let (session, tree) = account.ready().ok_or_else(session_ended)?;
        let (Origin::Cloud(CloudFolder::Node(node)), Goal::Disk(folder)) = (&file.source, &file.folder)
        else {
            return Err(session_ended());
        };
        let (key, size) = file_key(tree, *node).ok_or_else(|| problem::undecryptable(&file.path))?;
        let name = SafeName::from_cloud(&file.name).map_err(|error| problem::of_name(&file.path, &error))?;
        Ok(Download {
            session: session.clone(),
            node: *node,
            key,
            size,
            modified: file.modified,
            target: folder.join(&name),
            existing: self.existing(moving),
            witness: foretold::witness(self.disk_journal.in_group(&moving.disk_group)),
            keep: keep.clone(),
            limits: limits.clone(),
            progress,
            cancel,
        })
    }

    /// Returns what a copy from disk to disk is to do.
    pub(super) fn prepare_across(
        &self,
        moving: &Moving,
        progress: Arc<Progress>,
        cancel: CancellationToken,
    ) -> Result<Prepared, Problem> {
        let (source, target) = across::ends(&moving.file)?;
        let is_move = |copy: &Copy| matches!(copy.plan.task(), Task::Move { .. });
        let is_move = self.copies.get(&moving.copy).is_some_and(is_move);
        let journal = self.disk_journal.in_group(&moving.disk_group);
        let witness = if is_move {
            foretold::witness_of_move(journal, source.clone())
        } else {
            foretold::witness(journal)
        };
        let existing = self.existing(moving);
        let across = Across { source, target, existing, is_move, witness, progress, cancel };
        Ok(Prepared::new(across, &moving.file, moving.what()))
    }

    /// What becomes of the file on the disk that has the name.
    fn existing(&self, moving: &Moving) -> Existing {
        match moving.file.replaces {
            Replaces::Nothing => Existing::Fail,
            Replaces::Version(_) | Replaces::ToBin(_) => Existing::Trash(self.trash_of(moving.copy)),
            Replaces::Beginning(_) => Existing::Beginning(self.trash_of(moving.copy)),
        }
    }
}

/// Where an upload goes, and what becomes of the node that has its name.
fn put_target(
    (session, tree): (&Session, &Tree),
    folder: NodeHandle,
    file: &FileTransfer<Origin, Goal>,
) -> Result<PutTarget, ChangeError> {
    match &file.replaces {
        Replaces::Version(Goal::Node(old)) | Replaces::Beginning(Goal::Node(old)) => {
            session.prepare_put(tree, folder, &file.name, Some(*old))
        }
        Replaces::ToBin(Goal::Node(old)) => {
            let put = session.prepare_put(tree, folder, &file.name, None)?;
            let trash = session.prepare(tree, Change::Trash { node: *old, from: folder })?;
            Ok(PutTarget { then_trash: Some(Box::new(trash)), ..put })
        }
        Replaces::Nothing
        | Replaces::Version(Goal::Disk(_))
        | Replaces::Beginning(Goal::Disk(_))
        | Replaces::ToBin(Goal::Disk(_)) => session.prepare_put(tree, folder, &file.name, None),
    }
}
