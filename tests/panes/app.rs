//! An [`App`]: the whole program but for its terminal, with an account and a folder on the disk.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, stream};
use jiff::tz::TimeZone;
use megapane::config::{Account, Config, Folders};
use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD};
use megapane::local::Trash;
use megapane::secret::Secret;
use megapane::ui::input::Input;
use megapane::ui::key::parse_keys;
use megapane::ui::run::{Options, Ports, Screen, UiError, drive};
use megapane::ui::terminal::Control;
use megapane::worker::{Parts, Preset, Worker, start};
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::screen::text_of;

/// The program under test.
pub(crate) struct App {
    pub(crate) emulator: Emulator,
    pub(crate) ann: Owner,
    pub(crate) scratch: TempDir,
    input: mpsc::UnboundedSender<Input>,
    shared: Shared,
    looped: Looped,
    ways: Ways,
}

/// How the program is started.
#[derive(Clone, Copy, Default)]
struct Ways {
    /// It keeps screens.
    restore: bool,
    /// It asks for the password of the account, and then keeps what belongs to it.
    asks_password: bool,
}

impl App {
    /// Starts on `~/disk` and the account `work`, with what is in both before that. Names of the disk end in `/` for folders.
    pub(crate) async fn start(disk: &[&str], cloud: &[&str]) -> Self {
        Self::sized(120, 30, disk, cloud).await
    }

    pub(crate) async fn sized(width: u16, height: u16, disk: &[&str], cloud: &[&str]) -> Self {
        Self::of(NewAccount::new("ann@example.org"), (width, height), disk, cloud).await
    }

