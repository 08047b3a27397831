//! Subjects: `vj.<domain>.<event>.<token>`, built and taken apart in this crate only.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::table::TOPICS;
use crate::topic::{Scope, Topic};

/// First token of every subject of data.
pub const ROOT: &str = "vj";
/// Everything that vjbus publishes.
pub const EVERYTHING: &str = "vj.>";
/// The source that sinks follow unless a target names another.
pub const ROOM: &str = "room";

/// A source, player, instance or target: 1 to 48 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A name that cannot be a subject token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a name: use 1 to 48 of a-z, 0-9 and -")]
pub struct NameError(String);

impl Name {
    /// Longest name in bytes.
    pub const MAX_LEN: usize = 48;

    /// Checks and takes a name.
    ///
    /// # Errors
    /// When it is empty, too long, or has any other character.
    pub fn new(name: impl Into<String>) -> Result<Name, NameError> {
        let name = name.into();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=Self::MAX_LEN).contains(&name.len()) && name.bytes().all(plain) {
            Ok(Name(name))
        } else {
            Err(NameError(name))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The source `room`.
    pub fn room() -> Name {
        Name(ROOM.to_owned())
    }

    /// The source and player of the first input.
    pub fn main() -> Name {
        Name("main".to_owned())
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;
    fn try_from(name: String) -> Result<Name, NameError> {
        Name::new(name)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One concrete subject of one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    topic: &'static Topic,
    name: Option<Name>,
}

impl Subject {
    /// The subject of `topic` for `name`; the name is left out where the topic is global.
    pub fn new(topic: &'static Topic, name: &Name) -> Subject {
        Subject { topic, name: (topic.scope != Scope::Global).then(|| name.clone()) }
    }

    /// Takes a subject apart; `None` when it is none of ours.
    pub fn parse(text: &str) -> Option<Subject> {
        let mut rest = text.strip_prefix("vj.")?.splitn(3, '.');
        let (domain, event, last) = (rest.next()?, rest.next()?, rest.next());
        // `vj.osc.out.<target>` has the shape of every other topic; globals have no last token.
        let topic = TOPICS.iter().find(|t| t.name.split_once('.') == Some((domain, event)))?;
        match (topic.scope, last) {
            (Scope::Global, None) => Some(Subject { topic, name: None }),
            (Scope::Global, Some(_)) | (_, None) => None,
            (_, Some(last)) => Some(Subject { topic, name: Some(Name::new(last).ok()?) }),
        }
    }

    /// The topic.
    pub fn topic(&self) -> &'static Topic {
        self.topic
    }

    /// The last token: source, player, instance or target.
    pub fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ROOT}.{}", self.topic.name)?;
        self.name.as_ref().map_or(Ok(()), |name| write!(f, ".{name}"))
    }
}

/// The filter that matches `topic` for every name.
pub fn wildcard(topic: &Topic) -> String {
    match topic.scope {
        Scope::Global => format!("{ROOT}.{}", topic.name),
        _ => format!("{ROOT}.{}.*", topic.name),
    }
}

/// Whether `subject` matches a NATS filter (`*` one token, `>` the rest).
pub fn matches(filter: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for part in filter.split('.') {
        match (part, tokens.next()) {
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (part, Some(token)) if part == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_topic_round_trips() {
        for topic in TOPICS {
            let subject = Subject::new(topic, &Name::main());
            assert_eq!(Subject::parse(&subject.to_string()), Some(subject.clone()), "{subject}");
            assert!(matches(&wildcard(topic), &subject.to_string()));
        }
    }

    #[test]
    fn foreign_subjects_are_not_ours() {
        for text in [
            "",
            "vj",
            "vj.beat",
            "vj.beat.grid",
            "vj.beat.grid.a.b",
            "vj.beat.active.main",
            "x.beat.grid.main",
            "vj.beat.grid.Main",
        ] {
            assert_eq!(Subject::parse(text), None, "{text}");
        }
    }

    #[test]
    fn filters_match_like_nats() {
        assert!(matches("vj.>", "vj.beat.grid.main"));
        assert!(matches("vj.*.grid.*", "vj.beat.grid.main"));
        assert!(!matches("vj.beat.*", "vj.beat.grid.main"));
        assert!(!matches("vj.beat.grid.main.>", "vj.beat.grid.main"));
    }

    proptest! {
        #[test]
        fn parse_never_panics(text in ".{0,80}") {
            Subject::parse(&text);
        }
    }
}
