//! A [`Layer`]: the sequences that each action has, row by row, and what becomes of them when others are put over them.
//! Presets and the user's file are such; where two actions want one key, or a chord is hidden, it is said here.

use crate::ui::action::{ActionRow, Context, rows};
use crate::ui::key::{Key, parse_keys};

/// What each row of the action table is called with, in table order.
#[derive(Clone, Debug)]
pub(super) struct Layer(Vec<Assigned>);

/// The sequences of a row in one context.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    /// The row.
    pub(super) row: &'static ActionRow,
    /// Where they count: the row's own context, or a part of it.
    pub(super) context: Context,
    /// The sequences, the one to show first.
    pub(super) keys: Vec<Vec<Key>>,
    /// The line of the user's file that says so.
    pub(super) line: Option<usize>,
}

/// Two rows that cannot both have their keys.
#[derive(Debug)]
pub(super) struct Clash {
    /// The line of the row that gives way.
    pub(super) line: usize,
    /// What is wrong, as a sentence's end.
    pub(super) message: String,
}

impl Layer {
    /// Returns what the action table says.
    pub(super) fn table() -> Self {
        let assigned = |row: &'static ActionRow| Assigned {
            row,
            context: row.context,
            keys: row.keys.iter().filter_map(|keys| parse_keys(keys).ok()).collect(),
            line: None,
        };
        Self(rows().map(assigned).collect())
    }

    /// Returns the rows with their sequences.
    pub(super) fn assigned(&self) -> &[Assigned] {
        &self.0
    }

    /// Puts a row over what it has so far, in the context that it is for.
    pub(super) fn put(&mut self, over: Assigned) {
        let Some(at) = self.0.iter().position(|own| own.row.name == over.row.name) else { return };
        let count = self.0[at..].iter().take_while(|own| own.row.name == over.row.name).count();
        let before: Vec<Assigned> = self.0.drain(at..at + count).collect();
        let rest = before.into_iter().filter_map(|own| {
            let context = remainder(own.context, over.context)?;
            Some(Assigned { context, ..own })
        });
        let rest: Vec<Assigned> = rest.collect();
        self.0.splice(at..at, std::iter::once(over).chain(rest));
    }

    /// Puts a preset's row over the others: it takes what it wants from them.
    pub(super) fn impose(&mut self, over: Assigned) {
        let name = over.row.name;
        let (context, wanted) = (over.context, over.keys.clone());
        self.put(over);
        for own in &mut self.0 {
            if own.row.name != name && own.line.is_none() && is_rival(own, context) {
                own.keys.retain(|keys| !wanted.iter().any(|other| collide(keys, other)));
            }
        }
    }

    /// Gives the rows whose keys cannot be had back what they have in `base`, until all is well.
    pub(super) fn settle(&mut self, base: &Self) -> Vec<Clash> {
        let mut clashes = Vec::new();
        while let Some((at, clash)) = self.first_clash() {
            clashes.push(clash);
            let lost = self.0[at].clone();
            for own in base.0.iter().filter(|own| own.row.name == lost.row.name) {
                if let Some(context) = common(own.context, lost.context) {
                    self.put(Assigned { context, ..own.clone() });
                }
            }
        }
        clashes
    }

    /// Puts those sequences of each row first that are of a kind.
    pub(super) fn put_first(&mut self, kind: impl Fn(&[Key]) -> bool) {
        for own in &mut self.0 {
            own.keys.sort_by_key(|keys| !kind(keys)); // stable: the order is kept otherwise
        }
    }

    /// Forgets which lines the rows come from: what follows is put over all of them alike.
    pub(super) fn set_down(&mut self) {
        self.0.iter_mut().for_each(|own| own.line = None);
    }

    /// Finds a row of the user's file that wants a key which another has; of two of the file the later one.
    fn first_clash(&self) -> Option<(usize, Clash)> {
        let mut own: Vec<(usize, usize)> =
            self.0.iter().enumerate().filter_map(|(at, row)| Some((row.line?, at))).collect();
        own.sort_unstable();
        own.into_iter().rev().find_map(|(line, at)| {
            let message = self.0.iter().enumerate().find_map(|(other, row)| {
                if other == at { hidden_by_itself(row) } else { clash_of(&self.0[at], row) }
            })?;
            Some((at, Clash { line, message }))
        })
    }
}

/// What is wrong between two rows.
fn clash_of(own: &Assigned, other: &Assigned) -> Option<String> {
    if own.row.name == other.row.name || !is_rival(other, own.context) {
        return None;
    }
    let pairs = own.keys.iter().flat_map(|keys| other.keys.iter().map(move |taken| (keys, taken)));
    pairs.into_iter().find(|(keys, taken)| collide(keys, taken)).map(|(keys, taken)| {
        let (name, rival) = (own.row.name, other.row.name);
        let (keys, taken) = (super::sequence(keys), super::sequence(taken));
        let whose = other.line.map_or_else(
            || format!("give \"{rival}\" other keys too"),
            |line| format!("line {line} gives it to \"{rival}\""),
        );
        if keys == taken {
            format!("{keys} cannot call \"{name}\": it calls \"{rival}\" ({whose})")
        } else if keys.len() < taken.len() {
            format!("{keys} for \"{name}\" hides {taken} of \"{rival}\" ({whose})")
        } else {
            format!("{keys} for \"{name}\" is hidden by {taken} of \"{rival}\" ({whose})")
        }
    })
}

fn hidden_by_itself(row: &Assigned) -> Option<String> {
    let pairs = row.keys.iter().flat_map(|keys| row.keys.iter().map(move |other| (keys, other)));
    pairs.into_iter().find(|(keys, other)| keys.len() < other.len() && other.starts_with(keys)).map(
        |(keys, other)| {
            let (keys, other) = (super::sequence(keys), super::sequence(other));
            format!("{keys} for \"{}\" hides its own {other}", row.row.name)
        },
    )
}

/// Two sequences of which one can never be typed.
fn collide(one: &[Key], other: &[Key]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Whether a row counts where this context does.
const fn is_rival(row: &Assigned, context: Context) -> bool {
    common(row.context, context).is_some()
}

/// The part that two contexts have in common.
const fn common(one: Context, other: Context) -> Option<Context> {
    match (one, other) {
        (Context::Both, context) | (context, Context::Both) => Some(context),
        (Context::Panes, Context::Panes) => Some(Context::Panes),
        (Context::Transfers, Context::Transfers) => Some(Context::Transfers),
        (Context::Panes, Context::Transfers) | (Context::Transfers, Context::Panes) => None,
    }
}

/// What is left of a context without another.
const fn remainder(of: Context, without: Context) -> Option<Context> {
    match (of, without) {
        (_, Context::Both) | (Context::Panes, Context::Panes) | (Context::Transfers, Context::Transfers) => {
            None
        }
        (Context::Both | Context::Transfers, Context::Panes) => Some(Context::Transfers),
        (Context::Both | Context::Panes, Context::Transfers) => Some(Context::Panes),
    }
}
