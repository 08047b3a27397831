//! The beats that the engine heard of late, and whether they make a pulse of their own.

use std::collections::VecDeque;

/// Beats that are kept.
const KEPT: usize = 24;

/// A beat that the engine heard, in seconds of the stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Its instant.
    pub at: f64,
    /// The engine's period at that moment in seconds.
    pub period: f64,
}

/// A straight line through beats: the pulse that they make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Instant of the newest beat on the line.
    pub phase: f64,
    /// Seconds from beat to beat.
    pub period: f64,
    /// Root mean square distance of the beats from the line, in periods.
    pub spread: f64,
}

/// Recent beats, oldest first.
#[derive(Debug, Default)]
pub struct Evidence {
    beats: VecDeque<Heard>,
}

impl Evidence {
    /// Adds a beat. Beats come in order; one that does not is left out.
    pub fn add(&mut self, beat: Heard) {
        if self.beats.back().is_some_and(|last| beat.at <= last.at) {
            return;
        }
        if self.beats.len() == KEPT {
            self.beats.pop_front();
        }
        self.beats.push_back(beat);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.beats.clear();
    }

    /// The least-squares line through the newest `count` beats, `None` while there are fewer or when
    /// they do not follow one another at about one period.
    pub fn line(&self, count: usize) -> Option<Line> {
        let from = self.beats.len().checked_sub(count.max(3))?;
        let beats: Vec<Heard> = self.beats.iter().skip(from).copied().collect();
        let mut periods: Vec<f64> = beats.iter().map(|beat| beat.period).collect();
        periods.sort_by(f64::total_cmp);
        let guess = *periods.get(periods.len() / 2)?;
        let last = *beats.last()?;
        let mut numbers = Vec::with_capacity(beats.len());
        let mut number = 0.0;
        let mut later = last.at;
        for beat in beats.iter().rev() {
            let steps = ((later - beat.at) / guess).round();
            // A missed beat is forgiven, a doubled one is not: two beats cannot have one number.
            if beat.at < later && !(1.0..=2.0).contains(&steps) {
                return None;
            }
            number -= steps;
            later = beat.at;
            numbers.push((number, beat.at));
        }
        fit(&numbers)
    }
}

fn fit(points: &[(f64, f64)]) -> Option<Line> {
    let count = points.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (number, at) = (mean(|p| p.0), mean(|p| p.1));
    let across: f64 = points.iter().map(|p| (p.0 - number).powi(2)).sum();
    let along: f64 = points.iter().map(|p| (p.0 - number) * (p.1 - at)).sum();
    if across <= 0.0 || along <= 0.0 {
        return None;
    }
    let period = along / across;
    let phase = at - period * number;
    let squares: f64 = points.iter().map(|p| (p.1 - phase - period * p.0).powi(2)).sum();
    Some(Line { phase, period, spread: (squares / count).sqrt() / period })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(instants: &[f64]) -> Evidence {
        let mut evidence = Evidence::default();
        instants.iter().for_each(|at| evidence.add(Heard { at: *at, period: 0.5 }));
        evidence
    }

    #[test]
    fn even_beats_make_a_line() {
        let line = evidence(&[1.0, 1.5, 2.0, 3.0, 3.5]).line(5).unwrap();
        assert!((line.period - 0.5).abs() < 1e-9 && (line.phase - 3.5).abs() < 1e-9 && line.spread < 1e-9);
    }

    #[test]
    fn uneven_beats_make_none_or_a_wide_one() {
        assert_eq!(evidence(&[1.0, 1.5, 1.6, 3.0, 3.5]).line(5), None);
        assert!(evidence(&[1.0, 1.6, 2.0, 2.6, 3.0]).line(5).is_none_or(|line| line.spread > 0.05));
        assert_eq!(evidence(&[1.0, 1.5]).line(5), None);
    }
}
