//! What may be sent to a model.
//!
//! Spotify's Developer Policy (section III, 14) forbids to ingest Spotify content into an AI model, and counts
//! metadata among it. The name of a track that is known from Spotify is such content; lyrics that were found
//! by that name are treated alike. The same track known from a file is not: origin belongs to the telling,
//! not to the song.

/// Service whose data is kept from models, as in [`schemas::playback::Provenance::service`].
const SPOTIFY: &str = "spotify";

/// Why nothing of a track with this origin may go to a model; `None` when it may.
pub(crate) fn refusal(service: &str, spotify_to_models: bool) -> Option<&'static str> {
    let spotify = service.trim().eq_ignore_ascii_case(SPOTIFY);
    (spotify && !spotify_to_models).then_some(
        "known from Spotify, whose terms forbid sending it to a model: tagged by rules (spotify_to_models is the owner's switch)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spotify_alone_is_refused_and_only_until_the_owner_says_otherwise() {
        for service in ["spotify", "Spotify", " SPOTIFY "] {
            assert!(refusal(service, false).is_some(), "{service}");
            assert!(refusal(service, true).is_none(), "{service}");
        }
        for service in ["file", "demo", "mpris", "virtualdj", "icecast", "http", "operator", ""] {
            assert!(refusal(service, false).is_none(), "{service}");
        }
    }
}
