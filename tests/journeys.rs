#![cfg(test)]
//! Queue and journals together, through any order of what can happen to uploads: pieces that are sealed, sent and
//! confirmed, pauses, cancels, failures, and processes that are killed with the last line of a journal half written. No
//! server and no time: what the server has is kept beside, and everything is held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use megapane::crypto::chunk;
use megapane::crypto::mac::ChunkMac;
use megapane::handle::NodeHandle;
use megapane::message::{
    CopyId, Direction, Event, Problem, ProblemKind, TransferAction, TransferId, TransferState,
};
use megapane::store::copy_journal::{CopyJournals, CopyRecord};
use megapane::store::transfer_journal::{
    Claim, Head, JournalName, Line, Piece, Range, Record, SourceFacts, TransferJournal, TransferJournals,
    UploadHead, UploadRecord, WrappedKey,
};
use megapane::transfer::queue::{Acted, Activity, End, NewTransfer, Queue, Runs};
use proptest::prelude::*;

/// What happens. A number picks a file, or a line to tear.
#[derive(Clone, Copy, Debug)]
enum Happening {
    /// All that may start starts.
    Start,
    /// A running file seals its next chunk, and the server takes it.
    Move(usize),
    /// The same, but the process hears no answer: the server has it, the journal does not.
    Unheard(usize),
    /// What has changed is told, and the copy's own record written.
    Look,
    Pause(usize),
    Resume(usize),
    Cancel(usize),
    Retry(usize),
    PauseAll,
    ResumeAll,
    Clear,
    Fail(usize),
    /// The process is killed; so many bytes of the last line of a journal never reached the disk.
    Kill(usize, usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let file = 0..FILES.len();
    prop_oneof![
        4 => Just(Start),
        12 => file.clone().prop_map(Move),
        2 => file.clone().prop_map(Unheard),
        2 => Just(Look),
        2 => file.clone().prop_map(Pause),
        2 => file.clone().prop_map(Resume),
        1 => file.clone().prop_map(Cancel),
        1 => file.clone().prop_map(Retry),
        1 => Just(PauseAll),
        2 => Just(ResumeAll),
        1 => Just(Clear),
        1 => file.clone().prop_map(Fail),
        2 => (file, 0_usize..60).prop_map(|(file, torn)| Kill(file, torn)),
    ]
}

/// One file on its way, what the server has of it, and what its journal was given.
#[derive(Default)]
struct File {
    transfer: Option<TransferId>,
    /// While it runs.
    journal: Option<TransferJournal>,
    /// Offsets of chunks that the server has, of the upload that is under way.
    stored: BTreeSet<u64>,
    /// Offsets that the journal was told of, whole.
    noted: BTreeSet<u64>,
    /// How often it became a file.
    made: u32,
    given_up: bool,
}

struct World {
    folder: tempfile::TempDir,
    queue: Queue,
    files: Vec<File>,
    now: Instant,
    record: Option<CopyRecord>,
    /// What the copy's record says, or said before the last line was torn.
    said: [u64; 2],
    /// How long files were when this process began: what was written before no later kill can tear.
    begun: BTreeMap<PathBuf, usize>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self {
            folder,
            queue: Queue::default(),
            files: FILES.iter().map(|_| File::default()).collect(),
            now: Instant::now(),
            record: None,
            said: [0, 0],
            begun: BTreeMap::new(),
        };
        world.record = world.copies().begin(&0.into()).unwrap();
        world.add_all();
        world
    }

    fn journals(&self) -> TransferJournals {
        TransferJournals::in_folder(&self.folder.path().join("transfers"))
    }

    fn copies(&self) -> CopyJournals {
        CopyJournals::in_folder(&self.folder.path().join("copies"))
    }

