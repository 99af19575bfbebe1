//! [`Finding`]: one thing that was looked at, how it stands, and what mends it. The parts of `doctor` make them,
//! its command prints them. It looks at nothing itself.

use serde::Serialize;

/// One row of the report.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// How it stands.
    pub(super) standing: Standing,
    /// What was looked at, in a word or two.
    pub(super) about: &'static str,
    /// How it is, as a sentence without its full stop.
    pub(super) says: String,
    /// The command, or what else helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mended_by: Option<String>,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warn,
    /// Something does not work, or is not safe.
    Bad,
}

impl Standing {
    /// The word that stands before the row.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

impl Finding {
    /// All is well.
    pub(super) fn ok(about: &'static str, says: impl Into<String>) -> Self {
        Self { standing: Standing::Ok, about, says: says.into(), mended_by: None }
    }

    /// It could be better.
    pub(super) fn warn(about: &'static str, says: impl Into<String>) -> Self {
        Self { standing: Standing::Warn, ..Self::ok(about, says) }
    }

    /// It is wrong.
    pub(super) fn bad(about: &'static str, says: impl Into<String>) -> Self {
        Self { standing: Standing::Bad, ..Self::ok(about, says) }
    }

    /// Says what helps; an empty text says nothing.
    pub(super) fn mended_by(mut self, what: impl Into<String>) -> Self {
        self.mended_by = Some(what.into()).filter(|what| !what.is_empty());
        self
    }
}
