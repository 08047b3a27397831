//! One piece of music, from its first sound to the silence after it: everything that is forgotten with it.

use schemas::structure::{Event as Moment, EventKind, Progress, Section};

use crate::beats::{Beat, Beats};
use crate::core::{Ears, Emitted, Event};
use crate::drops::Drops;
use crate::energy::Energy;
use crate::meter::{Meter, Pulse};
use crate::sections::Sections;
use crate::tension::Tension;

/// Progress is told this often, in steps of 10 ms.
const PROGRESS_STEPS: u32 = 10;
/// Time constant of `buildup` in what is told, in seconds: beats move it in jumps.
const SMOOTH_S: f32 = 0.3;

/// One piece.
pub(crate) struct Piece {
    sections: Sections,
    beats: Beats,
    tension: Tension,
    drops: Drops,
    energy: Energy,
    last_beat_s: Option<f64>,
    told_in: u32,
    buildup: f32,
}

impl Piece {
    /// A piece whose first sound was at `now_s`.
    pub(crate) fn new(now_s: f64) -> Piece {
        Piece {
            sections: Sections::new(now_s),
            beats: Beats::new(),
            tension: Tension::new(),
            drops: Drops::new(now_s),
            energy: Energy::new(),
            last_beat_s: None,
            told_in: 0,
            buildup: 0.0,
        }
    }

    /// The section that sounds.
    pub(crate) fn section(&self) -> Option<&Section> {
        self.sections.now()
    }

    /// A beat has come.
    pub(crate) fn beat(
        &mut self,
        pulse: Pulse,
        now_s: f64,
        ears: &Ears,
        meter: &mut Meter,
        out: &mut Vec<Emitted>,
    ) {
        if let Some(before_s) = self.last_beat_s.filter(|before_s| pulse.at_s > *before_s) {
            self.heard(Beat::heard(ears, before_s, pulse.at_s), now_s, out);
        }
        self.last_beat_s = Some(pulse.at_s);
        if pulse.real {
            meter.accent(accent(ears, pulse.at_s));
        }
        let signs = crate::sections::Mood {
            away: self.drops.away() > 0,
            rising: self.tension.is_rising(),
            energy: self.energy.now(),
        };
        self.sections.beat(pulse, now_s, &signs, ears, meter, out);
    }

    /// 10 ms have passed.
    pub(crate) fn step(&mut self, now_s: f64, ears: &Ears, meter: &Meter, out: &mut Vec<Emitted>) {
        let tension = self.build_up(now_s, ears, meter);
        let found =
            self.drops.step(now_s, tension, meter.period_s(), &self.beats, ears, |at_s| meter.nearest(at_s));
        if let Some(drop) = found {
            self.tension.release();
            self.sections.mark_drop(drop.at_s);
            say(EventKind::Drop, drop.strength, now_s, drop.at_s, out);
        }
        self.buildup += (self.tension.now() - self.buildup) * 0.01 / SMOOTH_S;
        self.told_in += 1;
        if self.told_in >= PROGRESS_STEPS {
            self.told_in = 0;
            let progress = self.progress(now_s, meter);
            out.push(Emitted { heard_s: now_s, at_s: now_s, event: Event::Progress(progress) });
        }
    }

    /// Silence: the piece is over, and nothing of it stays on a screen.
    pub(crate) fn end(&mut self, now_s: f64, out: &mut Vec<Emitted>) {
        let rest =
            Progress { bars_in: 0.0, expected_bars: None, next_in_beats: None, buildup: 0.0, energy: 0.0 };
        out.push(Emitted { heard_s: now_s, at_s: now_s, event: Event::Progress(rest) });
    }

    /// Tension of the build-up under way. A beat is looked at when it is over and settled; a drop on the next one does
    /// not wait for that, and it may be the last beat that makes the build-up clear.
    fn build_up(&self, now_s: f64, ears: &Ears, meter: &Meter) -> Option<f32> {
        if self.tension.is_rising() {
            return Some(self.tension.now());
        }
        let (last_s, passing_s) = (self.last_beat_s?, meter.passing(now_s)?);
        let mut beats = self.beats.clone();
        beats.push(Beat::heard(ears, last_s, passing_s));
        let tension = self.tension.after(&beats);
        (passing_s > last_s && tension.is_rising()).then(|| tension.now())
    }

    fn heard(&mut self, beat: Beat, now_s: f64, out: &mut Vec<Emitted>) {
        self.energy.beat(&beat);
        self.beats.push(beat);
        if self.tension.beat(&self.beats) {
            say(EventKind::Buildup, self.tension.now(), now_s, now_s, out);
        }
        if let Some(found) = self.drops.beat(&self.beats, self.tension.is_rising()) {
            self.sections.mark_break(found.at_s);
            say(EventKind::Break, found.strength, now_s, found.at_s, out);
        }
    }

    fn progress(&self, now_s: f64, meter: &Meter) -> Progress {
        let ahead = self.sections.ahead(now_s, meter);
        Progress {
            bars_in: ahead.bars_in,
            expected_bars: ahead.expected_bars,
            next_in_beats: ahead.next_in_beats,
            buildup: self.buildup,
            energy: self.energy.now(),
        }
    }
}

fn say(kind: EventKind, strength: f32, now_s: f64, at_s: f64, out: &mut Vec<Emitted>) {
    out.push(Emitted { heard_s: now_s, at_s, event: Event::Event(Moment { kind, strength }) });
}

// How strongly a beat was played, in dB above the 200 ms before it: the low end first.
fn accent(ears: &Ears, at_s: f64) -> f32 {
    let (low_db, _, all_db) = ears.envelope.levels_db(at_s - 0.01, at_s + 0.05);
    let (low_before_db, _, all_before_db) = ears.envelope.levels_db(at_s - 0.2, at_s - 0.02);
    ((low_db - low_before_db) + 0.5 * (all_db - all_before_db)).clamp(0.0, 40.0)
}
