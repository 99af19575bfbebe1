//! The transfer screen: which keys ask the worker for what, what its dialogs show, what it costs on a slow line, and what
//! becomes of it when the terminal goes away. The worker is these tests.
#![cfg(test)]

mod screen;

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, mem};

use futures_util::{Stream, stream};
use jiff::tz::TimeZone;
use megapane::config::{ColorDepth, OnHangup};
use megapane::message::{
    Command, CopyId, CopyReport, Direction, Event, PlanSummary, Problem, ProblemKind, Reorder, Resolution,
    Scope, SpeedLimit, TransferAction, TransferEnds, TransferId, TransferRow, TransferState, TransferTotals,
    Wait, WaitReason,
};
use megapane::ui::backend::TtyBackend;
use megapane::ui::input::Input;
use megapane::ui::key::parse_keys;
use megapane::ui::meter::Meter;
use megapane::ui::run::{Options, Ports, Screen, UiError, drive};
use megapane::ui::state::{AppState, Effect, Phase};
use megapane::ui::terminal::Control;
use megapane::ui::update::{Msg, update};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use screen::{conflict, picture, sample, tell, totals, transfer, type_in};
use tokio::sync::mpsc;

// ------------------------------------------------------------------------------------------- what is typed

/// Types and returns what is asked of the worker.
fn press(state: &mut AppState, keys: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    for key in parse_keys(keys).unwrap() {
        update(state, Msg::Key(key), &mut commands);
    }
    commands
}

fn report(state: &mut AppState, changed: Vec<TransferRow>, totals: TransferTotals) {
    tell(state, Event::Transfers { changed, removed: vec![], totals });
}

/// The transfer screen with the cursor on the second of three, which runs.
fn three() -> AppState {
    let mut state = sample(80, 24);
    let failed = Problem::new(ProblemKind::Permanent, "disk \x1b[31mfull", "Free some space.");
    let rows = vec![
        transfer(1, "done.txt", 10, 10, TransferState::Done),
        transfer(2, "Lisbon/castle.jpg", 5_347_737, 100, TransferState::Running),
        transfer(3, "report.docx", 310_000, 0, TransferState::Failed(failed)),
    ];
    report(&mut state, rows, TransferTotals { failed_count: 1, ..totals(3, 2) });
    type_in(&mut state, "w");
    state
}

fn shows(state: &AppState, text: &str) {
    let picture = picture(state);
    assert!(picture.contains(text), "no {text:?} in\n{picture}");
}

#[test]
fn every_key_asks_for_what_it_says() {
    let mut state = three();
    let two = TransferId(2);
    for (keys, action) in [
        ("p", TransferAction::Pause(two)),
        ("x", TransferAction::Cancel(two)),
        ("K", TransferAction::Reorder(two, Reorder::Up)),
        ("J", TransferAction::Reorder(two, Reorder::Down)),
        ("t", TransferAction::Reorder(two, Reorder::Top)),
        ("b", TransferAction::Reorder(two, Reorder::Bottom)),
        ("P", TransferAction::PauseAll),
        ("R", TransferAction::RetryFailed),
        ("c", TransferAction::ClearEnded),
        ("jr", TransferAction::Retry(TransferId(3))),
    ] {
        assert_eq!(press(&mut state, keys), [Command::Transfers(action)], "{keys}");
    }
    assert_eq!(press(&mut state, "p"), [], "it has ended");
    shows(&state, "pause: this transfer has ended");
    assert_eq!(press(&mut state, "kX<Enter>"), [Command::Transfers(TransferAction::CancelAll)]);
    let paused = transfer(2, "castle.jpg", 5_347_737, 100, TransferState::Paused);
    report(&mut state, vec![paused], totals(3, 2));
    assert_eq!(press(&mut state, "p"), [Command::Transfers(TransferAction::Resume(two))]);
    assert_eq!(press(&mut state, "P"), [Command::Transfers(TransferAction::ResumeAll)]);
    assert_eq!(
        press(&mut state, "qp"),
        [Command::Transfers(TransferAction::ResumeAll)],
        "from the panes, too"
    );
}

