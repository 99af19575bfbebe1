//! The review of duplicates by its keys: groups are decided on, the plan is shown and carried out, and taken back.

use crate::app::App;

/// Two files of one name with equal bytes under keys of their own, two with a name elsewhere, and what has no twin.
const CLOUD: &[&str] = &["one.txt", "one.txt", "Photos/castle.jpg", "Photos/castle.jpg", "lone.txt"];

/// Starts with the cursor in the cloud, and the review open.
async fn reviewing(cloud: &[&str]) -> App {
    let app = App::start(&[], cloud).await;
    app.type_in("<Tab>gd").await;
    app
}

#[tokio::test(start_paused = true)]
async fn a_group_is_decided_planned_carried_out_and_taken_back_with_one_key() {
    let app = reviewing(CLOUD).await;
    let before = app.ann.paths();
    app.must_show("2 groups");
    app.must_show("castle.jpg");
    app.must_show("nothing is decided yet");
    app.type_in("n").await;
    app.must_show("keep 1");
    app.must_show("bin  2");
    app.must_show("1 decided");
    assert_eq!(app.ann.paths(), before, "nothing has happened");
    app.type_in("<Enter>").await;
    app.must_show("1 file goes to the rubbish bin");
    app.must_show("is not proven equal to one that stays");
    app.type_in("<Enter>").await;
    assert_eq!(app.ann.paths(), before, "Enter is no yes");
    app.type_in("y").await;
    app.must_show("1 file went to the rubbish bin");
    assert_eq!((app.ann.paths().len(), app.ann.rubbish_paths().len()), (before.len() - 1, 1));
    app.type_in("<Enter>").await;
    app.must_show("1 group");
    app.type_in("u").await;
    app.must_show("2 groups");
    assert_eq!((app.ann.paths(), app.ann.rubbish_paths().len()), (before, 0));
}

