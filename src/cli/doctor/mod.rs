//! `doctor`: what is wrong with this machine's side of megapane and with an account, each with what mends it. It changes
//! nothing in the cloud; with `--fix` it takes away rights that others have to files of ours, which is always safe.

mod account;
mod finding;
mod machine;

use clap::Args;

use self::finding::{Finding, Standing};
use super::context::Context;
use super::exit::ExitCode;
use super::login;
use super::output::{Failure, Outcome};
use super::remote::Place;
use crate::message::ProblemKind;

/// Find out what is wrong with this machine and with an account, and say what mends it.
///
/// Each row is ok, warn or bad, with a sentence, and below it the command that mends it. Nothing in the cloud is changed.
/// Ends with 0 unless something is bad.
///
/// Examples:
///   megapane doctor
///   megapane doctor work: --fix
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DoctorArgs {
    /// The account; this machine alone where it is left out
    #[arg(value_name = "REMOTE:")]
    remote: Option<String>,

    /// Mend what can be mended without any risk: rights that others have to our files
    #[arg(long)]
    fix: bool,
}

/// Runs the command.
pub(crate) async fn run(args: DoctorArgs, context: &mut Context) -> Outcome {
    let name = args.remote.as_deref().map(account_name).transpose()?;
    let mut findings = machine::look(context, args.fix && !context.options.dry_run);
    if let Some(name) = name {
        context.config.account(&name)?;
        match login::open(context, &name).await {
            Ok(opened) => findings.extend(account::look(&opened).await),
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

fn account_name(text: &str) -> Result<String, Failure> {
    match Place::parse(text) {
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
