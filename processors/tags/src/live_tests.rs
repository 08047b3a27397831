//! The tags on a real broker, with a server that plays the model.

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bus::{Bus, Inbox, Publisher, time};
use schemas::Name;
use schemas::audio::Features;
use schemas::lyrics::Document;
use schemas::playback::{ActivePlayer, Provenance, Track};
use schemas::sys::{Heartbeat, State};
use schemas::tags::Song;
use serde_json::{Value, json};
use stage::{PATIENCE, name, until};
use testkit::web::{Reply, Server};

use crate::Tags;
use crate::answer::tests::good;
use crate::model::tests::ollama_says;
use crate::rules::tests::document;

fn ollama(url: &str) -> Value {
    json!({ "provider": "ollama", "model": "m", "url": url, "settle_s": 0, "timeout_s": 5 })
}

struct Stage {
    stage: stage::Stage,
    songs: Inbox,
    kept: RefCell<Vec<(Name, Song)>>,
    health: Inbox,
    // One publisher per subject, kept: it numbers its messages, and a reader drops what is numbered again.
    tracks: RefCell<BTreeMap<Name, Publisher<Track>>>,
    words: RefCell<BTreeMap<Name, Publisher<Document>>>,
}

impl Deref for Stage {
    type Target = stage::Stage;

    fn deref(&self) -> &stage::Stage {
        &self.stage
    }
}

impl Stage {
    /// A broker and the component on it, ready.
    async fn set(config: Value) -> Stage {
        let stage = stage::Stage::set().await;
        let (songs, health) = (stage.hear::<Song>(None).await, stage.hear::<Heartbeat>(None).await);
        stage.start::<Tags>("tags", config);
        stage.answers("tags").await;
        Stage {
            stage,
            songs,
            kept: RefCell::default(),
            health,
            tracks: RefCell::default(),
            words: RefCell::default(),
        }
    }

    fn play(&self, player: &str, title: Option<&str>, service: &str) {
        let provenance = Provenance { service: service.into(), licence: String::new() };
        let track = Track { title: title.map(String::from), provenance, ..Track::default() };
        kept(&self.tracks, &self.bus, player).send(time::now(), &track);
    }

    fn sing(&self, player: &str, lines: &[&str]) {
        kept(&self.words, &self.bus, player).send(time::now(), &document(lines));
    }

    /// The next tags of a player that fit. Those of other players are kept for when they are asked for.
    async fn until(&self, player: &str, what: &str, fits: impl Fn(&Song) -> bool) -> Song {
        let player = name(player);
        let look = async {
            loop {
                if let Some(song) = self.next_kept(&player) {
                    if fits(&song) {
                        return song;
                    }
                    continue;
                }
                let delivery = self.songs.next().await;
                let song = delivery.decode::<Song>().unwrap().body;
                self.kept.borrow_mut().push((delivery.subject.name().unwrap().clone(), song));
            }
        };
        tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("never saw {what}"))
    }

    fn next_kept(&self, player: &Name) -> Option<Song> {
        let mut kept = self.kept.borrow_mut();
        let place = kept.iter().position(|(name, _)| name == player)?;
        Some(kept.remove(place).1)
    }

    async fn until_health(&self, state: State) -> String {
        let what = format!("{state:?}");
        until::<Heartbeat>(&self.health, &what, |_, beat| beat.state == state).await.1.reason
    }

    async fn again(&self, player: &str) -> schemas::command::Reply {
        self.ask("tags", "again", json!([player])).await
    }
}

fn kept<'a, T: schemas::Payload>(
    publishers: &'a RefCell<BTreeMap<Name, Publisher<T>>>,
    bus: &Bus,
    player: &str,
) -> RefMut<'a, Publisher<T>> {
    let name = name(player);
    RefMut::map(publishers.borrow_mut(), |all| {
        all.entry(name.clone()).or_insert_with(|| bus.publisher(&name))
    })
}

