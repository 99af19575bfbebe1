//! `lsd`: the folders in a folder, with the sums of what is below each.
//! Called by `dispatch`; the walking is `items`', here is only the line.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Base, Item, Kind, ListArgs, Reach};
use super::output::{Outcome, Output};
use super::quantity;

/// List folders with their size, time and number of files.
///
/// One line for each folder: the bytes of everything below it in 12 columns, its time, the number of files below it in
/// 9 columns, and its name. -R goes into the folders.
#[derive(Args, Debug)]
pub(crate) struct LsdArgs {
    /// List the folders below too
    #[arg(short = 'R', long)]
    recursive: bool,

    /// Print sizes like 5.768Mi and counts like 1.234k
    #[arg(long, conflicts_with = "rclone_compat")]
    human_readable: bool,

    /// Print -1 for sizes and counts, as rclone does
    #[arg(long)]
    rclone_compat: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// Runs the command.
pub(crate) async fn run(args: LsdArgs, context: &mut Context) -> Outcome {
    let reach = if args.recursive { Reach::Everything } else { Reach::Folder };
    let line = |output: &Output, item: &Item| {
        item.is_folder().then(|| {
            let (size, count) = sums(item, &args);
            format!("{size} {} {count} {}", quantity::time(item.modified), output.name(&item.path))
        })
    };
    if items::print(context, &args.list, reach, line).await? == Base::File {
        context.messages.notice(&format!("\"{}\" is a file; lsd lists folders", args.list.place));
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
