//! [`Foretold`]: what a copy is about to do to the disk, written to the disk's undo journal before it is done and again when
//! it is over, so that undo finds what a crash in between has left. `departure` hands a [`witness`] to transfers,
//! copies make their folders here, and `chosen` has [`settle`] look up what a crash cut off.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::across;
use super::actor::Actor;
use super::copying::CopyDone;
use super::disk::DiskChange;
use super::ends::Way;
use super::jobs::{Done, blocking};
use super::placed::Placed;
use super::problem;
use super::scan::Goal;
use crate::local::{
    self, Displaced, FileMark, LocalError, MadeWay, Placement, Placing, SafeName, Witness, find_kept,
};
use crate::message::CopyId;
use crate::store::transfer_journal::PathText;
use crate::store::undo::{Ending, UndoEnd, UndoHistory, UndoId, UndoJournal, UndoRecord};
use crate::transfer::plan::FolderId;

/// What is about to be done for a file, as the journal has it until it is known how that ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Foretold {
    /// A folder is made.
    Made(PathText),
    /// What has this path makes way, and will lie at `place`, or in a folder of it.
    Replaced { path: PathText, mark: FileMark, place: Option<PathText> },
    /// A file takes its name.
    Placed(Placed),
    /// A copy takes its name, and what it was made of goes: the target is on another disk.
    Moved { from: PathText, placed: Placed },
    /// What has this path goes for good, as [`DiskChange::Delete`] is written.
    #[serde(rename = "Delete")]
    Deleted(PathText),
}

impl Actor {
    /// Makes a folder for a copy, and notes it.
    pub(super) fn make_disk_folder(
        &mut self,
        id: CopyId,
        folder: FolderId,
        parent: local::Target,
        name: String,
    ) {
        let what = format!("make the folder \"{name}\"");
        let broken = CopyDone::FolderMade(folder, Err(problem::broke_down(&what)));
        let Some(way) = self.copies.get(&id).map(|copy| copy.way) else { return };
        let journal = self.disk_journal_of_copy(id);
        self.jobs.start_kept(Done::Copy(id, broken), async move {
            let made = blocking(move || {
                let target = match way {
                    Way::Across => across::named(&parent, &name)?,
                    Way::Up | Way::Down | Way::Inside | Way::Between => {
                        let safe =
                            SafeName::from_cloud(&name).map_err(|error| problem::of_name(&name, &error));
                        parent.join(&safe?)
                    }
                };
                make_folder(&target, &journal).map_err(|error| problem::of_local(&what, &error))?;
                Ok(Goal::Disk(target))
            });
            Done::Copy(id, CopyDone::FolderMade(folder, made.await))
        });
    }
}

/// Makes a folder, with what is missing above it, between two entries in the journal. Blocks.
pub(super) fn make_folder(target: &local::Target, journal: &UndoJournal) -> Result<(), LocalError> {
    let missing = target.missing_folders();
    if missing.is_empty() {
        return target.make_folder();
    }
    let missing: Vec<Foretold> = missing.iter().map(|path| Foretold::Made(path.as_path().into())).collect();
    let foretold = foretell(journal, &missing);
    let made = target.make_folder();
    // Some may be there although the last could not be made.
    let ending = |folder: Foretold| ending(folder.arrived().and_then(|_| folder.inverse()));
    let noted = foretold
        .and_then(|ids| journal.end_all(ids.into_iter().zip(missing.into_iter().map(ending)).collect()));
    warn_unless(noted);
    made
}

/// Returns what writes down that files take their names.
pub(super) fn witness(journal: UndoJournal) -> Witness {
    Arc::new(move |placing| witnessed(&journal, placing, Foretold::Placed))
}

/// Returns what writes down that the copy of this file takes its name, in a move.
pub(super) fn witness_of_move(journal: UndoJournal, from: PathBuf) -> Witness {
    let moved = move |placed| Foretold::Moved { from: from.as_path().into(), placed };
    Arc::new(move |placing| witnessed(&journal, placing, &moved))
}

