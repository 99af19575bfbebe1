//! The few shapes of which a saved tree is made: numbers of fixed width, little-endian, and texts and lists with their
//! length before them. `saved` and the store write and read with these; what is read has been authenticated before.

use std::io::{self, Read, Write};

/// Writes a list length, or the length of a text.
pub(super) fn put_len(out: &mut impl Write, len: usize) -> io::Result<()> {
    let len = u32::try_from(len).map_err(|_too_long| io::ErrorKind::FileTooLarge)?;
    out.write_all(&len.to_le_bytes())
}

/// Writes a text.
pub(super) fn put_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    put_len(out, text.len())?;
    out.write_all(text.as_bytes())
}

/// Reads so many bytes.
pub(super) fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Reads a length.
pub(super) fn len(from: &mut impl Read) -> io::Result<usize> {
    Ok(u32::from_le_bytes(bytes(from)?) as usize)
}

/// Reads a text.
pub(super) fn text(from: &mut impl Read) -> io::Result<String> {
    let len = len(from)?;
    let mut text = String::new();
    from.take(len as u64).read_to_string(&mut text)?;
    if text.len() == len { Ok(text) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// What was read cannot have been written by this program.
pub(super) fn senseless() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
