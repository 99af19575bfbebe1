//! The storage endpoints: `ul/…` takes ciphertext in pieces, `dl/…` gives it in ranges, `fa/…` keeps thumbnails.
//! Bodies are streamed both ways; nothing here holds more than a piece.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};

use super::batch::Query;
use super::content::StoredFile;
use super::fault::parse_part;
use super::upload::{Checksum, PieceError};
use super::world::{FinishedUpload, World};
use crate::crypto::raid::part_sizes;
use crate::handle::base64_encode;

/// What a storage URL answers: bytes, or a status.
pub(crate) enum StorageAnswer {
    /// A body at hand.
    Bytes(Vec<u8>),
    /// A body that is read while it is sent, and its length.
    Stream(u64, BoxStream<'static, io::Result<Bytes>>),
    /// Only a status: the URL is wrong or has expired, or the quota is used up (with the seconds to wait).
    Status(u16, Option<u64>),
}

/// Takes a piece of an upload: `path` is `TOKEN/OFFSET`.
pub(crate) async fn upload(
    world: &Mutex<World>,
    path: &str,
    query: &Query,
    len: u64,
    mut body: BoxStream<'static, io::Result<Bytes>>,
) -> io::Result<StorageAnswer> {
    let Some((name, offset)) = path.split_once('/') else { return Ok(StorageAnswer::Status(404, None)) };
    let Ok(offset) = offset.parse::<u64>() else { return Ok(number(-2)) };
    let checked = match lock(world).uploads.get(name) {
        None => return Ok(StorageAnswer::Status(404, None)),
        Some(upload) => upload.check_piece(offset, len),
    };
    match checked {
        Ok(()) => {}
        Err(PieceError::OutOfRange) => return Ok(number(-7)),
        Err(PieceError::OffBoundary) => return Ok(number(-2)),
    }
    let mut checksum = Checksum::default();
    let mut received = 0;
    while let Some(bytes) = body.next().await.transpose()? {
        received += bytes.len() as u64;
        if received > len {
            return Err(io::Error::other("more bytes than announced"));
        }
        checksum.update(&bytes);
        let at = offset + received - bytes.len() as u64;
        let place = place(&mut lock(world), name, at, &bytes)?;
        match place {
            Place::Gone => return Ok(StorageAnswer::Status(404, None)),
            Place::Written => {}
            // The disk must not hold up other requests.
            Place::File(file) => file.write_at(at, &bytes).await?,
        }
    }
    if received != len {
        return Err(io::Error::other("fewer bytes than announced"));
    }
    let claimed = query.value("c").or_else(|| query.value("d"));
    if claimed.is_some_and(|claimed| claimed != checksum.text()) {
        return Ok(number(-14));
    }
    Ok(accept(&mut lock(world), name, (offset, len), query.value("d").is_some()))
}

/// Where bytes of an upload go.
enum Place {
    /// There is no such upload any more.
    Gone,
    /// They are there.
    Written,
    /// Into a file, which takes them without the world.
    File(Arc<StoredFile>),
}

/// Writes bytes of an upload, or says what file they go to.
fn place(world: &mut World, name: &str, at: u64, bytes: &[u8]) -> io::Result<Place> {
    let Some(upload) = world.uploads.get_mut(name) else { return Ok(Place::Gone) };
    // A complete upload is not written to again: its content may belong to a node by now.
    if upload.token.is_some() {
        return Ok(Place::Written);
    }
    if let Some(file) = upload.sink.stored() {
        return Ok(Place::File(file));
    }
    upload.sink.write_at(at, bytes)?;
    Ok(Place::Written)
}

/// Notes a piece that has arrived whole. Old clients take the first answer with a body for the token, so they get
/// none before it; newer ones want a `0`.
fn accept(world: &mut World, name: &str, piece: (u64, u64), wants_zero: bool) -> StorageAnswer {
    let Some(upload) = world.uploads.get_mut(name) else { return StorageAnswer::Status(404, None) };
    let was_complete = upload.token.is_some();
    let Some(token) = upload.add(piece.0, piece.1) else {
        return StorageAnswer::Bytes(if wants_zero { b"0".to_vec() } else { Vec::new() });
    };
    let body = upload.token_body(token);
    if !was_complete {
        let (id, size, content) = (upload.content, upload.size, upload.sink.finish());
        world.keep(id, content);
        world.finished.insert(base64_encode(&token), FinishedUpload { content: id, size });
    }
    StorageAnswer::Bytes(body)
}

/// The address of one part, after `dl/`, of a file that is served in six.
pub(crate) fn part_path(token: &str, part: usize) -> String {
    format!("{token}.{part}")
}

/// Returns which part an address after `dl/` leads to; `None` for a whole file.
pub(crate) fn part_of_path(path: &str) -> Option<usize> {
    let name = path.split('/').next().unwrap_or_default();
    parse_part(name.split_once('.')?.1)
}

/// Gives a range of a file, or of one of its six parts: `path` is `TOKEN` or `TOKEN.PART`, and may go on with
/// `/FIRST-LAST`.
pub(crate) fn download(world: &Mutex<World>, path: &str) -> StorageAnswer {
    let (name, range) = match path.split_once('/') {
        Some((name, range)) => (name, Some(range)),
        None => (path, None),
    };
    let part = part_of_path(name);
    let name = name.split('.').next().unwrap_or_default();
    let mut world = lock(world);
    let found = world.downloads.get(name).copied();
    let Some(download) = found.filter(|download| download.in_parts == part.is_some()) else {
        return StorageAnswer::Status(404, None);
    };
    if download.expires <= tokio::time::Instant::now() {
        return StorageAnswer::Status(403, None);
    }
    let Some(content) = world.contents.get(&download.content).map(|kept| kept.content.clone()) else {
        return StorageAnswer::Status(404, None);
    };
    let size = part.map_or(content.len(), |part| part_sizes(content.len())[part]);
    let Some((first, len)) = parse_range(range, size) else {
        return StorageAnswer::Status(416, None);
    };
    let payer = world.accounts.edit(&download.payer);
    if let Some(allowance) = payer.and_then(|account| account.transfer.as_mut()) {
        if let Some(wait) = allowance.seconds_to_wait() {
            return StorageAnswer::Status(509, Some(wait));
        }
        allowance.left = allowance.left.saturating_sub(len);
    }
    StorageAnswer::Stream(
        len,
        match part {
            Some(part) => content.read_part(part, first, len),
            None => content.read(first, len),
        },
    )
}

/// `fa/keep` and `fa/read`: a thumbnail in, or thumbnails out.
pub(crate) fn thumbnails(world: &Mutex<World>, path: &str, body: &Bytes) -> StorageAnswer {
    let mut world = lock(world);
    match path {
        "keep" => StorageAnswer::Bytes(world.thumbnails.keep(body.clone()).to_vec()),
        "read" => StorageAnswer::Bytes(world.thumbnails.read(body)),
        _ => StorageAnswer::Status(404, None),
    }
}

/// First byte and length of `FIRST-LAST`, cut at the end of the file; `None` for a range beyond it. Every range of an
/// empty file is empty: clients ask for `0-0` all the same.
fn parse_range(range: Option<&str>, size: u64) -> Option<(u64, u64)> {
    let Some(range) = range.filter(|_| size > 0) else { return Some((0, size)) };
    let (first, last) = range.split_once('-')?;
    let first: u64 = first.parse().ok()?;
    let last = if last.is_empty() { size - 1 } else { last.parse::<u64>().ok()?.min(size - 1) };
    (first <= last).then(|| (first, last - first + 1))
}

fn number(number: i64) -> StorageAnswer {
    StorageAnswer::Bytes(number.to_string().into_bytes())
}

fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_at_the_end() {
        assert_eq!(parse_range(None, 10), Some((0, 10)));
        assert_eq!(parse_range(Some("0-9"), 10), Some((0, 10)));
        assert_eq!(parse_range(Some("3-"), 10), Some((3, 7)));
        assert_eq!(parse_range(Some("3-99"), 10), Some((3, 7)));
        assert_eq!(parse_range(Some("0-0"), 0), Some((0, 0)));
        assert_eq!(parse_range(Some("10-12"), 10), None);
        assert_eq!(parse_range(Some("5-4"), 10), None);
        assert_eq!(parse_range(Some("x"), 10), None);
    }
}
