//! What the sink predicts: its own clock, fed with the grids that it hears.
//!
//! An announced beat is never withdrawn, while the grid may still move before the beat comes, and a sink
//! slews that move over two beats. So a beat may miss its announcement and yet be fired exactly when
//! the sink meant to; this tells the two apart.

use beatclock::{BeatClock, HOLD_MAX_S, Heard};
use bus::Delivery;
use schemas::beat::Grid;

/// Beats after which a clock that began later has forgotten how it began: twice what a slew takes.
const SETTLED_BEATS: usize = 4;

/// One grid, and when it came.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct News {
    pub(super) heard: Heard,
    pub(super) arrived_ns: i64,
}

impl News {
    /// Reads a grid as sinks on the same machine do.
    pub(super) fn of(delivery: &Delivery) -> Option<News> {
        let message = delivery.decode::<Grid>().ok()?;
        let at_ns = message.header.at_mono_ns;
        let sent_ns = at_ns + ((message.header.sent - message.header.at) * 1e9) as i64;
        let heard = Heard { grid: message.body, at_ns, sent_ns, jump: false };
        Some(News { heard, arrived_ns: delivery.arrived_mono_ns })
    }
}

/// Number and predicted instant of every beat until `end_ns`, without those of a clock that has just begun.
pub(super) fn predicted(news: &[News], end_ns: i64) -> Vec<(i64, i64)> {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut beats = Vec::new();
    let until = news.iter().skip(1).map(|news| news.arrived_ns).chain([end_ns]);
    for (news, until_ns) in news.iter().zip(until) {
        clock.follow(&news.heard, news.arrived_ns);
        let mut now_ns = news.arrived_ns;
        while let Some(next) = clock.next(now_ns).filter(|next| next.at_ns <= until_ns) {
            now_ns = now_ns.max(next.at_ns);
            if let Some(fire) = clock.take(now_ns) {
                beats.push((fire.index, fire.at_ns));
            }
        }
    }
    beats.split_off(SETTLED_BEATS.min(beats.len()))
}

#[cfg(test)]
mod tests {
    use schemas::beat::Mode;

    use super::*;

    fn news(arrived_ms: i64, index: i64, at_ms: i64) -> News {
        let grid = Grid {
            bpm: 120.0,
            index,
            beat: None,
            beats_per_bar: None,
            bar: None,
            confidence: 1.0,
            downbeat_confidence: 0.0,
            mode: Mode::Locked,
        };
        let heard = Heard { grid, at_ns: at_ms * 1_000_000, sent_ns: arrived_ms * 1_000_000, jump: false };
        News { heard, arrived_ns: arrived_ms * 1_000_000 }
    }

    #[test]
    fn beats_follow_the_grid_and_an_announced_one_is_exact() {
        let beats = predicted(&[news(100, 0, 500), news(4_300, 8, 4_510)], 6_600_000_000);
        let indices: Vec<i64> = beats.iter().map(|(index, _)| *index).collect();
        assert_eq!(indices, (4..=12).collect::<Vec<_>>());
        let at_ms = |n: usize| beats[n].1 as f64 / 1e6;
        assert!((at_ms(0) - 2_500.0).abs() < 0.01);
        assert!((at_ms(4) - 4_510.0).abs() < 0.01, "the beat that the new grid names: {}", at_ms(4));
        assert!((at_ms(8) - 6_510.0).abs() < 0.01);
    }
}
