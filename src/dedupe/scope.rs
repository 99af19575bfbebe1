//! [`Scope`]: the part of an account that is searched for duplicates: below which folders, how deep, and what a
//! [`Sieve`] lets through. Whoever asks makes one of what the user wants; surveys walk by it. It finds nothing itself.

use super::draft::Draft;
use crate::handle::NodeHandle;
use crate::tree::Node;

/// Where duplicates are looked for.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub(super) roots: &'a [NodeHandle],
    max_depth: Option<u32>,
    sieve: Option<&'a dyn Sieve>,
}

/// Lets files and folders through. Paths are below the folder that is searched, parts divided by `/`.
pub trait Sieve {
    /// Returns whether a file counts.
    fn admits_file(&self, path: &str, file: Node<'_>) -> bool;

    /// Returns whether a folder may hold something that counts. Only such folders are merged and looked into.
    fn admits_folder(&self, path: &str) -> bool;
}

impl<'a> Scope<'a> {
    /// Everything below these folders.
    #[must_use]
    pub const fn below(roots: &'a [NodeHandle]) -> Self {
        Self { roots, max_depth: None, sieve: None }
    }

    /// Only so many folders deep: 1 is what stands in the folders themselves. `None` is all.
    #[must_use]
    pub const fn to_depth(self, max_depth: Option<u32>) -> Self {
        Self { max_depth, ..self }
    }

    /// Only what the sieve lets through.
    #[must_use]
    pub const fn through(self, sieve: &'a dyn Sieve) -> Self {
        Self { sieve: Some(sieve), ..self }
    }

    /// Returns whether nothing is too deep.
    pub(super) const fn is_endless(&self) -> bool {
        self.max_depth.is_none()
    }

    /// Returns whether what stands in a folder counts.
    pub(super) fn admits<'t>(&self, draft: &Draft<'t>, at: &Spot, node: Node<'t>) -> bool {
        let Some(sieve) = self.sieve else { return true };
        let path = at.path_of(draft, node);
        if node.is_file() { sieve.admits_file(&path, node) } else { sieve.admits_folder(&path) }
    }

    /// Returns the folders in a folder that are to be looked into.
    pub(super) fn enter<'t>(
        &'a self,
        draft: &'a Draft<'t>,
        at: &'a Spot,
    ) -> impl Iterator<Item = Spot> + use<'a, 't> {
        let is_deep_enough = self.max_depth.is_some_and(|most| at.depth >= most);
        let folders = draft.children(at.folder).filter(move |node| !is_deep_enough && !node.is_file());
        folders.filter(|folder| self.admits(draft, at, *folder)).map(|folder| Spot {
            folder: folder.handle(),
            depth: at.depth.saturating_add(1),
            path: self.sieve.map(|_| format!("{}/", at.path_of(draft, folder))).unwrap_or_default(),
        })
    }
}

/// A folder on the way.
pub(super) struct Spot {
    pub(super) folder: NodeHandle,
    /// 1 for a folder that is searched, 2 for one in it.
    depth: u32,
    /// The path of what is in it up to its name; kept only where there is a sieve to ask.
    path: String,
}

impl Spot {
    /// One of the folders that are searched.
    pub(super) const fn top(folder: NodeHandle) -> Self {
        Self { folder, depth: 1, path: String::new() }
    }

    fn path_of<'t>(&self, draft: &Draft<'t>, node: Node<'t>) -> String {
        let name = draft.name(node).map_or_else(|| node.label(), str::to_owned);
        // As paths are written everywhere: a slash in a name divides nothing.
        format!("{}{}", self.path, name.replace('/', "\u{ff0f}"))
    }
}
