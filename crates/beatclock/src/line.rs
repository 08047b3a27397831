//! The line from beat numbers to instants, with a small error that fades.

/// Beats over which an error is slewed away, unless the grid announces a beat before that.
pub const SLEW_BEATS: f64 = 2.0;
/// Shortest slew, as a multiple of the error: below 1 time would run backwards.
const SLEW_LEAST: f64 = 1.5;

/// Instants of beats: `at_ns + (x - index) * period_ns`, plus what is left of the slewed error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    /// Number of the beat at `at_ns`.
    pub(crate) index: i64,
    pub(crate) at_ns: i64,
    pub(crate) period_ns: f64,
    pub(crate) slew: Option<Slew>,
}

/// An error that falls from `error_ns` at `from` to 0 `over` beats later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slew {
    /// Position relative to the line's index, in beats.
    from: f64,
    over: f64,
    error_ns: f64,
}

/// A position on a line: beats relative to a whole number, so that no precision is lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Position {
    index: i64,
    beats: f64,
}

impl Line {
    pub(crate) fn new(index: i64, at_ns: i64, bpm: f64) -> Line {
        Line { index, at_ns, period_ns: 60e9 / bpm, slew: None }
    }

    /// The line that is `error_ns` late at `now_ns` and exact two beats later, or already at the beat that the
    /// line was given by, where that is still to come: it was announced to everybody at that instant.
    pub(crate) fn slewed(self, now_ns: i64, error_ns: f64) -> Line {
        // Where on the exact line the late one is now.
        let from = ((now_ns - self.at_ns) as f64 - error_ns) / self.period_ns;
        let wanted = if from < 0.0 { SLEW_BEATS.min(-from) } else { SLEW_BEATS };
        let over = wanted.max(SLEW_LEAST * error_ns.abs() / self.period_ns);
        Line { slew: Some(Slew { from, over, error_ns }), ..self }
    }

    /// When beat `index` is due.
    pub(crate) fn instant_ns(&self, index: i64) -> i64 {
        let beats = (index - self.index) as f64;
        let error_ns = self
            .slew
            .map_or(0.0, |slew| slew.error_ns * (1.0 - (beats - slew.from) / slew.over).clamp(0.0, 1.0));
        self.at_ns + (beats * self.period_ns + error_ns).round() as i64
    }

    /// Which position is due at `now_ns`: the inverse of [`Line::instant_ns`].
    pub(crate) fn position(&self, now_ns: i64) -> Position {
        let t = (now_ns - self.at_ns) as f64;
        let exact = t / self.period_ns;
        let beats = match self.slew {
            None => exact,
            Some(Slew { from, over, error_ns }) => {
                let (begin, end) = (from * self.period_ns + error_ns, (from + over) * self.period_ns);
                if t >= end {
                    exact
                } else if t < begin {
                    (t - error_ns) / self.period_ns
                } else {
                    // error fades linearly: t = x p + e (1 - (x - from) / over), solved for x
                    (t - error_ns * (1.0 + from / over)) / (self.period_ns - error_ns / over)
                }
            }
        };
        Position { index: self.index, beats }
    }
}

impl Position {
    /// The beat at or before it, and the part of a beat since then, 0..1.
    pub(crate) fn split(self) -> (i64, f64) {
        let whole = self.beats.floor();
        (self.index + whole as i64, self.beats - whole)
    }

    /// The first beat at or after it.
    pub(crate) fn ceil(self) -> i64 {
        self.index + self.beats.ceil() as i64
    }

    /// The first beat whose instant is at most half a period before it.
    pub(crate) fn first_not_stale(self) -> i64 {
        self.index + (self.beats - 0.5).ceil() as i64
    }

    /// How far it lies behind `other`, as the nearest whole number of beats and the rest, -0.5..0.5.
    pub(crate) fn minus(self, other: Position) -> (i64, f64) {
        let beats = self.beats - other.beats;
        (self.index - other.index + beats.round() as i64, beats - beats.round())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn position_inverts_instant(bpm in 20.0f64..500.0, error_ms in -20.0f64..20.0, now in 0i64..5_000_000_000, k in -5i64..30) {
            let line = Line::new(3, 1_000_000_000, bpm).slewed(now, error_ms * 1e6);
            let (index, part) = line.position(line.instant_ns(k)).split();
            let position = index as f64 + part;
            prop_assert!((position - k as f64).abs() < 1e-6, "{position} is not {k}");
            prop_assert!(line.instant_ns(k) < line.instant_ns(k + 1));
        }
    }

    #[test]
    fn an_announced_beat_is_exact() {
        // Beat 4 was announced 100 ms ahead, 12 ms earlier than the running line had it.
        let exact = Line::new(4, 2_000_000_000, 120.0);
        let line = exact.slewed(1_900_000_000, 12e6);
        assert_eq!(line.instant_ns(4), 2_000_000_000);
        assert!(
            (line.position(1_900_000_000).minus(exact.position(1_900_000_000)).1 * 500e6 + 12e6).abs() < 10.0
        );
    }

    #[test]
    fn slew_starts_at_the_error_and_ends_after_two_beats() {
        let line = Line::new(0, 0, 120.0).slewed(100_000_000, 15e6);
        let exact = Line::new(0, 0, 120.0);
        let (_, rest) = line.position(100_000_000).minus(exact.position(100_000_000));
        assert!((rest * 500e6 + 15e6).abs() < 10.0, "late by the error at first");
        assert_eq!(line.instant_ns(3), exact.instant_ns(3));
        assert!(line.instant_ns(1) - exact.instant_ns(1) > 5_000_000);
    }
}
