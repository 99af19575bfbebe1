//! The plan of one copy: what the scan finds becomes folders to make, files to transfer, questions and notes. A pure
//! machine: the worker scans, acts and answers; the plan decides, and counts every item exactly once. It knows neither
//! disk nor cloud: `S` names a source entry, `T` a target entry.
//!
//! However many files there are, some thousand are handed out at a time. One that waits takes 120 bytes, and the heap of its
//! name and of its place in the source; one that has ended takes 8.

mod check;
mod clash;
mod cutoff;
mod folders;
mod item;
mod offer;
mod removal;

use std::collections::{HashMap, HashSet, VecDeque};

use cutoff::Course;
pub use item::{
    Action, Ahead, Doomed, Existing, FileEnd, FileId, FileTransfer, FolderId, Offer, OfferKind, Other,
    OtherKind, Question, RemovalId, Removed, Replaces, Scan, Scanned,
};
use item::{Clash, File, Folder, FolderState, Item};
use removal::{Closing, Removals};

use super::filter::Rules;
use crate::message::{
    ConflictPolicy, CopyId, CopyReport, FileBounds, FolderPolicy, Note, PlanSummary, Problem, ProblemKind,
    Resolution, Sameness, Task,
};

/// A copy being planned and carried out.
#[derive(Debug)]
pub struct Plan<S, T> {
    options: PlanOptions,
    folders: Vec<Folder<S, T>>,
    /// By number; absent once nothing more can come of them.
    files: Vec<Option<Box<File<S, T>>>>,
    to_scan: VecDeque<FolderId>,
    /// Scans that have been handed out.
    scanning: usize,
    actions: VecDeque<Action<S, T>>,
    /// Files whose folders are there, in the order in which they were found.
    ready: VecDeque<FileId>,
    /// Files that are to be transferred, before they are handed out.
    ahead: Ahead,
    /// Files that were handed out and have not ended.
    on_way: usize,
    clashes: VecDeque<Clash<T>>,
    /// The clash that the user has been asked about.
    asked: Option<Clash<T>>,
    examining: HashMap<FileId, Clash<T>>,
    /// The user's answer for the rest, but for two folders of a name: those are the options'.
    standing: Option<Resolution>,
    /// What is being put away, and what then gets its name.
    clearing: HashMap<RemovalId, Item>,
    /// Files whose transfers the user has cancelled, and that may be tried again.
    cancelled: HashSet<FileId>,
    /// Folders being made and files on their way: handed out, not yet answered.
    open: usize,
    summary: PlanSummary,
    report: CopyReport,
    removals: Removals<S, T>,
    closing: Closing,
    course: Course,
}

