//! Renders the parts and puts them together.

use crate::{
    bus::{consonants, duck, echo, wobble},
    drums::Hit,
    font,
    instruments::Instruments,
    kit::Kit,
    layer,
    plan::Plan,
    random::Random,
    score::Part,
    style::{Feel, Form, KitKind},
    voice::play,
};

/// Drums and the rest, still apart.
pub(crate) struct Stems {
    /// All drums.
    pub(crate) drums: Vec<f32>,
    /// All tones.
    pub(crate) music: Vec<f32>,
}

/// How loud what is, drawn for a song.
pub(crate) struct Gains {
    kick: f64,
    snare: f64,
    hats: f64,
    perc: f64,
}

impl Gains {
    /// Draws them.
    pub(crate) fn new(form: Form, random: &mut Random) -> Gains {
        let wide = if form == Form::Plain { 10.0 } else { 0.0 };
        let vanishing = random.chance(0.06);
        Gains {
            kick: 0.7 * random.db(-9.0, 5.0) * if vanishing { 0.06 } else { 1.0 },
            snare: 0.5 * random.db(-9.0, 5.0),
            hats: 0.22 * random.db(-9.0, 6.0 + wide),
            perc: 0.28 * random.db(-9.0, 6.0 + wide),
        }
    }

    /// Of the drum with this letter.
    pub(crate) fn of(&self, letter: u8) -> f64 {
        match layer::of_drum(letter) {
            layer::KICK => self.kick,
            layer::SNARE => self.snare,
            layer::HATS => self.hats,
            _ => self.perc,
        }
    }
}

/// Renders all parts.
pub(crate) fn render(
    plan: &Plan,
    hits: &[Hit],
    parts: &[Part],
    instruments: &Instruments,
    rate: f64,
    random: &mut Random,
) -> Stems {
    let length = (plan.length_s * rate) as usize;
    let drums = drums(plan, hits, instruments, rate, length, random);
    let mut music = vec![0.0_f32; length];
    let mut bus = vec![0.0_f32; length];
    for part in parts {
        bus.fill(0.0);
        match instruments {
            Instruments::Own => sound(part, rate, random, &mut bus),
            Instruments::SoundFont(from) => font::part(from, part, rate, random, &mut bus),
        }
        if part.sibilant {
            consonants(&mut bus, &part.notes, rate, random);
        }
        if plan.style.feel == Feel::Machine && part.layer != layer::LEAD && random.chance(0.08) {
            wobble(&mut bus, plan, rate, random);
        }
        if part.layer & (layer::LEAD | layer::COMP) != 0 && random.chance(0.3) {
            echo(&mut bus, plan.bpm, rate, random);
        }
        let wanted = 0.1 * level(part.layer, random);
        let gain = wanted / loudness(&bus);
        music.iter_mut().zip(&bus).for_each(|(sum, x)| *sum += x * gain as f32);
    }
    if plan.style.feel == Feel::Machine && random.chance(0.5) {
        duck(&mut music, hits, rate, random);
    }
    risers(plan, &mut music, rate, random);
    Stems { drums, music }
}

fn sound(part: &Part, rate: f64, random: &mut Random, bus: &mut [f32]) {
    let mut scratch = Vec::new();
    for note in &part.notes {
        play(&part.patch, note, rate, random, &mut scratch);
        add(bus, &scratch, note.at_s * rate, 1.0);
    }
}

/// Level of a part against the others.
fn level(layer: u8, random: &mut Random) -> f64 {
    match layer {
        layer::BASS => random.db(-9.0, 6.0),
        layer::PAD => random.db(-16.0, 0.0),
        layer::LEAD => random.db(-10.0, 5.0),
        _ => random.db(-11.0, 4.0),
    }
}

fn drums(
    plan: &Plan,
    hits: &[Hit],
    instruments: &Instruments,
    rate: f64,
    length: usize,
    random: &mut Random,
) -> Vec<f32> {
    let kind = random.pick(plan.style.kits, KitKind::Acoustic);
    let mut out = vec![0.0_f32; length];
    match instruments {
        Instruments::Own => {
            let kit = Kit::new(kind, rate, random);
            let gains = Gains::new(plan.style.form, random);
            for hit in hits {
                add(&mut out, kit.sound(hit.letter), hit.at_s * rate, gains.of(hit.letter) * hit.gain);
            }
        }
        Instruments::SoundFont(from) => {
            let gains = Gains::new(plan.style.form, random);
            font::drums(from, kind, hits, &gains, rate, random, &mut out);
        }
    }
    out
}

/// Adds a sound that begins at this sample, which may lie before the first.
pub(crate) fn add(out: &mut [f32], sound: &[f32], at: f64, gain: f64) {
    let at = at.round() as i64;
    let skip = (-at).max(0) as usize;
    let from = at.max(0) as usize;
    let (Some(out), Some(sound)) = (out.get_mut(from..), sound.get(skip..)) else { return };
    out.iter_mut().zip(sound).for_each(|(sum, x)| *sum += x * gain as f32);
}

/// The level while something sounds.
pub(crate) fn loudness(samples: &[f32]) -> f64 {
    let (mut energy, mut count) = (0.0_f64, 0_u32);
    for block in samples.chunks(1024) {
        let mean = block.iter().map(|x| x * x).sum::<f32>() / block.len() as f32;
        if mean > 1e-7 {
            energy += f64::from(mean);
            count += 1;
        }
    }
    if count == 0 { 1.0 } else { (energy / f64::from(count)).sqrt() }
}

/// Noise that swells through the build-ups.
fn risers(plan: &Plan, music: &mut [f32], rate: f64, random: &mut Random) {
    let bar = f64::from(plan.style.beats);
    for section in plan.sections.iter().filter(|section| section.build) {
        let start = plan.beat_of(section);
        let (from, to) = (plan.time(start), plan.time(start + section.bars as f64 * bar - section.stop));
        let end = music.len();
        let last = ((to * rate).max(0.0) as usize).min(end);
        let first = ((from * rate).max(0.0) as usize).min(last);
        let samples = &mut music[first..last];
        let (mut low, most) = (0.0_f32, random.between(0.02, 0.2) as f32);
        let length = samples.len().max(1) as f32;
        for (i, sample) in samples.iter_mut().enumerate() {
            let through = i as f32 / length;
            low += (0.03 + 0.5 * through) * (random.noise() - low);
            *sample += most * through * low;
        }
    }
}
