//! Views as the worker has them: which folder each shows or waits for, and the jobs that read and sort folders. A newer
//! request makes the result of an older one void.

use std::sync::Arc;

use tokio::time::{Duration, sleep};

use super::account::Account;
use super::actor::Actor;
use super::jobs::Done;
use super::listing::{self, Draft, Listing};
use super::order;
use super::pane::{Pane, Wanted};
use super::problem::{self, unknown_account};
use super::sweep::{RowSearch, Swept};
use super::view::Folder;
use crate::entry::{CloudFolder, Entry, EntryKey, Location};
use crate::message::{Arrangement, Event, Problem, ProblemKind, ViewHead, ViewId, ViewState};

/// What a job about a view brings.
pub(crate) enum ViewDone {
    /// A folder was read.
    Read { view: ViewId, reading: u64, result: Result<Listing, Problem> },
    /// Entries were sorted.
    Sorted { view: ViewId, sorting: u64, entries: Arc<[Entry]>, arrangement: Arrangement, order: Vec<u32> },
    /// Reading takes a while.
    Slow { view: ViewId, reading: u64 },
    /// A row was looked for.
    Found { view: ViewId, finding: u64, generation: u64, search: RowSearch, row: Option<u64> },
    /// All marks were changed, or could not be.
    Marked { view: ViewId, swept: Option<Swept> },
}

impl Actor {
    /// Shows a folder.
    pub(crate) fn open(&mut self, id: ViewId, location: Location, focus: Option<EntryKey>) {
        let location = self.normal_location(location);
        let pane = self.panes.entry(id).or_insert_with(|| Pane::new(id, location.clone()));
        if pane.target() != &location {
            pane.arrangement.filter = None;
            pane.arrangement.differences = false;
        }
        pane.wanted = Some(Wanted::Folder { location, focus });
        pane.early = None;
        self.read(id);
    }

    /// Shows the folder above.
    pub(crate) fn open_parent(&mut self, id: ViewId) {
        let Some(pane) = self.panes.get(&id) else { return self.unknown_view(id) };
        match self.heading(pane.target()).parent.or_else(|| pane.view.parent().cloned()) {
            Some((location, focus)) => self.open(id, location, Some(focus)),
            None => self.tell(id),
        }
    }

    /// Reads the folder anew.
    pub(crate) fn refresh(&mut self, id: ViewId) {
        let Some(pane) = self.panes.get(&id) else { return self.unknown_view(id) };
        match pane.target().clone() {
            Location::Cloud { account, .. }
                if self.accounts.get(&account).is_some_and(|a| a.ready().is_some()) =>
            {
                self.tell_as(id, Some(ViewState::Opening));
                self.refresh_account(&account);
            }
            Location::Cloud { .. } | Location::Local(_) => self.read(id),
        }
    }

    /// Forgets a view.
    pub(crate) fn close(&mut self, id: ViewId) {
        self.view_changed(id);
        if let Some(pane) = self.panes.remove(&id) {
            self.forget_folder(pane.view.into_folder());
        }
    }

    /// Sends rows.
    pub(crate) fn rows(&mut self, id: ViewId, start: u64, count: u32) {
        let Some(pane) = self.panes.get_mut(&id) else { return self.unknown_view(id) };
        let rows = pane.view.rows(start, count.min(ROWS_AT_ONCE));
        self.send(rows);
    }

    /// Takes note of the cursor.
    pub(crate) fn focus(&mut self, id: ViewId, key: Option<EntryKey>) {
        if let Some(pane) = self.panes.get_mut(&id) {
            pane.view.set_focus(key);
        }
    }

    /// Sorts and filters.
    pub(crate) fn arrange(&mut self, id: ViewId, arrangement: Arrangement) {
        let Some(pane) = self.panes.get_mut(&id) else { return self.unknown_view(id) };
        pane.arrangement = arrangement;
        self.sort(id);
    }

    /// Says when all that was asked of a view before has been answered.
    pub(crate) fn when_answered(&mut self, id: ViewId, number: u64) {
        match self.panes.get_mut(&id) {
            Some(pane) => pane.unanswered = Some(number),
            None => self.send(Event::Answered { view: id, number }),
        }
        self.answer(id);
    }

