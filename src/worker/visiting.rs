//! Public links of others: shown in a view like an account that may only be looked at, and taken over into an account.
//! The actor calls it. Nothing is ever written to a link that is visited; what is taken over goes into an account of one's own.

use std::sync::Arc;

use super::OpenedAccount;
use super::account::Account;
use super::actor::Actor;
use super::changes::{ChangeDone, Landing, Refused, counted};
use super::connect::{self, link_name};
use super::inside::is_session_end;
use super::jobs::{Done, blocking};
use super::problem;
use super::refusal::{free_in, not_ready, writable_folder};
use super::selection::Selected;
use crate::api::client::Client;
use crate::config;
use crate::crypto::link::{Link, LinkError, LinkKind, ProtectedLink};
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{Event, Problem, ProblemKind, Selection, SharingEvent, ViewId, ViewState};
use crate::secret::Secret;
use crate::session::Session;
use crate::session::change::{Imported, Prepared};
use crate::store::undo::{GroupKind, GroupTag};
use crate::tree::Tree;

/// A link that was opened for a view, or why it was not.
pub(crate) struct Visited {
    view: ViewId,
    link: Secret,
    opened: Result<(OpenedAccount, LinkKind), Closed>,
}

/// Why a link was not opened.
enum Closed {
    /// It has a password: none was given, or another one.
    Locked {
        is_refused: bool,
    },
    Failed(Problem),
}

impl From<Problem> for Closed {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl Actor {
    /// Opens a link and shows it.
    pub(super) fn open_link(&mut self, view: ViewId, link: Secret, password: Option<Secret>) {
        let nobody = config::Account {
            name: String::new(),
            email: String::new(),
            api_url: None,
            passphrase: false,
            password: None,
        };
        let waits = Arc::new(|_| ());
        let made = connect::client(&self.config, &nobody, Arc::clone(&self.transport), waits, self.give_up);
        let client = match made {
            Ok(client) => client,
            Err(error) => return self.send(Event::Failed(problem::of_config(&error))),
        };
        if self.panes.contains_key(&view) {
            self.tell_as(view, Some(ViewState::Opening));
        }
        let broken = Done::Visited(Box::new(Visited {
            view,
            link: link.clone(),
            opened: Err(problem::broke_down("open the link").into()),
        }));
        self.jobs.start(broken, async move {
            let opened = visit(client, link.clone(), password).await;
            Done::Visited(Box::new(Visited { view, link, opened }))
        });
    }

    /// Takes a link that was opened.
    pub(super) fn visited(&mut self, Visited { view, link, opened }: Visited) {
        let (opened, kind) = match opened {
            Ok(opened) => opened,
            Err(closed) => {
                if self.panes.contains_key(&view) {
                    self.tell(view);
                }
                return self.send(match closed {
                    Closed::Locked { is_refused } => {
                        Event::Sharing(SharingEvent::Locked { view, link, is_refused })
                    }
                    Closed::Failed(problem) => Event::Failed(problem),
                });
            }
        };
        let shown = opened.tree.contents(CloudFolder::Root).next().map(|node| node.handle());
        let folder = match (kind, shown) {
            (LinkKind::Folder, Some(folder)) => CloudFolder::Node(folder),
            (LinkKind::File, _) | (LinkKind::Folder, None) => CloudFolder::Root,
        };
        let account = opened.account.clone();
        self.accounts.insert(account.clone(), Account::visited(opened));
        self.account_changed(&account);
        self.open(view, Location::Cloud { account, folder }, None);
    }

    /// Puts entries of a link into a folder of an account.
    pub(super) fn import(&mut self, selection: Selection, target: Location) {
        if let Err(problem) = self.try_import(selection, target) {
            self.send(Event::Failed(problem));
        }
    }