#[test]
fn a_limit_is_typed_and_seen_on_both_screens_once_it_is_in_force() {
    let mut state = three();
    let limit = SpeedLimit { up: NonZeroU64::new(500 << 10), down: None };
    assert_eq!(press(&mut state, "l500K<Enter>"), [Command::Transfers(TransferAction::Limit(limit))]);
    report(&mut state, vec![], TransferTotals { limit, ..totals(3, 2) });
    type_in(&mut state, "j");
    shows(&state, "limit ▲ 500 KB/s ▼ none (l)");
    type_in(&mut state, "q");
    shows(&state, "limit ▲ 500 KB/s ▼ none");
    type_in(&mut state, "wl");
    shows(&state, "▲ up    500K");
    assert_eq!(press(&mut state, "x<Enter>"), []);
    shows(&state, "write a speed like 500K or 2M, or off");
    let none = SpeedLimit::default();
    assert_eq!(press(&mut state, "<C-u>off<Enter>"), [Command::Transfers(TransferAction::Limit(none))]);
}

#[test]
fn details_show_both_ends_escaped_and_follow_the_transfer() {
    let mut state = three();
    assert_eq!(press(&mut state, "<Enter>"), [Command::DescribeTransfer { transfer: TransferId(2) }]);
    tell(
        &mut state,
        Event::TransferEnds(TransferEnds {
            transfer: TransferId(2),
            source: "~/Pictures/Lisbon/castle.jpg".into(),
            target: "work:/Photos/Lis\x1bbon/castle (2).jpg".into(),
        }),
    );
    shows(&state, "~/Pictures/Lisbon/castle.jpg");
    shows(&state, "work:/Photos/Lis\\x1bbon/castle (2).jpg");
    shows(&state, "38 MB/s, 0 s left");
    let until = screen::now().as_millisecond() + 8000;
    let wait = Wait { reason: WaitReason::ServerBusy, until: Some(until) };
    let again = TransferRow { attempts: 3, ..transfer(2, "castle.jpg", 10, 5, TransferState::Waiting(wait)) };
    report(&mut state, vec![again], totals(3, 2));
    shows(&state, "server busy, next try in 8 s");
    shows(&state, "runs   3");
    tell(
        &mut state,
        Event::Transfers { changed: vec![], removed: vec![TransferId(2)], totals: totals(2, 2) },
    );
    shows(&state, "it is off the list");
    type_in(&mut state, "<Esc>j<Enter>");
    shows(&state, "disk \\x1b[31mfull");
    shows(&state, "Free some space.");
}

#[test]
fn f_lists_those_that_have_not_ended_then_those_that_failed() {
    let mut state = three();
    type_in(&mut state, "f");
    assert!(!picture(&state).contains("done.txt"));
    shows(&state, "castle.jpg");
    type_in(&mut state, "f");
    assert!(!picture(&state).contains("castle.jpg"));
    shows(&state, "report.docx");
    type_in(&mut state, "f");
    shows(&state, "done.txt");
}

#[test]
fn a_row_that_is_put_elsewhere_takes_the_cursor_with_it() {
    let mut state = three();
    let first = TransferRow { place: -1, ..transfer(2, "castle.jpg", 10, 1, TransferState::Running) };
    report(&mut state, vec![first], totals(3, 2));
    let picture = picture(&state);
    assert!(picture.lines().nth(3).unwrap().starts_with("▌▲ castle.jpg"), "{picture}");
}

#[test]
fn of_20_000_transfers_those_on_the_screen_are_drawn() {
    let mut state = sample(80, 24);
    let rows = (1..=20_000).map(|number| {
        transfer(number, &format!("holiday-{number:05}.jpg"), 4_404_019, 0, TransferState::Queued)
    });
    report(&mut state, rows.collect(), totals(20_000, 0));
    type_in(&mut state, "wG");
    shows(&state, "▌▲ holiday-20000.jpg");
    assert_eq!(picture(&state).matches("holiday-").count(), 19);
    type_in(&mut state, "gg");
    shows(&state, "▌▲ holiday-00001.jpg");
}

