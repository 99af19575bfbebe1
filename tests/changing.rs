//! What changes files on the screen: pictures of the dialogs, and the keys in the real program on its own server, in a
//! pseudo-terminal.
#![cfg(test)]

mod screen;
#[cfg(unix)]
mod terminal;

use megapane::message::{
    ChangeRow, ChangeState, DeletionId, DeletionSummary, Event, Problem, ProblemKind, RenamePlan, RenameRow,
    RenamesId,
};
use megapane::ui::state::AppState;
use screen::{picture, pull_about, sample, tell, type_in};

/// The sizes that every picture is taken at.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn pictures_of(name: &str, make: impl Fn(&mut AppState)) {
    for (width, height) in SIZES {
        let mut state = sample(width, height);
        make(&mut state);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&state));
        pull_about(&mut state);
    }
    let mut small = sample(20, 5);
    make(&mut small);
    assert_eq!(picture(&small).lines().count(), 5);
}

fn summary() -> DeletionSummary {
    DeletionSummary {
        deletion: DeletionId(1),
        place: "work:/Photos/2024".to_owned(),
        file_count: 1204,
        folder_count: 17,
        bytes: 2_254_857_830,
        version_bytes: 12_582_912,
        complete: true,
        problem: None,
    }
}

#[test]
fn deletion_of_the_cloud() {
    pictures_of("deletion", |state| {
        type_in(state, "<Tab>jD");
        tell(state, Event::Deletion(summary()));
        type_in(state, "dele");
    });
}

#[test]
fn deletion_that_is_still_counted() {
    pictures_of("deletion_counting", |state| type_in(state, "D"));
}

#[test]
fn deletion_with_the_wrong_word() {
    pictures_of("deletion_wrong_word", |state| {
        type_in(state, "D");
        let place = "~/Pictures/2024".to_owned();
        tell(
            state,
            Event::Deletion(DeletionSummary { place, version_bytes: 0, folder_count: 0, ..summary() }),
        );
        type_in(state, "yes<Enter>");
    });
}

#[test]
fn deletion_that_cannot_be() {
    pictures_of("deletion_refused", |state| {
        type_in(state, "<Tab>jD");
        let hint = "It is shared with you for reading only: ask its owner.";
        let problem =
            Problem::new(ProblemKind::Permanent, "Cannot delete \"Lisbon\": \"Lisbon\" is read-only", hint);
        tell(state, Event::Deletion(DeletionSummary { problem: Some(problem), ..summary() }));
    });
}

fn renames(faults: &[&str]) -> RenamePlan {
    let row = |from: &str, to: &str| RenameRow { from: from.to_owned(), to: to.to_owned() };
    RenamePlan {
        renames: RenamesId(1),
        place: "~/Pictures/2024".to_owned(),
        rows: vec![
            row("beach-morning.jpg", "2024-08-12 beach, morning.jpg"),
            row("beach-noon.jpg", "2024-08-12 beach, noon.jpg"),
            row("IMG_2024_very_long_name_of_a_photo_that_fits_nowhere.jpg", "a.jpg"),
            row("old\u{1b}[31m\nname.txt", "日本の桜 🚋.txt"),
        ],
        unchanged_count: 3,
        faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
    }
}

#[test]
fn renames_before_they_are_made() {
    pictures_of("renames", |state| {
        type_in(state, "R");
        tell(state, Event::NameSheet { renames: RenamesId(1), sheet: Ok("/tmp/names.txt".into()) });
        tell(state, Event::Renames(renames(&[])));
    });
}

#[test]
fn renames_with_lines_at_fault() {
    pictures_of("renames_faults", |state| {
        type_in(state, "R");
        tell(state, Event::NameSheet { renames: RenamesId(1), sheet: Ok("/tmp/names.txt".into()) });
        tell(
            state,
            Event::Renames(renames(&["line 2: it is empty", "line 7: another line has \"a.jpg\" too"])),
        );
    });
}

