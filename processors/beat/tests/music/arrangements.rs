//! Whole tracks of the demo generator: breaks, build-ups, fills and swing, at tempi and in metres of their
//! seeds.

use demo::Track;
use signals::measure::{Said, f_between, right_share};
use signals::{Beat, Signal};

use crate::support::{RATE_HZ, Run};

const SECONDS: f64 = 90.0;
/// From here on the beat should be found.
const DUE_S: f64 = 8.0;

fn arrangement(seed: u64) -> Signal {
    let mut track = Track::new(seed, RATE_HZ).unwrap();
    let mut samples = vec![0.0; (SECONDS * f64::from(RATE_HZ)) as usize];
    track.render(&mut samples);
    let beats = track.annotations().beats.iter().take_while(|beat| beat.time_s < SECONDS);
    let beats = beats.map(|beat| Beat { at_s: beat.time_s, position: beat.position }).collect();
    Signal { name: format!("seed-{seed}"), rate_hz: RATE_HZ, samples, beats }
}

fn followed(seed: u64) {
    let signal = arrangement(seed);
    let run = Run::of(&signal);
    let tempo = right_share(&signal, &run.tempi(), DUE_S, SECONDS);
    let f = f_between(&signal, &run.beats_s(), DUE_S, SECONDS);
    let bpm = signal.bpm_at(0.0).unwrap();
    let jump = |pair: &&[Said]| !(0.75..1.33).contains(&(pair[1].bpm / pair[0].bpm));
    let tempi: Vec<Said> = run.tempi().into_iter().filter(|said| said.heard_s > DUE_S).collect();
    let jumps = tempi.windows(2).filter(jump).count();
    assert!(
        tempo >= 0.95 && f >= 0.95 && jumps == 0,
        "seed {seed} at {bpm:.1} BPM: tempo right {tempo:.2}, F {f:.2}, {jumps} jumps of the tempo"
    );
}

#[test]
fn first_light() {
    followed(demo::FIRST_LIGHT);
}

#[test]
fn a_second_seed() {
    followed(2);
}

#[test]
fn a_third_seed() {
    followed(6);
}

#[test]
fn a_fourth_seed() {
    followed(11);
}
