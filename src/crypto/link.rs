//! Texts of public links: files and folders, old and new style, nodes inside a folder link, and links under a password.
//! The command line and the screen hand texts in; the session makes them. Keys are secrets and never printed by `Debug`.

mod protected;

use std::fmt;

use zeroize::Zeroizing;

pub use self::protected::{ProtectedLink, WrongPassword};
use super::key::{FileKey, ShareKey};
use crate::handle::{HandleError, NodeHandle, base64_decode, base64_encode};

/// A parsed public link.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// What it points to.
    pub kind: LinkKind,
    /// Public handle.
    pub handle: NodeHandle,
    /// Key bytes: 32 for a file, 16 for a folder; `None` where the text has none and the user must be asked.
    pub key: Option<Zeroizing<Vec<u8>>>,
    /// A node inside a folder link, by its node handle.
    pub inside: Option<(LinkKind, NodeHandle)>,
}

/// File or folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkKind {
    /// File.
    File,
    /// Folder.
    Folder,
}

/// Why a text is not a link we can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Nothing in it looks like a MEGA link.
    #[error("not a MEGA link")]
    NotALink,
    /// The handle is not 8 characters of base64url.
    #[error("the link is damaged: its handle is not 8 characters")]
    Handle,
    /// The key has not the length that the kind of link asks for.
    #[error("the link is damaged: its key has the wrong length")]
    Key,
    /// A password link: see [`ProtectedLink`].
    #[error("the link is protected by a password")]
    Protected,
    /// A link to a collection.
    #[error("links to collections are not supported")]
    Collection,
}

impl Link {
    /// Reads a link text. The host is accepted freely, and a missing one too; text between handle and `#` is skipped.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
        if let Some((kind, handle)) = new_style(address)? {
            return Self::new_style(kind, handle, fragment);
        }
        if let Some(rest) = fragment.strip_prefix("F!") {
            Self::old_style(LinkKind::Folder, rest)
        } else if let Some(rest) = fragment.strip_prefix('!') {
            Self::old_style(LinkKind::File, rest)
        } else if fragment.starts_with("P!") {
            Err(LinkError::Protected)
        } else {
            Err(LinkError::NotALink)
        }
    }

    /// The link text in the present style, with the key if it is known.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{HOST}/{}/{}", self.kind.word(), self.handle);
        if self.key.is_some() || self.inside.is_some() {
            text.push('#');
        }
        if let Some(key) = &self.key {
            text.push_str(&base64_encode(key));
        }
        if let Some((kind, handle)) = self.inside {
            text = format!("{text}/{}/{handle}", kind.word());
        }
        text
    }

    /// Link to a file.
    #[must_use]
    pub fn to_file(handle: NodeHandle, key: &FileKey) -> Self {
        let key = Zeroizing::new(key.node_key().to_vec());
        Self { kind: LinkKind::File, handle, key: Some(key), inside: None }
    }

    /// Link to a folder, whose key is the share key (not the key of the folder's node).
    #[must_use]
    pub fn to_folder(handle: NodeHandle, key: &ShareKey) -> Self {
        let key = Zeroizing::new(key.bytes().to_vec());
        Self { kind: LinkKind::Folder, handle, key: Some(key), inside: None }
    }

    /// The key of a file link; `None` for folders and where the text had none.
    #[must_use]
    pub fn file_key(&self) -> Option<FileKey> {
        let key: &[u8; 32] = self.key.as_deref()?.as_slice().try_into().ok()?;
        Some(FileKey::from_node_key(key))
    }

    /// The key of a folder link; `None` for files and where the text had none.
    #[must_use]
    pub fn share_key(&self) -> Option<ShareKey> {
        Some(ShareKey::from_bytes(self.key.as_deref()?.as_slice().try_into().ok()?))
    }

    /// The same link with a key given apart from it, as text.
    pub fn with_key(mut self, text: &str) -> Result<Self, LinkError> {
        self.key = Some(key_of(self.kind, text)?.ok_or(LinkError::Key)?);
        Ok(self)
    }

    fn new_style(kind: LinkKind, handle: &str, fragment: &str) -> Result<Self, LinkError> {
        let mut parts = fragment.split('/');
        let key = key_of(kind, parts.next().unwrap_or(""))?;
        let inside = match (kind, parts.next(), parts.next()) {
            (LinkKind::Folder, Some("file"), Some(inside)) => Some((LinkKind::File, handle_of(inside)?)),
            (LinkKind::Folder, Some("folder"), Some(inside)) => Some((LinkKind::Folder, handle_of(inside)?)),
            _ => None,
        };
        Ok(Self { kind, handle: handle_of(handle)?, key, inside })
    }

    /// `<handle>!<key>`, in folders followed by `!<sub-folder>` or `?<sub-file>`.
    fn old_style(kind: LinkKind, rest: &str) -> Result<Self, LinkError> {
        let (handle, rest) = rest.split_once('!').unwrap_or((rest, ""));
        let end = rest.find(['!', '?']).unwrap_or(rest.len());
        let (key, inside) = rest.split_at(end);
        let inside = match (kind, inside.split_at_checked(1)) {
            (LinkKind::Folder, Some(("!", inside))) => Some((LinkKind::Folder, handle_of(inside)?)),
            (LinkKind::Folder, Some((_, inside))) => Some((LinkKind::File, handle_of(inside)?)),
            _ => None,
        };
        Ok(Self { kind, handle: handle_of(handle)?, key: key_of(kind, key)?, inside })
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_ref().map(|_| "***");
        let Self { kind, handle, inside, .. } = self;
        write!(f, "Link({kind:?} {handle} key {key:?} inside {inside:?})")
    }
}

