//! The faults that are in force, and their counters: decides for each request what goes wrong with it. The server
//! asks once per request and carries the verdict out.

use std::collections::HashSet;
use std::time::Duration;

use super::fault::{CommandFault, CommandFaults, Endpoint, Fault, FaultKind, Target, When};
use super::refusal::Refusal;
use crate::crypto::hashcash::Challenge;
use crate::crypto::key::random;
use crate::handle::{base64_decode, base64_encode};

/// All faults of one server.
#[derive(Default)]
pub(crate) struct Plan {
    rules: Vec<Rule>,
    /// Tokens of challenges given out.
    challenges: HashSet<(u8, String)>,
}

struct Rule {
    fault: Fault,
    /// Requests so far that fitted.
    fitted: u64,
}

/// What is known of a request before it is carried out.
pub(crate) struct Probe<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) commands: &'a [String],
    /// Which of a file's six parts is downloaded.
    pub(crate) part: Option<usize>,
    /// The `X-Hashcash` header.
    pub(crate) proof: Option<&'a str>,
}

/// What goes wrong with one request; the default is nothing.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// The whole body is this number.
    pub(crate) number: Option<i64>,
    /// Single commands are refused.
    pub(crate) commands: CommandFaults,
    pub(crate) status: Option<(u16, Option<u64>)>,
    /// Value of the `X-Hashcash` header of a 402.
    pub(crate) challenge: Option<String>,
    pub(crate) cut: Option<Cut>,
    pub(crate) delay: Duration,
    /// Bytes a second.
    pub(crate) rate: Option<u64>,
    pub(crate) flip: Option<u64>,
    pub(crate) short: Option<Short>,
    pub(crate) garbage: bool,
    pub(crate) expire: bool,
}

/// Where the line breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before the request is read.
    Before,
    /// After so many bytes of the request's or the answer's body.
    After(u64),
    /// When all is done, before the answer.
    Answer,
}

/// How much of a body is missing at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Short {
    /// So many bytes.
    By(u64),
    /// The second half.
    Half,
}

impl Plan {
    /// Adds a fault; its count begins now.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.rules.push(Rule { fault, fitted: 0 });
    }

    /// Takes all faults away.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Counts a request, and says what goes wrong with it.
    pub(crate) fn judge(&mut self, probe: &Probe) -> Verdict {
        let mut verdict = Verdict::default();
        for rule in &mut self.rules {
            let kind = rule.fault.kind;
            match (rule.fault.target.clone(), command_fault(kind)) {
                (Target::Command(name), Some(fault)) => {
                    for (index, _) in probe.commands.iter().enumerate().filter(|(_, found)| **found == name) {
                        if rule.strikes() {
                            verdict.commands.0.push((index, fault));
                        }
                    }
                }
                (target, _) => {
                    let fits = match target {
                        Target::Any => true,
                        Target::Endpoint(endpoint) => endpoint == probe.endpoint,
                        Target::Part(part) => probe.part == Some(part),
                        Target::Command(name) => probe.commands.contains(&name),
                    };
                    let proven = matches!(kind, FaultKind::Hashcash(_))
                        && probe.proof.is_some_and(|proof| is_proof(&self.challenges, proof));
                    if fits && !proven && rule.strikes() {
                        verdict.add(kind, &mut self.challenges);
                    }
                }
            }
        }
        verdict
    }
}

impl Rule {
    /// Counts one more request that fits; whether it is hit.
    fn strikes(&mut self) -> bool {
        self.fitted += 1;
        match self.fault.when {
            When::Always => true,
            When::Between(first, last) => (first..=last).contains(&self.fitted),
            When::Each(each) => self.fitted.is_multiple_of(each),
            When::Percent(percent, seed) => draw(seed, self.fitted) < percent,
        }
    }
}

