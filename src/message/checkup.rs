//! A [`Finding`] of `doctor`: one thing that was looked at, on this machine or in an account, how it stands, and what
//! mends it. `worker::doctor` makes most of them; the command line prints them, the screen lists them.

use serde::{Deserialize, Serialize};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How it stands.
    pub standing: Standing,
    /// What was looked at, in a word or two.
    pub about: String,
    /// How it is, as a sentence without its full stop.
    pub says: String,
    /// The command, or what else helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended_by: Option<String>,
}

/// How something stands, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warn,
    /// Something does not work, or is not safe.
    Bad,
}

impl Standing {
    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

impl Finding {
    /// All is well.
    #[must_use]
    pub fn ok(about: &str, says: impl Into<String>) -> Self {
        Self { standing: Standing::Ok, about: about.to_owned(), says: says.into(), mended_by: None }
    }

    /// It could be better.
    #[must_use]
    pub fn warn(about: &str, says: impl Into<String>) -> Self {
        Self { standing: Standing::Warn, ..Self::ok(about, says) }
    }

    /// It is wrong.
    #[must_use]
    pub fn bad(about: &str, says: impl Into<String>) -> Self {
        Self { standing: Standing::Bad, ..Self::ok(about, says) }
    }

    /// Says what helps; an empty text says nothing.
    #[must_use]
    pub fn mended_by(mut self, what: impl Into<String>) -> Self {
        self.mended_by = Some(what.into()).filter(|what| !what.is_empty());
        self
    }
}
