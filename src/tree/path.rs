//! Paths into the cloud: `Photos/2024`, `H:handle`, `//bin/…`, `//in/…`.
use super::Tree;
use crate::handle::NodeHandle;
/// A path cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing there.
    #[error("\"{path}\" does not exist")]
    NotFound {
        /// Up to and with the missing part.
        path: String,
    },
    /// A file stands where a folder is meant.
    #[error("\"{path}\" is a file")]
    NotAFolder {
        /// Up to the file.
        path: String,
    },
    /// Several nodes.
    #[error("\"{path}\" is ambiguous")]
    Ambiguous {
        /// Up to the ambiguous part.
        path: String,
        /// The nodes.
        handles: Vec<NodeHandle>,
    },
}
impl Tree {
    /// Follows a path from the cloud drive's root; "" is the root; an intermediate part that is both a file and one folder means the folder; several folders are ambiguous.
    pub fn resolve(&self, _path: &str) -> Result<NodeHandle, PathError> {
        todo!()
    }
    /// The path of a node from the root of its place: `Photos/2024`, `//bin/x`, `//in/Share/x`. `/` in names is shown as `／`… see doc.
    #[must_use]
    pub fn path(&self, _handle: NodeHandle) -> String {
        todo!()
    }
}
