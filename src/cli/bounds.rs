//! `--min-size`, `--max-size`, `--min-age`, `--max-age`, `--max-depth`: which files are too small, large, young, old or
//! deep, in rclone's units. Commands that list, copy or compare flatten it; who walks asks it about each file.

use clap::Args;

use crate::config::age::parse_age;
use crate::config::size::parse_size;
use crate::message::FileBounds;

/// The bounds as typed.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Sizes, ages and depths")]
pub(crate) struct BoundsArgs {
    /// Leave out smaller files (in KiB, or with B, K, M, G, T)
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    min_size: Option<u64>,

    /// Leave out larger files
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_size: Option<u64>,

    /// Leave out files changed more recently (30s, 5m, 2h, 1d, 3w, 6M, 1y, or a date)
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    min_age: Option<i64>,

    /// Leave out files changed longer ago
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    max_age: Option<i64>,

    /// Go so many folders deep; 1 is the folder alone
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_depth: Option<u32>,
}

impl BoundsArgs {
    /// Has them go so deep, where they do not say how deep.
    pub(crate) const fn or_depth(mut self, depth: Option<u32>) -> Self {
        if self.max_depth.is_none() {
            self.max_depth = depth;
        }
        self
    }

    /// Returns the bounds for the plan.
    pub(crate) const fn bounds(&self) -> FileBounds {
        FileBounds {
            min_size: self.min_size,
            max_size: self.max_size,
            changed_from: self.max_age,
            changed_until: self.min_age,
            max_depth: self.max_depth,
        }
    }
}
