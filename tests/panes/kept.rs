//! Folders by what is typed or was kept: paths with completion, bookmarks.

use crate::app::App;

const DISK: &[&str] = &["Pictures/2024/a.jpg", "Pictures/2023/", "Picnic/", "notes.txt", "od\x1b[31md/"];
const CLOUD: &[&str] = &["Photos/Lisbon/a.jpg", "Phone/", "old.txt"];

#[tokio::test(start_paused = true)]
async fn tab_completes_a_path_on_the_disk_as_far_as_it_is_certain() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("gpP").await;
    app.must_show("Picnic/");
    app.must_show("Pictures/");
    app.type_in("<Tab>").await;
    app.must_show(" Pic ");
    app.type_in("t<Tab>").await;
    app.must_show(" Pictures/ ");
    app.type_in("<Tab>").await; // to what both years have in common
    app.type_in("<Down><Down><Enter>").await;
    assert!(app.header(0).starts_with("~/disk/Pictures/2024"), "{}", app.picture());
    app.type_in("<M-c>~/disk/Picn<Enter>").await;
    app.type_in("<M-c>~/disk/Picnic<Enter>").await;
    assert!(app.header(0).starts_with("~/disk/Picnic"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_behind_a_tab_waits_for_what_it_completes() {
    let app = App::start(DISK, CLOUD).await;
    app.dash("gp~/disk/Pict<Tab>2023<Tab><Enter>").await;
    assert!(app.header(0).starts_with("~/disk/Pictures/2023"), "{}", app.picture());
    app.dash("gpwork:Pho<Tab>t<Tab>L<Tab><Enter>").await;
    assert!(app.header(0).starts_with("work:/Photos/Lisbon"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn a_cloud_path_is_completed_too_and_a_file_is_gone_to() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("gpwo<Tab>").await;
    app.must_show(" work: ");
    app.type_in("Photos/Lis<Tab><Enter>").await;
    assert!(app.header(0).starts_with("work:/Photos/Lisbon"), "{}", app.picture());
    app.type_in("<Tab>gpPhotos/<Enter>").await;
    assert!(app.header(1).starts_with("work:/Photos"), "relative to the folder shown: {}", app.picture());
    app.type_in("gpwork:old.txt<Enter>").await;
    assert_eq!(app.cursor(1), "old.txt");
    app.type_in("<Tab>gp~/disk/notes.txt<Enter>").await;
    assert_eq!(app.cursor(0), "notes.txt");
}

#[tokio::test(start_paused = true)]
async fn names_with_hostile_characters_are_shown_escaped_and_reached() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("gpod<Tab>").await;
    app.must_show("od\\x1b[31md/");
    app.type_in("<Enter>").await;
    assert!(app.header(0).starts_with("~/disk/od\\x1b[31md"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn equal_folders_are_offered_with_their_handles() {
    let app = App::start(DISK, CLOUD).await;
    let root = app.ann.roots()[0];
    let one = app.ann.folder_in(root, "Twins");
    app.ann.folder_in(root, "Twins");
    app.type_in("<Tab><C-r>gpwork:Tw").await;
    app.must_show(&format!("H:{one}"));
    app.type_in("<Down><Enter>").await;
    assert!(app.header(1).starts_with("work:/Twins"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn a_path_that_leads_nowhere_says_so_while_it_is_typed() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("gp/nowhere/x").await;
    app.must_show("no such folder");
    app.type_in("<C-u>Pq").await;
    app.must_show("nothing begins so");
    app.type_in("<C-u>nobody:x").await;
    app.must_show("there is no such account");
    app.type_in("<Esc>").await;
    app.must_not_show("Go to");
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_is_gone_to_by_its_letter_from_either_side_and_after_a_restart() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("gp~/disk/Pictures<Enter>BPics<Tab>p<Enter>").await;
    app.must_show("kept as \"PicturesPics\"");
    app.type_in("<Tab>gpwork:Photos<Enter>B<Enter>").await;
    app.dash("gc'p").await;
    assert!(app.header(1).starts_with("~/disk/Pictures"), "{}", app.picture());
    let app = app.restart().await;
    app.type_in("<C-\\>Phot<Enter>").await;
    assert!(app.header(0).starts_with("work:/Photos"), "{}", app.picture());
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_of_the_cloud_follows_its_folder_and_falls_back_to_the_path() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("<Tab>gpwork:Photos<Enter>B<C-u>it<Tab>q<Enter>gc").await;
    app.type_in("/Photos<Enter>r<C-u>Renamed<Enter>'q").await;
    assert!(app.header(1).starts_with("work:/Renamed"), "by its handle: {}", app.picture());
    let root = app.ann.roots()[0];
    app.ann.delete("Renamed").unwrap();
    let other = app.ann.folder_in(root, "Photos");
    app.ann.folder_in(other, "of the other one");
    app.type_in("gc<C-r>'q").await;
    assert!(app.header(1).starts_with("work:/Photos"), "by its path: {}", app.picture());
    app.must_show("of the other one/");
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_is_removed_and_comes_back_by_the_same_key() {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("B<Enter>'<Del>").await;
    app.must_show("removed · Del keeps it again");
    app.type_in("<Esc>'").await;
    app.must_show("none yet");
    app.type_in("<Esc>B<Enter>'<Del><Del><Esc>'").await;
    app.must_show("~/disk");
    app.must_not_show("none yet");
}

#[tokio::test(start_paused = true)]
async fn damaged_bookmarks_are_a_sentence_and_not_the_end() {
    let app = App::start(DISK, CLOUD).await;
    let file = app.scratch.path().join("config/bookmarks.json");
    app.type_in("B<Enter>").await;
    std::fs::write(&file, "{ \"form\": 1, \"bookm").unwrap();
    app.type_in("'<Esc>").await;
    app.type_in("'").await;
    app.must_show("none yet");
    app.type_in("<Esc>").await;
    app.type_in("B<Enter>'").await;
    app.must_show("~/disk");
    assert!(file.with_file_name("bookmarks.json.damaged").exists());
}
