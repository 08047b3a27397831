//! The beat processor on the bus: one core per source, commands, and a timer for when samples are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Spec, Verb, chain, every, time};
use dsp::rhythm::weights::Weights;
use schemas::audio::{Block, Input, InputState};
use schemas::beat::{Grid, Onset, Tick};
use schemas::command::Refusal;
use schemas::{Header, Name, Payload};
use serde_json::{Map, Value, json};
use tokio::time::Interval;

use crate::args;
use crate::config::Config;
use crate::corrections::ENOUGH_TAPS;
use crate::engine::{EngineChoice, EngineError};
use crate::source::Source;
use crate::weights;

/// How often the clock is looked at. A beat is announced 100 ms ahead, so this costs a fifth of the lead.
const POLL: Duration = Duration::from_millis(20);
/// Rate of a source until its first block says another.
const LIKELY_RATE_HZ: u32 = 48_000;

/// The beat processor.
pub struct Beat {
    config: Config,
    weights: Option<Arc<Weights>>,
    // why the ear that the user wants is not the one that hears
    deaf: Option<String>,
    sources: BTreeMap<Name, Source>,
    refused: BTreeSet<Name>,
    looks: Interval,
}

impl Component for Beat {
    const SPEC: Spec = Spec {
        name: "processors/beat",
        kind: Kind::Processor,
        about: "beat grid and ticks, predicted ahead",
        reads: &[Block::TOPIC, Input::TOPIC],
        writes: &[Grid::TOPIC, Tick::TOPIC, Onset::TOPIC],
        verbs: &[
            Verb { name: "tap", args: "[SOURCE]", about: "a beat is now; three taps set tempo and phase" },
            Verb { name: "double", args: "", about: "count twice as fast, from now on" },
            Verb { name: "halve", args: "", about: "count half as fast, from now on" },
            Verb {
                name: "downbeat_here",
                args: "[SOURCE]",
                about: "the nearest beat is the first of its bar",
            },
            Verb { name: "nudge_ms", args: "MS", about: "shift all beats by MS more, later when positive" },
            Verb { name: "reset", args: "", about: "forget every correction and listen anew" },
        ],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.check().err().map(|refusal| format!("max_bpm: {}", refusal.message)).into_iter().collect()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Beat, Exit> {
        config.check().map_err(|refusal| Exit::Config(refusal.message))?;
        ctx.subscribe(Block::TOPIC, None).await?;
        ctx.subscribe(Input::TOPIC, None).await?;
        let (weights, deaf) = match own_ear(config.weights.as_deref()) {
            Ok(weights) => (weights, None),
            // The show goes on with the ear that came along.
            Err(reason) => (None, Some(format!("{reason}; the ear that comes with vjbus hears instead"))),
        };
        if let Some(reason) = &deaf {
            ctx.degraded(reason);
        }
        let (sources, refused) = (BTreeMap::new(), BTreeSet::new());
        Ok(Beat { config, weights, deaf, sources, refused, looks: every(POLL) })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let Some(name) = delivery.subject.name().filter(|name| self.config.hears(name)).cloned() else {
            return Ok(());
        };
        if delivery.subject.topic().name == Block::TOPIC.name {
            if let Some(message) = ctx.decode::<Block>(&delivery) {
                self.meet(&name, ctx).await;
                let source = self.sources.get_mut(&name);
                let heard =
                    source.map_or(Ok(true), |source| source.hear(&message.header, &message.body, ctx));
                self.note(heard, &name, ctx);
            }
        } else if let Some(message) = ctx.decode::<Input>(&delivery) {
            self.meet(&name, ctx).await;
            if let Some(source) = self.sources.get_mut(&name) {
                source.set_lost(matches!(message.body.state, InputState::Lost | InputState::Recovering));
            }
        }
        Ok(())
    }

    async fn wait(&mut self) {
        self.looks.tick().await;
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        self.sources.values_mut().for_each(|source| source.run_on(ctx.now()));
        Ok(())
    }

    async fn command(
        &mut self,
        verb: &str,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        match verb {
            "tap" => self.tap(args, ctx),
            "double" => self.correct(ctx, |core| core.tracker().octave(1)),
            "halve" => self.correct(ctx, |core| core.tracker().octave(-1)),
            "downbeat_here" => self.downbeat(args, ctx),
            "nudge_ms" => {
                let ms = args::number(args, "ms")?;
                self.correct(ctx, |core| core.tracker().nudge(ms))
            }
            "reset" => self.correct(ctx, crate::core::Core::reset),
            other => Err(Refusal::usage(format!("“{other}” is no command of the beat processor"))),
        }
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        config.check()?;
        if config.weights != self.config.weights {
            self.weights = own_ear(config.weights.as_deref()).map_err(Refusal::config)?;
            self.deaf = None;
        }
        self.sources.retain(|name, _| config.hears(name));
        let choice = EngineChoice { kind: config.engine, weights: self.weights.clone() };
        for source in self.sources.values_mut() {
            let changed = source.change(ctx.now(), |core, _| {
                core.tracker().configure(config.settings());
                core.use_engine(choice.clone())
            });
            changed.map_err(|error| Refusal::config(error.to_string()))?;
        }
        self.config = config;
        if self.refused.is_empty() {
            self.well(ctx);
        }
        Ok(())
    }

    fn state(&self) -> Value {
        let grids =
            self.sources.iter().map(|(name, source)| (name.to_string(), json!(source.core().grid().grid())));
        json!({ "sources": Map::from_iter(grids), "octave": self.config.octave, "nudge_ms": self.config.nudge_ms })
    }
}

impl Beat {
    // A source is set up when it is first seen: by its state, which is there before its samples, so that
    // the grid of before a restart runs on even where the input is gone too.
    async fn meet(&mut self, name: &Name, ctx: &mut Context) {
        if self.sources.contains_key(name) {
            return;
        }
        let prior = ctx.last::<Grid>(name).await.filter(|last| ours(&last.header, ctx));
        let choice = EngineChoice { kind: self.config.engine, weights: self.weights.clone() };
        match Source::new(choice, LIKELY_RATE_HZ, self.config.settings(), prior, name, ctx) {
            Ok(mut source) => {
                source.change(ctx.now(), |_, _| ());
                self.sources.insert(name.clone(), source);
            }
            Err(error) => self.note(Err(error), name, ctx),
        }
    }

