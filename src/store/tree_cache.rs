//! The sealed file that keeps an account's tree between runs ([`TreeCache`]). A session and the command line begin with it
//! and let the event channel tell the rest. It is a copy: what is missing, damaged, of another version or of another key
//! is passed over with a line in the log, and the account is listed.
//!
//! Layout: magic and version, salt, then pieces of one MiB, each sealed with AES-GCM under a key that HKDF makes of the
//! account's master key and the salt, so that no two files have the same. A piece's nonce is its number and whether it is
//! the last, and the head is authenticated with each: pieces cannot be swapped, left out or taken from another file.
//! Whoever reads the disk learns how large the account is, no more.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
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
        let mut opened = Opening::new(BufReader::with_capacity(PIECE, file), self.seal(head)?)?;
        let tree = Tree::restore(&mut opened)?;
        // The end is authenticated too: a file that was cut off after a whole tree is not believed.
        if opened.read(&mut [0])? != 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(tree)
    }

    /// Writes the tree: as a whole or not at all, whatever happens meanwhile. Of several processes the last one wins.
    pub fn save(&self, tree: &Tree) -> io::Result<()> {
        if tree.sequence().is_empty() || tree.is_amid_move() {
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
        Ok(Seal { cipher: Aes128Gcm::new((&*key).into()), head, number: 0 })
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

/// Seals pieces, or opens them, in their order.
struct Seal {
    cipher: Aes128Gcm,
    head: [u8; HEAD],
    number: u64,
}

impl Seal {
    fn nonce(&mut self, is_last: bool) -> Nonce<aes_gcm::aead::consts::U12> {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = is_last.into();
        self.number += 1;
        Nonce::from(nonce)
    }
}

/// Takes clear bytes and writes sealed pieces.
struct Sealing<W> {
    out: W,
    seal: Seal,
    piece: Zeroizing<Vec<u8>>,
}

impl<W: Write> Sealing<W> {
    fn new(out: W, seal: Seal) -> Self {
        Self { out, seal, piece: Zeroizing::new(Vec::with_capacity(PIECE)) }
    }

    fn end_piece(&mut self, is_last: bool) -> io::Result<()> {
        let nonce = self.seal.nonce(is_last);
        let sealed = self.seal.cipher.encrypt_inout_detached(
            &nonce,
            &self.seal.head,
            self.piece.as_mut_slice().into(),
        );
        let tag = sealed.map_err(|_too_long| io::ErrorKind::InvalidInput)?;
        self.out.write_all(&self.piece)?;
        self.out.write_all(&tag)?;
        self.piece.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.end_piece(true)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE {
            self.end_piece(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // a piece is written when it is full, or the last
    }
}

/// Reads sealed pieces and gives out clear bytes.
struct Opening<R> {
    from: R,
    seal: Seal,
    piece: Zeroizing<Vec<u8>>,
    /// Bytes of the piece that were given out.
    done: usize,
    /// The piece after it, still sealed; empty where there is none.
    next: Vec<u8>,
}

impl<R: Read> Opening<R> {
    fn new(from: R, seal: Seal) -> io::Result<Self> {
        let mut opening = Self { from, seal, piece: Zeroizing::default(), done: 0, next: Vec::new() };
        opening.read_ahead()?;
        Ok(opening)
    }

    fn read_ahead(&mut self) -> io::Result<()> {
        self.next.clear();
        self.from.by_ref().take((PIECE + TAG) as u64).read_to_end(&mut self.next).map(drop)
    }

    fn open_piece(&mut self) -> io::Result<()> {
        std::mem::swap(&mut *self.piece, &mut self.next);
        self.done = 0;
        self.read_ahead()?;
        let nonce = self.seal.nonce(self.next.is_empty());
        let damaged =
            || io::Error::new(io::ErrorKind::InvalidData, "its seal is broken, or another account's");
        let text = self.piece.len().checked_sub(TAG).ok_or_else(damaged)?;
        let (text, tag) = self.piece.split_at_mut(text);
        let tag: [u8; TAG] = (&*tag).try_into().map_err(|_short| damaged())?;
        let opened =
            self.seal.cipher.decrypt_inout_detached(&nonce, &self.seal.head, text.into(), &tag.into());
        opened.map_err(|_forged| damaged())?;
        let len = self.piece.len() - TAG;
        self.piece.truncate(len);
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.done == self.piece.len() && !self.next.is_empty() {
            self.open_piece()?;
        }
        let rest = &self.piece[self.done..];
        let given = rest.len().min(out.len());
        out[..given].copy_from_slice(&rest[..given]);
        self.done += given;
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

/// How the names of files begin that are being written.
const STAGED: &str = ".tree-";

/// Nobody writes one for so long.
const ABANDONED: Duration = Duration::from_hours(1);
