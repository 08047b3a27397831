//! liblo's `oscdump`, the receiver that the field compares with.

use std::net::UdpSocket;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::send;
use crate::follow::Follower;
use crate::process::{Program, Spawned};
use crate::tool;
use crate::wait::wait_for;

/// How long it may take to listen.
const START: Duration = Duration::from_secs(10);
/// Ports that are tried: another program may take a free one before `oscdump` does.
const TRIES: usize = 5;
/// Address of the messages that find out whether it listens; never handed out.
const PROBE: &str = "/testkit/probe";

/// One decoded message, as `oscdump` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When the line was read from `oscdump`, on CLOCK_MONOTONIC in nanoseconds.
    pub at_mono_ns: i64,
    /// OSC address.
    pub address: String,
    /// Type tags, e.g. `ifs`.
    pub types: String,
    /// Arguments as printed, e.g. `7 128.500000 "hello"`.
    pub args: String,
}

/// A running `oscdump`.
#[derive(Debug)]
pub struct Dump {
    port: u16,
    lines: Arc<Mutex<Vec<Line>>>,
    _follower: Follower,
    process: Spawned,
}

impl Dump {
    /// Starts it on a free port and waits until it decodes what is sent there.
    ///
    /// # Errors
    /// When `oscdump` is missing or does not listen.
    pub fn start() -> Result<Dump> {
        for _ in 0..TRIES {
            let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
            if let Some(dump) = Dump::on(port)? {
                return Ok(dump);
            }
        }
        bail!("oscdump found its port taken {TRIES} times")
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<Line> {
        let all = self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.into_iter().filter(|line| line.address != PROBE).collect()
    }

    /// Lines of one address so far.
    pub fn to(&self, address: &str) -> Vec<Line> {
        self.lines().into_iter().filter(|line| line.address == address).collect()
    }

    /// Waits until there are `count` lines of `address`, and returns them.
    ///
    /// # Errors
    /// When there are fewer by the deadline.
    pub fn wait_for_count(&self, deadline: Duration, address: &str, count: usize) -> Result<Vec<Line>> {
        let what = format!("oscdump prints {count} messages to {address}");
        wait_for(deadline, &what, || Some(self.to(address)).filter(|found| found.len() >= count))
            .with_context(|| self.process.tail())
    }

    /// `None` when the port was taken in the meantime, which ends `oscdump` at once.
    fn on(port: u16) -> Result<Option<Dump>> {
        let mut process = Program::new(tool::find("oscdump")?).args(["-L", &port.to_string()]).start()?;
        let lines = Arc::<Mutex<Vec<Line>>>::default();
        let into = Arc::clone(&lines);
        let follower = Follower::start(&process.stdout_path(), move |at_mono_ns, text| {
            if let Some(line) = parse(at_mono_ns, text) {
                into.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        })?;
        let listens = wait_for(START, "oscdump listens", || {
            if !process.is_running() {
                return Some(false);
            }
            let sent = send(port, PROBE, Vec::new()).is_ok();
            let seen = !lines.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
            (sent && seen).then_some(true)
        });
        match listens.with_context(|| process.tail())? {
            true => Ok(Some(Dump { port, lines, _follower: follower, process })),
            false => Ok(None),
        }
    }
}

/// `eeabcfff.23d1fe64 /vj/beat ifs 7 128.500000 "hello"`; older versions leave the time out.
fn parse(at_mono_ns: i64, text: &str) -> Option<Line> {
    let from = if text.starts_with('/') { 0 } else { text.find(" /")? + 1 };
    let mut parts = text[from..].splitn(3, ' ');
    Some(Line {
        at_mono_ns,
        address: parts.next()?.to_owned(),
        types: parts.next().unwrap_or_default().to_owned(),
        args: parts.next().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use rosc::OscType;

    use super::*;
    use crate::wait::mono_ns;

    #[test]
    fn both_forms_of_a_line_are_read() {
        let with = parse(1, "eeabcfff.23d1fe64 /vj/beat ifs 7 128.500000 \"a /b\"").unwrap();
        let without = parse(1, "/vj/beat ifs 7 128.500000 \"a /b\"").unwrap();
        assert_eq!(with, without);
        assert_eq!((&*with.address, &*with.types, &*with.args), ("/vj/beat", "ifs", "7 128.500000 \"a /b\""));
        assert_eq!(parse(1, "eeabcfff.23d1fe64 /empty").unwrap().types, "");
    }

    #[test]
    fn what_is_sent_is_decoded_by_liblo() {
        let dump = Dump::start().unwrap();
        assert_eq!(dump.lines(), [], "probes are not handed out");
        let before = mono_ns();
        let args = vec![OscType::Int(7), OscType::Float(128.5), OscType::String("hel lo".into())];
        send(dump.port(), "/vj/beat", args).unwrap();
        let line = dump.wait_for_count(Duration::from_secs(10), "/vj/beat", 1).unwrap().remove(0);
        assert_eq!((&*line.types, &*line.args), ("ifs", "7 128.500000 \"hel lo\""));
        assert!((before..=mono_ns()).contains(&line.at_mono_ns));
    }
}
