//! Where a copy puts what it would overwrite or delete in the cloud (`--backup-dir`): the same path below another folder of
//! the account, moved there without a byte; with `--suffix` alone the same folder, where it gets another name. The folders of that path are made when the first file goes into them, one
//! after the other, so that none is made twice; whatever is to go there waits meanwhile. On the disk it is the trash of
//! the copy that does this ([`Trash::Mirror`](crate::local::Trash)).

use std::collections::VecDeque;

use unicode_normalization::UnicodeNormalization;

use super::account::Account;
use super::actor::Actor;
use super::copying::CopyDone;
use super::ends::{descend, overlap};
use super::jobs::Done;
use super::problem;
use super::removal::End;
use super::scan::{Goal, Origin};
use crate::entry::{CloudFolder, Location};
use crate::handle::NodeHandle;
use crate::message::{BackupFolder, CopyId, Problem};
use crate::session::Session;
use crate::session::change::{Change, ChangeError, Outcome, Prepared, PutTarget};
use crate::transfer::plan::{FileEnd, FileTransfer, RemovalId, Removed, Replaces};
use crate::tree::Tree;

/// The backup folder of a copy, and what waits for a folder in it.
pub(crate) struct Backup {
    folder: CloudFolder,
    /// Folders below it that may be missing.
    below: Vec<String>,
    suffix: String,
    waiting: VecDeque<Aside>,
    is_making: bool,
}

/// Something of the target that is to go to the backup folder.
pub(super) enum Aside {
    /// What a file replaces; the file follows it.
    Replaced(FileTransfer<Origin, Goal>),
    /// What a sync deletes.
    Extra {
        /// Its number.
        removal: RemovalId,
        /// Path below the target folder.
        path: String,
        /// The file.
        node: NodeHandle,
    },
}

/// What a job brings that made a folder for a backup.
pub(crate) struct BackupFolderMade {
    attempt: u64,
    made: Result<Outcome, ChangeError>,
}

/// Where a file goes that makes way: the folder, and what is added to its name.
#[derive(Clone, Debug)]
pub(super) struct Depot {
    folder: NodeHandle,
    suffix: String,
}

impl Backup {
    /// Checks the backup folder of a copy to `target`, below which `missing` is still to be made.
    pub(super) fn new(
        wanted: BackupFolder,
        (account, tree): (&str, &Tree),
        (target, missing): (NodeHandle, &[String]),
        source: Option<NodeHandle>,
    ) -> Result<Self, Problem> {
        let BackupFolder { folder, below, suffix } = wanted;
        let Location::Cloud { account: owner, folder } = folder else {
            return Err(problem::backup_elsewhere());
        };
        if owner != account {
            return Err(problem::backup_elsewhere());
        }
        let (at, rest) = descend(account, tree, folder, below.clone())?;
        let is_in_place = !suffix.is_empty() && (at, &rest[..]) == (target, missing);
        for (end, missing, word) in [(Some(target), missing, "target"), (source, &[][..], "source")] {
            if !is_in_place && end.is_some_and(|end| overlap(tree, (at, &rest), (end, missing))) {
                return Err(problem::backup_overlaps(word));
            }
        }
        Ok(Self { folder, below, suffix, waiting: VecDeque::new(), is_making: false })
    }

    /// Returns where something that waits goes, or where the first missing folder is to be made.
    fn place(&self, account: &str, tree: &Tree, path: &str) -> Result<(NodeHandle, Vec<String>), Problem> {
        let mut below = self.below.clone();
        if let Some((above, _name)) = path.rsplit_once('/') {
            below.extend(above.split('/').map(str::to_owned));
        }
        descend(account, tree, self.folder, below)
    }
}

impl Aside {
    fn path(&self) -> &str {
        match self {
            Self::Replaced(file) => &file.path,
            Self::Extra { path, .. } => path,
        }
    }
}