    /// Takes what a job about a view brings.
    pub(crate) fn view_done(&mut self, done: ViewDone) {
        match done {
            ViewDone::Read { view, reading, result } => {
                if self.panes.get(&view).is_some_and(|pane| pane.reading == reading) {
                    self.was_read(view, result);
                }
            }
            ViewDone::Slow { view, reading } => {
                if self.panes.get(&view).is_some_and(|pane| pane.reading == reading && pane.is_reading) {
                    self.show_opening(view);
                }
            }
            ViewDone::Found { view, finding, generation, search, row } => {
                if self.panes.get(&view).is_some_and(|pane| pane.finding == finding) {
                    self.row_found(view, generation, search, row);
                }
            }
            ViewDone::Marked { view, swept } => self.marks_changed(view, swept),
            ViewDone::Sorted { view, sorting, entries, arrangement, order } => {
                let Some(pane) = self.panes.get_mut(&view).filter(|pane| pane.sorting == sorting) else {
                    return;
                };
                pane.is_sorting = false;
                if Arc::ptr_eq(&entries, pane.view.entries()) {
                    pane.view.reorder(arrangement, order);
                    self.tell(view);
                }
                self.answer(view);
            }
        }
    }

    /// Something in an account has changed: what shows it is read again.
    pub(crate) fn account_changed(&mut self, name: &str) {
        self.review_changed(name);
        self.usage_changed(name);
        self.watched_changed(name);
        let ready = self.accounts.get(name).is_some_and(|account| account.ready().is_some());
        let failure = self.accounts.get(name).and_then(|account| account.failure().cloned());
        let ids: Vec<ViewId> =
            self.panes.iter().filter(|(_, pane)| pane.shows_account(name)).map(|(id, _)| *id).collect();
        for id in ids {
            let Some(pane) = self.panes.get_mut(&id) else { continue };
            match (&failure, pane.wanted.is_some() || *pane.view.state() != ViewState::Ready) {
                _ if ready => pane.is_stale = true,
                (Some(problem), true) => self.was_read(id, Err(problem.clone())),
                (Some(_) | None, _) => {}
            }
        }
    }

    /// Something in a local folder has changed.
    pub(crate) fn local_changed(&mut self, folder: &std::path::Path) {
        for pane in self.panes.values_mut() {
            if matches!(pane.view.location(), Location::Local(path) if path == folder) {
                pane.is_stale = true;
            }
        }
    }

    /// Reads again what is stale. Called at most a few times a second.
    pub(crate) fn read_stale(&mut self) {
        if self.has_stale_usage() {
            self.tell_usage();
        }
        let stale = |pane: &&mut Pane| pane.is_stale && !pane.is_reading;
        let ids: Vec<ViewId> =
            self.panes.iter_mut().filter(|(_, pane)| stale(pane)).map(|(id, _)| *id).collect();
        for id in ids {
            self.read(id);
        }
    }

    /// Returns how long to let changes gather before views are read again: the longer the more there is to read.
    pub(crate) fn stale_pause(&self) -> Duration {
        let stale = self.panes.values().filter(|pane| pane.is_stale && !pane.is_reading);
        let rows: usize = stale.map(|pane| pane.view.entries().len()).sum();
        READ_AGAIN + READ_ROW * u32::try_from(rows).unwrap_or(u32::MAX)
    }

    /// Returns whether a view waits to be read again.
    pub(crate) fn has_stale(&self) -> bool {
        self.has_stale_usage() || self.panes.values().any(|pane| pane.is_stale && !pane.is_reading)
    }

    /// Returns title and parent of a folder, as far as they are known without reading it.
    pub(crate) fn heading(&self, location: &Location) -> Folder {
        match location {
            Location::Local(path) => listing::local_heading(path, self.home.as_deref()),
            Location::Cloud { account, folder } => {
                let tree = self.accounts.get(account).and_then(Account::visible);
                listing::cloud_heading(account, tree, *folder)
            }
        }
    }

    pub(super) fn normal_location(&self, location: Location) -> Location {
        match location {
            Location::Local(path) => Location::Local(listing::clean(&path)),
            Location::Cloud { account, folder } => {
                let tree = self.accounts.get(&account).and_then(Account::visible);
                let folder = tree.map_or(folder, |tree| listing::normal(tree, folder));
                Location::Cloud { account, folder }
            }
        }
    }

