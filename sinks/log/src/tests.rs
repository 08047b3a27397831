//! Lines on a real disk, and on one that is full.

use std::time::{Duration, Instant};

use schemas::Subject;

use super::*;

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn the_default_is_sparse_and_every_filter_of_it_matches() {
    let names: Vec<_> = topics(&Config::default().subjects).unwrap().iter().map(|topic| topic.name).collect();
    assert!(names.contains(&"beat.tick") && names.contains(&"sys.lifecycle"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("audio")), "{names:?}");
}

#[test]
fn filters_choose_topics_and_one_that_matches_nothing_is_a_mistake() {
    let found = |filter: &str| topics(&[filter.to_owned()]).map(|found| found.len());
    let all = subject::EVERYTHING;
    let only = |rest: &str| format!("{}{rest}", all.trim_end_matches('>'));
    assert_eq!(found(all), Ok(READS.len()));
    assert_eq!(found(&only("beat.>")), Ok(4));
    assert_eq!(found(&only("beat.grid.room")), Ok(1));
    assert_eq!(found(&only("beat.active")), Ok(1));
    for wrong in [only("audio.block.main"), only("beet.>"), "beat.grid".to_owned()] {
        assert!(found(&wrong).unwrap_err().contains(&wrong));
    }
}

#[test]
fn lines_are_whole_in_order_and_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let writer = Writer::start(path.clone(), 100, 3).unwrap();
    for number in 0..30 {
        writer.write(format!("{{\"number\":{number:10}}}"));
    }
    drop(writer);
    let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
    let files =
        ["events.jsonl.2", "events.jsonl.1", "events.jsonl"].map(|name| read(folder.path().join(name)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "no more files than allowed");
    assert!(files.iter().all(|text| text.len() <= 100 && text.ends_with('\n')));
    let numbers: Vec<i64> = files
        .concat()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers.last(), Some(&29));
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
}

#[test]
fn an_old_file_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    for line in ["a", "b"] {
        Writer::start(path.clone(), 1000, 2).unwrap().write(line.to_owned());
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), "a\nb\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_counted() {
    let writer = Writer::start(PathBuf::from("/dev/full"), 1000, 2).unwrap();
    writer.write("lost".to_owned());
    until("the trouble shows", || writer.trouble().is_some_and(|reason| reason.contains("/dev/full")));
    assert_eq!(writer.lost(), 1);
}

#[test]
fn it_recovers_when_the_folder_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not-mounted").join("events.jsonl");
    let writer = Writer::start(path.clone(), 1000, 2).unwrap();
    writer.write("lost".to_owned());
    until("the trouble shows", || writer.trouble().is_some());
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    writer.write("kept".to_owned());
    until("it recovers", || writer.trouble().is_none());
    drop(writer);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "kept\n");
}

/// The sink on a real broker: what matches its filters is in the file, and nothing else.
#[test]
fn messages_of_the_chosen_subjects_become_lines() {
    use component::time;
    use schemas::beat::{Onset, OnsetKind};
    use schemas::{Name, audio};

    let written = std::cell::RefCell::new(String::new());
    stage::run(async {
        let stage = stage::Stage::set().await;
        let launch = stage.launch("log", json!({}));
        let file = launch.state_dir.join("log.jsonl");
        let text = || std::fs::read_to_string(&file).unwrap_or_default();
        let onsets = stage.bus.publisher::<Onset>(&Name::main());
        let features = stage.bus.publisher::<audio::Features>(&Name::main());
        let play = async {
            let mut pace = tokio::time::interval(Duration::from_millis(10));
            let deadline = Instant::now() + Duration::from_secs(20);
            while text().lines().count() < 3 {
                assert!(Instant::now() < deadline, "no line was ever written");
                pace.tick().await;
                features.send(time::now(), &audio::Features::default());
                onsets.send(time::now(), &Onset { kind: OnsetKind::Snare, strength: 0.5, count: 7 });
            }
        };
        tokio::select! {
            exit = component::run::<LogSink>(launch) => panic!("the component ended: {exit}"),
            () = play => {}
        }
        written.replace(text());
    });
    let lines: Vec<Value> = written.take().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let onset = lines.iter().find(|line| line["data"]["kind"] == "snare").expect("an onset");
    assert_eq!(onset["subject"], Subject::new(Onset::TOPIC, &Name::main()).to_string());
    assert_eq!(onset["data"]["count"], 7);
    assert!(!lines.iter().any(|line| line["subject"].as_str().unwrap().contains("features")));
}
