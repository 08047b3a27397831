//! What is decided before a note is written: tempo, key, sections, feel, where the song is entered.

use crate::{
    Beat,
    drums::{Line, grooves},
    form::{Section, sections},
    harmony::Harmony,
    layer,
    random::Random,
    style::{Feel, Form, Style},
    tempo::{Clock, Motion},
};

/// How a song begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Begin {
    /// Somewhere in the middle, at no particular instant.
    Middle,
    /// On a downbeat.
    Downbeat,
    /// So many beats before a downbeat.
    PickUp(f64),
    /// A bar of sticks.
    CountIn,
}

/// The plan of a song.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// What it is.
    pub(crate) style: Style,
    /// Tempo at first.
    pub(crate) bpm: f64,
    /// Beats to seconds of the whole song.
    pub(crate) clock: Clock,
    /// Layers that this song has at all.
    pub(crate) layers: u8,
    /// The drums of the two parts.
    pub(crate) grooves: [Vec<Line>; 2],
    /// The arrangement.
    pub(crate) sections: Vec<Section>,
    /// Key and chords.
    pub(crate) harmony: Harmony,
    /// How it begins.
    pub(crate) begin: Begin,
    /// The first beat that is heard or counted.
    pub(crate) first_beat: f64,
    /// The second of the clock at which the samples begin.
    pub(crate) from_s: f64,
    /// Length of the samples, in s.
    pub(crate) length_s: f64,
    /// Standard deviation of a hit, in s.
    pub(crate) jitter_s: f64,
    /// Each layer's own lateness, in s.
    pub(crate) lag_s: [f64; 8],
    /// Chords come an eighth early.
    pub(crate) push: bool,
    /// Where in a swung pair the second comes.
    swing: f64,
}

/// Over a range of octaves its ends are drawn more often: there a listener has but one octave to choose.
fn tempo(style: &Style, random: &mut Random) -> f64 {
    let (low, high) = style.bpm;
    let end = (high / low).powf(1.0 / 6.0);
    if end > 1.2 && random.chance(0.3) {
        let part = if random.chance(0.5) { (low, low * end) } else { (high / end, high) };
        return random.log_between(part.0, part.1);
    }
    random.log_between(low, high.max(low + 0.01))
}

impl Plan {
    /// Draws one.
    pub(crate) fn new(style: &Style, length_s: f64, random: &mut Random) -> Plan {
        let bpm = tempo(style, random);
        let bpm = if style.feel == Feel::Machine && random.chance(0.5) { bpm.round() } else { bpm };
        let bar = f64::from(style.beats);
        let begin = begin(style, random);
        let skip = if begin == Begin::Middle { random.between(0.0, 24.0 * bar) } else { 0.0 };
        // A glide or a step makes it at most 25 % faster, so that twice the beats suffice for any drift.
        let beats = (skip + 1.5 * length_s * bpm / 60.0 + 8.0 * bar) as usize;
        let (jitter_s, drift) = feel(style.feel, random);
        let motion = motion(style, bpm, drift, skip, length_s, random);
        let clock = Clock::new(bpm, &motion, beats, random);
        let grooves = grooves(style, bpm, random);
        let (layers, sure) = layers(style, &grooves, random);
        let mut sections = sections(style.form, layers, sure, beats / style.beats as usize, random);
        let before = if matches!(begin, Begin::PickUp(_) | Begin::CountIn) { 1 } else { 0 };
        sections.iter_mut().for_each(|section| section.bar += before);
        let first_beat = match begin {
            Begin::PickUp(beats) => (bar - beats).ceil(),
            Begin::Middle => skip,
            _ => 0.0,
        };
        let silence = if random.chance(0.4) { random.between(0.0, 0.3) } else { random.between(0.0, 3.0) };
        let from_s = match begin {
            Begin::Middle => clock.at(skip),
            Begin::PickUp(beats) => clock.at(bar - beats) - silence,
            _ => -silence,
        };
        let loose = if style.feel == Feel::Machine { 0.0 } else { 0.006 };
        Plan {
            style: *style,
            bpm: 60.0 / (clock.at(first_beat.floor() + 1.0) - clock.at(first_beat.floor())),
            layers,
            grooves,
            sections,
            harmony: Harmony::new(style.form, style.beats, random),
            begin,
            first_beat,
            from_s,
            length_s,
            jitter_s,
            lag_s: std::array::from_fn(|_| loose * random.normal()),
            push: random.chance(style.push),
            swing: random.between(style.swing.low, style.swing.high),
            clock,
        }
    }

    /// The second of the samples at which this beat sounds, swing included.
    pub(crate) fn time(&self, beat: f64) -> f64 {
        let pairs = self.style.swing.pairs;
        let whole = (beat * pairs + 1e-9).floor();
        let part = beat * pairs - whole;
        let warped = if part < 0.5 {
            part * 2.0 * self.swing
        } else {
            self.swing + (part - 0.5) * 2.0 * (1.0 - self.swing)
        };
        self.clock.at((whole + warped) / pairs) - self.from_s
    }

