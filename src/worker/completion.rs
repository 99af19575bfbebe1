//! What a typed path may become: accounts, folders and files whose names begin so, from the tree or from the disk, by a job.
//! It opens nothing and connects no account; an empty answer says why.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::actor::Actor;
use super::jobs::Done;
use super::listing;
use super::order::natural_key;
use crate::entry::{CloudFolder, EntryKey, Location};
use crate::message::{Event, Offer, Offers};
use crate::tree::{PathError, Tree};

/// A typed path, cut behind its last slash.
struct Typed {
    /// The folder, as typed.
    folder: String,
    /// How the wanted name begins.
    begun: String,
}

/// A name that begins as typed.
struct Candidate {
    /// How a path says it.
    part: String,
    /// What is shown.
    name: String,
    remark: String,
    is_folder: bool,
    /// It begins as typed in the same case, too.
    is_exact: bool,
    key: EntryKey,
}

impl Actor {
    /// Works out what a typed path may become.
    pub(crate) fn complete(&mut self, number: u64, here: &Location, text: &str) {
        let is_place = |text: &str| text.starts_with(['/', '~', '.']);
        let named = text.split_once(':').filter(|(account, _)| !account.contains('/') && !is_place(text));
        match (named, here) {
            (Some((account, path)), _) => {
                self.complete_in(number, (account, None), (&format!("{account}:"), path));
            }
            (None, Location::Cloud { account, folder }) if !is_place(text) => {
                self.complete_in(number, (account, Some(*folder)), ("", text));
            }
            (None, Location::Cloud { .. } | Location::Local(_)) => self.complete_on_disk(number, here, text),
        }
    }

    /// Completes a path in an account; `from` is the folder that it begins at, where that is not the top.
    fn complete_in(
        &mut self,
        number: u64,
        (account, from): (&str, Option<CloudFolder>),
        (prefix, path): (&str, &str),
    ) {
        let accounts: Vec<String> = self.accounts.keys().cloned().collect();
        let text = format!("{prefix}{path}");
        let tree = match self.accounts.get(account).map(|known| known.tree.clone()) {
            Some(Some(tree)) => tree,
            missing => {
                let remark = match missing {
                    None => "there is no such account",
                    Some(_) => "the account is not open yet: Enter opens it",
                };
                let offers = with_accounts(none(&text, remark), accounts.iter(), &text);
                return self.send(Event::Offers { number, offers });
            }
        };
        let (account, prefix, path) = (account.to_owned(), prefix.to_owned(), path.to_owned());
        self.jobs.start_blocking(Done::Offers(number, Offers::default()), move || {
            let offers = offers_in(&tree, (&account, from), &prefix, &path);
            Done::Offers(number, with_accounts(offers, accounts.iter(), &text))
        });
    }

    fn complete_on_disk(&mut self, number: u64, here: &Location, text: &str) {
        let typed = Typed::new(text);
        let home = self.home.clone();
        let here = match here {
            Location::Local(path) => path.clone(),
            Location::Cloud { .. } => home.clone().unwrap_or_default(),
        };
        let accounts: Vec<String> = self.accounts.keys().cloned().collect();
        let text = text.to_owned();
        self.jobs.start_blocking(Done::Offers(number, Offers::default()), move || {
            let folder = resolve(&typed.folder, &here, home.as_deref());
            let offers = match disk_candidates(&folder, &typed.begun) {
                Ok(found) => typed.offers("", found, &Location::Local(folder)),
                Err(error) => none(&text, &disk_remark(&error)),
            };
            Done::Offers(number, with_accounts(offers, accounts.iter(), &text))
        });
    }
}

/// Returns what is in an account. Slow for a folder with very many entries.
fn offers_in(tree: &Tree, (account, from): (&str, Option<CloudFolder>), prefix: &str, path: &str) -> Offers {
    let typed = Typed::new(path);
    let start = from.map_or_else(String::new, |folder| format!("{}/", folder.path_start()));
    let folder = match tree.locate(&format!("{start}{}", typed.folder)) {
        Ok(folder) => folder,
        Err(PathError::Ambiguous { .. }) => {
            return none(&format!("{prefix}{path}"), "several folders are called so: go back and choose one");
        }
        Err(PathError::NotFound { .. } | PathError::NotAFolder { .. }) => {
            return none(&format!("{prefix}{path}"), "no such folder");
        }
    };
    let found = cloud_candidates(tree, folder, &typed.begun);
    let location = Location::Cloud { account: account.to_owned(), folder };
    typed.offers(prefix, found, &location)
}

