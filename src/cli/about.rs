//! `about`: storage and transfer of an account.
//! Called by `dispatch`. It asks the server for the sums alone and fetches no list of nodes.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::exit::ExitCode;
use super::output::{Failure, Outcome};
use super::remote::Place;
use super::{login, quantity};
use crate::worker::problem;

/// Show the account's storage and transfer.
///
/// Total, used and free bytes. Old versions and the rubbish bin count as used; what the versions take has a line of its
/// own, and so has what is used of the transfer allowance, where there is one.
#[derive(Args, Debug)]
pub(crate) struct AboutArgs {
    /// Whose storage
    #[arg(value_name = "REMOTE:")]
    remote: String,

    /// Print bytes in full
    #[arg(long)]
    full: bool,
}

#[derive(Serialize)]
struct Report {
    total: u64,
    used: u64,
    free: u64,
    /// Of what is used: old versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<u64>,
    #[serde(rename = "transferUsed")]
    transfer_used: u64,
    #[serde(rename = "transferTotal", skip_serializing_if = "Option::is_none")]
    transfer_total: Option<u64>,
}

/// Runs the command.
pub(crate) async fn run(args: AboutArgs, context: &mut Context) -> Outcome {
    let Place::Cloud(cloud) = Place::parse(&args.remote)? else {
        return Err(Failure::usage(
            format!("\"{}\" is not a remote", args.remote),
            "Write the remote's name and a colon: `megapane about work:`.",
        ));
    };
    let session = login::session(context, &cloud.account).await?;
    let quota = session.quota().await;
    let quota = quota
        .map_err(|error| problem::of_api(&format!("ask for the storage of \"{}\"", cloud.account), &error))?;
    let report = Report {
        total: quota.total,
        used: quota.used,
        free: quota.total.saturating_sub(quota.used),
        versions: quota.in_versions,
        transfer_used: quota.transfer_used,
        transfer_total: quota.transfer_total,
    };
    if context.options.json {
        context.output.json(&report)?;
        return Ok(ExitCode::Success);
    }
    let shown = |bytes: u64| if args.full { bytes.to_string() } else { quantity::size_with_unit(bytes) };
    let rows = [("Total:", report.total), ("Used:", report.used), ("Free:", report.free)];
    for (name, bytes) in rows {
        context.output.line(format!("{name:<9}{}", shown(bytes)))?;
    }
    if let Some(bytes) = report.versions.filter(|bytes| *bytes > 0) {
        context.output.line(format!("Versions: {}", shown(bytes)))?;
    }
    if let Some(total) = report.transfer_total {
        context.output.line(format!("Transfer: {} of {}", shown(report.transfer_used), shown(total)))?;
    }
    Ok(ExitCode::Success)
}
