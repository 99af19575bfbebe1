//! The command line as clap reads it: one row for each command, whose own arguments stand in the command's file.
//! `run` parses it, `completions` and `man` describe it. It must stay free of anything that runs.

use clap::{Parser, Subcommand};

use super::context::GlobalArgs;
use super::screen::ScreenArgs;
use super::{
    about, cat, cleanup, completions, config, copy, dedupe, delete, demo, doctor, emulator, help, import,
    keys, leftovers, link, ls, lsd, lsf, lsjson, lsl, man, mkdir, ncdu, purge, restore, sessions, shares,
    size, tree, undo, versions,
};

/// A two-pane file manager and command line for the MEGA cloud.
///
/// Without a command it opens the screen: your files on the left, the cloud on the right. The commands use rclone's
/// words, columns and exit codes. A place is a local path or remote:path, where remote is a name of `megapane config`;
/// remote: is the cloud drive, remote://bin the rubbish bin, remote://in what others share, remote:H:HANDLE one node.
/// Where a command only reads, a public link is a place, too.
#[expect(clippy::doc_markdown, reason = "help on a terminal is no Markdown")]
#[derive(Parser, Debug)]
#[command(name = "megapane", version, max_term_width = 100, after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// What to do; nothing opens the screen
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) options: GlobalArgs,

    #[command(flatten)]
    pub(crate) screen: ScreenArgs,
}

/// Every command.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Config(config::ConfigArgs),
    Lsd(lsd::LsdArgs),
    Ls(ls::LsArgs),
    Lsl(lsl::LslArgs),
    Lsf(lsf::LsfArgs),
    Lsjson(lsjson::LsjsonArgs),
    Tree(tree::TreeArgs),
    Size(size::SizeArgs),
    Ncdu(ncdu::NcduArgs),
    About(about::AboutArgs),
    Cat(cat::CatArgs),
    Mkdir(mkdir::MkdirArgs),
    Delete(delete::DeleteArgs),
    Deletefile(delete::DeletefileArgs),
    Purge(purge::PurgeArgs),
    Rmdir(purge::RmdirArgs),
    Cleanup(cleanup::CleanupArgs),
    Restore(restore::RestoreArgs),
    Link(link::LinkArgs),
    Get(copy::get::GetArgs),
    Import(import::ImportArgs),
    Shares(shares::SharesArgs),
    Share(shares::ShareArgs),
    Versions(versions::VersionsArgs),
    Sessions(sessions::SessionsArgs),
    Copy(copy::CopyArgs),
    Copyto(copy::CopytoArgs),
    Move(copy::mirror::MoveArgs),
    Moveto(copy::mirror::MovetoArgs),
    Sync(copy::mirror::SyncArgs),
    Check(copy::check::CheckArgs),
    Dedupe(dedupe::DedupeArgs),
    Doctor(doctor::DoctorArgs),
    Leftovers(leftovers::LeftoversArgs),
    Undo(undo::UndoArgs),
    Redo(undo::RedoArgs),
    Keys(keys::KeysArgs),
    Demo(demo::DemoArgs),
    Emulator(emulator::EmulatorArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Help(help::HelpArgs),
}

const EXAMPLES: &str = "\
Examples:
  megapane demo                           the whole program, on a built-in server
  megapane config                         add your account, by questions
  megapane lsd remote:                    folders of the cloud drive, with sizes
  megapane copy -P ~/Pictures remote:Pictures
  megapane copy remote:Documents ./docs --exclude '*.tmp'

Exit codes: 0 done, 1 other error, 2 usage, 3 folder not found, 4 file not found,
5 try again later, 6 trying again does not help, 7 account out of order, or it would do harm,
8 --max-transfer reached, 10 --max-duration reached, 11 some items skipped, 12 quota,
13 login needed, 130 interrupted.";
