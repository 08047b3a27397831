//! The shell: what the ways in report becomes tracks and positions on the bus.

mod ways;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use component::time::{here_s, mono_s};
use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, every};
use schemas::command::Refusal;
use schemas::playback::{Position, Track};
use schemas::{Name, Payload as _};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::time::Interval;

use crate::config::Config;
use crate::players::{News, Players, TooMany};
use crate::report::{Outlet, QUEUE, Report, Way};
use crate::told::Told;
use ways::Ways;

/// Time between two positions of each player.
const TICK: Duration = Duration::from_millis(500);
/// Reports that are handled before the loop gets its turn again.
const REPORTS_PER_TURN: usize = 64;

/// The component.
pub struct Nowplaying {
    config: Config,
    /// Player of the file, and of posts that name none.
    own: Name,
    /// Player of the source client.
    cast: Name,
    players: Players,
    voices: HashMap<Name, Voice>,
    ways: Ways,
    outlet: Outlet,
    reports: mpsc::Receiver<Report>,
    waiting: Option<Report>,
    ticks: Interval,
    due: bool,
    /// Whether a source client is connected.
    sourced: bool,
    addresses: BTreeMap<Way, SocketAddr>,
    troubles: BTreeMap<Way, String>,
    /// When this generation began, in Unix seconds: what was sent before is another's.
    began: f64,
}

/// Publishers of one player, kept for ever: they number the messages.
struct Voice {
    track: Publisher<Track>,
    position: Publisher<Position>,
}

