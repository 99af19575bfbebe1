//! What goes once all is copied: the sources of a move, what a sync finds in the target alone, folders left empty. Part
//! of the plan's machine; the worker removes, here is decided what and when. Nothing goes before its time, and a sync
//! deletes nothing where anything went wrong.

use std::collections::HashMap;

use super::item::{Action, Doomed, Existing, FileId, FolderId, Other, OtherKind, RemovalId, Removed};
use super::{Plan, join};
use crate::message::{Note, Problem, ProblemKind, SyncRules, Task};

/// How far the end of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// Everything is still being copied; afterwards there is something to remove.
    Ahead,
    /// That is handed out, and folders left empty come last.
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
pub(super) struct Removals<T> {
    /// Entries of the target that only it has.
    extra: Vec<Extra<T>>,
    under_way: HashMap<RemovalId, UnderWay>,
    next: u32,
}

impl<T> Default for Removals<T> {
    fn default() -> Self {
        Self { extra: Vec::new(), under_way: HashMap::new(), next: 0 }
    }
}

/// An entry of the target that is to go, with all that is in it.
#[derive(Debug)]
struct Extra<T> {
    target: T,
    path: String,
    size: u64,
    file_count: u64,
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
        if !matches!(self.options.task, Task::Move { .. }) || self.options.dry_run || self.is_stopped {
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
        if let Task::Sync(SyncRules { delete_excluded: true, .. }) = self.options.task {
            let extra = |existing: Existing<T>| Extra {
                target: existing.target,
                path: path.to_owned(),
                size: existing.size,
                file_count: 1,
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
                if let Task::Sync(rules) = self.options.task {
                    self.delete_extra(rules);
                }
            }
            Closing::Removing => {
                self.closing = Closing::Over;
                if let (Task::Move { empty_folders: true }, false) = (self.options.task, self.options.dry_run)
                {
                    self.remove_empty_folders();
                }
            }
        }
        true
    }

    fn delete_extra(&mut self, rules: SyncRules) {
        let extra = std::mem::take(&mut self.removals.extra);
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
        if let Some(most) = rules.max_delete.filter(|most| file_count > *most) {
            let message = format!("Nothing was deleted: {file_count} files would go, and {most} may at most");
            let hint = "Look at it with --dry-run, then raise --max-delete.";
            return self.fail(String::new(), 0, Problem::new(ProblemKind::Harmful, message, hint));
        }
        for Extra { target, path, size, file_count } in extra {
            if self.options.dry_run {
                self.note(path, size, Note::WouldDelete);
            } else {
                let under_way = UnderWay { path, size, file_count, note: Note::Deleted };
                self.remove(Doomed::Target(target), under_way);
            }
        }
    }

    /// Those below come first: they were found later. The top folder stays.
    fn remove_empty_folders(&mut self) {
        let emptied: Vec<(S, String)> = self
            .folders
            .iter()
            .rev()
            .filter(|folder| !folder.path.is_empty())
            .filter_map(|folder| Some((folder.source.clone()?, folder.path.clone())))
            .collect();
        for (source, path) in emptied {
            let under_way = UnderWay { path, size: 0, file_count: 0, note: Note::SourceRemoved };
            self.remove(Doomed::EmptySource(source), under_way);
        }
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
                    found.push(Extra { target, path, size, file_count: 1 });
                }
                OtherKind::Folder(below) if all || self.may_hold_wanted(&path) => {
                    let mut inside = Vec::new();
                    if self.sort_out(&path, below, &mut inside) {
                        let size = inside.iter().map(|extra| extra.size).sum();
                        let file_count = inside.iter().map(|extra| extra.file_count).sum();
                        found.push(Extra { target, path, size, file_count });
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
