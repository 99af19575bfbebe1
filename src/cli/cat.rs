//! `cat`: the content of files on stdout.

use clap::Args;

use super::context::Context;
use super::output::Outcome;

/// Print files.
#[derive(Args, Debug)]
pub(crate) struct CatArgs {
    /// The file
    #[arg(value_name = "REMOTE:PATH")]
    place: String,
}

/// Runs the command.
pub(crate) async fn run(_args: CatArgs, _context: &mut Context) -> Outcome {
    todo!()
}
