//! Plays parts and drums by the samples of a sound font.

use rustysynth::{Synthesizer, SynthesizerSettings};

use crate::{
    drums::Hit, general_midi, instruments::SoundFont, layer, mix::Gains, random::Random, score::Part,
    style::KitKind, voice::Note,
};

/// Samples between two looks at what is to be played: 1.5 ms at 44.1 kHz.
const BLOCK: usize = 64;
/// What begins before the first sample is played from here on, so that it rings into it.
const BEFORE_S: f64 = 3.0;
/// A drum is let go after so long.
const STROKE_S: f64 = 0.2;
/// Some parts are played with the reverberation of the synthesiser; drums are not.
const WET: f64 = 0.25;
const DRUMS: i32 = Synthesizer::PERCUSSION_CHANNEL as i32;
const PROGRAM_CHANGE: i32 = 0xC0;

/// A key goes down, or up where the velocity is 0.
struct Event {
    at_s: f64,
    key: i32,
    velocity: i32,
}

/// Plays a part into `out`.
pub(crate) fn part(from: &SoundFont, part: &Part, rate: f64, random: &mut Random, out: &mut [f32]) {
    let program = general_midi::program(part.tone, random);
    let events = part.notes.iter().flat_map(keys).collect();
    play(from, 0, program, events, rate, random.chance(WET), out);
}

/// Plays drums into `out`: each kind by itself, so that its level is the song's and not the set's.
pub(crate) fn drums(
    from: &SoundFont,
    kind: KitKind,
    hits: &[Hit],
    gains: &Gains,
    rate: f64,
    random: &mut Random,
    out: &mut [f32],
) {
    let set = general_midi::drum_set(kind, random);
    let mut stem = vec![0.0_f32; out.len()];
    for drum in [layer::KICK, layer::SNARE, layer::HATS, layer::PERC] {
        let ours: Vec<&Hit> = hits.iter().filter(|hit| layer::of_drum(hit.letter) == drum).collect();
        let Some(first) = ours.first() else { continue };
        stem.fill(0.0);
        play(from, DRUMS, set, ours.iter().flat_map(|hit| stroke(hit)).collect(), rate, false, &mut stem);
        let peak = stem.iter().fold(1e-6_f32, |peak, x| peak.max(x.abs()));
        let gain = gains.of(first.letter) as f32 / peak;
        out.iter_mut().zip(&stem).for_each(|(sum, x)| *sum += x * gain);
    }
}

fn keys(note: &Note) -> impl Iterator<Item = Event> + '_ {
    note.pitches.iter().enumerate().flat_map(|(index, pitch)| {
        let at_s = note.at_s + note.strum_s * index as f64;
        let key = pitch.round().clamp(0.0, 127.0) as i32;
        let velocity = velocity(note.gain);
        [Event { at_s, key, velocity }, Event { at_s: at_s + note.for_s.max(0.02), key, velocity: 0 }]
    })
}

fn stroke(hit: &Hit) -> [Event; 2] {
    let key = general_midi::drum_key(hit.letter);
    let down = Event { at_s: hit.at_s, key, velocity: velocity(hit.gain) };
    [down, Event { at_s: hit.at_s + STROKE_S, key, velocity: 0 }]
}

/// Sets of samples are as loud as the square of the velocity.
fn velocity(gain: f64) -> i32 {
    (127.0 * gain.max(0.0).sqrt()).round().clamp(1.0, 127.0) as i32
}

/// Plays events on one channel; what this synthesiser cannot play stays silent.
fn play(
    from: &SoundFont,
    channel: i32,
    program: i32,
    mut events: Vec<Event>,
    rate: f64,
    wet: bool,
    out: &mut [f32],
) {
    let mut settings = SynthesizerSettings::new(rate as i32);
    settings.block_size = BLOCK;
    settings.enable_reverb_and_chorus = wet;
    let Ok(mut synthesizer) = Synthesizer::new(&from.0, &settings) else { return };
    synthesizer.process_midi_message(channel, PROGRAM_CHANGE, program, 0);
    events.retain(|event| event.at_s > -BEFORE_S);
    events.sort_by(|one, other| one.at_s.total_cmp(&other.at_s).then(one.velocity.cmp(&other.velocity)));
    let before = events.first().map_or(0.0, |first| (-first.at_s).max(0.0));
    let mut sound = vec![0.0_f32; (before * rate) as usize + out.len()];
    let mut other = vec![0.0_f32; sound.len()];
    let mut played = 0;
    for event in &events {
        let at = (((event.at_s + before) * rate) as usize).min(sound.len());
        synthesizer.render(&mut sound[played..at], &mut other[played..at]);
        played = at;
        synthesizer.note_on(channel, event.key, event.velocity);
    }
    synthesizer.render(&mut sound[played..], &mut other[played..]);
    let skip = sound.len() - out.len();
    let both = sound.iter().zip(&other).skip(skip);
    out.iter_mut().zip(both).for_each(|(sum, (left, right))| *sum += 0.5 * (left + right));
}

#[cfg(test)]
#[path = "font_tests.rs"]
mod tests;
