//! The shell: what the account plays goes onto the bus.

use std::path::PathBuf;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, time};
use schemas::command::Refusal;
use schemas::playback::{Position, Track};
use schemas::{Name, Payload as _};
use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior};

use crate::Config;
use crate::auth::{Keeper, TokenFile, day, days_left};
use crate::timeline::{Say, Timeline};
use crate::web::{Player, Report, Trouble, Watcher, login_command};

/// Time between two positions.
const POSITIONS: Duration = Duration::from_millis(500);
/// From so many days before its end on, the end of consent is announced.
const ANNOUNCED_DAYS: u32 = 14;
/// One question that comes to nothing is not worth a word.
const WORTH_A_WORD: u32 = 2;

/// The producer.
pub struct Spotify {
    config: Config,
    home: Home,
    watcher: Option<Watcher>,
    event: Option<Event>,
    timeline: Timeline,
    positions: Publisher<Position>,
    tracks: Publisher<Track>,
    ticks: Interval,
    trouble: Option<String>,
    /// Questions in a row that came to nothing.
    failures: u32,
    /// Unix seconds.
    consent_until: Option<f64>,
}

/// Whose login it is, and where it is kept.
struct Home {
    instance: Name,
    state_dir: PathBuf,
}

enum Event {
    Tick,
    Report(Box<Report>),
    Gone,
}

