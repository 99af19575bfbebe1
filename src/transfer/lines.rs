//! Which lines of two texts differ, with a few around them: what a person reads to choose between two files. Pure; the
//! worker reads the texts and calls [`differing`]. What is no text, or too long, is refused here.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::message::DiffLine;

/// Returns the lines that differ, each with its neighbours. `existing` is what stands there, `source` what is copied.
/// `None` where one of them is not text (UTF-8 without control characters other than line ends, tabs and the like).
#[must_use]
pub(crate) fn differing(existing: &[u8], source: &[u8]) -> Option<Vec<DiffLine>> {
    let (existing, source) = (text(existing)?, text(source)?);
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(existing, source);
    let mut lines = Vec::new();
    let mut next = 0; // the first line of what stands there that has not been shown
    for group in diff.grouped_ops(NEIGHBOURS) {
        let begins = group.first().map_or(next, |op| op.old_range().start);
        lines.extend(left_out(begins - next));
        next = group.last().map_or(next, |op| op.old_range().end);
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = shortened(change.value());
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Both(line),
                ChangeTag::Delete => DiffLine::Existing(line),
                ChangeTag::Insert => DiffLine::Source(line),
            });
        }
    }
    lines.extend(left_out(diff.old_slices().len() - next));
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES).len();
        lines.extend(left_out(rest));
    }
    Some(lines)
}

fn left_out(count: usize) -> Option<DiffLine> {
    (count > 0).then(|| DiffLine::LeftOut(u64::try_from(count).unwrap_or(u64::MAX)))
}

/// Texts have line ends, tabs, form feeds and escape sequences; a NUL has none.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// A line without its end, and no longer than a screen can make use of. A difference of line ends alone stays to be seen.
fn shortened(line: &str) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.chars().take(LONGEST_LINE).collect()
}

/// Lines shown before and after each difference.
const NEIGHBOURS: usize = 3;

/// Lines shown in all.
const MOST_LINES: usize = 5_000;

/// Characters shown of a line.
const LONGEST_LINE: usize = 1_000;

/// How long the shortest description is looked for; then one is taken that is right, but longer.
const PATIENCE: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: usize) -> String {
        (0..count).fold(String::new(), |text, number| text + &format!("{number}\n"))
    }

    #[test]
    fn changed_lines_come_with_three_around_them() {
        let old = numbered(20);
        let new = old.replace("10\n", "ten\n");
        let lines = differing(old.as_bytes(), new.as_bytes()).unwrap();
        let both = |number: usize| DiffLine::Both(number.to_string());
        let mut expected = vec![DiffLine::LeftOut(7), both(7), both(8), both(9)];
        expected.extend([DiffLine::Existing("10".into()), DiffLine::Source("ten".into())]);
        expected.extend([both(11), both(12), both(13), DiffLine::LeftOut(6)]);
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_is_no_text_is_refused_and_what_is_long_is_cut() {
        assert_eq!(differing(b"a\0b", b"a"), None);
        assert_eq!(differing(b"a", b"\xff"), None);
        let long = "x".repeat(2 * LONGEST_LINE);
        let lines = differing(b"", long.as_bytes()).unwrap();
        assert_eq!(lines, [DiffLine::Source("x".repeat(LONGEST_LINE))]);
        let many = differing(b"", numbered(2 * MOST_LINES).as_bytes()).unwrap();
        assert_eq!(many.last(), Some(&DiffLine::LeftOut(5_000)));
        assert_eq!(many.len(), MOST_LINES + 1);
    }

    #[test]
    fn line_ends_alone_make_a_difference() {
        let lines = differing(b"a\nb", b"a\r\nb").unwrap();
        assert!(lines.contains(&DiffLine::Source("a\r".into())), "{lines:?}");
    }
}
