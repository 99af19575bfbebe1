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
use super::super::remote::{CloudPath, Place};
use crate::config::private_file;
use crate::handle::base64_encode;
use crate::message::{CopyOptions, ProblemKind, Task};

/// The turn of one copy, until it is dropped. A process that is killed loses it. The file stays, empty: whoever removed it
/// could take it from under the next one, and two would hold the same turn.
pub(super) struct Turn {
    _lock: File,
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

    /// `None` where another process has it.
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
            Ok(()) => Ok(Some(Self { _lock: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The same for the same ends, however long they are and however their slashes are written: paths of this machine as seen
/// from anywhere.
fn name(source: &str, target: &str) -> String {
    let whole = |text: &str| match Place::parse(text) {
        Ok(Place::Local(path)) => {
            let whole = std::path::absolute(&path).unwrap_or(path);
            whole.components().collect::<PathBuf>().to_string_lossy().into_owned()
        }
        Ok(Place::Cloud(CloudPath { account, path })) => {
            // Two slashes lead to another root, as in `//bin`.
            let root = if path.starts_with("//") { "//" } else { "" };
            let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            format!("{account}:{root}{}", parts.join("/"))
        }
        Err(_) => text.trim_end_matches('/').to_owned(),
    };
    let ends = format!("{}\n{}", whole(source), whole(target));
    format!("{}.lock", base64_encode(&Sha256::digest(ends)))
}

/// How often is looked whether the other has ended.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_name_however_its_slashes_are_written() {
        for same in ["ann:/x/y", "ann:x//y", "ann:x/y/", "ann:/x//y//"] {
            assert_eq!(name("src", same), name("src", "ann:x/y"), "{same}");
            assert_eq!(name(same, "ann:z"), name("ann:x/y", "ann:z"), "{same}");
        }
        for other in ["ann:x", "ben:x/y", "ann://x/y", "ann:xy"] {
            assert_ne!(name("src", other), name("src", "ann:x/y"), "{other}");
        }
    }

    #[test]
    fn a_turn_is_one_processs_at_a_time_and_its_file_is_never_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("running/one.lock");
        let first = Turn::try_take(&path).unwrap();
        assert!(first.is_some() && Turn::try_take(&path).unwrap().is_none());
        // One that waits has the file open: what comes after it must find the same.
        let waiting = File::open(&path).unwrap();
        drop(first);
        waiting.try_lock().unwrap();
        assert!(Turn::try_take(&path).unwrap().is_none());
    }
}
