//! [`Turn`]: of copies with the same ends, as a nightly one and the one before it that still runs, one at a time on this
//! machine. Each decides by the list that it has fetched what is missing: two at once would make it twice, and the cloud
//! takes both. `copy` asks before it opens anything. Other copies into the same folder are not held up.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::super::context::Context;
use super::super::output::Failure;
use super::super::remote::Place;
use crate::config::private_file;
use crate::handle::base64_encode;
use crate::message::{CopyOptions, ProblemKind, Task};

/// The turn of one copy, until it is dropped. A process that is killed loses it.
pub(super) struct Turn {
    path: PathBuf,
    /// Locked.
    _file: File,
}

impl Turn {
    /// Waits until no other process makes the same copy. `None` where that does not matter: nothing is put into an account,
    /// or this machine's disk cannot lock.
    pub(super) async fn take(
        context: &Context,
        (source, target): (&str, &str),
        options: &CopyOptions,
    ) -> Result<Option<Self>, Failure> {
        let is_look = options.dry_run || matches!(options.task, Task::Check { .. });
        if is_look || !matches!(Place::parse(target)?, Place::Cloud(_)) {
            return Ok(None);
        }
        let path = context.config.folders.running_copies().join(name(source, target));
        let began = Instant::now();
        let mut is_told = false;
        loop {
            match Self::try_take(&path) {
                Ok(Some(turn)) => return Ok(Some(turn)),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot see whether the same copy is under way");
                    return Ok(None);
                }
            }
            if context.options.max_wait.is_some_and(|most| began.elapsed() >= most) {
                let message = format!("cannot copy to \"{target}\": another megapane makes the same copy");
                return Err(Failure::new(ProblemKind::Temporary, message, "Try again when it has ended."));
            }
            if !is_told {
                context
                    .messages
                    .notice(&format!("waiting: another megapane makes this copy to \"{target}\""));
                is_told = true;
            }
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                () = context.stop.cancelled() => return Err(Failure::interrupted()),
            }
        }
    }

    /// `None` where another process has it, or has just ended.
    fn try_take(path: &Path) -> io::Result<Option<Self>> {
        if let Some(folder) = path.parent() {
            private_file::create_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // Whoever had it removes the file at the end: what is locked may be one that nobody finds any more.
        Ok(path.exists().then(|| Self { path: path.to_owned(), _file: file }))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // an empty file that stays does no harm
    }
}

/// The same for the same ends, however long they are: paths of this machine as seen from anywhere.
fn name(source: &str, target: &str) -> String {
    let whole = |text: &str| match Place::parse(text) {
        Ok(Place::Local(path)) => {
            let whole = std::path::absolute(&path).unwrap_or(path);
            whole.components().collect::<PathBuf>().to_string_lossy().into_owned()
        }
        Ok(Place::Cloud(_)) | Err(_) => text.trim_end_matches('/').to_owned(),
    };
    let ends = format!("{}\n{}", whole(source), whole(target));
    format!("{}.lock", base64_encode(&Sha256::digest(ends)))
}

/// How often is looked whether the other has ended.
const LOOK_EVERY: Duration = Duration::from_millis(500);
