//! The command line as users read it: what `--help`, the manual pages and the completions are made of. `run`, `man` and
//! `completions` build it here. The sources break their lines where the editor does; here paragraphs flow again.

use clap::{Command, CommandFactory};

use super::arguments::Arguments;

/// Returns the whole command line, with every text as wide as the terminal.
pub(crate) fn command() -> Command {
    flowing(Arguments::command())
}

fn flowing(mut command: Command) -> Command {
    if let Some(line) = command.get_about().map(|text| flow(&text.to_string())) {
        command = command.about(line.trim_end_matches('.').to_owned());
    }
    if let Some(text) = command.get_long_about().map(|text| flow(&text.to_string())) {
        command = command.long_about(text);
    }
    command.mut_subcommands(flowing)
}

/// Joins the lines of each paragraph; indented lines, as of lists and examples, stay as they are.
fn flow(text: &str) -> String {
    let mut flowed = String::with_capacity(text.len());
    let mut is_in_paragraph = false;
    for line in text.lines() {
        let is_prose = !line.is_empty() && !line.starts_with(' ');
        if !flowed.is_empty() {
            flowed.push(if is_in_paragraph && is_prose { ' ' } else { '\n' });
        }
        flowed.push_str(line);
        is_in_paragraph = is_prose;
    }
    flowed
}

#[cfg(test)]
mod tests {
    use super::{command, flow};

    #[test]
    fn paragraphs_flow_and_lists_stay() {
        let text = "One.\n\nTwo lines\nof it:\n  a  first\n  b  second\n\nThe\nend.";
        assert_eq!(flow(text), "One.\n\nTwo lines of it:\n  a  first\n  b  second\n\nThe end.");
    }

    #[test]
    fn no_summary_ends_with_a_full_stop() {
        let command = command();
        for command in command.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty() && !about.ends_with('.'), "{}: {about}", command.get_name());
        }
    }
}