/// Places a file between two entries in the journal. A file is never lost for want of an entry. Blocks.
fn witnessed(journal: &UndoJournal, placing: Placing<'_>, what: impl Fn(Placed) -> Foretold) -> Placement {
    let path = placing.path();
    let foretold = Placed::of_file(placing.file(), &path).and_then(|placed| {
        let away = placing.displaced().map(|displaced| Foretold::replaced(&path, displaced));
        let changes: Vec<Foretold> = away.into_iter().chain([what(placed)]).collect();
        Ok((foretell(journal, &changes)?, changes))
    });
    let placement = placing.carry_out();
    let noted = foretold.and_then(|(ids, changes)| {
        let inverse = |change: &Foretold| match change {
            Foretold::Replaced { path, mark, .. } => restored(path, *mark, &placement.made_way),
            Foretold::Placed(_) | Foretold::Moved { .. } | Foretold::Made(_) | Foretold::Deleted(_) => {
                placement.named.is_ok().then(|| change.inverse()).flatten()
            }
        };
        journal.end_all(ids.into_iter().zip(changes.iter().map(|change| ending(inverse(change)))).collect())
    });
    warn_unless(noted);
    placement
}

fn foretell(journal: &UndoJournal, changes: &[Foretold]) -> io::Result<Vec<UndoId>> {
    journal.foretell(changes.iter().map(serde_json::to_value).collect::<Result<_, _>>()?)
}

fn warn_unless(noted: io::Result<()>) {
    if let Err(error) = noted {
        tracing::warn!(%error, "cannot note in the undo journal what was put on the disk");
    }
}

/// Looks how that ended which a crash cut off, and writes it down; also where it was looked for before, while it may have
/// been on its way still. Returns whether there was anything to write. Blocks.
pub(super) fn settle(journal: &UndoJournal, history: &UndoHistory) -> io::Result<bool> {
    let unknown = |record: &&UndoRecord| record.end == UndoEnd::Unknown;
    let cut_off = read(history.groups().flat_map(|group| group.standing.iter().filter(unknown)));
    let doubted = read(history.doubted());
    let both = cut_off.iter().chain(&doubted);
    let arrived: HashSet<PathBuf> = both.filter_map(|(_, foretold)| foretold.arrived()).collect();
    let first = cut_off.iter().map(|(id, foretold)| (*id, foretold.settled(&arrived)));
    let again = doubted.iter().map(|(id, foretold)| (*id, foretold.settled_since(&arrived)));
    let endings: Vec<(UndoId, Ending)> =
        first.chain(again).filter_map(|(id, ending)| Some((id, ending?))).collect();
    if endings.is_empty() {
        return Ok(false);
    }
    journal.settle_all(endings)?;
    Ok(true)
}

fn read<'r>(records: impl IntoIterator<Item = &'r UndoRecord>) -> Vec<(UndoId, Foretold)> {
    let foretold = |record: &UndoRecord| serde_json::from_value(record.change.clone()).ok();
    records.into_iter().filter_map(|record| Some((record.id, foretold(record)?))).collect()
}

impl Foretold {
    fn replaced(path: &Path, displaced: Displaced) -> Self {
        let Displaced { mark, place } = displaced;
        Self::Replaced { path: path.into(), mark, place: place.map(|place| place.as_path().into()) }
    }

    /// The path of what came, if it did.
    fn arrived(&self) -> Option<PathBuf> {
        match self {
            Self::Replaced { .. } | Self::Deleted(_) => None,
            Self::Made(path) => Some(path.path()).filter(|path| path.is_dir()),
            Self::Placed(placed) | Self::Moved { placed, .. } => {
                placed.check().is_ok().then(|| placed.path.path())
            }
        }
    }

    /// Looks whether it happened, and returns how it ended, where that can be told. `arrived` has the paths of all that
    /// came.
    fn settled(&self, arrived: &HashSet<PathBuf>) -> Option<Ending> {
        match self {
            Self::Made(_) | Self::Placed(_) | Self::Moved { .. } => {
                Some(ending(self.arrived().and_then(|_| self.inverse())))
            }
            Self::Replaced { path, mark, place } => {
                Some(ending(made_way(path, mark, place.as_ref(), arrived)))
            }
            Self::Deleted(path) => match std::fs::symlink_metadata(path.path()) {
                Ok(facts) if facts.is_dir() => None, // what was in it may be gone
                Ok(_) => Some(Ending::Refused),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Ending::Happened(None)),
                Err(_) => None,
            },
        }
    }

    /// Looks again whether that happened which somebody took for refused. Only what can be told from all else counts: a
    /// folder of that name may be anybody's by now, and whoever took a file away need not have been we.
    fn settled_since(&self, arrived: &HashSet<PathBuf>) -> Option<Ending> {
        let is_certain = match self {
            Self::Made(_) => false,
            Self::Placed(_) | Self::Moved { .. } | Self::Deleted(_) => true,
            Self::Replaced { path, mark, place } => {
                let (at, place) = (path.path(), place.as_ref().map(PathText::path));
                arrived.contains(&at) || find_kept(&at, mark, place.as_deref()).is_some()
            }
        };
        let has_happened = |ending: &Ending| matches!(ending, Ending::Happened(_));
        self.settled(arrived).filter(|ending| is_certain && has_happened(ending))
    }

    /// What takes back that it happened, if anything does.
    fn inverse(&self) -> Option<DiskChange> {
        Some(match self {
            Self::Made(path) => DiskChange::RemoveFolder(path.clone()),
            Self::Replaced { path, mark, .. } => {
                DiskChange::Restore { path: path.clone(), kept: None, mark: *mark }
            }
            Self::Placed(placed) => DiskChange::Unplace(placed.clone()),
            Self::Moved { from, placed } => DiskChange::Unmove { placed: placed.clone(), from: from.clone() },
            Self::Deleted(_) => return None,
        })
    }
}

