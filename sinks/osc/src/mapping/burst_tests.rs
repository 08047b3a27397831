//! Lists as messages, values of other subjects, and the catalogue of `karaoke`.

use rosc::{OscMessage, OscType};
use serde_json::{Value, json};

use super::*;
use crate::target::SHIPPED;

const HEAD: &str = "title = \"T\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:9000\"\n[[send]]\n";

fn shipped(name: &str) -> Target {
    Target::compile(SHIPPED.iter().find(|(shipped, _)| *shipped == name).unwrap().1).unwrap()
}

fn heard(others: &[(&'static str, Value)]) -> Heard {
    others.iter().map(|(topic, message)| (*topic, Fields::new(message.clone()))).collect()
}

/// Everything that a target says for one message, as `address args`.
fn says(target: &Target, from: &str, message: Value, others: &[(&'static str, Value)]) -> Vec<String> {
    let (fields, heard) = (Fields::new(message), heard(others));
    let mappings = target.mappings.iter().filter(|mapping| mapping.feed.topic().name == from);
    let said = mappings.flat_map(|mapping| {
        let gathered = mapping.gather(&fields, &heard);
        mapping.say(gathered.as_ref().unwrap_or(&fields)).messages
    });
    said.map(text).collect()
}

fn text(message: OscMessage) -> String {
    let arg = |arg: &OscType| match arg {
        OscType::Int(number) => format!(" i{number}"),
        OscType::Float(number) => format!(" f{number}"),
        OscType::String(text) => format!(" s{text:?}"),
        other => format!(" {other:?}"),
    };
    message.addr + &message.args.iter().map(arg).collect::<String>()
}

fn track() -> Value {
    json!({"artist": "Björk", "title": "Jóga", "album": null, "duration_s": 305.5, "ids": {}, "audible": true,
        "provenance": {"service": "mpris", "licence": ""}})
}

fn document() -> Value {
    json!({"track_id": "x", "source": "lrclib", "synced": true, "lines": [
        {"at_s": 1.5, "text": "Coats undone", "keywords": ["coats"]},
        {"at_s": 4.0, "text": "First light", "refrain": true, "occurrence": 1, "keywords": ["first", "light"]},
        {"at_s": 8.0, "text": "Half the city"},
        {"at_s": 12.0, "text": "First light", "refrain": true, "occurrence": 2, "keywords": ["first", "light"]},
    ]})
}

#[test]
fn a_track_says_whether_there_are_lyrics() {
    let karaoke = shipped("karaoke");
    let before = says(&karaoke, "playback.track", track(), &[]);
    assert_eq!(
        before,
        [
            "/karaoke/track i1 s\"mpris\" s\"Bjork\" s\"Joga\" s\"\" f305.5 i0",
            "/karaoke/lyrics/reset",
            "/karaoke/refrain/reset",
            "/karaoke/keywords/reset s\"Bjork::Joga\"",
            "/karaoke/line/active i-1",
        ]
    );
    let known = says(&karaoke, "playback.track", track(), &[("lyrics.document", document())]);
    assert_eq!(known[0], "/karaoke/track i1 s\"mpris\" s\"Bjork\" s\"Joga\" s\"\" f305.5 i1");
    let untimed =
        json!({"track_id": "x", "source": "file", "synced": false, "lines": [{"at_s": 0.0, "text": "a"}]});
    let untimed = says(&karaoke, "lyrics.document", untimed, &[("playback.track", track())]);
    assert_eq!(untimed[0], "/karaoke/track i1 s\"mpris\" s\"Bjork\" s\"Joga\" s\"\" f305.5 i0");
    let nothing = json!({"artist": null, "title": null, "album": null, "duration_s": null, "provenance": {"service": "mpris"}});
    let stop = says(&karaoke, "playback.track", nothing.clone(), &[("lyrics.document", document())]);
    assert_eq!(stop[0], "/karaoke/track i0 s\"\" s\"\" s\"\" s\"\" f0 i0");
    let late = says(&karaoke, "lyrics.document", document(), &[("playback.track", nothing)]);
    assert!(!late.iter().any(|said| said.starts_with("/karaoke/track")), "{late:?}");
}

#[test]
fn a_document_is_one_message_for_each_line_refrain_and_set_of_keywords() {
    let said = says(
        &shipped("karaoke"),
        "lyrics.document",
        document(),
        &[("playback.track", track()), ("lyrics.line", json!({"index": 2, "text": "Half the city"}))],
    );
    assert_eq!(
        said,
        [
            "/karaoke/track i1 s\"mpris\" s\"Bjork\" s\"Joga\" s\"\" f305.5 i1",
            "/karaoke/lyrics/reset",
            "/karaoke/lyrics/line i0 f1.5 s\"Coats undone\"",
            "/karaoke/lyrics/line i1 f4 s\"First light\"",
            "/karaoke/lyrics/line i2 f8 s\"Half the city\"",
            "/karaoke/lyrics/line i3 f12 s\"First light\"",
            "/karaoke/refrain/reset",
            "/karaoke/refrain/line i0 f4 s\"First light\"",
            "/karaoke/refrain/line i1 f12 s\"First light\"",
            "/karaoke/keywords/reset s\"Bjork::Joga\"",
            "/karaoke/keywords/line i0 f1.5 s\"COATS\"",
            "/karaoke/keywords/line i1 f4 s\"FIRST LIGHT\"",
            "/karaoke/keywords/line i3 f12 s\"FIRST LIGHT\"",
            "/karaoke/line/active i2",
        ]
    );
}

#[test]
fn the_sung_line_is_found_in_the_refrain_even_where_the_same_words_come_again() {
    let karaoke = shipped("karaoke");
    let line = |index: i64, refrain: bool, keywords: Value| json!({"index": index, "text": "First light", "next": "", "next_in_s": null, "refrain": refrain, "keywords": keywords});
    let sung = |line| says(&karaoke, "lyrics.line", line, &[("lyrics.document", document())]);
    assert_eq!(
        sung(line(3, true, json!(["first", "light"]))),
        [
            "/karaoke/line/active i3",
            "/karaoke/refrain/active i1 s\"First light\"",
            "/karaoke/keywords/active i3 s\"FIRST LIGHT\"",
        ]
    );
    assert_eq!(sung(line(2, false, json!([]))), ["/karaoke/line/active i2"]);
    assert_eq!(sung(line(-1, false, json!([]))), ["/karaoke/line/active i-1"]);
    let alone = says(&karaoke, "lyrics.line", line(3, true, json!([])), &[]);
    assert_eq!(alone, ["/karaoke/line/active i3"], "no document is known");
}

#[test]
fn the_ten_strongest_moods_come_strongest_first() {
    let moods = json!({"dark": 0.05, "happy": 0.9, "sad": 0.06, "energetic": 0.8, "calm": 0.1, "love": 0.2, "death": 0.0,
        "romantic": 0.3, "aggressive": 0.4, "peaceful": 0.5, "nostalgic": 0.6, "uplifting": 0.7, "no good": 1.0});
    let said = says(&shipped("karaoke"), "tags.song", json!({ "moods": moods }), &[]);
    assert_eq!(said.len(), 9, "one of the ten has a name that is no address: {said:?}");
    assert_eq!(
        (said[0].as_str(), said[8].as_str()),
        ("/karaoke/categories/happy f0.9", "/karaoke/categories/calm f0.1")
    );
}

#[test]
fn generic_has_one_scalar_for_everything_of_a_track() {
    let generic = shipped("generic");
    let position = json!({"position_s": 12.5, "rate": 1.0, "playing": true});
    assert_eq!(
        says(&generic, "playback.position", position, &[]),
        ["/vj/track/playing i1", "/vj/track/position f12.5"]
    );
    let line =
        json!({"index": 4, "text": "Zwölf", "next": "", "next_in_s": null, "refrain": true, "keywords": []});
    assert_eq!(
        says(&generic, "lyrics.line", line, &[]),
        [
            "/vj/lyrics/line s\"Zwölf\"",
            "/vj/lyrics/next s\"\"",
            "/vj/lyrics/index i4",
            "/vj/lyrics/next_in f-1",
            "/vj/lyrics/refrain i1",
        ]
    );
    let song = json!({"mood": "calm", "moods": {"calm": 0.5}, "energy": 0.25, "valence": -0.5, "themes": [], "keywords": ["sea", "ship"], "adjectives": ["blue"]});
    assert_eq!(
        says(&generic, "tags.song", song, &[]),
        [
            "/vj/mood s\"calm\"",
            "/vj/mood/calm f0.5",
            "/vj/track/energy f0.25",
            "/vj/valence f-0.5",
            "/vj/keywords s\"sea, ship\"",
            "/vj/themes s\"\"",
            "/vj/adjectives s\"blue\"",
        ]
    );
}

#[test]
fn a_change_of_the_named_fields_is_a_new_key() {
    let karaoke = shipped("karaoke");
    let reset = karaoke.mappings.iter().find(|mapping| mapping.address == "/karaoke/lyrics/reset").unwrap();
    let key = |title: &str, audible: bool| {
        reset.key(&Fields::new(json!({"artist": "a", "title": title, "audible": audible})))
    };
    assert_eq!(key("b", true), key("b", false));
    assert_ne!(key("b", true), key("c", true));
}

/// Lines of a mapping that begin at line 5, the line of the mistake, and words that its message must have.
const MISTAKES: &[(&str, usize, &[&str])] = &[
    (
        "from = \"lyrics.document\"\neach = \"line\"\nosc = \"/x\"",
        6,
        &["send[0].each", "“line”", "it has lines"],
    ),
    ("from = \"beat.grid\"\neach = \"bpm\"\nosc = \"/x\"", 6, &["no list or map", "it has none"]),
    (
        "from = \"lyrics.document\"\neach = \"lines\"\nkeep = \"item.chorus\"\nosc = \"/x\"",
        7,
        &["send[0].keep", "item.chorus", "item.refrain"],
    ),
    ("from = \"lyrics.document\"\nkeep = \"synced\"\nosc = \"/x\"", 6, &["send[0].keep", "`each`"]),
    (
        "from = \"lyrics.document\"\nosc = \"/x\"\nargs = [{ type = \"i\", field = \"place\" }]",
        7,
        &["no field “place”"],
    ),
    (
        "from = \"lyrics.document\"\neach = \"lines\"\nosc = \"/x\"\nargs = [{ type = \"f\", field = \"item\" }]",
        8,
        &["several values"],
    ),
    (
        "from = \"lyrics.document\"\neach = \"lines\"\nosc = \"/x\"\nrelease = { after_ms = 1, args = [] }",
        6,
        &["trigger"],
    ),
    (
        "from = \"tags.song\"\neach = \"moods\"\nosc = \"/x/{item.value}\"",
        7,
        &["send[0].osc", "item.value", "text"],
    ),
    (
        "from = \"tags.song\"\neach = \"moods\"\nosc = \"/x y/{item.name}\"",
        7,
        &["send[0].osc", "not allowed"],
    ),
    ("from = \"tags.song\"\nosc = \"/x/{mood}\"", 6, &["“{” is not allowed"]),
    (
        "from = \"lyrics.line\"\nwith = { words = \"lyrics.dokument\" }\nosc = \"/x\"",
        6,
        &["send[0].with.words", "lyrics.dokument", "lyrics.document"],
    ),
    ("from = \"lyrics.line\"\nwith = { pos = \"playback.position\" }\nosc = \"/x\"", 6, &["no last value"]),
    ("from = \"lyrics.line\"\nwith = { text = \"lyrics.document\" }\nosc = \"/x\"", 6, &["another name"]),
    (
        "from = \"lyrics.line\"\nwith = { words = \"lyrics.document\" }\nosc = \"/x\"\nwhen = \"words.sync\"",
        8,
        &["words.sync", "words.synced"],
    ),
    ("from = \"beat.tick\"\nwith = { words = \"lyrics.document\" }\nosc = \"/x\"", 6, &["own clock"]),
    ("from = \"beat.tick\"\nchanged = [\"bar\"]\nosc = \"/x\"", 6, &["send[0].changed", "own clock"]),
    (
        "from = \"playback.track\"\nchanged = [\"artist\", \"titel\"]\nosc = \"/x\"",
        6,
        &["send[0].changed", "titel", "title"],
    ),
    (
        "from = \"tags.song\"\neach = \"moods\"\nchanged = [\"item.name\"]\nosc = \"/x\"",
        7,
        &["send[0].changed", "no field “item.name”"],
    ),
    (
        "from = \"tags.song\"\nosc = \"/x\"\nargs = [{ type = \"s\", expr = \"join(keywords)\" }]",
        7,
        &["argument"],
    ),
];

#[test]
fn every_mistake_has_its_line_and_says_what_would_be_right() {
    for (lines, line, words) in MISTAKES {
        let mistakes = Target::compile(&format!("{HEAD}{lines}\n")).expect_err(lines);
        assert_eq!(mistakes.len(), 1, "{lines}: {mistakes:?}");
        let told = mistakes[0].to_string();
        assert!(told.starts_with(&format!("line {line}: ")), "{told}");
        for word in *words {
            assert!(told.contains(word), "{word:?} is not in: {told}");
        }
    }
}

#[test]
fn a_list_in_a_map_of_numbers_is_bounded_and_what_is_no_list_says_nothing() {
    let karaoke = shipped("karaoke");
    let line = json!({"at_s": 0.0, "text": "la"});
    let long = json!({"synced": true, "lines": vec![line; 5000]});
    let said = says(&karaoke, "lyrics.document", long, &[]);
    assert_eq!(said.iter().filter(|said| said.starts_with("/karaoke/lyrics/line")).count(), 1000);
    for odd in [json!(null), json!("x"), json!({"a": 1}), json!([1, null, {"at_s": "x"}])] {
        let said = says(&karaoke, "lyrics.document", json!({"synced": true, "lines": odd}), &[]);
        assert!(!said.iter().any(|said| said.contains("/line i")), "{said:?}");
    }
}
