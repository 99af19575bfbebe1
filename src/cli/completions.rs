//! `completions`: what a shell needs to complete our commands and flags.
//! Called by `run_command` before any configuration is read, so that a shell can start with it whatever state that is in.

use clap::Args;
use clap_complete::Shell;

use super::exit::ExitCode;
use super::output::{Outcome, Output};
use super::prose;

/// Print completions for a shell.
///
/// Put them where the shell looks for them:
///   megapane completions bash > ~/.local/share/bash-completion/completions/megapane
///   megapane completions fish > ~/.config/fish/completions/megapane.fish
///   megapane completions zsh > ~/.zfunc/_megapane      (with fpath+=~/.zfunc before compinit)
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut prose::command(), "megapane", &mut script);
    let mut output = Output::new();
    output.bytes(&script)?;
    output.flush()?;
    Ok(ExitCode::Success)
}
