//! `ncdu` opens the screen; where there is none it says what to use, and wrong places are told first.

use crate::scene::Scene;

#[test]
fn without_a_terminal_there_is_no_page_of_usage() {
    let scene = Scene::logged_in();
    scene.write("here", "x");
    scene.run(&["ncdu", "ann:"]).refused(2, "there is no terminal");
    scene.run(&["ncdu", "."]).refused(2, "there is no terminal");
    scene.run(&["ncdu", "bob:"]).refused(1, "\"bob\"");
    scene.run(&["ncdu", "missing"]).refused(3, "missing");
    scene.run(&["ncdu", "here"]).refused(3, "is a file");
    assert_eq!(scene.run(&["ncdu"]).code, 2);
}
