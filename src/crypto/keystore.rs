//! The `^!keys` attribute of secured accounts, read only.
use super::key::{MasterKey, ShareKey};
use crate::handle::NodeHandle;
/// Share keys of the attribute; `None` when it cannot be opened.
#[must_use]
pub fn share_keys(_value: &[u8], _master: &MasterKey) -> Option<Vec<(NodeHandle, ShareKey)>> {
    todo!()
}
