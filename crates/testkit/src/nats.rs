//! A private nats-server: on a free port of the loopback, with its store in a folder of the test's own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::process::{Program, Signal, Spawned};
use crate::tool;
use crate::wait::{wait_for, wait_until};

/// Oldest version that vjbus accepts: it answers batched direct gets (`multi_last`).
const OLDEST: (u32, u32) = (2, 11);
/// How long a start may take; it takes about 10 ms, and longer on a machine that builds at the same time.
const START: Duration = Duration::from_secs(20);
/// How long one attempt waits for the server to say who it is.
const GREETING: Duration = Duration::from_secs(2);
/// A server with JetStream, open to everybody.
const JETSTREAM: &str = "jetstream {}\n";

/// A running nats-server that is stopped when dropped.
#[derive(Debug)]
pub struct Server {
    process: Spawned,
    port: u16,
    dir: TempDir,
}

impl Server {
    /// A server with JetStream on, open to everybody.
    ///
    /// # Errors
    /// When nats-server is missing, too old, or does not start.
    pub fn jetstream() -> Result<Server> {
        Server::with_config(JETSTREAM)
    }

    /// A server of the core protocol only, open to everybody.
    ///
    /// # Errors
    /// As [`Server::jetstream`].
    pub fn plain() -> Result<Server> {
        Server::with_config("")
    }

    /// A server of this configuration. Address, port and store folder are the test's, whatever it says of them;
    /// further files that it includes belong into a folder that it names.
    ///
    /// # Errors
    /// As [`Server::jetstream`], and when the configuration is refused.
    pub fn with_config(text: &str) -> Result<Server> {
        let dir =
            tempfile::Builder::new().prefix("vjbus-nats-").tempdir().context("no folder for nats-server")?;
        fs::write(dir.path().join("nats.conf"), text)?;
        let mut process = launch(dir.path(), -1)?;
        let port = chosen_port(dir.path(), &mut process)?;
        greeted(port, &mut process)?;
        Ok(Server { process, port, dir })
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process id, another after each restart.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Its folder: `nats.conf`, and `store` with what JetStream keeps.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// SIGKILL; returns when it is gone.
    ///
    /// # Errors
    /// When it was gone already.
    pub fn kill9(&mut self) -> Result<()> {
        self.process.kill9()
    }

    /// SIGSTOP: it holds its port and its connections and answers nothing. Every thread of it stands still when
    /// this returns.
    ///
    /// # Errors
    /// When it is gone.
    pub fn pause(&self) -> Result<()> {
        self.process.signal(Signal::STOP)?;
        let pid = self.process.pid();
        wait_until(START, "nats-server to stand still", || stands_still(pid))
    }

    /// SIGCONT.
    ///
    /// # Errors
    /// When it is gone.
    pub fn resume(&self) -> Result<()> {
        self.process.signal(Signal::CONT)
    }

    /// Starts it again after [`Server::kill9`], on the same port and the same store.
    ///
    /// # Errors
    /// When it still runs or does not come up.
    pub fn restart(&mut self) -> Result<()> {
        ensure!(!self.process.is_running(), "nats-server still runs: kill it first");
        let begun = Instant::now();
        loop {
            self.process = launch(self.dir.path(), self.port.into())?;
            match greeted(self.port, &mut self.process) {
                // The port may be another program's for a moment: the kernel hands it out as a local port.
                Err(_) if self.log().contains("address already in use") && begun.elapsed() < START => {}
                done => return done,
            }
        }
    }

    /// What it logged since its last start.
    pub fn log(&self) -> String {
        self.process.stderr()
    }
}

fn launch(dir: &Path, port: i32) -> Result<Spawned> {
    Program::new(tool::find("nats-server")?)
        .args(["--addr", "127.0.0.1", "--port", &port.to_string(), "--config"])
        .arg(dir.join("nats.conf"))
        .arg("--store_dir")
        .arg(dir.join("store"))
        .arg("--ports_file_dir")
        .arg(dir)
        .start()
}

/// The port that the server chose: it writes it to `<program>_<pid>.ports` once it listens.
fn chosen_port(dir: &Path, process: &mut Spawned) -> Result<u16> {
    let found = wait_for(START, "nats-server writes its port", || match port_in(dir) {
        None if !process.is_running() => Some(None),
        port => port.map(Some),
    });
    match found.with_context(|| process.tail())? {
        Some(port) => Ok(port),
        None => bail!("nats-server refuses to start\n{}", process.tail()),
    }
}

fn port_in(dir: &Path) -> Option<u16> {
    let mut files = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    let ports = fs::read(files.find(|file| file.extension().is_some_and(|e| e == "ports"))?).ok()?;
    // A file that is half written does not parse: it is looked at again.
    let ports: serde_json::Value = serde_json::from_slice(&ports).ok()?;
    ports["nats"][0].as_str()?.rsplit_once(':')?.1.parse().ok()
}

/// Waits until the server greets a client, and refuses one that is too old.
fn greeted(port: u16, process: &mut Spawned) -> Result<()> {
    let found = wait_for(START, "nats-server greets a client", || match greeting(port) {
        None if !process.is_running() => Some(None),
        version => version.map(Some),
    });
    let Some(version) = found.with_context(|| process.tail())? else {
        bail!("nats-server ended before it greeted a client\n{}", process.tail());
    };
    let mut numbers = version.split('.').map(|n| n.parse::<u32>().unwrap_or(0));
    let ours = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    ensure!(
        ours >= OLDEST,
        "nats-server {version} is too old, {}.{} or newer is needed: run `./bootstrap test`",
        OLDEST.0,
        OLDEST.1
    );
    Ok(())
}

/// Version in the INFO line with which a server greets every client.
fn greeting(port: u16) -> Option<String> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(GREETING)).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    let info: serde_json::Value = serde_json::from_str(line.strip_prefix("INFO ")?).ok()?;
    Some(info["version"].as_str()?.to_owned())
}

