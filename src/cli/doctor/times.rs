//! Files of an account without a time of their own, or with one that cannot be, and copies on this machine that prove
//! what it was. Called by `doctor`. Nothing is downloaded and nothing uploaded: a copy is a copy where its bytes under the
//! cloud file's key give that file's MAC, and what is sent of it is the attribute that holds the time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use futures_util::stream::{self, StreamExt};

use crate::cli::context::Context;
use crate::cli::login::Opened;
use crate::cli::output::Failure;
use crate::cli::quantity;
use crate::crypto::fingerprint::Fingerprint;
use crate::crypto::key::NodeKey;
use crate::handle::NodeHandle;
use crate::local::entry::unix_seconds;
use crate::message::Finding;
use crate::store::undo::{GroupKind, GroupTag};
use crate::store::unix_now;
use crate::transfer::local_copy::{self, Claim};
use crate::transfer::{Limits, TransferError};
use crate::tree::Tree;
use crate::worker::doctor::account;
use crate::worker::{local_proof, problem};

/// What is to be done about such files.
pub(super) struct Wish<'w> {
    /// Files and folders of this machine where copies may be.
    pub(super) local: &'w [PathBuf],
    /// Give them the times of their copies.
    pub(super) fixes: bool,
}

/// A copy that was found: what the file in the cloud is to say of its content.
#[derive(Clone, Copy)]
struct Copy {
    fingerprint: Fingerprint,
    has_its_name: bool,
}

/// Looks for such files, and mends them as far as is wished and proven.
pub(super) async fn look(
    context: &Context,
    opened: &mut Opened,
    wish: &Wish<'_>,
) -> Result<Vec<Finding>, Failure> {
    let now = unix_now();
    let (missing, wrong) = account::doubtful_times(&opened.tree, now);
    if wish.local.is_empty() || (missing.is_empty() && wrong.is_empty()) {
        return Ok(vec![account::times(&opened.name, &opened.tree)]);
    }
    let nodes: Vec<NodeHandle> = missing.into_iter().chain(wrong).collect();
    let (copies, mut findings) = copies(context, &opened.tree, (&nodes, now), wish.local).await?;
    findings.push(if wish.fixes {
        mend(context, opened, copies, nodes.len()).await?
    } else {
        let says =
            format!("{} of {} without a right time have a copy there", copies.len(), files(nodes.len()));
        let fix =
            format!("megapane doctor {}: --local … --fix sets their times, and uploads nothing", opened.name);
        Finding::warn("times", says).mended_by(if copies.is_empty() { NO_COPY.to_owned() } else { fix })
    });
    Ok(findings)
}

/// Finds copies of the nodes on this machine. Of several one of the same name counts, and then the oldest: who copies a
/// file may make it younger, never older.
async fn copies(
    context: &Context,
    tree: &Tree,
    (nodes, now): (&[NodeHandle], i64),
    local: &[PathBuf],
) -> Result<(BTreeMap<NodeHandle, Copy>, Vec<Finding>), Failure> {
    let mut open: BTreeMap<u64, Vec<(NodeHandle, Claim)>> = BTreeMap::new();
    for node in nodes.iter().filter_map(|node| tree.node(*node)).filter(|node| node.size() > 0) {
        if let Some(NodeKey::File(key)) = node.key() {
            let samples = node.fingerprint().map(|fingerprint| fingerprint.crc);
            open.entry(node.size()).or_default().push((node.handle(), Claim { key, samples }));
        }
    }
    let (local, sizes) = (local.to_vec(), open.keys().copied().collect::<BTreeSet<u64>>());
    let stop = context.stop.clone();
    let searched = tokio::task::spawn_blocking(move || local_proof::copies(&local, &sizes, &stop)).await;
    let (files, problems) = searched.unwrap_or_default();
    let mut findings: Vec<Finding> = problems.into_iter().map(unread).collect();
    let limits = Limits::new(context.options.max_wait);
    let mut copies = BTreeMap::new();
    for (size, path) in files {
        let (nodes, claims): (Vec<NodeHandle>, Vec<Claim>) =
            open.get(&size).into_iter().flatten().cloned().unzip();
        let proven = proven(&path, (size, now), &claims, (&limits, context)).await;
        match proven {
            Ok(proven) => {
                for (at, fingerprint) in proven {
                    let name = tree.node(nodes[at]).map(|node| node.label());
                    let has_its_name = path.file_name().and_then(|name| name.to_str()) == name.as_deref();
                    keep_best(&mut copies, nodes[at], Copy { fingerprint, has_its_name });
                }
            }
            Err(TransferError::Cancelled) => return Err(Failure::interrupted()),
            Err(error) => {
                let what = format!("read \"{}\"", path.display());
                findings.push(unread(problem::of_transfer(&what, &error)));
            }
        }
    }
    Ok((copies, findings))
}

