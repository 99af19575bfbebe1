//! Which answers of a conflict have room on a small screen, and on which lines: [`Answers`]. The dialog draws them, and
//! `update` takes no other letter, so that nothing is overwritten by an answer that is not to be seen. It draws nothing.

use crate::message::{Choice, Conflict, Reply, Scope, choices};
use crate::ui::layout::is_too_small;
use crate::ui::text;

/// The answers that are shown, line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Those to this conflict.
    pub own: Vec<Vec<Choice>>,
    /// Those for the rest too: all of them or none.
    pub rest: Vec<Vec<Choice>>,
}

impl Answers {
    /// Finds room for the answers in so many columns and lines. The name has the first line, the answers to this conflict
    /// come before those for the rest, which have a heading, and all of them before what is known of the two sides.
    #[must_use]
    pub fn new(conflict: &Conflict, (columns, lines): (usize, usize)) -> Self {
        let (own, rest): (Vec<Choice>, Vec<Choice>) =
            choices(conflict).into_iter().partition(|choice| !is_for_rest(choice));
        let (mut own, mut rest) = (packed(own, columns), packed(rest, columns));
        own.truncate(lines.saturating_sub(1));
        if 1 + own.len() + 1 + rest.len() > lines {
            rest.clear();
        }
        Self { own, rest }
    }

    /// Returns the lines that they take, with the heading.
    #[must_use]
    pub fn height(&self) -> usize {
        self.own.len() + self.rest.len() + usize::from(!self.rest.is_empty())
    }

    /// Returns whether a letter is among them.
    #[must_use]
    pub fn has(&self, letter: char) -> bool {
        self.own.iter().chain(&self.rest).flatten().any(|choice| choice.letter == letter)
    }
}

const fn is_for_rest(choice: &Choice) -> bool {
    matches!(choice.reply, Reply::Resolve(_, Scope::Rest))
}

/// As many answers on a line as fit.
fn packed(choices: Vec<Choice>, columns: usize) -> Vec<Vec<Choice>> {
    let (mut rows, mut used): (Vec<Vec<Choice>>, usize) = (Vec::new(), 0);
    for choice in choices {
        let wide = text::width(choice.short) + 2;
        match rows.last_mut() {
            Some(row) if used + ANSWER_GAP + wide <= columns => {
                row.push(choice);
                used += ANSWER_GAP + wide;
            }
            Some(_) | None => {
                rows.push(vec![choice]);
                used = wide;
            }
        }
    }
    rows
}

/// Returns the columns and lines that the dialog of a conflict has for its text, on a screen of this size; none where it is
/// not drawn at all.
#[must_use]
pub fn conflict_room(width: u16, height: u16) -> (usize, usize) {
    if is_too_small(width, height) {
        return (0, 0);
    }
    (usize::from(width.min(CONFLICT_WIDTH)).saturating_sub(4), height.saturating_sub(2).into())
}

/// Columns of the dialog where the screen has them.
pub const CONFLICT_WIDTH: u16 = 62;

/// Columns between two answers on a line.
pub const ANSWER_GAP: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ConflictSide;

    fn conflict() -> Conflict {
        Conflict::sample(ConflictSide::sample(false, 1, None), ConflictSide::sample(false, 2, None))
    }

    fn letters(rows: &[Vec<Choice>]) -> String {
        rows.iter().flatten().map(|choice| choice.letter).collect()
    }

    #[test]
    fn answers_to_this_conflict_come_before_those_for_the_rest() {
        let all = choices(&conflict()).len();
        let roomy = Answers::new(&conflict(), (36, 10));
        assert_eq!(roomy.own.iter().chain(&roomy.rest).flatten().count(), all);
        assert!(roomy.height() < 10);
        let small = Answers::new(&conflict(), (26, 6));
        assert!(letters(&small.own).ends_with('c'), "all of them, {small:?}");
        assert_eq!((small.rest.len(), small.has('A'), small.has('o')), (0, false, true));
        let tiny = Answers::new(&conflict(), (16, 3));
        assert_eq!(letters(&tiny.own), "os");
        assert!(!tiny.has('r'), "what is not seen is not answered");
    }

    #[test]
    fn a_screen_that_is_too_small_has_no_answer() {
        for (width, height) in [(0, 0), (1, 1), (19, 24), (80, 4)] {
            let answers = Answers::new(&conflict(), conflict_room(width, height));
            assert!(answers.own.is_empty() && answers.rest.is_empty(), "{width}x{height}: {answers:?}");
        }
        for (width, height) in [(20, 5), (500, 500)] {
            assert!(Answers::new(&conflict(), conflict_room(width, height)).has('o'), "{width}x{height}");
        }
    }
}
