//! Text on its way to the terminal: hostile characters escaped, widths counted, long names cut.
//! Everything that is drawn passes through [`shown`]; nothing here knows about colours or places.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::char::is_public_assigned;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Returns the text as it may be drawn: control, bidi, invisible and unassigned characters are written as `\n`, `\x1b`,
/// `\u{202e}`, and so is a combining mark that has no letter to sit on. Applying it twice changes nothing more.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        let harmless = !grapheme.chars().any(is_hostile);
        if harmless && grapheme.width() > 0 && grapheme.chars().count() <= MAX_CHARS {
            clean.push_str(grapheme);
        } else {
            escape(grapheme, &mut clean);
        }
    }
    Cow::Owned(clean)
}

/// Returns the columns that a text takes once drawn; of [`shown`] text the exact number.
#[must_use]
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Cuts a text at the end, with `…`, so that it takes at most `columns`.
#[must_use]
pub fn cut_end(text: &str, columns: usize) -> String {
    let text = shown(text);
    if width(&text) <= columns {
        return text.into_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut cut = head(&text, columns - 1).to_owned();
    cut.push(ELLIPSIS);
    cut
}

/// Cuts a name in the middle, with `…`, so that it takes at most `columns` and its extension stays where it fits.
#[must_use]
pub fn cut_middle(name: &str, columns: usize) -> String {
    let name = shown(name);
    if width(&name) <= columns {
        return name.into_owned();
    }
    if columns < 5 {
        return cut_end(&name, columns);
    }
    let room = columns - 1;
    let mut tail_columns = room / 3;
    if let Some(dot) = name.rfind('.').filter(|dot| *dot > 0) {
        let extension = width(&name[dot..]);
        if extension + 3 <= room {
            tail_columns = tail_columns.max(extension);
        }
    }
    let end = tail(&name, tail_columns);
    let start = head(&name, room - width(end));
    format!("{start}{ELLIPSIS}{end}")
}

/// Cuts a path so that it takes at most `columns`: folders go first, from the left, then the middle of the name.
#[must_use]
pub fn cut_path(path: &str, columns: usize) -> String {
    let path = shown(path);
    let mut rest: &str = &path;
    while width(rest) + 2 > columns && rest.len() < path.len() || width(rest) > columns {
        match rest.split_once('/') {
            Some((_, below)) => rest = below,
            None => break,
        }
    }
    if rest.len() == path.len() {
        return cut_middle(rest, columns);
    }
    format!("{ELLIPSIS}/{}", cut_middle(rest, columns.saturating_sub(2)))
}

/// Cuts a folder's path in its middle so that it takes at most `columns`: where it begins (`~`, `work:`) and as many of the
/// last folders as fit stay; then the middle of the last one goes.
#[must_use]
pub fn cut_breadcrumb(path: &str, columns: usize) -> String {
    let path = shown(path);
    if width(&path) <= columns {
        return path.into_owned();
    }
    let begin = path.find('/').filter(|slash| *slash < path.len() - 1).map_or(0, |slash| slash + 1);
    let (top, mut rest) = path.split_at(begin);
    let room = columns.saturating_sub(width(top) + 2);
    if begin == 0 || room < MIN_FOLDER {
        return cut_path(&path, columns);
    }
    while width(rest) > room {
        match rest.split_once('/') {
            Some((_, below)) if !below.is_empty() => rest = below,
            Some(_) | None => break,
        }
    }
    if rest.len() + begin == path.len() {
        return cut_middle(&path, columns);
    }
    format!("{top}{ELLIPSIS}/{}", cut_middle(rest, room))
}

/// Breaks a text into lines of at most `columns`, at spaces where there are some.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let text = shown(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word;
        let needed = width(&line) + usize::from(!line.is_empty()) + width(word);
        if !line.is_empty() && needed > columns {
            lines.push(std::mem::take(&mut line));
        }
        while width(word) > columns {
            let part = head(word, columns);
            if part.is_empty() {
                break;
            }
            lines.push(part.to_owned());
            word = &word[part.len()..];
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Returns the longest start of the text that takes at most `columns`.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (index, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > columns {
            return &text[..index];
        }
    }
    text
}

/// Returns the longest end of the text that takes at most `columns`.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (index, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > columns {
            break;
        }
        start = index;
    }
    &text[start..]
}

fn escape(grapheme: &str, clean: &mut String) {
    let lonely = grapheme.width() == 0;
    for (index, character) in grapheme.chars().enumerate() {
        if !is_hostile(character) && !lonely && index < MAX_CHARS {
            clean.push(character);
            continue;
        }
        match character {
            '\n' => clean.push_str("\\n"),
            '\r' => clean.push_str("\\r"),
            '\t' => clean.push_str("\\t"),
            character if u32::from(character) < 0x100 => {
                let _ = write!(clean, "\\x{:02x}", u32::from(character));
            }
            character => {
                let _ = write!(clean, "\\u{{{:x}}}", u32::from(character));
            }
        }
    }
}

/// Returns whether a character could move the cursor, turn text round, or hide.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}')
        || is_unassigned(character)
}

/// Returns whether a code stands for nothing (U+0378, U+FFFE): terminals draw nothing or a box for it, so that names which
/// differ would look the same. It is asked for each character of each frame, so there is nothing to build for it.
fn is_unassigned(character: char) -> bool {
    !is_public_assigned(character) && !is_private(character)
}

