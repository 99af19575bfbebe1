//! `--conflict`: what to do where the target has another file of that name; the questions for `--conflict ask`.
//! Called by `copy` before it begins and by `follow` at each question. Without a terminal nothing is asked.

use std::fmt::Write as _;

use clap::ValueEnum;

use super::super::output::{Failure, Messages};
use super::super::{quantity, terminal};
use crate::message::{
    Choice, Compared, Conflict, ConflictPolicy, ConflictSide, DiffLine, FolderPolicy, Pair, Reply,
    Resolution, Scope, choices, name_problem,
};

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
    /// Overwrite; in the cloud the old one becomes a version, or goes where --backup-dir says
    #[default]
    Overwrite,
    /// Overwrite; the old one goes to the bin, or where --backup-dir says
    Replace,
    /// Keep both, the new one as "name (2).ext"
    Rename,
    /// Count it as an error
    Fail,
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

/// The words of `--folder-conflict`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Folders {
    /// What is in the source's goes into the target's
    #[default]
    Merge,
    /// Ask about each, on a terminal
    Ask,
    /// Leave the target's alone
    Skip,
    /// The target's goes to the bin as it is, or where --backup-dir says; then the new one is made
    Replace,
    /// Keep both, the new one as "name (2)"
    Rename,
}

impl From<Folders> for FolderPolicy {
    fn from(folders: Folders) -> Self {
        match folders {
            Folders::Merge => Self::Merge,
            Folders::Ask => Self::Ask,
            Folders::Skip => Self::Skip,
            Folders::Replace => Self::Replace,
            Folders::Rename => Self::Rename,
        }
    }
}

/// Refuses to ask where nobody can be asked.
pub(super) fn check(files: Policy, folders: Folders) -> Result<(), Failure> {
    if (files == Policy::Ask || folders == Folders::Ask) && !terminal::is_attended() {
        return Err(Failure::usage(
            "cannot ask about conflicts: there is no terminal",
            "Choose another word for --conflict, such as skip or overwrite.",
        ));
    }
    Ok(())
}

/// Tells both sides of a conflict.
pub(crate) fn show(messages: &Messages, conflict: &Conflict) {
    let what = match conflict.pair() {
        Pair::Files => "is in",
        Pair::Folders => "is a folder that is in",
        Pair::Mismatch if conflict.source.is_folder => "is a folder, and there is a file of that name in",
        Pair::Mismatch => "is a file, and there is a folder of that name in",
    };
    let already = if conflict.pair() == Pair::Mismatch { "" } else { " already" };
    messages.print(&format!("\"{}\" {what} \"{}\"{already}", conflict.path, conflict.target));
    messages.print(&format!("  source:  {}", side(&conflict.source)));
    messages.print(&format!("  target:  {}", side(&conflict.existing)));
    if conflict.pair() == Pair::Files {
        messages.print(&format!("  content: {}", conflict.known()));
    }
}

/// Asks what to do about it, with the letters of the screen's dialog: small for this one, capital for the rest too.
pub(super) async fn ask(messages: &Messages, conflict: &Conflict) -> Result<Reply, Failure> {
    tell_choices(messages, conflict);
    loop {
        offer(messages, conflict);
        let answer = terminal::line().await?;
        match chosen(conflict, &answer) {
            Some(Reply::Rename) => {
                messages.prompt("new name> ");
                if let Some(reply) = renamed(messages, terminal::line().await?.trim()) {
                    return Ok(reply);
                }
            }
            Some(reply) => return Ok(reply),
            None => tell_letters(messages, conflict),
        }
    }
}

/// Tells what each letter does.
pub(crate) fn tell_choices(messages: &Messages, conflict: &Conflict) {
    if let Some(name) = &conflict.refused_name {
        messages.print(&format!("\"{name}\" is taken there, too"));
    }
    let choices = choices(conflict);
    let is_rest = |choice: &&Choice| matches!(choice.reply, Reply::Resolve(_, Scope::Rest));
    for choice in choices.iter().filter(|choice| !is_rest(choice)) {
        messages.print(&format!("{}) {}", choice.letter, choice.words));
    }
    messages.print("For this and all that may follow:");
    for choice in choices.iter().filter(is_rest) {
        messages.print(&format!("{}) {}", choice.letter, choice.words));
    }
}

/// Asks for one of the letters.
pub(crate) fn offer(messages: &Messages, conflict: &Conflict) {
    messages.prompt(&format!("{}> ", letters(conflict).join("/")));
}

/// Says that an answer was none of the letters.
pub(crate) fn tell_letters(messages: &Messages, conflict: &Conflict) {
    let letters = letters(conflict).join(", ");
    messages.print(&format!("This value must be one of the following characters: {letters}."));
}

/// Returns what an answer means.
pub(crate) fn chosen(conflict: &Conflict, answer: &str) -> Option<Reply> {
    let choices = choices(conflict);
    choices.into_iter().find(|choice| choice.letter.to_string() == answer.trim()).map(|choice| choice.reply)
}

/// Returns the reply that gives another name; what cannot be a name is told.
pub(crate) fn renamed(messages: &Messages, name: &str) -> Option<Reply> {
    if let Some(problem) = name_problem(name) {
        messages.print(&format!("{problem}."));
        return None;
    }
    Some(Reply::Resolve(Resolution::KeepBoth { name: name.to_owned() }, Scope::One))
}

fn letters(conflict: &Conflict) -> Vec<String> {
    choices(conflict).iter().map(|choice| choice.letter.to_string()).collect()
}

/// Tells what a look into the contents came to.
pub(super) fn tell(messages: &Messages, conflict: &Conflict, compared: &Compared) {
    match compared {
        Compared::Verdict(_) => messages.print(&format!("  content: {}", conflict.known())),
        Compared::Failed(problem) => messages.problem(problem),
        Compared::Lines(lines) => {
            messages.print("--- target, what stands there");
            messages.print("+++ source, what is copied");
            for line in lines {
                messages.print(&match line {
                    DiffLine::Both(line) => format!("  {line}"),
                    DiffLine::Existing(line) => format!("- {line}"),
                    DiffLine::Source(line) => format!("+ {line}"),
                    DiffLine::LeftOut(count) => format!("@ {count} lines that are the same"),
                });
            }
        }
    }
}

fn side(side: &ConflictSide) -> String {
    let mut text = match (side.is_folder, side.file_count) {
        (true, Some(count)) => format!("folder, {count} files, {}", quantity::size_with_unit(side.size)),
        (true, None) => "folder".to_owned(),
        (false, _) => quantity::size_with_unit(side.size),
    };
    if let Some(modified) = side.modified {
        let _ = write!(text, ", {}", quantity::time(modified));
    } else if !side.is_folder {
        text.push_str(", time unknown");
    }
    if let Some(uploaded) = side.uploaded {
        let _ = write!(text, ", uploaded {}", quantity::time(uploaded));
    }
    if side.version_count > 0 {
        let _ = write!(text, ", {} older versions", side.version_count);
    }
    format!("{text} ({})", side.place)
}
