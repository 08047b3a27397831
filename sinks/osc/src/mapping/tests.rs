//! What target files may say, and what is said about those that may not.

use beatclock::{Fire, Phase};
use rosc::OscType;
use schemas::beat::Mode;
use serde_json::json;

use super::*;
use crate::target::SHIPPED;

const HEAD: &str = "title = \"T\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:9000\"\n";

fn compile(sends: &str) -> Result<Target, Vec<String>> {
    Target::compile(&format!("{HEAD}{sends}"))
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

fn one(from: &str, arg: &str) -> Result<Target, Vec<String>> {
    compile(&format!("[[send]]\nfrom = \"{from}\"\nosc = \"/x\"\nargs = [{{ {arg} }}]\n"))
}

fn value(from: &str, arg: &str, message: serde_json::Value) -> Result<Vec<OscType>, Skip> {
    one(from, arg).expect(arg).mappings[0].arguments(&Fields::new(message))
}

#[test]
fn shipped_targets_compile_and_have_an_example_of_each_mapping() {
    for (name, text) in SHIPPED {
        let target = Target::compile(text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"));
        for mapping in &target.mappings {
            assert!(mapping.example().is_some(), "{name}: {}", mapping.address);
        }
    }
}

#[test]
fn no_shipped_mapping_fails_when_all_that_may_be_null_is_null() {
    for (name, text) in SHIPPED {
        for mapping in Target::compile(text).unwrap().mappings {
            let fields = Fields::new(example::message_of_nulls(mapping.feed, &[]));
            if mapping.applies(&fields) {
                // Either a value or nothing to say; never a crash.
                drop(
                    mapping
                        .arguments(&fields)
                        .map_err(|Skip| println!("{name}: {} is silent", mapping.address)),
                );
            }
        }
    }
}

#[test]
fn generic_has_the_namespace_and_types_of_the_contract() {
    let target = Target::compile(SHIPPED[1].1).unwrap();
    let types = |address: &str| {
        let mapping =
            target.mappings.iter().find(|m| m.address == address).unwrap_or_else(|| panic!("{address}"));
        let tag = |arg: OscType| match arg {
            OscType::Float(_) => 'f',
            OscType::Int(_) => 'i',
            OscType::String(_) => 's',
            other => panic!("{other:?}"),
        };
        mapping.example().unwrap().args.into_iter().map(tag).collect::<String>()
    };
    let floats = [
        "/vj/bpm",
        "/vj/beat/trigger",
        "/vj/beat/phase",
        "/vj/level/sub_bass",
        "/vj/level/air",
        "/vj/level/rms",
        "/vj/onset/kick",
        "/vj/onset/other",
    ];
    floats.iter().for_each(|address| assert_eq!(types(address), "f", "{address}"));
    ["/vj/beat", "/vj/beat/count", "/vj/bar"]
        .iter()
        .for_each(|address| assert_eq!(types(address), "i", "{address}"));
    let texts = ["/vj/mode", "/vj/source", "/vj/key", "/vj/section", "/vj/track/artist", "/vj/lyrics/line"];
    texts.iter().for_each(|address| assert_eq!(types(address), "s", "{address}"));
    assert_eq!(types("/vj/spectrum"), "f".repeat(32));
}

#[test]
fn classic_keeps_the_earlier_argument_order() {
    let target = Target::compile(SHIPPED[0].1).unwrap();
    let bands = json!({"sub_bass": 0.1, "bass": 0.2, "low_mid": 0.3, "mid": 0.4, "high_mid": 0.5, "presence": 0.6, "air": 0.7});
    let features =
        Fields::new(json!({"bands": bands, "rms": 0.8, "kick": 1.0, "snare": 0.0, "hat": 0.1, "flux": 0.25}));
    assert_eq!(target.mappings[0].address, "/audio/levels");
    assert_eq!(
        target.mappings[0].arguments(&features).unwrap(),
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map(OscType::Float)
    );
    assert_eq!(target.mappings[2].address, "/audio/beat");
    assert_eq!(target.mappings[2].arguments(&features).unwrap(), [OscType::Int(1), OscType::Float(0.25)]);
    let grid = Fields::new(json!({"bpm": 128.0, "confidence": 0.5, "mode": "locked"}));
    assert_eq!(target.mappings[3].address, "/audio/bpm");
    assert_eq!(target.mappings[3].arguments(&grid).unwrap(), [OscType::Float(128.0), OscType::Float(0.5)]);
}

#[test]
fn resolume_gets_normalised_tempo_and_resync_on_a_sure_bar_one_only() {
    let target = Target::compile(SHIPPED[3].1).unwrap();
    let grid = |bpm: f64| Fields::new(json!({"bpm": bpm, "mode": "locked"}));
    assert_eq!(target.mappings[0].arguments(&grid(20.0)).unwrap(), [OscType::Float(0.0)]);
    assert_eq!(target.mappings[0].arguments(&grid(500.0)).unwrap(), [OscType::Float(1.0)]);
    assert_eq!(target.mappings[0].arguments(&grid(128.0)).unwrap(), [OscType::Float(0.225)]);
    let resync = &target.mappings[1];
    let fire = |beat, confidence, downbeat_confidence| Fire {
        index: 9,
        beat,
        bar: None,
        at_ns: 0,
        bpm: 128.0,
        confidence,
        downbeat_confidence,
        mode: Mode::Locked,
    };
    let applies = |fire: Fire| resync.applies(&Fields::from(&fire));
    assert!(applies(fire(Some(1), 0.9, 0.9)));
    for wrong in
        [fire(Some(2), 0.9, 0.9), fire(Some(1), 0.5, 0.9), fire(Some(1), 0.9, 0.5), fire(None, 0.9, 0.9)]
    {
        assert!(!applies(wrong), "{wrong:?}");
    }
    assert_eq!(resync.release.as_ref().unwrap().args, [OscType::Int(0)]);
}

#[test]
fn the_clocks_messages_have_the_fields_that_mappings_are_checked_against() {
    let fire = Fire {
        index: 9,
        beat: Some(2),
        bar: Some(3),
        at_ns: 0,
        bpm: 128.0,
        confidence: 0.5,
        downbeat_confidence: 0.5,
        mode: Mode::Locked,
    };
    let phase = Phase { index: 9, beat: Some(2), bar: Some(3), phase: 0.5, bpm: 128.0, mode: Mode::Locked };
    for (topic, fields) in [(&BEAT, Fields::from(&fire)), (&PHASE, Fields::from(&phase))] {
        for field in topic.fields {
            assert!(fields.get(&[field.name.to_owned()]).is_some(), "{}.{}", topic.name, field.name);
        }
    }
}

#[test]
fn functions_and_defaults() {
    let number =
        |expr: &str, message| value("beat.tick", &format!("type = \"f\", expr = \"{expr}\""), message);
    let f = |x: f32| Ok(vec![OscType::Float(x)]);
    let at_120 = || json!({"bpm": 120.0, "beat": 3, "confidence": 0.25, "index": -7});
    assert_eq!(number("(bpm - 20) / 480", at_120()), f(100.0 / 480.0));
    assert_eq!(number("clamp(bpm, 0, 100)", at_120()), f(100.0));
    assert_eq!(number("sqrt(bpm / 240) * 100", at_120()), f(70.710_68));
    assert_eq!(number("round(bpm / 7)", at_120()), f(17.0));
    assert_eq!(number("db(confidence / 2.5)", at_120()), f(-20.0));
    assert_eq!(number("min(bpm, 3, index)", at_120()), f(-7.0));
    assert_eq!(number("max(bpm, 3)", at_120()), f(120.0));
    assert_eq!(number("beat or 0", json!({"beat": null})), f(0.0));
    assert_eq!(number("beat or 0", at_120()), f(3.0));
    assert_eq!(number("beat == 3", at_120()), f(1.0));
    assert_eq!(number("0 if beat == none else beat", json!({"beat": null})), f(0.0));
}

#[test]
fn null_is_nothing_to_say() {
    for expr in ["beat", "beat + 1", "beat * 2 - 1", "clamp(beat, 0, 1)"] {
        let arg = format!("type = \"f\", expr = \"{expr}\"");
        assert_eq!(value("beat.tick", &arg, json!({"beat": null})), Err(Skip), "{expr}");
    }
    assert_eq!(value("audio.pitch", "type = \"f\", field = \"hz\"", json!({"hz": null})), Err(Skip));
    assert_eq!(value("audio.pitch", "type = \"f\", expr = \"1 / (hz - 2)\"", json!({"hz": 2.0})), Err(Skip));
    assert_eq!(value("audio.features", "type = \"f\", field = \"rms\"", json!({"rms": "loud"})), Err(Skip));
    let target = compile("[[send]]\nfrom = \"beat.tick\"\nwhen = \"beat > 2\"\nosc = \"/x\"\n").unwrap();
    assert!(!target.mappings[0].applies(&Fields::new(json!({"beat": null}))));
}

#[test]
fn ranges_scale_and_clamp_and_lists_spread() {
    let arg = "type = \"f\", field = \"loudness\", range = [-60, 0, 0, 1]";
    assert_eq!(value("audio.features", arg, json!({"loudness": -30.0})).unwrap(), [OscType::Float(0.5)]);
    assert_eq!(value("audio.features", arg, json!({"loudness": 9.0})).unwrap(), [OscType::Float(1.0)]);
    let words = json!({"themes": ["sea", "Mø"]});
    assert_eq!(
        value("tags.song", "type = \"s\", field = \"themes\", ascii = true", words).unwrap(),
        ["sea".into(), "Mo".into()]
    );
    let moods = json!({"moods": {"happy": 0.5}});
    assert_eq!(
        value("tags.song", "type = \"f\", expr = \"moods.happy * 2\"", moods.clone()).unwrap(),
        [OscType::Float(1.0)]
    );
    assert_eq!(value("tags.song", "type = \"f\", field = \"moods.sad\"", moods), Err(Skip));
    assert_eq!(
        value("beat.tick", "type = \"i\", field = \"index\"", json!({"index": 1i64 << 40})).unwrap(),
        [OscType::Int(i32::MAX)]
    );
}

/// What is wrong in a file, and words that its message must have.
const MISTAKES: &[(&str, &str, &[&str])] = &[
    ("beat.gird", "type = \"f\", field = \"bpm\"", &["send[0].from", "beat.gird", "beat.grid"]),
    ("sys.heartbeat", "type = \"f\", field = \"pid\"", &["sys.heartbeat"]),
    ("beat.grid", "type = \"f\", field = \"bmp\"", &["send[0].args[0].field", "bmp", "bpm"]),
    ("beat.grid", "type = \"f\", expr = \"bmp / 2\"", &["send[0].args[0].expr", "bmp", "bpm"]),
    ("audio.features", "type = \"f\", expr = \"bands.treble\"", &["bands.treble", "bands.air"]),
    ("audio.features", "type = \"f\", expr = \"bands * 2\"", &["bands", "group"]),
    ("audio.features", "type = \"f\", field = \"bands\"", &["several values", "bands.bass"]),
    ("beat.grid", "type = \"f\", expr = \"log(bpm)\"", &["log", "clamp, sqrt, round, db, min, max"]),
    ("beat.grid", "type = \"f\", expr = \"bpm|upper\"", &["expr", "upper"]),
    ("beat.grid", "type = \"f\", expr = \"clamp(bpm)\"", &["expr", "argument"]),
    ("beat.grid", "type = \"f\", expr = \"min()\"", &["min needs at least one number"]),
    ("beat.grid", "type = \"f\", expr = \"1 / (bpm - 60)\"", &["unable to calculate"]),
    ("beat.grid", "type = \"f\", expr = \"beat is none\"", &["unknown test"]),
    ("beat.grid", "type = \"f\", expr = \"bpm +\"", &["expr", "syntax"]),
    ("beat.grid", "type = \"f\", expr = \"mode + 1\"", &["expr"]),
    ("beat.grid", "type = \"f\", expr = \"mode\"", &["text", "type"]),
    ("beat.onset", "type = \"f\", expr = \"kind if kind == 'hat' else 0\"", &["text"]),
    ("beat.grid", "type = \"f\", field = \"mode\"", &["text", "type"]),
    ("beat.grid", "type = \"f\"", &["exactly one"]),
    ("beat.grid", "type = \"f\", field = \"bpm\", value = 1", &["exactly one"]),
    ("beat.grid", "type = \"f\", value = \"x\"", &["value", "fit"]),
    ("beat.grid", "type = \"s\", field = \"mode\", range = [0, 1, 0, 1]", &["range"]),
    ("beat.grid", "type = \"f\", field = \"bpm\", range = [1, 1, 0, 1]", &["from low"]),
    ("beat.grid", "type = \"f\", field = \"bpm\", ascii = true", &["ascii"]),
    ("beat.grid", "type = \"f\", feild = \"bpm\"", &["feild", "field"]),
    ("beat.grid", "type = \"q\", field = \"bpm\"", &["q", "`f`"]),
];

#[test]
fn every_mistake_has_its_line_and_says_what_would_be_right() {
    for (from, arg, words) in MISTAKES {
        let mistakes = one(from, arg).expect_err(arg);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        println!("{}", mistakes[0]);
        let line =
            if words[0] == "send[0].from" || from.starts_with("sys") { "line 5: " } else { "line 7: " };
        assert!(mistakes[0].starts_with(line), "{}", mistakes[0]);
        for word in *words {
            assert!(mistakes[0].contains(word), "{word:?} is not in: {}", mistakes[0]);
        }
    }
}

#[test]
fn all_mistakes_of_a_file_are_found_at_once() {
    let text = "title = \"T\"\nevidence = \"rumour\"\naddress = \"nowhere\"\n[[send]]\nfrom = 3\nosc = \"/a\"\n[[send]]\nfrom = \"beat.grid\"\nosc = \"a\"\nextra = 1\n";
    let mistakes = Target::compile(text).unwrap_err();
    let lines: Vec<_> = mistakes.iter().map(|m| m.line).collect();
    assert_eq!(lines, [2, 5, 10], "{mistakes:?}");
    let text = "title = \"T\"\nevidence = \"community\"\naddress = \"nowhere\"\nmax_rate_hz = 0\n[[send]]\nfrom = \"x\"\nosc = \"a\"\n[[send]]\nfrom = \"beat.grid\"\nosc = \"/a b\"\nwhen = \"foo\"\nargs = [{ type = \"f\", field = \"a\" }, { type = \"f\", field = \"b\" }]\nrelease = { after_ms = 0, args = [{ type = \"f\", field = \"bpm\" }] }\ndeadband = -1\n";
    let mistakes = Target::compile(text).unwrap_err();
    let lines: Vec<_> = mistakes.iter().map(|m| m.line).collect();
    assert_eq!(lines, [3, 4, 6, 7, 10, 11, 12, 12, 13, 13, 14], "{mistakes:#?}");
}

#[test]
fn a_file_that_is_no_toml_says_where() {
    let mistakes = Target::compile("title = \"T\"\naddress = \n").unwrap_err();
    assert_eq!(mistakes[0].line, 2);
    assert!(Target::compile("").unwrap_err().len() >= 2);
}
