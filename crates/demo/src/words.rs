//! Words for a track that has no singer: so that lyrics can be seen on a machine without any music.

use std::fmt::Write as _;

use crate::annotations::{Annotations, Beat, Role, Section};

/// A line is sung over so many bars, and begins on a bar.
const BARS_PER_LINE: usize = 2;

/// Sung in turn over the verses.
const VERSES: [&str; 8] = [
    "Streetlights count us down the hill",
    "Every window holding still",
    "Coats undone and nowhere to be",
    "Morning hides in front of me",
    "Paper cups and borrowed rain",
    "Someone sings the bass again",
    "Half the city learned to fly",
    "Half of it is wondering why",
];
/// Sung over every drop.
const REFRAIN: [&str; 4] = [
    "First light, take us in",
    "First light, let the day begin",
    "Hands up to the open sky",
    "First light, don't you pass us by",
];
/// Sung over the breaks.
const BREAKS: [&str; 2] = ["Quiet now, the river said", "All the colours turning red"];

impl Annotations {
    /// Words in time with the track, as an LRC document in which each word has its own stamp: a verse's
    /// lines over verses, the same four over every drop, and nothing over the rest.
    pub fn words_lrc(&self) -> String {
        let (mut out, mut verse) = (String::new(), 0);
        for section in &self.sections {
            let beats = self.beats_of(section);
            let starts = beats.chunks(BARS_PER_LINE * self.beats_per_bar as usize);
            for (n, beats) in starts.enumerate() {
                let text = match section.role {
                    Role::Verse => VERSES[(verse + n) % VERSES.len()],
                    Role::Drop => REFRAIN[n % REFRAIN.len()],
                    Role::Break => BREAKS[n % BREAKS.len()],
                    Role::Intro | Role::Buildup | Role::Outro => continue,
                };
                line(&mut out, beats, text);
            }
            if section.role == Role::Verse {
                verse += VERSES.len() / 2;
            }
            if let Some(end) = self.beats_of(section).last().filter(|_| section.role.is_sung()) {
                // The last line does not stay through what follows.
                let _ok = writeln!(out, "[{}]", stamp(end.time_s));
            }
        }
        out
    }

    fn beats_of(&self, section: &Section) -> Vec<Beat> {
        let within = |beat: &&Beat| (section.start_s - 1e-6..section.end_s - 1e-6).contains(&beat.time_s);
        self.beats.iter().filter(within).copied().collect()
    }
}

impl Role {
    const fn is_sung(self) -> bool {
        matches!(self, Role::Verse | Role::Drop | Role::Break)
    }
}

/// One word a beat.
fn line(out: &mut String, beats: &[Beat], text: &str) {
    let Some(first) = beats.first() else { return };
    // Writing to a String cannot fail.
    let _ok = write!(out, "[{}]", stamp(first.time_s));
    for (word, beat) in text.split(' ').zip(beats) {
        let _ok = write!(out, "<{}>{word} ", stamp(beat.time_s));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
}

fn stamp(time_s: f64) -> String {
    let hundredths = (time_s * 100.0).round() as u64;
    format!("{:02}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use crate::{FIRST_LIGHT, Track};

    #[test]
    fn the_refrain_comes_with_every_drop_and_on_a_bar() {
        let track = Track::new(FIRST_LIGHT, 8_000).unwrap();
        let words = track.annotations().words_lrc();
        assert_eq!(words.matches(">take ").count(), 4, "{words}");
        let first = words.lines().find(|line| line.contains("<")).unwrap();
        assert!(first.starts_with("[00:15.24]<00:15.24>Streetlights <00:15.71>count"), "{first}");
    }

    #[test]
    fn every_word_has_a_beat() {
        for seed in 0..20 {
            let words = Track::new(seed, 8_000).unwrap().annotations().words_lrc();
            assert!(words.lines().count() > 8, "seed {seed}: {words}");
        }
    }
}
