//! [`UndoHistory`]: the changes of a journal as the user knows them, in groups, and which of them is taken back or done
//! again next. Undo and redo are made from it; it changes nothing itself.

use std::collections::{HashMap, HashSet};

use super::record::{Contents, GroupHead, GroupKind, UndoEnd, UndoId, UndoRecord};

/// The groups of a journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UndoHistory {
    /// The oldest first.
    groups: Vec<UndoGroup>,
    /// Changes that happened and that nothing takes back, the oldest first.
    finals: Vec<UndoRecord>,
    /// Changes that somebody else took for refused, the oldest first.
    doubted: Vec<UndoRecord>,
}

/// What the user did at once, with one key or one command.
#[derive(Clone, Debug, PartialEq)]
pub struct UndoGroup {
    /// Its number.
    pub id: UndoId,
    /// When it was asked for, Unix time in nanoseconds.
    pub begun: i64,
    /// What it was, in words, as in `moved "a" to work:b`; empty where nobody said.
    pub label: String,
    /// What it is to the user.
    pub kind: GroupKind,
    /// Another journal may have a part of it.
    pub is_shared: bool,
    /// How many changes it made, or may have made.
    pub change_count: usize,
    /// Those that stand, the oldest first: they happened, or may have, something takes them back, and nothing has yet.
    pub standing: Vec<UndoRecord>,
    /// How many of its changes were taken back.
    pub undone_count: usize,
    /// How many happened, and nothing takes them back.
    pub final_count: usize,
}

impl UndoHistory {
    pub(super) fn of(contents: Contents) -> Self {
        let taken_back: HashSet<UndoId> = contents
            .records
            .iter()
            .filter(|record| has_happened(record))
            .filter_map(|r| r.takes_back)
            .collect();
        let mut groups: Vec<UndoGroup> = Vec::new();
        let is_final = |record: &&UndoRecord| record.end == UndoEnd::Final;
        let finals = contents.records.iter().filter(is_final).cloned().collect();
        let is_doubted = |record: &&UndoRecord| record.end == UndoEnd::Refused && record.is_guessed;
        let doubted = contents.records.iter().filter(is_doubted).cloned().collect();
        let mut by_id: HashMap<UndoId, usize> = HashMap::new();
        let mut heads: HashMap<UndoId, GroupHead> =
            contents.groups.into_iter().map(|head| (head.id, head)).collect();
        for record in contents.records {
            let id = record.group.unwrap_or(record.id);
            let at = *by_id.entry(id).or_insert_with(|| {
                groups.push(UndoGroup::new(id, heads.remove(&id), record.begun));
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(at) {
                let is_taken_back = taken_back.contains(&record.id);
                group.take(record, is_taken_back);
            }
        }
        // Changes that were asked for at once may be written in another order.
        groups.sort_by_key(|group| group.begun);
        Self { groups, finals, doubted }
    }

    /// Returns the groups, the newest first.
    pub fn groups(&self) -> impl Iterator<Item = &UndoGroup> {
        self.groups.iter().rev()
    }

    /// Returns the changes that happened and that nothing takes back.
    #[must_use]
    pub fn finals(&self) -> &[UndoRecord] {
        &self.finals
    }

    /// Returns just these.
    #[must_use]
    pub fn into_finals(self) -> Vec<UndoRecord> {
        self.finals
    }

    /// Returns the changes that somebody else took for refused: they may have happened after that.
    #[must_use]
    pub fn doubted(&self) -> &[UndoRecord] {
        &self.doubted
    }

    /// Returns the groups of which one of these journals has something taken back: what another has of the same group
    /// is not for good then, or the group would be told of, and stand in the way, for ever.
    #[must_use]
    pub fn undone<'h>(histories: impl IntoIterator<Item = &'h Self>) -> HashSet<UndoId> {
        let groups = histories.into_iter().flat_map(Self::groups);
        groups.filter(|group| group.undone_count > 0).map(|group| group.id).collect()
    }

    /// Returns the group of that number if it stands, or else what comes next: what is done again where that is wanted,
    /// otherwise what is taken back.
    #[must_use]
    pub fn choose(&self, wanted: GroupKind, id: Option<UndoId>) -> Option<&UndoGroup> {
        match (id, wanted) {
            (Some(id), _) => self.groups().find(|group| group.id == id && group.stands()),
            (None, GroupKind::Redoing) => self.next_redo(),
            (None, GroupKind::Undoing | GroupKind::Doing) => self.next_undo(),
        }
    }

    /// Returns what is taken back next: the newest that stands.
    #[must_use]
    pub fn next_undo(&self) -> Option<&UndoGroup> {
        self.groups().find(|group| group.kind != GroupKind::Undoing && group.stands())
    }

    /// Returns when the user last did something, Unix time in nanoseconds: nothing that was taken back before, whatever the
    /// journal, is done again after it.
    #[must_use]
    pub fn last_doing(&self) -> Option<i64> {
        let doing = self.groups().find(|group| group.kind == GroupKind::Doing && group.change_count > 0);
        doing.map(|group| group.begun)
    }

    /// Returns what is done again next: the newest that was taken back, unless something else was done since.
    #[must_use]
    pub fn next_redo(&self) -> Option<&UndoGroup> {
        self.groups()
            .take_while(|group| group.kind != GroupKind::Doing || group.change_count == 0)
            .find(|group| group.kind == GroupKind::Undoing && group.stands())
    }
}

impl UndoGroup {
    fn new(id: UndoId, head: Option<GroupHead>, begun: i64) -> Self {
        let head = head.unwrap_or_else(|| GroupHead {
            id,
            at: begun.saturating_mul(1_000_000_000),
            label: String::new(),
            of: GroupKind::Doing,
            shared: false,
        });
        let GroupHead { at, label, of, shared, .. } = head;
        Self {
            id,
            begun: at,
            label,
            kind: of,
            is_shared: shared,
            change_count: 0,
            standing: Vec::new(),
            undone_count: 0,
            final_count: 0,
        }
    }

