//! The [`Palette`]: the action table, narrowed by typing; Enter runs what is chosen.
//! Opened by `update`, which also hands it the actions that make sense; it carries none of them out itself.

use super::field::Field;
use crate::ui::action::ActionRow;

/// The menu of all actions that make sense now.
#[derive(Debug, Default)]
pub struct Palette {
    /// What is typed.
    pub field: Field,
    /// The chosen row of the narrowed list.
    pub cursor: usize,
}

impl Palette {
    /// Returns the rows that the typed words leave, best first: those whose name begins so, then names, then help.
    #[must_use]
    pub fn narrowed(&self, offered: &[&'static ActionRow]) -> Vec<&'static ActionRow> {
        let text = self.field.text().trim().to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut rows: Vec<&'static ActionRow> = offered
            .iter()
            .copied()
            .filter(|row| {
                words.iter().all(|word| row.name.contains(word) || row.help.to_lowercase().contains(word))
            })
            .collect();
        rows.sort_by_key(|row| match (row.name.starts_with(&text), row.name.contains(&text)) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        });
        rows
    }

    /// Moves the choice, within `count` rows.
    pub fn go_by(&mut self, rows: isize, count: usize) {
        self.cursor = self.cursor.saturating_add_signed(rows).min(count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::action::rows;

    #[test]
    fn typing_narrows_and_puts_names_before_help() {
        let all: Vec<_> = rows().collect();
        let mut palette = Palette::default();
        assert_eq!(palette.narrowed(&all).len(), rows().count());
        palette.field.paste("sort");
        assert!(palette.narrowed(&all)[0].name.starts_with("sort"));
        palette.field.paste(" zzz");
        assert!(palette.narrowed(&all).is_empty());
    }
}
