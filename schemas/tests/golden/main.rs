//! Bytes that were once shipped keep decoding, for ever.
//!
//! `golden/vN.json` says in words what the files of `golden/vN/` hold in bytes, one file per topic in the
//! codec of the topic. Files are only ever added: `just golden` writes those that are missing
//! and touches no other. A new topic goes into the newest version; a new field of an old topic, or a
//! new wire form, opens the next one.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy exempts test functions, but not what they call"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use schemas::table::{Visitor, visit};
use schemas::{Codec, Field, Header, Kind, Payload, TOPICS, wire};
use serde_json::{Map, Value};

#[test]
fn every_golden_file_decodes_to_what_it_meant() {
    for version in versions() {
        let mut check = Check { version: &version, seen: BTreeSet::new() };
        visit(&mut check);
        let known = check.seen;
        let named: BTreeSet<String> = version.bodies.keys().cloned().collect();
        assert_eq!(named, known, "{}: topics that are gone must keep decoding", version.words.display());
        for file in fs::read_dir(&version.dir).unwrap().map(|entry| entry.unwrap().path()) {
            let topic = file.file_stem().unwrap().to_str().unwrap();
            assert!(
                known.contains(topic),
                "{} is not explained in {}",
                file.display(),
                version.words.display()
            );
        }
    }
}

#[test]
fn every_field_of_every_topic_stands_in_a_golden_file() {
    let versions = versions();
    for topic in TOPICS {
        let bodies: Vec<&Value> = versions.iter().filter_map(|v| v.bodies.get(topic.name)).collect();
        assert!(
            !bodies.is_empty(),
            "{} has no golden bytes: describe it in golden/, then run `just golden`",
            topic.name
        );
        let mut missing = Vec::new();
        uncovered(topic.fields, &bodies, topic.name, &mut missing);
        assert!(
            missing.is_empty(),
            "no golden file has {missing:?}: describe them in the next version of golden/"
        );
    }
}

/// One version: what its files mean, and where they are.
struct Version {
    words: PathBuf,
    dir: PathBuf,
    header: Header,
    bodies: Map<String, Value>,
}

fn versions() -> Vec<Version> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let files = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path());
    let versions: Vec<Version> =
        files.filter(|f| f.extension().is_some_and(|e| e == "json")).map(version).collect();
    assert!(!versions.is_empty(), "golden/ is empty");
    versions
}

fn version(words: PathBuf) -> Version {
    let text: Value = serde_json::from_slice(&fs::read(&words).unwrap()).unwrap();
    let header = serde_json::from_value(text["header"].clone()).unwrap();
    Version {
        dir: words.with_extension(""),
        header,
        bodies: text["bodies"].as_object().unwrap().clone(),
        words,
    }
}

struct Check<'a> {
    version: &'a Version,
    seen: BTreeSet<String>,
}

impl Visitor for Check<'_> {
    fn visit<T: Payload>(&mut self) {
        let Some(meant) = self.version.bodies.get(T::TOPIC.name) else { return };
        let file = self.version.dir.join(file_name::<T>());
        if !file.exists() && std::env::var_os("VJBUS_BLESS").is_some() {
            write::<T>(&file, &self.version.header, meant);
        }
        let bytes = fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}; run `just golden`", file.display()));
        let message = wire::decode::<T>(&bytes).unwrap_or_else(|e| panic!("{}: {e:?}", file.display()));
        assert_eq!(message.header, self.version.header, "{}", file.display());
        let got = serde_json::to_value(&message.body).unwrap();
        assert!(contains(&got, meant), "{}\n decoded {got}\n meant   {meant}", file.display());
        self.seen.insert(T::TOPIC.name.to_owned());
    }
}

fn file_name<T: Payload>() -> String {
    let codec = match T::TOPIC.codec {
        Codec::Json => "json",
        Codec::MsgPack => "msgpack",
    };
    format!("{}.{codec}", T::TOPIC.name)
}

fn write<T: Payload>(file: &Path, header: &Header, meant: &Value) {
    let body: T = serde_json::from_value(meant.clone()).unwrap_or_else(|e| panic!("{}: {e}", T::TOPIC.name));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, wire::encode(header, &body).unwrap()).unwrap();
}

/// Whether `got` says all that `meant` says; a field that came later may stand beside it.
fn contains(got: &Value, meant: &Value) -> bool {
    match (got, meant) {
        (Value::Object(got), Value::Object(meant)) => {
            meant.iter().all(|(name, meant)| got.get(name).is_some_and(|got| contains(got, meant)))
        }
        (Value::Array(got), Value::Array(meant)) => {
            got.len() == meant.len() && got.iter().zip(meant).all(|(got, meant)| contains(got, meant))
        }
        (got, meant) => got == meant,
    }
}

/// Collects the paths of `fields` that are absent or null in every one of `bodies`.
fn uncovered(fields: &[Field], bodies: &[&Value], path: &str, missing: &mut Vec<String>) {
    for field in fields {
        let path = format!("{path}.{}", field.name);
        let values: Vec<&Value> =
            bodies.iter().filter_map(|b| b.get(field.name)).filter(|v| !v.is_null()).collect();
        if values.is_empty() {
            missing.push(path);
            continue;
        }
        match field.kind.required() {
            Kind::Struct(inner) => uncovered(inner, &values, &path, missing),
            Kind::List(of) => {
                if let Kind::Struct(inner) = of.required() {
                    let items: Vec<&Value> = values.iter().filter_map(|v| v.as_array()).flatten().collect();
                    uncovered(inner, &items, &path, missing);
                }
            }
            _ => {}
        }
    }
}
