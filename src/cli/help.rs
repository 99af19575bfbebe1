//! `help`: the long help of the program or of one command, for fingers that know it from rclone.
//! Called by `run_command` before any configuration is read. The text is what `--help` prints.

use clap::{Args, Command};

use super::exit::ExitCode;
use super::output::{Failure, Outcome, Output};
use super::prose;

/// Print the help of the program or of a command, as --help does.
#[derive(Args, Debug)]
pub(crate) struct HelpArgs {
    /// The command, as `copy` or `config create`; the whole program where it is left out
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(args: &HelpArgs) -> Outcome {
    let mut program = prose::command();
    program.build();
    let command = args.words.iter().try_fold(&mut program, |command: &mut Command, word| {
        command.find_subcommand_mut(word).ok_or_else(|| {
            let message = format!("there is no command \"{}\"", args.words.join(" "));
            Failure::usage(message, "`megapane --help` lists them.")
        })
    })?;
    let mut output = Output::new();
    output.line(command.render_long_help().to_string())?;
    output.flush()?;
    Ok(ExitCode::Success)
}
