//! The `[screen]` part of the configuration: how the two panes look and behave. Read by the command line, whose options
//! go before it, and handed to the screen. It says what is wished, not what the terminal can do.

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Deserializer, de};

/// What is wished of the screen.
#[expect(clippy::struct_excessive_bools, reason = "each is a line of its own in the file")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScreenSettings {
    /// The ground that the colours are made for.
    pub theme: ThemeChoice,
    /// The colour of cursor and active pane; without one it goes by the ground.
    pub accent: Option<Accent>,
    /// Whether only ASCII characters are drawn; otherwise the locale says.
    #[serde(deserialize_with = "auto_or_bool")]
    pub ascii: Option<bool>,
    /// Take the mouse from the terminal.
    pub mouse: bool,
    /// How long an Esc waits for what may follow it, in milliseconds; otherwise 50, or 200 over ssh.
    #[serde(deserialize_with = "milliseconds")]
    pub esc_timeout: Option<Duration>,
    /// How the end of long work is told to somebody who looks elsewhere.
    pub notify: Notify,
    /// Say in the window's title which folders are shown.
    pub title: bool,
    /// The order that panes begin with.
    pub sort: StartSort,
    /// The other way round.
    pub reversed: bool,
    /// Show hidden files from the start.
    pub hidden: bool,
    /// Which keys the key bar shows.
    pub keys: KeyHints,
}

/// The ground that the colours are made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// What the terminal says that it has
    #[default]
    Auto,
    /// Light text on dark
    Dark,
    /// Dark text on light
    Light,
    /// No colours: bold and dim
    Mono,
}

/// One of the sixteen colours that every palette has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Accent {
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
    BrightBlack,
    BrightRed,
    BrightGreen,
    BrightYellow,
    BrightBlue,
    BrightMagenta,
    BrightCyan,
    BrightWhite,
}

/// How the end of long work is told to somebody who looks elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    /// Not at all.
    #[default]
    Off,
    /// By the terminal's bell.
    Bell,
    /// By a desktop notice, as iTerm2, Windows Terminal and kitty know it (OSC 9).
    Osc9,
    /// By a desktop notice, as urxvt, foot and `WezTerm` know it (OSC 777).
    Osc777,
}

/// The order that panes begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartSort {
    /// By name.
    #[default]
    Name,
    /// By size.
    Size,
    /// By time of change.
    Time,
    /// By time of arrival in the cloud.
    Uploaded,
    /// By extension.
    Extension,
}

/// Which keys the key bar shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum KeyHints {
    /// Those of the keymap; letters once a function key did not come through
    #[default]
    Auto,
    /// Letters, which every terminal sends
    Letters,
}

fn auto_or_bool<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Said(bool),
        Word(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Said(ascii) => Ok(Some(ascii)),
        Written::Word(word) if word == "auto" => Ok(None),
        Written::Word(word) => {
            Err(de::Error::custom(format!("ascii is \"auto\", true or false, not \"{word}\"")))
        }
    }
}

fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let written = u64::deserialize(deserializer)?;
    if ESC_TIMEOUTS.contains(&written) {
        return Ok(Some(Duration::from_millis(written)));
    }
    let (least, most) = (ESC_TIMEOUTS.start(), ESC_TIMEOUTS.end());
    Err(de::Error::custom(format!("esc_timeout is {least} to {most} milliseconds")))
}

/// Milliseconds that an Esc may wait: below, no key's sequence would come whole; above, closing a dialog seems broken.
pub const ESC_TIMEOUTS: std::ops::RangeInclusive<u64> = 5..=2000;
