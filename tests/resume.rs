#![cfg(test)]
#![cfg(unix)]
//! Transfers that are left in the middle, at every point there is, and gone on with: the bytes are right, little moves
//! twice, one node comes of it, and nothing is left behind. The emulator runs in process and time is paused.

mod login;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use login::login;
use megapane::crypto::key::{FileKey, NodeKey};
use megapane::crypto::mac;
use megapane::emulator::{Emulator, NewAccount, Owner};
use megapane::handle::NodeHandle;
use megapane::local::{Target, unwitnessed};
use megapane::session::Session;
use megapane::session::change::{Put, PutTarget};
use megapane::store::transfer_journal::{Claim, JournalName, TransferJournals};
use megapane::store::undo::UndoJournal;
use megapane::transfer::download::{Download, Existing, download};
use megapane::transfer::upload::{Upload, upload};
use megapane::transfer::{Keep, Limits, Progress, TransferError, leftover};
use tokio_util::sync::CancellationToken;

const EMAIL: &str = "ann@example.org";
const SIZE: usize = (12 << 20) + 5;
/// Bytes of one piece at most: one MiB, and the rest of the chunk in which it ends.
const PIECE: u64 = 2 << 20;
/// Pieces under way at once.
const CONNECTIONS: u64 = 5;

/// An account on an emulator, a folder for files, and one for journals.
struct Scene {
    emulator: Emulator,
    owner: Owner,
    session: Session,
    folder: tempfile::TempDir,
    state: tempfile::TempDir,
    progress: Arc<Progress>,
}

impl Scene {
    async fn new() -> Self {
        let emulator = Emulator::new();
        let owner = emulator.add_account(NewAccount::new(EMAIL));
        let session = login(&emulator, EMAIL).await;
        let folder = tempfile::tempdir().unwrap();
        let state = tempfile::tempdir().unwrap();
        Self { emulator, owner, session, folder, state, progress: Arc::default() }
    }

    /// Everything as at the beginning, but for the login, whose keys take long to make.
    fn begin_again(&mut self) {
        self.emulator.clear_faults();
        for item in self.owner.items(self.owner.roots()[0]) {
            self.owner.delete(&item.name.unwrap()).unwrap();
        }
        self.emulator.clear_seen();
        self.folder = tempfile::tempdir().unwrap();
        self.state = tempfile::tempdir().unwrap();
    }

    fn keep(&self) -> Keep {
        Keep { journals: TransferJournals::in_folder(self.state.path()), copy: None }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("film")
    }

    fn fault(&self, text: &str) {
        self.emulator.fault(text).unwrap();
    }

    fn cloud_file(&self, bytes: &[u8]) -> NodeHandle {
        self.owner.file("film", bytes, 1_000_000_007)
    }

    /// A run of the download of a node; what an earlier one left is in the scene.
    fn download(&mut self, node: NodeHandle, size: usize) -> Download {
        self.progress = Arc::default();
        let Some(NodeKey::File(key)) = self.owner.node_key(node) else { panic!("not a file") };
        Download {
            session: self.session.clone(),
            node,
            key,
            size: size as u64,
            modified: None,
            target: Target::chosen(&self.path()).unwrap(),
            existing: Existing::Fail,
            witness: unwitnessed(),
            keep: self.keep(),
            limits: Limits::default(),
            progress: Arc::clone(&self.progress),
            cancel: CancellationToken::new(),
        }
    }

    /// A run of the upload of the local file.
    fn upload(&mut self) -> Upload {
        self.progress = Arc::default();
        Upload {
            session: self.session.clone(),
            source: self.path().into(),
            target: PutTarget::new(self.owner.roots()[0], "film".to_owned()),
            journal: UndoJournal::none(),
            keep: self.keep(),
            limits: Limits::default(),
            progress: Arc::clone(&self.progress),
            cancel: CancellationToken::new(),
        }
    }

    fn local_names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Lines in the only journal there is.
    fn line_count(&self) -> usize {
        lines(self.state.path())
    }

    fn journal_count(&self) -> usize {
        fs::read_dir(self.state.path()).unwrap().count()
    }

    /// Bytes asked for in downloads so far.
    fn asked(&self) -> u64 {
        let seen = self.emulator.seen();
        let ranges = seen.iter().filter_map(|seen| seen.path.strip_prefix("/dl/")?.split('/').nth(1));
        ranges
            .map(|range| {
                let (first, last) = range.split_once('-').unwrap();
                last.parse::<u64>().unwrap() + 1 - first.parse::<u64>().unwrap()
            })
            .sum()
    }

