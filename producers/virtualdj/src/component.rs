//! The component: what its parts report goes onto the bus.

use std::collections::BTreeMap;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Spec, time};
use schemas::beat::{Grid, Tick};
use schemas::command::Refusal;
use schemas::playback::{Position, Provenance, Track};
use schemas::{Name, Payload as _};
use serde_json::{Value, json};

use crate::config::Config;
use crate::files::watch::Change;
use crate::os2l::advertise::Outcome;
use crate::os2l::message::Event;
use crate::os2l::{Beats, Clients};
use crate::parts::Parts;
use crate::player::Playing;
use crate::publish::Published;
use crate::report::Report;
use crate::{files, network, os2l};

/// Reports that are handled before the loop gets its turn again.
const REPORTS_PER_TURN: usize = 64;
/// Longest sleep: what is due is looked up again.
const LONGEST_SLEEP_S: f64 = 5.0;
/// Network Control may be silent for so long before its decks are taken for empty.
const NETWORK_GRACE_S: f64 = 3.0;

/// The component.
pub struct Virtualdj {
    config: Config,
    parts: Parts,
    waiting: Option<Report>,
    clients: Clients,
    beats: Beats,
    logged: Published,
    decks: [Published; 2],
    entry: Option<Playing>,
    network_answered_s: Option<f64>,
    status: Status,
}

/// What is shown of the parts.
#[derive(Debug, Default)]
struct Status {
    listening: Option<String>,
    known_as: Option<String>,
    file: Option<String>,
    // what is missing, by part
    troubles: BTreeMap<&'static str, String>,
}

