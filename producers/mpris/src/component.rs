//! The shell: what the tasks report goes onto the bus.

use std::collections::BTreeMap;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec};
use schemas::command::Refusal;
use schemas::playback::{Position, Track};
use schemas::{Name, Payload};
use serde_json::{Value, json};

use crate::config::Config;
use crate::player::{Player, Say};
use crate::watch::{Report, Watcher};

/// Players that are remembered, gone ones included: the messages of a name are numbered on when it comes back.
const PLAYERS_MAX: usize = 256;
/// Reports that are handled before the loop gets its turn again.
const REPORTS_PER_TURN: usize = 64;

/// The producer.
pub struct Mpris {
    config: Config,
    watcher: Watcher,
    waiting: Option<Report>,
    players: BTreeMap<Name, Known>,
    /// Why there is no bus.
    lost: Option<String>,
}

/// A player that is or was on the bus.
struct Known {
    present: bool,
    tracks: Publisher<Track>,
    positions: Publisher<Position>,
    answers: bool,
    title: Option<String>,
    playing: bool,
}

impl Component for Mpris {
    const SPEC: Spec = Spec {
        name: "producers/mpris",
        kind: Kind::Producer,
        about: "what any Linux player plays, over D-Bus",
        reads: &[],
        writes: &[Track::TOPIC, Position::TOPIC],
        verbs: &[],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Mpris, Exit> {
        let watcher = Watcher::start(config.clone(), ctx.instance().clone());
        Ok(Mpris { config, watcher, waiting: None, players: BTreeMap::new(), lost: None })
    }

    async fn handle(&mut self, _delivery: Delivery, _ctx: &mut Context) -> Result<(), Exit> {
        Ok(())
    }

    async fn wait(&mut self) {
        if self.waiting.is_none() {
            match self.watcher.reports.recv().await {
                Some(report) => self.waiting = Some(report),
                // The task has ended by itself, which it does not: leave the loop to its other events.
                None => std::future::pending().await,
            }
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        let mut next = self.waiting.take();
        for _ in 0..REPORTS_PER_TURN {
            let Some(report) = next.take().or_else(|| self.watcher.reports.try_recv().ok()) else { break };
            self.take(report, ctx);
        }
        Ok(())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        let mistakes = config.mistakes();
        if !mistakes.is_empty() {
            return Err(Refusal::config(mistakes.join("; ")));
        }
        if config != self.config {
            // Players that stay are not ended: the new watcher lists who is there.
            self.watcher = Watcher::start(config.clone(), ctx.instance().clone());
            self.waiting = None;
            self.config = config;
        }
        Ok(())
    }

    fn state(&self) -> Value {
        let picture = |known: &Known| json!({ "title": known.title, "playing": known.playing, "answers": known.answers });
        let present = self.players.iter().filter(|(_, known)| known.present);
        let players = present.map(|(name, known)| (name.to_string(), picture(known)));
        json!({ "bus": self.lost.as_deref().unwrap_or("found"), "players": players.collect::<BTreeMap<_, _>>() })
    }

    async fn stop(&mut self, ctx: &mut Context) {
        self.keep(&[], ctx);
    }
}

impl Mpris {
    fn take(&mut self, report: Report, ctx: &mut Context) {
        match report {
            Report::Say { player, say } => return self.say(&player, say),
            Report::Listed(players) => {
                self.lost = None;
                self.keep(&players, ctx);
            }
            Report::Lost(reason) => {
                self.lost = Some(reason);
                self.keep(&[], ctx);
            }
            Report::Came(player) => self.welcome(&player, ctx),
            Report::Went(player) => self.end(&player, ctx),
            Report::Answers { player, answers } => {
                if let Some(known) = self.players.get_mut(&player) {
                    known.answers = answers;
                }
            }
        }
        self.tell_health(ctx);
    }

    fn say(&mut self, player: &Name, say: Say) {
        // A last word of a task that was ended is not said.
        let Some(known) = self.players.get_mut(player).filter(|known| known.present) else { return };
        // What does not leave is counted by the bus.
        let _sent = match say {
            Say::Track { at, body } => {
                let sent = known.tracks.send(at, &body);
                known.title = body.title;
                sent
            }
            Say::Position { at, body } => {
                known.playing = body.playing;
                known.positions.send(at, &body)
            }
        };
    }

    fn welcome(&mut self, player: &Name, ctx: &mut Context) {
        if self.players.len() >= PLAYERS_MAX && !self.players.contains_key(player) {
            return ctx.count("players_refused", 1);
        }
        let known = self.players.entry(player.clone()).or_insert_with(|| Known {
            present: false,
            tracks: ctx.publisher(player),
            positions: ctx.publisher(player),
            answers: true,
            title: None,
            playing: false,
        });
        if !std::mem::replace(&mut known.present, true) {
            tracing::info!(%player, "a player has come");
        }
        known.answers = true;
    }

    /// Says that nothing is playing there any more.
    fn end(&mut self, player: &Name, ctx: &Context) {
        Player::gone(ctx.now()).into_iter().for_each(|say| self.say(player, say));
        if let Some(known) = self.players.get_mut(player)
            && std::mem::replace(&mut known.present, false)
        {
            tracing::info!(%player, "a player has gone");
        }
    }

    /// Ends all players but these.
    fn keep(&mut self, players: &[Name], ctx: &Context) {
        let gone: Vec<Name> = self.players.keys().filter(|name| !players.contains(name)).cloned().collect();
        gone.iter().for_each(|player| self.end(player, ctx));
    }

    fn tell_health(&self, ctx: &mut Context) {
        let silent =
            self.players.iter().find(|(_, known)| known.present && !known.answers).map(|(name, _)| name);
        match (&self.lost, silent) {
            (Some(reason), _) => ctx.degraded(reason),
            (None, Some(player)) => ctx.degraded(&format!(
                "{player} does not answer over D-Bus: if it hangs, end it and start it again"
            )),
            (None, None) => ctx.ready(),
        }
    }
}
