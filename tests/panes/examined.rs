//! The page of what is wrong, from the palette and by its key, on a real account.

use crate::app::App;

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_listed_with_what_mends_it() {
    let app = App::start(&["local.txt"], &["old.txt"]).await;
    let root = app.ann.roots()[0];
    app.ann.file_in(root, "twin", b"1", Some(1));
    app.ann.file_in(root, "twin", b"2", Some(2));
    app.type_in("<Tab>gc<C-r>").await;
    app.settle().await;
    app.type_in(":doctor<Enter>").await;
    app.settle().await;
    app.must_show("This machine and work: 1 thing needs a look");
    app.must_show("names");
    app.must_show("megapane dedupe work:");
    app.type_in("y").await;
    app.must_show("needs a look");
    app.must_show("copied");
    app.type_in("j").await;
    app.must_not_show("megapane dedupe work:");
    app.must_not_show("copied");
    app.type_in("r").await;
    app.settle().await;
    app.must_show("1 thing needs a look");
    app.type_in("q").await;
    app.must_not_show("needs a look");
    app.type_in("gD").await;
    app.settle().await;
    app.must_show("is open, with");
}
