//! From properties to a track: what players send, and what they could.

use std::collections::HashMap;

use proptest::prelude::*;
use schemas::playback::Track;
use zbus::{OwnedVariant, Variant};

use crate::seen::{LONGEST_S, Seen, Status, seen};

type Properties = HashMap<String, OwnedVariant>;

fn owned(value: Variant<'_>) -> OwnedVariant {
    OwnedVariant::try_from(value).unwrap()
}

fn properties(status: &str, metadata: &[(&str, Variant<'static>)]) -> Properties {
    let metadata: HashMap<String, Variant<'static>> =
        metadata.iter().map(|(key, value)| ((*key).to_owned(), value.try_clone().unwrap())).collect();
    HashMap::from([
        ("PlaybackStatus".to_owned(), owned(Variant::from(status))),
        ("Metadata".to_owned(), owned(Variant::from(metadata))),
    ])
}

fn track(metadata: &[(&str, Variant<'static>)]) -> Track {
    seen(&properties("Playing", metadata), false).track
}

fn id<'a>(track: &'a Track, kind: &str) -> Option<&'a str> {
    track.ids.get(kind).map(String::as_str)
}

#[test]
fn a_whole_description_becomes_a_track() {
    let mut all = properties(
        "Playing",
        &[
            ("xesam:title", "Blue Monday".into()),
            ("xesam:artist", vec!["New Order", "Somebody"].into()),
            ("xesam:album", "Substance".into()),
            ("mpris:length", 449_000_000_i64.into()),
            ("xesam:url", "file:///music/Blue%20Monday%20%C3%A9.flac".into()),
            ("mpris:trackid", "/org/mpd/Tracks/1".into()),
        ],
    );
    all.insert("Position".into(), owned(1_500_000_i64.into()));
    all.insert("Rate".into(), owned(1.25_f64.into()));
    let Seen { track, status, rate, position_s } = seen(&all, false);
    assert_eq!((status, rate, position_s), (Status::Playing, 1.25, Some(1.5)));
    assert_eq!(track.title.as_deref(), Some("Blue Monday"));
    assert_eq!(track.artist.as_deref(), Some("New Order, Somebody"));
    assert_eq!(track.album.as_deref(), Some("Substance"));
    assert_eq!(track.duration_s, Some(449.0));
    assert_eq!(id(&track, "path"), Some("/music/Blue Monday é.flac"));
    assert_eq!(id(&track, "mpris"), Some("/org/mpd/Tracks/1"));
    assert_eq!((track.audible, track.provenance.service.as_str()), (None, "mpris"));
}

#[test]
fn a_file_without_a_title_is_called_after_the_file() {
    let url = || Variant::from("file:///music/a%20song.wav");
    assert_eq!(track(&[("xesam:url", url())]).title.as_deref(), Some("a song"));
    assert_eq!(
        track(&[("xesam:url", url()), ("xesam:title", "a song.wav".into())]).title.as_deref(),
        Some("a song")
    );
    assert_eq!(
        track(&[("xesam:url", url()), ("xesam:title", "Other".into())]).title.as_deref(),
        Some("Other")
    );
    assert_eq!(track(&[("xesam:url", "https://radio.example/live".into())]).title, None);
}

#[test]
fn addresses_are_kept_where_they_mean_something_to_others() {
    let of = |url: &'static str| track(&[("xesam:url", url.into())]);
    assert_eq!(id(&of("https://radio.example/live"), "url"), Some("https://radio.example/live"));
    assert_eq!(id(&of("/music/plain.ogg"), "path"), Some("/music/plain.ogg"));
    for worthless in
        ["data:audio/wav;base64,AAAA", "blob:https://x.example/1", "", "no address", "file:///a%00b"]
    {
        assert_eq!(of(worthless).ids.len(), 0, "{worthless}");
    }
    let none = track(&[("mpris:trackid", "/org/mpris/MediaPlayer2/TrackList/NoTrack".into())]);
    assert_eq!(none.ids.len(), 0);
}

#[test]
fn whatever_is_of_spotify_says_so() {
    let service = |metadata: &[(&str, Variant<'static>)]| track(metadata).provenance.service;
    assert_eq!(service(&[("mpris:trackid", "/com/spotify/track/4uLU6hMCjMI75M1A2tKUQC".into())]), "spotify");
    assert_eq!(service(&[("xesam:url", "https://open.spotify.com/track/4uLU6h".into())]), "spotify");
    assert_eq!(service(&[("xesam:url", "spotify:track:4uLU6h".into())]), "spotify");
    assert_eq!(service(&[("xesam:url", "https://notspotify.com/".into())]), "mpris");
    assert_eq!(service(&[("xesam:url", "file:///spotify/spotify.com".into())]), "mpris");
    assert_eq!(seen(&properties("Paused", &[]), true).track.provenance.service, "spotify");
}

#[test]
fn stopped_is_nothing_and_paused_is_something() {
    let title = [("xesam:title", Variant::from("t"))];
    for (status, wanted) in [
        ("Playing", Status::Playing),
        ("Paused", Status::Paused),
        ("Stopped", Status::Stopped),
        ("", Status::Stopped),
    ] {
        let seen = seen(&properties(status, &title), false);
        assert_eq!(seen.status, wanted);
        assert_eq!(seen.track.title.is_some(), wanted != Status::Stopped);
    }
}

#[test]
fn a_volume_of_nothing_is_inaudible_and_all_else_not_known() {
    for (volume, audible) in [(0.0_f64, Some(false)), (0.01, None), (1.0, None)] {
        let mut all = properties("Playing", &[("xesam:title", "t".into())]);
        all.insert("Volume".into(), owned(volume.into()));
        assert_eq!(seen(&all, false).track.audible, audible);
    }
}

#[test]
fn other_types_than_the_specified_ones_are_understood() {
    let track = track(&[
        ("xesam:artist", "Just One".into()),
        ("xesam:title", vec!["In a list"].into()),
        ("mpris:length", 90_000_000_u32.into()),
        ("xesam:album", Variant::Variant(Box::new("Boxed".into()))),
    ]);
    assert_eq!(track.artist.as_deref(), Some("Just One"));
    assert_eq!(track.title.as_deref(), Some("In a list"));
    assert_eq!((track.duration_s, track.album.as_deref()), (Some(90.0), Some("Boxed")));
}

#[test]
fn lengths_that_cannot_be_are_not_known() {
    for length in [0_i32.into(), (-1_i64).into(), i64::MAX.into(), f64::NAN.into(), Variant::from("long")] {
        assert_eq!(track(&[("mpris:length", length)]).duration_s, None);
    }
}

/// Any value, of the right type or not.
fn value() -> impl Strategy<Value = Variant<'static>> {
    let leaf = prop_oneof![
        any::<String>().prop_filter("D-Bus text", |t| !t.contains('\0')).prop_map(Variant::from),
        "[ -~]{0,40}".prop_map(Variant::from),
        "(file|http|data|spotify|blob)://?/?[ -~]{0,30}".prop_map(Variant::from),
        Just(Variant::from("long ".repeat(20_000))),
        any::<i64>().prop_map(Variant::from),
        any::<u64>().prop_map(Variant::from),
        any::<i32>().prop_map(Variant::from),
        any::<f64>().prop_map(Variant::from),
        any::<bool>().prop_map(Variant::from),
        proptest::collection::vec("[\\x01-\\x{2FF}]{0,9}", 0..40).prop_map(Variant::from),
        proptest::collection::vec(any::<u8>(), 0..9).prop_map(Variant::from),
    ];
    leaf.prop_recursive(4, 8, 1, |inner| inner.prop_map(|value| Variant::Variant(Box::new(value))))
}

fn status() -> impl Strategy<Value = Variant<'static>> {
    prop_oneof![4 => Just(Variant::from("Playing")), 1 => value()]
}

const KEYS: [&str; 6] =
    ["xesam:title", "xesam:artist", "xesam:album", "xesam:url", "mpris:length", "mpris:trackid"];

proptest! {
    #[test]
    fn hostile_properties_give_a_bounded_track_in_plain_text(
        values in proptest::collection::vec(value(), KEYS.len()),
        status in status(), position in value(), rate in value(), volume in value(), metadata in value(),
        whole in any::<bool>(),
    ) {
        let described: HashMap<String, Variant<'static>> =
            KEYS.iter().map(|key| (*key).to_owned()).zip(values).collect();
        let metadata = if whole { Variant::from(described) } else { metadata };
        let named = [("PlaybackStatus", status), ("Metadata", metadata), ("Position", position), ("Rate", rate), ("Volume", volume)];
        let all: Properties = named.into_iter().map(|(key, value)| (key.to_owned(), owned(value))).collect();
        let Seen { track, rate, position_s, .. } = seen(&all, false);
        for text in [&track.title, &track.artist, &track.album].into_iter().flatten() {
            prop_assert!(text.chars().count() <= 300 && !text.is_empty(), "{text:?}");
            prop_assert!(!text.chars().any(char::is_control), "{text:?}");
        }
        for id in track.ids.values() {
            prop_assert!(id.len() <= 2_048 && !id.chars().any(char::is_control), "{id:?}");
        }
        prop_assert!(track.duration_s.is_none_or(|s| s > 0.0 && s <= LONGEST_S));
        prop_assert!(rate.is_finite() && rate.abs() <= 100.0);
        prop_assert!(position_s.is_none_or(|s| s.abs() <= LONGEST_S));
    }
}
