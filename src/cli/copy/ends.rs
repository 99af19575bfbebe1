//! [`Ends`]: the two places of a copy, and the accounts and links that they need, opened. `copy` and what is like it
//! begin here.

use super::super::context::Context;
use super::super::login::{self, Opened};
use super::super::output::Failure;
use super::super::public_link;
use super::super::remote::Place;
use crate::message::Task;
use crate::tree::Tree;

/// From where to where.
pub(super) struct Ends {
    pub(super) source: Place,
    pub(super) target: Place,
    /// What they need; one account, where both are of the same.
    pub(super) opened: Vec<Opened>,
}

impl Ends {
    /// Reads both places, and opens what they need.
    pub(super) async fn open(
        context: &Context,
        (source, target): (&str, &str),
        task: Task,
    ) -> Result<Self, Failure> {
        let target = Place::parse(target)?;
        if matches!(task, Task::Move { .. }) {
            Place::parse(source)?; // a link is not moved from
        }
        let (source, from) = public_link::open_place(context, source).await?;
        let mut opened: Vec<Opened> = from.into_iter().collect();
        if let Place::Cloud(cloud) = &target
            && opened.iter().all(|opened| opened.name != cloud.account)
        {
            opened.push(login::open(context, &cloud.account).await?);
        }
        Ok(Self { source, target, opened })
    }

    /// Returns the tree that a place is in; an empty one for places of this machine.
    pub(super) fn tree<'t>(&'t self, place: &Place, nothing: &'t Tree) -> &'t Tree {
        let opened =
            place.cloud().and_then(|cloud| self.opened.iter().find(|opened| opened.name == cloud.account));
        opened.map_or(nothing, |opened| &opened.tree)
    }
}
