//! How `delete`, `deletefile`, `purge` and `rmdir` remove: into the rubbish bin or the trash, or with `--permanent` for
//! good, which is asked first where somebody can be asked. Called by those commands, which say what; the worker does it,
//! and keeps it in its undo journal.

use clap::Args;

use super::context::Context;
use super::copy::follow::{quit, send, worker_gone};
use super::login::Opened;
use super::output::{Failure, Messages};
use super::{quantity, terminal};
use crate::entry::{EntryKey, Location};
use crate::message::{Command, DeletionId, DeletionSummary, Event, ProblemKind, Selection};
use crate::worker::{self, OpenedAccount, Parts, Worker};

/// How something is removed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct RemovalArgs {
    /// Delete for good, past the rubbish bin or the trash: nothing brings it back
    #[arg(long, alias = "mega-hard-delete")]
    pub(crate) permanent: bool,

    /// Go ahead with --permanent without being asked
    #[arg(long, requires = "permanent")]
    pub(crate) yes: bool,
}

/// What a deletion for good is about, and whether the user has agreed to it on the command line.
#[derive(Clone, Copy)]
pub(crate) struct Warrant<'a> {
    /// As the user wrote it.
    pub(crate) place: &'a str,
    /// `--yes`.
    pub(crate) is_given: bool,
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

/// Removes entries of a folder and returns what the worker says about it; `None` where the user did not want it.
/// `place` is what the user named.
pub(crate) async fn remove(
    context: &Context,
    opened: Option<Opened>,
    (place, parent, keys): (&str, Location, Vec<EntryKey>),
    how: RemovalArgs,
) -> Result<Option<String>, Failure> {
    let selection = Selection::Entries { parent, keys };
    if how.permanent {
        let warrant = Warrant { place, is_given: how.yes };
        return delete(context, opened, selection, warrant).await;
    }
    carry_out(context, opened, Command::Trash { selection }).await.map(Some)
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

/// Deletes for good what is counted first, and asked about on a terminal. Returns what the worker says about it; `None`
/// where there was nothing, or the user did not want it.
pub(crate) async fn delete(
    context: &Context,
    opened: Option<Opened>,
    selection: Selection,
    warrant: Warrant<'_>,
) -> Result<Option<String>, Failure> {
    let mut worker = start(context, opened);
    let told = delete_counted(context, &mut worker, selection, warrant).await;
    quit(&mut worker).await?;
    told
}

async fn delete_counted(
    context: &Context,
    worker: &mut Worker,
    selection: Selection,
    warrant: Warrant<'_>,
) -> Result<Option<String>, Failure> {
    let deletion = DeletionId(1);
    send(worker, Command::PlanDeletion { deletion, selection })?;
    let summary = counted(worker).await?;
    if summary.item_count() == 0 || !has_word(&context.messages, &summary, warrant).await? {
        return Ok(None);
    }
    // Answers take their time: the worker deletes exactly what was counted, or refuses.
    send(worker, Command::Delete { deletion })?;
    told(worker).await.map(Some)
}

/// Waits until all that would go is counted.
async fn counted(worker: &mut Worker) -> Result<DeletionSummary, Failure> {
    loop {
        match worker.events.recv().await {
            Some(
                Event::Deletion(DeletionSummary { problem: Some(problem), .. }) | Event::Failed(problem),
            ) => return Err(problem.into()),
            Some(Event::Deletion(summary)) if summary.complete => return Ok(summary),
            Some(Event::Ended) | None => return Err(worker_gone()),
            Some(_) => {}
        }
    }
}

/// Returns whether what was counted is to go. Where nobody can be asked, the command itself is the word, as it is to rclone.
async fn has_word(
    messages: &Messages,
    summary: &DeletionSummary,
    warrant: Warrant<'_>,
) -> Result<bool, Failure> {
    if warrant.is_given || !terminal::is_attended() {
        return Ok(true);
    }
    messages.print(&question(warrant.place, summary));
    messages.prompt("Type yes to delete for good> ");
    let is_meant = terminal::line().await?.trim().eq_ignore_ascii_case("yes");
    if !is_meant {
        messages.notice("nothing was changed");
    }
    Ok(is_meant)
}

/// What the user is asked: what, how many, how big, and that it is for good.
fn question(place: &str, summary: &DeletionSummary) -> String {
    let counted = |count: u64, what: &str| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        (count > 0).then(|| quantity::counted(count, what))
    };
    let parts = [counted(summary.file_count, "file"), counted(summary.folder_count, "folder")];
    let items = parts.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let versions = match summary.version_bytes {
        0 => String::new(),
        bytes => format!(" and {} of older versions", quantity::size_with_unit(bytes)),
    };
    let size = quantity::size_with_unit(summary.bytes);
    format!("{place}: {items}, {size}{versions}, would be deleted for good. This cannot be undone.")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_says_what_how_many_how_big_and_that_it_is_for_good() {
        let summary =
            DeletionSummary { file_count: 3, folder_count: 1, bytes: 6, ..DeletionSummary::default() };
        assert_eq!(
            question("ann:d", &summary),
            "ann:d: 3 files and 1 folder, 6 B, would be deleted for good. This cannot be undone."
        );
        let file =
            DeletionSummary { file_count: 1, bytes: 2048, version_bytes: 1024, ..DeletionSummary::default() };
        let asked = question("ann:f", &file);
        assert!(asked.contains("1 file, 2 KiB and 1 KiB of older versions, would"), "{asked}");
    }
}
