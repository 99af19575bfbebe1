//! Through folders: back and forward, tabs, both sides together, places.

use crate::app::App;

const DISK: &[&str] = &["Lisbon/tram.txt", "Porto/wine.txt", "a.txt"];
const CLOUD: &[&str] = &["Lisbon/tram.txt", "Music/fado.txt", "a.txt"];

#[tokio::test(start_paused = true)]
async fn back_and_forward_return_to_the_row_where_one_was() {
    let app = App::start(DISK, CLOUD).await;
    for side in [0, 1] {
        app.type_in("/Lis<Enter><Enter>").await;
        assert!(app.header(side).contains("Lisbon"), "{}", app.picture());
        app.type_in("G").await;
        assert_eq!(app.cursor(side), "tram.txt");
        app.type_in("H").await;
        assert!(!app.header(side).contains("Lisbon"), "{}", app.picture());
        assert_eq!(app.cursor(side), "Lisbon/");
        app.type_in("L").await;
        assert_eq!(app.cursor(side), "tram.txt");
        app.type_in("<M-Left>G<M-Right>").await;
        assert_eq!(app.cursor(side), "tram.txt");
        app.type_in("L").await;
        app.must_show("nothing to go forward to");
        app.type_in("<Tab>").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pane_that_showed_the_disk_goes_back_to_it_from_the_cloud() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("ggjjgc").await;
    assert!(app.header(0).starts_with("work:/"), "{}", app.picture());
    app.type_in("H").await;
    assert!(app.header(0).starts_with("~/disk"), "{}", app.picture());
    assert_eq!(app.cursor(0), "Porto/");
    app.type_in("LgbHHH").await;
    assert!(app.header(0).starts_with("~/disk"), "{}", app.picture());
    app.must_show("this is where this pane began");
}

#[tokio::test(start_paused = true)]
async fn folders_that_are_gone_are_skipped_with_a_sentence() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("/Lis<Enter><Enter>h/Por<Enter><Enter>h").await;
    std::fs::remove_dir_all(app.disk("Porto")).unwrap();
    app.type_in("HH").await; // past ~/disk, where one stands, to Porto
    app.must_not_show("Porto/ ");
    std::fs::remove_dir_all(app.disk("Lisbon")).unwrap();
    app.type_in("gcH").await;
    assert!(app.header(0).starts_with("~/disk"), "{}", app.picture());
    app.type_in("H").await;
    assert!(app.header(0).starts_with("~/disk"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn tabs_keep_place_cursor_marks_and_order() {
    let app = App::start(DISK, CLOUD).await;
    for side in [0, 1] {
        app.type_in("/a.t<Enter><Space>,sgg").await;
        app.type_in("T").await;
        assert!(app.header(side).starts_with("1 [2] "), "{}", app.picture());
        app.must_show("size ↓");
        app.type_in("/Lis<Enter><Enter>").await;
        assert!(app.header(side).contains("Lisbon"), "{}", app.picture());
        app.type_in("1").await;
        assert!(app.header(side).starts_with("[1] 2 ") && !app.header(side).contains("Lisbon"));
        app.must_show("1 marked");
        app.type_in("]").await;
        assert!(app.header(side).starts_with("1 [2] ") && app.header(side).contains("Lisbon"));
        app.type_in("[T").await;
        assert!(app.header(side).starts_with("1 [2] 3 "), "behind the shown one: {}", app.picture());
        app.type_in("W").await;
        assert!(app.header(side).starts_with("1 [2] "), "{}", app.picture());
        app.type_in("7").await;
        app.must_show("there is no tab 7");
        app.type_in("WW").await;
        app.must_show("there is only this one");
        app.type_in("<Esc><Esc><Tab>").await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_number_of_tabs_is_bounded_and_a_tab_behind_hears_of_changes() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("TTTTTTTTT").await;
    app.must_show("a pane has 9 tabs at most");
    app.type_in("1").await;
    app.type_in("aNew<Enter>").await;
    app.type_in("9").await;
    app.must_show("New/");
    app.type_in("x").await;
    assert!(app.header(1).starts_with("1 2 3 4 5 6 7 8 [9]"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn both_sides_go_into_and_out_of_folders_together_as_far_as_both_have_them() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("Y").await;
    assert!(app.header(0).contains('↔') && app.header(1).contains('↔'), "{}", app.picture());
    app.type_in("ggj<Enter>").await;
    assert!(app.header(0).contains("Lisbon") && app.header(1).contains("Lisbon"), "{}", app.picture());
    app.type_in("h").await;
    assert!(!app.header(0).contains("Lisbon") && !app.header(1).contains("Lisbon"), "{}", app.picture());
    app.type_in("ggjj<Enter>").await;
    app.must_show("work:/ has no folder \"Porto\": it stays");
    assert!(app.header(0).contains("Porto") && !app.header(1).contains("Porto"), "{}", app.picture());
    app.type_in("h").await;
    assert!(app.header(0).starts_with("~/disk") && app.header(1).starts_with("work:/"));
    app.type_in("<Tab>/Lis<Enter><Enter>").await;
    assert!(app.header(0).contains("Lisbon") && app.header(1).contains("Lisbon"), "{}", app.picture());
    app.type_in("Yh").await;
    assert!(app.header(0).contains("Lisbon") && !app.header(1).contains("Lisbon"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn keys_typed_ahead_of_both_sides_are_about_the_folders_entered() {
    let app = App::start(&["A/A/x.txt"], &["A/A/y.txt"]).await;
    app.dash("Yggj<Enter>j<Enter>jhh").await;
    assert_eq!((app.cursor(0), app.cursor(1)), ("A/".to_owned(), "A/".to_owned()));
    assert!(
        app.header(0).starts_with("~/disk ↔") && app.header(1).starts_with("work:/ ↔"),
        "{}",
        app.picture()
    );
}

#[tokio::test(start_paused = true)]
async fn every_place_of_an_account_has_a_key() {
    let app = App::start(DISK, CLOUD).await;
    for (keys, title) in
        [("gb", "work://bin"), ("gs", "work://in"), ("gi", "work://inbox"), ("go", "work://orphans")]
    {
        app.type_in(keys).await;
        assert!(app.header(0).starts_with(title), "{}", app.picture());
    }
    app.type_in("gh").await;
    assert!(app.header(0).starts_with('~'), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn folders_and_tabs_come_back_where_the_configuration_wants_it_and_only_there() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("/Lis<Enter><Enter>q").await;
    let app = app.restart().await;
    assert!(app.header(0).starts_with("~/disk "), "{}", app.picture());
    let app = app.keeping_screens().await;
    assert!(app.header(0).starts_with("~/disk "), "there is none yet: {}", app.picture());
    app.type_in("/Lis<Enter><Enter>T,sh1<Tab>/Mus<Enter><Enter>q").await;
    let app = app.restart().await;
    assert!(app.header(0).starts_with("[1] 2 ~/disk/Lisbon"), "{}", app.picture());
    assert!(app.header(1).starts_with("work:/Music"), "{}", app.picture());
    app.type_in("<Tab>2").await;
    assert!(app.header(0).starts_with("1 [2] ~/disk "), "{}", app.picture());
    app.must_show("size ↓");
}
