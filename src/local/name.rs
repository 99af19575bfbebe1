//! [`SafeName`]: a cloud name turned, reversibly, into one that names a single entry of a local folder; and
//! [`cloud_name`], the way back for uploads. Cloud names are hostile: any character may occur in them, and `..` too.
//!
//! A forbidden character becomes its look-alike (`/` → `／`, NUL → `␀`, as rclone has it); a look-alike that was in the
//! name already is marked with `‛` before it; so is a name that is forbidden as a whole (`..` → `‛..`).

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// A name that can be joined to a local folder and stays inside it: one component, never `.` or `..`, not too long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SafeName(String);

/// A name cannot be carried over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The node has no name.
    #[error("an empty name cannot exist on disk")]
    Empty,
    /// Longer than disks allow, after encoding.
    #[error("the name \"{name}\" is too long for the disk: {length} of at most {MAX_LENGTH} bytes")]
    TooLong {
        /// The cloud name.
        name: String,
        /// Length on the disk in the disk's units: bytes, on Windows UTF-16 units.
        length: usize,
    },
    /// A local name holds bytes that are not UTF-8. It is not guessed at: rename the file.
    #[error("the name \"{name}\" is not valid Unicode")]
    NotUnicode {
        /// The name with the offending bytes replaced.
        name: String,
    },
}

/// Which names a disk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRules {
    /// All but `/` and NUL.
    Unix,
    /// Also none of `< > : " \ | ? *` and control characters, no dot or space at the end, no device names.
    Windows,
}

impl SafeName {
    /// Encodes a cloud name for this system's disks.
    pub fn from_cloud(name: &str) -> Result<Self, NameError> {
        Self::with_rules(name, NameRules::native())
    }

    /// Encodes a cloud name for a disk with the given rules (an exFAT stick under Linux takes Windows' names).
    pub fn with_rules(name: &str, rules: NameRules) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        let encoded = rules.encode(name);
        let length = rules.length(&encoded);
        if length > MAX_LENGTH {
            return Err(NameError::TooLong { name: name.to_owned(), length });
        }
        Ok(Self(encoded))
    }

    /// Returns the name as the disk has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<Path> for SafeName {
    fn as_ref(&self) -> &Path {
        Path::new(&self.0)
    }
}

impl AsRef<OsStr> for SafeName {
    fn as_ref(&self) -> &OsStr {
        OsStr::new(&self.0)
    }
}

impl fmt::Display for SafeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the cloud name of a local one: decoded, and composed (NFC) as MEGA's clients write names.
///
/// Compare local with cloud names through this, or a file that was uploaded from a Mac is not found again.
pub fn cloud_name(name: &OsStr) -> Result<String, NameError> {
    let text =
        name.to_str().ok_or_else(|| NameError::NotUnicode { name: name.to_string_lossy().into_owned() })?;
    Ok(NameRules::native().decode(text).nfc().collect())
}

impl NameRules {
    /// Returns the rules of the system that the program runs on.
    #[must_use]
    pub const fn native() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }

    /// Built from the end, because whether a `‛` must be doubled depends on what follows it.
    fn encode(self, name: &str) -> String {
        let mut reversed: Vec<char> = Vec::with_capacity(name.len() + 1);
        for char in name.chars().rev() {
            let is_last = reversed.is_empty();
            if let Some(image) = self.image(char, is_last) {
                reversed.push(image);
                continue;
            }
            let follower = reversed.last().copied();
            let follower_is_last = reversed.len() == 1;
            reversed.push(char);
            let would_mark = char == MARK
                && follower.is_some_and(|next| next == MARK || self.source(next, follower_is_last).is_some());
            if would_mark || self.source(char, is_last).is_some() {
                reversed.push(MARK);
            }
        }
        let encoded: String = reversed.into_iter().rev().collect();
        if self.forbids(encoded.trim_start_matches(MARK)) { format!("{MARK}{encoded}") } else { encoded }
    }

    fn decode(self, name: &str) -> String {
        let encoded = match name.strip_prefix(MARK) {
            Some(rest) if self.forbids(rest.trim_start_matches(MARK)) => rest,
            Some(_) | None => name,
        };
        let mut decoded = String::with_capacity(encoded.len());
        let mut chars = encoded.chars().peekable();
        while let Some(char) = chars.next() {
            let mut rest = chars.clone();
            let next = rest.next();
            let next_is_last = rest.next().is_none();
            match next {
                Some(next) if char == MARK && (next == MARK || self.source(next, next_is_last).is_some()) => {
                    decoded.push(next);
                    chars.next();
                }
                Some(_) | None => decoded.push(self.source(char, next.is_none()).unwrap_or(char)),
            }
        }
        decoded
    }

    /// The look-alike that stands for a forbidden character.
    fn image(self, char: char, is_last: bool) -> Option<char> {
        let windows = self == Self::Windows;
        match char {
            '\0' => Some('␀'),
            '/' => Some('／'),
            '\u{1}'..='\u{1f}' if windows => char::from_u32(u32::from(char) + CONTROL_PICTURES),
            '"' | '*' | ':' | '<' | '>' | '?' | '\\' | '|' if windows => {
                char::from_u32(u32::from(char) + FULL_WIDTH)
            }
            '.' if windows && is_last => Some('．'),
            ' ' if windows && is_last => Some('␠'),
            _ => None,
        }
    }

    /// The forbidden character that a look-alike stands for.
    fn source(self, image: char, is_last: bool) -> Option<char> {
        let code = u32::from(image);
        let candidate = match image {
            '␀'..='␠' => code - CONTROL_PICTURES,
            '！'..='～' => code - FULL_WIDTH,
            _ => return None,
        };
        char::from_u32(candidate).filter(|&source| self.image(source, is_last) == Some(image))
    }

    /// Names that are forbidden as a whole.
    fn forbids(self, name: &str) -> bool {
        if matches!(name, "." | "..") {
            return true;
        }
        let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
        let is_port = ["COM", "LPT"].iter().any(|port| {
            stem.strip_prefix(port)
                .is_some_and(|number| PORTS.contains(number) && number.chars().count() == 1)
        });
        self == Self::Windows && (is_port || DEVICES.contains(&stem.as_str()))
    }

    fn length(self, name: &str) -> usize {
        match self {
            Self::Unix => name.len(),
            Self::Windows => name.encode_utf16().count(),
        }
    }
}

