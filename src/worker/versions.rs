//! Old versions of a file: told while a front end watches them, made current again, deleted for good.
//! The actor calls it. A version is deleted for good, since the rubbish bin knows none: only what was asked for by its handle goes.

use super::actor::Actor;
use super::sharing::{Watched, subject};
use crate::message::{Event, Shareable, VersionList, VersionRow, VersionsCommand};
use crate::session::change::Change;
use crate::tree::{Node, Tree};

impl Actor {
    /// Does what is asked about versions.
    pub(crate) fn versions(&mut self, command: VersionsCommand) {
        match command {
            VersionsCommand::Watch { parent, key } => match subject(parent, &key) {
                Ok(file) => self.keep_telling(Watched::Versions(file)),
                Err(problem) => self.send(Event::Failed(problem)),
            },
            VersionsCommand::Leave => self.watched = None,
            VersionsCommand::Restore { file, version } => {
                // What is current from then on is another node, and the list goes on with that.
                let change = Change::Revert { file: file.node, version };
                self.change_subject(&file, ("restored a version of", "restore a version of"), change);
            }
            VersionsCommand::Delete { file, version } => {
                let change = Change::Delete { node: version, name: String::new() };
                self.change_subject(&file, ("deleted a version of", "delete a version of"), change);
            }
        }
    }
}

/// Lists the versions of a file; where that has become a version itself, those of the file that took its place.
pub(super) fn listed(tree: &Tree, file: &Shareable) -> Option<VersionList> {
    let current = tree.ancestors(file.node).take_while(Node::is_file).last()?;
    let time = |node: &Node<'_>| node.modified().unwrap_or_else(|| node.uploaded());
    let versions = tree.versions(current.handle()).into_iter().filter_map(|version| tree.node(version));
    Some(VersionList {
        file: Shareable { account: file.account.clone(), node: current.handle() },
        name: current.label(),
        size: current.size(),
        time: time(&current),
        versions: versions
            .map(|version| VersionRow { node: version.handle(), size: version.size(), time: time(&version) })
            .collect(),
    })
}