#[test]
fn downloads_that_wait_for_the_quota_say_so_while_uploads_go_on() {
    let mut state = sample(120, 40);
    let until = screen::now().as_millisecond() + 4_320_000;
    let wait = Wait { reason: WaitReason::TransferQuota, until: Some(until) };
    let down = |number, state| TransferRow {
        direction: Direction::Down,
        ..transfer(number, "setup.iso", 1 << 30, 456 << 20, state)
    };
    let rows = vec![
        down(1, TransferState::Waiting(wait.clone())),
        down(2, TransferState::Queued),
        transfer(3, "castle.jpg", 5_347_737, 100, TransferState::Running),
    ];
    report(&mut state, rows, TransferTotals { wait: Some(wait), wait_count: 38, ..totals(39, 0) });
    type_in(&mut state, "w");
    shows(&state, "quota: 1 h 12 m, 38 files waiting, resumes by itself at 19:40 · uploads go on");
    shows(&state, "waits for quota");
    let later = screen::now() + Duration::from_mins(2);
    update(&mut state, Msg::Tick(later), &mut Vec::new());
    shows(&state, "quota: 1 h 10 m");
    assert!(state.is_animated(), "it counts down");
}

#[test]
fn transfers_say_what_holds_up_the_account_that_they_need() {
    let mut state = three();
    let until = screen::now().as_millisecond() + 3000;
    let wait = Wait { reason: WaitReason::ProofOfWork, until: Some(until) };
    let waiting = megapane::message::AccountState::Waiting(wait);
    tell(&mut state, Event::Account { account: "work".into(), state: waiting });
    shows(&state, "work: proof of work, about 3 s");
}

// ------------------------------------------------------------------------------------------- the terminal goes away

/// A copy of one file that runs; `more` may change the plan.
fn copying(rows: Vec<TransferRow>) -> AppState {
    let mut state = sample(80, 24);
    let plan =
        PlanSummary { copy: CopyId(1), target: "work:/".into(), complete: true, ..PlanSummary::default() };
    state.copies.running.insert(CopyId(1), plan);
    let count = rows.len() as u64;
    report(&mut state, rows, totals(count, 0));
    state
}

fn hang_up(state: &mut AppState, wanted: OnHangup) -> Vec<Command> {
    let mut commands = Vec::new();
    update(state, Msg::Hangup(wanted), &mut commands);
    commands
}

fn then(state: &mut AppState, event: Event) -> Vec<Command> {
    let mut commands = Vec::new();
    update(state, Msg::Worker(event), &mut commands);
    commands
}

fn running() -> TransferRow {
    transfer(1, "castle.jpg", 10, 1, TransferState::Running)
}

#[test]
fn without_a_terminal_transfers_go_on_to_their_end_and_then_the_program_ends() {
    let mut state = copying(vec![running()]);
    assert_eq!(hang_up(&mut state, OnHangup::Continue), []);
    let done = transfer(1, "castle.jpg", 10, 10, TransferState::Done);
    let ended = Event::Transfers { changed: vec![done], removed: vec![], totals: totals(1, 1) };
    assert_eq!(then(&mut state, ended), [], "the copy is not over");
    let report = CopyReport { copy: CopyId(1), copied_count: 1, ..CopyReport::default() };
    assert_eq!(then(&mut state, Event::CopyEnded(report)), [Command::Quit]);
    assert_eq!(state.phase, Phase::Quitting);
}

#[test]
fn where_it_is_so_configured_or_nothing_moves_the_program_ends_at_once() {
    assert_eq!(hang_up(&mut copying(vec![running()]), OnHangup::Stop), [Command::Quit]);
    assert_eq!(hang_up(&mut sample(80, 24), OnHangup::Continue), [Command::Quit]);
}

#[test]
fn what_is_held_back_stays_for_the_next_start() {
    let paused = transfer(2, "held.zip", 10, 1, TransferState::Paused);
    let mut state = copying(vec![running(), paused.clone()]);
    assert_eq!(hang_up(&mut state, OnHangup::Continue), []);
    let done = transfer(1, "castle.jpg", 10, 10, TransferState::Done);
    let ended = Event::Transfers { changed: vec![done], removed: vec![], totals: totals(2, 1) };
    assert_eq!(then(&mut state, ended), [Command::Quit]);
    let mut state = copying(vec![paused]);
    state.copies.running.get_mut(&CopyId(1)).unwrap().complete = false;
    assert_eq!(hang_up(&mut state, OnHangup::Continue), [], "it still finds files");
}

