//! Fetches all nodes of the account ([`Session::fetch_tree`]): the body comes in load by load, and while one comes in the
//! last one is cut, decrypted and stored on a blocking thread. Between two loads somebody may look at what is there.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, sleep_until};

use super::Session;
use super::onlooker::{Looks, Onlooker, look};
use crate::api::error::{ApiError, Context, ErrorCode};
use crate::api::listing::{ListingError, ListingReader, WireNode};
use crate::api::transport::BodyStream;
use crate::api::wait::{Reason, Wait};
use crate::crypto::key::ShareKey;
use crate::crypto::node_key::{Keyring, ShareKeySource};
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;
use crate::tree::{Glimpse, Tree, TreeBuilder};

impl Session {
    /// Fetches the whole tree. `progress` is called with the bytes received so far, and the bytes in all where the server
    /// says; when the line breaks in the middle it starts again from 0.
    pub async fn fetch_tree(&self, progress: impl FnMut(u64, Option<u64>) + Send) -> Result<Tree, ApiError> {
        self.fetch_tree_before(progress, None).await
    }

    /// The same before somebody who looks at what has come while the rest arrives. What they are shown is no tree of the
    /// account: after a line that broke it may have more than what is shown next.
    pub async fn fetch_tree_before(
        &self,
        mut progress: impl FnMut(u64, Option<u64>) + Send,
        mut onlooker: Option<Onlooker>,
    ) -> Result<Tree, ApiError> {
        if let Some(visit) = &self.keys.visit {
            return self.fetch_link(visit, &mut progress).await;
        }
        let shares = self.share_key_source().await?;
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.fetch_tree_once(shares.clone(), &mut progress, onlooker.as_mut()).await {
                Err(ApiError::Transport(error)) => tracing::warn!(%error, "the listing broke off"),
                Err(ApiError::Malformed { .. }) => {
                    tracing::warn!("the listing ended too early or makes no sense");
                }
                ended => return ended.map(|tree| self.dated(tree)),
            }
            self.pause(pause).await;
            pause *= 2;
        }
        let ended = self.fetch_tree_once(shares, &mut progress, onlooker.as_mut()).await;
        ended.map(|tree| self.dated(tree))
    }

    /// Says to a tree which of our own commands were sent before it came.
    fn dated(&self, mut tree: Tree) -> Tree {
        tree.came_after(self.causes.given_out());
        tree
    }

    async fn fetch_tree_once(
        &self,
        shares: ShareKeySource,
        progress: &mut (impl FnMut(u64, Option<u64>) + Send),
        onlooker: Option<&mut Onlooker>,
    ) -> Result<Tree, ApiError> {
        let keys = Keyring::new(self.user(), self.master_key(), self.private_key().cloned(), shares);
        let keys = Opens::Account(Box::new(keys));
        self.fetch_with(keys, progress, onlooker).await.map(|(tree, _)| tree)
    }

    /// Fetches a listing once. Returns also its first node: that of a folder link is what the link leads to.
    pub(super) async fn fetch_with(
        &self,
        keys: Opens,
        progress: &mut (impl FnMut(u64, Option<u64>) + Send),
        onlooker: Option<&mut Onlooker>,
    ) -> Result<(Tree, Option<NodeHandle>), ApiError> {
        let (body, total) = self.client().listing().await?;
        let mut progress = |received| progress(received, total);
        let (looks, mut show) = look(onlooker);
        let mut intake = Intake { body, received: 0, looks };
        let (mut site, mut load) = (Site::new(keys), intake.load(&mut progress).await?);
        while !load.is_last {
            let built = async {
                let (site, glimpse) = site.build(load).await?;
                glimpse.into_iter().for_each(&mut show); // now, and not when the next load is there
                Ok::<_, ApiError>(site)
            };
            (site, load) = tokio::try_join!(built, intake.load(&mut progress))?;
        }
        site.finish(load).await
    }

    async fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let waits = self.client().waits();
        waits(Some(Wait { reason: Reason::Offline, until: Some(until) }));
        sleep_until(until).await;
        waits(None);
    }
}

/// The body of a listing as it comes in.
struct Intake<'o> {
    body: BodyStream,
    received: u64,
    looks: Looks<'o>,
}

