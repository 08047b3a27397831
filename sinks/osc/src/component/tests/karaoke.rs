//! Track, lyrics and tags on a real broker, decoded by python-osc.

use rosc::OscType;
use schemas::lyrics::{Document, DocumentLine, Line};
use schemas::playback::{Position, Provenance, Track};
use schemas::tags::Song;
use testkit::osc::{PythonMessage, PythonOsc};

use super::*;

fn track(title: Option<&str>) -> Track {
    Track {
        artist: title.map(|_| "Björk".to_owned()),
        title: title.map(str::to_owned),
        duration_s: title.map(|_| 305.5),
        audible: Some(true),
        provenance: Provenance { service: "mpris".to_owned(), licence: String::new() },
        ..Track::default()
    }
}

fn document(lines: usize) -> Document {
    let line = |n: usize| DocumentLine {
        at_s: n as f64 / 2.0,
        text: format!("line {n}"),
        words: None,
        refrain: (n % 2 == 1).then_some(true),
        occurrence: None,
        keywords: if n % 2 == 1 { vec!["line".to_owned(), "word".to_owned()] } else { Vec::new() },
    };
    Document {
        track_id: "x".to_owned(),
        source: "test".to_owned(),
        synced: true,
        lines: (0..lines).map(line).collect(),
    }
}

fn line(index: i64) -> Line {
    Line {
        index,
        text: format!("line {index}"),
        next: String::new(),
        next_in_s: None,
        refrain: index % 2 == 1,
        keywords: vec!["line".to_owned(), "word".to_owned()],
    }
}

fn song() -> Song {
    let nothing: [&str; 0] = [];
    let song = json!({
        "mood": "happy", "moods": {"happy": 0.5, "calm": 0.25}, "energy": 0.5, "valence": 0.0, "themes": nothing,
        "keywords": nothing, "adjectives": nothing, "image_prompt": "", "source": "rules", "confidence": 0.5,
    });
    serde_json::from_value(song).unwrap()
}

/// All that is said of one player.
struct Voice {
    tracks: bus::Publisher<Track>,
    positions: bus::Publisher<Position>,
    documents: bus::Publisher<Document>,
    lines: bus::Publisher<Line>,
    songs: bus::Publisher<Song>,
}

impl Voice {
    fn play(&self, title: Option<&str>) {
        self.tracks.send(time::now(), &track(title));
    }

    fn document(&self, lines: usize) {
        self.documents.send(time::now(), &document(lines));
    }

    fn line(&self, index: i64) {
        self.lines.send(time::now(), &line(index));
    }
}

impl Room {
    fn voice(&self, player: &Name) -> Voice {
        Voice {
            tracks: self.stage.bus.publisher(player),
            positions: self.stage.bus.publisher(player),
            documents: self.stage.bus.publisher(player),
            lines: self.stage.bus.publisher(player),
            songs: self.stage.bus.publisher(player),
        }
    }

    /// Has a target send to `port`, as soon as the component is there.
    async fn send_to(&self, target: &str, port: u16) {
        let config = json!({"targets": {target: {"address": format!("127.0.0.1:{port}")}}});
        let taken = async || {
            self.stage
                .bus
                .request(&stage::name(&self.osc), "set_config", &config)
                .await
                .is_ok_and(|reply| reply.ok)
        };
        testkit::wait::wait_until_async(PATIENCE, "the target is taken", taken).await.unwrap();
    }
}

/// Waits for messages without holding up the component beside it.
async fn received(python: &PythonOsc, address: &str, count: usize) -> Vec<PythonMessage> {
    let all = async || {
        let found: Vec<_> = python.messages().into_iter().filter(|m| m.address == address).collect();
        (found.len() >= count).then_some(found)
    };
    testkit::wait::wait_for_async(PATIENCE, &format!("{count} messages to {address}"), all).await.unwrap()
}

fn assert_is(message: &PythonMessage, types: &str, args: Value) {
    let names = types.chars().map(|kind| match kind {
        'i' => "int",
        'f' => "float",
        _ => "str",
    });
    assert_eq!(message.types, names.collect::<Vec<_>>(), "{message:?}");
    assert_eq!(Value::from(message.args.clone()), args, "{}", message.address);
}

