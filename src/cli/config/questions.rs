//! How `config` asks: a line, one of several letters, a secret twice, in the words of `rclone config`. The wizard puts
//! its questions together from these; none of them knows what the answer is for.

use super::super::context::Context;
use super::super::output::Failure;
use super::super::terminal;
use crate::message::Problem;
use crate::secret::Secret;

/// Asks until there is an answer; an empty one means the default, where there is one.
pub(super) async fn required(
    context: &mut Context,
    prompt: &str,
    default: Option<&str>,
) -> Result<String, Failure> {
    loop {
        let answer = ask(context, prompt).await?;
        match (answer.trim(), default) {
            ("", Some(default)) => return Ok(default.to_owned()),
            ("", None) => context.output.line("This value is required and it has no default.")?,
            (answer, _) => return Ok(answer.to_owned()),
        }
    }
}

/// Offers letters and returns the one chosen; Enter means the default, where there is one.
pub(super) async fn choose(
    context: &mut Context,
    menu: &[(char, &str)],
    default: Option<char>,
) -> Result<char, Failure> {
    for (letter, meaning) in menu {
        let mark = if Some(*letter) == default { " (default)" } else { "" };
        context.output.line(format!("{letter}) {meaning}{mark}"))?;
    }
    let letters: Vec<String> = menu.iter().map(|(letter, _)| letter.to_string()).collect();
    loop {
        let answer = ask(context, &format!("{}> ", letters.join("/"))).await?.trim().to_lowercase();
        let chosen = menu.iter().find(|(letter, _)| answer == letter.to_string());
        match (chosen, default) {
            (Some((letter, _)), _) => return Ok(*letter),
            (None, Some(default)) if answer.is_empty() => return Ok(default),
            (None, _) => {
                let all = letters.join(", ");
                context.output.line(format!("This value must be one of the following characters: {all}."))?;
            }
        }
    }
}

/// Asks for one line.
pub(super) async fn ask(context: &mut Context, prompt: &str) -> Result<String, Failure> {
    context.output.prompt(prompt)?;
    tokio::select! {
        line = terminal::line() => line,
        () = context.stop.cancelled() => Err(Failure::interrupted()),
    }
}

/// Asks for one line that is not shown.
pub(super) async fn ask_hidden(context: &mut Context, prompt: &str) -> Result<Secret, Failure> {
    context.output.flush()?; // a line's end takes the cursor to the left only before the terminal is silent
    let hidden = terminal::Hidden::begin()?;
    context.output.prompt(prompt)?;
    tokio::select! {
        secret = hidden.secret() => secret,
        () = context.stop.cancelled() => Err(Failure::interrupted()),
    }
}

/// Says what Enter does.
pub(super) fn offer(context: &mut Context, default: Option<&str>) -> Result<(), Failure> {
    let Some(default) = default else { return context.output.line("Enter a value.") };
    let default = context.output.name(default).into_owned();
    context.output.line(format!("Enter a value. Press Enter for the default ({default})."))
}

/// Tells what went wrong, where the questions stand.
pub(super) fn tell(context: &mut Context, problem: &Problem) -> Result<(), Failure> {
    let message = context.output.name(&problem.message).into_owned();
    context.output.line(message)?;
    if problem.hint.is_empty() { Ok(()) } else { context.output.line(&problem.hint) }
}

/// Asks for a secret twice.
pub(super) async fn new_secret(context: &mut Context, what: &str) -> Result<Secret, Failure> {
    loop {
        context.output.line(format!("Enter the {what}:"))?;
        let secret = ask_hidden(context, &format!("{what}:")).await?;
        if secret.is_empty() {
            context.output.line("This value is required and it has no default.")?;
            continue;
        }
        context.output.line(format!("Confirm the {what}:"))?;
        if ask_hidden(context, &format!("{what}:")).await? == secret {
            return Ok(secret);
        }
        context.output.line(format!("The {what}s do not match, enter them again."))?;
    }
}
