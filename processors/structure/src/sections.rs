//! Sections: bars go in, boundaries with letters and roles come out, and how far the present one has come.

use std::collections::VecDeque;

use schemas::structure::Section;

use crate::bar::Bar;
use crate::core::{Ears, Emitted, Event};
use crate::labels::Labels;
use crate::meter::{Meter, Pulse};
use crate::novelty::Novelty;
use crate::phrase::{Found, Phrases};
use crate::role::{Signs, role};

/// Bars of one section that are kept.
const KEPT: usize = 64;
/// A bar shorter than this share of the usual ones is none: the downbeat has moved.
const SHORTEST_BAR: f64 = 0.6;
/// A bar that differs by more than this from the usual ones is another count: a beat of five is a fifth.
const OTHERWISE: f64 = 0.15;
/// Share of a new bar in the usual length.
const BAR_GAIN: f64 = 0.3;
/// Length of a bar until one is known, in seconds.
const LIKELY_BAR_S: f64 = 2.0;
/// A drop or break belongs to the bar that begins this near, in bars.
const NEAR_BARS: f64 = 0.55;
/// A section whose end is this likely after so many bars is counted in.
const SURE: f32 = 0.3;

/// What else is known when a section begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mood {
    /// The low end is away.
    pub(crate) away: bool,
    /// Tension rises.
    pub(crate) rising: bool,
    /// 0..1.
    pub(crate) energy: f32,
}

/// How far the section has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ahead {
    pub(crate) bars_in: f32,
    pub(crate) expected_bars: Option<u32>,
    pub(crate) next_in_beats: Option<i64>,
}

/// The sections of one piece.
pub(crate) struct Sections {
    start_s: f64,
    bar_start_s: Option<f64>,
    usual_bar_s: f64,
    locked: bool,
    novelty: Novelty,
    phrases: Phrases,
    labels: Labels,
    // of the present section, oldest first
    bars: VecDeque<Bar>,
    begun_s: f64,
    before: usize,
    fullest: f32,
    drop_s: f64,
    break_s: f64,
    now: Option<Section>,
}

impl Sections {
    /// A piece that began at `now_s`.
    pub(crate) fn new(now_s: f64) -> Sections {
        Sections {
            start_s: now_s,
            bar_start_s: None,
            usual_bar_s: LIKELY_BAR_S,
            locked: false,
            novelty: Novelty::new(),
            phrases: Phrases::new(),
            labels: Labels::new(),
            bars: VecDeque::with_capacity(KEPT + 1),
            begun_s: now_s,
            before: 0,
            fullest: 0.0,
            drop_s: f64::NEG_INFINITY,
            break_s: f64::NEG_INFINITY,
            now: None,
        }
    }

    /// The section that sounds.
    pub(crate) fn now(&self) -> Option<&Section> {
        self.now.as_ref()
    }

    /// A drop was heard at `at_s`.
    pub(crate) fn mark_drop(&mut self, at_s: f64) {
        self.drop_s = at_s;
    }

    /// A break began at `at_s`.
    pub(crate) fn mark_break(&mut self, at_s: f64) {
        self.break_s = at_s;
    }

    /// A beat has come; with a downbeat, a bar has ended.
    pub(crate) fn beat(
        &mut self,
        pulse: Pulse,
        now_s: f64,
        mood: &Mood,
        ears: &Ears,
        meter: &Meter,
        out: &mut Vec<Emitted>,
    ) {
        if self.now.is_none() {
            self.first(now_s, mood, out);
        }
        if !pulse.downbeat {
            return;
        }
        let first_real = pulse.real && !self.locked;
        self.locked |= pulse.real;
        let otherwise = pulse.real && self.is_counted_otherwise(pulse.at_s) && self.is_at_hand(ears);
        if self.before == 0 && (first_real || otherwise) {
            self.look_back(pulse.at_s, ears, meter);
        } else if let Some(start_s) = self.bar_start_s {
            let length_s = pulse.at_s - start_s;
            if length_s >= SHORTEST_BAR * self.usual_bar_s {
                self.usual_bar_s += BAR_GAIN * (length_s - self.usual_bar_s);
                if let Some(found) = self.bar(start_s, pulse.at_s, ears) {
                    self.boundary(found, now_s, mood, out);
                }
            } else {
                // Bars may have become shorter; if so, they are the usual ones soon.
                self.usual_bar_s *= 1.0 - BAR_GAIN / 3.0;
            }
        }
        self.bar_start_s = Some(pulse.at_s);
    }

