//! Copies inside the cloud ([`Duplicate`]): a file, or a folder with all below it, made anew from the content that the
//! server has already; no byte is moved. `session::change` prepares and sends them. Old versions are not copied.
//!
//! Source: meganz/sdk `src/megaclient.cpp`, `TreeProcCopy`, and `src/commands.cpp`, `CommandPutNodes`.

use std::collections::HashMap;

use super::answered::Answered;
use super::check::{self, Checked};
use super::putter::Finished;
use super::send::{Making, own};
use super::{Change, ChangeError, ORIGIN, Outcome, Prepared, ShareKeys, Steps};
use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::wire::{Caused, NewNode, PutNodes};
use crate::crypto::attributes::Attributes;
use crate::crypto::key::{FolderKey, NodeKey, ShareKey, random};
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::store::undo::UndoJournal;
use crate::tree::{Cause, Node, NodeKind, NodeUpdate, PutNode, Tree};

/// A copy that was checked: what is made, and where.
#[derive(Clone)]
pub(super) struct Duplicate {
    /// The folder that the top goes into.
    pub(super) target: NodeHandle,
    /// The file that becomes a version of the copy.
    pub(super) replaces: Option<NodeHandle>,
    /// The keys of the shares above the target.
    pub(super) shares: Vec<(NodeHandle, ShareKey)>,
    /// The top and all below it, each right after what stands before it in its folder, parents first.
    pub(super) parts: Vec<Part>,
    /// Whose content it is.
    pub(super) provenance: Provenance,
}

/// Where the content is that a copy is made of.
#[derive(Clone)]
pub(super) enum Provenance {
    /// In the account.
    Own,
    /// Behind a file link of this handle.
    FileLink(NodeHandle),
    /// Behind a folder link, which this client may look into with the account's session.
    FolderLink(Client),
}

/// One node of a copy.
#[derive(Clone)]
pub(super) struct Part {
    source: NodeHandle,
    /// Where the source stands: itself a part, but for the top's.
    above: Option<NodeHandle>,
    /// A file's is that of its content; a folder gets a fresh one.
    key: NodeKey,
    attributes: Attributes,
    size: u64,
}

/// Checks a copy on the tree.
pub(super) fn prepare(
    tree: &Tree,
    (node, to): (NodeHandle, NodeHandle),
    name: &str,
    replaces: Option<NodeHandle>,
) -> Result<Prepared, ChangeError> {
    let checked = Checked(tree);
    checked.target(to)?;
    let top = tree.node(node).ok_or(ChangeError::Gone(node))?;
    if !matches!(top.kind(), NodeKind::File | NodeKind::Folder) {
        return Err(ChangeError::Fixed { name: top.label() });
    }
    if !top.is_file() && tree.is_inside(to, node) {
        return Err(ChangeError::Circular { name: top.label() });
    }
    let name = check::name(name)?;
    if let Some(old) = replaces {
        checked.replaceable(old, to)?;
        if !top.is_file() || old == node {
            return Err(ChangeError::NotReplaceable { name });
        }
    }
    let parts = parts(tree, top, &name)?;
    let (shares, provenance) = (tree.share_keys_above(to), Provenance::Own);
    let duplicate = Duplicate { target: to, replaces, shares, parts, provenance };
    Ok(Prepared { change: Change::Copy { node, to, name, replaces }, steps: Steps::Duplicate(duplicate) })
}

/// Returns the nodes of a copy of `top`, which gets this name.
pub(super) fn parts(tree: &Tree, top: Node<'_>, name: &str) -> Result<Vec<Part>, ChangeError> {
    let name = check::name(name)?;
    let checked = Checked(tree);
    let mut parts = Vec::new();
    let mut waiting = vec![(top, None)];
    while let Some((node, above)) = waiting.pop() {
        parts.push(part(&checked, &node, above)?);
        // The last is taken first: so a folder's content follows it at once.
        let children: Vec<_> =
            tree.children(node.handle()).map(|child| (child, Some(node.handle()))).collect();
        waiting.extend(children.into_iter().rev());
    }
    if let Some(top) = parts.first_mut() {
        top.attributes.set("n", &name);
        if !top.attributes.fits() {
            return Err(ChangeError::BadName { name });
        }
    }
    Ok(parts)
}

fn part(checked: &Checked<'_>, node: &Node<'_>, above: Option<NodeHandle>) -> Result<Part, ChangeError> {
    let (key, mut attributes) = checked.open(node.handle())?;
    attributes.remove(ORIGIN);
    let key = match key {
        NodeKey::File(key) => NodeKey::File(key),
        NodeKey::Folder(_) => NodeKey::Folder(FolderKey::from_bytes(random())),
    };
    Ok(Part { source: node.handle(), above, key, attributes, size: node.size() })
}

