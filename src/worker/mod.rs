//! The worker: one task that owns sessions, trees, views and the queue. Front ends send [`Command`]s and get [`Event`]s
//! and know nothing else of it. Its loop never waits for network or disk: it starts jobs, and jobs return values.
//!
//! ```text
//!  actor     the loop: commands, finished jobs, news from running ones, the clock; hands each to one of
//!    panes     views of folders: open, refresh, sort, mark      (view, order, listing, carried: pure)
//!    paths     folders by path, by name, as they were kept   (completion: what a typed path may become; bookmarks)
//!    search    names below a folder, from the tree by slices, from the disk by a walk
//!    signs     two shown folders held against each other     (pairing: pure)
//!    account   log in, list, quota                              (door, connect: the ways in; logout: the way out;
//!              account_files, account_change: what is kept under its name, and another name or login for it;
//!              shared_login: whether a copy of it has the same session)
//!    changes   make, rename, trash, move                        (selection: of what; disk: the local half;
//!              deletion: for good, counted before; restoring: out of the bin)
//!    undoing   what was done is taken back, or done again       (chosen: which; foretold, placed: what copies do to the disk)
//!    copying   plans carried out            (ends, scanning, scan, question: begun, fed, and what the user is asked;
//!              comparison: what is known of two contents; reading: contents compared by downloading them;
//!              inside, removal: copies that move no bytes, and what goes once all is copied)
//!    transfers files on their way, by the queue   (departure: what a mover is given; names: what a folder has;
//!              titles: where each comes from; schedule: how fast)
//!    reviewing duplicates: found, decided on, carried out
//!    deduping  steps of a dedupe plan           (proving: contents read to know whether they are equal;
//!              local_proof: the same by copies on this machine)
//!    budget    copies that may move only so much;  backup: what makes way for them is kept
//!    editing   files of the cloud that the user's programs work on
//!    measuring sums of chosen entries
//!    doctor    what is wrong with machine and account, and what mends it
//!    sharing   who sees what, links and shares                  (versions: old contents; visiting: links of others)
//!    viewing   files that are looked into: ranges, searches, pictures
//!    unfinished copies beyond the end of the program
//!  outbox    events that the front end has not taken yet        (pure)
//!  problem   every error as the user is told
//! ```

mod account;
pub mod account_change;
pub mod account_files;
mod across;
mod actor;
mod arriving;
mod backup;
mod between;
mod bookmarks;
mod budget;
mod carried;
mod changes;
mod chosen;
mod comparison;
mod completion;
pub mod connect;
mod copying;
pub mod deduping;
mod deletion;
mod departure;
mod disk;
pub mod doctor;
mod door;
mod editing;
mod ends;
mod following;
mod foretold;
mod inside;
mod jobs;
mod kept_screen;
mod listing;
pub mod local_proof;
mod logout;
mod marking;
mod measuring;
mod name_sheet;
mod names;
mod order;
mod outbox;
mod pairing;
mod pane;
mod panes;
mod paths;
mod placed;
pub mod problem;
pub mod proving;
mod question;
mod reading;
mod refusal;
mod removal;
mod renames;
mod restoring;
mod reviewing;
mod scan;
mod scanning;
mod schedule;
mod search;
mod selection;
pub mod shared_login;
mod sharing;
mod signs;
mod sweep;
mod taking;
mod titles;
mod transfers;
pub mod undoing;
mod unfinished;
mod usage;
mod versions;
mod view;
mod viewing;
mod visiting;
mod wait;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::api::transport::Transport;
use crate::config::Config;
use crate::local::Trash;
use crate::message::{Command, Event};
use crate::secret::Secret;
use crate::session::Session;
use crate::tree::Tree;

/// The two ends that a front end holds. The worker ends after [`Command::Quit`], or when either end is dropped.
pub struct Worker {
    /// Into the worker; never blocks.
    pub commands: mpsc::UnboundedSender<Command>,
    /// Out of it. Events that do not fit wait in the worker, which goes on all the same.
    pub events: mpsc::Receiver<Event>,
}

/// What a worker is made of.
pub struct Parts {
    /// Configuration.
    pub config: Config,
    /// How bytes move.
    pub transport: Arc<dyn Transport>,
    /// Accounts that are open already (the command line logs in, asks and resolves paths itself): the worker goes on
    /// with these instead of resuming, logging in and listing again; those that the configuration does not have are public
    /// links. Empty for the screen.
    pub opened: Vec<OpenedAccount>,
    /// Accounts that log in by themselves with a password at hand, once; nothing of them is written to disk (demo).
    pub presets: Vec<Preset>,
    /// Where local files go that are deleted or replaced.
    pub trash: Trash,
    /// The folder that titles write as `~`.
    pub home: Option<PathBuf>,
    /// The longest time to keep trying one call of an account; `None` for ever.
    pub give_up: Option<Duration>,
    /// Whether copies outlive the program.
    pub copies: Copies,
}

/// What becomes of a copy that the end of the program stops. What its files have behind them is kept either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// The next start asks about it (screen).
    Kept,
    /// Nothing: the same command goes on with it (command line).
    Forgotten,
}

impl Parts {
    /// Makes parts with nothing open, the system's trash, the user's home, and endless patience.
    #[must_use]
    pub fn new(config: Config, transport: Arc<dyn Transport>) -> Self {
        let home = directories::BaseDirs::new().map(|folders| folders.home_dir().to_path_buf());
        let (opened, presets) = (Vec::new(), Vec::new());
        let copies = Copies::Forgotten;
        Self { config, transport, opened, presets, trash: Trash::System, home, give_up: None, copies }
    }
}

/// An account that a front end has opened before it started the worker.
pub struct OpenedAccount {
    /// Its name in the configuration.
    pub account: String,
    /// The session.
    pub session: Session,
    /// Its nodes as listed.
    pub tree: Tree,
}

/// An account of the configuration that logs in with this password.
pub struct Preset {
    /// Its name in the configuration.
    pub account: String,
    /// The password.
    pub password: Secret,
}

/// Starts the worker on the current runtime.
#[must_use]
pub fn start(parts: Parts) -> Worker {
    let (commands, command_queue) = mpsc::unbounded_channel();
    let (event_queue, events) = mpsc::channel(EVENTS_AT_ONCE);
    tokio::spawn(actor::Actor::new(parts).run(command_queue, event_queue));
    Worker { commands, events }
}

/// Events on their way to the front end. When it is full the rest waits in the outbox, where what is out of date by
/// then is dropped.
const EVENTS_AT_ONCE: usize = 1024;
