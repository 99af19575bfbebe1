//! A [`Query`]: what is typed into a search, understood. Words, patterns and filters in any order:
//!
//! | typed | means |
//! |---|---|
//! | `castl` | its letters in this order in the name, best fits first; of several words all, at least one of them in the name, the others may be in names of folders above it |
//! | `'castle`, `"old castle"` | exactly this text; `^cast`, `.jpg$` at the beginning, at the end; `!thumb` not this text |
//! | `*.jp?g` | a wildcard pattern of the whole name |
//! | `/^img_\d+/` | a regular expression |
//! | `size:>10M`, `size<1G`, `size:1M..2M` | bytes; of folders all below |
//! | `newer:7d`, `older:2023-01-01` | time of the last change |
//! | `kind:image`, `is:folder,archive` | what it is |
//! | `ext:jpg,png` | the text behind the last dot |
//! | `sort:size` | what comes first |
//!
//! Case never counts. Pure; the search asks it about each name.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use regex::{Regex, RegexBuilder};

use super::filter::{Filter, Filters, Order};
use crate::worker::sweep::wildcard;

/// What is looked for.
#[derive(Debug)]
pub(crate) struct Query {
    words: Vec<Word>,
    patterns: Vec<Regex>,
    filters: Filters,
    order: Order,
}

#[derive(Debug)]
struct Word {
    atom: Atom,
    /// In lower case, where names of folders may have it.
    text: Option<String>,
}

/// What is looked at: a node, or something on the disk. Asked only as far as the query needs it.
pub(crate) trait Candidate {
    /// Its name; empty where it cannot be read.
    fn name(&self) -> &str;
    /// Whether it can be entered.
    fn is_folder(&self) -> bool;
    /// Bytes, of a folder all below it; `None` where that is not known.
    fn size(&self) -> Option<u64>;
    /// When it was changed last, else when it came; Unix seconds.
    fn time(&self) -> Option<i64>;
    /// Whether a folder has no entries, or a file no bytes.
    fn is_empty(&self) -> bool;
    /// Whether others have it too.
    fn is_shared(&self) -> bool;
    /// Bytes of its older versions.
    fn version_bytes(&self) -> u64;
}

