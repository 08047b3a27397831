//! Which player the audience hears.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use schemas::Name;

use crate::heard::{Heard, Standing};

/// The player chosen before a restart is waited for this long: each says its position every 0.5 s.
const AWAITED_S: f64 = 1.5;

/// What the choice depends on, beside the players.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Players in the order of preference; `None` stands for all that are not named.
    pub priority: Vec<Option<Name>>,
    /// The operator's word.
    pub pin: Option<Name>,
    /// For how long a player must have been second best before it is left, in seconds.
    pub hold_off_s: f64,
}

impl Wishes {
    /// Place of a player in the order of preference, 0 first.
    fn rank(&self, player: &Name) -> usize {
        let place = |wanted: Option<&Name>| self.priority.iter().position(|wish| wish.as_ref() == wanted);
        place(Some(player)).or_else(|| place(None)).unwrap_or(self.priority.len())
    }
}

/// The choice, and for how long another has been better. Instants in seconds of CLOCK_MONOTONIC.
#[derive(Debug, Default)]
pub struct Choice {
    /// The player that the audience hears; none when no player has anything loaded that it may hear.
    pub chosen: Option<Name>,
    /// Why, in a sentence.
    pub why: String,
    worse_since_s: Option<f64>,
    awaited_until_s: Option<f64>,
}

impl Choice {
    /// Takes over who was chosen before a restart at `now_s`; it is given time to speak for itself.
    pub fn resume(&mut self, chosen: Option<Name>, now_s: f64) {
        self.awaited_until_s = chosen.as_ref().map(|_| now_s + AWAITED_S);
        self.chosen = chosen;
    }

    /// Chooses anew at `now_s`. True when another player was chosen.
    pub fn update(&mut self, players: &BTreeMap<Name, Heard>, wishes: &Wishes, now_s: f64) -> bool {
        let order = self.order(players, wishes, now_s);
        let best = order.first().map(|(name, _)| (*name).clone());
        let stays = self.chosen == best;
        if stays {
            self.worse_since_s = None;
        }
        let changes = !stays && self.gives_way(best.as_ref(), players, wishes, now_s);
        if changes {
            self.chosen = best;
            self.worse_since_s = None;
        }
        self.why = self.reason(&order, players, wishes, now_s);
        changes
    }

    fn gives_way(
        &mut self,
        best: Option<&Name>,
        players: &BTreeMap<Name, Heard>,
        wishes: &Wishes,
        now_s: f64,
    ) -> bool {
        let Some(chosen) = &self.chosen else { return true };
        if best.is_some() && best == wishes.pin.as_ref() {
            return true;
        }
        let spoke = players.get(chosen).is_some_and(|heard| heard.position.is_some());
        if !spoke && self.awaited_until_s.is_some_and(|until| now_s < until) {
            return false;
        }
        now_s - *self.worse_since_s.get_or_insert(now_s) >= wishes.hold_off_s
    }

    /// The players that the audience may hear, best first.
    fn order<'a>(
        &self,
        players: &'a BTreeMap<Name, Heard>,
        wishes: &Wishes,
        now_s: f64,
    ) -> Vec<(&'a Name, &'a Heard)> {
        let pinned = |name: &Name, standing: Standing| {
            wishes.pin.as_ref() == Some(name) && standing > Standing::Vanished
        };
        let mut order: Vec<_> = players
            .iter()
            .filter(|(name, heard)| {
                let standing = heard.standing(now_s);
                standing.is_present() || pinned(name, standing)
            })
            .collect();
        order.sort_by(|(a, heard_a), (b, heard_b)| {
            let worth = |name: &Name, heard: &Heard| {
                let standing = heard.standing(now_s);
                let preferred = std::cmp::Reverse(wishes.rank(name));
                (pinned(name, standing), standing, preferred, self.chosen.as_ref() == Some(name))
            };
            worth(b, heard_b)
                .cmp(&worth(a, heard_a))
                .then(heard_b.started_s.total_cmp(&heard_a.started_s))
                .then_with(|| a.cmp(b))
        });
        order
    }

    fn reason(
        &self,
        order: &[(&Name, &Heard)],
        players: &BTreeMap<Name, Heard>,
        wishes: &Wishes,
        now_s: f64,
    ) -> String {
        let mut why = match (&self.chosen, order) {
            (None, _) => nobody(players, now_s).to_owned(),
            (Some(chosen), [(best, heard), rest @ ..]) if chosen == *best => {
                format!("{chosen}: {}", advantage(chosen, heard, rest.first().copied(), wishes, now_s))
            }
            (Some(chosen), _) => {
                format!("{chosen}: {}", patience(players.get(chosen), order.first(), wishes, now_s))
            }
        };
        if let Some(pin) = wishes.pin.as_ref().filter(|pin| self.chosen.as_ref() != Some(*pin)) {
            why.push_str(&format!(" ({pin} is pinned, but not heard)"));
        }
        why
    }
}

/// Why there is no player.
fn nobody(players: &BTreeMap<Name, Heard>, now_s: f64) -> &'static str {
    match players.values().all(|heard| heard.standing(now_s) == Standing::Vanished) {
        true => "no player was heard",
        false => "no player has a track that the audience hears",
    }
}

/// Why a player is still followed that is not the best any more.
fn patience(chosen: Option<&Heard>, best: Option<&(&Name, &Heard)>, wishes: &Wishes, now_s: f64) -> String {
    let Some(chosen) = chosen else { return "it was followed before the restart and is waited for".into() };
    let words = chosen.standing(now_s).words();
    let next = best.map_or_else(
        || "no other has a track that the audience hears".to_owned(),
        |(name, heard)| format!("{name} {}", heard.standing(now_s).words()),
    );
    format!("it {words}; {next} (changes are held off for {} s)", wishes.hold_off_s)
}

/// What the best player has over the next one: the first step of the order in which they differ.
fn advantage(
    name: &Name,
    heard: &Heard,
    next: Option<(&Name, &Heard)>,
    wishes: &Wishes,
    now_s: f64,
) -> String {
    let standing = heard.standing(now_s);
    if wishes.pin.as_ref() == Some(name) {
        return format!("it is pinned, and {}", standing.words());
    }
    let Some((other, next)) = next else { return format!("it is the only one; it {}", standing.words()) };
    if standing > next.standing(now_s) {
        return format!("it {}; {other} {}", standing.words(), next.standing(now_s).words());
    }
    match wishes.rank(name).cmp(&wishes.rank(other)) {
        Ordering::Less => format!("it {} and comes before {other} in priority", standing.words()),
        _ => format!("it {}, and {other} is no better", standing.words()),
    }
}
