//! What can be seen of an account while its first file list still arrives ([`Arriving`]): the folders that panes show, as
//! far as they have come. It is for looking only. Nothing is changed, copied or kept by it: all that asks the tree instead,
//! which is not there before the list is whole.

use std::sync::Arc;

use tokio::sync::watch;

use super::actor::Actor;
use super::pane::{Pane, Wanted};
use crate::entry::{CloudFolder, Location};
use crate::message::ViewId;
use crate::session::Onlooker;
use crate::tree::{Glimpse, Tree};

/// A list on its way, and who looks at it.
pub(super) struct Arriving {
    wanted: watch::Sender<Vec<CloudFolder>>,
    seen: Option<Glimpse>,
}

impl Arriving {
    /// Begins to look at these folders.
    pub(super) fn new(wanted: Vec<CloudFolder>) -> Self {
        Self { wanted: watch::Sender::new(wanted), seen: None }
    }

    /// Returns who looks on behalf of this, and hands on what is seen.
    pub(super) fn onlooker(&self, show: impl FnMut(Glimpse) + Send + 'static) -> Onlooker {
        Onlooker::new(self.wanted.subscribe(), show)
    }

    /// Takes what was seen; returns whether it is news. A list that broke off and begins anew shows less at first than
    /// what had come before: that stays until as much is there again.
    fn take(&mut self, glimpse: Glimpse) -> bool {
        let is_less = self.seen.as_ref().is_some_and(|seen| {
            glimpse.node_count < seen.node_count
                && glimpse.folders.iter().all(|folder| seen.folders.contains(folder))
        });
        if !is_less {
            self.seen = Some(glimpse);
        }
        !is_less
    }

    /// Returns what was seen last.
    pub(super) fn tree(&self) -> Option<&Tree> {
        self.seen.as_ref().map(|seen| &*seen.tree)
    }

    /// Returns the same where this folder is in it.
    fn tree_with(&self, folder: CloudFolder) -> Option<Arc<Tree>> {
        self.seen.as_ref().filter(|seen| seen.folders.contains(&folder)).map(|seen| Arc::clone(&seen.tree))
    }

    fn want(&self, folders: Vec<CloudFolder>) {
        self.wanted.send_if_modified(|wanted| {
            let is_new = *wanted != folders;
            *wanted = folders;
            is_new
        });
    }
}

impl Actor {
    /// Returns the folders of an account that panes show or are to show.
    pub(super) fn wanted_folders(&self, name: &str) -> Vec<CloudFolder> {
        let folder_of = |location: &Location| match location {
            Location::Cloud { account, folder } if account == name => Some(*folder),
            Location::Cloud { .. } | Location::Local(_) => None,
        };
        let coming = self.panes.values().filter_map(|pane| match &pane.wanted {
            Some(Wanted::Folder { location, .. }) => folder_of(location),
            Some(Wanted::Kept { account, node, .. }) => (account == name).then_some(CloudFolder::Node(*node)),
            Some(Wanted::Path { account, path }) => {
                (account == name).then(|| self.folder_towards(account, path))
            }
            None => None,
        });
        let is_left = |pane: &&Pane| matches!(pane.wanted, Some(Wanted::Folder { .. }));
        let staying = self.panes.values().filter(|pane| !is_left(pane));
        let shown = staying.filter_map(|pane| folder_of(pane.view.location()));
        let mut folders: Vec<CloudFolder> = coming.chain(shown).collect();
        folders.sort_unstable();
        folders.dedup();
        folders.truncate(MOST_FOLDERS);
        folders
    }

    /// Returns what has come of a folder of an account whose list still arrives, and has it looked at from now on.
    pub(super) fn look_at(&self, name: &str, folder: CloudFolder) -> Option<Arc<Tree>> {
        let arriving = self.accounts.get(name)?.arriving.as_ref()?;
        arriving.want(self.wanted_folders(name));
        arriving.tree_with(folder)
    }

    /// Takes what has come of an account.
    pub(super) fn take_glimpse(&mut self, name: &str, attempt: u64, glimpse: Glimpse) {
        let known = self.accounts.get_mut(name).filter(|account| account.attempt() == attempt);
        let Some(arriving) = known.and_then(|account| account.arriving.as_mut()) else { return };
        if !arriving.take(glimpse) {
            return;
        }
        let shown: Vec<ViewId> =
            self.panes.iter().filter(|(_, pane)| pane.shows_account(name)).map(|(id, _)| *id).collect();
        for id in shown {
            self.read(id);
        }
    }
}

/// So many folders are looked at: more than a screen has panes.
const MOST_FOLDERS: usize = 16;
