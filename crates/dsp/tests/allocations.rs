//! After construction nothing allocates: no part waits for memory while it hears.
#![expect(clippy::unwrap_used, reason = "all of it is a test")]

use dsp::bands::LONG_WINDOW_S;
use dsp::chroma::{Chroma, PEAKS_HZ};
use dsp::decimate::Decimator;
use dsp::drums::DrumDetector;
use dsp::history::History;
use dsp::key::Tracker;
use dsp::loudness::Loudness;
use dsp::peaks;
use dsp::pitch::Yin;
use dsp::rhythm::listener::Listener;
use dsp::rhythm::weights::Weights;
use dsp::samples_at_least;
use dsp::stft::Stft;

const RATE_HZ: u32 = 48_000;
const BLOCK: usize = 256;
/// Long enough that every buffer of the past has gone round.
const SECONDS: usize = 40;

/// The demo track from where its drums begin to play.
fn music() -> Vec<f32> {
    let mut track = demo::Track::new(demo::FIRST_LIGHT, RATE_HZ).unwrap();
    track.seek(30 * u64::from(RATE_HZ));
    let mut samples = vec![0.0; SECONDS * RATE_HZ as usize];
    track.render(&mut samples);
    samples
}

fn allocations(mut stage: impl FnMut(&[f32])) -> u64 {
    let music = music();
    allocation_counter::measure(|| music.chunks(BLOCK).for_each(&mut stage)).count_total
}

fn beats_by(weights: &Weights) {
    let mut listener = Listener::new(RATE_HZ, weights).unwrap();
    let mut beats = 0;
    assert_eq!(allocations(|block| listener.process(block, |_| beats += 1)), 0);
    assert!(beats > SECONDS, "{beats} beats were heard");
}

#[test]
fn the_learned_ear_hears_beats_without_allocating() {
    beats_by(&Weights::learned().unwrap());
}

#[test]
fn the_native_ear_hears_beats_without_allocating() {
    beats_by(&Weights::native().unwrap());
}

#[test]
fn drums_are_heard_without_allocating() {
    let mut drums = DrumDetector::new(RATE_HZ).unwrap();
    let mut hits = Vec::with_capacity(16 * SECONDS);
    assert_eq!(allocations(|block| drums.process(block, &mut hits)), 0);
    assert!(hits.len() > SECONDS, "{} hits", hits.len());
}

#[test]
fn spectrum_and_loudness_are_measured_without_allocating() {
    let mut stft = Stft::new(samples_at_least(LONG_WINDOW_S, RATE_HZ), RATE_HZ);
    let mut history = History::new(stft.size());
    let mut loudness = Loudness::new(RATE_HZ).unwrap();
    let mut power = 0.0;
    let count = allocations(|block| {
        history.push(block);
        loudness.push(block);
        power += stft.power(&history).iter().sum::<f32>();
    });
    assert!(power > 0.0 && loudness.momentary() > -40.0, "{power}, {} LUFS", loudness.momentary());
    assert_eq!(count, 0);
}

#[test]
fn pitch_chords_and_key_are_heard_without_allocating() {
    let mut decimator = Decimator::new(RATE_HZ);
    let rate_hz = decimator.rate_hz();
    let (mut yin, size) = (Yin::new(rate_hz), samples_at_least(0.25, rate_hz as u32));
    let mut stft = Stft::new(size, rate_hz as u32);
    let (mut low, mut voice) = (History::new(size), History::new(yin.span()));
    let (mut chroma, mut tracker) = (Chroma::new(), Tracker::new());
    let mut found = Vec::with_capacity(peaks::most(stft.bins()));
    let (mut pending, mut keys) = (Vec::with_capacity(BLOCK), 0);
    let mut pitched = 0;
    let count = allocations(|block| {
        pending.clear();
        pending.extend(block.iter().filter_map(|sample| decimator.next(*sample)));
        low.push(&pending);
        voice.push(&pending);
        pitched += usize::from(yin.estimate(&voice).is_some());
        peaks::find(stft.power(&low), rate_hz / size as f32, &PEAKS_HZ, &mut found);
        if let Some(profile) = chroma.update(&found, pending.len() as f32 / rate_hz) {
            tracker.update(&profile, pending.len() as f32 / rate_hz);
        }
        keys += usize::from(tracker.estimate().is_some());
    });
    assert!(keys > 0 && pitched > 0, "{keys} keys, {pitched} pitches");
    assert_eq!(count, 0);
}
