//! Links, shares and versions on the screen: made, seen, copied, removed; links of others browsed and taken over.

use megapane::crypto::link::{Link, ProtectedLink};
use megapane::emulator::{Access, NewAccount, PASSWORD};
use megapane::store::loans::{LentFile, LoanNotes};

use crate::app::App;

const DISK: &[&str] = &["local.txt"];
const CLOUD: &[&str] = &["Photos/castle.jpg", "Photos/sub/deep.txt", "old.txt"];

async fn on_the_cloud_side() -> App {
    let app = App::start(DISK, CLOUD).await;
    app.type_in("<Tab>gc").await;
    app
}

#[tokio::test(start_paused = true)]
async fn a_link_is_made_copied_listed_and_removed() {
    let app = on_the_cloud_side().await;
    app.type_in("/old.txt<Enter>s").await;
    app.must_show("No public link");
    app.type_in("y").await;
    app.must_show("there is no link to copy");
    app.type_in("l").await;
    app.must_show("https://mega.nz/file/");
    app.must_show("made a public link to \"old.txt\"");
    app.type_in("y").await;
    app.must_show("the link is on the clipboard");
    app.type_in("<Esc>yl").await;
    app.must_show("the link is on the clipboard");
    app.must_not_show("Whoever has this link");
    app.type_in("gl").await;
    app.must_show("1 link of work");
    app.must_show("old.txt");
    app.type_in("y").await;
    app.must_show("the link is on the clipboard");
    app.type_in("x").await;
    app.must_show("work has no public links");
    app.must_show("u in the panes takes it back");
    app.type_in("<Esc>u").await;
    app.settle().await;
    app.type_in("s").await;
    app.must_show("https://mega.nz/file/");
    app.type_in("x").await;
    app.must_show("No public link");
}

