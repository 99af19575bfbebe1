//! `ls`: size and path of every file below a folder.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, Kind, ListArgs, Reach};
use super::lsjson;
use super::output::{Failure, Outcome};
use super::quantity;

/// List files with their size, in all folders below.
///
/// One line for each file: the size in bytes, right-aligned in 9 columns, and the path. --max-depth 1 stays in the
/// folder itself.
#[derive(Args, Debug)]
pub(crate) struct LsArgs {
    #[command(flatten)]
    list: ListArgs,

    /// Print sizes like 5.768Mi
    #[arg(long)]
    human_readable: bool,
}

/// Runs the command.
pub(crate) async fn run(args: LsArgs, context: &mut Context) -> Outcome {
    let listing = items::list(context, &args.list, Reach::Everything).await?;
    print_files(context, &listing.items, |_, size| size_column(size, args.human_readable))
}

/// Prints what `columns` makes of each file's item and size, and the path behind it; with `--json` the items instead.
pub(crate) fn print_files(
    context: &mut Context,
    items: &[Item],
    columns: impl Fn(&Item, u64) -> String,
) -> Result<ExitCode, Failure> {
    if context.options.json {
        let files: Vec<_> = items.iter().filter(|item| !item.is_folder()).collect();
        return lsjson::print(&mut context.output, files);
    }
    for item in items {
        if let Kind::File { size } = item.kind {
            let line = format!("{} {}", columns(item, size), context.output.name(&item.path));
            context.output.line(line)?;
        }
    }
    Ok(ExitCode::Success)
}

/// Returns a size in the 9 columns that `ls` and `lsl` give it.
pub(crate) fn size_column(size: u64, human_readable: bool) -> String {
    if human_readable { format!("{:>9}", quantity::size(size)) } else { format!("{size:>9}") }
}