    /// How far the section has come at `now_s`.
    pub(crate) fn ahead(&self, now_s: f64, meter: &Meter) -> Ahead {
        let none = Ahead { bars_in: 0.0, expected_bars: None, next_in_beats: None };
        if !meter.is_real() || self.now.is_none() {
            return none;
        }
        let beats_per_bar = f64::from(meter.beats_per_bar());
        let bar_s = meter.period_s() * beats_per_bar;
        let begun = self.bar_start_s.map_or(0.0, |start_s| ((now_s - start_s) / bar_s).clamp(0.0, 1.0));
        let bars_in = self.phrases.bars_in() as f64 + begun;
        let expected = self.phrases.expected(bars_in.ceil() as usize).filter(|(_, sure)| *sure >= SURE);
        let left = |length: usize| ((length as f64 - bars_in) * beats_per_bar).ceil().max(0.0) as i64;
        Ahead {
            bars_in: bars_in as f32,
            expected_bars: expected.map(|(length, _)| length as u32),
            next_in_beats: expected.map(|(length, _)| left(length)),
        }
    }

    fn first(&mut self, now_s: f64, mood: &Mood, out: &mut Vec<Emitted>) {
        let confidence = 1.0;
        self.say(self.start_s, now_s, confidence, mood, self.labels.label(), out);
    }

    // The downbeat has moved, or bars are of another length than they were.
    fn is_counted_otherwise(&self, downbeat_s: f64) -> bool {
        self.bar_start_s
            .is_some_and(|start_s| ((downbeat_s - start_s) / self.usual_bar_s - 1.0).abs() > OTHERWISE)
    }

    // All of the piece so far can be heard again.
    fn is_at_hand(&self, ears: &Ears) -> bool {
        ears.frames.oldest_s().is_some_and(|oldest_s| oldest_s < self.start_s + self.usual_bar_s)
    }

    // Beats were found some seconds after the music began, or turned out to be counted otherwise: the bars up
    // to now are heard again, in step.
    fn look_back(&mut self, downbeat_s: f64, ears: &Ears, meter: &Meter) {
        let bar_s = meter.period_s() * f64::from(meter.beats_per_bar());
        let oldest_s = ears.frames.oldest_s().unwrap_or(downbeat_s).max(self.start_s);
        let bars = ((downbeat_s - oldest_s) / bar_s + 0.3).floor().max(0.0) as usize;
        self.usual_bar_s = bar_s;
        (self.novelty, self.phrases) = (Novelty::new(), Phrases::new());
        self.bars.clear();
        for back in (1..=bars).rev() {
            let start_s = downbeat_s - back as f64 * bar_s;
            self.bar(start_s, start_s + bar_s, ears);
        }
    }

    fn bar(&mut self, start_s: f64, end_s: f64, ears: &Ears) -> Option<Found> {
        let bar = Bar::heard(&ears.frames, start_s, end_s)?;
        let near_s = NEAR_BARS * (end_s - start_s);
        let dropped = (self.drop_s - start_s).abs() < near_s;
        let evidence = self.novelty.evidence(&bar, dropped);
        self.bars.push_back(bar);
        if self.bars.len() > KEPT {
            self.bars.pop_front();
        }
        self.phrases.bar(evidence)
    }

    fn boundary(&mut self, found: Found, now_s: f64, mood: &Mood, out: &mut Vec<Emitted>) {
        let opening = self.bars.len().saturating_sub(found.bars_ago + 1);
        let Some(at_s) = self.bars.get(opening).map(|bar| bar.start_s) else { return };
        let label = self.labels.next(self.bars.range(..opening), self.bars.range(opening..));
        self.bars.drain(..opening);
        self.before += 1;
        self.fullest = self.fullest.max(mood.energy);
        self.say(at_s, now_s, found.confidence, mood, label, out);
    }

    fn say(
        &mut self,
        at_s: f64,
        now_s: f64,
        confidence: f32,
        mood: &Mood,
        label: String,
        out: &mut Vec<Emitted>,
    ) {
        let near_s = NEAR_BARS * self.usual_bar_s;
        let signs = Signs {
            before: self.before,
            dropped: (self.drop_s - at_s).abs() < near_s,
            away: mood.away || (self.break_s - at_s).abs() < near_s,
            rising: mood.rising,
            energy: mood.energy,
            fuller_before: self.fullest > 0.6,
        };
        let section = Section { label, role: role(&signs).map(str::to_owned), confidence };
        self.begun_s = at_s;
        out.push(Emitted { heard_s: now_s, at_s, event: Event::Section(section.clone()) });
        self.now = Some(section);
    }
}
