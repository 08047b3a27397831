//! Half-time and double-time: the drums slow down or hurry for a section while the beat goes on.
//!
//! Bands and producers do so from verse to chorus; what tells the tempo then is what was played before.

use crate::{drums::Line, layer, random::Random};

/// Below this many BPM drums only hurry, above the other they only slow down.
const HALF_FROM: f64 = 85.0;
const DOUBLE_TO: f64 = 160.0;

/// These lines at half or double their pace, whichever suits so many beats a minute; none without a backbeat.
pub(crate) fn changed(lines: &[Line], bpm: f64, random: &mut Random) -> Option<Vec<Line>> {
    let slower = bpm > DOUBLE_TO || (bpm >= HALF_FROM && random.chance(0.5));
    let hats_too = random.chance(0.3);
    let pace = |(letter, pattern): &Line| match layer::of_drum(*letter) {
        layer::HATS | layer::PERC if !hats_too => (*letter, pattern.clone()),
        _ if slower => (*letter, halved(pattern)),
        _ => (*letter, doubled(pattern)),
    };
    let backbeat = lines.iter().any(|line| layer::of_drum(line.0) == layer::SNARE);
    backbeat.then(|| lines.iter().map(pace).collect())
}

/// Twice as long.
fn halved(pattern: &[u8]) -> Vec<u8> {
    pattern.iter().flat_map(|step| [*step, b'.']).collect()
}

/// Twice in the same time; of two steps that become one, what is played in either.
fn doubled(pattern: &[u8]) -> Vec<u8> {
    let twice = [pattern, pattern].concat();
    twice.chunks(2).map(|pair| if pair[0] == b'.' { pair[1] } else { pair[0] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{drums::grooves, styles};

    #[test]
    fn the_backbeat_falls_to_the_third_beat_or_between_the_beats() {
        assert_eq!(halved(b"....x..."), b"........x.......");
        assert_eq!(doubled(b"....x..."), b"..x...x.");
        assert_eq!(doubled(b"x..x"), b"xxxx");
    }

    #[test]
    fn some_songs_change_their_pace() {
        let rock = styles::all().find(|style| style.name == "rock").unwrap();
        let snare =
            |lines: &[Line]| lines.iter().find(|line| line.0 == b'S').map(|line| line.1.clone()).unwrap();
        let changes = (0..200).filter(|seed| {
            let [first, second] = grooves(rock, 120.0, &mut Random::new(*seed)).map(|lines| snare(&lines));
            second == halved(&first) || second == doubled(&first)
        });
        let count = changes.count();
        assert!((20..60).contains(&count), "{count} of 200");
    }

    #[test]
    fn without_a_backbeat_nothing_changes() {
        let kicks = [(b'K', b"x...".to_vec())];
        assert!((0..20).all(|seed| changed(&kicks, 120.0, &mut Random::new(seed)).is_none()));
    }

    #[test]
    fn fast_drums_only_slow_down() {
        let lines = [(b'S', b"....x...".to_vec())];
        for seed in 0..20 {
            let Some(slow) = changed(&lines, 190.0, &mut Random::new(seed)) else {
                panic!("a backbeat is there")
            };
            assert_eq!(slow[0].1, b"........x.......");
        }
    }
}
