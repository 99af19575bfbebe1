//! What is wrong with this machine's side of the program ([`machine`]) and with an account ([`account`]), each with what
//! mends it. The screen asks for all of it by [`Command::Examine`](crate::message::Command::Examine); the command line's
//! `doctor` calls the parts itself, and mends. What is here only looks, but where it is told to mend.

pub mod account;
pub mod machine;

use super::actor::Actor;
use super::jobs::{Done, blocking};
use super::problem;

impl Actor {
    /// Looks at this machine, and at an account where it is open.
    pub(super) fn check_up(&mut self, account: Option<String>) {
        let config = self.config.clone();
        let found = account.as_deref().and_then(|name| self.accounts.get(name));
        let opened = found.and_then(|account| account.session.clone().zip(account.tree.clone()));
        let opened = opened.filter(|(session, _)| !session.is_visit());
        let name = account.unwrap_or_default();
        self.jobs.start(Done::Broken(problem::broke_down("look what is wrong")), async move {
            let mut findings =
                blocking(move || machine::look(&config.folders, Some(&config.accounts), false)).await;
            if let Some((session, tree)) = opened {
                findings.extend(account::of_session(&name, &session, tree.len()).await);
                let of_nodes = move || {
                    let mut findings = account::of_tree(&name, &tree);
                    findings.push(account::times(&name, &tree));
                    findings
                };
                findings.extend(blocking(of_nodes).await);
            }
            Done::Examined(findings)
        });
    }
}
