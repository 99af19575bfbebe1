//! `--include`, `--exclude` and `--filter`, kept in the order in which they were typed: the first that matches decides.
//! All commands that walk flatten it into their arguments; what a pattern matches is `transfer::filter`'s to say.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::output::Failure;
use crate::message::Filter;
use crate::transfer::filter::Rules;

/// The rules, as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct FilterArgs(Vec<Filter>);

impl FilterArgs {
    /// Returns the rules in order. Where something is included, everything that no rule names is left out.
    pub(crate) fn rules(&self) -> Vec<Filter> {
        let mut rules = self.0.clone();
        if rules.iter().any(|rule| rule.include) {
            rules.push(Filter { include: false, pattern: "**".to_owned() });
        }
        rules
    }

    /// Returns the rules as something to ask; a pattern that makes no sense is named.
    pub(crate) fn compile(&self) -> Result<Rules, Failure> {
        let rules = self.rules();
        let rules = Rules::new(rules.iter().map(|rule| (rule.include, rule.pattern.as_str())));
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
        let rule = |name: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name("PATTERN").action(ArgAction::Append).help(help)
        };
        command.next_help_heading("Filters, the first that matches decides").args([
            rule(INCLUDE, "Take files that match and leave out what no rule names (*.jpg, /Photos/**)"),
            rule(EXCLUDE, "Leave out files that match"),
            rule(FILTER, "A rule with its sign: '+ *.jpg' or '- *.tmp'")
                .value_name("RULE")
                .allow_hyphen_values(true),
        ])
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FilterArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut found: Vec<(usize, Filter)> = Vec::new();
        for name in [INCLUDE, EXCLUDE, FILTER] {
            let places = matches.indices_of(name).into_iter().flatten();
            let texts = matches.get_many::<String>(name).into_iter().flatten();
            for (place, text) in places.zip(texts) {
                found.push((place, rule(name, text)?));
            }
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(Self(found.into_iter().map(|(_, rule)| rule).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn rule(name: &str, text: &str) -> Result<Filter, clap::Error> {
    let (include, pattern) = match (name, text.split_at_checked(2)) {
        (INCLUDE, _) => (true, text),
        (EXCLUDE, _) => (false, text),
        (_, Some(("+ ", pattern))) => (true, pattern),
        (_, Some(("- ", pattern))) => (false, pattern),
        _ => {
            let message = format!("a rule begins with \"+ \" or \"- \", \"{text}\" does not\n");
            return Err(clap::Error::raw(clap::error::ErrorKind::ValueValidation, message));
        }
    };
    Ok(Filter { include, pattern: pattern.to_owned() })
}

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";
const FILTER: &str = "filter";

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(arguments: &[&str]) -> Vec<String> {
        let command = FilterArgs::augment_args(Command::new("x"));
        let matches = command.try_get_matches_from([&["x"], arguments].concat()).unwrap();
        let rules = FilterArgs::from_arg_matches(&matches).unwrap().rules();
        rules.iter().map(|rule| format!("{}{}", if rule.include { '+' } else { '-' }, rule.pattern)).collect()
    }

    #[test]
    fn rules_keep_the_order_in_which_they_were_typed() {
        let typed_order = ["--exclude", "a", "--include", "b", "--filter", "- c", "--exclude", "d"];
        assert_eq!(typed(&typed_order), ["-a", "+b", "-c", "-d", "-**"]);
        assert_eq!(typed(&["--filter", "+ x", "--exclude", "y"]), ["+x", "-y", "-**"]);
    }

    #[test]
    fn without_an_include_the_rest_stays_in() {
        assert_eq!(typed(&["--exclude", "a"]), ["-a"]);
        assert!(typed(&[]).is_empty());
    }
}
