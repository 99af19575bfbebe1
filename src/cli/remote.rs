//! What `work:Photos/2024`, `./photos` and `https://mega.nz/folder/…` on a command line mean: a path of an account, one of
//! this machine, or a public link. Every command reads its places by this and by nothing else. It looks nothing up:
//! whether there is such a remote, or such a path, others find out.

use std::fmt;
use std::path::PathBuf;

use super::output::Failure;
use crate::crypto::link::{Link, LinkError};

/// A place that a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A path of this machine, as typed.
    Local(PathBuf),
    /// A path of an account.
    Cloud(CloudPath),
}

/// A path of an account, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CloudPath {
    /// The name before the first colon.
    pub(crate) account: String,
    /// What follows it: `Photos/2024`, `H:handle`, `//bin/old.txt`, or nothing for the cloud drive.
    pub(crate) path: String,
}

/// A public link on a command line, as typed, and a path behind it: `LINK` stands for the file or folder that it leads to,
/// `LINK:path` for something in that folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkPlace<'t> {
    /// The link.
    pub(super) link: &'t str,
    /// What follows the colon behind it; nothing for all that it shows.
    pub(super) path: &'t str,
}

impl Place {
    /// Reads a place. What has a colon before the first slash is an account's, unless it is a Windows drive; write
    /// `./a:b` for a local file with a colon. A public link is refused: commands that can read one look for it before
    /// ([`LinkPlace::parse`]), and nothing is changed through a link.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        match LinkPlace::parse(text) {
            Some(_) => Err(only_read()),
            None => Ok(Self::of_path(text)),
        }
    }

    fn of_path(text: &str) -> Self {
        let Some((account, path)) = text.split_once(':') else { return Self::Local(PathBuf::from(text)) };
        let is_path = account.is_empty() || account.contains(['/', '\\']);
        let is_drive = cfg!(windows) && account.len() == 1 && account.as_bytes()[0].is_ascii_alphabetic();
        if is_path || is_drive {
            return Self::Local(PathBuf::from(text));
        }
        Self::Cloud(CloudPath { account: account.to_owned(), path: path.to_owned() })
    }

    /// Returns the path, where it is one of an account.
    pub(crate) const fn cloud(&self) -> Option<&CloudPath> {
        match self {
            Self::Local(_) => None,
            Self::Cloud(path) => Some(path),
        }
    }
}

impl<'t> LinkPlace<'t> {
    /// Reads a link; `None` where it is something else: a path, or one of an account. A key has no colon, so the first one
    /// behind the `#` ends the link. An address whose key was left out is a link, too, and told so.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let is_of_web = text.starts_with("https://") || text.starts_with("http://");
        let fragment = match text.find('#') {
            Some(fragment) if is_of_web || text.starts_with("mega.") || fragment == "mega://".len() => {
                fragment
            }
            None if is_of_web => text.len(),
            Some(_) | None => return None,
        };
        let (link, path) = match text[fragment..].find(':') {
            Some(colon) => (&text[..fragment + colon], &text[fragment + colon + 1..]),
            None => (text, ""),
        };
        let is_link = !matches!(Link::parse(link), Err(LinkError::NotALink));
        is_link.then_some(Self { link, path })
    }
}

impl CloudPath {
    /// Splits off the last part: the path above it and the name. `None` where the path has no name to split off (the
    /// cloud drive, a handle, a place like `//bin`).
    pub(crate) fn split_name(&self) -> Option<(Self, &str)> {
        let path = self.path.trim_end_matches('/');
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_special = name.is_empty() || (above.is_empty() && name.starts_with("H:")) || above == "/";
        (!is_special).then(|| (Self { account: self.account.clone(), path: above.to_owned() }, name))
    }
}

impl fmt::Display for CloudPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.account, self.path)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => write!(f, "{}", path.display()),
            Self::Cloud(path) => path.fmt(f),
        }
    }
}

