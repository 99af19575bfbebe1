//! What is looked for: by a name below a folder, in the folder, and by a filter.

use crate::app::App;

const DISK: &[&str] = &["a/b/castle.jpg", "a/castle.txt", "Castle.md", "zoo/x.txt", ".hid/castle.sh"];
const CLOUD: &[&str] = &["Photos/Lisbon/castle.jpg", "Photos/castle-night.jpg", "old.txt"];

#[tokio::test(start_paused = true)]
async fn names_below_a_folder_are_found_while_they_are_typed_and_gone_to() {
    let app = App::start(DISK, CLOUD).await;
    for (side, count, folder) in [(0, "4 of 9", "~/disk/a/b"), (1, "2 of 5", "work:/Photos/Lisbon")] {
        app.type_in("Fcast").await;
        app.must_show(count);
        app.type_in("le.jpg").await;
        app.must_show("castle.jpg");
        app.must_not_show("castle.txt");
        app.type_in("<Enter>").await;
        assert!(app.header(side).starts_with(folder), "{}", app.picture());
        assert_eq!(app.cursor(side), "castle.jpg");
        app.type_in("<Tab>").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pattern_fits_whole_names_and_escape_leaves_everything_as_it_was() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("<M-?>*.txt").await;
    app.must_show("castle.txt");
    app.must_show("x.txt");
    app.must_not_show("castle.jpg");
    app.type_in("<C-u>zzz").await;
    app.must_show("nothing below this folder fits");
    app.type_in("<Esc>").await;
    assert!(app.header(0).starts_with("~/disk ") && app.shows("zoo/"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn what_is_found_is_marked_and_copied_or_thrown_away_from_where_it_is() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("Fcastle<Tab>Ac").await;
    app.must_show("copy  4 entries");
    app.type_in("c<Esc>").await;
    app.settle().await;
    for name in ["castle.jpg", "castle.txt", "Castle.md", "castle.sh"] {
        assert!(app.ann.node(name).is_some(), "{name}: {:?}", app.ann.paths());
    }
    app.type_in("<Tab>gcF*.jpg<Tab>Add<Esc>").await;
    app.settle().await;
    assert!(app.ann.node("Photos/castle-night.jpg").is_none(), "{:?}", app.ann.paths());
    app.type_in("<Tab>Fcastle.txt<Tab>dd<Esc>").await;
    app.settle().await;
    assert!(!app.disk("a/castle.txt").exists());
    assert!(app.disk("Castle.md").exists());
}

#[tokio::test(start_paused = true)]
async fn keys_typed_at_once_search_for_all_of_them() {
    let app = App::start(DISK, CLOUD).await;
    app.dash("Fcastle.jp<Enter>").await;
    assert_eq!(app.cursor(0), "castle.jpg", "Enter waits for the first of them");
    app.type_in("gp~/disk<Enter>").await;
    app.dash("Fcastle.md").await;
    app.must_show("> castle.md");
    app.must_show("1 of 9");
}

#[tokio::test(start_paused = true)]
async fn letters_in_order_find_a_name_and_filters_and_words_of_folders_narrow() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("<Tab>Fcsnight").await;
    app.must_show("1 of 5");
    app.must_show("castle-night.jpg");
    app.type_in("<C-u>castle lisbon").await;
    app.must_show("1 of 5");
    app.must_not_show("castle-night");
    app.type_in("<C-u>kind:image size:<lt>1K").await;
    app.must_show("2 of 5");
    app.type_in("<C-u>size:>big").await;
    app.must_show("write a size like");
    app.type_in("<C-u>/^castle.*(jpg|png)$/").await;
    app.must_show("2 of 5");
    app.type_in("<Esc><Tab>F'stle .txt$").await;
    app.must_show("1 of 9");
}

#[tokio::test(start_paused = true)]
async fn the_whole_account_is_searched_from_anywhere_with_bin_and_shares() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("<Tab>jdd").await;
    app.settle().await;
    app.type_in("<Tab>gfold").await;
    app.must_show("Find in all of work:");
    app.must_show("old.txt");
    app.must_show("work://bin");
    app.type_in("<C-t>").await;
    app.must_show("nothing below this folder fits");
    app.type_in("<C-t><Enter>").await;
    assert!(app.header(1).starts_with("work://bin"), "{}", app.picture());
    assert_eq!(app.cursor(1), "old.txt");
}

#[tokio::test(start_paused = true)]
async fn a_hit_is_renamed_shown_and_put_on_the_clipboard_and_the_list_follows() {
    let app = App::start(DISK, CLOUD).await;
    for side in ["", "<Tab>"] {
        app.type_in(side).await;
        app.type_in("Fcastle jpg<Tab>").await;
        app.must_show("castle.jpg");
        app.type_in("yn").await;
        app.must_show("on the clipboard: castle");
        app.type_in("yy").await;
        app.must_show("/castle");
        app.type_in("r<C-u>fort.jpg<Enter>").await;
        app.type_in("/<C-u>fort<Tab>").await;
        app.must_show("fort.jpg");
        app.type_in("i").await;
        app.must_show("Properties");
        app.type_in("<Esc><Esc>").await;
    }
    assert!(app.disk("a/b/fort.jpg").exists());
    assert!(app.ann.node("Photos/Lisbon/fort.jpg").is_some(), "{:?}", app.ann.paths());
}

#[tokio::test(start_paused = true)]
async fn quick_find_jumps_while_typing_and_escape_returns() {
    let app = App::start(DISK, CLOUD).await;
    for (side, text, found) in [(0, "zo", "zoo/"), (1, "old", "old.txt")] {
        let before = app.cursor(side);
        app.type_in("/").await;
        app.type_in(text).await;
        assert_eq!(app.cursor(side), found);
        app.type_in("<Esc>").await;
        assert_eq!(app.cursor(side), before);
        app.dash(&format!("/{text}<Enter>ggn")).await;
        assert_eq!(app.cursor(side), found);
        app.type_in("ggN<Tab>").await;
        assert_eq!(app.cursor(side), found);
    }
}

#[tokio::test(start_paused = true)]
async fn a_filter_narrows_with_each_key_and_escape_takes_it_back() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("fz").await;
    app.must_show("zoo/");
    app.must_not_show("Castle.md");
    app.type_in("<Backspace>").await;
    app.must_show("Castle.md");
    app.type_in("cas<Esc>").await;
    app.must_show("zoo/");
    app.type_in("fcas<Enter>").await;
    app.must_not_show("zoo/");
    app.type_in("<Esc>").await;
    app.must_show("zoo/");
    app.dash("fcas<Enter>G<Space>").await;
    app.must_show("1 marked");
}
