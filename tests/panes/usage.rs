//! What takes the space: looked at on both sides, gone through, and thrown away from there.

use crate::app::App;

const DISK: &[&str] = &["big/deep/a name that makes a large file.bin", "big/x", "small", "void/"];
const CLOUD: &[&str] =
    &["Photos/Lisbon/castle at night in the rain.jpg", "Photos/a.jpg", "old.txt", "Empty/"];

#[tokio::test(start_paused = true)]
async fn folders_are_added_up_gone_into_and_left_on_both_sides() {
    let app = App::start(DISK, CLOUD).await;
    for (title, first, inner) in [("~/disk", "big/", "deep/"), ("work:/", "Photos/", "Lisbon/")] {
        app.type_in("z").await;
        app.must_show(&format!("Usage {title}"));
        assert!(app.line_with("▌").contains(first), "{}", app.picture());
        app.must_show("2 files");
        app.type_in("<Enter>").await;
        assert!(app.line_with("▌").contains(inner), "{}", app.picture());
        app.type_in("h").await;
        assert!(app.line_with("▌").contains(first), "the cursor is on the folder that was left");
        app.type_in("<Down>s").await;
        app.must_show("by files");
        app.type_in("s").await;
        app.must_show("by name");
        app.type_in("z<Tab>").await;
        app.must_not_show("Usage ");
    }
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_much_goes_to_the_bin_which_is_a_row_then() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("<Tab>z").await;
    app.must_not_show("Rubbish bin/");
    app.type_in("dd").await;
    app.settle().await;
    assert!(app.line_with("Rubbish bin/").contains("2 files"), "{}", app.picture());
    app.type_in("gg<Enter>").await;
    app.must_show("Usage work://bin");
    app.type_in("d").await;
    app.must_show("this is the rubbish bin");
    app.type_in("<Esc><Tab>z<Space>dd").await;
    app.settle().await;
    assert!(!app.disk("big").exists());
    app.must_not_show("big/");
}

#[tokio::test(start_paused = true)]
async fn the_largest_the_oldest_and_the_empty_are_lists_to_act_on() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("zL").await;
    app.must_show("> is:file sort:size");
    assert!(app.line_with("▌").contains("a name that makes"), "{}", app.picture());
    app.type_in("<Esc>E").await;
    assert!(app.line_with("▌").contains("void/"), "{}", app.picture());
    app.type_in("dd").await;
    app.settle().await;
    assert!(!app.disk("void").exists());
    app.type_in("<Esc><Esc><Tab>zE").await;
    assert!(app.line_with("▌").contains("Empty/"), "{}", app.picture());
    app.type_in("<Enter>").await;
    assert!(app.header(1).starts_with("work:/") && app.cursor(1) == "Empty/", "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn what_others_change_shows_by_itself_and_a_row_is_shown_in_the_pane() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("<Tab>z").await;
    app.ann.file("Huge/one file", &[7; 5000], 1_700_000_000);
    app.settle().await;
    assert!(app.line_with("Huge/").contains("4.9K"), "{}", app.picture());
    app.type_in("o").await;
    assert_eq!(app.cursor(1), "Huge/");
}

#[tokio::test(start_paused = true)]
async fn keys_typed_at_once_go_through_folders_as_typed() {
    let app = App::start(DISK, CLOUD).await;
    app.dash("<Tab>z<Enter><Enter>").await;
    app.must_show("Usage work:/Photos/Lisbon");
    app.dash("hhz<Tab>z<Enter><Enter>").await;
    app.must_show("Usage ~/disk/big/deep");
}
