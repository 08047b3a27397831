//! The component: messages in, messages out.

use std::collections::BTreeMap;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, time};
use schemas::audio::{self, Block, Input, InputState, Key, Pitch, Spectrum};
use schemas::command::Refusal;
use schemas::{Name, Payload, Stamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::core::Frame;
use crate::source::Source;

/// What the user may set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Sources to analyse; without it, every source that is heard.
    pub sources: Option<Vec<Name>>,
}

impl Config {
    fn wants(&self, source: &Name) -> bool {
        self.sources.as_ref().is_none_or(|sources| sources.contains(source))
    }
}

/// Analyses every source that it hears.
pub struct Features {
    config: Config,
    lines: BTreeMap<Name, Line>,
}

/// One source with its ways out. It lives as long as the process, because its publishers number the messages.
struct Line {
    source: Source,
    features: Publisher<audio::Features>,
    spectrum: Publisher<Spectrum>,
    pitch: Publisher<Pitch>,
    key: Publisher<Key>,
}

impl Line {
    fn new(name: &Name, ctx: &Context) -> Line {
        Line {
            source: Source::new(),
            features: ctx.publisher(name),
            spectrum: ctx.publisher(name),
            pitch: ctx.publisher(name),
            key: ctx.publisher(name),
        }
    }

    fn send(&self, stamp: Stamp, frame: &Frame) {
        self.features.send(stamp, &frame.features);
        self.spectrum.send(stamp, &frame.spectrum);
    }

    /// Everything that the block brought whose first sample has `stamp`.
    fn send_block(&self, stamp: Stamp) {
        for (after_s, frame) in self.source.frames() {
            self.send(stamp.plus_s(after_s), frame);
        }
        for (after_s, pitch) in self.source.pitches() {
            self.pitch.send(stamp.plus_s(after_s), pitch);
        }
        for (after_s, key) in self.source.keys() {
            self.key.send(stamp.plus_s(after_s), key);
        }
    }
}

impl Component for Features {
    const SPEC: Spec = Spec {
        name: "processors/features",
        kind: Kind::Processor,
        about: "levels, bands, spectrum, envelopes, pitch and key of every source",
        reads: &[Block::TOPIC, Input::TOPIC],
        writes: &[audio::Features::TOPIC, Spectrum::TOPIC, Pitch::TOPIC, Key::TOPIC],
        verbs: &[],
    };
    type Config = Config;

    async fn start(config: Config, ctx: &mut Context) -> Result<Features, Exit> {
        ctx.subscribe(Block::TOPIC, None).await?;
        ctx.subscribe(Input::TOPIC, None).await?;
        Ok(Features { config, lines: BTreeMap::new() })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let Some(name) = delivery.subject.name().filter(|name| self.config.wants(name)).cloned() else {
            return Ok(());
        };
        if delivery.subject.topic().name == Block::TOPIC.name {
            self.hear(&name, &delivery, ctx);
        } else if let Some(message) = ctx.decode::<Input>(&delivery)
            && message.body.state == InputState::Lost
            && let Some(line) = self.lines.get_mut(&name)
        {
            line.source.lost(time::mono_ns());
        }
        Ok(())
    }

    async fn wait(&mut self) {
        match self.lines.values().filter_map(|line| line.source.due_ns()).min() {
            None => std::future::pending().await,
            Some(due_ns) => {
                let left_ns = u64::try_from(due_ns - time::mono_ns()).unwrap_or(0);
                tokio::time::sleep(Duration::from_nanos(left_ns)).await;
            }
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        let now = ctx.now();
        for line in self.lines.values_mut() {
            if let Some(frame) = line.source.fade(now.at_mono_ns).cloned() {
                line.send(now, &frame);
            }
            if let Some(pitch) = line.source.end_of_pitch() {
                line.pitch.send(now, &pitch);
            }
        }
        Ok(())
    }

    async fn apply(&mut self, config: Config, _ctx: &mut Context) -> Result<(), Refusal> {
        // A source that is no longer wanted is not heard any more, and so fades like a lost one.
        self.config = config;
        Ok(())
    }

    fn state(&self) -> Value {
        self.lines
            .iter()
            .map(|(name, line)| (name.to_string(), describe(&line.source)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

impl Features {
    fn hear(&mut self, name: &Name, delivery: &Delivery, ctx: &mut Context) {
        let Some(message) = ctx.decode::<Block>(delivery) else { return };
        let line = self.lines.entry(name.clone()).or_insert_with(|| Line::new(name, ctx));
        let stamp = message.header.stamp();
        // The time of handling, not of arrival: a queue that is worked off late is no lost source.
        let heard = line.source.hear(&message.body, time::mono_ns());
        match heard {
            Ok(missing) => {
                line.send_block(stamp);
                if missing > 0 {
                    ctx.count("samples_missing", missing);
                }
                if line.source.recovered() {
                    ctx.ready();
                }
            }
            Err(error) => {
                ctx.count("blocks_refused", 1);
                ctx.degraded(&format!("source {name}: {error}"));
            }
        }
    }
}

fn describe(source: &Source) -> Value {
    json!({ "rate": source.rate_hz(), "live": source.is_live(), "samples_missing": source.missing() })
}
