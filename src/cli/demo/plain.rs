//! The main job as text, step by step, with the same code as the commands: what was done, how long it took, and at the
//! end whether every byte came back.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::super::context::Context;
use super::super::copy::{self, HowArgs};
use super::super::exit::ExitCode;
use super::super::items::{self, ListArgs, Reach};
use super::super::output::{Failure, Outcome};
use super::super::{login, quantity};
use super::{NAME, refused, scratch};
use crate::local;
use crate::message::{CopyReport, ProblemKind};
use crate::worker::problem;

/// Does the main job with sample files in `folder`.
pub(super) async fn run(context: &mut Context, folder: &Path) -> Outcome {
    let (here, back) = (folder.join("here"), folder.join("back"));
    scratch::fill(&here).map_err(|error| refused(&error))?;
    let target = format!("{NAME}:From this machine");
    let mut steps = Steps { started: Instant::now(), number: 0 };

    let session = login::session(context, NAME).await?;
    let (profile, quota) = tokio::join!(session.profile(), session.quota());
    let asked = |error| problem::of_api("ask about the account", &error);
    let (profile, quota) = (profile.map_err(asked)?, quota.map_err(asked)?);
    let (used, total) = (quantity::size_with_unit(quota.used), quantity::size_with_unit(quota.total));
    steps.tell(context, &format!("logged in as {}: {used} of {total} used", profile.email))?;

    let (files, folders) = count(context, &format!("{NAME}:")).await?;
    steps.tell(context, &format!("listed the cloud drive: {files} files in {folders} folders"))?;

    let up = copy(context, &here.to_string_lossy(), &target).await?;
    steps.tell(context, &format!("copied a folder up: {}", sums(&up)))?;
    expect(up.copied_count == scratch::COUNT, "every file is copied up")?;

    let changed = change_keeping_size(&here).map_err(|error| refused(&error))?;
    let again = copy(context, &here.to_string_lossy(), &target).await?;
    steps
        .tell(context, &format!("changed \"{changed}\", not its size, and copied again: {}", sums(&again)))?;
    expect(again.copied_count == 1, "only the changed file is copied again")?;
    expect(again.same_count == scratch::COUNT - 1, "the others are seen to be the same")?;

    let down = copy(context, &target, &back.to_string_lossy()).await?;
    steps.tell(context, &format!("copied it back: {}", sums(&down)))?;
    expect(down.copied_count == scratch::COUNT, "every file comes back")?;

    let compared = compare(&here, &back)?;
    steps.tell(context, &format!("compared {compared} files, bytes and times: all the same"))?;
    context.output.line("All verified. `megapane demo` on a terminal shows the same on the screen.")?;
    Ok(ExitCode::Success)
}

/// Counts the steps and how long each takes.
struct Steps {
    started: Instant,
    number: u32,
}

impl Steps {
    fn tell(&mut self, context: &mut Context, done: &str) -> Result<(), Failure> {
        let took = self.started.elapsed();
        self.number += 1;
        self.started = Instant::now();
        let done = context.output.name(done).into_owned();
        context.output.line(format!("{}. {done} ({} ms)", self.number, took.as_millis()))?;
        context.output.flush()
    }
}

/// Counts the files and folders below a place.
async fn count(context: &mut Context, place: &str) -> Result<(u64, u64), Failure> {
    let (mut files, mut folders) = (0, 0);
    items::each(context, &ListArgs::whole(place), Reach::Everything, |_, item| {
        *(if item.is_folder() { &mut folders } else { &mut files }) += 1;
        Ok(())
    })
    .await?;
    Ok((files, folders))
}

async fn copy(context: &mut Context, source: &str, target: &str) -> Result<CopyReport, Failure> {
    let report = copy::carry_out(context, source, target, &HowArgs::default()).await?;
    match &report.problem {
        Some(problem) => Err(problem.clone().into()),
        None => Ok(report),
    }
}

fn sums(report: &CopyReport) -> String {
    let (copied, same) = (report.copied_count, report.same_count);
    let files = if copied == 1 { "file" } else { "files" };
    format!("{copied} {files}, {}; {same} were the same", quantity::size_with_unit(report.copied_bytes))
}

/// Turns one byte of a file over and gives the file another time.
fn change_keeping_size(folder: &Path) -> io::Result<String> {
    let path = folder.join(CHANGED);
    let mut bytes = fs::read(&path)?;
    if let Some(first) = bytes.first_mut() {
        *first ^= 0xff;
    }
    fs::write(&path, bytes)?;
    File::options()
        .write(true)
        .open(&path)?
        .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(CHANGED_AT))?;
    Ok(CHANGED.to_owned())
}

/// Compares all files below two folders and returns how many there are.
fn compare(here: &Path, back: &Path) -> Result<usize, Failure> {
    let (here, back) = (files(here)?, files(back)?);
    let names = |files: &BTreeMap<PathBuf, _>| files.keys().cloned().collect::<Vec<_>>();
    expect(names(&here) == names(&back), "the same files are on both sides")?;
    for (path, (bytes, modified)) in &here {
        let same = back.get(path).is_some_and(|(other, time)| other == bytes && time == modified);
        expect(same, &format!("\"{}\" came back as it went", path.display()))?;
    }
    Ok(here.len())
}

/// Content and time of all files below a folder.
type Files = BTreeMap<PathBuf, (Vec<u8>, Option<i64>)>;

fn files(folder: &Path) -> Result<Files, Failure> {
    let mut files = Files::new();
    for item in local::walk(folder) {
        let item = item.map_err(|error| refused(&error.source))?;
        if !item.entry.kind.is_folder() {
            let bytes = fs::read(folder.join(&item.path)).map_err(|error| refused(&error))?;
            files.insert(item.path, (bytes, item.entry.modified));
        }
    }
    Ok(files)
}

fn expect(holds: bool, what: &str) -> Result<(), Failure> {
    if holds {
        return Ok(());
    }
    Err(Failure::new(
        ProblemKind::Integrity,
        format!("the demo went wrong: not so: {what}"),
        "Please report this.",
    ))
}

/// The file that is changed between the two copies.
const CHANGED: &str = "Lisbon/castle.jpg";

/// 1 September 2024, noon, in Unix seconds.
const CHANGED_AT: u64 = 1_725_192_000;
