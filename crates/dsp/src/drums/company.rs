//! Whether a kick is in company: rumble rises and falls as a kick does, but nothing else happens in it.

/// So many other onsets within so many seconds are company; steady noise has one now and then by chance.
const ENOUGH: usize = 3;
const WITHIN_S: f64 = 4.0;

/// The last onsets that were no kicks.
#[derive(Debug, Clone)]
pub(super) struct Company {
    within: u64,
    frames: [Option<u64>; ENOUGH],
}

impl Company {
    /// For frames of `frame_s` seconds.
    pub(super) fn new(frame_s: f64) -> Company {
        Company { within: (WITHIN_S / frame_s) as u64, frames: [None; ENOUGH] }
    }

    /// An onset other than a kick is told at `frame`.
    pub(super) fn joins(&mut self, frame: u64) {
        self.frames.rotate_left(1);
        self.frames[ENOUGH - 1] = Some(frame);
    }

    /// Whether enough of them were told shortly before `frame`.
    pub(super) fn is_there(&self, frame: u64) -> bool {
        self.frames[0].is_some_and(|earliest| frame - earliest < self.within)
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        self.frames = [None; ENOUGH];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_onsets_in_four_seconds_are_company() {
        let mut company = Company::new(0.005);
        [100, 300].into_iter().for_each(|frame| company.joins(frame));
        assert!(!company.is_there(400));
        company.joins(500);
        assert!(company.is_there(899) && !company.is_there(900));
        company.reset();
        assert!(!company.is_there(600));
    }
}
