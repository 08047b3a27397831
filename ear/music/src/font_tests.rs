//! A sound font of one click, and where it is heard.

use super::*;
use crate::{sound::Tone, voice::Note};

const RATE: f64 = 44_100.0;

/// A chunk of a RIFF file.
fn chunk(name: &str, body: &[u8]) -> Vec<u8> {
    let mut out = [name.as_bytes(), &(body.len() as u32).to_le_bytes(), body].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn named(name: &str, rest: &[u8]) -> Vec<u8> {
    let mut out = name.as_bytes().to_vec();
    out.resize(20, 0);
    [&out[..], rest].concat()
}

/// SoundFont 2.04: one instrument of a click, which is the first program and the first drum set.
fn clicks(folder: &std::path::Path) -> SoundFont {
    let click: Vec<u16> = (0..2_000_u16).map(|n| if n < 200 { 20_000 } else { 0 }).collect();
    let info = [chunk("ifil", &words(&[2, 4])), chunk("isng", b"EMU8000\0"), chunk("INAM", b"Clicks\0\0")];
    let preset = |bank: u16, bag: u16| words(&[0, bank, bag, 0, 0, 0, 0, 0, 0]);
    let sample: Vec<u8> = [0_u32, 1_900, 0, 0, RATE as u32].iter().flat_map(|v| v.to_le_bytes()).collect();
    let data = [
        chunk(
            "phdr",
            &[named("Click", &preset(0, 0)), named("Drums", &preset(128, 1)), named("EOP", &preset(0, 2))]
                .concat(),
        ),
        chunk("pbag", &words(&[0, 0, 1, 0, 2, 0])),
        chunk("pmod", &[0; 10]),
        // generator 41: the instrument; 53: the sample
        chunk("pgen", &words(&[41, 0, 41, 0, 0, 0])),
        chunk("inst", &[named("Click", &words(&[0])), named("EOI", &words(&[1]))].concat()),
        chunk("ibag", &words(&[0, 0, 1, 0])),
        chunk("imod", &[0; 10]),
        chunk("igen", &words(&[53, 0, 0, 0])),
        chunk(
            "shdr",
            &[named("Click", &[&sample[..], &[60, 0, 0, 0, 1, 0]].concat()), named("EOS", &[0; 26])].concat(),
        ),
    ];
    let list = |kind: &[u8], parts: &[Vec<u8>]| chunk("LIST", &[kind, &parts.concat()].concat());
    let samples = chunk("smpl", &words(&click));
    let body =
        [&b"sfbk"[..], &list(b"INFO", &info), &list(b"sdta", &[samples]), &list(b"pdta", &data)].concat();
    let path = folder.join("clicks.sf2");
    std::fs::write(&path, chunk("RIFF", &body)).unwrap();
    SoundFont::open(&path).unwrap()
}

/// Instants in s at which something begins after silence.
fn begins(samples: &[f32]) -> Vec<f64> {
    let loud = |x: &f32| x.abs() > 1e-4;
    let from = |n: usize| loud(&samples[n]) && !samples[n.saturating_sub(2_000)..n].iter().any(loud);
    (0..samples.len()).filter(|n| from(*n)).map(|n| n as f64 / RATE).collect()
}

fn near(heard: &[f64], wanted: &[f64]) -> bool {
    heard.len() == wanted.len() && heard.iter().zip(wanted).all(|(one, other)| (one - other).abs() < 0.003)
}

#[test]
fn notes_sound_at_their_instants_and_those_before_the_first_sample_ring_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let note = |at_s: f64| Note { at_s, for_s: 0.1, pitches: vec![60.0, 64.0], gain: 0.8, strum_s: 0.0 };
    let mut random = Random::new(1);
    let notes = vec![note(1.0), note(-0.002), note(0.5), note(-0.5)];
    let patch = crate::sound::patch(Tone::Nylon, &mut random);
    let played = Part { layer: layer::COMP, sibilant: false, tone: Tone::Nylon, patch, notes };
    let mut out = vec![0.0; RATE as usize * 2];
    part(&clicks(folder.path()), &played, RATE, &mut random, &mut out);
    assert!(near(&begins(&out), &[0.0, 0.5, 1.0]), "{:?}", begins(&out));
}

#[test]
fn drums_sound_at_their_instants_at_the_level_of_the_song() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(2);
    let gains = Gains::new(crate::style::Form::Song, &mut random);
    let hit = |at_s: f64, letter: u8| Hit { at_s, letter, gain: 0.9 };
    let mut out = vec![0.0; RATE as usize * 2];
    let hits = [hit(0.25, b'K'), hit(0.75, b'S'), hit(1.25, b'h')];
    drums(&clicks(folder.path()), KitKind::Acoustic, &hits, &gains, RATE, &mut random, &mut out);
    assert!(near(&begins(&out), &[0.25, 0.75, 1.25]), "{:?}", begins(&out));
    let peak = |from_s: f64| {
        let from = (from_s * RATE) as usize;
        out[from..from + 4_000].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()))
    };
    for (from_s, letter) in [(0.25, b'K'), (0.75, b'S'), (1.25, b'h')] {
        let wanted = gains.of(letter) as f32;
        assert!((peak(from_s) - wanted).abs() < 0.01 * wanted, "{} for {wanted}", peak(from_s));
    }
}
