//! Names that are taken: what policy and answers make of them. Part of the plan's machine; the worker asks the user and
//! compares contents for it. The decision itself is `conflict`'s; nothing is overwritten here without one.

use super::item::{Clash, FileId, Item, Question, Replaces};
use super::{Action, Plan};
use crate::message::{ConflictPolicy, Note, Problem, ProblemKind, Resolution, Scope, Verdict};
use crate::transfer::compare::Comparison;
use crate::transfer::conflict::{Decision, Sides, by_answer, by_policy, free_name};

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    /// Takes the user's answer to the open question.
    pub fn resolve(&mut self, resolution: &Resolution, scope: Scope) {
        let Some(clash) = self.asked.take() else { return };
        if scope == Scope::Rest {
            self.standing = Some(resolution.clone());
            self.clashes.iter_mut().for_each(|clash| clash.must_ask = false);
        }
        let decision = by_answer(resolution, self.sides(&clash), false);
        self.follow(clash, decision);
        if scope == Scope::Rest {
            for clash in std::mem::take(&mut self.clashes) {
                self.decide(clash);
            }
        }
    }

    /// Takes what a comparison of contents came to; `Unknown` where it was not possible.
    pub fn examined(&mut self, file: FileId, verdict: Verdict) {
        let Some(mut clash) = self.examining.remove(&file) else { return };
        if self.is_check() {
            return self.checked(file, verdict);
        }
        if verdict == Verdict::Identical {
            self.summary.conflict_count = self.summary.conflict_count.saturating_sub(1);
            return self.same(&clash);
        }
        // What could not be compared is not proven the same.
        clash.existing.verdict = Verdict::Different;
        self.decide(clash);
    }

    /// Takes a new clash.
    pub(super) fn clash(&mut self, clash: Clash<T>) {
        self.summary.conflict_count += 1;
        let in_doubt = clash.existing.comparison == Comparison::NeedsProof && !clash.existing.is_folder;
        match clash.item {
            Item::File(_) if in_doubt && self.options.conflict != ConflictPolicy::Skip => self.examine(clash),
            Item::File(_) | Item::Folder(_) => self.decide(clash),
        }
    }

    /// Returns the next question for the user, where none is open.
    pub(super) fn next_question(&mut self) -> Option<Action<S, T>> {
        if self.asked.is_some() {
            return None;
        }
        let clash = self.clashes.pop_front()?;
        let (source, size, modified, path) = self.source_side(clash.item);
        let question = Question {
            path,
            source,
            source_is_folder: matches!(clash.item, Item::Folder(_)),
            size,
            modified,
            existing: clash.existing.clone(),
            free_name: self.free_name(clash.item),
            remaining_count: self.clashes.len() as u64,
        };
        self.asked = Some(clash);
        Some(Action::Ask(question))
    }

    fn decide(&mut self, clash: Clash<T>) {
        let sides = self.sides(&clash);
        let decision = match &self.standing {
            Some(answer) if !clash.must_ask => by_answer(answer, sides, true),
            Some(_) => Decision::Ask,
            None => by_policy(self.options.conflict, sides),
        };
        self.follow(clash, decision);
    }

    fn follow(&mut self, mut clash: Clash<T>, decision: Decision) {
        match decision {
            // A dry run changes nothing and asks nothing.
            Decision::Ask if self.options.dry_run => self.leave_alone(&clash),
            Decision::Ask => {
                clash.must_ask = self.standing.is_some();
                self.clashes.push_back(clash);
            }
            Decision::Examine => self.examine(clash),
            Decision::Skip => self.leave_alone(&clash),
            Decision::Same => self.same(&clash),
            Decision::Overwrite => self.replace(&clash, Replaces::Version(clash.existing.target.clone())),
            Decision::Replace => self.replace(&clash, Replaces::ToBin(clash.existing.target.clone())),
            Decision::KeepBoth(name) => self.keep_both(clash.item, name),
            Decision::Fail => self.deny(&clash),
            Decision::Stop => self.cancel(),
        }
    }

    pub(super) fn examine(&mut self, clash: Clash<T>) {
        match clash.item {
            Item::File(file) => {
                let source = self.file(file).source.clone();
                self.actions.push_back(Action::Examine {
                    file,
                    source,
                    existing: clash.existing.target.clone(),
                });
                self.examining.insert(file, clash);
            }
            Item::Folder(_) => self.deny(&clash),
        }
    }

    fn leave_alone(&mut self, clash: &Clash<T>) {
        let (_, size, _, path) = self.source_side(clash.item);
        self.report.left_alone_count += 1;
        self.note(path, size, Note::LeftAlone);
        self.forget_item(clash.item);
    }

    /// A file that is not copied is not asked about any more.
    fn forget_item(&mut self, item: Item) {
        match item {
            Item::File(file) => self.forget(file),
            Item::Folder(_) => {}
        }
    }

    fn same(&mut self, clash: &Clash<T>) {
        let (_, size, _, path) = self.source_side(clash.item);
        self.summary.same_count += 1;
        self.report.same_count += 1;
        self.note(path, size, Note::Same);
        if let Item::File(file) = clash.item {
            self.source_is_done(file);
            self.forget(file);
        }
    }

    fn replace(&mut self, clash: &Clash<T>, replaces: Replaces<T>) {
        match clash.item {
            Item::File(file) => {
                self.file_mut(file).replaces = Some(Box::new(replaces));
                self.want_file(file);
            }
            Item::Folder(_) => self.deny(clash),
        }
    }

    fn keep_both(&mut self, item: Item, chosen: Option<String>) {
        let free = match chosen {
            Some(name) if !self.taken(item, &name) && !name.is_empty() => name,
            Some(_) | None => self.free_name(item),
        };
        let parent = match item {
            Item::File(file) => self.file(file).folder,
            Item::Folder(folder) => self.folder(folder).parent.unwrap_or(folder),
        };
        self.folder_mut(parent).taken.insert(free.clone());
        match item {
            Item::File(file) => {
                self.file_mut(file).renamed = Some(free.into_boxed_str());
                self.want_file(file);
            }
            Item::Folder(folder) => {
                self.folder_mut(folder).name = free;
                self.to_scan.push_back(folder);
            }
        }
    }

    fn deny(&mut self, clash: &Clash<T>) {
        let (_, size, _, path) = self.source_side(clash.item);
        let (message, hint) = match (clash.item, clash.existing.is_folder) {
            (Item::File(_), true) => (
                format!("Cannot copy the file \"{path}\": the target has a folder of that name"),
                "Rename one of them, or keep both.",
            ),
            (Item::Folder(_), _) => (
                format!("Cannot copy the folder \"{path}\": the target has a file of that name"),
                "Rename one of them, or keep both.",
            ),
            (Item::File(_), false) => (
                format!("\"{path}\" is there already, with another content"),
                "Choose overwrite, keep both or skip.",
            ),
        };
        self.fail(path, size, Problem::new(ProblemKind::Permanent, message, hint));
        self.forget_item(clash.item);
    }

    fn sides(&self, clash: &Clash<T>) -> Sides {
        let (_, size, modified, _) = self.source_side(clash.item);
        Sides {
            sizes: (size, clash.existing.size),
            times: (modified, clash.existing.modified),
            verdict: clash.existing.verdict,
            mismatch: matches!(clash.item, Item::Folder(_)) != clash.existing.is_folder,
        }
    }

    fn source_side(&self, item: Item) -> (S, u64, Option<i64>, String) {
        match item {
            Item::File(id) => {
                let file = self.file(id);
                (file.source.clone(), file.size, file.modified, self.path_of(file))
            }
            Item::Folder(id) => {
                let folder = self.folder(id);
                let source =
                    folder.source.clone().unwrap_or_else(|| unreachable!("only scanned folders clash"));
                (source, 0, None, folder.path.clone())
            }
        }
    }

    fn free_name(&self, item: Item) -> String {
        let name = match item {
            Item::File(file) => self.file(file).target_name(),
            Item::Folder(folder) => &self.folder(folder).name,
        };
        free_name(name, |candidate| self.taken(item, candidate))
    }

    fn taken(&self, item: Item, name: &str) -> bool {
        let parent = match item {
            Item::File(file) => Some(self.file(file).folder),
            Item::Folder(folder) => self.folder(folder).parent,
        };
        parent.is_some_and(|parent| self.folder(parent).taken.contains(name))
    }
}
