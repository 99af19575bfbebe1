//! `cat`: the content of a file on stdout, decrypted while it arrives. What is wrong with it as a whole shows at its
//! end: the exit code is then not 0, and a script must not use what came.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use futures_util::StreamExt;
use tokio::io::AsyncReadExt;
use tokio::time::Instant;

use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::remote::{CloudPath, Place};
use crate::api::origin::Origin;
use crate::api::storage::StorageError;
use crate::api::transport::Transport;
use crate::crypto::chunk;
use crate::crypto::key::{FileKey, NodeKey};
use crate::crypto::mac;
use crate::handle::NodeHandle;
use crate::message::ProblemKind;
use crate::transfer::TransferError;
use crate::transfer::patience::{Patience, Remedy};
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
    let mut stream = Stream {
        opened,
        node: file.handle(),
        key,
        origin: None,
        patience: Patience::new(context.options.max_wait, 1),
    };
    let doing = format!("print \"{cloud}\"");
    let refused = |error| Failure::from(problem::of_transfer(&doing, &error));
    let mut macs = Vec::new();
    for (offset, len) in chunk::pieces(file.size(), PIECE_BYTES) {
        let mut piece = stream.piece(offset, len).await.map_err(refused)?;
        macs.extend(mac::decrypt_chunks(stream.key.aes(), stream.key.nonce(), offset, &mut piece));
        context.output.bytes(&piece)?;
    }
    context.output.flush()?;
    if !mac::verify(&stream.key, file.size(), &macs) {
        return Err(refused(TransferError::Damaged { name: file.label() }));
    }
    Ok(())
}

/// A file that is read from a storage server, piece by piece.
struct Stream<'a> {
    opened: &'a Opened,
    node: NodeHandle,
    key: FileKey,
    origin: Option<Origin>,
    patience: Patience,
}

impl Stream<'_> {
    /// Fetches `len` encrypted bytes, as often as patience allows.
    async fn piece(&mut self, offset: u64, len: u64) -> Result<Vec<u8>, TransferError> {
        let client = self.opened.session.client();
        loop {
            if let Some(wait) = self.patience.wait(Instant::now()) {
                (client.waits())(Some(wait));
                match wait.until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
                (client.waits())(None);
            }
            let Some(origin) = &self.origin else {
                match self.opened.session.download_url(self.node).await {
                    Ok((origin, _size)) => self.origin = Some(origin),
                    Err(error) => self.patience.judge_address(error, Instant::now())?,
                }
                continue;
            };
            match receive(client.transport(), origin, offset, len).await {
                Ok(bytes) => {
                    self.patience.moved();
                    return Ok(bytes);
                }
                Err(error) => match self.patience.judge(error, Instant::now())? {
                    Remedy::Again => {}
                    Remedy::NewAddress | Remedy::OtherHost => self.origin = None,
                },
            }
        }
    }
}

async fn receive(
    transport: &Arc<dyn Transport>,
    origin: &Origin,
    offset: u64,
    len: u64,
) -> Result<Vec<u8>, StorageError> {
    let mut body = origin.open(transport, offset, offset + len - 1).await?;
    let mut bytes = Vec::new();
    while let Some(more) = body.next().await {
        let more: Bytes = more?;
        bytes.extend_from_slice(&more);
        if bytes.len() as u64 > len {
            break;
        }
    }
    if bytes.len() as u64 == len {
        return Ok(bytes);
    }
    Err(StorageError::WrongLength { asked: len, sent: bytes.len() as u64 })
}

/// Bytes of one request: enough to make the way to the server short, little enough to wait for.
const PIECE_BYTES: u64 = 4 << 20;
