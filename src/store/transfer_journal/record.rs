//! What the lines of a transfer journal say ([`Record`]): pure. The lines may be cut, doubled, lost or out of order, and
//! what is made of them is then less than the truth, never something else.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::crypto::chunk::{self, Chunk};
use crate::crypto::mac::ChunkMac;
use crate::handle::{NodeHandle, base64_decode, base64_encode};

/// What a journal says of its transfer.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// Of an upload.
    Up(UploadRecord),
    /// Of a download.
    Down(DownloadRecord),
}

/// An upload that was begun: one content, one key, one address.
#[derive(Clone, Debug, PartialEq)]
pub struct UploadRecord {
    /// How it began.
    pub head: UploadHead,
    /// Chunks that were encrypted to be sent, by offset.
    pub sealed: BTreeMap<u64, ChunkMac>,
    /// Offsets of those that the server has confirmed; all of them are in `sealed`.
    pub sent: Vec<Chunk>,
    /// The completion token.
    pub token: Option<Vec<u8>>,
    /// Whether it was about to become a file: the server may have made it.
    pub putting: bool,
}

/// A download that was begun.
#[derive(Clone, Debug, PartialEq)]
pub struct DownloadRecord {
    /// How it began.
    pub head: DownloadHead,
    /// Chunks that were written to the partial file, by offset, with the MAC of what was written.
    pub written: BTreeMap<u64, ChunkMac>,
}

/// How an upload began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadHead {
    /// The local file.
    pub source: PathText,
    /// The content, as far as it can be told without reading it.
    pub content: SourceFacts,
    /// The folder it goes to.
    pub parent: NodeHandle,
    /// The name it gets there.
    pub name: String,
    /// Where the pieces go.
    pub url: String,
    /// When the address was asked for, Unix seconds.
    pub begun: i64,
    /// The content's key and nonce (its meta-MAC is not known yet and zero), wrapped.
    pub key: WrappedKey,
    /// The copy it belongs to, where that is kept, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<u64>,
}

/// How a download began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadHead {
    /// The cloud file.
    pub node: NodeHandle,
    /// Its key, wrapped: another key means another content.
    pub key: WrappedKey,
    /// Bytes.
    pub size: u64,
    /// The file that is being written.
    pub partial: PathText,
    /// The file that it will be.
    pub target: PathText,
    /// When it began, Unix seconds.
    pub begun: i64,
    /// The copy it belongs to, where that is kept, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<u64>,
}

/// A local file's content as far as the disk tells it. While all of it is the same, so is the content, unless somebody
/// took pains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// Bytes.
    pub size: u64,
    /// Time of the last change, Unix seconds and nanoseconds.
    pub modified: (i64, u32),
    /// The file's number on its disk, where there are such numbers.
    pub inode: Option<u64>,
    /// MEGA's fingerprint as text: samples of the content.
    pub fingerprint: String,
}

/// A file key, encrypted as a node carries it: 32 bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey(#[serde(with = "as_base64")] pub Vec<u8>);

/// A path, also one that is no Unicode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PathText {
    /// As text.
    Text(String),
    /// In the system's own form.
    Raw(OsString),
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// The first: the form of the file, and how the transfer began.
    Head(u32, Head),
    /// Whole chunks, one after another: about to be sent, or written to the disk.
    Piece(Piece),
    /// The server has confirmed these bytes.
    Sent(Range),
    /// It has all, and gave this token.
    Token(#[serde(with = "as_base64")] Vec<u8>),
    /// The upload is about to become a file.
    Putting,
}

/// How a transfer began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// Up.
    Up(UploadHead),
    /// Down.
    Down(DownloadHead),
}

/// A run of whole chunks and their MACs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// First byte; a chunk begins there.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// The MACs, 16 bytes each.
    #[serde(with = "as_base64")]
    pub macs: Vec<u8>,
}

/// A run of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}

