//! A style of three: the drums of one, the hats of another, bass, chords and form of a third.
//!
//! Who knows a style by heart needs not listen for the beat. What is put together from several, as fits in
//! tempo and metre, has to be heard.

use crate::{random::Random, style::Style, styles};

/// Draws that may fail before the first style stays as it is.
const TRIES: usize = 200;

/// Three styles as one. The beat is that of the first: its tempo, its drums, its feel.
pub(crate) fn draw(random: &mut Random) -> Style {
    let first = styles::draw(random);
    let (hats, music) = (fitting(first, random), fitting(first, random));
    Style {
        tops: if first.grooves.is_empty() { first.tops } else { hats.tops },
        bass: music.bass,
        comp: music.comp,
        bass_tones: music.bass_tones,
        comp_tones: music.comp_tones,
        lead_tones: music.lead_tones,
        pad: music.pad,
        lead: music.lead,
        push: music.push,
        form: music.form,
        metre_known: first.metre_known && music.metre_known,
        ..*first
    }
}

/// A style that can be played together with this one.
fn fitting(first: &Style, random: &mut Random) -> &'static Style {
    let any = (0..TRIES).map(|_| styles::draw(random)).find(|other| fits(first, other));
    any.or_else(|| styles::named(first.name)).unwrap_or_else(|| styles::draw(random))
}

fn fits(first: &Style, other: &Style) -> bool {
    let tempo = first.bpm.0 < other.bpm.1 && other.bpm.0 < first.bpm.1;
    let sounds = !other.bass.is_empty() || !other.comp.is_empty();
    tempo && sounds && (first.beats, first.steps) == (other.beats, other.steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_can_be_played_together() {
        let mut random = Random::new(3);
        let all: Vec<Style> = (0..200).map(|_| draw(&mut random)).collect();
        for style in &all {
            let bar = style.beats as usize * style.steps;
            let figures = style.bass.iter().chain(style.comp);
            assert!(
                figures.clone().all(|text| bar.is_multiple_of(text.len()) || text.len().is_multiple_of(bar))
            );
            assert!(style.weight > 0, "{} is for validation", style.name);
        }
        let own = |style: &&Style| styles::named(style.name).is_some_and(|plain| plain.bass == style.bass);
        let changed = all.len() - all.iter().filter(own).count();
        assert!(changed > 150, "{changed} of {}", all.len());
    }
}