    /// The same copy again: what is a file already, and what was given up, is no part of it.
    fn add_all(&mut self) {
        for (file, size) in self.files.iter_mut().zip(FILES) {
            if file.made == 0 && !file.given_up {
                file.transfer = Some(self.queue.add(NewTransfer {
                    copy: CopyId(1),
                    direction: Direction::Up,
                    path: "x".into(),
                    new_name: None,
                    modified: None,
                    order_by: None,
                    size,
                    large_limit: 3,
                    runs: Runs::GoOn,
                    held: false,
                }));
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        let act = |world: &mut Self, file: usize, action: fn(TransferId) -> TransferAction| {
            if let Some(id) = world.files[file].transfer {
                let acted = world.queue.act(&action(id));
                world.follow(&acted);
            }
        };
        self.now += Duration::from_millis(70);
        match happening {
            Happening::Start => self.start(),
            Happening::Move(file) => self.take_piece(file, true),
            Happening::Unheard(file) => self.take_piece(file, false),
            Happening::Look => self.look(),
            Happening::Pause(file) => act(self, file, TransferAction::Pause),
            Happening::Resume(file) => act(self, file, TransferAction::Resume),
            Happening::Cancel(file) => act(self, file, TransferAction::Cancel),
            Happening::Retry(file) => act(self, file, TransferAction::Retry),
            Happening::PauseAll => self.act_on_all(&TransferAction::PauseAll),
            Happening::ResumeAll => self.act_on_all(&TransferAction::ResumeAll),
            Happening::Clear => self.act_on_all(&TransferAction::ClearEnded),
            Happening::Fail(file) => self.fail(file),
            Happening::Kill(file, torn) => self.kill(file, torn),
        }
        self.check();
    }

    fn act_on_all(&mut self, action: &TransferAction) {
        let acted = self.queue.act(action);
        self.follow(&acted);
    }

    fn follow(&mut self, acted: &Acted) {
        for id in &acted.stop {
            self.end(*id, End::Stopped);
        }
        for id in &acted.cancelled {
            self.give_up(*id);
        }
        for id in &acted.again {
            let file = self.number(*id);
            self.files[file].given_up = false;
        }
        for id in &acted.removed {
            let file = self.number(*id);
            self.files[file].transfer = None;
        }
    }

    fn number(&self, id: TransferId) -> usize {
        self.files.iter().position(|file| file.transfer == Some(id)).unwrap()
    }

    fn start(&mut self) {
        while let Some(id) = self.queue.start(self.now) {
            let number = self.number(id);
            assert!(self.files[number].journal.is_none() && self.files[number].made == 0, "it runs twice");
            let Claim::Ours(journal, record) = self.journals().claim(&name(number)).unwrap() else {
                panic!("a journal that nobody holds");
            };
            let file = &mut self.files[number];
            match record.map(|record| *record) {
                Some(Record::Up(record)) => {
                    let sent = is_true(&record, file);
                    self.queue.resumed(id, len_of(&sent, FILES[number]));
                    file.noted = sent;
                }
                Some(Record::Down(_)) => panic!("another transfer's journal"),
                None => {
                    assert!(file.noted.is_empty(), "a journal is lost");
                    journal.begin(head(number)).unwrap();
                    file.stored.clear();
                    self.queue.resumed(id, 0);
                }
            }
            file.journal = Some(journal);
        }
    }

    /// Seals the next chunk and sends it; with all of them there it becomes a file.
    fn take_piece(&mut self, number: usize, is_heard: bool) {
        let size = FILES[number];
        let file = &mut self.files[number];
        let Some(journal) = &file.journal else { return };
        let Some(next) = chunk::chunks(size).find(|chunk| !file.noted.contains(&chunk.offset)) else {
            return self.make(number);
        };
        let (offset, len) = (next.offset, u64::from(next.len));
        journal.add(&Line::Piece(Piece::new(offset, len, &[mac(number, offset)]))).unwrap();
        file.stored.insert(offset);
        if is_heard {
            journal.add(&Line::Sent(Range { offset, len })).unwrap();
            file.noted.insert(offset);
        }
        let done = len_of(&file.noted, size);
        if let Some(id) = file.transfer {
            self.queue.report(id, done, &Activity::Moving, self.now);
        }
    }

    fn make(&mut self, number: usize) {
        let file = &mut self.files[number];
        assert_eq!(
            len_of(&file.stored, FILES[number]),
            FILES[number],
            "a file of which the server has a part"
        );
        file.made += 1;
        if let Some(journal) = file.journal.take() {
            journal.remove();
        }
        file.noted.clear();
        file.stored.clear();
        let id = file.transfer.unwrap();
        assert_eq!(self.queue.ended(id, End::Done), Some(TransferState::Done));
    }

    fn look(&mut self) {
        if let Some(event) = self.queue.changes(self.now) {
            let Event::Transfers { changed, .. } = event else { panic!("{event:?}") };
            assert!(changed.len() <= 256 && changed.iter().all(|row| row.done <= row.size));
        }
        let said = self.said[1] + 1;
        self.record.as_ref().unwrap().write(&said.into()).unwrap();
        self.said = [self.said[1], said];
    }

    fn fail(&mut self, number: usize) {
        if self.files[number].journal.is_some() {
            let id = self.files[number].transfer.unwrap();
            self.end(id, End::Failed(Problem::new(ProblemKind::Temporary, "no", "")));
        }
    }

    /// A run is over; its journal stays for the next one, unless it was given up.
    fn end(&mut self, id: TransferId, end: End) {
        let number = self.number(id);
        self.files[number].journal = None;
        if self.queue.ended(id, end) == Some(TransferState::Cancelled) {
            self.give_up(id);
        }
    }

    fn give_up(&mut self, id: TransferId) {
        let number = self.number(id);
        if let Claim::Ours(journal, _) = self.journals().claim(&name(number)).unwrap() {
            journal.remove();
        }
        let file = &mut self.files[number];
        file.noted.clear();
        file.stored.clear();
        file.given_up = true;
    }

    fn kill(&mut self, number: usize, torn: usize) {
        self.queue = Queue::default();
        self.record = None;
        self.files.iter_mut().for_each(|file| {
            file.journal = None;
            file.transfer = None;
        });
        self.tear(number, torn);
        self.tear_file(&only_file(&self.folder.path().join("copies")), torn);
        self.begun = self.lens();
        let (record, said) =
            self.copies().take_free().unwrap().pop().expect("the record of the copy is lost");
        let said = said.as_u64().unwrap();
        assert!(self.said.contains(&said), "{said} was never said, or is long past: {:?}", self.said);
        self.said = [said, said];
        self.record = Some(record);
        self.add_all();
    }

    /// Cuts the end off the last line of a journal: at most that line is lost.
    fn tear(&mut self, number: usize, torn: usize) {
        let path = self.folder.path().join("transfers").join(format!("{}.jsonl", stem(&self.folder, number)));
        let Some(line) = path.exists().then(|| self.tear_file(&path, torn)).flatten() else { return };
        if line.contains("sent") {
            let file = &mut self.files[number];
            let last = chunk::chunks(FILES[number]).filter(|chunk| file.noted.contains(&chunk.offset)).last();
            last.map(|chunk| file.noted.remove(&chunk.offset));
        }
    }

    fn lens(&self) -> BTreeMap<PathBuf, usize> {
        let folders = ["transfers", "copies"].map(|name| self.folder.path().join(name));
        let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap().len()))
            .collect()
    }

