//! Figures as people read them: sizes in four columns, dates relative to today, speeds, times left.
//! The screen's writing of numbers; the same value is always written the same way. Pure: time and zone are passed in.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Now, and the zone that times are shown in.
#[derive(Clone, Debug)]
pub struct Clock {
    /// This moment.
    pub now: Timestamp,
    /// Where the user is.
    pub zone: TimeZone,
}

impl Clock {
    /// Returns the day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// Returns a time of an entry in six columns or fewer: `14:02` today, `12 Aug` within eleven months, else `2019`.
    #[must_use]
    pub fn short_date(&self, seconds: i64) -> String {
        let Some(time) = self.zoned(seconds) else { return "?".to_owned() };
        let now = self.now.to_zoned(self.zone.clone());
        if time.date() == now.date() {
            return time.strftime("%H:%M").to_string();
        }
        let age = now.timestamp().as_second().saturating_sub(seconds);
        if (0..ELEVEN_MONTHS).contains(&age) {
            return time.strftime("%e %b").to_string().trim_start().to_owned();
        }
        time.strftime("%Y").to_string()
    }

    /// Returns a time to the minute, 16 columns: `2024-08-12 14:02`.
    #[must_use]
    pub fn exact_date(&self, seconds: i64) -> String {
        self.zoned(seconds).map_or_else(|| "?".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// Returns a time in words for dialogs: `12 Aug 2024 14:02`.
    #[must_use]
    pub fn spoken_date(&self, seconds: i64) -> String {
        self.zoned(seconds).map_or_else(
            || "?".to_owned(),
            |time| time.strftime("%e %b %Y %H:%M").to_string().trim_start().to_owned(),
        )
    }

    /// Returns two times in words, with seconds where they would look equal without being it.
    #[must_use]
    pub fn spoken_dates(&self, one: i64, other: i64) -> [String; 2] {
        let spoken = [one, other].map(|at| self.spoken_date(at));
        if one == other || spoken[0] != spoken[1] {
            return spoken;
        }
        [one, other].map(|at| {
            let time = self.zoned(at).map(|time| time.strftime("%e %b %Y %H:%M:%S").to_string());
            time.unwrap_or_default().trim_start().to_owned()
        })
    }

    /// Returns a time to the second with its offset: `2024-08-12 14:02:05 +02:00`.
    #[must_use]
    pub fn full_date(&self, seconds: i64) -> String {
        self.zoned(seconds)
            .map_or_else(|| "?".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S %:z").to_string())
    }

    /// Returns the time of day of a Unix time in milliseconds: `19:40`.
    #[must_use]
    pub fn time_of_day(&self, milliseconds: i64) -> String {
        self.zoned(milliseconds.div_euclid(1000))
            .map_or_else(|| "?".to_owned(), |time| time.strftime("%H:%M").to_string())
    }

    /// Returns the whole seconds until a Unix time in milliseconds, rounded up; 0 once it is past.
    #[must_use]
    pub fn seconds_until(&self, milliseconds: i64) -> u64 {
        let left = milliseconds.saturating_sub(self.now.as_millisecond());
        u64::try_from(left).unwrap_or(0).div_ceil(1000)
    }

    fn zoned(&self, seconds: i64) -> Option<Zoned> {
        Timestamp::from_second(seconds).ok().map(|time| time.to_zoned(self.zone.clone()))
    }
}

/// Returns a size in at most four columns, in powers of 1024: `0B`, `999B`, `2.0K`, `812M`.
#[must_use]
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes}B");
    }
    let (value, unit) = scaled(bytes);
    if value < 9.95 { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") }
}

/// Returns an exact size with its short form: `5,347,737 bytes (5.1M)`.
#[must_use]
pub fn exact_size(bytes: u64) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    if bytes < 1000 {
        format!("{bytes} {unit}")
    } else {
        format!("{} {unit} ({})", grouped(bytes), size(bytes))
    }
}

/// Returns a number with commas between thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns how much of something is used or done, in one unit: `18.2 of 20 GB`.
#[must_use]
pub fn part_of(part: u64, whole: u64) -> String {
    let (total, unit) = scaled(whole);
    let factor = if total > 0.0 { as_float(whole) / total } else { 1.0 };
    let part = as_float(part) / factor;
    let unit = if unit == "B" { "B".to_owned() } else { format!("{unit}B") };
    let used = if part > 0.0 && part < 0.05 { "<0.1".to_owned() } else { trimmed(part) };
    format!("{used} of {} {unit}", trimmed(total))
}

/// Returns a speed: `38 MB/s`, `3.2 MB/s`, `0`.
#[must_use]
pub fn speed(bytes_per_second: u64) -> String {
    if bytes_per_second == 0 {
        return "0".to_owned();
    }
    if bytes_per_second < 1000 {
        return format!("{bytes_per_second} B/s");
    }
    let (value, unit) = scaled(bytes_per_second);
    if value < 9.95 { format!("{value:.1} {unit}B/s") } else { format!("{value:.0} {unit}B/s") }
}

