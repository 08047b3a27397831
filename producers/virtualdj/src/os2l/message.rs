//! The messages of OS2L.

use serde_json::{Map, Value};

/// Tempi that music has; others are nonsense, and VirtualDJ sends 0 where it knows none.
pub const TEMPI_BPM: std::ops::RangeInclusive<f64> = 20.0..=400.0;

/// What the other side says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A beat is now.
    Beat(Beat),
    /// A button was pressed or let go.
    Button,
    /// A numbered command.
    Command,
    /// Something that OS2L has not, or that is of a later version.
    Other,
}

/// `{"evt":"beat","change":false,"pos":42,"bpm":120.5,"strength":0.7}`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beat {
    /// Phase or tempo were changed: the DJ jumped, or another deck leads.
    pub change: bool,
    /// Number of the beat in the track, a bar line where it is a multiple of 4; `None` where VirtualDJ says -1.
    pub pos: Option<i64>,
    /// Beats per minute as they are heard, pitch included; `None` when left out or outside [`TEMPI_BPM`].
    pub bpm: Option<f64>,
    /// Strength of the beat as VirtualDJ says it, 0..1.
    pub strength: Option<f64>,
}

/// Reads one object; `None` when it is no message. Numbers in quotes are taken, as some senders write them.
pub fn read(object: &[u8]) -> Option<Event> {
    let fields: Map<String, Value> = serde_json::from_slice(object).ok()?;
    Some(match fields.get("evt")?.as_str()? {
        "beat" => Event::Beat(beat(&fields)),
        "btn" => Event::Button,
        "cmd" => Event::Command,
        _ => Event::Other,
    })
}

fn beat(fields: &Map<String, Value>) -> Beat {
    let field = |name: &str| fields.get(name).and_then(number);
    Beat {
        change: fields.get("change").is_some_and(truth),
        pos: field("pos").filter(|pos| (0.0..1e9).contains(pos)).map(|pos| pos as i64),
        bpm: field("bpm").filter(|bpm| TEMPI_BPM.contains(bpm)),
        strength: field("strength").filter(|strength| (0.0..=1.0).contains(strength)),
    }
}

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|number| number.is_finite())
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| number(value).is_some_and(|number| number != 0.0) || value == "true")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn beat_of(text: &str) -> Beat {
        match read(text.as_bytes()) {
            Some(Event::Beat(beat)) => beat,
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn a_beat_is_read() {
        let beat = beat_of(r#"{"evt":"beat","change":true,"pos":42,"bpm":120.5,"strength":0.7}"#);
        assert_eq!(beat, Beat { change: true, pos: Some(42), bpm: Some(120.5), strength: Some(0.7) });
        let quoted = beat_of(r#"{"evt":"beat","change":"true","pos":"4","bpm":"98"}"#);
        assert_eq!(quoted, Beat { change: true, pos: Some(4), bpm: Some(98.0), strength: None });
    }

    #[test]
    fn what_cannot_be_is_not_known() {
        let beat = beat_of(r#"{"evt":"beat","change":null,"pos":-1,"bpm":0,"strength":9}"#);
        assert_eq!(beat, Beat::default());
        assert_eq!(beat_of(r#"{"evt":"beat","bpm":"NaN","pos":"x"}"#), Beat::default());
    }

    #[test]
    fn others_are_told_apart() {
        assert_eq!(read(br#"{"evt":"btn","name":"fog","state":"on"}"#), Some(Event::Button));
        assert_eq!(read(br#"{"evt":"cmd","id":"1","param":255}"#), Some(Event::Command));
        assert_eq!(read(br#"{"evt":"song"}"#), Some(Event::Other));
        for nonsense in ["{}", "[]", r#"{"evt":3}"#, r#"{"evt":"beat""#, "{'evt':'beat'}"] {
            assert_eq!(read(nonsense.as_bytes()), None, "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn hostile_objects_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), number in any::<f64>()) {
            read(&bytes);
            read(format!(r#"{{"evt":"beat","bpm":{number:e},"pos":{number:e}}}"#).as_bytes());
        }
    }
}
