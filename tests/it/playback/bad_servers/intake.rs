//! Telling what plays by HTTP, as any program may.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::wait::{mono_ns, wait_for};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::SOON;
use crate::support::show::Show;

/// The instance `nowplaying` of a show.
pub(super) struct Intake {
    address: String,
}

impl Intake {
    /// Asks where it listens.
    pub(super) fn of(show: &Show) -> Result<Intake> {
        let address = wait_for(SOON, "the address of the intake", || {
            let asked = show.run(&["ctl", "nowplaying", "get_state"]).ok()?;
            let reply: Value = serde_json::from_str(&asked.stdout).ok()?;
            reply.pointer("/state/http")?.as_str().map(str::to_owned)
        })?;
        Ok(Intake { address })
    }

    /// Tells what a player plays. Gives the instant half-way to the answer, in nanoseconds of CLOCK_MONOTONIC.
    pub(super) async fn tell(&self, player: &str, what: &Value) -> Result<i64> {
        let (body, sent_ns) = (what.to_string(), mono_ns());
        let mut stream = self.post(player, body.len()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "{player} was not taken: {answer}");
        Ok(sent_ns + (mono_ns() - sent_ns) / 2)
    }

    /// Begins to tell and never ends, as long as the connection is kept.
    pub(super) async fn stammer(&self) -> Result<TcpStream> {
        let mut stream = self.post("stammerer", 1000).await?;
        stream.write_all(b"{\"title\": \"Wh").await?;
        Ok(stream)
    }

    async fn post(&self, player: &str, length: usize) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).await.context("the intake is away")?;
        let head = format!(
            "POST /nowplaying/{player} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).await?;
        Ok(stream)
    }
}
