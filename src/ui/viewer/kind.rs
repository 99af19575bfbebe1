//! What a file seems to be by its first bytes: text in one of two encodings, a picture of a format that can be decoded, or
//! neither. The viewer shows it so; its name says nothing.

/// What a file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Lines of text.
    Text(Encoding),
    /// JPEG, PNG, GIF or `WebP`.
    Picture,
    /// Anything else.
    Binary,
}

/// How bytes are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; what is not is shown as bytes.
    Utf8,
    /// ISO 8859-1: a character for each byte.
    Latin1,
}

impl Kind {
    /// Judges by the beginning of a file.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if is_picture(bytes) {
            return Self::Picture;
        }
        let odd = bytes.iter().filter(|byte| is_odd(**byte)).count();
        if bytes.contains(&0) || odd * ODD_SHARE > bytes.len() {
            return Self::Binary;
        }
        // A character may be cut at the end of what is there.
        match std::str::from_utf8(bytes) {
            Err(error) if error.error_len().is_some() || bytes.len() - error.valid_up_to() > 3 => {
                Self::Text(Encoding::Latin1)
            }
            Ok(_) | Err(_) => Self::Text(Encoding::Utf8),
        }
    }
}

impl Encoding {
    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Latin1 => "Latin-1",
        }
    }
}

fn is_picture(bytes: &[u8]) -> bool {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    is_webp || MAGIC.iter().any(|magic| bytes.starts_with(magic))
}

/// Control characters that no text has; ESC and form feed stand in some.
const fn is_odd(byte: u8) -> bool {
    matches!(byte, 0..=6 | 14..=26 | 28..=31 | 127)
}

/// A file with more than one odd byte in so many is no text.
const ODD_SHARE: usize = 20;

/// How pictures begin.
const MAGIC: &[&[u8]] = &[b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let cases: [(&[u8], Kind); 9] = [
            (b"", Kind::Text(Encoding::Utf8)),
            ("größer\n".as_bytes(), Kind::Text(Encoding::Utf8)),
            (&"größer".as_bytes()[..3], Kind::Text(Encoding::Utf8)),
            (b"gr\xf6\xdfer\n", Kind::Text(Encoding::Latin1)),
            (b"\x1b[31mred\x1b[m\n", Kind::Text(Encoding::Utf8)),
            (b"ELF\0\x01", Kind::Binary),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Kind::Picture),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Kind::Picture),
            (b"\x01\x02\x03\x04", Kind::Binary),
        ];
        for (bytes, kind) in cases {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }
}
