//! The bytes of files as the server has them: ciphertext, in memory when small, in a file when large, or made on the
//! fly. Uploads fill it, downloads read it in pieces. It holds no key but that of made content.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::{Deserialize, Serialize};

use super::recipe::Recipe;
use crate::crypto::raid;
use crate::handle::{base64_decode, base64_encode};
use crate::offset_io;

/// Names one content in the store. Several nodes may have the same one: copies, versions, imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ContentId(pub(crate) u64);

/// The ciphertext of one file.
#[derive(Clone)]
pub(crate) enum Content {
    /// Small: held as it is.
    Memory(Bytes),
    /// Large: in a file of ours, which goes when the last reader does.
    Stored(Arc<StoredFile>),
    /// Computed while it is read.
    Made(Arc<Recipe>),
}

/// What a journal keeps of a content.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ContentRecord {
    /// The bytes in base64.
    Inline(String),
    /// Bytes in the file that the content's number names.
    File(u64),
    /// How to make it.
    Made(Recipe),
}

/// A content under way: bytes arrive in any order.
pub(crate) enum Sink {
    /// Small.
    Memory(Vec<u8>),
    /// Large.
    Stored(Arc<StoredFile>),
}

/// A file that holds one content.
pub(crate) struct StoredFile {
    file: File,
    /// Held while the file's cursor is used, which is for reading only.
    cursor: Mutex<()>,
    /// Held by the piece that is written: the system lets one write at a time, and has the others wait in their threads.
    turn: tokio::sync::Mutex<()>,
    len: u64,
    /// Where it is, unless it has no name.
    path: Option<PathBuf>,
}

/// Where contents are kept.
#[derive(Clone, Default)]
pub(crate) struct Store {
    /// The state folder's part for contents; without one, large contents have nameless temporary files.
    folder: Option<PathBuf>,
}

impl Store {
    /// A store that keeps large contents in `folder`.
    pub(crate) fn in_folder(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder: Some(folder) })
    }

    /// Opens a place for `len` bytes.
    pub(crate) fn sink(&self, id: ContentId, len: u64) -> io::Result<Sink> {
        let limit = if self.folder.is_some() { INLINE_LIMIT } else { MEMORY_LIMIT };
        match usize::try_from(len) {
            Ok(small) if len <= limit => Ok(Sink::Memory(vec![0; small])),
            _ => {
                let path = self.folder.as_ref().map(|folder| folder.join(id.0.to_string()));
                let file = match &path {
                    Some(path) => {
                        File::options().read(true).write(true).create(true).truncate(true).open(path)?
                    }
                    None => tempfile::tempfile()?,
                };
                file.set_len(len)?;
                Ok(Sink::Stored(Arc::new(StoredFile::new(file, len, path))))
            }
        }
    }

    /// Brings a journalled content back.
    pub(crate) fn open(&self, record: ContentRecord) -> io::Result<Content> {
        match record {
            ContentRecord::Inline(text) => Ok(Content::Memory(base64_decode(&text).into())),
            ContentRecord::Made(recipe) => Ok(Content::Made(Arc::new(recipe))),
            ContentRecord::File(number) => {
                let folder = self.folder.as_deref().unwrap_or(Path::new("."));
                let path = folder.join(number.to_string());
                let file = File::open(&path)?;
                let len = file.metadata()?.len();
                Ok(Content::Stored(Arc::new(StoredFile::new(file, len, Some(path)))))
            }
        }
    }
}

impl Sink {
    /// Writes `bytes` at `offset`; the caller has checked that they fit.
    pub(crate) fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(all) => {
                let start = usize::try_from(offset).map_err(io::Error::other)?;
                let place = all
                    .get_mut(start..start + bytes.len())
                    .ok_or_else(|| io::Error::other("beyond the end"))?;
                place.copy_from_slice(bytes);
                Ok(())
            }
            Self::Stored(stored) => offset_io::write_at(&stored.file, bytes, offset),
        }
    }

    /// The file, where there is one: it can be written to while other requests are answered.
    pub(crate) fn stored(&self) -> Option<Arc<StoredFile>> {
        match self {
            Self::Stored(stored) => Some(Arc::clone(stored)),
            Self::Memory(_) => None,
        }
    }

    /// Ends the writing; nothing is left in the sink.
    pub(crate) fn finish(&mut self) -> Content {
        match std::mem::replace(self, Self::Memory(Vec::new())) {
            Self::Memory(all) => Content::Memory(all.into()),
            Self::Stored(stored) => Content::Stored(stored),
        }
    }
}

impl StoredFile {
    fn new(file: File, len: u64, path: Option<PathBuf>) -> Self {
        Self { file, cursor: Mutex::default(), turn: tokio::sync::Mutex::default(), len, path }
    }

    /// Writes `bytes` at `offset`, when those that came before are written; the caller has checked that they fit.
    pub(crate) async fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let _held = self.turn.lock().await;
        offset_io::write_at(&self.file, bytes, offset)
    }
}

