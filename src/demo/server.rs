//! A web server on loopback that serves the pages of the demonstration and nothing else.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clock::Clock;

/// How long a client may take to send its request.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of a request that are read at most.
const LONGEST_REQUEST: u64 = 16 << 10;

/// A document that is served.
#[derive(Clone, Debug)]
pub struct Document {
    /// Media type.
    pub kind: &'static str,
    /// What is sent.
    pub body: Vec<u8>,
}

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `documents` by their paths (`/ad/1`) on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn start(documents: BTreeMap<String, Document>, clock: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let documents = Arc::new(documents);
        let thread = thread::spawn(move || {
            for client in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(client) = client else { continue };
                let documents = Arc::clone(&documents);
                // A client that breaks off is its own affair.
                thread::spawn(move || answer(&client, &documents, clock).unwrap_or_default());
            }
        });
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread from waiting for a client.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(
    mut client: &TcpStream,
    documents: &BTreeMap<String, Document>,
    clock: Clock,
) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    let mut request = BufReader::new(io::Read::take(client, LONGEST_REQUEST));
    let mut first = String::new();
    request.read_line(&mut first)?;
    let mut line = String::new();
    while request.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let missing = Document { kind: "text/plain; charset=utf-8", body: b"Not found.\n".to_vec() };
    let (status, document) = match documents.get(path) {
        Some(document) => ("200 OK", document),
        None => ("404 Not Found", &missing),
    };
    let date = clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    write!(
        client,
        "HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        document.kind,
        document.body.len(),
    )?;
    client.write_all(&document.body)?;
    client.flush()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::{Document, Server};
    use crate::clock::Clock;

    fn get(server: &Server, path: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn a_known_path_is_served_and_another_is_not_found() {
        let page = Document { kind: "text/html", body: b"<p>ad".to_vec() };
        let server = Server::start([("/ad".to_owned(), page)].into(), Clock::System).unwrap();
        let answer = get(&server, "/ad");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("<p>ad"), "{answer}");
        assert!(get(&server, "/other").starts_with("HTTP/1.1 404"));
        assert!(server.address().ip().is_loopback());
    }
}
