//! Folders of the target: made when something is to go into them, waited for by what is. Part of the plan's machine; the
//! worker makes them and says how that went. What cannot be made takes what is below it along, each counted once.

use super::item::{FileId, FileTransfer, FolderId, FolderState, Item, Replaces};
use super::{Action, HANDED_OUT, Plan};
use crate::message::{Note, Problem, Task};

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    /// A folder is there: what waited for it goes on.
    pub fn folder_made(&mut self, id: FolderId, target: T) {
        self.open -= 1;
        self.folder_mut(id).state = FolderState::Ready(target);
        self.report.made_count += 1;
        self.note(self.folder(id).path.clone(), 0, Note::FolderMade);
        if !self.is_stopped() {
            for item in std::mem::take(&mut self.folder_mut(id).waiting) {
                match item {
                    Item::Folder(child) => self.make_folder(child),
                    Item::File(file) => self.place_file(file),
                }
            }
        }
    }

    /// A folder cannot be made: nor can what is to go into it.
    pub fn folder_failed(&mut self, id: FolderId, problem: &Problem) {
        self.open -= 1;
        self.fail_folder(id, problem);
    }

    /// A file is to be copied: it counts, and goes on its way as soon as its folder is there.
    pub(super) fn want_file(&mut self, id: FileId) {
        let file = self.file(id);
        let (size, path) = (file.size, self.path_of(file));
        self.summary.file_count += self.file(id).count;
        self.summary.bytes += size;
        self.need_folder(self.file(id).folder);
        if self.options.dry_run {
            let is_move = matches!(self.options.task, Task::Move { .. });
            let note = match (is_move, &self.file(id).replaces) {
                (true, _) => Note::WouldMove,
                (false, Some(_)) => Note::WouldReplace,
                (false, None) => Note::WouldCopy,
            };
            self.note(path, size, note);
            self.forget(id);
        } else {
            self.ahead.count += 1;
            self.ahead.bytes += size;
            self.place_file(id);
        }
    }

    /// Returns the next transfer, unless enough are on their way.
    pub(super) fn next_transfer(&mut self) -> Option<Action<S, T>> {
        if self.on_way >= HANDED_OUT {
            return None;
        }
        let id = self.ready.pop_front()?;
        let file = self.file(id);
        let FolderState::Ready(folder) = &self.folder(file.folder).state else {
            unreachable!("a folder that is there stays there")
        };
        let transfer = FileTransfer {
            file: id,
            source: file.source.clone(),
            folder: folder.clone(),
            name: file.target_name().to_owned(),
            path: self.path_of(file),
            size: file.size,
            modified: file.modified,
            replaces: file.replaces.as_deref().cloned().unwrap_or(Replaces::Nothing),
        };
        self.leave_ahead(transfer.size);
        self.on_way += 1;
        Some(Action::Transfer(transfer))
    }

    /// All transfers are cancelled: also those that nobody has heard of. What is found later goes on.
    pub fn cancel_ahead(&mut self) {
        let mut cancelled: Vec<FileId> = self.ready.drain(..).collect();
        for folder in &mut self.folders {
            folder.waiting.retain(|item| match item {
                Item::File(file) => {
                    cancelled.push(*file);
                    false
                }
                Item::Folder(_) => true,
            });
        }
        for id in cancelled {
            let file = self.file(id);
            let (path, size) = (self.path_of(file), file.size);
            self.leave_ahead(size);
            self.fail_cancelled(path, size);
            self.forget(id);
        }
    }

    const fn leave_ahead(&mut self, size: u64) {
        self.ahead.count -= 1;
        self.ahead.bytes -= size;
    }

    fn place_file(&mut self, id: FileId) {
        let file = self.file(id);
        match &self.folder(file.folder).state {
            FolderState::Ready(_) => self.ready.push_back(id),
            FolderState::Failed(problem) => {
                let (path, size, problem) = (self.path_of(file), file.size, problem.clone());
                self.leave_ahead(size);
                self.fail(path, size, problem);
                self.forget(id);
            }
            FolderState::Missing | FolderState::Making => {
                let folder = file.folder;
                self.folder_mut(folder).waiting.push(Item::File(id));
            }
        }
    }

    /// Something is to go into a folder: it is made, with what is missing above it.
    pub(super) fn need_folder(&mut self, id: FolderId) {
        if self.folder(id).state != FolderState::Missing {
            return;
        }
        self.folder_mut(id).state = FolderState::Making;
        self.summary.folder_count += 1;
        if let Some(parent) = self.folder(id).parent {
            self.need_folder(parent);
        }
        if self.options.dry_run {
            self.note(self.folder(id).path.clone(), 0, Note::WouldMakeFolder);
        } else {
            self.make_folder(id);
        }
    }

    fn make_folder(&mut self, id: FolderId) {
        let Some(above) = self.folder(id).parent else { return };
        match self.folder(above).state.clone() {
            FolderState::Ready(parent) => {
                let name = self.folder(id).name.clone();
                self.actions.push_back(Action::MakeFolder { folder: id, parent, name });
            }
            FolderState::Failed(problem) => self.fail_folder(id, &problem),
            FolderState::Missing | FolderState::Making => {
                self.folder_mut(above).waiting.push(Item::Folder(id));
            }
        }
    }

    pub(super) fn fail_folder(&mut self, id: FolderId, problem: &Problem) {
        self.folder_mut(id).state = FolderState::Failed(problem.clone());
        self.fail(self.folder(id).path.clone(), 0, problem.clone());
        for item in std::mem::take(&mut self.folder_mut(id).waiting) {
            match item {
                Item::Folder(child) => self.fail_folder(child, problem),
                Item::File(file) => self.place_file(file),
            }
        }
    }

    pub(super) fn failed_above(&self, id: FolderId) -> Option<Problem> {
        match &self.folder(self.folder(id).parent?).state {
            FolderState::Failed(problem) if self.folder(id).state == FolderState::Missing => {
                Some(problem.clone())
            }
            FolderState::Failed(_) | FolderState::Missing | FolderState::Making | FolderState::Ready(_) => {
                None
            }
        }
    }
}
