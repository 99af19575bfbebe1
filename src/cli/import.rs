//! `import`: what a public link shows, put into an account without moving a byte.
//! Called by `dispatch`. Each thing is a change, written to the undo journal before it is sent.

use clap::Args;

use super::changing;
use super::context::Context;
use super::exit::ExitCode;
use super::login;
use super::mkdir;
use super::output::{Failure, Outcome};
use super::password::PasswordArgs;
use super::public_link;
use super::remote::Place;
use crate::entry::CloudFolder;
use crate::message::ProblemKind;
use crate::session::change::Imported;
use crate::store::undo::{GroupKind, GroupTag};
use crate::tree::Node;
use crate::worker::problem;

/// Put what a public link shows into an account, without downloading it.
///
/// The folder is made where it is missing. A name that is taken there is refused, unless what has it is the same file.
/// `undo` takes it back.
///
/// Examples:
///   megapane import 'https://mega.nz/file/AbCdEfGh#…' work:Inbox
#[expect(clippy::doc_markdown, rustdoc::bare_urls, reason = "help on a terminal is no Markdown")]
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ImportArgs {
    /// The link, in quotes; - reads it from standard input
    #[arg(value_name = "LINK")]
    link: String,

    /// The folder to put it into
    #[arg(value_name = "REMOTE:PATH")]
    target: String,

    #[command(flatten)]
    password: PasswordArgs,
}

/// Runs the command.
pub(crate) async fn run(args: ImportArgs, context: &mut Context) -> Outcome {
    let Place::Cloud(cloud) = Place::parse(&args.target)? else {
        let message = format!("cannot import into \"{}\": it is on this machine", args.target);
        return Err(Failure::usage(message, "`megapane get LINK FOLDER` downloads it."));
    };
    let link = public_link::read(context, &args.link, Some(&args.password)).await?;
    let shown = public_link::open(context, &link).await?;
    let mut opened = login::open(context, &cloud.account).await?;
    let nodes: Vec<_> = shown.tree.contents(CloudFolder::Root).collect();
    let names: Vec<&str> = nodes.iter().filter_map(Node::name).collect();
    if context.options.dry_run {
        for name in names {
            context
                .messages
                .notice(&format!("Skipped import of \"{name}\" into \"{cloud}\" as --dry-run is set"));
        }
        return Ok(ExitCode::Success);
    }
    mkdir::make(context, &mut opened, &cloud).await?;
    let to = changing::node(&opened, &cloud)?;
    let group = GroupTag::new(GroupKind::Doing, &format!("imported {} from a public link", names.join(", ")));
    let journal = context.undo_journal(&opened.name)?.in_group(&group);
    for node in nodes {
        let Some(name) = node.name() else { return Err(problem::undecryptable(&node.label()).into()) };
        let doing = format!("import \"{name}\" into \"{cloud}\"");
        let same = opened.tree.named(to, name);
        if let Some(there) = same.first() {
            let is_same =
                opened.tree.node(*there).is_some_and(|there| there.is_file() && there.key() == node.key());
            if is_same {
                context.messages.info(&format!("\"{name}\" is there already, in \"{cloud}\""));
                continue;
            }
            let message = format!("cannot {doing}: something else has that name");
            return Err(Failure::new(ProblemKind::Permanent, message, "Choose another folder."));
        }
        let refused = |error| Failure::from(problem::of_change(&doing, &error));
        let imported = Imported { visit: &shown.session, tree: &shown.tree, node: node.handle() };
        let prepared =
            opened.session.prepare_import(&opened.tree, imported, (to, name), None).map_err(refused)?;
        let outcome = opened.session.commit(prepared, &journal).await.map_err(refused)?;
        for update in outcome.updates {
            opened.tree.apply_own(update);
        }
        context.messages.notice(&format!("imported \"{name}\" into \"{cloud}\""));
    }
    Ok(ExitCode::Success)
}