/// Looks whether that of this mark made way, and returns what brings it back if so.
fn made_way(
    path: &PathText,
    mark: &FileMark,
    place: Option<&PathText>,
    arrived: &HashSet<PathBuf>,
) -> Option<DiskChange> {
    let at = path.path();
    let now = FileMark::of(&at).ok();
    if now.is_some_and(|now| mark.is_same(&now)) {
        return None; // it has the name still
    }
    let kept = find_kept(&at, mark, place.map(PathText::path).as_deref());
    // Where it is not found the system's trash has it, unless it never made way and was changed since.
    let has_gone = kept.is_some() || now.is_none() || arrived.contains(&at);
    let kept = kept.map(|kept| kept.as_path().into());
    has_gone.then(|| DiskChange::Restore { path: path.clone(), kept, mark: *mark })
}

/// How a change ended that this takes back, or that did not happen.
fn ending(inverse: Option<DiskChange>) -> Ending {
    match inverse {
        Some(inverse) => Ending::Happened(serde_json::to_value(inverse).ok()),
        None => Ending::Refused,
    }
}

/// What brings back that which had the name of a file that was placed.
fn restored(path: &PathText, mark: FileMark, made_way: &MadeWay) -> Option<DiskChange> {
    let kept = match made_way {
        MadeWay::Nothing => return None,
        MadeWay::Kept(kept) => Some(kept.as_path().into()),
        MadeWay::InSystemTrash => None,
    };
    Some(DiskChange::Restore { path: path.clone(), kept, mark })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use super::*;
    use crate::local::{PartialFile, Target, Trash};
    use crate::store::undo::{GroupKind, GroupTag};
    use crate::worker::disk;

    struct Scene {
        folder: tempfile::TempDir,
        trash: Trash,
    }

    impl Scene {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let trash = Trash::Folder(folder.path().join("trash"));
            Self { folder, trash }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn journal(&self) -> UndoJournal {
            UndoJournal::open(&self.path("journal")).unwrap()
        }

        /// Places a new file over whatever stands there.
        fn place(&self, witness: &Witness) {
            let partial = PartialFile::create(Target::chosen(&self.path("film")).unwrap(), 3).unwrap();
            (&*partial.file()).write_all(b"new").unwrap();
            partial.place(Some(1_000_000_000), Some(&self.trash), witness).unwrap();
        }

        /// Takes from the journal all that says how changes ended, as if the program had been killed before.
        fn forget_ends(&self) {
            let text = std::fs::read_to_string(self.path("journal")).unwrap();
            let kept = text.lines().filter(|line| !line.contains(r#""kind":"end""#));
            std::fs::write(self.path("journal"), kept.flat_map(|line| [line, "\n"]).collect::<String>())
                .unwrap();
        }

        /// Takes back what stands, the last first.
        fn undo(&self) {
            let journal = self.journal();
            let history = journal.history().unwrap();
            assert!(settle(&journal, &history).unwrap(), "something was cut off");
            let history = journal.history().unwrap();
            assert!(!settle(&journal, &history).unwrap(), "now all is known");
            let standing = history.groups().flat_map(|group| group.standing.iter().rev());
            for record in standing {
                let taken =
                    disk::commit(disk::inverse(record, "undo"), &journal.taking_back(record.id), &self.trash);
                taken.unwrap();
            }
        }

        fn film(&self) -> Option<String> {
            std::fs::read_to_string(self.path("film")).ok()
        }
    }

    #[test]
    fn a_file_whose_end_nobody_wrote_down_is_taken_back() {
        let scene = Scene::new();
        scene.place(&witness(scene.journal().in_group(&GroupTag::default())));
        scene.forget_ends();
        scene.undo();
        assert_eq!(scene.film(), None);
    }

    #[test]
    fn what_made_way_comes_back_although_nobody_wrote_down_where_it_went() {
        let scene = Scene::new();
        std::fs::write(scene.path("film"), "old").unwrap();
        scene.place(&witness(scene.journal()));
        assert_eq!(scene.film().as_deref(), Some("new"));
        scene.forget_ends();
        scene.undo();
        assert_eq!(scene.film().as_deref(), Some("old"));
    }

    #[test]
    fn a_move_from_another_disk_that_was_killed_before_its_source_went_leaves_the_source() {
        let scene = Scene::new();
        let from = scene.path("from");
        std::fs::write(&from, "new").unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        File::options().write(true).open(&from).unwrap().set_modified(time).unwrap();
        scene.place(&witness_of_move(scene.journal(), from.clone()));
        scene.forget_ends();
        scene.undo();
        assert_eq!((scene.film(), std::fs::read_to_string(from).unwrap()), (None, "new".to_owned()));
    }

    #[test]
    fn who_placed_a_file_knows_better_than_who_looked_meanwhile() {
        let scene = Scene::new();
        let journal = scene.journal();
        let placed = || {
            std::fs::write(scene.path("seen"), "x").unwrap();
            Placed::of_file(&File::open(scene.path("seen")).unwrap(), &scene.path("film")).unwrap()
        };
        let id = foretell(&journal, &[Foretold::Placed(placed())]).unwrap()[0];
        let seen = journal.history().unwrap();
        journal.end(id, Some(&serde_json::json!("back"))).unwrap();
        assert!(settle(&journal, &seen).unwrap(), "it looks as if it had not happened");
        assert_eq!(journal.history().unwrap().next_undo().map(|group| group.standing.len()), Some(1));
    }

    #[test]
    fn what_looked_refused_while_it_was_on_its_way_is_looked_at_again() {
        let scene = Scene::new();
        let journal = scene.journal();
        std::fs::write(scene.path("seen"), "x").unwrap();
        let placed = Placed::of_file(&File::open(scene.path("seen")).unwrap(), &scene.path("film")).unwrap();
        foretell(&journal, &[Foretold::Placed(placed)]).unwrap();
        let settled = || settle(&journal, &journal.history().unwrap()).unwrap();
        assert!(settled() && journal.history().unwrap().next_undo().is_none());
        assert!(!settled(), "nothing is new");
        std::fs::rename(scene.path("seen"), scene.path("film")).unwrap();
        assert!(settled());
        assert_eq!(journal.history().unwrap().next_undo().map(|group| group.standing.len()), Some(1));
        assert!(!settled(), "now all is known");
    }

    #[test]
    fn what_a_crash_cut_off_while_it_was_removed_for_good_is_known_to_be_gone_or_there() {
        let scene = Scene::new();
        let journal = scene.journal();
        for name in ["gone", "here"] {
            let group = journal.in_group(&GroupTag::new(GroupKind::Doing, name));
            foretell(&group, &[Foretold::Deleted(scene.path(name).as_path().into())]).unwrap();
        }
        std::fs::write(scene.path("here"), "x").unwrap();
        assert!(settle(&journal, &journal.history().unwrap()).unwrap());
        let history = journal.history().unwrap();
        let gone = |group: &crate::store::undo::UndoGroup| {
            let gone = disk::gone_for_good(group.id, history.finals());
            gone.into_iter().map(|lost| lost.name).collect::<Vec<String>>()
        };
        let told: Vec<_> = history.groups().map(|group| (group.stands(), gone(group))).collect();
        assert_eq!(told, [(false, vec![]), (false, vec!["gone".to_owned()])]);
    }

    #[test]
    fn folders_whose_end_nobody_wrote_down_go_again() {
        let scene = Scene::new();
        let target = Target::chosen(&scene.path("new")).unwrap().join_found("deep".as_ref());
        make_folder(&target, &scene.journal()).unwrap();
        assert!(target.path().is_dir());
        scene.forget_ends();
        scene.undo();
        assert!(!scene.path("new").exists());
    }

    #[test]
    fn a_file_that_was_killed_before_it_had_its_name_never_was() {
        let scene = Scene::new();
        std::fs::write(scene.path("film"), "old").unwrap();
        let mark = FileMark::of(&scene.path("film")).unwrap();
        scene.place(&witness(scene.journal()));
        scene.forget_ends();
        let kept = find_kept(&scene.path("film"), &mark, Some(&scene.path("trash"))).unwrap();
        std::fs::rename(kept, scene.path("film")).unwrap();
        scene.undo();
        assert_eq!(scene.film().as_deref(), Some("old"));
    }
}
