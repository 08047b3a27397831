//! One component under test.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bus::{Bus, Inbox, state};
use component::Spec;
use schemas::sys::Heartbeat;
use schemas::{Message, Payload as _, Subject as Address, TOPICS};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::nats::Server;
use testkit::process::Signal;
use testkit::{Program, Spawned};

use crate::support::{SOON, heartbeats, name, next, raw::Raw, viewer, works};

/// Name of the instance.
const INSTANCE: &str = "subject";
/// Malformed payloads per subject.
const MALFORMED: u64 = 1000;
/// Grace period of DESIGN's component contract, and the time that a loaded machine adds.
const STOPS_WITHIN: Duration = Duration::from_secs(4);

/// A running component, its broker, and a viewer.
pub(super) struct Subject {
    program: PathBuf,
    component: &'static str,
    dir: TempDir,
    server: Server,
    process: Spawned,
    bus: Bus,
    heartbeats: Inbox,
}

impl Subject {
    /// Starts it and waits for its first ready heartbeat.
    pub(super) async fn start(program: &Path, component: &'static str) -> Result<Subject> {
        let server = Server::jetstream()?;
        let bus = viewer(&server.url()).await?;
        state::create(&bus).await?;
        let heartbeats = heartbeats(&bus, INSTANCE).await;
        let dir = tempfile::tempdir()?;
        let process = launch(program, component, dir.path(), &server.url())?.start()?;
        let mut subject =
            Subject { program: program.to_owned(), component, dir, server, process, bus, heartbeats };
        subject.beat("a first ready heartbeat").await?;
        Ok(subject)
    }

    /// A heartbeat of this very process that says that it works.
    async fn beat(&mut self, what: &str) -> Result<Message<Heartbeat>> {
        let pid = self.process.pid();
        let found =
            next::<Heartbeat>(&self.heartbeats, what, |m| m.body.pid == pid && works(m.body.state)).await;
        found.with_context(|| format!("{} says:\n{}", self.component, self.process.tail()))
    }

    fn spec(&self) -> Option<Spec> {
        vjbus::registry::REGISTRY.iter().map(|entry| entry.spec).find(|spec| spec.name == self.component)
    }

    pub(super) async fn announces_itself(&mut self) -> Result<()> {
        let beat = self.beat("a heartbeat").await?.body;
        ensure!(beat.component == self.component, "it calls itself {}", beat.component);
        let reply = self.bus.request(&name(INSTANCE), "get_state", &Value::Null).await?;
        ensure!(reply.ok, "{reply:?}");
        Ok(())
    }

    pub(super) async fn heartbeats_while_idle(&mut self) -> Result<()> {
        let first = self.beat("a heartbeat").await?.body.progress;
        let begun = Instant::now();
        let mut last = first;
        for _ in 0..3 {
            last = self.beat("idle heartbeats").await?.body.progress;
        }
        ensure!(last > first, "no progress while idle");
        ensure!(begun.elapsed() < Duration::from_secs(8), "three heartbeats took {:?}", begun.elapsed());
        Ok(())
    }

    pub(super) async fn answers_common_commands(&mut self) -> Result<()> {
        let instance = name(INSTANCE);
        let config = self.bus.request(&instance, "get_config", &Value::Null).await?;
        ensure!(config.ok && config.fields.contains_key("version"), "{config:?}");
        let refused = self.bus.request(&instance, "set_config", &json!({"no_such_field": 1})).await?;
        ensure!(!refused.ok, "an unknown field was taken");
        let same = self.bus.request(&instance, "set_config", &json!({})).await?;
        ensure!(same.ok && same.fields["config"] == config.fields["config"], "{same:?}");
        let watch = self.bus.request(&instance, "watch", &Value::Null).await?;
        ensure!(watch.ok, "{watch:?}");
        Ok(())
    }

    pub(super) fn refuses_a_twin(&mut self) -> Result<()> {
        let twin = launch(&self.program, self.component, self.dir.path(), &self.server.url())?.run(SOON)?;
        ensure!(!twin.status.success(), "a second instance of the same name started");
        let pid = self.process.pid().to_string();
        ensure!(
            twin.stderr.contains(&pid),
            "the refusal does not say who has the name ({pid}): {}",
            twin.stderr
        );
        Ok(())
    }