impl Actor {
    /// Returns whether a copy puts aside in the cloud what makes way.
    pub(super) fn backs_up(&self, id: CopyId) -> bool {
        self.copies.get(&id).is_some_and(|copy| copy.backup.is_some())
    }

    /// Puts something of the target aside as soon as there is a folder for it.
    pub(super) fn put_aside(&mut self, id: CopyId, aside: Aside) {
        if let Some(backup) = self.copies.get_mut(&id).and_then(|copy| copy.backup.as_mut()) {
            backup.waiting.push_back(aside);
        }
        self.drive_backup(id);
    }

    /// Takes a folder that was made for what waits.
    pub(super) fn backup_folder_made(&mut self, id: CopyId, done: BackupFolderMade) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        let name = copy.account.clone();
        let Some(backup) = &mut copy.backup else { return };
        backup.is_making = false;
        match done.made {
            Ok(outcome) => {
                if let Some(account) = self.accounts.get_mut(&name) {
                    account.apply(outcome.updates);
                }
                self.account_changed(&name);
            }
            Err(error) => {
                let failed = backup.waiting.pop_front();
                let problem = problem::of_change("make a folder in the backup", &error);
                if matches!(error, ChangeError::Api(crate::api::error::ApiError::SessionEnded)) {
                    self.session_ended(&name, done.attempt);
                }
                if let Some(failed) = failed {
                    self.not_put_aside(id, failed, Some(problem));
                }
            }
        }
        self.drive_backup(id);
        self.drive_copy(id);
    }

    /// Lets go of what has its folder, in order, and makes the next one that is missing.
    pub(super) fn drive_backup(&mut self, id: CopyId) {
        loop {
            let Some(copy) = self.copies.get_mut(&id) else { return };
            let is_stopped = copy.plan.is_stopped();
            let Some(backup) = copy.backup.as_mut().filter(|backup| !backup.is_making) else { return };
            let Some(first) = backup.waiting.pop_front() else { return };
            if is_stopped {
                self.not_put_aside(id, first, None);
                continue;
            }
            let Some(tree) = self.accounts.get(&copy.account).and_then(|account| account.tree.as_deref())
            else {
                let problem = super::refusal::not_ready(&copy.account);
                self.not_put_aside(id, first, Some(problem));
                continue;
            };
            match backup.place(&copy.account, tree, first.path()) {
                Err(problem) => self.not_put_aside(id, first, Some(problem)),
                Ok((folder, missing)) => match missing.into_iter().next() {
                    None => {
                        let depot = Depot { folder, suffix: backup.suffix.clone() };
                        self.go_aside(id, first, depot);
                    }
                    Some(name) => {
                        backup.waiting.push_front(first);
                        backup.is_making = true;
                        return self.make_backup_folder(id, folder, name);
                    }
                },
            }
        }
    }

    fn go_aside(&mut self, id: CopyId, aside: Aside, depot: Depot) {
        match aside {
            Aside::Replaced(file) if self.is_inside(id) => self.copy_inside(id, &file, Some(&depot)),
            Aside::Replaced(file) if self.is_between(id) => self.copy_between(id, file, Some(depot)),
            Aside::Replaced(file) => self.add_transfer(id, file, Some(depot)),
            Aside::Extra { removal, path, node } => {
                let what = format!("move \"{path}\" into the backup folder");
                self.remove_node((id, removal), (End::Target, node), &what, Some(&depot));
            }
        }
    }

    /// Answers for what cannot be put aside: it stays, and nothing replaces it.
    fn not_put_aside(&mut self, id: CopyId, aside: Aside, problem: Option<Problem>) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        match aside {
            Aside::Replaced(file) => {
                copy.plan.file_ended(file.file, problem.map_or(FileEnd::Cancelled, FileEnd::Failed));
            }
            Aside::Extra { removal, .. } => {
                copy.making -= 1;
                copy.plan.removed(removal, problem.map_or(Removed::Kept, Removed::Failed));
            }
        }
    }

    fn make_backup_folder(&mut self, id: CopyId, parent: NodeHandle, name: String) {
        let account = self.copies.get(&id).and_then(|copy| self.accounts.get(&copy.account));
        let attempt = account.map_or(0, Account::attempt);
        let prepared = match account.and_then(Account::ready) {
            Some((session, tree)) => session
                .prepare(tree, Change::CreateFolder { parent, name })
                .map(|change| (session.clone(), self.journal_of_copy(id), change)),
            None => Err(ChangeError::Api(crate::api::error::ApiError::SessionEnded)),
        };
        let done = move |made| Done::Copy(id, CopyDone::BackupFolder(BackupFolderMade { attempt, made }));
        let broken = done(Err(ChangeError::Api(crate::api::error::ApiError::SessionEnded)));
        self.jobs.start_kept(broken, async move {
            done(match prepared {
                Ok((session, journal, change)) => session.commit(change, &journal).await,
                Err(error) => Err(error),
            })
        });
    }
}