#[test]
fn python_osc_decodes_the_catalogue_in_its_order_and_with_its_types() {
    perform_on("karaoke", "osc-karaoke", |room| async move {
        let python = PythonOsc::start().unwrap();
        room.send_to("karaoke", python.port()).await;
        let (other, voice) = (room.voice(&Name::main()), room.voice(&Name::room()));
        other.play(Some("of another player"));
        voice.play(Some("Jóga"));
        received(&python, "/karaoke/track", 1).await;
        other.document(1);
        voice.document(4);
        let tracks = received(&python, "/karaoke/track", 2).await;
        assert_is(&tracks[0], "issssfi", json!([1, "mpris", "Bjork", "Joga", "", 305.5, 0]));
        assert_is(&tracks[1], "issssfi", json!([1, "mpris", "Bjork", "Joga", "", 305.5, 1]));
        let lines = received(&python, "/karaoke/lyrics/line", 4).await;
        assert_is(&lines[3], "ifs", json!([3, 1.5, "line 3"]));
        let refrain = received(&python, "/karaoke/refrain/line", 2).await;
        assert_is(&refrain[1], "ifs", json!([1, 1.5, "line 3"]));
        let keywords = received(&python, "/karaoke/keywords/line", 2).await;
        assert_is(&keywords[0], "ifs", json!([1, 0.5, "LINE WORD"]));
        for reset in ["/karaoke/lyrics/reset", "/karaoke/refrain/reset"] {
            assert_is(&received(&python, reset, 2).await[1], "", json!([]));
        }
        assert_is(&received(&python, "/karaoke/keywords/reset", 2).await[1], "s", json!(["Bjork::Joga"]));
        voice.positions.send(time::now(), &Position { position_s: 1.75, rate: 1.0, playing: false });
        assert_is(&received(&python, "/karaoke/pos", 1).await[0], "fi", json!([1.75, 0]));
        voice.line(3);
        assert_is(&received(&python, "/karaoke/refrain/active", 1).await[0], "is", json!([1, "line 3"]));
        assert_is(&received(&python, "/karaoke/keywords/active", 1).await[0], "is", json!([3, "LINE WORD"]));
        assert_is(received(&python, "/karaoke/line/active", 2).await.last().unwrap(), "i", json!([3]));
        voice.songs.send(time::now(), &song());
        assert_is(&received(&python, "/karaoke/categories/calm", 1).await[0], "f", json!([0.25]));
        voice.play(None);
        assert_is(
            &received(&python, "/karaoke/track", 3).await[2],
            "issssfi",
            json!([0, "", "", "", "", 0.0, 0]),
        );
        let others = python.messages().into_iter().filter(|m| m.args.contains(&json!("of another player")));
        assert_eq!((others.count(), received(&python, "/karaoke/lyrics/line", 4).await.len()), (0, 4));
    });
}

#[test]
fn who_comes_late_gets_the_whole_picture() {
    perform_on("karaoke", "osc-late", |room| async move {
        let voice = room.voice(&Name::room());
        voice.play(Some("Jóga"));
        voice.document(200);
        voice.line(5);
        while room.next("/karaoke/line/active").await != [OscType::Int(5)] {}
        let python = PythonOsc::start().unwrap();
        room.send_to("karaoke", python.port()).await;
        let lines = received(&python, "/karaoke/lyrics/line", 200).await;
        assert_is(&lines[199], "ifs", json!([199, 99.5, "line 199"]));
        let active = received(&python, "/karaoke/line/active", 2).await;
        assert_is(active.last().unwrap(), "i", json!([5]));
        assert!(room.ask("resync", Value::Null).await.ok);
        let all = received(&python, "/karaoke/lyrics/line", 400).await;
        assert_eq!(
            all[200..].iter().map(|m| &m.args).collect::<Vec<_>>(),
            lines.iter().map(|m| &m.args).collect::<Vec<_>>()
        );
        let tracks = received(&python, "/karaoke/track", 2).await;
        assert_is(tracks.last().unwrap(), "issssfi", json!([1, "mpris", "Bjork", "Joga", "", 305.5, 1]));
    });
}

