//! `doctor`: what is wrong with this machine's side of megapane and with an account, each with what mends it. It only
//! looks; `--fix` mends what can be mended without any risk: rights that others have to files of ours, what killed
//! processes left, and times of files in the cloud, where a copy on this machine proves them.

mod kept;
mod terminal;
mod times;

use std::path::PathBuf;

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::remote::Place;
use crate::message::{Finding, ProblemKind, Standing};
use crate::worker::doctor::{account, machine};

/// Find out what is wrong with this machine and with an account, and say what mends it.
///
/// Each row is ok, warn or bad, with a sentence, and below it the command that mends it. Ends with 0 unless something is
/// bad. Without --fix nothing is changed anywhere.
///
/// Files that other programs uploaded may have no modification time. Where --local finds copies of them (the same bytes,
/// proven by the cloud file's own key), --fix gives them the times of these copies: nothing is uploaded, and `undo` takes
/// it back.
///
/// Examples:
///   megapane doctor
///   megapane doctor work:
///   megapane doctor work: --local ~/Pictures --fix
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DoctorArgs {
    /// The account; this machine alone where it is left out
    #[arg(value_name = "REMOTE:")]
    remote: Option<String>,

    /// Mend what can be mended without any risk: rights that others have to megapane's own files, what killed processes
    /// left on this machine and in the account, and with --local times
    #[arg(long)]
    fix: bool,

    /// Look here, with all below, for copies of files whose time in the cloud is missing or wrong
    #[arg(long, value_name = "FOLDER", requires = "remote")]
    local: Vec<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(args: DoctorArgs, context: &mut Context) -> Outcome {
    let name = args.remote.as_deref().map(account_name).transpose()?;
    let fixes = args.fix && !context.options.dry_run;
    let mut findings = machine::look(&context.config, fixes);
    findings.extend(terminal::look(context));
    if let Some(name) = name {
        context.config.account(&name)?;
        let wish = times::Wish { local: &args.local, fixes };
        match examine(context, &name, &wish).await {
            Ok(found) => findings.extend(found),
            Err(Failure::BrokenPipe) => return Err(Failure::BrokenPipe),
            Err(Failure::Problem(problem)) if problem.kind == ProblemKind::Interrupted => {
                return Err(Failure::Problem(problem));
            }
            Err(Failure::Problem(problem)) => {
                findings.push(Finding::bad("login", problem.message).mended_by(problem.hint));
            }
        }
    }
    print(context, &findings)?;
    let is_bad = findings.iter().any(|finding| finding.standing == Standing::Bad);
    Ok(if is_bad { ExitCode::Other } else { ExitCode::Success })
}

/// Opens an account and looks at it.
async fn examine(context: &Context, name: &str, wish: &times::Wish<'_>) -> Result<Vec<Finding>, Failure> {
    let session = login::session(context, name).await?;
    let kept = kept::file_list(context, context.config.account(name)?, &session).await;
    let tree = login::list(context, name, &session).await?;
    let mut opened = Opened { name: name.to_owned(), session, tree };
    let mut findings = account::of_session(name, &opened.session, opened.tree.len()).await;
    findings.extend(account::of_tree(name, &opened.tree));
    findings.push(kept);
    findings.push(kept::loans(context, &mut opened, wish.fixes).await?);
    findings.extend(times::look(context, &mut opened, wish).await?);
    Ok(findings)
}

fn account_name(text: &str) -> Result<String, Failure> {
    match Place::parse(text)? {
        Place::Cloud(cloud) => Ok(cloud.account),
        Place::Local(_) => Err(Failure::usage(
            format!("\"{text}\" is not a remote"),
            "Write the remote's name and a colon: `megapane doctor work:`.",
        )),
    }
}

fn print(context: &mut Context, findings: &[Finding]) -> Result<(), Failure> {
    if context.options.json {
        return context.output.json(&findings);
    }
    for Finding { standing, about, says, mended_by } in findings {
        let says = context.output.name(says).into_owned();
        context.output.line(format!("{:4}  {about:<14} {says}", standing.word()))?;
        if let Some(mended_by) = mended_by {
            let mended_by = context.output.name(mended_by).into_owned();
            context.output.line(format!("{:21}→ {mended_by}", ""))?;
        }
    }
    Ok(())
}
