//! Public link texts.
use crate::handle::NodeHandle;
/// A parsed public link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// What it points to.
    pub kind: LinkKind,
    /// Public handle.
    pub handle: NodeHandle,
    /// Key bytes: 32 for a file, 16 for a folder; `None` where the text has none.
    pub key: Option<Vec<u8>>,
    /// A node inside a folder link.
    pub inside: Option<(LinkKind, NodeHandle)>,
}
/// File or folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    /// File.
    File,
    /// Folder.
    Folder,
}
