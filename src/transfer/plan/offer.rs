//! What a scan offers: left out, passed over, refused, found the same, or taken as a folder to go on with and a file to
//! copy. Part of the plan's machine. Each offer ends in exactly one of these; equal names never go on silently.

use std::collections::HashMap;

use super::item::{Clash, Existing, File, FolderId, FolderState, Item, Offer, OfferKind, Scanned};
use super::{Plan, join};
use crate::message::{ConflictPolicy, Note, Oddity, Problem, ProblemKind, Sameness, Task};
use crate::transfer::compare::Comparison;

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    pub(super) fn take_offers(&mut self, folder: FolderId, found: Scanned<S, T>) {
        let mut offers = Vec::with_capacity(found.offers.len());
        for offer in found.offers {
            let path = join(&self.folder(folder).path, &offer.name);
            match self.wanted(&path, &offer.kind) {
                Wanted::Yes(size) => offers.push((size, offer)),
                Wanted::No(size) => {
                    self.excluded(&path, offer.existing);
                    self.note(path, size, Note::Filtered);
                }
                Wanted::Odd(oddity) => self.pass_over(path, oddity),
                Wanted::Cannot(problem) => self.skip(path, 0, problem),
            }
        }
        if offers.iter().any(|(_, offer)| !offer.existing.is_empty()) {
            let names = offers.iter().map(|(_, offer)| offer.target_name.clone());
            self.folder_mut(folder).taken = names.chain(found.taken).collect();
        }
        self.take_others(folder, found.others);
        let mut repeated = repeated_names(&offers);
        for (size, offer) in offers {
            let path = join(&self.folder(folder).path, &offer.name);
            match repeated.get_mut(&offer.target_name) {
                None => self.take_offer(folder, path, offer),
                // Told once for all that share the name; the count goes to zero then.
                Some(count) if *count > 1 => {
                    let count = std::mem::take(count);
                    self.skip_equal_names(path, size, count);
                }
                Some(_) => {}
            }
        }
        if self.options.empty_folders && !self.is_check() {
            self.need_folder(folder);
        }
    }

    fn wanted(&self, path: &str, kind: &OfferKind) -> Wanted {
        match kind {
            OfferKind::Unfit(problem) if self.options.rules.includes_file(path) => {
                Wanted::Cannot(problem.clone())
            }
            OfferKind::Odd(oddity) if self.options.rules.includes_file(path) => Wanted::Odd(*oddity),
            OfferKind::Folder if self.may_hold_wanted(path) => Wanted::Yes(0),
            // Offered only where nothing is left out.
            OfferKind::Whole { bytes, .. } => Wanted::Yes(*bytes),
            OfferKind::Unfit(_) | OfferKind::Odd(_) | OfferKind::Folder => Wanted::No(0),
            OfferKind::File { size, modified } if self.wants_file(path, *size, *modified) => {
                Wanted::Yes(*size)
            }
            OfferKind::File { size, .. } => Wanted::No(*size),
        }
    }

    /// Whether rules and bounds let a file through.
    pub(super) fn wants_file(&self, path: &str, size: u64, modified: Option<i64>) -> bool {
        self.options.rules.includes_file(path) && self.options.bounds.admit(size, modified)
    }

    /// Whether a folder may hold a file that is let through.
    pub(super) fn may_hold_wanted(&self, path: &str) -> bool {
        let depth = u32::try_from(path.matches('/').count() + 2).unwrap_or(u32::MAX);
        self.options.bounds.max_depth.is_none_or(|most| depth <= most)
            && self.options.rules.may_include_below(path)
    }

    /// What sizes and times tell, by what the user takes as the same. What is to be removed is proven first.
    fn compared(&self, size: u64, existing: &Existing<T>) -> Comparison {
        let is_move = matches!(self.options.task, Task::Move { .. });
        match (self.options.sameness, existing.comparison) {
            _ if existing.is_folder || existing.size != size => Comparison::Different,
            (Sameness::Content | Sameness::Reading, _) => Comparison::NeedsProof,
            (Sameness::Size, _) | (_, Comparison::Same) if is_move => Comparison::NeedsProof,
            (Sameness::Size, _) => Comparison::Same,
            (Sameness::SizeAndTime, comparison) => comparison,
        }
    }

    fn take_offer(&mut self, folder: FolderId, path: String, mut offer: Offer<S, T>) {
        match offer.kind {
            OfferKind::Folder => self.take_folder(folder, path, offer),
            OfferKind::Whole { file_count, bytes } => {
                let id = self.add_file(found(folder, offer, (bytes, None), file_count));
                self.want_file(id);
            }
            OfferKind::File { size, modified } => {
                let existing = std::mem::take(&mut offer.existing);
                self.take_file(found(folder, offer, (size, modified), 1), path, existing);
            }
            OfferKind::Odd(oddity) => self.pass_over(path, oddity),
            OfferKind::Unfit(problem) => self.skip(path, 0, problem),
        }
    }

    fn take_folder(&mut self, parent: FolderId, path: String, offer: Offer<S, T>) {
        let (mut folders, files): (Vec<_>, Vec<_>) =
            offer.existing.into_iter().partition(|existing| existing.is_folder);
        if folders.len() > 1 {
            return self.skip_ambiguous(path, 0, &offer.target_name);
        }
        let state =
            folders.first().map_or(FolderState::Missing, |only| FolderState::Ready(only.target.clone()));
        let in_the_way = folders.pop().or_else(|| files.into_iter().next());
        let id = self.add_folder(Some(parent), offer.target_name, path, Some(offer.source), state);
        match in_the_way {
            // Nothing is copied: what is in it is missing in the target.
            Some(_) if self.is_check() => self.to_scan.push_back(id),
            Some(existing) => self.clash(Clash::new(Item::Folder(id), existing)),
            None => self.to_scan.push_back(id),
        }
    }

    fn take_file(&mut self, file: File<S, T>, path: String, mut existing: Vec<Existing<T>>) {
        for existing in &mut existing {
            existing.comparison = self.compared(file.size, existing);
        }
        if self.is_check() {
            return self.check_file(file, path, existing);
        }
        let (mut folders, mut files): (Vec<_>, Vec<_>) =
            existing.into_iter().partition(|existing| existing.is_folder);
        if files.iter().any(|existing| existing.comparison == Comparison::Same) {
            self.summary.same_count += 1;
            self.report.same_count += 1;
            return self.note(path, file.size, Note::Same);
        }
        let may_be_several = matches!(self.options.conflict, ConflictPolicy::Rename | ConflictPolicy::Skip);
        if files.len() > 1 && !may_be_several {
            return self.skip_ambiguous(path, file.size, file.target_name());
        }
        let id = self.add_file(file);
        match files.pop().or_else(|| folders.pop()) {
            None => self.want_file(id),
            Some(existing) => self.clash(Clash::new(Item::File(id), existing)),
        }
    }

    fn skip_equal_names(&mut self, path: String, size: u64, count: u32) {
        let message = format!("\"{path}\" was not copied: {count} entries of the source have this name");
        let hint = "Rename them in the source, or copy the one you want by itself.";
        self.count_skipped(u64::from(count), Problem::new(ProblemKind::Ambiguous, message, hint));
        self.note(path, size, Note::EqualNames { count });
    }

    pub(super) fn skip_ambiguous(&mut self, path: String, size: u64, name: &str) {
        let message = format!("\"{path}\" was not copied: the target has several entries called \"{name}\"");
        let hint = "Rename or remove the others in the target, or keep both.";
        self.skip(path, size, Problem::new(ProblemKind::Ambiguous, message, hint));
    }

    fn pass_over(&mut self, path: String, oddity: Oddity) {
        self.summary.passed_over_count += 1;
        self.report.passed_over_count += 1;
        self.note(path, 0, Note::PassedOver(oddity));
    }
}

/// Returns the names that several offers want, and how many do.
fn repeated_names<S, T>(offers: &[(u64, Offer<S, T>)]) -> HashMap<String, u32> {
    let mut names: Vec<&str> = offers.iter().map(|(_, offer)| offer.target_name.as_str()).collect();
    names.sort_unstable();
    let groups = names.chunk_by(|one, other| one == other).filter(|group| group.len() > 1);
    groups.map(|group| (group[0].to_owned(), u32::try_from(group.len()).unwrap_or(u32::MAX))).collect()
}

/// Makes what the plan keeps of a file: of `facts` (bytes and time) and its offer.
fn found<S, T>(
    folder: FolderId,
    offer: Offer<S, T>,
    (size, modified): (u64, Option<i64>),
    count: u64,
) -> File<S, T> {
    let Offer { source, name, target_name, .. } = offer;
    let renamed = (target_name != name).then(|| target_name.into_boxed_str());
    File { folder, name: name.into_boxed_str(), renamed, source, size, modified, replaces: None, count }
}

/// Whether an offer is to be copied, with its bytes.
enum Wanted {
    Yes(u64),
    No(u64),
    Odd(Oddity),
    Cannot(Problem),
}
