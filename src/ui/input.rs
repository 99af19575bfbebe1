//! [`Input`]: what comes from outside other than from the worker: keys and sizes of the terminal, that it is gone, the
//! system's wish that the program ends. The run loop takes it; what a key means is not known here.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use super::gate::Gate;
use super::keyboard::keyboard;

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

/// Returns all input of the program's own terminal and process. What is typed while the gate is shut is left alone.
///
/// # Errors
/// Where the system gives no thread or no signals.
pub(super) fn inputs(gate: &Gate) -> io::Result<impl Stream<Item = Input> + Unpin + use<>> {
    // The keyboard first: it stops all who listen to the window's size so far.
    let keys = keyboard(gate.clone())?.map(Input::Terminal);
    Ok(stream::select(stream::select(keys, line()?), signals(gate)?))
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

/// Signals. Those that keys of the terminal send go to every program on it: while it is lent they are not ours.
#[cfg(unix)]
fn signals(gate: &Gate) -> io::Result<impl Stream<Item = Input> + Unpin + use<>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let listen = |kind: SignalKind, input: fn() -> Option<Input>| -> io::Result<()> {
        let (mut signal, sender) = (signal(kind)?, sender.clone());
        tokio::spawn(async move {
            // Refused where the program ends anyway.
            while signal.recv().await.is_some() && input().is_none_or(|input| sender.send(input).is_ok()) {}
        });
        Ok(())
    };
    listen(SignalKind::terminate(), || Some(Input::Terminate))?;
    listen(SignalKind::hangup(), || Some(Input::Hangup))?;
    listen(SignalKind::window_change(), || {
        let size = crossterm::terminal::size().ok()?;
        Some(Input::Terminal(Ok(TerminalEvent::Resize(size.0, size.1))))
    })?;
    for kind in [SignalKind::interrupt(), SignalKind::quit()] {
        let (mut signal, sender, gate) = (signal(kind)?, sender.clone(), gate.clone());
        tokio::spawn(async move {
            while signal.recv().await.is_some() && (gate.is_lent() || sender.send(Input::Terminate).is_ok()) {
            }
        });
    }
    Ok(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

#[cfg(not(unix))]
fn signals(_gate: &Gate) -> io::Result<impl Stream<Item = Input> + Unpin + use<>> {
    Ok(stream::pending())
}
