//! `lsjson`: a listing as a JSON array, an object for each entry ([`Array`]). The other listing commands print the same
//! under `--json`.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, ListArgs, Reach};
use super::output::{Failure, Outcome, Output};
use super::quantity;
use crate::handle::NodeHandle;
use crate::message::ProblemKind;

/// List as JSON.
///
/// An array of objects with Path, Name, Size, MimeType, ModTime, IsDir and, in the cloud, ID (the node's handle). The
/// size of a folder is that of everything below it, -1 where that is not known.
#[expect(clippy::doc_markdown, reason = "help on a terminal is no Markdown")]
#[derive(Args, Debug)]
pub(crate) struct LsjsonArgs {
    /// List what is below too
    #[arg(short = 'R', long)]
    recursive: bool,

    /// Leave files out
    #[arg(long, conflicts_with = "files_only")]
    dirs_only: bool,

    /// Leave folders out
    #[arg(long)]
    files_only: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// An entry, with rclone's names.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row<'i> {
    path: &'i str,
    name: &'i str,
    size: i64,
    mime_type: &'static str,
    mod_time: String,
    is_dir: bool,
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<NodeHandle>,
}

/// Runs the command.
pub(crate) async fn run(args: LsjsonArgs, context: &mut Context) -> Outcome {
    let reach = if args.recursive { Reach::Everything } else { Reach::Folder };
    context.options.json = true;
    let line = |_: &Output, item: &Item| {
        let is_out = args.dirs_only && !item.is_folder() || args.files_only && item.is_folder();
        (!is_out).then(String::new)
    };
    items::print(context, &args.list, reach, line).await?;
    Ok(ExitCode::Success)
}

/// An array of items that is printed while it is made, one on each line.
pub(crate) struct Array {
    before: &'static str,
}

impl Array {
    /// An array with nothing in it yet.
    pub(crate) const fn new() -> Self {
        Self { before: "[\n" }
    }

    /// Prints one item.
    pub(crate) fn row(&mut self, output: &mut Output, item: &Item) -> Result<(), Failure> {
        let row = serde_json::to_string(&Row::of(item))
            .map_err(|error| Failure::new(ProblemKind::Other, format!("cannot write JSON: {error}"), ""))?;
        output.bytes(self.before.as_bytes())?;
        self.before = ",\n";
        output.bytes(row.as_bytes())
    }

    /// Prints the end.
    pub(crate) fn end(self, output: &mut Output) -> Result<(), Failure> {
        output.line(if self.before == ",\n" { "\n]" } else { "[\n]" })
    }
}

impl<'i> Row<'i> {
    fn of(item: &'i Item) -> Self {
        Self {
            path: &item.path,
            name: item.name(),
            size: item.size().and_then(|size| i64::try_from(size).ok()).unwrap_or(-1),
            mime_type: media_type(item),
            mod_time: quantity::time_rfc3339(item.modified),
            is_dir: item.is_folder(),
            id: item.node,
        }
    }
}

/// Returns the media type that a name's extension stands for.
pub(crate) fn media_type(item: &Item) -> &'static str {
    if item.is_folder() {
        return "inode/directory";
    }
    let extension = item.name().rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let known = MEDIA_TYPES.iter().find(|(known, _)| *known == extension);
    known.map_or("application/octet-stream", |(_, media_type)| media_type)
}

/// Extensions that people have in a cloud drive.
const MEDIA_TYPES: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("csv", "text/csv; charset=utf-8"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("html", "text/html; charset=utf-8"),
    ("iso", "application/x-iso9660-image"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown; charset=utf-8"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("txt", "text/plain; charset=utf-8"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "text/xml; charset=utf-8"),
    ("zip", "application/zip"),
];
