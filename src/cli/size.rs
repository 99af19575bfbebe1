//! `size`: how many files there are below a folder, and how big they are together.
//! Called by `dispatch`; the walking is `items`', here are only the sums.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Kind, ListArgs, Reach};
use super::output::Outcome;
use super::quantity;

/// Count files and add up their sizes.
///
/// All files below the folder, without their old versions; two lines, or with --json one object.
#[derive(Args, Debug)]
pub(crate) struct SizeArgs {
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Serialize)]
struct Report {
    count: u64,
    bytes: u64,
    /// Objects whose size nobody knows: rclone counts them, here there are none.
    sizeless: u64,
}

/// Runs the command.
pub(crate) async fn run(args: SizeArgs, context: &mut Context) -> Outcome {
    let mut report = Report { count: 0, bytes: 0, sizeless: 0 };
    items::each(context, &args.list, Reach::Everything, |_, item| {
        if let Kind::File { size } = item.kind {
            report.count += 1;
            report.bytes = report.bytes.saturating_add(size);
        }
        Ok(())
    })
    .await?;
    if context.options.json {
        context.output.json(&report)?;
        return Ok(ExitCode::Success);
    }
    let Report { count, bytes, .. } = report;
    let exact = if count < 1000 { String::new() } else { format!(" ({count})") };
    context.output.line(format!("Total objects: {}{exact}", quantity::count(count)))?;
    context.output.line(format!("Total size: {} ({bytes} Byte)", quantity::size_with_unit(bytes)))?;
    Ok(ExitCode::Success)
}
