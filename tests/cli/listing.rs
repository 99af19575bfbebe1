//! The listing commands: rclone's columns, real sums, and names that repeat or cannot be read.

use megapane::emulator::PASSWORD;

use crate::scene::{EMAIL, JUNE, Scene};

/// Photos with a folder in it, a file at the top.
fn scene() -> Scene {
    let scene = Scene::logged_in();
    scene.ann.file("Photos/Lisbon/tram.jpg", &[7; 2000], JUNE);
    scene.ann.file("Photos/castle.jpg", &vec![7; 1_048_576], JUNE + 86_400);
    scene.ann.file("notes.md", b"notes", JUNE);
    scene.ann.folder("Empty");
    scene
}

#[test]
fn ls_has_size_and_path_of_all_files() {
    let scene = scene();
    let all = scene.run(&["ls", "ann:"]).clean();
    assert_eq!(all, "     2000 Photos/Lisbon/tram.jpg\n  1048576 Photos/castle.jpg\n        5 notes.md\n");
    assert_eq!(scene.run(&["ls", "ann:", "--max-depth", "1"]).clean(), "        5 notes.md\n");
    assert_eq!(scene.run(&["ls", "ann:/Photos/Lisbon/"]).clean(), "     2000 tram.jpg\n");
    assert_eq!(scene.run(&["ls", "ann:notes.md"]).clean(), "        5 notes.md\n");
    let human = scene.run(&["ls", "ann:Photos", "--human-readable"]).clean();
    assert_eq!(human, "  1.953Ki Lisbon/tram.jpg\n      1Mi castle.jpg\n");
    assert_eq!(scene.run(&["ls", "ann:Empty"]).clean(), "");
}

#[test]
fn lsl_adds_the_time_of_the_content() {
    let line = scene().run(&["lsl", "ann:Photos/Lisbon"]).clean();
    assert_eq!(line, "     2000 2024-06-01 00:00:00.000000000 tram.jpg\n");
}

#[test]
fn lsd_has_real_sums_and_minus_one_for_those_who_want_it() {
    let scene = scene();
    let out = scene.run(&["lsd", "ann:"]).clean();
    let columns: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((columns[0][0], columns[0][3], columns[0][4]), ("0", "0", "Empty"));
    assert_eq!((columns[1][0], columns[1][3], columns[1][4]), ("1050576", "2", "Photos"));
    assert_eq!(columns.len(), 2);
    assert_eq!(out.lines().next().unwrap().len(), 12 + 1 + 19 + 1 + 9 + 1 + "Empty".len());
    let compatible = scene.run(&["lsd", "ann:", "--rclone-compat"]).clean();
    assert!(compatible.lines().all(|line| line.starts_with("          -1 ") && line.contains("        -1 ")));
    assert_eq!(scene.run(&["lsd", "-R", "ann:"]).clean().lines().count(), 3);

    let file = scene.run(&["lsd", "ann:notes.md"]);
    assert_eq!((file.code, file.out.as_str()), (0, ""));
    assert!(file.err.contains("is a file"));
}

#[test]
fn lsf_prints_the_fields_that_are_asked_for() {
    let scene = scene();
    assert_eq!(scene.run(&["lsf", "ann:"]).clean(), "Empty/\nPhotos/\nnotes.md\n");
    assert_eq!(scene.run(&["lsf", "ann:", "--dirs-only"]).clean(), "Empty/\nPhotos/\n");
    let fields = scene.run(&["lsf", "-R", "ann:Photos", "--files-only", "-F", "pst", "-s", "|"]).clean();
    assert_eq!(fields, "Lisbon/tram.jpg|2000|2024-06-01 00:00:00\ncastle.jpg|1048576|2024-06-02 00:00:00\n");
    let handle = scene.run(&["lsf", "ann:", "--files-only", "-F", "i"]).clean();
    assert_eq!(scene.run(&["cat", &format!("ann:H:{}", handle.trim())]).clean(), "notes");
    scene.run(&["lsf", "ann:", "-F", "x"]).refused(2, "\"x\"");
}

