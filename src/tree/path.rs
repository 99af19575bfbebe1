//! Paths into the cloud, as people type them after `remote:` and as panes show them.
//!
//! | path | means |
//! |---|---|
//! | ``, `/` | the cloud drive |
//! | `Photos/2024` | below the cloud drive; leading and doubled slashes do not count |
//! | `H:AbCdEfGh`, `H:AbCdEfGh/2024` | exactly this node, or below it |
//! | `Photos/H:AbCdEfGh` | exactly this one of the entries of `Photos`, of whichever `Photos` has it |
//! | `//bin/…`, `//inbox/…` | the rubbish bin, the inbox |
//! | `//in/…` | incoming shares, by the names of their tops |
//! | `//orphans/…` | nodes whose parent never came |
//!
//! Names repeat, so a part may match several nodes. Before another part only folders count: one folder beside files of
//! its name is meant. At the end, a path that ends in `/` means folders. Whatever is still doubtful is
//! [`PathError::Ambiguous`], never silently the first. Names are compared in NFC.
//!
//! A `/` inside a name is written `／` (U+FF0F), as rclone writes it; a name that has U+FF0F itself is written as it is,
//! and should a folder hold both, that is ambiguous. Undecryptable nodes and names that a path cannot say (empty, or
//! looking like `H:…`) are written `H:handle`.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::store::Place;
use super::{Node, NodeKind, Tree};
use crate::entry::CloudFolder;
use crate::handle::NodeHandle;

/// A path cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing there.
    #[error("\"{path}\" does not exist")]
    NotFound {
        /// The path up to and with the missing part.
        path: String,
    },
    /// A file stands where a folder is meant.
    #[error("\"{path}\" is a file")]
    NotAFolder {
        /// The path up to and with the file.
        path: String,
    },
    /// Several nodes match.
    #[error("\"{path}\" is ambiguous")]
    Ambiguous {
        /// The path up to and with the ambiguous part.
        path: String,
        /// The nodes that match, in handle order.
        handles: Vec<NodeHandle>,
    },
}

impl Tree {
    /// Follows a path to a node. The made-up folders `//in` and `//orphans` are no nodes: see [`Self::locate`].
    pub fn resolve(&self, path: &str) -> Result<NodeHandle, PathError> {
        self.folder_node(self.locate(path)?).ok_or_else(|| PathError::NotFound { path: path.to_owned() })
    }

    /// Follows a path to anything that it can mean; a file comes as [`CloudFolder::Node`] too.
    pub fn locate(&self, path: &str) -> Result<CloudFolder, PathError> {
        let (place, parts) = Self::split_place(path);
        let mut walked = Walked { start: path.len() - parts.len(), path };
        let mut left = parts.split('/').filter(|part| !part.is_empty()).peekable();
        let mut at = vec![place];
        if place == CloudFolder::Root
            && let Some((part, handle)) = left.peek().and_then(|part| Some((*part, exact(part)?)))
        {
            left.next();
            walked.advance(part);
            let found = self.node(handle).map(|node| node.handle()).into_iter().collect();
            at = self.choose(found, left.peek().is_some() || parts.ends_with('/'), &walked)?;
        }
        while let Some(part) = left.next() {
            walked.advance(part);
            let found = at.iter().flat_map(|&folder| self.entries_called(folder, part)).collect();
            at = self.choose(found, left.peek().is_some() || parts.ends_with('/'), &walked)?;
            if at.len() > 1 && left.peek().is_none_or(|next| exact(next).is_none()) {
                let handles = at.iter().filter_map(|&folder| self.folder_node(folder)).collect();
                return Err(PathError::Ambiguous { path: walked.text().to_owned(), handles });
            }
        }
        Ok(at[0]) // it begins with one, and `choose` gives at least one
    }

    /// Follows a path as far as there is something, and returns the last folder on that way.
    #[must_use]
    pub fn follow_far(&self, path: &str) -> CloudFolder {
        let mut rest = path;
        loop {
            let found = self.locate(rest).map(|found| match self.folder_node(found) {
                Some(node) if self.node(node).is_some_and(|node| node.is_file()) => self.folder_of(node),
                Some(_) | None => Some(found),
            });
            if let Ok(Some(folder)) = found {
                return folder;
            }
            let (place, parts) = Self::split_place(rest);
            match parts.trim_end_matches('/').rfind('/') {
                Some(end) => rest = &rest[..rest.len() - parts.len() + end],
                // Nothing is known of its first part: but what a handle says needs no way to it.
                None => return exact(parts.trim_matches('/')).map_or(place, CloudFolder::Node),
            }
        }
    }

