//! `keys`: the keymap of the screen as a file to edit, and what is wrong in the user's own. The screen reads the same file
//! through [`load`]. What keys can call is known to `ui` alone.

use std::fs::File;
use std::io::{self, Read};

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::output::{Failure, Outcome};
use crate::config::Folders;
use crate::message::ProblemKind;
use crate::ui::keymap::{Preset, Reading, read};

/// Print the keys of the screen, as a file that can be edited.
///
/// It belongs beside the configuration, as keymap.toml; a row that is left out keeps the keys of the preset.
///
/// Examples:
///   megapane keys > ~/.config/megapane/keymap.toml
///   megapane keys --preset mc
///   megapane keys --check
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct KeysArgs {
    /// Only say what is wrong in keymap.toml, with its lines; exit code 1 where something is
    #[arg(long)]
    check: bool,

    /// The keys of this preset instead of those in force: default, mc, vim
    #[arg(long, value_name = "NAME", value_parser = preset, conflicts_with = "check")]
    preset: Option<Preset>,
}

/// Runs the command.
pub(crate) fn run(args: &KeysArgs, context: &mut Context) -> Outcome {
    if let Some(preset) = args.preset {
        context.output.bytes(crate::ui::keymap::Keymap::of(preset).to_toml().as_bytes())?;
        return Ok(ExitCode::Success);
    }
    let folders = &context.config.folders;
    let reading = load(folders, None)?;
    let file = folders.keymap_file().display().to_string();
    let faults: Vec<String> = reading.faults.iter().map(|fault| format!("{file}: {fault}")).collect();
    if args.check {
        for fault in &faults {
            let fault = context.output.name(fault).into_owned();
            context.output.line(fault)?;
        }
        return Ok(if faults.is_empty() { ExitCode::Success } else { ExitCode::Other });
    }
    for fault in &faults {
        context.messages.notice(fault);
    }
    context.output.bytes(reading.keymap.to_toml().as_bytes())?;
    Ok(ExitCode::Success)
}

/// Reads the user's keymap; without a file it is that of the preset.
pub(super) fn load(folders: &Folders, preset: Option<Preset>) -> Result<Reading, Failure> {
    let path = folders.keymap_file();
    let mut text = Vec::new();
    let opened = File::open(&path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut text));
    match opened {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            let message = format!("cannot read the keymap \"{}\": {error}", path.display());
            return Err(Failure::new(ProblemKind::Other, message, ""));
        }
    }
    Ok(read(&String::from_utf8_lossy(&text), preset))
}

/// Reads the name of a preset.
pub(super) fn preset(name: &str) -> Result<Preset, String> {
    Preset::named(name)
        .ok_or_else(|| format!("the presets are {}", Preset::ALL.map(|(name, _)| name).join(", ")))
}

/// A keymap is a page of text.
const MOST_BYTES: u64 = 1024 * 1024;
