//! What happens where two entries want one name: policy and answers become a [`Decision`], and free names are found.
//! Pure; the plan calls it. It knows what sizes, times and a proof tell of the two, and neither of them.

use crate::message::{ConflictPolicy, FolderPolicy, Pair, Resolution, Verdict};

/// What a decision is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// Bytes of what is copied and of what stands there.
    pub sizes: (u64, u64),
    /// Times of the last change, Unix seconds, likewise.
    pub times: (Option<i64>, Option<i64>),
    /// What is known of the contents.
    pub verdict: Verdict,
    /// The contents were looked into: there is no more to find out.
    pub is_examined: bool,
    /// Which kinds of entries they are.
    pub pair: Pair,
}

/// What is done about a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The user is asked.
    Ask,
    /// The contents must be compared first; then decide again.
    Examine,
    /// The target stays.
    Skip,
    /// The contents are the same: nothing to do.
    Same,
    /// The new one takes the name; the old one becomes a version (cloud) or goes to the trash (local).
    Overwrite,
    /// The new one takes the name; the old one goes to the bin.
    Replace,
    /// The old one goes to the bin as it is, then the new one is made: where a folder is among the two.
    ClearAway,
    /// What is in the one folder goes into the other.
    Merge,
    /// The old one is taken as the beginning of the new one.
    Resume,
    /// The new one gets a free name: this one, or the next free one.
    KeepBoth(Option<String>),
    /// It counts as an error.
    Fail,
    /// The copy ends.
    Stop,
}

/// Returns what a policy makes of a conflict.
#[must_use]
pub fn by_policy(policy: ConflictPolicy, sides: Sides) -> Decision {
    match policy {
        ConflictPolicy::Ask => Decision::Ask,
        ConflictPolicy::Skip => Decision::Skip,
        ConflictPolicy::Rename => Decision::KeepBoth(None),
        ConflictPolicy::Fail => Decision::Fail,
        ConflictPolicy::Newer
        | ConflictPolicy::Size
        | ConflictPolicy::Identical
        | ConflictPolicy::Overwrite
        | ConflictPolicy::Replace
            if sides.pair != Pair::Files =>
        {
            Decision::Fail
        }
        ConflictPolicy::Newer => overwrite_if(is_newer(sides)),
        ConflictPolicy::Size => overwrite_if(sides.sizes.0 != sides.sizes.1),
        ConflictPolicy::Identical => match examined(sides) {
            Some(true) => Decision::Same,
            Some(false) => Decision::Overwrite,
            None => Decision::Examine,
        },
        ConflictPolicy::Overwrite => Decision::Overwrite,
        ConflictPolicy::Replace => Decision::Replace,
    }
}

/// Returns what a policy makes of two folders.
#[must_use]
pub const fn by_folder_policy(policy: FolderPolicy) -> Decision {
    match policy {
        FolderPolicy::Merge => Decision::Merge,
        FolderPolicy::Ask => Decision::Ask,
        FolderPolicy::Skip => Decision::Skip,
        FolderPolicy::Replace => Decision::ClearAway,
        FolderPolicy::Rename => Decision::KeepBoth(None),
    }
}

/// Returns the policy that an answer for the rest makes of all folders still to come; `None` where it makes none.
#[must_use]
pub const fn folders_from_now_on(answer: &Resolution) -> Option<FolderPolicy> {
    match answer {
        Resolution::Merge => Some(FolderPolicy::Merge),
        Resolution::Skip => Some(FolderPolicy::Skip),
        Resolution::Replace => Some(FolderPolicy::Replace),
        Resolution::KeepBoth { .. } => Some(FolderPolicy::Rename),
        Resolution::Overwrite
        | Resolution::Resume
        | Resolution::OverwriteIfNewer
        | Resolution::OverwriteIfSizeDiffers
        | Resolution::SkipIfIdentical
        | Resolution::Stop => None,
    }
}

