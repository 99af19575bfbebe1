//! The run loop: waits for keys, worker's events, signals and due times; hands all that is queued to `update`, sends the
//! commands, and draws at most every 16 ms. Without anything to do it sleeps: no tick, no byte, no CPU.

mod options;

use std::io;
use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use futures_util::Stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

pub use options::{Options, UiError};

use super::backend::TtyBackend;
use super::errand::Errand;
use super::escape::EscapeReader;
use super::figure::Clock;
use super::gate::Gate;
use super::input::{Input, inputs, next, queued};
use super::key::Key;
use super::meter::Meter;
use super::mouse::HotSpot;
use super::own_files::OwnFiles;
use super::pace::{Cause, Pace};
use super::pane::Pane;
use super::settings::Settings;
use super::state::{AppState, Effect, Notice, Phase, Surroundings};
use super::terminal::{Control, OwnTerminal, TerminalGuard, ask_ground};
use super::text;
use super::theme::{Ground, Signs, Theme};
use super::update::{Msg, update};
use super::view::view_spots;
use crate::config::OnHangup;
use crate::message::{Command, Event, Problem, ProblemKind};

/// Runs the two-pane screen on the program's terminal until the user quits. The terminal is given back in any case.
///
/// # Errors
/// [`UiError`]; there is nothing left to clean up then.
pub async fn run(
    commands: mpsc::UnboundedSender<Command>,
    events: mpsc::Receiver<Event>,
    options: Options,
) -> Result<(), UiError> {
    let Settings { kind, notify, asks_ground, .. } = options.settings;
    let _guard = TerminalGuard::enter().map_err(UiError::Terminal)?;
    let meter = Meter::default();
    let out = io::BufWriter::with_capacity(FRAME_BYTES, meter.over(io::stdout()));
    let backend = TtyBackend::new(out, crossterm::terminal::size);
    let backend = if kind.modern { backend } else { backend.without_updates() };
    if asks_ground {
        ask_ground().map_err(UiError::Terminal)?;
    }
    let terminal = Terminal::new(backend).map_err(UiError::Terminal)?;
    let gate = Gate::default();
    let input = inputs(&gate).map_err(UiError::Terminal)?;
    let screen = Screen {
        terminal,
        control: OwnTerminal::new(meter, kind, notify, gate),
        clock: Box::new(Timestamp::now),
        zone: TimeZone::system(),
    };
    drive(screen, input, Ports { commands, events }, options).await
}

/// The two ends to the worker.
#[derive(Debug)]
pub struct Ports {
    /// To it. Not bounded: people type slower than it reads.
    pub commands: mpsc::UnboundedSender<Command>,
    /// From it. When it is full, the worker drops progress rather than wait.
    pub events: mpsc::Receiver<Event>,
}

/// What is drawn on, and when it is.
pub struct Screen<B: Backend, C: Control> {
    /// What is drawn on.
    pub terminal: Terminal<B>,
    /// Clipboard and suspending.
    pub control: C,
    /// Says what time it is.
    pub clock: Box<dyn Fn() -> Timestamp + Send>,
    /// The zone that times are shown in.
    pub zone: TimeZone,
}

/// Runs the screen on any terminal and any input: what [`run`] does on the program's own.
///
/// # Errors
/// [`UiError`].
pub async fn drive<B, C, I>(
    mut screen: Screen<B, C>,
    input: I,
    ports: Ports,
    options: Options,
) -> Result<(), UiError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Control,
    I: Stream<Item = Input> + Unpin,
{
    let mut looped = Loop::new(&mut screen, input, ports, options)?;
    while looped.state.phase != Phase::Ended {
        looped.draw_if_due()?;
        looped.wait().await?;
    }
    if looped.terminated { Err(UiError::Terminated) } else { Ok(()) }
}

struct Loop<'a, B: Backend, C: Control, I> {
    screen: &'a mut Screen<B, C>,
    /// `None` once it has ended.
    input: Option<I>,
    ports: Ports,
    reader: EscapeReader,
    state: AppState,
    commands: Vec<Command>,
    pace: Pace,
    on_hangup: OnHangup,
    /// Where the last frame has drawn keys.
    spots: Vec<HotSpot>,
    /// The window's title as it was said last; `None` where none is wanted.
    title: Option<String>,
    /// When the worker is waited for no longer.
    end_at: Option<Instant>,
    terminated: bool,
    /// The terminal is gone.
    is_alone: bool,
}

