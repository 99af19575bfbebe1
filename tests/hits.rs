#![cfg(test)]
//! What was found by a search, through the real loop: what a key does on a row of a pane it does on a hit; and hits are
//! there before all has been looked at. Time is paused.

mod stage;

use std::fs;
use std::sync::Arc;

use megapane::message::Event;
use megapane::ui::errand::ErrandEnd;
use stage::{App, Stage, stage};
use tokio::sync::Notify;

const OLD: &[u8] = b"the old text\n";
const NEW: &[u8] = b"the new and longer text\n";

/// Castles in two folders of each side, and what has other names.
fn castles() -> Stage {
    let stage = stage(
        |ann| {
            for path in ["a/castle.txt", "b/deep/castle.txt", "b/deep/tower.txt", "other.txt"] {
                ann.file(path, OLD, 1_700_000_000);
            }
        },
        &[("here.txt", OLD.to_vec())],
    );
    for path in ["a/castle.txt", "b/deep/castle.txt", "b/deep/tower.txt"] {
        let path = stage.scratch.path().join("disk").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, OLD).unwrap();
    }
    stage
}

/// Begins a search below the top of the disk or of the account, and goes to its hits.
async fn found(cloud: bool, text: &str) -> App {
    let mut app = App::start(castles());
    app.until("here.txt").await;
    app.until("other.txt").await;
    if cloud {
        app.type_in("<Tab>").await;
    }
    app.type_in(&format!("F{text}<Tab>")).await;
    app
}

#[tokio::test(start_paused = true)]
async fn a_hit_is_edited_where_it_is() {
    for (cloud, told) in [(true, "saved \"castle.txt\" as a new version"), (false, "castle.txt")] {
        let mut app = found(cloud, "castle deep").await;
        app.programs.set(|path| {
            assert_eq!(fs::read(path).unwrap(), OLD);
            fs::write(path, NEW).unwrap();
            ErrandEnd::Well
        });
        app.type_in("e").await;
        app.until(told).await;
        app.until(" 24B").await; // the hits are looked for again
        let now = if cloud {
            app.ann.content("b/deep/castle.txt").unwrap()
        } else {
            fs::read(app.disk().join("b/deep/castle.txt")).unwrap()
        };
        assert_eq!(now, NEW);
        assert_eq!(app.programs.ran.lock().unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hit_is_opened_with_the_systems_program() {
    for cloud in [true, false] {
        let mut app = found(cloud, "tower").await;
        app.type_in("o").await;
        if cloud {
            app.until("opening a copy of \"tower.txt\"").await;
        }
        let opened = app.programs.opened.lock().unwrap().pop().unwrap();
        assert!(opened.ends_with("tower.txt"), "{}", opened.display());
        assert_eq!(fs::read(opened).unwrap(), OLD);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hit_gets_a_link_and_its_versions_are_shown() {
    let mut app = found(true, "tower").await;
    app.type_in("s").await;
    app.until("No public link").await;
    app.type_in("<Esc>gV").await;
    app.until("Versions").await;
    app.type_in("<Esc>").await;
    app.until("> tower").await;
    let mut app = found(false, "tower").await;
    app.type_in("yl").await;
    app.until("copy link: only entries of the cloud have that").await;
    app.type_in("B").await;
    app.until("add bookmark: not for what was found").await;
    app.type_in("Q").await;
    app.until("Q is no key here").await;
}

#[tokio::test(start_paused = true)]
async fn a_begun_sequence_shows_how_it_goes_on_and_escape_drops_it() {
    let mut app = found(true, "tower").await;
    app.type_in("y").await;
    app.until("l copy link").await;
    app.type_in("<Esc>").await;
    app.until("Enter Go there").await;
    app.type_in("gv").await;
    app.until("the old text").await;
    app.type_in("qgg<F2>").await;
    app.until("Rename").await;
}

/// Names stand in each other's way only within a folder, and a folder is renamed after what is in it.
#[tokio::test(start_paused = true)]
async fn hits_in_several_folders_get_new_names_at_once_and_one_key_takes_it_back() {
    for cloud in [true, false] {
        let mut app = found(cloud, "castle.txt").await;
        app.type_in("A").await;
        app.programs.set(|sheet| {
            assert_eq!(fs::read_to_string(sheet).unwrap(), "castle.txt\ncastle.txt\n");
            fs::write(sheet, "fort.txt\nfort.txt\n").unwrap();
            ErrandEnd::Well
        });
        app.type_in("r").await;
        app.until("2 of 2 entries get another name").await;
        app.type_in("<Enter>").await;
        app.until("renamed 2 entries").await;
        let is_there = |app: &App, name: &str| {
            let paths = ["a", "b/deep"].map(|folder| format!("{folder}/{name}"));
            let on_disk = |path: &String| app.disk().join(path).exists();
            paths.iter().all(|path| if cloud { app.ann.node(path).is_some() } else { on_disk(path) })
        };
        assert!(is_there(&app, "fort.txt") && !is_there(&app, "castle.txt"));
        app.type_in("u").await;
        app.until("undone: renamed 2 entries").await;
        assert!(is_there(&app, "castle.txt"));
        // What is in the way in one of the folders is told by its line.
        app.type_in("/<C-u>castle.txt<Tab>A").await;
        app.programs.set(|sheet| {
            fs::write(sheet, "tower.txt\ntower.txt\n").unwrap();
            ErrandEnd::Well
        });
        app.type_in("R").await;
        app.until("there is an entry \"tower.txt\" already").await;
        app.until("1 line is at fault").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_and_what_is_in_it_are_renamed_together() {
    let mut app = found(false, "e").await;
    app.type_in("A").await;
    app.programs.set(|sheet| {
        let names = fs::read_to_string(sheet).unwrap();
        let new: Vec<String> = names.lines().map(|name| format!("new {name}")).collect();
        fs::write(sheet, new.join("\n") + "\n").unwrap();
        ErrandEnd::Well
    });
    app.type_in("R").await;
    app.until("get another name").await;
    app.type_in("<Enter>").await;
    app.until("renamed 5 entries").await;
    for path in ["b/new deep/new castle.txt", "b/new deep/new tower.txt", "a/new castle.txt", "new here.txt"]
    {
        assert!(app.disk().join(path).exists(), "{path}");
    }
}

/// More nodes than are looked at in one go. What the worker tells first is on the screen while it is heard no further: so it
/// has not waited for the rest.
#[tokio::test(start_paused = true)]
async fn the_first_hits_are_shown_before_the_whole_account_was_gone_through() {
    const NODES: usize = 40_000;
    let stage = stage(
        |ann| {
            ann.file("castle.txt", OLD, 1_700_000_000);
            let many = ann.folder("many");
            for number in 0..NODES {
                ann.folder_in(many, &format!("f{number}"));
            }
        },
        &[("here.txt", OLD.to_vec())],
    );
    let gate = Arc::new(Notify::new());
    let has_hits = |event: &Event| matches!(event, Event::Hits { hits, .. } if !hits.is_empty());
    let mut app = App::held_behind(stage, has_hits, Arc::clone(&gate));
    app.until("many/").await;
    app.type_in("gfc").await;
    app.until("1 of 16,384…").await;
    assert!(app.screen().contains("castle.txt"), "{}", app.screen());
    gate.notify_one();
    app.until("1 of 40,002 ").await;
    assert!(app.screen().contains("castle.txt"), "{}", app.screen());
}
