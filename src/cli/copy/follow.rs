//! Follows one copy from the worker's first event to its last, and turns its end into an exit code.
//! Called by `copy`. It decides nothing about files: it tells, asks, and passes the answers on.

use tokio::time::Instant;

use super::super::context::Context;
use super::super::output::{Failure, Level};
use super::check::Findings;
use super::progress::Bars;
use super::{conflict, lines};
use crate::message::{
    AccountState, Command, Compared, Conflict, CopyId, CopyReport, CopyRequest, Event, Note, PlanSummary,
    Problem, ProblemKind, Reply,
};
use crate::worker::Worker;

/// Runs a copy to its end. Returns its report, and how many of its items met several of their name in the target.
pub(super) async fn follow(
    context: &Context,
    mut worker: Worker,
    request: CopyRequest,
    findings: Option<&mut Findings>,
) -> Result<(CopyReport, usize), Failure> {
    let started = Instant::now();
    send(&worker, Command::PlanCopy { copy: COPY, request })?;
    send(&worker, Command::StartCopy { copy: COPY })?;
    let is_check = findings.is_some();
    let mut run = Run { plan: PlanSummary::default(), bars: None, findings, asked: None, twin_count: 0 };
    if context.options.progress {
        run.bars = Bars::start(&context.messages);
    }
    let report = run.until_end(context, &mut worker).await;
    drop(run.bars.take());
    let quit = quit(&mut worker).await;
    let report = report?;
    quit?;
    let went_wrong = report.failed_count + report.skipped_count > 0;
    let level = context.messages.level();
    if !is_check && (level >= Level::Verbose || (went_wrong && level >= Level::Normal)) {
        lines::sums(&context.messages, &run.plan, &report, started.elapsed());
    }
    Ok((report, run.twin_count))
}

/// A copy under way.
struct Run<'f> {
    plan: PlanSummary,
    bars: Option<Bars>,
    /// Where the findings of a check go.
    findings: Option<&'f mut Findings>,
    /// The conflict that the user is asked about.
    asked: Option<Conflict>,
    /// Items that met several of their name in the target.
    twin_count: usize,
}

