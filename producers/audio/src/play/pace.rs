//! When is which frame due? Absolute deadlines from a frame counter: no error adds up.

/// A player that is later than this does not catch up: its time line moves on by what was missed.
const STALL_NS: i64 = 250_000_000;

/// The time line of a player.
#[derive(Debug, Clone)]
pub(crate) struct Pacer {
    rate_hz: u32,
    /// This frame is due at that instant of CLOCK_MONOTONIC.
    base_index: u64,
    base_ns: i64,
}

/// The instants of one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    /// Of its first frame: its stamp.
    pub(crate) at_ns: i64,
    /// After its last frame: a device would hand it over then, and not earlier.
    pub(crate) release_ns: i64,
    /// The time line was moved before this block.
    pub(crate) stalled: bool,
}

impl Pacer {
    /// Frame `index` is due now.
    pub(crate) fn new(rate_hz: u32, index: u64, now_ns: i64) -> Pacer {
        Pacer { rate_hz, base_index: index, base_ns: now_ns }
    }

    /// The instants of the block of `frames` frames that begins with `index`, asked for at `now_ns`.
    pub(crate) fn block(&mut self, index: u64, frames: u64, now_ns: i64) -> Due {
        let late_ns = now_ns - self.instant_ns(index + frames);
        let stalled = late_ns > STALL_NS;
        if stalled {
            self.base_ns += late_ns;
        }
        Due { at_ns: self.instant_ns(index), release_ns: self.instant_ns(index + frames), stalled }
    }

    fn instant_ns(&self, index: u64) -> i64 {
        let frames = i128::from(index) - i128::from(self.base_index);
        self.base_ns + (frames * 1_000_000_000 / i128::from(self.rate_hz)) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u64 = 256;

    #[test]
    fn an_hour_of_odd_blocks_drifts_by_nothing() {
        let mut pacer = Pacer::new(44_100, 0, 7);
        let mut now = 7;
        let mut index = 0;
        while index < 44_100 * 3600 {
            now = pacer.block(index, BLOCK, now).release_ns;
            index += BLOCK;
        }
        assert_eq!(now, 7 + (i128::from(index) * 1_000_000_000 / 44_100) as i64);
    }

    #[test]
    fn a_small_delay_is_caught_up() {
        let mut pacer = Pacer::new(48_000, 0, 0);
        let late = pacer.block(0, BLOCK, 200_000_000);
        assert_eq!((late.at_ns, late.stalled), (0, false));
        assert!(late.release_ns < 200_000_000, "it goes out at once");
    }

    #[test]
    fn a_long_stall_moves_the_time_line_once() {
        let mut pacer = Pacer::new(48_000, 0, 0);
        pacer.block(0, BLOCK, 0);
        let stall = pacer.block(BLOCK, BLOCK, 10_000_000_000);
        assert!(stall.stalled);
        assert_eq!(stall.release_ns, 10_000_000_000);
        let next = pacer.block(2 * BLOCK, BLOCK, 10_000_000_000);
        assert!(!next.stalled, "no burst follows");
        assert_eq!(next.at_ns, stall.release_ns);
        assert!(next.release_ns > 10_005_000_000);
    }

    #[test]
    fn it_goes_on_from_any_frame() {
        let mut pacer = Pacer::new(48_000, 1 << 40, 5);
        assert_eq!(pacer.block(1 << 40, BLOCK, 5).at_ns, 5);
    }
}