impl Content {
    /// Bytes in all.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Stored(stored) => stored.len,
            Self::Made(recipe) => recipe.size,
        }
    }

    /// Reads `len` bytes from `offset` on, in pieces of at most 256 KiB; the caller has checked the range.
    ///
    /// Files are read where the stream is polled: it is a page cache read of one piece.
    pub(crate) fn read(&self, offset: u64, len: u64) -> BoxStream<'static, io::Result<Bytes>> {
        let content = self.clone();
        let pieces = (0..len.div_ceil(PIECE)).map(move |index| {
            let start = index * PIECE;
            (offset + start, PIECE.min(len - start))
        });
        stream::iter(pieces).map(move |(offset, len)| content.piece(offset, len)).boxed()
    }

    /// Reads `len` bytes from `offset` on of one of the six parts, 0 to 5; the caller has checked the range.
    ///
    /// Nothing is kept in parts: each piece is cut out of the lines of the file that it belongs to.
    pub(crate) fn read_part(
        &self,
        part: usize,
        offset: u64,
        len: u64,
    ) -> BoxStream<'static, io::Result<Bytes>> {
        let content = self.clone();
        let pieces = (0..len.div_ceil(PART_PIECE)).map(move |index| {
            let start = index * PART_PIECE;
            (offset + start, PART_PIECE.min(len - start))
        });
        stream::iter(pieces).map(move |(offset, len)| content.part_piece(part, offset, len)).boxed()
    }

    /// Cuts one piece of a part.
    fn part_piece(&self, part: usize, offset: u64, len: u64) -> io::Result<Bytes> {
        let (line, sector) = (raid::LINE as u64, raid::SECTOR as u64);
        let start = offset / sector * line;
        let end = ((offset + len).div_ceil(sector) * line).min(self.len());
        let bytes = Bytes::from(raid::part_of(part, &self.piece(start, end - start)?));
        let skipped = usize::try_from(offset % sector).map_err(io::Error::other)?;
        let len = usize::try_from(len).map_err(io::Error::other)?;
        Ok(bytes.slice(skipped..skipped + len))
    }

    /// Reads one piece.
    pub(crate) fn piece(&self, offset: u64, len: u64) -> io::Result<Bytes> {
        let size = usize::try_from(len).map_err(io::Error::other)?;
        match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(offset).map_err(io::Error::other)?;
                Ok(bytes.slice(start..start + size))
            }
            Self::Stored(stored) => {
                let mut piece = Vec::with_capacity(size);
                let _held = stored.cursor.lock().unwrap_or_else(PoisonError::into_inner);
                let mut file = &stored.file;
                file.seek(SeekFrom::Start(offset))?;
                let read = file.take(len).read_to_end(&mut piece)?;
                if read == size { Ok(piece.into()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
            }
            Self::Made(recipe) => {
                let mut piece = vec![0; size];
                recipe.encrypted(offset, &mut piece);
                Ok(piece.into())
            }
        }
    }

    /// What the journal is to keep.
    pub(crate) fn record(&self, id: ContentId) -> ContentRecord {
        match self {
            Self::Memory(bytes) => ContentRecord::Inline(base64_encode(bytes)),
            Self::Stored(_) => ContentRecord::File(id.0),
            Self::Made(recipe) => ContentRecord::Made((**recipe).clone()),
        }
    }

    /// Removes the file that holds it, if it has a name. Readers that are under way finish.
    pub(crate) fn forget(&self) {
        if let Self::Stored(stored) = self
            && let Some(path) = &stored.path
        {
            // A file that is gone already, or stays behind, harms nothing.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Bytes in one piece of a body.
const PIECE: u64 = 256 << 10;

/// Bytes in one piece of a part's body; it takes five times as many of the file.
const PART_PIECE: u64 = 64 << 10;

/// Contents up to this size are held in memory when there is no state folder.
const MEMORY_LIMIT: u64 = 1 << 20;

/// Contents up to this size are written into the journal when there is a state folder.
const INLINE_LIMIT: u64 = 16 << 10;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn large_content_comes_back_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        for store in [Store::default(), Store::in_folder(folder.path().join("content")).unwrap()] {
            let id = ContentId(7);
            let mut sink = store.sink(id, MEMORY_LIMIT + 5).unwrap();
            sink.write_at(MEMORY_LIMIT, b"abcde").unwrap();
            sink.write_at(0, b"xyz").unwrap();
            let content = sink.finish();
            assert_eq!(content.len(), MEMORY_LIMIT + 5);
            assert_eq!(&content.piece(MEMORY_LIMIT + 1, 4).unwrap()[..], b"bcde");
            assert_eq!(&content.piece(0, 4).unwrap()[..], b"xyz\0");
        }
    }

    #[test]
    fn a_part_is_read_where_it_is_wanted() {
        let bytes: Vec<u8> = (0..=250).cycle().take(700_001).collect();
        let content = Content::Memory(bytes.clone().into());
        for part in 0..raid::PARTS {
            let whole = raid::part_of(part, &bytes);
            for (offset, len) in [(0, 1), (15, 2), (65_535, 70_000), (0, whole.len()), (whole.len() - 5, 5)] {
                let pieces = content.read_part(part, offset as u64, len as u64);
                let read = pieces.map(|piece| piece.unwrap().to_vec()).concat().now_or_never().unwrap();
                assert!(read == whole[offset..offset + len], "part {part}, {len} bytes from {offset}");
            }
        }
    }

    #[test]
    fn a_journalled_file_is_found_again_and_forgotten_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::in_folder(folder.path().to_owned()).unwrap();
        let content = store.sink(ContentId(1), INLINE_LIMIT + 1).unwrap().finish();
        let again = store.open(content.record(ContentId(1))).unwrap();
        assert_eq!(again.len(), INLINE_LIMIT + 1);
        again.forget();
        assert!(store.open(content.record(ContentId(1))).is_err());
    }
}
