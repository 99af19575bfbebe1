#![cfg(test)]
//! What the user sets about the screen, through the real run loop: keymaps, the mouse, the ground, calls when long work
//! ends, the window's title; and that no size of the terminal breaks any screen or dialog.

mod screen;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use futures_util::stream;
use jiff::tz::TimeZone;
use megapane::message::{
    AccountRow, AccountState, Arrangement, Command, CopyId, CopyReport, Event, MarkChange, PlanSummary, Sort,
    TransferState, ViewId,
};
use megapane::ui::backend::TtyBackend;
use megapane::ui::input::Input;
use megapane::ui::key::{Key, parse_keys};
use megapane::ui::keymap::{Keymap, Preset, read};
use megapane::ui::run::{Options, Ports, Screen, UiError, drive};
use megapane::ui::settings::Settings;
use megapane::ui::state::AppState;
use megapane::ui::terminal::Control;
use megapane::ui::update::{Msg, update};
use proptest::prelude::*;
use ratatui::Terminal;
use screen::{
    conflict, folder_conflict, head, left_rows, photos, picture, pictures, right_rows, sample, tell,
    text_conflict, totals, transfer,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

// ------------------------------------------------------------------------------------------- keymaps

#[tokio::test(start_paused = true)]
async fn the_keys_of_a_preset_call_and_are_shown() {
    let mut app = App::start(Settings { keymap: Keymap::of(Preset::Mc), ..Settings::default() }).await;
    app.type_in("j").await;
    assert!(app.line(22).contains("F5 Copy") && app.line(22).contains("F8 Bin"), "{}", app.shown());
    app.type_in("<F5>").await;
    assert!(app.shows("F5 Copy   Esc Back"), "{}", app.shown());
    app.type_in("<F5>").await;
    assert!(app.sent().iter().any(|command| matches!(command, Command::StartCopy { .. })));

    let mut app = App::start(Settings { keymap: Keymap::of(Preset::Vim), ..Settings::default() }).await;
    app.type_in("jdd").await;
    assert!(app.shows("Put into the trash"), "{}", app.shown());
    app.type_in("<Esc>?").await;
    assert!(app.shows("yy  pp  F5"), "{}", app.shown());
}

#[tokio::test(start_paused = true)]
async fn a_file_of_the_users_changes_keys_and_its_faults_are_on_the_status_line() {
    let reading = read("[panes]\ncopy = \"<C-x>k\"\nmove = \"<Nope>\"\n", None);
    let notice = Some(reading.faults[0].to_string());
    let mut app = App::start(Settings { keymap: reading.keymap, notice, ..Settings::default() }).await;
    assert!(app.shows("line 3: \"<Nope>\" for \"move\" is no key"), "{}", app.shown());
    app.type_in("c").await;
    assert!(app.shows("c is no key here · ? shows all keys"), "{}", app.shown());
    app.type_in("j<C-x>").await;
    assert!(app.line(23).contains("k copy"), "{}", app.shown());
    app.type_in("k").await;
    assert!(app.shows("C-x k") || app.shows("c Copy"), "{}", app.shown());
}

#[tokio::test(start_paused = true)]
async fn a_function_key_that_is_not_known_makes_the_key_bar_show_letters() {
    let mut app = App::start(Settings { keymap: Keymap::of(Preset::Mc), ..Settings::default() }).await;
    app.type_in("<F11>").await;
    app.type_in("j").await;
    assert!(app.line(22).contains("c Copy"), "{}", app.shown());
}

// ------------------------------------------------------------------------------------------- mouse

#[tokio::test(start_paused = true)]
async fn clicks_put_the_cursor_switch_panes_mark_and_enter() {
    let mut app = App::start(Settings { mouse: true, ..Settings::default() }).await;
    assert_eq!(app.control.taken(), [true]);
    app.click(MouseButton::Left, 10, 7).await;
    assert!(app.line(7).starts_with('▌'), "{}", app.shown());
    app.click(MouseButton::Left, 50, 3).await;
    assert!(app.line(3).contains("│▌"), "{}", app.shown());
    app.sent();
    app.click(MouseButton::Right, 50, 5).await;
    let key = right_rows()[2].entry.key.clone();
    assert_eq!(app.sent(), [Command::Mark { view: ViewId(1), change: MarkChange::Toggle(key) }]);
    app.click(MouseButton::Left, 50, 3).await;
    app.click(MouseButton::Left, 50, 3).await;
    assert!(matches!(app.sent()[..], [Command::Open { view: ViewId(1), .. }]));
}

#[tokio::test(start_paused = true)]
async fn a_click_on_a_key_that_is_drawn_is_that_key_and_dialogs_hide_the_bar() {
    let mut app = App::start(Settings { mouse: true, ..Settings::default() }).await;
    app.click_on("Folder").await;
    assert!(app.shows("New folder"), "{}", app.shown());
    app.click_on("Esc Back").await;
    assert!(!app.shows("New folder"), "{}", app.shown());
    app.type_in("j").await;
    app.click_on("c Copy").await;
    assert!(app.shows("copy  "), "{}", app.shown());
    app.sent();
    app.click(MouseButton::Left, 3, 22).await;
    assert!(app.shows("Esc Back") && app.sent().is_empty(), "the bar is covered: {}", app.shown());
    app.click_on("c Copy").await;
    assert!(app.sent().iter().any(|command| matches!(command, Command::StartCopy { .. })));
}

#[tokio::test(start_paused = true)]
async fn the_wheel_scrolls_and_a_key_turns_the_mouse_on_and_off() {
    let mut app = App::start(Settings::default()).await;
    app.type_in("gm").await;
    assert!(app.shows("the mouse is on"), "{}", app.shown());
    app.wheel(MouseEventKind::ScrollDown, 50, 5).await;
    assert!(app.line(6).contains("│▌"), "{}", app.shown());
    app.type_in("?").await;
    let before = app.shown();
    app.wheel(MouseEventKind::ScrollDown, 50, 5).await;
    assert_ne!(app.shown(), before, "help scrolls");
    app.type_in("<Esc>gm").await;
    assert_eq!(app.control.taken(), [true, false]);
}

// ------------------------------------------------------------------------------------------- ground, calls, title

#[tokio::test(start_paused = true)]
async fn the_terminals_answer_changes_the_colours_and_types_nothing() {
    let mut app = App::start(Settings { asks_ground: true, ..Settings::default() }).await;
    app.out.take();
    app.sent();
    for key in parse_keys("<M-]>11;rgb:ffff/ffff/ffff<M-\\>").unwrap() {
        app.press(key);
    }
    app.settle().await;
    let bytes = String::from_utf8(app.out.take()).unwrap();
    assert!(bytes.contains("\x1b[1;34m") || bytes.contains(";34m"), "{bytes:?}");
    assert!(app.sent().is_empty() && !app.shows("is no key"), "{}", app.shown());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_long_work_calls_who_looks_elsewhere() {
    let mut app = App::start(Settings::default()).await;
    let running = transfer(1, "setup.iso", 1000, 1, TransferState::Running);
    let moving =
        || Event::Transfers { changed: vec![running.clone()], removed: vec![], totals: totals(1, 0) };
    let done = transfer(1, "setup.iso", 1000, 1000, TransferState::Done);
    let over = || Event::Transfers { changed: vec![done.clone()], removed: vec![], totals: totals(1, 1) };
    app.tell(moving()).await;
    tokio::time::sleep(Duration::from_secs(40)).await;
    app.type_in("j").await;
    app.tell(over()).await;
    assert_eq!(app.control.calls(), [""; 0], "somebody is there");
    app.tell(moving()).await;
    tokio::time::sleep(Duration::from_secs(40)).await;
    app.tell(over()).await;
    assert_eq!(app.control.calls(), ["all transfers have ended"]);
}

#[tokio::test(start_paused = true)]
async fn the_window_is_named_only_where_that_is_wanted() {
    let app = App::start(Settings::default()).await;
    assert_eq!(app.control.titles(), [""; 0]);
    let mut app = App::start(Settings { title: true, ..Settings::default() }).await;
    app.type_in("<Tab>").await;
    let titles = app.control.titles();
    assert_eq!(titles.last().unwrap(), "work:/Photos/2024 | ~/Pictures/2024 - megapane");
}

#[tokio::test(start_paused = true)]
async fn panes_begin_in_the_order_that_is_set() {
    let arrangement =
        Arrangement { sort: Sort::Size, reversed: true, hidden: true, ..Arrangement::default() };
    let app = App::start(Settings { arrangement: arrangement.clone(), ..Settings::default() }).await;
    let arranged = app.all_sent().into_iter().filter(
        |command| matches!(command, Command::Arrange { arrangement: sent, .. } if *sent == arrangement),
    );
    assert_eq!(arranged.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn suspending_and_coming_back_draws_the_whole_screen() {
    let mut app = App::start(Settings::default()).await;
    app.out.take();
    app.type_in("<C-z>").await;
    let bytes = String::from_utf8(app.out.take()).unwrap();
    assert!(bytes.contains("\x1b[2J") && bytes.contains("beach-noon.jpg"), "{bytes:?}");
}

// ------------------------------------------------------------------------------------------- the clipboard

#[tokio::test(start_paused = true)]
async fn a_terminal_without_a_clipboard_shows_the_text_instead() {
    let mut app = App::start(Settings::default()).await;
    app.type_in("jyn").await;
    assert!(app.shows("this terminal reaches no clipboard: Winter"), "{}", app.shown());
    assert!(!app.shows("on the clipboard"), "{}", app.shown());
}

// ------------------------------------------------------------------------------------------- sizes

#[test]
fn below_20x5_a_sentence_stands_in_place_of_the_screen() {
    for (width, height) in [(19, 24), (80, 4), (10, 3), (1, 1)] {
        let shown = picture(&sample(width, height));
        assert!(width < 10 || shown.contains("too small"), "{width}x{height}: {shown}");
    }
    assert!(!picture(&sample(20, 5)).contains("too small"));
}

/// Conflicts, confirmations and names: what their keys would change, nobody has seen.
#[test]
fn below_20x5_no_dialog_is_answered_but_each_is_left() {
    for (name, open) in DIALOGS {
        for (width, height) in [(19, 24), (80, 4), (0, 0)] {
            let mut state = sample(80, 24);
            open(&mut state);
            let depth = state.dialogs.len();
            if depth == 0 {
                continue;
            }
            let later = screen::now() + jiff::SignedDuration::from_secs(60);
            screen::happen(&mut state, Msg::Tick(later));
            screen::happen(&mut state, Msg::Resize(width, height));
            let mut commands = Vec::new();
            for key in parse_keys("oOsSrRcnydmuDkvt3<Enter><F5><F8>q").unwrap() {
                update(&mut state, Msg::Key(key), &mut commands);
            }
            assert!(commands.is_empty(), "{name} at {width}x{height}: {commands:?}");
            assert_eq!(state.dialogs.len(), depth, "{name} at {width}x{height}");
            update(&mut state, Msg::Key(parse_keys("<Esc>").unwrap()[0]), &mut commands);
            let is_stopped = matches!(commands[..], [Command::CancelCopy { .. }]); // a check that runs stays until then
            assert!(state.dialogs.len() < depth || is_stopped, "{name} at {width}x{height}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A window that is pulled about, from 200x60 to nothing and back, over every screen and dialog.
    #[test]
    fn no_size_breaks_any_screen_or_dialog(sizes in prop::collection::vec((1u16..=200, 1u16..=60), 1..12), dialog in 0usize..DIALOGS.len(), keys in any::<u8>()) {
        let mut state = sample(200, 60);
        (DIALOGS[dialog].1)(&mut state);
        for (width, height) in sizes.into_iter().chain([(20, 5), (200, 60), (1, 1), (80, 24)]) {
            update(&mut state, Msg::Resize(width, height), &mut Vec::new());
            picture(&state);
            let key = ["<Down>", "<Up>", "<PgDn>", "<End>"][usize::from(keys % 4)];
            screen::type_in(&mut state, key);
            picture(&state);
        }
    }
}

type Opening = fn(&mut AppState);

/// Every screen and dialog, and how it comes up.
const DIALOGS: &[(&str, Opening)] = &[
    ("panes", |_| {}),
    ("transfers", |state| {
        let rows = (1..80).map(|number| transfer(number, "a/b/film.mov", 1000, 10, TransferState::Running));
        tell(state, Event::Transfers { changed: rows.collect(), removed: vec![], totals: totals(80, 0) });
        screen::type_in(state, "w");
    }),
    ("transfer", |state| {
        let row = transfer(1, "a/b/film.mov", 1000, 10, TransferState::Running);
        tell(state, Event::Transfers { changed: vec![row], removed: vec![], totals: totals(1, 0) });
        screen::type_in(state, "w<Enter>");
    }),
    ("limit", |state| screen::type_in(state, "wl")),
    ("help", |state| screen::type_in(state, "?")),
    ("palette", |state| screen::type_in(state, ":co")),
    ("properties", |state| screen::type_in(state, "ji")),
    ("rename", |state| screen::type_in(state, "jjr")),
    ("folder", |state| screen::type_in(state, "a")),
    ("find", |state| screen::type_in(state, "/be")),
    ("path", |state| screen::type_in(state, "gp")),
    ("accounts", |state| screen::type_in(state, "ga")),
    ("trash", |state| screen::type_in(state, "jd")),
    ("quit", |state| screen::type_in(state, "<C-c>")),
    ("chord", |state| screen::type_in(state, "g")),
    ("range", |state| screen::type_in(state, "vjj")),
    ("copy", |state| {
        screen::type_in(state, "jjc");
        let plan =
            PlanSummary { copy: CopyId(1), file_count: 3, common_folder_count: 2, ..PlanSummary::default() };
        tell(state, Event::Plan(plan));
    }),
    ("verify", |state| screen::type_in(state, "V")),
    ("conflict", |state| tell(state, Event::Conflict(conflict()))),
    ("text conflict", |state| tell(state, Event::Conflict(text_conflict()))),
    ("folder conflict", |state| tell(state, Event::Conflict(folder_conflict(true)))),
    ("login", |state| {
        let needs = AccountState::NeedsPassword { email: None, problem: None };
        tell(state, Event::Account { account: "work".into(), state: needs });
    }),
    ("code", |state| {
        tell(
            state,
            Event::Account { account: "work".into(), state: AccountState::NeedsCode { problem: None } },
        );
    }),
];

// ------------------------------------------------------------------------------------------- the stand-ins

/// The run loop on a terminal that is modelled, with a worker that answers what it has to.
struct App {
    input: mpsc::UnboundedSender<Input>,
    events: mpsc::Sender<Event>,
    sent: Arc<Mutex<Vec<Command>>>,
    all: Arc<Mutex<Vec<Command>>>,
    out: Written,
    model: Arc<Mutex<vt100::Parser>>,
    control: Recorder,
    _looped: JoinHandle<Result<(), UiError>>,
}

impl App {
    async fn start(settings: Settings) -> Self {
        let (input, keys) = mpsc::unbounded_channel();
        let (commands, received) = mpsc::unbounded_channel();
        let (events, told) = mpsc::channel(64);
        let [sent, all]: [Arc<Mutex<Vec<Command>>>; 2] = Default::default();
        tokio::spawn(work(received, events.clone(), [Arc::clone(&sent), Arc::clone(&all)]));
        let parser = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        let model = Arc::new(Mutex::new(parser));
        let out = Written { bytes: Arc::default(), model: Arc::clone(&model) };
        let control = Recorder::default();
        let start = Instant::now();
        let screen = Screen {
            terminal: Terminal::new(TtyBackend::new(out.clone(), || Ok((80, 24)))).unwrap(),
            control: control.clone(),
            clock: Box::new(move || screen::now() + start.elapsed()),
            zone: TimeZone::UTC,
        };
        let options = Options {
            account: Some("work".to_owned()),
            settings,
            ..Options::new("/home/anna/Pictures/2024".into(), "/home/anna".into())
        };
        let keys = stream::unfold(keys, |mut keys| async move { keys.recv().await.map(|key| (key, keys)) });
        let ports = Ports { commands, events: told };
        let looped = tokio::spawn(drive(screen, Box::pin(keys), ports, options));
        let mut app = Self { input, events, sent, all, out, model, control, _looped: looped };
        app.settle().await;
        app.sent();
        app
    }

    async fn settle(&mut self) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    fn press(&self, key: Key) {
        self.input.send(Input::Terminal(Ok(TerminalEvent::Key(key.into())))).unwrap();
    }

    async fn type_in(&mut self, keys: &str) {
        for key in parse_keys(keys).unwrap() {
            self.press(key);
            self.settle().await;
        }
    }

    async fn click(&mut self, button: MouseButton, column: u16, row: u16) {
        self.wheel(MouseEventKind::Down(button), column, row).await;
    }

    async fn click_on(&mut self, text: &str) {
        let shown = self.shown();
        let lines = shown
            .lines()
            .zip(0..)
            .filter_map(|(line, y)| Some((line.split_once(text)?.0.chars().count(), y)));
        let (x, y) = lines.last().unwrap_or_else(|| panic!("no {text:?} in\n{shown}"));
        self.click(MouseButton::Left, u16::try_from(x).unwrap(), y).await;
    }

    async fn wheel(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.input.send(Input::Terminal(Ok(TerminalEvent::Mouse(event)))).unwrap();
        self.settle().await;
    }

    async fn tell(&mut self, event: Event) {
        self.events.send(event).await.unwrap();
        self.settle().await;
    }

    /// Returns what was sent since the last call, but for requests of rows and answers and reports of the cursor.
    fn sent(&mut self) -> Vec<Command> {
        use Command::{Focus, Rows, WhenAnswered};
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        sent.into_iter()
            .filter(|command| !matches!(command, Rows { .. } | Focus { .. } | WhenAnswered { .. }))
            .collect()
    }

    fn all_sent(&self) -> Vec<Command> {
        self.all.lock().unwrap().clone()
    }

    fn shown(&self) -> String {
        self.model.lock().unwrap().screen().contents()
    }

    fn shows(&self, text: &str) -> bool {
        self.shown().contains(text)
    }

    fn line(&self, y: usize) -> String {
        self.shown().lines().nth(y).unwrap_or_default().to_owned()
    }
}

/// A worker that knows two folders and one plan.
async fn work(
    mut commands: mpsc::UnboundedReceiver<Command>,
    events: mpsc::Sender<Event>,
    logs: [Arc<Mutex<Vec<Command>>>; 2],
) {
    while let Some(command) = commands.recv().await {
        for log in &logs {
            log.lock().unwrap().push(command.clone());
        }
        let answer = match command {
            Command::ListAccounts => {
                Event::Accounts(vec![AccountRow { name: "work".into(), email: "work@example.org".into() }])
            }
            Command::Open { view: ViewId(0), .. } => {
                Event::View(head(0, pictures(), "~/Pictures/2024", &unmarked(left_rows())))
            }
            Command::Open { view, .. } => {
                Event::View(head(view.0, photos(), "work:/Photos/2024", &right_rows()))
            }
            Command::Rows { view, start, .. } => {
                let rows = if view == ViewId(0) { unmarked(left_rows()) } else { right_rows() };
                let start_row = usize::try_from(start).unwrap().min(rows.len());
                Event::Rows { view, generation: 1, start, rows: rows[start_row..].to_vec() }
            }
            Command::WhenAnswered { view, number } => Event::Answered { view, number },
            Command::PlanCopy { copy, .. } => {
                Event::Plan(PlanSummary { copy, file_count: 2, complete: true, ..PlanSummary::default() })
            }
            Command::StartCopy { copy } => {
                Event::CopyEnded(CopyReport { copy, copied_count: 2, ..CopyReport::default() })
            }
            _ => continue,
        };
        if events.send(answer).await.is_err() {
            return;
        }
    }
}

fn unmarked(mut rows: Vec<megapane::message::Row>) -> Vec<megapane::message::Row> {
    for row in &mut rows {
        row.marked = false;
    }
    rows
}

/// Remembers what is asked of the terminal besides drawing.
#[derive(Clone, Debug, Default)]
struct Recorder {
    taken: Arc<Mutex<Vec<bool>>>,
    calls: Arc<Mutex<Vec<String>>>,
    titles: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    fn taken(&self) -> Vec<bool> {
        self.taken.lock().unwrap().clone()
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn titles(&self) -> Vec<String> {
        self.titles.lock().unwrap().clone()
    }
}

impl Control for Recorder {
    fn has_clipboard(&self) -> bool {
        false
    }

    fn copy(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn take_mouse(&mut self, taken: bool) -> io::Result<()> {
        self.taken.lock().unwrap().push(taken);
        Ok(())
    }

    fn notify(&mut self, text: &str) -> io::Result<()> {
        self.calls.lock().unwrap().push(text.to_owned());
        Ok(())
    }

    fn name_window(&mut self, title: &str) -> io::Result<()> {
        self.titles.lock().unwrap().push(title.to_owned());
        Ok(())
    }
}

/// What goes to the terminal: kept, and shown by the model.
#[derive(Clone)]
struct Written {
    bytes: Arc<Mutex<Vec<u8>>>,
    model: Arc<Mutex<vt100::Parser>>,
}

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes.lock().unwrap())
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        self.model.lock().unwrap().process(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
