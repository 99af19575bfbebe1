//! The sealed file that keeps an account's tree between runs ([`TreeCache`]). A session and the command line begin with it
//! and let the event channel tell the rest. It is a copy: what is missing, damaged, of another version or of another key
//! is passed over with a line in the log, and the account is listed.
//!
//! Layout: magic and version, salt, then pieces of one MiB, each sealed with AES-GCM under a key that HKDF makes of the
//! account's master key and the salt, so that no two files have the same. A piece's nonce is its number and whether it is
//! the last, and the head is authenticated with each: pieces cannot be swapped, left out or taken from another file.
//! Whoever reads the disk learns how large the account is, no more.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use rayon::prelude::*;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::config::private_file;
use crate::crypto::key::{KeyBytes, MasterKey, random};
use crate::handle::UserHandle;
use crate::tree::Tree;

/// Where the tree of an account is kept.
#[derive(Clone)]
pub struct TreeCache {
    path: PathBuf,
    master: MasterKey,
    user: UserHandle,
}

impl TreeCache {
    /// Names the file of an account, which need not be there.
    #[must_use]
    pub fn new(path: PathBuf, master: MasterKey, user: UserHandle) -> Self {
        Self { path, master, user }
    }

    /// Reads the tree. `None` where there is none that can be used; why is logged.
    #[must_use]
    pub fn load(&self) -> Option<Tree> {
        match self.try_load() {
            Ok(tree) => Some(tree),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::info!(%error, path = %self.path.display(), "the kept file list is of no use: it is fetched anew");
                None
            }
        }
    }

    fn try_load(&self) -> io::Result<Tree> {
        let mut file = File::open(&self.path)?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head)?;
        if head[..MAGIC.len()] != *MAGIC {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is of another version"));
        }
        let mut opened = Opening::new(file, self.seal(head)?)?;
        let tree = Tree::restore(&mut opened)?;
        // The end is authenticated too: a file that was cut off after a whole tree is not believed.
        if opened.read(&mut [0])? != 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(tree)
    }

    /// Writes the tree: as a whole or not at all, whatever happens meanwhile. Of several processes the last one wins.
    pub fn save(&self, tree: &Tree) -> io::Result<()> {
        if tree.sequence().is_empty() || !tree.is_settled() {
            return Ok(()); // nothing could go on from it
        }
        let mut head = [0; HEAD];
        head[..MAGIC.len()].copy_from_slice(MAGIC);
        head[MAGIC.len()..].copy_from_slice(&random::<SALT>());
        sweep(&self.path);
        private_file::write_with(&self.path, STAGED, |file| {
            file.write_all(&head)?;
            let mut sealing = Sealing::new(file, self.seal(head)?);
            tree.save(&mut sealing)?;
            sealing.finish()
        })
    }

    /// Removes the file; one that is not there is fine.
    pub fn remove(path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn seal(&self, head: [u8; HEAD]) -> io::Result<Seal> {
        let mut key = Zeroizing::new(KeyBytes::default());
        let made = Hkdf::<Sha256>::new(Some(&head[MAGIC.len()..]), self.master.bytes());
        made.expand_multi_info(&[PURPOSE, &self.user.bytes()], &mut *key).map_err(io::Error::other)?;
        Ok(Seal { cipher: Aes128Gcm::new((&*key).into()), head })
    }
}

