//! Addresses on storage servers for the content of files: where to send one, where to read one. Transfers ask for them,
//! and move the bytes; an address is as secret as what it leads to, so it stands in no error and no log.

use url::Url;

use crate::api::error::{ApiError, Context, ErrorCode};
use crate::api::origin::Origin;
use crate::api::storage::quota_wait;
use crate::api::wire::{ApiCommand, AskDownload, AskUpload};
use crate::handle::NodeHandle;
use crate::session::Session;

/// There is no address for a download.
#[derive(Debug, thiserror::Error)]
pub enum DownloadUrlError {
    /// The transfer quota is used up; it comes back after so many seconds, as far as the server says.
    #[error("the transfer quota is used up for another {seconds} s")]
    Quota {
        /// Seconds to wait, at least 1.
        seconds: u64,
    },
    /// The server refused, or cannot be reached.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl Session {
    /// Asks where to send an upload of `size` bytes (`u`); `target` is the folder it will go to.
    pub async fn upload_url(&self, size: u64, target: NodeHandle) -> Result<Url, ApiError> {
        let answer = self.client().call(&AskUpload::new(size, target)).await?;
        parse::<AskUpload>(answer.address.as_deref())
    }

    /// Asks where to read a file (`g`), and how many bytes the server has of it.
    pub async fn download_url(&self, node: NodeHandle) -> Result<(Origin, u64), DownloadUrlError> {
        let command = self.linked_file().map_or_else(|| AskDownload::new(node), AskDownload::of_link);
        let answer = self.client().call(&command).await?;
        match answer.error.map(ErrorCode) {
            None | Some(ErrorCode(0)) => {}
            Some(ErrorCode::OVER_QUOTA) => {
                return Err(DownloadUrlError::Quota { seconds: quota_wait(answer.seconds_left) });
            }
            Some(code) => {
                let (command, context) = (AskDownload::NAME, Context::Download);
                return Err(ApiError::Refused { code, command, context }.into());
            }
        }
        let malformed = ApiError::Malformed { command: AskDownload::NAME };
        let Some(size) = answer.size else { return Err(malformed.into()) };
        let addresses = answer.addresses.iter().map(|address| parse::<AskDownload>(Some(address)));
        let origin = Origin::new(addresses.collect::<Result<_, _>>()?, size);
        Ok((origin.ok_or(malformed)?, size))
    }
}

fn parse<C: ApiCommand>(address: Option<&str>) -> Result<Url, ApiError> {
    let url = address.and_then(|address| Url::parse(address).ok());
    url.filter(Url::has_host).ok_or(ApiError::Malformed { command: C::NAME })
}
