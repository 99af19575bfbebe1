//! Restores: entries of the rubbish bin go back to where they were, which the node itself says (its `rr` attribute, as the
//! official clients write it too). What has no such place any more goes to the cloud drive, and a name that is taken
//! there gets a number; both are told. `changes` makes the changes.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::actor::Actor;
use super::changes::{Landing, Worded, counted};
use super::listing;
use super::problem;
use super::refusal::{fixed, gone, name_entries, not_ready};
use crate::entry::{EntryKey, Location};
use crate::handle::NodeHandle;
use crate::message::{Event, Problem, ProblemKind, Selection};
use crate::session::Session;
use crate::session::change::origin;
use crate::transfer::conflict::free_name;
use crate::tree::Tree;
use crate::worker::selection::Selected;

impl Actor {
    /// Puts entries of the rubbish bin back where they were.
    pub(crate) fn restore(&mut self, selection: Selection) {
        let restored = self.select(selection).and_then(|selected| match selected {
            Selected::Entries { parent: Location::Cloud { account, .. }, keys } => {
                let (line, rows) = self.restores(&account, &keys)?;
                Ok((account, line, rows))
            }
            Selected::Entries { parent: Location::Local(_), .. } => {
                let message = "Only what is in the rubbish bin of an account can be restored";
                let hint = "Undo takes back what was put into the trash from here.";
                Err(Problem::new(ProblemKind::Permanent, message, hint))
            }
            Selected::Contents(_) => Err(name_entries("restore")),
        });
        match restored {
            Ok((account, line, rows)) => self.change_account(&account, line, Landing::None, rows),
            Err(problem) => self.send(Event::Failed(problem)),
        }
    }

    /// Works out where entries go, and the line that says so.
    fn restores(&self, name: &str, keys: &[EntryKey]) -> Result<(String, Vec<Worded>), Problem> {
        let account = self.accounts.get(name).ok_or_else(|| problem::unknown_account(name))?;
        let (session, tree) = account.ready().ok_or_else(|| not_ready(name))?;
        let mut restores = Restores { account: name, session, tree, names: HashMap::new(), ends: Vec::new() };
        let rows = keys.iter().map(|key| restores.restore(key)).collect();
        let what = counted(keys, self.only_label(name, keys));
        Ok((restores.line(&what), rows))
    }
}

/// Entries on their way out of the bin.
struct Restores<'a> {
    account: &'a str,
    session: &'a Session,
    tree: &'a Tree,
    /// The names in the folders that something goes to, those of what goes there included.
    names: HashMap<NodeHandle, HashSet<String>>,
    ends: Vec<End>,
}

/// Where something goes.
struct End {
    label: String,
    folder: NodeHandle,
    /// It was in another one, or nobody knows where.
    is_elsewhere: bool,
    /// Another name, where its own is taken.
    name: Option<String>,
}

impl Restores<'_> {
    fn restore(&mut self, key: &EntryKey) -> Worded {
        let EntryKey::Node(handle) = key else { return (String::new(), Err(fixed(key, "restored"))) };
        let Some(node) = self.tree.node(*handle) else { return gone("restore", *handle) };
        let what = format!("restore \"{}\"", node.label());
        if !self.tree.rubbish().is_some_and(|bin| self.tree.is_inside(*handle, bin)) {
            let message = format!("\"{}\" is not in the rubbish bin", node.label());
            return (what, Err(Problem::new(ProblemKind::Permanent, message, "")));
        }
        let (origin, Some(root)) = (origin(self.tree, *handle), self.tree.root()) else {
            return gone("restore", *handle);
        };
        let folder = origin.unwrap_or(root);
        let name = node.name().and_then(|name| self.other_name(folder, name));
        let prepared = self
            .session
            .prepare_restore(self.tree, *handle, folder, name.as_deref())
            .map_err(|error| problem::of_change(&what, &error));
        self.ends.push(End { label: node.label(), folder, is_elsewhere: origin.is_none(), name });
        (what, prepared)
    }

    /// Takes a name in a folder, and returns the one that is free where it is taken.
    fn other_name(&mut self, folder: NodeHandle, name: &str) -> Option<String> {
        let tree = self.tree;
        let nfc = |name: &str| name.nfc().collect::<String>();
        let names = self
            .names
            .entry(folder)
            .or_insert_with(|| tree.children(folder).filter_map(|node| node.name().map(nfc)).collect());
        if names.insert(nfc(name)) {
            return None;
        }
        let free = free_name(name, |candidate| names.contains(&nfc(candidate)));
        names.insert(nfc(&free));
        Some(free)
    }

    /// Says what is restored, and which of it is not just as it was.
    fn line(&self, what: &str) -> String {
        let title = |folder: NodeHandle| {
            let folder = listing::normal(self.tree, crate::entry::CloudFolder::Node(folder));
            listing::cloud_title(self.account, Some(self.tree), folder)
        };
        let mut line = format!("restored {what}");
        if let [end] = &self.ends[..] {
            line = format!("{line} to {}", title(end.folder));
        }
        let named = |ends: Vec<&End>, told: &dyn Fn(&End) -> String| {
            let more = ends.len().saturating_sub(1);
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            ends.first().map(|end| format!("{}{more}", told(end)))
        };
        let renamed = self.ends.iter().filter(|end| end.name.is_some()).collect();
        let renamed = named(renamed, &|end| {
            let new = end.name.as_deref().unwrap_or_default();
            format!("\"{}\" is taken there: it is \"{new}\" now", end.label)
        });
        let lost = self.ends.iter().filter(|end| end.is_elsewhere).collect();
        let lost = named(lost, &|end| {
            format!("the folder of \"{}\" is gone: it is in {}", end.label, title(end.folder))
        });
        for note in [lost, renamed].into_iter().flatten() {
            line = format!("{line}; {note}");
        }
        line
    }
}
