//! Real files of every format: length to the frame, positions to the frame, what is damaged.

use std::path::{Path, PathBuf};

use super::decode::{Decoded, Decoder, FileError};
use super::{FileProgramme, Wanted};
use crate::config::{Config, Mixing};
use crate::play::{Programme as _, Read};

const RATE_HZ: u32 = 44_100;

fn mixing() -> Mixing {
    Config::default().mixing()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// 16-bit WAV (RIFF, PCM).
pub(crate) fn write_wav(path: &Path, channels: u16, samples: &[i16]) {
    let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let mut out = Vec::new();
    out.extend_from_slice(b"RIFF");
    out.extend((36 + bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0");
    out.extend(channels.to_le_bytes());
    out.extend(RATE_HZ.to_le_bytes());
    out.extend((RATE_HZ * u32::from(channels) * 2).to_le_bytes());
    out.extend((channels * 2).to_le_bytes());
    out.extend_from_slice(b"\x10\0data");
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(bytes);
    std::fs::write(path, out).unwrap();
}

/// A rising tone: every place in it sounds different.
fn sweep(frames: usize) -> Vec<i16> {
    let value = |i: usize| ((i as f64 / 40.0).powf(1.3).sin() * 12_000.0) as i16;
    (0..frames).map(value).collect()
}

fn all(decoder: &mut Decoder) -> (u64, Vec<f32>) {
    let mut samples = Vec::new();
    let mut first = None;
    while let Decoded::Frames(frame) = decoder.next(&mut samples).unwrap() {
        first.get_or_insert(frame);
    }
    (first.unwrap_or(0), samples)
}

fn decoded(path: &Path) -> Vec<f32> {
    all(&mut Decoder::open(path, mixing()).unwrap()).1
}

#[test]
fn a_wav_comes_out_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    let written = sweep(30_000);
    write_wav(&path, 1, &written);
    let heard = decoded(&path);
    assert_eq!(heard.len(), written.len());
    assert!(heard.iter().zip(&written).all(|(a, b)| (a * 32_768.0 - f32::from(*b)).abs() < 0.51));
}

#[test]
fn channels_and_mix_choose_what_is_heard() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("four.wav");
    write_wav(&path, 4, &[1000i16, 2000, 3000, 5000].repeat(5000));
    let level = |config: &str| {
        let config: Config = serde_json::from_str(config).unwrap();
        let mut decoder = Decoder::open(&path, config.mixing()).unwrap();
        (all(&mut decoder).1[4000] * 32_768.0).round()
    };
    assert_eq!(level("{}"), 1500.0);
    assert_eq!(level(r#"{"channels":[3,4]}"#), 4000.0);
    assert_eq!(level(r#"{"channels":[3,4],"mix":"right"}"#), 5000.0);
    assert_eq!(level(r#"{"channels":[2]}"#), 2000.0);
    let config: Config = serde_json::from_str(r#"{"channels":[5,6]}"#).unwrap();
    let refused = Decoder::open(&path, config.mixing()).err().unwrap();
    assert!(crate::report::chain(&refused).contains("between 1 and 4"), "{}", crate::report::chain(&refused));
}

/// The fixtures hold 22,050 frames of [`sweep`] each, written by the formats' reference encoders.
#[test]
fn every_format_has_the_length_that_was_encoded() {
    let written = sweep(22_050);
    for (name, error_max) in [("sweep.flac", 1e-4), ("sweep.mp3", 0.05), ("sweep.ogg", 0.05)] {
        let heard = decoded(&fixture(name));
        assert_eq!(heard.len(), written.len(), "{name}: encoder delay or padding is left");
        let error = |shift: usize| -> f32 {
            let pairs = heard[2000..20_000].iter().zip(&written[2000 - 8 + shift..]);
            (pairs.map(|(a, b)| (a - f32::from(*b) / 32_768.0).powi(2)).sum::<f32>() / 18_000.0).sqrt()
        };
        let best = (0..16).min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap();
        assert_eq!(best, 8, "{name} is shifted by {} frames", best as i32 - 8);
        assert!(error(8) < error_max, "{name}: {}", error(8));
    }
}

#[test]
fn seeking_gives_the_very_frames_of_a_straight_run() {
    let dir = tempfile::tempdir().unwrap();
    let wav = dir.path().join("a.wav");
    write_wav(&wav, 1, &sweep(30_000));
    for path in [wav, fixture("sweep.flac"), fixture("sweep.mp3"), fixture("sweep.ogg")] {
        let whole = decoded(&path);
        for position_s in [0.4, 0.1, 0.0] {
            let mut decoder = Decoder::open(&path, mixing()).unwrap();
            decoder.seek(position_s).unwrap();
            let (first, samples) = all(&mut decoder);
            let expected = (position_s * f64::from(RATE_HZ)).round() as u64;
            assert_eq!(
                (first, first as usize + samples.len()),
                (expected, whole.len()),
                "{}",
                path.display()
            );
            let worst =
                samples.iter().zip(&whole[first as usize..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-4, "{} from {position_s} s: {worst}", path.display());
        }
    }
}

#[test]
fn tags_name_the_track() {
    for name in ["sweep.flac", "sweep.mp3", "sweep.ogg"] {
        let tags = Decoder::open(&fixture(name), mixing()).unwrap().tags();
        assert_eq!(tags.artist.as_deref(), Some("vjbus"), "{name}");
        assert_eq!(tags.title.as_deref(), Some("Sweep"), "{name}");
        assert_eq!(tags.album.as_deref(), Some("Fixtures"), "{name}");
    }
}

#[test]
fn what_cannot_be_played_is_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |path: &Path| crate::report::chain(&Decoder::open(path, mixing()).err().unwrap());
    let missing = refused(&dir.path().join("missing.ogg"));
    assert!(missing.contains("missing.ogg") && missing.contains("check the path"), "{missing}");
    assert!(refused(dir.path()).contains("regular file"));
    let noise = dir.path().join("noise.mp3");
    std::fs::write(
        &noise,
        (0..60_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>(),
    )
    .unwrap();
    // Noise may hold what looks like a frame: then nothing comes out of it, or it breaks at once.
    match Decoder::open(&noise, mixing()) {
        Err(error) => assert!(matches!(error, FileError::Unplayable { .. } | FileError::NoSound { .. })),
        Ok(mut decoder) => while let Ok(Decoded::Frames(_)) = decoder.next(&mut Vec::new()) {},
    }
}

#[test]
fn a_file_that_was_cut_short_plays_what_there_is() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["sweep.flac", "sweep.mp3"] {
        let bytes = std::fs::read(fixture(name)).unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, &bytes[..bytes.len() * 3 / 4]).unwrap();
        let mut decoder = Decoder::open(&path, mixing()).unwrap();
        let mut samples = Vec::new();
        while let Ok(Decoded::Frames(_)) = decoder.next(&mut samples) {}
        assert!((6_000..22_050).contains(&samples.len()), "{name}: {}", samples.len());
    }
}

#[test]
fn a_loop_begins_again_at_frame_zero_and_a_resumed_file_in_the_middle() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    write_wav(&path, 1, &sweep(10_000));
    let wanted = Wanted { path: path.clone(), mixing: mixing(), looped: true };
    let decoder = Decoder::open(&path, mixing()).unwrap();
    let mut programme = FileProgramme::start(decoder, wanted, 0.1).unwrap();
    let mut out = Vec::new();
    let mut firsts = Vec::new();
    while out.len() < 25_590 {
        match programme.read(&mut out) {
            Read::Frames { first, bad: 0 } => firsts.push(first),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(firsts[0], 4410);
    assert_eq!(firsts.iter().filter(|first| **first == 0).count(), 2);
    assert_eq!(out.len(), 25_590, "two whole passes after the first rest");
}

#[test]
fn without_a_loop_it_ends() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    write_wav(&path, 1, &sweep(5_000));
    let wanted = Wanted { path: path.clone(), mixing: mixing(), looped: false };
    let mut programme = FileProgramme::start(Decoder::open(&path, mixing()).unwrap(), wanted, 0.0).unwrap();
    let mut out = Vec::new();
    while matches!(programme.read(&mut out), Read::Frames { .. } | Read::Later) {}
    assert_eq!(out.len(), 5_000);
    assert_eq!(programme.read(&mut out), Read::End);
}

/// Recorded music, where `VJBUS_EVAL_DIR` says that there is some: all of it decodes without a bad piece.
#[test]
fn recorded_music_decodes_to_its_end() {
    let Some(dir) = std::env::var_os("VJBUS_EVAL_DIR") else { return };
    let files =
        std::fs::read_dir(Path::new(&dir).join("dev/real")).unwrap().map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.extension().is_some_and(|e| e == "ogg")).take(6) {
        let mut decoder = Decoder::open(&path, mixing()).unwrap();
        let duration_s = decoder.duration_s().unwrap();
        let (_, samples) = all(&mut decoder);
        let heard_s = samples.len() as f64 / f64::from(decoder.rate_hz());
        assert!((heard_s - duration_s).abs() < 0.001, "{}: {heard_s} of {duration_s} s", path.display());
        assert_eq!(decoder.take_bad(), 0);
    }
}
