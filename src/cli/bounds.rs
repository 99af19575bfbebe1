//! `--min-size`, `--max-size`, `--min-age`, `--max-age`, `--max-depth`: which files are too small, large, young, old or
//! deep, in rclone's units. Commands that list, copy or compare flatten it; who walks asks it about each file.

use std::time::Duration;

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};

use crate::config::size::{parse_size, split_number};
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

/// Reads an age, or a date, as the Unix time that it means now.
///
/// Source: rclone's documentation of options, "TIME": `M` is 30 days, `y` 365.
pub(super) fn parse_age(text: &str) -> Result<i64, String> {
    if let Some(at) = parse_date(text) {
        return Ok(at);
    }
    let age = parse_length(text).ok_or(NO_AGE)?;
    Ok(Timestamp::now().as_second().saturating_sub_unsigned(age.as_secs()))
}

/// Reads a length of time: numbers with their units, seconds where there is none.
pub(super) fn parse_length(text: &str) -> Option<Duration> {
    let mut length = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, tail) = split_number(rest);
        let end = tail.find(|character: char| character.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let seconds = match unit {
            "ms" => 0.001,
            "" | "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 7.0 * 86_400.0,
            "M" => 30.0 * 86_400.0,
            "y" => 365.0 * 86_400.0,
            _ => return None,
        };
        let number: f64 = number.parse().ok()?;
        length = length.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(length)
}

/// Dates are of the local clock, as everywhere in rclone; a full timestamp says its own.
fn parse_date(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_second());
    }
    let date = text.parse::<jiff::civil::DateTime>().ok().filter(|_| text.contains('-'))?;
    Some(date.to_zoned(TimeZone::system()).ok()?.timestamp().as_second())
}

const NO_AGE: &str = "write an age like 30s, 5m, 2h, 1d, 3w, 6M, 1y, or a date like 2024-06-01";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_counted_back_from_now_and_dates_stand_for_themselves() {
        let now = Timestamp::now().as_second();
        for (text, seconds) in
            [("90", 90), ("1h30m", 5400), ("2d", 172_800), ("1.5h", 5400), ("1y", 31_536_000)]
        {
            let at = parse_age(text).unwrap();
            assert!((now - seconds..=now - seconds + 60).contains(&at), "{text}");
        }
        assert_eq!(parse_age("2024-06-01T00:00:00Z"), Ok(1_717_200_000));
        assert!(parse_age("2024-06-01").is_ok());
        assert!(["", "soon", "1q", "-1s"].iter().all(|text| parse_age(text).is_err()));
    }
}
