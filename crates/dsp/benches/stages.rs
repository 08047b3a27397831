//! What each stage costs, against the time that its samples last: the whole of it must fit into one block.
//!
//! `cargo bench -p vjbus-dsp` times each stage over one second of music at 48 kHz, in blocks of 256 frames, and
//! ends with a table: microseconds per block, and the share of the block's 5.33 ms.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use dsp::bands::{BANDS_HZ, LONG_WINDOW_S};
use dsp::chroma::{Chroma, PEAKS_HZ};
use dsp::decimate::Decimator;
use dsp::drums::DrumDetector;
use dsp::history::History;
use dsp::key::Tracker;
use dsp::loudness::Loudness;
use dsp::peaks;
use dsp::pitch::Yin;
use dsp::rhythm::activation::{Activation as _, Flux};
use dsp::rhythm::frames::Frames;
use dsp::rhythm::listener::Listener;
use dsp::rhythm::pulse::PulseSpace;
use dsp::rhythm::weights::Weights;
use dsp::samples_at_least;
use dsp::stft::Stft;

/// The stream that the budget is written for.
const RATE_HZ: u32 = 48_000;
const BLOCK: usize = 256;
const BLOCKS: usize = RATE_HZ as usize / BLOCK;
const BUDGET_US: f64 = 1e6 * BLOCK as f64 / RATE_HZ as f64;
/// How often pitch and chords are looked at, as the features processor does.
const PITCH_HOP_S: f32 = 0.016;
const CHORD_WINDOW_S: f64 = 0.25;
const CHORD_OVERLAP: usize = 4;

/// Something that takes one block.
type Stage = Box<dyn FnMut(&[f32])>;
type Made<T> = Result<T, Box<dyn Error>>;
type Named = (&'static str, fn() -> Made<Stage>);

fn main() -> Made<()> {
    let music = music()?;
    let mut costs = BTreeMap::new();
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
        .configure_from_args();
    for (name, make) in STAGES {
        measure(&mut criterion, name, make()?, &music, &mut costs);
    }
    criterion.final_summary();
    Ok(table(&costs)?)
}

const STAGES: [Named; 10] = [
    ("stft", stft),
    ("bands", bands),
    ("loudness", loudness),
    ("drums", drums),
    ("pitch", pitch),
    ("chroma and key", key),
    ("rhythm frames", frames),
    ("rhythm activations", activations),
    ("rhythm pulse", pulse),
    ("rhythm, all of it", rhythm),
];

/// Times one stage with criterion, and keeps the time of a block in microseconds: the best of its rounds, which is
/// what the stage costs when nothing else runs.
fn measure(
    criterion: &mut Criterion,
    name: &'static str,
    mut stage: Stage,
    music: &[f32],
    costs: &mut BTreeMap<&'static str, f64>,
) {
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Elements(music.len() as u64));
    group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter_custom(|rounds| {
            let begun = Instant::now();
            for _ in 0..rounds {
                music.chunks(BLOCK).for_each(|block| stage(black_box(block)));
            }
            let took = begun.elapsed();
            let block_us = took.as_secs_f64() * 1e6 / (rounds as f64 * BLOCKS as f64);
            let best = costs.entry(name).or_insert(f64::MAX);
            *best = best.min(block_us);
            took
        });
    });
    group.finish();
}

fn table(costs: &BTreeMap<&'static str, f64>) -> std::io::Result<()> {
    let mut text = format!("\n{:<20} {:>10} {:>18}\n", "stage", "us/block", "share of 5.33 ms");
    for (name, _) in STAGES {
        if let Some(us) = costs.get(name) {
            text += &format!("{name:<20} {us:>10.2} {:>16.2} %\n", 100.0 * us / BUDGET_US);
        }
    }
    std::io::stdout().write_all(text.as_bytes())
}

/// A second of the demo track, from where all of its instruments play, in whole blocks.
fn music() -> Made<Vec<f32>> {
    let mut track = demo::Track::new(demo::FIRST_LIGHT, RATE_HZ)?;
    track.seek(60 * u64::from(RATE_HZ));
    let mut samples = vec![0.0; BLOCKS * BLOCK];
    track.render(&mut samples);
    Ok(samples)
}

