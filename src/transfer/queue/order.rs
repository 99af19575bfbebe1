//! The order of the queue: the [`Rank`] of each transfer, by which the next one is picked, and moves within it. Part of the
//! queue's machine. Which transfer may run, it does not know; what runs is not stopped for one that was put before it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{NewTransfer, Queue};
use crate::message::{OrderBy, OrderDirection, OrderKey, Reorder, TransferId};

/// Where a transfer stands: lowest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    key: Key,
    /// Unique; grows with each transfer that is added.
    pub(super) place: i64,
}

/// What goes before the place where a copy asked for an order of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    AsFound,
    Rising(Value),
    Falling(Reverse<Value>),
}

/// What is compared; of one copy all are of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Size(u64),
    Time(Option<i64>),
    Name(Arc<str>),
}

/// Places in use, and who has them.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) transfers: BTreeMap<Rank, TransferId>,
    /// The lowest place that was ever given, and the highest.
    places: (i64, i64),
}

impl Order {
    /// Gives a new transfer its rank.
    pub(super) fn add(&mut self, id: TransferId, new: &NewTransfer) -> Rank {
        self.places.1 += 1;
        let rank = Rank { key: key_of(new), place: self.places.1 };
        self.transfers.insert(rank.clone(), id);
        rank
    }

    pub(super) fn remove(&mut self, rank: &Rank) {
        self.transfers.remove(rank);
    }

    /// Returns a rank before or behind all others.
    fn outermost(&mut self, reorder: Outermost) -> Option<Rank> {
        let (end, place) = match reorder {
            Outermost::Top => {
                self.places.0 -= 1;
                (self.transfers.first_key_value(), self.places.0)
            }
            Outermost::Bottom => {
                self.places.1 += 1;
                (self.transfers.last_key_value(), self.places.1)
            }
        };
        end.map(|(rank, _)| Rank { key: rank.key.clone(), place })
    }
}

#[derive(Clone, Copy)]
enum Outermost {
    Top,
    Bottom,
}

impl Queue {
    /// Puts a transfer elsewhere in the order.
    pub(super) fn reorder(&mut self, id: TransferId, reorder: Reorder) {
        let Some(rank) = self.transfers.get(&id).map(|transfer| transfer.rank.clone()) else { return };
        let mut others_before = self.order.transfers.range(..&rank).rev().map(|(_, id)| *id);
        let mut others_behind = self.order.transfers.range(&rank..).skip(1).map(|(_, id)| *id);
        match reorder {
            Reorder::Up => {
                let other = others_before.find(|other| self.is_open(*other));
                self.exchange(id, other);
            }
            Reorder::Down => {
                let other = others_behind.find(|other| self.is_open(*other));
                self.exchange(id, other);
            }
            Reorder::Top if others_before.next().is_some() => {
                let rank = self.order.outermost(Outermost::Top);
                self.rank(id, rank);
            }
            Reorder::Bottom if others_behind.next().is_some() => {
                let rank = self.order.outermost(Outermost::Bottom);
                self.rank(id, rank);
            }
            Reorder::Top | Reorder::Bottom => {}
        }
    }

    fn is_open(&self, id: TransferId) -> bool {
        self.transfers.get(&id).is_some_and(|transfer| !transfer.state().is_ended())
    }

    fn exchange(&mut self, one: TransferId, other: Option<TransferId>) {
        let rank_of = |id| self.transfers.get(&id).map(|transfer| transfer.rank.clone());
        let Some((other, (first, second))) =
            other.and_then(|other| Some((other, rank_of(one).zip(rank_of(other))?)))
        else {
            return;
        };
        self.rank(one, Some(second));
        self.rank(other, Some(first));
    }

    /// Gives a transfer another rank, in the lanes too.
    fn rank(&mut self, id: TransferId, rank: Option<Rank>) {
        let Some((transfer, rank)) = self.transfers.get_mut(&id).zip(rank) else { return };
        let before = std::mem::replace(&mut transfer.rank, rank.clone());
        let lane = self.ready.entry(transfer.lane()).or_default();
        if lane.get(&before) == Some(&id) {
            lane.remove(&before);
        }
        if transfer.is_queued() {
            lane.insert(rank.clone(), id);
        }
        // Of two that change places the second has taken the first one's already.
        if self.order.transfers.get(&before) == Some(&id) {
            self.order.transfers.remove(&before);
        }
        self.order.transfers.insert(rank, id);
        self.changed.insert(id);
    }
}

/// Returns how many of `limit` that run at once are taken from the front; the others come from the back.
pub(super) fn front_share(order: Option<OrderBy>, limit: usize) -> usize {
    match order.map(|order| order.direction) {
        Some(OrderDirection::Mixed { percent }) => (limit * usize::from(percent.min(100))).div_ceil(100),
        Some(OrderDirection::Ascending | OrderDirection::Descending) | None => limit,
    }
}

fn key_of(new: &NewTransfer) -> Key {
    let Some(OrderBy { key, direction }) = new.order_by else { return Key::AsFound };
    let value = match key {
        OrderKey::Size => Value::Size(new.size),
        OrderKey::Name => Value::Name(new.path.as_str().into()),
        OrderKey::ModTime => Value::Time(new.modified),
    };
    match direction {
        OrderDirection::Ascending | OrderDirection::Mixed { .. } => Key::Rising(value),
        OrderDirection::Descending => Key::Falling(Reverse(value)),
    }
}
