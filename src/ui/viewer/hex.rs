//! Bytes as rows of a hex dump: the offset, the bytes in groups of eight, and the characters that they are. Pure; the
//! viewer moves by its rows.

/// Returns how many bytes a row of so many columns shows: a multiple of 8, or 4 where there is little room.
#[must_use]
pub fn per_row(columns: u16) -> u64 {
    match (u64::from(columns).saturating_sub(OFFSET) * 8 / EIGHT) / 8 * 8 {
        0 => 4,
        bytes => bytes.min(MOST),
    }
}

/// A row of the dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexRow {
    /// The offset, in hex.
    pub offset: String,
    /// Each byte: its two digits with the gap before them, the character it is shown as, and whether it was found.
    pub cells: Vec<(String, char, bool)>,
}

/// Returns rows of bytes that begin at `offset`.
#[must_use]
pub fn rows(bytes: &[u8], offset: u64, columns: u16, count: usize, hit: Option<(u64, u64)>) -> Vec<HexRow> {
    let per_row = per_row(columns);
    let width = usize::try_from(per_row).unwrap_or(4);
    let row = |(index, bytes): (usize, &[u8])| {
        let start = offset + index as u64 * per_row;
        let cell = |(place, byte): (usize, &u8)| {
            let gap = if place % 8 == 0 { "  " } else { " " };
            let is_hit = hit.is_some_and(|(from, to)| (from..to).contains(&(start + place as u64)));
            let character = if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '·' };
            (format!("{gap}{byte:02x}"), character, is_hit)
        };
        HexRow { offset: format!("{start:08x}"), cells: bytes.iter().enumerate().map(cell).collect() }
    };
    bytes.chunks(width).enumerate().take(count).map(row).collect()
}

/// Returns the columns that the digits of a whole row take, gaps included.
#[must_use]
pub fn digit_columns(per_row: u64) -> u16 {
    u16::try_from(per_row * 3 + per_row.div_ceil(8)).unwrap_or(u16::MAX)
}

/// Columns of the offset, and of the gap before the characters.
const OFFSET: u64 = 8 + 3;

/// Columns of eight bytes: two digits and a gap each, one more gap, and the characters.
const EIGHT: u64 = 8 * 3 + 1 + 8;

/// Bytes of the longest row.
const MOST: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bytes_stand_in_eighty_columns_and_never_more_than_there_is_room_for() {
        assert_eq!(
            [80, 120, 160, 40, 20, 1].map(per_row),
            [16, 24, 32, 4, 4, 4].map(|bytes: u64| bytes.max(4))
        );
        for columns in 44..300 {
            let bytes = per_row(columns);
            let used = OFFSET + u64::from(digit_columns(bytes)) + bytes;
            assert!(used <= u64::from(columns), "{bytes} in {columns}");
        }
    }

    #[test]
    fn a_row_says_offset_digits_and_characters() {
        let rows = rows(b"Hello\0world\xff0123456789", 16, 80, 9, Some((17, 18)));
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].offset, "00000020");
        let (digits, characters): (Vec<&str>, String) =
            rows[0].cells.iter().map(|(digits, character, _)| (digits.as_str(), *character)).unzip();
        assert_eq!(digits.concat(), "  48 65 6c 6c 6f 00 77 6f  72 6c 64 ff 30 31 32 33");
        assert_eq!(characters, "Hello·world·0123");
        assert!(rows[0].cells[1].2 && !rows[0].cells[0].2);
    }
}
