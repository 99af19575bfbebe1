//! `cat`: the content of a file on stdout, decrypted while it arrives. What is wrong with it as a whole shows at its
//! end: the exit code is then not 0, and a script must not use what came.

use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;

use clap::Args;
use jiff::Zoned;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::remote::{CloudPath, LinkPlace, Place};
use crate::config::Speeds;
use crate::crypto::key::NodeKey;
use crate::message::{ProblemKind, SpeedLimit};
use crate::transfer::ranges::RangeReader;
use crate::transfer::reader::Reader;
use crate::transfer::{Limits, TransferError};
use crate::tree::Node;
use crate::worker::problem;

/// Print files.
///
/// The bytes of each file, one after another. The content is verified as a whole at its end: only exit code 0 says
/// that it is what was uploaded. Of a part of a file only that part is downloaded, and nothing can be verified.
#[derive(Args, Debug)]
pub(crate) struct CatArgs {
    #[command(flatten)]
    section: SectionArgs,

    /// The files: remote:path, a local path, a public link to a file, or LINK:path in the folder of one
    #[arg(value_name = "REMOTE:PATH", required = true)]
    places: Vec<String>,
}

/// The part of each file that is printed.
#[derive(Args, Debug)]
struct SectionArgs {
    /// Print only the first N bytes
    #[arg(long, value_name = "N", conflicts_with_all = ["tail", "offset", "count"])]
    head: Option<u64>,
    /// Print only the last N bytes
    #[arg(long, value_name = "N", conflicts_with_all = ["offset", "count"])]
    tail: Option<u64>,
    /// Start printing at this byte; a negative number counts from the end
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    offset: i64,
    /// Print only so many bytes; -1 for all
    #[arg(long, value_name = "N", default_value_t = -1, allow_negative_numbers = true)]
    count: i64,
}

impl SectionArgs {
    /// Returns the bytes of a file of `size` bytes that are printed.
    fn of(&self, size: u64) -> Range<u64> {
        let from_end = |bytes: u64| size.saturating_sub(bytes);
        let start = match (self.head, self.tail, u64::try_from(self.offset)) {
            (Some(_), _, _) => 0,
            (None, Some(tail), _) => from_end(tail),
            (None, None, Ok(offset)) => offset.min(size),
            (None, None, Err(_negative)) => from_end(self.offset.unsigned_abs()),
        };
        let count = self.head.or(u64::try_from(self.count).ok()).filter(|_| self.tail.is_none());
        start..count.map_or(size, |count| start.saturating_add(count).min(size))
    }
}

/// Runs the command.
pub(crate) async fn run(args: CatArgs, context: &mut Context) -> Outcome {
    let mut opened: Option<Opened> = None;
    for place in &args.places {
        if let Some(link) = LinkPlace::parse(place) {
            let (shown, path) = link.open(context).await?;
            print_node(context, (&shown, &path), &args.section).await?;
            continue;
        }
        match Place::parse(place)? {
            Place::Local(path) => print_local(context, &path, &args.section).await?,
            Place::Cloud(cloud) => {
                let account = match opened.take() {
                    Some(account) if account.name == cloud.account => account,
                    _ => login::open(context, &cloud.account).await?,
                };
                print_node(context, (&account, &cloud), &args.section).await?;
                opened = Some(account);
            }
        }
    }
    Ok(ExitCode::Success)
}

async fn print_local(context: &mut Context, path: &Path, section: &SectionArgs) -> Result<(), Failure> {
    let refused = |error| Failure::from(problem::of_io(&format!("print \"{}\"", path.display()), &error));
    let mut file = tokio::fs::File::open(path).await.map_err(refused)?;
    let size = file.metadata().await.map_err(refused)?.len();
    let range = section.of(size);
    // All of it is printed to its end, wherever that is by then.
    let mut left = if range == (0..size) { u64::MAX } else { range.end - range.start };
    if range.start > 0 {
        file.seek(SeekFrom::Start(range.start)).await.map_err(refused)?;
    }
    let mut buffer = vec![0; 64 * 1024];
    while left > 0 {
        let read = file.read(&mut buffer).await.map_err(refused)?;
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(read);
        if wanted == 0 {
            break;
        }
        context.output.bytes(&buffer[..wanted])?;
        left -= wanted as u64;
    }
    Ok(())
}

async fn print_node(
    context: &mut Context,
    (opened, cloud): (&Opened, &CloudPath),
    section: &SectionArgs,
) -> Result<(), Failure> {
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
    let limits = Limits::new(context.options.max_wait);
    let doing = format!("print \"{cloud}\"");
    let range = section.of(file.size());
    if range != (0..file.size()) {
        let ranges =
            RangeReader::new(opened.session.clone(), file.handle(), key, file.size(), limits.clone());
        return print_range(context, (ranges, &limits), range, &doing).await;
    }
    let mut reader = Reader::new(opened.session.clone(), file.handle(), key, file.size(), limits.clone());
    let refused = |error| Failure::from(problem::of_transfer(&doing, &error));
    loop {
        keep_to_speed(context, &limits);
        let Some(piece) = reader.next().await.map_err(refused)? else { break };
        context.output.bytes(&piece)?;
    }
    context.output.flush()?;
    if !reader.is_intact() {
        return Err(refused(TransferError::Damaged { name: file.label() }));
    }
    Ok(())
}

async fn print_range(
    context: &mut Context,
    (mut ranges, limits): (RangeReader, &Limits),
    mut range: Range<u64>,
    doing: &str,
) -> Result<(), Failure> {
    while !range.is_empty() {
        keep_to_speed(context, limits);
        let bytes = ranges.read(range.start, STEP.min(range.end - range.start)).await;
        let bytes = bytes.map_err(|error| Failure::from(problem::of_transfer(doing, &error)))?;
        context.output.bytes(&bytes)?;
        range.start += bytes.len() as u64;
    }
    context.output.flush()?;
    Ok(())
}

fn keep_to_speed(context: &Context, limits: &Limits) {
    let Speeds { up, down } = context.config.bwlimit.speeds_at(&Zoned::now());
    limits.bandwidth.set(SpeedLimit { up, down });
}

/// Bytes of one request for a part of a file.
const STEP: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sections_are_those_of_rclone() {
        let section = |head, tail, offset, count| SectionArgs { head, tail, offset, count }.of(10);
        assert_eq!(section(None, None, 0, -1), 0..10);
        assert_eq!(section(Some(3), None, 0, -1), 0..3);
        assert_eq!(section(Some(30), None, 0, -1), 0..10);
        assert_eq!(section(None, Some(3), 0, -1), 7..10);
        assert_eq!(section(None, Some(30), 0, -1), 0..10);
        assert_eq!(section(None, None, 4, 2), 4..6);
        assert_eq!(section(None, None, 40, 2), 10..10);
        assert_eq!(section(None, None, -1, 1), 9..10, "as --tail 1");
        assert_eq!(section(None, None, 8, -1), 8..10);
        assert_eq!(section(None, None, 0, 0), 0..0);
    }
}