    /// Cuts up to `torn` bytes off what this process wrote last, within one line, and returns what that line was.
    fn tear_file(&self, path: &Path, torn: usize) -> Option<String> {
        let text = fs::read_to_string(path).unwrap();
        let begin = text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        let line = text[begin..].trim_end().to_owned();
        // A line's end alone takes nothing away: the next writer puts one before what it adds. The first line is waited for.
        let len = torn.min(line.len());
        let is_new = begin >= self.begun.get(path).copied().unwrap_or(0);
        if text[..begin].trim().is_empty() || len == 0 || !is_new {
            return None;
        }
        fs::write(path, &text[..begin + line.len() - len]).unwrap();
        Some(line)
    }

    /// What must hold at any time.
    fn check(&self) {
        let rows: Vec<_> =
            self.files.iter().filter_map(|file| self.queue.row(file.transfer?, self.now)).collect();
        let totals = self.queue.totals(self.now);
        assert_eq!(totals.count, rows.len() as u64, "one is lost, or there twice");
        assert_eq!(totals.bytes, rows.iter().map(|row| row.size).sum::<u64>());
        assert_eq!(totals.done_bytes, rows.iter().map(|row| row.done).sum::<u64>());
        assert_eq!(totals.ended_count, rows.iter().filter(|row| row.state.is_ended()).count() as u64);
        for (number, file) in self.files.iter().enumerate() {
            assert!(file.made <= 1, "file {number} was made {} times", file.made);
            assert!(file.noted.is_subset(&file.stored), "file {number}: confirmed and not there");
            let is_known = file.transfer.is_some_and(|id| self.queue.row(id, self.now).is_some());
            assert!(is_known || file.transfer.is_none(), "file {number} fell off the list");
        }
    }