impl Record {
    /// Reads the text of a journal. `None` where it has no head, another form, or contradicts itself.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let mut heads: Vec<Head> = Vec::new();
        let (mut pieces, mut sent) = (Vec::new(), Vec::new());
        let (mut token, mut putting) = (None, false);
        for line in text.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
            match line {
                Line::Head(FORM, head) => heads.push(head),
                Line::Head(_, _) => return None,
                Line::Piece(piece) => pieces.push(piece),
                Line::Sent(range) => sent.push(range),
                Line::Token(bytes) => token = Some(bytes),
                Line::Putting => putting = true,
            }
        }
        let head = heads.pop()?;
        if heads.iter().any(|other| *other != head) {
            return None;
        }
        match head {
            Head::Up(head) => {
                let sealed = chunk_macs(&pieces, head.content.size)?;
                let sent = confirmed(&sealed, &sent, head.content.size);
                Some(Self::Up(UploadRecord { head, sealed, sent, token, putting }))
            }
            Head::Down(head) => {
                let written = chunk_macs(&pieces, head.size)?;
                Some(Self::Down(DownloadRecord { head, written }))
            }
        }
    }
}

impl DownloadRecord {
    /// Bytes that were written.
    #[must_use]
    pub fn done(&self) -> u64 {
        let chunks = self.written.keys().filter_map(|&offset| chunk_at(offset, self.head.size));
        chunks.map(|chunk| u64::from(chunk.len)).sum()
    }
}

impl UploadRecord {
    /// Bytes that the server has confirmed.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.sent.iter().map(|chunk| u64::from(chunk.len)).sum()
    }
}

/// The chunks of all pieces. Pieces that fit no file of this size are passed over; `None` where two give one chunk
/// different MACs.
fn chunk_macs(pieces: &[Piece], size: u64) -> Option<BTreeMap<u64, ChunkMac>> {
    let mut macs = BTreeMap::new();
    for piece in pieces {
        for (chunk, mac) in piece.chunks(size).into_iter().flatten() {
            if macs.insert(chunk.offset, mac).is_some_and(|before| before != mac) {
                return None;
            }
        }
    }
    Some(macs)
}

/// Sealed chunks that lie in confirmed ranges, in order.
fn confirmed(sealed: &BTreeMap<u64, ChunkMac>, sent: &[Range], size: u64) -> Vec<Chunk> {
    let mut sent: Vec<Range> = sent.to_vec();
    sent.sort_unstable_by_key(|range| range.offset);
    let mut chunks: Vec<Chunk> = Vec::new();
    for range in sent {
        let end = range.offset.saturating_add(range.len).min(size);
        let begin = chunks.last().map_or(range.offset, |last| range.offset.max(last.end()));
        let inside = sealed.range(begin..end.max(begin)).filter_map(|(&offset, _)| chunk_at(offset, size));
        chunks.extend(inside.filter(|chunk| chunk.end() <= end));
    }
    chunks
}

fn chunk_at(offset: u64, size: u64) -> Option<Chunk> {
    chunk::chunks_from(offset, size).next()
}

impl Piece {
    /// Makes a piece of what the cipher gave.
    #[must_use]
    pub fn new(offset: u64, len: u64, macs: &[ChunkMac]) -> Self {
        Self { offset, len, macs: macs.iter().flat_map(|mac| mac.0).collect() }
    }

    /// Its chunks and their MACs; `None` where it does not lie on the chunk boundaries of a file of `size` bytes.
    fn chunks(&self, size: u64) -> Option<impl Iterator<Item = (Chunk, ChunkMac)>> {
        let end = self.offset.checked_add(self.len).filter(|&end| end <= size)?;
        let (macs, rest) = self.macs.as_chunks::<16>();
        let on_boundaries = chunk::is_boundary(self.offset) && (end == size || chunk::is_boundary(end));
        let count = chunk::chunks_from(self.offset, end).take(macs.len() + 1).count();
        let fits = on_boundaries && rest.is_empty() && count == macs.len();
        let macs: Vec<ChunkMac> = macs.iter().copied().map(ChunkMac).collect();
        fits.then(|| chunk::chunks_from(self.offset, end).zip(macs))
    }
}

impl From<&Path> for PathText {
    fn from(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Raw(path.as_os_str().to_owned()),
        }
    }
}

impl PathText {
    /// The path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        match self {
            Self::Text(text) => text.into(),
            Self::Raw(raw) => raw.into(),
        }
    }
}

impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WrappedKey(***)")
    }
}

/// Bytes as MEGA writes them.
mod as_base64 {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{base64_decode, base64_encode};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64_encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(base64_decode(&String::deserialize(deserializer)?))
    }
}

/// The form of the lines. Another number is another program's, or another time's: such a transfer starts over.
pub(super) const FORM: u32 = 1;
