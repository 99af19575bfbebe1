//! `cat`: the content of a file on stdout, decrypted while it arrives. What is wrong with it as a whole shows at its
//! end: the exit code is then not 0, and a script must not use what came.

use std::path::Path;

use clap::Args;
use tokio::io::AsyncReadExt;

use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::remote::{CloudPath, Place};
use crate::crypto::key::NodeKey;
use crate::message::ProblemKind;
use crate::transfer::patience::Patience;
use crate::transfer::reader::{Readable, Reader};
use crate::tree::Node;
use crate::worker::problem;

/// Print files.
///
/// The bytes of each file, one after another. The content is verified as a whole at its end: only exit code 0 says
/// that it is what was uploaded.
#[derive(Args, Debug)]
pub(crate) struct CatArgs {
    /// The files
    #[arg(value_name = "REMOTE:PATH", required = true)]
    places: Vec<String>,
}

/// Runs the command.
pub(crate) async fn run(args: CatArgs, context: &mut Context) -> Outcome {
    let mut opened: Option<Opened> = None;
    for place in &args.places {
        match Place::parse(place) {
            Place::Local(path) => print_local(context, &path).await?,
            Place::Cloud(cloud) => {
                let account = match opened.take() {
                    Some(account) if account.name == cloud.account => account,
                    _ => login::open(context, &cloud.account).await?,
                };
                print_node(context, &account, &cloud).await?;
                opened = Some(account);
            }
        }
    }
    Ok(ExitCode::Success)
}

async fn print_local(context: &mut Context, path: &Path) -> Result<(), Failure> {
    let refused = |error| Failure::from(problem::of_io(&format!("print \"{}\"", path.display()), &error));
    let mut file = tokio::fs::File::open(path).await.map_err(refused)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).await.map_err(refused)?;
        if read == 0 {
            return Ok(());
        }
        context.output.bytes(&buffer[..read])?;
    }
}

async fn print_node(context: &mut Context, opened: &Opened, cloud: &CloudPath) -> Result<(), Failure> {
    let found = opened.tree.locate(&cloud.path).map_err(|error| {
        let mut problem = problem::of_path(&cloud.account, &error);
        if problem.kind == ProblemKind::FolderNotFound {
            problem.kind = ProblemKind::FileNotFound;
        }
        problem
    })?;
    let node = opened.tree.folder_node(found).and_then(|handle| opened.tree.node(handle));
    let Some(file) = node.filter(Node::is_file) else {
        return Err(Failure::new(
            ProblemKind::Permanent,
            format!("cannot print \"{cloud}\": it is a folder"),
            "`megapane ls` lists what is in it.",
        ));
    };
    let Some(NodeKey::File(key)) = file.key() else {
        return Err(problem::undecryptable(&file.label()).into());
    };
    let readable = Readable { node: file.handle(), key, size: file.size(), name: file.label() };
    let patience = Patience::new(context.options.max_wait, 1);
    let mut reader = Reader::new(opened.session.clone(), readable, patience);
    let doing = format!("print \"{cloud}\"");
    let refused = |error| Failure::from(problem::of_transfer(&doing, &error));
    while let Some(piece) = reader.next().await.transpose() {
        context.output.bytes(&piece.map_err(refused)?)?;
    }
    context.output.flush()
}
