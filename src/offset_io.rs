//! File content at an offset ([`read_at`], [`write_at`]), each with its twin for Windows. The movers, the emulator's store
//! and whoever reads a file for its fingerprint share files between threads by them: nobody may rely on the cursor
//! afterwards. Both block.

use std::fs::File;
use std::io;

/// Fills `bytes` from `offset`.
///
/// # Errors
/// What the system says; [`io::ErrorKind::UnexpectedEof`] where the file is shorter.
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
    }
    #[cfg(windows)]
    {
        let (mut bytes, mut offset) = (bytes, offset);
        while !bytes.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => {
                    bytes = &mut bytes[read..];
                    offset += read as u64;
                }
            }
        }
        Ok(())
    }
}

/// Writes all of `bytes` at `offset`.
///
/// # Errors
/// What the system says; some of the bytes may be written then.
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
    }
    #[cfg(windows)]
    {
        let (mut bytes, mut offset) = (bytes, offset);
        while !bytes.is_empty() {
            let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
            bytes = &bytes[written..];
            offset += written as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_at_an_offset_is_read_there() {
        let file = tempfile::tempfile().unwrap();
        write_at(&file, b"behind", 5).unwrap();
        write_at(&file, b"front", 0).unwrap();
        let mut bytes = [0; 8];
        read_at(&file, &mut bytes, 2).unwrap();
        assert_eq!(&bytes, b"ontbehin");
        let error = read_at(&file, &mut bytes, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
