//! The file in which the user renames many entries: one name a line, each written so that it stays on its line and comes
//! back exactly ([`write()`], [`read`]); and what is wrong with the names that came back ([`faults`]). Pure: `renames` keeps
//! the file, and asks the disk and the account.

use std::collections::{HashMap, HashSet};

use crate::message::name_problem;

/// Writes names, one a line.
pub(super) fn write(names: &[String]) -> String {
    names.iter().map(|name| escaped(name) + "\n").collect()
}

/// Reads names back, or says in a sentence for each line why that cannot be.
pub(super) fn read(text: &str, count: usize) -> Result<Vec<String>, Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() != count {
        let found = lines.len();
        return Err(vec![format!(
            "there are {found} lines for {count} names: one name a line, none added or taken away"
        )]);
    }
    let mut names = Vec::with_capacity(count);
    let mut wrong = Vec::new();
    for (line, number) in lines.into_iter().zip(1..) {
        match unescaped(line) {
            Ok(name) => names.push(name),
            Err(escape) => wrong.push(format!("line {number}: {escape} means nothing; write \\\\ for a \\")),
        }
    }
    if wrong.is_empty() { Ok(names) } else { Err(wrong) }
}

/// What a name may be, and what has it already, in a folder.
pub(super) struct Folder<'f> {
    /// Names of entries that are not renamed, as `same` writes them.
    pub(super) others: &'f HashSet<String>,
    /// Bytes at most.
    pub(super) longest: usize,
    /// Writes a name so that two that the folder takes for one are equal.
    pub(super) same: fn(&str) -> String,
}

/// Returns what is wrong with the new names of some lines, which are about entries of one folder: for each line at fault its
/// place and a sentence. What keeps its name is not at fault.
pub(super) fn faults(
    lines: &[usize],
    (old, new): (&[String], &[String]),
    folder: &Folder<'_>,
) -> Vec<(usize, String)> {
    let mut takers: HashMap<String, usize> = HashMap::new();
    for &line in lines {
        *takers.entry((folder.same)(&new[line])).or_default() += 1;
    }
    let fault = |name: &str| {
        let key = (folder.same)(name);
        match name_problem(name) {
            Some(problem) if !name.is_empty() => Some(problem.to_owned()),
            Some(_) => Some("it is empty".to_owned()),
            None if name.len() > folder.longest => {
                Some(format!("a name has {} bytes at most", folder.longest))
            }
            None if takers.get(&key).is_some_and(|takers| *takers > 1) => {
                Some(format!("another line has \"{name}\" too"))
            }
            None if folder.others.contains(&key) => Some(format!("there is an entry \"{name}\" already")),
            None => None,
        }
    };
    let changed = lines.iter().filter(|&&line| old[line] != new[line]);
    changed.filter_map(|&line| Some((line, format!("line {}: {}", line + 1, fault(&new[line])?)))).collect()
}

/// A rename that is to be made: which line it is about, and the names before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) from: String,
    pub(super) to: String,
}

/// Renames of which each needs the one before: its new name is the old name of that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) steps: Vec<Step>,
    /// The first needs the last, too.
    pub(super) is_cycle: bool,
}

/// Orders the renames of some lines, which are about entries of one folder, so that each finds its new name free, but for
/// the first of a cycle.
pub(super) fn chains(
    lines: &[usize],
    (old, new): (&[String], &[String]),
    same: fn(&str) -> String,
) -> Vec<Chain> {
    let changed: Vec<usize> = lines.iter().copied().filter(|&line| old[line] != new[line]).collect();
    let wanting: HashMap<String, usize> = changed.iter().map(|&line| (same(&new[line]), line)).collect();
    let held: HashSet<String> = changed.iter().map(|&line| same(&old[line])).collect();
    let mut seen = HashSet::new();
    let mut chains = Vec::new();
    // What wants a free name begins a chain; what is left over then stands in cycles, and any of it can begin one.
    let (free, taken): (Vec<usize>, Vec<usize>) = changed
        .into_iter()
        .partition(|&line| !held.contains(&same(&new[line])) || same(&new[line]) == same(&old[line]));
    for first in free.into_iter().chain(taken) {
        let mut steps = Vec::new();
        let mut line = Some(first);
        while let Some(at) = line.filter(|&line| seen.insert(line)) {
            steps.push(Step { line: at, from: old[at].clone(), to: new[at].clone() });
            line = wanting.get(&same(&old[at])).copied();
        }
        let is_cycle = steps.len() > 1 && line == Some(first);
        if !steps.is_empty() {
            chains.push(Chain { steps, is_cycle });
        }
    }
    chains
}

/// Writes a name on one line; what a terminal or an editor would not show as it is, too.
fn escaped(name: &str) -> String {
    let mut line = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            _ if is_unseen(character) => line.extend(character.escape_unicode()),
            _ => line.push(character),
        }
    }
    line
}

/// Control characters, ends of lines, and what turns the direction of text.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}'
        )
}

/// Reads a line back; the escape that means nothing where there is one.
fn unescaped(line: &str) -> Result<String, String> {
    let mut name = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        name.push_str(&rest[..at]);
        let escape = &rest[at..];
        let (character, length) = match escape.chars().nth(1) {
            Some('\\') => ('\\', 2),
            Some('n') => ('\n', 2),
            Some('r') => ('\r', 2),
            Some('t') => ('\t', 2),
            Some('u') => coded(escape).ok_or_else(|| escape.chars().take(4).collect::<String>())?,
            _ => return Err(escape.chars().take(2).collect()),
        };
        name.push(character);
        rest = &escape[length..];
    }
    name.push_str(rest);
    Ok(name)
}

