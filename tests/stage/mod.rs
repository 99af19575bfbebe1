//! The whole screen with its worker on the emulator: keys go in by name, what the terminal would show is read back from
//! the bytes that were written to it. The clock is the test's, and stands while nothing is waited for.
#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod held;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use megapane::api::transport::Transport;
use megapane::config::{Account, ColorDepth, Config, Folders, UserProgram};
use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD};
use megapane::local::Trash;
use megapane::message::Event;
use megapane::secret::Secret;
use megapane::ui::backend::TtyBackend;
use megapane::ui::errand::{Errand, ErrandEnd};
use megapane::ui::input::Input;
use megapane::ui::key::parse_keys;
use megapane::ui::run::{Options, Ports, Screen, UiError, drive};
use megapane::ui::terminal::Control;
use megapane::worker::{Copies, Parts, Preset, Worker, start};
use ratatui::Terminal;
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

pub(crate) const EMAIL: &str = "ann@example.org";

/// The sizes that every picture is taken at.
pub(crate) const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// What is there before the program starts.
pub(crate) struct Stage {
    pub(crate) emulator: Emulator,
    pub(crate) ann: Owner,
    pub(crate) scratch: TempDir,
}

/// An account with what `prepare` puts into it, and a folder with files.
pub(crate) fn stage(prepare: impl FnOnce(&Owner), files: &[(&str, Vec<u8>)]) -> Stage {
    let emulator = Emulator::new();
    let ann = emulator.add_account(NewAccount::new(EMAIL));
    prepare(&ann);
    let scratch = tempfile::tempdir().unwrap();
    let disk = scratch.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    for (name, bytes) in files {
        std::fs::write(disk.join(name), bytes).unwrap();
    }
    Stage { emulator, ann, scratch }
}

/// What is between the program and what is around it.
struct Wiring {
    /// Columns and rows of the screen.
    size: (u16, u16),
    transport: Arc<dyn Transport>,
    /// The way from the worker to the screen.
    events: Box<dyn FnOnce(mpsc::Receiver<Event>) -> mpsc::Receiver<Event>>,
}

impl Wiring {
    /// Nothing in between.
    fn of(stage: &Stage) -> Self {
        let transport = Arc::new(stage.emulator.transport());
        Self { size: (80, 24), transport, events: Box::new(|events| events) }
    }
}

/// How the program asks how large its terminal is.
type AskSize = fn() -> io::Result<(u16, u16)>;

/// A terminal that says that it has one of these sizes.
fn asked(size: (u16, u16)) -> AskSize {
    match size {
        (80, 24) => || Ok((80, 24)),
        (120, 40) => || Ok((120, 40)),
        (40, 12) => || Ok((40, 12)),
        (160, 50) => || Ok((160, 50)),
        _ => panic!("no such size"),
    }
}

/// The program, running.
pub(crate) struct App {
    pub(crate) emulator: Emulator,
    pub(crate) ann: Owner,
    pub(crate) scratch: TempDir,
    pub(crate) terminal: vt100::Parser,
    /// What the user's programs do when they get the terminal, and those that got it.
    pub(crate) programs: Programs,
    written: Written,
    all: Vec<u8>,
    input: mpsc::UnboundedSender<Input>,
    looped: JoinHandle<Result<(), UiError>>,
}

impl App {
    pub(crate) fn start(stage: Stage) -> Self {
        Self::with(stage, |_| {})
    }

    /// The same with other options.
    pub(crate) fn with(stage: Stage, change: impl FnOnce(&mut Options)) -> Self {
        let wiring = Wiring::of(&stage);
        Self::wired(stage, wiring, change)
    }

    /// The same on a screen of 160x50.
    pub(crate) fn wide(stage: Stage) -> Self {
        Self::at(stage, (160, 50))
    }

    /// The same on a screen of one of [`SIZES`].
    pub(crate) fn at(stage: Stage, size: (u16, u16)) -> Self {
        let wiring = Wiring { size, ..Wiring::of(&stage) };
        Self::wired(stage, wiring, |_| {})
    }

    /// The same on another line to the emulator.
    pub(crate) fn through(stage: Stage, transport: Arc<dyn Transport>, size: (u16, u16)) -> Self {
        let wiring = Wiring { size, transport, ..Wiring::of(&stage) };
        Self::wired(stage, wiring, |_| {})
    }

