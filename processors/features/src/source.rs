//! One source: its analyser, what it expects next, and how long it has been quiet.

use dsp::UnsupportedRate;
use schemas::audio::{Block, Key, Pitch};

use crate::core::tonal::{self, Heard};
use crate::core::{Analyzer, Frame, Output};

/// Time in nanoseconds without a block after which a source counts as lost (100 ms: ten late blocks).
const LOST_AFTER_NS: i64 = 100_000_000;
/// Time in nanoseconds between two frames while it fades (60 Hz).
const FADE_STEP_NS: i64 = 16_666_667;

/// A jump of the index beyond this many seconds is not a gap.
const LONGEST_GAP_S: u64 = 60;

/// State of one source. All times are CLOCK_MONOTONIC nanoseconds.
pub(crate) struct Source {
    analyzer: Option<Analyzer>,
    output: Output,
    /// Position of the analyser before the last block.
    block_start: u64,
    next_index: u64,
    missing: u64,
    /// Whether the last pitch that was given was one.
    pitched: bool,
    fading: Fading,
    refused: bool,
    recovered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fading {
    /// Samples arrive, the last ones then.
    Live { heard_ns: i64 },
    /// No samples: faded up to then.
    Fades { until_ns: i64 },
    /// Nothing left to send.
    Silent,
}

impl Source {
    pub(crate) fn new() -> Source {
        Source {
            analyzer: None,
            output: Output::default(),
            block_start: 0,
            next_index: 0,
            missing: 0,
            pitched: false,
            fading: Fading::Silent,
            refused: false,
            recovered: false,
        }
    }

    /// Analyses a block that arrived at `now_ns`; returns how many samples were missing before it.
    ///
    /// # Errors
    /// When its sample rate cannot be analysed; the block is then left out.
    pub(crate) fn hear(&mut self, block: &Block, now_ns: i64) -> Result<u64, UnsupportedRate> {
        if self.rate_hz() != block.rate {
            let analyzer = Analyzer::new(block.rate).inspect_err(|_| self.refused = true)?;
            self.analyzer = Some(analyzer);
            self.next_index = block.index;
        }
        let Some(analyzer) = &mut self.analyzer else { return Ok(0) };
        self.recovered |= std::mem::take(&mut self.refused);
        // An index that goes back or leaps is a producer that started again: a seam of unknown length.
        let ahead = block.index.saturating_sub(self.next_index);
        let missing = if ahead > LONGEST_GAP_S * u64::from(block.rate) { 0 } else { ahead };
        if block.index != self.next_index {
            analyzer.gap(missing);
        }
        self.missing += missing;
        self.next_index = block.index.saturating_add(block.samples.len() as u64);
        self.block_start = analyzer.position();
        analyzer.process(&block.samples, &mut self.output);
        self.pitched = self.output.pitches().last().map_or(self.pitched, |pitch| pitch.value.hz.is_some());
        self.fading = Fading::Live { heard_ns: now_ns };
        Ok(missing)
    }

    /// Frames of the last block, each with the seconds from the block's first sample to the frame's:
    /// negative when the frame began in the block before.
    pub(crate) fn frames(&self) -> impl Iterator<Item = (f64, &Frame)> {
        self.output.frames().iter().map(|frame| (self.after_s(frame.position), frame))
    }

    /// Pitches of the last block, each with its seconds after the block's first sample.
    pub(crate) fn pitches(&self) -> impl Iterator<Item = (f64, &Pitch)> {
        self.output.pitches().iter().map(|Heard { at, value, .. }| (self.after_s(*at), value))
    }

    /// Keys to be said after the last block, each with its seconds after the block's first sample.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (f64, &Key)> {
        self.output.keys().iter().map(|Heard { at, value, .. }| (self.after_s(*at), value))
    }

    /// The end of a pitch that no sample will tell of any more; once.
    pub(crate) fn end_of_pitch(&mut self) -> Option<Pitch> {
        let over = self.pitched && !self.is_live();
        self.pitched &= !over;
        over.then(tonal::none)
    }

    fn after_s(&self, position: u64) -> f64 {
        position.wrapping_sub(self.block_start) as i64 as f64 / f64::from(self.rate_hz().max(1))
    }

    /// The producer says that its input is gone: no need to wait for what does not come.
    pub(crate) fn lost(&mut self, now_ns: i64) {
        if matches!(self.fading, Fading::Live { .. }) {
            self.fading = Fading::Fades { until_ns: now_ns };
        }
    }

    /// When [`Source::fade`] wants to be called; `None` while nothing is to be done.
    pub(crate) fn due_ns(&self) -> Option<i64> {
        match self.fading {
            Fading::Live { heard_ns } => Some(heard_ns + LOST_AFTER_NS),
            Fading::Fades { until_ns } => Some(until_ns + FADE_STEP_NS),
            Fading::Silent => None,
        }
    }

    /// The next frame of a source that fades; `None` before it is due. The last one is silence.
    pub(crate) fn fade(&mut self, now_ns: i64) -> Option<&Frame> {
        let due_ns = self.due_ns().filter(|due_ns| now_ns >= *due_ns)?;
        let analyzer = self.analyzer.as_mut()?;
        // The time in which it was only late does not count, or the first step would be a jump.
        let from_ns =
            if let Fading::Fades { until_ns } = self.fading { until_ns } else { due_ns - FADE_STEP_NS };
        analyzer.decay((now_ns - from_ns) as f32 * 1e-9);
        self.fading = if analyzer.is_silent() { Fading::Silent } else { Fading::Fades { until_ns: now_ns } };
        Some(analyzer.frame())
    }