    fn try_import(&mut self, selection: Selection, target: Location) -> Result<(), Problem> {
        let no_link = || {
            let message = "Only what a public link shows is imported, and only into an account";
            Problem::new(ProblemKind::Usage, message, "Copy it instead.")
        };
        let (
            Selected::Entries { parent: Location::Cloud { account: shown, .. }, keys },
            Location::Cloud { account, folder },
        ) = (self.select(selection)?, target)
        else {
            return Err(no_link());
        };
        let from = self.accounts.get(&shown).and_then(Account::ready).filter(|(visit, _)| visit.is_visit());
        let (visit, from) = from.ok_or_else(no_link)?;
        let taker = self.accounts.get(&account).ok_or_else(|| problem::unknown_account(&account))?;
        let (session, tree) = taker.ready().ok_or_else(|| not_ready(&account))?;
        let to = writable_folder(&account, tree, folder)?;
        let rows = prepared((session, tree), (visit, from), &keys, to)?;
        let label = self.only_label(&shown, &keys);
        let line = format!(
            "imported {} into {}",
            counted(&keys, label),
            self.heading(&Location::Cloud { account: account.clone(), folder }).title
        );
        let (session, attempt) = (session.clone(), taker.attempt());
        let journal = taker.journal.in_group(&GroupTag::new(GroupKind::Doing, &line));
        let done = move |line, results| {
            Done::Change(ChangeDone::Cloud { account, attempt, line, landing: Landing::None, results })
        };
        let broken =
            done.clone()(String::new(), vec![Err(Refused::before(problem::broke_down("import that")))]);
        self.change_begins();
        self.jobs.start_kept(broken, async move {
            let mut results = Vec::with_capacity(rows.len());
            for (prepared, what) in rows {
                let result = session.commit(prepared, &journal).await;
                results.push(result.map_err(|error| Refused {
                    session_ended: is_session_end(&error),
                    problem: problem::of_change(&what, &error),
                }));
            }
            done(line, results)
        });
        Ok(())
    }
}

/// Checks that entries of a link can be put into a folder; returns each in words, too.
fn prepared(
    (session, tree): (&Session, &Tree),
    (visit, from): (&Session, &Tree),
    keys: &[EntryKey],
    to: NodeHandle,
) -> Result<Vec<(Prepared, String)>, Problem> {
    let mut rows = Vec::new();
    for key in keys {
        let EntryKey::Node(handle) = key else { continue };
        let Some(node) = from.node(*handle) else { continue };
        let Some(name) = node.name() else { return Err(problem::undecryptable(&node.label())) };
        let what = format!("import \"{name}\"");
        free_in(tree, to, name, &what)?;
        let imported = Imported { visit, tree: from, node: *handle };
        let prepared = session.prepare_import(tree, imported, (to, name), None);
        rows.push((prepared.map_err(|error| problem::of_change(&what, &error))?, what));
    }
    Ok(rows)
}

/// Opens a link: reads its text, opens it with its password where it has one, and asks the server what it shows.
async fn visit(
    client: Client,
    text: Secret,
    password: Option<Secret>,
) -> Result<(OpenedAccount, LinkKind), Closed> {
    let link = blocking(move || read(&text, password.as_ref())).await?;
    let session = Session::visit(&client, &link).ok_or_else(|| {
        let hint = "Paste it whole, with what follows the #.";
        Problem::new(ProblemKind::Usage, "The link has no key: nothing behind it can be read", hint)
    })?;
    let tree =
        session.fetch_tree(|_, _| ()).await.map_err(|error| problem::of_api("open the link", &error))?;
    Ok((OpenedAccount { account: link_name(link.handle), session, tree }, link.kind))
}

fn read(text: &Secret, password: Option<&Secret>) -> Result<Link, Closed> {
    match (Link::parse(text.expose()), password) {
        (Ok(link), _) => Ok(link),
        (Err(LinkError::Protected), Some(password)) => {
            let link = ProtectedLink::parse(text.expose()).map_err(damaged)?;
            link.open(password.expose()).map_err(|_wrong| Closed::Locked { is_refused: true })
        }
        (Err(LinkError::Protected), None) => Err(Closed::Locked { is_refused: false }),
        (Err(error), _) => Err(damaged(error).into()),
    }
}

fn damaged(error: LinkError) -> Problem {
    Problem::new(ProblemKind::Usage, format!("Cannot open the link: {error}"), "Paste it whole.")
}
