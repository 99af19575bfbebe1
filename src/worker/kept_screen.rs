//! The folders of the screen from one run to the next, where the configuration wants it: read when the screen begins,
//! written when it ends.

use super::actor::Actor;
use super::jobs::Done;
use super::problem;
use crate::message::{Event, KeptScreen};
use crate::store;

impl Actor {
    /// Keeps what a screen shows at its end.
    pub(crate) fn keep_screen(&mut self, screen: &KeptScreen) {
        let Ok(value) = serde_json::to_value(screen) else { return }; // a path that is not Unicode
        let path = self.config.folders.screen();
        self.jobs.start_kept(Done::Abandoned, async move {
            super::jobs::blocking(move || match store::screen::write(&path, &value) {
                Ok(()) => Done::Abandoned,
                Err(error) => Done::Broken(problem::of_io("keep the folders of the screen", &error)),
            })
            .await
        });
    }

    /// Tells what the last screen showed.
    pub(crate) fn restore_screen(&mut self) {
        if !self.config.restore {
            return;
        }
        let path = self.config.folders.screen();
        self.jobs.start_blocking(Done::Screen(None), move || {
            Done::Screen(store::screen::read(&path).and_then(|value| serde_json::from_value(value).ok()))
        });
    }

    /// Takes what the last screen showed.
    pub(crate) fn screen_read(&mut self, screen: Option<KeptScreen>) {
        self.send(Event::KeptScreen(screen));
    }
}
