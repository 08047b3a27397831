//! Whole songs, with invented words.

use proptest::prelude::*;
use schemas::lyrics::{Document, DocumentLine};

use super::*;

/// Lyrics of these lines; those that stand twice are the refrain.
pub(crate) fn document(lines: &[&str]) -> Document {
    let twice = |text: &str| lines.iter().filter(|line| **line == text).count() > 1;
    let line = |text: &&str| DocumentLine {
        at_s: 0.0,
        text: (*text).to_owned(),
        words: None,
        refrain: Some(twice(text)),
        occurrence: None,
        keywords: Vec::new(),
    };
    Document {
        track_id: "invented|song".into(),
        source: "test".into(),
        synced: false,
        lines: lines.iter().map(line).collect(),
    }
}

fn named(title: &str) -> Facts {
    Facts { title: Some(title.into()), ..Facts::default() }
}

#[test]
fn a_song_has_all_its_tags() {
    let lines = [
        "We dance through the neon city",
        "Fire in the night",
        "We run so fast and wild",
        "Fire in the night",
    ];
    let song = of(&named("Fire"), Some(&document(&lines)));
    assert_eq!((song.mood.as_str(), song.moods.len()), ("energetic", 12));
    assert_eq!(
        (song.source.as_str(), song.note.as_str(), song.track_id.as_str()),
        ("rules", "", "invented|song")
    );
    assert!(song.energy > 0.6 && song.confidence > 0.3, "{song:?}");
    assert_eq!(song.themes[0], "fire");
    assert_eq!(song.refrain_lines, ["Fire in the night"]);
    assert!(song.keywords.contains(&"neon".to_owned()), "{:?}", song.keywords);
    assert_eq!((song.adjectives.len(), song.palette.len()), (8, 5));
    assert!(song.image_prompt.contains("fire") && song.image_prompt.contains("no text"));
    assert_eq!(song, of(&named("Fire"), Some(&document(&lines))), "the same again");
}

#[test]
fn measured_energy_wins_over_the_words() {
    let wild = document(&["we run so fast and wild and dance in the fire"]);
    let measured = Facts { energy: Some(0.05), ..named("Fire") };
    let song = of(&measured, Some(&wild));
    assert_eq!(song.energy, 0.05);
    assert!(song.moods["calm"] > of(&named("Fire"), Some(&wild)).moods["calm"]);
}

#[test]
fn an_instrumental_is_tagged_by_its_sound_and_with_little_confidence() {
    let facts =
        Facts { key: Some("A:min".into()), bpm: Some(174.0), energy: Some(0.9), ..named("Untitled 7") };
    let song = of(&facts, None);
    assert_eq!((song.mood.as_str(), song.note.as_str()), ("energetic", "no lyrics are known"));
    assert!(song.valence < 0.0 && song.confidence <= WITHOUT, "{song:?}");
    let major = of(&Facts { key: Some("A:maj".into()), ..facts }, None);
    assert!(major.valence > song.valence);
    assert!(of(&Facts::default(), None).confidence < song.confidence);
}

#[test]
fn six_languages_speak_of_love() {
    let lines = [
        ("en", "I will love you and kiss you"),
        ("de", "ich liebe dich und du bist mein Kuss"),
        ("fr", "je t'aime et c'est l'amour dans tous les baisers"),
        ("es", "yo te quiero y es el amor de mis besos"),
        ("it", "io ti amo e il mio amore è nei baci"),
        ("pt", "eu te amo e o meu amor está nos seus beijos"),
    ];
    for (language, line) in lines {
        let song = of(&Facts::default(), Some(&document(&[line])));
        assert_eq!(song.mood, "love", "{language}: {:?}", song.moods);
        assert!(song.valence > 0.1, "{language}: {}", song.valence);
    }
}

proptest! {
    #[test]
    fn any_words_give_tags_within_bounds(
        title in any::<String>(), lines in prop::collection::vec(any::<String>(), 0..20),
        energy in prop::option::of(any::<f32>()), bpm in prop::option::of(any::<f64>()),
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let song = of(&Facts { energy, bpm, ..named(&title) }, Some(&document(&lines)));
        prop_assert_eq!(&song::bounded(&song), &song);
        prop_assert_eq!(song.moods.len(), 12);
    }
}
