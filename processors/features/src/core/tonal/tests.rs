//! Chords, voices, drums and noise, synthesised, and what is said of them.

use super::*;

const RATE_HZ: u32 = 24_000;
/// A turn of four chords, in semitones above the tonic.
type Turn = [[i32; 3]; 4];
const MAJOR: Turn = [[0, 4, 7], [5, 9, 12], [7, 11, 14], [0, 4, 7]];
const MINOR: Turn = [[0, 3, 7], [5, 8, 12], [7, 11, 14], [0, 3, 7]];

fn noise(mut seed: u32) -> impl FnMut() -> f32 {
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// Two seconds per chord, in the octave above `tonic` (semitones above A3), with bass; `cents` out of tune.
fn chords(turn: Turn, tonic: i32, cents: f64, seconds: f64, rate_hz: u32) -> Vec<f32> {
    let hz = |note: i32| 220.0 * ((f64::from(tonic + note) + cents / 100.0) / 12.0).exp2();
    let voice = |hz: f64, t: f64| {
        (1..4).map(|n| (std::f64::consts::TAU * hz * f64::from(n) * t).sin() / f64::from(n)).sum::<f64>()
    };
    let sample = |i: usize| {
        let t = i as f64 / f64::from(rate_hz);
        let chord = turn[(t / 2.0) as usize % 4];
        let upper: f64 = chord.iter().map(|note| voice(hz(*note), t)).sum();
        (0.08 * upper + 0.15 * voice(hz(chord[0] - 12), t)) as f32
    };
    (0..(seconds * f64::from(rate_hz)) as usize).map(sample).collect()
}

/// A beat of kick, snare with a tuned shell, and hats.
fn drums(seconds: f32, rate_hz: u32) -> Vec<f32> {
    let mut hiss = noise(9);
    let tone = |hz: f32, t: f32| (std::f32::consts::TAU * hz * t).sin();
    let mut sample = |i: usize| {
        let t = i as f32 / rate_hz as f32;
        let (beat, off, sixteenth) = (t % 0.5, (t + 0.5) % 1.0, t % 0.125);
        let kick = (-beat / 0.12).exp() * tone(50.0, beat + 0.036 * (1.0 - (-beat / 0.03).exp()));
        let snare = (-off / 0.08).exp() * (0.5 * hiss() + 0.3 * tone(190.0, off));
        0.5 * (kick + snare + 0.2 * (-sixteenth / 0.02).exp() * hiss())
    };
    (0..(seconds * rate_hz as f32) as usize).map(&mut sample).collect()
}

fn run(samples: &[f32], rate_hz: u32, block: usize) -> Output {
    let (mut tonal, mut output) = (Tonal::new(rate_hz).unwrap(), Output::default());
    let mut all = Output::default();
    for block in samples.chunks(block) {
        tonal.process(block, &mut output);
        all.pitches.append(&mut output.pitches);
        all.keys.append(&mut output.keys);
    }
    all
}

fn keys(samples: &[f32], rate_hz: u32) -> Vec<Heard<Key>> {
    let (mut tonal, mut output) = (Tonal::key_only(rate_hz).unwrap(), Output::default());
    tonal.process(samples, &mut output);
    output.keys
}

fn mixed(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

#[test]
fn cadences_have_their_key_at_any_rate_and_tuning() {
    let names = ["A", "Bb", "B", "C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab"];
    let cases =
        [(0, 0.0, 44_100), (1, 30.0, 16_000), (3, -35.0, 48_000), (6, 8.0, 8_000), (10, -10.0, 22_050)];
    for (tonic, cents, rate) in cases {
        for (turn, mode) in [(MAJOR, "maj"), (MINOR, "min")] {
            let said = keys(&chords(turn, tonic, cents, 16.0, rate), rate);
            let expected = format!("{}:{mode}", names[tonic as usize]);
            assert_eq!(said.last().map(|k| &k.value.key), Some(&expected), "{cents} cents at {rate} Hz");
            assert!(said[0].heard < 12 * u64::from(rate) && said.iter().all(|k| k.at <= k.heard));
        }
    }
}

#[test]
fn drums_under_the_chords_change_nothing() {
    let music = mixed(&chords(MINOR, 3, 0.0, 30.0, RATE_HZ), &drums(30.0, RATE_HZ));
    let said = keys(&music, RATE_HZ);
    assert_eq!(said.last().map(|k| k.value.key.as_str()), Some("C:min"));
    assert!(said.last().is_some_and(|k| k.value.confidence > 0.3), "{said:?}");
}

#[test]
fn silence_noise_and_drums_have_no_key() {
    let mut hiss = noise(4);
    let white: Vec<f32> = (0..30 * RATE_HZ).map(|_| 0.3 * hiss()).collect();
    assert_eq!(keys(&vec![0.0; 10 * RATE_HZ as usize], RATE_HZ), []);
    assert_eq!(keys(&white, RATE_HZ), []);
    assert_eq!(keys(&drums(40.0, RATE_HZ), RATE_HZ), []);
}

#[test]
fn another_track_is_another_key_within_twenty_seconds() {
    let mut music = chords(MAJOR, 3, 0.0, 120.0, RATE_HZ);
    music.extend(chords(MINOR, 9, 0.0, 40.0, RATE_HZ));
    let said = keys(&music, RATE_HZ);
    let (first, second): (Vec<_>, Vec<_>) = said.iter().partition(|k| k.heard < 120 * u64::from(RATE_HZ));
    assert!(first.iter().all(|k| k.value.key == "C:maj"), "{first:?}");
    let found = second.iter().find(|k| k.value.key == "Gb:min").map(|k| k.heard / u64::from(RATE_HZ) - 120);
    assert!(found.is_some_and(|after_s| after_s <= 20), "{second:?}");
    assert!(said.iter().any(|k| k.value.confidence > 0.8), "the range is used: {said:?}");
}

#[test]
fn a_key_that_stays_is_said_again_before_it_expires() {
    let said = keys(&chords(MAJOR, 0, 0.0, 150.0, 8_000), 8_000);
    let times: Vec<u64> = said.iter().map(|k| k.heard / 8_000).collect();
    assert!(times.windows(2).all(|w| w[1] - w[0] <= 61) && times.last() > Some(&88), "{times:?}");
    assert!(times.len() < 20, "and not all the time: {times:?}");
}

#[test]
fn the_size_of_blocks_does_not_matter_and_nothing_comes_before_its_time() {
    let music = mixed(&chords(MINOR, 5, 12.0, 14.0, 44_100), &drums(14.0, 44_100));
    let whole = run(&music, 44_100, music.len());
    assert!(!whole.pitches.is_empty() && !whole.keys.is_empty());
    for block in [64, 170, 341, 1024] {
        let blocks = run(&music, 44_100, block);
        assert!(blocks.pitches == whole.pitches && blocks.keys == whole.keys, "blocks of {block}");
    }
    for cut in [50_001, 400_000, 555_555] {
        let part = run(&music[..cut], 44_100, 256);
        let pitches: Vec<_> = whole.pitches.iter().filter(|p| p.heard <= cut as u64).cloned().collect();
        let keys: Vec<_> = whole.keys.iter().filter(|k| k.heard <= cut as u64).cloned().collect();
        assert!(part.pitches == pitches && part.keys == keys, "cut at {cut}");
    }
}

#[test]
fn gain_and_polarity_do_not_matter() {
    let music = chords(MAJOR, 8, 0.0, 14.0, RATE_HZ);
    let loud = run(&music, RATE_HZ, 256);
    let turned: Vec<f32> = music.iter().map(|s| -s).collect();
    let quiet: Vec<f32> = music.iter().map(|s| s / 64.0).collect();
    let names = |output: &Output| {
        let mut names: Vec<_> = output.keys.iter().map(|k| k.value.key.clone()).collect();
        names.dedup();
        names
    };
    assert!(run(&turned, RATE_HZ, 256).keys == loud.keys);
    assert_eq!(names(&run(&quiet, RATE_HZ, 256)), names(&loud));
}

#[test]
fn a_pitch_is_said_while_it_sounds_and_its_end_once() {
    let mut sound = chords([[0, 0, 0]; 4], 0, 0.0, 1.0, RATE_HZ);
    sound.extend(vec![0.0; RATE_HZ as usize]);
    let pitches = run(&sound, RATE_HZ, 256).pitches;
    let (voiced, silent): (Vec<_>, Vec<_>) = pitches.iter().partition(|p| p.value.hz.is_some());
    assert!((50..70).contains(&voiced.len()) && (2..=4).contains(&silent.len()), "{pitches:?}");
    assert!(voiced.iter().all(|p| p.value.hz.is_some_and(|hz| (hz - 110.0).abs() < 2.0)));
    assert!(voiced.iter().all(|p| p.heard - p.at < 1_200), "at most 50 ms ago");
}

#[test]
fn garbage_gaps_and_reset_leave_it_as_new() {
    let music = chords(MINOR, 2, 0.0, 12.0, RATE_HZ);
    let (mut tonal, mut output) = (Tonal::new(RATE_HZ).unwrap(), Output::default());
    tonal.process(&[f32::NAN, f32::INFINITY, f32::MAX, -1e30], &mut output);
    tonal.process(&drums(3.0, RATE_HZ), &mut output);
    tonal.gap(1000);
    tonal.process(&music, &mut output);
    let expected = run(&music, RATE_HZ, 256);
    assert_eq!(output.keys.last().map(|k| &k.value.key), expected.keys.last().map(|k| &k.value.key));
    tonal.reset();
    tonal.process(&music, &mut output);
    assert!(output.pitches == expected.pitches && output.keys == expected.keys);
    assert!([0, 7_999, 192_001].iter().all(|rate| Tonal::new(*rate).is_err()));
}