    /// Whether the last block was the first good one after refused ones; true once.
    pub(crate) fn recovered(&mut self) -> bool {
        std::mem::take(&mut self.recovered)
    }

    /// Sample rate in Hz, 0 before the first block.
    pub(crate) fn rate_hz(&self) -> u32 {
        self.analyzer.as_ref().map_or(0, Analyzer::rate_hz)
    }

    /// Whether samples arrive.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.fading, Fading::Live { .. })
    }

    /// Samples that were missing so far.
    pub(crate) fn missing(&self) -> u64 {
        self.missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn block(index: u64, rate: u32, frames: usize) -> Block {
        let samples = (0..frames).map(|i| 0.5 * ((index as f32 + i as f32) * 0.05).sin()).collect();
        Block { rate, index, samples, demo: false }
    }

    #[test]
    fn frames_carry_their_distance_from_the_block() {
        let mut source = Source::new();
        let mut at = Vec::new();
        for i in 0..6u64 {
            source.hear(&block(i * 170, 48_000, 170), 0).unwrap();
            at.extend(source.frames().map(|(after_s, _)| (i * 170) as f64 + (after_s * 48_000.0).round()));
        }
        assert_eq!(at, [0.0, 256.0, 512.0]);
    }

    #[test]
    fn a_gap_is_counted_and_a_producer_that_starts_again_is_not() {
        let mut source = Source::new();
        assert_eq!(source.hear(&block(10_000, 48_000, 256), 0), Ok(0), "joining late is no gap");
        assert_eq!(source.hear(&block(11_256, 48_000, 256), 0), Ok(1000));
        let first = source.frames().next().map(|(after_s, _)| after_s);
        assert_eq!(first, Some(0.0));
        assert_eq!(source.hear(&block(0, 48_000, 256), 0), Ok(0));
        assert_eq!(source.hear(&block(256, 48_000, 256), 0), Ok(0));
        assert_eq!(source.hear(&block(u64::MAX - 3, 48_000, 256), 0), Ok(0));
        assert_eq!(source.hear(&block(u64::MAX, 48_000, 256), 0), Ok(0));
        assert_eq!(source.missing(), 1000);
    }

    #[test]
    fn a_source_without_samples_fades_to_silence_and_then_rests() {
        let mut source = Source::new();
        assert_eq!(source.due_ns(), None);
        for i in 0..400u64 {
            source.hear(&block(i * 256, 48_000, 256), 0).unwrap();
        }
        assert_eq!(source.due_ns(), Some(100 * MS));
        assert!(source.fade(99 * MS).is_none(), "not lost yet");
        let mut now_ns = 100 * MS;
        let first = source.fade(now_ns).cloned().unwrap();
        assert!(first.features.rms > 0.2, "no jump: {}", first.features.rms);
        assert!(!source.is_live());
        let mut last = first;
        while let Some(due_ns) = source.due_ns() {
            now_ns = due_ns;
            last = source.fade(now_ns).cloned().unwrap();
            assert!(now_ns < 60_000 * MS);
        }
        assert_eq!((last.features.rms, last.features.fast, last.features.loudness), (0.0, 0.0, -70.0));
        source.hear(&block(500 * 256, 48_000, 256), now_ns).unwrap();
        assert!(source.is_live());
    }

    #[test]
    fn a_pitch_ends_once_when_its_source_is_lost() {
        let mut source = Source::new();
        let mut last = None;
        for i in 0..100u64 {
            source.hear(&block(i * 256, 48_000, 256), 0).unwrap();
            last = source.pitches().last().map(|(after_s, pitch)| (after_s, pitch.clone())).or(last);
        }
        let found = last.is_some_and(|(after_s, pitch)| {
            after_s < 0.0 && pitch.hz.is_some_and(|hz| (hz - 382.0).abs() < 2.0)
        });
        assert!(found, "a sine of 382 Hz, said a little later");
        assert_eq!(source.end_of_pitch(), None, "it still sounds");
        source.lost(10 * MS);
        assert_eq!(source.end_of_pitch(), Some(tonal::none()));
        assert_eq!(source.end_of_pitch(), None);
    }

    #[test]
    fn a_lost_input_fades_at_once() {
        let mut source = Source::new();
        source.hear(&block(0, 48_000, 4096), 0).unwrap();
        source.lost(10 * MS);
        assert!(source.due_ns().unwrap() < 30 * MS);
        assert!(source.fade(30 * MS).is_some());
    }

    #[test]
    fn another_rate_is_a_new_analysis_and_an_impossible_one_is_refused() {
        let mut source = Source::new();
        source.hear(&block(0, 48_000, 256), 0).unwrap();
        assert!(source.hear(&block(256, 7, 256), 0).is_err());
        source.hear(&block(512, 44_100, 256), 0).unwrap();
        assert!(source.recovered() && !source.recovered());
        assert_eq!(source.rate_hz(), 44_100);
    }
}
