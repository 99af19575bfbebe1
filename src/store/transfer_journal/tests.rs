//! The journal's promises: what is read back is a part of what was written, whatever happened to the file; one owner at
//! a time; nothing left behind.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::crypto::chunk;
use crate::crypto::mac::ChunkMac;

const SIZE: u64 = (9 << 20) + 5;

fn node(byte: u8) -> NodeHandle {
    NodeHandle::from_bytes([byte; 6])
}

fn up() -> Head {
    Head::Up(UploadHead {
        source: Path::new("/home/ann/film.mkv").into(),
        content: SourceFacts {
            size: SIZE,
            modified: (1_000_000_007, 5),
            inode: Some(7),
            fingerprint: "f".into(),
        },
        parent: node(1),
        name: "film.mkv".into(),
        url: "https://storage.example.org/ul/x".into(),
        begun: 1_700_000_000,
        key: WrappedKey(vec![3; 32]),
        copy: None,
    })
}

fn down() -> Head {
    Head::Down(DownloadHead {
        node: node(2),
        key: WrappedKey(vec![4; 32]),
        size: SIZE,
        partial: Path::new("/home/ann/.megapane-resume-1.part").into(),
        target: Path::new("/home/ann/film.mkv").into(),
        begun: 1_700_000_000,
        copy: Some(9),
    })
}

/// The MAC that the truth has for a chunk.
fn mac(offset: u64) -> ChunkMac {
    ChunkMac([offset.to_be_bytes(), offset.to_le_bytes()].concat().try_into().unwrap())
}

fn piece(offset: u64, len: u64) -> Piece {
    let macs: Vec<ChunkMac> =
        chunk::chunks_from(offset, offset + len).map(|chunk| mac(chunk.offset)).collect();
    Piece::new(offset, len, &macs)
}

/// Everything that a whole transfer writes, the head first.
fn lines(head: Head) -> Vec<Line> {
    let is_up = matches!(head, Head::Up(_));
    let mut lines = vec![Line::Head(FORM, head)];
    for (offset, len) in chunk::pieces(SIZE, 1 << 20) {
        lines.push(Line::Piece(piece(offset, len)));
        if is_up {
            lines.push(Line::Sent(Range { offset, len }));
        }
    }
    if is_up {
        lines.extend([Line::Token(vec![1; 36]), Line::Putting]);
    }
    lines
}

fn text(lines: &[Line]) -> Vec<u8> {
    lines.iter().flat_map(|line| [serde_json::to_vec(line).unwrap(), b"\n".to_vec()].concat()).collect()
}

/// Nothing in a record is other than the truth.
fn assert_true(record: Option<&Record>) {
    let (macs, sent) = match record {
        None => return,
        Some(Record::Up(record)) => {
            assert_eq!(Head::Up(record.head.clone()), up());
            assert!(record.token.as_ref().is_none_or(|token| *token == [1; 36]));
            (&record.sealed, record.sent.clone())
        }
        Some(Record::Down(record)) => {
            assert_eq!(Head::Down(record.head.clone()), down());
            (&record.written, Vec::new())
        }
    };
    let truth: BTreeSet<u64> = chunk::chunks(SIZE).map(|chunk| chunk.offset).collect();
    assert!(macs.iter().all(|(offset, found)| truth.contains(offset) && *found == mac(*offset)));
    assert!(sent.iter().all(|chunk| macs.contains_key(&chunk.offset)), "sent, but never sealed");
    assert!(sent.is_sorted_by_key(|chunk| chunk.offset));
    assert!(sent.iter().all(|sent| chunk::chunks(SIZE).any(|chunk| chunk == *sent)));
}

/// How much a record has: chunks with a MAC, confirmed ones, the token, and whether it was being put.
fn amount(record: Option<&Record>) -> (usize, usize, bool, bool) {
    match record {
        None => (0, 0, false, false),
        Some(Record::Up(record)) => {
            (record.sealed.len(), record.sent.len(), record.token.is_some(), record.putting)
        }
        Some(Record::Down(record)) => (record.written.len(), 0, false, false),
    }
}

