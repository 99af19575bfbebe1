//! [`Puts`]: makes finished uploads files, and copies of files, many with one command. While one request is on its way
//! those that are ready meanwhile are gathered for the next; each has its own undo record, its own outcome and its own
//! error. [`Session::put_file`] hands uploads in, [`Session::commit`] copies.

use std::io;
use std::sync::{Arc, OnceLock};

use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};

use super::send::{Making, ending, on_disk};
use super::{Change, ChangeError, Outcome};
use crate::api::error::ApiError;
use crate::crypto::key::ShareKey;
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::store::undo::{UndoId, UndoJournal};

/// The way to the task that puts. Clones lead to the same one: it is started by the first upload and ends with the last
/// clone.
#[derive(Clone, Default)]
pub(in crate::session) struct Puts(Arc<OnceLock<mpsc::Sender<Waiting>>>);

/// An upload, or a file that is copied, that is to become a file.
pub(super) struct Finished {
    pub(super) making: Making,
    /// What is journalled.
    pub(super) change: Change,
    /// Keys of the shares above.
    pub(super) shares: Vec<(NodeHandle, ShareKey)>,
    pub(super) journal: UndoJournal,
}

/// One that waits. Dropping the receiver takes it back, if it has not been sent.
struct Waiting {
    finished: Finished,
    reply: oneshot::Sender<Result<Outcome, ChangeError>>,
}

impl Session {
    /// Makes it a file, journalled, with whatever others are ready. Once it is sent it goes on to its end, also
    /// when this is dropped.
    pub(super) async fn put_with_others(&self, finished: Finished) -> Result<Outcome, ChangeError> {
        let putter = self.puts.0.get_or_init(|| {
            // A session of its own, or the task would hold the sender that it waits for.
            start(Self { puts: Puts::default(), ..self.clone() })
        });
        let (reply, answer) = oneshot::channel();
        // The task only goes away with the runtime: then everything is being stopped.
        putter.send(Waiting { finished, reply }).await.map_err(|_stopped| ApiError::Cancelled)?;
        answer.await.map_err(|_stopped| ApiError::Cancelled)?
    }

    /// Journals all, then sends all, so that the commands of several folders travel together, and answers each.
    async fn put_groups(&self, groups: Vec<Group>) {
        let begun = join_all(groups.into_iter().map(Group::begin)).await;
        join_all(begun.into_iter().map(|begun| self.put_group(begun))).await;
    }

    async fn put_group(&self, Begun { group, ids }: Begun) {
        let Group { journal, shares, makings, changes, replies } = group;
        let outcomes: Vec<Result<Outcome, ChangeError>> = match ids {
            Ok(ids) => {
                let outcomes = self.make_each(&makings, &shares).await;
                note_ends(&journal, &ids, &changes, &outcomes).await;
                outcomes
            }
            Err(error) => makings.iter().map(|_| Err(ChangeError::Journal(again(&error)))).collect(),
        };
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // Whoever went away meanwhile does not want it.
            let _ = reply.send(outcome);
        }
    }

    /// Makes all with one command. One that is refused does not say which node was at fault, nor whether it made some of
    /// the others, and an answer may lack some: those are looked for in the account. Of a refused command what is not
    /// there is sent again, each in a command of its own, which travel together.
    async fn make_each(
        &self,
        makings: &[Making],
        shares: &[(NodeHandle, ShareKey)],
    ) -> Vec<Result<Outcome, ChangeError>> {
        let outcomes = self.make_all(makings, shares).await;
        let is_refused = makings.len() > 1 && outcomes.iter().all(is_refused);
        if !is_refused && !outcomes.iter().any(is_muddled) {
            return outcomes;
        }
        let tree = match self.fetch_tree(|_, _| ()).await {
            Ok(tree) => tree,
            Err(error) => {
                tracing::warn!(%error, "whether a command made nodes is not known");
                return outcomes.into_iter().map(|outcome| outcome.map_err(|_unknown| muddled())).collect();
            }
        };
        let settled = makings.iter().zip(outcomes).map(async |(making, outcome)| match making.found(&tree) {
            Some(found) if outcome.is_err() => vec![Ok(found)],
            None if is_refused => self.make_all(std::slice::from_ref(making), shares).await,
            Some(_) | None => vec![outcome],
        });
        join_all(settled).await.into_iter().flatten().collect()
    }
}

