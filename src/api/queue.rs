//! The command queue of one identity: a task that keeps one batch in flight and gathers what is issued meanwhile into the
//! next. `client` issues; nothing here knows what a command is for.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::batch::{self, BodyFault, Element};
use super::exchange::{Failure, Fatal, Line};
use super::transport::Response;

/// Commands that travel together, in order, and where their answers go. Dropping the receiver takes them back: they are
/// not sent if they have not been, and a batch that nobody waits for is given up.
pub(super) struct Issue {
    /// Each as JSON; at least one.
    pub(super) commands: Vec<String>,
    /// Must not share its batch.
    pub(super) alone: bool,
    /// One element per command.
    pub(super) reply: oneshot::Sender<Result<Vec<Element>, Fatal>>,
}

/// Starts a queue; it ends when the sender is dropped.
pub(super) fn start(line: Arc<Line>) -> mpsc::Sender<Issue> {
    let (sender, inbox) = mpsc::channel(INBOX);
    tokio::spawn(Queue { line, inbox, held: None }.run());
    sender
}

struct Queue {
    line: Arc<Line>,
    inbox: mpsc::Receiver<Issue>,
    /// Taken out of the inbox, but did not fit the last batch.
    held: Option<Issue>,
}

impl Queue {
    async fn run(mut self) {
        while let Some(first) = self.next().await {
            // Tasks that are about to issue too, such as a burst of uploads, get onto the same batch.
            tokio::task::yield_now().await;
            let batch = self.gather(first);
            if !batch.is_empty() {
                self.exchange(batch).await;
            }
        }
    }

    async fn next(&mut self) -> Option<Issue> {
        match self.held.take() {
            Some(issue) => Some(issue),
            None => self.inbox.recv().await,
        }
    }

    /// Collects what is waiting, up to the limits, without those that nobody waits for any more.
    fn gather(&mut self, first: Issue) -> Vec<Issue> {
        let mut batch = Vec::new();
        let (mut command_count, mut bytes) = (0, 0);
        let mut candidate = Some(first);
        while let Some(issue) = candidate.take().or_else(|| self.inbox.try_recv().ok()) {
            if issue.reply.is_closed() {
                continue;
            }
            command_count += issue.commands.len();
            bytes += issue.commands.iter().map(String::len).sum::<usize>();
            let is_full = issue.alone || command_count > MAX_COMMANDS || bytes > MAX_BYTES;
            if is_full && !batch.is_empty() {
                self.held = Some(issue);
                break;
            }
            let alone = issue.alone;
            batch.push(issue);
            if alone {
                break;
            }
        }
        batch
    }

    async fn exchange(&self, mut batch: Vec<Issue>) {
        let body = batch::join(batch.iter().flat_map(|issue| issue.commands.iter().map(String::as_str)));
        let count = batch.iter().map(|issue| issue.commands.len()).sum();
        let request = self.line.outgoing(body, ANSWER_LIMIT);
        let answer = tokio::select! {
            answer = self.line.persist(&request, |response| read(response, count)) => answer,
            () = all_abandoned(&mut batch) => return,
        };
        hand_out(batch, answer.and_then(|elements| elements.ok_or(Fatal::Malformed)));
    }
}

/// Reads a body; `None` when it is whole, but not an answer to this batch: asking again would not change it.
async fn read(response: Response, count: usize) -> Result<Option<Vec<Element>>, Failure> {
    let body = response.bytes().await.map_err(Failure::Transport)?;
    match batch::parse(&body, count) {
        Ok(elements) => Ok(Some(elements)),
        Err(BodyFault::Garbage) => Err(Failure::Garbage),
        Err(BodyFault::Mismatch) => Ok(None),
        Err(BodyFault::Code(code)) => Err(Failure::Code(code)),
    }
}

async fn all_abandoned(batch: &mut [Issue]) {
    for issue in batch {
        issue.reply.closed().await;
    }
}

fn hand_out(batch: Vec<Issue>, answer: Result<Vec<Element>, Fatal>) {
    let mut elements = answer.map(Vec::into_iter);
    for issue in batch {
        let own = match &mut elements {
            Ok(elements) => Ok(elements.by_ref().take(issue.commands.len()).collect()),
            Err(fatal) => Err(fatal.clone()),
        };
        // Whoever went away meanwhile does not want it.
        let _ = issue.reply.send(own);
    }
}

/// Issues that wait for the task to look; when full, whoever issues waits.
const INBOX: usize = 1024;

/// Commands of one batch. The official client goes up to 10000; fewer keep an answer short and a retry cheap.
const MAX_COMMANDS: usize = 500;

/// Bytes of one batch, unless a single issue is longer.
const MAX_BYTES: usize = 2 << 20;

/// The longest answer of a batch, in bytes.
const ANSWER_LIMIT: u64 = 64 << 20;
