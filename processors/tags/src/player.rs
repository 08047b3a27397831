//! One player: its track, words and sound, and the tags that follow from them. Pure: it is told the time.

use schemas::lyrics::Document;
use schemas::playback::Track;
use schemas::tags::Song;
use schemas::{Header, Message};

use crate::answer::Guess;
use crate::cache::Key;
use crate::facts::Facts;
use crate::measured::{BELIEVED_S, Measured};
use crate::rules::{self, Reading};
use crate::song;

/// Energy or valence that moved by more than this is news, and news comes at most so often, in seconds.
const MOVED: f32 = 0.1;
const APART_S: f64 = 5.0;
/// A cache that has not answered after so many seconds has nothing.
const LOOK_S: f64 = 2.0;
/// A track that the model cannot tag is asked about so often.
const TRIES: u32 = 2;

/// Where a track stands with the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wish {
    /// No model is asked about it.
    Nothing,
    /// The cache is asked, since this second.
    Look(f64),
    /// A model is to be asked from this second on.
    Ask(f64),
    /// The question waits, or is being asked.
    Waiting,
    /// Newer questions pushed it out: it is asked when none waits.
    Spare,
}

/// Tempo and key as the source of this player has them now.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sound {
    /// tempo in BPM
    pub(crate) bpm: Option<f64>,
    /// key, e.g. `A:min`
    pub(crate) key: Option<String>,
}

/// A player.
#[derive(Debug)]
pub(crate) struct Player {
    track: Option<Message<Track>>,
    document: Option<Message<Document>>,
    reading: Reading,
    began_s: f64,
    measured: Measured,
    /// Where it stands with the model, and by which key.
    pub(crate) wish: Wish,
    /// Of the question about what plays; `None` when no model is asked about it.
    pub(crate) key: Option<Key>,
    guess: Option<(Guess, String)>,
    note: String,
    tries: u32,
    said: Option<(f64, Song)>,
}

impl Player {
    /// A player of which nothing was heard.
    pub(crate) fn new() -> Player {
        Player {
            track: None,
            document: None,
            reading: Reading::default(),
            began_s: 0.0,
            measured: Measured::default(),
            wish: Wish::Nothing,
            key: None,
            guess: None,
            note: String::new(),
            tries: 0,
            said: None,
        }
    }

    /// Takes a track; whether it is another than before. The same track told again changes nothing.
    pub(crate) fn take_track(&mut self, track: Message<Track>, now_s: f64) -> bool {
        if self.track.as_ref().is_some_and(|known| is_same(&known.body, &track.body)) {
            return false;
        }
        let kept = self.document.take().filter(|document| is_about(&document.header, &track.header));
        *self = Player { said: self.said.take(), document: kept, began_s: now_s, ..Player::new() };
        self.track = Some(track);
        self.read();
        true
    }

    /// Takes the words; whether they are other ones than before.
    pub(crate) fn take_document(&mut self, document: Message<Document>) -> bool {
        if self.track.as_ref().is_some_and(|track| !is_about(&document.header, &track.header)) {
            return false;
        }
        let known = self.document.as_ref().map(|known| (&known.body.track_id, &known.body.lines));
        let changed = known != Some((&document.body.track_id, &document.body.lines));
        self.document = Some(document);
        if changed {
            self.read();
        }
        changed
    }

    fn read(&mut self) {
        self.reading = Reading::of(&Facts::of_track(self.track_body()), self.words());
    }

    /// Hears a moment of what plays.
    pub(crate) fn hear(&mut self, at_s: f64, features: &schemas::audio::Features) {
        if self.is_playing() {
            self.measured.hear(at_s, features);
        }
    }

    /// Whether anything was told of its track, if only that there is none.
    pub(crate) fn is_known(&self) -> bool {
        self.track.is_some()
    }

    /// Whether a track is loaded.
    pub(crate) fn is_playing(&self) -> bool {
        self.track_body().title.is_some()
    }

    /// Whether the audience hears it, as far as its own producer knows.
    pub(crate) fn is_audible(&self) -> bool {
        self.track_body().audible != Some(false)
    }

    /// Where the identity of what plays comes from.
    pub(crate) fn service(&self) -> &str {
        &self.track_body().provenance.service
    }

