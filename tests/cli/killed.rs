//! Copies that are started on the side and killed outright, and what is left of them.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::scene::{Scene, files_below};

pub(crate) fn spawn(scene: &Scene, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_megapane"))
        .args(arguments)
        .env_clear()
        .envs(scene.environment())
        .current_dir(scene.path(""))
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lines in the journals of the account's transfers.
pub(crate) fn lines(scene: &Scene) -> usize {
    let journals = files_below(&scene.own("state").join("transfers"));
    journals.iter().filter_map(|path| fs::read_to_string(path).ok()).map(|text| text.lines().count()).sum()
}

/// Looks again and again, without taking the machine from those it waits for.
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(2), "it never came to this: {what}");
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Kills outright: no handler runs, nothing is put in order.
pub(crate) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

pub(crate) fn leftovers(folder: &Path) -> Vec<String> {
    let names = files_below(folder).into_iter().map(|path| path.file_name().unwrap().to_owned());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.contains("megapane")).collect()
}
