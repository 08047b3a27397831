//! JSON lines of chosen subjects, with rotation: what happened tonight, for reading afterwards.
//!
//! Each line is `{"subject": …, "data": …}`, as `vjbus watch --json` prints it.
//!
//! This crate is also the pattern for a new sink, so it shows every part of one:
//!
//! 1. [`Config`]: what a user may set, each field with a default and a doc comment.
//! 2. [`LogSink`]: the state. It is owned by the one task that calls it, so it needs no lock.
//! 3. `SPEC`: the name, what is read (the broker permits nothing else), commands of its own.
//! 4. `start` checks the outside world and subscribes; an [`Exit`] says whether a restart can help.
//! 5. `handle` takes one message and returns soon. Whatever may block, here the disk, has a thread
//!    of its own behind a bounded queue (`writer.rs`), and what does not fit is counted.
//! 6. `wait` and `wake` are the sink's own events, here once a second: its health goes into the heartbeat.

mod subjects;
mod writer;

use std::path::PathBuf;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Spec, every};
use schemas::command::Refusal;
use schemas::{Payload as _, Topic, beat, playback, structure, subject, sys};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Interval;

use subjects::{READS, topics};
use writer::Writer;

/// What a user may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Subjects to write, with `*` for one part and `>` for the rest. Samples cannot be written.
    pub subjects: Vec<String>,
    /// The file; one named after the instance in the state folder when left out.
    pub path: Option<PathBuf>,
    /// Size in bytes at which a new file is begun.
    pub max_bytes: u64,
    /// Files that are kept, the current one included.
    pub max_files: usize,
}

impl Default for Config {
    fn default() -> Config {
        let topics = [beat::Grid::TOPIC, beat::Tick::TOPIC, beat::Onset::TOPIC, beat::Active::TOPIC]
            .into_iter()
            .chain([structure::Section::TOPIC, structure::Event::TOPIC])
            .chain([playback::Track::TOPIC, playback::ActivePlayer::TOPIC, sys::Lifecycle::TOPIC]);
        Config {
            subjects: topics.map(subject::wildcard).collect(),
            path: None,
            max_bytes: 10_000_000,
            max_files: 5,
        }
    }
}

/// `sinks/log`.
pub struct LogSink {
    config: Config,
    writer: Writer,
    subscribed: Vec<&'static Topic>,
    once_a_second: Interval,
    reported: u64,
}

impl Component for LogSink {
    const SPEC: Spec = Spec {
        name: "sinks/log",
        kind: Kind::Sink,
        about: "JSON lines of chosen subjects, with rotation",
        reads: READS,
        writes: &[],
        verbs: &[],
    };
    type Config = Config;

    async fn start(config: Config, ctx: &mut Context) -> Result<LogSink, Exit> {
        let topics = topics(&config.subjects).map_err(Exit::Config)?;
        let writer = open(&config, ctx).map_err(Exit::Internal)?;
        let once_a_second = every(Duration::from_secs(1));
        let mut sink = LogSink { config, writer, subscribed: Vec::new(), once_a_second, reported: 0 };
        sink.subscribe(topics, ctx).await?;
        Ok(sink)
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let subject = delivery.subject.to_string();
        if !self.config.subjects.iter().any(|filter| subject::matches(filter, &subject)) {
            return Ok(());
        }
        match schemas::wire::decode_value(&delivery.payload) {
            Ok(data) => self.writer.write(json!({"subject": subject, "data": data}).to_string()),
            Err(_) => ctx.count("malformed", 1),
        }
        Ok(())
    }

    async fn wait(&mut self) {
        self.once_a_second.tick().await;
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        let lost = self.writer.lost();
        ctx.dropped(lost - std::mem::replace(&mut self.reported, lost));
        match self.writer.trouble() {
            Some(reason) => ctx.degraded(&reason),
            None => ctx.ready(),
        }
        Ok(())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        let topics = topics(&config.subjects).map_err(Refusal::config)?;
        self.subscribe(topics, ctx).await.map_err(|exit| Refusal::config(exit.to_string()))?;
        self.writer = open(&config, ctx).map_err(Refusal::config)?;
        self.reported = 0;
        self.config = config;
        Ok(())
    }

    fn state(&self) -> Value {
        json!({"path": self.writer.path(), "lost": self.writer.lost(), "trouble": self.writer.trouble()})
    }
}

impl LogSink {
    async fn subscribe(&mut self, topics: Vec<&'static Topic>, ctx: &mut Context) -> Result<(), Exit> {
        for topic in topics {
            // Twice would write each line twice.
            if !self.subscribed.contains(&topic) {
                ctx.subscribe(topic, None).await?;
                self.subscribed.push(topic);
            }
        }
        Ok(())
    }
}

fn open(config: &Config, ctx: &Context) -> Result<Writer, String> {
    let default = || ctx.state_dir().join(format!("{}.jsonl", ctx.instance()));
    let path = config.path.clone().unwrap_or_else(default);
    Writer::start(path, config.max_bytes, config.max_files)
        .map_err(|error| format!("no thread for the log: {error}"))
}

#[cfg(test)]
mod tests;
