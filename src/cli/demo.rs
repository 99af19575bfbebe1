//! `demo`.

use clap::Args;

use super::context::Context;
use super::output::Outcome;

/// Try everything.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Plain
    #[arg(long)]
    plain: bool,
}
/// Runs the command.
pub(crate) async fn run(_args: DemoArgs, _context: &mut Context) -> Outcome {
    todo!()
}