/// Room that matching needs, for one thread.
pub(crate) struct Scratch {
    matcher: Matcher,
    letters: Vec<char>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { matcher: Matcher::new(Config::DEFAULT), letters: Vec::new() }
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

impl Query {
    /// Understands what is typed; says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut query = Self {
            words: Vec::new(),
            patterns: Vec::new(),
            filters: Filters::default(),
            order: Order::Match,
        };
        let mut order = None;
        for term in terms(text) {
            match Filter::parse(&term)? {
                Some(Filter::Order(wanted)) => order = Some(wanted),
                Some(filter) => query.filters.add(filter),
                None => query.add(&term)?,
            }
        }
        let usual = if query.words.is_empty() { query.filters.usual_order() } else { Order::Match };
        query.order = order.unwrap_or(usual);
        Ok(query)
    }

    fn add(&mut self, term: &str) -> Result<(), String> {
        if let Some(expression) = term.strip_prefix('/') {
            let expression = expression.strip_suffix('/').unwrap_or(expression);
            let regex = RegexBuilder::new(expression).case_insensitive(true).build();
            self.patterns.push(regex.map_err(|_wordy| format!("\"{term}\" is no regular expression yet"))?);
        } else if let Some(exact) = term.strip_prefix('"') {
            let exact = exact.strip_suffix('"').unwrap_or(exact);
            self.add_word(Atom::new(exact, CASE, NORMAL, AtomKind::Substring, false));
        } else if term.contains(['*', '?']) {
            let regex = wildcard(term).ok_or_else(|| format!("\"{term}\" is too long a pattern"))?;
            self.patterns.push(regex);
        } else {
            self.add_word(Atom::parse(term, CASE, NORMAL));
        }
        Ok(())
    }

    fn add_word(&mut self, atom: Atom) {
        let needle = atom.needle_text().to_string();
        if needle.is_empty() || self.words.len() == MOST_WORDS {
            return;
        }
        let may_be_above = !atom.negative && matches!(atom.kind, AtomKind::Fuzzy | AtomKind::Substring);
        self.words.push(Word { atom, text: may_be_above.then(|| needle.to_lowercase()) });
    }

    /// Returns whether nothing is wanted, so that nothing is found.
    pub(crate) const fn is_void(&self) -> bool {
        self.words.is_empty() && self.patterns.is_empty() && self.filters.is_void()
    }

    /// Returns which words the name of a folder has, a bit for each.
    pub(crate) fn words_in(&self, folder: &str) -> u32 {
        if self.words.len() < 2 {
            return 0; // one word has to be in the name itself
        }
        let name = folder.to_lowercase();
        let has = |word: &Word| word.text.as_ref().is_some_and(|text| name.contains(text.as_str()));
        self.words.iter().enumerate().filter(|(_, word)| has(word)).fold(0, |bits, (at, _)| bits | 1 << at)
    }

    /// Returns how well something fits, more is better; `None` where it does not. `above`: the words that are in names of
    /// folders above it.
    pub(crate) fn rank(&self, found: &impl Candidate, above: u32, scratch: &mut Scratch) -> Option<u64> {
        if !self.filters.let_pass(found) || !self.patterns.iter().all(|regex| regex.is_match(found.name())) {
            return None;
        }
        let fit = self.fit(found.name(), above, scratch)?;
        Some(self.order.rank(found, fit))
    }

    /// How well the words fit a name; a short name fits better.
    fn fit(&self, name: &str, above: u32, scratch: &mut Scratch) -> Option<u64> {
        if self.words.is_empty() {
            return Some(0);
        }
        let Scratch { matcher, letters } = scratch;
        let haystack = Utf32Str::new(name, letters);
        let (mut sum, mut is_in_name, mut is_wanted) = (0u64, false, false);
        for (at, word) in self.words.iter().enumerate() {
            is_wanted |= !word.atom.negative;
            match word.atom.score(haystack, matcher) {
                Some(score) => {
                    sum += u64::from(score);
                    is_in_name |= !word.atom.negative;
                }
                None if word.atom.negative || above & (1 << at) == 0 => return None,
                None => {}
            }
        }
        let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        (is_in_name || !is_wanted).then_some((sum << 16) | u64::from(u16::MAX - length))
    }
}

/// Splits what is typed at spaces; a text in quotes and a regular expression keep theirs.
fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let closing = if matches!(first, '"' | '/') { closing(&rest[1..], first) } else { None };
        let end = match (first, closing) {
            (_, Some(at)) => at + 2,
            ('"' | '/', None) => rest.len(),
            _ => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        terms.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    terms
}

/// Where a quote or an expression ends: at its sign, before a space or the end.
fn closing(text: &str, sign: char) -> Option<usize> {
    let ends = |at: usize| text[at + 1..].chars().next().is_none_or(char::is_whitespace);
    text.match_indices(sign).map(|(at, _)| at).find(|at| ends(*at))
}

const CASE: CaseMatching = CaseMatching::Ignore;
const NORMAL: Normalization = Normalization::Smart;

