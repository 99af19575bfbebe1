//! `lsd`: the folders in a folder, with the sums of what is below each.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, Kind, ListArgs, Reach};
use super::lsjson;
use super::output::Outcome;
use super::quantity;

/// List folders with their size, time and number of files.
///
/// One line for each folder: the bytes of everything below it in 12 columns, its time, the number of files below it in
/// 9 columns, and its name. -R goes into the folders.
#[derive(Args, Debug)]
pub(crate) struct LsdArgs {
    #[command(flatten)]
    list: ListArgs,

    /// List the folders below too
    #[arg(short = 'R', long)]
    recursive: bool,

    /// Print sizes like 5.768Mi and counts like 1.234k
    #[arg(long, conflicts_with = "rclone_compat")]
    human_readable: bool,

    /// Print -1 for sizes and counts, as rclone does
    #[arg(long)]
    rclone_compat: bool,
}

/// Runs the command.
pub(crate) async fn run(args: LsdArgs, context: &mut Context) -> Outcome {
    let reach = if args.recursive { Reach::Everything } else { Reach::Folder };
    let listing = items::list(context, &args.list, reach).await?;
    if listing.is_file {
        context.messages.notice(&format!("\"{}\" is a file; lsd lists folders", args.list.place));
        return Ok(ExitCode::Success);
    }
    let folders: Vec<_> = listing.items.iter().filter(|item| item.is_folder()).collect();
    if context.options.json {
        return lsjson::print(&mut context.output, folders);
    }
    for item in folders {
        let (size, count) = sums(item, &args);
        let time = quantity::time(item.modified);
        let line = format!("{size} {time} {count} {}", context.output.name(&item.path));
        context.output.line(line)?;
    }
    Ok(ExitCode::Success)
}

/// The size and count columns.
fn sums(item: &Item, args: &LsdArgs) -> (String, String) {
    let known = match item.kind {
        Kind::Folder { sums } if !args.rclone_compat => sums,
        Kind::Folder { .. } | Kind::File { .. } => None,
    };
    match known {
        None => (format!("{:>12}", -1), format!("{:>9}", -1)),
        Some((bytes, files)) if args.human_readable => {
            (format!("{:>9}", quantity::size(bytes)), format!("{:>8}", quantity::count(files)))
        }
        Some((bytes, files)) => (format!("{bytes:>12}"), format!("{files:>9}")),
    }
}
