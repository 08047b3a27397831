//! The component: messages in, OSC out, and the commands that change it live.

mod commands;
mod hearing;
mod passing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use beatclock::{BeatClock, DeadlineThread};
use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, Verb, time};
use schemas::command::Refusal;
use schemas::osc::Out;
use schemas::{Name, Payload as _, beat};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use crate::clockwork::{Clockwork, Hand, News, Punctuality};
use crate::config::{Config, Receiver};
use crate::follow::{Follow, topics_for};
use crate::mapping::READS;
use crate::memory::Memory;
use crate::send::{Counts, Destination, Mirror, Mirrored};
use crate::values::Values;

/// `sinks/osc`.
pub struct Osc {
    config: Config,
    values: Vec<Values>,
    beats: DeadlineThread<News>,
    punctuality: Arc<Punctuality>,
    follow: Follow,
    memory: Memory,
    // The room has another source since its last grid: that grid is a jump.
    source_changed: bool,
    subscribed: BTreeSet<&'static str>,
    mirror: Arc<Mirror>,
    mirrored: mpsc::Receiver<Mirrored>,
    copies: Vec<Mirrored>,
    publishers: BTreeMap<Name, Publisher<Out>>,
    unheard: u64,
    reported: BTreeMap<Name, Counts>,
    report_due_ns: i64,
}

// As often as the heartbeat, which carries it.
const REPORT_NS: i64 = 1_000_000_000;

impl Component for Osc {
    const SPEC: Spec = Spec {
        name: "sinks/osc",
        kind: Kind::Sink,
        about: "Open Sound Control to any number of targets, mapped by files",
        reads: READS,
        writes: &[Out::TOPIC],
        verbs: &[
            Verb { name: "resync", args: "", about: "send the last value of everything again" },
            Verb { name: "offset_ms", args: "TARGET MS", about: "move a target's beats: positive is later" },
            Verb { name: "enable", args: "TARGET ON", about: "send to a target, or stop (true or false)" },
        ],
    };
    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.receivers().err().map(|told| told.lines().map(str::to_owned).collect()).unwrap_or_default()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Osc, Exit> {
        let receivers = config.receivers().map_err(Exit::Config)?;
        let punctuality = Arc::new(Punctuality::default());
        let beats = DeadlineThread::spawn("osc-beat", Clockwork::new(Arc::clone(&punctuality)))
            .map_err(|error| Exit::Internal(format!("the beat thread cannot be started: {error}")))?;
        let (mirror, mirrored) = Mirror::new();
        let mut sink = Osc {
            config,
            values: Vec::new(),
            beats,
            punctuality,
            follow: Follow::default(),
            memory: Memory::default(),
            source_changed: false,
            subscribed: BTreeSet::new(),
            mirror: Arc::new(mirror),
            mirrored,
            copies: Vec::new(),
            publishers: BTreeMap::new(),
            unheard: 0,
            reported: BTreeMap::new(),
            report_due_ns: 0,
        };
        sink.install(receivers);
        sink.subscribe(ctx).await?;
        Ok(sink)
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        self.mirror.set_watched(ctx.watched());
        let topic = delivery.subject.topic();
        let name = delivery.subject.name();
        let now_ns = time::mono_ns();
        if let Some(name) = name {
            self.follow.heard(topic, name, now_ns);
        }
        match topic.name {
            name if name == beat::Grid::TOPIC.name => self.hear_grid(&delivery, ctx),
            name if name == beat::Active::TOPIC.name => self.hear_active_source(&delivery, ctx),
            _ => {}
        }
        let turning = self.hear_track(&delivery, ctx);
        self.memory.keep(&delivery);
        self.pass_on(&delivery, now_ns, ctx);
        if let Some(player) = turning {
            self.repeat_words(&player, now_ns);
        }
        Ok(())
    }

