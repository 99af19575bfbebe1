//! The [`SyncPage`]: what making the other folder like this one would copy, replace and delete, worked out without a
//! change, and the yes that does it. `update::sync` feeds it with the worker's notes.

use crate::message::{CopyId, CopyReport, CopyRequest, Note, PlanSummary};
use crate::ui::key::Key;

/// A sync that waits for the user's yes.
#[derive(Debug)]
pub struct SyncPage {
    /// The dry run.
    pub copy: CopyId,
    /// What was asked for; the real one is the same without `dry_run`.
    pub request: CopyRequest,
    /// The folder that is copied from, as people write it.
    pub source: String,
    /// The folder that is made like it, as people write it.
    pub target: String,
    /// How much there is, as far as it is known.
    pub plan: PlanSummary,
    /// How the dry run ended, once it has.
    pub report: Option<CopyReport>,
    /// The first line on screen.
    pub top: usize,
    lists: [List; 4],
}

/// What would become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes from the target into the bin or the trash.
    Deleted,
    /// The target's gives way to the source's.
    Replaced,
    /// The target has nothing of that name.
    Copied,
    /// It stays as it is, with a reason.
    Left,
}

/// The files of one fate.
#[derive(Debug, Default)]
struct List {
    files: Vec<(String, u64)>,
    count: u64,
    bytes: u64,
}

/// A line of the page.
#[derive(Debug, PartialEq, Eq)]
pub enum SyncLine<'p> {
    /// The name of a list, with its files and bytes.
    Heading(Fate, u64, u64),
    /// A path and its bytes.
    File(&'p str, u64),
    /// So many more of the list are not kept.
    Beyond(u64),
}

/// What a key meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The page stays.
    Stay,
    /// Do it.
    Yes,
    /// Leave it.
    No,
}

impl Fate {
    /// All of them, in the order of the page: what cannot be taken for granted first.
    pub const ALL: [Self; 4] = [Self::Deleted, Self::Replaced, Self::Copied, Self::Left];

    const fn of(note: &Note) -> Option<Self> {
        match note {
            Note::WouldDelete => Some(Self::Deleted),
            Note::WouldReplace => Some(Self::Replaced),
            Note::WouldCopy => Some(Self::Copied),
            Note::EqualNames { .. } | Note::PassedOver(_) | Note::Skipped(_) | Note::Failed(_) => {
                Some(Self::Left)
            }
            Note::CopiedNew
            | Note::CopiedReplaced
            | Note::CopiedInside
            | Note::MovedInside
            | Note::SourceRemoved
            | Note::Deleted
            | Note::PutAside
            | Note::WouldMove
            | Note::Identical
            | Note::SameSize
            | Note::Differs { .. }
            | Note::MissingInTarget
            | Note::MissingInSource
            | Note::FolderMade
            | Note::WouldMakeFolder
            | Note::Same
            | Note::LeftAlone
            | Note::SetAside
            | Note::Filtered
            | Note::StartedOver(_) => None,
        }
    }
}

impl SyncPage {
    /// Makes a page that knows nothing yet.
    #[must_use]
    pub fn new(copy: CopyId, request: CopyRequest, source: String, target: String) -> Self {
        let plan = PlanSummary { copy, target: target.clone(), ..PlanSummary::default() };
        Self { copy, request, source, target, plan, report: None, top: 0, lists: <[List; 4]>::default() }
    }

    /// Takes what would become of a file.
    pub fn take(&mut self, path: String, size: u64, note: &Note) {
        let Some(fate) = Fate::of(note) else { return };
        let list = &mut self.lists[fate as usize];
        list.count += 1;
        list.bytes = list.bytes.saturating_add(size);
        if list.files.len() < MOST_KEPT {
            list.files.push((path, size));
        }
    }

    /// Returns how many files have a fate.
    #[must_use]
    pub const fn count(&self, fate: Fate) -> u64 {
        self.lists[fate as usize].count
    }

    /// Returns whether all is known, and there is something to do.
    #[must_use]
    pub fn can_begin(&self) -> bool {
        let is_ready = self.plan.problem.is_none()
            && self.report.as_ref().is_some_and(|report| !report.cancelled && report.problem.is_none());
        is_ready && [Fate::Deleted, Fate::Replaced, Fate::Copied].iter().any(|fate| self.count(*fate) > 0)
    }

    /// Returns the lines of all lists.
    pub fn lines(&self) -> impl Iterator<Item = SyncLine<'_>> {
        let known = Fate::ALL.into_iter().zip(&self.lists).filter(|(_, list)| list.count > 0);
        known.flat_map(|(fate, list)| {
            let beyond = list.count - list.files.len() as u64;
            std::iter::once(SyncLine::Heading(fate, list.count, list.bytes))
                .chain(list.files.iter().map(|(path, size)| SyncLine::File(path, *size)))
                .chain((beyond > 0).then_some(SyncLine::Beyond(beyond)))
        })
    }

    /// Takes a key. `height`: lines shown at once. Enter is no yes: it may be one too many.
    pub fn press(&mut self, key: Key, height: usize) -> Choice {
        if let Some(lines) = key.scrolls(height) {
            let last = self.lines().count().saturating_sub(height);
            self.top = self.top.saturating_add_signed(lines).min(last);
        }
        match key.to_string().as_str() {
            "y" | "S" if self.can_begin() => Choice::Yes,
            "Esc" | "C-g" | "C-c" | "q" | "n" | "F10" => Choice::No,
            _ => Choice::Stay,
        }
    }
}

/// Files of one fate that are kept; of more only the number.
const MOST_KEPT: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Location;
    use crate::message::{CopyOptions, Selection};
    use crate::ui::key::parse_keys;

    fn page() -> SyncPage {
        let request = CopyRequest {
            selection: Selection::Contents(Location::Local("/from".into())),
            target: Location::Local("/to".into()),
            target_subfolders: Vec::new(),
            rename: None,
            options: Box::new(CopyOptions::default()),
        };
        SyncPage::new(CopyId(1), request, "/from".into(), "/to".into())
    }

    fn press(page: &mut SyncPage, keys: &str) -> Choice {
        parse_keys(keys).unwrap().into_iter().map(|key| page.press(key, 2)).last().unwrap()
    }

    #[test]
    fn what_is_deleted_comes_first_and_only_a_whole_list_is_agreed_to() {
        let mut page = page();
        page.take("new".into(), 5, &Note::WouldCopy);
        page.take("old".into(), 7, &Note::WouldDelete);
        page.take("folder".into(), 0, &Note::WouldMakeFolder);
        let lines: Vec<SyncLine<'_>> = page.lines().collect();
        assert_eq!(lines[..2], [SyncLine::Heading(Fate::Deleted, 1, 7), SyncLine::File("old", 7)]);
        assert_eq!(press(&mut page, "y"), Choice::Stay, "it is not over");
        page.report = Some(CopyReport::default());
        assert_eq!((press(&mut page, "<Enter>"), press(&mut page, "y")), (Choice::Stay, Choice::Yes));
        assert_eq!(press(&mut page, "<Esc>"), Choice::No);
    }

    #[test]
    fn where_there_is_nothing_to_do_nothing_is_agreed_to() {
        let mut page = page();
        page.report = Some(CopyReport::default());
        assert_eq!(press(&mut page, "y"), Choice::Stay);
    }
}