impl Typed {
    fn new(text: &str) -> Self {
        let cut = text.rfind('/').map_or(0, |slash| slash + 1);
        if text == "~" {
            return Self { folder: "~/".to_owned(), begun: String::new() };
        }
        Self { folder: text[..cut].to_owned(), begun: text[cut..].to_owned() }
    }

    fn offers(&self, prefix: &str, mut found: Vec<Candidate>, folder: &Location) -> Offers {
        if found.iter().any(|candidate| candidate.is_exact) {
            found.retain(|candidate| candidate.is_exact);
        }
        let start = format!("{prefix}{}", self.folder);
        let Some(common) = common(&found) else {
            return none(&format!("{start}{}", self.begun), "nothing begins so");
        };
        // Equal names are written by their handles: nothing that they have in common is more of what was typed.
        let is_more = common.to_lowercase().starts_with(&self.begun.to_lowercase());
        let common = if is_more || found.len() == 1 { common } else { self.begun.clone() };
        let ends = match &found[..] {
            [only] if only.is_folder => "/",
            _ => "",
        };
        let common = format!("{start}{common}{ends}");
        let count = found.len() as u64;
        found.sort_by_cached_key(|candidate| (!candidate.is_folder, natural_key(&candidate.name)));
        found.truncate(MOST_OFFERED);
        let offers = found.into_iter().map(|candidate| candidate.offer(&start, folder)).collect();
        Offers { offers, count, common, remark: String::new() }
    }
}

impl Candidate {
    fn offer(self, start: &str, folder: &Location) -> Offer {
        let slash = if self.is_folder { "/" } else { "" };
        let inner = folder.inside(&self.key).filter(|_| self.is_folder);
        let focus = inner.is_none().then_some(self.key);
        Offer {
            text: format!("{start}{}{slash}", self.part),
            name: format!("{}{slash}", self.name),
            remark: self.remark,
            location: inner.unwrap_or_else(|| folder.clone()),
            focus,
        }
    }
}

fn none(text: &str, remark: &str) -> Offers {
    Offers { common: text.to_owned(), remark: remark.to_owned(), ..Offers::default() }
}

/// Adds the accounts whose names begin as typed, where no folder has been typed yet.
fn with_accounts<'a>(mut offers: Offers, accounts: impl Iterator<Item = &'a String>, text: &str) -> Offers {
    if text.contains(['/', ':']) {
        return offers;
    }
    let fitting: Vec<&String> = accounts.filter(|account| account.starts_with(text)).collect();
    for account in fitting {
        let name = format!("{account}:");
        if offers.count == 0 {
            (offers.common, offers.remark) = (name.clone(), String::new());
        } else {
            offers.common.truncate(common_length(&offers.common, &name));
        }
        offers.count += 1;
        let location = Location::Cloud { account: account.clone(), folder: CloudFolder::Root };
        let remark = "account".to_owned();
        offers.offers.push(Offer { text: name.clone(), name, remark, location, focus: None });
    }
    offers
}

/// Returns what begins as typed in a folder of the cloud; without a letter of the right case, in any case.
fn cloud_candidates(tree: &Tree, folder: CloudFolder, begun: &str) -> Vec<Candidate> {
    let wanted = begun.to_lowercase();
    let mut times: HashMap<&str, u32> = HashMap::new();
    for name in tree.contents(folder).filter_map(|node| node.name()) {
        *times.entry(name).or_default() += 1;
    }
    let by_handle = begun.starts_with("H:");
    let candidates = tree.contents(folder).filter_map(|node| {
        let is_twin = node.name().is_some_and(|name| times.get(name).is_some_and(|times| *times > 1));
        let plain = tree.path_part(&node, by_handle);
        plain.to_lowercase().starts_with(&wanted).then(|| {
            let part = tree.path_part(&node, is_twin || by_handle);
            let remark = if is_twin || by_handle { part.clone() } else { String::new() };
            let key = EntryKey::Node(node.handle());
            let is_exact = plain.starts_with(begun);
            Candidate { part, name: node.label(), remark, is_folder: !node.is_file(), is_exact, key }
        })
    });
    candidates.collect()
}

