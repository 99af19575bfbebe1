//! The [`Gate`] between the terminal and who reads it: open while the screen reads, shut while a program of the user's has
//! the terminal. The keyboard's thread passes it for each look at what was typed, so that it never takes a key that is
//! the program's; signals of the terminal's keys that arrive meanwhile are the program's too.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Says who reads the terminal. Clones are the same gate.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    reader: Mutex<Reader>,
    opened: Condvar,
}

/// Who reads the terminal.
#[derive(Clone, Copy, Debug, Default)]
enum Reader {
    /// The screen, always so far.
    #[default]
    Screen,
    /// A program of the user's.
    Program,
    /// The screen again, since then.
    ScreenAgain(Instant),
}

impl Gate {
    /// Shuts the gate; returns once nobody is looking at the keyboard any more.
    pub fn shut(&self) {
        *self.reader() = Reader::Program;
    }

    /// Opens the gate again.
    pub fn open(&self) {
        *self.reader() = Reader::ScreenAgain(Instant::now());
        self.0.opened.notify_all();
    }

    /// Waits until the gate is open, and keeps it so during a look at the keyboard; the look must be short.
    pub fn pass<T>(&self, look: impl FnOnce() -> T) -> T {
        let is_shut = |reader: &mut Reader| matches!(reader, Reader::Program);
        let _open = self.0.opened.wait_while(self.reader(), is_shut).unwrap_or_else(PoisonError::into_inner);
        look()
    }

    /// Returns whether a signal that comes now was meant for the program that has, or just had, the terminal.
    #[must_use]
    pub fn is_lent(&self) -> bool {
        match *self.reader() {
            Reader::Screen => false,
            Reader::Program => true,
            Reader::ScreenAgain(since) => since.elapsed() < ON_ITS_WAY,
        }
    }

    fn reader(&self) -> MutexGuard<'_, Reader> {
        self.0.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a signal is on its way at most: it may arrive after the end of the program that it has ended.
const ON_ITS_WAY: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn nobody_passes_a_gate_that_is_shut() {
        let gate = Gate::default();
        assert_eq!(gate.pass(|| 1), 1);
        gate.shut();
        assert!(gate.is_lent());
        let (sender, passed) = mpsc::channel();
        let other = gate.clone();
        let thread = std::thread::spawn(move || other.pass(|| sender.send(()).unwrap()));
        assert!(passed.try_recv().is_err());
        gate.open();
        passed.recv().unwrap();
        thread.join().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_that_comes_just_behind_the_program_is_still_the_programs() {
        let gate = Gate::default();
        assert!(!gate.is_lent());
        gate.shut();
        gate.open();
        assert!(gate.is_lent());
        tokio::time::advance(ON_ITS_WAY).await;
        assert!(!gate.is_lent());
    }
}
