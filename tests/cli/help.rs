//! `help`: what `--help` prints, for fingers that know it from rclone.

use crate::scene::Scene;

#[test]
fn help_prints_what_the_option_prints() {
    let scene = Scene::new();
    for words in [&[][..], &["copy"], &["config", "create"]] {
        let by_command = scene.run(&[&["help"], words].concat()).clean();
        let by_option = scene.run(&[words, &["--help"]].concat()).clean();
        assert_eq!(by_command.trim_end(), by_option.trim_end(), "{words:?}");
    }
    scene.run(&["help", "fly"]).refused(2, "there is no command \"fly\"");
}