impl Component for Nowplaying {
    const SPEC: Spec = Spec {
        name: "producers/nowplaying",
        kind: Kind::Producer,
        about: "A generic intake: any program tells what plays by HTTP, by a file, or as an Icecast source.",
        reads: &[Track::TOPIC],
        writes: &[Track::TOPIC, Position::TOPIC],
        verbs: &[],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Nowplaying, Exit> {
        let own = ctx.instance().clone();
        let cast = Name::new(format!("{own}-icecast"))
            .map_err(|error| Exit::Config(format!("{error}: give this instance a shorter name")))?;
        let (outlet, reports) = mpsc::channel(QUEUE);
        let ways = Ways::start(&config, &own, &outlet).map_err(Exit::Internal)?;
        let began = ctx.now().at;
        // What an earlier generation was told is true still: nobody tells it again before the next track.
        ctx.subscribe(Track::TOPIC, None).await?;
        Ok(Nowplaying {
            config,
            own,
            cast,
            players: Players::default(),
            voices: HashMap::new(),
            ways,
            outlet,
            reports,
            waiting: None,
            ticks: every(TICK),
            due: false,
            sourced: false,
            addresses: BTreeMap::new(),
            troubles: BTreeMap::new(),
            began,
        })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let ours = delivery.header.origin.instance == self.own.as_str() && delivery.header.sent < self.began;
        if let Some(name) = delivery.subject.name().filter(|name| ours && !self.players.knows(name)).cloned()
            && let Some(message) = ctx.decode::<Track>(&delivery)
            && message.body.title.is_some()
        {
            let age_s = mono_s(ctx.now()) - here_s(&message.header, ctx.now());
            self.take_over(&name, message.body, age_s, ctx);
        }
        Ok(())
    }

    async fn wait(&mut self) {
        if self.waiting.is_some() || self.due {
            return;
        }
        tokio::select! {
            report = self.reports.recv() => self.waiting = report,
            _ = self.ticks.tick() => self.due = true,
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        let mut next = self.waiting.take();
        for _ in 0..REPORTS_PER_TURN {
            let Some(report) = next.take().or_else(|| self.reports.try_recv().ok()) else { break };
            self.take(report, ctx);
        }
        if std::mem::take(&mut self.due) {
            for news in self.players.tick(mono_s(ctx.now())) {
                self.publish(news, ctx);
            }
        }
        Ok(())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        let changed = self.ways.change(&self.config, &config, &self.own, &self.outlet);
        for way in changed.map_err(Refusal::config)? {
            self.addresses.remove(&way);
            self.troubles.remove(&way);
            match way {
                Way::Icecast => self.source_left(ctx),
                Way::File if config.file.is_none() => {
                    self.players.lasts(&self.own, Some(config.forget_s), mono_s(ctx.now()));
                }
                Way::File | Way::Http => {}
            }
        }
        self.config = config;
        self.speak(ctx);
        Ok(())
    }

    fn state(&self) -> Value {
        let address = |way| self.addresses.get(&way).map(SocketAddr::to_string);
        json!({
            "http": address(Way::Http),
            "icecast": address(Way::Icecast),
            "source": self.sourced,
            "players": self.known(mono_s(component::time::now())),
        })
    }
}

impl Nowplaying {
    fn take(&mut self, report: Report, ctx: &mut Context) {
        match report {
            Report::Posted { player, told, answer } => {
                ctx.count("posts", 1);
                let taken = self.tell(&player, told, Some(self.config.forget_s), ctx);
                // Whoever asked may have gone meanwhile.
                let _gone = answer.send(taken).is_err();
            }
            Report::Asked { answer } => {
                let _gone =
                    answer.send(json!({ "ok": true, "players": self.known(mono_s(ctx.now())) })).is_err();
            }
            // A thread that was told to end may have said this.
            Report::Written(_) | Report::Shut { way: Way::File, .. } if !self.ways.has(Way::File) => {}
            Report::Written(told) => self.tell_own(&self.own.clone(), told, None, ctx),
            Report::Sent(told) => {
                let lasts_s = (!self.sourced).then_some(self.config.forget_s);
                self.tell_own(&self.cast.clone(), told, lasts_s, ctx);
            }
            Report::SourceCame => {
                self.sourced = true;
                self.players.lasts(&self.cast, None, mono_s(ctx.now()));
            }
            Report::SourceLeft => self.source_left(ctx),
            Report::TurnedAway(way) => {
                ctx.count(if way == Way::Http { "http_turned_away" } else { "icecast_turned_away" }, 1);
            }
            Report::Open { way, at } => {
                self.troubles.remove(&way);
                self.addresses.extend(at.map(|at| (way, at)));
                self.speak(ctx);
            }
            Report::Shut { way, why } => {
                self.troubles.insert(way, why);
                self.speak(ctx);
            }
        }
    }

    fn tell(&mut self, name: &Name, told: Told, lasts_s: Option<f64>, ctx: &Context) -> Result<(), TooMany> {
        let news = self.players.tell(name, told, lasts_s, mono_s(ctx.now()))?;
        self.publish(news, ctx);
        Ok(())
    }

    /// As [`Nowplaying::tell`], where nobody waits for an answer.
    fn tell_own(&mut self, name: &Name, told: Told, lasts_s: Option<f64>, ctx: &mut Context) {
        if let Err(too_many) = self.tell(name, told, lasts_s, ctx) {
            ctx.dropped(1);
            tracing::warn!(player = %name, "not published: {too_many}");
        }
    }

    /// Goes on with what an earlier generation published `age_s` ago.
    fn take_over(&mut self, name: &Name, track: Track, age_s: f64, ctx: &mut Context) {
        let age = Duration::try_from_secs_f64(age_s).unwrap_or_default();
        let left_s = match *name == self.cast {
            true => self.config.icecast_linger_s,
            false => self.config.forget_s - age.as_secs_f64(),
        };
        // The file says for itself, soon, whether it still holds.
        let lasts_s = (*name != self.own || self.config.file.is_none()).then_some(left_s.max(0.0));
        self.tell_own(name, Told { age, ..Told::playing(track) }, lasts_s, ctx);
        if *name == self.cast && self.sourced {
            self.players.lasts(name, None, mono_s(ctx.now()));
        }
    }

    fn source_left(&mut self, ctx: &Context) {
        if std::mem::take(&mut self.sourced) {
            self.players.lasts(&self.cast, Some(self.config.icecast_linger_s), mono_s(ctx.now()));
        }
    }

    fn publish(&mut self, news: News, ctx: &Context) {
        let News { player, track, position } = news;
        let now = ctx.now();
        let voice = self.voices.entry(player).or_insert_with_key(|player| Voice {
            track: ctx.publisher(player),
            position: ctx.publisher(player),
        });
        if let Some(track) = track {
            voice.track.send(now, &track);
        }
        voice.position.send(now, &position);
    }

    /// Says whether all that was asked for works.
    fn speak(&self, ctx: &mut Context) {
        if self.troubles.is_empty() {
            ctx.ready();
        } else {
            ctx.degraded(&self.troubles.values().map(String::as_str).collect::<Vec<_>>().join("; "));
        }
    }

    fn known(&self, now_s: f64) -> Value {
        let player = |(name, track, position): (&Name, &Track, Position)| {
            let said = json!({
                "artist": track.artist, "title": track.title, "album": track.album, "duration_s": track.duration_s,
                "position_s": position.position_s, "rate": position.rate, "playing": position.playing,
                "audible": track.audible, "ids": track.ids, "service": track.provenance.service,
            });
            (name.to_string(), said)
        };
        Value::Object(self.players.all(now_s).map(player).collect::<Map<_, _>>())
    }
}
