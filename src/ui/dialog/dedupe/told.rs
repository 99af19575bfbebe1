//! How a step of a plan or a report is told: what stands behind its path in the list ([`tail`]), and the whole of it in as
//! many lines as it takes ([`whole`]), for what the list has to cut. Pure words; the view draws them.

use crate::message::{StepKind, StepLine};
use crate::ui::{figure, text};

/// Returns what stands behind the path: the target, the new name, the bytes, or why it was not done.
#[must_use]
pub fn tail(line: &StepLine) -> String {
    match (&line.problem, line.step) {
        (Some(problem), _) => problem.message.clone(),
        (None, StepKind::Trash) => figure::size(line.size),
        (None, StepKind::Move) => format!("→ /{}", line.to),
        (None, StepKind::Rename) => format!("→ {}", line.to),
        (None, StepKind::RemoveEmptied) => "once it is empty".to_owned(),
    }
}

/// Returns the whole of a step in lines of `columns`, where the list has no room for it; nothing where it has.
#[must_use]
pub fn whole(line: &StepLine, columns: u16) -> Vec<String> {
    let room = usize::from(columns).saturating_sub(usize::from(BEFORE));
    let (path, tail) = (format!("/{}", line.path), tail(line));
    let taken = text::width(&text::shown(&path)) + 2 + text::width(&text::shown(&tail));
    let hint = line.problem.as_ref().map_or("", |problem| problem.hint.as_str());
    if taken <= room && hint.is_empty() {
        return Vec::new();
    }
    let words =
        if line.problem.is_some() { format!("{path}: {tail}. {hint}") } else { format!("{path} {tail}") };
    text::wrap(words.trim_end(), columns.into())
}

/// Columns before the path: a sign, what is done, and the gaps.
pub const BEFORE: u16 = 7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Problem, ProblemKind};

    #[test]
    fn only_what_the_list_cuts_is_told_again_and_then_all_of_it() {
        let line = |path: &str, problem| StepLine {
            step: StepKind::Move,
            path: path.to_owned(),
            to: "Photos/Lisbon".to_owned(),
            size: 0,
            is_unproven: false,
            problem,
        };
        assert!(whole(&line("a.jpg", None), 38).is_empty());
        let long = line(&"🚋".repeat(60), None);
        let told = whole(&long, 38);
        assert_eq!(told.concat().matches('🚋').count(), 60);
        assert!(
            told.iter().all(|line| text::width(line) <= 38) && told.concat().contains("Lisbon"),
            "{told:?}"
        );
        let problem = Problem::new(ProblemKind::Temporary, "it has changed", "Look again.");
        assert_eq!(whole(&line("a", Some(problem)), 38), ["/a: it has changed. Look again."]);
    }
}