/// How a plan decides.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// The copy's number, for summary and report.
    pub copy: CopyId,
    /// Where it goes, as people write it.
    pub target: String,
    /// What happens where a name is taken.
    pub conflict: ConflictPolicy,
    /// What happens where both sides have a folder of a name.
    pub folders: FolderPolicy,
    /// Change nothing, tell what would be done.
    pub dry_run: bool,
    /// Make folders that stay empty.
    pub empty_folders: bool,
    /// What is done besides copying.
    pub task: Task,
    /// When two files are taken as the same.
    pub sameness: Sameness,
    /// What is left out.
    pub rules: Rules,
    /// Sizes, times and depths that are left out.
    pub bounds: FileBounds,
    /// What a sync deletes is kept elsewhere, file by file.
    pub backs_up: bool,
}

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    /// Makes a plan that copies what is in `source` to a folder `below` (outermost first, missing as yet) the target.
    pub fn new(options: PlanOptions, source: S, target: T, below: &[String]) -> Self {
        let summary = PlanSummary {
            copy: options.copy,
            target: options.target.clone(),
            is_move: matches!(options.task, Task::Move { .. }),
            ..PlanSummary::default()
        };
        let report = CopyReport { copy: options.copy, ..CopyReport::default() };
        let closing = Closing::of(options.task);
        let mut plan = Self {
            options,
            folders: Vec::new(),
            files: Vec::new(),
            to_scan: VecDeque::new(),
            scanning: 0,
            actions: VecDeque::new(),
            ready: VecDeque::new(),
            ahead: Ahead::default(),
            on_way: 0,
            clashes: VecDeque::new(),
            asked: None,
            examining: HashMap::new(),
            standing: None,
            clearing: HashMap::new(),
            cancelled: HashSet::new(),
            open: 0,
            summary,
            report,
            removals: Removals::default(),
            closing,
            course: Course::On,
        };
        let mut top = plan.add_folder(None, String::new(), String::new(), None, FolderState::Ready(target));
        for name in below {
            top = plan.add_folder(Some(top), name.clone(), String::new(), None, FolderState::Missing);
        }
        plan.folder_mut(top).source = Some(source);
        plan.to_scan.push_back(top);
        plan
    }

    /// Returns a folder to scan; [`Self::scanned`] is to follow.
    pub fn next_scan(&mut self) -> Option<Scan<S, T>> {
        while let Some(id) = self.to_scan.pop_front() {
            if let Some(problem) = self.failed_above(id) {
                self.fail_folder(id, &problem);
            }
            let folder = self.folder(id);
            let target = match &folder.state {
                FolderState::Ready(target) => Some(target.clone()),
                FolderState::Missing | FolderState::Making => None,
                FolderState::Failed(_) => continue,
            };
            if let Some(source) = folder.source.clone() {
                self.scanning += 1;
                return Some(Scan { folder: id, source, target });
            }
        }
        None
    }

    /// Takes what a scan found, or why the source folder cannot be read.
    pub fn scanned(&mut self, folder: FolderId, found: Result<Scanned<S, T>, Problem>) {
        self.scanning -= 1;
        if self.course != Course::On {
            return;
        }
        match found {
            Err(problem) if self.folder(folder).path.is_empty() => {
                self.summary.problem.get_or_insert_with(|| problem.clone());
                self.count_skipped(1, problem);
            }
            Err(problem) => self.skip(self.folder(folder).path.clone(), 0, problem),
            Ok(found) => self.take_offers(folder, found),
        }
        self.summary.complete = self.to_scan.is_empty() && self.scanning == 0;
    }

    /// Returns the next thing to do. To be called only once the user has said so.
    pub fn next_action(&mut self) -> Option<Action<S, T>> {
        let action = loop {
            match self.actions.pop_front().or_else(|| self.next_question()).or_else(|| self.next_transfer()) {
                Some(action) => break action,
                None if self.is_idle() && self.close() => {}
                None => return None,
            }
        };
        match &action {
            Action::MakeFolder { .. } | Action::Transfer(_) | Action::Remove { .. } => self.open += 1,
            Action::Examine { .. } | Action::Ask(_) | Action::Note { .. } => {}
        }
        Some(action)
    }

    /// Returns the files that are to be transferred and were not handed out yet: [`Self::next_action`] hands out some
    /// thousand at a time, however many there are.
    #[must_use]
    pub const fn ahead(&self) -> Ahead {
        self.ahead
    }

    /// A file's transfer has ended.
    pub fn file_ended(&mut self, id: FileId, end: FileEnd) {
        self.open -= 1;
        self.on_way -= 1;
        let file = self.file(id);
        let (path, size) = (self.path_of(file), file.size);
        match end {
            FileEnd::Copied | FileEnd::CopiedInside | FileEnd::MovedInside => {
                let note = match (&end, &file.replaces) {
                    (FileEnd::CopiedInside, _) => Note::CopiedInside,
                    (FileEnd::MovedInside, _) => Note::MovedInside,
                    (_, None) => Note::CopiedNew,
                    (_, Some(_)) => Note::CopiedReplaced,
                };
                self.count_copied(file.count, size);
                self.note(path, size, note);
                if end != FileEnd::MovedInside {
                    self.source_is_done(id);
                }
                self.forget(id);
            }
            FileEnd::CopiedBeside(problem) => {
                self.count_copied(1, size);
                self.fail(path, size, problem);
                self.forget(id);
            }
            // These may be tried again.
            FileEnd::Cancelled if self.course != Course::On => {}
            FileEnd::Cancelled => {
                self.cancelled.insert(id);
                self.fail_cancelled(path, size);
            }
            FileEnd::Failed(problem) => self.fail(path, size, problem),
        }
    }

    /// A folder that was to go as it is cannot: what is in it goes by itself.
    pub fn taken_apart(&mut self, id: FileId) {
        self.open -= 1;
        self.on_way -= 1;
        if self.is_stopped() {
            return;
        }
        let file = self.file(id);
        let (parent, name, source) = (file.folder, file.target_name().to_owned(), file.source.clone());
        let (path, count, size) = (self.path_of(file), file.count, file.size);
        self.summary.file_count -= count;
        self.summary.bytes -= size;
        self.summary.complete = false;
        self.forget(id);
        let folder = self.add_folder(Some(parent), name, path, Some(source), FolderState::Missing);
        self.to_scan.push_back(folder);
    }

    const fn count_copied(&mut self, count: u64, size: u64) {
        self.report.copied_count += count;
        self.report.copied_bytes += size;
    }

    /// A transfer that had ended badly is tried again: it does not count as failed.
    pub fn file_again(&mut self, id: FileId) {
        self.open += 1;
        self.on_way += 1;
        self.report.failed_count = self.report.failed_count.saturating_sub(1);
        if self.cancelled.remove(&id) {
            self.report.cancelled_count = self.report.cancelled_count.saturating_sub(1);
        }
    }

    /// Stops: nothing more is handed out. What is on its way is still to be answered.
    pub fn cancel(&mut self) {
        self.report.cancelled = true;
        self.stop();
    }

    /// Ends the plan because of something that makes all of it impossible.
    pub fn refuse(&mut self, problem: Problem) {
        self.stop();
        // The summary tells it; a note would tell it twice.
        self.summary.problem.get_or_insert_with(|| problem.clone());
        self.report.failed_count += 1;
        self.report.problem.get_or_insert(problem);
    }

    fn stop(&mut self) {
        self.course = Course::Stopped;
        self.closing = Closing::Over;
        self.to_scan.clear();
        self.actions.clear();
        self.ready.clear();
        self.ahead = Ahead::default();
        self.clashes.clear();
        self.asked = None;
        self.examining.clear();
        self.folders.iter_mut().for_each(|folder| folder.waiting.clear());
        self.summary.complete = self.scanning == 0;
    }

    /// Returns whether it was stopped, or cut short.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.course != Course::On
    }

    /// Returns whether [`Self::next_action`] may have something.
    #[must_use]
    pub fn has_action(&self) -> bool {
        !self.actions.is_empty()
            || (!self.ready.is_empty() && self.on_way < HANDED_OUT)
            || (self.asked.is_none() && !self.clashes.is_empty())
            || (self.closing != Closing::Over && self.is_idle())
    }

    /// Returns whether nothing is left to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.closing == Closing::Over && self.is_idle()
    }

    /// Returns whether nothing is under way, waits for an answer or is still to be handed out.
    fn is_idle(&self) -> bool {
        let handed_out = self.scanning + self.open + self.examining.len();
        let undecided = self.clashes.len() + usize::from(self.asked.is_some());
        handed_out + undecided + self.to_scan.len() + self.actions.len() + self.ready.len() == 0
    }

    /// Returns whether a folder is the one whose scan finds what the user picked.
    #[must_use]
    pub fn is_top(&self, folder: FolderId) -> bool {
        self.folder(folder).path.is_empty()
    }

    /// Returns whether scans are to say what only the target has.
    #[must_use]
    pub const fn wants_others(&self) -> bool {
        matches!(self.options.task, Task::Sync(_) | Task::Check { one_way: false })
    }

    /// Returns what is done besides copying.
    #[must_use]
    pub const fn task(&self) -> Task {
        self.options.task
    }

    /// Returns when two files are taken as the same.
    #[must_use]
    pub const fn sameness(&self) -> Sameness {
        self.options.sameness
    }

    /// Returns what has been found so far.
    #[must_use]
    pub const fn summary(&self) -> &PlanSummary {
        &self.summary
    }

    /// Returns what has been done so far.
    #[must_use]
    pub fn report(&self) -> CopyReport {
        let problem = self.report.problem.clone().or_else(|| self.summary.first_skip.clone());
        CopyReport { problem, ..self.report.clone() }
    }

    fn skip(&mut self, path: String, size: u64, problem: Problem) {
        self.count_skipped(1, problem.clone());
        self.note(path, size, Note::Skipped(problem));
    }

    fn count_skipped(&mut self, count: u64, problem: Problem) {
        self.summary.skipped_count += count;
        self.report.skipped_count += count;
        self.summary.first_skip.get_or_insert(problem);
    }

    fn fail(&mut self, path: String, size: u64, problem: Problem) {
        self.report.failed_count += 1;
        // What the user did on purpose explains nothing that went wrong.
        let is_first =
            self.report.problem.as_ref().is_none_or(|first| first.kind == ProblemKind::Interrupted);
        if is_first {
            self.report.problem = Some(problem.clone());
        }
        self.note(path, size, Note::Failed(problem));
    }

    fn fail_cancelled(&mut self, path: String, size: u64) {
        let problem = Problem::new(ProblemKind::Interrupted, format!("\"{path}\" was cancelled"), "");
        self.report.cancelled_count += 1;
        self.fail(path, size, problem);
    }

    fn note(&mut self, path: String, size: u64, note: Note) {
        self.actions.push_back(Action::Note { path, size, note });
    }

    fn path_of(&self, file: &File<S, T>) -> String {
        join(&self.folder(file.folder).path, &file.name)
    }

    fn add_folder(
        &mut self,
        parent: Option<FolderId>,
        name: String,
        path: String,
        source: Option<S>,
        state: FolderState<T>,
    ) -> FolderId {
        let id = FolderId(u32::try_from(self.folders.len()).unwrap_or(u32::MAX));
        let (waiting, taken) = (Vec::new(), HashSet::new());
        self.folders.push(Folder { parent, name, path, source, state, waiting, taken });
        id
    }

    fn add_file(&mut self, file: File<S, T>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Some(Box::new(file)));
        id
    }

    /// Nothing more can come of a file.
    fn forget(&mut self, id: FileId) {
        self.files[id.0 as usize] = None;
    }

    fn folder(&self, id: FolderId) -> &Folder<S, T> {
        &self.folders[id.0 as usize]
    }

    fn folder_mut(&mut self, id: FolderId) -> &mut Folder<S, T> {
        &mut self.folders[id.0 as usize]
    }

    fn file(&self, id: FileId) -> &File<S, T> {
        let file = self.files[id.0 as usize].as_deref();
        file.unwrap_or_else(|| unreachable!("only files that may still be asked about have a number outside"))
    }

    fn file_mut(&mut self, id: FileId) -> &mut File<S, T> {
        let file = self.files[id.0 as usize].as_deref_mut();
        file.unwrap_or_else(|| unreachable!("as above"))
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Files that are handed out at a time. Each takes about a kilobyte in the queue and is a row on the screen; those that
/// are not handed out take about a fifth of that, and those that have ended nothing.
const HANDED_OUT: usize = 4000;

#[cfg(test)]
mod tests;
