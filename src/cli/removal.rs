//! How `delete`, `deletefile`, `purge` and `rmdir` remove: into the rubbish bin or the trash, or with `--permanent` for
//! good. Called by those commands, which say what; the worker does it, and keeps it in its undo journal.

use clap::Args;

use super::context::Context;
use super::copy::follow::{quit, send, worker_gone};
use super::login::Opened;
use super::output::Failure;
use crate::entry::{EntryKey, Location};
use crate::message::{Command, DeletionId, DeletionSummary, Event, ProblemKind, Selection};
use crate::worker::{self, OpenedAccount, Parts, Worker};

/// How something is removed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct RemovalArgs {
    /// Delete for good, past the rubbish bin or the trash: nothing brings it back
    #[arg(long, alias = "mega-hard-delete")]
    pub(crate) permanent: bool,
}

/// Starts a worker for one command. `opened` is the account that it needs.
pub(crate) fn start(context: &Context, opened: Option<Opened>) -> Worker {
    let transport = match &opened {
        Some(opened) => opened.session.client().transport().clone(),
        None => super::login::transport(context),
    };
    let mut parts = Parts::new(context.config.clone(), transport);
    parts.opened.extend(opened.map(|Opened { name, session, tree }| OpenedAccount {
        account: name,
        session,
        tree,
    }));
    worker::start(parts)
}

/// Removes entries of a folder and returns what the worker says about it.
pub(crate) async fn remove(
    context: &Context,
    opened: Option<Opened>,
    (parent, keys): (Location, Vec<EntryKey>),
    how: RemovalArgs,
) -> Result<String, Failure> {
    let selection = Selection::Entries { parent, keys };
    if how.permanent {
        let mut worker = start(context, opened);
        let told = delete(&mut worker, selection).await;
        quit(&mut worker).await?;
        return told.map(|(_, line)| line);
    }
    carry_out(context, opened, Command::Trash { selection }).await
}

/// Has the worker do one thing and returns what it says about it.
pub(crate) async fn carry_out(
    context: &Context,
    opened: Option<Opened>,
    command: Command,
) -> Result<String, Failure> {
    let mut worker = start(context, opened);
    send(&worker, command)?;
    let told = told(&mut worker).await;
    quit(&mut worker).await?;
    told
}

/// Deletes for good what is counted first, and returns the count.
pub(crate) async fn delete(
    worker: &mut Worker,
    selection: Selection,
) -> Result<(DeletionSummary, String), Failure> {
    let deletion = DeletionId(1);
    send(worker, Command::PlanDeletion { deletion, selection })?;
    let summary = loop {
        match worker.events.recv().await {
            Some(
                Event::Deletion(DeletionSummary { problem: Some(problem), .. }) | Event::Failed(problem),
            ) => {
                return Err(problem.into());
            }
            Some(Event::Deletion(summary)) if summary.complete => break summary,
            Some(Event::Ended) | None => return Err(worker_gone()),
            Some(_) => {}
        }
    };
    if summary.item_count() == 0 {
        return Ok((summary, String::new()));
    }
    send(worker, Command::Delete { deletion })?;
    Ok((summary, told(worker).await?))
}

/// Waits for the worker's word on what it was told to do.
async fn told(worker: &mut Worker) -> Result<String, Failure> {
    loop {
        match worker.events.recv().await {
            Some(Event::Done { text }) => return Ok(text),
            Some(Event::Failed(problem)) => return Err(problem.into()),
            Some(Event::Ended) | None => return Err(worker_gone()),
            Some(_) => {}
        }
    }
}

/// What rclone says, and its exit code, where a folder is meant and a file stands there.
pub(crate) fn is_a_file(place: &str) -> Failure {
    let hint = "Choose a folder.";
    Failure::new(ProblemKind::Other, format!("\"{place}\" is a file not a directory"), hint)
}
