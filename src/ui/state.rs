//! [`AppState`]: everything that the screen knows. `update` is the only place that changes it, `view` only reads it.
//! It holds no channel, no terminal and no clock of its own: time, size and events are handed in.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use super::action::{Action, Context, When, rows};
use super::ahead::TypeAhead;
use super::attention::Attention;
use super::dialog::Dialog;
use super::dialog::check::Check;
use super::dialog::dedupe::DedupePage;
use super::dialog::unfinished::UnfinishedDialog;
use super::errand::Errand;
use super::key::Key;
use super::keymap::Keymap;
use super::layout::Layout;
use super::mouse::Mouse;
use super::own_files::OwnFiles;
use super::pane::Pane;
use super::preview::Preview;
pub use super::surroundings::Surroundings;
use super::synchrony::Synchrony;
use super::tabs::Tabs;
use super::transfers::TransferList;
use super::wording::Terms;
use crate::entry::{EntryKey, EntryKind};
use crate::message::{
    AccountRow, AccountState, Arrangement, Conflict, ContentId, CopyId, DeletionId, EditId, MeasureId,
    PlanSummary, Problem, RenamesId, SearchId, TransferState, UsageId, ViewId, Wait, WaitReason,
};

/// The whole screen.
#[derive(Debug)]
pub struct AppState {
    /// What the screen is made for: size, time, look, places.
    pub surroundings: Surroundings,
    /// Left and right pane.
    pub panes: [Pane; 2],
    /// The panes behind those of each side.
    pub tabs: [Tabs; 2],
    /// Both sides go into and out of folders together.
    pub synchrony: Option<Synchrony>,
    /// The pane that keys go to: 0 or 1.
    pub active: usize,
    /// Which screen is shown.
    pub screen: Screen,
    /// What stands over it; the last one gets the keys.
    pub dialogs: Vec<Dialog>,
    /// Conflicts that wait to be shown.
    pub conflicts: VecDeque<Conflict>,
    /// What earlier runs left, until it is shown.
    pub unfinished: Option<UnfinishedDialog>,
    /// The transfer list.
    pub transfers: TransferList,
    /// The accounts and how they are doing.
    pub accounts: Accounts,
    /// Copies that have not ended.
    pub copies: Copies,
    /// The number of the deletion that was asked about last.
    pub last_deletion: DeletionId,
    /// The number of the renaming that was begun last.
    pub last_renames: RenamesId,
    /// Where the cursor goes once what was asked for is made.
    pub landing: Option<Landing>,
    /// The comparison of two folders that was asked for last.
    pub check: Option<Check>,
    /// The review of duplicates that was begun last.
    pub dedupe: Option<DedupePage>,
    /// The view whose usage is shown as soon as it shows a folder: at the start, where that was asked for.
    pub usage_wanted: Option<ViewId>,
    /// The last message, until the next key.
    pub notice: Option<Notice>,
    /// Keys and what has been begun with them.
    pub keys: Keys,
    /// What is in the file under the cursor.
    pub preview: Preview,
    /// What was typed before its time.
    pub ahead: TypeAhead,
    /// The mouse, and the click that may be the first of two.
    pub mouse: Mouse,
    /// Since when there is something to wait for, and whether somebody does.
    pub attention: Attention,
    /// Order and hidden files that a pane begins with.
    pub arrangement: Arrangement,
    /// What has to be asked about before it is changed: the demo's question, until it has a yes.
    pub own_files: Option<OwnFiles>,
    /// What the run loop is to do, and how far the end is.
    pub phase: Phase,
    /// What the terminal is asked for.
    pub effects: Vec<Effect>,
    /// Files that were looked into so far.
    content_count: u32,
    /// Files that programs worked on so far.
    edit_count: u32,
    /// What was measured so far.
    measure_count: u32,
    /// The next screen is to begin like this one.
    pub keeps_screen: bool,
    /// Numbers that are given next.
    pub(super) numbers: Numbers,
}

/// Numbers by which the worker is asked, each given once.
#[derive(Debug)]
pub(super) struct Numbers {
    /// Of the next view.
    pub(super) view: u32,
    /// Of the last question what a path may become.
    pub(super) completion: u64,
    /// Of the last search.
    pub(super) search: SearchId,
    /// Of the last question about usage.
    pub(super) usage: UsageId,
}

/// Which screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The two panes.
    Panes,
    /// The transfer list.
    Transfers,
}

/// The accounts and how they are doing.
#[derive(Debug, Default)]
pub struct Accounts {
    /// Those of the configuration; `None` until the worker has told.
    pub rows: Option<Vec<AccountRow>>,
    /// How each is doing.
    pub states: BTreeMap<String, AccountState>,
    /// Bytes used and in all.
    pub quotas: BTreeMap<String, (u64, u64)>,
}

/// Copies that have not ended.
#[derive(Debug, Default)]
pub struct Copies {
    last: u32,
    /// What is known of each; those that the user has not said yes to are not here.
    pub running: BTreeMap<CopyId, PlanSummary>,
}

