//! Drops and breaks: the low end comes back with force, or leaves while the music goes on.
//!
//! Both are measured against the low end at its fullest of late. A drop must be said on its beat, so it is
//! looked for every 10 ms, and only while there is a reason to expect one: a build-up or a long break.
//!
//! A kick is at its loudest 40 to 60 ms after it began. Its first 25 ms are enough when they are held against
//! the first 25 ms of the kicks before it, so a drop that begins with one is said 25 to 35 ms after its beat. What
//! begins more slowly is judged by the energy of the last 50 ms.

use crate::beats::{Beat, Beats, PUNCH_STEPS, mean};
use crate::core::Ears;
use crate::envelope::Attack;

/// How fast the fullest low end is forgotten, in dB per second: 3 dB in a minute.
const FORGET_DB_S: f32 = 0.05;
/// Below anything that is played.
const NOTHING_DB: f32 = -100.0;
/// A low end so far under the fullest is gone.
const GONE_DB: f32 = 10.0;
/// It was there before when it was within this of the fullest.
const THERE_DB: f32 = 5.0;
/// Music that is so far under its level before is not going on.
const FADED_DB: f32 = 20.0;
/// A break has lasted so many beats before it is believed, and followed so many with drums.
const BREAK_BEATS: usize = 4;
const DRUM_BEATS: usize = 8;
/// After a break, a drop is expected only when it was so long, in beats: four bars.
const LONG_BREAK_BEATS: u32 = 16;
/// A drop's low end is so close to the fullest or above.
const FULL_DB: f32 = 1.0;
/// After a mere break it must be fuller than that, and the whole so much louder than before.
const FULL_AFTER_BREAK_DB: f32 = 0.5;
const LOUDER_DB: f32 = 9.0;
/// The low end was away for so many beats, so far below what comes; or what comes is so far above all of
/// the build-up.
const GAP_BEATS: f64 = 1.7;
const GAP_DB: f32 = 7.0;
const HARDER_DB: f32 = 1.5;
/// An attack is so close to the fullest or above, so much harder than those of the build-up, and turns the balance
/// and the level by so much: more than is asked of the whole, because less of it was heard.
const FULL_ATTACK_DB: f32 = 1.5;
const HARDER_ATTACK_DB: f32 = 0.7;
const TURN_AT_ATTACK_DB: f32 = 9.0;
/// Beats of the build-up that a drop is held against.
const BUILD_UP_BEATS: usize = 8;
/// What is judged by its level is so much harder than they are, if there was a gap: where bars have one kick, each
/// of them comes after a gap.
const HARDER_AFTER_GAP_DB: f32 = 0.5;
/// The balance turns from high to low by so much, or it all gets louder by so much.
const TURN_DB: f32 = 6.0;
const JUMP_DB: f32 = 4.0;
/// Two drops are at least so far apart.
const APART_S: f64 = 8.0;
/// An onset may lie so far from the beat that it belongs to.
const ON_BEAT_S: f64 = 0.07;
/// Time after its onset at which a drop has been heard: the length of the punch and two steps of the filters.
const HEARD_S: f64 = 0.05;
/// Low-band energy of a step, relative to the punch, at which it begins.
const ONSET_SHARE: f32 = 0.25;

/// Something that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    /// When, in seconds of the stream.
    pub(crate) at_s: f64,
    /// 0..1.
    pub(crate) strength: f32,
}

/// Watches the low end.
#[derive(Debug, Clone)]
pub(crate) struct Drops {
    fullest_db: f32,
    fullest_attack_db: f32,
    seen_s: f64,
    // beats of the present break
    away: u32,
    last_drop_s: f64,
}

impl Drops {
    pub(crate) fn new(now_s: f64) -> Drops {
        Drops {
            fullest_db: NOTHING_DB,
            fullest_attack_db: NOTHING_DB,
            seen_s: now_s,
            away: 0,
            last_drop_s: f64::NEG_INFINITY,
        }
    }

    /// Beats since the low end left, 0 while it is there.
    pub(crate) fn away(&self) -> u32 {
        self.away
    }

