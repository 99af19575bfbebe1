//! `emulator`.

use clap::Args;

use super::output::{Messages, Outcome};

/// Serve.
#[derive(Args, Debug)]
pub(crate) struct EmulatorArgs {
    /// listen
    #[arg(long)]
    listen: String,
}
/// Runs the command.
pub(crate) async fn run(_args: &EmulatorArgs, _messages: &Messages) -> Outcome {
    todo!()
}
