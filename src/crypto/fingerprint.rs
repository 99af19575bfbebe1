//! The fingerprint `c` of a file: four sampled CRC-32 lanes and the modification time. Transfers write it and compare
//! by it. It is a hint that two files may be equal, never a proof of content (that is the meta-MAC).

use crate::handle::{base64_decode_slice, base64_encode, is_base64_of};

/// CRC lanes and modification time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Four lanes of 4 bytes.
    pub crc: [u8; 16],
    /// Unix seconds.
    pub modified: i64,
}

impl Fingerprint {
    /// The text for attribute `c`: lanes, a count, then the time in that many little-endian bytes, the fewest that fit.
    #[must_use]
    pub fn text(&self) -> String {
        let (bytes, len) = self.bytes();
        base64_encode(&bytes[..len])
    }

    /// Returns whether [`Self::text`] is this text.
    pub(crate) fn is_written(&self, text: &str) -> bool {
        let (bytes, len) = self.bytes();
        is_base64_of(text, &bytes[..len])
    }

    fn bytes(&self) -> ([u8; 25], usize) {
        let time = self.modified.to_le_bytes();
        let count = time.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        let mut bytes = [0; 25];
        bytes[..16].copy_from_slice(&self.crc);
        bytes[16] = count.to_le_bytes()[0];
        bytes[17..].copy_from_slice(&time);
        (bytes, 17 + count)
    }

    /// Reads the text of attribute `c`; `None` when it is too short or its time has more than 8 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let mut bytes = [0; MAX_TEXT];
        let len = base64_decode_slice(text, &mut bytes)?;
        let (crc, rest) = bytes[..len].split_first_chunk::<16>()?;
        let (&count, rest) = rest.split_first()?;
        let mut time = [0; 8];
        let count = usize::from(count);
        time.get_mut(..count)?.copy_from_slice(rest.get(..count)?);
        Some(Self { crc: *crc, modified: i64::from_le_bytes(time) })
    }

    /// Computes it for a file of `size` bytes; `read_at` fills the whole buffer from the given offset.
    /// At most 8 KiB are read, whatever the size. Source of the layout: meganz/sdk `src/filefingerprint.cpp`,
    /// `FileFingerprint::genfingerprint`; vectors `fingerprint`, `fingerprint_from_sdk_unit_tests`.
    pub fn compute<E>(
        size: u64,
        modified: i64,
        read_at: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let crc = match usize::try_from(size) {
            Ok(size) if size <= 16 => whole(size, read_at)?,
            Ok(size) if size <= WINDOWS * WINDOW => quarters(size, read_at)?,
            Ok(_) | Err(_) => sampled(size, window_offset, read_at)?,
        };
        Ok(Self { crc, modified })
    }

    /// Computes what clients long ago wrote, who took the window offsets in 32 bits. It differs for files above about
    /// 32 MiB only; a file is the same if either form fits.
    pub fn compute_legacy<E>(
        size: u64,
        modified: i64,
        read_at: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        if size <= (WINDOWS * WINDOW) as u64 {
            return Self::compute(size, modified, read_at);
        }
        Ok(Self { crc: sampled(size, legacy_window_offset, read_at)?, modified })
    }
}

/// Up to 16 bytes are their own fingerprint.
fn whole<E>(size: usize, mut read_at: impl FnMut(u64, &mut [u8]) -> Result<(), E>) -> Result<[u8; 16], E> {
    let mut lanes = [0; 16];
    if size > 0 {
        read_at(0, &mut lanes[..size])?;
    }
    Ok(lanes)
}

/// Small files: a CRC of each quarter.
fn quarters<E>(size: usize, mut read_at: impl FnMut(u64, &mut [u8]) -> Result<(), E>) -> Result<[u8; 16], E> {
    let mut data = vec![0; size];
    read_at(0, &mut data)?;
    let mut lanes = [0; 16];
    for (lane, out) in lanes.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let quarter = &data[lane * size / 4..(lane + 1) * size / 4];
        *out = crc32fast::hash(quarter).to_be_bytes();
    }
    Ok(lanes)
}

/// Larger files: 128 windows of 64 bytes spread over the file, 32 of them in each lane.
fn sampled<E>(
    size: u64,
    offset_of: fn(u64, u64) -> u64,
    mut read_at: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
) -> Result<[u8; 16], E> {
    let mut lanes = [0; 16];
    let mut window = [0; WINDOW];
    let span = size - WINDOW as u64;
    for (lane, out) in lanes.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let mut crc = crc32fast::Hasher::new();
        for index in lane * WINDOWS / 4..(lane + 1) * WINDOWS / 4 {
            read_at(offset_of(span, index as u64), &mut window)?;
            crc.update(&window);
        }
        *out = crc.finalize().to_be_bytes();
    }
    Ok(lanes)
}

/// Windows are spread evenly: the first at the start of the file, the last at its end.
fn window_offset(span: u64, index: u64) -> u64 {
    let last = WINDOWS as u64 - 1;
    // span * index / last, without overflow in the product
    span / last * index + span % last * index / last
}

/// The same with a product that is cut to 32 bits.
fn legacy_window_offset(span: u64, index: u64) -> u64 {
    let product = span.wrapping_mul(index) & u64::from(u32::MAX);
    product / (WINDOWS as u64 - 1)
}

const WINDOW: usize = 64;
const WINDOWS: usize = 128;
/// 25 bytes take 34 characters; anything much longer is not a fingerprint and is not decoded.
const MAX_TEXT: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_without_lanes_or_with_too_long_a_time_is_refused() {
        for bytes in [
            vec![],
            vec![0; 16],
            [&[0; 16][..], &[9], &[0; 9]].concat(),
            [&[0; 16][..], &[4, 1, 2, 3]].concat(),
        ] {
            assert_eq!(Fingerprint::parse(&base64_encode(&bytes)), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_failing_read_is_reported() {
        for size in [1, 17, 1 << 20] {
            assert_eq!(Fingerprint::compute(size, 0, |_, _| Err("gone")), Err("gone"));
        }
        assert!(Fingerprint::compute(0, 0, |_, _| Err("gone")).is_ok(), "an empty file is not read");
    }

    #[test]
    fn windows_stay_inside_the_largest_file() {
        let size = u64::MAX;
        let read = |offset: u64, buffer: &mut [u8]| {
            assert!(offset <= size - buffer.len() as u64);
            Ok::<(), ()>(())
        };
        assert!(Fingerprint::compute(size, 0, read).is_ok());
    }

    proptest! {
        #[test]
        fn text_and_parse_are_inverse(crc: [u8; 16], modified: i64) {
            let fingerprint = Fingerprint { crc, modified };
            prop_assert_eq!(Fingerprint::parse(&fingerprint.text()), Some(fingerprint));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,80}") {
            let _ = Fingerprint::parse(&text);
        }
    }
}