    /// Bytes of pieces that were sent so far.
    fn sent(&self) -> u64 {
        let seen = self.emulator.seen();
        seen.iter().filter(|seen| seen.path.starts_with("/ul/")).map(|seen| seen.len).sum()
    }

    fn command_count(&self, name: &str) -> usize {
        self.emulator.seen().iter().filter(|seen| seen.commands.iter().any(|command| command == name)).count()
    }

    fn assert_downloaded(&self, bytes: &[u8], what: &str) {
        assert_eq!(self.local_names(), ["film"], "{what}");
        assert!(fs::read(self.path()).unwrap() == bytes, "{what}: the content differs");
        assert_eq!(self.journal_count(), 0, "{what}: a journal is left");
    }

    fn assert_uploaded(&self, bytes: &[u8], what: &str) {
        assert_eq!(self.owner.paths(), ["film"], "{what}");
        assert!(self.owner.content("film").unwrap() == bytes, "{what}: the content differs");
        assert_eq!(self.journal_count(), 0, "{what}: a journal is left");
    }
}

/// Runs a transfer until it ends, or drops it once `is_time`.
async fn drop_when<T>(transfer: impl Future<Output = T>, is_time: impl Fn() -> bool) -> Option<T> {
    let time = async {
        while !is_time() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        biased;
        ended = transfer => Some(ended),
        () = time => None,
    }
}

fn lines(folder: &Path) -> usize {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| fs::read(file).unwrap_or_default().split(|byte| *byte == b'\n').count() - 1).sum()
}

fn noise(len: usize, seed: u8) -> Vec<u8> {
    let mut bytes = vec![0; len];
    mac::apply_ctr(&[7; 16], &[seed; 8], 0, &mut bytes);
    bytes
}

// ---------------------------------------------------------------------------------------------- down

#[tokio::test(start_paused = true)]
async fn a_download_dropped_at_any_line_of_its_journal_goes_on_there() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 1);
    let mut went_on = 0;
    for count in 1..14 {
        scene.begin_again();
        let node = scene.cloud_file(&bytes);
        scene.fault("rate:1MiB@dl");
        let run = scene.download(node, SIZE);
        let state = scene.state.path().to_owned();
        let ended = drop_when(download(run), || lines(&state) >= count).await;
        let what = format!("dropped at line {count}");
        if ended.is_none() {
            let names = scene.local_names();
            // The journal stands before the file that it names: at its first line there may be none yet.
            assert!(names.len() == 1 || (names.is_empty() && count == 1), "{what}: {names:?}");
            assert!(names.iter().all(|name| name.starts_with(".megapane-resume-")), "{what}: {names:?}");
            download(scene.download(node, SIZE)).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(scene.progress.kept() > 0 || count < 2, "{what}: nothing was kept");
            went_on += 1;
        }
        scene.assert_downloaded(&bytes, &what);
        assert_eq!(scene.progress.done(), SIZE as u64, "{what}");
        assert!(scene.asked() <= SIZE as u64 + CONNECTIONS * PIECE, "{what}: {} bytes", scene.asked());
    }
    assert!(went_on > 6, "it was dropped {went_on} times only");
}

#[tokio::test(start_paused = true)]
async fn a_download_that_is_dropped_again_and_again_comes_to_its_end() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 2);
    let node = scene.cloud_file(&bytes);
    scene.fault("rate:1MiB@dl");
    let mut runs = 0;
    loop {
        runs += 1;
        assert!(runs < 40, "it makes no progress");
        let run = scene.download(node, SIZE);
        let (state, before) = (scene.state.path().to_owned(), scene.line_count());
        if let Some(ended) = drop_when(download(run), || lines(&state) > before + 1).await {
            ended.unwrap();
            break;
        }
    }
    assert!(runs > 2, "it was never dropped");
    scene.assert_downloaded(&bytes, "in the end");
}

#[tokio::test(start_paused = true)]
async fn what_is_spoilt_in_the_partial_file_is_fetched_again() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 3);
    let node = scene.cloud_file(&bytes);
    scene.fault("rate:1MiB@dl");
    let run = scene.download(node, SIZE);
    let state = scene.state.path().to_owned();
    assert!(drop_when(download(run), || lines(&state) >= 7).await.is_none());
    // As after a power cut: the journal says more than the disk has.
    let partial = scene.folder.path().join(&scene.local_names()[0]);
    let mut content = fs::read(&partial).unwrap();
    content[..3 << 20].fill(0);
    fs::write(&partial, content).unwrap();
    scene.emulator.clear_seen();
    download(scene.download(node, SIZE)).await.unwrap();
    scene.assert_downloaded(&bytes, "spoilt");
    assert!(scene.progress.kept() > 0, "what was not spoilt is kept");
    assert!(scene.asked() >= 3 << 20);
}

