//! `--conflict`: what to do where the target has another file of that name; the questions for `--conflict ask`.
//! Called by `copy` before it begins and by `follow` at each question. Without a terminal nothing is asked.

use clap::ValueEnum;

use super::super::output::{Failure, Messages};
use super::super::{quantity, terminal};
use crate::message::{Conflict, ConflictPolicy, ConflictSide, Resolution, Scope};

/// The words of `--conflict`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Policy {
    /// Ask about each, on a terminal
    Ask,
    /// Leave the target alone
    Skip,
    /// Overwrite where the source is newer
    Newer,
    /// Overwrite where the size differs
    Size,
    /// Skip what is proven identical, overwrite the rest
    Identical,
    /// Overwrite; in the cloud the old one becomes a version
    #[default]
    Overwrite,
    /// Overwrite; the old one goes to the bin
    Replace,
    /// Keep both, the new one as "name (2).ext"
    Rename,
    /// Count it as an error
    Fail,
}

impl Policy {
    /// Refuses `ask` where nobody can be asked.
    pub(super) fn check(self) -> Result<(), Failure> {
        if self == Self::Ask && !terminal::is_attended() {
            return Err(Failure::usage(
                "cannot ask about conflicts: there is no terminal",
                "Choose another word for --conflict, such as skip or overwrite.",
            ));
        }
        Ok(())
    }
}

impl From<Policy> for ConflictPolicy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Ask => Self::Ask,
            Policy::Skip => Self::Skip,
            Policy::Newer => Self::Newer,
            Policy::Size => Self::Size,
            Policy::Identical => Self::Identical,
            Policy::Overwrite => Self::Overwrite,
            Policy::Replace => Self::Replace,
            Policy::Rename => Self::Rename,
            Policy::Fail => Self::Fail,
        }
    }
}

/// Asks what to do about one conflict. Capitals answer for the rest too.
pub(super) async fn ask(messages: &Messages, conflict: &Conflict) -> Result<(Resolution, Scope), Failure> {
    messages.print(&format!("\"{}\" is in \"{}\" already", conflict.path, conflict.target));
    messages.print(&format!("  source: {}", side(&conflict.source)));
    messages.print(&format!("  target: {}", side(&conflict.existing)));
    messages
        .print(&format!("o) Overwrite   s) Skip   k) Keep both, the new one as \"{}\"", conflict.free_name));
    messages.print("n) Overwrite if newer   c) Stop   capital: for the rest too");
    loop {
        messages.prompt("o/s/k/n/c/O/S/K/N> ");
        let answer = terminal::line().await?;
        let scope = if answer.trim().chars().all(char::is_uppercase) { Scope::Rest } else { Scope::One };
        let resolution = match answer.trim().to_lowercase().as_str() {
            "o" => Resolution::Overwrite,
            "s" => Resolution::Skip,
            "k" => Resolution::KeepBoth { name: conflict.free_name.clone() },
            "n" => Resolution::OverwriteIfNewer,
            "c" => Resolution::Stop,
            _ => {
                messages.print("This value must be one of the following characters: o, s, k, n, c.");
                continue;
            }
        };
        return Ok((resolution, scope));
    }
}

fn side(side: &ConflictSide) -> String {
    let what = if side.is_folder { "folder".to_owned() } else { quantity::size_with_unit(side.size) };
    let time = side.modified.map_or_else(|| "time unknown".to_owned(), quantity::time);
    format!("{what}, {time} ({})", side.place)
}
