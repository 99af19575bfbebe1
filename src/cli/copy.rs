//! `copy`.

use clap::Args;

use super::context::Context;
use super::output::Outcome;

/// Copy.
#[derive(Args, Debug)]
pub(crate) struct CopyArgs {
    /// From
    source: String,
    /// To
    target: String,
}
/// Copy.
#[derive(Args, Debug)]
pub(crate) struct CopytoArgs {
    #[command(flatten)]
    copy: CopyArgs,
}
/// Runs the command.
pub(crate) async fn run(_args: CopyArgs, _context: &mut Context) -> Outcome {
    todo!()
}
/// Runs the command.
pub(crate) async fn run_to(_args: CopytoArgs, _context: &mut Context) -> Outcome {
    todo!()
}
