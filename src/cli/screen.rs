//! The two-pane screen: the worker on one side, `ui` on the other, and what the terminal is like. `megapane` without a
//! command and `megapane demo` open it.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use super::context::Context;
use super::exit::ExitCode;
use super::login;
use super::output::{Failure, Outcome};
use crate::message::ProblemKind;
use crate::ui::run::{ESC_TIMEOUT, Options, SSH_ESC_TIMEOUT, UiError};
use crate::worker::{self, Copies, Parts, Worker};

/// Returns whether there is a terminal to draw on and to type at.
pub(crate) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Opens the screen on the working folder and the first account.
pub(crate) async fn run(context: &mut Context) -> Outcome {
    if !has_terminal() {
        return Err(Failure::usage(
            "cannot show the screen: there is no terminal",
            "`megapane --help` lists the commands that need none.",
        ));
    }
    let mut parts = Parts::new(context.config.clone(), login::transport(context));
    parts.copies = Copies::Kept;
    let folder = working_folder()?;
    show(context, parts, Opening { folder, ..Opening::default() }).await
}

/// What the screen shows first.
#[derive(Default)]
pub(crate) struct Opening {
    /// The folder on the left.
    pub(crate) folder: PathBuf,
    /// The account on the right; the first one where it is not said.
    pub(crate) account: Option<String>,
    /// A sentence for the status line.
    pub(crate) banner: Option<String>,
    /// Ask once before local files outside this folder are changed.
    pub(crate) sample_folder: Option<PathBuf>,
}

/// Runs worker and screen until the user quits.
pub(crate) async fn show(context: &Context, parts: Parts, opening: Opening) -> Outcome {
    let surroundings = context.environment.surroundings();
    let options = Options {
        folder: opening.folder,
        account: opening.account,
        home: surroundings.home.unwrap_or_default(),
        ascii: !surroundings.utf8,
        no_color: surroundings.no_color,
        esc_timeout: if surroundings.over_ssh { SSH_ESC_TIMEOUT } else { ESC_TIMEOUT },
        banner: opening.banner,
        on_hangup: context.config.on_hangup,
        sample_folder: opening.sample_folder,
        editor: surroundings.editor,
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

/// Returns the folder that the program was started in.
pub(crate) fn working_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| worker::problem::of_io("open the working folder", &error).into())
}
