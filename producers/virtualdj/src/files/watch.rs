//! What changed between two looks at the files. Pure: times in seconds of CLOCK_MONOTONIC.

use super::entry::Entry;
use super::found::Found;

/// What is to be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Another track is on air, logged at `since`.
    Playing {
        /// Which.
        entry: Entry,
        /// When it was written.
        since: f64,
    },
    /// Nothing is on air, as far as the files say.
    Nothing,
}

/// Looks, one after the other.
#[derive(Debug)]
pub struct Watch {
    forget_s: f64,
    looked: Option<f64>,
    current: Option<(Entry, f64)>,
    forgotten: bool,
    // seen once and not ended: believed when it is the same at the next look
    pending: Option<(Option<Entry>, f64)>,
}

impl Watch {
    /// Entries older than `forget_s` are of a track that plays no more.
    pub fn new(forget_s: f64) -> Watch {
        Watch { forget_s, looked: None, current: None, forgotten: true, pending: None }
    }

    /// Looks at `now`; `found` is `None` when there is no file.
    pub fn look(&mut self, found: Option<&Found>, now: f64) -> Option<Change> {
        let (entry, ended) = found.and_then(Found::last).unzip();
        let ended = ended.unwrap_or(false);
        let since = self.written(found, entry.as_ref(), now);
        self.looked = Some(now);
        let entry = entry.map(|entry| self.completed(entry));
        if entry.as_ref() == self.current.as_ref().map(|(entry, _)| entry) {
            self.pending = None;
            return self.forget(now);
        }
        // A file that is being written anew is empty, or ends in half a line, for a moment.
        let settled = self.pending.as_ref().is_some_and(|(pending, _)| *pending == entry);
        if !ended && !settled {
            self.pending = Some((entry, since));
            return self.forget(now);
        }
        let since = self.pending.take().filter(|_| settled).map_or(since, |(_, since)| since);
        self.take(entry, since, now)
    }

    // When another file tells of the track that we know, it may tell less.
    fn completed(&self, entry: Entry) -> Entry {
        match &self.current {
            Some((known, _)) if entry.is_same_play(known) => entry.or(known),
            _ => entry,
        }
    }

    // By the file's own time, which cannot lie before the look that did not see it yet.
    fn written(&self, found: Option<&Found>, entry: Option<&Entry>, now: f64) -> f64 {
        let age = found.map_or(0.0, |found| found.age_of(entry));
        let longest = self.looked.map_or(f64::INFINITY, |looked| now - looked);
        now - age.min(longest)
    }

    fn take(&mut self, entry: Option<Entry>, since: f64, now: f64) -> Option<Change> {
        let was_silent = self.forgotten;
        let plays_on = |entry: &Entry| {
            let (known, since) = self.current.as_ref().filter(|_| !was_silent)?;
            entry.is_same_play(known).then_some(*since)
        };
        self.current = entry.map(|entry| {
            let since = plays_on(&entry).unwrap_or(since);
            (entry, since)
        });
        self.forgotten = self.is_old(now);
        match &self.current {
            Some((entry, since)) if !self.forgotten => {
                Some(Change::Playing { entry: entry.clone(), since: *since })
            }
            _ if was_silent => None,
            _ => Some(Change::Nothing),
        }
    }

    fn forget(&mut self, now: f64) -> Option<Change> {
        let forgets = !self.forgotten && self.is_old(now);
        self.forgotten |= forgets;
        forgets.then_some(Change::Nothing)
    }

    fn is_old(&self, now: f64) -> bool {
        self.current.as_ref().is_none_or(|(_, since)| now - since > self.forget_s)
    }
}

#[cfg(test)]
mod tests {
    use super::super::found::Format;
    use super::*;

    fn found(text: &str, age_s: f64) -> Option<Found> {
        Some(Found { text: text.to_owned(), format: Format::Lines, age_s, unix_s: 100_000.0 })
    }

    fn history(text: &str, age_s: f64) -> Option<Found> {
        found(text, age_s).map(|found| Found { format: Format::History, ..found })
    }

    fn title(change: Option<Change>) -> Option<(String, f64)> {
        match change {
            Some(Change::Playing { entry, since }) => Some((entry.title, since)),
            Some(Change::Nothing) => Some((String::new(), 0.0)),
            None => None,
        }
    }

