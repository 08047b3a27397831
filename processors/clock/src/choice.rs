//! Which source is the room's clock.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use schemas::Name;
use schemas::audio::InputState;
use schemas::beat::{Grid, Mode};

/// A grid whose newest beat is older than this, and than [`STALE_BEATS`], comes from a source that says no more.
const STALE_S: f64 = 2.0;
const STALE_BEATS: f64 = 4.0;
/// A source takes over after it was the better one for so many beats of the room.
const HOLD_OFF_BEATS: i64 = 4;
/// Among sources that are equal otherwise, one must be this much surer to be the better one.
const SURER: f32 = 0.15;

/// Tempi beyond these are mistakes of whoever says them.
pub const TEMPI_BPM: std::ops::RangeInclusive<f64> = 10.0..=1000.0;

/// What was heard of one source.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Its grid.
    pub grid: Grid,
    /// Instant of beat `grid.index`, in seconds of CLOCK_MONOTONIC.
    pub at: f64,
    /// State of its audio input, if it has one.
    pub input: Option<InputState>,
}

/// How much a source is worth, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Its grid is too old to be held.
    Gone,
    /// It says that there is no beat: it is searching, or silent.
    Quiet,
    /// Its grid runs on by itself, or nobody speaks for it any more.
    Held,
    /// It follows the music, or the operator's taps.
    Followed,
}

impl Heard {
    /// Seconds from beat to beat; infinite while no tempo is known that music could have.
    pub fn period(&self) -> f64 {
        if TEMPI_BPM.contains(&self.grid.bpm) { 60.0 / self.grid.bpm } else { f64::INFINITY }
    }

    /// What it is worth at `now`, when grids are held for `hold_max_s`.
    pub fn standing(&self, now: f64, hold_max_s: f64) -> Standing {
        let age = now - self.at;
        let lost = self.input == Some(InputState::Lost);
        match self.grid.mode {
            Mode::Searching | Mode::Silence => Standing::Quiet,
            _ if !self.period().is_finite() => Standing::Quiet,
            _ if age > hold_max_s => Standing::Gone,
            Mode::Tapped if !self.stale(now) => Standing::Followed,
            Mode::Locked if !self.stale(now) && !lost => Standing::Followed,
            _ => Standing::Held,
        }
    }

    fn stale(&self, now: f64) -> bool {
        now - self.at > STALE_S.max(STALE_BEATS * self.period())
    }
}

/// What the choice depends on, beside the sources.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Sources in the order of preference; others come after them.
    pub priority: Vec<Name>,
    /// The operator's word.
    pub pin: Option<Name>,
    /// How long a grid is held, in seconds.
    pub hold_max_s: f64,
}

/// The choice, and who is about to take over.
#[derive(Debug, Default)]
pub struct Choice {
    /// The room's clock.
    pub chosen: Option<Name>,
    /// Why, in a sentence.
    pub why: String,
    // the better source, and the room's index when it began to be
    rival: Option<(Name, i64)>,
}

impl Choice {
    /// Chooses anew at `now`, when the room has come to beat `index`. True when another source was chosen.
    pub fn update(&mut self, sources: &BTreeMap<Name, Heard>, wishes: &Wishes, now: f64, index: i64) -> bool {
        let Some(best) = best(sources, wishes, now) else {
            self.why = self.reason(sources, wishes, now);
            return false;
        };
        let changes =
            self.chosen.as_ref() != Some(&best) && self.gives_way(&best, sources, wishes, now, index);
        if self.chosen.as_ref() == Some(&best) || changes {
            self.rival = None;
        }
        if changes {
            self.chosen = Some(best);
        }
        self.why = self.reason(sources, wishes, now);
        changes
    }

    fn gives_way(
        &mut self,
        best: &Name,
        sources: &BTreeMap<Name, Heard>,
        wishes: &Wishes,
        now: f64,
        index: i64,
    ) -> bool {
        let (Some(present), Some(next)) = (&self.chosen, sources.get(best)) else { return true };
        let Some(heard) = sources.get(present) else { return true };
        let standing = |heard: &Heard| heard.standing(now, wishes.hold_max_s);
        if wishes.pin.as_ref() == Some(best)
            || (standing(heard) <= Standing::Quiet && standing(next) > Standing::Quiet)
        {
            return true;
        }
        let better = standing(next)
            .cmp(&standing(heard))
            .then(rank(wishes, present).cmp(&rank(wishes, best)))
            .then(if next.grid.confidence > heard.grid.confidence + SURER {
                Ordering::Greater
            } else {
                Ordering::Equal
            });
        if better != Ordering::Greater || standing(next) <= Standing::Quiet {
            self.rival = None;
            return false;
        }
        match &self.rival {
            Some((rival, since)) if rival == best => index - since >= HOLD_OFF_BEATS,
            _ => {
                self.rival = Some((best.clone(), index));
                false
            }
        }
    }

    fn reason(&self, sources: &BTreeMap<Name, Heard>, wishes: &Wishes, now: f64) -> String {
        let pinned = wishes.pin.as_ref();
        let Some((name, heard)) = self.chosen.as_ref().and_then(|name| Some((name, sources.get(name)?)))
        else {
            return "no source has said anything about the beat yet".into();
        };
        let why = match heard.standing(now, wishes.hold_max_s) {
            _ if pinned == Some(name) => "it is pinned".to_owned(),
            Standing::Followed if sources.len() == 1 => "it is the only source".to_owned(),
            Standing::Followed if wishes.priority.contains(name) => {
                "it comes first in priority of those with a beat".to_owned()
            }
            Standing::Followed => "it is the surest of those with a beat".to_owned(),
            Standing::Held => "no better one has a beat; its last grid runs on".to_owned(),
            Standing::Quiet | Standing::Gone => "it was the last; no source has a beat now".to_owned(),
        };
        match pinned {
            Some(pin) if pin != name => format!("{name}: {why} ({pin} is pinned, but was not heard)"),
            _ => format!("{name}: {why}"),
        }
    }
}

fn best(sources: &BTreeMap<Name, Heard>, wishes: &Wishes, now: f64) -> Option<Name> {
    if let Some(pin) = wishes.pin.as_ref().filter(|pin| sources.contains_key(*pin)) {
        return Some(pin.clone());
    }
    let worth = |(name, heard): &(&Name, &Heard)| {
        (heard.standing(now, wishes.hold_max_s), std::cmp::Reverse(rank(wishes, name)))
    };
    let compare = |a: &(&Name, &Heard), b: &(&Name, &Heard)| {
        worth(a).cmp(&worth(b)).then(a.1.grid.confidence.total_cmp(&b.1.grid.confidence)).then(b.0.cmp(a.0))
    };
    sources.iter().max_by(compare).map(|(name, _)| name.clone())
}

fn rank(wishes: &Wishes, name: &Name) -> usize {
    wishes.priority.iter().position(|wish| wish == name).unwrap_or(wishes.priority.len())
}
