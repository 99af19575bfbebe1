//! `--max-transfer`, `--max-duration`, `--cutoff-mode`: how much a copy may move, how long it may take, and how it ends
//! there. The worker keeps to it; a copy that ends so has an exit code of its own.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::context::parse_duration;
use crate::config::size::parse_size;
use crate::message::{Budget, Cutoff};

/// The budget as typed.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "How much and how long")]
pub(super) struct BudgetArgs {
    /// Stop when so much has moved (in KiB, or with B, K, M, G, T), with exit code 8
    #[arg(long, value_name = "SIZE", value_parser = parse_bound)]
    max_transfer: Option<u64>,

    /// Stop when it has taken so long (30s, 5m, 1h30m), with exit code 10
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    max_duration: Option<Duration>,

    /// What stopping means there
    #[arg(long, value_name = "MODE", value_enum, ignore_case = true, default_value_t)]
    cutoff_mode: Mode,
}

/// A cutoff as typed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Mode {
    /// At once; what has moved of a large file need not move again the next time
    #[default]
    Hard,
    /// Files on their way arrive, no other begins
    Soft,
    /// As soft, and no file begins that would reach the size
    Cautious,
}

impl BudgetArgs {
    /// Returns the budget for the worker.
    pub(super) const fn budget(&self) -> Budget {
        let cutoff = match self.cutoff_mode {
            Mode::Hard => Cutoff::Hard,
            Mode::Soft => Cutoff::Soft,
            Mode::Cautious => Cutoff::Cautious,
        };
        Budget { bytes: self.max_transfer, time: self.max_duration, cutoff }
    }
}

/// `off` is more than anybody has.
fn parse_bound(text: &str) -> Result<u64, String> {
    if text == "off" { Ok(u64::MAX) } else { parse_size(text) }
}
