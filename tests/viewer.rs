#![cfg(test)]
//! Looking into files, on both sides and through the real loop: keys go in, the worker reads from the disk and from the
//! emulator, and what the terminal shows is read back from the bytes that were written to it. Time is paused.

mod stage;

use std::io::Cursor;

use megapane::emulator::Owner;
use stage::{App, stage};

fn text() -> String {
    let line =
        |number| format!("{number:>6}  The quick brown fox jumps over the lazy dog, again and again.\n");
    (1..=20_000).map(line).collect()
}

fn png() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(120, 60, |x, y| {
        image::Rgb([(x * 2).to_le_bytes()[0], (y * 4).to_le_bytes()[0], 128])
    });
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::ImageRgb8(picture).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let hostile = "first\tline\r\n\x1b[31mred\x1b[m \u{202e}gpj.exe\nünï 日本語\n";
    vec![
        ("binary.bin", (0u8..=255).cycle().take(10_000).collect()),
        ("empty.txt", Vec::new()),
        ("hostile.txt", hostile.as_bytes().to_vec()),
        ("picture.png", png()),
        ("text.txt", text().into_bytes()),
    ]
}

/// The same files on both sides; the left pane is the disk.
async fn app() -> App {
    let on_cloud = |ann: &Owner| {
        for (name, bytes) in files() {
            ann.file(name, &bytes, 1_700_000_000);
        }
        ann.undecryptable("", 77);
    };
    let mut app = App::start(stage(on_cloud, &files()));
    app.until("text.txt").await;
    app
}

#[tokio::test(start_paused = true)]
async fn enter_and_f3_show_a_text_of_either_side_and_q_closes() {
    let mut app = app().await;
    for (side, proof) in [("", ""), ("<Tab>", " · not checked yet")] {
        app.type_in(side).await;
        for keys in ["/text<Enter><Enter>", "<F3>", "gv"] {
            app.type_in(keys).await;
            app.until("The quick brown fox").await;
            let head = format!("1.3M ·   0 % · text UTF-8{proof}");
            assert!(app.screen().lines().next().unwrap().contains(&head), "{}", app.screen());
            app.type_in("q").await;
            app.until("picture.png").await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_shown_is_downloaded() {
    let mut app = app().await;
    app.type_in("<Tab>/text<Enter>").await;
    app.emulator.clear_seen();
    app.type_in("<F3>").await;
    app.until("The quick brown fox").await;
    assert!(app.downloaded() <= 64 << 10, "{}", app.downloaded());
    app.type_in("G").await;
    app.until(" 20000  The quick").await;
    assert!(app.screen().contains("100 %"), "{}", app.screen());
    app.type_in("%50<Enter>").await;
    app.until(" 50 %").await;
    app.type_in("g").await;
    app.until("     1  The quick").await;
    assert!(app.downloaded() <= 400 << 10, "{}", app.downloaded());
}

#[tokio::test(start_paused = true)]
async fn a_small_file_is_checked_when_all_of_it_was_read() {
    let mut app = app().await;
    app.type_in("<Tab>/hostile<Enter><Enter>").await;
    app.until("· checked").await;
    insta::assert_snapshot!("text", app.screen());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_comes_damaged_says_so() {
    let mut app = app().await;
    app.emulator.fault("flip:3@dl").unwrap();
    app.type_in("<Tab>/hostile<Enter><Enter>").await;
    app.until("DAMAGED").await;
}

#[tokio::test(start_paused = true)]
async fn bytes_of_a_binary_file_and_of_a_text() {
    let mut app = app().await;
    app.type_in("/binary<Enter><Enter>").await;
    app.until("hex 00000000").await;
    insta::assert_snapshot!("hex", app.screen());
    app.type_in("/fd fe ff 00<Enter>").await;
    app.until("hex 000000").await;
    app.type_in("n").await;
    app.until("hex 000001").await;
    app.type_in("q/text<Enter><Enter>h").await;
    app.until("54 68 65").await;
    app.type_in("<F4>").await;
    app.until("text UTF-8").await;
}

#[tokio::test(start_paused = true)]
async fn a_search_goes_on_and_back_on_either_side() {
    let mut app = app().await;
    for side in ["", "<Tab>"] {
        app.type_in(side).await;
        app.type_in("/text<Enter><Enter>").await;
        app.until("The quick").await;
        app.type_in("/19999  the<Enter>").await;
        app.until(" 19999  The").await;
        app.type_in("/ 1500<Enter>").await;
        app.until("  1500  The").await;
        app.type_in("n").await;
        app.until(" 15000  The").await;
        app.type_in("N").await;
        app.until("  1500  The").await;
        app.type_in("/nowhere<Enter>").await;
        app.until("not found").await;
        app.type_in("q").await;
    }
}

#[tokio::test(start_paused = true)]
async fn escape_stops_a_search_and_then_closes() {
    let mut app = app().await;
    app.type_in("<Tab>/text<Enter><Enter>").await;
    app.until("The quick").await;
    app.emulator.fault("rate:4KiB@dl").unwrap();
    app.type_in("/nowhere<Enter>").await;
    app.until("Esc stops").await;
    app.type_in("<Esc>").await;
    app.until("q Close").await;
    app.type_in("<Esc>").await;
    app.until("picture.png").await;
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_drawn_in_half_blocks_with_its_colours() {
    let mut app = app().await;
    app.type_in("/picture<Enter><Enter>").await;
    app.until("PNG 120×60").await;
    app.until("▀▀▀▀").await;
    insta::assert_snapshot!("picture", app.screen());
    let cell = app.terminal.screen().cell(11, 40).unwrap();
    assert!(
        matches!(cell.fgcolor(), vt100::Color::Rgb(..)) && matches!(cell.bgcolor(), vt100::Color::Rgb(..))
    );
    app.type_in("h").await;
    app.until("89 50 4e 47").await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_says_why() {
    let mut app = app().await;
    app.type_in("/empty<Enter><Enter>").await;
    app.until("This file is empty.").await;
    app.type_in("q/text<Enter>").await;
    std::fs::remove_file(app.disk().join("text.txt")).unwrap();
    app.type_in("<F3>").await;
    app.until("Cannot read \"text.txt\"").await;
    app.until("not read").await;
    app.type_in("q<Tab>/undecryptable<Enter><F3>").await;
    app.until("H:").await;
    app.until("key").await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_short_is_asked_for_again() {
    let mut app = app().await;
    app.emulator.fault("short:10@dl#1").unwrap();
    app.type_in("<Tab>/hostile<Enter><Enter>").await;
    app.until("· checked").await;
}

#[tokio::test(start_paused = true)]
async fn a_wide_screen_has_a_preview_of_what_is_under_the_cursor() {
    let on_cloud = |ann: &Owner| {
        for (name, bytes) in files() {
            ann.file(name, &bytes, 1_700_000_000);
        }
    };
    let mut app = App::wide(stage(on_cloud, &files()));
    app.until("text.txt").await;
    app.type_in("/hostile<Enter>").await;
    app.until("first   line").await;
    app.type_in("/picture<Enter>").await;
    app.until("▀▀▀▀").await;
    app.type_in("<Tab>").await;
    app.until("0e 0f").await;
    app.emulator.clear_seen();
    app.type_in("/text<Enter>").await;
    app.until("     1  The quick").await;
    assert!(app.downloaded() <= 64 << 10, "{}", app.downloaded());
    app.type_in("P").await;
    app.until("preview off").await;
    assert!(!app.screen().contains("     1  The quick"), "{}", app.screen());
}
