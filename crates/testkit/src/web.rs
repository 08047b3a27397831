//! A web server that answers as a test says: well, slowly, cut off, or with rubbish.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Largest head and body that are read of a request.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// How often a reply that waits looks whether the server shall end.
const POLL: Duration = Duration::from_millis(5);

/// What was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// When its head had been read.
    pub at: Instant,
    /// Its first line, e.g. `GET /api/get?x=1 HTTP/1.1`.
    pub line: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// What followed.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Path and query.
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    head: Vec<u8>,
    body: Vec<u8>,
    wait: Duration,
    cut_after: Option<usize>,
    drip: Duration,
}

impl Reply {
    /// A status and a JSON body.
    pub fn json(status: u16, body: &str) -> Reply {
        let head = format!(
            "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n",
            body.len()
        );
        Reply { head: head.into_bytes(), body: body.as_bytes().to_vec(), ..Reply::default() }
    }

    /// These very bytes, HTTP or not.
    pub fn raw(bytes: &[u8]) -> Reply {
        Reply { body: bytes.to_vec(), ..Reply::default() }
    }

    /// One more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Reply {
        self.head.extend(format!("{name}: {value}\r\n").bytes());
        self
    }

    /// Comes after this time.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Reply {
        self.wait = wait;
        self
    }

    /// The connection ends after so many bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Reply {
        self.cut_after = Some(bytes);
        self
    }

    /// One byte of the body at a time, so far apart.
    #[must_use]
    pub fn dripping(mut self, apart: Duration) -> Reply {
        self.drip = apart;
        self
    }
}

/// Listens on a free port of the loopback interface until it is dropped.
#[derive(Debug)]
pub struct Server {
    port: u16,
    stop: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<Request>>>,
    thread: Option<JoinHandle<()>>,
}

type Answerer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

impl Server {
    /// Answers each request by `answer`, each on a thread of its own.
    ///
    /// # Errors
    /// When no socket or thread can be had.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let (stop, requests): (Arc<AtomicBool>, Arc<Mutex<Vec<Request>>>) = Default::default();
        let (stopped, kept, answer): (_, _, Answerer) =
            (Arc::clone(&stop), Arc::clone(&requests), Arc::new(answer));
        let thread = std::thread::Builder::new().name("web-server".into()).spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let (stopped, kept, answer) = (Arc::clone(&stopped), Arc::clone(&kept), Arc::clone(&answer));
                // A connection that breaks is the client's affair.
                std::thread::spawn(move || drop(serve(&stream, &stopped, &kept, &answer)));
            }
        })?;
        Ok(Server { port, stop, requests, thread: Some(thread) })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was asked so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // One more connection wakes the thread.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn serve(stream: &TcpStream, stop: &AtomicBool, kept: &Mutex<Vec<Request>>, answer: &Answerer) -> Result<()> {
    let request = read(stream)?;
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let reply = answer(&request);
    let mut out = stream;
    if !pause(reply.wait, stop) {
        return Ok(());
    }
    if !reply.head.is_empty() {
        out.write_all(&reply.head)?;
        out.write_all(b"\r\n")?;
    }
    let body = &reply.body[..reply.cut_after.unwrap_or(reply.body.len()).min(reply.body.len())];
    if reply.drip.is_zero() {
        out.write_all(body)?;
    }
    for byte in body.iter().filter(|_| !reply.drip.is_zero()) {
        if !pause(reply.drip, stop) {
            return Ok(());
        }
        out.write_all(&[*byte])?;
    }
    stream.shutdown(Shutdown::Write)?;
    Ok(())
}

fn read(stream: &TcpStream) -> Result<Request> {
    let mut reader = BufReader::new(stream).take(MAX_BYTES);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let headers: Vec<(String, String)> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    let at = Instant::now();
    reader.read_exact(&mut body)?;
    Ok(Request { at, line: lines.into_iter().next().unwrap_or_default(), headers, body })
}

/// Waits; false when the server ends meanwhile.
fn pause(wait: Duration, stop: &AtomicBool) -> bool {
    let until = Instant::now() + wait;
    while Instant::now() < until {
        if stop.load(Ordering::Relaxed) {
            return false;
        }
        std::thread::sleep(POLL.min(until.saturating_duration_since(Instant::now())));
    }
    true
}
