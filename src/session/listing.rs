//! Fetches all nodes of the account ([`Session::fetch_tree`]): the body flows from the client to a blocking thread that
//! cuts, decrypts and stores, so that neither side holds more than a few pieces of it.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::Session;
use crate::api::error::{ApiError, Context, ErrorCode};
use crate::api::listing::{ListingError, ListingReader, WireNode};
use crate::api::transport::BodyStream;
use crate::api::wait::{Reason, Wait};
use crate::crypto::key::ShareKey;
use crate::crypto::node_key::{Keyring, ShareKeySource};
use crate::handle::NodeHandle;
use crate::tree::{Tree, TreeBuilder};

impl Session {
    /// Fetches the whole tree. `progress` is called with the bytes received so far, and the bytes in all where the server
    /// says; when the line breaks in the middle it starts again from 0.
    pub async fn fetch_tree(
        &self,
        mut progress: impl FnMut(u64, Option<u64>) + Send,
    ) -> Result<Tree, ApiError> {
        if let Some(visit) = &self.keys.visit {
            return self.fetch_link(visit, &mut progress).await;
        }
        let shares = self.share_key_source().await?;
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.fetch_tree_once(shares.clone(), &mut progress).await {
                Err(ApiError::Transport(error)) => tracing::warn!(%error, "the listing broke off"),
                Err(ApiError::Malformed { .. }) => {
                    tracing::warn!("the listing ended too early or makes no sense");
                }
                ended => return ended.map(|tree| self.dated(tree)),
            }
            self.pause(pause).await;
            pause *= 2;
        }
        let ended = self.fetch_tree_once(shares, &mut progress).await;
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
    ) -> Result<Tree, ApiError> {
        let keys = Keyring::new(self.user(), self.master_key(), self.private_key().cloned(), shares);
        self.fetch_with(Opens::Account(Box::new(keys)), progress).await.map(|(tree, _)| tree)
    }

    /// Fetches a listing once. Returns also its first node: that of a folder link is what the link leads to.
    pub(super) async fn fetch_with(
        &self,
        keys: Opens,
        progress: &mut (impl FnMut(u64, Option<u64>) + Send),
    ) -> Result<(Tree, Option<NodeHandle>), ApiError> {
        let (body, total) = self.client().listing().await?;
        let (pieces, building) = build(keys);
        let received = pump(body, &pieces, |received| progress(received, total)).await;
        drop(pieces); // the end of the body
        let built = building.await.map_err(|_stopped| ApiError::Cancelled)?;
        received?;
        built.map_err(into_api_error)
    }

    async fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let waits = self.client().waits();
        waits(Some(Wait { reason: Reason::Offline, until: Some(until) }));
        sleep_until(until).await;
        waits(None);
    }
}

/// Sends the body on, piece by piece. Ends early, without an error, when nobody takes them any more: whoever took them
/// knows why.
async fn pump(
    mut body: BodyStream,
    pieces: &mpsc::Sender<Bytes>,
    mut progress: impl FnMut(u64) + Send,
) -> Result<(), ApiError> {
    let mut received = 0;
    while let Some(piece) = body.next().await {
        let piece = piece?;
        received += piece.len() as u64;
        if pieces.send(piece).await.is_err() {
            break;
        }
        progress(received);
    }
    Ok(())
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

/// A tree that is being built, and its first node.
type Building = JoinHandle<Result<(Tree, Option<NodeHandle>), ListingError>>;

/// Starts the blocking side.
fn build(keys: Opens) -> (mpsc::Sender<Bytes>, Building) {
    let (pieces, mut waiting) = mpsc::channel::<Bytes>(PIECES_WAITING);
    let building = tokio::task::spawn_blocking(move || {
        let (mut reader, mut builder, mut first) = (ListingReader::new(), None, None);
        while let Some(piece) = waiting.blocking_recv() {
            reader.feed(&piece, &mut |node| {
                let builder = builder.get_or_insert_with(|| {
                    first = WireNode::parse(node).and_then(|node| node.handle.handle());
                    TreeBuilder::new(keys.ring(first))
                });
                builder.push(node);
            })?;
        }
        let builder = builder.unwrap_or_else(|| TreeBuilder::new(keys.ring(None)));
        Ok((builder.finish(&reader.finish()?), first))
    });
    (pieces, building)
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

/// Pieces on their way to the blocking side, some 16 to 64 KiB each. When it is full the body waits, and with it the
/// server.
const PIECES_WAITING: usize = 16;

/// A listing that breaks in the middle is fetched anew; after that many the line is not fit for it.
const ATTEMPTS: u32 = 3;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
