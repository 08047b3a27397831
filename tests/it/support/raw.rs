//! Publishing any bytes on any subject: a hostile client, in the few lines of the NATS protocol that it takes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, Result, anyhow, ensure};
use bus::Credentials;
use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;

/// A connection without a key.
pub(crate) struct Raw {
    stream: BufReader<TcpStream>,
}

impl Raw {
    /// Connects.
    pub(crate) fn connect(url: &str) -> Result<Raw> {
        let (mut raw, _) = Raw::open(url)?;
        raw.write(b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\n")?;
        raw.settle()?;
        Ok(raw)
    }

    /// Connects with a key, by signing the server's nonce.
    pub(crate) fn connect_as(url: &str, who: &Credentials) -> Result<Raw> {
        let (mut raw, info) = Raw::open(url)?;
        let info: serde_json::Value = serde_json::from_str(info.trim_start_matches("INFO").trim())?;
        let nonce = info["nonce"].as_str().context("the broker asks for no key")?;
        let pair = KeyPair::from_seed(&who.seed).map_err(|e| anyhow!("{e}"))?;
        let signature = BASE64URL_NOPAD.encode(&pair.sign(nonce.as_bytes()).map_err(|e| anyhow!("{e}"))?);
        let connect = serde_json::json!({ "verbose": false, "pedantic": false, "nkey": pair.public_key(), "sig": signature });
        raw.write(format!("CONNECT {connect}\r\n").as_bytes())?;
        raw.settle()?;
        Ok(raw)
    }

    /// Subscribes.
    pub(crate) fn subscribe(&mut self, subject: &str) -> Result<()> {
        self.write(format!("SUB {subject} 1\r\n").as_bytes())
    }

    fn open(url: &str) -> Result<(Raw, String)> {
        let address = url.trim_start_matches("nats://");
        let mut stream = BufReader::new(TcpStream::connect(address).context("no broker")?);
        let mut info = String::new();
        stream.read_line(&mut info)?;
        ensure!(info.starts_with("INFO"), "no nats-server: {info}");
        Ok((Raw { stream }, info))
    }

    /// Publishes.
    pub(crate) fn publish(&mut self, subject: &str, payload: &[u8]) -> Result<()> {
        self.write(format!("PUB {subject} {}\r\n", payload.len()).as_bytes())?;
        self.write(payload)?;
        self.write(b"\r\n")
    }

    /// Waits until the broker has taken everything; gives what it complained about.
    pub(crate) fn settle(&mut self) -> Result<Vec<String>> {
        self.write(b"PING\r\n")?;
        let mut complaints = Vec::new();
        loop {
            let mut line = String::new();
            ensure!(self.stream.read_line(&mut line)? > 0, "the broker hung up: {complaints:?}");
            match line.trim() {
                "PONG" => return Ok(complaints),
                "PING" => self.write(b"PONG\r\n")?,
                other => complaints.push(other.to_owned()),
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.get_mut().write_all(bytes)?)
    }
}
