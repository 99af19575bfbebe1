//! Taking over into an account what is not in it ([`Takeover`]): what a public link shows ([`Session::prepare_import`]), or a
//! file that another account lends (`lend`). A copy inside the cloud from a tree that is not ours: no byte is moved; keys
//! are wrapped anew under the account's own. Source: meganz/sdk `src/megaapi_impl.cpp`, `MegaApiImpl::copyNode`;
//! `src/commands.cpp`, `CommandPutNodes` (`NEW_PUBLIC`).

use super::check::{self, Checked};
use super::duplicate::{self, Duplicate, Part, Provenance};
use super::{Change, ChangeError, Prepared, Steps};
use crate::api::client::Identity;
use crate::crypto::key::ShareKey;
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

/// Something that was checked, and of which it is not said yet through which link it is taken.
#[derive(Clone)]
pub struct Takeover {
    to: NodeHandle,
    replaces: Option<NodeHandle>,
    shares: Vec<(NodeHandle, ShareKey)>,
    parts: Vec<Part>,
    name: String,
}

impl Takeover {
    /// Checks that a node of a tree that is not the account's can be put into a folder of `tree`, there under this name;
    /// `replaces` is a file of that folder, which becomes its version. Quick, but for a folder with very much in it.
    pub fn prepare(
        tree: &Tree,
        (others, node): (&Tree, NodeHandle),
        (to, name): (NodeHandle, &str),
        replaces: Option<NodeHandle>,
    ) -> Result<Self, ChangeError> {
        let checked = Checked(tree);
        checked.target(to)?;
        let top = others.node(node).ok_or(ChangeError::Gone(node))?;
        let name = check::name(name)?;
        if let Some(old) = replaces {
            checked.replaceable(old, to)?;
            if !top.is_file() {
                return Err(ChangeError::NotReplaceable { name });
            }
        }
        let parts = duplicate::parts(others, top, &name)?;
        Ok(Self { to, replaces, shares: tree.share_keys_above(to), parts, name })
    }

    /// Takes it through the public link of a file.
    #[must_use]
    pub fn through(self, link: NodeHandle) -> Prepared {
        self.by(Provenance::FileLink(link))
    }

    fn by(self, provenance: Provenance) -> Prepared {
        let Self { to, replaces, shares, parts, name } = self;
        let duplicate = Duplicate { target: to, replaces, shares, parts, provenance };
        Prepared { change: Change::Import { to, name, replaces }, steps: Steps::Duplicate(duplicate) }
    }
}

impl Session {
    /// Checks that something a public link shows can be put into a folder, and collects what is needed to do it: see
    /// [`Takeover::prepare`].
    pub fn prepare_import(
        &self,
        tree: &Tree,
        imported: Imported<'_>,
        end: (NodeHandle, &str),
        replaces: Option<NodeHandle>,
    ) -> Result<Prepared, ChangeError> {
        let Imported { visit, tree: shown, node } = imported;
        let provenance = match (visit.linked_file(), visit.linked_folder()) {
            (Some(link), _) => Provenance::FileLink(link),
            (None, Some(link)) => {
                let identity = Identity::Importer(link, self.keys.id.clone());
                Provenance::FolderLink(self.client().with_identity(identity))
            }
            (None, None) => return Err(ChangeError::NoContent),
        };
        Ok(Takeover::prepare(tree, (shown, node), end, replaces)?.by(provenance))
    }
}
