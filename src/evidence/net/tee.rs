//! An answer passed on while it comes, to a browser that waits for it.

use std::io;

use http_body_util::channel::{Channel, Sender};
use hyper::body::Bytes;
use hyper::{HeaderMap, StatusCode};
use tokio::sync::oneshot;

/// Pieces of a body that wait for the browser to take them.
const WAITING: usize = 16;

/// Status and headers of an answer, once they are there.
pub(crate) type Head = oneshot::Receiver<(StatusCode, HeaderMap)>;

/// Where an answer goes as it comes, beside the recording.
pub(crate) struct Tee {
    head: Option<oneshot::Sender<(StatusCode, HeaderMap)>>,
    body: Option<Sender<Bytes, io::Error>>,
}

impl Tee {
    /// One that leads to the head and the body that are returned with it.
    pub(crate) fn new() -> (Self, Head, Channel<Bytes, io::Error>) {
        let (head, head_comes) = oneshot::channel();
        let (body, body_comes) = Channel::new(WAITING);
        (Self { head: Some(head), body: Some(body) }, head_comes, body_comes)
    }

    /// Passes on the head.
    pub(super) fn start(&mut self, status: StatusCode, headers: &HeaderMap) {
        if let Some(head) = self.head.take() {
            let _ = head.send((status, headers.clone()));
        }
    }

    /// Passes on a piece of the body; false when nobody wants it any more.
    pub(super) async fn send(&mut self, bytes: Bytes) -> bool {
        match &mut self.body {
            Some(body) => body.send_data(bytes).await.is_ok(),
            None => false,
        }
    }

    /// Ends the body, whole or broken off.
    pub(super) fn end(&mut self, whole: bool) {
        self.head = None;
        if let Some(body) = self.body.take()
            && !whole
        {
            body.abort(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
