#![cfg(test)]
//! A server that lies: each field of each answer wrong, missing, huge or of another type, one at a time; bodies that are
//! endless or of another length; keys and session ids that are made to find something out. Whatever it says, there is an
//! error or a right result: no panic, no hang, no memory without bound, nothing sent where it must not go. The emulator
//! runs in process behind a line that twists what it answers; time is paused.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use http::{HeaderMap, StatusCode};
use megapane::api::client::{Client, ClientOptions};
use megapane::api::transport::{Request, RequestBody, Response, Transport, TransportError};
use megapane::crypto::key::{FileKey, NodeKey};
use megapane::crypto::link::Link;
use megapane::crypto::rsa::PrivateKey;
use megapane::crypto::session_id::SessionId;
use megapane::emulator::{Access, Emulator, EmulatorTransport, NewAccount, Owner, PASSWORD};
use megapane::handle::{NodeHandle, base64_decode, base64_encode};
use megapane::local::{Target, unwitnessed};
use megapane::secret::Secret;
use megapane::session::change::{Change, Imported, PutTarget};
use megapane::session::{LoginError, Session};
use megapane::store::undo::UndoJournal;
use megapane::transfer::download::{Download, Existing, download};
use megapane::transfer::upload::{Upload, upload};
use megapane::transfer::{Keep, Limits, Progress};
use megapane::tree::Tree;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

// ------------------------------------------------------------------------------------------------ single fields

