//! `--bwlimit`, `--max-transfer`, `--max-duration`, `--cutoff-mode`: what they mean, and what is refused.

use crate::scene::{JUNE, Scene};

fn scene() -> Scene {
    let scene = Scene::logged_in();
    for name in ["src/a", "src/b", "src/c"] {
        scene.write(name, &"x".repeat(1000));
    }
    scene
}

#[test]
fn every_way_to_write_a_speed_is_taken_and_the_bytes_arrive() {
    let scene = scene();
    for (number, speed) in
        ["10M", "10M:1M", "off", "0", "512", "08:00,512k 19:00,10M Sat-10:00,off"].into_iter().enumerate()
    {
        scene.run(&["copy", "--bwlimit", speed, "src", &format!("ann:{number}")]).clean();
        assert_eq!(scene.ann.content(&format!("{number}/a")).unwrap().len(), 1000);
    }
    scene.run(&["--bwlimit=1M", "copy", "ann:0", "down"]).clean();
    assert_eq!(scene.run(&["cat", "ann:0/a", "--bwlimit", "1M"]).clean().len(), 1000);
    assert_eq!(scene.read("down/c").len(), 1000);
}

#[test]
fn a_speed_that_is_none_is_refused_with_an_example() {
    let scene = scene();
    for speed in ["fast", "10X", "25:00,1M", "Foo-08:00,1M", "-1"] {
        let ran = scene.run(&["copy", &format!("--bwlimit={speed}"), "src", "ann:x"]);
        assert_eq!(ran.code, 2, "{speed}: {}", ran.err);
        assert!(ran.err.contains("--bwlimit"), "{}", ran.err);
    }
    assert!(scene.ann.paths().is_empty());
}

#[test]
fn the_speed_of_the_configuration_is_read_and_its_mistakes_are_told_with_their_line() {
    let scene = scene();
    let file = scene.own("config").join("config.toml");
    let accounts = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("bwlimit = \"10M:off\"\n{accounts}")).unwrap();
    scene.run(&["copy", "src", "ann:x"]).clean();
    std::fs::write(&file, format!("bwlimit = \"quick\"\n{accounts}")).unwrap();
    scene.run(&["copy", "src", "ann:y"]).refused(1, "line 1, column 11: write a speed like");
    assert_eq!(scene.ann.paths(), ["x/", "x/a", "x/b", "x/c"]);
}

#[test]
fn a_copy_that_has_moved_enough_ends_with_8_and_the_next_one_goes_on() {
    for (mode, copied) in [("soft", 2), ("SOFT", 2), ("cautious", 1)] {
        let scene = scene();
        let copy = ["copy", "--max-transfer", "1500B", "--cutoff-mode", mode, "src", "ann:x"];
        let ran = scene.run(&copy);
        assert_eq!(ran.code, 8, "{}", ran.err);
        assert!(ran.err.contains("--max-transfer"), "{}", ran.err);
        assert_eq!(scene.ann.paths().len(), 1 + copied, "{mode}");
        for _ in 0..2 {
            scene.run(&copy);
        }
        assert_eq!(scene.ann.paths(), ["x/", "x/a", "x/b", "x/c"]);
        scene.run(&copy).clean();
    }
    let scene = scene();
    assert_eq!(scene.run(&["copy", "--max-transfer", "1500B", "src", "ann:x"]).code, 8);
    scene.run(&["copy", "--max-transfer", "off", "src", "ann:x"]).clean();
    assert_eq!(scene.ann.paths(), ["x/", "x/a", "x/b", "x/c"]);
}

#[test]
fn what_moved_of_a_file_that_did_not_arrive_is_told_as_moved() {
    let scene = Scene::logged_in();
    scene.write("film", &"x".repeat(8 << 20));
    scene.ann.file("film", &vec![7; 8 << 20], JUNE);
    for (from, to) in [("film", "ann:up"), ("ann:film", "down")] {
        let ran = scene.run(&["copy", "--max-transfer", "5M", from, to]);
        assert_eq!(ran.code, 8, "{}", ran.err);
        let line = ran.err.lines().find(|line| line.starts_with("Transferred:")).unwrap();
        let told = line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap();
        assert!(line.contains(" MiB / 8 MiB") && told > 0.0 && told <= 5.0, "{line}");
        assert!(ran.err.contains("--max-transfer"), "{}", ran.err);
    }
}

#[test]
fn a_sync_that_is_cut_short_deletes_nothing_and_a_move_removes_what_it_moved() {
    let scene = scene();
    scene.ann.file("x/old", b"old", JUNE);
    let limits = ["--max-transfer", "1500B", "--cutoff-mode", "soft"];
    assert_eq!(scene.run(&[&["sync", "src", "ann:x"], &limits[..]].concat()).code, 8);
    assert_eq!(scene.ann.content("x/old").unwrap(), b"old");
    assert_eq!(scene.run(&[&["move", "src", "ann:y"], &limits[..]].concat()).code, 8);
    let left = crate::scene::files_below(&scene.path("src")).len();
    assert_eq!((left, scene.ann.items(scene.ann.node("y").unwrap()).len()), (1, 2));
}

#[test]
fn a_copy_that_took_long_enough_ends_with_10() {
    let scene = scene();
    scene.emulator.fault("slow:3600s@ul").unwrap();
    let ran = scene.run(&["copy", "--max-duration", "1s", "src", "ann:x"]);
    assert_eq!(ran.code, 10, "{}", ran.err);
    assert!(ran.err.contains("--max-duration"), "{}", ran.err);
}

#[test]
fn bounds_that_make_no_sense_are_refused() {
    let scene = scene();
    for bad in [["--max-transfer", "much"], ["--max-duration", "soon"], ["--cutoff-mode", "gentle"]] {
        assert_eq!(scene.run(&["copy", bad[0], bad[1], "src", "ann:x"]).code, 2, "{bad:?}");
    }
    assert!(scene.ann.paths().is_empty());
}
