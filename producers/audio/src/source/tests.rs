//! Sources as the component sees them: real files, real threads, real time.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::file::tests::write_wav;
use crate::report::Block;

/// Longest wait for anything that a source is expected to say.
const PATIENCE: Duration = Duration::from_secs(20);

struct Listener {
    inlet: Inlet,
    runtime: tokio::runtime::Runtime,
}

impl Listener {
    fn start(config: &Config, dir: &Path) -> Listener {
        let home = Home { instance: "audio".into(), state_dir: dir.to_owned() };
        let inlet = Prepared::new(config, &home).unwrap().start(config, &home, None).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Listener { inlet, runtime }
    }

    fn next(&mut self) -> Report {
        let next = async { tokio::time::timeout(PATIENCE, self.inlet.reports.recv()).await };
        self.runtime.block_on(next).expect("the source says nothing").expect("the source has ended")
    }

    fn block(&mut self) -> Block {
        loop {
            if let Report::Block(block) = self.next() {
                return block;
            }
        }
    }

    fn until<T>(&mut self, mut found: impl FnMut(Report) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self.next()) {
                return found;
            }
        }
    }
}

fn file(path: &Path, more: &str) -> Config {
    let mut config: Config = serde_json::from_str(&format!("{{\"source\":\"file\"{more}}}")).unwrap();
    config.path = Some(path.to_owned());
    config
}

fn write_tone(path: &Path, frames: usize) {
    let tone = |i: usize| ((i as f32 * 0.05).sin() * 10_000.0) as i16;
    write_wav(path, 1, &(0..frames).map(tone).collect::<Vec<_>>());
}

#[test]
fn a_file_plays_in_real_time_with_stamps_that_follow_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("song.wav");
    write_tone(&path, 200_000);
    let mut listener = Listener::start(&file(&path, ""), dir.path());
    let Report::Track(track) = listener.next() else { panic!("no track first") };
    assert_eq!((track.title.as_deref(), track.provenance.service.as_str()), (Some("song"), "file"));
    assert!((track.duration_s.unwrap() - 200_000.0 / 44_100.0).abs() < 1e-6);
    let Report::Opened { device, rate_hz, channels } = listener.next() else { panic!("not opened") };
    assert_eq!((device.as_str(), rate_hz, channels), ("song.wav", 44_100, 1));
    let first = listener.block();
    for i in 1..60u64 {
        let block = listener.block();
        assert_eq!(block.index, first.index + i * 256);
        let expected_ns = (i * 256) as i64 * 1_000_000_000 / 44_100;
        assert!((block.at_mono_ns - first.at_mono_ns - expected_ns).abs() <= 1, "block {i}");
        assert!(
            mono_ns() >= block.at_mono_ns + 5_804_988,
            "block {i} came before it could have been captured"
        );
        let place = block.place.unwrap();
        assert!((place.position_s - block.index as f64 / 44_100.0).abs() < 1e-9 && !place.jumped);
    }
}

#[test]
fn a_loop_jumps_in_the_track_and_not_in_the_sound() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("short.wav");
    write_tone(&path, 6_000);
    let mut listener = Listener::start(&file(&path, ",\"speed\":2.0"), dir.path());
    let mut jumps = Vec::new();
    let mut last = listener.block();
    while jumps.len() < 3 {
        let block = listener.block();
        assert_eq!(block.index, last.index + 256);
        jumps.extend(block.place.filter(|place| place.jumped));
        last = block;
    }
    assert!(jumps.iter().all(|place| place.position_s < 0.02 && place.rate == 2.0), "{jumps:?}");
}

#[test]
fn a_restarted_player_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("song.wav");
    write_tone(&path, 400_000);
    let mut listener = Listener::start(&file(&path, ""), dir.path());
    let mut reached_s = 0.0;
    while reached_s < 1.3 {
        reached_s = listener.block().place.unwrap().position_s;
    }
    drop(listener);
    let resumed_s = Listener::start(&file(&path, ""), dir.path()).block().place.unwrap().position_s;
    assert!((reached_s - 1.2..reached_s + 0.3).contains(&resumed_s), "{reached_s} s, then {resumed_s} s");
    let other = dir.path().join("other.wav");
    write_tone(&other, 50_000);
    let begun_s = Listener::start(&file(&other, ""), dir.path()).block().place.unwrap().position_s;
    assert_eq!(begun_s, 0.0, "another file begins at its start");
}

#[test]
fn the_end_is_silence_and_not_the_end_of_the_input() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("short.wav");
    write_tone(&path, 3_000);
    let mut listener = Listener::start(&file(&path, ",\"loop\":false"), dir.path());
    let ended = loop {
        let block = listener.block();
        if block.place.unwrap().rate == 0.0 {
            break block;
        }
    };
    assert!((ended.place.unwrap().position_s - 3_000.0 / 44_100.0).abs() < 1e-9);
    let after = listener.block();
    assert!(after.samples.iter().all(|s| *s == 0.0) && after.index == ended.index + 256);
}

#[test]
fn a_file_that_vanishes_is_lost_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("usb.wav");
    write_tone(&path, 9_000);
    let mut listener = Listener::start(&file(&path, ""), dir.path());
    let before = listener.block().index;
    std::fs::remove_file(&path).unwrap();
    let reason = listener.until(|report| match report {
        Report::Lost { reason } => Some(reason),
        _ => None,
    });
    assert!(reason.contains("usb.wav") && reason.contains("check the path"), "{reason}");
    write_tone(&path, 9_000);
    listener.until(|report| matches!(report, Report::Opened { .. }).then_some(()));
    let after = listener.block().index;
    assert!(after > before + 9_000, "the gap shows in the sample number: {before}, {after}");
}

#[test]
fn an_unreadable_file_is_no_source() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home { instance: "audio".into(), state_dir: dir.path().to_owned() };
    let refused = Prepared::new(&file(&dir.path().join("missing.ogg"), ""), &home).err().unwrap();
    assert!(chain(&refused).contains("No such file"), "{}", chain(&refused));
}

#[test]
fn the_demo_begins_at_once_and_is_heard() {
    let dir = tempfile::tempdir().unwrap();
    let config = serde_json::from_str(r#"{"source":"demo"}"#).unwrap();
    let mut listener = Listener::start(&config, dir.path());
    let Report::Track(track) = listener.next() else { panic!("no track first") };
    assert_eq!((track.artist.as_deref(), track.title.as_deref()), (Some("vjbus"), Some("First Light")));
    let loud = (0..40).any(|_| listener.block().samples.iter().any(|s| s.abs() > 0.1));
    assert!(loud, "the demo begins with silence");
}

#[test]
fn once_a_device_was_used_auto_never_turns_to_the_demo() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home { instance: "audio".into(), state_dir: dir.path().to_owned() };
    let config = Config { device: Some("no device has this name".into()), ..Config::default() };
    assert_eq!(Prepared::new(&config, &home).unwrap().kind(), InputKind::Demo);
    std::fs::write(marker(dir.path()), "").unwrap();
    assert_eq!(Prepared::new(&config, &home).unwrap().kind(), InputKind::Device);
}

#[test]
fn an_absent_device_is_lost_and_says_what_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let config = serde_json::from_str(r#"{"source":"device","device":"no device has this name"}"#).unwrap();
    let mut listener = Listener::start(&config, dir.path());
    let Report::Lost { reason } = listener.next() else { panic!("not lost") };
    assert!(reason.contains("no device has this name") && reason.contains("there are:"), "{reason}");
    let Report::Lost { .. } = listener.next() else { panic!("not tried again") };
}