    /// Returns what it was, in words.
    #[must_use]
    pub fn shown_label(&self) -> &str {
        if self.label.is_empty() { "a change" } else { &self.label }
    }

    /// Returns whether there is something to take back.
    #[must_use]
    pub fn stands(&self) -> bool {
        !self.standing.is_empty()
    }

    /// Returns whether the user did it and nothing takes it back, for that is how it was meant. `undone` is what
    /// [`UndoHistory::undone`] says of all journals.
    #[must_use]
    pub fn is_final(&self, undone: &HashSet<UndoId>) -> bool {
        self.kind == GroupKind::Doing && self.final_count > 0 && !undone.contains(&self.id) && !self.stands()
    }

    fn take(&mut self, record: UndoRecord, is_taken_back: bool) {
        self.change_count += usize::from(record.end != UndoEnd::Refused);
        match record.end {
            UndoEnd::Unknown | UndoEnd::Undoable(_) if !is_taken_back => self.standing.push(record),
            UndoEnd::Unknown | UndoEnd::Undoable(_) => self.undone_count += 1,
            UndoEnd::Final => self.final_count += 1,
            UndoEnd::Refused => {}
        }
    }
}

/// Whether it certainly happened: one of unknown end may be tried again, which is checked against what there is.
const fn has_happened(record: &UndoRecord) -> bool {
    match record.end {
        UndoEnd::Undoable(_) | UndoEnd::Final => true,
        UndoEnd::Unknown | UndoEnd::Refused => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{GroupTag, UndoJournal};
    use super::*;

    /// A journal in which each letter is a group with one change.
    struct Scene(UndoJournal);

    impl Scene {
        fn new() -> Self {
            Self(UndoJournal::in_memory())
        }

        fn change(&self, kind: GroupKind, label: &str, takes_back: Option<UndoId>) {
            let mut journal = self.0.in_group(&GroupTag::new(kind, label));
            if let Some(record) = takes_back {
                journal = journal.taking_back(record);
            }
            let id = journal.begin(&json!(label)).unwrap();
            journal.end(id, Some(&json!("back"))).unwrap();
        }

        fn perform(&self, label: &str) {
            self.change(GroupKind::Doing, label, None);
        }

        fn undo(&self) {
            let history = self.0.history().unwrap();
            let group = history.next_undo().unwrap();
            self.change(GroupKind::Undoing, &group.label, Some(group.standing[0].id));
        }

        fn redo(&self) {
            let history = self.0.history().unwrap();
            let group = history.next_redo().unwrap();
            self.change(GroupKind::Redoing, &group.label, Some(group.standing[0].id));
        }

        fn next(&self) -> (String, String) {
            let history = self.0.history().unwrap();
            let label = |group: Option<&UndoGroup>| group.map(|g| g.label.clone()).unwrap_or_default();
            (label(history.next_undo()), label(history.next_redo()))
        }
    }

    fn expected(undo: &str, redo: &str) -> (String, String) {
        (undo.to_owned(), redo.to_owned())
    }

    #[test]
    fn undo_and_redo_go_back_and_forth_through_what_was_done() {
        let scene = Scene::new();
        assert_eq!(scene.next(), expected("", ""));
        scene.perform("a");
        scene.perform("b");
        scene.perform("c");
        assert_eq!(scene.next(), expected("c", ""));
        scene.undo();
        scene.undo();
        assert_eq!(scene.next(), expected("a", "b"));
        scene.redo();
        assert_eq!(scene.next(), expected("b", "c"));
        scene.undo();
        assert_eq!(scene.next(), expected("a", "b"));
        scene.redo();
        scene.redo();
        assert_eq!(scene.next(), expected("c", ""));
    }

    #[test]
    fn what_was_asked_for_last_is_last_whatever_was_written_first() {
        let Scene(journal) = Scene::new();
        let tags = ["first", "second"].map(|label| GroupTag::new(GroupKind::Doing, label));
        for tag in tags.iter().rev() {
            journal.in_group(tag).begin(&json!(1)).unwrap();
        }
        assert_eq!(journal.history().unwrap().next_undo().unwrap().label, "second");
    }

    #[test]
    fn what_is_done_anew_ends_what_could_be_done_again() {
        let scene = Scene::new();
        scene.perform("a");
        scene.perform("b");
        scene.undo();
        scene.perform("c");
        assert_eq!(scene.next(), expected("c", ""));
        scene.undo();
        assert_eq!(scene.next(), expected("a", "c"));
    }

    #[test]
    fn what_was_taken_back_in_part_is_offered_again_for_the_rest() {
        let Scene(journal) = Scene::new();
        let group = journal.in_group(&GroupTag::new(GroupKind::Doing, "two"));
        let ids = group.begin_all(vec![json!(1), json!(2)]).unwrap();
        for id in &ids {
            group.end(*id, Some(&json!("back"))).unwrap();
        }
        let undo = journal.in_group(&GroupTag::new(GroupKind::Undoing, "two")).taking_back(ids[1]);
        let id = undo.begin(&json!("back")).unwrap();
        undo.end(id, Some(&json!(2))).unwrap();
        let history = journal.history().unwrap();
        let left: Vec<UndoId> =
            history.next_undo().unwrap().standing.iter().map(|record| record.id).collect();
        assert_eq!(left, [ids[0]]);
    }

    #[test]
    fn nothing_is_taken_back_that_did_not_happen_or_that_nothing_takes_back() {
        let Scene(journal) = Scene::new();
        let refused = journal.in_group(&GroupTag::new(GroupKind::Doing, "refused"));
        let id = refused.begin(&json!(1)).unwrap();
        refused.refused(id).unwrap();
        let last = journal.in_group(&GroupTag::new(GroupKind::Doing, "final"));
        let id = last.begin(&json!(2)).unwrap();
        last.end(id, None).unwrap();
        assert_eq!(journal.history().unwrap().next_undo(), None);
        journal.in_group(&GroupTag::new(GroupKind::Doing, "cut short")).begin(&json!(3)).unwrap();
        assert_eq!(journal.history().unwrap().next_undo().unwrap().label, "cut short");
    }

    #[test]
    fn what_is_for_good_on_one_side_is_not_told_any_more_once_the_other_side_was_taken_back() {
        let (disk, account) = (UndoJournal::in_memory(), UndoJournal::in_memory());
        let tag = GroupTag::new(GroupKind::Doing, "moved");
        let gone = disk.in_group(&tag.elsewhere());
        gone.note_all(vec![(json!("gone"), None)]).unwrap();
        let group = account.in_group(&tag);
        let put = group.begin(&json!("put")).unwrap();
        group.end(put, Some(&json!("back"))).unwrap();
        let is_final = || {
            let histories = [disk.history().unwrap(), account.history().unwrap()];
            let undone = UndoHistory::undone(&histories);
            histories[0].groups().next().unwrap().is_final(&undone)
        };
        assert!(is_final());
        let undo = account.in_group(&GroupTag::new(GroupKind::Undoing, "moved")).taking_back(put);
        let id = undo.begin(&json!("back")).unwrap();
        undo.end(id, Some(&json!("put"))).unwrap();
        assert!(!is_final());
    }

    #[test]
    fn a_change_without_a_group_is_a_group_of_its_own() {
        let Scene(journal) = Scene::new();
        let id = journal.begin(&json!(1)).unwrap();
        journal.end(id, Some(&json!(2))).unwrap();
        let history = journal.history().unwrap();
        assert_eq!(history.next_undo().map(|group| (group.id, group.change_count)), Some((id, 1)));
    }
}
