//! Copies and moves from one account to another, and from a public link into an account: the server makes the new file of
//! the content that it has, through a public link, so that no byte is moved. What cannot go that way (what others share
//! with the source, another server) is handed to the queue and streams through. Called by `copying`; the plan decides.

use super::account::{Account, AccountDone};
use super::actor::Actor;
use super::backup::{Depot, replaced};
use super::copying::{Copy, CopyDone};
use super::ends::Way;
use super::inside::{Made, commit_all, is_session_end};
use super::jobs::Done;
use super::problem;
use super::scan::{Goal, Origin};
use super::transfers::Moving;
use crate::api::error::{ApiError, ErrorCode};
use crate::entry::CloudFolder;
use crate::message::{CopyId, Problem};
use crate::session::Session;
use crate::session::change::{Change, ChangeError, Imported, Loan, Prepared, Takeover};
use crate::store::loans::LoanNotes;
use crate::store::undo::UndoJournal;
use crate::transfer::plan::{FileEnd, FileTransfer, Replaces};
use crate::transfer::upload::{Relayed, UploadSource};
use crate::tree::Tree;

/// What a job brings that had a file taken over.
pub(crate) struct TakenOver {
    file: FileTransfer<Origin, Goal>,
    depot: Option<Depot>,
    /// The attempts to open the source and the target whose sessions were used.
    attempts: (u64, u64),
    end: End,
    made: Made,
    /// The session of the source was found to be over.
    source_ended: bool,
}

/// How that went.
enum End {
    Ended(FileEnd),
    /// The server does not do it: the bytes have to move.
    Refused,
}

/// Everything that is needed to take a file over, collected on the two trees.
struct Handover {
    what: String,
    source: Session,
    target: Session,
    journal: UndoJournal,
    /// What makes way before.
    first: Vec<Prepared>,
    how: How,
    /// What goes to the bin once the new file stands.
    then: Vec<Prepared>,
}

/// Through which link.
enum How {
    /// One that is looked at.
    Visited(Prepared),
    /// One that the source has, or gets for it.
    Lent(Loan, Takeover),
}

/// Why nothing was begun.
enum Stuck {
    /// There is no link to take it through.
    NoLink,
    Failed(Problem),
}

impl Actor {
    /// Whether a copy goes from one account to another.
    pub(super) fn is_between(&self, id: CopyId) -> bool {
        self.copies.get(&id).is_some_and(|copy| copy.way == Way::Between)
    }

    /// Has the target's account take a file over.
    pub(super) fn copy_between(
        &mut self,
        id: CopyId,
        file: FileTransfer<Origin, Goal>,
        depot: Option<Depot>,
    ) {
        let Some(copy) = self.copies.get(&id) else { return };
        let attempt = |name: &str| self.accounts.get(name).map_or(0, Account::attempt);
        let attempts = (attempt(&copy.source), attempt(&copy.account));
        let handover = match self.handover(id, &file, depot.as_ref()) {
            Ok(handover) => handover,
            Err(Stuck::NoLink) => return self.add_transfer(id, file, depot),
            Err(Stuck::Failed(problem)) => {
                let Some(copy) = self.copies.get_mut(&id) else { return };
                return copy.plan.file_ended(file.file, FileEnd::Failed(problem));
            }
        };
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making += 1;
        let done = move |end, made, source_ended| {
            let taken = TakenOver { file, depot, attempts, end, made, source_ended };
            Done::Copy(id, CopyDone::TakenOver(Box::new(taken)))
        };
        let broken = FileEnd::Failed(problem::broke_down(&handover.what));
        let broken = done.clone()(End::Ended(broken), Made::default(), false);
        self.jobs.start_kept(broken, async move {
            let (mut made, mut source_ended) = (Made::default(), false);
            let end = handover.carry_out(&mut made, &mut source_ended).await;
            done(end, made, source_ended)
        });
    }

    /// Takes what a job brings.
    pub(super) fn taken_over(&mut self, id: CopyId, done: TakenOver) {
        let Some(copy) = self.copies.get_mut(&id) else { return };
        copy.making -= 1;
        let (source, target) = (copy.source.clone(), copy.account.clone());
        let TakenOver { file, depot, attempts, end, made, source_ended } = done;
        match end {
            End::Ended(end) => copy.plan.file_ended(file.file, end),
            End::Refused if copy.plan.is_stopped() => copy.plan.file_ended(file.file, FileEnd::Cancelled),
            End::Refused => self.add_transfer(id, file, depot),
        }
        if source_ended {
            self.session_ended(&source, attempts.0);
        }
        self.take_made(&target, attempts.1, made);
        self.drive_copy(id);
    }