/// A part of the body, to be built in one go.
#[derive(Default)]
struct Load {
    pieces: Vec<Bytes>,
    /// Folders that somebody wants to see once it is built.
    wanted: Vec<CloudFolder>,
    is_last: bool,
}

impl Intake<'_> {
    /// Waits for so much of the body that it is worth building, or until somebody wants to look.
    async fn load(&mut self, progress: &mut (impl FnMut(u64) + Send)) -> Result<Load, ApiError> {
        let (mut load, mut len) = (Load::default(), 0);
        while len < LOAD {
            let piece = tokio::select! {
                biased;
                wanted = self.looks.due() => {
                    load.wanted = wanted;
                    break;
                }
                piece = self.body.next() => piece,
            };
            let Some(piece) = piece else {
                load.is_last = true;
                break;
            };
            let piece = piece?;
            len += piece.len();
            self.received += piece.len() as u64;
            self.looks.arrived();
            progress(self.received);
            load.pieces.push(piece);
        }
        Ok(load)
    }
}

/// What opens the nodes of a listing.
pub(super) enum Opens {
    /// The keys of an account.
    Account(Box<Keyring>),
    /// The key of a folder link, which is that of its root: the first node.
    Link(ShareKey),
}

impl Opens {
    /// Makes the ring for a listing that begins with this node.
    fn ring(&self, first: Option<NodeHandle>) -> Keyring {
        match self {
            Self::Account(keys) => Keyring::clone(keys),
            Self::Link(key) => Keyring::link(first.unwrap_or(NodeHandle::from_bytes([0; 6])), key),
        }
    }
}

/// A tree that is being built. It comes back between two loads: a line that is silent holds no thread.
struct Site {
    keys: Opens,
    reader: ListingReader,
    builder: Option<TreeBuilder>,
    first: Option<NodeHandle>,
}

impl Site {
    fn new(keys: Opens) -> Self {
        Self { keys, reader: ListingReader::new(), builder: None, first: None }
    }

    /// Builds in a load, and looks at what is there then, where somebody wants to.
    async fn build(mut self, load: Load) -> Result<(Self, Option<Glimpse>), ApiError> {
        blocking(move || {
            self.take(&load.pieces)?;
            let builder = self.builder.as_mut().filter(|_| !load.wanted.is_empty());
            let glimpse = builder.and_then(|builder| builder.glimpse(&load.wanted));
            Ok((self, glimpse))
        })
        .await
    }

    /// Builds in the last load, and ends.
    async fn finish(mut self, load: Load) -> Result<(Tree, Option<NodeHandle>), ApiError> {
        blocking(move || {
            self.take(&load.pieces)?;
            let builder = self.builder.unwrap_or_else(|| TreeBuilder::new(self.keys.ring(None)));
            Ok((builder.finish(&self.reader.finish()?), self.first))
        })
        .await
    }

    fn take(&mut self, pieces: &[Bytes]) -> Result<(), ListingError> {
        let Self { keys, reader, builder, first } = self;
        for piece in pieces {
            reader.feed(piece, &mut |node| {
                let builder = builder.get_or_insert_with(|| {
                    *first = WireNode::parse(node).and_then(|node| node.handle.handle());
                    TreeBuilder::new(keys.ring(*first))
                });
                builder.push(node);
            })?;
        }
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ListingError> + Send + 'static,
) -> Result<T, ApiError> {
    let worked = tokio::task::spawn_blocking(work).await.map_err(|_stopped| ApiError::Cancelled)?;
    worked.map_err(into_api_error)
}

fn into_api_error(error: ListingError) -> ApiError {
    match error {
        ListingError::Refused(ErrorCode::SESSION) => ApiError::SessionEnded,
        ListingError::Refused(ErrorCode::BLOCKED) => ApiError::Blocked,
        ListingError::Refused(code) => {
            ApiError::Refused { code, command: COMMAND, context: Context::Command }
        }
        ListingError::Malformed | ListingError::TooLarge => ApiError::Malformed { command: COMMAND },
    }
}

const COMMAND: &str = "f";

/// Bytes that are built together: little to hold twice, enough that handing them over costs nothing. While they are built
/// as many come in, and then the body waits, and with it the server.
const LOAD: usize = 512 << 10;

/// A listing that breaks in the middle is fetched anew; after that many the line is not fit for it.
const ATTEMPTS: u32 = 3;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