    /// All that was written to the terminal.
    pub(crate) fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.all).into_owned()
    }

    /// The same, but behind the first event that is wanted the worker is heard again only once the gate is opened.
    pub(crate) fn held_behind(stage: Stage, wanted: fn(&Event) -> bool, gate: Arc<Notify>) -> Self {
        let held = move |mut events: mpsc::Receiver<Event>| {
            let (on, heard) = mpsc::channel(1);
            tokio::spawn(async move {
                let mut is_held = false;
                while let Some(event) = events.recv().await {
                    let holds = !is_held && wanted(&event);
                    is_held |= holds;
                    if on.send(event).await.is_err() {
                        return;
                    }
                    if holds {
                        gate.notified().await;
                    }
                }
            });
            heard
        };
        let wiring = Wiring { events: Box::new(held), ..Wiring::of(&stage) };
        Self::wired(stage, wiring, |_| {})
    }

    fn wired(stage: Stage, wiring: Wiring, change: impl FnOnce(&mut Options)) -> Self {
        let Stage { emulator, ann, scratch } = stage;
        let ((columns, rows), size) = (wiring.size, asked(wiring.size));
        let (written, programs) = (Written::default(), Programs::default());
        let Worker { commands, events } = start(parts(&emulator, wiring.transport, scratch.path()));
        let events = (wiring.events)(events);
        let (input, mut typed) = mpsc::unbounded_channel();
        let now: Timestamp = "2024-08-14T18:28:00Z".parse().unwrap();
        let began = tokio::time::Instant::now();
        let backend = TtyBackend::new(written.clone(), size);
        let screen = Screen {
            terminal: Terminal::new(backend).unwrap(),
            control: programs.clone(),
            clock: Box::new(move || now + began.elapsed()),
            zone: TimeZone::UTC,
        };
        let mut options = Options {
            account: Some("work".into()),
            editor: UserProgram::parse("my-editor --wait"),
            depth: ColorDepth::Millions,
            has_desktop: true,
            ..Options::new(scratch.path().join("disk"), scratch.path().into())
        };
        change(&mut options);
        let keys = futures_util::stream::poll_fn(move |context| typed.poll_recv(context));
        let looped = tokio::spawn(drive(screen, keys, Ports { commands, events }, options));
        let terminal = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        Self { emulator, ann, scratch, terminal, programs, written, all: Vec::new(), input, looped }
    }

    pub(crate) fn disk(&self) -> PathBuf {
        self.scratch.path().join("disk")
    }

    /// Types keys, each once the screen is still.
    pub(crate) async fn type_in(&mut self, keys: &str) {
        for key in parse_keys(keys).unwrap() {
            self.input.send(Input::Terminal(Ok(TerminalEvent::Key(key.into())))).unwrap();
            self.settle().await;
        }
    }

    /// Waits until the screen shows a text.
    pub(crate) async fn until(&mut self, text: &str) {
        for _ in 0..600 {
            if self.screen().contains(text) {
                return;
            }
            assert!(!self.looped.is_finished(), "the program has ended");
            self.settle().await;
        }
        panic!("no {text:?} on\n{}", self.screen());
    }

    /// What the terminal shows, without the blanks at the ends of lines.
    pub(crate) fn screen(&self) -> String {
        let rows = self.terminal.screen().rows(0, u16::MAX);
        rows.flat_map(|row| [row.trim_end().to_owned(), "\n".to_owned()]).collect()
    }

    /// Bytes that were asked of the storage servers.
    pub(crate) fn downloaded(&self) -> u64 {
        let range = |path: &str| {
            let (first, last) = path.strip_prefix("/dl/")?.split_once('/')?.1.split_once('-')?;
            Some(last.parse::<u64>().ok()? + 1 - first.parse::<u64>().ok()?)
        };
        self.emulator.seen().iter().filter_map(|request| range(&request.path)).sum()
    }

    async fn settle(&mut self) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let bytes = std::mem::take(&mut *self.written.0.lock().unwrap());
        self.terminal.process(&bytes);
        self.all.extend(bytes);
    }
}

fn parts(emulator: &Emulator, transport: Arc<dyn Transport>, scratch: &Path) -> Parts {
    let at = |name: &str| scratch.join(name);
    let account = Account {
        name: "work".into(),
        email: EMAIL.into(),
        api_url: Some(emulator.url().to_string()),
        passphrase: false,
        password: None,
    };
    let folders = Folders { config: at("config"), cache: at("cache"), state: at("state") };
    let config = Config { folders, accounts: vec![account], ..Config::default() };
    let mut parts = Parts::new(config, transport);
    parts.trash = Trash::Folder(at("trash"));
    parts.home = Some(scratch.to_path_buf());
    parts.copies = Copies::Kept;
    parts.presets.push(Preset { account: "work".into(), password: Secret::from(PASSWORD) });
    parts
}

/// The user's programs: what each does with what it is given is the test's.
#[derive(Clone, Default)]
pub(crate) struct Programs {
    pub(crate) ran: Arc<Mutex<Vec<Errand>>>,
    pub(crate) does: Arc<Mutex<Option<Deed>>>,
    pub(crate) opened: Arc<Mutex<Vec<PathBuf>>>,
}

/// What a program does with the file that it is given.
pub(crate) type Deed = Box<dyn FnMut(&Path) -> ErrandEnd + Send>;

impl Programs {
    /// From now on every program does this.
    pub(crate) fn set(&self, deed: impl FnMut(&Path) -> ErrandEnd + Send + 'static) {
        *self.does.lock().unwrap() = Some(Box::new(deed));
    }
}

impl Control for Programs {
    fn copy(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn open(&mut self, path: &Path) -> io::Result<()> {
        self.opened.lock().unwrap().push(path.to_owned());
        Ok(())
    }

    fn run(&mut self, errand: &Errand) -> io::Result<ErrandEnd> {
        self.ran.lock().unwrap().push(errand.clone());
        let file = errand.arguments.last().map_or(Path::new(""), Path::new);
        Ok(self.does.lock().unwrap().as_mut().map_or(ErrandEnd::Well, |deed| deed(file)))
    }
}

/// Collects what would go to a terminal.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