/// Returns what an answer makes of a conflict. `rest`: the answer was given for another one before.
#[must_use]
pub fn by_answer(answer: &Resolution, sides: Sides, rest: bool) -> Decision {
    // Never silent: an answer for all that cannot be followed here is asked again, one for this is an error.
    let unfit = if rest { Decision::Ask } else { Decision::Fail };
    match (answer, sides.pair) {
        (Resolution::Stop, _) => Decision::Stop,
        (Resolution::Skip, _) => Decision::Skip,
        (Resolution::KeepBoth { .. }, _) if rest => Decision::KeepBoth(None),
        (Resolution::KeepBoth { name }, _) => Decision::KeepBoth(Some(name.clone())),
        (Resolution::Replace, Pair::Mismatch) if rest => unfit,
        (Resolution::Replace, Pair::Folders | Pair::Mismatch) => Decision::ClearAway,
        (Resolution::Merge, Pair::Folders) => Decision::Merge,
        (Resolution::Resume, Pair::Files) if sides.sizes.1 < sides.sizes.0 => Decision::Resume,
        (Resolution::Merge, Pair::Files | Pair::Mismatch)
        | (
            Resolution::Overwrite
            | Resolution::Resume
            | Resolution::OverwriteIfNewer
            | Resolution::OverwriteIfSizeDiffers
            | Resolution::SkipIfIdentical,
            Pair::Folders | Pair::Mismatch,
        )
        | (Resolution::Resume, Pair::Files) => unfit,
        (Resolution::Overwrite, Pair::Files) => Decision::Overwrite,
        (Resolution::Replace, Pair::Files) => Decision::Replace,
        (Resolution::OverwriteIfNewer, Pair::Files) => overwrite_if(is_newer(sides)),
        (Resolution::OverwriteIfSizeDiffers, Pair::Files) => overwrite_if(sides.sizes.0 != sides.sizes.1),
        (Resolution::SkipIfIdentical, Pair::Files) => match examined(sides) {
            Some(true) => Decision::Same,
            Some(false) => Decision::Ask,
            None => Decision::Examine,
        },
    }
}