impl Component for Spotify {
    const SPEC: Spec = Spec {
        name: "producers/spotify",
        kind: Kind::Producer,
        about: "What a Spotify account plays, from Spotify's Web API.",
        reads: &[],
        writes: &[Track::TOPIC, Position::TOPIC],
        verbs: &[],
    };
    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Spotify, Exit> {
        let player = ctx.instance().clone();
        let home = Home { instance: player.clone(), state_dir: ctx.state_dir().to_owned() };
        let last = ctx.last::<Track>(&player).await.map(|last| last.body);
        let mut ticks = tokio::time::interval(POSITIONS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut spotify = Spotify {
            watcher: watcher(&config, &home).map_err(Exit::Config)?,
            trouble: no_app(&config, &home),
            config,
            home,
            event: None,
            timeline: Timeline::resume(last, time::mono_s(ctx.now())),
            positions: ctx.publisher(&player),
            tracks: ctx.publisher(&player),
            ticks,
            failures: 0,
            consent_until: None,
        };
        spotify.tell(ctx);
        Ok(spotify)
    }

    async fn handle(&mut self, _delivery: Delivery, _ctx: &mut Context) -> Result<(), Exit> {
        // It reads nothing.
        Ok(())
    }

    async fn wait(&mut self) {
        if self.event.is_none() {
            self.event = Some(tokio::select! {
                report = next(&mut self.watcher) => report.map_or(Event::Gone, |report| Event::Report(Box::new(report))),
                _ = self.ticks.tick() => Event::Tick,
            });
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        match self.event.take() {
            Some(Event::Report(report)) => self.hear(*report, ctx),
            Some(Event::Gone) => return Err(Exit::Internal("the task that asks Spotify has ended".into())),
            Some(Event::Tick) | None => {
                let mut says = Vec::new();
                self.timeline.tick(time::mono_s(ctx.now()), &mut says);
                self.publish(says, ctx);
            }
        }
        self.tell(ctx);
        Ok(())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        if !config.same_service(&self.config) {
            self.watcher = watcher(&config, &self.home).map_err(Refusal::config)?;
            self.trouble = no_app(&config, &self.home);
            (self.failures, self.consent_until) = (0, None);
            // What it said so far was another account's.
            let mut says = Vec::new();
            self.timeline.let_go(&mut says);
            self.publish(says, ctx);
        } else if let Some(watcher) = &self.watcher {
            watcher.set_poll(config.poll());
        }
        self.config = config;
        self.tell(ctx);
        Ok(())
    }

    fn state(&self) -> Value {
        let now = time::now();
        let consent = self
            .consent_until
            .map(|until| json!({ "until": day(until), "days_left": days_left(until, now.at) }));
        let position = self.timeline.position(time::mono_s(now));
        json!({
            "title": self.timeline.track().and_then(|track| track.title.as_deref()),
            "playing": position.as_ref().map(|position| position.playing),
            "position_s": position.map(|position| position.position_s),
            "consent": consent,
        })
    }

    async fn stop(&mut self, _ctx: &mut Context) {
        if let Some(watcher) = self.watcher.take() {
            watcher.end().await;
        }
    }
}

impl Spotify {
    fn hear(&mut self, report: Report, ctx: &mut Context) {
        match report {
            Report::Seen { seen, consent_until } => {
                ctx.count("answers", 1);
                (self.failures, self.trouble, self.consent_until) = (0, None, Some(consent_until));
                let mut says = Vec::new();
                self.timeline.see(&seen, time::mono_s(ctx.now()), &mut says);
                self.publish(says, ctx);
            }
            Report::Trouble(trouble) => self.suffer(&trouble, ctx),
        }
    }

    fn suffer(&mut self, trouble: &Trouble, ctx: &mut Context) {
        self.failures += 1;
        match trouble {
            // Nothing was asked.
            Trouble::Login(_) => self.consent_until = None,
            Trouble::Refused(_) | Trouble::Passing { .. } => ctx.count("answers_missing", 1),
        }
        let passing = matches!(trouble, Trouble::Passing { after: None, .. });
        if !passing || self.failures >= WORTH_A_WORD {
            self.trouble = Some(trouble.reason(self.home.instance.as_str()));
        }
    }

    fn publish(&self, says: Vec<Say>, ctx: &Context) {
        let now = ctx.now();
        for say in says {
            // What does not leave is counted by the bus.
            let _sent = match say {
                Say::Track(track) => self.tracks.send(now, &track),
                Say::Position(position) => self.positions.send(now, &position),
            };
        }
    }

    fn tell(&mut self, ctx: &mut Context) {
        let ending = || countdown(self.consent_until?, ctx.now().at, self.home.instance.as_str());
        match self.trouble.clone().or_else(ending) {
            Some(reason) => ctx.degraded(&reason),
            None => ctx.ready(),
        }
    }
}

/// The next report; never, when nothing is asked.
async fn next(watcher: &mut Option<Watcher>) -> Option<Report> {
    match watcher {
        Some(watcher) => watcher.next().await,
        None => std::future::pending().await,
    }
}

fn watcher(config: &Config, home: &Home) -> Result<Option<Watcher>, String> {
    if config.client_id.is_empty() {
        return Ok(None);
    }
    let accounts = config.accounts().map_err(|error| format!("accounts_url: {error}"))?;
    let player = Player::new(&config.api_url).map_err(|error| format!("api_url: {error}"))?;
    let keeper = Keeper::new(accounts, TokenFile::new(&home.state_dir, home.instance.as_str()));
    Ok(Some(Watcher::start(player, keeper, config.poll())))
}

fn no_app(config: &Config, home: &Home) -> Option<String> {
    let instance = &home.instance;
    config.client_id.is_empty().then(|| {
        format!(
            "there is no client_id: register an app at https://developer.spotify.com/dashboard with the redirect URI \
             http://127.0.0.1:8888/callback, write its Client ID as client_id under [instances.{instance}], and run {}",
            login_command(instance.as_str())
        )
    })
}

/// The end of consent, when it is near. Times in Unix seconds.
fn countdown(until: f64, now: f64, instance: &str) -> Option<String> {
    let days = match days_left(until, now) {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        days if days <= ANNOUNCED_DAYS => format!("in {days} days"),
        _ => return None,
    };
    Some(format!(
        "the consent of Spotify's user ends {days}, on {}: run {}",
        day(until),
        login_command(instance)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_consent_is_announced_two_weeks_ahead() {
        let day_s = 86_400.0;
        let said = |days: f64| countdown(1_811_289_600.0, 1_811_289_600.0 - days * day_s, "spotify");
        assert_eq!(said(15.5), None);
        assert!(said(14.2).unwrap().contains("in 14 days, on 26 May 2027: run `vjbus login spotify`"));
        assert!(said(1.5).unwrap().contains("in 1 day,"));
        assert!(said(0.5).unwrap().contains("today") && said(-3.0).unwrap().contains("today"));
    }

    #[test]
    fn without_an_app_it_says_how_to_get_one() {
        let home = Home { instance: Name::new("spotify-b").unwrap(), state_dir: PathBuf::new() };
        let reason = no_app(&Config::default(), &home).unwrap();
        for words in
            ["dashboard", "http://127.0.0.1:8888/callback", "[instances.spotify-b]", "--instance spotify-b"]
        {
            assert!(reason.contains(words), "{words}: {reason}");
        }
        assert_eq!(no_app(&Config { client_id: "x".into(), ..Config::default() }, &home), None);
    }
}
