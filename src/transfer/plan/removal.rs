//! What goes once all is copied: the sources of a move, what a sync finds in the target alone, folders left empty. Part
//! of the plan's machine; the worker removes, here is decided what and when. Nothing goes before its time, and a sync
//! deletes nothing where anything went wrong.

use std::collections::{BTreeMap, HashMap};

use super::cutoff::Course;
use super::item::{Action, Doomed, Existing, FileId, FolderId, Other, OtherKind, RemovalId, Removed};
use super::{Plan, join};
use crate::message::{Note, Problem, ProblemKind, SyncRules, Task};

/// How far the end of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// Everything is still being copied; afterwards there is something to remove.
    Ahead,
    /// That is handed out, and folders left empty come last, the deepest first.
    Removing,
    /// Nothing more is to be handed out.
    Over,
}

impl Closing {
    pub(super) const fn of(task: Task) -> Self {
        match task {
            Task::Copy | Task::Check { .. } => Self::Over,
            Task::Move { .. } | Task::Sync(_) => Self::Ahead,
        }
    }
}

/// What is to go, and what is on its way.
#[derive(Debug)]
pub(super) struct Removals<S, T> {
    /// Entries of the target that only it has.
    extra: Vec<Extra<T>>,
    /// Folders to remove if they are empty by then, by how deep they are.
    emptied: BTreeMap<usize, Vec<Emptied<S, T>>>,
    under_way: HashMap<RemovalId, UnderWay>,
    next: u32,
}

impl<S, T> Default for Removals<S, T> {
    fn default() -> Self {
        Self { extra: Vec::new(), emptied: BTreeMap::new(), under_way: HashMap::new(), next: 0 }
    }
}

/// A folder that may be empty when all is done.
#[derive(Debug)]
struct Emptied<S, T> {
    folder: Doomed<S, T>,
    under_way: UnderWay,
}

/// An entry of the target that is to go, with all that is in it.
#[derive(Debug)]
struct Extra<T> {
    target: T,
    path: String,
    size: u64,
    file_count: u64,
    /// What is in it, where it is a folder.
    below: Option<Vec<Self>>,
}