impl Copies {
    /// Returns a number for a new copy.
    pub const fn next(&mut self) -> CopyId {
        self.last = self.last.wrapping_add(1);
        CopyId(self.last)
    }
}

/// A pane in which something is being made, and the row that its cursor stood on then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The pane.
    pub view: ViewId,
    /// The row; `None` is `..`.
    pub from: Option<EntryKey>,
}

/// A message on the status line.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Something worked, or cannot be done here.
    Info(String),
    /// Something went wrong.
    Problem(Problem),
}

/// Keys and what has been begun with them.
#[derive(Debug, Default)]
pub struct Keys {
    /// Which keys call which actions.
    pub map: Keymap,
    /// The keys of a chord that is not complete.
    pub pending: Vec<Key>,
    /// The key that was pressed last.
    pub last: Option<Key>,
    /// The text last searched for.
    pub searched: Option<String>,
}

/// How far the end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Running.
    Running,
    /// The terminal is gone; what moves goes on without it.
    Alone,
    /// The worker has been told; its last event is awaited.
    Quitting,
    /// Over.
    Ended,
}

/// What the terminal is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Put a text on the clipboard.
    Clipboard(String),
    /// Give the terminal back to the shell until it calls again.
    Suspend,
    /// Run a program of the user's in the terminal; [`Msg::Ran`](super::update::Msg::Ran) tells how it ended.
    Run(Errand),
    /// Open a file with what the system has for it.
    Open(PathBuf),
    /// Draw everything anew.
    Redraw,
    /// Write into the log what nobody can be told.
    Log(String),
    /// Take the mouse from the terminal, or leave it to it.
    Mouse(bool),
    /// Tell somebody who looks elsewhere that long work has ended.
    Notify(String),
}

