//! The broker alone: publisher and reader speak the bare NATS protocol.
//! <https://docs.nats.io/reference/reference-protocols/nats-protocol>

use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use testkit::wait::mono_ns;

use super::{Carried, ROUND_MS};

/// A reader that hears nothing for this long has heard everything.
const SILENCE: Duration = Duration::from_millis(300);
/// How long the broker may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// Bytes gathered before they are written: what a client library does under load.
const BUFFER_BYTES: usize = 64 << 10;

/// One round with payloads of `size` bytes.
pub(super) fn round(url: &str, size: usize) -> Result<Carried> {
    let mut reading = Connection::open(url)?;
    reading.write(b"SUB bench 1\r\n")?;
    reading.settle()?;
    let mut sending = Connection::open(url)?;
    let reader = std::thread::Builder::new().name("bench-read".into()).spawn(move || reading.count(size))?;
    let begun_ns = mono_ns();
    let sent = sending.publish(size)?;
    let (received, last_ns) = reader.join().map_err(|_| anyhow!("the reader panicked"))??;
    Ok(Carried { sent, received, seconds: (last_ns - begun_ns) as f64 / 1e9, bytes: size })
}

struct Connection {
    reader: BufReader<TcpStream>,
    writer: BufWriter<TcpStream>,
}

impl Connection {
    fn open(url: &str) -> Result<Connection> {
        let stream = TcpStream::connect(url.trim_start_matches("nats://")).context("no broker")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER))?;
        let writer = BufWriter::with_capacity(BUFFER_BYTES, stream.try_clone()?);
        let mut connection = Connection { reader: BufReader::with_capacity(BUFFER_BYTES, stream), writer };
        let mut info = String::new();
        connection.reader.read_line(&mut info)?;
        ensure!(info.starts_with("INFO "), "no nats-server: {info}");
        connection.write(b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\n")?;
        connection.settle()?;
        Ok(connection)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.writer.write_all(bytes)?)
    }

    /// Returns once the broker has taken everything that was written.
    fn settle(&mut self) -> Result<()> {
        self.write(b"PING\r\n")?;
        self.writer.flush()?;
        let mut line = String::new();
        while line.trim_end() != "PONG" {
            line.clear();
            ensure!(self.reader.read_line(&mut line)? > 0, "the broker closed the connection");
            ensure!(!line.starts_with("-ERR"), "the broker refuses: {line}");
        }
        Ok(())
    }

    /// Publishes for one round; gives the number of messages.
    fn publish(&mut self, size: usize) -> Result<u64> {
        let mut message = format!("PUB bench {size}\r\n").into_bytes();
        message.resize(message.len() + size, b'x');
        message.extend(b"\r\n");
        let until_ns = mono_ns() + ROUND_MS as i64 * 1_000_000;
        let mut sent = 0;
        while mono_ns() < until_ns {
            self.write(&message)?;
            sent += 1;
        }
        self.settle()?;
        Ok(sent)
    }

    /// Counts messages until there are no more; gives when the last one came.
    fn count(&mut self, size: usize) -> Result<(u64, i64)> {
        let (mut received, mut last_ns) = (0, 0);
        let mut line = String::new();
        let mut payload = vec![0; size + 2];
        loop {
            line.clear();
            match self.reader.read_line(&mut line) {
                Ok(0) => bail!("the broker closed the connection: a slow reader?"),
                Ok(_) if line.starts_with("MSG ") => {
                    self.reader.read_exact(&mut payload)?;
                    (received, last_ns) = (received + 1, mono_ns());
                    if received == 1 {
                        self.reader.get_ref().set_read_timeout(Some(SILENCE))?;
                    }
                }
                Ok(_) => {}
                Err(_) => return Ok((received, last_ns)),
            }
        }
    }
}
