//! The shell: what the sources report goes onto the bus.

use std::collections::HashMap;
use std::time::Duration;

use component::time::stamp_of_mono;
use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec};
use schemas::audio::{Block as WireBlock, Input, InputKind, InputState};
use schemas::command::Refusal;
use schemas::playback::{Position, Track};
use schemas::{Name, Payload as _};
use serde_json::{Value, json};

use crate::config::{Config, SourceKind};
use crate::report::{Block, Inlet, Report, chain};
use crate::source::{Home, Prepared, latency_ns};
use crate::status::Status;
use crate::track;

/// Time between two positions.
const POSITION_NS: i64 = 100_000_000;
/// Reports that are handled before the loop gets its turn again.
const REPORTS_PER_TURN: usize = 64;
/// How long looking at a file or the devices may take.
const PREPARE: Duration = Duration::from_secs(10);
/// The same while it runs: whoever changes the configuration waits for an answer for 1 s.
const PREPARE_LIVE: Duration = Duration::from_millis(800);
/// The instance whose source is called `main` unless it is named otherwise.
const MAIN_INSTANCE: &str = "audio";

/// The component.
pub struct Audio {
    config: Config,
    home: Home,
    inlet: Inlet,
    waiting: Option<Report>,
    status: Status,
    out: Publishers,
    position_ns: i64,
    position_s: Option<f64>,
    /// Counters as they were last passed on.
    counted: HashMap<&'static str, u64>,
}

struct Publishers {
    blocks: Publisher<WireBlock>,
    input: Publisher<Input>,
    track: Publisher<Track>,
    position: Publisher<Position>,
}

