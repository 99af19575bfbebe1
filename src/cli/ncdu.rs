//! `ncdu`: the screen, on what takes the space in a folder. Called by `dispatch`; the page itself is the screen's (`z`
//! opens it anywhere).

use clap::Args;

use super::context::Context;
use super::login;
use super::output::{Failure, Outcome};
use super::remote::Place;
use super::screen::{self, LookArgs, Opening};
use crate::message::ProblemKind;
use crate::worker::{Copies, Parts, problem};

/// Show on the screen what takes the space in a folder.
///
/// Largest first, old versions and rubbish bin included. Enter goes down, h up, s sorts, d puts into the bin; the last line
/// names the other keys. Esc leaves it for the two panes.
#[derive(Args, Debug)]
pub(crate) struct NcduArgs {
    /// The folder: remote:path, or a local path
    #[arg(value_name = "REMOTE:PATH")]
    place: String,

    #[command(flatten)]
    look: LookArgs,
}

/// Runs the command.
pub(crate) async fn run(args: NcduArgs, context: &mut Context) -> Outcome {
    let folder = screen::working_folder()?;
    let (account, place) = match Place::parse(&args.place)? {
        Place::Cloud(path) => {
            let account = context.config.account(&path.account)?.name.clone();
            let place = format!("{account}:{}", path.path);
            (Some(account), place)
        }
        Place::Local(path) => {
            let path = folder.join(path);
            let metadata = std::fs::metadata(&path).map_err(|error| problem::of_folder(&path, &error))?;
            if !metadata.is_dir() {
                let message = format!("\"{}\" is a file", path.display());
                return Err(Failure::new(ProblemKind::FolderNotFound, message, "Name a folder."));
            }
            (None, path.to_string_lossy().into_owned())
        }
    };
    if !screen::has_terminal() {
        return Err(Failure::usage(
            "cannot show usage: there is no terminal",
            "`megapane size`, `lsd` and `tree --size` print sizes without one.",
        ));
    }
    let mut parts = Parts::new(context.config.clone(), login::transport(context));
    parts.copies = Copies::Kept;
    let opening = Opening { folder, account, usage: Some(place), ..Opening::default() };
    screen::show(&args.look, context, parts, opening).await
}
