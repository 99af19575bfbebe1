//! A MEGA server in this process: for `megapane demo`, for `megapane emulator`, and for every test of the client.
//!
//! It is a second reading of the protocol: it shares no wire types with the client, only the cryptography, handles and
//! the transport trait, so that a misreading cannot agree with itself; clients that are not ours keep it honest
//! (`tests/peers`).
//!
//! # What it does
//!
//! Accounts of both versions, with a second factor or without, suspended or not confirmed; sessions that can be
//! resumed, listed and ended. The whole tree with roots, versions, shares between its accounts at three levels, file
//! and folder links (also writable ones), attributes, thumbnails. Uploads in pieces with checksums and both token
//! forms, downloads by range, also of files in six parts (CloudRAID), storage and transfer quotas. Batches with and
//! without `v=3`, repeated requests, action packets to every session of everybody concerned, both generations of the
//! event channel. Faults on order (see [`fault`]). Contents may be large: they are streamed, and kept in files or
//! computed.
//!
//! # What it does not do
//!
//! Contact requests and invitations by e-mail, chats, sets, payments, registration.
//! Progress of long requests (`cs/rs`) is closed at once. It does not enforce what a client is trusted with anyway: nobody
//! checks that attributes decrypt.
//!
//! # In a test
//!
//! ```
//! use megapane::emulator::{Emulator, NewAccount};
//!
//! let emulator = Emulator::new();
//! let ann = emulator.add_account(NewAccount::new("ann@example.org")); // password: emulator::PASSWORD
//! ann.folder("Photos/Lisbon"); //                                        makes what is missing
//! ann.file("Photos/Lisbon/tram.jpg", b"not really a photo", 1_717_200_000);
//!
//! // … a client on `emulator.transport()`, at `emulator.url()`, changes something …
//!
//! assert_eq!(ann.content("Photos/Lisbon/tram.jpg").unwrap(), b"not really a photo");
//! assert_eq!(ann.paths(), ["Photos/", "Photos/Lisbon/", "Photos/Lisbon/tram.jpg"]);
//! emulator.fault("500@cs#1").unwrap(); //                                the next request fails once
//! ```

mod account;
mod batch;
mod channel;
mod commands;
mod content;
mod exchange;
pub mod fault;
mod feed;
mod http;
mod journal;
mod listing;
mod node;
mod owner;
mod plan;
mod recipe;
mod refusal;
mod replay;
mod sample;
mod seen;
mod share;
mod storage;
mod table;
mod thumbnail;
mod transport;
mod upload;
mod world;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use url::Url;

pub use account::{NewAccount, PASSWORD, Standing};
pub use http::{Options, Server, serve};
pub use owner::{Item, Owner};
pub use recipe::{Filling, Recipe};
pub use sample::EMAIL as SAMPLE_EMAIL;
pub use seen::Seen;
pub use share::Access;
pub use transport::EmulatorTransport;

use fault::{Fault, FaultSyntaxError};
use journal::Journal;
use plan::Plan;
use world::World;

/// A server. Clones are the same server.
#[derive(Clone)]
pub struct Emulator {
    core: Arc<Core>,
}

/// What all clones and all requests share. No lock is held while something is awaited.
struct Core {
    world: Mutex<World>,
    plan: Mutex<Plan>,
    /// The last [`REQUESTS_REMEMBERED`] requests.
    seen: Mutex<VecDeque<Seen>>,
    journal: Mutex<Option<Journal>>,
    /// Wakes the long polls; the value only counts.
    changes: watch::Sender<u64>,
}

impl Emulator {
    /// An empty server in memory, without accounts.
    #[must_use]
    pub fn new() -> Self {
        Self::with(World::default(), None)
    }

    /// A server in memory with the sample account ([`SAMPLE_EMAIL`], [`PASSWORD`]): a person's few hundred files, and a
    /// second account that shares with it.
    #[must_use]
    pub fn sample() -> Self {
        let emulator = Self::new();
        sample::build(&emulator);
        emulator
    }