impl AppState {
    /// Makes the state before anything has come in.
    #[must_use]
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            panes: [Pane::new(ViewId(0)), Pane::new(ViewId(1))],
            tabs: <[Tabs; 2]>::default(),
            synchrony: None,
            keeps_screen: false,
            numbers: Numbers { view: 2, completion: 0, search: SearchId(0), usage: UsageId(0) },
            active: 0,
            screen: Screen::Panes,
            dialogs: Vec::new(),
            conflicts: VecDeque::new(),
            unfinished: None,
            transfers: TransferList::default(),
            accounts: Accounts::default(),
            copies: Copies::default(),
            last_deletion: DeletionId::default(),
            last_renames: RenamesId::default(),
            landing: None,
            check: None,
            dedupe: None,
            usage_wanted: None,
            notice: None,
            keys: Keys::default(),
            preview: Preview::default(),
            ahead: TypeAhead::default(),
            mouse: Mouse::default(),
            attention: Attention::default(),
            arrangement: Arrangement::default(),
            own_files: None,
            phase: Phase::Running,
            effects: Vec::new(),
            content_count: 0,
            edit_count: 0,
            measure_count: 0,
        }
    }

    /// Returns the pane that keys go to.
    #[must_use]
    pub const fn pane(&self) -> &Pane {
        &self.panes[self.active]
    }

    /// Returns the pane that keys go to, to be changed.
    pub const fn pane_mut(&mut self) -> &mut Pane {
        &mut self.panes[self.active]
    }

    /// Returns the pane that things are copied to.
    #[must_use]
    pub const fn other(&self) -> &Pane {
        &self.panes[1 - self.active]
    }

    /// Returns all panes, shown and behind them.
    pub(super) fn all_panes_mut(&mut self) -> impl Iterator<Item = &mut Pane> {
        self.panes.iter_mut().chain(self.tabs.iter_mut().flat_map(Tabs::others_mut))
    }

    /// Returns the pane of a view, shown or not.
    pub(super) fn pane_of(&mut self, view: ViewId) -> Option<&mut Pane> {
        self.all_panes_mut().find(|pane| pane.view == view)
    }

    /// Returns where things stand on the main screen.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let Surroundings { width, height, .. } = self.surroundings;
        if self.preview.is_on {
            Layout::with_preview(width, height, self.active)
        } else {
            Layout::new(width, height, self.active)
        }
    }

    /// Returns the context that keys are looked up in.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self.screen {
            Screen::Panes => Context::Panes,
            Screen::Transfers => Context::Transfers,
        }
    }

    /// Returns a number for a file that is to be looked into.
    pub const fn next_content(&mut self) -> ContentId {
        self.content_count = self.content_count.wrapping_add(1);
        ContentId(self.content_count)
    }

    /// Returns a number for a file that a program is to work on.
    pub const fn next_edit(&mut self) -> EditId {
        self.edit_count = self.edit_count.wrapping_add(1);
        EditId(self.edit_count)
    }

    /// Returns a number for what is to be measured.
    pub const fn next_measure(&mut self) -> MeasureId {
        self.measure_count = self.measure_count.wrapping_add(1);
        MeasureId(self.measure_count)
    }

    /// Says something on the status line.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice::Info(text.into()));
    }

    /// Returns the account that an action on accounts is about: that of the active pane, else of the other, else the
    /// first one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        let first = || self.accounts.rows.iter().flatten().map(|row| row.name.as_str()).next();
        self.pane().account().or_else(|| self.other().account()).or_else(first)
    }

    /// Returns the accounts that wait for the network.
    #[must_use]
    pub fn offline(&self) -> Vec<&str> {
        let offline = |state: &AccountState| {
            matches!(state, AccountState::Waiting(Wait { reason: WaitReason::Offline, .. }))
        };
        self.accounts
            .states
            .iter()
            .filter(|(_, state)| offline(state))
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// Returns an account that something holds up while transfers are open, and with it what they need of it.
    #[must_use]
    pub fn held_account(&self) -> Option<(&str, &Wait)> {
        let held = self.accounts.states.iter().find_map(|(account, state)| {
            if let AccountState::Waiting(wait) = state { Some((account.as_str(), wait)) } else { None }
        });
        held.filter(|_| self.transfers.is_busy())
    }

    /// Returns whether something is being transferred, or worked out to be.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let deduplicates = self.dedupe.as_ref().is_some_and(DedupePage::is_working);
        deduplicates || self.transfers.is_busy() || !self.copies.running.is_empty()
    }

    /// Returns the keys of an action as a sentence names them: those of the keymap in force.
    #[must_use]
    pub fn hint(&self, action: Action) -> String {
        self.keys.map.hint(action)
    }

    /// Returns what sentences about waits and transfers are made with.
    #[must_use]
    pub const fn terms(&self) -> Terms<'_> {
        Terms { clock: &self.surroundings.clock, keymap: &self.keys.map }
    }

    /// Returns whether an action makes sense now.
    #[must_use]
    pub fn allows(&self, when: When) -> bool {
        let pane = self.pane();
        let transfer = || self.transfers.current().map(|row| &row.state);
        match when {
            When::Always => true,
            When::Folder => pane.is_ready(),
            When::Row => pane.current().is_some(),
            When::File => pane
                .current()
                .is_some_and(|row| matches!(row.entry.kind, EntryKind::File | EntryKind::LinkToFile)),
            When::CloudRow => pane.current().is_some_and(|row| matches!(row.entry.key, EntryKey::Node(_))),
            When::Selection => self.has_selection(),
            When::OutsideBin => self.has_selection() && !pane.is_bin(),
            When::InBin => self.has_selection() && pane.is_in_bin(),
            When::Deletable => self.has_selection() || (pane.is_ready() && pane.is_bin()),
            When::Writable => pane.is_ready() && pane.head.as_ref().is_some_and(|head| head.writable),
            When::Searched => pane.is_ready() && self.keys.searched.is_some(),
            When::Account => self.account().is_some(),
            When::Offline => !self.offline().is_empty(),
            When::OpenTransfer => transfer().is_some_and(|state| !state.is_ended()),
            When::FailedTransfer => {
                matches!(transfer(), Some(TransferState::Failed(_) | TransferState::Cancelled))
            }
            When::Transfer => transfer().is_some(),
            When::FailedTransfers => self.transfers.totals.failed_count > 0,
            When::OpenTransfers => self.transfers.is_busy(),
            When::EndedTransfers => self.transfers.totals.ended_count > 0,
            When::Compared => pane.is_ready() && pane.head.as_ref().is_some_and(|head| head.signs.is_some()),
            When::Tabs => self.tabs[self.active].count() > 1,
        }
    }

    /// Returns whether something is marked, or the cursor stands on an entry.
    #[must_use]
    pub fn has_selection(&self) -> bool {
        let pane = self.pane();
        let marked = pane.head.as_ref().is_some_and(|head| head.marked_count > 0);
        pane.is_ready() && (marked || pane.range_rows().is_some() || pane.current().is_some())
    }

    /// Returns the actions that make sense now, in table order.
    #[must_use]
    pub fn offered(&self) -> Vec<&'static super::action::ActionRow> {
        let context = self.context();
        rows().filter(|row| row.context.covers(context) && self.allows(row.when)).collect()
    }

    /// Returns whether the login form of the active pane gets the keys.
    #[must_use]
    pub const fn is_in_form(&self) -> bool {
        matches!(self.screen, Screen::Panes) && self.pane().form.is_some() && self.dialogs.is_empty()
    }

    /// Returns whether rows or answers are on their way, so that a frame drawn now would have to be drawn again.
    #[must_use]
    pub fn is_settling(&self) -> bool {
        let height = self.layout().list_height();
        !self.ahead.is_empty() || self.panes.iter().any(|pane| !pane.is_complete(height))
    }

    /// Returns whether something on screen changes by the clock alone: a countdown.
    #[must_use]
    pub fn is_animated(&self) -> bool {
        let waits =
            |state: &AccountState| matches!(state, AccountState::Waiting(Wait { until: Some(_), .. }));
        let counted = self.transfers.totals.wait.as_ref().is_some_and(|wait| wait.until.is_some());
        counted || self.accounts.states.values().any(waits)
    }
}
