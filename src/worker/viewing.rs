//! Files that are being looked into: the viewer and the preview ask for ranges, searches and pictures, jobs read them. One
//! range at a time is read of each; while it is, only the last that was asked for waits. Nothing is kept but what proves
//! the content.
//!
//! ```text
//!  source    a file of the disk or the cloud, of which ranges are read
//!  search    bytes that are looked for
//!  picture   a file that is decoded
//! ```

mod picture;
mod search;
mod source;

use tokio_util::sync::{CancellationToken, DropGuard};

use super::actor::Actor;
use super::comparison::file_key;
use super::jobs::{Done, News};
use super::problem;
use super::refusal::not_ready;
use crate::entry::{EntryKey, Location};
use crate::message::{
    ContentCommand, ContentEvent, ContentId, ContentSearch, Event, MOST_PATTERN, MOST_READ, Problem,
    ProblemKind,
};
use crate::transfer::Limits;
use search::Search;
use source::Source;

/// A file that is being looked into.
pub(crate) struct Viewed {
    /// Its name, for messages.
    name: String,
    /// Away while a job reads from it.
    source: Option<Source>,
    /// Makes another one, for a search beside it and for a picture.
    opening: Opening,
    /// The range that is to be read next.
    wanted: Option<(u64, u32)>,
    /// Ends the search that runs.
    search: Option<DropGuard>,
    /// Ends everything when it is closed.
    closing: CancellationToken,
}

impl Drop for Viewed {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// What a content is read from.
#[derive(Clone)]
enum Opening {
    Disk(std::path::PathBuf),
    Cloud(Box<source::CloudFile>),
}

/// What a job about a content brings.
pub(crate) enum ContentDone {
    /// A range was read, or could not be.
    Read(Source, Result<ContentEvent, Problem>),
    /// Anything else that is to be told.
    Told(ContentEvent),
}

impl Actor {
    /// Does what is asked about a content. One that is not open is passed over: it was closed meanwhile.
    pub(crate) fn look_into(&mut self, id: ContentId, command: ContentCommand) {
        match command {
            ContentCommand::Open { parent, key } => self.open_content(id, &parent, &key),
            ContentCommand::Read { offset, len } => {
                if let Some(viewed) = self.contents.get_mut(&id) {
                    viewed.wanted = Some((offset, len.min(MOST_READ)));
                }
                self.read_content(id);
            }
            ContentCommand::Picture { width, height } => self.decode_content(id, width, height),
            ContentCommand::Search(wanted) => self.search_content(id, wanted),
            ContentCommand::StopSearch => {
                if let Some(viewed) = self.contents.get_mut(&id) {
                    viewed.search = None;
                }
            }
            ContentCommand::Close => {
                self.contents.remove(&id);
            }
        }
    }

    /// Takes what a job about a content brings.
    pub(crate) fn content_done(&mut self, id: ContentId, done: ContentDone) {
        let Some(viewed) = self.contents.get_mut(&id) else { return };
        let event = match done {
            ContentDone::Read(source, Ok(event)) => {
                viewed.source = Some(source);
                event
            }
            // What has failed once has no patience left: the next read begins anew.
            ContentDone::Read(_, Err(problem)) => {
                let opening = viewed.opening.clone();
                let fresh = opening.open(&self.limits);
                if let Some(viewed) = self.contents.get_mut(&id) {
                    viewed.source = Some(fresh);
                }
                ContentEvent::Failed(problem)
            }
            ContentDone::Told(event) => event,
        };
        self.send(Event::Content { content: id, event });
        self.read_content(id);
    }

    fn open_content(&mut self, id: ContentId, parent: &Location, key: &EntryKey) {
        match self.find_content(parent, key) {
            Ok((name, opening)) => {
                let source = Some(opening.open(&self.limits));
                let closing = CancellationToken::new();
                let viewed = Viewed { name, source, opening, wanted: None, search: None, closing };
                self.contents.insert(id, viewed);
            }
            Err(problem) => self.tell_content(id, ContentEvent::Failed(problem)),
        }
    }

    fn find_content(&self, parent: &Location, key: &EntryKey) -> Result<(String, Opening), Problem> {
        match (parent, key) {
            (Location::Local(folder), EntryKey::Name(file)) => {
                Ok((file.to_string_lossy().into_owned(), Opening::Disk(folder.join(file))))
            }
            (Location::Cloud { account: name, .. }, EntryKey::Node(node)) => {
                let account = self.accounts.get(name).ok_or_else(|| problem::unknown_account(name))?;
                let (session, tree) = account.ready().ok_or_else(|| not_ready(name))?;
                let found = tree.node(*node).ok_or_else(gone)?;
                let label = found.label();
                if found.is_undecryptable() {
                    return Err(unreadable(&label));
                }
                let (key, size) = file_key(tree, *node).ok_or_else(|| unreadable(&label))?;
                let file = source::CloudFile { session: session.clone(), node: *node, key, size };
                Ok((label, Opening::Cloud(Box::new(file))))
            }
            (Location::Local(_), EntryKey::Node(_) | EntryKey::Place(_))
            | (Location::Cloud { .. }, EntryKey::Name(_) | EntryKey::Place(_)) => Err(gone()),
        }
    }

