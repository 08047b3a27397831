//! LRCLIB in trouble: said, waited for, and nobody else's concern.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use schemas::sys::{Heartbeat, State};
use serde_json::json;
use testkit::web::{Reply, Server};

use crate::stage::{Stage, next, on_stage, track};

#[test]
fn a_server_in_trouble_degrades_and_local_words_go_on_until_it_is_back() {
    let up = Arc::new(AtomicBool::new(false));
    let (works, record) =
        (Arc::clone(&up), json!({ "id": 1, "syncedLyrics": "[00:01.00]at last" }).to_string());
    let server = Server::start(move |_| match works.load(Ordering::Relaxed) {
        true => Reply::json(200, &record),
        false => Reply::json(503, "{}"),
    })
    .unwrap();
    on_stage(Some(server.url()), async |stage: Stage| {
        let (ear, deck, beats) = (stage.ear("main").await, stage.deck("main"), stage.heartbeats().await);
        deck.load(&track("asked for"));
        deck.at(2.0, 1.0, false);
        let (_, beat) =
            next::<Heartbeat>(&beats, "that it is degraded", |beat| beat.state == State::Degraded).await;
        assert!(beat.body.reason.contains("status 503"), "{}", beat.body.reason);

        let (local, other) = (stage.sidecar("local", "[00:01.00]here"), stage.ear("deck-b").await);
        stage.deck("deck-b").load(&local);
        stage.deck("deck-b").at(2.0, 1.0, false);
        other.text("here").await;

        up.store(true, Ordering::Relaxed);
        ear.text("at last").await;
        next::<Heartbeat>(&beats, "that all is well", |beat| beat.state == State::Ready).await;
    });
}

#[test]
fn what_was_found_is_there_without_the_network() {
    let record = json!({ "id": 1, "plainLyrics": "one\ntwo" }).to_string();
    let server = Server::start(move |_| Reply::json(200, &record)).unwrap();
    on_stage(Some(server.url()), async |mut stage: Stage| {
        let (ear, deck) = (stage.ear("main").await, stage.deck("main"));
        deck.load(&track("kept"));
        let found = ear.document("the words", |document| document.lines.len() == 2).await;
        assert!(!found.synced && found.source == "lrclib");
        drop(server);
        stage.restart().await;
        deck.load(&track("another"));
        ear.document("another", |document| document.track_id.contains("another")).await;
        deck.load(&track("kept"));
        ear.document("the kept words", |document| document.lines.len() == 2).await;
    });
}