    pub(super) async fn survives_malformed_payloads(&mut self) -> Result<()> {
        let reads: Vec<_> = self.spec().map_or_else(|| TOPICS.to_vec(), |spec| spec.reads.to_vec());
        let before = self.beat("a heartbeat").await?.body;
        let mut raw = Raw::connect(&self.server.url())?;
        for topic in &reads {
            let subject = Address::new(topic, &name("main")).to_string();
            for n in 0..MALFORMED {
                raw.publish(&subject, &malformed(n))?;
            }
            raw.settle()?;
        }
        let mut beat = self.beat("a heartbeat after malformed payloads").await?.body;
        // Not everything is read at once; what is not counted by the deadline was swallowed.
        let deadline = Instant::now() + SOON;
        while self.subscribes() && beat.dropped == before.dropped && Instant::now() < deadline {
            beat = self.beat("malformed payloads to be counted").await?.body;
        }
        ensure!(!self.subscribes() || beat.dropped > before.dropped, "malformed payloads are not counted");
        ensure!(beat.uptime_s > before.uptime_s, "it was restarted");
        Ok(())
    }

    // The log sink and the OSC sink read only what they are told to; producers read nothing.
    fn subscribes(&self) -> bool {
        self.spec().is_some_and(|spec| !spec.reads.is_empty()) || self.component == "toys/echo"
    }

    pub(super) async fn survives_the_broker(&mut self) -> Result<()> {
        self.server.kill9()?;
        self.server.restart()?;
        let bus = viewer(&self.server.url()).await?;
        state::create(&bus).await?;
        self.heartbeats = heartbeats(&bus, INSTANCE).await;
        self.bus = bus;
        self.beat("a heartbeat through the new broker").await?;
        Ok(())
    }

    pub(super) fn gives_way_to_an_older_namesake(mut self) -> Result<()> {
        let mut raw = Raw::connect(&self.server.url())?;
        let heartbeat = format!(
            r#"{{"v":1,"seq":1,"origin":{{"host":"stage-left","instance":"{INSTANCE}","generation":1}},"boot":"b","at":1.0,"at_mono_ns":1,"sent":1.0}}"#
        );
        raw.publish(&Address::new(Heartbeat::TOPIC, &name(INSTANCE)).to_string(), heartbeat.as_bytes())?;
        raw.settle()?;
        let status = self.process.wait(SOON).context("it kept the name")?;
        let said = self.process.tail();
        ensure!(status.code() == Some(64) && said.contains("stage-left"), "{status}: {said}");
        Ok(())
    }

    pub(super) fn stops_in_time(&mut self) -> Result<()> {
        self.process.signal(Signal::TERM)?;
        let status = self.process.wait(STOPS_WITHIN).context("it did not stop in time")?;
        ensure!(status.success(), "it stopped with {status}: {}", self.process.tail());
        Ok(())
    }
}

fn launch(program: &Path, component: &str, dir: &Path, url: &str) -> Result<Program> {
    let config = dir.join("vjbus.toml");
    let own = match component {
        "producers/audio" => "source = \"demo\"",
        "sinks/log" => "subjects = [\"vj.>\"]",
        _ => "",
    };
    std::fs::write(
        &config,
        format!(
            "[instances.{INSTANCE}]\ncomponent = \"{component}\"\n{own}\n[broker]\nmode = \"external\"\nurl = \"{url}\"\n"
        ),
    )?;
    Ok(Program::new(program)
        .args(["run", INSTANCE])
        .arg("--config")
        .arg(config)
        .env("VJBUS_STATE_DIR", dir)
        .dir(dir))
}

/// Noise, truncated messages, and messages whose fields have the wrong type, by number.
fn malformed(n: u64) -> Vec<u8> {
    let whole = br#"{"v":1,"seq":1,"origin":{"host":"h","instance":"i","generation":1},"boot":"b","at":1.0,"at_mono_ns":1,"sent":1.0}"#;
    let noise = |n: u64| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u8;
    match n % 5 {
        0 => (0..n % 97).map(|i| noise(n * 131 + i)).collect(),
        1 => whole[..(n as usize % (whole.len() - 1))].to_vec(),
        2 => {
            br#"{"v":"one","seq":-1,"origin":[],"boot":null,"at":"now","at_mono_ns":1.5,"sent":{}}"#.to_vec()
        }
        3 => whole.to_vec(),
        _ => vec![0xdf, 0xff, 0xff, 0xff, 0xff, noise(n)],
    }
}