    /// Reads what is wanted next, if nothing else is being read.
    fn read_content(&mut self, id: ContentId) {
        let Some(viewed) = self.contents.get_mut(&id) else { return };
        let Some((offset, len)) = viewed.wanted.filter(|_| viewed.source.is_some()) else { return };
        let Some(mut source) = viewed.source.take() else { return };
        viewed.wanted = None;
        let what = viewed.what();
        let (closing, opening) = (viewed.closing.clone(), viewed.opening.clone());
        let fresh = opening.open(&self.limits);
        let broken = ContentDone::Read(fresh, Err(problem::broke_down(&what)));
        self.jobs.start(Done::Content(id, broken), async move {
            let read = closing.run_until_cancelled(source.read(offset, len)).await;
            let Some(read) = read else { return Done::Abandoned };
            Done::Content(id, ContentDone::Read(source, read.map_err(|error| error.told(&what))))
        });
    }

    fn search_content(&mut self, id: ContentId, wanted: ContentSearch) {
        let Some(viewed) = self.contents.get_mut(&id) else { return };
        if wanted.pattern.is_empty() || wanted.pattern.len() > MOST_PATTERN {
            return self.tell_content(id, ContentEvent::Found { search: wanted.search, at: None });
        }
        let cancel = viewed.closing.child_token();
        viewed.search = Some(cancel.clone().drop_guard());
        let (what, opening) = (viewed.what(), viewed.opening.clone());
        let (source, news) = (opening.open(&self.limits), self.jobs.news());
        let broken = ContentDone::Told(ContentEvent::Failed(problem::broke_down(&what)));
        self.jobs.start(Done::Content(id, broken), async move {
            let tell = |event| {
                let _ = news.send(News::Content(id, event)); // refused where the worker ends
            };
            let mut search = Search::new(source, wanted);
            let Some(found) = cancel.run_until_cancelled(search.run(tell)).await else {
                return Done::Abandoned;
            };
            let event = found.unwrap_or_else(|error| ContentEvent::Failed(error.told(&what)));
            Done::Content(id, ContentDone::Told(event))
        });
    }

    fn decode_content(&mut self, id: ContentId, width: u32, height: u32) {
        let Some(viewed) = self.contents.get(&id) else { return };
        let (what, closing, name) = (viewed.what(), viewed.closing.clone(), viewed.name.clone());
        let opening = viewed.opening.clone();
        let limits = self.limits.clone();
        let broken = ContentDone::Told(ContentEvent::Failed(problem::broke_down(&what)));
        self.jobs.start(Done::Content(id, broken), async move {
            let decoding = picture::decode(opening, limits, width, height);
            let Some(decoded) = closing.run_until_cancelled(decoding).await else { return Done::Abandoned };
            let refused = |error: picture::PictureError| ContentEvent::Failed(error.told(&what, &name));
            let event = decoded.map_or_else(refused, ContentEvent::Picture);
            Done::Content(id, ContentDone::Told(event))
        });
    }

    /// Tells how far a search is, unless the content was closed.
    pub(crate) fn content_news(&mut self, id: ContentId, event: ContentEvent) {
        if self.contents.contains_key(&id) {
            self.tell_content(id, event);
        }
    }

    fn tell_content(&mut self, id: ContentId, event: ContentEvent) {
        self.send(Event::Content { content: id, event });
    }
}

impl Viewed {
    fn what(&self) -> String {
        format!("read \"{}\"", self.name)
    }
}

impl Opening {
    fn open(&self, limits: &Limits) -> Source {
        match self {
            Self::Disk(path) => Source::disk(path.clone()),
            Self::Cloud(file) => Source::cloud(file, limits.clone()),
        }
    }
}

/// What is told of a file whose key is not known.
fn unreadable(label: &str) -> Problem {
    let message = format!("Cannot show what is in \"{label}\": its key cannot be read");
    Problem { message, ..problem::undecryptable(label) }
}

fn gone() -> Problem {
    Problem::new(
        ProblemKind::FileNotFound,
        "Cannot read the file: it is gone",
        "Press C-r to see what is there.",
    )
}
