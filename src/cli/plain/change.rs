//! What the line mode changes: copies, moves, names, the bin, undo. Each says in a sentence what it will do, asks where
//! somebody is there, and has the worker do it.

use super::super::copy::follow::send;
use super::super::output::Failure;
use super::Plain;
use super::telling::{self, Steps};
use crate::entry::{Entry, Location};
use crate::message::{
    Command, CopyId, CopyOptions, CopyRequest, PlanSummary, ProblemKind, Selection, Task, UndoDirection,
    UndoRequest,
};

impl Plain<'_> {
    /// Copies, or does what else the options say.
    pub(super) async fn copy(&mut self, name: &str, options: CopyOptions) -> Result<(), Failure> {
        let (selection, _) = self.selection(name).await?;
        let target = self.there()?;
        self.last_copy += 1;
        let copy = CopyId(self.last_copy);
        let (target_subfolders, rename, options) = (Vec::new(), None, Box::new(options));
        let request = CopyRequest { selection, target, target_subfolders, rename, options };
        let plan =
            PlanSummary { copy, target: self.desk.there().title().to_owned(), ..PlanSummary::default() };
        self.copies.insert(copy, plan);
        send(&self.worker, Command::PlanCopy { copy, request })?;
        self.until(|plain| {
            plain.copies.get(&copy).is_none_or(|plan| plan.complete || plan.problem.is_some())
        })
        .await?;
        let Some(plan) = self.copies.get(&copy).cloned() else { return Ok(()) };
        if let Some(problem) = plan.problem {
            self.copies.remove(&copy);
            return Err(problem.into());
        }
        self.say(telling::plan(&plan))?;
        let is_void = plan.file_count + plan.folder_count + plan.conflict_count == 0;
        if is_void || !self.is_wanted().await? {
            self.copies.remove(&copy);
            return send(&self.worker, Command::CancelCopy { copy });
        }
        self.steps = Steps::default();
        send(&self.worker, Command::StartCopy { copy })
    }

    pub(super) async fn move_there(&mut self, name: &str) -> Result<(), Failure> {
        let target = self.there()?;
        let is_inside = match (self.here()?, &target) {
            (Location::Cloud { account: one, .. }, Location::Cloud { account: other, .. }) => one == *other,
            (Location::Local(_) | Location::Cloud { .. }, Location::Local(_))
            | (Location::Local(_), Location::Cloud { .. }) => false,
        };
        if !is_inside {
            let (task, trash_sources) = (Task::Move { empty_folders: true }, true);
            return self.copy(name, CopyOptions { task, trash_sources, ..CopyOptions::default() }).await;
        }
        let (selection, words) = self.selection(name).await?;
        self.say(format!("Move {words} to {}.", self.desk.there().title()))?;
        if self.is_wanted().await? {
            self.change(Command::MoveInside { selection, target }).await?;
        }
        Ok(())
    }

    pub(super) async fn trash(&mut self, name: &str) -> Result<(), Failure> {
        let (selection, words) = self.selection(name).await?;
        let bin = match self.here()? {
            Location::Local(_) => "the trash of this computer",
            Location::Cloud { .. } => "the rubbish bin",
        };
        self.say(format!("Put {words} into {bin}. undo takes it back."))?;
        if self.is_wanted().await? {
            self.change(Command::Trash { selection }).await?;
        }
        Ok(())
    }

    pub(super) async fn rename(&mut self, old: &str, name: String) -> Result<(), Failure> {
        let parent = self.here()?;
        self.rows().await?;
        let key = self.one(old)?.key.clone();
        self.change(Command::Rename { parent, key, name }).await
    }

    pub(super) async fn undo(&mut self, direction: UndoDirection) -> Result<(), Failure> {
        let partly = crate::message::Partly::default();
        self.change(Command::Undo(UndoRequest { direction, group: None, partly })).await
    }

    /// Sends a change and waits for what becomes of it.
    pub(super) async fn change(&mut self, command: Command) -> Result<(), Failure> {
        self.changes += 1;
        send(&self.worker, command)?;
        self.until(|plain| plain.changes == 0).await
    }

    /// Asks whether to go on, where somebody can be asked. Without anybody what was typed is what is wanted.
    async fn is_wanted(&mut self) -> Result<bool, Failure> {
        if !self.attended {
            return Ok(true);
        }
        loop {
            self.context.output.prompt("y or n> ")?;
            match self.answer().await?.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" | "" => {
                    self.say("Left as it is.")?;
                    return Ok(false);
                }
                _ => {}
            }
        }
    }

    pub(super) async fn answer(&mut self) -> Result<String, Failure> {
        tokio::select! {
            line = self.lines.recv() => line.ok_or_else(Failure::interrupted),
            () = self.context.stop.cancelled() => Err(Failure::interrupted()),
        }
    }

    /// Returns what a typed name means, for the worker and for a sentence.
    async fn selection(&mut self, name: &str) -> Result<(Selection, String), Failure> {
        let parent = self.here()?;
        self.rows().await?;
        let entries = self.desk.here().named(name);
        let words = match entries.as_slice() {
            [] => return Err(self.nothing_called(name)),
            [one] => telling::entry(one),
            [_, ..] if entries.iter().all(|entry| entry.name == name) => {
                let hint = "ls tells their numbers: write #3 for the third.";
                return Err(Failure::new(
                    ProblemKind::Ambiguous,
                    format!("Several are called {name}."),
                    hint,
                ));
            }
            several => format!("{} entries", several.len()),
        };
        let keys = entries.iter().map(|entry| entry.key.clone()).collect();
        Ok((Selection::Entries { parent, keys }, words))
    }

    /// Returns the one entry that a typed name means.
    pub(super) fn one(&self, name: &str) -> Result<&Entry, Failure> {
        match self.desk.here().named(name).as_slice() {
            [one] => Ok(one),
            [] => Err(self.nothing_called(name)),
            [_, ..] => Err(Failure::new(
                ProblemKind::Ambiguous,
                format!("{name} means several entries."),
                "ls tells their numbers: write #3 for the third.",
            )),
        }
    }

    fn nothing_called(&self, name: &str) -> Failure {
        let message = format!("Nothing in {} is called {name}.", self.desk.here().title());
        Failure::new(ProblemKind::FileNotFound, message, "")
    }
}
