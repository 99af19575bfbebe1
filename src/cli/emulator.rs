//! `emulator`: serves an emulated MEGA on this machine, for tests and for other people's clients.
//! Called by `run_command` before any configuration is read: it has accounts of its own and must not touch the user's.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::exit::ExitCode;
use super::output::{Failure, Outcome, Output};
use crate::emulator::fault::Fault;
use crate::emulator::{self, Options};
use crate::message::ProblemKind;

/// Serve an emulated MEGA on this machine, for tests.
///
/// Prints its address and the sample account's e-mail and password, then serves until it is stopped. A fault is
/// `KIND[:VALUE][@TARGET][#WHEN]`: `500@cs#2` answers the second API request with HTTP 500, `509:60@dl` every download
/// with a used-up quota, `slow:50ms` everything a little later.
///
/// Example:
///   megapane emulator --listen 127.0.0.1:8080 &
///   MEGAPANE_API_URL=http://127.0.0.1:8080/ megapane config
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
}

/// Runs the command until it is stopped.
pub(crate) async fn run(args: EmulatorArgs) -> Outcome {
    let refused = |error: std::io::Error| {
        Failure::new(ProblemKind::Other, format!("cannot serve on {}: {error}", args.listen), "")
    };
    let options =
        Options { listen: args.listen, state_folder: args.state.clone(), faults: args.faults.clone() };
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

fn fault(text: &str) -> Result<Fault, String> {
    text.parse().map_err(|error: emulator::fault::FaultSyntaxError| error.to_string())
}