impl Part {
    fn making(&self, duplicate: &Duplicate, target: NodeHandle) -> Making {
        Making {
            source: self.source.to_string(),
            parent: target,
            key: self.key.clone(),
            attributes: self.attributes.clone(),
            size: self.size,
            replaces: duplicate.replaces.filter(|_| self.above.is_none()),
        }
    }
}

impl Duplicate {
    /// Returns what becomes of a copy of one file, which can be made together with others.
    pub(super) fn single(&self, change: &Change, journal: &UndoJournal) -> Option<Finished> {
        let ([file], Provenance::Own) = (&self.parts[..], &self.provenance) else { return None };
        matches!(file.key, NodeKey::File(_)).then(|| Finished {
            making: file.making(self, self.target),
            change: change.clone(),
            shares: self.shares.clone(),
            journal: journal.clone(),
        })
    }
}

impl Session {
    /// Makes a copy, in as many requests as it takes. [`ChangeError::CutShort`] where a later one fails.
    pub(super) async fn send_duplicate(&self, duplicate: Duplicate) -> Result<Outcome, ChangeError> {
        let mut places: HashMap<NodeHandle, NodeHandle> = HashMap::new();
        let mut made = Outcome { updates: Vec::new(), created: None };
        let mut rest = &duplicate.parts[..];
        while let Some(first) = rest.first() {
            let target = match first.above {
                None => Some(duplicate.target),
                Some(above) => places.get(&above).copied(),
            };
            let target = target.ok_or(ChangeError::Gone(duplicate.target))?;
            let (now, later) = rest.split_at(request_len(rest));
            match self.make_parts(&duplicate, now, target).await {
                Ok((nodes, cause)) => {
                    made.created = made.created.or_else(|| nodes.first().map(|node| node.handle));
                    places.extend(now.iter().zip(&nodes).map(|(part, node)| (part.source, node.handle)));
                    made.updates.push(own(NodeUpdate::Put(nodes), &cause));
                }
                Err(error) if made.created.is_none() => return Err(error),
                Err(error) => return Err(ChangeError::CutShort { made, error: Box::new(error) }),
            }
            rest = later;
        }
        Ok(made)
    }

    /// Makes some of a copy's nodes with one command; `target` is where the first of them goes. Returns also which
    /// command that was.
    async fn make_parts(
        &self,
        duplicate: &Duplicate,
        parts: &[Part],
        target: NodeHandle,
    ) -> Result<(Vec<PutNode>, Cause), ChangeError> {
        let outside = parts.first().and_then(|first| first.above);
        let makings: Vec<Making> = parts.iter().map(|part| part.making(duplicate, target)).collect();
        let (client, link) = match &duplicate.provenance {
            Provenance::Own => (self.client(), None),
            Provenance::FileLink(link) => (self.client(), Some(*link)),
            Provenance::FolderLink(client) => (client, None),
        };
        let new_node = |(part, making): (&Part, &Making)| {
            let node = self.new_node(making);
            NewNode {
                parent: part.above.filter(|_| part.above != outside).map(|above| above.to_string()),
                source: if link.is_some() { String::new() } else { node.source },
                link,
                ..node
            }
        };
        let keys = parts.iter().map(|part| &part.key);
        let share_keys = ShareKeys::of_new(keys, &duplicate.shares).map(ShareKeys::into_table);
        let command = PutNodes::new(target, parts.iter().zip(&makings).map(new_node).collect(), share_keys);
        let cause = self.new_cause();
        let answer = client.call(&Caused { command: &command, cause: &cause.id }).await?;
        let muddled = || ApiError::Malformed { command: "p" };
        let mut answered = Answered::new(&command, answer.nodes);
        let mut places: HashMap<NodeHandle, NodeHandle> = HashMap::new();
        let mut made = Vec::with_capacity(parts.len());
        for (entry, (part, making)) in parts.iter().zip(&makings).enumerate() {
            let inside = part.above.and_then(|above| places.get(&above)).copied();
            let folder = inside.unwrap_or(target);
            let stored = answered.of(entry, folder).ok_or_else(muddled)?;
            if stored.parent != folder {
                return Err(if inside.is_some() { muddled().into() } else { ChangeError::Gone(target) });
            }
            places.insert(part.source, stored.handle);
            made.push(making.put_node(&stored));
        }
        Ok((made, cause))
    }
}

/// How many of the parts fit into one request: at most so many, and only what stands in the folder of the first or in a
/// folder of the same request.
fn request_len(parts: &[Part]) -> usize {
    let outside = parts.first().and_then(|first| first.above);
    let mut inside = std::collections::HashSet::new();
    let fits = |part: &&Part| {
        let is_in = part.above == outside || part.above.is_some_and(|above| inside.contains(&above));
        inside.insert(part.source);
        is_in
    };
    parts.iter().take(MOST_NODES).take_while(fits).count()
}

/// Source: meganz/sdk `src/megaclient.cpp`, `MAXNODESUPLOAD`.
const MOST_NODES: usize = 1000;