fn is_refused(outcome: &Result<Outcome, ChangeError>) -> bool {
    matches!(outcome, Err(ChangeError::Api(ApiError::Refused { .. })))
}

/// Whether the server answered, and did not say what became of it.
fn is_muddled(outcome: &Result<Outcome, ChangeError>) -> bool {
    matches!(outcome, Err(ChangeError::Api(ApiError::Malformed { .. })))
}

fn muddled() -> ChangeError {
    ApiError::Malformed { command: "p" }.into()
}

/// Uploads that one command can put: of one folder, with keys for the same members of shares, in one journal. All lists
/// are in the same order.
struct Group {
    journal: UndoJournal,
    shares: Vec<(NodeHandle, ShareKey)>,
    makings: Vec<Making>,
    changes: Vec<Change>,
    replies: Vec<oneshot::Sender<Result<Outcome, ChangeError>>>,
}

/// A group whose changes are in the journal, or could not be written there.
struct Begun {
    group: Group,
    ids: io::Result<Vec<UndoId>>,
}

impl Group {
    fn of(first: Waiting) -> Self {
        let Waiting { finished: Finished { making, change, shares, journal }, reply } = first;
        Self { journal, shares, makings: vec![making], changes: vec![change], replies: vec![reply] }
    }

    fn fits(&self, other: &Finished) -> bool {
        let is_same_share = |((own, _), (others, _)): (&(NodeHandle, _), &(NodeHandle, _))| own == others;
        self.makings.first().is_some_and(|first| first.parent == other.making.parent)
            && self.shares.len() == other.shares.len()
            && self.shares.iter().zip(&other.shares).all(is_same_share)
            && self.journal.is_same(&other.journal)
    }

    fn add(&mut self, waiting: Waiting) {
        self.makings.push(waiting.finished.making);
        self.changes.push(waiting.finished.change);
        self.replies.push(waiting.reply);
    }

    async fn begin(self) -> Begun {
        let records = self.changes.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
        let ids = match records {
            Ok(records) => on_disk(&self.journal, move |journal| journal.begin_all(records)).await,
            Err(error) => Err(error.into()),
        };
        Begun { group: self, ids }
    }
}

async fn note_ends(
    journal: &UndoJournal,
    ids: &[UndoId],
    changes: &[Change],
    outcomes: &[Result<Outcome, ChangeError>],
) {
    let ended = ids.iter().zip(changes.iter().zip(outcomes));
    let endings = ended.filter_map(|(id, (change, outcome))| Some((*id, ending(change, outcome)?))).collect();
    if let Err(error) = on_disk(journal, move |journal| journal.end_all(endings)).await {
        // The files are there, and saying otherwise would make the user repeat it.
        tracing::warn!(%error, "cannot note in the undo journal how uploads ended");
    }
}

fn start(session: Session) -> mpsc::Sender<Waiting> {
    let (sender, mut inbox) = mpsc::channel(INBOX);
    tokio::spawn(async move {
        while let Some(first) = inbox.recv().await {
            // Uploads that are about to end too get onto the same command.
            tokio::task::yield_now().await;
            session.put_groups(gather(first, &mut inbox)).await;
        }
    });
    sender
}

/// Collects what is waiting, without those that nobody waits for any more.
fn gather(first: Waiting, inbox: &mut mpsc::Receiver<Waiting>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut candidate = Some(first);
    for _ in 0..MOST_NODES {
        let Some(waiting) = candidate.take().or_else(|| inbox.try_recv().ok()) else { break };
        if waiting.reply.is_closed() {
            continue;
        }
        match groups.iter_mut().find(|group| group.fits(&waiting.finished)) {
            Some(group) => group.add(waiting),
            None => groups.push(Group::of(waiting)),
        }
    }
    groups
}

/// One failure reaches several.
fn again(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}

/// Nodes of one command; the server takes no more.
const MOST_NODES: usize = 1000;

/// Uploads that wait for the task to look; when full, whoever hands one in waits.
const INBOX: usize = 1024;
