//! The [`LimitDialog`]: two lines in which the user writes how fast transfers may be, up and down.
//! Plain data; what is sent for its answer is in `update::transfer`.

use std::num::NonZeroU64;

use super::field::Field;
use crate::config::size::parse_size;
use crate::message::{Direction, SpeedLimit};
use crate::ui::key::Key;

/// How fast transfers may be, as it is being typed.
#[derive(Debug)]
pub struct LimitDialog {
    /// To the cloud; empty is no limit.
    pub up: Field,
    /// From the cloud; empty is no limit.
    pub down: Field,
    /// The line that keys go to.
    pub focus: Direction,
    /// Why a line was refused, until it changes.
    pub problem: Option<&'static str>,
}

/// What a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet.
    Stay,
    /// The limit stays as it is.
    Leave,
    /// This limit from now on.
    Set(SpeedLimit),
}

impl LimitDialog {
    /// Makes a dialog that shows the limit in force.
    #[must_use]
    pub fn new(limit: SpeedLimit) -> Self {
        let field = |rate: Option<NonZeroU64>| Field::new(rate.map(written).unwrap_or_default());
        Self { up: field(limit.up), down: field(limit.down), focus: Direction::Up, problem: None }
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Outcome {
        match key.to_string().as_str() {
            "Esc" | "C-g" | "C-c" => return Outcome::Leave,
            "Enter" => return self.answer(),
            "Tab" | "S-Tab" | "Down" | "Up" | "C-n" | "C-p" => {
                self.focus = match self.focus {
                    Direction::Up | Direction::Across => Direction::Down,
                    Direction::Down => Direction::Up,
                };
            }
            _ => {
                if self.field_mut().press(key) {
                    self.problem = None;
                }
            }
        }
        Outcome::Stay
    }

    /// Returns the field that is typed in.
    pub const fn field_mut(&mut self) -> &mut Field {
        match self.focus {
            Direction::Up | Direction::Across => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }

    fn answer(&mut self) -> Outcome {
        match (read(self.up.text()), read(self.down.text())) {
            (Ok(up), Ok(down)) => Outcome::Set(SpeedLimit { up, down }),
            (Err(problem), _) => self.refuse(Direction::Up, problem),
            (Ok(_), Err(problem)) => self.refuse(Direction::Down, problem),
        }
    }

    const fn refuse(&mut self, line: Direction, problem: &'static str) -> Outcome {
        (self.focus, self.problem) = (line, Some(problem));
        Outcome::Stay
    }
}

/// Reads `500K`, `1.5M`, `off` as bytes a second; a bare number is in KiB, as rclone has it.
fn read(text: &str) -> Result<Option<NonZeroU64>, &'static str> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() || text == "off" {
        return Ok(None);
    }
    let rate = parse_size(text.strip_suffix("/s").unwrap_or(&text)).map_err(|_no_size| UNREADABLE)?;
    Ok(NonZeroU64::new(rate))
}

/// Writes a rate so that [`read`] reads the same.
fn written(rate: NonZeroU64) -> String {
    let rate = rate.get();
    match rate {
        _ if rate.is_multiple_of(1 << 20) => format!("{}M", rate >> 20),
        _ if rate.is_multiple_of(1 << 10) => format!("{}K", rate >> 10),
        _ => format!("{rate}B"),
    }
}

const UNREADABLE: &str = "write a speed like 500K or 2M, or off";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;

    fn type_in(dialog: &mut LimitDialog, keys: &str) -> Outcome {
        parse_keys(keys).unwrap().into_iter().map(|key| dialog.press(key)).last().unwrap()
    }

    fn rate(bytes: u64) -> Option<NonZeroU64> {
        NonZeroU64::new(bytes)
    }

    #[test]
    fn rates_are_read_as_people_write_them_and_written_as_they_are_read() {
        for (text, bytes) in [
            ("500", 512_000),
            ("500K", 512_000),
            ("2M", 2 << 20),
            ("1.5m", 1_572_864),
            ("7B", 7),
            ("1 MB/s", 1 << 20),
        ] {
            assert_eq!(read(text), Ok(rate(bytes)), "{text}");
            assert_eq!(read(&written(rate(bytes).unwrap())), Ok(rate(bytes)));
        }
        assert!(["", " off ", "0", "0M"].iter().all(|text| read(text) == Ok(None)));
        assert!(["fast", "-1", "1X", "1.2.3M", "nan", "infM"].iter().all(|text| read(text).is_err()));
    }

    #[test]
    fn enter_sets_both_and_stays_where_one_cannot_be_read() {
        let mut dialog = LimitDialog::new(SpeedLimit { up: rate(512_000), down: None });
        assert_eq!(type_in(&mut dialog, "<Tab>fast<Enter>"), Outcome::Stay);
        assert_eq!((dialog.focus, dialog.problem), (Direction::Down, Some(UNREADABLE)));
        let set = Outcome::Set(SpeedLimit { up: rate(512_000), down: rate(2 << 20) });
        assert_eq!(type_in(&mut dialog, "<C-u>2M<Enter>"), set);
        assert_eq!(
            type_in(&mut dialog, "<Tab><C-u>off<Tab><C-u><Enter>"),
            Outcome::Set(SpeedLimit::default())
        );
        assert_eq!(type_in(&mut dialog, "<Esc>"), Outcome::Leave);
    }
}
