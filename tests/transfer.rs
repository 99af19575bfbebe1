#![cfg(test)]
//! The movers against the emulator in process: every boundary size both ways, every fault, and what is left on the disk
//! and in the account after each. Time is paused: waits of minutes take none.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use megapane::api::client::{Client, ClientOptions};
use megapane::api::transport::{Request, Response, Transport, TransportError};
use megapane::api::wait::Reason;
use megapane::crypto::key::{FileKey, NodeKey};
use megapane::crypto::mac::{self, ChunkMac};
use megapane::emulator::{Emulator, Filling, NewAccount, Owner, PASSWORD, Recipe};
use megapane::handle::NodeHandle;
use megapane::local::{LocalError, Target, Trash, stat, unwitnessed};
use megapane::secret::Secret;
use megapane::session::Session;
use megapane::session::change::{Outcome, PutTarget};
use megapane::store::undo::UndoJournal;
use megapane::transfer::compare::prove_identical;
use megapane::transfer::download::{Download, Existing, download};
use megapane::transfer::upload::{Upload, upload};
use megapane::transfer::{Keep, Limits, Progress, TransferError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const EMAIL: &str = "ann@example.org";
/// 2001-09-09, odd enough to be nobody's default.
const MODIFIED: i64 = 1_000_000_007;
/// Nothing, one byte, around the first chunk boundary, several chunks, several pieces.
const SIZES: [usize; 8] = [0, 1, 131_071, 131_072, 131_073, (1 << 20) + 1, 5 << 20, (9 << 20) + 5];

/// An account on an emulator, logged in, and an empty folder.
struct Scene {
    emulator: Emulator,
    owner: Owner,
    session: Session,
    folder: tempfile::TempDir,
    limits: Limits,
    progress: Arc<Progress>,
    cancel: CancellationToken,
    /// Waits told, in order; `None` is the end of one.
    waits: Arc<Mutex<Vec<Option<Reason>>>>,
}

impl Scene {
    async fn new() -> Self {
        Self::on(Emulator::new()).await
    }

    async fn on(emulator: Emulator) -> Self {
        let transport = Arc::new(emulator.transport());
        Self::through(emulator, transport).await
    }

    async fn through(emulator: Emulator, transport: Arc<dyn Transport>) -> Self {
        let owner = emulator.add_account(NewAccount::new(EMAIL));
        let waits: Arc<Mutex<Vec<Option<Reason>>>> = Arc::default();
        let told = Arc::clone(&waits);
        let options = ClientOptions {
            base: emulator.url(),
            waits: Arc::new(move |wait| told.lock().unwrap().push(wait.map(|wait| wait.reason))),
            give_up: Some(Duration::from_mins(1)),
        };
        let client = Client::new(transport, options);
        let session = Session::login(&client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap();
        emulator.clear_seen();
        Self {
            emulator,
            owner,
            session,
            folder: tempfile::tempdir().unwrap(),
            limits: Limits::default(),
            progress: Arc::default(),
            cancel: CancellationToken::new(),
            waits,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the account, and what it takes to download it as `film`.
    fn download_of(&self, bytes: &[u8]) -> Download {
        let node = self.owner.file("film", bytes, MODIFIED);
        self.download(node, self.key(node), bytes.len() as u64)
    }

    fn download(&self, node: NodeHandle, key: FileKey, size: u64) -> Download {
        Download {
            session: self.session.clone(),
            node,
            key,
            size,
            modified: Some(MODIFIED),
            target: Target::chosen(&self.path("film")).unwrap(),
            existing: Existing::Fail,
            witness: unwitnessed(),
            keep: Keep::default(),
            limits: self.limits.clone(),
            progress: Arc::clone(&self.progress),
            cancel: self.cancel.clone(),
        }
    }

    fn key(&self, node: NodeHandle) -> FileKey {
        match self.owner.node_key(node) {
            Some(NodeKey::File(key)) => key,
            _ => panic!("not a file"),
        }
    }

    /// A local file, and what it takes to upload it as `film`.
    fn upload_of(&self, bytes: &[u8]) -> Upload {
        let source = self.path("film");
        fs::write(&source, bytes).unwrap();
        let time = std::time::UNIX_EPOCH + Duration::from_secs(MODIFIED.unsigned_abs());
        fs::File::options().write(true).open(&source).unwrap().set_modified(time).unwrap();
        self.upload(source)
    }

    fn upload(&self, source: PathBuf) -> Upload {
        Upload {
            session: self.session.clone(),
            source: source.into(),
            target: PutTarget::new(self.owner.roots()[0], "film".to_owned()),
            journal: UndoJournal::none(),
            keep: Keep::default(),
            limits: self.limits.clone(),
            progress: Arc::clone(&self.progress),
            cancel: self.cancel.clone(),
        }
    }

    fn fault(&self, text: &str) {
        self.emulator.fault(text).unwrap();
    }

    /// Everything as at the beginning, but for the login, whose keys take long to make.
    fn begin_again(&mut self) {
        self.emulator.clear_faults();
        for item in self.owner.items(self.owner.roots()[0]) {
            self.owner.delete(&item.name.unwrap()).unwrap();
        }
        self.emulator.clear_seen();
        self.folder = tempfile::tempdir().unwrap();
        self.progress = Arc::default();
        self.waits.lock().unwrap().clear();
    }

    /// A download of a file of several pieces arrives whole in spite of a fault, and is counted once.
    async fn download_through(&mut self, fault: &str) {
        self.begin_again();
        let bytes = noise((9 << 20) + 5);
        let order = self.download_of(&bytes);
        self.fault(fault);
        download(order).await.unwrap_or_else(|error| panic!("{fault}: {error}"));
        self.assert_downloaded(&bytes);
        assert_eq!(self.progress.done(), bytes.len() as u64, "{fault}");
    }

    /// As [`Self::download_through`], the other way.
    async fn upload_through(&mut self, fault: &str) {
        self.begin_again();
        let bytes = noise((9 << 20) + 5);
        let order = self.upload_of(&bytes);
        self.fault(fault);
        upload(order).await.unwrap_or_else(|error| panic!("{fault}: {error}"));
        self.assert_uploaded(&bytes);
        assert_eq!(self.progress.done(), bytes.len() as u64, "{fault}");
    }

    /// Names in the local folder, sorted; a temporary file that was forgotten would be among them.
    fn local_names(&self) -> Vec<String> {
        names(self.folder.path())
    }

    /// Ranges that were asked for, in order.
    fn ranges(&self) -> Vec<String> {
        let seen = self.emulator.seen();
        let paths = seen.iter().filter_map(|seen| seen.path.strip_prefix("/dl/"));
        paths.map(|path| path.split('/').nth(1).unwrap_or_default().to_owned()).collect()
    }

    fn command_count(&self, name: &str) -> usize {
        self.emulator.seen().iter().filter(|seen| seen.commands.iter().any(|command| command == name)).count()
    }

    fn waits(&self) -> Vec<Option<Reason>> {
        self.waits.lock().unwrap().clone()
    }

    /// The account holds exactly this file, under the one name.
    fn assert_uploaded(&self, bytes: &[u8]) {
        assert_eq!(self.owner.paths(), ["film"]);
        assert!(self.owner.content("film").unwrap() == bytes, "the content differs");
    }

    fn assert_downloaded(&self, bytes: &[u8]) {
        assert_eq!(self.local_names(), ["film"]);
        assert!(fs::read(self.path("film")).unwrap() == bytes, "the content differs");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    mac::apply_ctr(&[7; 16], &[3; 8], 0, &mut bytes);
    bytes
}

// ---------------------------------------------------------------------------------------------- down

#[tokio::test(start_paused = true)]
async fn files_of_every_boundary_size_come_down_whole_with_their_time() {
    let mut scene = Scene::new().await;
    for size in SIZES {
        scene.begin_again();
        let bytes = noise(size);
        download(scene.download_of(&bytes)).await.unwrap_or_else(|error| panic!("{size} bytes: {error}"));
        scene.assert_downloaded(&bytes);
        assert_eq!(stat(&scene.path("film")).unwrap().modified, Some(MODIFIED));
        assert_eq!(scene.progress.done(), size as u64);
        assert!(scene.progress.is_finishing());
        assert_eq!(scene.ranges().is_empty(), size == 0, "an empty file takes no request");
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_file_takes_several_requests_of_whole_chunks() {
    let scene = Scene::new().await;
    download(scene.download_of(&noise(20 << 20))).await.unwrap();
    let ranges = scene.ranges();
    assert!(ranges.len() >= 5, "{ranges:?}");
    for range in ranges {
        let first: u64 = range.split_once('-').unwrap().0.parse().unwrap();
        assert!(megapane::crypto::chunk::is_boundary(first), "{range}");
    }
    assert_eq!(scene.command_count("g"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_with_a_wrong_byte_never_gets_its_name() {
    let mut scene = Scene::new().await;
    for byte in ["0", "131072", "1048576"] {
        scene.begin_again();
        let order = scene.download_of(&noise((1 << 20) + 1));
        scene.fault(&format!("flip:{byte}@dl"));
        let failed = download(order).await.unwrap_err();
        assert!(matches!(failed, TransferError::Damaged { ref name } if name == "film"), "{failed}");
        assert!(scene.local_names().is_empty(), "{:?}", scene.local_names());
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_does_not_check_is_fetched_once_more_from_a_fresh_address() {
    let scene = Scene::new().await;
    let bytes = noise((1 << 20) + 1);
    let order = scene.download_of(&bytes);
    scene.fault("flip:1000@dl#1");
    download(order).await.unwrap();
    scene.assert_downloaded(&bytes);
    assert_eq!(scene.command_count("g"), 2);
    assert_eq!(scene.progress.done(), bytes.len() as u64, "what was of no use does not count");
}

#[tokio::test(start_paused = true)]
async fn a_piece_that_breaks_off_goes_on_at_its_last_whole_chunk() {
    let scene = Scene::new().await;
    let bytes = noise(1 << 20);
    let order = scene.download_of(&bytes);
    scene.fault("cut:400000@dl#1");
    download(order).await.unwrap();
    scene.assert_downloaded(&bytes);
    assert_eq!(scene.ranges(), ["0-1048575", "393216-1048575"]);
    assert_eq!(scene.progress.done(), 1 << 20);
}

/// Breaks every answer of a storage server behind its last byte.
struct BreaksAtTheEnd(Arc<dyn Transport>);

impl Transport for BreaksAtTheEnd {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let is_content = request.url.path().starts_with("/dl/");
        let answer = self.0.send(request);
        Box::pin(async move {
            let mut response = answer.await?;
            if is_content {
                let broken = TransportError::Broken { host: "localhost".into(), source: "reset".into() };
                response.body = Box::pin(response.body.chain(stream::iter([Err(broken)])));
            }
            Ok(response)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_breaks_behind_the_last_byte_of_a_piece_costs_nothing() {
    let emulator = Emulator::new();
    let transport = Arc::new(BreaksAtTheEnd(Arc::new(emulator.transport())));
    let scene = Scene::through(emulator, transport).await;
    let bytes = noise((5 << 20) + 1);
    download(scene.download_of(&bytes)).await.unwrap();
    scene.assert_downloaded(&bytes);
    let mut ranges = scene.ranges();
    ranges.sort();
    ranges.dedup();
    assert_eq!(ranges.len(), scene.ranges().len(), "nothing is asked for twice");
}

#[tokio::test(start_paused = true)]
async fn a_download_survives_whatever_passes() {
    let mut scene = Scene::new().await;
    for fault in [
        "500@dl#1",
        "503@dl#1-3",
        "429@dl#1-2",
        "403@dl#1",
        "404@dl#2",
        "cut@dl#1",
        "cut:0@dl#2",
        "cut:1000@dl#1-4",
        "short@dl#1",
        "short:1@dl#2",
        "lost@dl#1",
        "slow:70s@dl#1",
        "500@dl#20%5",
        "-3@g#1",
        "500@g#1",
        "-18@g#1",
    ] {
        scene.download_through(fault).await;
        assert!(scene.progress.wait().is_none(), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_address_is_asked_for_again() {
    let scene = Scene::new().await;
    let order = scene.download_of(&noise(1000));
    scene.fault("403@dl#1");
    download(order).await.unwrap();
    assert_eq!(scene.command_count("g"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_used_up_allowance_is_waited_for_and_told() {
    let mut scene = Scene::new().await;
    for fault in ["509:1800@dl#1", "-17:1800@g#1"] {
        scene.begin_again();
        let bytes = noise(1000);
        let order = scene.download_of(&bytes);
        scene.fault(fault);
        let start = Instant::now();
        let watched = Arc::clone(&scene.progress);
        let look = async {
            tokio::time::sleep(Duration::from_mins(10)).await;
            watched.wait()
        };
        let (done, wait) = tokio::join!(download(order), look);
        done.unwrap();
        scene.assert_downloaded(&bytes);
        assert_eq!(start.elapsed().as_secs() / 10, 180, "{fault}");
        let wait = wait.unwrap();
        assert_eq!(wait.reason, Reason::TransferQuota);
        assert_eq!(wait.until.unwrap().duration_since(start).as_secs() / 10, 180, "{fault}");
        assert_eq!(scene.waits(), [Some(Reason::TransferQuota), None], "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_too_long_to_be_ended_by_the_user() {
    let mut scene = Scene::new().await;
    let impatient = async |scene: &Scene| {
        tokio::time::sleep(Duration::from_secs(10)).await;
        scene.session.client().retry_now();
    };
    for fault in ["509:1800@dl#1", "-17:1800@g#1"] {
        scene.begin_again();
        let order = scene.download_of(&noise(1000));
        scene.fault(fault);
        let start = Instant::now();
        let (done, ()) = tokio::join!(download(order), impatient(&scene));
        done.unwrap();
        assert_eq!(start.elapsed().as_secs(), 10, "{fault}");
        assert_eq!(scene.waits(), [Some(Reason::TransferQuota), None], "{fault}");
    }
    scene.begin_again();
    let order = scene.upload_of(&noise(1000));
    scene.fault("503@ul#1-5"); // half a second, 1, 2, 4, and the fifth wait of 8 s is cut short
    let start = Instant::now();
    let (done, ()) = tokio::join!(upload(order), impatient(&scene));
    done.unwrap();
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_wait_is_told_at_once_that_the_allowance_is_used_up() {
    let mut scene = Scene::new().await;
    scene.limits.max_wait = Some(Duration::ZERO);
    let order = scene.download_of(&noise(1000));
    scene.fault("509:1800@dl");
    let failed = download(order).await.unwrap_err();
    assert!(matches!(failed, TransferError::GaveUp(Reason::TransferQuota)), "{failed}");
    assert!(scene.local_names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_never_gets_better_ends_in_an_error_and_leaves_nothing() {
    let mut scene = Scene::new().await;
    for fault in ["short:1@dl", "403@dl", "-9@g", "-16@g"] {
        scene.begin_again();
        let order = scene.download_of(&noise(1000));
        scene.fault(fault);
        download(order).await.expect_err(fault);
        assert!(scene.local_names().is_empty(), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_download_leaves_nothing_and_stops_at_once() {
    let scene = Scene::new().await;
    let order = scene.download_of(&noise(6 << 20));
    scene.fault("rate:64KiB@dl");
    let start = Instant::now();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(scene.local_names().len(), 1, "the temporary file");
        scene.cancel.cancel();
    };
    let (ended, ()) = tokio::join!(download(order), stop);
    assert!(matches!(ended, Err(TransferError::Cancelled)));
    assert_eq!(start.elapsed().as_secs(), 3);
    assert!(scene.local_names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_wait_can_be_cancelled() {
    let scene = Scene::new().await;
    let order = scene.download_of(&noise(1000));
    scene.fault("509:86400@dl");
    let stop = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        scene.cancel.cancel();
    };
    let (ended, ()) = tokio::join!(download(order), stop);
    assert!(matches!(ended, Err(TransferError::Cancelled)));
    assert_eq!(scene.waits(), [Some(Reason::TransferQuota), None], "the sign is taken down");
    assert!(scene.progress.wait().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_download_leaves_nothing() {
    let scene = Scene::new().await;
    let order = scene.download_of(&noise(1000));
    scene.fault("slow:30s@dl");
    let dropped = tokio::time::timeout(Duration::from_secs(5), download(order)).await;
    assert!(dropped.is_err());
    assert!(scene.local_names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_appears_meanwhile_is_left_alone() {
    let scene = Scene::new().await;
    let order = scene.download_of(&noise(1000));
    scene.fault("slow:5s@dl");
    let appear = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        fs::write(scene.path("film"), b"somebody else's").unwrap();
    };
    let (ended, ()) = tokio::join!(download(order), appear);
    assert!(matches!(ended, Err(TransferError::Disk(LocalError::Exists { .. }))));
    scene.assert_downloaded(b"somebody else's");
}

#[tokio::test(start_paused = true)]
async fn a_replaced_file_lies_in_the_trash_and_a_failed_download_replaces_nothing() {
    let scene = Scene::new().await;
    let trash = tempfile::tempdir().unwrap();
    fs::write(scene.path("film"), b"old").unwrap();
    let bytes = noise(200_000);
    let mut order = scene.download_of(&bytes);
    order.existing = Existing::Trash(Trash::Folder(trash.path().to_path_buf()));
    scene.fault("flip@dl#1");
    scene.fault("flip@dl#2");
    download(order).await.unwrap_err();
    scene.assert_downloaded(b"old");
    assert!(names(trash.path()).is_empty());
    let mut order = scene.download_of(&bytes);
    order.existing = Existing::Trash(Trash::Folder(trash.path().to_path_buf()));
    download(order).await.unwrap();
    scene.assert_downloaded(&bytes);
    let kept = trash.path().join(&names(trash.path())[0]).join("film");
    assert_eq!(fs::read(kept).unwrap(), b"old");
}

#[tokio::test(start_paused = true)]
async fn files_of_boundary_size_made_the_megajs_way_are_accepted() {
    let mut scene = Scene::new().await;
    for size in [131_057, 131_072, 393_216] {
        scene.begin_again();
        let bytes = noise(size);
        let mut order = scene.download_of(&bytes);
        let (aes, nonce) = (*order.key.aes(), *order.key.nonce());
        let mut macs = mac::encrypt_chunks(&aes, &nonce, 0, &mut bytes.clone());
        let twice: Vec<u8> = [nonce, nonce].concat();
        macs.push(ChunkMac(twice.try_into().unwrap()));
        order.key = FileKey::new(aes, nonce, mac::meta_mac(&aes, &macs));
        download(order).await.unwrap_or_else(|error| panic!("{size} bytes: {error}"));
        scene.assert_downloaded(&bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_whose_size_is_not_the_listed_one_is_refused() {
    let scene = Scene::new().await;
    let mut order = scene.download_of(&noise(1000));
    order.size = 999;
    let failed = download(order).await.unwrap_err();
    assert!(matches!(failed, TransferError::SizeDiffers { listed: 999, stored: 1000, .. }), "{failed}");
    assert!(scene.ranges().is_empty());
    assert!(scene.local_names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_does_not_fit_on_the_disk_is_refused_before_the_first_byte() {
    let scene = Scene::new().await;
    let mut order = scene.download_of(&noise(1000));
    order.size = u64::MAX;
    let failed = download(order).await.unwrap_err();
    assert!(matches!(failed, TransferError::Disk(ref local) if local.is_disk_full()), "{failed}");
    assert!(scene.local_names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_downloads_share_one_memory_and_all_arrive() {
    let scene = Scene::new().await;
    let bytes = noise(6 << 20);
    let node = scene.owner.file("film", &bytes, MODIFIED);
    let orders = (0..8).map(|number| {
        let mut order = scene.download(node, scene.key(node), bytes.len() as u64);
        order.target = Target::chosen(&scene.path(&format!("film {number}"))).unwrap();
        download(order)
    });
    for ended in futures_util::future::join_all(orders).await {
        ended.unwrap();
    }
    for name in scene.local_names() {
        assert!(fs::read(scene.path(&name)).unwrap() == bytes, "{name}");
    }
    assert_eq!(scene.local_names().len(), 8);
}

// ---------------------------------------------------------------------------------------------- down, in six parts

/// What was asked of storage servers, in order: the part, and its range.
fn asked_of_parts(scene: &Scene) -> Vec<(usize, String)> {
    let seen = scene.emulator.seen();
    let paths = seen.iter().filter_map(|seen| seen.path.strip_prefix("/dl/"));
    let part_and_range = |path: &str| {
        let (place, range) = path.split_once('/').unwrap();
        (place.split_once('.').unwrap().1.parse().unwrap(), range.to_owned())
    };
    paths.map(part_and_range).collect()
}

async fn scene_in_parts() -> Scene {
    let scene = Scene::new().await;
    scene.emulator.serve_in_parts(1);
    scene
}

#[tokio::test(start_paused = true)]
async fn files_in_six_parts_of_every_boundary_size_come_down_whole() {
    let mut scene = scene_in_parts().await;
    for size in SIZES.into_iter().chain([15, 16, 17, 79, 80, 81, 160, 200_001]) {
        scene.begin_again();
        let bytes = noise(size);
        download(scene.download_of(&bytes)).await.unwrap_or_else(|error| panic!("{size} bytes: {error}"));
        scene.assert_downloaded(&bytes);
        assert_eq!(scene.progress.done(), size as u64);
        let parity = asked_of_parts(&scene).into_iter().filter(|(part, _)| *part == 0);
        assert_eq!(parity.count(), 0, "{size} bytes: the parity is not needed");
    }
}

#[tokio::test(start_paused = true)]
async fn one_part_that_fails_or_lags_is_not_noticed() {
    let mut scene = scene_in_parts().await;
    for fault in [
        "404@dl3",
        "503@dl1",
        "429@dl5",
        "cut@dl2",
        "cut:50000@dl4",
        "short@dl5",
        "short:1@dl1",
        "garbage@dl2",
        "slow:70s@dl3",
        "rate:4KiB@dl2",
    ] {
        scene.begin_again();
        let bytes = noise((9 << 20) + 5);
        let order = scene.download_of(&bytes);
        scene.fault(fault);
        let start = Instant::now();
        download(order).await.unwrap_or_else(|error| panic!("{fault}: {error}"));
        scene.assert_downloaded(&bytes);
        assert_eq!(scene.progress.done(), bytes.len() as u64, "{fault}");
        assert!(scene.waits().is_empty(), "{fault}: {:?}", scene.waits());
        assert!(start.elapsed() < Duration::from_secs(15), "{fault}: {:?}", start.elapsed());
        assert_eq!(scene.command_count("g"), 1, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_that_failed_once_is_left_alone() {
    let scene = scene_in_parts().await;
    let order = scene.download_of(&noise(40 << 20));
    scene.fault("503@dl3");
    download(order).await.unwrap();
    let asked = asked_of_parts(&scene);
    let count = |wanted| asked.iter().filter(|(part, _)| *part == wanted).count();
    assert!(count(3) <= 2, "once for each range that was under way: {asked:?}");
    assert!(count(0) >= 10, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_download_in_parts_survives_whatever_passes() {
    let mut scene = scene_in_parts().await;
    for fault in [
        "500@dl#1-2",
        "503@dl#1-9",
        "429@dl#1-4",
        "403@dl#1-2",
        "cut@dl#1-5",
        "cut:0@dl#20%3",
        "cut:1000@dl#1-40",
        "short@dl#*4",
        "short:1@dl#30%1",
        "lost@dl#2-4",
        "slow:70s@dl#1-3",
        "500@dl#20%5",
        "-18@g#1",
    ] {
        scene.download_through(fault).await;
        assert!(scene.progress.wait().is_none(), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_missing_parts_end_a_download_and_leave_nothing() {
    let scene = scene_in_parts().await;
    let order = scene.download_of(&noise(1 << 20));
    scene.fault("404@dl0");
    scene.fault("503@dl4");
    let failed = download(order).await.unwrap_err();
    assert!(matches!(failed, TransferError::Storage(_)), "{failed}");
    assert!(scene.command_count("g") > 1, "new addresses could have helped");
    assert!(scene.local_names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn expired_addresses_of_parts_are_asked_for_again() {
    let scene = scene_in_parts().await;
    let bytes = noise(12 << 20);
    let order = scene.download_of(&bytes);
    scene.fault("slow:1s@dl");
    let expire = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        scene.emulator.expire_urls();
    };
    let (ended, ()) = tokio::join!(download(order), expire);
    ended.unwrap();
    scene.assert_downloaded(&bytes);
    assert_eq!(scene.command_count("g"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_used_up_allowance_is_not_blamed_on_a_part() {
    let scene = scene_in_parts().await;
    let bytes = noise(1000);
    let order = scene.download_of(&bytes);
    scene.fault("509:1800@dl#1");
    let start = Instant::now();
    download(order).await.unwrap();
    scene.assert_downloaded(&bytes);
    assert_eq!(start.elapsed().as_secs() / 10, 180);
    assert_eq!(scene.waits(), [Some(Reason::TransferQuota), None]);
}

#[tokio::test(start_paused = true)]
async fn a_file_with_a_wrong_byte_in_a_part_never_gets_its_name() {
    let mut scene = scene_in_parts().await;
    for fault in ["flip:0@dl1", "flip:100000@dl5"] {
        scene.begin_again();
        let order = scene.download_of(&noise((1 << 20) + 1));
        scene.fault(fault);
        let failed = download(order).await.unwrap_err();
        assert!(matches!(failed, TransferError::Damaged { .. }), "{fault}: {failed}");
        assert!(scene.local_names().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_in_six_parts_takes_ten_connections_at_most() {
    let scene = scene_in_parts().await;
    let order = scene.download_of(&noise(40 << 20));
    scene.fault("slow:4s@dl");
    let look = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        scene.ranges().len()
    };
    let (ended, under_way) = tokio::join!(download(order), look);
    ended.unwrap();
    assert_eq!(under_way, 10);
}

#[tokio::test(start_paused = true)]
async fn only_files_of_the_marked_size_come_in_parts() {
    let mut scene = Scene::new().await;
    scene.emulator.serve_in_parts(1000);
    for (size, requests) in [(999, 1), (1000, 5)] {
        scene.begin_again();
        let bytes = noise(size);
        download(scene.download_of(&bytes)).await.unwrap();
        scene.assert_downloaded(&bytes);
        assert_eq!(scene.ranges().len(), requests, "{size} bytes");
    }
}

// ---------------------------------------------------------------------------------------------- up

#[tokio::test(start_paused = true)]
async fn files_of_every_boundary_size_go_up_whole_with_their_time() {
    let mut scene = Scene::new().await;
    for size in SIZES {
        scene.begin_again();
        let bytes = noise(size);
        let Outcome { created, .. } =
            upload(scene.upload_of(&bytes)).await.unwrap_or_else(|error| panic!("{size}: {error}")).outcome;
        scene.assert_uploaded(&bytes);
        let item = scene.owner.item(created.unwrap()).unwrap();
        assert_eq!((item.name.as_deref(), item.size), (Some("film"), Some(size as u64)));
        assert_eq!(item.modified, Some(MODIFIED));
        assert_eq!(scene.progress.done(), size as u64);
        assert_eq!(scene.local_names(), ["film"], "the source stays");
    }
}

#[tokio::test(start_paused = true)]
async fn what_went_up_comes_down_the_same() {
    let scene = Scene::new().await;
    let bytes = noise((5 << 20) + 1);
    let node = upload(scene.upload_of(&bytes)).await.unwrap().outcome.created.unwrap();
    fs::remove_file(scene.path("film")).unwrap();
    download(scene.download(node, scene.key(node), bytes.len() as u64)).await.unwrap();
    scene.assert_downloaded(&bytes);
    assert_eq!(stat(&scene.path("film")).unwrap().modified, Some(MODIFIED));
}

#[tokio::test(start_paused = true)]
async fn an_upload_survives_whatever_passes() {
    let mut scene = Scene::new().await;
    for fault in [
        "500@ul#1",
        "503@ul#1-3",
        "429@ul#1-2",
        "cut@ul#1",
        "cut:1000@ul#2",
        "lost@ul#1",
        "lost@ul#1-9",
        "-14@ul#1",
        "-14@ul#2-3",
        "garbage@ul#1",
        "slow:70s@ul#1",
        "500@ul#30%3",
        "-3@u#1",
        "500@u#1",
        "lost@p#1",
        "500@p#1",
    ] {
        scene.upload_through(fault).await;
        assert!(scene.progress.wait().is_none(), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_the_server_cannot_go_on_with_starts_over() {
    let mut scene = Scene::new().await;
    for fault in ["-4@ul#2", "-8@ul#1", "-3@ul#3", "404@ul#1", "403@ul#2"] {
        scene.upload_through(fault).await;
        assert_eq!(scene.command_count("u"), 2, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_never_taken_ends_in_an_error_and_puts_nothing() {
    let mut scene = Scene::new().await;
    for fault in ["-14@ul", "-4@ul", "404@ul", "-17@u", "-11@u"] {
        scene.begin_again();
        let order = scene.upload_of(&noise(1000));
        scene.fault(fault);
        upload(order).await.map(|_| ()).expect_err(fault);
        assert!(scene.owner.paths().is_empty(), "{fault}");
        assert_eq!(scene.command_count("p"), 0, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_changes_while_it_is_read_goes_up_as_it_is_then() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("longer", |path| fs::OpenOptions::new().append(true).open(path).unwrap().set_len(7 << 20).unwrap()),
        ("shorter", |path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(1).unwrap()),
        ("rewritten", |path| fs::write(path, noise(5 << 20)).unwrap()),
        ("another", |path| {
            fs::remove_file(path).unwrap();
            fs::write(path, noise(6 << 20)).unwrap();
        }),
    ];
    let mut scene = Scene::new().await;
    for (what, change) in changes {
        scene.begin_again();
        let order = scene.upload_of(&noise(6 << 20));
        let path = scene.path("film");
        scene.fault("slow:10s@ul#1-3");
        let meanwhile = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            change(&path);
        };
        let (ended, ()) = tokio::join!(upload(order), meanwhile);
        ended.unwrap_or_else(|error| panic!("{what}: {error}"));
        scene.assert_uploaded(&fs::read(&path).unwrap());
        assert_eq!(scene.progress.source_changes(), 1, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_never_stops_changing_is_not_put() {
    let scene = Scene::new().await;
    let order = scene.upload_of(&noise(6 << 20));
    let path = scene.path("film");
    scene.fault("slow:10s@ul");
    let restless = async {
        for second in 0..1000 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let time = std::time::UNIX_EPOCH + Duration::from_secs(second);
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
    };
    let ended = tokio::select! {
        ended = upload(order) => ended.map(|_| ()),
        () = restless => panic!("it never gave up"),
    };
    assert!(matches!(ended, Err(TransferError::SourceChanged { .. })));
    assert!(scene.owner.paths().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_upload_puts_nothing() {
    let scene = Scene::new().await;
    let order = scene.upload_of(&noise(6 << 20));
    scene.fault("slow:10s@ul");
    let stop = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        scene.cancel.cancel();
    };
    let (ended, ()) = tokio::join!(upload(order), stop);
    assert!(matches!(ended.map(|_| ()), Err(TransferError::Cancelled)));
    assert!(scene.owner.paths().is_empty());
    assert_eq!(scene.command_count("p"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_missing_or_no_file_is_named() {
    let scene = Scene::new().await;
    let missing = upload(scene.upload(scene.path("nothing"))).await.map(|_| ()).unwrap_err();
    assert!(missing.to_string().contains("nothing"), "{missing}");
    let folder = upload(scene.upload(scene.folder.path().to_path_buf())).await.map(|_| ());
    assert!(matches!(folder, Err(TransferError::Disk(LocalError::NotAFile { .. }))));
    assert!(scene.emulator.seen().is_empty(), "nothing was asked of the server");
}

#[tokio::test(start_paused = true)]
async fn a_replacing_upload_makes_the_old_file_a_version_and_keeps_its_label() {
    let scene = Scene::new().await;
    let old = scene.owner.file("film", b"old", 5);
    let bytes = noise(1000);
    scene.owner.set_attribute("film", "lbl", Some("3")).unwrap();
    let tree = scene.session.fetch_tree(|_, _| ()).await.unwrap();
    let mut order = scene.upload_of(&bytes);
    let parent = scene.owner.roots()[0];
    order.target = scene.session.prepare_put(&tree, parent, "film", Some(old)).unwrap();
    let new = upload(order).await.unwrap().outcome.created.unwrap();
    scene.assert_uploaded(&bytes);
    let item = scene.owner.item(new).unwrap();
    assert_eq!(item.attributes.value("lbl"), Some("3"));
    assert_eq!(item.modified, Some(MODIFIED));
    assert_eq!(scene.owner.items(new).len(), 1);
}

// ---------------------------------------------------------------------------------------------- proof

#[tokio::test(start_paused = true)]
async fn identity_is_proven_from_the_local_bytes_alone() {
    let mut scene = Scene::new().await;
    for size in SIZES {
        scene.begin_again();
        let mut bytes = noise(size);
        let key = scene.key(scene.owner.file("film", &bytes, MODIFIED));
        scene.emulator.clear_seen();
        let (path, limits) = (scene.path("copy"), &scene.limits);
        let prove = |size: u64| prove_identical(&path, &key, size, limits, &scene.cancel);
        fs::write(&path, &bytes).unwrap();
        assert!(prove(size as u64).await.unwrap(), "{size} bytes");
        assert!(!prove(size as u64 + 1).await.unwrap(), "{size} bytes, wrong size");
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert!(!prove(size as u64).await.unwrap(), "{size} bytes, last one wrong");
        }
        assert!(scene.emulator.seen().is_empty(), "nothing is downloaded");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proof_can_be_cancelled() {
    let scene = Scene::new().await;
    let bytes = noise(1 << 20);
    let key = scene.key(scene.owner.file("film", &bytes, MODIFIED));
    fs::write(scene.path("copy"), &bytes).unwrap();
    scene.cancel.cancel();
    let ended = prove_identical(&scene.path("copy"), &key, 1 << 20, &scene.limits, &scene.cancel).await;
    assert!(matches!(ended, Err(TransferError::Cancelled)));
}

// ---------------------------------------------------------------------------------------------- large

/// Needs 13 GB of disk in the system's temporary folder and some minutes.
#[tokio::test]
#[ignore = "moves 4 GiB each way"]
async fn a_file_of_4_gib_and_one_byte_round_trips() {
    const SIZE: u64 = (4 << 30) + 1;
    let state = tempfile::tempdir().unwrap();
    let scene = Scene::on(Emulator::in_folder(state.path()).unwrap()).await;
    let source = scene.path("film");
    fs::File::create(&source).unwrap().set_len(SIZE).unwrap(); // sparse
    let node = upload(scene.upload(source.clone())).await.unwrap().outcome.created.unwrap();
    let key = scene.key(node);
    fs::rename(&source, scene.path("source")).unwrap();
    download(scene.download(node, key.clone(), SIZE)).await.unwrap();
    assert_eq!(fs::metadata(&source).unwrap().len(), SIZE);
    assert!(prove_identical(&scene.path("source"), &key, SIZE, &scene.limits, &scene.cancel).await.unwrap());
    let made = scene.owner.made_file("made", &Recipe::new(SIZE, b"", Filling::Noise, 1, 2), MODIFIED);
    let mut order = scene.download(made, scene.key(made), SIZE);
    order.target = Target::chosen(&scene.path("made")).unwrap();
    download(order).await.unwrap();
}
