//! The two-pane screen: the worker on one side, `ui` on the other, and what the terminal is like. `megapane` without a
//! command and `megapane demo` open it.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::output::{Failure, Outcome};
use super::{keys, login, plain};
use crate::config::screen::{ESC_TIMEOUTS, KeyHints, ThemeChoice};
use crate::config::{ScreenSettings, Surroundings};
use crate::message::ProblemKind;
use crate::ui::keymap::Preset;
use crate::ui::run::{ESC_TIMEOUT, Options, SSH_ESC_TIMEOUT, UiError};
use crate::ui::settings::Settings;
use crate::ui::terminal_kind::TerminalKind;
use crate::ui::text;
use crate::worker::{self, Copies, Parts, Worker};

/// What `megapane` takes without a command.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ScreenArgs {
    /// Speak in lines, for a screen reader or a pipe: short commands, whole sentences, nothing drawn
    #[arg(long, help_heading = "Options of the screen")]
    plain: bool,

    #[command(flatten)]
    look: LookArgs,
}

/// What is wished of the screen; it goes before `[screen]` of the configuration.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Options of the screen")]
pub(crate) struct LookArgs {
    /// Colours for which background
    #[arg(long, value_name = "WHICH", value_enum)]
    theme: Option<ThemeChoice>,

    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,

    /// Use the mouse; to select text as usual, hold Shift then
    #[arg(long)]
    mouse: bool,

    /// The keys that the key bar shows
    #[arg(long, value_name = "WHICH", value_enum)]
    keys: Option<KeyHints>,

    /// Keys as in this preset: default, mc, vim; keymap.toml changes single ones
    #[arg(long, value_name = "PRESET", value_parser = keys::preset)]
    keymap: Option<Preset>,

    /// Milliseconds that an Esc waits for what may follow it (50; over ssh 200)
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(*ESC_TIMEOUTS.start()..=*ESC_TIMEOUTS.end()))]
    esc_timeout: Option<u64>,
}

impl LookArgs {
    /// Returns what is wished, with what is configured where nothing is.
    fn over(&self, configured: &ScreenSettings) -> ScreenSettings {
        ScreenSettings {
            theme: self.theme.unwrap_or(configured.theme),
            ascii: if self.ascii { Some(true) } else { configured.ascii },
            mouse: self.mouse || configured.mouse,
            keys: self.keys.unwrap_or(configured.keys),
            esc_timeout: self.esc_timeout.map(Duration::from_millis).or(configured.esc_timeout),
            ..configured.clone()
        }
    }
}

/// Returns whether there is a terminal to draw on and to type at.
pub(crate) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Opens the screen on the working folder and the first account, or the line mode where that is asked for or the terminal
/// can do no more.
pub(crate) async fn run(args: &ScreenArgs, context: &mut Context) -> Outcome {
    let kind = TerminalKind::of(&context.environment.surroundings());
    let mut parts = Parts::new(context.config.clone(), login::transport(context));
    let folder = working_folder()?;
    if args.plain || (has_terminal() && !kind.places) {
        return plain::run(context, parts, folder, None).await;
    }
    if !has_terminal() {
        return Err(Failure::usage(
            "cannot show the screen: there is no terminal",
            "`megapane --help` lists the commands that need none; --plain reads commands line by line.",
        ));
    }
    parts.copies = Copies::Kept;
    show(&args.look, context, parts, Opening { folder, ..Opening::default() }).await
}

/// What the screen shows first.
#[derive(Default)]
pub(crate) struct Opening {
    /// The folder on the left.
    pub(crate) folder: PathBuf,
    /// The account on the right; the first one where it is not said.
    pub(crate) account: Option<String>,
    /// The folder whose usage is shown first.
    pub(crate) usage: Option<String>,
    /// A sentence for the status line.
    pub(crate) banner: Option<String>,
    /// Ask once before local files outside this folder are changed.
    pub(crate) sample_folder: Option<PathBuf>,
}

/// Runs worker and screen until the user quits.
pub(crate) async fn show(wished: &LookArgs, context: &Context, parts: Parts, opening: Opening) -> Outcome {
    let surroundings = context.environment.surroundings();
    let screen = wished.over(&context.config.screen);
    let settings = settings(wished.keymap, &screen, &surroundings, context)?;
    let options = Options {
        folder: opening.folder,
        account: opening.account,
        usage: opening.usage,
        ascii: screen.ascii.unwrap_or(!surroundings.utf8),
        no_color: surroundings.no_color,
        esc_timeout: screen.esc_timeout.unwrap_or(if surroundings.over_ssh {
            SSH_ESC_TIMEOUT
        } else {
            ESC_TIMEOUT
        }),
        home: surroundings.home.unwrap_or_default(),
        log: context.config.folders.log(),
        banner: opening.banner,
        on_hangup: context.config.on_hangup,
        settings,
        sample_folder: opening.sample_folder,
        editor: surroundings.editor,
        shell: surroundings.shell,
        depth: surroundings.depth,
        has_desktop: surroundings.has_desktop,
    };
    let Worker { commands, events } = worker::start(parts);
    match crate::ui::run::run(commands, events, options).await {
        Ok(()) => Ok(ExitCode::Success),
        Err(UiError::Terminated) => Ok(ExitCode::Interrupted),
        Err(error @ (UiError::Terminal(_) | UiError::WorkerGone)) => {
            Err(Failure::new(ProblemKind::Other, error.to_string(), ""))
        }
    }
}

/// Puts together what is set; what is wrong in the keymap file goes to the log and onto the status line.
fn settings(
    preset: Option<Preset>,
    screen: &ScreenSettings,
    surroundings: &Surroundings,
    context: &Context,
) -> Result<Settings, Failure> {
    let reading = keys::load(&context.config.folders, preset)?;
    for fault in &reading.faults {
        tracing::warn!("keymap.toml: {}", text::shown(&fault.to_string()));
    }
    let notice = reading.faults.first().map(|first| match reading.faults.len() {
        1 => format!("keymap.toml, {first}"),
        count => format!("keymap.toml, {first} · `megapane keys --check` shows all {count}"),
    });
    Ok(Settings { notice, ..Settings::new(screen, surroundings, reading.keymap) })
}

/// Returns the folder that the program was started in.
pub(crate) fn working_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| worker::problem::of_io("open the working folder", &error).into())
}
