//! The shell: tracks and positions in; documents, lines and words out, at their instants.

mod commands;
mod searches;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, Verb, time};
use schemas::command::Refusal;
use schemas::lyrics::{Document, Line, SungWord};
use schemas::playback::{Position, Track};
use schemas::{Name, Payload as _};
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::identity::Song;
use crate::lookup::{About, News};
use crate::player::{Player, Say};
use crate::timing::Anchor;
use searches::Searches;

/// Most players that are followed at once. A show has a handful; a hostile publisher any number. One with nothing
/// loaded gives its place to a new one.
const MAX_PLAYERS: usize = 64;

/// The processor.
pub struct Lyrics {
    config: Config,
    searches: Searches,
    heard: Vec<News>,
    players: BTreeMap<Name, Voice>,
    troubles: BTreeMap<About, String>,
    out: Vec<Say>,
}

/// A player, and where it is spoken of.
struct Voice {
    player: Player,
    documents: Publisher<Document>,
    lines: Publisher<Line>,
    words: Publisher<SungWord>,
}

impl Component for Lyrics {
    const SPEC: Spec = Spec {
        name: "processors/lyrics",
        kind: Kind::Processor,
        about: "the words of what is playing, each line and word at its instant",
        reads: &[Track::TOPIC, Position::TOPIC],
        writes: &[Document::TOPIC, Line::TOPIC, SungWord::TOPIC],
        verbs: &[
            Verb {
                name: "offset_ms",
                args: "PLAYER MS",
                about: "move the words of a player's song, or of `all`: positive is later",
            },
            Verb {
                name: "wrong",
                args: "PLAYER",
                about: "these are not the words of its song: try the next source",
            },
        ],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Lyrics, Exit> {
        let searches =
            Searches::new(&config, ctx.state_dir()).map_err(|error| Exit::Config(error.to_string()))?;
        ctx.subscribe(Track::TOPIC, None).await?;
        ctx.subscribe(Position::TOPIC, None).await?;
        let (players, troubles) = (BTreeMap::new(), BTreeMap::new());
        Ok(Lyrics { config, searches, heard: Vec::new(), players, troubles, out: Vec::new() })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let Some(name) = delivery.subject.name().cloned() else { return Ok(()) };
        if !self.has_room(&name) {
            ctx.dropped(1);
            return Ok(());
        }
        let at_ns = (time::here_s(&delivery.header, ctx.now()) * 1e9) as i64;
        if delivery.subject.topic().name == Track::TOPIC.name {
            if let Some(track) = ctx.decode::<Track>(&delivery) {
                self.load(&name, Song::of(&track.body), at_ns, ctx);
            }
        } else if let Some(position) = ctx.decode::<Position>(&delivery) {
            let Position { position_s, rate, playing } = position.body;
            let sane = self
                .voice(&name, ctx)
                .player
                .hear(Anchor { at_ns, position_s, rate, playing }, time::mono_ns());
            ctx.count("positions_refused", u64::from(!sane));
        }
        self.advance(ctx);
        Ok(())
    }

    async fn wait(&mut self) {
        let next_ns = self.players.values().filter_map(|voice| voice.player.next_ns()).min();
        let left_ns = next_ns.map(|next_ns| u64::try_from(next_ns - time::mono_ns()).unwrap_or(0));
        let instant = async {
            match left_ns {
                Some(left_ns) => tokio::time::sleep(Duration::from_nanos(left_ns)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(news) = self.searches.news() => self.heard.push(news),
            () = instant => {}
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        for news in std::mem::take(&mut self.heard) {
            self.learn(news, ctx);
        }
        self.advance(ctx);
        Ok(())
    }

    async fn command(
        &mut self,
        verb: &str,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        let done = match verb {
            "offset_ms" => self.offset_ms(args, ctx).await?,
            "wrong" => self.wrong(args).await?,
            other => return Err(Refusal::usage(format!("“{other}” is no command of the lyrics"))),
        };
        self.advance(ctx);
        Ok(done)
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        config.check()?;
        let only_offset = Config { offset_ms: self.config.offset_ms, ..config.clone() } == self.config;
        if !only_offset {
            self.searches = Searches::new(&config, ctx.state_dir())
                .map_err(|error| Refusal::config(error.to_string()))?;
            self.troubles.clear();
            self.search_again(|_| true);
            self.tell(ctx);
        }
        self.config = config;
        self.set_offset();
        self.advance(ctx);
        Ok(())
    }

    fn state(&self) -> Value {
        let players = self.players.iter().map(|(name, voice)| (name.to_string(), picture(&voice.player)));
        json!({
            "players": Map::from_iter(players),
            "searches": self.searches.len(),
            "troubles": self.troubles.values().collect::<Vec<_>>(),
            "cache": self.searches.cache().dir().display().to_string(),
        })
    }
}

impl Lyrics {
    fn voice(&mut self, name: &Name, ctx: &Context) -> &mut Voice {
        self.players.entry(name.clone()).or_insert_with(|| Voice {
            player: Player::new(self.config.offset_ms),
            documents: ctx.publisher(name),
            lines: ctx.publisher(name),
            words: ctx.publisher(name),
        })
    }

    fn has_room(&mut self, name: &Name) -> bool {
        if self.players.len() >= MAX_PLAYERS && !self.players.contains_key(name) {
            let idle = self.players.iter().find(|(_, voice)| voice.player.song().is_none());
            if let Some(idle) = idle.map(|(name, _)| name.clone()) {
                self.players.remove(&idle);
            }
        }
        self.players.len() < MAX_PLAYERS || self.players.contains_key(name)
    }

    fn load(&mut self, name: &Name, song: Option<Song>, at_ns: i64, ctx: &Context) {
        if self.voice(name, ctx).player.load(song.clone(), at_ns) {
            self.searches.keep(self.players.values().filter_map(|voice| voice.player.song()));
            if let Some(song) = song
                && let Some(known) = self.searches.want(&song)
            {
                self.voice(name, ctx).player.learn(Some(known), time::mono_ns());
            }
        }
    }

    fn learn(&mut self, news: News, ctx: &mut Context) {
        match news {
            News::Answer { ticket, answer } => match self.searches.answered(ticket, answer) {
                None => ctx.count("late_answers", 1),
                Some((song, answer)) => {
                    let now_ns = time::mono_ns();
                    let wanting =
                        self.players.values_mut().filter(|voice| voice.player.song() == Some(&song));
                    wanting.for_each(|voice| voice.player.learn(Some(answer.clone()), now_ns));
                }
            },
            News::Trouble { about, reason } => {
                match reason {
                    Some(reason) => self.troubles.insert(about, reason),
                    None => self.troubles.remove(&about),
                };
                self.tell(ctx);
            }
        }
    }

    /// Forgets what is known of the songs that are meant, and looks for their words anew.
    fn search_again(&mut self, meant: impl Fn(&Song) -> bool) {
        let now_ns = time::mono_ns();
        self.searches.forget(&meant);
        for voice in self.players.values_mut() {
            if let Some(song) = voice.player.song().filter(|song| meant(song)).cloned() {
                let known = self.searches.want(&song);
                voice.player.learn(known, now_ns);
            }
        }
    }

    fn set_offset(&mut self) {
        let now_ns = time::mono_ns();
        self.players.values_mut().for_each(|voice| voice.player.set_offset_ms(self.config.offset_ms, now_ns));
    }

    /// Says what has changed until now.
    fn advance(&mut self, ctx: &mut Context) {
        let now_ns = time::mono_ns();
        for voice in self.players.values_mut() {
            voice.player.advance(now_ns, &mut self.out);
            for say in self.out.drain(..) {
                // What does not leave is counted by the bus.
                let _sent = match say {
                    Say::Document(at_ns, body) => voice.documents.send(time::stamp_of_mono(at_ns), &body),
                    Say::Line(at_ns, body) => voice.lines.send(time::stamp_of_mono(at_ns), &body),
                    Say::Word(at_ns, body) => voice.words.send(time::stamp_of_mono(at_ns), &body),
                };
            }
        }
        ctx.count("lookups_cancelled", self.searches.take_ended());
    }

    fn tell(&self, ctx: &mut Context) {
        if self.troubles.is_empty() {
            return ctx.ready();
        }
        ctx.degraded(&self.troubles.values().map(String::as_str).collect::<Vec<_>>().join("; "));
    }
}

fn picture(player: &Player) -> Value {
    let words: Option<&Arc<_>> = player.words();
    json!({
        "track_id": player.song().map(|song| &song.id),
        "source": words.map(|words| &words.source),
        "synced": words.map(|words| words.synced),
        "lines": words.map(|words| words.lines.len()),
        "line": player.line(),
        "offset_ms": player.offset_ms(),
    })
}