#[test]
fn lsjson_is_json_with_rclones_names() {
    let scene = scene();
    let out = scene.run(&["lsjson", "ann:"]).clean();
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    let notes = &rows[2];
    assert_eq!((&notes["Path"], &notes["Name"]), (&"notes.md".into(), &"notes.md".into()));
    assert_eq!((&notes["Size"], &notes["IsDir"]), (&5.into(), &false.into()));
    assert_eq!(notes["ModTime"], "2024-06-01T00:00:00Z");
    assert_eq!(notes["MimeType"], "text/markdown; charset=utf-8");
    assert_eq!(notes["ID"].as_str().unwrap().len(), 8);
    assert_eq!(rows[1]["IsDir"], true);
    assert_eq!(scene.run(&["lsjson", "ann:Empty"]).clean(), "[\n]\n");
    assert_eq!(scene.run(&["ls", "--json", "ann:Photos/Lisbon"]).clean().matches("\"Path\"").count(), 1);
}

#[test]
fn tree_size_and_about() {
    let scene = scene();
    assert_eq!(
        scene.run(&["tree", "ann:"]).clean(),
        "/\n├── Empty\n├── Photos\n│   ├── Lisbon\n│   │   └── tram.jpg\n│   └── castle.jpg\n└── notes.md\n\n3 directories, 3 files\n"
    );
    assert_eq!(
        scene.run(&["size", "ann:"]).clean(),
        "Total objects: 3\nTotal size: 1.002 MiB (1050581 Byte)\n"
    );
    assert_eq!(
        scene.run(&["size", "ann:", "--json"]).clean(),
        "{\n  \"count\": 3,\n  \"bytes\": 1050581,\n  \"sizeless\": 0\n}\n"
    );
    let sized = scene.run(&["tree", "-s", "ann:Photos"]).clean();
    assert!(sized.starts_with("[    1050576]  /\n├── [       2000]  Lisbon\n"), "{sized}");
    let about = scene.run(&["about", "ann:"]).clean();
    assert!(about.starts_with("Total:   20 GiB\nUsed:    1.002 MiB\nFree:    "), "{about}");
}

#[test]
fn filters_decide_as_rclones_do() {
    let scene = scene();
    let ls = |filters: &[&str]| scene.run(&[&["ls", "ann:"], filters].concat()).clean();
    assert_eq!(ls(&["--include", "*.jpg"]).lines().count(), 2);
    assert_eq!(ls(&["--exclude", "Lisbon/**"]).lines().count(), 2);
    assert_eq!(
        ls(&["--filter", "- castle*", "--include", "Lisbon/**"]),
        "     2000 Photos/Lisbon/tram.jpg\n"
    );
    assert_eq!(ls(&["--filter", "- *.jpg", "--filter", "+ *"]), "        5 notes.md\n");
    scene.run(&["ls", "ann:", "--include", "{a"]).refused(2, "{a");
}

#[test]
fn equal_names_are_all_listed_and_told() {
    let scene = Scene::logged_in();
    let root = scene.ann.roots()[0];
    for content in [b"one".as_slice(), b"three"] {
        scene.ann.file_in(root, "twin.txt", content, Some(JUNE));
    }
    let ran = scene.run(&["ls", "ann:"]);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.out.lines().count(), 2);
    assert!(ran.err.contains("1 name is that of several entries in \"ann:\""), "{}", ran.err);
    let verbose = scene.run(&["ls", "-v", "ann:"]);
    assert!(verbose.err.contains("2 entries are called \"twin.txt\": ann:H:"), "{}", verbose.err);
    let ambiguous = scene.run(&["cat", "ann:twin.txt"]).refused(6, "ambiguous");
    assert!(ambiguous.contains("H:") && ambiguous.contains("Hint: "), "{ambiguous}");
}

#[test]
fn a_node_that_cannot_be_read_is_listed_and_stops_nothing() {
    let scene = scene();
    let handle = scene.ann.undecryptable("Photos", 1234);
    let out = scene.run(&["ls", "ann:Photos"]).clean();
    assert!(out.contains(&format!("     1234 ?undecryptable H:{handle}\n")), "{out}");
    assert!(out.contains("castle.jpg"));
}

