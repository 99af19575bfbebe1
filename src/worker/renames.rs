//! Renaming many at once: writes their names into a file for the user's editor, reads it back, and carries out what it
//! says once the user has seen it. `name_sheet` knows the file; here are the disk, the account, and one group of undo. The
//! entries may be in several folders: names stand in each other's way only within one.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use unicode_normalization::UnicodeNormalization;

use super::actor::Actor;
use super::changes::{ChangeDone, Landing, Worded};
use super::disk;
use super::jobs::{Done, blocking};
use super::name_sheet::{self, Chain, Folder, Step};
use super::problem::{self, unknown_account};
use super::refusal::{fixed, name_entries, not_ready};
use super::selection::Selected;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::local::{self, Trash};
use crate::message::{Event, Problem, ProblemKind, RenamePlan, RenameRow, RenamesId, Selection};
use crate::session::change::Change;
use crate::store::undo::{GroupKind, GroupTag, UndoJournal};

/// A renaming that is being written, or waits for the user's word.
pub(crate) struct Renames {
    parent: Location,
    /// What is renamed, a line each: nodes of the account, or names in their folders of the disk.
    keys: Vec<EntryKey>,
    names: Vec<String>,
    homes: Vec<Home>,
    sheet: Option<TempPath>,
    /// What the file says, where it can be done.
    wanted: Option<Vec<String>>,
}

/// A folder that entries are in.
struct Home {
    folder: Location,
    /// The lines that are about its entries.
    lines: Vec<usize>,
}

/// What a job of a renaming brings.
pub(crate) enum RenamesDone {
    /// The file was written.
    Written(RenamesId, Result<TempPath, Problem>),
    /// The file was read, and on the disk also what is in each folder.
    Read(RenamesId, Result<(String, Vec<HashSet<String>>), Problem>),
}

impl Actor {
    /// Writes the names of entries into a file.
    pub(crate) fn write_names(&mut self, id: RenamesId, selection: Selection) {
        let renames = match self.select(selection).and_then(|selected| self.new_renames(selected)) {
            Ok(renames) => renames,
            Err(problem) => return self.send(Event::NameSheet { renames: id, sheet: Err(problem) }),
        };
        let text = name_sheet::write(&renames.names);
        self.renames.insert(id, renames);
        let done = move |written| Done::Renames(RenamesDone::Written(id, written));
        let broken = done(Err(problem::broke_down("write the names into a file")));
        self.jobs.start_blocking(broken, move || {
            let written = write_sheet(&text);
            done(written.map_err(|error| problem::of_io("write the names into a file", &error)))
        });
    }

    /// Reads the names back and says what would be called what.
    pub(crate) fn read_names(&mut self, id: RenamesId) {
        let Some(renames) = self.renames.get(&id) else { return self.send(Event::Failed(no_renames())) };
        let Some(path) = renames.sheet.as_ref().map(|sheet| sheet.to_path_buf()) else {
            return self.send(Event::Failed(no_renames()));
        };
        let on_disk = |home: &Home| match &home.folder {
            Location::Local(folder) => Some(folder.clone()),
            Location::Cloud { .. } => None,
        };
        let folders: Vec<PathBuf> = renames.homes.iter().filter_map(on_disk).collect();
        let done = move |read| Done::Renames(RenamesDone::Read(id, read));
        let broken = done(Err(problem::broke_down("read the names")));
        self.jobs.start_blocking(broken, move || {
            let names = |folder: &PathBuf| -> io::Result<HashSet<String>> {
                let listed = local::list(folder)?;
                Ok(listed.iter().map(|entry| entry.name.to_string_lossy().into_owned()).collect())
            };
            let listed = || folders.iter().map(names).collect::<io::Result<Vec<_>>>();
            let read = read_sheet(&path).and_then(|text| Ok((text, listed()?)));
            done(read.map_err(|error| problem::of_io("read the names", &error)))
        });
    }

    /// Takes what a job of a renaming brings.
    pub(crate) fn renames_done(&mut self, done: RenamesDone) {
        match done {
            RenamesDone::Written(id, Ok(sheet)) => {
                let path = sheet.to_path_buf();
                if let Some(renames) = self.renames.get_mut(&id) {
                    renames.sheet = Some(sheet);
                    self.send(Event::NameSheet { renames: id, sheet: Ok(path) });
                }
            }
            RenamesDone::Written(id, Err(problem)) => {
                self.renames.remove(&id);
                self.send(Event::NameSheet { renames: id, sheet: Err(problem) });
            }
            RenamesDone::Read(id, Ok((text, listed))) => self.plan_renames(id, &text, &listed),
            RenamesDone::Read(_, Err(problem)) => self.send(Event::Failed(problem)),
        }
    }

