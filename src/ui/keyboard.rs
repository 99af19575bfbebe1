//! What the terminal sends: keys, pasted text, its size. A thread of its own reads it, because the reader may never return
//! once the terminal is gone, and the loop has to go on then. It sleeps until something is typed and passes the [`Gate`]
//! for each look, so that a program that has the terminal gets every key of its own. `input` calls it.

use std::io;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, poll, read};
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

use super::gate::Gate;

/// Returns what the terminal sends, from now on. The thread behind it ends with the terminal or the program. Whoever
/// wants to hear of the window's size begins to listen after this call.
pub(super) fn keyboard(gate: Gate) -> io::Result<impl Stream<Item = io::Result<TerminalEvent>> + Unpin> {
    // Not bounded: people type slower than the loop reads.
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for event in gate.pass(read_keys_alone) {
        let _ = sender.send(Ok(event)); // the receiver is in our hands
    }
    let watch = move || {
        let mut patience = Duration::ZERO;
        while wait_for_keys() {
            let (typed, failed) = gate.pass(|| look(patience));
            // Something was there, but no whole key, or the system cannot be asked: then the look itself waits a little.
            patience = if typed.is_empty() { LOOK } else { Duration::ZERO };
            let is_heard = typed.into_iter().all(|event| sender.send(Ok(event)).is_ok());
            if let Some(error) = failed {
                let _ = sender.send(Err(error)); // refused where the program ends anyway
                break;
            }
            if !is_heard {
                break;
            }
        }
    };
    std::thread::Builder::new().name("keyboard".to_owned()).spawn(watch)?;
    Ok(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

/// Has crossterm read nothing but keys from now on, and returns what was typed so far. It listens to changes of the
/// window's size too, and when one of them and a key arrive in one look it gives the size and forgets that there is a
/// key until the next one is typed. `input` hears of the sizes by itself.
#[cfg(unix)]
fn read_keys_alone() -> Vec<TerminalEvent> {
    static ONCE: std::sync::Once = std::sync::Once::new();
    let mut typed = Vec::new();
    ONCE.call_once(|| {
        // crossterm may read a terminal that is gone for ever, and here the whole program would wait for it.
        if is_gone(&io::stdin()) {
            return;
        }
        typed = look(Duration::ZERO).0; // it listens from its first look on; an error comes again in the next one
        // All who listen so far are stopped, so this must not come again: by then `input` is one of them.
        #[expect(deprecated, reason = "crossterm keeps the name of its listener to itself")]
        signal_hook_registry::unregister_signal(signal_hook::consts::SIGWINCH);
        if is_gone(&io::stdin()) {
            return;
        }
        typed.extend(look(Duration::ZERO).0); // a change that it has heard of in between
    });
    typed
}

/// Returns whether nothing can be read there any more, now: whoever was at the other end is gone.
#[cfg(unix)]
fn is_gone(line: &impl std::os::fd::AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut line = [PollFd::new(line, PollFlags::IN)];
    while poll(&mut line, Some(&Timespec::default())) == Err(rustix::io::Errno::INTR) {}
    line[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

#[cfg(not(unix))]
fn read_keys_alone() -> Vec<TerminalEvent> {
    Vec::new()
}

/// Takes all that is there, and waits this long at most for the first of it.
fn look(patience: Duration) -> (Vec<TerminalEvent>, Option<io::Error>) {
    let mut typed = Vec::new();
    let mut patience = patience;
    loop {
        match poll(patience).and_then(|is_there| is_there.then(read).transpose()) {
            Ok(Some(event)) => typed.push(event),
            Ok(None) => return (typed, None),
            Err(error) => return (typed, Some(error)),
        }
        patience = Duration::ZERO;
    }
}

/// Sleeps until something can be read, without reading it; returns false once the terminal is gone.
#[cfg(unix)]
fn wait_for_keys() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdin = io::stdin();
    let mut line = [PollFd::new(&stdin, PollFlags::IN)];
    while poll(&mut line, None) == Err(rustix::io::Errno::INTR) {}
    !line[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

#[cfg(not(unix))]
fn wait_for_keys() -> bool {
    true
}

/// How long a look at the keyboard may take where the system does not say when it is worth one.
const LOOK: Duration = Duration::from_millis(50);

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_line_is_gone_once_nobody_is_at_its_other_end() {
        let (reader, mut writer) = io::pipe().unwrap();
        assert!(!is_gone(&reader), "nothing is typed");
        writer.write_all(b"j").unwrap();
        assert!(!is_gone(&reader), "something is typed");
        drop(writer);
        assert!(is_gone(&reader));
    }
}