    /// What is known of what plays. Tempo and key are believed when the track has been on for as long as its energy
    /// takes: before that they are the last track's.
    pub(crate) fn facts(&self, sound: &Sound, now_s: f64) -> Facts {
        let mut facts = Facts::of_track(self.track_body());
        if now_s - self.began_s >= BELIEVED_S {
            (facts.bpm, facts.key) = (sound.bpm, sound.key.clone());
        }
        facts.energy = self.measured.energy();
        facts.energy_curve = self.measured.curve().to_vec();
        facts
    }

    /// The words of what plays.
    pub(crate) fn words(&self) -> Option<&Document> {
        self.document.as_ref().map(|document| &document.body)
    }

    /// From when on a model may be asked about it, in seconds.
    pub(crate) fn settled_s(&self, settle_s: f64) -> f64 {
        self.began_s + settle_s
    }

    /// The tags as of now.
    pub(crate) fn song(&self, facts: &Facts) -> Song {
        if !self.is_playing() {
            return song::nothing();
        }
        let track_id = self.words().map_or("", |words| words.track_id.as_str());
        let mut song = rules::of_reading(&self.reading, facts, track_id);
        if let Some((guess, model)) = &self.guess {
            song = guess.song(&song, facts, self.words(), model);
        }
        let notes = [song.note.as_str(), self.note.as_str()];
        song.note = notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ");
        song::bounded(&song)
    }

    /// Whether the last tags are so old that moved ones may follow.
    pub(crate) fn may_move(&self, now_s: f64) -> bool {
        self.said.as_ref().is_some_and(|(at_s, _)| now_s - at_s >= APART_S)
    }

    /// Whether the tags have moved so far that they are to be told again.
    pub(crate) fn has_moved(&self, song: &Song) -> bool {
        let moved = |said: &Song| {
            (said.energy - song.energy).abs() > MOVED || (said.valence - song.valence).abs() > MOVED
        };
        self.said().is_some_and(moved)
    }

    /// Remembers what was told; whether it is other than what was told before.
    pub(crate) fn tell(&mut self, song: &Song, now_s: f64) -> bool {
        let changed = self.said.as_ref().is_none_or(|(_, said)| said != song);
        if changed {
            self.said = Some((now_s, song.clone()));
        }
        changed
    }

    /// What was told last.
    pub(crate) fn said(&self) -> Option<&Song> {
        self.said.as_ref().map(|(_, song)| song)
    }

    /// Why no model tags it, or what it waits for.
    pub(crate) fn note(&mut self, note: &str) {
        note.clone_into(&mut self.note);
    }

    /// Takes what a model said.
    pub(crate) fn take_guess(&mut self, guess: Guess, model: &str) {
        self.guess = Some((guess, model.to_owned()));
        self.wish = Wish::Nothing;
        self.note.clear();
    }

    /// Forgets what a model said and what is wished of it; the rules remain.
    pub(crate) fn forget_model(&mut self) {
        (self.key, self.guess, self.wish, self.tries) = (None, None, Wish::Nothing, 0);
        self.note.clear();
    }

    /// The model could not tag it: asked again from `again_s` on, unless it is to no end.
    pub(crate) fn was_refused(&mut self, why: &str, again_s: f64, is_passing: bool) {
        self.note(why);
        self.tries += u32::from(!is_passing);
        self.wish = if self.tries < TRIES { Wish::Ask(again_s) } else { Wish::Nothing };
    }

    /// A cache that does not answer has nothing.
    pub(crate) fn tire_of_looking(&mut self, settle_s: f64, now_s: f64) {
        if let Wish::Look(since_s) = self.wish
            && now_s - since_s > LOOK_S
        {
            self.wish = Wish::Ask(self.settled_s(settle_s));
        }
    }

    fn track_body(&self) -> &Track {
        static NONE: std::sync::LazyLock<Track> = std::sync::LazyLock::new(Track::default);
        self.track.as_ref().map_or(&NONE, |track| &track.body)
    }
}

/// The same track of the same origin. Whether it is audible, and its identifiers, change nothing about its tags.
fn is_same(a: &Track, b: &Track) -> bool {
    let name = |track: &Track| {
        (track.artist.clone(), track.title.clone(), track.album.clone(), track.provenance.service.clone())
    };
    name(a) == name(b) && a.duration_s.map(f64::round) == b.duration_s.map(f64::round)
}

/// Whether a document can be about this track: on one machine it is sent after the track it is about. Over two
/// machines the clocks may differ, and the order of arrival has to do.
fn is_about(document: &Header, track: &Header) -> bool {
    document.origin.host != track.origin.host || document.sent >= track.sent
}

#[cfg(test)]
mod tests;