#[tokio::test(start_paused = true)]
async fn a_lie_in_any_field_of_a_listing_is_an_error_or_a_tree() {
    let mut scene = Scene::new().await;
    for command in ["f", "uga"] {
        scene.lie_about(command, Deed::List).await;
    }
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_lie_in_any_packet_is_passed_over_or_ends_the_stretch() {
    let mut scene = Scene::new().await;
    scene.happen();
    scene.lie_about("sc", Deed::Follow).await;
    scene.lie_about("uga", Deed::Follow).await;
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_lie_about_an_address_never_gives_a_wrong_file() {
    let mut scene = Scene::new().await;
    scene.lie_about("g", Deed::Download).await;
    scene.lie_about("u", Deed::Upload).await;
    scene.lie_about("p", Deed::Upload).await;
    scene.lie_about("p", Deed::CreateFolder).await;
    scene.lie_about("a", Deed::Rename).await;
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_lie_about_the_account_is_an_error_or_a_number() {
    let mut scene = Scene::new().await;
    for command in ["ug", "uq"] {
        scene.lie_about(command, Deed::Account).await;
    }
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_lie_in_any_field_of_a_login_is_an_error_and_opens_nothing() {
    let mut scene = Scene::new().await;
    for command in ["us0", "us"] {
        scene.lie_about(command, Deed::LogIn).await;
    }
    scene.lie_about("us", Deed::Resume).await;
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_lie_about_what_a_public_link_shows_is_an_error_or_a_tree_and_never_a_wrong_file() {
    let mut scene = Scene::new().await;
    scene.lie_about("f", Deed::LookAtFolderLink).await;
    scene.lie_about("g", Deed::LookAtFolderLink).await;
    scene.lie_about("g", Deed::LookAtFileLink).await;
    scene.lie_about("p", Deed::Import).await;
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_lie_about_who_sees_what_is_an_error_or_a_change() {
    let mut scene = Scene::new().await;
    for command in ["uk", "s2"] {
        scene.lie_about(command, Deed::Share).await;
    }
    scene.lie_about("s2", Deed::EndShare).await;
    scene.lie_about("l", Deed::Link).await;
    scene.lie_about("l", Deed::Unlink).await;
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_lie_about_versions_or_logins_is_an_error_or_a_list() {
    let mut scene = Scene::new().await;
    scene.lie_about("p", Deed::Revert).await;
    scene.lie_about("d", Deed::DeleteVersion).await;
    scene.lie_about("usl", Deed::Sessions).await;
    scene.lie_about("usr", Deed::Sessions).await;
    scene.is_unharmed();
}

/// What others are given is sealed for the key that the server says is theirs. One that is none seals nothing.
#[tokio::test(start_paused = true)]
async fn a_public_key_of_others_that_is_no_key_gets_nothing_sealed() {
    let scene = Scene::new().await;
    let folder = scene.ann.node("plans").unwrap();
    let mpi = |number: &[u8]| {
        let bits = u16::try_from((number.len() * 8).min(usize::from(u16::MAX))).unwrap();
        [&bits.to_be_bytes()[..], number].concat()
    };
    let odd = |len: usize| [vec![0xc3; len - 1], vec![1]].concat();
    let even = [vec![0xc3; 255], vec![2]].concat();
    let (modulus, exponent) = (odd(256), [0, 0, 0, 17]);
    let keys = [
        Vec::new(),
        vec![0; 2],
        mpi(&modulus),
        [mpi(&modulus), vec![0, 32]].concat(),
        [mpi(&[0]), mpi(&exponent)].concat(),
        [mpi(&[1]), mpi(&exponent)].concat(),
        [mpi(&[7]), mpi(&exponent)].concat(),
        [mpi(&odd(32)), mpi(&exponent)].concat(),
        [mpi(&even), mpi(&exponent)].concat(),
        [mpi(&odd(8000)), mpi(&exponent)].concat(),
        [mpi(&modulus), mpi(&[0])].concat(),
        [mpi(&modulus), mpi(&[1])].concat(),
        [mpi(&modulus), mpi(&[2])].concat(),
        [mpi(&modulus), mpi(&odd(8000))].concat(),
        vec![0xff; 40_000],
    ];
    for (number, key) in keys.into_iter().enumerate() {
        scene.twist(move |names, answer| {
            if let Some(told) = answer.pointer_mut("/0/pubk").filter(|_| names == "uk") {
                *told = base64_encode(&key).into();
            }
        });
        scene.emulator.clear_seen();
        scene.run(Deed::Share).await;
        let sealed = scene.emulator.seen().iter().any(|seen| seen.commands.iter().any(|name| name == "s2"));
        assert!(!sealed, "key {number} was taken for one");
    }
    assert_eq!(scene.tree.access(folder), megapane::tree::Access::Owner);
    scene.is_unharmed();
}

// ------------------------------------------------------------------------------------------------ keys

/// Each of the sealed blob's blocks changed tells an attacker something where the errors differ, or where a session id is
/// sent that was decrypted with a key that is half his.
#[tokio::test(start_paused = true)]
async fn a_private_key_with_any_block_changed_gives_one_error_and_nothing_is_sent_after_it() {
    let scene = Scene::new().await;
    let mut told = std::collections::BTreeSet::new();
    let blocks = scene.private_key_blob().len() / 16;
    assert!(blocks > 30, "{blocks}");
    for block in 0..blocks {
        scene.twist(move |_, answer| {
            change_text(answer, "/0/privk", |blob| blob[block * 16 + 3] ^= 0x40);
        });
        told.insert(scene.refusal_of_resume().await);
    }
    for swap in [1, 7, 20] {
        scene.twist(move |_, answer| {
            change_text(answer, "/0/privk", |blob| {
                let (left, right) = blob.split_at_mut((swap + 1) * 16);
                left[swap * 16..].swap_with_slice(&mut right[..16]);
            });
        });
        told.insert(scene.refusal_of_resume().await);
    }
    // None at all is how accounts without such a key resume.
    for len in [16, 256, 640, 1 << 14] {
        scene.twist(move |_, answer| change_text(answer, "/0/privk", |blob| blob.resize(len, 7)));
        told.insert(scene.refusal_of_resume().await);
    }
    assert_eq!(told.len(), 1, "{told:?}");
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_session_id_that_is_another_s_or_of_another_length_gives_the_same_error() {
    let scene = Scene::new().await;
    let own = PrivateKey::open(&scene.private_key_blob(), &scene.master()).unwrap();
    let sid = |user: &str| {
        let mut bytes = [b'A'; 43];
        bytes[16..27].copy_from_slice(user.as_bytes());
        SessionId::from_bytes(bytes)
    };
    let others = own.encrypt_session_id(&sid("CAcGBQQDAgE"));
    let mut texts = vec![others.clone(), own.encrypt_key(&[0; 43]), own.encrypt_key(&[0xff; 250])];
    for len in [1, 2, 3, 100, 257] {
        texts.push(others[..len].to_vec());
    }
    texts.push([&[0xff, 0xff][..], &[1; 300]].concat());
    texts.push([&[0x08, 0x00][..], &[0xff; 256]].concat());
    let mut told = std::collections::BTreeSet::new();
    for text in texts {
        scene.twist(move |_, answer| {
            if let Some(csid) = answer.pointer_mut("/0/csid") {
                *csid = base64_encode(&text).into();
            }
        });
        told.insert(scene.refusal_of_login().await);
    }
    assert_eq!(told.len(), 1, "{told:?}");
    scene.is_unharmed();
}

// ------------------------------------------------------------------------------------------------ bodies

#[tokio::test(start_paused = true)]
async fn an_endless_body_is_cut_off() {
    let scene = Scene::new().await;
    let before = most_memory();
    for (head, again) in [
        ("", " "),
        ("[", "["),
        ("[{\"f\":[", "0,"),
        ("[{\"f\":[{\"h\":\"", "A"),
        ("[{\"x\":\"", "A"),
        ("-", "9"),
    ] {
        scene.line.set(Reply::Endless(head, again));
        for deed in [
            Deed::List,
            Deed::Follow,
            Deed::Account,
            Deed::Download,
            Deed::CreateFolder,
            Deed::LookAtFolderLink,
            Deed::LookAtFileLink,
            Deed::Share,
            Deed::Sessions,
        ] {
            scene.run(deed).await;
        }
    }
    scene.line.set(Reply::Honest);
    let more = most_memory().saturating_sub(before);
    assert!(more < 1 << 20, "{more} KiB more were asked for");
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_storage_server_that_sends_other_lengths_never_gives_a_wrong_file() {
    let scene = Scene::new().await;
    for len in [0_usize, 1, 4095, FILM - 1, FILM + 1, FILM * 3] {
        scene.line.set(Reply::Storage(len));
        scene.run(Deed::Download).await;
        scene.run(Deed::Upload).await;
    }
    scene.line.set(Reply::Honest);
    scene.is_unharmed();
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let scene = Scene::new().await;
    for status in [301, 302, 303, 307, 308] {
        scene.line.set(Reply::Redirect(status));
        for deed in [Deed::List, Deed::Follow, Deed::Account, Deed::Download, Deed::Upload, Deed::Resume] {
            scene.run(deed).await;
        }
    }
    scene.line.set(Reply::Honest);
    scene.is_unharmed();
}

// ------------------------------------------------------------------------------------------------ the scene

/// What is done while the server lies.
#[derive(Clone, Copy, Debug)]
enum Deed {
    LogIn,
    Resume,
    List,
    Follow,
    Account,
    Download,
    Upload,
    CreateFolder,
    Rename,
    LookAtFolderLink,
    LookAtFileLink,
    Import,
    Share,
    EndShare,
    Link,
    Unlink,
    Revert,
    DeleteVersion,
    Sessions,
}

struct Scene {
    emulator: Emulator,
    ann: Owner,
    client: Client,
    session: Session,
    tree: Tree,
    line: Arc<Line>,
    folder: TempDir,
    /// Public links of somebody else: to a folder, and to a file in it.
    links: [Link; 2],
    /// The ends of patience that are to come.
    waiting: Mutex<Vec<tokio::task::AbortHandle>>,
}

impl Scene {
    async fn new() -> Self {
        count_panics();
        let emulator = Emulator::new();
        let ann = emulator.add_account(NewAccount::new(EMAIL));
        let ben = emulator.add_account(NewAccount::new("ben@example.org"));
        ann.file("films/film", &content(), 1_717_200_000);
        ann.replace("films/film", &content(), 1_717_300_000);
        ann.share("films", &ben, Access::Full);
        ben.file("hers/in", b"in", 1);
        ben.share("hers", &ann, Access::Read);
        ann.publish("films/film");
        ann.file("plans/a", b"a", 1);
        ann.file("plans/open", b"for all", 1);
        ben.file("Trip/film", &content(), 1_717_200_000);
        ben.file("Trip/more/map", b"map", 1);
        let links = ["Trip", "Trip/film"].map(|path| Link::parse(&ben.publish(path).unwrap()).unwrap());
        let line = Arc::new(Line {
            behind: emulator.transport(),
            reply: Mutex::new(Reply::Honest),
            twist: Arc::default(),
            sent: Mutex::default(),
            shapes: Arc::default(),
        });
        let give_up = Some(Duration::from_secs(20));
        let options = ClientOptions { base: emulator.url(), waits: Arc::new(|_| {}), give_up };
        let client = Client::new(Arc::clone(&line) as Arc<dyn Transport>, options);
        let session = Session::login(&client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap();
        let tree = session.fetch_tree(|_, _| {}).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { emulator, ann, client, session, tree, line, folder, links, waiting: Mutex::default() }
    }

    /// Things happen in the account after the tree was fetched.
    fn happen(&self) {
        self.ann.file("films/two", b"2", 1);
        self.ann.rename("films/two", "three");
        self.ann.move_to("films/three", "");
        self.ann.publish("three");
        self.ann.trash("three");
        self.ann.set_user_attribute("^!keys", "AAAA");
    }

    /// Does a deed once for every lie about every part of the answers to a command.
    async fn lie_about(&mut self, command: &'static str, deed: Deed) {
        self.line.shapes.lock().unwrap().clear();
        self.run(deed).await;
        let shapes = self.line.shapes.lock().unwrap().clone();
        let Some((_, shape)) = shapes.into_iter().find(|(names, _)| names == command) else {
            panic!("{deed:?} does not ask for {command}");
        };
        let mut places = Vec::new();
        pointers(&shape, String::new(), &mut places);
        assert!(!places.is_empty(), "{command}");
        for place in places {
            // A login costs what a password's stretching costs: each part hears one lie in three there.
            let step = if matches!(deed, Deed::LogIn) { 3 } else { 1 };
            for value in lies().into_iter().skip(place.len() % step).step_by(step) {
                let place = place.clone();
                self.twist(move |names, answer| {
                    if names == command {
                        tell(answer, &place, value.clone());
                    }
                });
                self.run(deed).await;
            }
        }
        *self.line.twist.lock().unwrap() = None;
        self.run(deed).await;
    }

    fn twist(&self, twist: impl Fn(&str, &mut Value) + Send + 'static) {
        *self.line.twist.lock().unwrap() = Some(Box::new(twist));
    }

    /// Does a deed. It may fail; what it gives must be right, and it ends.
    async fn run(&self, deed: Deed) {
        let before = self.line.sent.lock().unwrap().len();
        let ended = tokio::time::timeout(Duration::from_hours(72), self.attempt(deed)).await;
        assert!(ended.is_ok(), "{deed:?} does not end");
        self.waiting.lock().unwrap().drain(..).for_each(|patience| patience.abort());
        let requests = self.line.sent.lock().unwrap().len() - before;
        assert!(requests < MOST_REQUESTS, "{deed:?} asks {requests} times");
    }

    async fn attempt(&self, deed: Deed) {
        match deed {
            Deed::LogIn => {
                let _ = Session::login(&self.client, EMAIL, &Secret::from(PASSWORD), None).await;
            }
            Deed::Resume => drop(Session::resume(&self.client, &self.session.stored()).await),
            Deed::List => {
                if let Ok(tree) = self.session.fetch_tree(|_, _| {}).await {
                    look_at(&tree);
                }
            }
            Deed::Follow => {
                let mut tree = self.tree.clone();
                if let Ok(stretch) = self.session.news(self.tree.sequence()).await {
                    self.session.take(&mut tree, stretch);
                }
                look_at(&tree);
            }
            Deed::Account => drop((self.session.profile().await, self.session.quota().await)),
            Deed::Download => {
                let node = self.ann.node("films/film").unwrap();
                let Some(NodeKey::File(key)) = self.ann.node_key(node) else { panic!("not a file") };
                self.download(&self.session, node, key).await;
            }
            Deed::Upload => self.upload().await,
            Deed::CreateFolder => {
                let parent = self.ann.roots()[0];
                self.change(Change::CreateFolder { parent, name: "new".into() }).await;
            }
            Deed::Rename => {
                let node = self.ann.node("films").unwrap();
                self.change(Change::Rename { node, from: "films".into(), to: "films".into() }).await;
            }
            Deed::LookAtFolderLink | Deed::LookAtFileLink | Deed::Import => self.visit(deed).await,
            Deed::Share | Deed::EndShare | Deed::Link | Deed::Unlink => self.show(deed).await,
            Deed::Revert | Deed::DeleteVersion => {
                let file = self.tree.resolve("films/film").unwrap();
                let version = self.tree.versions(file)[0];
                self.change(match deed {
                    Deed::Revert => Change::Revert { file, version },
                    _ => Change::Delete { node: version, name: String::new() },
                })
                .await;
            }
            Deed::Sessions => {
                let _ = (self.session.own_sessions().await, self.session.end_other_sessions().await);
            }
        }
    }

    /// Looks at a public link, downloads what it shows, or takes it over.
    async fn visit(&self, deed: Deed) {
        let link = &self.links[usize::from(matches!(deed, Deed::LookAtFileLink))];
        let visit = Session::visit(&self.client, link).unwrap();
        let Ok(shown) = visit.fetch_tree(|_, _| {}).await else { return };
        look_at(&shown);
        let file = shown.nodes().find(|node| node.is_file() && node.size() == FILM as u64);
        if matches!(deed, Deed::Import) {
            let top = shown.contents(megapane::entry::CloudFolder::Root).next().unwrap().handle();
            let imported = Imported { visit: &visit, tree: &shown, node: top };
            let to = self.ann.roots()[0];
            let Ok(prepared) = self.session.prepare_import(&self.tree, imported, (to, "taken over"), None)
            else {
                return;
            };
            let mut tree = self.tree.clone();
            if let Ok(outcome) = self.session.commit(prepared, &UndoJournal::none()).await {
                outcome.updates.into_iter().for_each(|update| tree.apply_own(update));
            }
            look_at(&tree);
        } else if let Some(file) = file
            && let Some(NodeKey::File(key)) = file.key()
        {
            self.download(&visit, file.handle(), key).await;
        }
    }

    /// Changes who sees what.
    async fn show(&self, deed: Deed) {
        let node = |path: &str| self.tree.resolve(path).unwrap();
        let (with, access) = ("ben@example.org".to_owned(), megapane::tree::Access::Read);
        self.change(match deed {
            Deed::Share => Change::Share { folder: node("plans"), with, access, before: None },
            Deed::EndShare => Change::Unshare { folder: node("films"), with, access },
            Deed::Link => Change::Link { node: node("plans/open"), expires: None, before: None },
            _ => Change::Unlink { node: node("films/film"), expires: None },
        })
        .await;
    }

    async fn change(&self, change: Change) {
        let mut tree = self.tree.clone();
        let Ok(prepared) = self.session.prepare(&tree, change) else { panic!("it can be prepared") };
        if let Ok(outcome) = self.session.commit(prepared, &UndoJournal::none()).await {
            outcome.updates.into_iter().for_each(|update| tree.apply_own(update));
        }
        look_at(&tree);
    }

    async fn download(&self, session: &Session, node: NodeHandle, key: FileKey) {
        let path = self.path();
        let run = Download {
            session: session.clone(),
            node,
            key,
            size: FILM as u64,
            modified: None,
            target: Target::chosen(&path).unwrap(),
            existing: Existing::Fail,
            witness: unwitnessed(),
            keep: Keep::default(),
            limits: Limits::default(),
            progress: Arc::new(Progress::default()),
            cancel: self.patience(),
        };
        let is_there = download(run).await.is_ok();
        assert_eq!(path.exists(), is_there);
        if is_there {
            assert!(std::fs::read(&path).unwrap() == content());
            std::fs::remove_file(&path).unwrap();
        }
        assert_eq!(std::fs::read_dir(self.folder.path()).unwrap().count(), 0, "something is left");
    }

    async fn upload(&self) {
        let source = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(source.path(), content()).unwrap();
        let run = Upload {
            session: self.session.clone(),
            source: source.path().to_owned().into(),
            target: PutTarget::new(self.ann.roots()[0], "sent".to_owned()),
            journal: UndoJournal::none(),
            keep: Keep::default(),
            limits: Limits::default(),
            progress: Arc::new(Progress::default()),
            cancel: self.patience(),
        };
        let _ = upload(run).await;
        for item in self
            .ann
            .items(self.ann.roots()[0])
            .into_iter()
            .filter(|item| item.name.as_deref() == Some("sent"))
        {
            assert!(self.ann.content_of(item.handle).unwrap() == content(), "what became a file is whole");
        }
        while self.ann.node("sent").is_some() {
            self.ann.delete("sent").unwrap();
        }
    }

    /// Transfers wait for a line that is down for as long as it takes: here a day.
    fn patience(&self) -> CancellationToken {
        let token = CancellationToken::new();
        let cancelled = token.clone();
        self.waiting.lock().unwrap().push(
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_hours(24)).await;
                cancelled.cancel();
            })
            .abort_handle(),
        );
        token
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("film")
    }

    /// How a resume is refused, after which nothing was sent.
    async fn refusal_of_resume(&self) -> String {
        self.line.sent.lock().unwrap().clear();
        let error = Session::resume(&self.client, &self.session.stored()).await.unwrap_err();
        assert!(matches!(error, LoginError::KeyMaterial(_)), "{error:?}");
        let sent = self.line.sent.lock().unwrap().clone();
        assert_eq!(sent.len(), 1, "{sent:?}");
        format!("{error} {:?}", error.advice())
    }

    async fn refusal_of_login(&self) -> String {
        self.line.sent.lock().unwrap().clear();
        let error = Session::login(&self.client, EMAIL, &Secret::from(PASSWORD), None).await.unwrap_err();
        assert!(matches!(error, LoginError::KeyMaterial(_)), "{error:?}");
        let sent = self.line.sent.lock().unwrap().clone();
        assert_eq!(sent.len(), 2, "{sent:?}");
        format!("{error} {:?}", error.advice())
    }

    fn private_key_blob(&self) -> Vec<u8> {
        let shapes = self.line.shapes.lock().unwrap();
        let (_, answer) = shapes.iter().find(|(names, _)| names == "us").unwrap();
        base64_decode(answer.pointer("/0/privk").unwrap().as_str().unwrap())
    }

    fn master(&self) -> megapane::crypto::key::MasterKey {
        self.session.master_key().clone()
    }

    /// Nothing panicked anywhere, nothing was sent in clear, and an honest server is understood as before.
    fn is_unharmed(&self) {
        assert_eq!(PANICS.load(Ordering::Relaxed), 0, "something panicked");
        for (_, host) in &*self.line.sent.lock().unwrap() {
            assert_ne!(host, "elsewhere.example.org", "a redirect was followed");
        }
        assert!(self.emulator.owner(EMAIL).is_some());
    }
}

/// Everything that is asked of a tree.
fn look_at(tree: &Tree) {
    for node in tree.nodes() {
        let handle = node.handle();
        let _ = (tree.usage(handle), tree.path(handle), tree.access(handle), tree.versions(handle));
        assert!(tree.ancestors(handle).count() <= tree.len());
    }
}

// ------------------------------------------------------------------------------------------------ the line

/// What lies between us and the server: it says what was sent, and twists what is answered.
struct Line {
    behind: EmulatorTransport,
    reply: Mutex<Reply>,
    twist: Arc<Mutex<Option<Twist>>>,
    /// Scheme and host of every request.
    sent: Mutex<Vec<(String, String)>>,
    /// What was answered honestly, by the names of the commands.
    shapes: Arc<Mutex<Vec<(String, Value)>>>,
}

type Twist = Box<dyn Fn(&str, &mut Value) + Send>;

/// How the server answers.
#[derive(Clone, Copy)]
enum Reply {
    /// As it does; a twist may change it.
    Honest,
    /// With this, and then that over and over.
    Endless(&'static str, &'static str),
    /// Storage servers with so many bytes.
    Storage(usize),
    /// Look elsewhere.
    Redirect(u16),
}

impl Line {
    fn set(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    fn canned(&self, request: &Request) -> Option<Response> {
        let is_storage = request.url.path().starts_with("/dl/") || request.url.path().starts_with("/ul/");
        match *self.reply.lock().unwrap() {
            Reply::Endless(head, again) if !is_storage => Some(endless(request, head, again)),
            Reply::Storage(len) if is_storage => {
                let body = stream::iter([Ok(Bytes::from(vec![7; len]))]).boxed();
                let body = limited(body, request);
                Some(Response { status: StatusCode::OK, headers: HeaderMap::new(), body })
            }
            Reply::Redirect(status) => {
                let mut headers = HeaderMap::new();
                headers.insert("location", "https://elsewhere.example.org/cs".parse().unwrap());
                let body = stream::empty().boxed();
                Some(Response { status: StatusCode::from_u16(status).unwrap(), headers, body })
            }
            Reply::Honest | Reply::Endless(..) | Reply::Storage(_) => None,
        }
    }
}

impl Transport for Line {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        self.sent.lock().unwrap().push((request.url.scheme().to_owned(), host.clone()));
        if let Some(response) = self.canned(&request) {
            return async move { Ok(response) }.boxed();
        }
        if host != "localhost" {
            let source = "no such host".into();
            return async move { Err(TransportError::Unreachable { host, source }) }.boxed();
        }
        let names = match request.url.path() {
            "/cs" => names_of(&request.body),
            "/sc" | "/wsc" => "sc".to_owned(),
            _ => return self.behind.send(request),
        };
        let (sent, twist, shapes) =
            (self.behind.send(request), Arc::clone(&self.twist), Arc::clone(&self.shapes));
        async move {
            let Response { status, mut headers, body } = sent.await?;
            let mut bytes = Response { status, headers: HeaderMap::new(), body }.bytes().await?;
            if let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) {
                match &*twist.lock().unwrap() {
                    Some(twist) => twist(&names, &mut answer),
                    None => shapes.lock().unwrap().push((names, answer.clone())),
                }
                bytes = answer.to_string().into();
                headers.remove("content-length");
            }
            Ok(Response { status, headers, body: stream::iter([Ok(bytes)]).boxed() })
        }
        .boxed()
    }
}

fn names_of(body: &RequestBody) -> String {
    let RequestBody::Bytes(bytes) = body else { return String::new() };
    let batch: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let names = batch.as_array().into_iter().flatten().filter_map(|command| command["a"].as_str());
    names.collect::<Vec<_>>().join("+")
}

fn endless(request: &Request, head: &'static str, again: &'static str) -> Response {
    let piece = Bytes::from(again.repeat(1 << 15));
    let body = stream::once(async move { Ok(Bytes::from_static(head.as_bytes())) });
    let body = body.chain(stream::repeat_with(move || Ok(piece.clone()))).boxed();
    Response { status: StatusCode::OK, headers: HeaderMap::new(), body: limited(body, request) }
}

/// Cuts a body off where a transport has to: at what the request allows, and here never after more than 64 MiB.
fn limited(
    body: megapane::api::transport::BodyStream,
    request: &Request,
) -> megapane::api::transport::BodyStream {
    let limit = request.body_limit.min(64 << 20);
    let host = request.url.host_str().unwrap_or_default().to_owned();
    let mut sum = 0;
    let cut = body.map(move |piece: Result<Bytes, TransportError>| {
        let piece = piece?;
        sum += piece.len() as u64;
        if sum > limit { Err(TransportError::TooLong { host: host.clone(), limit }) } else { Ok(piece) }
    });
    let mut is_over = false;
    cut.take_while(move |piece| {
        let goes_on = !is_over;
        is_over |= piece.is_err();
        async move { goes_on }
    })
    .boxed()
}

// ------------------------------------------------------------------------------------------------ lies

/// What stands in place of a value; `None` takes it away.
fn lies() -> Vec<Option<Value>> {
    let deep = (0..100).fold(json!(0), |inner, _| json!([inner]));
    [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(-9),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e300),
        json!(""),
        json!("-9"),
        json!("\u{0}../\u{202e}"),
        json!("A".repeat(70_000)),
        json!("AAAAAAAA"),
        json!("AAAAAAAAAAA"),
        json!("http://storage.example.org/x"),
        json!("https://storage.example.org/x"),
        json!([]),
        json!([[0, {"x": []}], 1, "a", null]),
        json!({}),
        json!({"err": -9}),
        deep,
    ]
    .into_iter()
    .map(Some)
    .chain([None])
    .collect()
}

/// The place of every value in an answer, containers included.
fn pointers(value: &Value, here: String, places: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            // The first few of a list stand for the others.
            for (index, member) in list.iter().enumerate().take(6) {
                pointers(member, format!("{here}/{index}"), places);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    places.push(here);
}

fn tell(answer: &mut Value, place: &str, lie: Option<Value>) {
    match (lie, place.rsplit_once('/')) {
        (Some(lie), _) => {
            if let Some(value) = answer.pointer_mut(place) {
                *value = lie;
            }
        }
        (None, Some((above, name))) => match answer.pointer_mut(above) {
            Some(Value::Object(members)) => drop(members.remove(name)),
            Some(Value::Array(list)) => {
                if let Some(index) = name.parse().ok().filter(|index: &usize| *index < list.len()) {
                    list.remove(index);
                }
            }
            _ => {}
        },
        (None, None) => *answer = Value::Null,
    }
}

fn change_text(answer: &mut Value, place: &str, change: impl FnOnce(&mut Vec<u8>)) {
    if let Some(text) = answer.pointer_mut(place) {
        let mut bytes = base64_decode(text.as_str().unwrap());
        change(&mut bytes);
        *text = base64_encode(&bytes).into();
    }
}

// ------------------------------------------------------------------------------------------------ measures

/// Tasks that panic end quietly where nobody waits for them: a hook counts them.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            earlier(panic);
        }));
    });
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// The most memory that the process ever asked for, in KiB; 0 where the system does not say.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse().unwrap_or_default()
}

fn content() -> Vec<u8> {
    (0..FILM).map(|at| u8::try_from(at * 13 % 251).unwrap()).collect()
}

const EMAIL: &str = "ann@example.org";
const FILM: usize = 40_000;

/// Requests of one deed, which may go on for a day: one every few seconds is no storm.
const MOST_REQUESTS: usize = 10_000;
