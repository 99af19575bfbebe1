#![cfg(test)]
//! Files that the user's own programs work on, through the real loop: fetched, edited, put back as a version, taken back by
//! undo; and what is asked and kept where that is not possible. The editor is a closure of the test. Time is paused.

mod stage;

use std::fs;
use std::path::Path;

use megapane::ui::errand::ErrandEnd;
use stage::{App, SIZES, stage};

const OLD: &[u8] = b"the old text\n";
const NEW: &[u8] = b"the new and longer text\n";

async fn app() -> App {
    app_at((80, 24)).await
}

async fn app_at(size: (u16, u16)) -> App {
    let prepare = |ann: &megapane::emulator::Owner| {
        ann.file("notes/plan.txt", OLD, 1_700_000_000);
    };
    let mut app = App::at(stage(prepare, &[("here.txt", OLD.to_vec())]), size);
    app.until("here.txt").await;
    app.type_in("<Tab>").await;
    app.until("notes/").await;
    app.type_in("/notes<Enter><Enter>").await;
    app.until("plan.txt").await;
    app.type_in("/plan<Enter>").await;
    app
}

fn writes(bytes: &'static [u8]) -> impl FnMut(&Path) -> ErrandEnd {
    move |path| {
        assert_eq!(fs::read(path).unwrap(), OLD);
        fs::write(path, bytes).unwrap();
        ErrandEnd::Well
    }
}

fn snapshot(name: &str, app: &App) {
    let shown = app.screen();
    insta::with_settings!({filters => vec![(r"\d+[KMGT] free", "much free"), (r"  20\d\d(-\d\d-\d\d \d\d:\d\d)?", "  then")]}, {
        insta::assert_snapshot!(name, shown);
    });
}

/// Private folders that are there.
fn copies(app: &App) -> usize {
    fs::read_dir(app.scratch.path().join("state/edits")).map_or(0, Iterator::count)
}

