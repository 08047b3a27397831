//! Beats and bars out of announced ticks; and where there are none, a coarse count of time in their place.

use std::collections::VecDeque;

use schemas::beat::{Grid, Tick};

/// A beat is looked at so long after its instant: by then its ticks have come, even late ones, and its sound.
const SETTLE_S: f64 = 0.06;
/// Beats are at least so far apart (400 BPM).
const CLOSEST_S: f64 = 0.15;
/// Ticks that wait for their instant.
const WAITING: usize = 16;
/// Without a tick for so long there is no beat.
const BEATLESS_S: f64 = 3.0;
/// Without a beat, time is counted in steps of so long; four of them stand for a bar.
const COARSE_S: f64 = 0.5;
/// Beats of a bar, where nothing says otherwise.
const USUAL_BEATS: u32 = 4;
/// A bar that is longer than this many beats has lost its downbeat.
const MOST_BEATS: u32 = 8;
/// Share of a new accent in the running mean of its place (about eight bars).
const ACCENT_GAIN: f32 = 0.12;
/// How much more accent another place must have before it becomes the downbeat.
const CONVINCING: f32 = 1.15;

/// A beat that has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pulse {
    /// Its instant, in seconds of the stream.
    pub(crate) at_s: f64,
    /// Whether a bar begins with it.
    pub(crate) downbeat: bool,
    /// Whether it was heard; otherwise it only counts time.
    pub(crate) real: bool,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    at_s: f64,
    index: i64,
    place: Option<u32>,
    period_s: f64,
}

/// Puts ticks in order and finds the bars.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    waiting: VecDeque<Waiting>,
    last: Option<Pulse>,
    last_index: i64,
    // beats since the last downbeat
    count: u32,
    // whether that downbeat was heard, so that the count is the length of a bar
    whole: bool,
    beats_per_bar: u32,
    accents: [f32; USUAL_BEATS as usize],
    strongest: usize,
    period_s: f64,
}

impl Meter {
    pub(crate) fn new() -> Meter {
        Meter {
            waiting: VecDeque::with_capacity(WAITING),
            last: None,
            last_index: 0,
            count: 0,
            whole: false,
            beats_per_bar: USUAL_BEATS,
            accents: [0.0; USUAL_BEATS as usize],
            strongest: 0,
            period_s: COARSE_S,
        }
    }

    /// A tick was announced.
    pub(crate) fn tick(&mut self, at_s: f64, tick: &Tick) {
        let heard_s = self.last.filter(|last| last.real).map(|last| last.at_s);
        let after_s = self.waiting.back().map(|waiting| waiting.at_s).or(heard_s);
        let apart = after_s.is_none_or(|after_s| at_s - after_s >= CLOSEST_S);
        if !at_s.is_finite() || !apart || self.waiting.len() == WAITING {
            return;
        }
        let sane = tick.bpm.is_finite() && tick.bpm > 0.0;
        let period_s = if sane { (60.0 / tick.bpm).clamp(CLOSEST_S, BEATLESS_S) } else { self.period_s };
        self.waiting.push_back(Waiting { at_s, index: tick.index, place: tick.beat, period_s });
    }

    /// The grid says how many beats a bar has.
    pub(crate) fn grid(&mut self, grid: &Grid) {
        if let Some(beats) = grid.beats_per_bar.filter(|beats| (2..=MOST_BEATS).contains(beats)) {
            self.beats_per_bar = beats;
        }
    }

    /// The next beat that has come by `now_s`, in order.
    pub(crate) fn due(&mut self, now_s: f64) -> Option<Pulse> {
        let ready = self.waiting.front().is_some_and(|waiting| waiting.at_s + SETTLE_S <= now_s);
        if ready && let Some(waiting) = self.waiting.pop_front() {
            return Some(self.beat(waiting));
        }
        let last = *self.last.get_or_insert(Pulse { at_s: now_s, downbeat: true, real: false });
        let patience_s = if last.real { BEATLESS_S } else { COARSE_S };
        // Only ticks whose instant is over count: when the others came depends on the size of blocks.
        let announced = self.waiting.front().is_some_and(|waiting| waiting.at_s <= now_s);
        (!announced && now_s - SETTLE_S - last.at_s >= patience_s).then(|| self.coarse(last))
    }

    /// How strongly the newest beat was played: the places of strong ones are where bars begin, when
    /// nothing else says it.
    pub(crate) fn accent(&mut self, strength: f32) {
        let place = self.last_index.rem_euclid(i64::from(USUAL_BEATS)) as usize;
        self.accents[place] += ACCENT_GAIN * (strength - self.accents[place]);
        let best = (0..self.accents.len())
            .fold(self.strongest, |best, i| if self.accents[i] > self.accents[best] { i } else { best });
        if self.accents[best] > CONVINCING * self.accents[self.strongest] {
            self.strongest = best;
        }
    }

    /// The announced or heard beat nearest to `at_s`.
    pub(crate) fn nearest(&self, at_s: f64) -> Option<f64> {
        let heard = self.last.filter(|last| last.real).map(|last| last.at_s);
        let all = self.waiting.iter().map(|waiting| waiting.at_s).chain(heard);
        all.min_by(|a, b| (a - at_s).abs().total_cmp(&(b - at_s).abs()))
    }

    /// The next beat, when its instant is over but it is not due yet.
    pub(crate) fn passing(&self, now_s: f64) -> Option<f64> {
        self.waiting.front().map(|waiting| waiting.at_s).filter(|at_s| *at_s <= now_s)
    }

    /// Beats per bar.
    pub(crate) fn beats_per_bar(&self) -> u32 {
        self.beats_per_bar
    }