impl<'a, B, C, I> Loop<'a, B, C, I>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Control,
    I: Stream<Item = Input> + Unpin,
{
    fn new(screen: &'a mut Screen<B, C>, input: I, ports: Ports, options: Options) -> Result<Self, UiError> {
        let size = screen.terminal.size().map_err(broken)?;
        let settings = options.settings.clone();
        let ground = if options.no_color { Ground::Mono } else { settings.ground };
        let clock = Clock { now: (screen.clock)(), zone: screen.zone.clone() };
        let theme = Theme::on(ground, settings.accent, Signs::of(options.ascii, settings.kind));
        let surroundings = Surroundings::new(size, clock, theme, &options);
        let mut state = AppState::new(surroundings);
        state.own_files = options.sample_folder.map(OwnFiles::outside);
        state.keys.map = settings.keymap;
        state.arrangement = settings.arrangement;
        state.mouse.taken = settings.mouse;
        state.effects.extend(settings.mouse.then_some(Effect::Mouse(true)));
        state.notice = settings.notice.map(Notice::Info);
        let mut looped = Self {
            screen,
            input: Some(input),
            ports,
            reader: EscapeReader::new(options.esc_timeout),
            state,
            commands: Vec::new(),
            pace: Pace::new(Instant::now()),
            on_hangup: options.on_hangup,
            spots: Vec::new(),
            title: settings.title.then(String::new),
            end_at: None,
            terminated: false,
            is_alone: false,
        };
        looped.apply(Msg::Start { folder: options.folder, account: options.account })?;
        if let Some(place) = options.usage {
            looped.apply(Msg::ShowUsage(place))?;
        }
        Ok(looped)
    }

    /// Waits until something comes or is due, and takes everything that is queued then.
    async fn wait(&mut self) -> Result<(), UiError> {
        let due = self.due();
        tokio::select! {
            input = next(&mut self.input) => self.take_input(input)?,
            event = self.ports.events.recv() => self.take_event(event)?,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
        }
        for _ in 0..MAX_DRAINED {
            let input = queued(&mut self.input).await;
            let event = self.ports.events.try_recv().ok();
            if input.is_none() && event.is_none() {
                break;
            }
            if let Some(input) = input {
                self.take_input(input)?;
            }
            if let Some(event) = event {
                self.take_event(Some(event))?;
            }
        }
        self.take_due()
    }

    /// Returns when the loop has to wake by itself.
    fn due(&self) -> Option<Instant> {
        let tick = self.pace.tick_at().filter(|_| self.state.is_animated());
        let pause = self.state.preview.due.map(|due| {
            let left = due.duration_since((self.screen.clock)()).try_into().unwrap_or(Duration::ZERO);
            Instant::now() + left
        });
        let drawing = [self.pace.due(), tick, pause].map(|at| at.filter(|_| !self.is_alone));
        [drawing[0], drawing[1], drawing[2], self.reader.deadline(), self.end_at].into_iter().flatten().min()
    }

    fn take_input(&mut self, input: Option<Input>) -> Result<(), UiError> {
        match input {
            Some(Input::Terminal(Ok(event))) => {
                let messages = self.reader.feed(event, Instant::now());
                messages.into_iter().try_for_each(|message| self.apply_or_press(message))
            }
            Some(Input::Terminate) => {
                self.terminated = true;
                self.apply(Msg::Terminate)
            }
            Some(Input::Hangup | Input::Terminal(Err(_))) => self.hang_up(),
            None => {
                self.input = None;
                self.hang_up()
            }
        }
    }

    /// The terminal has failed: with something under way that is as if it were gone.
    fn lose(&mut self, error: UiError) -> Result<(), UiError> {
        if self.state.is_busy() { self.hang_up() } else { Err(error) }
    }

    /// The terminal is gone: what moves goes on without it, or the program ends as by a signal.
    fn hang_up(&mut self) -> Result<(), UiError> {
        if std::mem::replace(&mut self.is_alone, true) {
            return Ok(());
        }
        self.screen.control.let_go();
        self.apply(Msg::Hangup(self.on_hangup))?;
        if self.state.phase == Phase::Alone {
            tracing::warn!("the terminal is gone: transfers go on without it");
        } else {
            tracing::warn!("the terminal is gone: the program ends");
            self.terminated = true;
        }
        Ok(())
    }

    fn take_event(&mut self, event: Option<Event>) -> Result<(), UiError> {
        match event {
            Some(event) => self.apply(Msg::Worker(event)),
            None if matches!(self.state.phase, Phase::Running | Phase::Alone) => Err(UiError::WorkerGone),
            None => {
                self.state.phase = Phase::Ended;
                Ok(())
            }
        }
    }

    fn take_due(&mut self) -> Result<(), UiError> {
        let now = Instant::now();
        let messages = self.reader.expire(now);
        messages.into_iter().try_for_each(|message| self.apply(message))?;
        if self.state.is_animated() {
            self.pace.tick(now);
        }
        let clock = (self.screen.clock)();
        if self.state.preview.due.is_some_and(|due| due <= clock) {
            self.apply(Msg::Tick(clock))?;
        }
        if self.end_at.is_some_and(|at| now >= at) {
            self.state.phase = Phase::Ended;
        }
        Ok(())
    }

    /// A click on a key that is drawn is that key; everything else is what it is.
    fn apply_or_press(&mut self, message: Msg) -> Result<(), UiError> {
        let Msg::Mouse(MouseEvent { kind: MouseEventKind::Down(MouseButton::Left), column, row, .. }) =
            message
        else {
            return self.apply(message);
        };
        match HotSpot::keys_at(&self.spots, column, row).map(<[Key]>::to_vec) {
            Some(keys) => keys.into_iter().try_for_each(|key| self.apply(Msg::Key(key))),
            None => self.apply(message),
        }
    }

    fn apply(&mut self, message: Msg) -> Result<(), UiError> {
        update(&mut self.state, Msg::Tick((self.screen.clock)()), &mut self.commands);
        let held = self.state.ahead.len();
        let is_typed = matches!(message, Msg::Key(_) | Msg::Paste(_) | Msg::Mouse(_));
        let is_progress = matches!(message, Msg::Worker(Event::Transfers { .. } | Event::Plan(_)));
        update(&mut self.state, message, &mut self.commands);
        // What is held back shows nothing yet; what is let go now was typed before.
        let cause = match is_progress {
            _ if self.state.ahead.len() < held + usize::from(is_typed) => Cause::Typed,
            true => Cause::Progress,
            false => Cause::Told,
        };
        for command in self.commands.drain(..) {
            if self.ports.commands.send(command).is_err() && self.state.phase == Phase::Running {
                return Err(UiError::WorkerGone);
            }
        }
        if self.state.phase == Phase::Quitting && self.end_at.is_none() {
            self.end_at = Some(Instant::now() + MAX_ENDING);
        }
        match self.carry_out() {
            Ok(told) => told.into_iter().try_for_each(|message| self.apply(message))?,
            Err(error) => self.lose(error)?,
        }
        if self.is_alone {
            self.log_notice();
        } else {
            self.pace.plan(cause, self.state.is_settling(), Instant::now());
        }
        Ok(())
    }

    /// Does what the state asks of the terminal; returns what is to be told of it.
    fn carry_out(&mut self) -> Result<Vec<Msg>, UiError> {
        let mut told = Vec::new();
        for effect in std::mem::take(&mut self.state.effects) {
            match effect {
                Effect::Log(text) => tracing::warn!("{}", text::shown(&text)),
                Effect::Clipboard(_)
                | Effect::Open(_)
                | Effect::Redraw
                | Effect::Suspend
                | Effect::Mouse(_)
                | Effect::Notify(_)
                | Effect::Run(_)
                    if self.is_alone => {}
                Effect::Mouse(taken) => {
                    self.screen.control.take_mouse(taken).map_err(UiError::Terminal)?;
                }
                Effect::Notify(text) => self.screen.control.notify(&text).map_err(UiError::Terminal)?,
                Effect::Clipboard(text) if !self.screen.control.has_clipboard() => {
                    self.state.say(format!("this terminal reaches no clipboard: {text}"));
                }
                Effect::Clipboard(text) => self.screen.control.copy(&text).map_err(UiError::Terminal)?,
                Effect::Open(path) => {
                    if let Err(error) = self.screen.control.open(&path) {
                        let message = format!("Cannot open \"{}\": {error}", path.display());
                        let problem =
                            Problem::new(ProblemKind::Other, message, "gv views the file, e edits it.");
                        self.state.notice = Some(Notice::Problem(problem));
                    }
                }
                Effect::Redraw => self.screen.terminal.clear().map_err(broken)?,
                Effect::Suspend => {
                    self.screen.control.suspend().map_err(UiError::Terminal)?;
                    told.push(self.come_back()?);
                }
                Effect::Run(errand) => told.extend(self.run(errand)?),
            }
        }
        Ok(told)
    }

    /// Lets a program of the user's have the terminal until it ends.
    fn run(&mut self, errand: Errand) -> Result<[Msg; 2], UiError> {
        let end = self.screen.control.run(&errand).map_err(UiError::Terminal)?;
        Ok([self.come_back()?, Msg::Ran { asker: errand.asker, end }])
    }

    /// Someone else had the terminal: everything is drawn anew, at the size that it has now.
    fn come_back(&mut self) -> Result<Msg, UiError> {
        self.screen.terminal.clear().map_err(broken)?;
        let size = self.screen.terminal.size().map_err(broken)?;
        Ok(Msg::Resize(size.width, size.height))
    }

    /// What the status line would say goes to the log.
    fn log_notice(&mut self) {
        match self.state.notice.take() {
            Some(Notice::Info(text)) => tracing::warn!("{}", text::shown(&text)),
            Some(Notice::Problem(problem)) => tracing::warn!("{}", text::shown(&problem.message)),
            None => {}
        }
    }

    /// Says in the window's title what is shown, where that is wanted and has changed.
    fn name_window(&mut self) -> Result<(), UiError> {
        let Some(before) = &mut self.title else { return Ok(()) };
        let now = title(&self.state);
        if *before == now {
            return Ok(());
        }
        before.clone_from(&now);
        self.screen.control.name_window(&now).map_err(UiError::Terminal)
    }

    fn draw_if_due(&mut self) -> Result<(), UiError> {
        let now = Instant::now();
        if self.is_alone || self.pace.due().is_none_or(|at| now < at) {
            return Ok(());
        }
        let written = self.screen.control.written();
        update(&mut self.state, Msg::Tick((self.screen.clock)()), &mut self.commands);
        let state = &self.state;
        let spots = &mut self.spots;
        let drawn = self.screen.terminal.draw(|frame| *spots = view_spots(state, frame));
        let drawn = drawn.map(|_| ()).map_err(broken);
        self.pace.drawn(self.screen.control.written() - written, now);
        let drawn = drawn.and_then(|()| self.name_window());
        match drawn {
            Ok(()) => Ok(()),
            // The terminal may be what went away; the worker is still given its time to end.
            Err(_) if self.terminated => Ok(()),
            Err(error) => self.lose(error),
        }
    }
}

/// The folders that are shown, the active one first.
fn title(state: &AppState) -> String {
    let head = |pane: &Pane| pane.head.as_ref().map(|head| head.title.clone());
    let shown: Vec<String> = [state.pane(), state.other()].into_iter().filter_map(head).collect();
    if shown.is_empty() { "megapane".to_owned() } else { format!("{} - megapane", shown.join(" | ")) }
}

fn broken<E: std::error::Error + Send + Sync + 'static>(error: E) -> UiError {
    UiError::Terminal(io::Error::other(error))
}

/// How long an Esc waits on this machine.
pub const ESC_TIMEOUT: Duration = Duration::from_millis(50);

/// How long an Esc waits over a network.
pub const SSH_ESC_TIMEOUT: Duration = Duration::from_millis(200);

/// Time that the worker is given to end.
const MAX_ENDING: Duration = Duration::from_secs(5);

/// Messages taken before a frame is drawn; more wait for the next one.
const MAX_DRAINED: usize = 1024;

/// Bytes of a frame that are written at once; a full repaint of 200x60 has about 20,000.
const FRAME_BYTES: usize = 32 * 1024;
