//! Faults on order: what goes wrong, with which requests, and when. Tests and `--fault` write them as short text.
//! Nothing here carries them out.
//!
//! ```text
//! KIND[:VALUE][@TARGET][#WHEN]
//!
//! KIND     -N          error number N: alone for an endpoint, as its element for a command; VALUE: seconds (`-17@g`)
//!          500 503 …   that HTTP status; 509 takes the seconds left as VALUE
//!          402         proof of work is asked for; VALUE: easiness, 255 when absent. Whoever has done it passes
//!          cut         the line breaks: at once and before anything is done, or after VALUE bytes of the body
//!          lost        the request is carried out, and the line breaks before the answer
//!          slow        the answer comes later by VALUE (`50ms`, `2s`)
//!          rate        bodies move at VALUE bytes a second (`64KiB`)
//!          flip        byte VALUE of the answer's body is wrong (0 when absent)
//!          short       the answer's body is properly ended VALUE bytes early (half of it when absent)
//!          garbage     a web page instead of the answer
//!          expire      the session of the request ends, now
//!          shuffle     a command's answer has its nodes in another order (`shuffle@p`)
//!          terse       a command's answer has only the first half of its nodes
//!          half:-N     a command is carried out for the first half of its nodes, and then refused (`half:-9@p`)
//! TARGET   cs sc wait ul dl, or a command's name; absent: every request. `sc` is `sc` and `wsc`; `dl0` to `dl5` are the
//!          downloads of one part of a file that is served in six, `dl` those of all parts and of whole files
//! WHEN     3  only the third request that TARGET fits;  3-  from the third on;  3-5;  *3  each third;
//!          20%  at random, or 20%7 with another seed than 0;  absent: always
//! ```

use std::str::FromStr;
use std::time::Duration;

use super::refusal::Refusal;
use crate::crypto::raid::PARTS;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// To which requests.
    pub target: Target,
    /// To which of them.
    pub when: When,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// An error number of the API, and for −17 the seconds to wait.
    Number(i64, Option<u64>),
    /// An HTTP status, and for 509 the seconds until there is quota again.
    Status(u16, Option<u64>),
    /// 402 with a challenge of this easiness (0 to 255, smaller is harder).
    Hashcash(u8),
    /// The line breaks: before anything is done, or after so many bytes of the body.
    Cut(Option<u64>),
    /// The line breaks after everything is done.
    Lost,
    /// The answer comes later.
    Slow(Duration),
    /// Bodies move at so many bytes a second.
    Rate(u64),
    /// This byte of the answer's body is wrong.
    Flip(u64),
    /// The answer's body ends early by so many bytes, or in the middle.
    Short(Option<u64>),
    /// A web page instead of the answer.
    Garbage,
    /// The session of the request ends.
    Expire,
    /// The nodes of a command's answer stand in another order.
    Shuffle,
    /// A command's answer has half of its nodes.
    Terse,
    /// A command does half of its work, and is refused with this number.
    Half(i64),
}

/// Which requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every request.
    Any,
    /// One kind of URL.
    Endpoint(Endpoint),
    /// Downloads of this part, 0 to 5, of files that are served in six.
    Part(usize),
    /// Batches with a command of this name.
    Command(String),
}

/// The kinds of URL that a server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `cs`: commands.
    Commands,
    /// `sc`, `wsc`: events.
    Events,
    /// Long polls.
    Wait,
    /// Uploads.
    Upload,
    /// Downloads.
    Download,
    /// Thumbnails, and what nobody asked for.
    Other,
}

/// Which of the requests that fit, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// All.
    Always,
    /// From the first number to the second, both included.
    Between(u64, u64),
    /// Each so-manieth.
    Each(u64),
    /// So many in a hundred, drawn from a seed.
    Percent(f64, u64),
}

/// The text is not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fault: {text:?}: {reason}")]
pub struct FaultSyntaxError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// What goes wrong with single commands of one batch, by position.
#[derive(Debug, Default)]
pub(crate) struct CommandFaults(pub(crate) Vec<(usize, CommandFault)>);

/// What goes wrong with one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommandFault {
    /// It is refused, and told to wait so many seconds.
    Refused(Refusal, Option<u64>),
    /// It does half of its work, and is refused.
    Half(Refusal),
    /// It answers in another order.
    Shuffled,
    /// It answers with half of the nodes.
    Terse,
}

impl CommandFaults {
    /// What goes wrong with the command at `index`.
    pub(crate) fn of(&self, index: usize) -> Option<CommandFault> {
        self.0.iter().find(|(position, _)| *position == index).map(|(_, fault)| *fault)
    }
}

impl FromStr for Fault {
    type Err = FaultSyntaxError;

    fn from_str(text: &str) -> Result<Self, FaultSyntaxError> {
        let wrong = |reason| FaultSyntaxError { text: text.to_owned(), reason };
        let (rest, when) = match text.split_once('#') {
            Some((rest, when)) => {
                (rest, parse_when(when).ok_or_else(|| wrong("WHEN is N, N-, N-M, *N or P%"))?)
            }
            None => (text, When::Always),
        };
        let (kind, target) = match rest.split_once('@') {
            Some((kind, target)) => (kind, parse_target(target)),
            None => (rest, Target::Any),
        };
        let (name, value) = match kind.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (kind, None),
        };
        let kind = parse_kind(name, value).ok_or_else(|| wrong("no such KIND, or a wrong VALUE"))?;
        Ok(Self { kind, target, when })
    }
}