#[test]
fn a_question_that_nobody_can_be_asked_is_not_guessed() {
    let mut state = copying(vec![running()]);
    tell(&mut state, Event::Conflict(conflict()));
    let skip = Command::Resolve { conflict: 1, resolution: Resolution::Skip, scope: Scope::One };
    assert_eq!(hang_up(&mut state, OnHangup::Continue), [skip]);
    assert!(state.dialogs.is_empty());
    let next = megapane::message::Conflict { conflict: 2, ..conflict() };
    let skip = Command::Resolve { conflict: 2, resolution: Resolution::Skip, scope: Scope::One };
    assert_eq!(then(&mut state, Event::Conflict(next)), [skip]);
    let logged = |effect: &&Effect| matches!(effect, Effect::Log(text) if text.contains("castle.jpg"));
    assert_eq!(state.effects.iter().filter(logged).count(), 2);
}

#[test]
fn a_copy_that_waited_for_a_yes_does_not_begin() {
    let mut state = copying(vec![running()]);
    type_in(&mut state, "jjc");
    let sent = hang_up(&mut state, OnHangup::Continue);
    assert!(matches!(sent[..], [Command::CancelCopy { .. }]), "{sent:?}");
}

// ------------------------------------------------------------------------------------------- the real loop

/// The program's loop, with its terminal and its worker in our hands.
struct App {
    input: mpsc::UnboundedSender<Input>,
    events: mpsc::Sender<Event>,
    commands: mpsc::UnboundedReceiver<Command>,
    looped: tokio::task::JoinHandle<Result<(), UiError>>,
}