    /// Starts to read the folder that a view is to show.
    pub(super) fn read(&mut self, id: ViewId) {
        let Some(pane) = self.panes.get_mut(&id) else { return };
        pane.reading += 1;
        pane.is_stale = false;
        pane.is_reading = false;
        match pane.wanted.clone() {
            Some(Wanted::Path { account, path }) => self.follow_path(id, &account, &path),
            Some(Wanted::Kept { account, node, path }) => self.follow_kept(id, account, node, path),
            Some(Wanted::Folder { .. }) | None => match pane.target().clone() {
                Location::Local(path) => self.read_local(id, path),
                Location::Cloud { account, folder } => self.read_cloud(id, &account, folder),
            },
        }
    }

    fn read_local(&mut self, id: ViewId, path: std::path::PathBuf) {
        let heading = listing::local_heading(&path, self.home.as_deref());
        self.start_reading(id, move || {
            listing::read_local(&path, heading).map_err(|error| problem::of_folder(&path, &error))
        });
    }

    fn read_cloud(&mut self, id: ViewId, account: &str, folder: CloudFolder) {
        let known = self.accounts.get(account);
        let Some(tree) = known.and_then(|known| known.tree.as_ref()) else {
            if let Some(seen) = self.look_at(account, folder) {
                let account = account.to_owned();
                return self.start_reading(id, move || {
                    listing::read_arriving(&account, &seen, folder).ok_or_else(|| folder_gone(&account))
                });
            }
            self.show_opening(id);
            if !self.connect(account) {
                self.was_read(id, Err(unknown_account(account)));
            }
            return;
        };
        let tree = Arc::clone(tree);
        self.follow_late(id, account);
        if tree.contents(folder).nth(LARGE).is_some() {
            let account = account.to_owned();
            return self.start_reading(id, move || {
                listing::read_cloud(&account, &tree, folder).ok_or_else(|| folder_gone(&account))
            });
        }
        match listing::read_cloud(account, &tree, folder) {
            Some(draft) => self.start_reading(id, move || Ok(draft)),
            None => self.was_read(id, Err(folder_gone(account))),
        }
    }

    /// Reads and sorts off the async threads, and says so when that takes a while.
    fn start_reading(&mut self, id: ViewId, read: impl FnOnce() -> Result<Draft, Problem> + Send + 'static) {
        let Some(pane) = self.panes.get_mut(&id) else { return };
        pane.is_reading = true;
        let (reading, arrangement) = (pane.reading, pane.arrangement.clone());
        let is_again = pane.target() == pane.view.location();
        let before = if is_again { Arc::clone(pane.view.entries()) } else { Arc::default() };
        let broken =
            ViewDone::Read { view: id, reading, result: Err(problem::broke_down("show the folder")) };
        self.jobs.start_blocking(Done::View(broken), move || {
            let result = read().map(|draft| draft.finish(arrangement, before));
            Done::View(ViewDone::Read { view: id, reading, result })
        });
        self.jobs.start(Done::Abandoned, async move {
            sleep(SLOW).await;
            Done::View(ViewDone::Slow { view: id, reading })
        });
    }

    /// Shows that the wanted folder is on its way.
    fn show_opening(&mut self, id: ViewId) {
        self.go(id);
        let Some(pane) = self.panes.get(&id) else { return };
        if pane.view.state().has_rows() {
            self.tell_as(id, Some(ViewState::Opening));
        } else {
            self.tell(id);
        }
    }

    /// Lets a view go to the folder that it wants.
    fn go(&mut self, id: ViewId) {
        let Some(pane) = self.panes.get_mut(&id) else { return };
        let Some(Wanted::Folder { location, focus }) = pane.wanted.clone() else { return };
        pane.wanted = None;
        let is_same = *pane.view.location() == location && pane.view.state().has_rows();
        let heading = self.heading(&location);
        let Some(pane) = self.panes.get_mut(&id) else { return };
        if is_same {
            pane.view.set_focus(focus);
        } else {
            let left = pane.view.go(location, heading, focus);
            self.forget_folder(left);
            self.view_changed(id);
        }
    }

