//! Work over all rows of a view that takes too long for the loop where there are a million of them: looking for a row
//! ([`RowSearch`]) and changing marks ([`Sweep`]). Either takes the [`Rows`] as they stand, so that it can run beside the loop,
//! and lets go of them there: they may be the last that hold a million entries. `marking` starts it. Pure.

use std::sync::Arc;

use rayon::prelude::*;
use regex::RegexBuilder;

use super::order::{Weight, contains};
use crate::entry::Entry;
use crate::message::{MarkChange, Sign};

/// The rows of a view as they stand at a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// The view's when these were its rows.
    pub(super) generation: u64,
    pub(super) entries: Arc<[Entry]>,
    pub(super) weights: Arc<[Weight]>,
    /// Shown entries in order: indices.
    pub(super) order: Arc<Vec<u32>>,
    /// Whether the entry of the same index has a row.
    pub(super) shown: Arc<Vec<bool>>,
    /// The sign of the entry of the same index, where there are any.
    pub(super) signs: Arc<[Option<Sign>]>,
}

impl Rows {
    fn sign(&self, index: usize) -> Option<Sign> {
        self.signs.get(index).copied().flatten()
    }
}

/// What a row is looked for by.
#[derive(Clone, Debug)]
pub(crate) enum Sought {
    /// A name that contains this text, which is in lower case.
    Name(String),
    /// A sign that is a difference.
    Difference,
}

/// A look for the next row.
#[derive(Clone, Debug)]
pub(crate) struct RowSearch {
    pub(super) sought: Sought,
    /// The row that it starts beside, and which way it goes; it wraps round.
    pub(super) from: u64,
    pub(super) backwards: bool,
}

impl RowSearch {
    /// Returns the row. Slow for very many.
    pub(crate) fn run(&self, rows: &Rows) -> Option<u64> {
        let Self { sought, backwards, .. } = self;
        let is_wanted = |row: &usize| {
            let index = rows.order[*row];
            match sought {
                Sought::Name(text) => contains(&rows.entries[index as usize].name, text),
                Sought::Difference => rows.sign(index as usize).is_some_and(Sign::is_difference),
            }
        };
        if matches!(sought, Sought::Name(text) if text.is_empty()) {
            return None;
        }
        let count = rows.order.len();
        let from = usize::try_from(self.from).unwrap_or(0).min(count.checked_sub(1)?);
        let step =
            |step: usize| if *backwards { (from + count - step) % count } else { (from + step) % count };
        (1..=count).map(step).find(is_wanted).map(|row| row as u64)
    }
}

/// What the rows come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(super) bytes: u64,
    pub(super) marked_count: u64,
    pub(super) marked_bytes: u64,
    pub(super) marked_unsized_count: u64,
}

impl Sums {
    /// Adds up the entries that are shown.
    pub(crate) fn of(weights: &[Weight], shown: &[bool], marked: &[bool]) -> Self {
        let mut sums = Self::default();
        for ((weight, shown), marked) in weights.iter().zip(shown).zip(marked) {
            let size = if *shown { weight.size } else { 0 };
            sums.bytes = sums.bytes.saturating_add(size);
            sums.marked_count += u64::from(*shown && *marked);
            sums.marked_unsized_count += u64::from(*shown && *marked && weight.is_unsized);
            sums.marked_bytes = sums.marked_bytes.saturating_add(if *marked { size } else { 0 });
        }
        sums
    }
}

/// A change of the marks of all rows.
#[derive(Debug)]
pub(crate) struct Sweep {
    pub(super) change: MarkChange,
    pub(super) rows: Rows,
    /// Whether the entry of the same index is marked.
    pub(super) marked: Vec<bool>,
}

/// Marks that were changed.
#[derive(Debug)]
pub(crate) struct Swept {
    pub(super) change: MarkChange,
    /// The view's when it began.
    pub(super) generation: u64,
    pub(super) marked: Vec<bool>,
    /// What the rows come to now.
    pub(super) sums: Sums,
}

impl Sweep {
    /// Changes the marks. Slow for very many rows.
    pub(crate) fn run(mut self) -> Swept {
        match &self.change {
            MarkChange::All => self.mark(|_, _| true, |_| true),
            MarkChange::Invert => self.mark(|_, _| true, |marked| !marked),
            MarkChange::None => self.marked.fill(false),
            MarkChange::Signed(meant) => {
                let (meant, rows) = (*meant, self.rows.clone());
                let is_meant = |index: usize| rows.sign(index).is_some_and(|sign| meant.means(sign));
                self.mark(|index, _| is_meant(index), |_| true);
            }
            MarkChange::Pattern { pattern, on } => {
                let on = *on;
                if let Some(regex) = wildcard(pattern) {
                    self.mark(|_, entry| regex.is_match(&entry.name), |_| on);
                }
            }
            MarkChange::Toggle(_) | MarkChange::Range { .. } => {} // the view changes these few itself
        }
        let Self { change, rows, marked } = self;
        let sums = Sums::of(&rows.weights, &rows.shown, &marked);
        Swept { change, generation: rows.generation, marked, sums }
    }

    /// Marks shown rows. Made-up folders are entered, never copied or thrown away, so sweeping marks leave them out.
    fn mark(&mut self, wanted: impl Fn(usize, &Entry) -> bool + Sync, new: impl Fn(bool) -> bool + Sync) {
        let Rows { entries, weights, shown, .. } = &self.rows;
        let each = self.marked.par_iter_mut().zip(&**shown).zip(entries.par_iter()).zip(weights.par_iter());
        let each = each.with_min_len(LEAST_SHARE).enumerate();
        each.for_each(|(index, (((marked, shown), entry), weight))| {
            if *shown && !weight.is_place() && wanted(index, entry) {
                *marked = new(*marked);
            }
        });
    }
}

/// Turns `*` and `?` into a regex over whole names, case ignored. `None` where it grows beyond reason.
pub(crate) fn wildcard(pattern: &str) -> Option<regex::Regex> {
    let mut text = String::from("^");
    for character in pattern.chars() {
        match character {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            other => text.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push('$');
    RegexBuilder::new(&text).case_insensitive(true).dot_matches_new_line(true).build().ok()
}

/// Entries that are worth a thread.
pub(super) const LEAST_SHARE: usize = 8_192;
