//! `--include`, `--exclude`, `--filter` and their files, in the order in which rclone takes them: the first that matches
//! decides. All commands that walk flatten it into their arguments; what a pattern matches is `transfer::filter`'s to say.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::output::Failure;
use crate::message::Filter;
use crate::transfer::filter::Rules;

/// The rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct FilterArgs(Vec<Filter>);

impl FilterArgs {
    /// Returns the rules in order. Where `--include` was used, everything that no rule names is left out.
    pub(crate) fn rules(&self) -> Vec<Filter> {
        self.0.clone()
    }

    /// Returns the rules as something to ask; a pattern that makes no sense is named.
    pub(crate) fn compile(&self) -> Result<Rules, Failure> {
        let rules = Rules::new(self.0.iter().map(|rule| (rule.include, rule.pattern.as_str())));
        rules.map_err(|error| {
            Failure::usage(
                format!("cannot use the pattern \"{}\": {}", error.pattern, error.reason),
                "Patterns are like *.jpg, /Photos/**, {a,b}.txt.",
            )
        })
    }
}

impl Args for FilterArgs {
    fn augment_args(command: Command) -> Command {
        let arg = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
        };
        command.next_help_heading("Filters, the first that matches decides").args([
            arg(
                INCLUDE,
                "PATTERN",
                "Take files that match and leave out what no rule names (*.jpg, /Photos/**)",
            ),
            arg(INCLUDE_FROM, "FILE", "The same with the patterns of a file, a line each"),
            arg(EXCLUDE, "PATTERN", "Leave out files that match; looked at after --include"),
            arg(EXCLUDE_FROM, "FILE", "The same with the patterns of a file"),
            arg(FILTER, "RULE", "A rule with its sign: '+ *.jpg' or '- *.tmp'; looked at last")
                .allow_hyphen_values(true),
            arg(FILTER_FROM, "FILE", "Rules of a file, a line each; ! forgets those before it"),
            arg(FILES_FROM, "FILE", "Only these paths, a line each; no other filter with it")
                .conflicts_with_all([INCLUDE, INCLUDE_FROM, EXCLUDE, EXCLUDE_FROM, FILTER, FILTER_FROM]),
        ])
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FilterArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut rules = Vec::new();
        for (name, from) in [(INCLUDE, INCLUDE_FROM), (EXCLUDE, EXCLUDE_FROM), (FILTER, FILTER_FROM)] {
            for text in matches.get_many::<String>(name).into_iter().flatten() {
                add(&mut rules, name, text)?;
            }
            for line in lines_of(matches, from)? {
                add(&mut rules, name, &line)?;
            }
        }
        let includes = [INCLUDE, INCLUDE_FROM].iter().any(|name| matches.contains_id(name));
        if matches.contains_id(FILES_FROM) {
            for line in lines_of(matches, FILES_FROM)? {
                let path = format!("/{}", escaped(line.trim_start_matches('/')));
                rules.push(Filter { include: true, pattern: path });
            }
        }
        if includes || matches.contains_id(FILES_FROM) {
            rules.push(Filter { include: false, pattern: "**".to_owned() });
        }
        Ok(Self(rules))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Adds a pattern, or a rule with its sign.
fn add(rules: &mut Vec<Filter>, name: &str, text: &str) -> Result<(), clap::Error> {
    let (include, pattern) = match (name, text.split_at_checked(2)) {
        (INCLUDE, _) => (true, text),
        (EXCLUDE, _) => (false, text),
        _ if text == "!" => {
            rules.clear();
            return Ok(());
        }
        (_, Some(("+ ", pattern))) => (true, pattern),
        (_, Some(("- ", pattern))) => (false, pattern),
        _ => return Err(refused(&format!("a rule begins with \"+ \" or \"- \", \"{text}\" does not"))),
    };
    rules.push(Filter { include, pattern: pattern.to_owned() });
    Ok(())
}

/// Reads the lines of all files that an option names. Empty ones and comments (`#`, `;`) say nothing.
fn lines_of(matches: &ArgMatches, option: &str) -> Result<Vec<String>, clap::Error> {
    let mut lines = Vec::new();
    for path in matches.get_many::<String>(option).into_iter().flatten() {
        let text = match path.as_str() {
            "-" => std::io::read_to_string(std::io::stdin()),
            path => std::fs::read_to_string(Path::new(path)),
        };
        let text =
            text.map_err(|error| refused(&format!("cannot read \"{path}\" of --{option}: {error}")))?;
        let says_something = |line: &&str| !line.is_empty() && !line.starts_with(['#', ';']);
        lines.extend(text.lines().map(str::trim).filter(says_something).map(str::to_owned));
    }
    Ok(lines)
}

fn refused(message: &str) -> clap::Error {
    clap::Error::raw(clap::error::ErrorKind::ValueValidation, format!("{message}\n"))
}

/// A path as a pattern that matches nothing else.
fn escaped(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

const INCLUDE: &str = "include";
const INCLUDE_FROM: &str = "include-from";
const EXCLUDE: &str = "exclude";
const EXCLUDE_FROM: &str = "exclude-from";
const FILTER: &str = "filter";
const FILTER_FROM: &str = "filter-from";
const FILES_FROM: &str = "files-from";

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(arguments: &[&str]) -> Vec<String> {
        let command = FilterArgs::augment_args(Command::new("x"));
        let matches = command.try_get_matches_from([&["x"], arguments].concat()).unwrap();
        let rules = FilterArgs::from_arg_matches(&matches).unwrap().rules();
        rules.iter().map(|rule| format!("{}{}", if rule.include { '+' } else { '-' }, rule.pattern)).collect()
    }

    // The order and the implicit last rule are those that rclone 1.75.2 was seen to follow.
    #[test]
    fn includes_come_before_excludes_and_both_before_filters() {
        let arguments = ["--filter", "- c", "--exclude", "a", "--include", "b", "--exclude", "d"];
        assert_eq!(typed(&arguments), ["+b", "-a", "-d", "-c", "-**"]);
    }

    #[test]
    fn only_an_include_leaves_out_the_rest() {
        assert_eq!(typed(&["--filter", "+ x", "--exclude", "y"]), ["-y", "+x"]);
        assert_eq!(typed(&["--exclude", "a"]), ["-a"]);
        assert!(typed(&[]).is_empty());
    }

    #[test]
    fn files_of_rules_have_comments_and_may_forget_what_came_before() {
        let scratch = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = scratch.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let rules = file("rules", "# c\n; d\n\n+ *.jpg\n!\n- *.txt\n");
        assert_eq!(typed(&["--exclude", "x", "--filter-from", &rules]), ["-*.txt"]);
        let patterns = file("patterns", "*.jpg\n# no\n*.png\n");
        assert_eq!(typed(&["--exclude-from", &patterns]), ["-*.jpg", "-*.png"]);
        assert_eq!(typed(&["--include-from", &patterns]), ["+*.jpg", "+*.png", "-**"]);
        let paths = file("paths", "a*.jpg\n/x/d.txt\n");
        assert_eq!(typed(&["--files-from", &paths]), ["+/a\\*.jpg", "+/x/d.txt", "-**"]);
    }
}