#[test]
fn a_journal_cut_at_any_byte_says_what_was_written_before() {
    for head in [up(), down()] {
        let lines = lines(head);
        let whole = text(&lines);
        let mut last = (0, 0, false, false);
        for len in 0..=whole.len() {
            let record = Record::read(&whole[..len]);
            assert_true(record.as_ref());
            let now = amount(record.as_ref());
            assert!(now >= last, "more bytes say less: {last:?}, then {now:?} at {len}");
            last = now;
        }
        assert_eq!(last.0 as u64, chunk::count(SIZE), "the whole says all");
    }
    assert_eq!(amount(Record::read(&text(&lines(up()))).as_ref()), (13, 13, true, true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lines_in_any_order_lost_doubled_or_spoilt_say_nothing_wrong(
        order in Just(lines(up())).prop_shuffle(),
        lost in proptest::collection::vec(any::<bool>(), 40),
        garbage in "[ -~]{0,20}",
        torn in 0usize..200,
    ) {
        let mut bytes = Vec::new();
        for (line, lost) in order.iter().zip(lost) {
            let line = serde_json::to_vec(line).unwrap();
            if lost {
                bytes.extend_from_slice(&line[..torn.min(line.len())]);
            } else {
                bytes.extend_from_slice(&line);
                bytes.push(b'\n');
                bytes.extend_from_slice(&line);
            }
            bytes.push(b'\n');
            bytes.extend_from_slice(garbage.as_bytes());
            bytes.push(b'\n');
        }
        assert_true(Record::read(&bytes).as_ref());
    }

    #[test]
    fn what_is_said_does_not_depend_on_the_order(order in Just(lines(up())).prop_shuffle()) {
        prop_assert_eq!(Record::read(&text(&order)), Record::read(&text(&lines(up()))));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>, offset: u64, len: u64, macs: Vec<u8>) {
        let hostile = Line::Piece(Piece { offset, len, macs });
        let range = Line::Sent(Range { offset, len });
        let _ = Record::read(&[&text(&lines(up())), &text(&[hostile, range]), &bytes[..]].concat());
    }
}

#[test]
fn a_chunk_with_two_macs_voids_the_journal() {
    let mut lines = lines(up());
    lines.push(Line::Piece(Piece::new(0, 128 << 10, &[ChunkMac([9; 16])])));
    assert_eq!(Record::read(&text(&lines)), None);
}

#[test]
fn another_form_or_two_heads_say_nothing() {
    assert_eq!(Record::read(&text(&[Line::Head(FORM + 1, up())])), None);
    assert_eq!(Record::read(&text(&[Line::Head(FORM, up()), Line::Head(FORM, down())])), None);
    assert_eq!(Record::read(b""), None);
    assert_eq!(Record::read(b"somebody else's file\n"), None);
}

#[cfg(unix)]
#[test]
fn paths_that_are_no_unicode_come_back() {
    use std::os::unix::ffi::OsStrExt;
    let path = Path::new(std::ffi::OsStr::from_bytes(b"/home/\xff/a"));
    let text = serde_json::to_string(&PathText::from(path)).unwrap();
    assert_eq!(serde_json::from_str::<PathText>(&text).unwrap().path(), path);
}

// ---------------------------------------------------------------------------------------------- files

fn journals() -> (tempfile::TempDir, TransferJournals) {
    let folder = tempfile::tempdir().unwrap();
    let journals = TransferJournals::in_folder(&folder.path().join("work"));
    (folder, journals)
}

fn name() -> JournalName {
    JournalName::download(node(2), Path::new("/home/ann/film.mkv"))
}

fn ours(journals: &TransferJournals) -> (TransferJournal, Option<Record>) {
    match journals.claim(&name()).unwrap() {
        Claim::Ours(journal, record) => (journal, record.map(|record| *record)),
        other @ (Claim::Held | Claim::Unkept) => panic!("{other:?}"),
    }
}

fn files(folder: &tempfile::TempDir) -> usize {
    fs::read_dir(folder.path().join("work")).map_or(0, Iterator::count)
}

#[test]
fn what_was_written_is_there_for_the_next_one() {
    let (folder, journals) = journals();
    let (journal, record) = ours(&journals);
    assert_eq!(record, None);
    journal.begin(down()).unwrap();
    journal.add(&Line::Piece(piece(0, 128 << 10))).unwrap();
    drop(journal);
    let (journal, record) = ours(&journals);
    assert_eq!(amount(record.as_ref()), (1, 0, false, false));
    journal.add(&Line::Piece(piece(128 << 10, 256 << 10))).unwrap();
    drop(journal);
    let (journal, record) = ours(&journals);
    assert_eq!(amount(record.as_ref()), (2, 0, false, false));
    journal.begin(down()).unwrap();
    drop(journal);
    let (journal, record) = ours(&journals);
    assert_eq!(amount(record.as_ref()), (0, 0, false, false));
    assert!(record.is_some());
    journal.remove();
    journal.add(&Line::Putting).unwrap();
    drop(journal);
    assert_eq!(files(&folder), 0);
}

#[test]
fn a_journal_has_one_owner_and_one_that_was_never_begun_leaves_no_file() {
    let (folder, journals) = journals();
    let (journal, _) = ours(&journals);
    assert!(matches!(journals.claim(&name()).unwrap(), Claim::Held));
    assert!(!journal.is_begun());
    let other = JournalName::download(node(3), Path::new("/home/ann/film.mkv"));
    assert!(matches!(journals.claim(&other).unwrap(), Claim::Ours(..)), "another transfer is not concerned");
    drop(journal);
    assert_eq!(files(&folder), 0);
    ours(&journals);
}

#[test]
fn a_line_after_a_torn_one_stands_on_its_own() {
    let (folder, journals) = journals();
    let (journal, _) = ours(&journals);
    journal.begin(down()).unwrap();
    drop(journal);
    let path = fs::read_dir(folder.path().join("work")).unwrap().next().unwrap().unwrap().path();
    let head = fs::read(&path).unwrap();
    fs::write(&path, [&head[..], b"{\"piece\":{\"offs"].concat()).unwrap();
    let (journal, record) = ours(&journals);
    assert!(record.is_some());
    journal.add(&Line::Piece(piece(0, 128 << 10))).unwrap();
    drop(journal);
    assert_eq!(amount(ours(&journals).1.as_ref()).0, 1);
}

#[test]
fn only_free_journals_are_shown_and_damaged_ones_go() {
    let (folder, journals) = journals();
    let (journal, _) = ours(&journals);
    journal.begin(down()).unwrap();
    fs::write(folder.path().join("work/damaged.jsonl"), b"\0\0\0\0").unwrap();
    fs::write(folder.path().join("work/notes.txt"), b"not ours").unwrap();
    let shown = |journals: &TransferJournals| {
        let mut records = Vec::new();
        journals.each_free(|_, record| records.extend(record)).unwrap();
        records.len()
    };
    assert_eq!(shown(&journals), 0);
    drop(journal);
    assert_eq!(shown(&journals), 1);
    assert_eq!(files(&folder), 2, "the journal and the file that is not ours");
    TransferJournals::none().each_free(|_, _| panic!("there is none")).unwrap();
    TransferJournals::in_folder(&folder.path().join("missing")).each_free(|_, _| ()).unwrap();
}

#[test]
fn names_tell_transfers_apart() {
    let names = [
        JournalName::download(node(1), Path::new("/a/b")),
        JournalName::download(node(2), Path::new("/a/b")),
        JournalName::download(node(1), Path::new("/a/bc")),
        JournalName::upload(Path::new("/a/b"), node(1), "c"),
        JournalName::upload(Path::new("/a/b"), node(1), "d"),
        JournalName::upload(Path::new("/a/bc"), node(1), ""),
    ];
    let all: BTreeSet<&JournalName> = names.iter().collect();
    assert_eq!(all.len(), names.len());
    assert_eq!(JournalName::download(node(1), Path::new("/a/b")), names[0]);
    assert_eq!(names[0].short().len(), 32);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_them() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, journals) = journals();
    let (journal, _) = ours(&journals);
    journal.begin(up()).unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path().join("work")), 0o700);
    let file = fs::read_dir(folder.path().join("work")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(file), 0o600);
}

#[test]
fn a_full_disk_costs_a_line_and_no_more() {
    // /dev/full takes nothing: as good as a disk that is.
    let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else { return };
    let (_folder, journals) = journals();
    let (journal, _) = ours(&journals);
    journal.begin(down()).unwrap();
    let good = std::mem::replace(&mut journal.pen().file, full);
    assert!(journal.add(&Line::Piece(piece(0, 128 << 10))).is_err());
    journal.pen().file = good;
    journal.add(&Line::Piece(piece(128 << 10, 256 << 10))).unwrap();
    assert!(journal.is_begun());
    drop(journal);
    assert_eq!(amount(ours(&journals).1.as_ref()).0, 1);
}
