//! What an operator can do: move the words, and refuse them.

use serde_json::json;
use stage::{PATIENCE, name};
use testkit::wait::wait_for_async;
use testkit::web::{Reply, Server};

use crate::stage::{Stage, on_stage, track};

const LINE: &str = "[00:10.00]ten";

#[test]
fn an_offset_is_later_and_kept_with_the_song() {
    on_stage(None, async |mut stage: Stage| {
        let (ear, deck) = (stage.ear("main").await, stage.deck("main"));
        let song = stage.sidecar("song", LINE);
        deck.load(&song);
        deck.at(10.5, 1.0, false);
        ear.text("ten").await;
        let reply = stage.command("offset_ms", json!(["main", 1000])).await;
        assert!(reply.ok, "{reply:?}");
        ear.line("the line taken back", |line| line.index == -1).await;
        assert!(stage.command("offset_ms", json!({"player": "all", "ms": -1000})).await.ok);
        ear.text("ten").await;
        assert!(stage.command("offset_ms", json!(["all", 0])).await.ok);
        ear.line("the line taken back", |line| line.index == -1).await;

        // The song's own offset outlives the process.
        stage.restart().await;
        let state = wait_for_async(PATIENCE, "the next generation has the words", async || {
            deck.at(10.5, 1.0, false);
            let reply = stage.bus.request(&name("lyrics"), "get_state", &json!({})).await.ok()?;
            let main = &reply.fields["state"]["players"]["main"];
            (main["lines"] == 1).then(|| main.clone())
        });
        let state = state.await.unwrap();
        assert_eq!((&state["offset_ms"], &state["line"]), (&json!(1000.0), &json!(-1)));

        for args in
            [json!(["main"]), json!(["main", 1e9]), json!(["nobody", 1]), json!(["all", "x"]), json!(null)]
        {
            let reply = stage.command("offset_ms", args.clone()).await;
            assert!(!reply.ok && reply.error.is_some_and(|error| error.kind == "usage"), "{args}");
        }
    });
}

#[test]
fn wrong_words_are_never_shown_again_and_the_next_source_is_tried() {
    let record = json!({ "id": 1, "syncedLyrics": "[00:10.00]from the network" }).to_string();
    let server = Server::start(move |request| match request.target().starts_with("/api/get") {
        true => Reply::json(200, &record),
        false => Reply::json(200, "[]"),
    })
    .unwrap();
    on_stage(Some(server.url()), async |mut stage: Stage| {
        let (ear, deck) = (stage.ear("main").await, stage.deck("main"));
        let song = stage.sidecar("song", "[00:10.00]beside the file");
        deck.load(&song);
        deck.at(11.0, 1.0, false);
        ear.text("beside the file").await;
        let reply = stage.command("wrong", json!(["main"])).await;
        assert_eq!((reply.ok, &reply.fields["source"]), (true, &json!("sidecar")));
        ear.text("from the network").await;
        assert!(stage.command("wrong", json!("main")).await.ok);
        let nothing = ear.document("that there are no words", |document| document.source == "none").await;
        assert!(nothing.lines.is_empty());
        assert!(!stage.command("wrong", json!("main")).await.ok, "there is nothing that could be wrong");

        stage.restart().await;
        deck.load(&track("another"));
        ear.document("another track", |document| document.track_id.contains("another")).await;
        deck.load(&song);
        let again = ear
            .document("the same after a restart", |document| {
                document.track_id.contains("|song|") && document.source == "none"
            })
            .await;
        assert!(again.lines.is_empty());
    });
}