/// Whether every thread of a process is stopped. Where there is no `/proc`, a signal that was sent has to do.
fn stands_still(pid: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    let state = |stat: String| stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    threads
        .flatten()
        .filter_map(|t| fs::read_to_string(t.path().join("stat")).ok())
        .all(|s| state(s) == Some('T'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_server_comes_back_on_its_port_with_its_store() {
        let mut server = Server::jetstream().unwrap();
        let (port, first) = (server.port(), server.pid());
        assert!(server.log().contains("Starting JetStream"), "{}", server.log());
        let mark = server.dir().join("store/mark");
        fs::write(&mark, "kept").unwrap();
        assert!(server.restart().is_err(), "a running server is not started twice");

        server.kill9().unwrap();
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        server.restart().unwrap();
        assert_eq!(server.port(), port);
        assert_ne!(server.pid(), first);
        assert!(greeting(port).is_some() && mark.is_file());

        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err(), "it is stopped when dropped");
        assert!(!mark.exists(), "its folder goes with it");
    }

    #[test]
    fn two_servers_do_not_meet() {
        let (a, b) = (Server::plain().unwrap(), Server::plain().unwrap());
        assert_ne!(a.url(), b.url());
        assert!(!a.log().contains("JetStream"));
    }

    #[test]
    fn a_refused_configuration_is_shown() {
        let error = Server::with_config("no_such_option { }").unwrap_err();
        assert!(format!("{error:#}").contains("no_such_option"), "{error:#}");
    }

    #[test]
    fn a_paused_server_keeps_its_port_and_says_nothing() {
        let server = Server::plain().unwrap();
        server.pause().unwrap();
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).is_ok());
        assert_eq!(greeting(server.port()), None);
        server.resume().unwrap();
        assert!(greeting(server.port()).is_some());
    }
}
