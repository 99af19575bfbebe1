//! Sums of a folder and all below it ([`Usage`]). The tree keeps them for every folder and adds or takes away along the
//! parents when a node comes, changes or goes.

/// Sums of a folder and all below it. Sizes that add up beyond 64 bits (a server that lies) wrap around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of current files.
    pub bytes: u64,
    /// Files, without old versions.
    pub file_count: u64,
    /// Folders below, without the folder itself.
    pub folder_count: u64,
    /// Bytes of old versions.
    pub version_bytes: u64,
}

impl Usage {
    pub(super) fn add(&mut self, other: Self) {
        self.each(other, u64::wrapping_add);
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.each(other, u64::wrapping_sub);
    }

    fn each(&mut self, other: Self, apply: fn(u64, u64) -> u64) {
        self.bytes = apply(self.bytes, other.bytes);
        self.file_count = apply(self.file_count, other.file_count);
        self.folder_count = apply(self.folder_count, other.folder_count);
        self.version_bytes = apply(self.version_bytes, other.version_bytes);
    }
}
