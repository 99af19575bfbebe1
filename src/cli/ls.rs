//! `ls`: size and path of every file below a folder.
//! Called by `dispatch`; the walking is `items`', here is only the line.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, Kind, ListArgs, Reach};
use super::output::{Outcome, Output};
use super::quantity;

/// List files with their size, in all folders below.
///
/// One line for each file: the size in bytes, right-aligned in 9 columns, and the path. --max-depth 1 stays in the
/// folder itself.
#[derive(Args, Debug)]
pub(crate) struct LsArgs {
    /// Print sizes like 5.768Mi
    #[arg(long)]
    human_readable: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// Runs the command.
pub(crate) async fn run(args: LsArgs, context: &mut Context) -> Outcome {
    let line = |output: &Output, item: &Item| match item.kind {
        Kind::File { size } => {
            Some(format!("{} {}", size_column(size, args.human_readable), output.name(&item.path)))
        }
        Kind::Folder { .. } => None,
    };
    items::print(context, &args.list, Reach::Everything, line).await?;
    Ok(ExitCode::Success)
}

/// Returns a size in the 9 columns that `ls` and `lsl` give it.
pub(crate) fn size_column(size: u64, human_readable: bool) -> String {
    if human_readable { format!("{:>9}", quantity::size(size)) } else { format!("{size:>9}") }
}