fn parse_kind(name: &str, value: Option<&str>) -> Option<FaultKind> {
    let seconds = || match value {
        None => Some(None),
        Some(value) => value.parse().ok().map(Some),
    };
    let bytes = || match value {
        None => Some(None),
        Some(value) => parse_bytes(value).map(Some),
    };
    if let Ok(number) = name.parse::<i64>() {
        return match number {
            402 => Some(FaultKind::Hashcash(value.map_or(Some(255), |value| value.parse().ok())?)),
            400..=599 => Some(FaultKind::Status(u16::try_from(number).ok()?, seconds()?)),
            _ if number < 0 => Some(FaultKind::Number(number, seconds()?)),
            _ => None,
        };
    }
    Some(match name {
        "cut" => FaultKind::Cut(bytes()?),
        "lost" => FaultKind::Lost,
        "slow" => FaultKind::Slow(parse_duration(value?)?),
        "rate" => FaultKind::Rate(parse_bytes(value?).filter(|rate| *rate > 0)?),
        "flip" => FaultKind::Flip(bytes()?.unwrap_or(0)),
        "short" => FaultKind::Short(bytes()?),
        "garbage" => FaultKind::Garbage,
        "expire" => FaultKind::Expire,
        "shuffle" => FaultKind::Shuffle,
        "terse" => FaultKind::Terse,
        "half" => FaultKind::Half(value?.parse().ok().filter(|number| *number < 0)?),
        _ => return None,
    })
}

fn parse_target(text: &str) -> Target {
    match text {
        "cs" => Target::Endpoint(Endpoint::Commands),
        "sc" => Target::Endpoint(Endpoint::Events),
        "wait" => Target::Endpoint(Endpoint::Wait),
        "ul" => Target::Endpoint(Endpoint::Upload),
        "dl" => Target::Endpoint(Endpoint::Download),
        name => match name.strip_prefix("dl").and_then(parse_part) {
            Some(part) => Target::Part(part),
            None => Target::Command(name.to_owned()),
        },
    }
}

/// Reads the number of a part, `0` to `5`.
pub(crate) fn parse_part(text: &str) -> Option<usize> {
    text.parse().ok().filter(|part| *part < PARTS && text.len() == 1)
}

fn parse_when(text: &str) -> Option<When> {
    let positive = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
    if let Some(each) = text.strip_prefix('*') {
        return positive(each).map(When::Each);
    }
    if let Some((percent, seed)) = text.split_once('%') {
        let percent = percent.parse::<f64>().ok().filter(|percent| (0.0..=100.0).contains(percent))?;
        return Some(When::Percent(percent, if seed.is_empty() { 0 } else { seed.parse().ok()? }));
    }
    match text.split_once('-') {
        None => positive(text).map(|number| When::Between(number, number)),
        Some((first, "")) => positive(first).map(|first| When::Between(first, u64::MAX)),
        Some((first, last)) => {
            let (first, last) = (positive(first)?, positive(last)?);
            (first <= last).then_some(When::Between(first, last))
        }
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(text) => text.parse().ok().map(Duration::from_millis),
        None => text.strip_suffix('s').unwrap_or(text).parse().ok().map(Duration::from_secs),
    }
}

/// Reads a number of bytes: `4096`, `64KiB`, `1MiB`, `2GiB`.
#[must_use]
pub fn parse_bytes(text: &str) -> Option<u64> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];
    for (unit, shift) in units {
        if let Some(number) = text.strip_suffix(unit) {
            return number.parse::<u64>().ok()?.checked_mul(1 << shift);
        }
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_what_where_and_when() {
        let table = [
            ("-3@cs#1", FaultKind::Number(-3, None), "cs", When::Between(1, 1)),
            ("-17:60@g", FaultKind::Number(-17, Some(60)), "g", When::Always),
            ("402:180@us", FaultKind::Hashcash(180), "us", When::Always),
            ("509:30@dl#2-", FaultKind::Status(509, Some(30)), "dl", When::Between(2, u64::MAX)),
            ("cut@ul#*3", FaultKind::Cut(None), "ul", When::Each(3)),
            ("cut:1MiB@dl", FaultKind::Cut(Some(1 << 20)), "dl", When::Always),
            ("slow:50ms@sc#5%9", FaultKind::Slow(Duration::from_millis(50)), "sc", When::Percent(5.0, 9)),
            ("rate:64KiB@dl", FaultKind::Rate(65536), "dl", When::Always),
            ("short@f#2-3", FaultKind::Short(None), "f", When::Between(2, 3)),
            ("half:-9@p#2", FaultKind::Half(-9), "p", When::Between(2, 2)),
            ("404@dl5", FaultKind::Status(404, None), "dl5", When::Always),
        ];
        for (text, kind, target, when) in table {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault, Fault { kind, target: parse_target(target), when }, "{text}");
        }
    }

    #[test]
    fn a_part_is_a_target_of_its_own() {
        assert_eq!(parse_target("dl0"), Target::Part(0));
        assert_eq!(parse_target("dl5"), Target::Part(5));
        assert_eq!(parse_target("dl"), Target::Endpoint(Endpoint::Download));
        for name in ["dl6", "dl01", "dl+1", "dlx"] {
            assert_eq!(parse_target(name), Target::Command(name.to_owned()));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "3", "200", "boom", "slow", "slow:x", "rate:0", "cut#0", "cut#5-2", "cut#101%", "402:999"]
        {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