    #[test]
    fn a_line_that_is_added_is_the_track_since_it_was_written() {
        let mut watch = Watch::new(1200.0);
        assert_eq!(watch.look(None, 10.0), None);
        assert_eq!(
            title(watch.look(found("22:50 : A - B\n", 100.0).as_ref(), 11.0)),
            Some(("B".into(), 10.0))
        );
        let two = "22:50 : A - B\n22:53 : C - D\n";
        assert_eq!(title(watch.look(found(two, 0.2).as_ref(), 11.5)), Some(("D".into(), 11.3)));
        assert_eq!(watch.look(found(two, 0.7).as_ref(), 12.0), None);
        let again = format!("{two}22:57 : C - D\n");
        assert_eq!(
            title(watch.look(found(&again, 0.0).as_ref(), 12.5)),
            Some(("D".into(), 12.5)),
            "the same once more"
        );
    }

    #[test]
    fn at_the_start_the_age_of_the_file_counts() {
        let mut watch = Watch::new(1200.0);
        assert_eq!(
            title(watch.look(found("22:50 : A - B\n", 100.0).as_ref(), 500.0)),
            Some(("B".into(), 400.0))
        );
        let mut watch = Watch::new(1200.0);
        assert_eq!(
            watch.look(found("22:50 : A - B\n", 90_000.0).as_ref(), 500.0),
            None,
            "of another evening"
        );
    }

    #[test]
    fn half_a_line_is_not_believed_and_a_whole_one_without_an_end_is() {
        let mut watch = Watch::new(1200.0);
        assert_eq!(watch.look(found("Daft Pu", 0.0).as_ref(), 1.0), None);
        assert_eq!(watch.look(found("Daft Punk - One", 0.0).as_ref(), 1.5), None);
        assert_eq!(watch.look(found("Daft Punk - One More Time", 0.0).as_ref(), 2.0), None);
        let settled = watch.look(found("Daft Punk - One More Time", 0.5).as_ref(), 2.5);
        assert_eq!(title(settled), Some(("One More Time".into(), 2.0)));
    }

    #[test]
    fn a_file_that_is_rewritten_does_not_flicker_and_one_that_stays_empty_is_silence() {
        let mut watch = Watch::new(1200.0);
        watch.look(found("A - B\n", 0.0).as_ref(), 1.0);
        assert_eq!(watch.look(found("", 0.0).as_ref(), 1.5), None);
        assert_eq!(watch.look(found("A - B\n", 0.0).as_ref(), 2.0), None);
        assert_eq!(watch.look(None, 2.5), None);
        assert_eq!(watch.look(None, 3.0), Some(Change::Nothing));
        assert_eq!(watch.look(None, 3.5), None);
        assert!(title(watch.look(found("A - B\n", 0.0).as_ref(), 4.0)).is_some());
    }

    #[test]
    fn what_was_logged_long_ago_plays_no_more() {
        let mut watch = Watch::new(60.0);
        watch.look(found("A - B\n", 0.0).as_ref(), 1.0);
        assert_eq!(watch.look(found("A - B\n", 59.0).as_ref(), 60.0), None);
        assert_eq!(watch.look(found("A - B\n", 61.0).as_ref(), 62.0), Some(Change::Nothing));
        assert_eq!(watch.look(found("A - B\n", 62.0).as_ref(), 63.0), None);
        assert!(title(watch.look(found("C - D\n", 0.0).as_ref(), 64.0)).is_some());
    }

    #[test]
    fn what_another_file_tells_of_the_track_is_added_to_it() {
        let mut watch = Watch::new(1200.0);
        assert!(watch.look(found("A - B\n", 0.0).as_ref(), 10.0).is_some());
        let logged =
            "#EXTVDJ:<time>22:50</time><artist>A</artist><title>B</title><songlength>200</songlength>\n/b\n";
        let Some(Change::Playing { entry, since }) = watch.look(history(logged, 0.0).as_ref(), 55.0) else {
            panic!("the history was not read");
        };
        assert_eq!((entry.duration_s, since), (Some(200.0), 10.0), "it plays on");
        assert_eq!(watch.look(found("A - B\n", 0.0).as_ref(), 56.0), None, "the plain file tells less");
        assert_eq!(watch.look(found("A - B\n", 0.0).as_ref(), 1300.0), Some(Change::Nothing));
        assert_eq!(watch.look(history(logged, 0.0).as_ref(), 1301.0), None);
        let again = logged.replace("22:50", "23:50");
        let again = title(watch.look(history(&again, 0.0).as_ref(), 1302.0));
        assert_eq!(again, Some(("B".into(), 1302.0)), "the same once more");
    }

    #[test]
    fn a_history_of_another_evening_that_is_touched_is_silence() {
        let mut watch = Watch::new(1200.0);
        let old = "#EXTVDJ:<lastplaytime>13600</lastplaytime><title>B</title>\n/b\n";
        assert_eq!(watch.look(history(old, 1.0).as_ref(), 500.0), None);
        assert_eq!(watch.look(history(old, 1.5).as_ref(), 500.5), None);
    }
}
