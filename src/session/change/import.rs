//! Taking over into an account what a public link shows ([`Session::prepare_import`]): a copy inside the cloud from a tree
//! that is not ours. No byte is moved; keys are wrapped anew under the account's own. Source: meganz/sdk
//! `src/megaapi_impl.cpp`, `MegaApiImpl::copyNode`; `src/commands.cpp`, `CommandPutNodes` (`NEW_PUBLIC`).

use super::check::Checked;
use super::duplicate::{self, Provenance};
use super::{Change, ChangeError, Prepared, Steps};
use crate::api::client::Identity;
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::tree::Tree;

/// What is taken over.
#[derive(Clone, Copy)]
pub struct Imported<'a> {
    /// The session that looks at the link.
    pub visit: &'a Session,
    /// What it shows.
    pub tree: &'a Tree,
    /// Which of it: a file or folder.
    pub node: NodeHandle,
}

impl Session {
    /// Checks that something a public link shows can be put into a folder, there under this name, and collects what is
    /// needed to do it. `tree` is the account's. Quick, but for a folder with very much in it.
    pub fn prepare_import(
        &self,
        tree: &Tree,
        imported: Imported<'_>,
        to: NodeHandle,
        name: &str,
    ) -> Result<Prepared, ChangeError> {
        Checked(tree).target(to)?;
        let provenance = match (imported.visit.linked_file(), imported.visit.linked_folder()) {
            (Some(link), _) => Provenance::FileLink(link),
            (None, Some(link)) => {
                let identity = Identity::Importer(link, self.keys.id.clone());
                Provenance::FolderLink(self.client().with_identity(identity))
            }
            (None, None) => return Err(ChangeError::NoContent),
        };
        let top = imported.tree.node(imported.node).ok_or(ChangeError::Gone(imported.node))?;
        let parts = duplicate::parts(imported.tree, top, name)?;
        let duplicate = duplicate::Duplicate {
            target: to,
            replaces: None,
            shares: tree.share_keys_above(to),
            parts,
            provenance,
        };
        let change = Change::Import { to, name: name.to_owned() };
        Ok(Prepared { change, steps: Steps::Duplicate(duplicate) })
    }
}
