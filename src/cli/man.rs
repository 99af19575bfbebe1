//! `man`: manual pages, one for the program and one for each command.
//! Called by `run_command` before any configuration is read. The pages are made of the same words as `--help`.

use std::path::PathBuf;

use clap::Args;

use super::exit::ExitCode;
use super::output::{Failure, Messages, Outcome};
use super::prose;
use crate::message::ProblemKind;

/// Write manual pages into a folder.
///
/// One page for the program and one for each command, as megapane.1, megapane-copy.1 and so on.
///
/// Example:
///   megapane man ~/.local/share/man/man1 && man megapane-copy
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ManArgs {
    /// The folder; it is made where there is none
    folder: PathBuf,
}

/// Runs the command; with -n it says what it would do.
pub(crate) fn run(args: &ManArgs, is_dry_run: bool, messages: &Messages) -> Outcome {
    if is_dry_run {
        messages.notice(&format!("Would write the manual pages to \"{}\"", args.folder.display()));
        return Ok(ExitCode::Success);
    }
    let written = std::fs::create_dir_all(&args.folder)
        .and_then(|()| clap_mangen::generate_to(prose::command(), &args.folder));
    written.map_err(|error| {
        let message = format!("cannot write manual pages to \"{}\": {error}", args.folder.display());
        Failure::new(ProblemKind::Other, message, "")
    })?;
    Ok(ExitCode::Success)
}