#[tokio::test(start_paused = true)]
async fn a_partial_file_that_is_gone_or_cut_is_no_reason_to_fail() {
    type Harm = fn(&Path);
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 4);
    let harms: [(&str, Harm); 3] = [
        ("gone", |path| fs::remove_file(path).unwrap()),
        ("cut", |path| fs::File::options().write(true).open(path).unwrap().set_len(1 << 20).unwrap()),
        ("a link", |path| {
            fs::remove_file(path).unwrap();
            std::os::unix::fs::symlink("/dev/null", path).unwrap();
        }),
    ];
    for (what, harm) in harms {
        scene.begin_again();
        let node = scene.cloud_file(&bytes);
        scene.fault("rate:1MiB@dl");
        let run = scene.download(node, SIZE);
        let state = scene.state.path().to_owned();
        assert!(drop_when(download(run), || lines(&state) >= 7).await.is_none());
        harm(&scene.folder.path().join(&scene.local_names()[0]));
        download(scene.download(node, SIZE)).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(fs::read(scene.path()).unwrap() == bytes, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_content_at_the_same_path_starts_over() {
    let mut scene = Scene::new().await;
    let old = scene.cloud_file(&noise(SIZE, 5));
    scene.fault("rate:1MiB@dl");
    let run = scene.download(old, SIZE);
    let state = scene.state.path().to_owned();
    assert!(drop_when(download(run), || lines(&state) >= 7).await.is_none());
    let bytes = noise(SIZE + 7, 6);
    let new = scene.owner.replace("film", &bytes, 5).unwrap();
    download(scene.download(new, SIZE + 7)).await.unwrap();
    assert_eq!(scene.progress.kept(), 0);
    assert!(fs::read(scene.path()).unwrap() == bytes);
    // What was left of the old one is found from its journal, and goes when it is not wanted.
    let journals = scene.keep().journals;
    let left = leftover::list(&journals).unwrap();
    assert_eq!(left.len(), 1);
    assert!(left[0].done > 0 && left[0].path == scene.path());
    leftover::discard_where(&journals, |_| true).unwrap();
    scene.assert_downloaded(&bytes, "after the old one went");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_download_keeps_nothing() {
    let mut scene = Scene::new().await;
    let node = scene.cloud_file(&noise(SIZE, 7));
    scene.fault("flip:0@dl");
    let failed = download(scene.download(node, SIZE)).await.unwrap_err();
    assert!(matches!(failed, TransferError::Damaged { .. }), "{failed}");
    assert!(scene.local_names().is_empty());
    assert_eq!(scene.journal_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_download_that_fails_keeps_what_it_has() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 8);
    let node = scene.cloud_file(&bytes);
    scene.fault("403@dl#6-");
    let mut run = scene.download(node, SIZE);
    run.limits.max_wait = Some(Duration::ZERO);
    download(run).await.unwrap_err();
    scene.emulator.clear_faults();
    scene.emulator.clear_seen();
    download(scene.download(node, SIZE)).await.unwrap();
    assert!(scene.progress.kept() >= 5 << 20, "{}", scene.progress.kept());
    assert_eq!(scene.asked() + scene.progress.kept(), SIZE as u64);
    scene.assert_downloaded(&bytes, "the second time");
}

#[tokio::test(start_paused = true)]
async fn a_transfer_whose_journal_another_process_holds_goes_without() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 9);
    let node = scene.cloud_file(&bytes);
    let name = JournalName::download(node, &scene.path());
    let Claim::Ours(theirs, _) = scene.keep().journals.claim(&name).unwrap() else { panic!() };
    download(scene.download(node, SIZE)).await.unwrap();
    assert!(fs::read(scene.path()).unwrap() == bytes);
    assert_eq!(scene.local_names(), ["film"]);
    drop(theirs);
    assert_eq!(scene.journal_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_state_folder_that_cannot_be_written_stops_no_transfer() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 10);
    let node = scene.cloud_file(&bytes);
    let blocked = scene.state.path().join("file");
    fs::write(&blocked, b"").unwrap();
    let keep = Keep { journals: TransferJournals::in_folder(&blocked.join("journals")), copy: None };
    let run = Download { keep: keep.clone(), ..scene.download(node, SIZE) };
    download(run).await.unwrap();
    assert!(fs::read(scene.path()).unwrap() == bytes);
    scene.owner.delete("film").unwrap();
    let run = Upload { keep, ..scene.upload() };
    upload(run).await.unwrap();
    assert!(scene.owner.content("film").unwrap() == bytes);
}

#[tokio::test(start_paused = true)]
async fn a_small_file_keeps_no_journal() {
    let mut scene = Scene::new().await;
    let node = scene.cloud_file(&noise(1 << 20, 11));
    scene.fault("slow:30s@dl");
    let run = scene.download(node, 1 << 20);
    let dropped = tokio::time::timeout(Duration::from_secs(5), download(run)).await;
    assert!(dropped.is_err());
    assert!(scene.local_names().is_empty());
    assert_eq!(scene.journal_count(), 0);
}

// ---------------------------------------------------------------------------------------------- up

#[tokio::test(start_paused = true)]
async fn an_upload_dropped_at_any_line_of_its_journal_goes_on_there() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 20);
    let mut went_on = 0;
    for count in 1..27 {
        scene.begin_again();
        fs::write(scene.path(), &bytes).unwrap();
        scene.fault("rate:1MiB@ul");
        scene.fault("slow:3s@p");
        let run = scene.upload();
        let state = scene.state.path().to_owned();
        let ended = drop_when(upload(run), || lines(&state) >= count).await;
        let what = format!("dropped at line {count}");
        if ended.is_none() {
            let run = scene.upload();
            upload(run).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(scene.progress.kept() > 0 || count < 12, "{what}: nothing was kept");
            assert_eq!(scene.command_count("u"), 1, "{what}: a second address");
            went_on += 1;
        }
        scene.assert_uploaded(&bytes, &what);
        assert_eq!(scene.progress.done(), SIZE as u64, "{what}");
        assert!(scene.sent() <= SIZE as u64 + CONNECTIONS * PIECE, "{what}: {} bytes", scene.sent());
    }
    assert!(went_on > 12, "it was dropped {went_on} times only");
}

