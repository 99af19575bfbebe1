//! Tests of changes that are broken off at each of their moments: the next start finds a remote that works, and nothing of
//! the user's is gone.

use serde_json::json;

use super::*;
use crate::store::bookmarks::BookmarkFile;
use crate::store::copy_journal::CopyJournals;
use crate::store::loans::{LentFile, LoanNotes};

struct Place {
    _folder: tempfile::TempDir,
    config: Config,
}

impl Place {
    /// With the remote `old` and something of every kind under its name.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let below = |name: &str| folder.path().join(name);
        let folders = Folders { config: below("config"), cache: below("cache"), state: below("state") };
        let mut config = Config { folders: folders.clone(), ..Config::default() };
        config.add(&account("old", "ann@example.org")).unwrap();
        for path in files(&folders, "old") {
            private_file::write(&path, b"of old").unwrap();
        }
        let lent = LentFile { file: "AAAAAAAA".parse().unwrap(), owner: None, path: String::new() };
        drop(LoanNotes::in_folder(&folders.loans("old")).write(lent).unwrap());
        Self { _folder: folder, config }
    }

    fn folders(&self) -> &Folders {
        &self.config.folders
    }

    /// What the file has now.
    fn rows(&self) -> Vec<Account> {
        let mut config = Config { folders: self.folders().clone(), ..Config::default() };
        drop(config.edit().unwrap().save(&mut config).unwrap());
        config.accounts
    }

    fn is_all_of_old_under(&self, name: &str) -> bool {
        let loans = LoanNotes::in_folder(&self.folders().loans(name)).take_left().unwrap().len();
        files(self.folders(), name).iter().all(|path| fs::read(path).is_ok_and(|text| text == b"of old"))
            && loans == 1
    }

    fn is_nothing_under(&self, name: &str) -> bool {
        let folders = [self.folders().loans(name), self.folders().transfer_journals(name)];
        !files(self.folders(), name).iter().chain(&folders).any(|path| path.exists())
    }

    fn note(&self, step: &Step) {
        private_file::write(&self.folders().account_change(), &serde_json::to_vec(step).unwrap()).unwrap();
    }
}

fn account(name: &str, email: &str) -> Account {
    Account { name: name.into(), email: email.into(), api_url: None, passphrase: false, password: None }
}

fn files(folders: &Folders, name: &str) -> Vec<PathBuf> {
    vec![
        folders.credentials(name),
        folders.tree_cache(name),
        folders.review(name),
        folders.undo_journal(name),
        folders.transfer_journals(name).join("00.jsonl"),
    ]
}

fn rename_step() -> Step {
    Step::Rename { from: "old".into(), to: "new".into() }
}

#[test]
fn everything_goes_along_with_a_new_name_and_nothing_of_an_earlier_owner_stays_in_the_way() {
    let mut place = Place::new();
    let folders = place.folders().clone();
    private_file::write(&folders.undo_journal("new"), b"of nobody").unwrap();
    let copies = CopyJournals::in_folder(&folders.copy_journals());
    let kept = json!({"account": "old", "source": null, "target": "old:/a", "request": {"to": {"Cloud": {"account": "old"}}}});
    drop(copies.begin(&kept).unwrap());
    let bookmarks = BookmarkFile::new(&folders.bookmarks());
    bookmarks
        .change(|all| all.push(json!({"name": "old", "path": "old:/a", "location": {"Local": "old"}})))
        .unwrap();

    assert_eq!(rename(&mut place.config, "old", "new").unwrap(), []);
    assert_eq!(place.rows(), [account("new", "ann@example.org")]);
    assert_eq!(place.config.accounts, place.rows());
    assert!(place.is_all_of_old_under("new") && place.is_nothing_under("old"));
    let (_, copy) = &copies.take_free().unwrap()[0];
    let renamed = json!({"account": "new", "source": null, "target": "new:/a", "request": {"to": {"Cloud": {"account": "new"}}}});
    assert_eq!(*copy, renamed);
    assert_eq!(
        bookmarks.read().unwrap(),
        [json!({"name": "old", "path": "new:/a", "location": {"Local": "old"}})]
    );
    assert!(!folders.account_change().exists());
}

#[test]
fn a_taken_name_changes_nothing() {
    let mut place = Place::new();
    place.config.add(&account("new", "ben@example.org")).unwrap();
    private_file::write(&place.folders().undo_journal("new"), b"of new").unwrap();
    assert!(rename(&mut place.config, "old", "new").is_err());
    assert!(place.is_all_of_old_under("old"));
    assert_eq!(fs::read(place.folders().undo_journal("new")).unwrap(), b"of new");
}