impl Component for Virtualdj {
    const SPEC: Spec = Spec {
        name: "producers/virtualdj",
        kind: Kind::Producer,
        about: "What VirtualDJ tells: its beats (OS2L), its tracklist and history files, its decks (Network Control).",
        reads: &[],
        writes: &[Tick::TOPIC, Grid::TOPIC, Track::TOPIC, Position::TOPIC],
        verbs: &[],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Virtualdj, Exit> {
        let deck = |number: u8| Name::new(format!("{}-{number}", ctx.instance()));
        let decks = [deck(1), deck(2)].map(|name| name.map_err(|error| Exit::Config(error.to_string())));
        let [left, right] = decks;
        let mut vdj = Virtualdj {
            beats: Beats::new(&config.source, config.beats(), config.offset_ms / 1000.0, ctx).await,
            parts: Parts::start(&config, ctx.instance()).map_err(Exit::Internal)?,
            waiting: None,
            clients: Clients::default(),
            logged: Published::new(ctx.instance(), ctx),
            decks: [Published::new(&left?, ctx), Published::new(&right?, ctx)],
            entry: None,
            network_answered_s: None,
            status: Status::default(),
            config,
        };
        vdj.show_nothing(time::mono_s(ctx.now()));
        Ok(vdj)
    }

    async fn handle(&mut self, _delivery: Delivery, _ctx: &mut Context) -> Result<(), Exit> {
        // It reads nothing.
        Ok(())
    }

    async fn wait(&mut self) {
        if self.waiting.is_some() {
            return;
        }
        let sleep_s = (self.due() - time::mono_s(time::now())).clamp(0.0, LONGEST_SLEEP_S);
        tokio::select! {
            Some(report) = self.parts.reports.recv() => self.waiting = Some(report),
            () = tokio::time::sleep(Duration::from_secs_f64(sleep_s)) => {}
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        for _ in 0..REPORTS_PER_TURN {
            let Some(report) = self.waiting.take().or_else(|| self.parts.reports.try_recv().ok()) else {
                break;
            };
            self.take(report, ctx);
        }
        let now_s = time::mono_s(ctx.now());
        self.beats.advance(now_s);
        [&mut self.logged].into_iter().chain(&mut self.decks).for_each(|player| player.advance(now_s));
        Ok(())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        if config.source != self.config.source {
            return Err(Refusal::config("source: takes effect only when the instance is restarted"));
        }
        let tuned = config.without_tuning() == self.config.without_tuning();
        self.beats.configure(config.beats(), config.offset_ms / 1000.0);
        if !tuned {
            self.parts.replace(&config, ctx.instance()).map_err(Refusal::config)?;
            self.begin_anew(ctx);
        }
        self.config = config;
        Ok(())
    }

    fn state(&self) -> Value {
        let [left, right] = &self.decks;
        json!({
            "os2l": {
                "listening": self.status.listening,
                "known_as": self.status.known_as,
                "clients": self.clients.count(),
                "source": self.beats.picture(),
            },
            "files": { "reading": self.status.file, "player": self.logged.picture() },
            "network": { "answers": self.network_answered_s.is_some(), "decks": [left.picture(), right.picture()] },
        })
    }
}

impl Virtualdj {
    fn due(&self) -> f64 {
        let players = [&self.logged].into_iter().chain(&self.decks).map(Published::due);
        players.fold(self.beats.due(), f64::min)
    }

    fn take(&mut self, report: Report, ctx: &mut Context) {
        match report {
            Report::Os2l(report) => self.take_os2l(report, ctx),
            Report::Advertised(Outcome::Known(name)) => {
                self.status.known_as = Some(name);
                self.well("advertise", ctx);
            }
            Report::Advertised(Outcome::Unknown(why)) => {
                let cure = "set os2lDirectIp in VirtualDJ, or advertise = false here";
                self.trouble("advertise", format!("VirtualDJ cannot find us by itself ({why}): {cure}"), ctx);
            }
            Report::Files(report) => self.take_files(report, ctx),
            Report::Network(report) => self.take_network(report, ctx),
        }
    }

    fn take_os2l(&mut self, report: os2l::Report, ctx: &mut Context) {
        match report {
            os2l::Report::Listening(address) => {
                tracing::info!(%address, "waiting for VirtualDJ");
                self.status.listening = Some(address.to_string());
                self.well("os2l", ctx);
                if self.config.advertise
                    && let Err(error) = self.parts.advertise(ctx.instance(), address)
                {
                    self.take(Report::Advertised(Outcome::Unknown(error.to_string())), ctx);
                }
            }
            os2l::Report::CannotListen(why) => {
                self.forget_clients(ctx);
                let cure = "end what else uses this port, or set another";
                self.trouble("os2l", format!("cannot listen for VirtualDJ at {why}: {cure}"), ctx);
            }
            os2l::Report::Joined(client) => {
                ctx.count("os2l_connections", 1);
                self.clients.joined(client);
            }
            os2l::Report::Left(client) => {
                if self.clients.left(client) {
                    self.beats.alone(time::mono_s(ctx.now()));
                }
            }
            os2l::Report::Said { client, at_mono_ns, event } => {
                let counter = self.hear(client, at_mono_ns, event, ctx);
                ctx.count(counter, 1);
            }
        }
    }

    // Gives the counter under which it goes.
    fn hear(&mut self, client: u64, at_mono_ns: i64, event: Option<Event>, ctx: &Context) -> &'static str {
        match event {
            Some(Event::Beat(_)) if !self.clients.beats(client) => "os2l_beats_of_older_clients",
            Some(Event::Beat(beat)) if self.beats.hear(&beat, at_mono_ns, time::mono_s(ctx.now())) => {
                "os2l_beats"
            }
            Some(Event::Beat(_)) => "os2l_beats_unused",
            Some(Event::Button) => "os2l_buttons",
            Some(Event::Command) => "os2l_commands",
            Some(Event::Other) => "os2l_others",
            None => "os2l_nonsense",
        }
    }

    fn take_files(&mut self, report: files::Report, ctx: &mut Context) {
        match report {
            files::Report::Changed(change) => {
                self.entry = self.playing(change);
                self.show_logged(time::mono_s(ctx.now()));
            }
            files::Report::Reading(path) => {
                self.status.file = path.map(|path| path.display().to_string());
                self.well("files", ctx);
            }
            files::Report::Unreadable(why) => {
                self.status.file = None;
                self.trouble("files", format!("{why}: set file to the one that VirtualDJ writes"), ctx);
            }
        }
    }

    fn playing(&self, change: Change) -> Option<Playing> {
        let Change::Playing { entry, since } = change else { return None };
        let provenance = Provenance { service: "virtualdj".into(), licence: String::new() };
        let track = Track {
            artist: entry.artist,
            title: Some(entry.title),
            duration_s: entry.duration_s,
            ids: entry.place.into_iter().map(|(kind, place)| (kind.to_owned(), place)).collect(),
            provenance,
            ..Track::default()
        };
        let position_s = Some(self.config.file_delay_s);
        Some(Playing { track, position_s, rate: 1.0, moves: true, at: since })
    }

    fn take_network(&mut self, report: network::Report, ctx: &mut Context) {
        let now_s = time::mono_s(ctx.now());
        match report {
            network::Report::Decks { decks, nonsense } => {
                if nonsense > 0 {
                    ctx.count("network_nonsense", nonsense);
                }
                self.network_answered_s = Some(now_s);
                self.decks.iter_mut().zip(*decks).for_each(|(player, deck)| player.show(deck));
                self.well("network", ctx);
            }
            network::Report::Failed(why) => {
                ctx.count("network_failures", 1);
                self.trouble("network", why, ctx);
                if self.network_answered_s.is_some_and(|at| now_s - at > NETWORK_GRACE_S) {
                    self.network_answered_s = None;
                    self.decks.iter_mut().for_each(|player| player.show(Playing::nothing(now_s)));
                }
            }
        }
        self.show_logged(now_s);
    }

    // What the files say, unless Network Control knows better.
    fn show_logged(&mut self, now_s: f64) {
        let entry = self.entry.as_ref().filter(|_| self.network_answered_s.is_none());
        let playing =
            entry.map(|entry| Playing { position_s: entry.position_at(now_s), at: now_s, ..entry.clone() });
        self.logged.show(playing.unwrap_or_else(|| Playing::nothing(now_s)));
    }

    fn show_nothing(&mut self, now_s: f64) {
        self.logged.show(Playing::nothing(now_s));
        if self.config.network_url.is_some() {
            self.decks.iter_mut().for_each(|player| player.show(Playing::nothing(now_s)));
        }
    }

    fn begin_anew(&mut self, ctx: &mut Context) {
        self.waiting = None;
        self.forget_clients(ctx);
        self.entry = None;
        if self.network_answered_s.take().is_some() {
            let nothing = Playing::nothing(time::mono_s(ctx.now()));
            self.decks.iter_mut().for_each(|player| player.show(nothing.clone()));
        }
        self.show_logged(time::mono_s(ctx.now()));
        self.status = Status::default();
        self.tell(ctx);
    }

    fn forget_clients(&mut self, ctx: &Context) {
        self.status.listening = None;
        self.status.known_as = None;
        self.clients = Clients::default();
        self.beats.alone(time::mono_s(ctx.now()));
    }

    fn trouble(&mut self, part: &'static str, reason: String, ctx: &mut Context) {
        self.status.troubles.insert(part, reason);
        self.tell(ctx);
    }

    fn well(&mut self, part: &'static str, ctx: &mut Context) {
        if self.status.troubles.remove(part).is_some() {
            self.tell(ctx);
        }
    }

    fn tell(&self, ctx: &mut Context) {
        if self.status.troubles.is_empty() {
            return ctx.ready();
        }
        let reasons: Vec<&str> = self.status.troubles.values().map(String::as_str).collect();
        ctx.degraded(&reasons.join("; "));
    }
}
