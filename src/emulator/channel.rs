//! The event endpoints: `sc` and `wsc` answer at once, their wait URLs when there is news. Both generations of
//! clients are served.

use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use url::Url;

use super::batch::{self, Query};
use super::refusal::Refusal;
use super::world::{Caller, Viewer, World};

/// `sc`: what happened since `sn`, or where to wait. With `c`, the alerts that nobody reads here.
pub(crate) fn catch_up(world: &World, base: &Url, query: &Query) -> String {
    let viewer = match viewer(world, query) {
        Ok(viewer) => viewer,
        Err(refusal) => return refusal.number().to_string(),
    };
    if query.value("c").is_some() {
        return json!({ "c": [], "fsn": world.position(), "lsn": world.position() }).to_string();
    }
    let position = query.value("sn").unwrap_or_default();
    // Kept in the URL: the clients that use it send neither session nor position there.
    let name = match viewer {
        Viewer::User(user) => user.to_string(),
        Viewer::Link(link) => link.to_string(),
    };
    let wait_url = format!("{base}wait/{name}/{position}");
    news(world, viewer, position, &wait_url, Empty::Waits)
}

/// `wsc`: the same, and always with the URL of [`poll`].
pub(crate) fn subscribe(world: &World, base: &Url, query: &Query) -> String {
    let poll_url = format!("{base}wsc/poll");
    match viewer(world, query) {
        Ok(viewer) => {
            news(world, viewer, query.value("sn").unwrap_or_default(), &poll_url, Empty::Subscribes)
        }
        Err(refusal) => refusal.number().to_string(),
    }
}

/// What a long poll answers now; `None` while there is nothing to say.
pub(crate) fn poll(world: &World, base: &Url, query: &Query) -> Option<String> {
    let viewer = match viewer(world, query) {
        Ok(viewer) => viewer,
        Err(refusal) => return Some(refusal.number().to_string()),
    };
    let position = query.value("sn").unwrap_or_default();
    let poll_url = format!("{base}wsc/poll");
    world.has_news(viewer, position).then(|| news(world, viewer, position, &poll_url, Empty::Subscribes))
}

/// Whether somebody who waits at `wait/NAME/POSITION` should ask again.
pub(crate) fn is_over(world: &World, path: &str) -> bool {
    let Some((name, position)) = path.split_once('/') else { return true };
    let viewer = match (name.parse(), name.parse()) {
        (Ok(user), _) => Viewer::User(user),
        (_, Ok(link)) => Viewer::Link(link),
        (Err(_), Err(_)) => return true,
    };
    world.has_news(viewer, position)
}

/// Waits until `ready` says something, the world having changed in between, or the time is up.
pub(crate) async fn wait<T>(
    mut changes: watch::Receiver<u64>,
    mut ready: impl FnMut() -> Option<T>,
) -> Option<T> {
    let end = tokio::time::Instant::now() + LONGEST_WAIT;
    loop {
        changes.borrow_and_update();
        if let Some(answer) = ready() {
            return Some(answer);
        }
        match tokio::time::timeout_at(end, changes.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return None,
        }
    }
}

/// What to say when nothing happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Waits,
    Subscribes,
}

fn viewer(world: &World, query: &Query) -> Result<Viewer, Refusal> {
    match batch::caller(world, query)? {
        Caller::Nobody => Err(Refusal::Session),
        caller @ (Caller::User { .. } | Caller::Link { .. }) => caller.viewer().ok_or(Refusal::Session),
    }
}

fn news(world: &World, viewer: Viewer, position: &str, url: &str, empty: Empty) -> String {
    let news = match world.news(viewer, position) {
        Ok(news) => news,
        Err(refusal) => return refusal.number().to_string(),
    };
    let quiet = news.packets.is_empty();
    let mut members = Vec::new();
    if quiet || empty == Empty::Subscribes {
        members.push(format!("\"w\":{}", json!(url)));
    }
    if !quiet {
        members.push(format!("\"a\":[{}]", news.packets.join(",")));
    }
    if news.more {
        members.push("\"ir\":1".to_owned());
    }
    members.push(format!("\"sn\":{}", json!(news.position)));
    format!("{{{}}}", members.join(","))
}

/// A long poll without news ends after this time; the official client gives up after 40 s without a byte.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
