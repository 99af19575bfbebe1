//! [`choices`]: the letters that answer a conflict, what each means and how it is called. The conflict dialog and the
//! command line's question are both made from it, so that a letter means the same in both. It answers nothing itself.

use super::conflict::{Conflict, Depth, Pair, Resolution, Scope};

/// A letter that answers a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The letter: small for this conflict, capital for the rest too (but `R`, which asks for a name).
    pub letter: char,
    /// What it does, in words.
    pub words: String,
    /// The same where there is little room.
    pub short: &'static str,
    /// What it means.
    pub reply: Reply,
}

/// What a letter means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is answered.
    Resolve(Resolution, Scope),
    /// The user gives a name first.
    Rename,
    /// The user wants to know more first.
    Compare(Depth),
}

/// Returns what can be answered, those for this conflict first, the most likely ones before others.
#[must_use]
pub fn choices(conflict: &Conflict) -> Vec<Choice> {
    let rest = |letter, words: &str, short, resolution| Choice {
        letter,
        words: words.to_owned(),
        short,
        reply: Reply::Resolve(resolution, Scope::Rest),
    };
    let free = || Resolution::KeepBoth { name: conflict.free_name.clone() };
    let mut choices = own_choices(conflict);
    match conflict.pair() {
        Pair::Files => choices.extend([
            rest('I', "skip identical, ask the rest", "skip identical", Resolution::SkipIfIdentical),
            rest('N', "newer only", "newer", Resolution::OverwriteIfNewer),
            rest('S', "size differs", "size", Resolution::OverwriteIfSizeDiffers),
            rest('A', "overwrite", "overwrite", Resolution::Overwrite),
        ]),
        Pair::Folders => choices.push(rest('M', "merge", "merge", Resolution::Merge)),
        Pair::Mismatch => {}
    }
    choices.push(rest('X', "skip", "skip", Resolution::Skip));
    choices.push(rest('K', "keep both", "keep both", free()));
    choices
}

/// What answers this conflict alone.
fn own_choices(conflict: &Conflict) -> Vec<Choice> {
    let to_cloud = conflict.existing.node.is_some();
    let bin = match (conflict.is_backed_up, to_cloud) {
        (true, _) => "the backup folder",
        (false, true) => "the bin",
        (false, false) => "the trash",
    };
    let one = |letter, words: String, short, resolution| Choice {
        letter,
        words,
        short,
        reply: Reply::Resolve(resolution, Scope::One),
    };
    let named = |letter, words: &str, short, reply| Choice { letter, words: words.to_owned(), short, reply };
    let keep = Resolution::KeepBoth { name: conflict.free_name.clone() };
    let keep = one('k', format!("Keep both as \"{}\"", conflict.free_name), "Keep both", keep);
    let skip = one('s', "Skip".to_owned(), "Skip", Resolution::Skip);
    let rename = named('R', "Rename…", "Rename…", Reply::Rename);
    let stop = one('c', "Stop this copy".to_owned(), "Stop", Resolution::Stop);
    let replace = |what: &str| one('r', format!("Replace, {what} to {bin}"), "Replace", Resolution::Replace);
    match conflict.pair() {
        Pair::Files => {
            let is_version = to_cloud && !conflict.is_backed_up;
            let keeps = if is_version { "old becomes a version".to_owned() } else { format!("old to {bin}") };
            let mut choices =
                vec![one('o', format!("Overwrite, {keeps}"), "Overwrite", Resolution::Overwrite), skip, keep];
            choices.push(rename);
            choices.push(replace("old"));
            choices.extend(comparison(conflict).map(|(words, depth)| {
                named(
                    'd',
                    words,
                    if depth == Depth::Lines { "Lines" } else { "Compare" },
                    Reply::Compare(depth),
                )
            }));
            if is_resumable(conflict) {
                let words = "Resume, take it as the beginning".to_owned();
                choices.push(one('e', words, "Resume", Resolution::Resume));
            }
            choices.push(stop);
            choices
        }
        Pair::Folders => {
            let merge = one('m', "Merge into the one there".to_owned(), "Merge", Resolution::Merge);
            vec![merge, skip, keep, rename, replace("old folder"), stop]
        }
        Pair::Mismatch => {
            let what = if conflict.existing.is_folder { "folder" } else { "file" };
            vec![keep, skip, replace(what), rename, stop]
        }
    }
}

