//! `lsf`: names and chosen facts, in a format for scripts.
//! Called by `dispatch`; the walking is `items`', here are only the fields of a line.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, ListArgs, Reach};
use super::lsjson;
use super::output::{Failure, Outcome, Output};
use super::quantity;

/// List names for scripts.
///
/// One line for each entry of the folder, folders with a / behind them. --format chooses the fields:
/// p path, s size, t time, m media type, i handle.
#[derive(Args, Debug)]
pub(crate) struct LsfArgs {
    /// Fields to print, in this order
    #[arg(short = 'F', long, default_value = "p", value_name = "FIELDS")]
    format: String,

    /// What stands between fields
    #[arg(short, long, default_value = ";", value_name = "TEXT")]
    separator: String,

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

/// One field of a line.
#[derive(Clone, Copy)]
enum Field {
    Path,
    Size,
    Time,
    MediaType,
    Handle,
}

/// Runs the command.
pub(crate) async fn run(args: LsfArgs, context: &mut Context) -> Outcome {
    let fields: Vec<Field> = args.format.chars().map(Field::parse).collect::<Result<_, _>>()?;
    let reach = if args.recursive { Reach::Everything } else { Reach::Folder };
    let line = |output: &Output, item: &Item| {
        let is_out = args.dirs_only && !item.is_folder() || args.files_only && item.is_folder();
        let value = |field: &Field| field.value(item);
        let line = || fields.iter().map(value).collect::<Vec<_>>().join(&args.separator);
        (!is_out).then(|| output.name(&line()).into_owned())
    };
    items::print(context, &args.list, reach, line).await?;
    Ok(ExitCode::Success)
}

impl Field {
    fn parse(letter: char) -> Result<Self, Failure> {
        match letter {
            'p' => Ok(Self::Path),
            's' => Ok(Self::Size),
            't' => Ok(Self::Time),
            'm' => Ok(Self::MediaType),
            'i' => Ok(Self::Handle),
            _ => Err(Failure::usage(
                format!("cannot print a field \"{letter}\""),
                "The letters of --format are p, s, t, m and i.",
            )),
        }
    }

    fn value(self, item: &Item) -> String {
        match self {
            Self::Path if item.is_folder() => format!("{}/", item.path),
            Self::Path => item.path.clone(),
            Self::Size => item.size().map_or_else(|| "-1".to_owned(), |size| size.to_string()),
            Self::Time => quantity::time(item.modified),
            Self::MediaType => lsjson::media_type(item).to_owned(),
            Self::Handle => item.node.map_or_else(String::new, |node| node.to_string()),
        }
    }
}
