//! The TCP server: waits for VirtualDJ, and passes on what it says with the instant of its arrival.

use std::collections::VecDeque;
use std::net::SocketAddr;

use component::{Backoff, time};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Sender;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use super::message::{self, Event};
use super::stream::{Piece, Stream};

/// Connections at one time; the oldest makes room for a new one, since it may be dead without a word.
const MAX_CLIENTS: usize = 8;
/// Bytes that are read at once: some twenty messages.
const READ_BYTES: usize = 2048;

/// What the server has to tell.
#[derive(Debug)]
pub(crate) enum Report {
    /// It listens there.
    Listening(SocketAddr),
    /// It cannot listen, and tries again.
    CannotListen(String),
    /// A client connected.
    Joined(u64),
    /// A client left, or was made to.
    Left(u64),
    /// A client said something.
    Said {
        /// Which.
        client: u64,
        /// When it arrived, on CLOCK_MONOTONIC.
        at_mono_ns: i64,
        /// What; `None` is nonsense.
        event: Option<Event>,
    },
}

/// The running server; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server(JoinHandle<()>);

impl Server {
    /// Listens at `address` as soon as that is free. Reports go through `wrap` into `reports`; a full channel
    /// slows down the clients.
    pub(crate) fn start<R: Send + 'static>(
        address: SocketAddr,
        reports: Sender<R>,
        wrap: fn(Report) -> R,
    ) -> Server {
        Server(tokio::spawn(serve(address, Out { reports, wrap })))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Out<R> {
    reports: Sender<R>,
    wrap: fn(Report) -> R,
}

impl<R> Clone for Out<R> {
    fn clone(&self) -> Out<R> {
        Out { reports: self.reports.clone(), wrap: self.wrap }
    }
}

impl<R> Out<R> {
    /// False when nobody listens any more.
    async fn tell(&self, report: Report) -> bool {
        self.reports.send((self.wrap)(report)).await.is_ok()
    }
}

async fn serve<R: Send + 'static>(address: SocketAddr, out: Out<R>) {
    let mut backoff = Backoff::default();
    loop {
        let failure = match TcpListener::bind(address).await {
            Ok(listener) => {
                backoff.succeeded();
                accept(listener, &out).await
            }
            Err(error) => error,
        };
        if !out.tell(Report::CannotListen(format!("{address}: {failure}"))).await {
            return;
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

/// Accepts clients until the listener fails.
async fn accept<R: Send + 'static>(listener: TcpListener, out: &Out<R>) -> std::io::Error {
    match listener.local_addr() {
        Ok(address) => drop(out.tell(Report::Listening(address)).await),
        Err(error) => return error,
    }
    let mut readers = JoinSet::new();
    let mut connected: VecDeque<(u64, AbortHandle)> = VecDeque::new();
    let mut client = 0;
    loop {
        tokio::select! {
            Some(_ended) = readers.join_next() => {
                for gone in extract_ended(&mut connected) {
                    out.tell(Report::Left(gone)).await;
                }
            }
            accepted = listener.accept() => {
                let stream = match accepted {
                    Ok((stream, _peer)) => stream,
                    Err(error) => return error,
                };
                client += 1;
                out.tell(Report::Joined(client)).await;
                connected.push_back((client, readers.spawn(read(client, stream, out.clone()))));
                if connected.len() > MAX_CLIENTS && let Some((_, oldest)) = connected.front() {
                    oldest.abort();
                }
            }
        }
    }
}

fn extract_ended(connected: &mut VecDeque<(u64, AbortHandle)>) -> Vec<u64> {
    let mut ended = Vec::new();
    connected.retain(|(client, reader)| {
        let over = reader.is_finished();
        ended.extend(over.then_some(*client));
        !over
    });
    ended
}

async fn read<R>(client: u64, mut socket: TcpStream, out: Out<R>) {
    let mut bytes = [0; READ_BYTES];
    let (mut stream, mut pieces) = (Stream::new(), Vec::new());
    // The end and a broken connection are the same to us.
    while let Ok(count @ 1..) = socket.read(&mut bytes).await {
        let at_mono_ns = time::mono_ns();
        stream.push(&bytes[..count], &mut pieces);
        for piece in pieces.drain(..) {
            let event = match piece {
                Piece::Object(object) => message::read(&object),
                Piece::Nonsense => None,
            };
            if !out.tell(Report::Said { client, at_mono_ns, event }).await {
                return;
            }
        }
    }
}