#[test]
fn a_new_name_that_was_broken_off_holds_or_does_not_hold_as_the_file_says() {
    // Killed before the file was written.
    let place = Place::new();
    place.note(&rename_step());
    assert_eq!(finish(place.folders()), []);
    assert!(place.is_all_of_old_under("old") && !place.folders().account_change().exists());

    // Killed after it, and after each of the moves.
    for moves in 0..=5 {
        let mut place = Place::new();
        let mut editing = place.config.edit().unwrap();
        editing.rename("old", "new").unwrap();
        drop(editing.save(&mut place.config).unwrap());
        let folders = place.folders().clone();
        for (from, to) in files(&folders, "old").iter().zip(files(&folders, "new")).take(moves) {
            private_file::create_folder(to.parent().unwrap()).unwrap();
            fs::rename(from, to).unwrap();
        }
        place.note(&rename_step());
        assert_eq!(finish(&folders), [], "{moves}");
        assert!(place.is_all_of_old_under("new") && place.is_nothing_under("old"), "{moves}");
        assert_eq!(finish(&folders), []);
    }
}

fn login_step(account: &Account, is_another: bool) -> Step {
    let Account { name, email, api_url, passphrase, .. } = account.clone();
    Step::Login { name, email, api_url, passphrase, is_another }
}

fn seal(folders: &Folders, name: &str) -> Result<(), Problem> {
    let written = private_file::write(&folders.credentials(name), b"new login");
    written.map_err(|error| problem::of_io("seal", &error))
}

#[test]
fn another_login_of_the_same_account_takes_only_the_place_of_the_login() {
    let mut place = Place::new();
    let sealed = Account { passphrase: true, ..account("old", "ann@example.org") };
    assert_eq!(replace_login(&mut place.config, &sealed, false, seal).unwrap(), []);
    assert_eq!(place.rows(), [sealed]);
    assert_eq!(fs::read(place.folders().credentials("old")).unwrap(), b"new login");
    private_file::write(&place.folders().credentials("old"), b"of old").unwrap();
    assert!(place.is_all_of_old_under("old") && place.is_nothing_under(".old"));
}

#[test]
fn the_login_of_another_account_inherits_nothing() {
    let mut place = Place::new();
    let ben = account("old", "ben@example.org");
    assert_eq!(replace_login(&mut place.config, &ben, true, seal).unwrap(), []);
    assert_eq!(fs::read(place.folders().credentials("old")).unwrap(), b"new login");
    fs::remove_file(place.folders().credentials("old")).unwrap();
    fs::remove_file(place.folders().transfer_journals("old").join("00.jsonl")).ok();
    assert!(!files(place.folders(), "old").iter().any(|path| path.exists()));
}

#[test]
fn a_login_that_cannot_be_sealed_changes_nothing() {
    let mut place = Place::new();
    let ben = account("old", "ben@example.org");
    let fails = |_: &Folders, _: &str| Err(problem::broke_down("seal"));
    assert!(replace_login(&mut place.config, &ben, true, fails).is_err());
    assert_eq!(place.rows(), [account("old", "ann@example.org")]);
    assert!(place.is_all_of_old_under("old"));
}

#[test]
fn another_login_that_was_broken_off_is_the_old_one_or_the_new_one_whole() {
    let ben = account("old", "ben@example.org");
    // Killed before the file was written: the old login and all that belongs to it.
    let place = Place::new();
    seal(place.folders(), ".old").unwrap();
    place.note(&login_step(&ben, true));
    assert_eq!(finish(place.folders()), []);
    assert!(place.is_all_of_old_under("old") && place.is_nothing_under(".old"));

    // Killed after it: the new one, once and for all.
    let mut place = Place::new();
    let mut editing = place.config.edit().unwrap();
    editing.replace(&ben).unwrap();
    drop(editing.save(&mut place.config).unwrap());
    seal(place.folders(), ".old").unwrap();
    place.note(&login_step(&ben, true));
    for _ in 0..2 {
        assert_eq!(finish(place.folders()), []);
        assert_eq!(fs::read(place.folders().credentials("old")).unwrap(), b"new login");
        assert!(!place.folders().undo_journal("old").exists());
        place.note(&login_step(&ben, true)); // killed between the last step and the note's end
    }
}

#[test]
fn a_login_that_waits_without_a_note_goes() {
    let mut place = Place::new();
    seal(place.folders(), ".old").unwrap();
    assert_eq!(finish(place.folders()), []);
    assert!(place.is_all_of_old_under("old") && place.is_nothing_under(".old"));
    // The next change finds it, too.
    seal(place.folders(), ".old").unwrap();
    assert_eq!(rename(&mut place.config, "old", "new").unwrap(), []);
    assert!(place.is_all_of_old_under("new") && place.is_nothing_under(".old"));
}

