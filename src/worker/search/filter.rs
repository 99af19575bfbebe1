//! What a search narrows by besides names: [`Filter`], one term like `size:>10M`, all of them together in [`Filters`], and
//! in which [`Order`] hits come. Pure; `query` reads the terms and asks here.

use super::query::Candidate;
use crate::config::age::parse_age;
use crate::config::size::parse_size;

/// One term that is no word.
#[derive(Debug)]
pub(super) enum Filter {
    /// Bytes from, to.
    Size(u64, u64),
    /// Seconds from, to.
    Time(i64, i64),
    /// One of these kinds.
    Kinds(Vec<Kind>),
    /// One of these endings, in lower case.
    Extensions(Vec<String>),
    /// What comes first.
    Order(Order),
    /// Its value has not been typed yet.
    Begun,
}

/// All filters; everything must hold.
#[derive(Debug, Default)]
pub(super) struct Filters {
    sizes: Vec<(u64, u64)>,
    times: Vec<(i64, i64)>,
    kinds: Vec<Vec<Kind>>,
    extensions: Vec<Vec<String>>,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// No bytes, no entries.
    Empty,
    Shared,
    /// With older versions.
    Versions,
    /// A file with one of these endings.
    Ending(&'static [&'static str]),
}

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// What fits best; where no words are wanted, as they are found.
    Match,
    Largest,
    Smallest,
    Newest,
    Oldest,
    /// The most bytes of older versions.
    Versions,
}

impl Filter {
    /// Reads a term; `None` where it is a word.
    pub(super) fn parse(term: &str) -> Result<Option<Self>, String> {
        let Some(at) = term.find([':', '>', '<', '=']) else { return Ok(None) };
        let (key, value) = term.split_at(at);
        let value = value.strip_prefix(':').unwrap_or(value);
        let key = key.to_ascii_lowercase();
        if !KEYS.contains(&key.as_str()) {
            return Ok(None);
        }
        if value.trim_start_matches(['>', '<', '=']).is_empty() {
            return Ok(Some(Self::Begun));
        }
        let wrong = |hint: String| format!("{term}: {hint}");
        let filter = match key.as_str() {
            "size" => size(value).map(|(from, to)| Self::Size(from, to)),
            "newer" => parse_age(value).map(|from| Self::Time(from, i64::MAX)),
            "older" => parse_age(value).map(|to| Self::Time(i64::MIN, to)),
            "ext" => {
                Ok(Self::Extensions(list(value).map(|one| one.trim_start_matches('.').to_owned()).collect()))
            }
            "sort" => Order::parse(value).map(Self::Order),
            _ => list(value).map(|one| Kind::parse(&one)).collect::<Result<_, _>>().map(Self::Kinds),
        };
        filter.map(Some).map_err(wrong)
    }
}

fn list(value: &str) -> impl Iterator<Item = String> {
    value.split(',').filter(|one| !one.is_empty()).map(str::to_lowercase)
}

/// Reads `>1M`, `<1M`, `1M..2M`, and `1M` for at least that.
fn size(value: &str) -> Result<(u64, u64), String> {
    if let Some((from, to)) = value.split_once("..") {
        let bound = |text: &str, open| if text.is_empty() { Ok(open) } else { parse_size(text) };
        return Ok((bound(from, 0)?, bound(to, u64::MAX)?));
    }
    let number = value.trim_start_matches(['>', '<', '=']);
    let bytes = parse_size(number)?;
    let with_equal = value.contains('=');
    Ok(match value.as_bytes().first() {
        Some(b'>') if !with_equal => (bytes.saturating_add(1), u64::MAX),
        Some(b'<') if !with_equal => (0, bytes.saturating_sub(1)),
        Some(b'<') => (0, bytes),
        _ => (bytes, u64::MAX),
    })
}

impl Kind {
    fn parse(word: &str) -> Result<Self, String> {
        Ok(match word {
            "file" | "files" => Self::File,
            "folder" | "folders" | "dir" | "directory" => Self::Folder,
            "empty" => Self::Empty,
            "shared" => Self::Shared,
            "versions" | "version" => Self::Versions,
            "image" | "images" | "picture" | "photo" => Self::Ending(IMAGES),
            "video" | "videos" | "movie" => Self::Ending(VIDEOS),
            "audio" | "music" | "sound" => Self::Ending(SOUNDS),
            "document" | "documents" | "doc" => Self::Ending(DOCUMENTS),
            "archive" | "archives" => Self::Ending(ARCHIVES),
            _ => return Err(KINDS.to_owned()),
        })
    }