impl Run<'_> {
    async fn until_end(&mut self, context: &Context, worker: &mut Worker) -> Result<CopyReport, Failure> {
        let mut stopping = false;
        loop {
            let event = tokio::select! {
                event = worker.events.recv() => event.ok_or_else(worker_gone)?,
                () = context.stop.cancelled(), if !stopping => {
                    stopping = true;
                    // Not cancelled: what has moved stays for the next time.
                    send(worker, Command::Quit)?;
                    continue;
                }
            };
            if let Some(report) = self.handle(context, worker, event).await? {
                return Ok(report);
            }
        }
    }

    async fn handle(
        &mut self,
        context: &Context,
        worker: &Worker,
        event: Event,
    ) -> Result<Option<CopyReport>, Failure> {
        match event {
            Event::Failed(problem) | Event::Plan(PlanSummary { problem: Some(problem), .. }) => {
                return Err(problem.into());
            }
            Event::Plan(plan) => self.plan = plan,
            Event::CopyNote { path, size, note, .. } => self.take_note(context, &path, size, &note)?,
            Event::Transfers { changed, removed, totals } => {
                if let Some(bars) = &mut self.bars {
                    bars.update(&changed, &removed, &totals);
                }
            }
            Event::Conflict(conflict) => {
                conflict::show(&context.messages, &conflict);
                self.asked = Some(conflict);
                self.ask(context, worker).await?;
            }
            Event::Compared { conflict, compared } => {
                self.take_comparison(context, worker, (conflict, &compared)).await?;
            }
            Event::CopyEnded(report) => return Ok(Some(report)),
            Event::Account { account, state } => account_state(&account, state)?,
            Event::Ended if context.stop.is_cancelled() => return Err(Failure::interrupted()),
            Event::Ended => return Err(worker_gone()),
            // Of the screen, which asks for them.
            Event::Accounts(_)
            | Event::Quota { .. }
            | Event::View(_)
            | Event::Rows { .. }
            | Event::Found { .. }
            | Event::NotThere { .. }
            | Event::Bookmarks(_)
            | Event::KeptScreen(_)
            | Event::Hits { .. }
            | Event::Usage(_)
            | Event::Offers { .. }
            | Event::Answered { .. }
            | Event::Content { .. }
            | Event::Dedupe(_)
            | Event::Measured { .. }
            | Event::Sharing(_)
            | Event::Versions(_)
            | Event::Edit { .. }
            | Event::Deletion(_)
            | Event::Made { .. }
            | Event::Changes(_)
            | Event::Undone { .. }
            | Event::Findings(_)
            | Event::NameSheet { .. }
            | Event::Renames(_)
            | Event::TransferEnds(_)
            | Event::Unfinished { .. }
            | Event::Done { .. } => {}
        }
        Ok(None)
    }

    fn take_note(&mut self, context: &Context, path: &str, size: u64, note: &Note) -> Result<(), Failure> {
        if let Note::Skipped(Problem { kind: ProblemKind::Ambiguous, .. }) = note {
            self.twin_count += 1;
        }
        match &mut self.findings {
            Some(findings) => findings.take(&context.messages, path, size, note)?,
            None => lines::note(&context.messages, &self.plan.target, path, size, note),
        }
        Ok(())
    }

    /// Tells what comparing two contents for the user has shown, and asks again.
    async fn take_comparison(
        &mut self,
        context: &Context,
        worker: &Worker,
        (number, compared): (u64, &Compared),
    ) -> Result<(), Failure> {
        let Some(conflict) = self.asked.as_mut().filter(|asked| asked.conflict == number) else {
            return Ok(());
        };
        conflict.take(compared);
        conflict::tell(&context.messages, conflict, compared);
        self.ask(context, worker).await
    }

    /// Asks about the open conflict, and sends the worker what the user wants.
    async fn ask(&mut self, context: &Context, worker: &Worker) -> Result<(), Failure> {
        let Some(conflict) = &self.asked else { return Ok(()) };
        let number = conflict.conflict;
        let reply = tokio::select! {
            reply = conflict::ask(&context.messages, conflict) => reply?,
            () = context.stop.cancelled() => return Ok(()), // the copy is ended as at any other time
        };
        match reply {
            Reply::Resolve(resolution, scope) => {
                self.asked = None;
                send(worker, Command::Resolve { conflict: number, resolution, scope })
            }
            Reply::Compare(depth) => send(worker, Command::Compare { conflict: number, depth }),
            Reply::Rename => Ok(()), // `ask` has asked for the name, too
        }
    }
}

/// An account that stops working in the middle ends the copy: nobody is asked while files move.
fn account_state(account: &str, state: AccountState) -> Result<(), Failure> {
    let needed = |problem: Option<Problem>| {
        let ended = || format!("the session of \"{account}\" has ended");
        let message = problem.map_or_else(ended, |problem| problem.message);
        // What is told on the screen is how to log in there.
        let hint = format!(
            "`megapane config reconnect {account}` logs in anew; the same command then goes on from here."
        );
        Err(Problem::new(ProblemKind::Login, message, hint).into())
    };
    match state {
        AccountState::NeedsPassword { problem, .. }
        | AccountState::NeedsCode { problem }
        | AccountState::NeedsPassphrase { problem } => needed(problem),
        AccountState::Failed(problem) => Err(problem.into()),
        AccountState::Connecting
        | AccountState::Loading { .. }
        | AccountState::Ready
        | AccountState::Waiting(_) => Ok(()),
    }
}

pub(crate) async fn quit(worker: &mut Worker) -> Result<(), Failure> {
    if worker.commands.send(Command::Quit).is_err() {
        return Ok(()); // it has ended already
    }
    while let Some(event) = worker.events.recv().await {
        if matches!(event, Event::Ended) {
            break;
        }
    }
    Ok(())
}

pub(crate) fn send(worker: &Worker, command: Command) -> Result<(), Failure> {
    worker.commands.send(command).map_err(|_closed| worker_gone())
}

pub(crate) fn worker_gone() -> Failure {
    Failure::new(ProblemKind::Other, "the part that does the work has stopped", "The log says why.")
}

/// There is one copy in a run.
const COPY: CopyId = CopyId(1);