/// Reads `\u{1b}`; the character, and how long that was.
fn coded(escape: &str) -> Option<(char, usize)> {
    let (digits, _) = escape.strip_prefix("\\u{")?.split_once('}')?;
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((character, digits.len() + 4))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn found(old: &[&str], new: &[&str], others: &[&str]) -> Vec<String> {
        let others = others.iter().map(|name| (*name).to_owned()).collect();
        let (folder, lines) =
            (Folder { others: &others, longest: 8, same: str::to_owned }, (0..old.len()).collect::<Vec<_>>());
        let found = faults(&lines, (&names(old), &names(new)), &folder);
        found.into_iter().map(|(_, fault)| fault).collect()
    }

    #[test]
    fn names_of_other_folders_are_in_nobodys_way() {
        let (old, new) = (names(&["a", "a", "b"]), names(&["c", "c", "a"]));
        let folder = Folder { others: &HashSet::new(), longest: 8, same: str::to_owned };
        assert!(
            faults(&[0, 2], (&old, &new), &folder).is_empty()
                && faults(&[1], (&old, &new), &folder).is_empty()
        );
        assert_eq!(faults(&[0, 1], (&old, &new), &folder).len(), 2);
        let lines = |chains: Vec<Chain>| -> Vec<usize> {
            chains.iter().flat_map(|chain| chain.steps.iter().map(|step| step.line)).collect()
        };
        assert_eq!(lines(chains(&[0, 2], (&old, &new), str::to_owned)), [0, 2]);
        assert_eq!(lines(chains(&[1], (&old, &new), str::to_owned)), [1]);
    }

    #[test]
    fn what_cannot_be_is_told_by_its_line() {
        assert_eq!(found(&["a", "b"], &["b", "a"], &["c"]), Vec::<String>::new());
        assert_eq!(found(&["a", "b"], &["x", "x"], &[]).len(), 2);
        assert_eq!(found(&["a", "b"], &["b", "b"], &[]), ["line 1: another line has \"b\" too"]);
        assert_eq!(found(&["a"], &["c"], &["c"]), ["line 1: there is an entry \"c\" already"]);
        assert_eq!(found(&["a"], &[""], &[]), ["line 1: it is empty"]);
        assert_eq!(found(&["a"], &["x/y"], &[]), ["line 1: a name cannot contain /"]);
        assert_eq!(found(&["a"], &["123456789"], &[]), ["line 1: a name has 8 bytes at most"]);
        assert_eq!(
            found(&["t", "t"], &["t", "t"], &["t"]),
            Vec::<String>::new(),
            "twins may stay what they are"
        );
    }

    #[test]
    fn lines_that_are_missing_added_or_unreadable_are_told() {
        assert!(read("a\n", 2).unwrap_err()[0].contains("1 lines for 2 names"));
        assert!(read("a\nb\n\n", 2).is_err());
        assert_eq!(read("a\r\nb", 2).unwrap(), ["a", "b"]);
        assert_eq!(read("a\n\\q\n", 2).unwrap_err(), ["line 2: \\q means nothing; write \\\\ for a \\"]);
        assert!(read("\\u{110000}\n", 1).is_err() && read("x\\", 1).is_err());
    }

    fn steps(old: &[&str], new: &[&str]) -> Vec<(Vec<usize>, bool)> {
        let lines: Vec<usize> = (0..old.len()).collect();
        let chains = chains(&lines, (&names(old), &names(new)), str::to_owned);
        chains
            .iter()
            .map(|chain| (chain.steps.iter().map(|step| step.line).collect(), chain.is_cycle))
            .collect()
    }

    #[test]
    fn each_rename_comes_after_the_one_that_frees_its_name() {
        assert_eq!(steps(&["1", "2", "3"], &["2", "3", "4"]), [(vec![2, 1, 0], false)]);
        assert_eq!(steps(&["a", "b"], &["b", "a"]), [(vec![0, 1], true)]);
        assert_eq!(steps(&["a", "b", "c"], &["a", "x", "y"]), [(vec![1], false), (vec![2], false)]);
        assert_eq!(
            steps(&["a", "b", "c", "d"], &["b", "c", "a", "e"]),
            [(vec![3], false), (vec![0, 2, 1], true)]
        );
    }

    proptest! {
        #[test]
        fn any_name_comes_back_exactly(list in proptest::collection::vec(any::<String>(), 0..20)) {
            prop_assert_eq!(read(&write(&list), list.len()).unwrap(), list);
        }

        #[test]
        fn any_permutation_is_carried_out(new in Just((0..9).collect::<Vec<u8>>()).prop_shuffle()) {
            let old: Vec<String> = (0..9).map(|name: u8| name.to_string()).collect();
            let new: Vec<String> = new.iter().map(ToString::to_string).collect();
            let mut shelf: HashMap<String, String> = old.iter().map(|name| (name.clone(), name.clone())).collect();
            for Chain { mut steps, is_cycle } in chains(&(0..9).collect::<Vec<_>>(), (&old, &new), str::to_owned) {
                let first = steps[0].clone();
                if is_cycle {
                    let kept = shelf.remove(&first.from).unwrap();
                    shelf.insert("aside".to_owned(), kept);
                    steps.remove(0);
                    steps.push(Step { from: "aside".to_owned(), ..first });
                }
                for step in steps {
                    prop_assert!(!shelf.contains_key(&step.to));
                    let content = shelf.remove(&step.from).unwrap();
                    shelf.insert(step.to, content);
                }
            }
            for (old, new) in old.iter().zip(&new) {
                prop_assert_eq!(&shelf[new], old);
            }
        }
    }
}