#[test]
fn a_hostile_name_comes_raw_through_a_pipe() {
    let scene = Scene::logged_in();
    scene.ann.file_in(scene.ann.roots()[0], "a\u{1b}[31mb/c\u{202e}.txt", b"x", Some(JUNE));
    assert_eq!(scene.run(&["lsf", "ann:"]).clean(), "a\u{1b}[31mb／c\u{202e}.txt\n");
}

#[test]
fn places_and_the_rubbish_bin_can_be_listed() {
    let scene = scene();
    scene.ann.trash("notes.md").unwrap();
    assert_eq!(scene.run(&["lsf", "ann://bin"]).clean(), "notes.md\n");
    assert_eq!(scene.run(&["lsf", "ann://in"]).clean(), "");
}

#[test]
fn local_folders_are_listed_too() {
    let scene = Scene::new();
    scene.write("a/b.txt", "12345");
    assert_eq!(scene.run(&["ls", "."]).clean(), "        5 a/b.txt\n");
    assert_eq!(scene.run(&["lsf", "./a"]).clean(), "b.txt\n");
    scene.run(&["ls", "nothing"]).refused(3, "nothing");
}

#[test]
fn an_account_of_the_environment_needs_no_file() {
    let scene = Scene::new();
    scene.ann.file("a.txt", b"a", JUNE);
    let account = [("MEGAPANE_REMOTE_TEMP_USER", EMAIL), ("MEGAPANE_REMOTE_TEMP_PASSWORD", PASSWORD)];
    let ran = scene.run_with(&["ls", "Temp:"], &account, "");
    assert_eq!(ran.clean(), "        1 a.txt\n");
    assert!(!scene.own("config").exists());
}

#[test]
fn mkdir_makes_what_is_missing_and_nothing_twice() {
    let scene = Scene::logged_in();
    scene.ann.folder("a");
    scene.run(&["mkdir", "ann:a/b/c", "-n"]);
    assert_eq!(scene.ann.paths(), ["a/"]);
    scene.run(&["mkdir", "ann:a/b/c"]).clean();
    scene.run(&["mkdir", "ann:a/b/c/"]).clean();
    assert_eq!(scene.ann.paths(), ["a/", "a/b/", "a/b/c/"]);
    scene.ann.file("a/file", b"x", JUNE);
    scene.run(&["mkdir", "ann:a/file/d"]).refused(3, "is a file");
}

#[test]
fn cat_prints_the_bytes_of_files_of_every_size() {
    let scene = Scene::logged_in();
    for size in [0, 1, 131_071, 131_073, 5_000_000] {
        let bytes: Vec<u8> = (b'a'..=b'w').cycle().take(size).collect();
        scene.ann.file("f", &bytes, JUNE);
        let ran = scene.run(&["cat", "ann:f"]);
        assert!(ran.code == 0 && ran.out.as_bytes() == bytes, "{size}: {}", ran.err);
        scene.ann.delete("f").unwrap();
    }
    scene.ann.file("a", b"first ", JUNE);
    scene.ann.file("b", b"second", JUNE);
    assert_eq!(scene.run(&["cat", "ann:a", "ann:b"]).clean(), "first second");
}

#[test]
fn sizes_and_ages_choose_what_is_listed() {
    let scene = Scene::logged_in();
    scene.ann.file("d/small.txt", b"1", 1_600_000_000);
    scene.ann.file("d/large.txt", b"1234567890", 1_700_000_000);
    let names = |bounds: &[&str]| scene.run(&[&["lsf", "-R", "ann:"], bounds].concat()).out;
    assert_eq!(names(&[]), "d/\nd/large.txt\nd/small.txt\n");
    assert_eq!(names(&["--min-size", "5B"]), "d/\nd/large.txt\n");
    assert_eq!(names(&["--max-age", "2022-01-01"]), "d/\nd/large.txt\n");
    assert_eq!(names(&["--min-age", "2022-01-01"]), "d/\nd/small.txt\n");
    assert_eq!(names(&["--max-depth", "1", "--max-size", "5B"]), "d/\n");
}
