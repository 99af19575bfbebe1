//! Sizes, counts and times as rclone prints them: 1024-based sizes (`5.768Mi`), 1000-based counts (`1.234k`), local time.
//! Every command prints its figures by these; the screen has its own, shorter ones.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::size::scaled;
pub(crate) use crate::config::size::{counted, size_with_unit};

/// Returns a size as `ls --human-readable` has it: `0`, `512`, `5.768Mi`, `2Gi`.
pub(crate) fn size(bytes: u64) -> String {
    let (number, unit) = scaled(bytes, 1024, ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]);
    format!("{number}{unit}")
}

/// Returns a count: `999`, `1.234k`, `2M`.
pub(crate) fn count(count: u64) -> String {
    let (number, unit) = scaled(count, 1000, ["", "k", "M", "G", "T", "P", "E"]);
    format!("{number}{unit}")
}

/// Returns a time (Unix seconds) as `2006-01-02 15:04:05`, local.
pub(crate) fn time(seconds: i64) -> String {
    zoned(seconds).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Returns a time (Unix seconds) as RFC 3339 with the local offset, `Z` where that is none.
pub(crate) fn time_rfc3339(seconds: i64) -> String {
    let zoned = zoned(seconds);
    if zoned.offset().is_zero() {
        return zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Times that no calendar has are shown as its end: a cloud node's time is whatever somebody wrote there.
fn zoned(seconds: i64) -> jiff::Zoned {
    let clamped = seconds.clamp(Timestamp::MIN.as_second() + DAY, Timestamp::MAX.as_second() - DAY);
    Timestamp::from_second(clamped).unwrap_or_default().to_zoned(TimeZone::system())
}

const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_like_rclones() {
        for (bytes, short, long) in [
            (0, "0", "0 B"),
            (1023, "1023", "1023 B"),
            (1024, "1Ki", "1 KiB"),
            (6_048_320, "5.768Mi", "5.768 MiB"),
            (2 << 30, "2Gi", "2 GiB"),
            (u64::MAX, "16.000Ei", "16.000 EiB"),
        ] {
            assert_eq!((size(bytes).as_str(), size_with_unit(bytes).as_str()), (short, long));
        }
        assert_eq!(count(1234), "1.234k");
        assert_eq!(count(999), "999");
    }

    #[test]
    fn times_outside_every_calendar_do_not_panic() {
        for seconds in [i64::MIN, -1, 0, 1_700_000_000, i64::MAX] {
            assert!(!time(seconds).is_empty());
            assert!(time_rfc3339(seconds).contains('T'));
        }
    }
}