/// Returns what begins as typed in a folder of the disk. Blocks.
fn disk_candidates(folder: &Path, begun: &str) -> std::io::Result<Vec<Candidate>> {
    let wanted = begun.to_lowercase();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let name = file_name.to_string_lossy().into_owned();
        if !name.to_lowercase().starts_with(&wanted) || (name.starts_with('.') && !begun.starts_with('.')) {
            continue;
        }
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let is_folder = if is_link {
            fs::metadata(entry.path()).is_ok_and(|behind| behind.is_dir())
        } else {
            entry.file_type().is_ok_and(|kind| kind.is_dir())
        };
        let (remark, is_exact) = (String::new(), name.starts_with(begun));
        let key = EntryKey::Name(file_name);
        found.push(Candidate { part: name.clone(), name, remark, is_folder, is_exact, key });
    }
    Ok(found)
}

fn disk_remark(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such folder".to_owned(),
        std::io::ErrorKind::NotADirectory => "that is a file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "the system does not let you read that folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Returns the folder that a text means.
fn resolve(text: &str, here: &Path, home: Option<&Path>) -> PathBuf {
    let in_home = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = match (in_home, home) {
        (Some(rest), Some(home)) => home.join(rest.trim_start_matches('/')),
        (Some(_) | None, _) => here.join(text),
    };
    listing::clean(&path)
}

/// Returns how all parts begin; `None` without any.
fn common(found: &[Candidate]) -> Option<String> {
    let (first, others) = found.split_first()?;
    let length = others
        .iter()
        .fold(first.part.len(), |length, other| length.min(common_length(&first.part, &other.part)));
    Some(first.part[..length].to_owned())
}

fn common_length(one: &str, other: &str) -> usize {
    let same = one.char_indices().zip(other.chars()).take_while(|((_, one), other)| one == other);
    same.last().map_or(0, |((at, letter), _)| at + letter.len_utf8())
}

/// More than any screen shows.
const MOST_OFFERED: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(begun: &str, name: &str, is_folder: bool) -> Candidate {
        Candidate {
            part: name.into(),
            name: name.into(),
            remark: String::new(),
            is_folder,
            is_exact: name.starts_with(begun),
            key: EntryKey::Name(name.into()),
        }
    }

    fn offers(text: &str, names: &[&str]) -> Offers {
        let typed = Typed::new(text);
        let found =
            names.iter().map(|name| candidate(&typed.begun, name.trim_end_matches('/'), name.ends_with('/')));
        typed.offers("", found.collect(), &Location::Local("/x".into()))
    }

    #[test]
    fn what_all_have_in_common_is_added_and_a_single_folder_gets_its_slash() {
        assert_eq!(offers("/x/Pi", &["Pictures/", "Picnic/"]).common, "/x/Pic");
        let one = offers("/x/Pi", &["Pictures/"]);
        assert_eq!((one.common.as_str(), one.count), ("/x/Pictures/", 1));
        assert_eq!(one.offers[0].location, Location::Local("/x/Pictures".into()));
        assert_eq!(offers("/x/ü", &["über", "übel"]).common, "/x/übe");
        assert_eq!(offers("zz", &[]).remark, "nothing begins so");
    }

    #[test]
    fn the_right_case_goes_before_any_case_and_folders_before_files() {
        let both = offers("p", &["Pictures/", "pile"]);
        assert_eq!((both.common.as_str(), both.count), ("pile", 1));
        let names: Vec<String> =
            offers("", &["b.txt", "z/", "a/"]).offers.into_iter().map(|offer| offer.name).collect();
        assert_eq!(names, ["a/", "z/", "b.txt"]);
    }

    #[test]
    fn accounts_are_offered_while_no_folder_is_typed() {
        let accounts = ["work".to_owned(), "family".to_owned()];
        let with = with_accounts(offers("wo", &["wool/"]), accounts.iter(), "wo");
        assert_eq!((with.count, with.common.as_str()), (2, "wo"));
        assert_eq!(with_accounts(none("wo", "x"), accounts.iter(), "wo").common, "work:");
        assert_eq!(with_accounts(offers("/wo", &[]), accounts.iter(), "/wo").count, 0);
    }

    #[test]
    fn a_tilde_is_the_home_folder_and_dots_are_followed() {
        let home = Some(Path::new("/home/ann"));
        let resolve = |text| resolve(text, Path::new("/here"), home);
        assert_eq!(resolve("~/"), Path::new("/home/ann"));
        assert_eq!(resolve("~/Music/"), Path::new("/home/ann/Music"));
        assert_eq!(resolve("../x/"), Path::new("/x"));
        assert_eq!(resolve(""), Path::new("/here"));
        assert_eq!(resolve("~odd/"), Path::new("/here/~odd"));
    }
}