    /// Forgets a renaming, and removes its file.
    pub(crate) fn drop_renames(&mut self, id: RenamesId) {
        self.renames.remove(&id);
    }

    /// Renames as the file says.
    pub(crate) fn start_renames(&mut self, id: RenamesId) {
        let Some(Renames { parent, keys, names, homes, wanted: Some(wanted), .. }) = self.renames.remove(&id)
        else {
            return self.send(Event::Failed(no_renames()));
        };
        let chains_of =
            |home: &Home, same: fn(&str) -> String| name_sheet::chains(&home.lines, (&names, &wanted), same);
        let count = names.iter().zip(&wanted).filter(|(old, new)| old != new).count();
        let line = format!("renamed {count} {}", if count == 1 { "entry" } else { "entries" });
        match parent {
            Location::Local(_) => {
                let what =
                    |step: &Step| format!("rename \"{}\" to \"{}\"", names[step.line], wanted[step.line]);
                let (mut folders, mut chains) = (Vec::new(), Vec::new());
                for home in &homes {
                    let Location::Local(folder) = &home.folder else { continue };
                    let own = chains_of(home, str::to_owned);
                    chains.extend(own.iter().map(|chain| moves(folder, &keys, chain, &what)));
                    folders.push(folder.clone());
                }
                self.rename_on_disk(folders, line, chains);
            }
            Location::Cloud { account, .. } => {
                let chains: Vec<Chain> = homes.iter().flat_map(|home| chains_of(home, nfc)).collect();
                self.change_cloud(&account, line, Landing::None, |session, tree| {
                    let rename = |step: &Step| {
                        let EntryKey::Node(node) = keys[step.line] else {
                            return Err(fixed(&keys[step.line], "renamed"));
                        };
                        let what = format!("rename \"{}\"", step.from);
                        if tree.node(node).and_then(|node| node.name()) != Some(step.from.as_str()) {
                            let message = format!("Cannot {what}: it has another name by now");
                            return Err(Problem::new(ProblemKind::Temporary, message, "Try it again."));
                        }
                        let change = Change::Rename { node, from: step.from.clone(), to: step.to.clone() };
                        session.prepare(tree, change).map_err(|error| problem::of_change(&what, &error))
                    };
                    // By handle: what is in a circle needs no name in between, for names may meet for a moment there.
                    let row = |chain: Chain| -> Worded {
                        let what = chain
                            .steps
                            .first()
                            .map_or_else(String::new, |step| format!("rename \"{}\"", step.from));
                        (what, chain.steps.iter().map(rename).collect())
                    };
                    Ok(chains.into_iter().map(row).collect())
                });
            }
        }
    }

    fn new_renames(&self, selected: Selected) -> Result<Renames, Problem> {
        let Selected::Entries { parent, mut keys } = selected else { return Err(name_entries("rename")) };
        let (names, folders) = match &parent {
            Location::Local(top) => on_disk(top, &mut keys)?,
            Location::Cloud { account, folder } => {
                let of_node = |key: &EntryKey| self.name_of(account, *folder, key);
                keys.iter().map(of_node).collect::<Result<Vec<_>, _>>()?.into_iter().unzip()
            }
        };
        Ok(Renames { parent, keys, names, homes: Home::of_each(folders), sheet: None, wanted: None })
    }

    /// Returns the name of an entry of an account and the folder that it is in, which is `top` where that is not known.
    fn name_of(&self, name: &str, top: CloudFolder, key: &EntryKey) -> Result<(String, Location), Problem> {
        let account = self.accounts.get(name).ok_or_else(|| unknown_account(name))?;
        let (session, tree) = account.ready().ok_or_else(|| not_ready(name))?;
        let EntryKey::Node(node) = key else { return Err(fixed(key, "renamed")) };
        let label = tree.node(*node).map_or_else(|| format!("H:{node}"), |node| node.label());
        let own = tree.node(*node).and_then(|node| node.name()).unwrap_or_default().to_owned();
        // That it may be renamed at all is known before the user types anything.
        let change = Change::Rename { node: *node, from: own.clone(), to: "x".to_owned() };
        let what = format!("rename \"{label}\"");
        session.prepare(tree, change).map_err(|error| problem::of_change(&what, &error))?;
        let folder = tree.folder_of(*node).unwrap_or(top);
        Ok((own, Location::Cloud { account: name.to_owned(), folder }))
    }