#[test]
fn rules_tag_at_once_and_the_model_replaces_them_for_both_twins_with_one_question() {
    stage::run(async {
        let model =
            Server::start(|_request| ollama_says(&good().to_string()).after(Duration::from_millis(300)))
                .unwrap();
        let stage = Stage::set(ollama(&model.url())).await;
        stage.play("main", Some("Fire"), "file");
        stage.play("room", Some("Fire"), "file");
        let ruled = stage.until("room", "rules", |song| song.source == "rules").await;
        assert!(
            ruled.themes.contains(&"fire".to_owned()) && ruled.note.contains("waiting for m"),
            "{ruled:?}"
        );
        stage.until("main", "the model", |song| song.source == "m" && song.mood == "dark").await;
        let tagged = stage.until("room", "the model", |song| song.source == "m").await;
        assert_eq!((tagged.note.as_str(), model.requests().len()), ("", 1));

        // Words that come later are another question, and its answer carries their identity.
        stage.sing("room", &["we dance", "and dance"]);
        let ruled = stage.until("room", "rules with words", |song| song.track_id == "invented|song").await;
        assert_eq!(ruled.source, "rules");
        stage.until("room", "the model", |song| song.source == "m" && song.track_id == "invented|song").await;
        assert_eq!(model.requests().len(), 2);

        assert!(stage.again("room").await.ok);
        testkit::wait::wait_until_async(PATIENCE, "asked again", async || model.requests().len() == 3)
            .await
            .unwrap();
        assert_eq!(stage.again("nobody").await.error.unwrap().kind, "absent");
        stage.play("room", None, "file");
        stage.until("room", "nothing", |song| song.mood.is_empty()).await;
    });
}

#[test]
fn what_is_of_spotify_reaches_no_model_and_the_same_from_a_file_does() {
    stage::run(async {
        let model = Server::start(|_request| ollama_says(&good().to_string())).unwrap();
        let stage = Stage::set(ollama(&model.url())).await;
        stage.play("spotify", Some("Hidden"), "spotify");
        stage.sing("spotify", &["secret words of love"]);
        let kept = stage.until("spotify", "rules", |song| song.track_id == "invented|song").await;
        assert_eq!(kept.source, "rules");
        assert!(kept.note.contains("Spotify") && kept.note.contains("spotify_to_models"), "{}", kept.note);
        assert_eq!(stage.again("spotify").await.error.unwrap().kind, "not_permitted");

        // A question about another track that is answered shows that the first had every chance to be asked.
        stage.play("deck", Some("Open"), "file");
        stage.until("deck", "the model", |song| song.source == "m").await;
        stage.play("deck", Some("Hidden"), "file");
        stage.until("deck", "the model on the same name", |song| song.source == "m").await;
        let sent: Vec<String> = model
            .requests()
            .iter()
            .map(|request| String::from_utf8_lossy(&request.body).into_owned())
            .collect();
        assert_eq!(sent.len(), 2);
        assert!(!sent.iter().any(|body| body.contains("secret words")), "lyrics found for Spotify were sent");
        let state = stage.ask("tags", "get_state", json!(null)).await;
        assert_eq!(state.fields["state"]["players"]["spotify"]["source"], "rules", "{:?}", state.fields);
    });
}

#[test]
fn a_late_answer_is_dropped_when_the_track_has_changed() {
    stage::run(async {
        let model = Server::start(|request| {
            let slow = String::from_utf8_lossy(&request.body).contains("Slow");
            let mut answer = good();
            answer["themes"] = json!([if slow { "late" } else { "fresh" }]);
            ollama_says(&answer.to_string()).after(Duration::from_secs(if slow { 2 } else { 0 }))
        })
        .unwrap();
        let stage = Stage::set(ollama(&model.url())).await;
        stage.play("main", Some("Slow"), "file");
        testkit::wait::wait_until_async(PATIENCE, "asked", async || model.requests().len() == 1)
            .await
            .unwrap();
        stage.play("main", Some("Quick"), "file");
        let song = stage.until("main", "the second", |song| song.source == "m").await;
        assert_eq!(song.themes, ["fresh"]);
        // The first question was stopped, so that nothing of it can come any more; back on it, it is asked anew.
        stage.play("main", Some("Slow"), "file");
        let song = stage.until("main", "the first", |song| song.source == "m").await;
        assert_eq!((song.themes, model.requests().len()), (vec!["late".to_owned()], 3));
    });
}

