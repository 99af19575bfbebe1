//! Who sees what: told for the entry or the account that a front end watches, changed on its wish, and told again after
//! every change of the account, whoever made it.

use super::actor::Actor;
use super::changes::{Landing, worded};
use super::jobs::{Done, blocking};
use super::problem::{self, unknown_account};
use super::refusal::{fixed, not_ready};
use crate::crypto::link::ProtectedLink;
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{
    Event, LinkRow, Person, Problem, ProblemKind, PublicLink, ShareAccess, Shareable, SharedSubject,
    SharingCommand, SharingEvent,
};
use crate::secret::Secret;
use crate::session::change::Change;
use crate::session::sharing::{LinkUnknown, link_of, receivers};
use crate::tree::{Access, Tree};

/// What is told again when it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Watched {
    /// Who sees a node.
    Sharing(Shareable),
    /// The links of an account.
    Links(String),
    /// The versions of a file.
    Versions(Shareable),
}

impl Watched {
    fn account(&self) -> &str {
        match self {
            Self::Sharing(subject) | Self::Versions(subject) => &subject.account,
            Self::Links(account) => account,
        }
    }
}

impl Actor {
    /// Does what is asked about who sees what.
    pub(crate) fn sharing(&mut self, command: SharingCommand) {
        match command {
            SharingCommand::Watch { parent, key } => match subject(parent, &key) {
                Ok(subject) => self.keep_telling(Watched::Sharing(subject)),
                Err(problem) => self.send(Event::Failed(problem)),
            },
            SharingCommand::WatchLinks { account } => self.keep_telling(Watched::Links(account)),
            SharingCommand::Leave => self.watched = None,
            SharingCommand::Link { subject, expires } => {
                let change = Change::Link { node: subject.node, expires, before: None };
                self.change_subject(&subject, self.words_of_link(&subject), change);
            }
            SharingCommand::Protect { subject, password } => self.protect(subject, password),
            SharingCommand::HandOut(subject) => self.hand_out(&subject),
            SharingCommand::Unlink(subject) => {
                let change = Change::Unlink { node: subject.node, expires: None };
                self.change_subject(
                    &subject,
                    ("removed the public link to", "remove the public link to"),
                    change,
                );
            }
            SharingCommand::Share { folder, with, access } => {
                let change = Change::Share { folder: folder.node, with, access: access.into(), before: None };
                self.change_subject(&folder, ("shared", "share"), change);
            }
            SharingCommand::Unshare { folder, with } => {
                let change = Change::Unshare { folder: folder.node, with, access: Access::Read };
                self.change_subject(&folder, ("ended a share of", "end a share of"), change);
            }
            SharingCommand::OpenLink { view, link, password } => self.open_link(view, link, password),
            SharingCommand::Import { selection, target } => self.import(selection, target),
        }
    }

    /// What is said of a link that is made, or gets another end.
    fn words_of_link(&self, subject: &Shareable) -> (&'static str, &'static str) {
        let tree = self.accounts.get(&subject.account).and_then(|account| account.tree.as_deref());
        match tree.and_then(|tree| tree.link(subject.node)) {
            None => ("made a public link to", "make a public link to"),
            Some(_) => ("changed the end of the link to", "change the end of the link to"),
        }
    }

    /// Works out what a link is under a password, which takes some tens of milliseconds.
    fn protect(&mut self, subject: Shareable, password: Secret) {
        let tree = self.accounts.get(&subject.account).and_then(|account| account.tree.as_deref());
        let link = tree.ok_or_else(|| not_ready(&subject.account)).and_then(|tree| {
            link_of(tree, subject.node).map_err(|why| {
                let message = format!("Cannot put a password on the link: {why}");
                Problem::new(ProblemKind::Permanent, message, "")
            })
        });
        let link = match link {
            Ok(link) => link,
            Err(problem) => {
                return self.send(Event::Sharing(SharingEvent::NotProtected { subject, problem }));
            }
        };
        self.hand_out(&subject);
        let problem = problem::broke_down("put a password on the link");
        let broken = SharingEvent::NotProtected { subject: subject.clone(), problem };
        self.jobs.start_blocking(Done::Sharing(broken.clone()), move || {
            let protected = ProtectedLink::lock(&link, password.expose());
            let told = |link: Secret| SharingEvent::Protected { subject, link };
            Done::Sharing(protected.map_or(broken, |link| told(Secret::new(link.text()))))
        });
    }

    /// The user takes a link into use: no loan ends it any more.
    fn hand_out(&mut self, subject: &Shareable) {
        let (notes, file) = (self.loan_notes(&subject.account), subject.node);
        let broken = Done::Broken(problem::broke_down(KEEP_LINK));
        self.jobs.start_kept(broken, async move {
            match blocking(move || notes.forget(file)).await {
                Ok(()) => Done::Abandoned,
                Err(error) => Done::Broken(problem::of_io(KEEP_LINK, &error)),
            }
        });
    }