    /// Follows a path to all folders that it can mean: where names repeat these are several.
    pub fn folders_at(&self, path: &str) -> Result<Vec<NodeHandle>, PathError> {
        match self.resolve(&format!("{path}/")) {
            Ok(folder) => Ok(vec![folder]),
            Err(PathError::Ambiguous { path: followed, handles }) => {
                let rest = path.trim_end_matches('/').get(followed.len()..).unwrap_or_default();
                let each = handles.iter().map(|handle| self.folders_at(&format!("H:{handle}{rest}")));
                let found: Vec<NodeHandle> = each.filter_map(Result::ok).flatten().collect();
                if found.is_empty() { Err(PathError::NotFound { path: path.to_owned() }) } else { Ok(found) }
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the path of a node from the top of its place, as this module's table has it. Of nodes with the same name
    /// in one folder all have the same path.
    #[must_use]
    pub fn path(&self, handle: NodeHandle) -> String {
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        for node in self.ancestors(handle) {
            let record = self.store.record(node.index);
            let place = match (record.place, record.kind) {
                (Place::Root, NodeKind::Root) => Some(""),
                (Place::Root, NodeKind::Inbox) => Some("//inbox"),
                (Place::Root, _) => Some("//bin"),
                (Place::InShare, _) => Some("//in"),
                (Place::Orphan, _) => Some("//orphans"),
                (Place::Child | Place::Version | Place::Nowhere, _) => None,
            };
            if record.place != Place::Root {
                parts.push(part_of(&node));
            }
            parts.extend(place.filter(|place| !place.is_empty()).map(Cow::Borrowed));
        }
        parts.reverse();
        parts.join("/")
    }

    /// Returns the part by which a path names a node in its folder, exactly where several have its name.
    #[must_use]
    pub fn path_part(&self, node: &Node<'_>, is_twin: bool) -> String {
        if is_twin { format!("H:{}", node.handle()) } else { part_of(node).into_owned() }
    }

    /// Splits off the place that a path begins in.
    fn split_place(path: &str) -> (CloudFolder, &str) {
        let Some(rest) = path.strip_prefix("//") else { return (CloudFolder::Root, path) };
        let (word, parts) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        match word {
            "bin" => (CloudFolder::Rubbish, parts),
            "inbox" => (CloudFolder::Inbox, parts),
            "in" => (CloudFolder::Shares, parts),
            "orphans" => (CloudFolder::Orphans, parts),
            _ => (CloudFolder::Root, path),
        }
    }

    fn entries_called(&self, folder: CloudFolder, part: &str) -> Vec<NodeHandle> {
        let wanted = nfc(part);
        let exact = exact(part);
        let is_meant =
            |node: &Node<'_>| exact.map_or_else(|| is_called(node, &wanted), |h| node.handle() == h);
        self.contents(folder).filter(is_meant).map(|node| node.handle()).collect()
    }

    /// Of the nodes that a part matches keeps those that it can mean; there is at least one.
    fn choose(
        &self,
        found: Vec<NodeHandle>,
        wants_folder: bool,
        walked: &Walked<'_>,
    ) -> Result<Vec<CloudFolder>, PathError> {
        let path = || walked.text().to_owned();
        if found.is_empty() {
            return Err(PathError::NotFound { path: path() });
        }
        let is_folder = |handle: &NodeHandle| self.node(*handle).is_some_and(|node| !node.is_file());
        let meant = found.into_iter().filter(|handle| !wants_folder || is_folder(handle));
        let meant: Vec<CloudFolder> = meant.map(|handle| self.as_place(handle)).collect();
        if meant.is_empty() { Err(PathError::NotAFolder { path: path() }) } else { Ok(meant) }
    }

    fn as_place(&self, handle: NodeHandle) -> CloudFolder {
        self.store.index(handle).map_or(CloudFolder::Node(handle), |index| self.as_folder(index))
    }
}

/// How far a path has been followed.
struct Walked<'p> {
    path: &'p str,
    /// Where the part begins that comes next.
    start: usize,
}

impl<'p> Walked<'p> {
    fn advance(&mut self, part: &str) {
        let skipped = self.path[self.start..].find(|letter| letter != '/').unwrap_or(0);
        self.start += skipped + part.len();
    }

    fn text(&self) -> &'p str {
        &self.path[..self.start]
    }
}

/// The handle in a part like `H:AbCdEfGh`.
fn exact(part: &str) -> Option<NodeHandle> {
    part.strip_prefix("H:")?.parse().ok()
}

/// Whether a node is what a path part says; `part` is in NFC.
fn is_called(node: &Node<'_>, part: &str) -> bool {
    let Some(name) = node.name() else { return false };
    let name = nfc(name);
    name == part || (name.contains('/') && part.contains(SLASH_IN_NAME) && write_slashes(&name) == part)
}

fn part_of<'t>(node: &Node<'t>) -> Cow<'t, str> {
    match node.name() {
        Some(name) if name.contains('/') => Cow::Owned(write_slashes(name)),
        Some(name) if !name.is_empty() && exact(name).is_none() => Cow::Borrowed(name),
        Some(_) | None => Cow::Owned(format!("H:{}", node.handle())),
    }
}

fn write_slashes(name: &str) -> String {
    name.replace('/', SLASH_IN_NAME)
}

/// Brings a name to NFC, without a copy where it is already, as nearly all are.
pub(crate) fn nfc(name: &str) -> Cow<'_, str> {
    if is_nfc_quick(name.chars()) == IsNormalized::Yes { Cow::Borrowed(name) } else { name.nfc().collect() }
}

/// Stands for `/` in a name: a path would take that for the end of a part.
const SLASH_IN_NAME: &str = "\u{ff0f}";