/// Returns whether a code is left to whoever makes a font.
const fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

/// Characters in one grapheme beyond which marks are piled up to deface the lines around; a family emoji has 11.
const MAX_CHARS: usize = 12;

const ELLIPSIS: char = '…';

/// Columns that a folder's name keeps before the beginning of its path goes.
const MIN_FOLDER: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_characters_are_escaped() {
        assert_eq!(shown("a\x1b[2Jb"), "a\\x1b[2Jb");
        assert_eq!(shown("two\nlines\t"), "two\\nlines\\t");
        assert_eq!(shown("cod\u{202e}gpj.exe"), "cod\\u{202e}gpj.exe");
        assert_eq!(shown("\u{301}lonely"), "\\u{301}lonely");
        assert_eq!(
            shown("caf\u{65}\u{301} 日本 🚋 👨\u{200d}👩\u{200d}👧"),
            "cafe\u{301} 日本 🚋 👨\u{200d}👩\u{200d}👧"
        );
    }

    #[test]
    fn codes_without_a_character_are_escaped() {
        assert_eq!(shown("a\u{378}b\u{fffe}\u{fdd0}"), "a\\u{378}b\\u{fffe}\\u{fdd0}");
        let assigned = "Ελλάδα русский ทำงาน हिन्दी 日本 한국 \u{e0b0}";
        assert_eq!(shown(assigned), assigned, "private ones are icons of people's fonts");
    }

    #[test]
    fn characters_as_new_as_the_table_of_widths_are_shown() {
        let new = "\u{1faea} \u{10940} \u{323b0} \u{20c1}"; // all of Unicode 17, which the table of regex lacks
        assert_eq!(shown(new), new);
        assert_eq!(shown("\u{e0fff}\u{ffffe}\u{10ffff}"), "\\u{e0fff}\\u{ffffe}\\u{10ffff}");
    }

    #[test]
    fn what_has_had_a_character_for_long_is_not_unassigned() {
        let table = regex::Regex::new(r"\p{Unassigned}").unwrap();
        for character in '\0'..=char::MAX {
            let was = table.is_match(character.encode_utf8(&mut [0; 4]));
            assert!(was || !is_unassigned(character), "{character:?}");
        }
    }

    #[test]
    fn names_are_cut_in_the_middle_and_keep_their_extension() {
        assert_eq!(cut_middle("IMG_2024_very_long_name_of_a_photo.jpg", 22), "IMG_2024_very_…oto.jpg");
        assert_eq!(cut_middle("short.jpg", 22), "short.jpg");
        assert_eq!(cut_middle("日本の桜が咲きました.heic", 12), "日本の….heic");
        assert_eq!(cut_middle("abcdefgh", 3), "ab…");
        assert_eq!(cut_middle("abcdefgh", 0), "");
    }

    #[test]
    fn paths_lose_folders_before_names() {
        assert_eq!(cut_path("Projects/thesis/final-2.pdf", 40), "Projects/thesis/final-2.pdf");
        assert_eq!(cut_path("Projects/thesis/final-2.pdf", 22), "…/thesis/final-2.pdf");
        assert_eq!(cut_path("Projects/thesis/final-2.pdf", 19), "…/final-2.pdf");
        assert_eq!(cut_path("Projects/thesis/final-2.pdf", 10), "…/fin….pdf");
        assert_eq!(cut_path("final-2.pdf", 11), "final-2.pdf");
    }

    #[test]
    fn breadcrumbs_keep_their_beginning_and_the_last_folders() {
        let path = "work:/Photos/2024/Portugal/Lisbon";
        assert_eq!(cut_breadcrumb(path, 40), path);
        assert_eq!(cut_breadcrumb(path, 26), "work:/…/Portugal/Lisbon");
        assert_eq!(cut_breadcrumb(path, 20), "work:/…/Lisbon");
        assert_eq!(cut_breadcrumb(path, 11), "…/Lisbon");
        assert_eq!(cut_breadcrumb("/usr/share/doc/package", 16), "/…/doc/package");
        assert_eq!(cut_breadcrumb("~/a_folder_with_a_long_name", 16), "~/a_folder…_name");
    }

    #[test]
    fn text_wraps_at_spaces_and_breaks_only_long_words() {
        assert_eq!(wrap("Cannot read the folder", 10), ["Cannot", "read the", "folder"]);
        assert_eq!(wrap("abcdefghijkl mn", 5), ["abcde", "fghij", "kl mn"]);
        assert_eq!(wrap("", 5), [""]);
    }

    proptest! {
        #[test]
        fn nothing_hostile_gets_through_and_nothing_is_too_wide(text in any::<String>(), columns in 0usize..40) {
            let clean = shown(&text);
            prop_assert!(!clean.chars().any(is_hostile));
            prop_assert_eq!(shown(&clean), clean.clone());
            let cuts = [
                cut_end(&text, columns),
                cut_middle(&text, columns),
                cut_path(&text, columns.max(2)),
                cut_breadcrumb(&text, columns.max(2)),
            ];
            for cut in cuts {
                prop_assert!(width(&cut) <= columns.max(2));
                prop_assert!(!cut.chars().any(is_hostile));
            }
            let room = columns.max(2 * MAX_CHARS); // no grapheme is wider, so no word is unbreakable
            for line in wrap(&text, room) {
                prop_assert!(width(&line) <= room);
            }
        }
    }
}