#[tokio::test(start_paused = true)]
async fn an_edited_file_becomes_a_new_version_and_undo_takes_it_back() {
    let mut app = app().await;
    app.programs.set(writes(NEW));
    app.type_in("e").await;
    app.until("saved \"plan.txt\" as a new version · u takes it back").await;
    let ran = app.programs.ran.lock().unwrap().pop().unwrap();
    assert_eq!(ran.program, "my-editor");
    assert_eq!(ran.arguments[0], "--wait");
    assert!(ran.arguments[1].to_str().unwrap().ends_with("/plan.txt"), "the name is kept for the editor");
    assert_eq!(app.ann.content("notes/plan.txt").unwrap(), NEW);
    assert_eq!(copies(&app), 0, "the copy goes once the cloud has it");
    app.type_in("u").await;
    app.until(": edited \"plan.txt\"").await;
    assert_eq!(app.ann.content("notes/plan.txt").unwrap(), OLD);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_changed_is_not_uploaded() {
    let mut app = app().await;
    app.programs.set(writes(OLD));
    app.emulator.clear_seen();
    app.type_in("<F4>").await;
    app.until("\"plan.txt\" was not changed").await;
    assert!(!app.emulator.seen().iter().any(|request| request.path.starts_with("/ul/")));
    assert_eq!(copies(&app), 0);
}

#[tokio::test(start_paused = true)]
async fn the_question_about_a_replaced_file_fits_every_size() {
    for (columns, rows) in SIZES {
        let mut app = app_at((columns, rows)).await;
        let ann = app.ann.clone();
        app.programs.set(move |path| {
            fs::write(path, NEW).unwrap();
            ann.replace("notes/plan.txt", b"theirs", 1_700_000_999).unwrap();
            ErrandEnd::Well
        });
        app.type_in("e").await;
        app.until("Edited, and changed there").await;
        if rows > 12 {
            app.until("1 entry, 6B").await; // what the others made of it has come by the channel
        }
        snapshot(&format!("conflict_{columns}x{rows}"), &app);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_replaced_meanwhile_is_asked_about() {
    for (key, told, plan, free) in [
        ("v", "saved \"plan.txt\" as a new version", NEW, None),
        ("k", "saved \"plan (2).txt\"", &b"theirs"[..], Some(NEW)),
    ] {
        let mut app = app().await;
        let ann = app.ann.clone();
        app.programs.set(move |path| {
            fs::write(path, NEW).unwrap();
            ann.replace("notes/plan.txt", b"theirs", 1_700_000_999).unwrap();
            ErrandEnd::Well
        });
        app.type_in("e").await;
        app.until("it was replaced in the cloud").await;
        assert_eq!(app.ann.content("notes/plan.txt").unwrap(), b"theirs");
        app.type_in(key).await;
        app.until(told).await;
        assert_eq!(app.ann.content("notes/plan.txt").unwrap(), plan);
        assert_eq!(app.ann.content("notes/plan (2).txt").as_deref(), free);
        assert_eq!(copies(&app), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn who_decides_later_is_told_where_the_edit_lies() {
    let mut app = app().await;
    let ann = app.ann.clone();
    app.programs.set(move |path| {
        fs::write(path, NEW).unwrap();
        ann.delete("notes/plan.txt").unwrap();
        ErrandEnd::Well
    });
    app.type_in("e").await;
    app.until("it was moved, renamed or deleted").await;
    app.type_in("<Esc>").await;
    app.until("Your edit is kept: ").await;
    assert_eq!(copies(&app), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_upload_keeps_the_edit() {
    let mut app = app().await;
    app.programs.set(writes(NEW));
    app.emulator.fault("-11@p").unwrap();
    app.type_in("e").await;
    app.until("Your edit is kept: ").await;
    assert_eq!(app.ann.content("notes/plan.txt").unwrap(), OLD);
    assert_eq!(copies(&app), 1);
}

#[tokio::test(start_paused = true)]
async fn an_editor_that_fails_puts_nothing_back() {
    let mut app = app().await;
    app.programs.set(|path| {
        fs::write(path, NEW).unwrap();
        ErrandEnd::Badly(Some(1))
    });
    app.type_in("e").await;
    app.until("was not put back").await;
    assert_eq!((app.ann.content("notes/plan.txt").unwrap(), copies(&app)), (OLD.to_vec(), 1));
    app.programs.set(|_| ErrandEnd::NotStarted("no such file".to_owned()));
    app.type_in("e").await;
    app.until("Name another in $VISUAL or $EDITOR.").await;
    assert_eq!(copies(&app), 1, "what was never edited goes");
}

#[tokio::test(start_paused = true)]
async fn what_comes_damaged_never_reaches_the_editor() {
    let mut app = app().await;
    app.emulator.fault("flip:3@dl").unwrap();
    app.type_in("e").await;
    app.until("damaged").await;
    assert!(app.programs.ran.lock().unwrap().is_empty());
    assert_eq!(copies(&app), 0);
}

#[tokio::test(start_paused = true)]
async fn fetching_fits_every_size() {
    for (columns, rows) in SIZES {
        let mut app = app_at((columns, rows)).await;
        app.emulator.fault("slow:3600s@dl").unwrap();
        app.type_in("e").await;
        app.until("Esc Stop").await;
        snapshot(&format!("fetching_{columns}x{rows}"), &app);
    }
}

#[tokio::test(start_paused = true)]
async fn fetching_can_be_stopped() {
    let mut app = app().await;
    app.emulator.fault("slow:3600s@dl").unwrap();
    app.type_in("e").await;
    app.until("Esc Stop").await;
    app.type_in("<Esc>").await;
    app.until("plan.txt").await;
    assert!(!app.screen().contains("Fetching"), "{}", app.screen());
    assert!(app.programs.ran.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_file_of_the_disk_is_edited_where_it_is() {
    let mut app = app().await;
    app.type_in("<Tab>/here<Enter>").await;
    app.programs.set(writes(NEW));
    app.type_in("e").await;
    app.until("24B").await;
    let ran = app.programs.ran.lock().unwrap().pop().unwrap();
    assert_eq!(ran.arguments[1], app.disk().join("here.txt"));
}

#[tokio::test(start_paused = true)]
async fn a_shell_runs_in_the_local_folder_of_either_side_and_what_it_did_is_shown() {
    let mut app = app().await;
    for (keys, name) in [("!", "from-the-cloud.txt"), ("<Tab>!", "from-the-disk.txt")] {
        let made = app.disk().join(name);
        app.programs.set(move |_| {
            fs::write(&made, OLD).unwrap();
            ErrandEnd::Badly(Some(1)) // the code of the last line in it
        });
        app.type_in(keys).await;
        app.until(&name[..10]).await;
        let ran = app.programs.ran.lock().unwrap().pop().unwrap();
        assert_eq!((ran.program, ran.folder), ("/bin/sh".into(), Some(app.disk())));
        assert!(!app.screen().contains("Cannot"), "{}", app.screen());
    }
    app.programs.set(|_| ErrandEnd::NotStarted("no such file".into()));
    app.type_in("!").await;
    app.until("Cannot run /bin/sh: no such file").await;
}

#[tokio::test(start_paused = true)]
async fn opening_hands_the_file_or_a_copy_to_the_system() {
    let mut app = app().await;
    app.type_in("o").await;
    app.until("opening a copy of \"plan.txt\"").await;
    let copy = app.programs.opened.lock().unwrap().pop().unwrap();
    assert_eq!(fs::read(&copy).unwrap(), OLD);
    assert!(fs::metadata(&copy).unwrap().permissions().readonly());
    app.type_in("<Tab>/here<Enter>o").await;
    assert_eq!(app.programs.opened.lock().unwrap().pop().unwrap(), app.disk().join("here.txt"));
}

#[tokio::test(start_paused = true)]
async fn properties_say_versions_sums_and_sharing() {
    let mut app = app().await;
    app.ann.replace("notes/plan.txt", NEW, 1_700_000_500).unwrap();
    app.ann.publish("notes/plan.txt").unwrap();
    app.type_in("<C-r>").await;
    app.until(" 24B").await;
    app.type_in("/plan<Enter>i").await;
    app.until("1 older one, 13 bytes").await;
    app.until("public link can read it").await;
    app.until("handle    H:").await;
    app.type_in("qh").await;
    app.until("notes/").await;
    app.type_in("/notes<Enter>i").await;
    app.until("1 file in 0 folders").await;
    app.until("13 bytes of older ones").await;
    app.type_in("q<Tab>Ai").await;
    app.until("1 file in 0 folders").await;
    app.until("marked    1 entry").await;
}
