#![cfg(test)]
//! An account whose file list takes its time: what has come of it can be looked at, nothing can be changed, and what was
//! shown early is never taken for the whole. Keys go into the real loop; the line is held by the test, and time is paused.

mod stage;

use std::sync::Arc;

use megapane::handle::NodeHandle;
use stage::held::{Flow, Held, in_order};
use stage::{App, SIZES, Stage, stage};

/// Nodes of the account, in the order in which the list has them.
struct Nodes {
    first: NodeHandle,
    second: NodeHandle,
}

/// `alpha` and `beta` come first, then what is in `beta`, and `gamma` at last.
fn account() -> (Stage, Nodes) {
    let mut nodes = None;
    let stage = stage(
        |ann| {
            in_order(ann, "", ["alpha/", "beta/", "gamma/"]);
            let [first, second] = in_order(ann, "beta", ["m-first.txt", "a-second.txt"]);
            nodes = Some(Nodes { first, second });
        },
        &[("mine.txt", b"mine".to_vec())],
    );
    (stage, nodes.unwrap())
}

/// The program while the list is held in the middle of `beta`, with the cursor in the account.
async fn held() -> (App, Held, Nodes) {
    let (stage, nodes) = account();
    let line = Held::new(stage.emulator.transport(), Flow::To(nodes.second));
    let mut app = App::through(stage, Arc::new(line.clone()), SIZES[0]);
    app.until("beta/").await;
    app.type_in("<Tab>").await;
    (app, line, nodes)
}

