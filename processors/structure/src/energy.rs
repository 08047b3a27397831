//! Energy, 0..1: how full and how bright it is, between the calmest and the fullest of this piece.

use crate::beats::Beat;

/// Time constants in beats: a beat, a bar, and four bars, and their shares.
const SCALES: [(f32, f32); 3] = [(1.0, 0.3), (4.0, 0.5), (16.0, 0.2)];
/// Least distance of calmest and fullest in dB: a steady piece is full throughout.
const LEAST_RANGE_DB: f32 = 12.0;
/// How fast fullest and calmest are forgotten, in dB per beat: 6 dB in five minutes at 120 BPM.
const FORGET_DB: f32 = 0.01;
/// Share of what lies above 4 kHz.
const HIGH_SHARE: f32 = 0.4;

/// Follows the energy of one piece.
#[derive(Debug, Clone)]
pub(crate) struct Energy {
    levels_db: Option<[f32; SCALES.len()]>,
    fullest_db: f32,
    calmest_db: f32,
}

impl Energy {
    pub(crate) fn new() -> Energy {
        Energy { levels_db: None, fullest_db: f32::NEG_INFINITY, calmest_db: f32::INFINITY }
    }

    /// One more beat.
    pub(crate) fn beat(&mut self, beat: &Beat) {
        let now_db = (1.0 - HIGH_SHARE) * beat.all_db + HIGH_SHARE * beat.high_db;
        let levels = self.levels_db.get_or_insert([now_db; SCALES.len()]);
        for (level, (beats, _)) in levels.iter_mut().zip(SCALES) {
            *level += (now_db - *level) / beats;
        }
        let bar_db = levels[1];
        self.fullest_db = (self.fullest_db - FORGET_DB).max(bar_db);
        self.calmest_db = (self.calmest_db + FORGET_DB).min(bar_db);
    }

    /// 0 the calmest, 1 the fullest; 0 before the first beat.
    pub(crate) fn now(&self) -> f32 {
        let Some(levels) = &self.levels_db else { return 0.0 };
        let level_db: f32 = levels.iter().zip(SCALES).map(|(level, (_, share))| level * share).sum();
        let range_db = (self.fullest_db - self.calmest_db).max(LEAST_RANGE_DB);
        (1.0 - (self.fullest_db - level_db) / range_db).clamp(0.0, 1.0)
    }
}