    /// Collects what it takes.
    fn handover(
        &self,
        id: CopyId,
        file: &FileTransfer<Origin, Goal>,
        depot: Option<&Depot>,
    ) -> Result<Handover, Stuck> {
        let what = format!("copy \"{}\"", file.path);
        let ended = || Stuck::Failed(problem::of_api(&what, &ApiError::SessionEnded));
        let copy = self.copies.get(&id).ok_or_else(ended)?;
        let ready = |name: &str| self.accounts.get(name).and_then(Account::ready).ok_or_else(ended);
        let (source, others) = ready(&copy.source)?;
        let (target, tree) = ready(&copy.account)?;
        if source.client().base() != target.client().base() {
            return Err(Stuck::NoLink);
        }
        let (Origin::Cloud(CloudFolder::Node(node)), Goal::Node(to)) = (&file.source, &file.folder) else {
            return Err(ended());
        };
        if file.replaces == Replaces::Nothing && !tree.named(*to, &file.name).is_empty() {
            return Err(Stuck::Failed(problem::appeared(&what)));
        }
        let refused = |error: ChangeError| Stuck::Failed(problem::of_change(&what, &error));
        let (version, bin) = match &file.replaces {
            _ if depot.is_some() => (None, None), // it makes way before
            Replaces::Version(Goal::Node(old)) | Replaces::Beginning(Goal::Node(old)) => (Some(*old), None),
            Replaces::ToBin(Goal::Node(old)) => (None, Some(*old)),
            Replaces::Nothing
            | Replaces::Version(Goal::Disk(_))
            | Replaces::Beginning(Goal::Disk(_))
            | Replaces::ToBin(Goal::Disk(_)) => (None, None),
        };
        let end = (*to, file.name.as_str());
        let how = if source.is_visit() {
            let imported = Imported { visit: source, tree: others, node: *node };
            How::Visited(target.prepare_import(tree, imported, end, version).map_err(refused)?)
        } else {
            // What the source may not lend it may still read.
            let loan = Loan::prepare(others, *node).map_err(|_not_its_own| Stuck::NoLink)?;
            How::Lent(loan, Takeover::prepare(tree, (others, *node), end, version).map_err(refused)?)
        };
        let first = depot.zip(replaced(file)).map(|(depot, old)| depot.take(target, tree, old, Some(end.1)));
        let then = bin.map(|node| target.prepare(tree, Change::Trash { node, from: *to })).transpose();
        Ok(Handover {
            source: source.clone(),
            target: target.clone(),
            journal: self.journal_of_copy(id),
            first: first.transpose().map_err(refused)?.unwrap_or_default(),
            how,
            then: then.map_err(refused)?.into_iter().collect(),
            what,
        })
    }

    /// Ends what a killed process lent of an account.
    pub(super) fn end_left_loans(&mut self, name: &str) {
        let Some(account) = self.accounts.get(name).filter(|account| account.is_stored) else { return };
        let Some(session) = account.session.clone() else { return };
        let (attempt, name) = (account.attempt(), name.to_owned());
        self.jobs.start(Done::Abandoned, async move {
            let updates = session.end_left_loans().await;
            Done::Account(name, AccountDone::LoansEnded(attempt, updates))
        });
    }

    /// Where it is noted what an account lends.
    pub(super) fn loan_notes(&self, name: &str) -> LoanNotes {
        let is_kept = self.accounts.get(name).is_some_and(|account| account.is_stored);
        if is_kept { LoanNotes::in_folder(&self.config.folders.loans(name)) } else { LoanNotes::none() }
    }

    /// Returns what streams through where the source's file goes up into another account.
    pub(super) fn relayed(&self, moving: &Moving) -> Option<UploadSource> {
        let Origin::Cloud(CloudFolder::Node(node)) = &moving.file.source else { return None };
        let (session, tree) = self.accounts.get(&moving.source)?.ready()?;
        relayed(session, tree, *node)
    }
}

impl Copy {
    /// Whether it reads or writes an account.
    pub(super) fn uses(&self, account: &str) -> bool {
        self.account == account || self.source == account
    }
}

impl Handover {
    async fn carry_out(self, made: &mut Made, source_ended: &mut bool) -> End {
        let Self { what, source, target, journal, first, how, then } = self;
        let failed = |error: &ChangeError| End::Ended(FileEnd::Failed(problem::of_change(&what, error)));
        if let Err(error) = commit_all(&target, &journal, first, made).await {
            return failed(&error);
        }
        let (taken, returned) = match how {
            How::Visited(prepared) => (commit_all(&target, &journal, vec![prepared], made).await, Ok(())),
            How::Lent(loan, takeover) => {
                let lent = match loan.begin(&source).await {
                    Ok(lent) => lent,
                    Err(error) if is_session_end(&error) => {
                        *source_ended = true;
                        return failed(&error);
                    }
                    Err(error) if is_refused(&error) => return End::Refused,
                    Err(error) => return failed(&error),
                };
                let taken = commit_all(&target, &journal, vec![takeover.through(lent.link())], made).await;
                (taken, lent.end(&source).await)
            }
        };
        let then = match taken {
            Ok(()) => commit_all(&target, &journal, then, made).await,
            Err(error) if is_refused(&error) => {
                tracing::info!(%error, "the server does not copy a file between accounts: it streams through");
                return End::Refused;
            }
            Err(error) => return failed(&error),
        };
        End::Ended(match (then, returned) {
            (Ok(()), Ok(())) => FileEnd::CopiedInside,
            (Err(error), _) => FileEnd::CopiedBeside(problem::not_trashed(&what, &error)),
            (Ok(()), Err(error)) => FileEnd::CopiedBeside(still_lent(&what, &error)),
        })
    }
}

/// Whether the server would not do it though both sessions are good and there is room: then the bytes may still move.
fn is_refused(error: &ChangeError) -> bool {
    match error {
        ChangeError::Api(ApiError::Refused { code, .. }) => *code != ErrorCode::OVER_QUOTA,
        _ => false,
    }
}

fn still_lent(what: &str, error: &ChangeError) -> Problem {
    let mut problem = problem::of_change(&format!("remove the link that was made to {what}"), error);
    "It is copied. Remove the link of the source: nobody knows it, but it is there."
        .clone_into(&mut problem.hint);
    problem
}

fn relayed(session: &Session, tree: &Tree, node: crate::handle::NodeHandle) -> Option<UploadSource> {
    let (key, size) = super::comparison::file_key(tree, node)?;
    let found = tree.node(node)?;
    let (mut attributes, name) = (found.attributes()?, found.label());
    attributes.remove(crate::session::change::ORIGIN);
    let session = session.clone();
    Some(UploadSource::Cloud(Box::new(Relayed { session, node, key, size, attributes, name })))
}