    /// Lets everything run to its end, and checks that everything came to it.
    fn finish(mut self) {
        self.act_on_all(&TransferAction::ResumeAll);
        for number in 0..FILES.len() {
            self.happen(Happening::Retry(number));
        }
        for _ in 0..100 {
            self.start();
            (0..FILES.len()).for_each(|number| self.take_piece(number, true));
            self.check();
        }
        for (number, file) in self.files.iter().enumerate() {
            assert!(
                file.made == 1 || (file.given_up || file.transfer.is_none()),
                "file {number} never arrived"
            );
        }
        let totals = self.queue.totals(self.now);
        assert_eq!((totals.ended_count, totals.done_bytes), (totals.count, totals.bytes));
        let left = fs::read_dir(self.folder.path().join("transfers")).map_or(0, Iterator::count);
        let kept = self.files.iter().filter(|file| file.made == 0 && !file.given_up).count();
        assert!(left <= kept, "{left} journals are left of {kept} files that failed and were cleared");
    }
}

/// Returns what the server has by the word of a journal: nothing that it does not have, and everything it was told of.
fn is_true(record: &UploadRecord, file: &File) -> BTreeSet<u64> {
    let sent: BTreeSet<u64> = record.sent.iter().map(|chunk| chunk.offset).collect();
    assert!(sent.is_subset(&file.stored), "the journal says more than the server has");
    assert_eq!(sent, file.noted, "what was written down is lost");
    sent
}

fn only_file(folder: &Path) -> PathBuf {
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

/// The name of a file's journal on the disk.
fn stem(folder: &tempfile::TempDir, number: usize) -> String {
    let entries = fs::read_dir(folder.path().join("transfers")).into_iter().flatten();
    let source = source(number);
    for entry in entries {
        let path = entry.unwrap().path();
        if fs::read_to_string(&path).unwrap().contains(source.to_str().unwrap()) {
            return path.file_stem().unwrap().to_str().unwrap().to_owned();
        }
    }
    "none".to_owned()
}

fn source(number: usize) -> PathBuf {
    Path::new("/home/ann").join(format!("file-{number}"))
}

fn parent() -> NodeHandle {
    NodeHandle::from_bytes([1; 6])
}

fn name(number: usize) -> JournalName {
    JournalName::upload(&source(number), parent(), "x")
}

fn head(number: usize) -> Head {
    let content =
        SourceFacts { size: FILES[number], modified: (1, 0), inode: None, fingerprint: String::new() };
    Head::Up(UploadHead {
        source: source(number).as_path().into(),
        content,
        parent: parent(),
        name: "x".into(),
        url: "https://storage.example.org/ul/x".into(),
        begun: 1,
        key: WrappedKey(vec![3; 32]),
        copy: None,
    })
}

fn mac(number: usize, offset: u64) -> ChunkMac {
    ChunkMac([offset.to_be_bytes(), (number as u64).to_be_bytes()].concat().try_into().unwrap())
}

fn len_of(offsets: &BTreeSet<u64>, size: u64) -> u64 {
    chunk::chunks(size)
        .filter(|chunk| offsets.contains(&chunk.offset))
        .map(|chunk| u64::from(chunk.len))
        .sum()
}

/// Sizes, bytes: one chunk, several, and large ones that wait for each other.
const FILES: [u64; 5] = [100, 500_000, 1_500_000, 2_000_000, 3_000_000];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_nothing_is_lost_and_nothing_is_made_twice(
        happenings in proptest::collection::vec(happening(), 1..120),
    ) {
        let mut world = World::new();
        for happening in happenings {
            world.happen(happening);
        }
        world.finish();
    }
}