#[test]
fn what_is_pushed_out_by_newer_tracks_gets_its_turn() {
    stage::run(async {
        let model =
            Server::start(|_request| ollama_says(&good().to_string()).after(Duration::from_millis(200)))
                .unwrap();
        let stage = Stage::set(ollama(&model.url())).await;
        let decks = ["deck-1", "deck-2", "deck-3", "deck-4", "deck-5"];
        decks.iter().for_each(|deck| stage.play(deck, Some(deck), "virtualdj"));
        for deck in decks {
            stage.until(deck, deck, |song| song.source == "m").await;
        }
        assert_eq!(model.requests().len(), decks.len(), "each is asked about once");
    });
}

#[test]
fn players_with_nothing_loaded_give_their_place() {
    stage::run(async {
        let stage = Stage::set(json!({})).await;
        stage.play("first", Some("Fire"), "file");
        stage.until("first", "its tags", |song| song.source == "rules").await;
        for n in 0..200 {
            stage.play(&format!("gone-{n}"), None, "file");
        }
        stage.play("late", Some("Fire"), "file");
        stage.until("late", "its tags", |song| song.source == "rules").await;
        let state = stage.ask("tags", "get_state", json!(null)).await;
        assert_eq!(state.fields["state"]["players"]["first"]["source"], "rules");
    });
}

#[test]
fn a_model_that_is_away_is_said_and_rules_go_on_until_it_is_back() {
    stage::run(async {
        let up = Arc::new(AtomicBool::new(false));
        let is_up = Arc::clone(&up);
        let model = Server::start(move |_request| match is_up.load(Ordering::Relaxed) {
            true => ollama_says(&good().to_string()),
            false => Reply::json(503, "{}"),
        })
        .unwrap();
        let stage = Stage::set(ollama(&model.url())).await;
        stage.play("main", Some("Fire"), "file");
        let reason = stage.until_health(State::Degraded).await;
        assert!(reason.contains("tagged by rules") && reason.contains("ollama serve"), "{reason}");
        let song = stage.until("main", "the reason", |song| song.note.contains("503")).await;
        assert_eq!((song.source.as_str(), song.themes[0].as_str()), ("rules", "fire"));
        up.store(true, Ordering::Relaxed);
        assert!(stage.again("main").await.ok);
        stage.until("main", "the model", |song| song.source == "m").await;
        stage.until_health(State::Ready).await;
    });
}

#[test]
fn measured_energy_replaces_what_the_words_say() {
    stage::run(async {
        let stage = Stage::set(json!({})).await;
        stage.play("main", Some("Sleep in peace and silence"), "file");
        let active = ActivePlayer { player: Some("main".into()), why: "alone".into(), since: 0.0 };
        stage.bus.publisher::<ActivePlayer>(&Name::main()).send(time::now(), &active);
        let guessed = stage.until("main", "rules", |song| song.source == "rules").await;
        assert!(guessed.energy < 0.5 && guessed.note.contains("no model is configured"), "{guessed:?}");
        let features = stage.bus.publisher::<Features>(&Name::main());
        let loud = Features { intensity: 1.0, loudness: -6.0, ..Features::default() };
        let sound = async {
            // As dense as any real input's: who only glances at it sees something each time.
            let mut pace = tokio::time::interval(Duration::from_millis(20));
            loop {
                pace.tick().await;
                features.send(time::now(), &loud);
            }
        };
        tokio::select! {
            () = sound => {}
            song = stage.until("main", "its energy", |song| song.energy > 0.9) => {
                assert_eq!(song.mood, "energetic", "{:?}", song.moods);
            }
        }
    });
}
