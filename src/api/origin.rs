//! [`Origin`]: where the ciphertext of a file can be read: at one address, or in six parts at six. The session gets it from
//! `g`; whoever downloads asks it for ranges and need not know which. It makes one attempt for each range: what comes after
//! a failure is decided above.

use std::fmt;
use std::sync::Arc;

use futures_util::stream::{StreamExt, TryStreamExt};
use url::Url;

use super::parts::Parts;
use super::storage::{self, RangeBody, StorageError};
use super::transport::Transport;
use crate::crypto::raid;

/// Where a file can be read. Whoever knows it may read, so it is as secret as the (encrypted) content.
///
/// Clones share what they learn about the servers behind it.
#[derive(Clone)]
pub struct Origin(Place);

#[derive(Clone)]
enum Place {
    /// As it is.
    Whole(Url),
    /// In six parts (CloudRAID).
    Parts(Arc<Parts>),
}

impl Origin {
    /// Takes the addresses that the server gives for a file of `size` bytes: one, or six in the order of the parts.
    /// `None` for any other number.
    #[must_use]
    pub fn new(addresses: Vec<Url>, size: u64) -> Option<Self> {
        match <[Url; 1]>::try_from(addresses) {
            Ok([address]) => Some(Self(Place::Whole(address))),
            Err(addresses) => {
                let six = <[Url; raid::PARTS]>::try_from(addresses).ok()?;
                Some(Self(Place::Parts(Arc::new(Parts::new(six, size)))))
            }
        }
    }

    /// Opens the body of the encrypted bytes `first ..= last`.
    ///
    /// What keeps a file at one address from being read is an error here. Of six parts one may be out of reach, and what
    /// keeps two from being read is an error of the body.
    pub async fn open(
        &self,
        transport: &Arc<dyn Transport>,
        first: u64,
        last: u64,
    ) -> Result<RangeBody, StorageError> {
        match &self.0 {
            Place::Whole(address) => {
                let body = storage::download_range(&**transport, address, first, last).await?;
                Ok(body.map_err(StorageError::from).boxed())
            }
            Place::Parts(parts) => Ok(parts.open(transport, first, last)),
        }
    }

    /// Returns whether a range of it takes a connection to each of five servers, and not one to one.
    #[must_use]
    pub const fn is_in_parts(&self) -> bool {
        match &self.0 {
            Place::Whole(_) => false,
            Place::Parts(_) => true,
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Whole(_) => f.write_str("Origin(one address)"),
            Place::Parts(_) => f.write_str("Origin(six parts)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_one_or_six_addresses_and_they_stand_in_no_log() {
        let address: Url = "https://storage.example/dl/capability".parse().unwrap();
        for count in 0..9 {
            let origin = Origin::new(vec![address.clone(); count], 1000);
            assert_eq!(origin.is_some(), count == 1 || count == 6, "{count}");
            if let Some(origin) = origin {
                assert_eq!(origin.is_in_parts(), count == 6);
                assert!(!format!("{origin:?}").contains("capability"));
            }
        }
    }
}
