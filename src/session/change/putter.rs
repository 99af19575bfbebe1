//! [`Puts`]: makes finished uploads files, and copies of files, many with one command. While one request is on its way
//! those that are ready meanwhile are gathered for the next; each has its own undo record, its own outcome and its own
//! error. [`Session::put_file`] hands uploads in, [`Session::commit`] copies.

use std::io;
use std::sync::{Arc, OnceLock};

use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};

use super::send::{Making, ending, on_disk};
use super::{Change, ChangeError, Outcome};
use crate::api::error::{ApiError, ErrorCode};
use crate::crypto::key::ShareKey;
use crate::handle::NodeHandle;
use crate::session::Session;
use crate::store::undo::{UndoId, UndoJournal};
use crate::tree::Tree;

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

    /// Journals all, then sends all, so that the commands of several folders travel together, and answers each. What is
    /// not known afterwards is looked up in one list of the account.
    async fn put_groups(&self, groups: Vec<Group>) {
        let begun = join_all(groups.into_iter().map(Group::begin)).await;
        let sent = join_all(begun.into_iter().map(|begun| self.put_group(begun))).await;
        let unsettled: Vec<Unsettled> = sent.into_iter().flatten().collect();
        if unsettled.is_empty() {
            return;
        }
        let tree = self.fetch_tree(|_, _| ()).await;
        if let Err(error) = &tree {
            tracing::warn!(%error, "whether a command made nodes is not known");
        }
        let tree = tree.ok();
        join_all(unsettled.into_iter().map(|unsettled| self.settle(unsettled, tree.as_ref()))).await;
    }

    /// Sends what is journalled. Returns it where the answer does not say what became of each.
    async fn put_group(&self, Begun { group, ids }: Begun) -> Option<Unsettled> {
        let Group { journal, shares, makings, changes, replies } = group;
        match ids {
            Ok(ids) => {
                let outcomes = self.make_all(&makings, &shares).await;
                let group = Group { journal, shares, makings, changes, replies };
                let is_refused = outcomes.len() > 1 && outcomes.iter().all(is_refused_for_one);
                if is_refused || outcomes.iter().any(is_muddled) {
                    return Some(Unsettled { group, ids, outcomes, is_refused });
                }
                group.end(&ids, outcomes).await;
            }
            Err(error) => {
                for reply in replies {
                    let _ = reply.send(Err(ChangeError::Journal(again(&error))));
                }
            }
        }
        None
    }

    /// Of a refused command, or of an answer that lacks some, what the account has is made. The rest of a refused command
    /// is sent again, each in a command of its own, which travel together.
    async fn settle(&self, unsettled: Unsettled, tree: Option<&Tree>) {
        let Unsettled { group, ids, outcomes, is_refused } = unsettled;
        let settled = group.makings.iter().zip(outcomes).map(async |(making, outcome)| {
            let Some(tree) = tree else { return vec![outcome.map_err(|_unknown| muddled())] };
            match making.found(tree, &self.new_cause()) {
                Some(found) if outcome.is_err() => vec![Ok(found)],
                None if is_refused => self.make_all(std::slice::from_ref(making), &group.shares).await,
                Some(_) | None => vec![outcome],
            }
        });
        let outcomes = join_all(settled).await.into_iter().flatten().collect();
        group.end(&ids, outcomes).await;
    }
}

/// A group of which it is not known what was made.
struct Unsettled {
    group: Group,
    ids: Vec<UndoId>,
    outcomes: Vec<Result<Outcome, ChangeError>>,
    /// The command was refused as a whole.
    is_refused: bool,
}

/// Whether the server refused, and perhaps because of one node only. With the account full, or the folder closed to us,
/// none of them was made.
fn is_refused_for_one(outcome: &Result<Outcome, ChangeError>) -> bool {
    match outcome {
        Err(ChangeError::Api(ApiError::Refused { code, .. })) => {
            !matches!(*code, ErrorCode::OVER_QUOTA | ErrorCode::ACCESS)
        }
        Ok(_) | Err(_) => false,
    }
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
    /// Notes how each ended, and answers.
    async fn end(self, ids: &[UndoId], outcomes: Vec<Result<Outcome, ChangeError>>) {
        note_ends(&self.journal, ids, &self.changes, &outcomes).await;
        for (reply, outcome) in self.replies.into_iter().zip(outcomes) {
            // Whoever went away meanwhile does not want it.
            let _ = reply.send(outcome);
        }
    }

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
