//! A [`Line`]: a way to the emulator that goes wrong on order, as no server could make it.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use megapane::api::transport::{Request, Response, Transport, TransportError};

#[derive(Clone)]
pub(crate) struct Line {
    inner: Arc<dyn Transport>,
    trouble: Arc<Mutex<Trouble>>,
}

#[derive(Clone, Copy, Default)]
pub(crate) enum Trouble {
    #[default]
    None,
    /// Nobody listens any more.
    Refused,
    /// The program itself breaks down over requests whose path has this part.
    Panic(&'static str),
}

impl Line {
    pub(crate) fn over(inner: &Arc<dyn Transport>) -> Self {
        Self { inner: Arc::clone(inner), trouble: Arc::default() }
    }

    pub(crate) fn set(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = trouble;
    }
}

impl Transport for Line {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let (inner, trouble) = (Arc::clone(&self.inner), *self.trouble.lock().unwrap());
        Box::pin(async move {
            match trouble {
                Trouble::Refused => Err(TransportError::Unreachable {
                    host: "localhost".into(),
                    source: std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into(),
                }),
                Trouble::Panic(part) if request.url.path().contains(part) => panic!("on purpose"),
                Trouble::None | Trouble::Panic(_) => inner.send(request).await,
            }
        })
    }
}
