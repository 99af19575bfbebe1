//! Include and exclude rules of a copy: rclone's patterns, tried in order. Pure. The plan asks it about each file and,
//! so as not to walk what is left out as a whole, about each folder.

use regex::Regex;

/// Rules in order; the first that matches a file decides, no match includes.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    include: bool,
    regex: Regex,
    /// Whether the pattern ends in `**`: then it says the same of a folder's whole content.
    whole_folders: bool,
}

/// A pattern is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{pattern}\" is not a pattern: {reason}")]
pub struct PatternError {
    /// As it was typed.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Rules {
    /// Reads rules: whether to include, and the pattern as typed.
    pub fn new<'p>(rules: impl IntoIterator<Item = (bool, &'p str)>) -> Result<Self, PatternError> {
        let rules =
            rules.into_iter().map(|(include, pattern)| Rule::new(include, pattern)).collect::<Result<_, _>>();
        Ok(Self { rules: rules? })
    }

    /// Returns whether there is no rule: then everything is included.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns whether a file is copied. `path` is below the source folder, parts divided by `/`, no `/` in front.
    #[must_use]
    pub fn includes_file(&self, path: &str) -> bool {
        self.rules.iter().find(|rule| rule.regex.is_match(path)).is_none_or(|rule| rule.include)
    }

    /// Returns whether a folder may hold something to copy; `false` only where everything below it is left out.
    #[must_use]
    pub fn may_include_below(&self, path: &str) -> bool {
        // Two names that no sensible pattern tells apart stand for "anything below".
        let probes = [format!("{path}/\u{1}"), format!("{path}/\u{2}/\u{3}")];
        for rule in &self.rules {
            if rule.include {
                return true;
            }
            if rule.whole_folders && probes.iter().all(|probe| rule.regex.is_match(probe)) {
                return false;
            }
        }
        true
    }
}

impl Rule {
    fn new(include: bool, pattern: &str) -> Result<Self, PatternError> {
        let refused = |reason| PatternError { pattern: pattern.to_owned(), reason };
        // A pattern for a folder means all that is in it.
        let whole = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
        let (anchored, glob) = match whole.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, whole.as_str()),
        };
        let start = if anchored { "^" } else { "(?:^|/)" };
        let body = translate(glob).map_err(refused)?;
        let regex = regex::RegexBuilder::new(&format!("{start}(?:{body})$"))
            .dot_matches_new_line(true)
            .build()
            .map_err(|_what_regex_says| refused("it makes no sense, or is too long"))?;
        Ok(Self { include, regex, whole_folders: glob.ends_with("**") })
    }
}

/// Turns a glob into the text of a regex.
///
/// Source: rclone's documentation of filtering, "Pattern syntax": `*` and `?` stop at `/`, `**` does not, `[a-z]` and
/// `[!a-z]`, `{one,two}`, `{{regex}}`, and `\` before a letter that is meant as such.
fn translate(glob: &str) -> Result<String, &'static str> {
    let mut regex = String::new();
    let mut rest = glob;
    let mut braces = 0_u32;
    while let Some(first) = rest.chars().next() {
        let mut taken = first.len_utf8();
        match first {
            '*' => {
                taken = rest.len() - rest.trim_start_matches('*').len();
                regex.push_str(match taken {
                    1 => "[^/]*",
                    2 => ".*",
                    _ => return Err("too many stars"),
                });
            }
            '?' => regex.push_str("[^/]"),
            '[' => taken = push_class(&mut regex, rest)?,
            ']' => return Err("] without ["),
            '{' if rest.starts_with("{{") => {
                let end = rest.find("}}").ok_or("{{ without }}")?;
                regex.extend(["(?:", &rest[2..end], ")"]);
                taken = end + 2;
            }
            '{' => {
                braces += 1;
                regex.push_str("(?:");
            }
            '}' => {
                braces = braces.checked_sub(1).ok_or("} without {")?;
                regex.push(')');
            }
            ',' if braces > 0 => regex.push('|'),
            '\\' => {
                let literal = rest[1..].chars().next().ok_or("\\ at the end")?;
                push_literal(&mut regex, literal);
                taken += literal.len_utf8();
            }
            literal => push_literal(&mut regex, literal),
        }
        rest = &rest[taken..];
    }
    if braces > 0 { Err("{ without }") } else { Ok(regex) }
}