/// The line on which the cursor of the right pane stands.
fn cursor(app: &App) -> String {
    let right = |line: &str| line.chars().skip(40).collect::<String>();
    app.screen().lines().map(right).find(|line| line.contains('▌')).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn the_first_folders_can_be_entered_and_the_cursor_stays_when_the_rest_comes() {
    let (mut app, line, _) = held().await;
    let screen = app.screen();
    assert!(screen.contains("loading "), "{screen}");
    assert!(screen.contains("alpha/") && !screen.contains("gamma"), "{screen}");
    assert!(screen.contains("2 entries so far"), "{screen}");
    app.type_in("<Down><Enter>").await;
    app.until("m-first.txt").await;
    assert!(app.screen().contains("work:/beta") && !app.screen().contains("a-second"), "{}", app.screen());
    assert!(cursor(&app).contains("m-first.txt"), "{}", app.screen());
    app.type_in("<Space>").await;
    line.set(Flow::Free);
    app.until("a-second.txt").await;
    assert!(cursor(&app).contains("m-first.txt"), "{}", app.screen());
    app.until("1 marked, 11B of 23B").await;
    assert!(!app.screen().contains("loading"), "{}", app.screen());
    app.type_in("<Backspace>").await;
    app.until("gamma/").await;
    assert!(cursor(&app).contains("beta/"), "{}", app.screen());
}

/// The side of the account, without how far the list is: its length is that of random numbers.
fn right_side(app: &App) -> String {
    let right = |line: &str| line.rsplit('│').next().unwrap_or_default().trim_end().to_owned();
    let mut lines: Vec<String> = app.screen().lines().map(right).collect();
    let (before, _) = lines[0].split_once("loading").expect("the header says so");
    lines[0] = format!("{}loading", before.trim_end_matches("still ").trim_end().to_owned() + " … ");
    lines.join("\n")
}

#[tokio::test(start_paused = true)]
async fn the_screen_says_that_more_is_on_its_way() {
    for (width, height) in SIZES {
        let (stage, nodes) = account();
        let line = Held::new(stage.emulator.transport(), Flow::To(nodes.second));
        let mut app = App::through(stage, Arc::new(line), (width, height));
        app.until("mine.txt").await;
        app.type_in("<Tab>").await;
        app.until("beta/").await;
        app.type_in("<Down><Enter>").await;
        app.until("m-first").await;
        insta::assert_snapshot!(format!("{width}x{height}"), right_side(&app));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_of_a_list_on_its_way_is_refused_and_can_be_asked_again() {
    let (mut app, line, _) = held().await;
    let before = app.ann.paths();
    for (keys, verb) in [("<F5>", "copy"), ("<F6>", "move"), ("<F8>", "trash"), ("<Tab><F5>", "copy")] {
        app.type_in(keys).await;
        app.until(&format!("{verb}: work: is still loading")).await;
        app.type_in("<Esc>").await;
    }
    app.type_in("<Tab><F7>").await;
    app.until("new folder: its account is still loading").await;
    line.set(Flow::Free);
    app.until("gamma/").await;
    assert_eq!(app.ann.paths(), before, "nothing was done meanwhile, and nothing later by itself");
    app.type_in("<F7>new<Enter>").await;
    app.until("new/").await;
    assert!(app.ann.paths().iter().any(|path| path.ends_with("new/")), "{:?}", app.ann.paths());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_is_asked_for_again_and_what_had_come_stays_meanwhile() {
    let (mut app, line, nodes) = held().await;
    app.type_in("<Down><Enter>").await;
    app.until("m-first.txt").await;
    line.set(Flow::Breaks(nodes.second));
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    line.set(Flow::To(nodes.first));
    app.type_in("<Up>").await;
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    app.until("loading ").await;
    assert!(app.screen().contains("m-first.txt"), "less came than before\n{}", app.screen());
    line.set(Flow::Free);
    app.until("a-second.txt").await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_comes_leaves_nothing_that_looks_like_an_account() {
    let (mut app, line, nodes) = held().await;
    line.set(Flow::Breaks(nodes.second));
    app.until("tries again").await;
    let screen = app.screen();
    assert!(!screen.contains("alpha") && !screen.contains("beta"), "{screen}");
    line.set(Flow::Free);
    app.type_in("<Enter>").await;
    app.until("gamma/").await;
}

/// The left side of the screen.
fn left_side(app: &App) -> String {
    app.screen().lines().map(|line| line.chars().take(40).collect::<String>() + "\n").collect()
}

#[tokio::test(start_paused = true)]
async fn a_typed_folder_opens_as_soon_as_it_has_come() {
    let (mut app, line, _) = held().await;
    app.type_in("<Tab>gpwork:beta<Enter>").await;
    app.until("m-first.txt").await;
    let left = left_side(&app);
    assert!(left.contains("work:/beta") && left.contains("m-first.txt"), "{left}");
    assert!(!left.contains("a-second"), "{left}");
    line.set(Flow::Free);
    app.until("a-second.txt").await;
    assert!(!app.screen().contains("ambiguous"), "{}", app.screen());
}

#[tokio::test(start_paused = true)]
async fn a_typed_file_that_has_come_is_shown_in_its_folder() {
    let (mut app, _line, _) = held().await;
    app.type_in("<Tab>gpwork:beta/m-first.txt<Enter>").await;
    app.until("m-first.txt").await;
    let left = left_side(&app);
    assert!(left.contains("work:/beta") && left.contains("▌ m-first.txt"), "{left}");
}

#[tokio::test(start_paused = true)]
async fn a_typed_folder_that_has_not_come_yet_says_what_it_waits_for() {
    let (mut app, line, _) = held().await;
    app.type_in("<Tab>gpwork:gamma<Enter>").await;
    app.until("waits for work:").await;
    assert!(left_side(&app).contains("mine.txt"), "it stays where it is\n{}", app.screen());
    line.set(Flow::Free);
    app.until("work:/gamma").await;
    assert!(!app.screen().contains("waits for"), "{}", app.screen());
    app.type_in("gpwork:delta<Enter>").await;
    app.until("Cannot find \"work:delta\"").await;
}

#[tokio::test(start_paused = true)]
async fn a_path_that_turns_out_to_mean_several_folders_is_not_silently_the_first() {
    let (stage, nodes) = account();
    stage.ann.rename("gamma", "beta").unwrap();
    let line = Held::new(stage.emulator.transport(), Flow::To(nodes.second));
    let mut app = App::through(stage, Arc::new(line.clone()), SIZES[0]);
    app.until("beta/").await;
    app.type_in("gpwork:beta<Enter>").await;
    app.until("m-first.txt").await;
    line.set(Flow::Free);
    app.until("ambiguous").await;
    assert!(app.screen().contains("m-first.txt"), "it stays where it is\n{}", app.screen());
}
