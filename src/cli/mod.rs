//! The command line: reads arguments, runs one command, ends with a documented exit code. One file for each command;
//! `output` alone prints. Commands speak to a [`Session`](crate::session::Session) and its tree directly, or drive the
//! worker where files are copied. Nothing below knows that there is a command line.

pub mod exit;

mod about;
mod arguments;
mod bounds;
mod cat;
mod changing;
mod cleanup;
mod completions;
mod config;
mod context;
mod copy;
mod dedupe;
mod delete;
mod demo;
mod doctor;
mod duplicates;
mod emulator;
mod filters;
mod help;
mod import;
mod items;
mod keys;
mod leftovers;
mod link;
mod login;
mod ls;
mod lsd;
mod lsf;
mod lsjson;
mod lsl;
mod man;
mod mkdir;
mod ncdu;
mod order_by;
mod output;
mod password;
mod plain;
mod prose;
mod public_link;
mod purge;
mod quantity;
mod remote;
mod removal;
mod restore;
mod screen;
mod sessions;
mod shares;
mod size;
mod terminal;
mod tree;
mod undo;
mod versions;
mod waiting;

use std::ffi::OsString;
use std::future::Future;
use std::io;

use clap::FromArgMatches;
use tokio_util::sync::CancellationToken;

use self::arguments::{Arguments, Command};
use self::context::Context;
use self::exit::ExitCode;
use self::output::{Failure, Level, Messages, Outcome};
use crate::config::{Config, Environment, Folders};
use crate::logging;
use crate::worker::account_change;

/// Runs one command line, program name first, and returns how it ended. Everything is printed when it returns.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    keep_memory_private();
    let parsed = prose::command().try_get_matches_from(arguments);
    let parsed = parsed.and_then(|matches| Arguments::from_arg_matches(&matches));
    let Arguments { command, options, screen } = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    let messages = Messages::new(options.level());
    let ended = with_runtime(|| run_command(command, options, screen, messages.clone()));
    match ended {
        Ok(code) => code,
        Err(Failure::BrokenPipe) => ExitCode::Success,
        Err(Failure::Problem(problem)) => {
            messages.problem(&problem);
            problem.kind.into()
        }
    }
}

/// Prints clap's help, version or complaint, each where it belongs.
fn explain(error: &clap::Error) -> ExitCode {
    // A reader that went away is no reason to complain.
    let _ = error.print();
    if error.use_stderr() { ExitCode::Usage } else { ExitCode::Success }
}

/// Runs a command on a runtime of its own. Threads that still wait for an answer at the terminal are left behind.
fn with_runtime<F: Future<Output = Outcome>>(command: impl FnOnce() -> F) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(crate::message::ProblemKind::Other, format!("cannot start: {error}"), "")
    })?;
    let ended = runtime.block_on(command());
    runtime.shutdown_background();
    ended
}

async fn run_command(
    command: Option<Command>,
    options: context::GlobalArgs,
    wished: screen::ScreenArgs,
    messages: Messages,
) -> Outcome {
    outlive_size_limits();
    let environment = Environment::of_process();
    // These need no configuration, and must work where it is broken.
    let command = match command {
        Some(Command::Completions(args)) => return completions::run(&args),
        Some(Command::Man(args)) => return man::run(&args, options.dry_run, &messages),
        Some(Command::Emulator(args)) => return emulator::run(args).await,
        Some(Command::Help(args)) => return help::run(&args),
        other => other,
    };
    for problem in account_change::finish(&Folders::find(&environment)?) {
        messages.notice(&problem.message);
    }
    let (config, broken_config) = match Config::load(&environment) {
        Ok(config) => (config, None),
        // It tells what is wrong, and with it.
        Err(error) if matches!(command, Some(Command::Doctor(_))) => {
            (Config::without_file(&environment)?, Some(error))
        }
        Err(error) => return Err(error.into()),
    };
    let config = options.over(config);
    let variable = environment.text("MEGAPANE_LOG");
    let level = variable.as_deref().unwrap_or(match messages.level() {
        Level::Quiet | Level::Normal => "warn",
        Level::Verbose => "info",
        Level::Detailed => "debug",
    });
    let _log = logging::start(config.folders.log(), level);
    let mut context = Context::new(config, environment, options, messages);
    context.broken_config = broken_config;
    let ended = until_stopped(command, wished, &mut context).await;
    let flushed = context.output.flush();
    let code = ended?;
    flushed.map(|()| if code == ExitCode::Success && context.has_skipped { ExitCode::Partial } else { code })
}

/// Runs the command until it ends or is asked to. Commands that have something to clean up do that themselves.
async fn until_stopped(
    command: Option<Command>,
    wished: screen::ScreenArgs,
    context: &mut Context,
) -> Outcome {
    let stop = context.stop.clone();
    cancel_when_asked(stop.clone());
    cancel_when_hung_up(stop.clone());
    let cleans_up = matches!(
        command,
        None | Some(
            Command::Config(_)
                | Command::Demo(_)
                | Command::Ncdu(_)
                | Command::Copy(_)
                | Command::Copyto(_)
                | Command::Move(_)
                | Command::Moveto(_)
                | Command::Sync(_)
                | Command::Check(_)
                | Command::Get(_)
        )
    );
    tokio::select! {
        ended = dispatch(command, wished, context) => ended,
        () = stop.cancelled(), if !cleans_up => Err(Failure::interrupted()),
    }
}