#[tokio::test(start_paused = true)]
async fn a_crash_around_the_last_command_makes_exactly_one_node() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 21);
    // The line breaks before the server has done anything, after it has, and the answer never comes.
    for fault in ["cut@p#1", "lost@p#1", "slow:9s@p#1"] {
        for grace in [0, 100, 10_000] {
            scene.begin_again();
            fs::write(scene.path(), &bytes).unwrap();
            scene.fault(fault);
            let run = scene.upload();
            let state = scene.state.path().to_owned();
            let putting = || async {
                while !is_putting(&state) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                tokio::time::sleep(Duration::from_millis(grace)).await;
            };
            let ended: Option<Result<Put, TransferError>> = tokio::select! {
                biased;
                ended = upload(run) => Some(ended),
                () = putting() => None,
            };
            let what = format!("{fault}, {grace} ms later");
            if ended.is_none() {
                let run = scene.upload();
                let put = upload(run).await.unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(put.outcome.created, scene.owner.node("film"), "{what}");
            }
            scene.assert_uploaded(&bytes, &what);
            assert_eq!(scene.sent(), SIZE as u64, "{what}: nothing is sent twice");
        }
    }
}

/// A run that sends everything, and whose last command never reaches the server.
async fn fail_to_put(scene: &mut Scene) {
    scene.fault("cut@p");
    let run = scene.upload();
    upload(run).await.map(|_| ()).unwrap_err();
    assert!(is_putting(scene.state.path()));
}

fn is_putting(state: &Path) -> bool {
    let mut files = fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path());
    files.any(|file| fs::read(file).unwrap_or_default().ends_with(b"\"putting\"\n"))
}

#[tokio::test(start_paused = true)]
async fn all_pieces_without_the_token_cost_one_chunk() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 22);
    fs::write(scene.path(), &bytes).unwrap();
    fail_to_put(&mut scene).await;
    let journal = fs::read_dir(scene.state.path()).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&journal).unwrap();
    let without: Vec<&str> =
        text.lines().filter(|line| !line.contains("token") && !line.contains("putting")).collect();
    fs::write(&journal, without.join("\n")).unwrap();
    scene.emulator.clear_faults();
    scene.emulator.clear_seen();
    upload(scene.upload()).await.unwrap();
    assert!(scene.sent() <= 1 << 20, "{} bytes", scene.sent());
    scene.assert_uploaded(&bytes, "without its token");
}