    /// One more beat, `rising` when a build-up is under way: a break that has just become clear.
    pub(crate) fn beat(&mut self, beats: &Beats, rising: bool) -> Option<Found> {
        let newest = beats.newest(1).next()?;
        let passed_s = (newest.at_s - self.seen_s).max(0.0);
        self.seen_s = newest.at_s;
        // A long break or build-up must not make the measure smaller.
        if self.away == 0 && !rising {
            self.fullest_db -= FORGET_DB_S * passed_s as f32;
            self.fullest_attack_db -= FORGET_DB_S * passed_s as f32;
        }
        self.fullest_db = self.fullest_db.max(fullest(beats.newest(DRUM_BEATS)));
        let attacks = beats.newest(DRUM_BEATS).filter_map(|beat| beat.attack_db);
        self.fullest_attack_db = self.fullest_attack_db.max(second(attacks));
        let gone = self.is_gone(newest);
        if self.away > 0 {
            self.away = if gone { self.away.saturating_add(1) } else { 0 };
            return None;
        }
        let found = self.left(beats)?;
        self.away = BREAK_BEATS as u32;
        Some(found)
    }

    /// Looks for a drop, 10 ms after it last did. `tension` is that of a build-up, if there is one.
    pub(crate) fn step(
        &mut self,
        now_s: f64,
        tension: Option<f32>,
        period_s: f64,
        beats: &Beats,
        ears: &Ears,
        nearest: impl Fn(f64) -> Option<f64>,
    ) -> Option<Found> {
        if !(tension.is_some() || self.away >= LONG_BREAK_BEATS) || now_s - self.last_drop_s < APART_S {
            return None;
        }
        let on_beat = |onset_s: f64| nearest(onset_s).filter(|beat_s| (beat_s - onset_s).abs() <= ON_BEAT_S);
        let (onset_s, strength) = if let Some(tension) = tension {
            let attack = ears.envelope.attack(now_s - HEARD_S, now_s, self.fullest_db);
            // Only what begins on a beat may be held against how beats begin.
            let attack = attack.filter(|attack| !attack.sustained && on_beat(attack.at_s).is_some());
            let begun = attack.and_then(|attack| self.by_attack(attack, now_s, period_s, beats, ears));
            let (onset_s, strength) = begun.or_else(|| self.by_level(now_s, period_s, beats, ears))?;
            (onset_s, strength.max(tension))
        } else {
            self.after_break(now_s, beats, ears)?
        };
        let at_s = on_beat(onset_s).unwrap_or(onset_s);
        self.last_drop_s = at_s;
        self.away = 0;
        Some(Found { at_s, strength: strength.clamp(0.0, 1.0) })
    }

    fn is_gone(&self, beat: &Beat) -> bool {
        beat.punch_db < self.fullest_db - GONE_DB
    }

    fn left(&self, beats: &Beats) -> Option<Found> {
        let mut newest = beats.newest(BREAK_BEATS);
        if beats.len() < BREAK_BEATS + DRUM_BEATS || !newest.clone().all(|beat| self.is_gone(beat)) {
            return None;
        }
        let before = beats.newest(BREAK_BEATS + DRUM_BEATS).take(DRUM_BEATS);
        let there = fullest(before.clone()) >= self.fullest_db - THERE_DB;
        let fell_db = mean(before, |beat| beat.all_db) - mean(newest.clone(), |beat| beat.all_db);
        let at_s = newest.next()?.at_s;
        let depth_db = self.fullest_db - mean(beats.newest(BREAK_BEATS), |beat| beat.punch_db);
        (there && fell_db < FADED_DB).then(|| Found { at_s, strength: (depth_db / 30.0).clamp(0.0, 1.0) })
    }

