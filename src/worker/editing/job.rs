//! What the jobs of an edit do: fetch the file into its private folder, and put a changed one back. `editing` starts them;
//! they know no actor, and touch nothing but the folder and the account.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::time::Duration;
use tokio_util::sync::CancellationToken;

use super::Subject;
use super::scratch::Scratch;
use crate::api::error::ApiError;
use crate::crypto::key::FileKey;
use crate::local::{SafeName, unwitnessed};
use crate::message::{EditPurpose, Problem, SaveAs};
use crate::session::Session;
use crate::session::change::{ChangeError, Put};
use crate::store::undo::UndoJournal;
use crate::transfer::conflict::free_name;
use crate::transfer::download::{Download, Existing, download};
use crate::transfer::upload::{Upload, upload};
use crate::transfer::{Keep, Limits, Progress, TransferError};
use crate::tree::Tree;
use crate::worker::jobs::blocking;
use crate::worker::problem;

/// What both need.
pub(super) struct Job {
    pub(super) subject: Subject,
    pub(super) session: Session,
    pub(super) limits: Limits,
    pub(super) cancel: CancellationToken,
}

/// What putting a file back came to.
pub(crate) enum Saved {
    /// There was nothing to put back.
    Unchanged,
    /// The file in the cloud is another now, or gone; whether one has the name.
    Conflict(bool),
    /// It is there, under that name; whether it became a version of another.
    Put(Box<Put>, String, bool),
}

impl Job {
    /// Fetches the file, whole and checked; `tell` hears how many bytes are there.
    pub(super) async fn fetch(
        self,
        (key, modified): (FileKey, Option<i64>),
        folder: PathBuf,
        tell: impl Fn(u64),
    ) -> Result<Scratch, Problem> {
        let Self { subject, session, limits, cancel } = self;
        let what = format!("fetch \"{}\"", subject.name);
        let safe =
            SafeName::from_cloud(&subject.name).map_err(|error| problem::of_name(&subject.name, &error))?;
        let title = subject.title();
        let made = blocking(move || Scratch::make(&folder, &safe, &title)).await;
        let (mut scratch, target) = made.map_err(|error| problem::of_io(&what, &error))?;
        let progress = Arc::new(Progress::default());
        let wanted = Download {
            session,
            node: subject.node,
            key,
            size: subject.size,
            modified,
            target,
            existing: Existing::Fail,
            witness: unwitnessed(),
            keep: Keep::default(),
            limits,
            progress: Arc::clone(&progress),
            cancel,
        };
        let watch = async {
            loop {
                tokio::time::sleep(TELL).await;
                tell(progress.done());
            }
        };
        let fetched = tokio::select! {
            biased;
            fetched = download(wanted) => fetched,
            () = watch => Err(TransferError::Cancelled),
        };
        let title = subject.title();
        blocking(move || match fetched {
            Ok(_made_way) => {
                scratch
                    .fetched(&title, subject.purpose == EditPurpose::Open)
                    .map_err(|error| problem::of_io(&what, &error))?;
                Ok(scratch)
            }
            Err(error) => {
                scratch.remove();
                Err(problem::of_transfer(&what, &error))
            }
        })
        .await
    }

    /// Puts a changed copy back. The account is listed for it: what is there now decides.
    pub(super) async fn save(
        self,
        scratch: &Arc<Scratch>,
        how: SaveAs,
        journal: UndoJournal,
    ) -> Result<Saved, TransferError> {
        let copy = Arc::clone(scratch);
        let path = scratch.path().to_owned();
        let changed = blocking(move || copy.is_changed()).await;
        if !changed.map_err(|error| crate::local::LocalError::io("read", &path)(error))? {
            return Ok(Saved::Unchanged);
        }
        let tree = self.session.fetch_tree(|_, _| ()).await?;
        let Some((name, replaces)) = self.place(&tree, how) else {
            let is_there = !tree.named(self.subject.parent, &self.subject.name).is_empty();
            return Ok(Saved::Conflict(is_there));
        };
        let Self { subject, session, limits, cancel } = self;
        let target = session.prepare_put(&tree, subject.parent, &name, replaces)?;
        let put = upload(Upload {
            session,
            source: path.into(),
            target,
            journal,
            keep: Keep::default(),
            limits,
            progress: Arc::default(),
            cancel,
        });
        Ok(Saved::Put(Box::new(put.await?), name, replaces.is_some()))
    }

    /// Returns the name that the file gets and what becomes a version of it; `None` where the user is to be asked.
    fn place(&self, tree: &Tree, how: SaveAs) -> Option<(String, Option<crate::handle::NodeHandle>)> {
        let Subject { node, parent, name, .. } = &self.subject;
        let is_same = tree.node(*node).is_some_and(|found| {
            !found.is_version() && found.parent() == Some(*parent) && found.name() == Some(name)
        });
        let named = tree.named(*parent, name);
        let file = |handle: &crate::handle::NodeHandle| tree.node(*handle).is_some_and(|node| node.is_file());
        match how {
            SaveAs::Version if is_same => Some((name.clone(), Some(*node))),
            SaveAs::Version => None,
            SaveAs::VersionOfOther => Some((name.clone(), named.into_iter().find(file))),
            SaveAs::Beside if named.is_empty() => Some((name.clone(), None)),
            SaveAs::Beside => Some((free_name(name, |name| !tree.named(*parent, name).is_empty()), None)),
        }
    }
}

/// Whether a failure says that the session is over.
pub(super) fn is_session_end(error: &TransferError) -> bool {
    matches!(
        error,
        TransferError::Api(ApiError::SessionEnded)
            | TransferError::Change(ChangeError::Api(ApiError::SessionEnded))
    )
}

/// How often it is told how far a fetch is.
const TELL: Duration = Duration::from_millis(200);
