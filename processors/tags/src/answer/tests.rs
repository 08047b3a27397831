//! Answers good, careless and hostile.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::rules::tests::document;

/// An answer as a model should give it.
pub(crate) fn good() -> Value {
    json!({
        "moods": { "dark": 0.9, "sad": 0.25 }, "energy": 0.5, "valence": -0.5, "themes": ["tide"],
        "keywords": ["salt"], "adjectives": ["inky"], "refrain_lines": ["Down we go"],
        "palette": ["#001122"], "image_prompt": "an inky tide",
    })
}

fn song_of(answer: &Value) -> Song {
    let ruled = rules::of(&Facts::default(), None);
    read(&answer.to_string()).unwrap().song(&ruled, &Facts::default(), None, "m")
}

#[test]
fn a_good_answer_becomes_tags_of_the_model() {
    let song = song_of(&good());
    assert_eq!((song.mood.as_str(), song.source.as_str(), song.moods["sad"]), ("dark", "m", 0.25));
    assert_eq!((song.energy, song.valence, song.themes.len()), (0.5, -0.5, 1));
    assert_eq!((song.image_prompt.as_str(), song.palette[0].as_str()), ("an inky tide", "#001122"));
}

#[test]
fn measured_energy_wins_and_only_sung_lines_are_a_refrain() {
    let (guess, ruled) = (read(&good().to_string()).unwrap(), rules::of(&Facts::default(), None));
    let facts = Facts { energy: Some(0.9), ..Facts::default() };
    let sung = document(&["Down, we go!", "other"]);
    let song = guess.song(&ruled, &facts, Some(&sung), "m");
    assert_eq!((song.energy, song.refrain_lines), (0.9, vec!["Down we go".to_owned()]));
    assert!(guess.song(&ruled, &facts, Some(&document(&["other"])), "m").refrain_lines.is_empty());
    let twice = document(&["Again", "Again"]);
    assert_eq!(guess.song(&ruled, &facts, Some(&twice), "m").refrain_lines, ["Again"]);
}

#[test]
fn fences_and_chatter_around_it_do_not_matter() {
    let plain = read(&good().to_string());
    assert_eq!(read(&format!("Sure! Here it is:\n```json\n{}\n```\nEnjoy.", good())), plain);
}

#[test]
fn what_is_no_answer_is_refused_with_a_reason() {
    let deep = format!("{{\"moods\":{}", "[".repeat(100_000));
    for text in
        ["", "null", "[]", "42", "no", "{", "}{", "{\"moods\": {\"dark\": NaN}}", deep.as_str(), "\"{}\""]
    {
        assert!(read(text).is_err(), "{text:.40}");
    }
    for answer in [
        json!({}),
        json!({"moods": "dark"}),
        json!({"moods": {"gloomy": 1}}),
        json!({"moods": {"dark": "1"}}),
    ] {
        assert_eq!(read(&answer.to_string()), Err(BadAnswer::NoMoods), "{answer}");
    }
    assert_eq!(read(&format!("{{{}}}", " ".repeat(LONGEST))), Err(BadAnswer::TooLong));
}

#[test]
fn wrong_types_count_as_absent_and_everything_is_bounded() {
    let mut answer = good();
    answer["energy"] = json!({ "value": 1 });
    answer["valence"] = json!(1e300);
    answer["themes"] = json!("tide");
    answer["keywords"] = json!([1, null, ["x"], "\u{1b}[31msalt\u{7}", "x".repeat(5000)]);
    answer["adjectives"] = json!(vec!["a"; 5000]);
    answer["palette"] = json!(["red", "#FFF", 7, "#00112g"]);
    answer["image_prompt"] = json!("\u{0}line\nline ".repeat(500));
    answer["moods"] = json!({ "dark": 7, "calm": -3, "gloomy": 1, "sad": "x" });
    answer["shell"] = json!("rm");
    let song = song_of(&answer);
    assert_eq!((song.moods["dark"], song.moods["calm"], song.moods.len()), (1.0, 0.0, 12));
    assert_eq!(song.keywords.len(), 2);
    assert!(song.keywords[0] == "[31msalt" && song.keywords[1].len() == WORD);
    assert_eq!(
        (song.adjectives.as_slice(), song.palette.as_slice()),
        (&["a".to_owned()][..], &["#ffffff".to_owned()][..])
    );
    assert!(!song.image_prompt.contains(['\n', '\0']) && song.image_prompt.len() <= PROMPT);
    assert!(song.energy == rules::of(&Facts::default(), None).energy && song.valence <= 1.0);
}

proptest! {
    #[test]
    fn any_text_is_an_error_or_within_bounds(text in ".{0,200}") {
        drop(read(&text));
    }

    #[test]
    fn any_values_are_within_bounds(
        score in any::<f64>(), energy in any::<f64>(), words in prop::collection::vec(any::<String>(), 0..40),
    ) {
        let mut answer = good();
        answer["moods"]["calm"] = json!(score);
        answer["energy"] = json!(energy);
        for key in ["themes", "keywords", "adjectives", "palette", "refrain_lines"] {
            answer[key] = json!(words);
        }
        let song = song_of(&answer);
        prop_assert_eq!(&song::bounded(&song), &song);
        let guess = read(&answer.to_string()).unwrap();
        let again = read(&serde_json::to_string(&guess).unwrap()).unwrap();
        prop_assert_eq!(again, guess, "the cache gives back what it was given");
    }
}
