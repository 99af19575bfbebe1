//! `lsl`: size, time and path of every file below a folder.
//! Called by `dispatch`; the walking is `items`', here is only the line.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, Kind, ListArgs, Reach};
use super::ls;
use super::output::{Outcome, Output};
use super::quantity;

/// List files with size and time, in all folders below.
///
/// One line for each file: the size in bytes, the local time of the content's last change, and the path. The cloud
/// keeps whole seconds; a file without a time of its own shows that of its upload.
#[derive(Args, Debug)]
pub(crate) struct LslArgs {
    /// Print sizes like 5.768Mi
    #[arg(long)]
    human_readable: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// Runs the command.
pub(crate) async fn run(args: LslArgs, context: &mut Context) -> Outcome {
    let line = |output: &Output, item: &Item| match item.kind {
        Kind::File { size } => {
            let size = ls::size_column(size, args.human_readable);
            let time = quantity::time(item.modified);
            Some(format!("{size} {time}.000000000 {}", output.name(&item.path)))
        }
        Kind::Folder { .. } => None,
    };
    items::print(context, &args.list, Reach::Everything, line).await?;
    Ok(ExitCode::Success)
}
