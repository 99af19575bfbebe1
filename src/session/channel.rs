//! The account's event channel as a session follows it: what happened since a position ([`Session::news`]), all of it up
//! to now ([`Session::catch_up`]), and on and on ([`Session::follow`]). What comes is a [`Stretch`]; [`Session::take`] puts
//! it into the tree. Nothing here keeps the tree: it says where it stands, and a stretch that begins elsewhere is dropped.

use std::time::Duration;

use serde_json::value::RawValue;
use tokio::time::{Instant, sleep};

use super::Session;
use crate::api::channel::{ChannelError, News, Packet};
use crate::api::error::ApiError;
use crate::api::listing::WireNode;
use crate::crypto::node_key::{Keyring, ShareKeySource};
use crate::handle::NodeHandle;
use crate::tree::{Tree, Usage};

/// What happened between two positions of the channel.
#[derive(Clone, Debug)]
pub struct Stretch {
    news: News,
    /// The account's share keys, where they were written meanwhile.
    share_keys: Option<ShareKeySource>,
}

impl Stretch {
    /// Makes one in which nothing happened.
    #[cfg(test)]
    pub(crate) fn between(from: &str, to: &str) -> Self {
        let news =
            News { from: from.to_owned(), to: to.to_owned(), packets: Vec::new(), more: false, place: None };
        Self { news, share_keys: None }
    }

    /// Returns whether something happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.news.packets.is_empty()
    }

    /// Returns whether it begins at a position.
    #[must_use]
    pub fn begins_at(&self, position: &str) -> bool {
        self.news.from == position
    }

    /// Returns whether it ends at a position: whoever stands there has it already.
    #[must_use]
    pub fn ends_at(&self, position: &str) -> bool {
        self.news.to == position
    }

    /// Returns where there is more already.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        let News { from, to, more, .. } = &self.news;
        (*more && to != from).then_some(to)
    }

    /// Returns how much happened.
    #[must_use]
    pub fn len(&self) -> usize {
        self.news.packets.len()
    }

    /// Returns about how many nodes of a tree it is.
    #[must_use]
    pub fn node_count(&self, tree: &Tree) -> u64 {
        let with_all_below = |node| {
            let Usage { file_count, folder_count, .. } = tree.usage(node);
            file_count.saturating_add(folder_count)
        };
        let count = |packet: &Packet| match packet {
            Packet::Nodes { nodes, .. } => nodes.len() as u64,
            Packet::Removed { node, moves: false } => with_all_below(*node),
            Packet::Share(share) if share.access.is_none() => with_all_below(share.node),
            Packet::Removed { .. }
            | Packet::Attributes { .. }
            | Packet::Share(_)
            | Packet::Link { .. }
            | Packet::KeyStore
            | Packet::Users(_)
            | Packet::Quota => 1,
        };
        self.news.packets.iter().fold(0, |sum, action| sum.saturating_add(count(&action.packet)))
    }

    /// Returns the nodes that may be new by it, or have another place or name.
    pub fn touched(&self) -> impl Iterator<Item = NodeHandle> {
        self.news.packets.iter().flat_map(|action| {
            let (texts, renamed) = match &action.packet {
                Packet::Nodes { nodes, .. } => (&nodes[..], None),
                Packet::Attributes { node, .. } => (&[][..], Some(*node)),
                Packet::Removed { .. }
                | Packet::Share(_)
                | Packet::Link { .. }
                | Packet::KeyStore
                | Packet::Users(_)
                | Packet::Quota => (&[][..], None),
            };
            let handle = |text: &RawValue| WireNode::parse(text.get().as_bytes())?.handle.handle();
            texts.iter().filter_map(move |text| handle(text)).chain(renamed)
        })
    }

    /// Returns whether all of it was caused by commands whose ids `is_own` knows.
    pub fn is_of(&self, is_own: impl Fn(&str) -> bool) -> bool {
        self.news.packets.iter().all(|action| action.cause.as_deref().is_some_and(&is_own))
    }

    /// Returns whether the account may be fuller or emptier than before.
    #[must_use]
    pub fn changes_quota(&self) -> bool {
        self.news.packets.iter().any(|action| matches!(action.packet, Packet::Quota))
    }
}