#[tokio::test(start_paused = true)]
async fn a_link_gets_an_end_another_one_and_none() {
    let paying = NewAccount::new("ann@example.org").paid();
    let app = App::of(paying, (120, 30), DISK, CLOUD).await;
    app.type_in("<Tab>gc/old.txt<Enter>se").await;
    app.must_show("write a time like");
    app.type_in("2d").await;
    app.must_show("16 Aug 2024");
    app.must_show("No public link");
    app.type_in("<Enter>").await;
    app.must_show("made a public link to \"old.txt\"");
    app.must_show("can read it until 16 Aug 2024");
    app.type_in("e2020-01-01<Enter>").await;
    app.must_show("that is over already");
    app.type_in("<C-u>2024-09-01<Enter>").await;
    app.must_show("can read it until 1 Sep 2024");
    app.must_show("changed the end of the link to \"old.txt\"");
    app.type_in("<Esc>u").await;
    app.settle().await;
    app.type_in("s").await;
    app.must_show("can read it until 16 Aug 2024");
    app.type_in("eoff<Enter>").await;
    app.must_show("Whoever has this link can read it:");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_does_not_pay_is_told_so_and_has_no_link() {
    let app = on_the_cloud_side().await;
    app.type_in("/old.txt<Enter>se7d<Enter>").await;
    app.must_show("only accounts that pay can have links that end");
    app.must_show("No public link");
    app.type_in("p").await;
    app.must_show("make the link first");
}

#[tokio::test(start_paused = true)]
async fn a_link_is_shown_under_a_password_that_opens_it() {
    let app = on_the_cloud_side().await;
    app.type_in("/old.txt<Enter>sl").await;
    app.type_in("pgeheim").await;
    app.must_show("••••••");
    app.must_not_show("geheim");
    app.type_in("<Enter>").await;
    app.settle().await;
    app.must_show("Whoever has this link and its password can read it:");
    let locked = ProtectedLink::parse(&shown_link(&app)).unwrap();
    assert!(locked.open("falsch").is_err());
    let link = locked.open("geheim").unwrap();
    app.type_in("y").await;
    app.must_show("the link is on the clipboard");
    app.type_in("p<Enter>").await;
    app.must_not_show("#P!");
    assert_eq!(shown_link(&app), link.text());
    app.type_in("pother<Enter>").await;
    app.settle().await;
    app.must_show("#P!");
    app.type_in("x").await;
    app.must_show("No public link");
    app.type_in("l").await;
    app.must_not_show("#P!");
}

#[tokio::test(start_paused = true)]
async fn no_password_is_put_on_the_link_of_a_file_that_is_gone() {
    let app = on_the_cloud_side().await;
    app.type_in("/old.txt<Enter>sl").await;
    app.must_show("https://mega.nz/file/");
    app.ann.delete("old.txt").unwrap();
    app.settle().await;
    app.must_show("It is no longer there");
    app.must_not_show("https://mega.nz/file/");
    app.type_in("pgeheim<Enter>").await;
    app.must_show("It is no longer there");
    app.must_not_show("putting the password on it");
}

#[tokio::test(start_paused = true)]
async fn every_key_that_copies_a_link_keeps_it_though_a_killed_copy_made_it() {
    for keys in ["sy", "yl", "gly"] {
        let app = App::start(DISK, CLOUD).await.asking_for_the_password().await;
        app.type_in(&format!("<Tab>{PASSWORD}<Enter>")).await;
        app.settle().await;
        let file = app.ann.node("old.txt").unwrap();
        app.ann.command(&serde_json::json!({ "a": "l", "n": file })).unwrap();
        let notes = LoanNotes::in_folder(&app.scratch.path().join("state/loans/work"));
        drop(notes.write(LentFile { file, owner: None, path: "old.txt".into() }).unwrap());
        app.settle().await;
        app.type_in("/old.txt<Enter>").await;
        assert_eq!(notes.files().unwrap().len(), 1);
        app.type_in(keys).await;
        assert_eq!(notes.files().unwrap(), [], "{keys}");
    }
}

/// The link in the dialog, put together of its lines.
fn shown_link(app: &App) -> String {
    let picture = app.picture();
    let lines: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
    let begin: Vec<char> = "https://mega.nz/".chars().collect();
    let (row, column) = lines
        .iter()
        .enumerate()
        .find_map(|(row, line)| Some((row, line.windows(begin.len()).position(|part| part == begin)?)))
        .unwrap_or_else(|| panic!("no link in\n{picture}"));
    let parts = lines[row..].iter().map(|line| line[column..column + 58].iter().collect::<String>());
    parts.map(|part| part.trim_end().to_owned()).take_while(|part| !part.is_empty()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_folder_is_shared_with_somebody_who_may_do_more_and_then_nothing() {
    let app = on_the_cloud_side().await;
    let ben = app.emulator.add_account(NewAccount::new("ben@example.org"));
    app.type_in("/Photos<Enter>sa").await;
    app.type_in("ben<Enter>").await;
    app.must_show("write an e-mail address");
    app.type_in("@example.org<Enter>").await;
    app.must_show("ben@example.org");
    app.must_show("may look");
    app.type_in("<Tab>").await;
    app.must_show("may look and add");
    app.type_in("r").await;
    app.must_show("Shared with nobody");
    app.type_in("anobody@example.org<Enter>").await;
    app.must_show("nobody at MEGA has the address");
    drop(ben);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_shares_is_theirs_to_share() {
    let app = on_the_cloud_side().await;
    let ben = app.emulator.add_account(NewAccount::new("ben@example.org"));
    ben.file("Trip/one.jpg", b"one", 1);
    ben.share("Trip", &app.ann, Access::Full);
    app.settle().await;
    app.type_in("gs/Trip<Enter>s").await;
    app.must_show("It belongs to ben@example.org");
    app.must_not_show("Shared with nobody");
    app.must_not_show("Make link");
    app.type_in("l").await;
    app.must_show("only its owner can show it to others");
}

#[tokio::test(start_paused = true)]
async fn a_link_of_others_is_browsed_downloaded_and_taken_over() {
    let app = App::start(DISK, CLOUD).await;
    let ben = app.emulator.add_account(NewAccount::new("ben@example.org"));
    ben.file("Trip/one.jpg", b"one", 1);
    ben.file("Trip/more/two.jpg", b"two", 2);
    let link = ben.publish("Trip").unwrap();
    app.type_in(&format!("<Tab>gp{link}<Enter>")).await;
    assert!(app.header(1).starts_with("link#"), "{}", app.picture());
    app.must_show("one.jpg");
    app.type_in("/one.jpg<Enter>c<Enter>").await;
    app.settle().await;
    assert_eq!(std::fs::read(app.disk("one.jpg")).unwrap(), b"one");
    app.type_in("dd").await;
    assert!(ben.node("Trip/one.jpg").is_some(), "nothing is changed through a link");
    app.type_in("<Esc>A<Tab>gcgp").await;
    app.type_in("work:/Photos<Enter><Tab>c").await;
    app.must_show("Nothing is downloaded");
    app.type_in("y").await;
    app.settle().await;
    assert_eq!(app.ann.content("Photos/one.jpg").unwrap(), b"one");
    assert_eq!(app.ann.content("Photos/more/two.jpg").unwrap(), b"two");
    app.must_show("imported 2 entries");
}

#[tokio::test(start_paused = true)]
async fn a_link_that_leads_nowhere_leaves_the_pane_where_it_is() {
    let app = on_the_cloud_side().await;
    app.type_in("gphttps://mega.nz/folder/AAAAAAAA#AAECAwQFBgcICQoLDA0ODw<Enter>").await;
    app.must_show("the link leads nowhere");
    assert!(app.header(1).starts_with("work:/"), "{}", app.picture());
    app.type_in("gphttps://mega.nz/folder/AAAAAAAA<Enter>").await;
    app.must_show("has no key");
}

#[tokio::test(start_paused = true)]
async fn an_older_version_is_made_current_and_one_is_deleted() {
    let app = on_the_cloud_side().await;
    app.ann.replace("old.txt", b"second", 100).unwrap();
    app.ann.replace("old.txt", b"the third", 200).unwrap();
    app.type_in("<C-r>").await;
    app.settle().await;
    app.type_in("/old.txt<Enter>gV").await;
    app.must_show("2 older ones");
    app.type_in("r").await;
    app.must_show("3 older ones");
    assert_eq!(app.ann.content("old.txt").unwrap(), b"second");
    app.type_in("D<Esc>").await;
    app.must_show("3 older ones");
    app.type_in("DD").await;
    app.must_show("2 older ones");
}

#[tokio::test(start_paused = true)]
async fn a_link_under_a_password_asks_for_it_and_shows_none_of_it() {
    let app = App::start(DISK, CLOUD).await;
    let ben = app.emulator.add_account(NewAccount::new("ben@example.org"));
    ben.file("Trip/one.jpg", b"one", 1);
    let link = Link::parse(&ben.publish("Trip").unwrap()).unwrap();
    let locked = ProtectedLink::lock(&link, "geheim").unwrap().text();
    app.type_in(&format!("<Tab>gp{locked}<Enter>")).await;
    app.must_show("Password of the link");
    app.type_in("falsch").await;
    app.must_show("••••••");
    app.must_not_show("falsch");
    app.type_in("<Enter>").await;
    app.must_show("that is not its password");
    app.type_in("geheim<Enter>").await;
    assert!(app.header(1).starts_with("link#"), "{}", app.picture());
    app.must_show("one.jpg");
    app.type_in(&format!("gp{locked}<Enter><Esc>")).await;
    app.must_not_show("Password of the link");
}

#[tokio::test(start_paused = true)]
async fn an_older_version_is_looked_into_and_copied_to_the_disk() {
    let app = on_the_cloud_side().await;
    app.ann.replace("old.txt", b"the second one", 100).unwrap();
    app.ann.replace("old.txt", b"the third one", 200).unwrap();
    app.type_in("<C-r>").await;
    app.settle().await;
    app.type_in("/old.txt<Enter>gV<F3>").await;
    app.must_show("the second one");
    app.must_show("old.txt of 1970-01-01 00:01");
    app.type_in("<Esc>").await;
    app.must_show("2 older ones");
    app.type_in("jv").await;
    app.must_not_show("the second one");
    app.type_in("<Esc>kc").await;
    app.must_show("old.txt of 1970-01-01 00:01");
    app.type_in("<Enter>").await;
    app.settle().await;
    assert_eq!(std::fs::read(app.disk("old.txt")).unwrap(), b"the second one");
    assert_eq!(app.ann.content("old.txt").unwrap(), b"the third one");
    app.must_show("2 older ones");
}
