//! Names that are taken, in the line mode: told, compared where that is wanted, answered by the letters that the screen
//! and the commands have. What a letter does is the worker's.

use super::super::copy::conflict;
use super::super::copy::follow::send;
use super::super::output::Failure;
use super::{Plain, telling};
use crate::message::{Command, Conflict, Depth, Event, Reply};

impl Plain<'_> {
    /// Asks about a name that is taken, by letters.
    pub(super) async fn resolve(&mut self, mut clash: Conflict) -> Result<(), Failure> {
        let messages = self.context.messages.clone();
        conflict::show(&messages, &clash);
        conflict::tell_choices(&messages, &clash);
        loop {
            conflict::offer(&messages, &clash);
            let answer = self.answer().await?;
            let reply = match conflict::chosen(&clash, &answer) {
                Some(Reply::Rename) => {
                    messages.prompt("new name> ");
                    conflict::renamed(&messages, self.answer().await?.trim())
                }
                Some(Reply::Compare(depth)) => {
                    self.compare(&mut clash, depth).await?;
                    None
                }
                reply @ (Some(Reply::Resolve(..)) | None) => reply,
            };
            if let Some(Reply::Resolve(resolution, scope)) = reply {
                let conflict = clash.conflict;
                return send(&self.worker, Command::Resolve { conflict, resolution, scope });
            }
            conflict::tell_letters(&messages, &clash);
        }
    }

    /// Has the two sides of a conflict compared, and tells what came of it.
    async fn compare(&mut self, clash: &mut Conflict, depth: Depth) -> Result<(), Failure> {
        send(&self.worker, Command::Compare { conflict: clash.conflict, depth })?;
        let compared = loop {
            match self.next().await? {
                Event::Compared { conflict, compared } if conflict == clash.conflict => break compared,
                other => self.later.push_back(other),
            }
        };
        clash.take(&compared);
        telling::compared(clash, &compared).into_iter().try_for_each(|line| self.say(line))
    }
}