/// Returns a time left as a clock: `0:04`, `12:30`, `1:02:03`.
#[must_use]
pub fn countdown(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Returns a time span in words: `8 s`, `23 min`, `1 h 12 m`, `3 d 4 h`.
#[must_use]
pub fn span(seconds: u64) -> String {
    match seconds {
        0..100 => format!("{seconds} s"),
        100..3600 => format!("{} min", seconds.div_ceil(60)),
        3600..86_400 => format!("{} h {} m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// Returns how many of a hundred are done; never 100 before all is, never more.
#[must_use]
pub fn percent(done: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 100;
    }
    u64::try_from(u128::from(done.min(whole)) * 100 / u128::from(whole)).unwrap_or(100)
}

/// Returns a count with its noun: `1 file`, `12 files`, `1,204 entries`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

fn trimmed(value: f64) -> String {
    let text = if value < 99.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// Returns the value in the unit in which it has at most three digits before the point.
fn scaled(bytes: u64) -> (f64, &'static str) {
    let mut value = as_float(bytes);
    for unit in UNITS {
        if value < 999.5 {
            return (value, unit);
        }
        value /= 1024.0;
    }
    (value, "E")
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown of it")]
fn as_float(number: u64) -> f64 {
    number as f64
}

const UNITS: [&str; 6] = ["B", "K", "M", "G", "T", "P"];

/// Seconds within which a day and a month tell a date without its year.
const ELEVEN_MONTHS: i64 = 330 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock { now: "2024-08-14T12:00:00Z".parse().unwrap(), zone: TimeZone::UTC }
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn dates_are_short_and_relative_to_today() {
        let clock = clock();
        assert_eq!(clock.short_date(at("2024-08-14T09:15:00Z")), "09:15");
        assert_eq!(clock.short_date(at("2024-08-14T23:15:00Z")), "23:15");
        assert_eq!(clock.short_date(at("2024-08-12T09:15:00Z")), "12 Aug");
        assert_eq!(clock.short_date(at("2024-02-03T09:15:00Z")), "3 Feb");
        assert_eq!(clock.short_date(at("2023-08-13T09:15:00Z")), "2023");
        assert_eq!(clock.short_date(at("2031-01-01T00:00:00Z")), "2031");
        assert_eq!(clock.short_date(i64::MAX), "?");
        let near = at("2024-02-03T09:15:00Z");
        assert_eq!(clock.spoken_dates(near, near + 7), ["3 Feb 2024 09:15:00", "3 Feb 2024 09:15:07"]);
        assert_eq!(clock.spoken_dates(near, near), ["3 Feb 2024 09:15", "3 Feb 2024 09:15"]);
        assert_eq!(clock.exact_date(at("2024-02-03T09:15:00Z")), "2024-02-03 09:15");
        assert_eq!(clock.spoken_date(at("2024-02-03T09:15:00Z")), "3 Feb 2024 09:15");
    }

    #[test]
    fn sizes_take_at_most_four_columns() {
        let cases = [
            (0, "0B"),
            (999, "999B"),
            (1000, "1.0K"),
            (2048, "2.0K"),
            (10_188, "9.9K"),
            (10_200, "10K"),
            (1_023_000, "999K"),
            (1_023_999, "1.0M"),
            (5_347_737, "5.1M"),
            (851_443_712, "812M"),
            (u64::MAX, "16E"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
            assert!(size(bytes).len() <= 4);
        }
        assert_eq!(exact_size(5_347_737), "5,347,737 bytes (5.1M)");
        assert_eq!(exact_size(1), "1 byte");
    }

    #[test]
    fn parts_speeds_and_times_read_well() {
        assert_eq!(part_of(19_542_101_196, 21_474_836_480), "18.2 of 20 GB");
        assert_eq!(part_of(0, 0), "0 of 0 B");
        assert_eq!(part_of(23 << 20, 20 << 30), "<0.1 of 20 GB");
        assert_eq!(part_of(42_991_616, 262_144_000), "41 of 250 MB");
        assert_eq!(speed(39_845_888), "38 MB/s");
        assert_eq!(speed(0), "0");
        assert_eq!(countdown(4), "0:04");
        assert_eq!(countdown(3723), "1:02:03");
        assert_eq!(span(8), "8 s");
        assert_eq!(span(1380), "23 min");
        assert_eq!(span(4320), "1 h 12 m");
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(0, 0), 100);
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(1204, "file", "files"), "1,204 files");
    }

    #[test]
    fn waits_are_counted_to_the_next_second() {
        let clock = clock();
        let now = clock.now.as_millisecond();
        assert_eq!(clock.seconds_until(now + 7_001), 8);
        assert_eq!(clock.seconds_until(now - 5), 0);
        assert_eq!(clock.time_of_day(now + 3_600_000), "13:00");
    }
}