#[test]
fn words_that_come_before_their_track_are_said_again_after_it() {
    perform_on("karaoke", "osc-early", |room| async move {
        let python = PythonOsc::start().unwrap();
        room.send_to("karaoke", python.port()).await;
        let voice = room.voice(&Name::room());
        voice.document(4);
        received(&python, "/karaoke/lyrics/line", 4).await;
        voice.play(Some("Jóga"));
        received(&python, "/karaoke/lyrics/line", 8).await;
        let order: Vec<_> = python.messages().into_iter().map(|m| m.address).collect();
        let last = |address: &str| order.iter().rposition(|known| known == address);
        assert!(last("/karaoke/lyrics/reset") < last("/karaoke/lyrics/line"), "{order:?}");
        assert!(last("/karaoke/lyrics/reset") > Some(9), "{order:?}");
    });
}

#[test]
fn another_track_without_words_has_no_lyrics() {
    perform_on("karaoke", "osc-wordless", |room| async move {
        let python = PythonOsc::start().unwrap();
        room.send_to("karaoke", python.port()).await;
        let voice = room.voice(&Name::room());
        voice.play(Some("Jóga"));
        received(&python, "/karaoke/track", 1).await;
        voice.document(2);
        received(&python, "/karaoke/lyrics/line", 2).await;
        voice.play(Some("Hunter"));
        let hunter = || python.messages().into_iter().rfind(|m| m.args.get(3) == Some(&json!("Hunter")));
        let found =
            testkit::wait::wait_for_async(PATIENCE, "the other track", async || hunter()).await.unwrap();
        assert_is(&found, "issssfi", json!([1, "mpris", "Bjork", "Hunter", "", 305.5, 0]));
        assert!(room.ask("resync", Value::Null).await.ok);
        received(&python, "/karaoke/keywords/reset", 4).await;
        assert_eq!(
            received(&python, "/karaoke/lyrics/line", 2).await.len(),
            2,
            "the words of the track before"
        );
    });
}

#[test]
fn a_burst_is_drawn_out_and_beats_go_past_it() {
    const BOTH: &str = "title = \"T\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:9\"\n[[send]]\nfrom = \"lyrics.document\"\neach = \"lines\"\nosc = \"/line\"\nargs = [{ type = \"i\", field = \"place\" }]\n[[send]]\nfrom = \"lyrics.document\"\neach = \"lines\"\nosc = \"/again\"\nargs = [{ type = \"i\", field = \"place\" }]\n[[send]]\nfrom = \"beat.tick\"\nosc = \"/beat\"\nargs = [{ type = \"i\", field = \"index\" }]\n";
    perform_on("generic", "osc-burst", |room| async move {
        let receiver = testkit::osc::Receiver::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("both.toml"), BOTH).unwrap();
        let address = format!("127.0.0.1:{}", receiver.port());
        room.next("/vj/level/rms").await;
        let config = json!({"targets_dir": folder.path(), "targets": {"both": {"address": address}}});
        assert!(room.ask("set_config", config).await.ok);
        room.conduct();
        let beats = async || (receiver.to("/beat").len() >= 2).then_some(());
        testkit::wait::wait_for_async(PATIENCE, "beats", beats).await.unwrap();
        let before = receiver.to("/beat").len();
        room.voice(&Name::room()).document(1000);
        let all = async || (receiver.to("/again").len() == 1000).then_some(());
        testkit::wait::wait_for_async(PATIENCE, "the whole burst", all).await.unwrap();
        let (first, last) = (receiver.to("/line")[0].at_mono_ns, receiver.to("/again")[999].at_mono_ns);
        assert!(last - first >= 180_000_000, "2000 messages in {} ms", (last - first) / 1_000_000);
        // 300 beats a minute: one falls into the burst, in its place.
        let beats = receiver.to("/beat")[before..].iter().map(|m| m.at_mono_ns).collect::<Vec<_>>();
        assert!(
            beats.iter().any(|at| (first..=last + 30_000_000).contains(at)),
            "no beat between {first} and {last}: {beats:?}"
        );
        let state = room.ask("get_state", Value::Null).await;
        let state = Value::Object(state.fields);
        assert_eq!(state.pointer("/state/targets/both/counts/crowded"), Some(&json!(0)), "{state}");
    });
}
