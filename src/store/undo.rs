//! The undo journal of one account: what was changed, in order, written before it is sent.
use std::io;
use std::path::Path;
/// See module. Clone is cheap.
#[derive(Clone, Debug)]
pub struct UndoJournal {
    _p: (),
}
/// A record's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UndoId(pub u64);
impl UndoJournal {
    /// Opens or makes the journal file (0600).
    pub fn open(_path: &Path) -> io::Result<Self> {
        todo!()
    }
    /// A journal that keeps nothing (demo, tests).
    #[must_use]
    pub fn none() -> Self {
        Self { _p: () }
    }
    /// Writes what is about to be sent; on disk when it returns. `change` is JSON.
    pub fn begin(&self, _change: &serde_json::Value) -> io::Result<UndoId> {
        todo!()
    }
    /// Writes how it ended: the change that takes it back, or that it failed.
    pub fn end(&self, _id: UndoId, _inverse: Option<&serde_json::Value>) -> io::Result<()> {
        todo!()
    }
}
