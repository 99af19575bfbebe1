//! What the process of a benchmark has taken: memory and the processor's time, as the system tells them.
//! Zero where it does not tell them.

use std::time::Duration;

/// A number of `/proc/self/status` in MiB; 0 where there is none.
pub(crate) fn memory(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u64>().ok());
    number.unwrap_or_default() / 1024
}

/// Time that this process has used; 0 where that is not known.
pub(crate) fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 =
        fields.get(11..13).map_or(0, |times| times.iter().filter_map(|time| time.parse::<u64>().ok()).sum());
    Duration::from_millis(ticks * 10)
}