/// Files that were being written when their process was killed are of no use to anybody.
fn sweep(path: &Path) {
    let Some(Ok(entries)) = path.parent().map(fs::read_dir) else { return };
    for entry in entries.flatten() {
        let is_staged = entry.file_name().to_string_lossy().starts_with(STAGED);
        let modified = entry.metadata().and_then(|facts| facts.modified());
        let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if is_staged && age.is_some_and(|age| age > ABANDONED) {
            // Somebody else may sweep too.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Seals pieces, or opens them.
struct Seal {
    cipher: Aes128Gcm,
    head: [u8; HEAD],
}

impl Seal {
    fn nonce(number: u64, is_last: bool) -> Nonce<aes_gcm::aead::consts::U12> {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        nonce[11] = is_last.into();
        Nonce::from(nonce)
    }

    fn seal(&self, number: u64, is_last: bool, piece: &mut [u8]) -> io::Result<[u8; TAG]> {
        let nonce = Self::nonce(number, is_last);
        let tag = self.cipher.encrypt_inout_detached(&nonce, &self.head, piece.into());
        tag.map(Into::into).map_err(|_too_long| io::ErrorKind::InvalidInput.into())
    }

    /// Opens a piece with its tag, and returns how many clear bytes it begins with.
    fn open(&self, number: u64, is_last: bool, piece: &mut [u8]) -> io::Result<usize> {
        let damaged =
            || io::Error::new(io::ErrorKind::InvalidData, "its seal is broken, or another account's");
        let len = piece.len().checked_sub(TAG).ok_or_else(damaged)?;
        let (text, tag) = piece.split_at_mut(len);
        let tag: [u8; TAG] = (&*tag).try_into().map_err(|_short| damaged())?;
        let nonce = Self::nonce(number, is_last);
        let opened = self.cipher.decrypt_inout_detached(&nonce, &self.head, text.into(), &tag.into());
        opened.map_err(|_forged| damaged())?;
        Ok(len)
    }
}

/// Takes clear bytes and writes sealed pieces, some at a time: all cores seal.
struct Sealing<W> {
    out: W,
    seal: Seal,
    /// Pieces that were written.
    number: u64,
    clear: Zeroizing<Vec<u8>>,
}

impl<W: Write> Sealing<W> {
    fn new(out: W, seal: Seal) -> Self {
        Self { out, seal, number: 0, clear: Zeroizing::new(Vec::with_capacity(PIECE)) }
    }

    /// Takes twice the room: most accounts need little. What leaves the old one is wiped.
    fn make_room(&mut self) {
        let mut larger = Zeroizing::new(Vec::with_capacity((self.clear.capacity() * 2).min(PIECES * PIECE)));
        larger.extend_from_slice(&self.clear);
        self.clear = larger;
    }

    fn end_pieces(&mut self, are_last: bool) -> io::Result<()> {
        let pieces = self.clear.len().div_ceil(PIECE).max(1);
        let (seal, first) = (&self.seal, self.number);
        let tags: io::Result<Vec<[u8; TAG]>> = if self.clear.is_empty() {
            seal.seal(first, are_last, &mut []).map(|tag| vec![tag])
        } else {
            let sealed = self.clear.par_chunks_mut(PIECE).enumerate();
            let is_last = |at| are_last && at + 1 == pieces;
            sealed.map(|(at, piece)| seal.seal(first + at as u64, is_last(at), piece)).collect()
        };
        let mut sealed = self.clear.chunks(PIECE);
        for tag in tags? {
            self.out.write_all(sealed.next().unwrap_or_default())?;
            self.out.write_all(&tag)?;
        }
        self.number += pieces as u64;
        self.clear.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.end_pieces(true)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.clear.len() >= PIECES * PIECE {
            self.end_pieces(false)?;
        } else if self.clear.len() == self.clear.capacity() {
            self.make_room();
        }
        let taken = bytes.len().min(self.clear.capacity().min(PIECES * PIECE) - self.clear.len());
        self.clear.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // pieces are written when enough are full, and at the end
    }
}

/// Reads sealed pieces and gives out clear bytes: all cores open some pieces while the next are read.
struct Opening<R> {
    from: R,
    seal: Seal,
    /// Pieces that were opened.
    number: u64,
    /// Pieces that are open, each with its tag behind it, and where in them the clear bytes begin and end that were not
    /// given out yet.
    open: Zeroizing<Vec<u8>>,
    left: VecDeque<Range<usize>>,
    /// The pieces after them, still sealed; empty where there are none.
    next: Zeroizing<Vec<u8>>,
}

impl<R: Read + Send> Opening<R> {
    fn new(mut from: R, seal: Seal) -> io::Result<Self> {
        let mut next = Zeroizing::default();
        read_pieces(&mut from, &mut next)?;
        Ok(Self { from, seal, number: 0, open: Zeroizing::default(), left: VecDeque::new(), next })
    }

    fn open_pieces(&mut self) -> io::Result<()> {
        std::mem::swap(&mut self.open, &mut self.next);
        let (pieces, from, next, seal, first) =
            (&mut self.open, &mut self.from, &mut self.next, &self.seal, self.number);
        // What is read behind these tells whether the last of them is the last of all: it is opened when that is known.
        let split = pieces.len().saturating_sub(1) / SEALED * SEALED;
        let (before, last) = pieces.split_at_mut(split);
        let open = |(at, piece): (usize, &mut [u8])| seal.open(first + at as u64, false, piece);
        let (read, opened) = rayon::join(
            || read_pieces(from, next),
            || before.par_chunks_mut(SEALED).enumerate().map(open).collect::<io::Result<Vec<usize>>>(),
        );
        read?;
        let mut lens = opened?;
        lens.push(self.seal.open(first + lens.len() as u64, self.next.is_empty(), last)?);
        self.number += lens.len() as u64;
        self.left = lens.into_iter().enumerate().map(|(at, len)| at * SEALED..at * SEALED + len).collect();
        Ok(())
    }
}

fn read_pieces(from: &mut impl Read, pieces: &mut Vec<u8>) -> io::Result<()> {
    pieces.clear();
    pieces.reserve_exact(PIECES * SEALED);
    from.take((PIECES * SEALED) as u64).read_to_end(pieces).map(drop)
}

impl<R: Read + Send> Read for Opening<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.left.front().is_some_and(Range::is_empty) {
            self.left.pop_front();
        }
        if self.left.is_empty() && !self.next.is_empty() {
            self.open_pieces()?;
        }
        let Some(piece) = self.left.front_mut() else { return Ok(0) };
        let given = piece.len().min(out.len());
        out[..given].copy_from_slice(&self.open[piece.start..piece.start + given]);
        piece.start += given;
        Ok(given)
    }
}

/// Name of the layout, with its version: any other is not read.
const MAGIC: &[u8; 8] = b"megatre\x02";

const SALT: usize = 16;
const HEAD: usize = MAGIC.len() + SALT;

/// What the key is made for: no other use of the master key gives the same.
const PURPOSE: &[u8] = b"megapane tree";

/// Clear bytes of a piece.
const PIECE: usize = 1 << 20;

/// Bytes that a seal adds to each.
const TAG: usize = 16;
const SEALED: usize = PIECE + TAG;

/// Pieces that are sealed or opened together.
const PIECES: usize = 8;

/// How the names of files begin that are being written.
const STAGED: &str = ".tree-";

/// Nobody writes one for so long.
const ABANDONED: Duration = Duration::from_hours(1);