/// More words than anybody types; a bit for each.
const MOST_WORDS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Thing {
        name: &'static str,
        is_folder: bool,
        size: u64,
        time: Option<i64>,
    }

    impl Candidate for Thing {
        fn name(&self) -> &str {
            self.name
        }
        fn is_folder(&self) -> bool {
            self.is_folder
        }
        fn size(&self) -> Option<u64> {
            Some(self.size)
        }
        fn time(&self) -> Option<i64> {
            self.time
        }
        fn is_empty(&self) -> bool {
            self.size == 0
        }
        fn is_shared(&self) -> bool {
            false
        }
        fn version_bytes(&self) -> u64 {
            0
        }
    }

    fn rank(query: &str, thing: &Thing, above: &str) -> Option<u64> {
        let query = Query::parse(query).unwrap();
        query.rank(thing, query.words_in(above), &mut Scratch::default())
    }

    fn fits(query: &str, name: &'static str) -> bool {
        rank(query, &Thing { name, ..Thing::default() }, "").is_some()
    }

    #[test]
    fn letters_in_their_order_fit_and_a_text_as_a_whole_fits_better() {
        assert!(fits("cstl", "old Castle.jpg") && !fits("cstlx", "castle.jpg") && !fits("zz", "z"));
        let rank = |name| rank("castle", &Thing { name, ..Thing::default() }, "").unwrap();
        assert!(rank("castle.jpg") > rank("cabinet style.jpg"));
        assert!(rank("castle.jpg") > rank("castle and a long tail.jpg"), "shorter names first");
        assert!(fits("über", "ÜBER alles") && fits("resume", "Résumé.pdf"));
    }

    #[test]
    fn of_several_words_one_must_be_in_the_name_and_others_may_be_above() {
        let thing = Thing { name: "castle.jpg", ..Thing::default() };
        assert!(rank("castl 2024", &thing, "Photos 2024").is_some());
        assert!(rank("castl 2024", &thing, "Photos 2023").is_none());
        assert!(rank("photos 2024", &thing, "Photos 2024").is_none(), "nothing of it is in the name");
        assert!(fits("jpg castle", "castle.jpg") && !fits("castle !jpg", "castle.jpg"));
    }

    #[test]
    fn texts_patterns_and_expressions_mean_what_they_say() {
        assert!(fits("'astle", "castle.jpg") && !fits("'cstl", "castle.jpg"));
        assert!(fits("\"old castle\"", "my old castle.jpg") && !fits("\"castle old\"", "my old castle.jpg"));
        assert!(fits("^cast", "castle.jpg") && !fits("^astle", "castle.jpg") && fits("jpg$", "castle.jpg"));
        assert!(fits("*.jp?g", "x.JPEG") && !fits("*.jpg", "x.jpg.txt"));
        assert!(fits(r"/^img_\d+\./", "IMG_012.jpg") && !fits(r"/^img_\d+$/", "IMG_012.jpg"));
        assert!(fits("/a b/ c", "a bc") && !fits("/a b/ c", "a b"));
        assert!(Query::parse("/(").is_err());
    }

    #[test]
    fn filters_narrow_and_say_what_comes_first() {
        let thing = |size, time| Thing { name: "a.jpg", size, time: Some(time), ..Thing::default() };
        for (query, fits) in
            [("size:>1M", true), ("size<1M", false), ("size:1M..3M", true), ("ext:png,JPG", true)]
        {
            assert_eq!(rank(query, &thing(2 << 20, 0), "").is_some(), fits, "{query}");
        }
        assert!(
            rank("kind:image", &thing(1, 0), "").is_some() && rank("is:folder", &thing(1, 0), "").is_none()
        );
        assert!(rank("older:2001-01-01", &thing(1, 0), "").is_some());
        assert!(rank("newer:1d", &thing(1, 0), "").is_none());
        assert!(rank("size:>0", &thing(9, 0), "") > rank("size:>0", &thing(8, 0), ""), "the largest first");
        assert!(rank("sort:old a", &thing(1, 5), "") > rank("sort:old a", &thing(1, 6), ""));
        assert!(Query::parse("size:big").is_err() && Query::parse("kind:nothing").is_err());
        assert!(Query::parse("size:").unwrap().is_void(), "not typed yet");
        assert!(fits("re:zero", "re:zero.mkv"), "what is no filter is a word");
    }

    #[test]
    fn odd_texts_do_no_harm() {
        for text in [
            "",
            " ",
            "\"",
            "/",
            "!",
            "'",
            "^",
            "$",
            "\\",
            "size",
            "🦀 é",
            "!!!",
            "\"\"",
            "size:..",
            "a\u{202e}b",
        ] {
            let _ = Query::parse(text).map(|query| query.rank(&Thing::default(), 0, &mut Scratch::default()));
        }
    }
}