    fn was_read(&mut self, id: ViewId, result: Result<Listing, Problem>) {
        self.go(id);
        let Some(pane) = self.panes.get_mut(&id) else { return };
        pane.is_reading = false;
        let had_signs = pane.view.has_signs();
        match result {
            Err(problem) => pane.view.fail(problem),
            Ok(listing) => {
                let wanted = listing.arrangement == pane.arrangement;
                pane.view.set_arrangement(listing.arrangement);
                let left = pane.view.show(listing.folder, listing.order, &listing.carried);
                let count = left.entries.len();
                self.let_go((left, listing.carried), count);
                if !wanted {
                    self.sort(id);
                }
            }
        }
        if had_signs && self.panes.get(&id).is_some_and(|pane| !pane.view.has_signs()) {
            self.view_changed(id);
        }
        self.tell(id);
    }

    pub(super) fn sort(&mut self, id: ViewId) {
        let Some(pane) = self.panes.get_mut(&id) else { return };
        pane.sorting += 1;
        pane.is_sorting = true;
        let (sorting, arrangement) = (pane.sorting, pane.arrangement.clone());
        let (entries, weights) = (Arc::clone(pane.view.entries()), Arc::clone(pane.view.weights()));
        self.jobs.start_blocking(Done::Broken(problem::broke_down("sort the folder")), move || {
            let order = order::arrange(&entries, &weights, &arrangement);
            Done::View(ViewDone::Sorted { view: id, sorting, entries, arrangement, order })
        });
    }

    /// Gives back the memory of a folder that is no longer shown.
    fn forget_folder(&mut self, folder: Folder) {
        let count = folder.entries.len();
        self.let_go(folder, count);
    }

    /// Gives back the memory of something that has so many parts; where they are very many, beside the loop.
    pub(super) fn let_go(&mut self, thing: impl Send + 'static, count: usize) {
        if count > LARGE {
            self.jobs.start_blocking(Done::Abandoned, move || {
                drop(thing);
                Done::Abandoned
            });
        }
    }

    pub(super) fn tell(&mut self, id: ViewId) {
        self.tell_as(id, None);
    }

    /// Sends a view's head, in the given state or its own, and the rows that the screen shows where they have changed.
    pub(super) fn tell_as(&mut self, id: ViewId, state: Option<ViewState>) {
        let Some(pane) = self.panes.get_mut(&id) else { return };
        let is_own = state.is_none();
        let head: ViewHead = pane.view.head();
        let head = ViewHead { state: state.unwrap_or_else(|| head.state.clone()), ..head };
        let rows = pane.view.window().filter(|_| is_own);
        self.send(Event::View(head));
        if let Some(rows) = rows {
            self.send(rows);
        }
        self.answer(id);
    }

    /// Tells the front end that nothing it asked of a view is open, once that is so.
    pub(super) fn answer(&mut self, id: ViewId) {
        let awaits_signs = self.awaits_signs(id);
        let idle = self.panes.get_mut(&id).filter(|pane| !pane.is_busy() && !awaits_signs);
        if let Some(number) = idle.and_then(|pane| pane.unanswered.take()) {
            self.send(Event::Answered { view: id, number });
        }
    }

    pub(super) fn unknown_view(&mut self, id: ViewId) {
        let message = format!("There is no view {}", id.0);
        self.send(Event::Failed(Problem::new(ProblemKind::Other, message, "")));
    }
}

fn folder_gone(account: &str) -> Problem {
    let message = format!("The folder is no longer there in \"{account}:\"");
    Problem::new(ProblemKind::FolderNotFound, message, "Go to the folder above.")
}

/// Views that show a folder in which much happens are read again this often.
const READ_AGAIN: Duration = Duration::from_millis(300);

/// And seldomer for each of their rows, by more than it takes to read and sort one: a folder of a million entries keeps no
/// core busy for good.
const READ_ROW: Duration = Duration::from_micros(2);

/// What is there sooner is shown in one step, without an empty pane in between.
const SLOW: Duration = Duration::from_millis(100);

/// Folders of more entries are read, gone through and let go of beside the loop.
pub(super) const LARGE: usize = 10_000;

/// More rows than any screen has; bounds what one command can ask for.
const ROWS_AT_ONCE: u32 = 10_000;
