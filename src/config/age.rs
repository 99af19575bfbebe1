//! Ages and lengths of time as people write them: rclone's `TIME`. The command line reads bounds in it, a search what is
//! newer or older. How times are printed is for others.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::size::split_number;

/// Reads an age, or a date, as the Unix time that it means now.
///
/// Source: rclone's documentation of options, "TIME": `M` is 30 days, `y` 365.
pub(crate) fn parse_age(text: &str) -> Result<i64, String> {
    if let Some(at) = parse_date(text) {
        return Ok(at);
    }
    let age = parse_length(text).ok_or(NO_AGE)?;
    Ok(Timestamp::now().as_second().saturating_sub_unsigned(age.as_secs()))
}

/// Reads when something is to end: after a length of time, or at a date; `None` for never. `now` and the end are Unix
/// seconds.
pub(crate) fn parse_end(text: &str, now: i64) -> Result<Option<i64>, &'static str> {
    let text = text.trim();
    if matches!(text, "off" | "never") {
        return Ok(None);
    }
    let after = |length: Duration| now.saturating_add_unsigned(length.as_secs());
    match parse_date(text).or_else(|| parse_length(text).map(after)) {
        None => Err(NO_END),
        Some(end) if end <= now => Err("that is over already"),
        Some(end) => Ok(Some(end)),
    }
}

/// Reads a length of time: numbers with their units, seconds where there is none.
pub(crate) fn parse_length(text: &str) -> Option<Duration> {
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

const NO_END: &str = "write a time like 12h, 7d or 3w, a date like 2030-06-01, or off";

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

    #[test]
    fn an_end_is_counted_from_now_or_is_a_date_to_come() {
        for (text, end) in
            [("2d", 1000 + 172_800), ("30", 1030), (" 1h30m ", 6400), ("1970-01-02T00:00:00Z", 86_400)]
        {
            assert_eq!(parse_end(text, 1000), Ok(Some(end)), "{text}");
        }
        assert_eq!((parse_end("off", 0), parse_end("never", 0)), (Ok(None), Ok(None)));
        for text in ["", "soon", "0", "-1d", "1970-01-01T00:00:00Z"] {
            assert!(parse_end(text, 1000).is_err(), "{text}");
        }
    }
}
