//! `demo`: the program on the embedded emulator, with a sample account. No account, no network, nothing stored: on a
//! terminal the screen, elsewhere the main job as text.

mod plain;
mod scratch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tempfile::TempDir;

use super::context::Context;
use super::output::{Failure, Outcome};
use super::screen::{self, LookArgs, Opening};
use crate::config::{Account, Config, Folders, private_file};
use crate::emulator::{self, Emulator};
use crate::local::Trash;
use crate::secret::Secret;
use crate::worker::{Parts, Preset, problem};

/// Try everything on a built-in server: no account, no network.
///
/// On a terminal it opens the screen: on the right a sample account, on the left the working folder, or sample files if
/// that is empty. Your own files are changed only after you have been asked. Without a terminal, or with --plain, it does the main job as text: it logs in, lists, copies a folder
/// up, changes a file, copies again, copies back and compares every byte; exit code 0 says that all was as it should be.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Do the main job as text, also on a terminal
    #[arg(long)]
    plain: bool,

    #[command(flatten)]
    screen: LookArgs,
}

/// Runs the command.
pub(crate) async fn run(args: DemoArgs, context: &mut Context) -> Outcome {
    let scratch = TempDir::with_prefix("megapane-demo-").map_err(|error| refused(&error))?;
    let server = Emulator::sample();
    let account = Account {
        name: NAME.to_owned(),
        email: emulator::SAMPLE_EMAIL.to_owned(),
        api_url: Some(server.url().into()),
        passphrase: false,
        password: Some(Secret::from(emulator::PASSWORD)),
    };
    let own = scratch.path().join("own");
    let folders = Folders { config: own.join("config"), cache: own.join("cache"), state: own.join("state") };
    let keymap = context.config.folders.keymap_file();
    let bwlimit = context.config.bwlimit.clone();
    let screen = context.config.screen.clone();
    context.config = Config { folders, accounts: vec![account], bwlimit, screen, ..Config::default() };
    context.transport = Some(Arc::new(server.transport()));
    take_along(&keymap, &context.config.folders)?;
    if args.plain || !screen::has_terminal() {
        return plain::run(context, &scratch.path().join("files")).await;
    }
    on_screen(&args.screen, context, &scratch).await
}

async fn on_screen(wished: &LookArgs, context: &Context, scratch: &TempDir) -> Outcome {
    let mut parts = Parts::new(context.config.clone(), super::login::transport(context));
    parts.presets.push(Preset { account: NAME.to_owned(), password: Secret::from(emulator::PASSWORD) });
    let samples = scratch.path().join("files");
    parts.trash = Trash::Sample { files: samples.clone(), trash: scratch.path().join("trash") };
    let folder = if let Some(folder) = own_files()? {
        folder
    } else {
        scratch::fill(&samples).map_err(|error| refused(&error))?;
        samples.clone()
    };
    let opening = Opening {
        folder,
        account: Some(NAME.to_owned()),
        usage: None,
        banner: Some("demo: nothing leaves this machine".to_owned()),
        sample_folder: Some(samples),
    };
    screen::show(wished, context, parts, opening).await
}

/// The demo has folders of its own; the keys are the user's all the same.
fn take_along(keymap: &Path, folders: &Folders) -> Result<(), Failure> {
    let copied = private_file::create_folder(&folders.config)
        .and_then(|()| std::fs::copy(keymap, folders.keymap_file()));
    match copied {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(problem::of_io("read keymap.toml", &error).into())
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Returns the working folder, unless there is nothing in it.
fn own_files() -> Result<Option<PathBuf>, Failure> {
    let folder = screen::working_folder()?;
    let is_empty = std::fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
    Ok((!is_empty).then_some(folder))
}

fn refused(error: &std::io::Error) -> Failure {
    problem::of_io("make the sample files", error).into()
}

/// The remote's name in the demo.
const NAME: &str = "demo";
