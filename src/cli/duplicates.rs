//! Equal names in folders that a command reads: counted ([`count`]) and told in one line ([`tell`]), with the command that
//! sorts them out. Listings, copies and checks call it; and [`Filters`], what of a folder counts, is `dedupe`'s too.

use std::collections::HashSet;

use super::output::Messages;
use super::remote::CloudPath;
use crate::dedupe::{Group, NameClass, Scope, Sieve, Survey};
use crate::entry::LINK_MARK;
use crate::handle::NodeHandle;
use crate::message::FileBounds;
use crate::transfer::filter::Rules;
use crate::tree::{Node, Tree};

/// What of an account counts, by the filters of a command line.
pub(crate) struct Filters {
    rules: Rules,
    bounds: FileBounds,
    /// Nothing is left out, but for what is too deep.
    admits_all: bool,
}

impl Filters {
    /// Takes rules, of which there may be none, and bounds.
    pub(crate) fn new(rules: Rules, bounds: FileBounds) -> Self {
        let is_bound = FileBounds { max_depth: None, ..bounds.clone() } != FileBounds::default();
        Self { admits_all: rules.is_empty() && !is_bound, rules, bounds }
    }

    /// Returns the part of an account that they leave.
    pub(crate) fn scope<'a>(&'a self, roots: &'a [NodeHandle]) -> Scope<'a> {
        let scope = Scope::below(roots).to_depth(self.bounds.max_depth);
        // Without a sieve no paths are made, which tells with a million files.
        if self.admits_all { scope } else { scope.through(self) }
    }
}

impl Sieve for Filters {
    fn admits_file(&self, path: &str, file: Node<'_>) -> bool {
        let modified = file.modified().unwrap_or_else(|| file.uploaded());
        self.rules.includes_file(path) && self.bounds.admit(file.size(), Some(modified))
    }

    fn admits_folder(&self, path: &str) -> bool {
        self.rules.may_include_below(path)
    }
}

/// Returns how many names are those of several entries, as somebody sees them who looks into the folders: what is in twin
/// folders under one name is not one name yet.
pub(crate) fn count(tree: &Tree, scope: &Scope<'_>) -> usize {
    let survey = Survey::by_name_in(tree, scope, NameClass::Exact, &|_folders| true);
    let merged = survey.merges.iter().map(|merge| (merge.folder, &merge.name));
    let is_beside = |group: &&Group| {
        let mut parents: Vec<_> = group.members.iter().map(|&member| tree.node(member)?.parent()).collect();
        parents.sort_unstable();
        parents.windows(2).any(|pair| pair[0] == pair[1])
    };
    let found = survey.groups.iter().filter(is_beside).map(|group| (group.folder, &group.name));
    merged.chain(found).collect::<HashSet<_>>().len()
}

/// Tells that so many names below a place are those of several entries; nothing of none.
pub(crate) fn tell(messages: &Messages, place: &CloudPath, count: usize) {
    let names = match count {
        0 => return,
        1 => "1 name is that".to_owned(),
        count => format!("{count} names are those"),
    };
    if place.account.starts_with(LINK_MARK) {
        // Nobody but the owner sorts that out.
        return messages.notice(&format!("{names} of several entries behind the link"));
    }
    let place = place.to_string();
    let typed = shlex::try_quote(&place).unwrap_or(std::borrow::Cow::Borrowed(&place));
    messages.notice(&format!(
        "{names} of several entries in \"{place}\": `megapane dedupe {typed}` makes one of each"
    ));
}
