//! A check: nothing is copied, and each file of either side gets a note that says what was found. Part of the plan's
//! machine; the scans and the proofs are those of a copy. What was not proven is never called identical.

use super::item::{Clash, Existing, File, FileId, Item, Other, OtherKind};
use super::{Plan, join};
use crate::message::{Note, Problem, ProblemKind, Sameness, Task, Verdict};
use crate::transfer::compare::Comparison;

impl<S: Clone, T: Clone + PartialEq> Plan<S, T> {
    pub(super) const fn is_check(&self) -> bool {
        matches!(self.options.task, Task::Check { .. })
    }

    /// Takes a file of the source, with what has its name in the target.
    pub(super) fn check_file(&mut self, file: File<S, T>, path: String, existing: Vec<Existing<T>>) {
        let size = file.size;
        let mut files = existing.into_iter().filter(|existing| !existing.is_folder);
        self.summary.file_count += 1;
        self.summary.bytes += size;
        let Some(existing) = files.next() else {
            self.report.missing_count += 1;
            return self.differ(path, size, Note::MissingInTarget);
        };
        if files.next().is_some() {
            return self.skip_ambiguous(path, size, file.target_name());
        }
        match existing.comparison {
            Comparison::Different => {
                let in_size = existing.size != size;
                self.differ(path, size, Note::Differs { in_size });
            }
            Comparison::Same => self.agree(path, size, Note::SameSize),
            Comparison::NeedsProof => {
                let file = self.add_file(file);
                self.examine(Clash::new(Item::File(file), existing));
            }
        }
    }

    /// Takes what a comparison of contents came to.
    pub(super) fn checked(&mut self, id: FileId, verdict: Verdict) {
        let file = self.file(id);
        let (path, size) = (self.path_of(file), file.size);
        self.forget(id);
        match verdict {
            Verdict::Identical => self.agree(path, size, Note::Identical),
            Verdict::Different => self.differ(path, size, Note::Differs { in_size: false }),
            Verdict::SameFingerprint | Verdict::Unknown => {
                let message = format!("\"{path}\" could not be compared");
                let hint = match self.options.sameness {
                    Sameness::Reading => "The log says why.",
                    Sameness::SizeAndTime | Sameness::Size | Sameness::Content => {
                        "With --download both contents are read."
                    }
                };
                self.fail(path, size, Problem::new(ProblemKind::Other, message, hint));
            }
        }
    }

    pub(super) fn report_others(&mut self, above: &str, others: Vec<Other<T>>) {
        for Other { name, kind, .. } in others {
            let path = join(above, &name);
            match kind {
                OtherKind::File { size, modified } if self.wants_file(&path, size, modified) => {
                    self.report.missing_count += 1;
                    self.differ(path, size, Note::MissingInSource);
                }
                OtherKind::Folder(below) if self.may_hold_wanted(&path) => self.report_others(&path, below),
                OtherKind::File { .. } | OtherKind::Folder(_) | OtherKind::Kept => {}
            }
        }
    }

    /// Sizes and times alone are no proof: they count only where nothing more was asked.
    fn agree(&mut self, path: String, size: u64, note: Note) {
        let is_proven_only = matches!(self.options.sameness, Sameness::Content | Sameness::Reading);
        debug_assert!(note == Note::Identical || !is_proven_only);
        self.summary.same_count += 1;
        self.report.same_count += 1;
        self.note(path, size, note);
    }

    fn differ(&mut self, path: String, size: u64, note: Note) {
        self.report.difference_count += 1;
        self.note(path, size, note);
    }
}
