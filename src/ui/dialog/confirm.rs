//! Questions before a change: [`CopyConfirmation`] shows what a copy will do while it is still being counted,
//! [`Question`] asks yes or no about everything else. Both say what happens, to how many, where, and how to undo it.

use crate::message::{Command, CopyId, CopyRequest, FolderPolicy, PlanSummary, Task};
use crate::ui::errand::Errand;
use crate::ui::key::Key;
use crate::ui::keymap::Keymap;

/// A copy or a move that waits for the user's yes.
#[derive(Clone, Debug)]
pub struct CopyConfirmation {
    /// The copy.
    pub copy: CopyId,
    /// Where it comes from, as people write it.
    pub source: String,
    /// Where it goes, as people write it.
    pub target: String,
    /// What was chosen: `2 marked entries`, or a name.
    pub chosen: String,
    /// What has been asked for.
    pub request: CopyRequest,
    /// What has been counted.
    pub plan: PlanSummary,
    /// The view whose marks are cleared once the copy has begun.
    pub marked: Option<crate::message::ViewId>,
}

impl CopyConfirmation {
    /// Returns whether what is copied goes from where it is.
    #[must_use]
    pub const fn is_move(&self) -> bool {
        matches!(self.request.options.task, Task::Move { .. })
    }

    /// Returns the letter that the action table has for it.
    #[must_use]
    pub const fn own_key(&self) -> char {
        if self.is_move() { 'm' } else { 'c' }
    }

    /// Returns whether the user is asked about folders that both sides have; otherwise they are merged.
    #[must_use]
    pub fn asks_about_folders(&self) -> bool {
        self.request.options.folders == FolderPolicy::Ask
    }

    /// Has the user asked about folders that both sides have, or no longer: it is planned anew under this number.
    /// Returns what the worker is to do.
    pub fn turn_folders(&mut self, copy: CopyId) -> [Command; 2] {
        let asks = self.asks_about_folders();
        self.request.options.folders = if asks { FolderPolicy::Merge } else { FolderPolicy::Ask };
        let old = std::mem::replace(&mut self.copy, copy);
        self.plan = PlanSummary { copy, target: self.target.clone(), ..PlanSummary::default() };
        [Command::CancelCopy { copy: old }, Command::PlanCopy { copy, request: self.request.clone() }]
    }

    /// Returns whether there is nothing to say yes to: it cannot be done, or all is there already.
    #[must_use]
    pub const fn is_void(&self) -> bool {
        let plan = &self.plan;
        let empty = plan.file_count == 0 && plan.folder_count == 0 && plan.conflict_count == 0;
        plan.problem.is_some() || (plan.complete && empty)
    }
}

/// A yes-or-no question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The border's title.
    pub title: String,
    /// What will happen, a paragraph each.
    pub text: Vec<String>,
    /// The verb of the yes.
    pub yes: &'static str,
    /// The key that says yes besides Enter and `y`: the one that asked.
    pub key: char,
    /// What yes does.
    pub answer: Answer,
}

impl Question {
    /// Asks before an account is left.
    #[must_use]
    pub fn log_out(account: &str) -> Self {
        Self {
            title: "Log out".to_owned(),
            text: vec![
                format!("End the session of {account} and forget what is stored of it here."),
                "Files in the cloud and on this computer stay. To undo, log in again.".to_owned(),
            ],
            yes: "Log out",
            key: 'L',
            answer: Answer::Send(Command::Logout { account: account.to_owned() }, None),
        }
    }
}

/// What follows from a yes.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Sends a command; the marks of a view go where one is named.
    Send(Command, Option<crate::message::ViewId>),
    /// Sends what would change the user's own files; from then on nobody asks about them.
    OwnFiles(Vec<Command>),
    /// Runs a program of the user's.
    Run(Errand),
    /// Leaves the program.
    Quit,
}

/// What a key means to a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Do it.
    Yes,
    /// Leave it.
    No,
    /// Nothing.
    None,
}

/// Returns what a key means to a question whose own key is `own`: every key that calls the action says yes too.
#[must_use]
pub fn choice(key: Key, own: char, keymap: &Keymap) -> Choice {
    match key.to_string().as_str() {
        "Enter" | "y" => Choice::Yes,
        "Esc" | "C-g" | "C-c" | "n" => Choice::No,
        "q" if own != 'q' => Choice::No,
        _ if key.typed() == Some(own) || keymap.is_alias(key, own) => Choice::Yes,
        _ => Choice::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::parse_keys;
    use crate::ui::keymap::Preset;

    #[test]
    fn the_key_that_asked_says_yes_and_escape_says_no() {
        let keymap = Keymap::default();
        let press = |keys: &str, own| choice(parse_keys(keys).unwrap()[0], own, &keymap);
        assert_eq!(press("c", 'c'), Choice::Yes);
        assert_eq!(press("<F5>", 'c'), Choice::Yes);
        assert_eq!(press("<F8>", 'd'), Choice::Yes);
        assert_eq!(press("<Enter>", 'c'), Choice::Yes);
        assert_eq!(press("<Esc>", 'c'), Choice::No);
        assert_eq!(press("q", 'c'), Choice::No);
        assert_eq!(press("q", 'q'), Choice::Yes);
        assert_eq!(press("j", 'c'), Choice::None);
        let swaps = parse_keys("<C-u>").unwrap()[0];
        assert_eq!(choice(swaps, 'x', &keymap), Choice::None);
        assert_eq!(choice(swaps, 'x', &Keymap::of(Preset::Mc)), Choice::Yes, "the keys in force count");
    }
}
