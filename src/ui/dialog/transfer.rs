//! The [`TransferDetails`]: everything that is known of one transfer, exact, while it goes on.
//! `update` opens it with the row under the cursor, and the worker tells the two ends; the view asks it for its lines.

use crate::message::{Direction, TransferEnds, TransferRow, TransferState};
use crate::ui::action::TransferKey;
use crate::ui::figure;
use crate::ui::wording::{self, Terms};

/// One transfer, shown exactly.
#[derive(Clone, Debug)]
pub struct TransferDetails {
    /// The transfer as it was when it was last on the list.
    pub row: TransferRow,
    /// Where it comes from and goes to, once the worker has said so.
    pub ends: Option<TransferEnds>,
}

impl TransferDetails {
    /// Returns what is known, a name and a value each; values may be hostile. `listed` is the transfer as it is now,
    /// where it is still on the list.
    #[must_use]
    pub fn lines(&self, listed: Option<&TransferRow>, terms: Terms<'_>) -> Vec<(&'static str, String)> {
        let row = listed.unwrap_or(&self.row);
        let (source, target) = match &self.ends {
            Some(ends) => (ends.source.clone(), ends.target.clone()),
            None => (row.path.clone(), "…".to_owned()),
        };
        let (state, hint) = state(row, terms);
        let mut lines = vec![("state", state)];
        lines.extend(Some(("hint", hint)).filter(|(_, hint)| !hint.is_empty()));
        lines.extend([
            ("from", source),
            ("to", target),
            ("size", figure::exact_size(row.size)),
            ("done", done(row)),
        ]);
        lines.extend(speed(row).map(|speed| ("speed", speed)));
        lines.push(("runs", runs(row)));
        if listed.is_none() {
            lines.push(("note", "it is off the list".to_owned()));
        }
        lines
    }
}

fn done(row: &TransferRow) -> String {
    if row.state == TransferState::Done {
        return "all of it".to_owned();
    }
    format!("{}, {} %", figure::exact_size(row.done), figure::percent(row.done, row.size))
}

fn speed(row: &TransferRow) -> Option<String> {
    let left = wording::seconds_left(row).filter(|_| row.state == TransferState::Running)?;
    Some(format!("{}, {} left", figure::speed(row.speed), figure::span(left)))
}

fn runs(row: &TransferRow) -> String {
    match row.attempts {
        0 => "none yet".to_owned(),
        1 => "the first".to_owned(),
        runs => figure::grouped(runs.into()),
    }
}

/// Returns how it is in words, and what can be done about it.
fn state(row: &TransferRow, terms: Terms<'_>) -> (String, String) {
    let again = || format!("{} tries it again", terms.hint(TransferKey::Retry));
    let text = |text: &str| (text.to_owned(), String::new());
    match &row.state {
        TransferState::Queued => text("waiting for its turn"),
        TransferState::Running => match row.direction {
            Direction::Up => text("uploading"),
            Direction::Down => text("downloading"),
            Direction::Across => text("copying"),
        },
        TransferState::Paused => {
            ("paused".to_owned(), format!("{} lets it go on", terms.hint(TransferKey::Pause)))
        }
        TransferState::Waiting(wait) => (wording::wait(wait, terms), String::new()),
        TransferState::Finishing => text("all bytes are there and are being checked"),
        TransferState::Done if row.direction == Direction::Across => text("done"),
        TransferState::Done => text("done, its whole content is verified"),
        TransferState::Cancelled => ("cancelled".to_owned(), again()),
        TransferState::Failed(problem) => {
            let hint = if problem.hint.is_empty() { again() } else { problem.hint.clone() };
            (problem.message.clone(), hint)
        }
    }
}