#[tokio::test(start_paused = true)]
async fn leaving_and_coming_back_keeps_the_decisions() {
    let app = reviewing(CLOUD).await;
    app.type_in("nj.").await;
    app.must_show("2 decided");
    app.type_in("q").await;
    app.must_not_show("decided");
    app.type_in("gd").await;
    app.must_show("2 decided");
    app.type_in("x").await;
    app.must_show("1 decided");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_others_have_changed_loses_its_decision_and_that_is_said() {
    let app = reviewing(CLOUD).await;
    app.type_in("njnq").await;
    app.ann.file("one.txt", b"a third one", 1_700_000_000);
    app.type_in("<C-r>gd").await;
    app.must_show("1 decision is dropped: others have changed these groups");
    app.type_in("j").await;
    app.must_show("1 decided");
    app.must_show("×3");
}

#[tokio::test(start_paused = true)]
async fn capital_keys_decide_what_is_proven_and_reading_proves_it() {
    let app = reviewing(CLOUD).await;
    app.type_in("F").await;
    app.must_show("nothing that is open is proven equal");
    app.must_show("same fingerprint, not proven");
    app.type_in("v").await;
    app.must_show("identical, proven");
    app.type_in("F").await;
    app.must_show("1 decided");
    app.type_in("<Enter>").await;
    app.must_show("1 file goes");
    app.must_not_show("not proven");
}

#[tokio::test(start_paused = true)]
async fn single_members_are_kept_and_thrown_away_by_hand_but_never_all() {
    let app = reviewing(CLOUD).await;
    app.type_in("<Tab><Space>").await;
    app.must_show("bin  1");
    app.must_show("keep 2");
    app.type_in("j<Space>").await;
    app.must_show("one of them has to stay");
    app.type_in("k<Space>").await;
    app.must_show("open 1");
    app.must_show("nothing is decided yet");
}

#[tokio::test(start_paused = true)]
async fn equal_contents_are_found_wherever_they_are_and_only_what_is_proven_goes_by_a_rule() {
    let app = App::start(&[], CLOUD).await;
    app.ann.copy("lone.txt", "Backup/of mine.txt").unwrap();
    app.type_in("<Tab><C-r>gd2").await;
    app.must_show("3 groups");
    app.type_in("j").await;
    app.must_show("/Backup/of mine.txt");
    app.must_show("identical, proven");
    app.type_in("F<Enter>y").await;
    app.must_show("1 file went to the rubbish bin");
    assert!(app.ann.node("lone.txt").is_some() != app.ann.node("Backup/of mine.txt").is_some());
}

#[tokio::test(start_paused = true)]
async fn folders_of_one_name_become_one_and_clashes_in_them_are_seen_before() {
    let app = App::start(&[], &["lone.txt"]).await;
    let [root, ..] = app.ann.roots();
    for bytes in [&b"first"[..], b"other"] {
        let folder = app.ann.folder_in(root, "Trip");
        app.ann.file_in(folder, "map.txt", bytes, Some(1_700_000_000));
        let inner = app.ann.folder_in(folder, "sub");
        app.ann.file_in(inner, &format!("{}.txt", bytes.len() + usize::from(bytes[0])), bytes, None);
    }
    let before = app.ann.paths();
    app.type_in("<Tab><C-r>gd").await;
    app.must_show("3 groups");
    app.type_in("G").await;
    app.must_show("map.txt");
    app.type_in("rp").await;
    app.must_show("1 decision does nothing: only once their folders");
    app.type_in("<Esc>Mp").await;
    app.must_show("2 folders become part of another");
    app.must_show("2 entries get names of their own");
    app.type_in("y").await;
    let after = app.ann.paths();
    assert_eq!(after.iter().filter(|path| path.ends_with("Trip/")).count(), 1, "{after:?}");
    assert_eq!(after.iter().filter(|path| path.ends_with("sub/")).count(), 1, "{after:?}");
    assert!(app.ann.node("Trip/map-1.txt").is_some() && app.ann.node("Trip/map-2.txt").is_some());
    app.type_in("u").await;
    assert_eq!(app.ann.paths(), before);
}

#[tokio::test(start_paused = true)]
async fn a_member_is_looked_into_and_its_lines_are_compared() {
    let app = App::start(&[], &["lone.txt"]).await;
    app.ann.file("list.txt", b"milk\nbread\n", 1_700_000_000);
    app.ann.file("list.txt", b"milk\ntwo loaves\n", 1_700_000_100);
    app.type_in("<Tab><C-r>gd").await;
    app.must_show("all different");
    app.type_in("<Tab>jd").await;
    app.must_show("two loaves");
    app.must_show("  milk");
    assert_eq!(["- bread", "+ bread"].iter().filter(|line| app.shows(line)).count(), 1, "{}", app.picture());
    app.type_in("<Esc><Enter>").await;
    app.must_show("text UTF-8");
    app.type_in("q").await;
    app.must_show("1 group");
}

#[tokio::test(start_paused = true)]
async fn the_palette_finds_it_and_thousands_of_groups_are_there_by_pages() {
    let names: Vec<String> = (0..2000).flat_map(|number| vec![format!("twin {number:04}.txt"); 2]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let app = App::start(&[], &names).await;
    app.type_in("<Tab>:dedupe<Enter>").await;
    app.must_show("2,000 groups");
    app.must_show("twin 0000.txt");
    app.type_in("G").await;
    app.must_show("twin 1999.txt");
    app.must_show("2,000 of 2,000");
    app.dash("gjjjf").await;
    app.must_show("1 decided");
    app.type_in("z").await;
    app.must_show("by path");
    app.must_show("1 decided");
}

#[tokio::test(start_paused = true)]
async fn on_a_narrow_screen_one_list_is_shown_at_a_time() {
    let app = App::sized(40, 12, &[], CLOUD).await;
    app.type_in("<Tab>gd").await;
    app.must_show("castle.jpg");
    app.must_not_show("open 1");
    app.type_in("<Tab>").await;
    app.must_show("open 1");
    app.type_in("<Esc>").await;
    app.must_not_show("open 1");
    app.type_in("<Esc>").await;
    app.must_show("lone.txt");
}

#[tokio::test(start_paused = true)]
async fn copies_on_the_disk_prove_contents_without_a_download() {
    // A sample file holds its own name.
    let app = App::start(&["copy", "deep/other"], &["lone.txt"]).await;
    app.ann.file("a/one", b"copy", 1_700_000_000);
    app.ann.file("b/two", b"copy", 1_700_000_000);
    app.type_in("<Tab>").await;
    app.type_in("gd2").await;
    app.must_show("same fingerprint, not proven");
    app.emulator.clear_seen();
    app.type_in("V").await;
    app.settle().await;
    app.must_show("identical, proven");
    app.must_show("2 files are proven by copies on the disk, nothing was downloaded");
    assert!(!app.emulator.seen().iter().any(|request| request.path.starts_with("/dl")));
    app.type_in("V").await;
    app.must_show("there is nothing to prove");
}
