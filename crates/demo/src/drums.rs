//! What the drums play.

use crate::annotations::{Drum, Onset, Role};
use crate::compose::{Bar, STEPS, Writer};
use crate::event::Sound;
use crate::kit::Hit;
use crate::plan::Groove;

/// Level of each drum at velocity 1, full scale 1.
const KICK_GAIN: f32 = 0.75;
const SNARE_GAIN: f32 = 0.42;
const HAT_GAIN: f32 = 0.16;
const CRASH_GAIN: f32 = 0.22;

impl Writer<'_> {
    pub(crate) fn drums(&mut self, bar: &Bar) {
        if bar.number == 0 && matches!(bar.role, Role::Drop | Role::Verse | Role::Break) {
            self.hit(bar, 0, Hit::Crash, if bar.role == Role::Drop { 1.0 } else { 0.5 });
        }
        self.kicks(bar);
        self.snares(bar);
        self.hats(bar);
    }

    fn kicks(&mut self, bar: &Bar) {
        let level = match bar.role {
            Role::Intro | Role::Outro => 0.75,
            Role::Verse => 0.85,
            Role::Buildup => 0.7,
            Role::Drop => 1.0,
            Role::Break => return,
        };
        let steps: &[u32] = match self.plan.groove {
            Groove::FourOnTheFloor => &[0, 4, 8, 12],
            Groove::Breakbeat => &[0, 6, 10],
            Groove::Waltz => &[0],
        };
        for step in steps.iter().copied() {
            // The bar before a drop loses its second half: the silence is what makes the drop.
            if bar.role == Role::Buildup && bar.is_last() && step * 2 >= bar.steps {
                continue;
            }
            self.hit(bar, step, Hit::Kick, level);
        }
    }

    fn snares(&mut self, bar: &Bar) {
        let level = match bar.role {
            Role::Buildup => return self.roll(bar),
            Role::Verse => 0.7,
            Role::Drop => 1.0,
            Role::Intro | Role::Break | Role::Outro => return,
        };
        let steps: &[u32] = if self.plan.groove == Groove::Waltz { &[4, 8] } else { &[4, 12] };
        for step in steps.iter().copied() {
            self.hit(bar, step, Hit::Snare, level);
        }
        // A fill at the end of every eighth bar.
        if bar.number % 8 == 7 {
            for (step, level) in [(bar.steps - 2, 0.5), (bar.steps - 1, 0.7)] {
                self.hit(bar, step, Hit::Snare, level);
            }
        }
    }

    /// Quarters, then eighths, then sixteenths, louder and louder.
    fn roll(&mut self, bar: &Bar) {
        let every = match bar.progress() {
            p if p < 0.5 => STEPS,
            p if p < 0.75 => STEPS / 2,
            _ => 1,
        };
        for step in (0..bar.steps).step_by(every as usize) {
            let through = (bar.number * bar.steps + step) as f32 / (bar.of * bar.steps) as f32;
            self.hit(bar, step, Hit::Snare, 0.25 + 0.55 * through);
        }
    }

    fn hats(&mut self, bar: &Bar) {
        let level = match bar.role {
            Role::Drop => 1.0,
            Role::Verse => 0.7,
            Role::Intro if bar.progress() >= 0.5 => 0.5,
            Role::Outro if bar.progress() < 0.5 => 0.5,
            Role::Buildup => 0.6,
            Role::Intro | Role::Break | Role::Outro => return,
        };
        for step in 0..bar.steps {
            match (step % STEPS, bar.role) {
                (2, Role::Drop | Role::Verse) => self.hit(bar, step, Hit::OpenHat, level),
                (0 | 2, _) => self.hit(bar, step, Hit::ClosedHat, level * 0.8),
                (_, Role::Drop) => self.hit(bar, step, Hit::ClosedHat, level * 0.5),
                _ => {}
            }
        }
    }

    fn hit(&mut self, bar: &Bar, step: u32, hit: Hit, velocity: f32) {
        let (drum, gain) = match hit {
            Hit::Kick => (Some(Drum::Kick), KICK_GAIN),
            Hit::Snare => (Some(Drum::Snare), SNARE_GAIN),
            Hit::ClosedHat | Hit::OpenHat => (Some(Drum::Hat), HAT_GAIN),
            Hit::Crash => (None, CRASH_GAIN),
        };
        let at = f64::from(bar.step + step);
        self.add_frames(at, (self.hit_frames)(hit), gain * velocity, Sound::Hit(hit));
        if let Some(drum) = drum {
            self.onsets.push(Onset { time_s: self.step_s(at), drum, velocity });
        }
    }
}
