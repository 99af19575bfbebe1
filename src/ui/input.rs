//! [`Input`]: what comes from outside other than from the worker: keys and sizes of the terminal, that it is gone, the
//! system's wish that the program ends. The run loop takes it; what a key means is not known here.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

/// What comes from outside, other than from the worker.
#[derive(Debug)]
pub enum Input {
    /// From the terminal.
    Terminal(io::Result<TerminalEvent>),
    /// The system wants the program to end.
    Terminate,
    /// The terminal is gone.
    Hangup,
}

/// Returns all input of the program's own terminal and process.
///
/// # Errors
/// Where the system gives no thread or no signals.
pub(super) fn inputs() -> io::Result<impl Stream<Item = Input> + Unpin> {
    Ok(stream::select(stream::select(keyboard()?, line()?), signals()?))
}

/// Waits for the next input; for ever once there is no more.
pub(super) async fn next<I: Stream<Item = Input> + Unpin>(input: &mut Option<I>) -> Option<Input> {
    match input {
        Some(input) => input.next().await,
        None => std::future::pending().await,
    }
}

/// Takes the next input if it is there already. It is polled with the task's own waker: the terminal's stream keeps the
/// first waker that it is given until something comes, and one that wakes nobody would leave the screen deaf.
pub(super) async fn queued<I: Stream<Item = Input> + Unpin>(input: &mut Option<I>) -> Option<Option<Input>> {
    let Some(input) = input else { return None };
    poll_fn(|context| match input.poll_next_unpin(context) {
        Poll::Ready(item) => Poll::Ready(Some(item)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// What the terminal sends. A thread of its own reads it: the reader never returns once the terminal is gone, and the
/// loop has to go on then, to end in good order. The thread ends with the program.
fn keyboard() -> io::Result<impl Stream<Item = Input> + Unpin> {
    // Not bounded: people type slower than the loop reads.
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let read = move || {
        loop {
            let event = crossterm::event::read();
            let failed = event.is_err();
            if sender.send(Input::Terminal(event)).is_err() || failed {
                break;
            }
        }
    };
    std::thread::Builder::new().name("keyboard".to_owned()).spawn(read)?;
    Ok(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

/// Says when the terminal is gone. The signal may not come, to a program that is no child of the terminal's shell, and the
/// keyboard's reader does not say so. The thread sleeps until then, and ends with the program.
#[cfg(unix)]
fn line() -> io::Result<impl Stream<Item = Input> + Unpin> {
    use rustix::event::{PollFd, PollFlags, poll};
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let watch = move || {
        let stdin = io::stdin();
        let mut line = [PollFd::new(&stdin, PollFlags::empty())]; // that it is gone is told unasked
        while let Ok(0) | Err(rustix::io::Errno::INTR) = poll(&mut line, None) {}
        // Systems that cannot watch a terminal say so at once: there the signal has to do.
        if line[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) {
            let _ = sender.send(Input::Hangup); // refused where the program ends anyway
        }
    };
    std::thread::Builder::new().name("line".to_owned()).spawn(watch)?;
    Ok(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

#[cfg(not(unix))]
fn line() -> io::Result<impl Stream<Item = Input> + Unpin> {
    Ok(stream::pending())
}

#[cfg(unix)]
fn signals() -> io::Result<impl Stream<Item = Input> + Unpin> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    let listen = |kind: SignalKind, input: fn() -> Input| -> io::Result<_> {
        let each = move |mut signal: Signal| async move { signal.recv().await.map(|()| (input(), signal)) };
        Ok(stream::unfold(signal(kind)?, each).boxed())
    };
    Ok(stream::select_all([
        listen(SignalKind::terminate(), || Input::Terminate)?,
        listen(SignalKind::interrupt(), || Input::Terminate)?,
        listen(SignalKind::hangup(), || Input::Hangup)?,
    ]))
}

#[cfg(not(unix))]
fn signals() -> io::Result<impl Stream<Item = Input> + Unpin> {
    Ok(stream::pending())
}
