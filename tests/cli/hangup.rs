//! The terminal goes away while files move. The screen's go on to their end without it, or stay for the next start, and
//! another start keeps off them; those of a command stay for the next time, unless it was started to outlive its terminal.

use std::fs;

use portable_pty::CommandBuilder;

use crate::killed::wait_until;
use crate::scene::{Scene, files_below};
use crate::terminal::Session;

const SIZE: usize = 3 << 20;

fn film() -> Vec<u8> {
    (0..SIZE).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

/// Opens the screen; `before` is what runs it.
fn screen(scene: &Scene, before: &[&str]) -> Session {
    start(scene, before, &[])
}

fn start(scene: &Scene, before: &[&str], arguments: &[&str]) -> Session {
    let program = env!("CARGO_BIN_EXE_megapane");
    let mut line = before.iter().copied().chain([program]).chain(arguments.iter().copied());
    let mut command = CommandBuilder::new(line.next().unwrap());
    command.args(line);
    command.env_clear();
    for (name, value) in scene.environment() {
        command.env(name, value);
    }
    command.env("LANG", "C.UTF-8");
    command.env("TERM", "xterm-256color");
    command.cwd(scene.path(""));
    Session::start(command)
}

/// Opens the screen and begins to upload a file, which does not get far until the fault is taken back.
fn uploading(scene: &Scene, fault: &str, before: &[&str]) -> Session {
    fs::write(scene.path("film"), film()).unwrap();
    scene.emulator.fault(fault).unwrap();
    let mut session = screen(scene, before);
    session.wait_for("film");
    session.wait_for("ann:/");
    session.wait_for("0 entries");
    session.type_in("/film\rc");
    session.wait_for("1 file");
    session.type_in("c");
    wait_until("the copy is under way", || records(scene) == 1 && journals(scene) == 1);
    session
}

/// Lets the upload get on once it is clear that nobody watches it.
fn let_go(scene: &Scene) {
    wait_until("it goes on", || log(scene).contains("transfers go on without it"));
    scene.emulator.clear_faults();
}

/// Copies that are not over.
fn records(scene: &Scene) -> usize {
    files_below(&scene.own("state").join("copies")).len()
}

/// Transfers that have begun and are not over: of one that has not, the journal is empty, and goes with the process.
fn journals(scene: &Scene) -> usize {
    let journals = files_below(&scene.own("state").join("transfers"));
    journals.iter().filter(|path| fs::metadata(path).is_ok_and(|facts| facts.len() > 0)).count()
}

fn log(scene: &Scene) -> String {
    let logs = files_below(&scene.own("state").join("log"));
    logs.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn an_upload_goes_on_to_its_end_when_its_terminal_is_closed() {
    let scene = Scene::logged_in();
    let mut child = uploading(&scene, "503@ul", &[]).terminal_goes();
    let_go(&scene);
    assert_eq!(child.wait().unwrap().exit_code(), 0);
    assert!(scene.ann.content("film").unwrap() == film());
    assert_eq!((records(&scene), journals(&scene)), (0, 0));
    let log = log(&scene);
    assert!(log.contains("transfers go on without it") && log.contains("copied 1 file"), "{log}");
}

/// Without a signal: the program is not the terminal's own.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_closed_without_a_word_is_noticed_too() {
    let scene = Scene::logged_in();
    // The program is in a session of its own; what waits for it ends with the terminal.
    let mut child = uploading(&scene, "503@ul", &["setsid", "--wait"]).terminal_goes();
    let_go(&scene);
    child.wait().unwrap();
    wait_until("the copy is over", || records(&scene) == 0);
    assert!(scene.ann.content("film").unwrap() == film());
    assert!(log(&scene).contains("transfers go on without it"));
}

#[test]
fn another_start_keeps_off_what_goes_on_and_is_asked_about_it_once_it_was_ended() {
    let scene = Scene::logged_in();
    let session = uploading(&scene, "slow:3600s@ul", &[]);
    session.signal("HUP");
    wait_until("it goes on", || log(&scene).contains("transfers go on without it"));
    let mut other = screen(&scene, &[]);
    other.wait_for("1 copy goes on in another megapane");
    other.type_in("q");
    assert_eq!(other.finish(), 0);
    session.signal("TERM");
    assert_eq!(session.finish(), 130, "the terminal was still there, and got itself back");
    assert_eq!((records(&scene), journals(&scene)), (1, 1));
    let mut next = screen(&scene, &[]);
    next.wait_for("Unfinished");
    next.signal("TERM");
    assert_eq!(next.finish(), 130);
}

#[test]
fn where_it_is_so_configured_the_upload_stays_for_the_next_start() {
    let scene = Scene::logged_in();
    let path = scene.own("config").join("config.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("on_hangup = \"stop\"\n{config}")).unwrap();
    let mut child = uploading(&scene, "slow:3600s@ul", &[]).terminal_goes();
    assert_eq!(child.wait().unwrap().exit_code(), 130);
    assert_eq!((records(&scene), journals(&scene)), (1, 1));
    assert!(log(&scene).contains("the program ends"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_whose_terminal_is_closed_stops_in_good_order_and_goes_on_the_next_time() {
    let scene = Scene::logged_in();
    fs::write(scene.path("film"), film()).unwrap();
    scene.emulator.fault("slow:3600s@ul").unwrap();
    let session = start(&scene, &[], &["copy", "-P", "film", "ann:"]);
    wait_until("the copy is under way", || journals(&scene) == 1);
    let mut child = session.terminal_goes();
    assert_eq!(child.wait().unwrap().exit_code(), 130);
    assert_eq!(journals(&scene), 1);
    scene.emulator.clear_faults();
    scene.run(&["copy", "film", "ann:"]).clean();
    assert!(scene.ann.content("film").unwrap() == film());
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_was_started_to_outlive_its_terminal_does() {
    let scene = Scene::logged_in();
    fs::write(scene.path("film"), film()).unwrap();
    scene.emulator.fault("503@ul").unwrap();
    let session = start(&scene, &["nohup"], &["copy", "film", "ann:"]);
    wait_until("the copy is under way", || journals(&scene) == 1);
    session.signal("HUP");
    scene.emulator.clear_faults();
    assert_eq!(session.finish(), 0);
    assert!(scene.ann.content("film").unwrap() == film());
}