impl Depot {
    /// Returns the changes that put a file there, in the same folder only under another name. An older one of that name goes
    /// to the rubbish bin. A node that has no longer the name `replaced` has made way in an earlier try.
    pub(super) fn take(
        &self,
        session: &Session,
        tree: &Tree,
        node: NodeHandle,
        replaced: Option<&str>,
    ) -> Result<Vec<Prepared>, ChangeError> {
        let &Self { folder: to, ref suffix } = self;
        let found = tree.node(node).ok_or(ChangeError::Gone(node))?;
        let from = found.parent().ok_or_else(|| ChangeError::Fixed { name: found.label() })?;
        let is_in_place = from == to;
        let has_its_name = || replaced.is_none_or(|name| found.name().is_some_and(|own| is_same(own, name)));
        if is_in_place && (suffix.is_empty() || !has_its_name()) {
            return Ok(Vec::new()); // an earlier try has put it there
        }
        let mut changes = Vec::new();
        if let Some(name) = found.name() {
            let is_file = |other: &NodeHandle| tree.node(*other).is_some_and(|node| node.is_file());
            let older = tree.named(to, &format!("{name}{suffix}")).into_iter().filter(is_file);
            changes.extend(older.map(|node| Change::Trash { node, from: to }));
        }
        changes.extend((!is_in_place).then_some(Change::Move { node, from, to }));
        if let Some(name) = found.name().filter(|_| !suffix.is_empty()) {
            changes.push(Change::Rename { node, from: name.to_owned(), to: format!("{name}{suffix}") });
        }
        changes.into_iter().map(|change| session.prepare(tree, change)).collect()
    }

    /// Returns where an upload goes that what it replaces makes way for.
    pub(super) fn then_put(
        &self,
        (session, tree): (&Session, &Tree),
        folder: NodeHandle,
        file: &FileTransfer<Origin, Goal>,
    ) -> Result<PutTarget, ChangeError> {
        let put = session.prepare_put(tree, folder, &file.name, None)?;
        let first = replaced(file)
            .map_or_else(|| Ok(Vec::new()), |old| self.take(session, tree, old, Some(&file.name)))?;
        Ok(PutTarget { first, ..put })
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.nfc().eq(other.nfc())
}

/// The node that a file of the cloud replaces, if any.
pub(super) const fn replaced(file: &FileTransfer<Origin, Goal>) -> Option<NodeHandle> {
    match &file.replaces {
        Replaces::Version(Goal::Node(old))
        | Replaces::Beginning(Goal::Node(old))
        | Replaces::ToBin(Goal::Node(old)) => Some(*old),
        Replaces::Nothing
        | Replaces::Version(Goal::Disk(_))
        | Replaces::Beginning(Goal::Disk(_))
        | Replaces::ToBin(Goal::Disk(_)) => None,
    }
}
