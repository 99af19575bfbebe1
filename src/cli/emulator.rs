//! `emulator`: serves an emulated MEGA on this machine, for tests and for other people's clients.
//! Called by `run_command` before any configuration is read: it has accounts of its own and must not touch the user's.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::exit::ExitCode;
use super::output::{Failure, Outcome, Output};
use crate::emulator::fault::{Fault, parse_bytes};
use crate::emulator::{self, Options};
use crate::message::ProblemKind;

/// Serve an emulated MEGA on this machine, for tests.
///
/// Prints its address and the sample account's e-mail and password, then serves until it is stopped. A fault is
/// `KIND[:VALUE][@TARGET][#WHEN]`: `500@cs#2` answers the second API request with HTTP 500, `509:60@dl` every download
/// with a used-up quota, `slow:50ms` everything a little later.
///
///   KIND    -N (an error number), 500 503 509 402 (a status), cut, lost, slow, rate, flip, short, garbage, expire
///   TARGET  cs (the API), sc (its events), dl, ul, or a command's name; every request where it is left out
///   WHEN    3 (the third), 3- (from the third on), 3-5, *3 (each third), 20% (at random); always where it is left out
///
/// With --raid, files are served in six parts, any five of which suffice, to clients that ask with `v:2`; `dl0` to `dl5`
/// are the parts' TARGETs: `404@dl3` takes one away, `rate:10KiB@dl1` makes one slow.
///
/// Example:
///   megapane emulator --listen 127.0.0.1:8080 &
///   megapane --api-url http://127.0.0.1:8080/ config
#[expect(clippy::doc_markdown, reason = "help on a terminal is no Markdown")]
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct EmulatorArgs {
    /// Address and port, of this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    listen: SocketAddr,

    /// Keep accounts and files in this folder, not in memory
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,

    /// Something that goes wrong; may be given several times
    #[arg(long = "fault", value_name = "FAULT", allow_hyphen_values = true, value_parser = fault)]
    faults: Vec<Fault>,

    /// Serve files in six parts (CloudRAID), those of SIZE or more where it is given
    #[arg(
        long = "raid",
        value_name = "SIZE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = bytes
    )]
    parts_from: Option<u64>,
}

/// Runs the command until it is stopped.
pub(crate) async fn run(args: EmulatorArgs) -> Outcome {
    let refused = |error: std::io::Error| {
        Failure::new(ProblemKind::Other, format!("cannot serve on {}: {error}", args.listen), "")
    };
    let options = Options {
        listen: args.listen,
        state_folder: args.state.clone(),
        faults: args.faults.clone(),
        parts_from: args.parts_from,
    };
    let server = emulator::serve(options).await.map_err(refused)?;
    let mut output = Output::new();
    for line in server.lines() {
        output.line(line)?;
    }
    output.flush()?;
    tokio::select! {
        ended = server.run() => ended.map(|()| ExitCode::Success).map_err(refused),
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::Interrupted),
    }
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|error: std::net::AddrParseError| error.to_string())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("it serves this machine only: 127.0.0.1 or [::1]".to_owned())
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    parse_bytes(text).ok_or_else(|| "it is a number of bytes, as 4096, 64KiB or 1MiB".to_owned())
}

fn fault(text: &str) -> Result<Fault, String> {
    text.parse().map_err(|error: emulator::fault::FaultSyntaxError| error.to_string())
}