/// Returns the first name of `name (2).ext`, `name (3).ext`… that is not taken.
#[must_use]
pub fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let (stem, extension) = split_extension(name);
    let mut number = 2_u64;
    loop {
        let candidate = format!("{stem} ({number}){extension}");
        if !is_taken(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

/// Divides `a.tar.gz` into `a` and `.tar.gz`, `a.jpg` into `a` and `.jpg`; `.bashrc` has no extension.
fn split_extension(name: &str) -> (&str, &str) {
    let at = match name.rfind('.') {
        Some(at) if at > 0 && at + 1 < name.len() => at,
        Some(_) | None => return (name, ""),
    };
    let at = match name[..at].strip_suffix(".tar") {
        Some(stem) if !stem.is_empty() => stem.len(),
        Some(_) | None => at,
    };
    name.split_at(at)
}

fn overwrite_if(yes: bool) -> Decision {
    if yes { Decision::Overwrite } else { Decision::Skip }
}

/// A time that is not known proves nothing, so it is not newer.
fn is_newer(sides: Sides) -> bool {
    matches!(sides.times, (Some(new), Some(old)) if new > old)
}

/// Whether the contents are proven the same; `None` where that has to be found out. What could not be compared is not
/// proven.
fn examined(sides: Sides) -> Option<bool> {
    let is_settled = sides.is_examined || sides.sizes.0 != sides.sizes.1;
    match sides.verdict {
        Verdict::Identical => Some(true),
        Verdict::Different => Some(false),
        Verdict::SameFingerprint | Verdict::Unknown if is_settled => Some(false),
        Verdict::SameFingerprint | Verdict::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDES: Sides = Sides {
        sizes: (5, 5),
        times: (Some(20), Some(10)),
        verdict: Verdict::Unknown,
        is_examined: false,
        pair: Pair::Files,
    };

    #[test]
    fn each_policy_decides_as_its_name_says() {
        let older = Sides { times: (Some(10), Some(20)), ..SIDES };
        let untimed = Sides { times: (None, Some(20)), ..SIDES };
        let longer = Sides { sizes: (6, 5), ..SIDES };
        let table = [
            (ConflictPolicy::Ask, SIDES, Decision::Ask),
            (ConflictPolicy::Skip, SIDES, Decision::Skip),
            (ConflictPolicy::Newer, SIDES, Decision::Overwrite),
            (ConflictPolicy::Newer, older, Decision::Skip),
            (ConflictPolicy::Newer, untimed, Decision::Skip),
            (ConflictPolicy::Size, SIDES, Decision::Skip),
            (ConflictPolicy::Size, longer, Decision::Overwrite),
            (ConflictPolicy::Identical, SIDES, Decision::Examine),
            (ConflictPolicy::Identical, longer, Decision::Overwrite),
            (ConflictPolicy::Identical, Sides { verdict: Verdict::Identical, ..SIDES }, Decision::Same),
            (
                ConflictPolicy::Identical,
                Sides { verdict: Verdict::SameFingerprint, ..SIDES },
                Decision::Examine,
            ),
            (ConflictPolicy::Identical, Sides { is_examined: true, ..SIDES }, Decision::Overwrite),
            (ConflictPolicy::Overwrite, SIDES, Decision::Overwrite),
            (ConflictPolicy::Replace, SIDES, Decision::Replace),
            (ConflictPolicy::Rename, SIDES, Decision::KeepBoth(None)),
            (ConflictPolicy::Fail, SIDES, Decision::Fail),
        ];
        for (policy, sides, decision) in table {
            assert_eq!(by_policy(policy, sides), decision, "{policy:?} {sides:?}");
        }
    }

    #[test]
    fn a_file_never_takes_a_folders_place_unless_the_answer_is_about_just_that() {
        let sides = Sides { pair: Pair::Mismatch, ..SIDES };
        for policy in [
            ConflictPolicy::Newer,
            ConflictPolicy::Size,
            ConflictPolicy::Identical,
            ConflictPolicy::Overwrite,
            ConflictPolicy::Replace,
        ] {
            assert_eq!(by_policy(policy, sides), Decision::Fail, "{policy:?}");
        }
        let answers = [
            Resolution::Overwrite,
            Resolution::Merge,
            Resolution::Resume,
            Resolution::OverwriteIfNewer,
            Resolution::OverwriteIfSizeDiffers,
            Resolution::SkipIfIdentical,
        ];
        for answer in answers {
            assert_eq!(by_answer(&answer, sides, false), Decision::Fail, "{answer:?}");
            assert_eq!(by_answer(&answer, sides, true), Decision::Ask, "{answer:?}");
        }
        assert_eq!(by_answer(&Resolution::Replace, sides, false), Decision::ClearAway);
        assert_eq!(by_answer(&Resolution::Replace, sides, true), Decision::Ask);
    }

    #[test]
    fn two_folders_are_merged_replaced_or_both_kept_and_never_overwritten() {
        let sides = Sides { pair: Pair::Folders, ..SIDES };
        let table = [
            (Resolution::Merge, Decision::Merge),
            (Resolution::Replace, Decision::ClearAway),
            (Resolution::Skip, Decision::Skip),
            (Resolution::Overwrite, Decision::Fail),
            (Resolution::Stop, Decision::Stop),
        ];
        for (answer, decision) in table {
            assert_eq!(by_answer(&answer, sides, false), decision, "{answer:?}");
        }
        for policy in [FolderPolicy::Merge, FolderPolicy::Skip, FolderPolicy::Replace] {
            let answer = match policy {
                FolderPolicy::Merge => Resolution::Merge,
                FolderPolicy::Replace => Resolution::Replace,
                FolderPolicy::Skip | FolderPolicy::Ask | FolderPolicy::Rename => Resolution::Skip,
            };
            assert_eq!(folders_from_now_on(&answer), Some(policy));
            assert_eq!(by_folder_policy(policy), by_answer(&answer, sides, false));
        }
    }

    #[test]
    fn only_a_shorter_file_can_be_the_beginning_of_another() {
        let shorter = Sides { sizes: (9, 5), ..SIDES };
        assert_eq!(by_answer(&Resolution::Resume, shorter, false), Decision::Resume);
        assert_eq!(by_answer(&Resolution::Resume, SIDES, false), Decision::Fail);
    }

    #[test]
    fn an_answer_for_the_rest_finds_its_own_names() {
        let answer = Resolution::KeepBoth { name: "mine.jpg".into() };
        assert_eq!(by_answer(&answer, SIDES, false), Decision::KeepBoth(Some("mine.jpg".into())));
        assert_eq!(by_answer(&answer, SIDES, true), Decision::KeepBoth(None));
    }

    #[test]
    fn skipping_identical_ones_asks_about_the_others() {
        let answer = Resolution::SkipIfIdentical;
        assert_eq!(by_answer(&answer, SIDES, true), Decision::Examine);
        let different = Sides { verdict: Verdict::Different, ..SIDES };
        assert_eq!(by_answer(&answer, different, true), Decision::Ask);
        let unproven = Sides { is_examined: true, verdict: Verdict::SameFingerprint, ..SIDES };
        assert_eq!(by_answer(&answer, unproven, true), Decision::Ask);
    }

    #[test]
    fn free_names_count_up_before_the_extension() {
        let taken = |names: &'static [&'static str]| move |name: &str| names.contains(&name);
        assert_eq!(free_name("a.jpg", taken(&[])), "a (2).jpg");
        assert_eq!(free_name("a.jpg", taken(&["a (2).jpg", "a (3).jpg"])), "a (4).jpg");
        assert_eq!(free_name("a.tar.gz", taken(&[])), "a (2).tar.gz");
        assert_eq!(free_name(".tar.gz", taken(&[])), ".tar (2).gz");
        assert_eq!(free_name(".bashrc", taken(&[])), ".bashrc (2)");
        assert_eq!(free_name("noext", taken(&[])), "noext (2)");
        assert_eq!(free_name("dot.", taken(&[])), "dot. (2)");
    }
}