/// Why a channel is followed no further.
#[derive(Clone, Debug)]
pub enum FollowEnd {
    /// Only a new listing helps.
    TooOld,
    /// The server will not go on.
    Refused(ApiError),
}

impl Session {
    /// Asks what happened since `position`. Answers at once.
    pub async fn news(&self, position: &str) -> Result<Stretch, ChannelError> {
        let news = self.client().news(position).await?;
        let is_written = news.packets.iter().any(|action| matches!(action.packet, Packet::KeyStore));
        let share_keys = if is_written { Some(self.share_key_source().await?) } else { None };
        Ok(Stretch { news, share_keys })
    }

    /// Takes all into the tree that happened up to now. Returns how much that was.
    pub async fn catch_up(&self, tree: &mut Tree) -> Result<usize, ChannelError> {
        let mut count = 0;
        loop {
            let stretch = self.news(tree.sequence()).await?;
            count += stretch.len();
            let is_all = stretch.next().is_none();
            self.take(tree, stretch);
            if is_all {
                return Ok(count);
            }
        }
    }

    /// Takes a stretch into the tree; one that does not begin where the tree stands is passed over. Returns whether it
    /// was taken.
    pub fn take(&self, tree: &mut Tree, stretch: Stretch) -> bool {
        let Stretch { news, share_keys } = stretch;
        let private = self.private_key().cloned();
        let keyring = match share_keys {
            Some(source) => Keyring::new(self.user(), self.master_key(), private, source),
            None => tree.keyring(self.user(), self.master_key(), private),
        };
        tree.follow(keyring, &news, |cause| self.causes.given_out_by(cause))
    }

    /// Follows the channel from a position on, and hands out what happens. A line that is lost is tried again, with pauses
    /// that grow, for as long as this is polled; ends when following makes no sense any more.
    pub async fn follow(&self, mut position: String, mut hand_out: impl FnMut(Stretch) + Send) -> FollowEnd {
        let mut pause = FIRST_PAUSE;
        loop {
            let stretch = match self.news(&position).await {
                Ok(stretch) => stretch,
                Err(ChannelError::TooOld) => return FollowEnd::TooOld,
                Err(ChannelError::Api(error)) if is_passing(&error) => {
                    tracing::warn!(%error, "the event channel is lost");
                    self.rest(&mut pause).await;
                    continue;
                }
                Err(ChannelError::Api(error)) => return FollowEnd::Refused(error),
            };
            let (is_quiet, is_more) = (stretch.is_empty(), stretch.next().is_some());
            let is_moving = stretch.news.to != position;
            let place = stretch.news.place.clone();
            position.clone_from(&stretch.news.to);
            if !is_quiet || is_moving {
                hand_out(stretch);
            }
            if is_more {
                continue;
            }
            let began = Instant::now();
            let is_fine = match &place {
                Some(place) => self.client().wait_for_news(place).await,
                None => !is_quiet, // with packets there comes no place; the next answer has one
            };
            if is_fine && (!is_quiet || began.elapsed() >= SHORTEST_WAIT) {
                pause = FIRST_PAUSE;
            } else {
                self.rest(&mut pause).await;
            }
        }
    }

    /// Pauses for longer each time, or until the user wants to try now.
    async fn rest(&self, pause: &mut Duration) {
        tokio::select! {
            () = sleep(*pause) => *pause = (*pause * 2).min(LONGEST_PAUSE),
            () = self.client().retry_signal().notified() => *pause = FIRST_PAUSE,
        }
    }
}

/// Whether it may well be otherwise in a while.
fn is_passing(error: &ApiError) -> bool {
    match error {
        ApiError::Transport(_) | ApiError::Status(_) | ApiError::GaveUp(_) | ApiError::Malformed { .. } => {
            true
        }
        ApiError::Refused { .. } | ApiError::SessionEnded | ApiError::Blocked | ApiError::Cancelled => false,
    }
}

/// The first pause on a channel that is lost, or that ends its waits at once without any news.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A wait that ends sooner without news was none: the next one is not begun at once.
const SHORTEST_WAIT: Duration = Duration::from_millis(200);
