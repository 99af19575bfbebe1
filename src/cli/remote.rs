//! What `work:Photos/2024` and `./photos` on a command line mean: a path of an account, or one of this machine.
//! Every command reads its places by this and by nothing else. It looks nothing up: whether there is such a remote, or such a
//! path, others find out.

use std::fmt;
use std::path::PathBuf;

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

impl Place {
    /// Reads a place. What has a colon before the first slash is an account's, unless it is a Windows drive; write
    /// `./a:b` for a local file with a colon.
    pub(crate) fn parse(text: &str) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(account: &str, path: &str) -> Place {
        Place::Cloud(CloudPath { account: account.to_owned(), path: path.to_owned() })
    }

    #[test]
    fn a_colon_before_the_first_slash_makes_an_account() {
        assert_eq!(Place::parse("work:"), cloud("work", ""));
        assert_eq!(Place::parse("work:a/b:c"), cloud("work", "a/b:c"));
        assert_eq!(Place::parse("my work:/a"), cloud("my work", "/a"));
        assert_eq!(Place::parse("work://bin/x"), cloud("work", "//bin/x"));
        assert_eq!(Place::parse("work:H:AbCd-_12"), cloud("work", "H:AbCd-_12"));
        for local in ["a", "./work:a", "/x:y", ":a", "..", ""] {
            assert_eq!(Place::parse(local), Place::Local(local.into()), "{local}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_drive_is_local() {
        assert_eq!(Place::parse("C:\\x"), Place::Local("C:\\x".into()));
        assert_eq!(Place::parse("C:"), Place::Local("C:".into()));
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
}
