//! What every command gets: configuration, the options that hold for all commands, stdout, stderr, and the token that
//! Ctrl-C cancels.

use std::sync::Arc;
use std::time::Duration;

use clap::{ArgAction, Args};
use tokio_util::sync::CancellationToken;

use super::output::{Failure, Level, Messages, Output};
use super::waiting::WaitTeller;
use crate::api::transport::Transport;
use crate::config::{Config, ConfigError, Environment, Timetable};
use crate::store::undo::UndoJournal;
use crate::worker::problem;

/// The options that hold for all commands, before or after the command's name.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct GlobalArgs {
    /// Say what is done to each file; twice: also what is left alone
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Work everything out, change nothing
    #[arg(short = 'n', long, global = true)]
    pub(crate) dry_run: bool,

    /// Show progress on a terminal
    #[arg(short = 'P', long, global = true)]
    pub(crate) progress: bool,

    /// Print JSON on stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Files above 1 MiB on their way at once, 1 to 64; of smaller ones 8 to 32, as many as the server takes
    #[arg(long, global = true, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) transfers: u16,

    /// Move no more than this in a second (in KiB, or with B, K, M, G): 10M, 10M:1M (up:down), off, or a timetable
    /// "08:00,512k 19:00,10M Sat-10:00,off"
    #[arg(long, global = true, value_name = "SPEED")]
    pub(crate) bwlimit: Option<Timetable>,

    /// Talk to this server instead of MEGA's (https, or http on this machine)
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) api_url: Option<String>,

    /// Give up after waiting this long for a quota or a busy server (30s, 5m, 1h; 0: at once)
    ///
    /// Left out, copies wait for a quota as long as that takes and for a server that does not answer ten minutes; all else
    /// waits a minute.
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) max_wait: Option<Duration>,

    /// One-time code, if the server asks for one
    #[arg(long = "2fa", global = true, value_name = "CODE", conflicts_with = "code_command")]
    pub(crate) code: Option<String>,

    /// Command that prints the one-time code, run when the server asks for it
    #[arg(long = "2fa-command", global = true, value_name = "COMMAND")]
    pub(crate) code_command: Option<String>,

    /// Command that prints the passphrase of sealed logins
    #[arg(long, global = true, value_name = "COMMAND")]
    pub(crate) passphrase_command: Option<String>,
}

/// See the module.
pub(crate) struct Context {
    /// What is configured.
    pub(crate) config: Config,
    /// Why the configuration file could not be read, for the command that begins nevertheless.
    pub(crate) broken_config: Option<ConfigError>,
    /// The environment at the start.
    pub(crate) environment: Environment,
    /// Options of all commands.
    pub(crate) options: GlobalArgs,
    /// stdout.
    pub(crate) output: Output,
    /// stderr.
    pub(crate) messages: Messages,
    /// How bytes move, where that is not HTTPS (demo).
    pub(crate) transport: Option<Arc<dyn Transport>>,
    /// Long waits, told.
    pub(crate) waits: WaitTeller,
    /// How long a call of the API is tried where the user has not said: long enough for a hiccup, short for a script.
    pub(crate) patience: Duration,
    /// Something was left out that should not have been: what ends well otherwise ends as [`ExitCode::Partial`](super::exit::ExitCode::Partial).
    pub(crate) has_skipped: bool,
    /// Cancelled by Ctrl-C.
    pub(crate) stop: CancellationToken,
}

impl Context {
    /// Puts together what the command works with.
    pub(crate) fn new(
        config: Config,
        environment: Environment,
        options: GlobalArgs,
        messages: Messages,
    ) -> Self {
        let waits = WaitTeller::new(messages.clone());
        let (output, stop) = (Output::new(), CancellationToken::new());
        Self {
            config,
            broken_config: None,
            environment,
            options,
            output,
            messages,
            waits,
            transport: None,
            patience: PATIENCE,
            has_skipped: false,
            stop,
        }
    }
}

impl Context {
    /// Opens the undo journal of an account, for a command that changes it without the worker.
    pub(crate) fn undo_journal(&self, account: &str) -> Result<UndoJournal, Failure> {
        let path = self.config.folders.undo_journal(account);
        UndoJournal::open(&path).map_err(|error| {
            problem::of_io(&format!("write the undo journal \"{}\"", path.display()), &error).into()
        })
    }
}

impl GlobalArgs {
    /// Puts what the command line says over what is configured.
    pub(crate) fn over(&self, mut config: Config) -> Config {
        if self.api_url.is_some() {
            config.api_url.clone_from(&self.api_url);
        }
        if let Some(limit) = &self.bwlimit {
            config.bwlimit.clone_from(limit);
        }
        config
    }

    /// Returns how much is said on stderr.
    pub(crate) const fn level(&self) -> Level {
        match (self.quiet, self.verbose) {
            (true, _) => Level::Quiet,
            (false, 0) => Level::Normal,
            (false, 1) => Level::Verbose,
            (false, 2..) => Level::Detailed,
        }
    }
}

/// Reads `90`, `30s`, `5m`, `1h30m`, `2d` as a length of time; a bare number is seconds.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    crate::config::age::parse_length(text).ok_or_else(|| "write a time like 30s, 5m, 1h30m or 2d".to_owned())
}

/// A call that fails for this long will not work soon.
const PATIENCE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_write_them() {
        for (text, seconds) in
            [("0", 0), ("90", 90), ("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172_800)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert!(parse_duration("soon").is_err());
        assert!(parse_duration("-1s").is_err());
    }
}