/// Marks that the next character stands for itself, or that the name as a whole was forbidden.
const MARK: char = '‛';
/// From an ASCII character to its full-width look-alike.
const FULL_WIDTH: u32 = 0xfee0;
/// From a control character (or space) to its picture.
const CONTROL_PICTURES: u32 = 0x2400;
/// `NAME_MAX` of the file systems in use, in bytes; UTF-16 units on Windows.
const MAX_LENGTH: usize = 255;
/// Names that Windows keeps for devices, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
/// What may follow `COM` and `LPT` in the name of a device.
const PORTS: &str = "0123456789¹²³";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_become_one_harmless_component() {
        let cases = [
            ("a/b", "a／b"),
            ("..", "‛.."),
            (".", "‛."),
            ("‛..", "‛‛.."),
            ("../../etc/passwd", "..／..／etc／passwd"),
            ("nul\0byte", "nul␀byte"),
            ("a／b", "a‛／b"),
            ("‛/", "‛‛／"),
            ("‛x", "‛x"),
            ("...", "..."),
            ("line\nbreak \u{1b}[2J", "line\nbreak \u{1b}[2J"),
            ("CON", "CON"),
        ];
        for (cloud, disk) in cases {
            assert_eq!(SafeName::with_rules(cloud, NameRules::Unix).unwrap().as_str(), disk, "{cloud:?}");
        }
    }

    #[test]
    fn windows_takes_fewer_names() {
        let cases = [
            ("CON", "‛CON"),
            ("con.txt", "‛con.txt"),
            ("console", "console"),
            ("lpt¹.log", "‛lpt¹.log"),
            ("com10", "com10"),
            ("a:b?", "a：b？"),
            ("end.", "end．"),
            ("end ", "end␠"),
            ("..", ".．"),
            ("tab\t", "tab␉"),
            ("back\\slash", "back＼slash"),
        ];
        for (cloud, disk) in cases {
            assert_eq!(SafeName::with_rules(cloud, NameRules::Windows).unwrap().as_str(), disk, "{cloud:?}");
            assert_eq!(NameRules::Windows.decode(disk), cloud);
        }
    }

    #[test]
    fn empty_and_over_long_names_are_refused() {
        assert_eq!(SafeName::from_cloud(""), Err(NameError::Empty));
        let longest = "ä".repeat(127) + "x";
        assert!(SafeName::with_rules(&longest, NameRules::Unix).is_ok());
        let refused = SafeName::with_rules(&(longest + "x"), NameRules::Unix);
        assert!(matches!(refused, Err(NameError::TooLong { length: 256, .. })));
    }

    #[test]
    fn local_names_are_composed_and_decoded_for_the_cloud() {
        assert_eq!(cloud_name(OsStr::new("cafe\u{301}")).unwrap(), "café");
        assert_eq!(cloud_name(OsStr::new("‛..")).unwrap(), "..");
        assert_eq!(cloud_name(OsStr::new("plain ‛ name")).unwrap(), "plain ‛ name");
    }

    #[cfg(unix)]
    #[test]
    fn a_local_name_that_is_not_unicode_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let refused = cloud_name(OsStr::from_bytes(b"caf\xe9"));
        assert!(matches!(refused, Err(NameError::NotUnicode { .. })));
    }

    proptest! {
        #[test]
        fn every_name_survives_the_way_to_the_disk_and_back(
            name in "([‛/／\\.．␀\0: ␠CONa\u{1}␁]|\\PC){1,12}",
            windows in any::<bool>(),
        ) {
            let rules = if windows { NameRules::Windows } else { NameRules::Unix };
            let disk = rules.encode(&name);
            prop_assert_eq!(rules.decode(&disk), name);
            prop_assert!(!disk.contains(['/', '\0']) && disk != "." && disk != "..");
            prop_assert_eq!(Path::new(&disk).components().count(), 1);
        }
    }
}
