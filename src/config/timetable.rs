//! [`Timetable`]: how fast content may move at which time of the week, in rclone's words (`--bwlimit`). The configuration
//! and the command line read it, the worker keeps to it.

use std::num::NonZeroU64;
use std::str::FromStr;

use jiff::Zoned;

use super::size::parse_size;

/// Speeds over the week. The default has no limit at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timetable {
    /// In the order of the week; each holds until the next one, the last until the first.
    slots: Vec<Slot>,
}

/// From when on which speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    /// Counted from Sunday, 00:00.
    minute: u16,
    speeds: Speeds,
}

/// How fast content may move each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Speeds {
    /// Bytes a second to the cloud; `None` is no limit.
    pub up: Option<NonZeroU64>,
    /// Bytes a second from the cloud; `None` is no limit.
    pub down: Option<NonZeroU64>,
}

impl Timetable {
    /// Returns the speeds at a time of the local clock.
    #[must_use]
    pub fn speeds_at(&self, time: &Zoned) -> Speeds {
        let day = time.weekday().to_sunday_zero_offset().unsigned_abs();
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        let minute = minute_of_week(day, hour, minute);
        let past = self.slots.iter().rev().find(|slot| slot.minute <= minute);
        past.or_else(|| self.slots.last()).map_or_else(Speeds::default, |slot| slot.speeds)
    }

    /// Returns whether the speeds are others at another time.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.slots.iter().any(|slot| slot.speeds != self.slots[0].speeds)
    }
}

impl FromStr for Timetable {
    type Err = String;

    /// Reads `10M`, `10M:1M`, `off`, or `08:00,512k Sat-10:00,off` with spaces or semicolons in between.
    ///
    /// Source: rclone `fs/bwtimetable.go`, `BwTimetable.Set`. There the time before the first slot of the week belongs to
    /// the slot that was written last; here to the last of the week, which is the same where they are written in order.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if !text.contains([' ', ',', ';']) {
            return Ok(Self { slots: vec![Slot { minute: 0, speeds: text.parse()? }] });
        }
        let mut slots = Vec::new();
        for entry in text.split([' ', ';']).filter(|entry| !entry.is_empty()) {
            let (time, speeds) = entry.split_once(',').ok_or(NO_TIMETABLE)?;
            let speeds: Speeds = speeds.parse()?;
            let (days, time) = match time.split_once('-') {
                Some((day, time)) => (weekday(day)?..=weekday(day)?, time),
                None => (0..=6, time),
            };
            let (hour, minute) = clock(time)?;
            slots.extend(days.map(|day| Slot { minute: minute_of_week(day, hour, minute), speeds }));
        }
        // Of two slots at one time the later one counts; the sort keeps their order.
        slots.sort_by_key(|slot: &Slot| slot.minute);
        if slots.is_empty() { Err(NO_TIMETABLE.to_owned()) } else { Ok(Self { slots }) }
    }
}

impl FromStr for Speeds {
    type Err = String;

    /// Reads `10M` for both ways or `10M:1M` for up and down, in KiB a second where there is no unit; `off` and `0` are
    /// no limit.
    fn from_str(text: &str) -> Result<Self, String> {
        let speed = |text: &str| match text {
            text if text.eq_ignore_ascii_case("off") => Ok(None),
            text => parse_size(text).map(NonZeroU64::new).map_err(|_no_size| NO_SPEED.to_owned()),
        };
        let (up, down) = text.split_once(':').unwrap_or((text, text));
        Ok(Self { up: speed(up)?, down: speed(down)? })
    }
}

fn minute_of_week(day: u8, hour: u8, minute: u8) -> u16 {
    (u16::from(day) * 24 + u16::from(hour)) * 60 + u16::from(minute)
}

/// Reads `mon` or `Monday` as days from Sunday.
fn weekday(text: &str) -> Result<u8, String> {
    let text = text.to_ascii_lowercase();
    let found = (0..).zip(DAYS).find(|(_, day)| *day == text || day[..3] == text);
    found.map(|(day, _)| day).ok_or_else(|| format!("\"{text}\" is no day of the week, like Mon or Monday"))
}