impl Verdict {
    fn add(&mut self, kind: FaultKind, challenges: &mut HashSet<(u8, String)>) {
        match kind {
            FaultKind::Number(number, _) => self.number = Some(number),
            FaultKind::Status(status, seconds) => self.status = Some((status, seconds)),
            FaultKind::Hashcash(easiness) => {
                let token = base64_encode(&random::<48>());
                self.challenge = Some(format!("1:{easiness}:{}:{token}", super::world::unix_now()));
                challenges.insert((easiness, token));
            }
            FaultKind::Cut(None) => self.cut = Some(Cut::Before),
            FaultKind::Cut(Some(bytes)) => self.cut = Some(Cut::After(bytes)),
            FaultKind::Lost => self.cut = Some(Cut::Answer),
            FaultKind::Slow(delay) => self.delay += delay,
            FaultKind::Rate(rate) => self.rate = Some(rate),
            FaultKind::Flip(at) => self.flip = Some(at),
            FaultKind::Short(bytes) => self.short = Some(bytes.map_or(Short::Half, Short::By)),
            FaultKind::Garbage => self.garbage = true,
            FaultKind::Expire => self.expire = true,
            FaultKind::Shuffle | FaultKind::Terse | FaultKind::Half(_) => {} // of single commands only
        }
    }
}

/// What goes wrong with a single command, where a kind is of that sort.
fn command_fault(kind: FaultKind) -> Option<CommandFault> {
    match kind {
        FaultKind::Number(number, seconds) => Some(CommandFault::Refused(Refusal::Other(number), seconds)),
        FaultKind::Half(number) => Some(CommandFault::Half(Refusal::Other(number))),
        FaultKind::Shuffle => Some(CommandFault::Shuffled),
        FaultKind::Terse => Some(CommandFault::Terse),
        FaultKind::Status(..)
        | FaultKind::Hashcash(_)
        | FaultKind::Cut(_)
        | FaultKind::Lost
        | FaultKind::Slow(_)
        | FaultKind::Rate(_)
        | FaultKind::Flip(_)
        | FaultKind::Short(_)
        | FaultKind::Garbage
        | FaultKind::Expire => None,
    }
}

/// Whether `1:token:prefix` answers a challenge that was given out.
fn is_proof(challenges: &HashSet<(u8, String)>, header: &str) -> bool {
    let mut fields = header.split(':');
    let (Some("1"), Some(token), Some(prefix), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    let Ok(prefix) = <[u8; 4]>::try_from(base64_decode(prefix)) else { return false };
    let given = challenges.iter().find(|(_, given)| given == token);
    given.is_some_and(|(easiness, token)| {
        Challenge { easiness: *easiness, token: token.clone() }.accepts(prefix)
    })
}

/// A number from 0 to 100 that depends on seed and count alone (splitmix64).
fn draw(seed: u64, count: u64) -> f64 {
    let mut state = seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^= state >> 31;
    f64::from(u32::try_from(state >> 32).unwrap_or_default()) * 100.0 / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(spec: &str, requests: u64) -> Vec<u64> {
        let mut plan = Plan::default();
        plan.add(spec.parse().unwrap());
        let commands = ["f".to_owned()];
        let probe = Probe { endpoint: Endpoint::Commands, commands: &commands, part: None, proof: None };
        (1..=requests).filter(|_| plan.judge(&probe).status.is_some()).collect()
    }

    #[test]
    fn requests_are_counted_from_one() {
        assert_eq!(hits("500@cs#2", 5), [2]);
        assert_eq!(hits("500@f#2-3", 5), [2, 3]);
        assert_eq!(hits("500#4-", 5), [4, 5]);
        assert_eq!(hits("500@cs#*2", 5), [2, 4]);
        assert_eq!(hits("500@dl", 5), [0u64; 0]);
        assert_eq!(hits("500@u", 5), [0u64; 0]);
    }

    #[test]
    fn a_rate_is_kept_and_repeatable() {
        let first = hits("500#20%1", 1000);
        assert!((150..250).contains(&first.len()), "{}", first.len());
        assert_eq!(first, hits("500#20%1", 1000));
        assert_ne!(first, hits("500#20%2", 1000));
    }

    #[test]
    fn single_commands_are_counted_one_by_one() {
        let mut plan = Plan::default();
        plan.add("-3@p#2".parse().unwrap());
        let commands = ["p", "a", "p"].map(str::to_owned);
        let probe = Probe { endpoint: Endpoint::Commands, commands: &commands, part: None, proof: None };
        assert!(plan.judge(&probe).commands.of(2).is_some());
        assert!(plan.judge(&probe).commands.of(0).is_none());
    }
}
