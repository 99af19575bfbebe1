//! What `doctor` finds in what is kept of an account on this machine: its file list, and notes of links that copies to
//! other accounts made. Called by `doctor`.

use std::fs;
use std::io;
use std::time::SystemTime;

use crate::cli::context::Context;
use crate::cli::login::{self, Opened};
use crate::cli::output::Failure;
use crate::cli::quantity;
use crate::config::Account;
use crate::handle::NodeHandle;
use crate::message::Finding;
use crate::session::Session;
use crate::worker::{connect, problem};

/// Whether the kept file list of an account can be read, how old and how large it is. Comes before the account is listed,
/// which makes it anew.
pub(super) async fn file_list(context: &Context, account: &Account, session: &Session) -> Finding {
    let folders = &context.config.folders;
    let Some(cache) = connect::tree_cache(folders, account, session) else {
        return Finding::ok("file list", "none is kept of an account that only the environment has");
    };
    let Ok(facts) = fs::metadata(folders.tree_cache(&account.name)) else {
        return Finding::ok("file list", "none was kept yet: this one is, where it can be");
    };
    let loaded = tokio::task::spawn_blocking(move || cache.load().map(|tree| tree.len())).await;
    let (size, age) = (quantity::size_with_unit(facts.len()), age(&facts));
    match loaded.ok().flatten() {
        Some(count) => {
            let nodes = quantity::counted(count, "node");
            Finding::ok("file list", format!("{nodes} are kept in {size}, written {age}"))
        }
        None => Finding::warn(
            "file list",
            format!("the {size} kept {age} cannot be used: another login's, or damaged"),
        )
        .mended_by("nothing to do: it is fetched and kept anew now"),
    }
}

fn age(facts: &fs::Metadata) -> String {
    let written = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let minutes = SystemTime::now().duration_since(written).unwrap_or_default().as_secs() / 60;
    match minutes {
        0 => "just now".to_owned(),
        1..=119 => format!("{minutes} min ago"),
        120..=2879 => format!("{} hours ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// Links that a copy to another account made for itself and was killed before it removed them. With `fixes` they go; so
/// they do when any other command opens the account.
pub(super) async fn loans(context: &Context, opened: &mut Opened, fixes: bool) -> Result<Finding, Failure> {
    if fixes {
        let count = opened.end_left_loans().await;
        let says = format!("{} of copies that were cut off, removed now", quantity::counted(count, "link"));
        return Ok(Finding::ok("loans", if count == 0 { NO_LOANS.to_owned() } else { says }));
    }
    let notes = login::loan_notes(context, context.config.account(&opened.name)?);
    let left = tokio::task::spawn_blocking(move || notes.take_left()).await;
    let left =
        left.map_err(io::Error::other).flatten().map_err(|error| problem::of_io("look for loans", &error))?;
    let linked: Vec<NodeHandle> =
        left.iter().map(|note| note.lent().file).filter(|file| opened.tree.link(*file).is_some()).collect();
    let Some(first) = linked.first() else { return Ok(Finding::ok("loans", NO_LOANS)) };
    let (count, path) = (quantity::counted(linked.len(), "link"), opened.tree.path(*first));
    let says = format!("a copy to another account was cut off and left {count}, as that of {path}");
    let mended_by = format!(
        "megapane doctor {}: --fix; or nothing: the next command that opens it removes them",
        opened.name
    );
    Ok(Finding::warn("loans", says).mended_by(mended_by))
}

const NO_LOANS: &str = "no copy to another account left a link";