#[test]
fn a_change_whose_row_cannot_be_saved_is_done_where_the_file_has_it_and_else_leaves_all_as_it_was() {
    let refused = ConfigError::NoHome;
    for (email, is_done) in [("ann@example.org", true), ("ben@example.org", false)] {
        let mut place = Place::new();
        let folders = place.folders().clone();
        let step = login_step(&account("old", email), false);
        seal(&folders, ".old").unwrap();
        place.note(&step);
        assert_eq!(step.end_unsaved(&mut place.config, &refused).is_ok(), is_done, "{email}");
        let login: &[u8] = if is_done { b"new login" } else { b"of old" };
        assert_eq!(fs::read(folders.credentials("old")).unwrap(), login);
        assert!(place.is_nothing_under(".old") && !folders.account_change().exists());
    }
}

#[test]
fn the_next_change_ends_first_what_is_noted() {
    let mut place = Place::new();
    let mut editing = place.config.edit().unwrap();
    editing.rename("old", "new").unwrap();
    drop(editing.save(&mut place.config).unwrap());
    place.note(&rename_step());
    let ben = account("old", "ben@example.org");
    add(&mut place.config, &ben, |folders| seal(folders, "old")).unwrap();
    assert_eq!(place.rows(), [account("new", "ann@example.org"), ben]);
    assert!(place.is_all_of_old_under("new"), "what is of one remote came to another");
    assert_eq!(fs::read(place.folders().credentials("old")).unwrap(), b"new login");
    assert!(!place.folders().undo_journal("old").exists());
}

#[test]
fn while_a_note_cannot_be_ended_nothing_changes() {
    let mut place = Place::new();
    fs::create_dir_all(place.folders().account_change()).unwrap();
    let ben = account("ben", "ben@example.org");
    assert!(add(&mut place.config, &ben, |folders| seal(folders, "ben")).is_err());
    assert!(replace_login(&mut place.config, &account("old", "ben@example.org"), true, seal).is_err());
    assert!(rename(&mut place.config, "old", "new").is_err());
    assert!(keep_login(&place.config, "old", |folders| seal(folders, "old")).is_err());
    assert_eq!(place.rows(), [account("old", "ann@example.org")]);
    assert!(place.is_all_of_old_under("old") && place.is_nothing_under("ben"));
}

#[test]
fn what_nobody_owns_does_not_keep_files_from_their_new_name() {
    let mut place = Place::new();
    let stray = place.folders().transfer_journals("new").join("00.jsonl");
    private_file::write(&stray, b"of nobody").unwrap();
    assert_eq!(rename(&mut place.config, "old", "new").unwrap(), []);
    assert!(place.is_all_of_old_under("new") && place.is_nothing_under("old"));

    // Where it cannot be taken away everything is as it was.
    let mut place = Place::new();
    let stray = place.folders().transfer_journals("new").join("00.jsonl");
    fs::create_dir_all(stray.join("of nobody")).unwrap();
    assert!(rename(&mut place.config, "old", "new").is_err());
    assert_eq!(place.rows(), [account("old", "ann@example.org")]);
    assert!(place.is_all_of_old_under("old") && !place.folders().account_change().exists());
}

#[test]
fn a_login_whose_row_cannot_be_written_does_not_stay() {
    let mut place = Place::new();
    let ben = account("ben", "ben@example.org");
    let half = |folders: &Folders| {
        seal(folders, "ben")?;
        Err(problem::broke_down("seal"))
    };
    assert!(add(&mut place.config, &ben, half).is_err());
    assert!(place.is_nothing_under("ben"));
    let blocks_the_file = |folders: &Folders| {
        fs::remove_file(folders.config_file()).unwrap();
        fs::create_dir_all(folders.config_file().join("in the way")).unwrap();
        seal(folders, "ben")
    };
    assert!(add(&mut place.config, &ben, blocks_the_file).is_err());
    assert!(place.is_nothing_under("ben"));
}

#[test]
fn no_login_is_kept_of_a_remote_that_has_gone() {
    let mut place = Place::new();
    keep_login(&place.config, "old", |folders| seal(folders, "old")).unwrap();
    let late = place.config.clone();
    place.config.remove("old").unwrap();
    fs::remove_file(place.folders().credentials("old")).unwrap();
    assert!(keep_login(&late, "old", |folders| seal(folders, "old")).is_err());
    assert!(!place.folders().credentials("old").exists());
}