/// What `d` would tell: first whether they are the same, then which lines differ.
fn comparison(conflict: &Conflict) -> Option<(&'static str, Depth)> {
    if conflict.is_comparable() {
        Some(("Compare", Depth::Content))
    } else if conflict.has_lines() {
        Some(("Show lines", Depth::Lines))
    } else {
        None
    }
}

/// Whether a shorter local file may be the beginning of the cloud's, left by another program: what this one leaves has
/// other names.
const fn is_resumable(conflict: &Conflict) -> bool {
    let comes_down = conflict.source.node.is_some() && conflict.existing.node.is_none();
    comes_down && conflict.existing.size > 0 && conflict.existing.size < conflict.source.size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{ConflictSide, Verdict};

    fn side(is_folder: bool, size: u64, node: bool) -> ConflictSide {
        ConflictSide::sample(is_folder, size, node.then_some(1))
    }

    fn conflict(source: ConflictSide, existing: ConflictSide, verdict: Verdict) -> Conflict {
        Conflict { verdict, ..Conflict::sample(source, existing) }
    }

    fn letters(source: ConflictSide, existing: ConflictSide, verdict: Verdict) -> String {
        choices(&conflict(source, existing, verdict)).iter().map(|choice| choice.letter).collect()
    }

    #[test]
    fn each_pair_has_the_answers_that_make_sense_and_no_letter_twice() {
        let up =
            |source, existing| letters(side(source, 5, false), side(existing, 5, true), Verdict::Unknown);
        assert_eq!(up(false, false), "oskRrdcINSAXK");
        assert_eq!(up(true, true), "mskRrcMXK");
        assert_eq!(up(true, false), "ksrRcXK");
        assert_eq!(up(false, true), "ksrRcXK");
    }

    #[test]
    fn the_words_say_where_the_old_one_goes() {
        let words = |is_folder, in_cloud: bool, is_backed_up| -> Vec<String> {
            let sides = (side(is_folder, 5, !in_cloud), side(is_folder, 5, in_cloud));
            let conflict = Conflict { is_backed_up, ..conflict(sides.0, sides.1, Verdict::Unknown) };
            let own = choices(&conflict).into_iter().filter(|choice| matches!(choice.letter, 'o' | 'r'));
            own.map(|choice| choice.words).collect()
        };
        assert_eq!(
            words(false, true, false),
            ["Overwrite, old becomes a version", "Replace, old to the bin"]
        );
        assert_eq!(words(false, false, false), ["Overwrite, old to the trash", "Replace, old to the trash"]);
        for in_cloud in [true, false] {
            let both = ["Overwrite, old to the backup folder", "Replace, old to the backup folder"];
            assert_eq!(words(false, in_cloud, true), both);
            assert_eq!(words(true, in_cloud, true), ["Replace, old folder to the backup folder"]);
        }
    }

    #[test]
    fn comparing_is_offered_where_it_can_tell_more_and_resuming_where_the_local_file_is_shorter() {
        let down = |old, new, verdict| letters(side(false, new, true), side(false, old, false), verdict);
        assert!(down(5, 5, Verdict::Identical).starts_with("oskRrcI"));
        assert!(down(5, 5, Verdict::Different).starts_with("oskRrdcI"), "its lines");
        assert!(down(5 << 20, 5 << 20, Verdict::Different).starts_with("oskRrcI"), "too long to read");
        assert!(down(5, 9, Verdict::Unknown).starts_with("oskRrdecI"));
        assert!(down(0, 9, Verdict::Unknown).starts_with("oskRrdcI"));
    }
}