    fn plan_renames(&mut self, id: RenamesId, text: &str, listed: &[HashSet<String>]) {
        let Some(renames) = self.renames.get(&id) else { return };
        let place = self.heading(&renames.parent).title;
        let mut plan = RenamePlan { renames: id, place, ..RenamePlan::default() };
        match name_sheet::read(text, renames.names.len()) {
            Err(faults) => plan.faults = faults,
            Ok(wanted) => {
                plan.faults = self.name_faults(renames, &wanted, listed);
                let pairs = renames.names.iter().zip(&wanted).filter(|(from, to)| from != to);
                plan.rows =
                    pairs.map(|(from, to)| RenameRow { from: from.clone(), to: to.clone() }).collect();
                plan.unchanged_count = (renames.names.len() - plan.rows.len()) as u64;
                if plan.faults.is_empty()
                    && let Some(renames) = self.renames.get_mut(&id)
                {
                    renames.wanted = Some(wanted);
                }
            }
        }
        self.send(Event::Renames(plan));
    }

    /// Holds new names against what else is in their folders; `listed` is what is in those of the disk.
    fn name_faults(&self, renames: &Renames, wanted: &[String], listed: &[HashSet<String>]) -> Vec<String> {
        let names = (&renames.names[..], wanted);
        let mut faults = Vec::new();
        for (number, home) in renames.homes.iter().enumerate() {
            let (others, longest, same): (HashSet<String>, _, fn(&str) -> String) = match &home.folder {
                Location::Local(_) => {
                    let own: HashSet<&String> = home.lines.iter().map(|&line| &renames.names[line]).collect();
                    let listed = listed.get(number).into_iter().flatten();
                    let others = listed.filter(|name| !own.contains(name)).cloned().collect();
                    (others, LONGEST_ON_DISK, str::to_owned)
                }
                Location::Cloud { account, folder } => {
                    let own: HashSet<&EntryKey> =
                        home.lines.iter().map(|&line| &renames.keys[line]).collect();
                    let tree = self.accounts.get(account).and_then(|account| account.tree.as_deref());
                    let nodes = tree.into_iter().flat_map(|tree| tree.contents(*folder));
                    let others = nodes.filter(|node| !own.contains(&EntryKey::Node(node.handle())));
                    (others.filter_map(|node| node.name().map(nfc)).collect(), LONGEST_IN_CLOUD, nfc)
                }
            };
            let folder = Folder { others: &others, longest, same };
            faults.extend(name_sheet::faults(&home.lines, names, &folder));
        }
        faults.sort();
        faults.into_iter().map(|(_, fault)| fault).collect()
    }

    fn rename_on_disk(&mut self, folders: Vec<PathBuf>, line: String, chains: Vec<Vec<Move>>) {
        let journal = self.disk_journal.in_group(&GroupTag::new(GroupKind::Doing, &line));
        let trash = self.trash.clone();
        let done = move |folders, line, results| {
            Done::Change(ChangeDone::Local { folders, line, landing: Landing::None, results })
        };
        let broken = done(folders.clone(), String::new(), vec![Err(problem::broke_down("rename that"))]);
        self.change_begins();
        self.jobs.start_kept(broken, async move {
            let renamed = move || chains.iter().flat_map(|chain| follow(chain, &journal, &trash)).collect();
            let results = blocking(renamed).await;
            done(folders, line, results)
        });
    }
}

impl Home {
    /// Sorts lines by their folders; what is deeper comes first, so that it is where it was when its turn comes.
    fn of_each(folders: Vec<Location>) -> Vec<Self> {
        let mut homes: Vec<Self> = Vec::new();
        let mut known: HashMap<Location, usize> = HashMap::new();
        for (line, folder) in folders.into_iter().enumerate() {
            let at = *known.entry(folder).or_insert_with_key(|folder| {
                homes.push(Self { folder: folder.clone(), lines: Vec::new() });
                homes.len() - 1
            });
            homes[at].lines.push(line);
        }
        homes.sort_by_key(|home| match &home.folder {
            Location::Local(folder) => Reverse(folder.components().count()),
            Location::Cloud { .. } => Reverse(0),
        });
        homes
    }
}