    /// Tells something, now and whenever its account changes.
    pub(super) fn keep_telling(&mut self, watched: Watched) {
        if !self.accounts.contains_key(watched.account()) {
            return self.send(Event::Failed(unknown_account(watched.account())));
        }
        self.watched = Some(watched);
        self.tell_watched();
    }

    /// Something in an account has changed.
    pub(super) fn watched_changed(&mut self, account: &str) {
        if self.watched.as_ref().is_some_and(|watched| watched.account() == account) {
            self.tell_watched();
        }
    }

    fn tell_watched(&mut self) {
        let Some(watched) = &self.watched else { return };
        let tree = self.accounts.get(watched.account()).and_then(|account| account.tree.as_deref());
        let Some(tree) = tree else { return };
        let event = match watched {
            Watched::Sharing(subject) => described(tree, subject)
                .map_or_else(|| gone(subject), |known| Event::Sharing(SharingEvent::Subject(known))),
            Watched::Links(account) => {
                let (account, links) = (account.clone(), links(tree, account));
                Event::Sharing(SharingEvent::Links { account, links })
            }
            Watched::Versions(file) => {
                super::versions::listed(tree, file).map_or_else(|| gone(file), Event::Versions)
            }
        };
        match &event {
            // What is current now may be another node than before, and that one may go.
            Event::Versions(list) => self.watched = Some(Watched::Versions(list.file.clone())),
            Event::Sharing(SharingEvent::Gone(_)) => self.watched = None,
            _ => {}
        }
        self.send(event);
    }

    /// Changes something about one node; `words` are for when it worked, and for when it did not.
    pub(super) fn change_subject(&mut self, subject: &Shareable, words: (&str, &str), change: Change) {
        let keys = [EntryKey::Node(subject.node)];
        let label = self.only_label(&subject.account, &keys).unwrap_or_default();
        let (line, what) = (format!("{} \"{label}\"", words.0), format!("{} \"{label}\"", words.1));
        self.change_cloud(&subject.account, line, Landing::None, |session, tree| {
            Ok(vec![worded(what, session, tree, change)])
        });
    }
}

/// Returns the node that an entry of a pane is.
pub(super) fn subject(parent: Location, key: &EntryKey) -> Result<Shareable, Problem> {
    match (parent, key) {
        (Location::Cloud { account, .. }, EntryKey::Node(node)) => Ok(Shareable { account, node: *node }),
        (Location::Cloud { .. } | Location::Local(_), key) => Err(fixed(key, "shared")),
    }
}

fn gone(subject: &Shareable) -> Event {
    Event::Sharing(SharingEvent::Gone(subject.clone()))
}

fn described(tree: &Tree, subject: &Shareable) -> Option<SharedSubject> {
    let node = tree.node(subject.node)?;
    let people = receivers(tree).into_iter().filter(|receiver| receiver.folder == subject.node);
    Some(SharedSubject {
        subject: subject.clone(),
        name: node.label(),
        is_folder: !node.is_file(),
        link: public_link(tree, subject.node),
        people: people
            .map(|receiver| Person {
                who: receiver.who,
                access: receiver.access.into(),
                is_invited: receiver.is_invited,
            })
            .collect(),
    })
}

fn public_link(tree: &Tree, node: NodeHandle) -> PublicLink {
    if let Some(owner) = tree.owner(node) {
        return PublicLink::Foreign(tree.email(owner).map_or_else(|| owner.to_string(), str::to_owned));
    }
    match link_of(tree, node) {
        Ok(link) => PublicLink::Known {
            link: Secret::new(link.text()),
            expires: tree.link(node).and_then(|link| link.expires),
        },
        Err(LinkUnknown::None) => PublicLink::None,
        Err(why @ (LinkUnknown::Handle | LinkUnknown::Key)) => {
            let hint = "MEGA's own program shows it; it can be removed here.";
            PublicLink::Hidden(Problem::new(ProblemKind::Permanent, why.to_string(), hint))
        }
    }
}

fn links(tree: &Tree, account: &str) -> Vec<LinkRow> {
    let row = |(node, link): (NodeHandle, crate::api::listing::PublicLink)| LinkRow {
        subject: Shareable { account: account.to_owned(), node },
        path: tree.path(node),
        link: link_of(tree, node).ok().map(|link| Secret::new(link.text())),
        expires: link.expires,
    };
    let mut rows: Vec<LinkRow> = tree.links().into_iter().map(row).collect();
    rows.sort_by(|one, other| one.path.cmp(&other.path));
    rows
}

impl From<ShareAccess> for Access {
    fn from(access: ShareAccess) -> Self {
        match access {
            ShareAccess::Read => Self::Read,
            ShareAccess::Write => Self::Write,
            ShareAccess::Full => Self::Full,
        }
    }
}

impl From<Access> for ShareAccess {
    fn from(access: Access) -> Self {
        match access {
            Access::Read => Self::Read,
            Access::Write => Self::Write,
            Access::Full | Access::Owner => Self::Full,
        }
    }
}

/// What fails where a note cannot be removed.
const KEEP_LINK: &str = "note that the link is in use: a copy made it, and removes it";
