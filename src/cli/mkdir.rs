//! `mkdir`: a folder and those above it. `copy` asks here where a target path begins to be missing.
//! Called by `dispatch`. Each folder is a [`Change`], written to the undo journal before it is sent.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::remote::{CloudPath, Place};
use crate::entry::CloudFolder;
use crate::message::ProblemKind;
use crate::session::change::Change;
use crate::store::undo::{GroupKind, GroupTag};
use crate::tree::{PathError, Tree};
use crate::worker::problem;

/// Make a folder, and those above it.
///
/// A folder that is there already is fine.
#[derive(Args, Debug)]
pub(crate) struct MkdirArgs {
    /// The folder: remote:path, or a local path
    #[arg(value_name = "REMOTE:PATH")]
    place: String,
}

/// Runs the command.
pub(crate) async fn run(args: MkdirArgs, context: &mut Context) -> Outcome {
    match Place::parse(&args.place)? {
        Place::Local(path) => {
            if context.options.dry_run {
                context.messages.notice(&format!("would make folder \"{}\"", path.display()));
                return Ok(ExitCode::Success);
            }
            std::fs::create_dir_all(&path)
                .map_err(|error| problem::of_io(&format!("make folder \"{}\"", path.display()), &error))?;
        }
        Place::Cloud(cloud) => {
            let mut opened = login::open(context, &cloud.account).await?;
            make(context, &mut opened, &cloud).await?;
        }
    }
    Ok(ExitCode::Success)
}

/// Makes a folder and those above it, where they are missing.
pub(crate) async fn make(context: &Context, opened: &mut Opened, cloud: &CloudPath) -> Result<(), Failure> {
    let (folder, missing) = existing_part(&opened.tree, cloud)?;
    if missing.is_empty() {
        return Ok(());
    }
    let doing = format!("make folder \"{cloud}\"");
    let mut parent = opened.tree.folder_node(folder).ok_or_else(|| {
        Failure::new(
            ProblemKind::Permanent,
            format!("cannot {doing}: this place only shows what others made"),
            "",
        )
    })?;
    if context.options.dry_run {
        context.messages.notice(&format!("would make folder \"{cloud}\""));
        return Ok(());
    }
    let group = GroupTag::new(GroupKind::Doing, &format!("made folder \"{cloud}\""));
    let journal = context.undo_journal(&opened.name)?.in_group(&group);
    for name in missing {
        let change = Change::CreateFolder { parent, name };
        let refused = |error| Failure::from(problem::of_change(&doing, &error));
        let prepared = opened.session.prepare(&opened.tree, change).map_err(refused)?;
        let outcome = opened.session.commit(prepared, &journal).await.map_err(refused)?;
        for update in outcome.updates {
            opened.tree.apply_own(update);
        }
        parent = outcome.created.ok_or_else(|| {
            Failure::new(ProblemKind::Integrity, format!("cannot {doing}: the server does not name it"), "")
        })?;
    }
    context.messages.info(&format!("{cloud}: made folder"));
    Ok(())
}

/// Splits a path into the deepest folder that exists and the names that are missing below it, outermost first.
pub(crate) fn existing_part(tree: &Tree, cloud: &CloudPath) -> Result<(CloudFolder, Vec<String>), Failure> {
    let mut missing = Vec::new();
    let mut at = cloud.clone();
    loop {
        match tree.locate(&format!("{}/", at.path)) {
            Ok(folder) => {
                missing.reverse();
                return Ok((folder, missing));
            }
            Err(error @ PathError::NotFound { .. }) => {
                let Some((above, name)) = at.split_name() else {
                    return Err(problem::of_path(&cloud.account, &error).into());
                };
                if matches!(name, "." | "..") {
                    return Err(Failure::usage(
                        format!("cannot make \"{cloud}\": \"{name}\" is not a name in the cloud"),
                        "Write the path without . and .. in it.",
                    ));
                }
                missing.push(name.to_owned());
                at = above;
            }
            Err(error) => return Err(problem::of_path(&cloud.account, &error).into()),
        }
    }
}
