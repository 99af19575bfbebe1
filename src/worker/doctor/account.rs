//! What `doctor` finds in an account that is open: its storage and the clock ([`of_session`]), and nodes that are not as
//! they should be ([`of_tree`]). It only looks: what would change anything is named as a command.

use std::collections::HashSet;

use http::header::DATE;
use jiff::fmt::rfc2822;

use crate::api::listing::ShareReceiver;
use crate::api::transport::{Request, RequestBody};
use crate::config::size::{counted, size_with_unit};
use crate::handle::NodeHandle;
use crate::message::Finding;
use crate::session::Session;
use crate::store::unix_now;
use crate::tree::{Access, Node, Tree};

/// Looks at what the server and the clock say of an account with so many nodes.
pub async fn of_session(name: &str, session: &Session, nodes: usize) -> Vec<Finding> {
    let mut findings =
        vec![Finding::ok("login", format!("\"{name}\" is open, with {}", counted(nodes, "node")))];
    findings.push(storage(name, session).await);
    findings.extend(clock(session).await);
    if session.private_key().is_none() {
        findings.push(Finding::warn("keys", "the account has no RSA key: old shares of others stay closed"));
    }
    findings
}

/// Looks at the nodes of an account. Takes a while where there are many.
#[must_use]
pub fn of_tree(name: &str, tree: &Tree) -> Vec<Finding> {
    let mut findings = vec![unreadable(tree), names(tree, name), strays(tree), shares(tree)];
    findings.extend(links(tree, name, unix_now()));
    findings
}

/// Files that may be changed and that have no time, and those with one that cannot be.
#[must_use]
pub fn doubtful_times(tree: &Tree, now: i64) -> (Vec<NodeHandle>, Vec<NodeHandle>) {
    let is_ours = |node: &Node<'_>| {
        let is_file = node.is_file() && !node.is_version() && !node.is_undecryptable();
        is_file && tree.access(node.handle()) >= Access::Full
    };
    let (mut missing, mut wrong) = (Vec::new(), Vec::new());
    for node in tree.nodes().filter(is_ours) {
        match node.modified() {
            None => missing.push(node.handle()),
            Some(time) if !is_possible(time, now) => wrong.push(node.handle()),
            Some(_) => {}
        }
    }
    (missing, wrong)
}

/// Whether a file can have been changed then.
#[must_use]
pub const fn is_possible(time: i64, now: i64) -> bool {
    time > 0 && time <= now.saturating_add(DAY)
}

/// Looks at the times of an account's files.
#[must_use]
pub fn times(name: &str, tree: &Tree) -> Finding {
    let (missing, wrong) = doubtful_times(tree, unix_now());
    if missing.is_empty() && wrong.is_empty() {
        return Finding::ok("times", "every file has its time");
    }
    let have = if missing.len() == 1 { "has" } else { "have" };
    let files = counted(missing.len(), "file");
    let says = format!("{files} {have} no time of their own, {} one before 1970 or to come", wrong.len());
    Finding::warn("times", says).mended_by(format!(
        "megapane doctor {name}: --local FOLDER looks for copies there, and with --fix their times are set"
    ))
}

async fn storage(name: &str, session: &Session) -> Finding {
    match session.quota().await {
        Ok(quota) if quota.total > 0 && quota.used >= quota.total => {
            Finding::bad("storage", "the account is full: nothing can be uploaded")
                .mended_by(format!("megapane cleanup {name}:, or delete old versions"))
        }
        Ok(quota) => Finding::ok(
            "storage",
            format!("{} of {} are used", size_with_unit(quota.used), size_with_unit(quota.total)),
        ),
        Err(error) => {
            Finding::bad("storage", format!("the server does not say how full the account is: {error}"))
        }
    }
}

/// Whether our clock goes as the server's: times of files come from it. `None` where the server does not tell.
async fn clock(session: &Session) -> Option<Finding> {
    let client = session.client();
    let url = client.base().join("cs").ok()?;
    let nothing = RequestBody::Bytes("[]".into());
    let request = Request::post(url, nothing, ANSWER_WITHIN, LONGEST_ANSWER);
    let response = client.transport().send(request).await.ok()?;
    let told = response.headers.get(DATE)?.to_str().ok()?;
    let there = rfc2822::parse(told).ok()?.timestamp().as_second();
    let ahead = unix_now().checked_sub(there)?;
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    Some(if ahead.unsigned_abs() > MOST_DRIFT {
        Finding::warn(
            "clock",
            format!(
                "this machine is {} s {direction} the server: new times are wrong by that",
                ahead.unsigned_abs()
            ),
        )
        .mended_by("set the clock, or let the system keep it (timedatectl set-ntp true)")
    } else {
        Finding::ok("clock", "this machine and the server agree on the time")
    })
}