/// Returns the names of entries of the disk and the folders that they are in, below `top`; leaves the names as keys.
fn on_disk(top: &Path, keys: &mut [EntryKey]) -> Result<(Vec<String>, Vec<Location>), Problem> {
    let mut found = (Vec::new(), Vec::new());
    for key in keys {
        let EntryKey::Name(path) = &*key else { return Err(fixed(key, "renamed")) };
        let path = Path::new(path);
        let Some(name) = path.file_name() else { return Err(fixed(key, "renamed")) };
        found.0.push(name.to_string_lossy().into_owned());
        found.1.push(Location::Local(top.join(path.parent().unwrap_or(Path::new("")))));
        *key = EntryKey::Name(name.to_owned());
    }
    Ok(found)
}

/// A rename on the disk, in words.
struct Move {
    what: String,
    from: PathBuf,
    to: PathBuf,
}

/// The renames of a chain. The first of a circle steps aside until its name is free.
fn moves(folder: &Path, keys: &[EntryKey], chain: &Chain, what: &impl Fn(&Step) -> String) -> Vec<Move> {
    let old = |step: &Step| match &keys[step.line] {
        EntryKey::Name(name) => folder.join(name),
        EntryKey::Node(_) | EntryKey::Place(_) => folder.join(&step.from),
    };
    let to_move = |step: &Step| Move { what: what(step), from: old(step), to: folder.join(&step.to) };
    let mut moves: Vec<Move> = chain.steps.iter().map(to_move).collect();
    if chain.is_cycle && !moves.is_empty() {
        let first = moves.remove(0);
        let aside = folder.join(format!(".megapane-rename-{:016x}", getrandom::u64().unwrap_or_default()));
        moves.insert(0, Move { what: first.what.clone(), from: first.from, to: aside.clone() });
        moves.push(Move { what: first.what, from: aside, to: first.to });
    }
    moves
}

/// Makes the renames of a chain until one fails; a circle that cannot be closed goes back to where it was. Blocks.
fn follow(chain: &[Move], journal: &UndoJournal, trash: &Trash) -> Vec<Result<(), Problem>> {
    let commit = |what: &str, from: &PathBuf, to: &PathBuf| {
        disk::commit(Ok((what.to_owned(), disk::rename(from, to))), journal, trash)
    };
    let is_circle =
        chain.len() > 1 && chain.first().zip(chain.last()).is_some_and(|(first, last)| first.to == last.from);
    let mut results = Vec::new();
    for (step, made) in chain.iter().zip(0..) {
        let result = commit(&step.what, &step.from, &step.to);
        let has_failed = result.is_err();
        results.push(result);
        if !has_failed {
            continue;
        }
        if is_circle {
            for step in chain[..made].iter().rev() {
                results.push(commit(&step.what, &step.to, &step.from));
            }
        } else {
            let not_tried = |step: &Move| {
                let message = format!("Did not {}: its new name was not free", step.what);
                Err(Problem::new(ProblemKind::Permanent, message, ""))
            };
            results.extend(chain[made + 1..].iter().map(not_tried));
        }
        break;
    }
    results
}

fn nfc(name: &str) -> String {
    name.nfc().collect()
}

/// Writes a file that only its owner reads.
fn write_sheet(text: &str) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix("megapane-names-").suffix(".txt").tempfile()?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(file.into_temp_path())
}

/// Reads it back, however the editor wrote it.
fn read_sheet(path: &Path) -> io::Result<String> {
    let file = std::fs::File::open(path)?;
    let mut text = String::new();
    io::Read::read_to_string(&mut io::Read::take(file, LARGEST_SHEET), &mut text)?;
    Ok(text)
}

fn no_renames() -> Problem {
    Problem::new(ProblemKind::Other, "There is no renaming of that number", "")
}

/// In bytes, as every disk has it that people use.
const LONGEST_ON_DISK: usize = 255;

/// In bytes; `session::change` refuses more.
const LONGEST_IN_CLOUD: usize = 4096;

/// In bytes: a million names of 64 bytes.
const LARGEST_SHEET: u64 = 64 << 20;
