//! A content decoded as a picture: read whole and checked, decoded off the async threads within bounds, scaled to what the
//! screen can show. `viewing` runs it as a job. A picture is hostile input: sizes are looked at before anything is decoded.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::Opening;
use super::source::{ReadError, Source};
use crate::message::{ContentProof, Picture, Problem, ProblemKind};
use crate::transfer::reader::Reader;
use crate::transfer::{Limits, TransferError};
use crate::worker::jobs::blocking;

/// Why a picture cannot be shown.
pub(super) enum PictureError {
    Read(ReadError),
    /// All of it came, and it is not what was uploaded.
    Damaged,
    /// More bytes than are read for a picture.
    LongFile,
    /// More pixels than are decoded.
    ManyPixels(u32, u32),
    /// It is none, or broken.
    Undecodable(String),
}

/// Reads and decodes a picture, at most `width` by `height` pixels large then.
pub(super) async fn decode(
    opening: Opening,
    limits: Limits,
    width: u32,
    height: u32,
) -> Result<Picture, PictureError> {
    let (bytes, proof) = read(opening, limits).await?;
    blocking(move || decode_bytes(bytes, proof, width, height)).await
}

async fn read(opening: Opening, limits: Limits) -> Result<(Vec<u8>, ContentProof), PictureError> {
    match opening {
        Opening::Disk(path) => {
            let part = Source::disk(path).part(0, MOST_BYTES + 1).await.map_err(PictureError::Read)?;
            if part.bytes.len() as u64 > MOST_BYTES {
                return Err(PictureError::LongFile);
            }
            Ok((part.bytes, ContentProof::Local))
        }
        Opening::Cloud(file) if file.size > MOST_BYTES => Err(PictureError::LongFile),
        Opening::Cloud(file) => {
            let mut reader = Reader::new(file.session, file.node, file.key, file.size, limits);
            let failed = |error| PictureError::Read(ReadError::Cloud(error));
            let mut bytes = Vec::new();
            while let Some(piece) = reader.next().await.map_err(failed)? {
                bytes.extend(piece);
            }
            let intact = reader.is_intact();
            if intact { Ok((bytes, ContentProof::Proven)) } else { Err(PictureError::Damaged) }
        }
    }
}

fn decode_bytes(
    bytes: Vec<u8>,
    proof: ContentProof,
    width: u32,
    height: u32,
) -> Result<Picture, PictureError> {
    let broken = |error: &dyn std::error::Error| PictureError::Undecodable(error.to_string());
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| broken(&error))?;
    let format = reader.format().map_or("", format_name).to_owned();
    let mut bounds = image::Limits::default();
    bounds.max_alloc = Some(MOST_MEMORY);
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(|error| broken(&error))?;
    let stored = decoder.dimensions();
    if u64::from(stored.0) * u64::from(stored.1) > MOST_PIXELS {
        return Err(PictureError::ManyPixels(stored.0, stored.1));
    }
    let orientation = decoder.orientation().map_err(|error| broken(&error))?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| broken(&error))?;
    let (width, height) = (width.clamp(1, MOST_SHOWN), height.clamp(1, MOST_SHOWN));
    // Turned after scaling: far fewer pixels.
    let room = if matches!(orientation_turns(orientation), Turn::OnItsSide) {
        (height, width)
    } else {
        (width, height)
    };
    let is_small = picture.width() <= room.0 && picture.height() <= room.1;
    let mut scaled = if is_small { picture } else { picture.thumbnail(room.0, room.1) };
    scaled.apply_orientation(orientation);
    let pixels = scaled.to_rgba8().pixels().map(|pixel| over_black(pixel.0)).collect();
    Ok(Picture { format, stored, width: scaled.width(), pixels, proof })
}

/// Whether a picture is stored lying down.
enum Turn {
    Upright,
    OnItsSide,
}

const fn orientation_turns(orientation: image::metadata::Orientation) -> Turn {
    use image::metadata::Orientation as O;
    match orientation {
        O::Rotate90 | O::Rotate270 | O::Rotate90FlipH | O::Rotate270FlipH => Turn::OnItsSide,
        O::NoTransforms | O::Rotate180 | O::FlipHorizontal | O::FlipVertical => Turn::Upright,
    }
}

fn over_black([red, green, blue, alpha]: [u8; 4]) -> [u8; 3] {
    [red, green, blue]
        .map(|colour| u8::try_from(u16::from(colour) * u16::from(alpha) / 255).unwrap_or(u8::MAX))
}

fn format_name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP",
        _ => "picture", // no other decoder is built in
    }
}

impl PictureError {
    /// What the user is told.
    pub(super) fn told(&self, what: &str, name: &str) -> Problem {
        let problem = |reason: String| {
            Problem::new(
                ProblemKind::Other,
                format!("Cannot show \"{name}\" as a picture: {reason}"),
                "Press h for its bytes.",
            )
        };
        match self {
            Self::Read(error) => error.told(what),
            Self::Damaged => ReadError::Cloud(TransferError::Damaged { name: name.to_owned() }).told(what),
            Self::LongFile => problem("it is larger than 32 MiB".to_owned()),
            Self::ManyPixels(width, height) => {
                problem(format!("{width} by {height} pixels are more than are decoded here"))
            }
            Self::Undecodable(reason) => problem(reason.clone()),
        }
    }
}

/// Bytes of a file that is decoded.
const MOST_BYTES: u64 = 32 << 20;

/// Pixels of a picture that is decoded.
const MOST_PIXELS: u64 = 64 << 20;

/// Memory that decoding may take, bytes: four for each pixel, and as much again for what the format needs.
const MOST_MEMORY: u64 = 8 * MOST_PIXELS;

/// Pixels either way that are shown at most; no terminal has more.
const MOST_SHOWN: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 { [255, 0, 0] } else { [0, 0, 255] })
        }));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_scaled_to_fit_and_keeps_its_shape() {
        let Ok(picture) = decode_bytes(png(400, 100), ContentProof::Local, 40, 40) else { panic!() };
        assert_eq!((picture.format.as_str(), picture.stored), ("PNG", (400, 100)));
        assert_eq!((picture.width, picture.pixels.len()), (40, 400));
        assert_eq!((picture.pixels[0], picture.pixels[39]), ([255, 0, 0], [0, 0, 255]));
    }

    #[test]
    fn what_is_broken_or_none_says_so() {
        for bytes in [b"no picture".to_vec(), png(40, 40)[..60].to_vec(), Vec::new()] {
            let refused = decode_bytes(bytes, ContentProof::Local, 10, 10);
            assert!(matches!(refused, Err(PictureError::Undecodable(_))));
        }
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_not_decoded() {
        let mut bytes = png(4, 4);
        bytes[16..20].copy_from_slice(&100_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&100_000u32.to_be_bytes());
        assert!(decode_bytes(bytes, ContentProof::Local, 10, 10).is_err());
    }
}