fn stft() -> Made<Stage> {
    let mut stft = Stft::new(samples_at_least(LONG_WINDOW_S, RATE_HZ), RATE_HZ);
    let mut history = History::new(stft.size());
    Ok(Box::new(move |block| {
        history.push(block);
        black_box(stft.power(&history));
    }))
}

fn bands() -> Made<Stage> {
    let mut stft = Stft::new(samples_at_least(LONG_WINDOW_S, RATE_HZ), RATE_HZ);
    let history = History::new(stft.size());
    let bands: Vec<_> = BANDS_HZ.iter().map(|hz| stft.band(hz.clone())).collect();
    let power = stft.power(&history).to_vec();
    Ok(Box::new(move |_| {
        bands.iter().for_each(|band| {
            black_box(band.energy(black_box(&power)));
        });
    }))
}

fn loudness() -> Made<Stage> {
    let mut loudness = Loudness::new(RATE_HZ)?;
    Ok(Box::new(move |block| {
        loudness.push(block);
        black_box(loudness.momentary());
    }))
}

fn drums() -> Made<Stage> {
    let mut drums = DrumDetector::new(RATE_HZ)?;
    let mut hits = Vec::new();
    Ok(Box::new(move |block| {
        hits.clear();
        drums.process(block, &mut hits);
        black_box(&hits);
    }))
}

/// Hands decimated samples on, a hop at a time.
fn decimated(hop: impl Fn(f32) -> usize, window: usize, mut take: impl FnMut(&History) + 'static) -> Stage {
    let mut decimator = Decimator::new(RATE_HZ);
    let hop = hop(decimator.rate_hz());
    let mut history = History::new(window);
    let mut pending = Vec::with_capacity(hop);
    Box::new(move |block| {
        for sample in block {
            pending.extend(decimator.next(*sample));
            if pending.len() == hop {
                history.push(&pending);
                pending.clear();
                take(&history);
            }
        }
    })
}

fn pitch() -> Made<Stage> {
    let mut yin = Yin::new(Decimator::new(RATE_HZ).rate_hz());
    let window = yin.span();
    Ok(decimated(
        |rate_hz| (PITCH_HOP_S * rate_hz) as usize,
        window,
        move |history| {
            black_box(yin.estimate(history));
        },
    ))
}

fn key() -> Made<Stage> {
    let rate_hz = Decimator::new(RATE_HZ).rate_hz();
    let size = samples_at_least(CHORD_WINDOW_S, rate_hz as u32);
    let mut stft = Stft::new(size, rate_hz as u32);
    let mut found = Vec::with_capacity(peaks::most(stft.bins()));
    let (mut chroma, mut tracker) = (Chroma::new(), Tracker::new());
    let hop = size / CHORD_OVERLAP;
    let hop_s = hop as f32 / rate_hz;
    Ok(decimated(
        move |_| hop,
        size,
        move |history| {
            peaks::find(stft.power(history), rate_hz / size as f32, &PEAKS_HZ, &mut found);
            if let Some(profile) = chroma.update(&found, hop_s) {
                tracker.update(&profile, hop_s);
            }
            black_box(tracker.estimate());
        },
    ))
}

fn frames() -> Made<Stage> {
    let mut frames = Frames::new(RATE_HZ);
    Ok(Box::new(move |mut block| {
        while let Some(frame) = frames.next(&mut block) {
            black_box(frame);
        }
    }))
}

fn activations() -> Made<Stage> {
    let mut frames = Frames::new(RATE_HZ);
    let mut flux = Flux::new(frames.centres_hz());
    Ok(Box::new(move |mut block| {
        while let Some(frame) = frames.next(&mut block) {
            black_box(flux.update(frame));
        }
    }))
}

fn pulse() -> Made<Stage> {
    let mut frames = Frames::new(RATE_HZ);
    let mut flux = Flux::new(frames.centres_hz());
    let mut pulse = PulseSpace::default();
    Ok(Box::new(move |mut block| {
        while let Some(frame) = frames.next(&mut block) {
            black_box(pulse.update(&flux.update(frame)));
        }
    }))
}

fn rhythm() -> Made<Stage> {
    let mut listener = Listener::new(RATE_HZ, &Weights::learned()?)?;
    Ok(Box::new(move |block| {
        listener.process(block, |beat| {
            black_box(beat);
        });
    }))
}