fn unread(problem: crate::message::Problem) -> Finding {
    Finding::warn("copies", problem.message).mended_by(problem.hint)
}

/// Returns which claims a local file proves, each with the fingerprint that follows. The time is that from before and after
/// the bytes were read.
async fn proven(
    path: &Path,
    (size, now): (u64, i64),
    claims: &[Claim],
    (limits, context): (&Limits, &Context),
) -> Result<Vec<(usize, Fingerprint)>, TransferError> {
    let Some(modified) = modified(path).filter(|time| account::is_possible(*time, now)) else {
        return Ok(Vec::new());
    };
    let shown = local_copy::read(path, size, claims, limits, &context.stop).await?;
    let Some(shown) = shown.filter(|shown| !shown.proven.is_empty()) else { return Ok(Vec::new()) };
    let own = path.to_path_buf();
    let fingerprint = tokio::task::spawn_blocking(move || fingerprint(&own, size, modified)).await;
    let Ok(Ok(fingerprint)) = fingerprint else { return Ok(Vec::new()) };
    let is_unchanged = self::modified(path) == Some(modified);
    Ok(shown.proven.into_iter().filter(|_| is_unchanged).map(|at| (at, fingerprint)).collect())
}

fn modified(path: &Path) -> Option<i64> {
    std::fs::metadata(path).and_then(|facts| facts.modified()).ok().map(unix_seconds)
}

/// Reads what the fingerprint of a file is made of. Blocks.
fn fingerprint(path: &Path, size: u64, modified: i64) -> io::Result<Fingerprint> {
    let mut file = File::open(path)?;
    Fingerprint::compute(size, modified, |offset, bytes| {
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(bytes)
    })
}

fn keep_best(copies: &mut BTreeMap<NodeHandle, Copy>, node: NodeHandle, copy: Copy) {
    let rank = |copy: &Copy| (!copy.has_its_name, copy.fingerprint.modified);
    let best = copies.entry(node).or_insert(copy);
    if rank(&copy) < rank(best) {
        *best = copy;
    }
}

/// Gives files the times of their copies, all under one number of undo.
async fn mend(
    context: &Context,
    opened: &mut Opened,
    copies: BTreeMap<NodeHandle, Copy>,
    wanted: usize,
) -> Result<Finding, Failure> {
    let line = format!("set the times of {}", files(copies.len()));
    let journal = context.undo_journal(&opened.name)?.in_group(&GroupTag::new(GroupKind::Doing, &line));
    let (session, tree) = (&opened.session, &opened.tree);
    let set = copies.iter().map(|(node, copy)| {
        let prepared = session.prepare_time(tree, *node, copy.fingerprint);
        let journal = &journal;
        async move { session.commit(prepared?, journal).await }
    });
    let results: Vec<_> = stream::iter(set).buffer_unordered(AT_ONCE).collect().await;
    let count = results.iter().filter(|result| result.is_ok()).count();
    let first_failure = results.into_iter().find_map(Result::err);
    let says = format!("{} of {} have the times of their copies again", count, files(wanted));
    Ok(match first_failure {
        Some(error) => {
            let problem = problem::of_change("set the time of a file", &error);
            Finding::bad("times", format!("{says}; then: {}", problem.message)).mended_by(problem.hint)
        }
        None if count == wanted => Finding::ok("times", says),
        None => Finding::warn("times", says).mended_by(NO_COPY),
    })
}

fn files(count: usize) -> String {
    quantity::counted(count, "file")
}

const NO_COPY: &str = "the others have no copy there: name another folder, or upload them anew";

/// Attributes that are sent at once; the client puts them into one request.
const AT_ONCE: usize = 64;
