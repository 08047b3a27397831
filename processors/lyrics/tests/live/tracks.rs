//! Tracks that change, players that stop, and players that share a song.

use std::time::Duration;

use schemas::playback::Track;
use stage::PATIENCE;
use testkit::wait::wait_until_async;
use testkit::web::{Reply, Server};

use crate::stage::{Stage, on_stage, track};

fn found(text: &str) -> Reply {
    Reply::json(200, &serde_json::json!({ "id": 1, "syncedLyrics": format!("[00:01.00]{text}") }).to_string())
}

/// Answers for songs called `slow` long after the test, for others at once.
fn lrclib() -> Server {
    Server::start(|request| {
        if request.target().contains("slow") {
            found("too late").after(Duration::from_secs(120))
        } else {
            found("quick")
        }
    })
    .unwrap()
}

#[test]
fn a_new_track_ends_what_was_under_way_and_its_answer_never_shows() {
    let server = lrclib();
    on_stage(Some(server.url()), async |stage: Stage| {
        let (ear, deck) = (stage.ear("main").await, stage.deck("main"));
        deck.load(&track("slow"));
        deck.play(5.0);
        wait_until_async(PATIENCE, "the first question", async || !server.requests().is_empty())
            .await
            .unwrap();
        deck.load(&track("fast"));
        deck.play(5.0);
        // Questions go one at a time: this one is asked only because the first was given up.
        let document =
            ear.document("the words of the new track", |document| !document.lines.is_empty()).await;
        assert_eq!(
            (document.track_id.as_str(), document.lines[0].text.as_str()),
            ("any one|fast||180", "quick")
        );
        ear.text("quick").await;
        let state = stage.command("get_state", serde_json::json!({})).await;
        assert_eq!(state.fields["state"]["searches"], 1, "{state:?}");
    });
}

#[test]
fn players_with_nothing_loaded_give_their_place_and_others_do_not() {
    on_stage(None, async |stage: Stage| {
        let known = async || {
            let state = stage.command("get_state", serde_json::json!({})).await;
            state.fields["state"]["players"].as_object().unwrap().clone()
        };
        let (first, late) = (stage.deck("first"), stage.deck("late"));
        let song = stage.sidecar("song", "[00:01.00]sung");
        first.load(&song);
        for n in 0..200 {
            stage.deck(&format!("gone-{n}")).load(&Track::default());
        }
        let ears = (stage.ear("first").await, stage.ear("late").await);
        // All places are taken before the late one comes, whose position would else arrive before all tracks.
        wait_until_async(PATIENCE, "64 players", async || known().await.len() == 64).await.unwrap();
        late.load(&song);
        late.play(2.0);
        ears.1.text("sung").await;
        first.play(2.0);
        ears.0.text("sung").await;
        assert_eq!(known().await.len(), 64);
    });
}

#[test]
fn nothing_stale_stays_after_a_stop_or_on_a_track_without_words() {
    on_stage(None, async |stage: Stage| {
        let (ear, deck) = (stage.ear("main").await, stage.deck("main"));
        let song = stage.sidecar("song", "[00:01.00]sung");
        deck.load(&song);
        deck.play(2.0);
        ear.text("sung").await;
        deck.load(&Track::default());
        let document = ear.document("a document of no track", |document| document.track_id.is_empty()).await;
        assert_eq!((document.lines.len(), document.source.as_str()), (0, "none"));
        let (_, line) = ear.line("an empty line", |line| line.index == -1).await;
        assert_eq!((line.body.text.as_str(), line.body.next.as_str()), ("", ""));

        deck.load(&song);
        deck.play(2.0);
        ear.text("sung").await;
        deck.load(&track("wordless"));
        ear.line("an empty line", |line| line.index == -1 && line.text.is_empty()).await;
        let document = ear.document("no words", |document| document.track_id.contains("wordless")).await;
        assert!(document.lines.is_empty());
    });
}

#[test]
fn players_do_not_disturb_each_other_and_the_room_costs_nothing() {
    let server = lrclib();
    on_stage(Some(server.url()), async |stage: Stage| {
        let (main, room, other) =
            (stage.ear("main").await, stage.ear("room").await, stage.ear("deck-b").await);
        let shared = track("fast");
        for player in ["main", "room"] {
            stage.deck(player).load(&shared);
            stage.deck(player).play(0.8);
        }
        stage.deck("deck-b").load(&stage.sidecar("other", "[00:03.00]of b\n[00:04.00]more of b"));
        stage.deck("deck-b").at(3.5, 1.0, false);
        for ear in [&main, &room] {
            ear.text("quick").await;
        }
        let (_, line) = other.text("of b").await;
        assert_eq!((line.body.next.as_str(), line.body.next_in_s), ("more of b", None));
        assert_eq!(server.requests().len(), 1, "one song is asked for once");
    });
}