#[tokio::test(start_paused = true)]
async fn an_upload_whose_address_has_expired_starts_over_under_a_new_key() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 23);
    for expiry in ["404", "403", "-8", "-3"] {
        scene.begin_again();
        fs::write(scene.path(), &bytes).unwrap();
        scene.fault("rate:1MiB@ul");
        let run = scene.upload();
        let state = scene.state.path().to_owned();
        assert!(drop_when(upload(run), || lines(&state) >= 15).await.is_none());
        scene.emulator.clear_faults();
        scene.emulator.clear_seen();
        scene.fault(&format!("{expiry}@ul#1"));
        upload(scene.upload()).await.unwrap();
        scene.assert_uploaded(&bytes, expiry);
        assert_eq!(scene.command_count("u"), 1, "{expiry}: a new address");
        assert_eq!(scene.progress.kept(), 0, "{expiry}");
    }
    // The emulator forgets the address in earnest, and the whole upload with it.
    scene.begin_again();
    fs::write(scene.path(), &bytes).unwrap();
    fail_to_put(&mut scene).await;
    scene.emulator.clear_faults();
    scene.emulator.expire_urls();
    upload(scene.upload()).await.unwrap();
    scene.assert_uploaded(&bytes, "complete, and its address expired");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_server_no_longer_knows_costs_a_new_start_and_no_failure() {
    let mut scene = Scene::new().await;
    let bytes = noise(SIZE, 24);
    fs::write(scene.path(), &bytes).unwrap();
    fail_to_put(&mut scene).await;
    scene.emulator.clear_faults();
    scene.emulator.clear_seen();
    scene.fault("-9@p#1");
    upload(scene.upload()).await.unwrap();
    scene.assert_uploaded(&bytes, "the second time");
    assert_eq!(scene.sent(), SIZE as u64);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_changed_between_two_runs_starts_over_under_a_new_key() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("touched", |path| touch(path, 7)),
        ("longer", |path| fs::write(path, noise(SIZE + 1, 25)).unwrap()),
        ("another file", |path| {
            fs::remove_file(path).unwrap();
            fs::write(path, noise(SIZE, 26)).unwrap();
            touch(path, 5);
        }),
        // Same size, time and file, and not where the fingerprint looks: only the MACs tell.
        ("secretly", |path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[70_001] ^= 1;
            std::os::unix::fs::FileExt::write_all_at(
                &fs::File::options().write(true).open(path).unwrap(),
                &bytes[70_001..70_002],
                70_001,
            )
            .unwrap();
            touch(path, 5);
        }),
    ];
    let mut scene = Scene::new().await;
    for (what, change) in changes {
        scene.begin_again();
        fs::write(scene.path(), noise(SIZE, 25)).unwrap();
        touch(&scene.path(), 5);
        scene.fault("rate:1MiB@ul");
        let run = scene.upload();
        let state = scene.state.path().to_owned();
        assert!(drop_when(upload(run), || lines(&state) >= 15).await.is_none());
        let first_key = key_line(&state);
        change(&scene.path());
        scene.emulator.clear_faults();
        fail_to_put(&mut scene).await;
        assert_ne!(key_line(&state), first_key, "{what}: one key for two contents");
        assert_eq!((scene.progress.source_changes(), scene.progress.kept()), (1, 0), "{what}");
        scene.emulator.clear_faults();
        upload(scene.upload()).await.unwrap();
        let bytes = fs::read(scene.path()).unwrap();
        scene.assert_uploaded(&bytes, what);
    }
}

fn touch(path: &Path, seconds: u64) {
    let time = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

/// The wrapped key in the head of the only journal.
fn key_line(state: &Path) -> String {
    let journal = fs::read_dir(state).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(journal).unwrap();
    let key = text.lines().next().unwrap().split("\"key\":\"").nth(1).unwrap();
    key.split('"').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn the_journal_of_an_upload_holds_no_key_in_the_clear() {
    let mut scene = Scene::new().await;
    fs::write(scene.path(), noise(SIZE, 27)).unwrap();
    fail_to_put(&mut scene).await;
    let journal = fs::read_dir(scene.state.path()).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(journal).unwrap();
    scene.emulator.clear_faults();
    let node = upload(scene.upload()).await.unwrap().outcome.created.unwrap();
    let Some(NodeKey::File(key)) = scene.owner.node_key(node) else { panic!() };
    let base64 = megapane::handle::base64_encode;
    let bare = FileKey::new(*key.aes(), *key.nonce(), [0; 8]);
    for secret in [&key.aes()[..], &key.node_key()[..], &bare.node_key()[..]] {
        assert!(!text.contains(&base64(secret)));
    }
}