    /// The same with an account of another kind; its e-mail is Ann's.
    pub(crate) async fn of(account: NewAccount, size: (u16, u16), disk: &[&str], cloud: &[&str]) -> Self {
        let emulator = Emulator::new();
        let ann = emulator.add_account(account);
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("disk");
        std::fs::create_dir(&folder).unwrap();
        for name in disk {
            let path = folder.join(name);
            if name.ends_with('/') {
                std::fs::create_dir_all(path).unwrap();
            } else {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, name).unwrap();
                let file = std::fs::File::options().write(true).open(&path).unwrap();
                file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
            }
        }
        for name in cloud {
            match name.strip_suffix('/') {
                Some(name) => drop(ann.folder(name)),
                None => drop(ann.file(name, name.as_bytes(), 1_700_000_000)),
            }
        }
        Self::on(emulator, ann, scratch, size, Ways::default()).await
    }

    /// Ends the program and starts it again on the same disk and account.
    pub(crate) async fn restart(self) -> Self {
        let Self { emulator, ann, scratch, looped, ways, .. } = self;
        drop(looped);
        Self::on(emulator, ann, scratch, (120, 30), ways).await
    }

    /// The same program with a configuration that keeps screens.
    pub(crate) async fn keeping_screens(mut self) -> Self {
        self.ways.restore = true;
        self.restart().await
    }

    /// The same program where the password is typed: only of such an account anything is kept.
    pub(crate) async fn asking_for_the_password(mut self) -> Self {
        self.ways.asks_password = true;
        self.restart().await
    }

    async fn on(
        emulator: Emulator,
        ann: Owner,
        scratch: TempDir,
        (width, height): (u16, u16),
        ways: Ways,
    ) -> Self {
        let at = |name: &str| scratch.path().join(name);
        let account = Account {
            name: "work".into(),
            email: "ann@example.org".into(),
            api_url: Some(emulator.url().to_string()),
            passphrase: false,
            password: None,
        };
        let folders = Folders { config: at("config"), cache: at("cache"), state: at("state") };
        let mut config = Config { folders, restore: ways.restore, ..Config::default() };
        let mut editing = config.edit().unwrap();
        if editing.account(&account.name).is_none() {
            editing.add(&account).unwrap();
        }
        drop(editing.save(&mut config).unwrap());
        let mut parts = Parts::new(config, Arc::new(emulator.transport()));
        if !ways.asks_password {
            parts.presets.push(Preset { account: "work".into(), password: Secret::from(PASSWORD) });
        }
        parts.trash = Trash::Folder(at("trash"));
        parts.home = Some(scratch.path().to_path_buf());
        let Worker { commands, events } = start(parts);
        let options = Options {
            account: Some("work".into()),
            log: at("state").join("log"),
            ..Options::new(at("disk"), scratch.path().to_path_buf())
        };
        let (input, keys) = mpsc::unbounded_channel();
        let shared = Shared(Arc::new(Mutex::new(TestBackend::new(width, height))));
        let begin = Instant::now();
        let now: jiff::Timestamp = "2024-08-14T18:28:00Z".parse().unwrap();
        let screen = Screen {
            terminal: Terminal::new(shared.clone()).unwrap(),
            control: Still,
            clock: Box::new(move || now + begin.elapsed()),
            zone: TimeZone::UTC,
        };
        let looped =
            Looped(tokio::spawn(drive(screen, receiving(keys), Ports { commands, events }, options)));
        let app = Self { emulator, ann, scratch, input, shared, looped, ways };
        app.settle().await;
        app
    }

    pub(crate) fn disk(&self, name: &str) -> PathBuf {
        self.scratch.path().join("disk").join(name)
    }

    pub(crate) async fn settle(&self) {
        tokio::time::sleep(Duration::from_secs(2)).await;
    }

    /// Types as a person would: one key after another.
    pub(crate) async fn type_in(&self, keys: &str) {
        for key in parse_keys(keys).unwrap() {
            self.input.send(Input::Terminal(Ok(TerminalEvent::Key(key.into())))).unwrap();
            self.settle().await;
        }
    }

    /// Types everything at once, before anything can be answered.
    pub(crate) async fn dash(&self, keys: &str) {
        for key in parse_keys(keys).unwrap() {
            self.input.send(Input::Terminal(Ok(TerminalEvent::Key(key.into())))).unwrap();
        }
        self.settle().await;
    }

    pub(crate) fn picture(&self) -> String {
        text_of(&self.shared.0.lock().unwrap())
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.picture().contains(text)
    }

    #[track_caller]
    pub(crate) fn must_show(&self, text: &str) {
        assert!(self.shows(text), "no {text:?} in\n{}", self.picture());
    }

    #[track_caller]
    pub(crate) fn must_not_show(&self, text: &str) {
        assert!(!self.shows(text), "{text:?} in\n{}", self.picture());
    }

    /// The header of a side, as it is drawn.
    pub(crate) fn header(&self, side: usize) -> String {
        let picture = self.picture();
        let header = picture.lines().next().unwrap();
        header.split('│').nth(side).unwrap_or_default().trim().to_owned()
    }

    /// The first line with a text in it.
    pub(crate) fn line_with(&self, text: &str) -> String {
        let picture = self.picture();
        let line = picture.lines().find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("no {text:?} in\n{picture}")).to_owned()
    }

    /// The name under the cursor of a side.
    pub(crate) fn cursor(&self, side: usize) -> String {
        let picture = self.picture();
        let halves = picture.lines().filter_map(|line| line.split('│').nth(side));
        let bars: Vec<&str> = halves.filter(|half| half.contains('▌')).collect();
        assert_eq!(bars.len(), 1, "{picture}");
        bars[0].trim_start_matches(['▌', ' ', '●']).split("  ").next().unwrap().trim().to_owned()
    }
}

/// The run loop; it ends when this is dropped.
struct Looped(JoinHandle<Result<(), UiError>>);

impl Drop for Looped {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Makes a keyboard of a channel.
fn receiving(mut keys: mpsc::UnboundedReceiver<Input>) -> impl Stream<Item = Input> + Unpin {
    stream::poll_fn(move |context| keys.poll_recv(context))
}

/// A terminal that does nothing but show.
struct Still;

impl Control for Still {
    fn copy(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A test backend that can be looked at while the loop draws on it.
#[derive(Clone, Debug)]
struct Shared(Arc<Mutex<TestBackend>>);

impl Backend for Shared {
    type Error = std::convert::Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.0.lock().unwrap().draw(content)
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.0.lock().unwrap().hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.0.lock().unwrap().show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.0.lock().unwrap().get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.0.lock().unwrap().set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.0.lock().unwrap().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Self::Error> {
        self.0.lock().unwrap().clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        self.0.lock().unwrap().size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.0.lock().unwrap().window_size()
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.0.lock().unwrap().flush()
    }
}
