//! A connection that writes down what passes, and speaks HTTP/1.1 over it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::recording::Recording;
use super::tls::TlsFacts;

/// An open connection to a server, for one exchange after the other.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    recording: Arc<Mutex<Recording>>,
    /// Where it leads; unknown behind a proxy.
    pub(super) address: Option<SocketAddr>,
    /// How it is encrypted, if it is.
    pub(super) tls: Option<Arc<TlsFacts>>,
}

impl Connection {
    /// Starts to speak HTTP over `stream`.
    pub(super) async fn open(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        address: Option<SocketAddr>,
        tls: Option<Arc<TlsFacts>>,
        folder: PathBuf,
    ) -> hyper::Result<Self> {
        let recording = Arc::new(Mutex::new(Recording::new(folder)));
        let tee = Tee { stream, recording: Arc::clone(&recording) };
        let (sender, driver) = http1::Builder::new()
            .title_case_headers(true)
            .ignore_invalid_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .max_headers(1000)
            .handshake(TokioIo::new(tee))
            .await?;
        // Ends with the connection; its errors come out of the exchange as well.
        tokio::spawn(async move {
            let _ = driver.await;
        });
        Ok(Self { sender, recording, address, tls })
    }

    /// Sends `request` and returns the head of the answer.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        self.sender.send_request(request).await
    }

    /// True when another exchange can follow.
    pub(super) async fn is_reusable(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    /// What passes over the connection.
    pub(super) fn recording(&self) -> Arc<Mutex<Recording>> {
        Arc::clone(&self.recording)
    }
}

/// Passes bytes through and writes them down.
struct Tee<S> {
    stream: S,
    recording: Arc<Mutex<Recording>>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Tee<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let mut recording = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
        Poll::Ready(recording.received(&buffer.filled()[before..]).map_err(io::Error::other))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tee<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        let mut recording = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
        recording.sent(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