impl App {
    fn start<B>(terminal: Terminal<B>, control: impl Control + Send + 'static) -> Self
    where
        B: ratatui::backend::Backend + Send + 'static,
        B::Error: Send + Sync + 'static,
    {
        let (input, typed) = mpsc::unbounded_channel();
        let (commands, received) = mpsc::unbounded_channel();
        let (events, told) = mpsc::channel(64);
        let start = tokio::time::Instant::now();
        let clock = Box::new(move || screen::now() + start.elapsed());
        let screen = Screen { terminal, control, clock, zone: TimeZone::UTC };
        let options = Options {
            account: Some("work".into()),
            depth: ColorDepth::Millions,
            has_desktop: true,
            ..Options::new("/home/anna".into(), "/home/anna".into())
        };
        let looped = tokio::spawn(drive(screen, keys(typed), Ports { commands, events: told }, options));
        Self { input, events, commands: received, looped }
    }

    async fn tell(&self, event: Event) {
        self.events.send(event).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    /// Goes on once the loop has sent this.
    async fn until_sent(&mut self, wanted: &Command) {
        while self.commands.recv().await.as_ref() != Some(wanted) {}
    }
}

fn keys(mut typed: mpsc::UnboundedReceiver<Input>) -> impl Stream<Item = Input> + Unpin {
    stream::poll_fn(move |context| typed.poll_recv(context))
}

/// Counts what a terminal gets, and whether it was let go.
#[derive(Clone, Default)]
struct Line {
    meter: Meter,
    let_go: Arc<Mutex<bool>>,
}

impl Control for Line {
    fn copy(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn let_go(&mut self) {
        *self.let_go.lock().unwrap() = true;
    }

    fn written(&self) -> u64 {
        self.meter.written()
    }
}

fn all_moving(tenth: u64) -> Event {
    let row = |number| {
        let done = tenth * (400_000 + number * 7919);
        let speed = 4_000_000 + (tenth * number * 7919) % 900_000;
        TransferRow {
            speed,
            ..transfer(number, &format!("file {number}"), 1 << 30, done, TransferState::Running)
        }
    };
    let speed = 42_991_616 + (tenth % 17) * 1_000_000;
    let totals = TransferTotals { up_speed: speed, down_speed: speed / 3, ..totals(64, 0) };
    Event::Transfers { changed: (1..=64).map(row).collect(), removed: vec![], totals }
}

/// Bytes that go to a terminal while all that is on it moves, in two minutes after the first ten seconds.
async fn bytes_of_two_minutes(size: fn() -> io::Result<(u16, u16)>) -> u64 {
    let line = Line::default();
    let backend = TtyBackend::new(line.meter.over(io::sink()), size);
    let app = App::start(Terminal::new(backend).unwrap(), line.clone());
    app.input
        .send(Input::Terminal(Ok(crossterm::event::Event::Key(parse_keys("w").unwrap()[0].into()))))
        .unwrap();
    let mut before = 0;
    for tenth in 0..1300 {
        app.tell(all_moving(tenth)).await;
        if tenth == 100 {
            before = line.meter.written();
        }
    }
    line.meter.written() - before
}

#[tokio::test(start_paused = true)]
async fn progress_costs_at_most_two_kilobytes_a_second_however_much_moves() {
    let small = bytes_of_two_minutes(|| Ok((80, 24))).await;
    assert!((60_000..=240_000 + 6000).contains(&small), "{small}");
    let large = bytes_of_two_minutes(|| Ok((160, 60))).await;
    assert!((60_000..=240_000 + 12_000).contains(&large), "{large}");
}

#[tokio::test(start_paused = true)]
async fn a_loop_whose_terminal_goes_away_lets_it_go_and_ends_well() {
    let line = Line::default();
    let mut app = App::start(Terminal::new(TestBackend::new(80, 24)).unwrap(), line.clone());
    app.tell(Event::Transfers { changed: vec![running()], removed: vec![], totals: totals(1, 0) }).await;
    app.input.send(Input::Hangup).unwrap();
    app.tell(Event::Done { text: "still here".into() }).await;
    assert!(*line.let_go.lock().unwrap());
    let done = transfer(1, "castle.jpg", 10, 10, TransferState::Done);
    app.tell(Event::Transfers { changed: vec![done], removed: vec![], totals: totals(1, 1) }).await;
    app.until_sent(&Command::Quit).await;
    app.tell(Event::Ended).await;
    assert!(app.looped.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_input_that_ends_is_a_terminal_that_is_gone_and_a_signal_still_ends_the_program() {
    let mut app = App::start(Terminal::new(TestBackend::new(80, 24)).unwrap(), Line::default());
    app.tell(Event::Transfers { changed: vec![running()], removed: vec![], totals: totals(1, 0) }).await;
    app.input.send(Input::Terminal(Err(io::ErrorKind::UnexpectedEof.into()))).unwrap();
    app.tell(Event::Done { text: "still here".into() }).await;
    app.input.send(Input::Terminate).unwrap();
    app.until_sent(&Command::Quit).await;
    app.tell(Event::Ended).await;
    assert!(matches!(app.looped.await.unwrap(), Err(UiError::Terminated)));
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_cannot_be_written_to_is_gone_too() {
    let broken = Arc::new(Mutex::new(false));
    let backend = TtyBackend::new(Torn(Arc::clone(&broken)), || Ok((80, 24)));
    let line = Line::default();
    let mut app = App::start(Terminal::new(backend).unwrap(), line.clone());
    app.tell(Event::Transfers { changed: vec![running()], removed: vec![], totals: totals(1, 0) }).await;
    let _ = mem::replace(&mut *broken.lock().unwrap(), true);
    let done = transfer(1, "castle.jpg", 10, 5, TransferState::Running);
    app.tell(Event::Transfers { changed: vec![done], removed: vec![], totals: totals(1, 0) }).await;
    app.tell(Event::Done { text: "still here".into() }).await;
    assert!(*line.let_go.lock().unwrap());
    let done = transfer(1, "castle.jpg", 10, 10, TransferState::Done);
    app.tell(Event::Transfers { changed: vec![done], removed: vec![], totals: totals(1, 1) }).await;
    app.until_sent(&Command::Quit).await;
}

/// A terminal that breaks when it is told to.
struct Torn(Arc<Mutex<bool>>);

impl io::Write for Torn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if *self.0.lock().unwrap() { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
