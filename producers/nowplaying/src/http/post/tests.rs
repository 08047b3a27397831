//! Bodies as programs send them, and as they should not.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const JSON: Option<&str> = Some("application/json; charset=utf-8");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

fn read_json(body: &Value) -> Result<(Told, Vec<String>), Wrong> {
    read(JSON, body.to_string().as_bytes())
}

#[test]
fn json_and_a_form_say_the_same() {
    let full = json!({
        "artist": "Ann", "title": "Blue", "album": "Colours", "duration_s": 200, "position_s": 12.5, "rate": 1.02,
        "playing": false, "audible": true, "ids": {"isrc": "X1", "n": 7, "none": null}, "service": "Serato"
    });
    let (told, ignored) = read_json(&full).unwrap();
    assert_eq!(told.track.artist.as_deref(), Some("Ann"));
    assert_eq!(told.track.title.as_deref(), Some("Blue"));
    assert_eq!(told.track.album.as_deref(), Some("Colours"));
    assert_eq!((told.track.duration_s, told.position_s, told.rate), (Some(200.0), Some(12.5), 1.02));
    assert_eq!((told.playing, told.track.audible), (false, Some(true)));
    assert_eq!(told.track.provenance.service, "serato");
    assert_eq!(told.track.ids, BTreeMap::from([("isrc".into(), "X1".into()), ("n".into(), "7".into())]));
    assert_eq!(ignored, [""; 0]);

    let form = b"artist=Ann&title=Blue&album=Colours&duration_s=200&position_s=12.5&rate=1.02&playing=false\
        &audible=1&ids.isrc=X1&ids[n]=7&service=Serato";
    assert_eq!(read(FORM, form).unwrap().0, told);
}

#[test]
fn all_but_the_title_may_be_missing() {
    let (told, _) = read_json(&json!({"title": "Blue"})).unwrap();
    assert_eq!((told.position_s, told.rate, told.playing, told.track.audible), (None, 1.0, true, None));
    assert_eq!(told.track.provenance.service, "http");
    assert!(read_json(&json!({"artist": "Ann"})).unwrap_err().to_string().starts_with("title: is missing"));
    // A title is a title here: whoever can post can also say which is which.
    assert_eq!(read_json(&json!({"title": "A - B"})).unwrap().0.track.title.as_deref(), Some("A - B"));
}

#[test]
fn no_title_is_nothing() {
    for title in [json!(null), json!(""), json!(" \n")] {
        let (told, _) = read_json(&json!({"title": title, "artist": "Ann", "playing": true})).unwrap();
        assert_eq!(told, Told::nothing());
    }
}

#[test]
fn a_curl_that_calls_json_a_form_is_understood() {
    assert_eq!(read(FORM, b" {\"title\": \"Blue\"}").unwrap().0.track.title.as_deref(), Some("Blue"));
    assert_eq!(read(None, b"title=Bl%FCe").unwrap().0.track.title.as_deref(), Some("Blüe"));
    assert_eq!(
        read(JSON, b"\xef\xbb\xbf{\"title\": \"Blue\"}").unwrap().0.track.title.as_deref(),
        Some("Blue")
    );
}

#[test]
fn whatever_has_to_do_with_spotify_is_called_so() {
    for service in ["Spotify", "spotify web", "go-librespot (SPOTIFY)"] {
        let (told, _) = read_json(&json!({"title": "Blue", "service": service})).unwrap();
        assert_eq!(told.track.provenance.service, "spotify");
        assert!(told.track.provenance.licence.contains("not for AI models"));
    }
}

#[test]
fn a_field_of_the_wrong_kind_or_range_is_named_with_what_would_be_right() {
    let cases = [
        (json!({"title": ["Blue"]}), "title: send text"),
        (json!({"title": "Blue", "duration_s": "long"}), "duration_s: send a number from 0 to 86400"),
        (json!({"title": "Blue", "duration_s": "NaN"}), "duration_s:"),
        (json!({"title": "Blue", "position_s": -1}), "position_s:"),
        (json!({"title": "Blue", "rate": 1e300}), "rate: send a number from -10 to 10"),
        (json!({"title": "Blue", "playing": "maybe"}), "playing: send true or false"),
        (json!({"title": "Blue", "audible": 2}), "audible: send true or false"),
        (json!({"title": "Blue", "ids": ["X"]}), "ids: send an object"),
        (json!({"title": null, "rate": 99}), "rate:"),
        (json!(["Blue"]), "no object"),
    ];
    for (body, right) in cases {
        let wrong = read_json(&body).unwrap_err().to_string();
        assert!(wrong.contains(right), "{body}: {wrong}");
    }
    assert!(matches!(read(JSON, b"{\"title\":"), Err(Wrong::NotJson(_))));
    assert!(matches!(read(Some("text/plain"), b"Blue"), Err(Wrong::Type(_))));
}

#[test]
fn fields_that_mean_nothing_here_are_told_back() {
    let (_, ignored) = read_json(&json!({"title": "Blue", "duration": 3, "bpm": 120})).unwrap();
    assert_eq!(ignored, ["bpm", "duration"]);
}

#[test]
fn everything_is_bounded() {
    let ids: Map<String, Value> = (0..500).map(|n| (format!("k{n}"), json!("v".repeat(5_000)))).collect();
    let body = json!({"title": "x".repeat(5_000), "service": "s".repeat(500), "ids": ids});
    let (told, _) = read_json(&body).unwrap();
    assert_eq!(told.track.title.map(|t| t.len()), Some(300));
    assert_eq!(told.track.provenance.service.len(), SERVICE_CHARS);
    assert_eq!((told.track.ids.len(), told.track.ids.values().map(String::len).max()), (IDS, Some(ID_CHARS)));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200), kind in 0usize..3) {
        let read = read([JSON, FORM, None][kind], &body);
        prop_assert!(read.is_ok() || !read.unwrap_err().to_string().is_empty());
    }
}
