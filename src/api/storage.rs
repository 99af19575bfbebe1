//! Storage servers: one range of ciphertext down, one piece up. One attempt each; the caller retries.
use super::transport::{BodyStream, RequestBody, Transport, TransportError};
use bytes::Bytes;
use url::Url;
/// What a piece's answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PieceAnswer {
    /// More is missing.
    Accepted,
    /// All is there: completion token (36 bytes or text).
    Complete(Bytes),
}
/// A storage request failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// 403, 404.
    #[error("the transfer address has expired")]
    UrlExpired,
    /// 429, -19, -6.
    #[error("too many connections")]
    TooManyConnections,
    /// 503, 500, -3…
    #[error("the storage server is busy")]
    Busy,
    /// 509.
    #[error("the transfer quota is used up")]
    Quota {
        /// Seconds.
        seconds: u64,
    },
    /// -14.
    #[error("the piece arrived damaged")]
    PieceDamaged,
    /// -4, -7, -8: start from a new address.
    #[error("the upload must start over")]
    StartOver,
    /// Shorter or longer than asked for.
    #[error("the server sent {sent} of {asked} bytes")]
    WrongLength {
        /// Asked.
        asked: u64,
        /// Sent.
        sent: u64,
    },
    /// Line.
    #[error(transparent)]
    Transport(#[from] TransportError),
}
/// Opens the body of bytes `first ..= last`; exactly that many bytes or an error at the end of the stream is the caller's check.
pub async fn download_range(
    _transport: &dyn Transport,
    _url: &Url,
    _first: u64,
    _last: u64,
) -> Result<BodyStream, StorageError> {
    todo!()
}
/// Sends one piece.
pub async fn upload_piece(
    _transport: &dyn Transport,
    _url: &Url,
    _offset: u64,
    _body: RequestBody,
    _checksum: Option<[u8; 12]>,
) -> Result<PieceAnswer, StorageError> {
    todo!()
}