    /// The same as it is played by a layer: late or early as people are.
    pub(crate) fn played(&self, beat: f64, layer: u8, random: &mut Random) -> f64 {
        self.time(beat) + self.lag_s[layer::index(layer)] + self.jitter_s * random.normal()
    }

    /// The first beat of a section.
    pub(crate) fn beat_of(&self, section: &Section) -> f64 {
        section.bar as f64 * f64::from(self.style.beats)
    }

    /// Whether anything at this second can be heard.
    pub(crate) fn within(&self, at_s: f64) -> bool {
        at_s > -12.0 && at_s < self.length_s
    }

    /// The beats in the samples.
    pub(crate) fn beats(&self) -> Vec<Beat> {
        let per_bar = self.style.beats;
        let first = self.first_beat.ceil() as u32;
        let at = |beat: u32| self.clock.at(f64::from(beat)) - self.from_s;
        (first..)
            .map(|beat| Beat { at_s: at(beat), position: beat % per_bar + 1, beats_per_bar: per_bar })
            .skip_while(|beat| beat.at_s < 0.0)
            .take_while(|beat| beat.at_s < self.length_s)
            .collect()
    }
}

/// Layers that this song has in one of its parts, and in both.
fn layers(style: &Style, grooves: &[Vec<Line>; 2], random: &mut Random) -> (u8, u8) {
    let [first, second] = grooves
        .each_ref()
        .map(|lines| lines.iter().fold(0, |all, (letter, _)| all | layer::of_drum(*letter)));
    let there = [
        (!style.bass.is_empty(), layer::BASS),
        (!style.comp.is_empty(), layer::COMP),
        (random.chance(style.pad), layer::PAD),
        (random.chance(style.lead), layer::LEAD),
    ];
    let tones = there.iter().fold(0, |all, (yes, layer)| all | if *yes { *layer } else { 0 });
    (first | second | tones, (first & second) | tones)
}

fn begin(style: &Style, random: &mut Random) -> Begin {
    let off_beat = if style.steps == 3 { 1.0 / 3.0 } else { 0.5 };
    match random.below(20) {
        0..10 => Begin::Middle,
        10..12 => Begin::PickUp(random.pick(&[1.0, 2.0, off_beat], 1.0_f64).min(f64::from(style.beats - 1))),
        12 if style.feel != Feel::Machine && !style.grooves.is_empty() => Begin::CountIn,
        _ => Begin::Downbeat,
    }
}

/// Jitter in s and drift as a share.
fn feel(feel: Feel, random: &mut Random) -> (f64, f64) {
    let to_click = random.chance(0.35);
    let (jitter, drift) = match feel {
        Feel::Machine => (random.pick(&[0.0, 0.0, 0.001], 0.0), 0.0),
        Feel::Tight => (random.between(0.001, 0.006), 0.004),
        Feel::Live => (random.between(0.003, 0.012), random.between(0.003, 0.02)),
        Feel::Loose => (random.between(0.005, 0.018), random.between(0.008, 0.03)),
    };
    (jitter, if to_click { 0.0 } else { drift })
}

/// Glide, step or ritardando somewhere in what is heard.
fn motion(style: &Style, bpm: f64, drift: f64, skip: f64, length_s: f64, random: &mut Random) -> Motion {
    let beats = length_s * bpm / 60.0;
    let somewhere = skip + random.between(0.2, 0.7) * beats;
    let bar = f64::from(style.beats);
    let mut motion = Motion { drift, ..Motion::default() };
    let draw = random.unit();
    let by = random.between(0.02, 0.08) * if random.chance(0.5) { 1.0 } else { -1.0 };
    let over = random.between(8.0, 32.0);
    let step = random.log_between(0.8, 1.25);
    if draw < 0.08 {
        motion.glide = Some((somewhere, over, by));
    } else if draw < 0.14 {
        motion.step = Some(((somewhere / bar).round() * bar, step));
    } else if draw < 0.18 && matches!(style.feel, Feel::Live | Feel::Loose) && style.form != Form::Plain {
        motion.ritardando = Some(((somewhere / bar).round() * bar, bar));
    }
    motion
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::styles;

    #[test]
    fn swing_moves_only_what_is_between() {
        for style in styles::all() {
            let plan = Plan::new(style, 30.0, &mut Random::new(4));
            for beat in [3.0, 17.0] {
                assert!((plan.time(beat) - plan.clock.at(beat) + plan.from_s).abs() < 1e-6);
                assert!(plan.time(beat + 0.5) > plan.time(beat + 0.25));
            }
        }
    }
}
