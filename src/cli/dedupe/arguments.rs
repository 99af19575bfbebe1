//! What `dedupe` is told on the command line: [`DedupeArgs`] and the [`Mode`]s.
//! Only read here; `mod` acts on it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::bounds::BoundsArgs;
use super::super::duplicates::Filters;
use super::super::filters::FilterArgs;
use super::super::output::Failure;
use super::super::remote::{CloudPath, Place};
use crate::dedupe::{Rule, TimeOf};
use crate::message::ProblemKind;

/// Find duplicates and make one of them.
///
/// MEGA lets a folder hold any number of files and folders of one name. Folders of one name are merged first: what the
/// others hold is moved into the fullest, and they go once they are empty. Then, of files of one name in one folder, those
/// go that are proven to have the same content as one that stays. What is left is up to the mode:
///
///   interactive   ask about each (the default on a terminal)
///   skip          leave them
///   first         keep the one that came first to the cloud
///   newest, oldest, largest, smallest
///                 keep that one
///   rename        keep all: file.jpg as file-1.jpg, file-2.jpg, …
///   list          change nothing, print what there is
///
/// Naming a mode is the answer: nothing else is asked. Everything goes to the rubbish bin under one number, and
/// `megapane undo NUMBER` brings it all back.
///
/// With --by-hash files of one content are found wherever they are below the path. Equal key and MAC are proof; equal
/// fingerprints are no proof, and such files stay until something proves them equal: --local finds copies of them on
/// this machine and downloads nothing, --verify reads in the cloud what is in doubt then.
///
/// With --permanent, what is proven to be a copy of a file that stays is deleted for good, if it has no old versions and
/// no link. Everything else goes to the rubbish bin all the same. It is asked first; --yes is the answer to that.
///
/// Examples:
///   megapane dedupe list work:
///   megapane dedupe -n newest work:Photos
///   megapane dedupe --by-hash --local ~/Pictures --keep-in work:Photos first work:
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DedupeArgs {
    /// How to choose, and where to look
    #[arg(value_name = "[MODE] REMOTE:PATH", required = true, num_args = 1..=2)]
    pub(super) words: Vec<String>,

    /// How to choose, as rclone has it
    #[arg(long, value_name = "MODE", ignore_case = true)]
    pub(super) dedupe_mode: Option<Mode>,

    /// Find files of one content in any folder, whatever their names
    #[arg(long)]
    pub(super) by_hash: bool,

    /// Find names that differ by case or Unicode form only, too; they are listed, never decided by a mode
    #[arg(long, conflicts_with = "by_hash")]
    pub(super) fold: bool,

    /// Of equal contents keep all that is below this folder, and where nothing is there, all of them
    #[arg(long, value_name = "REMOTE:PATH")]
    pub(super) keep_in: Option<String>,

    /// Which time newest and oldest go by; a file that has no time of change goes by its upload
    #[arg(long, value_name = "TIME", default_value = "mtime")]
    pub(super) time: Time,

    /// Read files that may be equal and prove it, or that they are not; nothing is kept of what is downloaded
    #[arg(long)]
    pub(super) verify: bool,

    /// Prove by identical files below this path of this machine, without a download; may be given several times
    #[arg(long, value_name = "PATH")]
    pub(super) local: Vec<PathBuf>,

    /// Delete for good what is proven to be a copy of a file that stays
    #[arg(long)]
    pub(super) permanent: bool,

    /// Go ahead with --permanent without being asked
    #[arg(long, requires = "permanent")]
    pub(super) yes: bool,

    /// Ask before each file that goes
    #[arg(short, long)]
    pub(super) interactive: bool,

    /// With list: end with exit code 1 if there are duplicates
    #[arg(long)]
    pub(super) check: bool,

    /// Write what was found and done to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,

    #[command(flatten)]
    pub(super) filters: FilterArgs,

    #[command(flatten)]
    pub(super) bounds: BoundsArgs,
}

/// rclone's modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    Interactive,
    Skip,
    First,
    Newest,
    Oldest,
    Largest,
    Smallest,
    Rename,
    List,
}

/// The words of `--time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Time {
    /// When the content was changed
    Mtime,
    /// When it was uploaded
    Upload,
}

impl Mode {
    /// The rule that the mode names; the others decide nothing by themselves.
    pub(super) const fn rule(self) -> Option<Rule> {
        match self {
            Self::Interactive | Self::Skip | Self::List => None,
            Self::First => Some(Rule::First),
            Self::Newest => Some(Rule::Newest),
            Self::Oldest => Some(Rule::Oldest),
            Self::Largest => Some(Rule::Largest),
            Self::Smallest => Some(Rule::Smallest),
            Self::Rename => Some(Rule::Rename),
        }
    }
}

impl Time {
    /// What it means.
    pub(super) const fn time_of(self) -> TimeOf {
        match self {
            Self::Mtime => TimeOf::Change,
            Self::Upload => TimeOf::Upload,
        }
    }
}

impl DedupeArgs {
    /// Reads the filters.
    pub(super) fn filters(&self) -> Result<Filters, Failure> {
        Ok(Filters::new(self.filters.compile()?, self.bounds.bounds()))
    }

    /// Reads the words: a mode, where one is named, and a place of an account.
    pub(super) fn mode_and_place(&self) -> Result<(Mode, CloudPath), Failure> {
        let (word, place) = match &self.words[..] {
            [mode, place] => (Some(mode), place),
            words => (None, &words[words.len() - 1]),
        };
        let unknown = |word: &str| {
            Failure::new(
                ProblemKind::Other,
                format!("unknown mode for dedupe \"{word}\""),
                "It is one of interactive, skip, first, newest, oldest, largest, smallest, rename, list.",
            )
        };
        let named =
            word.map(|word| Mode::from_str(word, true).map_err(|_unknown| unknown(word))).transpose()?;
        let mode = named.or(self.dedupe_mode).unwrap_or(Mode::Interactive);
        match Place::parse(place)? {
            Place::Cloud(cloud) => Ok((mode, cloud)),
            Place::Local(path) => Err(Failure::usage(
                format!("\"{}\" is on this machine, where names are never there twice", path.display()),
                "Write the path as remote:path.",
            )),
        }
    }
}
