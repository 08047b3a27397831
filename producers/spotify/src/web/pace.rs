//! When to ask next.

use std::time::Duration;

use component::Backoff;

use super::Playback;

/// Pause while nothing plays.
const IDLE: Duration = Duration::from_secs(5);
/// So long after the end of a track its successor is surely known to the server.
const AFTER_END: Duration = Duration::from_millis(300);
/// Shortest pause: a track that ends again and again does not spend the app's allowance.
const SHORTEST: Duration = Duration::from_millis(500);
/// First and longest pause after a question that came to nothing.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// The pause after an answer. A track that ends within it is looked at just after its end, so that the next one is
/// seen early.
pub(super) fn after(seen: &Playback, poll: Duration) -> Duration {
    if !seen.playing {
        return poll.max(IDLE);
    }
    let left =
        seen.track.duration_s.zip(seen.position_s).map(|(length, at)| length - at).filter(|s| *s > 0.0);
    let end = left.and_then(|left| Duration::try_from_secs_f64(left).ok()).map(|left| left + AFTER_END);
    end.map_or(poll, |end| end.clamp(SHORTEST.min(poll), poll))
}

/// Pauses after questions that came to nothing.
pub(super) const fn backoff() -> Backoff {
    Backoff::new(BACKOFF.0, BACKOFF.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(2);

    fn seen(playing: bool, position_s: Option<f64>, duration_s: Option<f64>) -> Playback {
        let mut seen = Playback::nothing();
        seen.track.duration_s = duration_s;
        Playback { position_s, playing, ..seen }
    }

    #[test]
    fn the_end_of_a_track_is_looked_at_just_after_it() {
        assert_eq!(after(&seen(true, Some(10.0), Some(200.0)), POLL), POLL);
        assert_eq!(after(&seen(true, Some(199.0), Some(200.0)), POLL), Duration::from_millis(1300));
        assert_eq!(after(&seen(true, Some(199.99), Some(200.0)), POLL), SHORTEST);
        for unknown in
            [seen(true, None, Some(200.0)), seen(true, Some(1.0), None), seen(true, Some(2.0), Some(2.0))]
        {
            assert_eq!(after(&unknown, POLL), POLL);
        }
        let fast = Duration::from_millis(500);
        assert_eq!(after(&seen(true, Some(199.0), Some(200.0)), fast), fast);
    }

    #[test]
    fn nothing_playing_is_asked_about_less_often() {
        assert_eq!(after(&seen(false, Some(1.0), Some(2.0)), POLL), IDLE);
        assert_eq!(after(&seen(false, None, None), Duration::from_secs(30)), Duration::from_secs(30));
    }
}