#[test]
fn the_last_changes() {
    pictures_of("changes", |state| {
        type_in(state, "gu");
        let row = |group, place: &str, label: &str, change| ChangeRow {
            group,
            begun: 1_723_600_000 - i64::try_from(group).unwrap() * 4000,
            place: place.to_owned(),
            label: label.to_owned(),
            state: change,
        };
        tell(
            state,
            Event::Changes(vec![
                row(1, "work:", "moved \"castle.jpg\" to work:/Photos/2024", ChangeState::Standing),
                row(2, "work:", "deleted 12 entries for good", ChangeState::Final),
                row(3, "disk", "copied to ~/Pictures/2024", ChangeState::Undone),
                row(4, "disk", "renamed \"old\u{1b}[31m\" to \"new\"", ChangeState::Standing),
            ]),
        );
        type_in(state, "j");
    });
}

#[cfg(unix)]
mod keys {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::terminal::{Session, demo_command};

    /// The demo, with an editor that puts `x-` before every name.
    fn demo(home: &TempDir) -> Session {
        let root = home.path();
        fs::create_dir(root.join("work")).unwrap();
        fs::write(root.join("work/mine.txt"), "mine").unwrap();
        fs::write(root.join("editor"), "#!/bin/sh\nsed -i 's/^/x-/' \"$1\"\n").unwrap();
        fs::set_permissions(root.join("editor"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = demo_command(root);
        command.env("VISUAL", root.join("editor"));
        let mut session = Session::start(command);
        session.wait_for("Welcome to megapane.txt");
        session
    }

    #[test]
    fn a_file_goes_to_the_bin_comes_back_and_goes_for_good() {
        let home = TempDir::new().unwrap();
        let mut session = demo(&home);
        session.type_in("\t/Welcome\rd");
        session.wait_for("Put \"Welcome to megapane.txt\"");
        session.type_in("\r");
        session.wait_for("moved \"Welcome to megapane.txt\" to the rubbish bin");
        session.type_in("gb");
        session.wait_for("//bin");
        session.type_in("/Welcome\rb");
        session.wait_for("back to where it was");
        session.type_in("\r");
        session.wait_for("restored \"Welcome to megapane.txt\" to");
        session.type_in("gc/Welcome\rD");
        session.wait_for("it cannot be undone");
        session.type_in("yes\r");
        session.wait_for("not deleted: type delete, or 1");
        session.type_in("\x15delete\r");
        session.wait_for("deleted \"Welcome to megapane.txt\" for good");
        session.type_in("u");
        session.wait_for("is for good");
        session.type_in("q");
        assert_eq!(session.finish(), 0);
    }

    #[test]
    fn an_older_change_is_chosen_and_taken_back() {
        let home = TempDir::new().unwrap();
        let mut session = demo(&home);
        session.type_in("\taFirst\r");
        session.wait_for("made folder \"First\"");
        session.type_in("aSecond\r");
        session.wait_for("made folder \"Second\"");
        session.type_in("gu");
        session.wait_for("the newest first");
        session.type_in("j\r");
        session.wait_for("undone: made folder \"First\"");
        session.type_in("q");
        assert_eq!(session.finish(), 0);
    }

    #[test]
    fn names_are_changed_in_the_editor_and_back() {
        let home = TempDir::new().unwrap();
        let mut session = demo(&home);
        session.type_in("\t/Welcome\rR");
        session.wait_for("x-Welcome to megapane.txt");
        session.type_in("\r");
        session.wait_for("renamed 1 entry");
        session.type_in("u");
        session.wait_for("undone: renamed 1 entry");
        session.type_in("q");
        assert_eq!(session.finish(), 0);
    }

    #[test]
    fn a_new_folder_has_the_cursor() {
        let home = TempDir::new().unwrap();
        let mut session = demo(&home);
        session.type_in("\taZebra\r");
        session.wait_for("▌ Zebra");
        session.type_in("\r");
        session.wait_for("/Zebra");
        session.type_in("q");
        assert_eq!(session.finish(), 0);
    }
}