/// Reads `08:00`.
fn clock(text: &str) -> Result<(u8, u8), String> {
    let number = |text: &str, most: u8| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| digits && *number <= most)
    };
    let time = text.split_once(':').and_then(|(hour, minute)| number(hour, 23).zip(number(minute, 59)));
    time.ok_or_else(|| format!("\"{text}\" is no time of the day, like 08:00"))
}

const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const NO_SPEED: &str = "write a speed like 512k, 10M, 10M:1M (up:down) or off";
const NO_TIMETABLE: &str = "write a timetable like \"08:00,512k 19:00,10M Sat-10:00,off\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn speeds(up: u64, down: u64) -> Speeds {
        Speeds { up: NonZeroU64::new(up), down: NonZeroU64::new(down) }
    }

    /// 22 November 2026 was a Sunday.
    fn at(table: &str, day: i8, hour: i8, minute: i8) -> Speeds {
        let time = jiff::civil::date(2026, 11, 22 + day).at(hour, minute, 0, 0);
        let time = time.to_zoned(jiff::tz::TimeZone::UTC).unwrap();
        table.parse::<Timetable>().unwrap().speeds_at(&time)
    }

    #[test]
    fn one_speed_holds_at_all_times() {
        for (text, expected) in [
            ("10M", speeds(10 << 20, 10 << 20)),
            ("10M:1M", speeds(10 << 20, 1 << 20)),
            ("10M:off", speeds(10 << 20, 0)),
            ("0", speeds(0, 0)),
            ("off", speeds(0, 0)),
            ("OFF", speeds(0, 0)),
            ("512", speeds(512 << 10, 512 << 10)),
            ("0.625M", speeds(655_360, 655_360)),
            ("100B", speeds(100, 100)),
        ] {
            assert_eq!(at(text, 3, 12, 0), expected, "{text}");
            assert!(!text.parse::<Timetable>().unwrap().changes());
        }
        assert_eq!(Timetable::default().speeds_at(&Zoned::now()), speeds(0, 0));
    }

    #[test]
    fn a_timetable_holds_from_slot_to_slot_and_round_the_week() {
        let daily = "08:00,512k 19:00,10M:1M;23:00,off";
        assert!(daily.parse::<Timetable>().unwrap().changes());
        for day in 0..7 {
            assert_eq!(at(daily, day, 7, 59), speeds(0, 0));
            assert_eq!(at(daily, day, 8, 0), speeds(512 << 10, 512 << 10));
            assert_eq!(at(daily, day, 18, 59), speeds(512 << 10, 512 << 10));
            assert_eq!(at(daily, day, 19, 0), speeds(10 << 20, 1 << 20));
            assert_eq!(at(daily, day, 23, 30), speeds(0, 0));
        }
        let weekly = "Mon-00:00,512 Friday-23:59,10M Sat-10:00,1M sun-20:00,off";
        assert_eq!(at(weekly, 0, 19, 59), speeds(1 << 20, 1 << 20), "Sunday, still of Saturday");
        assert_eq!(at(weekly, 0, 20, 0), speeds(0, 0));
        assert_eq!(at(weekly, 1, 0, 0), speeds(512 << 10, 512 << 10));
        assert_eq!(at(weekly, 5, 23, 59), speeds(10 << 20, 10 << 20));
        let mixed = "08:00,1M Sat-10:00,off";
        assert_eq!(at(mixed, 6, 9, 0), speeds(1 << 20, 1 << 20));
        assert_eq!(at(mixed, 6, 10, 0), speeds(0, 0));
        assert_eq!(at(mixed, 0, 7, 0), speeds(0, 0));
        assert_eq!(at(mixed, 0, 8, 0), speeds(1 << 20, 1 << 20));
    }

    #[test]
    fn what_is_no_timetable_is_refused() {
        for text in [
            "",
            "fast",
            "10X",
            "-1",
            "1M:2M:3M",
            "8:00,1M",
            "24:00,1M",
            "08:60,1M",
            "Foo-08:00,1M",
            ",",
            "08:00,1M 09:00",
            "+8:00,1M",
            "Mon-Tue-08:00,1M",
        ] {
            assert!(text.parse::<Timetable>().is_err(), "{text}");
        }
    }
}
