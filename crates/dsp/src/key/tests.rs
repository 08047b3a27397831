//! Cadences, changes of track, and sounds without a key.

use super::*;

const DT_S: f32 = 0.09;
/// Seconds per chord.
const CHORD_S: f32 = 2.0;
/// Tonic, subdominant, dominant, tonic, as notes above the tonic.
const CADENCES: [[[usize; 3]; 4]; 2] =
    [[[0, 4, 7], [5, 9, 0], [7, 11, 2], [0, 4, 7]], [[0, 3, 7], [5, 8, 0], [7, 11, 2], [0, 3, 7]]];

/// Chord by chord; every note with its fifth and third as harmonics, over a floor of everything.
fn profile(key: Key, t: f32) -> Profile {
    let chord = CADENCES[usize::from(key.is_minor())][(t / CHORD_S) as usize % 4];
    let mut classes = [0.25; CLASSES];
    for note in chord {
        for (above, weight) in [(0, 1.0), (7, 0.3), (4, 0.1)] {
            classes[(key.tonic() + note + above) % CLASSES] += weight;
        }
    }
    let sum: f32 = classes.iter().sum();
    Profile { classes: classes.map(|c| c / sum), tonalness: 0.35 }
}

/// Plays for `seconds`; returns when the estimate was first `key`.
fn play(tracker: &mut Tracker, key: Key, seconds: f32) -> Option<f32> {
    let mut found = None;
    for i in 0..(seconds / DT_S) as usize {
        let t = i as f32 * DT_S;
        tracker.update(&profile(key, t), DT_S);
        let is_it = tracker.estimate().is_some_and(|e| e.key == key);
        found = if is_it { found.or(Some(t)) } else { None };
    }
    found
}

#[test]
fn each_of_the_24_keys_is_found_in_its_cadence() {
    for (index, name) in NAMES.iter().enumerate() {
        let mut tracker = Tracker::new();
        let found = play(&mut tracker, Key::new(index), 20.0);
        assert!(found.is_some_and(|t| t < 12.0), "{}: {found:?}, {:?}", name, tracker.estimate());
    }
    let names = [0, 1, 9, 18].map(|index| Key::new(index).name());
    assert_eq!(names, ["C:maj", "Db:maj", "A:maj", "Gb:min"]);
}

#[test]
fn a_new_track_is_found_however_long_the_old_one_was() {
    for (old, new) in [(0, 6), (9, 12), (14, 3)] {
        for seconds in [60.0, 600.0] {
            let mut tracker = Tracker::new();
            play(&mut tracker, Key::new(old), seconds);
            let found = play(&mut tracker, Key::new(new), 60.0);
            assert!(found.is_some_and(|t| t < 20.0), "{old} to {new} after {seconds} s: {found:?}");
        }
    }
}

#[test]
fn a_bridge_in_another_key_changes_nothing() {
    let mut tracker = Tracker::new();
    play(&mut tracker, Key::new(0), 60.0);
    let before = tracker.estimate().unwrap();
    play(&mut tracker, Key::new(7), 4.0);
    let after = tracker.estimate().unwrap();
    assert_eq!(after.key, before.key);
    assert!(before.confidence > 0.8 && after.confidence < before.confidence, "{before:?} {after:?}");
}

#[test]
fn what_is_even_or_not_tonal_has_no_key() {
    let even = Profile { classes: [1.0 / CLASSES as f32; CLASSES], tonalness: 0.5 };
    let drums = |t: f32| Profile { tonalness: 0.05, ..profile(Key::new(3), t) };
    let mut lone = [0.0; CLASSES];
    lone[4] = 1.0;
    let mut trackers = [Tracker::new(), Tracker::new(), Tracker::new()];
    for i in 0..1000 {
        trackers[0].update(&even, DT_S);
        trackers[1].update(&drums(i as f32 * DT_S), DT_S);
        trackers[2].update(&Profile { classes: lone, tonalness: 0.9 }, DT_S);
    }
    assert!(trackers.iter().all(|tracker| tracker.estimate().is_none() && !tracker.has_key()));
}