impl LinkKind {
    /// Bytes of the key of such a link.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::File => 32,
            Self::Folder => 16,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
        }
    }
}

/// Kind and handle text in an address like `…/file/<handle>?…`; `None` when it is not of that style.
fn new_style(address: &str) -> Result<Option<(LinkKind, &str)>, LinkError> {
    let mut segments = address.split('/');
    while let Some(segment) = segments.next() {
        let kind = match segment {
            "file" => LinkKind::File,
            "folder" => LinkKind::Folder,
            "collection" => return Err(LinkError::Collection),
            _ => continue,
        };
        let handle = segments.next().and_then(|text| text.split('?').next());
        return Ok(Some((kind, handle.unwrap_or_default())));
    }
    Ok(None)
}

fn handle_of(text: &str) -> Result<NodeHandle, LinkError> {
    text.parse().map_err(|_error: HandleError| LinkError::Handle)
}

/// The key in a link; `None` when its text is empty.
fn key_of(kind: LinkKind, text: &str) -> Result<Option<Zeroizing<Vec<u8>>>, LinkError> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > 2 * MAX_KEY_TEXT {
        return Err(LinkError::Key);
    }
    let key = Zeroizing::new(base64_decode(text));
    if key.len() == kind.key_len() { Ok(Some(key)) } else { Err(LinkError::Key) }
}

const HOST: &str = "https://mega.nz";
const MAX_KEY_TEXT: usize = 43;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = "https://mega.nz/file/abcdefgh#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    const FOLDER: &str = "https://mega.nz/folder/ABCD-_12#AAECAwQFBgcICQoLDA0ODw";

    #[test]
    fn host_scheme_and_blanks_do_not_matter() {
        let expected = Link::parse(FILE);
        assert!(expected.is_ok());
        for host in ["https://mega.co.nz/", "mega.app/", "http://www.mega.nz/", "/", "", "  https://mega.nz/"]
        {
            assert_eq!(Link::parse(&FILE.replace("https://mega.nz/", host)), expected, "{host}");
        }
    }

    #[test]
    fn text_is_the_inverse_of_parse() {
        for inside in ["", "/file/sub0FILE", "/folder/sub0FOLD"] {
            let text = format!("{FOLDER}{inside}");
            assert_eq!(Link::parse(&text).unwrap().text(), text);
        }
        assert_eq!(Link::parse(FILE).unwrap().text(), FILE);
        assert_eq!(Link::parse("#!abcdefgh").unwrap().text(), "https://mega.nz/file/abcdefgh");
    }

    #[test]
    fn each_kind_of_damage_is_named() {
        for (text, error) in [
            ("", LinkError::NotALink),
            ("hello", LinkError::NotALink),
            ("https://example.org/profile/abcdefgh", LinkError::NotALink),
            ("https://mega.nz/file/", LinkError::Handle),
            ("https://mega.nz/file/abcdefg*", LinkError::Handle),
            ("https://mega.nz/folder/ABCD-_12#AAEC", LinkError::Key),
            ("#!abcdefgh!AAECAwQFBgcICQoLDA0ODw", LinkError::Key),
            ("#F!ABCD-_12!AAECAwQFBgcICQoLDA0ODw!short", LinkError::Handle),
            ("https://mega.nz/collection/abcdefgh#AAECAwQFBgcICQoLDA0ODw", LinkError::Collection),
            ("https://mega.nz/#P!AgFptx15", LinkError::Protected),
        ] {
            assert_eq!(Link::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_missing_key_can_be_given_later() {
        let link = Link::parse("https://mega.nz/folder/ABCD-_12").unwrap();
        assert_eq!(link.share_key(), None);
        assert_eq!(link.clone().with_key("AAEC"), Err(LinkError::Key));
        assert_eq!(link.clone().with_key(""), Err(LinkError::Key));
        assert_eq!(link.with_key("AAECAwQFBgcICQoLDA0ODw"), Link::parse(FOLDER));
    }

    #[test]
    fn keys_have_the_type_of_their_kind() {
        let file = Link::parse(FILE).unwrap();
        let folder = Link::parse(FOLDER).unwrap();
        assert!(file.share_key().is_none() && folder.file_key().is_none());
        assert_eq!(Link::to_file(file.handle, &file.file_key().unwrap()), file);
        assert_eq!(Link::to_folder(folder.handle, &folder.share_key().unwrap()), folder);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(
            text in ".{0,60}",
            link in "(https://mega.nz/)?(file/|folder/|#!|#F!|#P!)[A-Za-z0-9!?#/_-]{0,90}",
        ) {
            for text in [text, link] {
                if let Ok(link) = Link::parse(&text) {
                    prop_assert_eq!(Link::parse(&link.text()), Ok(link));
                }
            }
        }
    }
}