    fn by_attack(
        &self,
        attack: Attack,
        now_s: f64,
        period_s: f64,
        beats: &Beats,
        ears: &Ears,
    ) -> Option<(f64, f32)> {
        let build_up = beats.newest(BUILD_UP_BEATS).filter_map(|beat| beat.attack_db);
        let hardest_db = build_up.fold(NOTHING_DB, f32::max);
        let known = self.fullest_attack_db > NOTHING_DB;
        let full = known && attack.db >= self.fullest_attack_db - FULL_ATTACK_DB;
        let gap_db = gap_db(attack.db, attack.at_s, period_s, ears);
        let (turn_db, jump_db) = turn_db(attack.db, attack.at_s, now_s, period_s, ears);
        let clear = gap_db >= GAP_DB && turn_db >= TURN_AT_ATTACK_DB && jump_db >= JUMP_DB;
        (full && clear && attack.db >= hardest_db + HARDER_ATTACK_DB).then_some((attack.at_s, gap_db / 20.0))
    }

    fn by_level(&self, now_s: f64, period_s: f64, beats: &Beats, ears: &Ears) -> Option<(f64, f32)> {
        let from_s = now_s - HEARD_S;
        let punch_db = ears.envelope.punch_db(from_s, now_s, PUNCH_STEPS);
        let gap_db = gap_db(punch_db, from_s, period_s, ears);
        let hardest_db = beats.newest(BUILD_UP_BEATS).map(|beat| beat.punch_db).fold(NOTHING_DB, f32::max);
        let harder_db = punch_db - hardest_db;
        let back = (gap_db >= GAP_DB && harder_db >= HARDER_AFTER_GAP_DB) || harder_db >= HARDER_DB;
        let (turn_db, jump_db) = turn_db(punch_db, from_s, now_s, period_s, ears);
        let turned = turn_db >= TURN_DB || jump_db >= JUMP_DB;
        let full = punch_db >= self.fullest_db - FULL_DB;
        let onset_s = (back && turned && full).then(|| onset(ears, from_s, now_s, punch_db))??;
        Some((onset_s, gap_db / 20.0))
    }

    fn after_break(&self, now_s: f64, beats: &Beats, ears: &Ears) -> Option<(f64, f32)> {
        let from_s = now_s - HEARD_S;
        let punch_db = ears.envelope.punch_db(from_s, now_s, PUNCH_STEPS);
        let (_, _, all_db) = ears.envelope.levels_db(from_s, now_s);
        let louder_db = all_db - mean(beats.newest(8), |beat| beat.all_db);
        let full = punch_db >= self.fullest_db - FULL_AFTER_BREAK_DB;
        let onset_s = (full && louder_db >= LOUDER_DB).then(|| onset(ears, from_s, now_s, punch_db))??;
        Some((onset_s, louder_db / 20.0))
    }
}

// How far the low end lies above all of the last beats before it.
fn gap_db(low_db: f32, from_s: f64, period_s: f64, ears: &Ears) -> f32 {
    low_db - ears.envelope.punch_db(from_s - GAP_BEATS * period_s, from_s, PUNCH_STEPS)
}

// How far the balance turns from high to low against the beat before, and how much louder it all gets.
fn turn_db(low_db: f32, from_s: f64, now_s: f64, period_s: f64, ears: &Ears) -> (f32, f32) {
    let (_, high_db, all_db) = ears.envelope.levels_db(from_s, now_s);
    let (low_before_db, high_before_db, all_before_db) = ears.envelope.levels_db(from_s - period_s, from_s);
    ((low_db - high_db) - (low_before_db - high_before_db), all_db - all_before_db)
}

fn fullest<'a>(beats: impl Iterator<Item = &'a Beat>) -> f32 {
    second(beats.map(|beat| beat.punch_db))
}

// The second loudest: one explosion does not set the measure.
fn second(levels_db: impl Iterator<Item = f32>) -> f32 {
    let (mut first, mut second) = (NOTHING_DB, NOTHING_DB);
    for level_db in levels_db {
        second = second.max(level_db.min(first));
        first = first.max(level_db);
    }
    second
}

// The first step of the span that is loud in the low band; `None` when it was loud from the start, or is
// still too young to be judged.
fn onset(ears: &Ears, from_s: f64, now_s: f64, punch_db: f32) -> Option<f64> {
    let threshold = ONSET_SHARE * 10f32.powf(punch_db / 10.0);
    let first = ears.envelope.between(from_s, now_s).find(|step| step.low >= threshold)?;
    Some(first.end_s - 0.01)
}