    /// A server whose state is kept in a folder, which is made when missing. An empty one gets the sample account.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let mut world = World::default();
        let journal = Journal::open(folder, &mut world)?;
        let is_new = world.accounts.len() == 0;
        let emulator = Self::with(world, Some(journal));
        if is_new {
            sample::build(&emulator);
            emulator.save()?;
        }
        Ok(emulator)
    }

    fn with(world: World, journal: Option<Journal>) -> Self {
        let core = Core {
            world: Mutex::new(world),
            plan: Mutex::default(),
            seen: Mutex::default(),
            journal: Mutex::new(journal),
            changes: watch::Sender::new(0),
        };
        Self { core: Arc::new(core) }
    }

    /// Adds an account and returns its owner's view of it.
    #[must_use]
    pub fn add_account(&self, account: NewAccount) -> Owner {
        Owner::create(self, account)
    }

    /// The owner's view of an account; `None` when there is none with this address.
    #[must_use]
    pub fn owner(&self, email: &str) -> Option<Owner> {
        Owner::of(self, email)
    }

    /// A transport that leads to this server without a socket. Any address will do; [`Self::url`] is customary.
    #[must_use]
    pub fn transport(&self) -> EmulatorTransport {
        EmulatorTransport::new(self.clone())
    }

    /// The API address for clients on [`Self::transport`].
    #[must_use]
    pub fn url(&self) -> Url {
        transport::customary_url()
    }

    /// Orders a fault, in the words of [`fault`]. Its count begins now.
    pub fn fault(&self, text: &str) -> Result<(), FaultSyntaxError> {
        self.add_fault(text.parse()?);
        Ok(())
    }

    /// Orders a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.plan().add(fault);
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.plan().clear();
    }

    /// The requests so far, in the order in which they came; the oldest are forgotten after some thousands.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen_list().iter().cloned().collect()
    }

    /// Forgets the requests seen so far.
    pub fn clear_seen(&self) {
        self.seen_list().clear();
    }

    /// Drops all packets: clients that are not up to date get −6 from the event channel.
    pub fn forget_packets(&self) {
        self.world().forget_packets();
        self.wake();
    }

    /// Makes every storage URL given out so far invalid: 404 for uploads, 403 for downloads.
    pub fn expire_urls(&self) {
        let mut world = self.world();
        world.uploads.clear();
        let now = tokio::time::Instant::now();
        for download in world.downloads.values_mut() {
            download.expires = now;
        }
    }

    /// Serves files of `from` bytes or more in six parts (CloudRAID) to clients that say that they understand it, which
    /// is `v:2` in `g`. All others go on getting one address.
    pub fn serve_in_parts(&self, from: u64) {
        self.world().parts_from = Some(from);
    }

    /// Lets the next session id begin with a zero byte, as one in 256 does; clients have got that wrong.
    pub fn begin_next_session_with_zero(&self) {
        self.world().zero_session = true;
    }

    /// Remembers a request.
    fn note(&self, request: Seen) {
        let mut seen = self.seen_list();
        seen.push_back(request);
        if seen.len() > REQUESTS_REMEMBERED {
            seen.pop_front();
        }
    }

    /// Writes what changed to the state folder, if there is one.
    pub(crate) fn save(&self) -> io::Result<()> {
        let mut journal = self.core.journal.lock().unwrap_or_else(PoisonError::into_inner);
        match journal.as_mut() {
            Some(journal) => journal.append(&mut self.world()),
            None => Ok(()),
        }
    }

    /// Tells those who wait for events to look again.
    pub(crate) fn wake(&self) {
        self.core.changes.send_modify(|count| *count += 1);
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.core.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.core.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen_list(&self) -> MutexGuard<'_, VecDeque<Seen>> {
        self.core.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Emulator {
    fn default() -> Self {
        Self::new()
    }
}

/// Enough for every test, and no burden for a server that runs for days.
const REQUESTS_REMEMBERED: usize = 5000;