impl Component for Audio {
    const SPEC: Spec = Spec {
        name: "producers/audio",
        kind: Kind::Producer,
        about: "Sound into the bus: a capture device, a file, or the demo track.",
        reads: &[],
        writes: &[WireBlock::TOPIC, Input::TOPIC, Track::TOPIC, Position::TOPIC],
        verbs: &[],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Audio, Exit> {
        let home = Home { instance: ctx.instance().to_string(), state_dir: ctx.state_dir().to_owned() };
        ctx.busy("looking for the sound", PREPARE).await;
        let prepared = prepare(&config, &home, PREPARE).await.map_err(Exit::Config)?;
        let kind = prepared.kind();
        let name = name(&config, ctx.instance());
        let out = Publishers {
            blocks: ctx.publisher(&name),
            input: ctx.publisher(&name),
            track: ctx.publisher(&name),
            position: ctx.publisher(&name),
        };
        if kind == InputKind::Device
            && ctx.last::<Track>(&name).await.is_some_and(|last| track::is_ours(&last.body))
        {
            // What an earlier generation played from a file is not playing any more.
            out.track.send(ctx.now(), &Track::default());
        }
        let inlet = prepared
            .start(&config, &home, None)
            .map_err(|e| Exit::Internal(format!("no thread for the sound: {e}")))?;
        let mut audio = Audio {
            config,
            home,
            inlet,
            waiting: None,
            status: Status::new(kind),
            out,
            position_ns: i64::MIN,
            position_s: None,
            counted: HashMap::new(),
        };
        audio.tell(ctx);
        Ok(audio)
    }

    async fn handle(&mut self, _delivery: Delivery, _ctx: &mut Context) -> Result<(), Exit> {
        Ok(())
    }

    async fn wait(&mut self) {
        if self.waiting.is_none() {
            match self.inlet.reports.recv().await {
                Some(report) => self.waiting = Some(report),
                // The thread has ended by itself, which none does: leave the loop to its other events.
                None => std::future::pending().await,
            }
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        let mut next = self.waiting.take();
        for _ in 0..REPORTS_PER_TURN {
            let Some(report) = next.or_else(|| self.inlet.reports.try_recv().ok()) else { break };
            match report {
                Report::DeviceFound => self.turn_to_device(ctx)?,
                report => self.take(report, ctx),
            }
            next = None;
        }
        self.count(ctx);
        Ok(())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        if config.name != self.config.name {
            return Err(Refusal::config("name: takes effect only when the instance is restarted"));
        }
        self.inlet.latency_ns.store(latency_ns(&config), std::sync::atomic::Ordering::Relaxed);
        let only_latency =
            Config { input_latency_ms: self.config.input_latency_ms, ..config.clone() } == self.config;
        if !only_latency {
            let prepared = prepare(&config, &self.home, PREPARE_LIVE).await.map_err(Refusal::config)?;
            let from_s = self.goes_on(prepared.kind(), &config);
            self.turn_to(prepared, &config, from_s, ctx).map_err(|e| Refusal::config(e.to_string()))?;
        }
        self.config = config;
        Ok(())
    }

    fn state(&self) -> Value {
        json!({ "input": self.status.input(), "position_s": self.position_s })
    }
}

impl Audio {
    fn take(&mut self, report: Report, ctx: &mut Context) {
        match report {
            Report::Opened { device, rate_hz, channels } => {
                tracing::info!(device, rate_hz, channels, "input is open");
                self.status.opened(device, rate_hz, channels);
            }
            Report::Lost { reason } => self.status.lost(&reason),
            Report::Track(track) => drop(self.out.track.send(ctx.now(), &track)),
            Report::Block(block) => self.block(block),
            Report::DeviceFound => {}
        }
        self.tell(ctx);
    }

    fn block(&mut self, block: Block) {
        let stamp = stamp_of_mono(block.at_mono_ns);
        if let Some(place) = block.place
            && (place.jumped || block.at_mono_ns >= self.position_ns.saturating_add(POSITION_NS))
        {
            self.position_ns = block.at_mono_ns;
            self.position_s = Some(place.position_s);
            let playing = place.rate > 0.0;
            self.out
                .position
                .send(stamp, &Position { position_s: place.position_s, rate: place.rate, playing });
        }
        self.status.heard(&block.samples, block.rate_hz);
        let demo = self.status.input().demo;
        self.out.blocks.send(
            stamp,
            &WireBlock { rate: block.rate_hz, index: block.index, samples: block.samples, demo },
        );
    }

    /// Publishes the state of the input if it has changed.
    fn tell(&mut self, ctx: &mut Context) {
        let Some(input) = self.status.news() else { return };
        self.out.input.send(ctx.now(), input);
        match input.state {
            InputState::Lost => ctx.degraded(&format!("no sound: {}", input.reason)),
            InputState::Live | InputState::Silent => ctx.ready(),
            InputState::Recovering => {}
        }
    }

    fn turn_to_device(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        tracing::info!("a capture device has appeared: the demo ends");
        let config = self.config.clone();
        self.turn_to(Prepared::Device, &config, None, ctx)
            .map_err(|e| Exit::Internal(format!("no thread for the sound: {e}")))
    }

    /// Where the new source goes on: at the present position, if it is the same music.
    fn goes_on(&self, kind: InputKind, config: &Config) -> Option<f64> {
        let same = kind == self.status.input().kind && config.path == self.config.path;
        self.position_s.filter(|_| same)
    }

    fn turn_to(
        &mut self,
        prepared: Prepared,
        config: &Config,
        from_s: Option<f64>,
        ctx: &mut Context,
    ) -> std::io::Result<()> {
        self.count(ctx);
        let kind = prepared.kind();
        // The old source ends when its inlet is replaced.
        self.inlet = prepared.start(config, &self.home, from_s)?;
        self.counted.clear();
        if kind == InputKind::Device && self.position_s.take().is_some() {
            self.out.track.send(ctx.now(), &Track::default());
        }
        self.status = Status::new(kind);
        self.position_ns = i64::MIN;
        self.waiting = None;
        self.tell(ctx);
        Ok(())
    }

    fn count(&mut self, ctx: &mut Context) {
        for (name, count) in self.inlet.counts.named() {
            let now = count.load(std::sync::atomic::Ordering::Relaxed);
            let before = self.counted.insert(name, now).unwrap_or(0);
            if now > before {
                ctx.count(name, now - before);
                if name == "blocks_dropped" {
                    ctx.dropped(now - before);
                }
            }
        }
    }
}

/// Looks at the outside world on a thread that may wait.
async fn prepare(config: &Config, home: &Home, at_most: Duration) -> Result<Prepared, String> {
    let (source, config, home) = (config.source, config.clone(), home.clone());
    let looked =
        tokio::task::spawn_blocking(move || Prepared::new(&config, &home).map_err(|error| chain(&error)));
    match tokio::time::timeout(at_most, looked).await {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(error)) => Err(format!("looking for the sound failed: {error}")),
        // Sound systems may hang; the capture thread waits for them and says so.
        Err(_late) if source != SourceKind::File => Ok(Prepared::Device),
        Err(_late) => Err(format!(
            "no answer within {} s: is the file on a drive that does not respond?",
            PREPARE.as_secs()
        )),
    }
}

fn name(config: &Config, instance: &Name) -> Name {
    config.name.clone().unwrap_or_else(|| match instance.as_str() {
        MAIN_INSTANCE => Name::main(),
        _ => instance.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_input_is_main_and_others_have_their_own_name() {
        let of = |instance: &str, config: &Config| name(config, &Name::new(instance).unwrap()).to_string();
        assert_eq!(of("audio", &Config::default()), "main");
        assert_eq!(of("audio-deck-b", &Config::default()), "audio-deck-b");
        let named = Config { name: Some(Name::new("deck-b").unwrap()), ..Config::default() };
        assert_eq!(of("audio-deck-b", &named), "deck-b");
    }
}