    async fn wait(&mut self) {
        let waiting = self.values.iter().filter_map(Values::waiting_due_ns).min();
        let due_ns = waiting.map_or(self.report_due_ns, |due_ns| due_ns.min(self.report_due_ns));
        let left = Duration::from_nanos(u64::try_from(due_ns - time::mono_ns()).unwrap_or(0));
        tokio::select! {
            Some(copy) = self.mirrored.recv() => self.copies.push(copy),
            () = tokio::time::sleep(left) => {}
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        let now_ns = time::mono_ns();
        self.mirror.set_watched(ctx.watched());
        self.publish_copies(ctx);
        for values in &mut self.values {
            values.send_waiting(now_ns);
        }
        if now_ns >= self.report_due_ns {
            self.report_due_ns = now_ns + REPORT_NS;
            self.report(now_ns, ctx);
        }
        if self.beats.is_running() {
            Ok(())
        } else {
            Err(Exit::Internal("the beat thread has ended".to_owned()))
        }
    }

    async fn command(
        &mut self,
        verb: &str,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        match verb {
            "resync" => self.resync(),
            "offset_ms" => self.offset_ms(args, ctx),
            "enable" => self.enable(args, ctx).await,
            other => Err(Refusal::usage(format!("sinks/osc has no command “{other}”"))),
        }
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        let receivers = config.receivers().map_err(Refusal::config)?;
        self.config = config;
        self.install(receivers);
        self.subscribe(ctx).await.map_err(|exit| Refusal::config(exit.to_string()))
    }

    fn state(&self) -> Value {
        let now_ns = time::mono_ns();
        let targets = self.values.iter().map(|values| {
            let destination = &values.destination;
            let picture = json!({
                "title": values.target.title,
                "evidence": values.target.evidence,
                "address": destination.address(),
                "source": values.following.source,
                "player": values.following.player,
                "offset_ms": self.config.targets.get(destination.name()).map(|target| target.offset_ms),
                "resolved": destination.is_resolved(),
                "trouble": destination.trouble(now_ns),
                "counts": destination.counts(),
            });
            (destination.name().to_string(), picture)
        });
        json!({
            "targets": Map::from_iter(targets),
            "following": self.follow.active_source(),
            "beats": self.punctuality.beats.load(Ordering::Relaxed),
            "beats_passed_over": self.punctuality.passed_over.load(Ordering::Relaxed),
            "beats_worst_late_us": self.punctuality.worst_late_us.load(Ordering::Relaxed),
        })
    }
}

impl Osc {
    /// Puts new targets in place of the old; a receiver that stays where it is keeps its socket.
    fn install(&mut self, receivers: Vec<Receiver>) {
        let old = std::mem::take(&mut self.values);
        let mut hands = Vec::new();
        for Receiver { name, target, address, following, offset_ms } in receivers {
            let stays = old.iter().find(|values| {
                let destination = &values.destination;
                *destination.name() == name
                    && destination.address() == address
                    && values.target.bundle == target.bundle
            });
            let destination = stays
                .map(|values| Arc::clone(&values.destination))
                .unwrap_or_else(|| Destination::new(name, &address, target.bundle, Arc::clone(&self.mirror)));
            let target = Arc::new(target);
            let mut clock = BeatClock::new(self.config.hold_max_s);
            clock.set_offset_ms(offset_ms);
            hands.push(Hand::new(
                following.source.clone(),
                Arc::clone(&target),
                Arc::clone(&destination),
                clock,
            ));
            self.values.push(Values::new(following, target, destination));
        }
        self.tell(News::Hands(hands));
        self.tell_what_is_known();
    }

    /// Subscribes to what the targets need and is not subscribed to yet.
    async fn subscribe(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        for topic in topics_for(self.values.iter().flat_map(|values| &values.target.mappings)) {
            if self.subscribed.insert(topic.name) {
                ctx.subscribe(topic, None).await?;
            }
        }
        Ok(())
    }

    fn tell(&mut self, news: News) {
        if self.beats.send(news).is_err() {
            self.unheard += 1;
        }
    }

    fn publish_copies(&mut self, ctx: &mut Context) {
        while let Ok(copy) = self.mirrored.try_recv() {
            self.copies.push(copy);
        }
        for Mirrored { target, message } in self.copies.drain(..) {
            let publisher = self.publishers.entry(target).or_insert_with_key(|target| ctx.publisher(target));
            // A copy that cannot be published is counted by the bus.
            publisher.send(ctx.now(), &message);
        }
    }

    /// Puts the state of the targets into the heartbeat.
    fn report(&mut self, now_ns: i64, ctx: &mut Context) {
        let mut troubles = Vec::new();
        for values in &self.values {
            troubles.extend(values.destination.trouble(now_ns));
            let counts = values.destination.counts();
            let reported = self.reported.entry(values.destination.name().clone()).or_default();
            // A new address begins to count from 0.
            let fresh = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
            ctx.dropped(fresh(counts.dropped(), reported.dropped()));
            ctx.count("refused", fresh(counts.refused, reported.refused));
            *reported = counts;
        }
        ctx.dropped(std::mem::take(&mut self.unheard));
        if troubles.is_empty() { ctx.ready() } else { ctx.degraded(&troubles.join("; ")) }
    }
}

#[cfg(test)]
mod tests;