    /// Seconds per beat.
    pub(crate) fn period_s(&self) -> f64 {
        self.period_s
    }

    /// Whether beats are heard.
    pub(crate) fn is_real(&self) -> bool {
        self.last.is_some_and(|last| last.real)
    }

    /// Forgets everything; what is to come is counted from `now_s`.
    pub(crate) fn restart(&mut self, now_s: f64) {
        let waiting = std::mem::take(&mut self.waiting);
        *self = Meter { last: Some(Pulse { at_s: now_s, downbeat: true, real: false }), ..Meter::new() };
        self.waiting = waiting;
        self.waiting.retain(|waiting| waiting.at_s > now_s);
    }

    fn beat(&mut self, waiting: Waiting) -> Pulse {
        self.count += 1;
        let downbeat = match waiting.place {
            Some(1) => true,
            Some(_) => self.count > MOST_BEATS,
            None => waiting.index.rem_euclid(i64::from(USUAL_BEATS)) as usize == self.strongest,
        };
        if downbeat {
            if waiting.place.is_none() {
                self.beats_per_bar = USUAL_BEATS;
            } else if self.whole && (2..=MOST_BEATS).contains(&self.count) {
                self.beats_per_bar = self.count;
            }
            (self.count, self.whole) = (0, true);
        }
        (self.last_index, self.period_s) = (waiting.index, waiting.period_s);
        let pulse = Pulse { at_s: waiting.at_s, downbeat, real: true };
        self.last = Some(pulse);
        pulse
    }

    fn coarse(&mut self, last: Pulse) -> Pulse {
        self.period_s = COARSE_S;
        self.whole = false;
        self.count = if last.real { 0 } else { (self.count + 1) % USUAL_BEATS };
        let pulse = Pulse { at_s: last.at_s + COARSE_S, downbeat: self.count == 0, real: false };
        self.last = Some(pulse);
        pulse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(index: i64, beat: Option<u32>) -> Tick {
        Tick { index, beat, bar: None, bpm: 120.0, confidence: 0.9 }
    }

    fn due(meter: &mut Meter, until_s: f64) -> Vec<Pulse> {
        std::iter::from_fn(|| meter.due(until_s)).collect()
    }

    #[test]
    fn bars_begin_where_ticks_say_and_have_as_many_beats() {
        let mut meter = Meter::new();
        meter.restart(0.0);
        let mut downbeats = Vec::new();
        for index in 0..12 {
            meter.tick(0.5 * index as f64 + 0.1, &tick(index, Some(index as u32 % 3 + 1)));
            let pulses = due(&mut meter, 0.5 * index as f64 + 0.2);
            downbeats.extend(pulses.iter().filter(|pulse| pulse.downbeat).map(|pulse| pulse.at_s));
        }
        assert_eq!(downbeats, [0.1, 1.6, 3.1, 4.6]);
        assert_eq!((meter.beats_per_bar(), meter.period_s()), (3, 0.5));
    }

    #[test]
    fn where_nothing_says_it_the_strongest_of_four_beats_begins_the_bar() {
        let mut meter = Meter::new();
        meter.restart(0.0);
        let mut places = Vec::new();
        for index in 0..64 {
            meter.tick(0.5 * index as f64 + 0.5, &tick(index, None));
            for pulse in due(&mut meter, 0.5 * index as f64 + 0.6).into_iter().filter(|pulse| pulse.real) {
                meter.accent(if index % 4 == 2 { 12.0 } else { 6.0 });
                places.extend(pulse.downbeat.then_some(index % 4));
            }
        }
        assert!(places.ends_with(&[2, 2, 2, 2, 2, 2, 2, 2]), "{places:?}");
    }

    #[test]
    fn without_ticks_time_is_counted_and_ticks_take_over_again() {
        let mut meter = Meter::new();
        meter.restart(10.0);
        let pulses = due(&mut meter, 20.0);
        assert!(pulses.len() >= 19 && pulses.iter().all(|pulse| !pulse.real));
        let bars: Vec<_> = pulses.iter().filter(|pulse| pulse.downbeat).map(|pulse| pulse.at_s).collect();
        assert!(bars.windows(2).all(|pair| pair[1] - pair[0] == 2.0), "{bars:?}");
        meter.tick(20.2, &tick(0, Some(1)));
        assert_eq!(due(&mut meter, 20.3), [Pulse { at_s: 20.2, downbeat: true, real: true }]);
        assert!(due(&mut meter, 22.0).is_empty(), "a beat may be missed");
        assert!(due(&mut meter, 24.0).iter().all(|pulse| !pulse.real));
    }

    #[test]
    fn a_beat_is_passing_from_its_instant_until_it_is_due() {
        let mut meter = Meter::new();
        meter.restart(0.0);
        meter.tick(1.0, &tick(0, Some(1)));
        assert_eq!([0.99, 1.0, 1.05].map(|now_s| meter.passing(now_s)), [None, Some(1.0), Some(1.0)]);
        assert!(meter.due(1.061).is_some() && meter.passing(1.061).is_none());
    }

    #[test]
    fn ticks_that_cannot_be_are_left_out() {
        let mut meter = Meter::new();
        meter.restart(0.0);
        for at_s in [1.0, 1.05, f64::NAN, f64::INFINITY, 0.5, 1.5] {
            meter.tick(at_s, &tick(0, Some(1)));
        }
        let real: Vec<_> = due(&mut meter, 2.0).iter().filter(|p| p.real).map(|p| p.at_s).collect();
        assert_eq!(real, [1.0, 1.5]);
    }
}
