//! Folders that a view is to show by something else than their place: a typed path, a name, or a handle and a path that
//! were kept. Where the list of an account is still on its way, what has come of it is looked at: a view stays where it
//! is until its folder is there.

use unicode_normalization::UnicodeNormalization;

use super::account::Account;
use super::actor::Actor;
use super::pane::{Pane, Wanted};
use super::problem::{self, unknown_account};
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{Event, Problem, ProblemKind, ViewId, ViewState};
use crate::tree::{PathError, Tree};

impl Actor {
    /// Shows a folder by its path in an account.
    pub(crate) fn open_path(&mut self, id: ViewId, typed: &str) {
        let Some((account, path)) = typed.split_once(':') else {
            let hint = "Write it as account:path.";
            let message = format!("\"{typed}\" names no account");
            return self.send(Event::Failed(Problem::new(ProblemKind::Usage, message, hint)));
        };
        let (account, path) = (account.to_owned(), path.to_owned());
        self.want(id, account.clone(), Wanted::Path { account, path });
    }

    /// Shows a folder that was kept.
    pub(crate) fn open_kept(&mut self, id: ViewId, location: Location, path: &str) {
        match location {
            Location::Cloud { account, folder: CloudFolder::Node(node) } => {
                let path = path.split_once(':').map_or_else(String::new, |(_, path)| path.to_owned());
                self.want(id, account.clone(), Wanted::Kept { account, node, path });
            }
            location => self.open(id, location, None),
        }
    }

    /// Shows the folder of a name in the folder that a view shows.
    pub(crate) fn open_child(&mut self, id: ViewId, name: &str) {
        let Some(pane) = self.panes.get(&id) else { return self.unknown_view(id) };
        let wanted: String = name.nfc().collect();
        // There may be a million of them: what is ASCII is not taken apart.
        let is_called =
            |known: &str| known == wanted || (!known.is_ascii() && known.nfc().eq(wanted.chars()));
        let folders: Vec<&EntryKey> = pane
            .view
            .entries()
            .iter()
            .filter(|entry| entry.kind.is_folder() && is_called(&entry.name))
            .map(|entry| &entry.key)
            .collect();
        let only = match folders[..] {
            [key] => pane.view.location().inside(key),
            _ => None,
        };
        if let Some(location) = only {
            return self.open(id, location, None);
        }
        let count = u32::try_from(folders.len()).unwrap_or(u32::MAX);
        self.send(Event::NotThere { view: id, name: name.to_owned(), count });
    }

    fn want(&mut self, id: ViewId, account: String, wanted: Wanted) {
        if !self.accounts.contains_key(&account) {
            return self.send(Event::Failed(unknown_account(&account)));
        }
        let root = Location::Cloud { account, folder: CloudFolder::Root };
        let pane = self.panes.entry(id).or_insert_with(|| Pane::new(id, root));
        pane.wanted = Some(wanted);
        self.read(id);
    }

    /// Goes where a path leads, once the account has told.
    pub(super) fn follow_path(&mut self, id: ViewId, account: &str, path: &str) {
        let tree = self.accounts.get(account).and_then(|account| account.tree.as_deref());
        let Some(tree) = tree else { return self.follow_early(id, account, path) };
        let found = place_of(tree, path).map_err(|error| problem::of_path(account, &error));
        let Some(pane) = self.panes.get_mut(&id) else { return };
        pane.wanted = None;
        match found {
            Ok((folder, focus)) => {
                self.open(id, Location::Cloud { account: account.to_owned(), folder }, focus);
            }
            Err(problem) => {
                self.send(Event::Failed(problem));
                self.tell(id);
            }
        }
    }

    /// Goes where a path leads by what has come of an account, or has that looked at which is on the way.
    fn follow_early(&mut self, id: ViewId, account: &str, path: &str) {
        let seen = self.accounts.get(account).and_then(Account::visible).map(|seen| place_of(seen, path));
        let folder = match &seen {
            Some(Ok((folder, _))) => *folder,
            Some(Err(_)) | None => self.folder_towards(account, path),
        };
        let is_there = self.look_at(account, folder).is_some();
        let Some(Ok((folder, focus))) = seen.filter(|_| is_there) else {
            return self.await_account(id, account);
        };
        self.open(id, Location::Cloud { account: account.to_owned(), folder }, focus);
        if let Some(pane) = self.panes.get_mut(&id) {
            pane.early = Some(path.to_owned());
        }
    }

    /// Returns the last folder on the way of a path that has come of an account.
    pub(super) fn folder_towards(&self, account: &str, path: &str) -> CloudFolder {
        let seen = self.accounts.get(account).and_then(Account::visible);
        seen.map_or(CloudFolder::Root, |seen| seen.follow_far(path))
    }

    /// A path that was followed early may mean several folders, now that all are known: the user is told.
    pub(super) fn follow_late(&mut self, id: ViewId, account: &str) {
        let Some(path) = self.panes.get_mut(&id).and_then(|pane| pane.early.take()) else { return };
        let tree = self.accounts.get(account).and_then(|account| account.tree.as_deref());
        if let Some(Err(error @ PathError::Ambiguous { .. })) = tree.map(|tree| tree.locate(&path)) {
            self.send(Event::Failed(problem::of_path(account, &error)));
        }
    }

    /// Goes to a node that was kept, or where its path leads now.
    pub(super) fn follow_kept(&mut self, id: ViewId, account: String, node: NodeHandle, path: String) {
        let tree = self.accounts.get(&account).and_then(|account| account.tree.as_deref());
        let Some(tree) = tree else {
            let folder = CloudFolder::Node(node);
            return match self.look_at(&account, folder) {
                Some(_) => self.open(id, Location::Cloud { account, folder }, None),
                None => self.await_account(id, &account),
            };
        };
        let is_there = tree.node(node).is_some_and(|node| !node.is_file());
        if is_there {
            return self.open(id, Location::Cloud { account, folder: CloudFolder::Node(node) }, None);
        }
        if let Some(pane) = self.panes.get_mut(&id) {
            pane.wanted = Some(Wanted::Path { account, path });
            self.read(id);
        }
    }

    fn await_account(&mut self, id: ViewId, account: &str) {
        self.tell_as(id, Some(ViewState::Opening));
        self.connect(account);
    }
}

/// Follows a path to a folder; where it leads to a file, to the one that has that, and says so.
fn place_of(tree: &Tree, path: &str) -> Result<(CloudFolder, Option<EntryKey>), PathError> {
    let found = tree.locate(path)?;
    let file = tree.folder_node(found).filter(|node| tree.node(*node).is_some_and(|node| node.is_file()));
    Ok(match file.and_then(|file| Some((file, tree.folder_of(file)?))) {
        Some((file, folder)) => (folder, Some(EntryKey::Node(file))),
        None => (found, None),
    })
}
