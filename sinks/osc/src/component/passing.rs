//! What a message becomes: fields for every target that wants them.

use component::{Context, Delivery, time};
use schemas::{DecodeError, Name, Payload as _, playback};
use serde_json::{Value, json};

use super::Osc;
use super::hearing::instant_ns;
use crate::clockwork::News;
use crate::follow::Follow;
use crate::mapping::{Feed, Fields};
use crate::values::{Trigger, Values};

impl Osc {
    /// Gives a message to every target that wants it.
    pub(super) fn pass_on(&mut self, delivery: &Delivery, now_ns: i64, ctx: &mut Context) {
        match offer(&mut self.values, &self.follow, delivery, now_ns) {
            Err(_) => ctx.count("malformed", 1),
            Ok(triggers) => {
                for (target, trigger) in triggers {
                    self.tell(News::Trigger(target, trigger));
                }
            }
        }
    }

    /// Passes on once more what is known of the track that `player` has just turned to: subjects are read side by
    /// side, so its words may have come before it, and the track has wiped them away.
    pub(super) fn repeat_words(&mut self, player: &Name, now_ns: i64) {
        for delivery in self.memory.of_track(player) {
            // It was read once already when it came.
            drop(offer(&mut self.values, &self.follow, delivery, now_ns));
        }
    }

    /// Gives the last state of everything to new targets. Triggers are left out: they say what happens now.
    pub(super) fn tell_what_is_known(&mut self) {
        let (now_ns, now_s) = (time::mono_ns(), time::now().at);
        let believed = |delivery: &&Delivery| {
            delivery.header.valid_s.is_none_or(|valid_s| now_s - delivery.header.sent <= valid_s)
        };
        for delivery in self.memory.deliveries().filter(believed) {
            // It was read once already when it came.
            drop(offer(&mut self.values, &self.follow, delivery, now_ns));
        }
    }
}

/// Offers a message to targets; it is read once, and only if one wants it.
fn offer(
    values: &mut [Values],
    follow: &Follow,
    delivery: &Delivery,
    now_ns: i64,
) -> Result<Vec<(Name, Trigger)>, DecodeError> {
    let (topic, name) = (delivery.subject.topic(), delivery.subject.name());
    let (mut read, mut triggers) = (None, Vec::new());
    for values in values {
        if !values.uses(topic) || !follow.wants(&values.following, topic, name, now_ns) {
            continue;
        }
        let fields = match read.take() {
            Some(fields) => fields,
            None => fields(delivery, now_ns)?,
        };
        let found = values.take(Feed::Message(topic), &fields, now_ns);
        triggers.extend(found.into_iter().map(|trigger| (values.destination.name().clone(), trigger)));
        read = Some(fields);
    }
    Ok(triggers)
}

/// The fields of a message; a position is that of now and not of when it was true.
fn fields(delivery: &Delivery, now_ns: i64) -> Result<Fields, DecodeError> {
    let mut message = schemas::wire::decode_value(&delivery.payload)?;
    if delivery.subject.topic().name == playback::Position::TOPIC.name
        && let Some(at_ns) = instant_ns(&delivery.header)
    {
        move_on(&mut message, (now_ns - at_ns) as f64 / 1e9);
    }
    Ok(Fields::new(message))
}

/// Moves a position on by what was played in `elapsed_s` seconds.
fn move_on(position: &mut Value, elapsed_s: f64) {
    let number = |name: &str| position.get(name).and_then(Value::as_f64);
    let playing = position.get("playing").and_then(Value::as_bool).unwrap_or(false);
    if let Some((position_s, rate)) = number("position_s").zip(number("rate")).filter(|_| playing) {
        // Not before the start: a deck that is spun backwards stops there too.
        let now_s = (position_s + rate * elapsed_s).max(0.0);
        if let Some(field) = position.get_mut("position_s") {
            *field = json!(now_s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_that_of_now_while_it_plays() {
        let moved = |playing: bool, rate: f64| {
            let mut position = json!({"position_s": 10.0, "rate": rate, "playing": playing});
            move_on(&mut position, 0.5);
            position["position_s"].as_f64()
        };
        assert_eq!([moved(true, 1.0), moved(true, 1.08)], [Some(10.5), Some(10.54)]);
        assert_eq!([moved(false, 1.0), moved(true, -100.0)], [Some(10.0), Some(0.0)]);
    }
}
