//! Names that are taken: what policy and answers make of them. Part of the plan's machine; the worker asks the user and
//! compares contents for it. The decision itself is `conflict`'s; nothing is overwritten here without one.

use super::item::{Clash, Doomed, FileId, FolderState, Item, Question, Removed, Replaces};
use super::{Action, Plan};
use crate::message::{ConflictPolicy, Note, Pair, Problem, ProblemKind, Resolution, Scope, Verdict};
use crate::transfer::compare::Comparison;
use crate::transfer::conflict::{
    Decision, Sides, by_answer, by_folder_policy, by_policy, folders_from_now_on, free_name,
};

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    /// Takes the user's answer to the open question.
    pub fn resolve(&mut self, resolution: &Resolution, scope: Scope) {
        let Some(mut clash) = self.asked.take() else { return };
        if let (Resolution::KeepBoth { name }, Scope::One) = (resolution, scope)
            && self.taken(clash.item, name)
        {
            clash.refused_name = Some(name.clone());
            return self.clashes.push_front(clash);
        }
        let sides = self.sides(&clash);
        if scope == Scope::Rest {
            match (sides.pair, folders_from_now_on(resolution)) {
                (Pair::Folders, Some(policy)) => self.options.folders = policy,
                (Pair::Folders, None) => {}
                (Pair::Files | Pair::Mismatch, _) => self.standing = Some(resolution.clone()),
            }
            self.clashes.iter_mut().for_each(|clash| clash.must_ask = false);
        }
        let decision = by_answer(resolution, sides, false);
        self.follow(clash, decision);
        if scope == Scope::Rest {
            for clash in std::mem::take(&mut self.clashes) {
                self.decide(clash);
            }
        }
    }

    /// Takes what the user had found out of the two that the open question is about.
    pub fn asked_about(&mut self, verdict: Verdict) {
        if let Some(clash) = &mut self.asked {
            clash.existing.verdict = verdict;
            clash.is_examined = true;
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
        clash.existing.verdict = verdict;
        clash.is_examined = true;
        self.decide(clash);
    }

    /// Takes a new clash.
    pub(super) fn clash(&mut self, clash: Clash<T>) {
        let is_merged = by_folder_policy(self.options.folders) == Decision::Merge;
        match self.sides(&clash).pair {
            Pair::Folders => {
                self.summary.common_folder_count += 1;
                self.summary.conflict_count += u64::from(!is_merged);
            }
            Pair::Files | Pair::Mismatch => self.summary.conflict_count += 1,
        }
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
            is_examined: clash.is_examined,
            free_name: self.free_name(clash.item),
            refused_name: clash.refused_name.clone(),
            remaining_count: self.clashes.len() as u64,
        };
        self.asked = Some(clash);
        Some(Action::Ask(question))
    }

    fn decide(&mut self, clash: Clash<T>) {
        let sides = self.sides(&clash);
        let decision = match &self.standing {
            _ if sides.pair == Pair::Folders => by_folder_policy(self.options.folders),
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
            Decision::Resume => self.replace(&clash, Replaces::Beginning(clash.existing.target.clone())),
            Decision::ClearAway => self.clear_away(&clash),
            Decision::Merge => self.merge(&clash),
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

    /// The two folders become one.
    fn merge(&mut self, clash: &Clash<T>) {
        match clash.item {
            Item::Folder(folder) => self.to_scan.push_back(folder),
            Item::File(_) => self.deny(clash),
        }
    }

    /// What has the name goes first, as a whole: a folder's name cannot pass to another in one step.
    fn clear_away(&mut self, clash: &Clash<T>) {
        let (_, _, _, path) = self.source_side(clash.item);
        if let Item::Folder(folder) = clash.item {
            self.folder_mut(folder).state = FolderState::Missing;
        }
        if self.options.dry_run {
            self.note(path, clash.existing.size, Note::WouldDelete);
            return self.take_name(clash.item);
        }
        let removal = self.next_removal();
        self.clearing.insert(removal, clash.item);
        let doomed = Doomed::Target(clash.existing.target.clone());
        self.actions.push_back(Action::Remove { removal, path, doomed });
    }

    /// Takes what became of something that was to make room.
    pub(super) fn cleared(&mut self, item: Item, removed: Removed) {
        let (_, size, _, path) = self.source_side(item);
        let problem = match removed {
            Removed::Gone if self.is_stopped() => return self.note(path, size, Note::SetAside),
            Removed::Gone => {
                self.note(path, size, Note::SetAside);
                return self.take_name(item);
            }
            Removed::Kept => {
                let message = format!("\"{path}\" was not copied: what has its name could not be put away");
                Problem::new(ProblemKind::Other, message, "Keep both, or skip it.")
            }
            Removed::Failed(problem) => problem,
        };
        match item {
            Item::File(file) => {
                self.fail(path, size, problem);
                self.forget(file);
            }
            Item::Folder(folder) => self.fail_folder(folder, &problem),
        }
    }

    /// The name is free: the entry goes on as if it had never been taken.
    fn take_name(&mut self, item: Item) {
        match item {
            Item::File(file) => self.want_file(file),
            Item::Folder(folder) => self.to_scan.push_back(folder),
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
                self.folder_mut(folder).state = FolderState::Missing;
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
            (Item::Folder(_), true) => (
                format!("Cannot copy the folder \"{path}\": the target has one of that name"),
                "Merge them, keep both or skip it.",
            ),
            (Item::Folder(_), false) => (
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
            is_examined: clash.is_examined,
            pair: Pair::of(matches!(clash.item, Item::Folder(_)), clash.existing.is_folder),
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