/// Copies a class such as `[a-z]` over and returns how many bytes of `rest` it is.
fn push_class(regex: &mut String, rest: &str) -> Result<usize, &'static str> {
    let (inner, negated) = match rest[1..].strip_prefix(['!', '^']) {
        Some(inner) => (inner, true),
        None => (&rest[1..], false),
    };
    // A `]` that comes first is a member, not the end.
    let from = inner.chars().next().map_or(0, char::len_utf8);
    let end = inner.get(from..).and_then(|tail| tail.find(']')).ok_or("[ without ]")? + from;
    regex.push('[');
    if negated {
        regex.push_str("^/");
    }
    for character in inner[..end].chars() {
        if matches!(character, '[' | ']' | '&' | '~' | '^') {
            regex.push('\\');
        }
        regex.push(character);
    }
    regex.push(']');
    Ok(1 + usize::from(negated) + end + 1)
}

fn push_literal(regex: &mut String, literal: char) {
    regex.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(include: bool, pattern: &str) -> Rules {
        Rules::new([(include, pattern)]).unwrap()
    }

    #[test]
    fn patterns_match_as_rclone_documents_them() {
        // Pattern, what matches, what does not: the examples of rclone's filtering page.
        let table: &[(&str, &[&str], &[&str])] = &[
            ("file.jpg", &["file.jpg", "directory/file.jpg"], &["afile.jpg", "directory/afile.jpg"]),
            ("/file.jpg", &["file.jpg"], &["directory/file.jpg"]),
            ("*.jpg", &["file.jpg", "directory/file.jpg"], &["file.jpg/anotherfile.png"]),
            ("/*.jpg", &["file.jpg"], &["directory/file.jpg"]),
            ("dir/*.jpg", &["dir/a.jpg", "x/dir/a.jpg"], &["dir/b/a.jpg"]),
            ("dir/**.jpg", &["dir/b/a.jpg"], &["a.jpg"]),
            ("/dir/**", &["dir/a", "dir/b/c"], &["x/dir/a"]),
            ("dir/", &["dir/a", "x/dir/b/c"], &["dir"]),
            ("file.???", &["file.abc"], &["file.ab", "file.a/c"]),
            ("*.{jpg,png}", &["a.jpg", "b/c.png"], &["a.gif", "a.{jpg"]),
            ("[a-c]x", &["ax"], &["dx"]),
            ("[!a-c]x", &["dx"], &["ax", "/x"]),
            ("f{{o+}}", &["foo"], &["f"]),
            (r"\*.jpg", &["*.jpg"], &["a.jpg"]),
            ("a.b", &["a.b"], &["axb"]),
        ];
        for (pattern, matching, other) in table {
            let rules = one(false, pattern);
            for path in *matching {
                assert!(!rules.includes_file(path), "{pattern} should match {path}");
            }
            for path in *other {
                assert!(rules.includes_file(path), "{pattern} should not match {path}");
            }
        }
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let rules = Rules::new([(true, "keep.tmp"), (false, "*.tmp"), (true, "*")]).unwrap();
        assert!(rules.includes_file("a/keep.tmp"));
        assert!(!rules.includes_file("a/b.tmp"));
        assert!(rules.includes_file("a/b.txt"));
    }

    #[test]
    fn only_folders_that_are_left_out_as_a_whole_are_not_entered() {
        let rules = Rules::new([(false, "cache/**"), (false, "*.tmp")]).unwrap();
        assert!(!rules.may_include_below("a/cache"));
        assert!(!rules.may_include_below("a/cache/b"));
        assert!(rules.may_include_below("a"));
        assert!(rules.may_include_below("x.tmp"), "a folder's name is not what *.tmp is about");
        let rules = Rules::new([(true, "cache/keep"), (false, "cache/**")]).unwrap();
        assert!(rules.may_include_below("cache"));
        assert!(one(false, "cache/**.tmp").may_include_below("cache"));
    }

    #[test]
    fn broken_patterns_are_refused_with_the_reason() {
        for (pattern, reason) in [
            ("a***", "too many stars"),
            ("[a", "[ without ]"),
            ("a]", "] without ["),
            ("{a", "{ without }"),
            ("a}", "} without {"),
            ("{{a", "{{ without }}"),
            ("a\\", "\\ at the end"),
            ("{{(}}", "it makes no sense, or is too long"),
        ] {
            let error = Rules::new([(true, pattern)]).unwrap_err();
            assert_eq!((error.pattern.as_str(), error.reason), (pattern, reason));
        }
    }
}
