//! The log, looked at from within the program.
//! What is written into it is tested where it is written; here that it is found and shown.

use crate::app::App;

#[tokio::test(start_paused = true)]
async fn the_log_of_today_is_shown_and_none_is_told() {
    let app = App::start(&[], &[]).await;
    app.type_in("gL").await;
    app.must_show("megapane-2024-08-14.log");
    app.must_show("Nothing was noted today");
    app.type_in("q").await;
    let folder = app.scratch.path().join("state").join("log");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("megapane-2024-08-14.log"), "WARN the line is lost \u{1b}[31m\n").unwrap();
    app.type_in("gL").await;
    app.must_show("WARN the line is lost");
    app.type_in("q").await;
    app.must_show("~/disk");
}