fn only_read() -> Failure {
    Failure::usage(
        "cannot use a public link here: it can only be read",
        "`megapane get LINK` downloads it, `import LINK REMOTE:PATH` puts it into a remote; copy, check, ls and cat read it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(account: &str, path: &str) -> Place {
        Place::Cloud(CloudPath { account: account.to_owned(), path: path.to_owned() })
    }

    #[test]
    fn a_colon_before_the_first_slash_makes_an_account() {
        assert_eq!(Place::of_path("work:"), cloud("work", ""));
        assert_eq!(Place::of_path("work:a/b:c"), cloud("work", "a/b:c"));
        assert_eq!(Place::of_path("my work:/a"), cloud("my work", "/a"));
        assert_eq!(Place::of_path("work://bin/x"), cloud("work", "//bin/x"));
        assert_eq!(Place::of_path("work:H:AbCd-_12"), cloud("work", "H:AbCd-_12"));
        for local in ["a", "./work:a", "/x:y", ":a", "..", ""] {
            assert_eq!(Place::of_path(local), Place::Local(local.into()), "{local}");
        }
    }

    #[test]
    fn a_link_is_no_place_but_a_remote_of_any_name_is() {
        let key = "A".repeat(22);
        for link in
            ["https://mega.nz/folder/AbCdEfGh#", "http://mega.co.nz/#F!AbCdEfGh!", "mega://#F!AbCdEfGh!"]
        {
            assert!(Place::parse(&format!("{link}{key}")).is_err(), "{link}");
        }
        assert!(Place::parse("https://mega.nz/folder/AbCdEfGh").is_err(), "without its key, too");
        for place in ["https:Photos", "https://bin/old.txt", "work://in/folder/AbCdEfGh", "mega://bin/a#b"] {
            let Ok(Place::Cloud(_)) = Place::parse(place) else { panic!("{place}") };
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_drive_is_local() {
        assert_eq!(Place::of_path("C:\\x"), Place::Local("C:\\x".into()));
        assert_eq!(Place::of_path("C:"), Place::Local("C:".into()));
    }

    #[test]
    fn the_last_part_splits_off_unless_it_is_a_place_of_its_own() {
        let split = |path: &str| {
            let cloud = CloudPath { account: "w".into(), path: path.into() };
            cloud.split_name().map(|(above, name)| (above.path, name.to_owned()))
        };
        assert_eq!(split("a"), Some((String::new(), "a".into())));
        assert_eq!(split("a/b/"), Some(("a".into(), "b".into())));
        assert_eq!(split("/a"), Some((String::new(), "a".into())));
        assert_eq!(split("//bin/a"), Some(("//bin".into(), "a".into())));
        assert_eq!(split("H:AbCd-_12/a"), Some(("H:AbCd-_12".into(), "a".into())));
        for whole in ["", "/", "H:AbCd-_12", "//bin", "//in/"] {
            assert_eq!(split(whole), None, "{whole}");
        }
    }

    #[test]
    fn a_colon_behind_the_key_begins_a_path() {
        let key = "A".repeat(22);
        let whole = format!("https://mega.nz/folder/AbCdEfGh#{key}");
        assert_eq!(LinkPlace::parse(&whole), Some(LinkPlace { link: &whole, path: "" }));
        for (behind, path) in [(":a/b:c", "a/b:c"), (":", ""), (":/a", "/a")] {
            let text = format!("{whole}{behind}");
            assert_eq!(LinkPlace::parse(&text), Some(LinkPlace { link: &whole, path }), "{behind}");
        }
        let inside = format!("{whole}/folder/HgFeDcBa");
        assert_eq!(LinkPlace::parse(&format!("{inside}:x")), Some(LinkPlace { link: &inside, path: "x" }));
        let old = format!("https://mega.co.nz/#F!AbCdEfGh!{key}");
        assert_eq!(LinkPlace::parse(&format!("{old}:x")), Some(LinkPlace { link: &old, path: "x" }));
    }

    #[test]
    fn paths_and_remotes_are_no_links() {
        for text in ["", "a", "work:", "work:a#b", "./a#b:c", "/x/folder/AbCdEfGh#y", "-", "C:\\x"] {
            assert_eq!(LinkPlace::parse(text), None, "{text}");
        }
        assert!(LinkPlace::parse("https://mega.nz/file/short#x").is_some(), "damaged, and told so");
    }
}
