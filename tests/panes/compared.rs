//! Two folders held against each other: signs on both sides, what differs, and the way from there.

use crate::app::App;

/// Both sides with files of the same name, size and time; then each with something of its own.
async fn app() -> App {
    let both = ["same.txt", "Deep/er/x.txt"];
    let app = App::start(
        &[both[0], both[1], "left.txt", "changed.txt", "Half/a.txt", "Half/b.txt"],
        &[both[0], both[1], "right.txt", "Half/a.txt"],
    )
    .await;
    let root = app.ann.roots()[0];
    app.ann.file_in(root, "changed.txt", b"longer than before", Some(1_600_000_000));
    app.ann.file_in(root, "timeless.txt", b"12345", None);
    std::fs::write(app.disk("timeless.txt"), b"12345").unwrap();
    app.type_in("<C-r><Tab><C-r><Tab>").await;
    app
}

/// The sign of a row, on a side.
fn sign(app: &App, side: usize, name: &str) -> String {
    let picture = app.picture();
    let halves: Vec<&str> = picture.lines().skip(2).filter_map(|line| line.split('│').nth(side)).collect();
    let row =
        halves.iter().find(|half| half.contains(name)).unwrap_or_else(|| panic!("no {name}\n{picture}"));
    row.trim_end()
        .chars()
        .last()
        .filter(|sign| "=≠+~✓!".contains(*sign))
        .map(String::from)
        .unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn both_panes_show_what_is_the_same_differs_or_is_alone() {
    let app = app().await;
    for keys in ["C", "<Esc><Tab><C-x>d"] {
        app.type_in(keys).await;
        for (name, expected) in
            [("same.txt", "="), ("Deep/", "="), ("changed.txt", "≠"), ("Half/", "≠"), ("timeless", "~")]
        {
            assert_eq!(sign(&app, 0, name), expected, "{name}\n{}", app.picture());
            assert_eq!(sign(&app, 1, name), expected, "{name}\n{}", app.picture());
        }
        assert_eq!((sign(&app, 0, "left.txt"), sign(&app, 1, "right.txt")), ("+".into(), "+".into()));
        app.must_show("2 same, 1 not proven, 2 differ, 1 only here, 1 only there");
    }
}

#[tokio::test(start_paused = true)]
async fn what_differs_is_marked_walked_through_and_shown_alone() {
    let app = app().await;
    app.type_in("}").await;
    app.must_show("compare the two folders with C first");
    app.dash("Cgg}").await;
    app.must_not_show("with C first");
    app.type_in("gg}").await;
    assert_eq!(app.cursor(0), "Half/");
    app.type_in("}").await;
    assert_eq!(app.cursor(0), "changed.txt");
    app.type_in("}}").await;
    assert_eq!(app.cursor(0), "Half/", "round from the last");
    app.type_in("{").await;
    assert_eq!(app.cursor(0), "left.txt");
    app.type_in("#").await;
    app.must_not_show("same.txt");
    app.type_in("#M").await;
    app.must_show("same.txt");
    app.must_show("3 marked");
    app.type_in("<Esc>>").await;
    app.must_show("1 marked");
    app.type_in("<Esc>^").await;
    app.must_show("1 marked");
    app.type_in("c").await;
    app.must_show("copy  1 marked entry");
}

#[tokio::test(start_paused = true)]
async fn signs_go_when_a_folder_changes_and_with_escape() {
    let app = app().await;
    app.type_in("C").await;
    assert_eq!(sign(&app, 1, "same.txt"), "=");
    app.type_in("<Esc>").await;
    assert_eq!((sign(&app, 0, "same.txt"), sign(&app, 1, "same.txt")), (String::new(), String::new()));
    app.type_in("CaNew<Enter>").await;
    assert_eq!(sign(&app, 1, "same.txt"), "", "{}", app.picture());
    app.type_in("C<Tab>ggj<Enter>").await;
    assert_eq!(sign(&app, 0, "same.txt"), "", "{}", app.picture());
    app.type_in("<Tab>=C").await;
    app.must_show("both panes show the same folder");
}

#[tokio::test(start_paused = true)]
async fn two_folders_of_the_disk_are_compared_too() {
    let app = App::start(&["A/x.txt", "B/x.txt", "B/y.txt"], &[]).await;
    app.type_in("gp~/disk/A<Enter><Tab>gp~/disk/B<Enter>C").await;
    assert_eq!(
        (sign(&app, 0, "x.txt"), sign(&app, 1, "y.txt")),
        ("=".into(), "+".into()),
        "{}",
        app.picture()
    );
}

#[tokio::test(start_paused = true)]
async fn what_verify_has_proven_gets_its_own_sign() {
    let app = app().await;
    app.type_in("ggV<Esc>").await;
    assert_eq!(sign(&app, 0, "timeless"), "✓", "{}", app.picture());
    assert_eq!((sign(&app, 1, "same.txt"), sign(&app, 1, "Deep/")), ("✓".into(), "✓".into()));
    assert_eq!((sign(&app, 0, "Half/"), sign(&app, 0, "left.txt")), ("≠".into(), "+".into()));
}

#[tokio::test(start_paused = true)]
async fn a_sync_shows_what_it_would_do_and_does_it_with_a_yes_either_way() {
    let app = app().await;
    app.type_in("S").await;
    app.must_show("make work:/ like ~/disk");
    app.must_show("1 file only there, 9B: into the rubbish bin");
    app.must_show("1 file replaced, 11B: the old ones become versions");
    app.must_show("2 files copied");
    app.type_in("<Enter><Esc>").await;
    assert!(app.ann.node("right.txt").is_some(), "nothing is changed before the yes");
    app.type_in("Sy").await;
    app.settle().await;
    assert!(
        app.ann.node("right.txt").is_none() && app.ann.node("Half/b.txt").is_some(),
        "{:?}",
        app.ann.paths()
    );
    assert_eq!(app.ann.rubbish_paths(), ["right.txt"]);
    app.type_in("C").await;
    app.must_not_show("differ");
    std::fs::write(app.disk("more.txt"), b"1").unwrap();
    app.type_in("<Tab>Sy").await;
    app.settle().await;
    assert!(!app.disk("more.txt").exists());
    app.type_in("S").await;
    app.must_show("nothing to do: the two folders are alike");
}
