//! What `doctor` finds in what is kept on this machine: the file list of an account, logins whose remote is gone, and
//! files whose writing was cut off.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::finding::Finding;
use crate::cli::context::Context;
use crate::cli::quantity;
use crate::config::{Account, Config, Folders, private_file};
use crate::session::Session;
use crate::worker::connect;

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

/// Stored logins that no remote of the configuration uses. They still open an account.
pub(super) fn logins(config: &Config) -> Finding {
    let folder = config.folders.config.join("credentials");
    let is_used = |path: &PathBuf| {
        config.accounts.iter().any(|account| config.folders.credentials(&account.name) == *path)
    };
    let sealed = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "sealed");
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let loose: Vec<PathBuf> = files.filter(|path| sealed(path) && !is_used(path)).collect();
    let Some(first) = loose.first() else {
        return Finding::ok("logins", "every stored login belongs to a remote");
    };
    let more = quantity::counted(loose.len(), "stored login");
    Finding::warn("logins", format!("{more} without a remote, as \"{}\"", first.display())).mended_by(
        "remove the file, and end that login: megapane sessions --close others REMOTE:, where you still have one",
    )
}

/// Files that a program was writing when it was killed. With `fixes` they go.
pub(super) fn scraps(folders: &Folders, fixes: bool) -> Finding {
    let scraps: Vec<PathBuf> = [&folders.config, &folders.state, &folders.cache]
        .into_iter()
        .flat_map(|top| scraps_below(top))
        .collect();
    let Some(first) = scraps.first() else {
        return Finding::ok("scraps", "no file of ours was cut off while it was written");
    };
    let count = quantity::counted(scraps.len(), "file");
    if !fixes {
        return Finding::warn("scraps", format!("{count} cut off while written, as \"{}\"", first.display()))
            .mended_by("megapane doctor --fix removes them");
    }
    match scraps.iter().try_for_each(fs::remove_file) {
        Ok(()) => Finding::ok("scraps", format!("{count} cut off while written, removed now")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::ok("scraps", "others removed them"),
        Err(error) => Finding::warn("scraps", format!("{count} cut off while written stay: {error}"))
            .mended_by(format!("rm '{}'", first.display())),
    }
}

/// What our own folders have of it: they are as deep as `transfers/REMOTE/file`.
fn scraps_below(top: &Path) -> Vec<PathBuf> {
    let tree = walkdir::WalkDir::new(top).max_depth(3).into_iter().flatten();
    let files = tree.filter(|entry| entry.file_type().is_file());
    files.map(walkdir::DirEntry::into_path).filter(|path| private_file::is_scrap(path)).collect()
}
