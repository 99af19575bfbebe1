//! The remotes of rclone's configuration file that are of MEGA ([`Remote`]). Pure: text in, remotes out. Values are secrets.
//! Source: rclone/rclone `fs/config/configfile/configfile.go`, `backend/mega/mega.go`.

use std::fmt;

use zeroize::Zeroizing;

/// A remote of type mega.
pub(super) struct Remote {
    /// Its name.
    pub(super) name: String,
    /// The e-mail.
    pub(super) user: String,
    /// The password, obscured.
    pub(super) password: Option<Zeroizing<String>>,
    /// The session's id and the master key, both base64.
    pub(super) session: Option<(Zeroizing<String>, Zeroizing<String>)>,
}

/// Why the file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// rclone has encrypted it.
    #[error("rclone has encrypted it with a password of its own")]
    Encrypted,
    /// It is something else.
    #[error("line {line} is not one of rclone's configuration")]
    NotIni {
        /// From 1.
        line: usize,
    },
}

/// Reads the remotes of a configuration file, or of what `rclone config show` prints.
pub(super) fn remotes(text: &str) -> Result<Vec<Remote>, Unreadable> {
    let mut sections: Vec<(String, Values)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("RCLONE_ENCRYPT_V") {
            return Err(Unreadable::Encrypted);
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push((name.trim().to_owned(), Vec::new()));
            continue;
        }
        let wrong = Unreadable::NotIni { line: index + 1 };
        let (key, value) = line.split_once('=').ok_or(wrong)?;
        let (_, values) = sections.last_mut().ok_or(wrong)?;
        values.push((key.trim().to_lowercase(), Zeroizing::new(value.trim().to_owned())));
    }
    Ok(sections.into_iter().filter_map(|(name, values)| remote(name, &values)).collect())
}

/// The keys of a section, in lower case, and their values.
type Values = Vec<(String, Zeroizing<String>)>;

fn remote(name: String, values: &[(String, Zeroizing<String>)]) -> Option<Remote> {
    let value = |wanted: &str| {
        let found = values.iter().rev().find(|(key, _)| key == wanted);
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    };
    if value("type")?.as_str() != "mega" {
        return None;
    }
    let user = value("user").map(|user| user.to_string()).unwrap_or_default();
    Some(Remote {
        name,
        user,
        password: value("pass"),
        session: value("session_id").zip(value("master_key")),
    })
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_of_mega_are_found_among_others() {
        let text = "# a comment\n[disk]\ntype = local\n\n[mine]\ntype = mega\nuser = me@example.org\npass = abc=\n\
                    session_id = s\nmaster_key = k==\n[old]\ntype=mega\nuser=old@example.org\n";
        let found = remotes(text).unwrap();
        let names: Vec<&str> = found.iter().map(|remote| remote.name.as_str()).collect();
        assert_eq!(names, ["mine", "old"]);
        assert_eq!(found[0].password.as_ref().map(|text| text.as_str()), Some("abc="));
        assert_eq!(
            found[0].session.as_ref().map(|(id, key)| (id.as_str(), key.as_str())),
            Some(("s", "k=="))
        );
        assert_eq!((found[1].user.as_str(), found[1].session.is_some()), ("old@example.org", false));
    }

    #[test]
    fn an_encrypted_file_and_another_kind_of_file_are_told_apart() {
        let encrypted = "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nabcdef\n";
        assert_eq!(remotes(encrypted).unwrap_err(), Unreadable::Encrypted);
        assert_eq!(remotes("hello\n").unwrap_err(), Unreadable::NotIni { line: 1 });
        assert_eq!(remotes("[a]\n\nhello\n").unwrap_err(), Unreadable::NotIni { line: 3 });
        assert!(remotes("").unwrap().is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,200}") {
            let _ = remotes(&text);
        }
    }
}
