#![cfg(test)]
//! The viewer, and the dialogs of an edit, as they look: at every size, in every depth of colour, in none, and in ASCII.

mod stage;

use std::io::Cursor;

use megapane::config::ColorDepth;
use stage::{App, SIZES, stage};

fn png() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(120, 60, |x, y| {
        image::Rgb([(x * 2).to_le_bytes()[0], (y * 4).to_le_bytes()[0], 128])
    });
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::ImageRgb8(picture).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let hostile = "first\tline\r\n\x1b[31mred\x1b[m \u{202e}gpj.exe\nünï 日本語 – and words that go on and on, to the end of any line\n";
    vec![
        ("binary.bin", (0u8..=255).cycle().take(10_000).collect()),
        ("picture.png", png()),
        ("text.txt", hostile.as_bytes().to_vec()),
    ]
}

/// What is looked at: a file, and a word of the page that shows it.
const PAGES: [(&str, &str); 3] = [("binary", "hex 0000"), ("picture", "120"), ("text", "gpj.exe")];

async fn look(app: &mut App, (file, word): (&str, &str)) {
    app.until("text.txt").await;
    app.type_in(&format!("/{file}<Enter><F3>")).await;
    app.until(word).await;
}

#[tokio::test(start_paused = true)]
async fn a_page_fits_every_size() {
    for (columns, rows) in SIZES {
        for page in PAGES {
            let mut app = App::at(stage(|_| {}, &files()), (columns, rows));
            look(&mut app, page).await;
            insta::assert_snapshot!(format!("{}_{columns}x{rows}", page.0), app.screen());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ascii_is_ascii_on_every_page() {
    for page in PAGES {
        let mut app = App::with(stage(|_| {}, &files()), |options| {
            (options.ascii, options.depth) = (true, ColorDepth::Few);
        });
        look(&mut app, page).await;
        assert!(app.screen().is_ascii(), "{}", app.screen());
        insta::assert_snapshot!(format!("{}_ascii", page.0), app.screen());
    }
}

#[tokio::test(start_paused = true)]
async fn colours_are_those_that_the_terminal_has() {
    let of_256 = |bytes: &str| bytes.contains("38;5;") || bytes.contains("48;5;");
    let of_millions = |bytes: &str| bytes.contains("38;2;") || bytes.contains("48;2;");
    for page in PAGES {
        for depth in [ColorDepth::Few, ColorDepth::Indexed, ColorDepth::Millions] {
            let mut app = App::with(stage(|_| {}, &files()), |options| options.depth = depth);
            look(&mut app, page).await;
            let bytes = app.bytes();
            let is_picture = page.0 == "picture";
            assert_eq!(
                of_millions(&bytes),
                is_picture && depth == ColorDepth::Millions,
                "{page:?} {depth:?}"
            );
            if depth == ColorDepth::Indexed {
                assert_eq!(of_256(&bytes), is_picture, "{page:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_colours_nothing_is_coloured() {
    for page in PAGES {
        let mut app = App::with(stage(|_| {}, &files()), |options| {
            (options.no_color, options.depth) = (true, ColorDepth::Few);
        });
        look(&mut app, page).await;
        for sequence in app.bytes().split("\x1b[").skip(1) {
            let Some((numbers, _)) = sequence.split_once('m') else { continue };
            let is_style = numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';');
            let coloured = |number: &str| matches!(number.parse(), Ok(30..=38 | 40..=48 | 90..=107));
            assert!(!is_style || !numbers.split(';').any(coloured), "{page:?}: {numbers}");
        }
    }
}
