//! The questions of `dedupe`: rclone's letters for a group, and yes or no for each file with `-i`.
//! Called on a terminal only.

use super::{Context, Decision, Failure, Group, GroupKind, Task, rows};
use crate::cli::output::Messages;
use crate::cli::terminal;
use crate::handle::NodeHandle;
use crate::tree::Tree;

/// What the user says of a group.
pub(super) enum Answer {
    Decision(Decision),
    /// Nothing more is to be asked.
    Quit,
}

/// Shows a group and asks what becomes of it. A group of one has nothing to ask.
pub(super) async fn decide(
    context: &Context,
    group: &Group,
    tree: &Tree,
    task: &Task,
) -> Result<Answer, Failure> {
    if group.members.len() < 2 {
        return Ok(Answer::Decision(Decision::Leave));
    }
    let messages = &context.messages;
    messages.notice(&format!(
        "{}: Found {} files with duplicate names",
        rows::path(group, tree),
        group.members.len()
    ));
    messages.print(&rows::heading(group, tree));
    for row in rows::members(group, tree, &task.evidence) {
        messages.print(&row);
    }
    let mut letters = vec![("s", "Skip and do nothing")];
    if group.is_judged() {
        letters.push(("k", "Keep just one (choose which in next step)"));
    }
    if group.kind != GroupKind::Content {
        letters.push(("r", "Rename all to be different (by changing file.jpg to file-1.jpg)"));
    }
    letters.push(("q", "Quit"));
    for (letter, words) in &letters {
        messages.print(&format!("{letter}) {words}"));
    }
    let letters: Vec<&str> = letters.iter().map(|(letter, _)| *letter).collect();
    let decision = match letter(messages, &letters).await? {
        "k" => Decision::Keep(vec![number(messages, &group.members).await?]),
        "r" => Decision::Rename,
        "q" => return Ok(Answer::Quit),
        _ => Decision::Leave,
    };
    Ok(Answer::Decision(decision))
}

/// Asks about each file that would go; those that may stay are kept.
pub(super) async fn each(
    context: &Context,
    group: &Group,
    decision: &mut Decision,
    tree: &Tree,
) -> Result<(), Failure> {
    let Decision::Keep(kept) = decision else { return Ok(()) };
    for &member in &group.members {
        if kept.contains(&member) {
            continue;
        }
        context.messages.print(&format!("{}: throw away H:{member}?", tree.path(member)));
        if letter(&context.messages, &["y", "n"]).await? == "n" {
            kept.push(member);
        }
    }
    Ok(())
}

async fn letter<'l>(messages: &Messages, letters: &[&'l str]) -> Result<&'l str, Failure> {
    loop {
        messages.prompt(&format!("{}> ", letters.join("/")));
        let answer = terminal::line().await?.trim().to_lowercase();
        if let Some(letter) = letters.iter().find(|letter| **letter == answer) {
            return Ok(letter);
        }
        let letters = letters.join(", ");
        messages.print(&format!("This value must be one of the following characters: {letters}."));
    }
}

async fn number(messages: &Messages, members: &[NodeHandle]) -> Result<NodeHandle, Failure> {
    loop {
        messages.prompt("Enter the number of the file to keep> ");
        let answer = terminal::line().await?;
        let chosen =
            answer.trim().parse::<usize>().ok().and_then(|number| members.get(number.checked_sub(1)?));
        if let Some(member) = chosen {
            return Ok(*member);
        }
        messages.print(&format!("Enter a number from 1 to {}.", members.len()));
    }
}
