//! What is known of a track beside its words.

use schemas::playback::Track;

/// Name, origin and sound of a track. What is not known is `None`, and never guessed here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// artist
    pub artist: Option<String>,
    /// title
    pub title: Option<String>,
    /// album
    pub album: Option<String>,
    /// length in seconds
    pub duration_s: Option<f64>,
    /// where its identity comes from, as in [`schemas::playback::Provenance::service`]
    pub service: String,
    /// tempo in beats per minute, as measured
    pub bpm: Option<f64>,
    /// key as measured, e.g. `A:min`
    pub key: Option<String>,
    /// energy as measured, 0 calm .. 1 energetic
    pub energy: Option<f32>,
    /// energy as measured over time, each value the mean of an equal part of what was heard
    pub energy_curve: Vec<f32>,
}

impl Facts {
    /// What a track says of itself; nothing is measured yet.
    pub fn of_track(track: &Track) -> Facts {
        Facts {
            artist: track.artist.clone(),
            title: track.title.clone(),
            album: track.album.clone(),
            duration_s: track.duration_s,
            service: track.provenance.service.clone(),
            ..Facts::default()
        }
    }

    /// Whether the key is minor; `None` when no key is known.
    pub(crate) fn is_minor(&self) -> Option<bool> {
        match self.key.as_deref()?.rsplit(':').next()? {
            "min" => Some(true),
            "maj" => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_read_from_the_key() {
        let minor = |key: Option<&str>| Facts { key: key.map(String::from), ..Facts::default() }.is_minor();
        assert_eq!(
            [minor(Some("A:min")), minor(Some("Db:maj")), minor(Some("?")), minor(None)],
            [Some(true), Some(false), None, None]
        );
    }
}
