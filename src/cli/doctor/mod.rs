//! `doctor`: what is wrong with this machine's side of megapane and with an account, each with what mends it. It only
//! looks; `--fix` mends what can be mended without any risk: rights that others have to files of ours, what killed
//! processes left, and times of files in the cloud, where a copy on this machine proves them.

mod kept;
mod terminal;
mod times;

use std::path::{Path, PathBuf};

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::login::{self, Opened};
use super::output::{Failure, Outcome};
use super::remote::Place;
use crate::config::{Config, ConfigError};
use crate::message::{Finding, ProblemKind, Standing};
use crate::worker::doctor::{account, machine};
use crate::worker::problem;

/// Find out what is wrong with this machine and with an account, and say what mends it.
///
/// Each row is ok, warn or bad, with a sentence, and below it the command that mends it. Ends with 0 unless something is
/// bad. Without --fix nothing is changed anywhere.
/// A configuration that others may read, or with a broken line, is a row as well; an account is not opened then.
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
    args.local.iter().try_for_each(|path| {
        std::fs::metadata(path).map(drop).map_err(|error| problem::of_folder(path, &error))
    })?;
    let fixes = args.fix && !context.options.dry_run;
    let mut findings = Vec::from_iter(config_finding(context, fixes));
    let is_config_read = context.broken_config.is_none();
    let accounts = is_config_read.then_some(&context.config.accounts[..]);
    findings.extend(machine::look(&context.config.folders, accounts, fixes));
    findings.extend(terminal::look(context));
    if let Some(name) = name.filter(|_| is_config_read) {
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

/// What is wrong with the configuration file. With `fixes` it is taken from others, and read again.
fn config_finding(context: &mut Context, fixes: bool) -> Option<Finding> {
    match context.broken_config.take()? {
        ConfigError::Exposed { path } if fixes => Some(close_config(context, &path)),
        error => Some(broken(context, error)),
    }
}

/// Takes the configuration file from others, and reads it.
fn close_config(context: &mut Context, path: &Path) -> Finding {
    let loaded = match machine::close(path) {
        Ok(()) => Config::load(&context.environment),
        Err(source) => Err(ConfigError::Disk { action: "write", path: path.to_owned(), source }),
    };
    match loaded {
        Ok(config) => {
            context.config = context.options.over(config);
            let shown = path.display();
            Finding::ok("config", format!("\"{shown}\" was open to others, and is yours alone now"))
        }
        Err(error) => broken(context, error),
    }
}

/// Notes that nothing is known of what is configured, and why.
fn broken(context: &mut Context, error: ConfigError) -> Finding {
    let problem = problem::of_config(&error);
    let mended_by = if let ConfigError::Exposed { path } = &error {
        format!("chmod go= '{}', or megapane doctor --fix", path.display())
    } else {
        problem.hint
    };
    context.broken_config = Some(error);
    Finding::bad("config", problem.message).mended_by(mended_by)
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
