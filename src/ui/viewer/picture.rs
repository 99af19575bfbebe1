//! Pixels as characters: two to a cell by half blocks in as many colours as the terminal has, or by how dark they are.
//! Pure; the viewer and the preview draw with it.

use ratatui::style::{Color, Style};

use crate::config::ColorDepth;
use crate::message::Picture;

/// A cell of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureCell {
    /// The character.
    pub symbol: &'static str,
    /// Its colours.
    pub style: Style,
}

/// Returns the rows of cells of a picture.
#[must_use]
pub fn cells(picture: &Picture, depth: ColorDepth, ascii: bool) -> Vec<Vec<PictureCell>> {
    let width = usize::try_from(picture.width).unwrap_or(usize::MAX).max(1);
    let rows: Vec<&[[u8; 3]]> = picture.pixels.chunks(width).collect();
    let cell = |upper: [u8; 3], lower: Option<[u8; 3]>| match (depth, ascii) {
        (ColorDepth::Millions, false) => half_block(Color::Rgb(upper[0], upper[1], upper[2]), lower.map(rgb)),
        (ColorDepth::Indexed, false) => half_block(indexed(upper), lower.map(indexed)),
        (ColorDepth::Few, _) | (_, true) => {
            let light = usize::midpoint(luminance(upper), luminance(lower.unwrap_or(upper)));
            PictureCell { symbol: RAMP[light * RAMP.len() / 256], style: Style::new() }
        }
    };
    let row = |pair: &[&[[u8; 3]]]| {
        let lower = |column: usize| pair.get(1).and_then(|row| row.get(column)).copied();
        pair[0].iter().enumerate().map(|(column, upper)| cell(*upper, lower(column))).collect()
    };
    rows.chunks(2).map(row).collect()
}

fn half_block(upper: Color, lower: Option<Color>) -> PictureCell {
    match lower {
        Some(lower) if lower == upper => PictureCell { symbol: " ", style: Style::new().bg(upper) },
        Some(lower) => PictureCell { symbol: "▀", style: Style::new().fg(upper).bg(lower) },
        None => PictureCell { symbol: "▀", style: Style::new().fg(upper) },
    }
}

const fn rgb([red, green, blue]: [u8; 3]) -> Color {
    Color::Rgb(red, green, blue)
}

/// The nearest of the 6×6×6 cube and of the 24 greys of 256 colours.
fn indexed(pixel: [u8; 3]) -> Color {
    let level = |value: u8| match value {
        0..48 => 0u8,
        48..115 => 1,
        _ => (value - 35) / 40,
    };
    let [red, green, blue] = pixel.map(level);
    let cube = [red, green, blue].map(|level| if level == 0 { 0 } else { 55 + 40 * level });
    let grey = (luminance(pixel).saturating_sub(3) / 10).min(23);
    let tone = u8::try_from(8 + 10 * grey).unwrap_or(u8::MAX);
    if distance(pixel, [tone; 3]) < distance(pixel, cube) {
        Color::Indexed(232 + u8::try_from(grey).unwrap_or(23))
    } else {
        Color::Indexed(16 + 36 * red + 6 * green + blue)
    }
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
}

/// How light a pixel is, 0 to 255 (ITU-R BT.601).
fn luminance([red, green, blue]: [u8; 3]) -> usize {
    (299 * usize::from(red) + 587 * usize::from(green) + 114 * usize::from(blue)) / 1000
}

/// Characters from dark to light, on a dark ground.
const RAMP: [&str; 10] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ContentProof;

    fn picture() -> Picture {
        let (red, black) = ([255, 0, 0], [0, 0, 0]);
        Picture {
            format: "PNG".to_owned(),
            stored: (2, 3),
            width: 2,
            pixels: vec![red, black, black, black, red, black],
            proof: ContentProof::Local,
        }
    }

    #[test]
    fn two_pixels_share_a_cell() {
        let cells = cells(&picture(), ColorDepth::Millions, false);
        assert_eq!((cells.len(), cells[0].len()), (2, 2));
        let style = Style::new().fg(Color::Rgb(255, 0, 0)).bg(Color::Rgb(0, 0, 0));
        assert_eq!(cells[0][0], PictureCell { symbol: "▀", style });
        assert_eq!(cells[0][1].symbol, " ", "one colour needs no block");
        assert_eq!(cells[1][0].style.bg, None, "the last row is half a cell");
    }

    #[test]
    fn fewer_colours_are_the_nearest_and_none_are_shades() {
        let at = |depth, ascii| cells(&picture(), depth, ascii)[0][0];
        assert_eq!(at(ColorDepth::Indexed, false).style.fg, Some(Color::Indexed(196)));
        assert_eq!(indexed([128, 128, 128]), Color::Indexed(244));
        assert_eq!(at(ColorDepth::Few, false), PictureCell { symbol: ".", style: Style::new() });
        assert_eq!(at(ColorDepth::Millions, true).symbol, ".");
    }
}