/// The first wish to end is granted in good order, the second at once.
fn cancel_when_asked(stop: CancellationToken) {
    tokio::spawn(async move {
        if asked_to_end().await.is_ok() {
            stop.cancel();
        }
        if asked_to_end().await.is_ok() {
            std::process::exit(i32::from(ExitCode::Interrupted as u8));
        }
    });
}

/// Waits for Ctrl-C, or for the system's wish that the program ends.
#[cfg(unix)]
async fn asked_to_end() -> io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// A terminal that is closed ends the command as a wish does. It counts as none: the shell and the system may both tell it,
/// and the screen, which goes on without a terminal, may be wished to end afterwards.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn cancel_when_hung_up(stop: CancellationToken) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if ignores_hangups(&status) {
        return; // started with nohup: it is to outlive its terminal, and listening would undo that
    }
    tokio::spawn(async move {
        let listening = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        let Ok(mut hangups) = listening else { return };
        if hangups.recv().await.is_some() {
            stop.cancel();
        }
    });
}

/// Elsewhere nobody says whether hangups are ignored, so that they do what they do: the next copy goes on from there.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn cancel_when_hung_up(_stop: CancellationToken) {}

/// Returns whether a process ignores the hangup signal, by what `/proc` says of it. The lowest bit is signal 1.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn ignores_hangups(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn asked_to_end() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// A write beyond the limit that is set on the size of files (`ulimit -f`) is an error like that of a full disk. Without
/// a handler of its signal it would end the program on the spot.
#[cfg(unix)]
fn outlive_size_limits() {
    /// On Linux (but for MIPS), macOS and the BSDs.
    const SIGXFSZ: i32 = 25;
    // The handler stays when the stream of signals is dropped; where there is none, the limit is as deadly as before.
    let _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(SIGXFSZ));
}

#[cfg(not(unix))]
fn outlive_size_limits() {}

/// What is in memory is nobody else's: a crash leaves no core file, and no other program of the user reads along. Programs
/// that are started from here begin without this. Where the system does not do it, it stays as it was.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn keep_memory_private() {
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// A crash leaves no core file. Programs that are started from here may ask for theirs again.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn keep_memory_private() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Core).maximum;
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
}

#[cfg(not(unix))]
const fn keep_memory_private() {}

async fn dispatch(command: Option<Command>, wished: screen::ScreenArgs, context: &mut Context) -> Outcome {
    match command {
        None => screen::run(&wished, context).await,
        Some(Command::Config(args)) => config::run(args, context).await,
        Some(Command::Lsd(args)) => lsd::run(args, context).await,
        Some(Command::Ls(args)) => ls::run(args, context).await,
        Some(Command::Lsl(args)) => lsl::run(args, context).await,
        Some(Command::Lsf(args)) => lsf::run(args, context).await,
        Some(Command::Lsjson(args)) => lsjson::run(args, context).await,
        Some(Command::Tree(args)) => tree::run(args, context).await,
        Some(Command::Size(args)) => size::run(args, context).await,
        Some(Command::Ncdu(args)) => ncdu::run(args, context).await,
        Some(Command::About(args)) => about::run(args, context).await,
        Some(Command::Cat(args)) => cat::run(args, context).await,
        Some(Command::Mkdir(args)) => mkdir::run(args, context).await,
        Some(Command::Delete(args)) => delete::run(args, context).await,
        Some(Command::Deletefile(args)) => delete::run_file(args, context).await,
        Some(Command::Purge(args)) => purge::run(args, context).await,
        Some(Command::Rmdir(args)) => purge::run_rmdir(args, context).await,
        Some(Command::Cleanup(args)) => cleanup::run(args, context).await,
        Some(Command::Restore(args)) => restore::run(args, context).await,
        Some(Command::Link(args)) => link::run(args, context).await,
        Some(Command::Get(args)) => copy::get::run(args, context).await,
        Some(Command::Import(args)) => import::run(args, context).await,
        Some(Command::Shares(args)) => shares::run(args, context).await,
        Some(Command::Share(args)) => shares::run_share(args, context).await,
        Some(Command::Versions(args)) => versions::run(args, context).await,
        Some(Command::Sessions(args)) => sessions::run(args, context).await,
        Some(Command::Copy(args)) => copy::run(args, context).await,
        Some(Command::Copyto(args)) => copy::run_to(args, context).await,
        Some(Command::Move(args)) => copy::mirror::run_move(args, context).await,
        Some(Command::Moveto(args)) => copy::mirror::run_moveto(args, context).await,
        Some(Command::Sync(args)) => copy::mirror::run_sync(args, context).await,
        Some(Command::Check(args)) => copy::check::run(args, context).await,
        Some(Command::Doctor(args)) => doctor::run(args, context).await,
        Some(Command::Leftovers(args)) => leftovers::run(&args, context),
        Some(Command::Dedupe(args)) => dedupe::run(args, context).await,
        Some(Command::Undo(args)) => undo::run(args, context).await,
        Some(Command::Redo(args)) => undo::run_redo(args, context).await,
        Some(Command::Keys(args)) => keys::run(&args, context),
        Some(Command::Demo(args)) => demo::run(args, context).await,
        Some(Command::Emulator(args)) => emulator::run(args).await,
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man(args)) => man::run(&args, context.options.dry_run, &context.messages),
        Some(Command::Help(args)) => help::run(&args),
    }
}
