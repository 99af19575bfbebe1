//! `get`: what a public link shows, downloaded without an account by the same transfers as everything else. Of a folder the
//! folder itself comes, with its name; `copy` takes what is in it.

use clap::Args;

use super::super::context::Context;
use super::super::output::{Failure, Outcome};
use super::super::password::PasswordArgs;
use super::super::public_link;
use super::super::remote::{CloudPath, Place};
use super::ends::Ends;
use super::{HowArgs, Naming, PATIENCE, carry, end};
use crate::message::Task;

/// Download what a public link shows, without an account.
///
/// Links to files and to folders of any style, whole or to something inside of a folder; a folder comes with its name.
/// Every file is checked as a whole before it gets its name, and what the target has already is skipped, as copy does it.
/// The same command goes on where a killed one stopped. Write - for the link, and it is read from standard input, so that
/// no list of processes shows its key.
///
/// Examples:
///   megapane get 'https://mega.nz/folder/AbCdEfGh#…' ~/Downloads
///   megapane get - < link.txt
#[expect(clippy::doc_markdown, rustdoc::bare_urls, reason = "help on a terminal is no Markdown")]
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct GetArgs {
    /// The link, in quotes; - reads it from standard input
    #[arg(value_name = "LINK")]
    link: String,

    /// The folder to put it into
    #[arg(value_name = "TARGET", default_value = ".")]
    target: String,

    #[command(flatten)]
    password: PasswordArgs,

    #[command(flatten)]
    how: HowArgs,
}

/// Runs the command.
pub(crate) async fn run(args: GetArgs, context: &mut Context) -> Outcome {
    let link = public_link::read(context, &args.link, Some(&args.password)).await?;
    let manner = super::manner(context, &args.how, Task::Copy)?;
    let target = Place::parse(&args.target)?;
    if let Place::Cloud(cloud) = &target {
        let hint = format!("`megapane import LINK {cloud}` puts it there without moving a byte.");
        return Err(Failure::usage("cannot download into an account", hint));
    }
    context.patience = PATIENCE;
    let opened = tokio::select! {
        opened = public_link::open(context, &link) => opened?,
        () = context.stop.cancelled() => return Err(Failure::interrupted()),
    };
    let source = Place::Cloud(CloudPath { account: opened.name.clone(), path: String::new() });
    let ends = Ends { source, target, opened: vec![opened] };
    let report = carry(context, ends, (Naming::Into, manner), None).await?;
    end(context, &report)
}