    fn is_of(self, found: &impl Candidate) -> bool {
        match self {
            Self::File => !found.is_folder(),
            Self::Folder => found.is_folder(),
            Self::Empty => found.is_empty(),
            Self::Shared => found.is_shared(),
            Self::Versions => !found.is_folder() && found.version_bytes() > 0,
            Self::Ending(endings) => {
                !found.is_folder()
                    && ending(found.name())
                        .is_some_and(|own| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
            }
        }
    }
}

impl Filters {
    pub(super) fn add(&mut self, filter: Filter) {
        match filter {
            Filter::Size(from, to) => self.sizes.push((from, to)),
            Filter::Time(from, to) => self.times.push((from, to)),
            Filter::Kinds(kinds) => self.kinds.push(kinds),
            Filter::Extensions(endings) => self.extensions.push(endings),
            Filter::Order(_) | Filter::Begun => {}
        }
    }

    pub(super) const fn is_void(&self) -> bool {
        self.sizes.is_empty() && self.times.is_empty() && self.kinds.is_empty() && self.extensions.is_empty()
    }

    /// Who asks for sizes wants to see the largest first, who asks for times the newest.
    pub(super) const fn usual_order(&self) -> Order {
        if !self.sizes.is_empty() {
            Order::Largest
        } else if !self.times.is_empty() {
            Order::Newest
        } else {
            Order::Match
        }
    }

    pub(super) fn let_pass(&self, found: &impl Candidate) -> bool {
        let has_ending = |endings: &Vec<String>| {
            ending(found.name()).is_some_and(|own| endings.contains(&own.to_lowercase()))
        };
        self.kinds.iter().all(|kinds| kinds.iter().any(|kind| kind.is_of(found)))
            && self.extensions.iter().all(|endings| !found.is_folder() && has_ending(endings))
            && self.times.iter().all(|(from, to)| found.time().is_some_and(|at| (*from..=*to).contains(&at)))
            && self
                .sizes
                .iter()
                .all(|(from, to)| found.size().is_some_and(|size| (*from..=*to).contains(&size)))
    }
}

impl Order {
    fn parse(word: &str) -> Result<Self, String> {
        Ok(match word.to_lowercase().as_str() {
            "size" | "large" | "largest" => Self::Largest,
            "small" | "smallest" => Self::Smallest,
            "new" | "newest" | "time" => Self::Newest,
            "old" | "oldest" => Self::Oldest,
            "match" => Self::Match,
            "versions" => Self::Versions,
            _ => return Err("what comes first: size, small, new, old, versions or match".to_owned()),
        })
    }

    /// Returns a number that is larger for what comes sooner.
    pub(super) fn rank(self, found: &impl Candidate, fit: u64) -> u64 {
        let time = |unknown| found.time().map_or(unknown, |at| at.cast_unsigned() ^ (1 << 63));
        match self {
            Self::Match => fit,
            Self::Largest => found.size().unwrap_or(0),
            Self::Smallest => !found.size().unwrap_or(u64::MAX),
            Self::Newest => time(0),
            Self::Oldest => !time(u64::MAX),
            Self::Versions => found.version_bytes(),
        }
    }
}

fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending)
}

const KEYS: &[&str] = &["size", "newer", "older", "ext", "sort", "kind", "is", "type"];

const KINDS: &str = "kinds are file, folder, image, video, audio, document, archive, empty, shared, versions";

const IMAGES: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "avif", "bmp", "tif", "tiff", "svg", "raw", "cr2",
    "cr3", "nef", "arw", "dng", "orf", "rw2", "psd", "xcf",
];
const VIDEOS: &[&str] = &[
    "mp4", "m4v", "mkv", "mov", "avi", "webm", "wmv", "flv", "mpg", "mpeg", "3gp", "ts", "mts", "m2ts", "ogv",
];
const SOUNDS: &[&str] =
    &["mp3", "m4a", "flac", "ogg", "opus", "wav", "aac", "wma", "aif", "aiff", "mid", "midi", "ape", "alac"];
const DOCUMENTS: &[&str] = &[
    "pdf", "doc", "docx", "odt", "rtf", "txt", "md", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp",
    "epub", "mobi", "azw3", "djvu", "tex", "html", "htm",
];
const ARCHIVES: &[&str] = &[
    "zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "iso", "dmg", "jar", "deb", "rpm", "lz4",
    "cab",
];