    // Every source is heard; by whose ear is another question.
    fn well(&self, ctx: &mut Context) {
        match &self.deaf {
            Some(reason) => ctx.degraded(reason),
            None => ctx.ready(),
        }
    }

    // Blocks that cannot be heard are counted, and shown for as long as they come.
    fn note(&mut self, heard: Result<bool, EngineError>, name: &Name, ctx: &mut Context) {
        let reason = match heard {
            Ok(true) if self.refused.remove(name) && self.refused.is_empty() => return self.well(ctx),
            Ok(true) => return,
            Ok(false) => {
                "its capture time is more than a minute from now: check the clocks of both machines".into()
            }
            Err(error) => error.to_string(),
        };
        ctx.count("blocks_refused", 1);
        if self.refused.insert(name.clone()) {
            ctx.degraded(&format!("source {name}: {reason}"));
        }
    }

    fn tap(&mut self, args: &Value, ctx: &mut Context) -> Result<Map<String, Value>, Refusal> {
        let name = self.meant(args)?;
        let taps = self.sources.get_mut(&name).map_or(0, |s| s.change(ctx.now(), |core, now| core.tap(now)));
        let mut reply = self.reply(&name);
        reply.insert("taps".into(), taps.into());
        reply.insert("taps_needed".into(), ENOUGH_TAPS.saturating_sub(taps).into());
        Ok(reply)
    }

    fn downbeat(&mut self, args: &Value, ctx: &mut Context) -> Result<Map<String, Value>, Refusal> {
        let name = self.meant(args)?;
        let source = self.sources.get_mut(&name);
        let known = source.is_some_and(|source| source.change(ctx.now(), |core, now| core.downbeat(now)));
        if known {
            return Ok(self.reply(&name));
        }
        Err(absent(format!("no beat of {name} is known yet: tap three times, or wait until one is found")))
    }

    // Octave and phase shift belong to the instance and outlive it; they go for all its sources.
    fn correct(
        &mut self,
        ctx: &mut Context,
        change: impl Fn(&mut crate::core::Core),
    ) -> Result<Map<String, Value>, Refusal> {
        let name = self.meant(&Value::Null)?;
        for source in self.sources.values_mut() {
            source.change(ctx.now(), |core, _| change(core));
        }
        if let Some(source) = self.sources.get(&name) {
            let settings = source.core().grid().settings();
            self.config.octave = settings.octave;
            self.config.nudge_ms = settings.nudge_ms;
        }
        ctx.remember(&json!({ "octave": self.config.octave, "nudge_ms": self.config.nudge_ms }));
        Ok(self.reply(&name))
    }

    // The source that is named; otherwise main, otherwise the first.
    fn meant(&self, args: &Value) -> Result<Name, Refusal> {
        match args::source(args, 0)? {
            Some(name) if self.sources.contains_key(&name) => Ok(name),
            Some(name) => Err(absent(format!("no audio of a source “{name}” was heard"))),
            None => {
                let main = self.sources.contains_key(&Name::main()).then(Name::main);
                let first = || self.sources.keys().next().cloned();
                main.or_else(first)
                    .ok_or_else(|| absent("no audio was heard yet: start an audio producer first".into()))
            }
        }
    }

    fn reply(&self, name: &Name) -> Map<String, Value> {
        let mut reply = Map::new();
        if let Some(source) = self.sources.get(name) {
            let tracker = source.core().grid();
            let grid = tracker.grid();
            reply.insert("source".into(), name.as_str().into());
            reply.insert("bpm".into(), grid.bpm.into());
            reply.insert("mode".into(), grid.mode.as_str().into());
            reply.insert("index".into(), grid.index.into());
            reply.insert("beat".into(), grid.beat.into());
            reply.insert("octave".into(), tracker.settings().octave.into());
            reply.insert("nudge_ms".into(), tracker.settings().nudge_ms.into());
        }
        reply
    }
}

// The weights of the user's own ear, if there is one.
fn own_ear(path: Option<&Path>) -> Result<Option<Arc<Weights>>, String> {
    path.map(weights::read).transpose().map_err(|error| chain(&error))
}

// Another writer's grid of this name, or one that was kept over a reboot, is no prior.
fn ours(header: &Header, ctx: &Context) -> bool {
    header.origin.instance == ctx.instance().as_str() && header.boot == time::boot_id()
}

fn absent(message: String) -> Refusal {
    Refusal { kind: "absent".into(), message }
}
