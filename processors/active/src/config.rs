//! What the user may set.

use schemas::Name;
use serde::{Deserialize, Serialize};

use crate::choice::Wishes;

/// In `priority`: every player that is not named.
const THE_REST: &str = "*";
/// Longest hold-off, in seconds.
const HOLD_OFF_MAX_S: f64 = 60.0;

/// Configuration of the room's player.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Players in the order of preference, among those that play and are audible alike; `*` stands for all
    /// that are not named, which come last without it.
    pub priority: Vec<String>,
    /// The player that is followed whatever the others do. Set live by `pin` and `unpin`.
    pub pin: Option<Name>,
    /// For how long another player must have been the better one before it is followed, in seconds, 0..60: a blend
    /// of two decks is not a change to and fro.
    pub hold_off_s: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config { priority: Vec::new(), pin: None, hold_off_s: 2.0 }
    }
}

impl Config {
    /// What is wrong with it, each as `key: what would be right`.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if !(0.0..=HOLD_OFF_MAX_S).contains(&self.hold_off_s) {
            mistakes.push(format!("hold_off_s: {} is not within 0 to {HOLD_OFF_MAX_S}", self.hold_off_s));
        }
        for (place, wish) in self.priority.iter().enumerate() {
            if self.priority[..place].contains(wish) {
                mistakes.push(format!("priority: “{wish}” is named twice"));
            } else if wish != THE_REST {
                let flaw = Name::new(wish.as_str()).map_err(|e| e.to_string()).and_then(a_player);
                mistakes.extend(flaw.err().map(|flaw| format!("priority: {flaw}")));
            }
        }
        mistakes
            .extend(self.pin.clone().and_then(|pin| a_player(pin).err()).map(|flaw| format!("pin: {flaw}")));
        mistakes
    }

    pub(crate) fn wishes(&self) -> Wishes {
        let priority = self.priority.iter().map(|wish| Name::new(wish.as_str()).ok()).collect();
        Wishes { priority, pin: self.pin.clone(), hold_off_s: self.hold_off_s }
    }
}

/// The room cannot follow itself.
pub(crate) fn a_player(name: Name) -> Result<Name, String> {
    if name == Name::room() {
        return Err("room is what follows: name one of the players, e.g. main".into());
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Config {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn it_round_trips_and_refuses_what_it_does_not_know() {
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(with(&text), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"prio": []}"#).is_err());
    }

    #[test]
    fn mistakes_are_named_with_their_key() {
        assert_eq!(Config::default().mistakes(), [""; 0]);
        assert_eq!(with(r#"{"priority": ["vdj-1", "*", "main"], "hold_off_s": 60}"#).mistakes(), [""; 0]);
        for (text, said) in [
            (r#"{"hold_off_s": -1}"#, "hold_off_s: -1 is not within 0 to 60"),
            (r#"{"priority": ["main", "main"]}"#, "priority: “main” is named twice"),
            (r#"{"priority": ["*", "*"]}"#, "priority: “*” is named twice"),
            (r#"{"priority": ["room"]}"#, "priority: room is what follows"),
            (r#"{"priority": ["Deck A"]}"#, "priority: “Deck A” is not a name"),
            (r#"{"pin": "room"}"#, "pin: room is what follows"),
        ] {
            let mistakes = with(text).mistakes();
            assert!(mistakes.len() == 1 && mistakes[0].starts_with(said), "{text}: {mistakes:?}");
        }
    }

    #[test]
    fn the_rest_has_a_place_of_its_own() {
        let wishes = with(r#"{"priority": ["a", "*", "b"]}"#).wishes();
        assert_eq!(wishes.priority, [Name::new("a").ok(), None, Name::new("b").ok()]);
    }
}