/// A removal that was handed out.
#[derive(Debug)]
struct UnderWay {
    path: String,
    size: u64,
    file_count: u64,
    note: Note,
}

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    /// Takes what became of something that was to go.
    pub fn removed(&mut self, id: RemovalId, removed: Removed) {
        self.open -= 1;
        if let Some(item) = self.clearing.remove(&id) {
            return self.cleared(item, removed);
        }
        let Some(UnderWay { path, size, file_count, note }) = self.removals.under_way.remove(&id) else {
            return;
        };
        match removed {
            Removed::Gone => {
                self.report.deleted_count += file_count;
                self.note(path, size, note);
            }
            Removed::Kept => {}
            Removed::Failed(problem) => self.fail(path, size, problem),
        }
    }

    /// A file is in the target, proven: the source of a move goes.
    pub(super) fn source_is_done(&mut self, id: FileId) {
        let is_move = matches!(self.options.task, Task::Move { .. });
        if !is_move || self.options.dry_run || self.course == Course::Stopped {
            return;
        }
        let file = self.file(id);
        let doomed = Doomed::Source { source: file.source.clone(), size: file.size, modified: file.modified };
        let (path, size, file_count) = (self.path_of(file), file.size, file.count);
        self.remove(doomed, UnderWay { path, size, file_count, note: Note::SourceRemoved });
    }

    /// Takes what only the target has.
    pub(super) fn take_others(&mut self, folder: FolderId, others: Vec<Other<T>>) {
        let above = self.folder(folder).path.clone();
        match self.options.task {
            Task::Copy | Task::Move { .. } | Task::Check { one_way: true } => {}
            Task::Check { one_way: false } => self.report_others(&above, others),
            Task::Sync(_) => {
                let mut found = Vec::new();
                self.sort_out(&above, others, &mut found);
                self.removals.extra.extend(found);
            }
        }
    }

    /// Something that the filters leave out in the source: in the target it stays, unless a sync is told otherwise.
    pub(super) fn excluded(&mut self, path: &str, existing: Vec<Existing<T>>) {
        if let Task::Sync(SyncRules { delete_excluded: true, max_delete, .. }) = self.options.task {
            // What is in such a folder is not known: it can neither be counted nor put aside file by file.
            let is_bound = max_delete.is_some() || self.options.backs_up;
            let (kept, existing): (Vec<_>, Vec<_>) =
                existing.into_iter().partition(|existing| is_bound && existing.is_folder);
            for folder in kept {
                self.note(path.to_owned(), folder.size, Note::LeftAlone);
            }
            let extra = |existing: Existing<T>| Extra {
                target: existing.target,
                path: path.to_owned(),
                size: existing.size,
                file_count: 1,
                below: None,
            };
            self.removals.extra.extend(existing.into_iter().map(extra));
        }
    }

    /// Goes one step nearer to the end; `false` where that is reached.
    pub(super) fn close(&mut self) -> bool {
        match self.closing {
            Closing::Over => return false,
            Closing::Ahead => {
                self.closing = Closing::Removing;
                match self.options.task {
                    Task::Sync(rules) => self.delete_extra(rules),
                    Task::Move { empty_folders: true } if !self.options.dry_run => self.empty_sources(),
                    Task::Move { .. } | Task::Copy | Task::Check { .. } => {}
                }
            }
            Closing::Removing => match self.removals.emptied.pop_last() {
                // What is above them comes when these are gone.
                Some((_, folders)) => {
                    for Emptied { folder, under_way } in folders {
                        self.remove(folder, under_way);
                    }
                }
                None => self.closing = Closing::Over,
            },
        }
        true
    }

    fn delete_extra(&mut self, rules: SyncRules) {
        let mut extra = std::mem::take(&mut self.removals.extra);
        let file_count: u64 = extra.iter().map(|extra| extra.file_count).sum();
        let went_wrong = self.report.failed_count + self.report.skipped_count > 0;
        if extra.is_empty() {
            return;
        }
        if went_wrong && !rules.ignore_errors {
            let message = "Nothing was deleted: there were errors";
            let hint = "Mend them and sync again, or add --ignore-errors.";
            return self.fail(String::new(), 0, Problem::new(ProblemKind::Other, message, hint));
        }
        let most = rules.max_delete.unwrap_or(u64::MAX);
        // Folders go as they are, unless their files must be counted or kept one by one.
        if file_count > most || self.options.backs_up {
            extra = self.take_apart(extra, file_count <= most);
        }
        if file_count > most {
            extra.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        }
        for extra in extra {
            self.delete(extra);
        }
        if file_count > most {
            let left = file_count - most;
            let message = format!("Stopped deleting after {most} files, as many as --max-delete allows");
            let hint = format!("{left} more would go. Look at them with --dry-run, then raise --max-delete.");
            self.fail(String::new(), 0, Problem::new(ProblemKind::Harmful, message, hint));
        }
    }

    fn delete(&mut self, extra: Extra<T>) {
        let Extra { target, path, size, file_count, .. } = extra;
        if self.options.dry_run {
            return self.note(path, size, Note::WouldDelete);
        }
        let note = if self.options.backs_up { Note::PutAside } else { Note::Deleted };
        self.remove(Doomed::Target(target), UnderWay { path, size, file_count, note });
    }

    /// Returns the files alone, in the order of their paths; their folders go later, where they are empty then.
    fn take_apart(&mut self, extra: Vec<Extra<T>>, with_folders: bool) -> Vec<Extra<T>> {
        let (mut files, mut rest) = (Vec::new(), extra);
        while let Some(mut extra) = rest.pop() {
            let Some(below) = extra.below.take() else {
                files.push(extra);
                continue;
            };
            rest.extend(below);
            if with_folders && !self.options.dry_run {
                self.remove_when_empty(Doomed::EmptyTarget(extra.target), extra.path, Note::Deleted);
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    /// The source folders of a move, all but the top.
    fn empty_sources(&mut self) {
        let emptied: Vec<(S, String)> = self
            .folders
            .iter()
            .filter(|folder| !folder.path.is_empty())
            .filter_map(|folder| Some((folder.source.clone()?, folder.path.clone())))
            .collect();
        for (source, path) in emptied {
            self.remove_when_empty(Doomed::EmptySource(source), path, Note::SourceRemoved);
        }
    }

    fn remove_when_empty(&mut self, folder: Doomed<S, T>, path: String, note: Note) {
        let depth = path.matches('/').count();
        let under_way = UnderWay { path, size: 0, file_count: 0, note };
        self.removals.emptied.entry(depth).or_default().push(Emptied { folder, under_way });
    }

    fn remove(&mut self, doomed: Doomed<S, T>, under_way: UnderWay) {
        let removal = self.next_removal();
        let path = under_way.path.clone();
        self.removals.under_way.insert(removal, under_way);
        self.actions.push_back(Action::Remove { removal, path, doomed });
    }

    pub(super) const fn next_removal(&mut self) -> RemovalId {
        let removal = RemovalId(self.removals.next);
        self.removals.next += 1;
        removal
    }

    /// Collects what is to go. Returns whether that is everything: then the folder around it can go as a whole.
    fn sort_out(&self, above: &str, others: Vec<Other<T>>, found: &mut Vec<Extra<T>>) -> bool {
        let all = matches!(self.options.task, Task::Sync(SyncRules { delete_excluded: true, .. }));
        let mut is_everything = true;
        for Other { target, name, kind } in others {
            let path = join(above, &name);
            match kind {
                OtherKind::File { size, modified } if all || self.wants_file(&path, size, modified) => {
                    found.push(Extra { target, path, size, file_count: 1, below: None });
                }
                OtherKind::Folder(below) if all || self.may_hold_wanted(&path) => {
                    let mut inside = Vec::new();
                    if self.sort_out(&path, below, &mut inside) {
                        let size = inside.iter().map(|extra| extra.size).sum();
                        let file_count = inside.iter().map(|extra| extra.file_count).sum();
                        found.push(Extra { target, path, size, file_count, below: Some(inside) });
                    } else {
                        is_everything = false;
                        found.append(&mut inside);
                    }
                }
                OtherKind::File { .. } | OtherKind::Folder(_) | OtherKind::Kept => is_everything = false,
            }
        }
        is_everything
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FileEnd, Offer, OfferKind, PlanOptions, Scanned};
    use super::*;
    use crate::message::{ConflictPolicy, CopyId, FileBounds, FolderPolicy, Sameness};
    use crate::transfer::filter::Rules;

    type TestPlan = Plan<&'static str, &'static str>;

    fn plan(task: Task) -> TestPlan {
        let options = PlanOptions {
            copy: CopyId(1),
            target: "x".into(),
            conflict: ConflictPolicy::Overwrite,
            folders: FolderPolicy::Merge,
            dry_run: false,
            empty_folders: false,
            task,
            sameness: Sameness::SizeAndTime,
            rules: Rules::default(),
            bounds: FileBounds::default(),
            backs_up: false,
        };
        Plan::new(options, "source", "target", &[])
    }

    /// One file to copy, and a file that only the target has.
    fn scan(plan: &mut TestPlan) {
        let folder = plan.next_scan().unwrap().folder;
        let kind = OfferKind::File { size: 5, modified: Some(1) };
        let offer =
            Offer { source: "a", name: "a".into(), target_name: "a".into(), kind, existing: Vec::new() };
        let kind = OtherKind::File { size: 3, modified: None };
        let others = vec![Other { target: "old", name: "old".into(), kind }];
        plan.scanned(
            folder,
            Ok(Scanned { offers: vec![offer], taken: std::collections::HashSet::new(), others }),
        );
    }

    /// Ends the one transfer and returns what is then to go.
    fn doomed(plan: &mut TestPlan, end: FileEnd) -> Vec<Doomed<&'static str, &'static str>> {
        let Some(Action::Transfer(file)) = plan.next_action() else { panic!("no transfer") };
        assert!(plan.next_action().is_none(), "nothing goes while a file is on its way");
        plan.file_ended(file.file, end);
        let mut doomed = Vec::new();
        while let Some(action) = plan.next_action() {
            if let Action::Remove { removal, doomed: what, .. } = action {
                assert!(!plan.is_over());
                doomed.push(what);
                plan.removed(removal, Removed::Gone);
            }
        }
        assert!(plan.is_over());
        doomed
    }

    fn failed() -> FileEnd {
        FileEnd::Failed(Problem::new(ProblemKind::Other, "broken", ""))
    }

    #[test]
    fn a_sync_deletes_once_all_is_copied_and_nothing_after_an_error() {
        let mut sync = plan(Task::Sync(SyncRules::default()));
        scan(&mut sync);
        assert_eq!(doomed(&mut sync, FileEnd::Copied), [Doomed::Target("old")]);
        assert_eq!(sync.report().deleted_count, 1);
        for end in [failed(), FileEnd::Cancelled] {
            let mut sync = plan(Task::Sync(SyncRules::default()));
            scan(&mut sync);
            assert!(doomed(&mut sync, end).is_empty());
        }
        let mut sync = plan(Task::Sync(SyncRules { ignore_errors: true, ..SyncRules::default() }));
        scan(&mut sync);
        assert_eq!(doomed(&mut sync, failed()).len(), 1);
    }

    #[test]
    fn a_move_removes_what_was_copied_and_nothing_else() {
        let mut moving = plan(Task::Move { empty_folders: false });
        scan(&mut moving);
        let source = Doomed::Source { source: "a", size: 5, modified: Some(1) };
        assert_eq!(doomed(&mut moving, FileEnd::Copied), [source]);
        for end in [failed(), FileEnd::Cancelled, FileEnd::MovedInside] {
            let mut moving = plan(Task::Move { empty_folders: false });
            scan(&mut moving);
            assert!(doomed(&mut moving, end).is_empty());
        }
    }

    #[test]
    fn a_stopped_sync_deletes_nothing() {
        let mut sync = plan(Task::Sync(SyncRules { ignore_errors: true, ..SyncRules::default() }));
        scan(&mut sync);
        let Some(Action::Transfer(file)) = sync.next_action() else { panic!("no transfer") };
        sync.cancel();
        sync.file_ended(file.file, FileEnd::Copied);
        assert!(
            std::iter::from_fn(|| sync.next_action()).all(|action| !matches!(action, Action::Remove { .. }))
        );
        assert!(sync.is_over());
    }
}