fn unreadable(tree: &Tree) -> Finding {
    let closed: Vec<NodeHandle> =
        tree.nodes().filter(Node::is_undecryptable).map(|node| node.handle()).collect();
    let Some(first) = closed.first() else {
        return Finding::ok("keys", "every name can be decrypted");
    };
    Finding::warn(
        "keys",
        format!("{} cannot be decrypted, the first is {}", counted(closed.len(), "node"), tree.path(*first)),
    )
    .mended_by("open and save the share once in the official app, or ask who shares it")
}

/// Several of one name in one folder.
fn names(tree: &Tree, account: &str) -> Finding {
    let mut seen = HashSet::new();
    let mut count = 0;
    for node in tree.nodes().filter(|node| !node.is_version()) {
        if let (Some(parent), Some(name)) = (node.parent(), node.name())
            && !seen.insert((parent, name))
        {
            count += 1;
        }
    }
    match count {
        0 => Finding::ok("names", "no two entries of a folder have one name"),
        count => Finding::warn(
            "names",
            format!("entries with a name that another has in the same folder: {count}"),
        )
        .mended_by(format!("megapane dedupe {account}:")),
    }
}

fn strays(tree: &Tree) -> Finding {
    match tree.orphans().len() {
        0 => Finding::ok("orphans", "every node has its folder"),
        count => {
            Finding::warn("orphans", format!("{} in a folder that the server does not list", stand(count)))
                .mended_by("they stand under orphans: in the account's places; move them into a folder")
        }
    }
}

fn stand(count: usize) -> String {
    format!("{} {}", counted(count, "node"), if count == 1 { "stands" } else { "stand" })
}

/// Folders that are shared under a key that we do not know: others cannot read what we put there.
fn shares(tree: &Tree) -> Finding {
    let given = || tree.nodes().filter(|node| tree.is_given(node.handle()));
    match given().find(|node| tree.has_unknown_share_above(node.handle())) {
        Some(first) => Finding::bad(
            "shares",
            format!(
                "the key of the shared folder {} is not known here: others could not read what is put there",
                tree.path(first.handle())
            ),
        )
        .mended_by("put files there with the official app, or end the share and make it anew"),
        None => Finding::ok(
            "shares",
            format!("{}, all with their keys", counted(given().count(), "shared folder")),
        ),
    }
}

/// Links that lead nowhere any more, or where nobody should look.
fn links(tree: &Tree, account: &str, now: i64) -> Vec<Finding> {
    let links = tree.links();
    let in_bin = |node: NodeHandle| tree.rubbish().is_some_and(|bin| tree.is_inside(node, bin));
    let ended = links.iter().find(|(_, link)| link.expires.is_some_and(|end| end > 0 && end <= now));
    let thrown = links.iter().find(|(node, _)| in_bin(*node));
    let mut findings = Vec::new();
    if let Some((node, _)) = ended {
        let path = tree.path(*node);
        findings.push(
            Finding::warn("links", format!("a link has ended, and opens nothing any more: {path}"))
                .mended_by(format!(
                    "megapane link --unlink '{account}:{path}', or --expire 7d for a new end"
                )),
        );
    }
    if let Some((node, _)) = thrown {
        let path = tree.path(*node);
        findings.push(
            Finding::warn("links", format!("a link leads to what is in the rubbish bin: {path}"))
                .mended_by(format!("megapane link --unlink '{account}:{path}', or restore it")),
        );
    }
    if let Some(folder) = open_without_link(tree) {
        let path = tree.path(folder);
        findings.push(
            Finding::warn("links", format!("a folder is opened for a public link and has none: {path}"))
                .mended_by(format!("megapane link --unlink '{account}:{path}'")),
        );
    }
    if findings.is_empty() {
        let says = format!("{}, none ended or thrown away", counted(links.len(), "public link"));
        findings.push(Finding::ok("links", says));
    }
    findings
}

/// A folder that is shared with everybody, and has no link that would tell anybody where it is.
fn open_without_link(tree: &Tree) -> Option<NodeHandle> {
    let is_open = |(folder, receiver, _): &(NodeHandle, ShareReceiver, Access)| {
        *receiver == ShareReceiver::Everybody && tree.link(*folder).is_none()
    };
    tree.given_shares().into_iter().find(is_open).map(|(folder, ..)| folder)
}

/// Seconds that two clocks may differ without harm.
const MOST_DRIFT: u64 = 120;

/// For the question that only asks for the time.
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(15);

const LONGEST_ANSWER: u64 = 4096;

/// Seconds that a time may lie ahead: clocks differ.
const DAY: i64 = 86_400;
