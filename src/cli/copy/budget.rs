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
    /// Stop when so much has moved (in KiB, or with B, K, M, G, T; or off), with exit code 8
    #[arg(long, value_name = "SIZE", value_parser = parse_bound)]
    max_transfer: Option<u64>,

    /// Stop when it has taken so long (30s, 5m, 1h30m, 2d; 0 or off is for ever), with exit code 10
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
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
    pub(super) fn budget(&self) -> Budget {
        let cutoff = match self.cutoff_mode {
            Mode::Hard => Cutoff::Hard,
            Mode::Soft => Cutoff::Soft,
            Mode::Cautious => Cutoff::Cautious,
        };
        let time = self.max_duration.filter(|time| !time.is_zero());
        Budget { bytes: self.max_transfer, time, cutoff }
    }
}

/// `off` is more than anybody has.
fn parse_bound(text: &str) -> Result<u64, String> {
    if is_off(text) { Ok(u64::MAX) } else { parse_size(text) }
}

/// `off` is no time, which is no bound.
///
/// Source: rclone's documentation of options, "--max-duration".
fn parse_time(text: &str) -> Result<Duration, String> {
    if is_off(text) { Ok(Duration::ZERO) } else { parse_duration(text) }
}

const fn is_off(text: &str) -> bool {
    text.eq_ignore_ascii_case("off")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        budget: BudgetArgs,
    }

    fn budget(arguments: &[&str]) -> Budget {
        let line = ["megapane"].iter().chain(arguments);
        Line::try_parse_from(line).unwrap().budget.budget()
    }

    #[test]
    fn nothing_and_off_are_no_bound_on_the_time() {
        for text in ["0", "0s", "off", "OFF"] {
            assert_eq!(budget(&["--max-duration", text]).time, None, "{text}");
        }
        let time = budget(&["--max-duration", "1w2d"]).time;
        assert_eq!(time, Some(Duration::from_hours(9 * 24)));
    }

    #[test]
    fn off_is_no_bound_on_the_bytes() {
        for text in ["off", "Off"] {
            assert_eq!(budget(&["--max-transfer", text]).bytes, Some(u64::MAX), "{text}");
        }
        assert_eq!(budget(&["--max-transfer", "2M"]).bytes, Some(2 << 20));
    }
}
