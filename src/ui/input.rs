//! [`Input`]: what comes from outside other than from the worker: keys and sizes of the terminal, the system's wish that
//! the program ends. The run loop takes it; what a key means is not known here.

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
}

/// Returns all input of the program's own terminal and process.
///
/// # Errors
/// Where the system gives no thread or no signals.
pub(super) fn inputs() -> io::Result<impl Stream<Item = Input> + Unpin> {
    Ok(stream::select(keyboard()?, signals()?))
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

#[cfg(unix)]
fn signals() -> io::Result<impl Stream<Item = Input> + Unpin> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    let listen = |kind: SignalKind| -> io::Result<_> {
        let each =
            |mut signal: Signal| async move { signal.recv().await.map(|()| (Input::Terminate, signal)) };
        Ok(stream::unfold(signal(kind)?, each).boxed())
    };
    let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
    Ok(stream::select_all(kinds.into_iter().map(listen).collect::<io::Result<Vec<_>>>()?))
}

#[cfg(not(unix))]
fn signals() -> io::Result<impl Stream<Item = Input> + Unpin> {
    Ok(stream::pending())
}
