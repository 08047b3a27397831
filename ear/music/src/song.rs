//! A song, or two of which the second cuts off the first.

use crate::{
    Beat, Song, crossing, drums, instruments::Instruments, master, mix, plan::Plan, random::Random, score,
    style::Style, styles,
};

/// One piece of music of a style.
struct Piece {
    samples: Vec<f32>,
    beats: Vec<Beat>,
    bpm: f64,
}

fn piece(
    style: &Style,
    length_s: f64,
    instruments: &Instruments,
    rate_hz: u32,
    random: &mut Random,
) -> Piece {
    let rate = f64::from(rate_hz);
    // The same seed gives another tempo, level and begin in each style.
    let name = style.name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let random = &mut Random::new(random.bits() ^ name);
    let plan = Plan::new(style, length_s, &mut random.fork());
    let hits = drums::hits(&plan, &mut random.fork());
    let parts = score::parts(&plan, &mut random.fork());
    let stems = mix::render(&plan, &hits, &parts, instruments, rate, &mut random.fork());
    let samples = master::finish(&plan, stems, rate, &mut random.fork());
    Piece { samples, beats: plan.beats(), bpm: plan.bpm }
}

/// What a song is to be, where that is not left to its seed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// Of this style.
    Style(&'static Style),
    /// Of several.
    Crossed,
}

/// The song of this seed; of what is wanted, or of a style drawn.
pub(crate) fn song(seed: u64, wanted: Option<Wanted>, instruments: &Instruments, rate_hz: u32) -> Song {
    // Seeds that follow one another must not give sequences that are each other's continuation.
    let mut random = Random::new(Random::new(seed).bits() ^ 0x6561_7220_3031);
    let style = match wanted {
        None => *styles::draw(&mut random),
        Some(Wanted::Style(style)) => *style,
        Some(Wanted::Crossed) => crossing::draw(&mut random),
    };
    let length_s = random.between(40.0, 75.0);
    let mut first = piece(&style, length_s, instruments, rate_hz, &mut random);
    let mut metre_known = style.metre_known;
    if random.chance(0.08) {
        let other = styles::draw(&mut random);
        let at_s = random.between(15.0, length_s.min(42.0) - 2.0);
        let second = piece(other, length_s - at_s, instruments, rate_hz, &mut random);
        metre_known &= other.metre_known;
        cut(&mut first, second, at_s, f64::from(rate_hz), &mut random);
    }
    let Piece { samples, beats, bpm } = first;
    Song { seed, style: style.name, rate_hz, samples, beats, bpm, metre_known }
}

/// The second piece takes over at this second, hard or within two.
fn cut(first: &mut Piece, second: Piece, at_s: f64, rate: f64, random: &mut Random) {
    let at = (at_s * rate) as usize;
    let over = if random.chance(0.5) { 1.0 } else { random.between(0.05, 2.0) * rate } as usize;
    // Two beats closer than 100 ms would be one to any listener.
    let next_s = at_s + second.beats.first().map_or(0.0, |beat| beat.at_s - 0.1).min(0.0);
    first.beats.retain(|beat| beat.at_s < next_s);
    first.beats.extend(second.beats.into_iter().map(|beat| Beat { at_s: beat.at_s + at_s, ..beat }));
    let Some(rest) = first.samples.get_mut(at..) else { return };
    let after = second.samples.iter().copied().chain(std::iter::repeat(0.0));
    for (i, (sample, new)) in rest.iter_mut().zip(after).enumerate() {
        let through = (i as f32 / over.max(1) as f32).min(1.0);
        *sample = (*sample * (1.0 - through) + new * through).clamp(-1.0, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Choice;

    /// Low enough for unoptimised builds, high enough for hats to be heard.
    const RATE: u32 = 8_000;

    /// Mean power of 60 ms from each of these instants.
    fn power(samples: &[f32], at_s: impl Iterator<Item = f64>) -> f64 {
        let rate = f64::from(RATE);
        let window = (0.06 * rate) as usize;
        let all: Vec<f64> = at_s
            .filter_map(|at| samples.get((at.max(0.0) * rate) as usize..)?.get(..window))
            .map(|part| part.iter().map(|x| f64::from(x * x)).sum::<f64>())
            .collect();
        all.iter().sum::<f64>() / all.len().max(1) as f64
    }

    #[test]
    fn same_seed_same_song() {
        let (one, other) = (Song::new(11, RATE), Song::new(11, RATE));
        assert!(one.samples == other.samples && one.beats == other.beats && one.style == other.style);
        assert!(Song::of(Choice::Style("no such style"), 1, &Instruments::Own, RATE).is_none());
        let length = one.samples.len() as f64 / f64::from(RATE);
        assert!((39.9..75.1).contains(&length), "{length}");
    }

    #[test]
    fn every_style_gives_sound_and_plausible_beats() {
        for (seed, style) in styles::all().enumerate() {
            let piece = piece(style, 9.0, &Instruments::Own, RATE, &mut Random::new(seed as u64));
            let name = style.name;
            assert!(piece.samples.iter().all(|x| x.is_finite() && x.abs() <= 1.0), "{name}");
            assert!(piece.samples.iter().any(|x| x.abs() > 0.01), "{name} is silent");
            assert!(piece.beats.len() >= 3, "{name} {}", piece.beats.len());
            for pair in piece.beats.windows(2) {
                let bpm = 60.0 / (pair[1].at_s - pair[0].at_s);
                let (low, high) = (style.bpm.0 * 0.65, style.bpm.1 * 1.4);
                assert!((low..high).contains(&bpm), "{name} {bpm}");
                assert_eq!(pair[1].position, pair[0].position % style.beats + 1, "{name}");
                assert_eq!(pair[1].beats_per_bar, style.beats);
            }
        }
    }

    #[test]
    fn whole_songs_keep_their_beats_in_order() {
        for seed in 0..6 {
            let song = Song::new(seed, 4_000);
            assert!(song.beats.windows(2).all(|pair| pair[1].at_s - pair[0].at_s > 0.09), "{seed}");
            assert!(song.beats.iter().all(|beat| (1..=beat.beats_per_bar).contains(&beat.position)));
        }
    }

    #[test]
    fn kicks_sound_on_the_labelled_beats() {
        for seed in 0..4 {
            let song = song(seed, styles::named("kicks").map(Wanted::Style), &Instruments::Own, RATE);
            let on = power(&song.samples, song.beats.iter().map(|beat| beat.at_s));
            let off = power(&song.samples, song.beats.iter().skip(1).map(|beat| beat.at_s - 0.065));
            assert!(on > 1.5 * off, "{seed} {on} {off}");
        }
    }
}
