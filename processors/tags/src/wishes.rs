//! Between players and the model: who wants an answer, who may have one, and what comes of it.
//!
//! Players that play the same share one question: the key of a question is what it is about, and not who asks.

use component::{Context, time};
use schemas::Name;
use schemas::command::Refusal;
use serde_json::{Map, Value, json};

use crate::answer::Guess;
use crate::cache::Key;
use crate::desk::Ask;
use crate::model::Failure;
use crate::player::Wish;
use crate::shell::Tags;
use crate::work::Done;
use crate::{policy, prompt};

/// A question that failed is asked again after so many seconds at the earliest.
const AGAIN_S: f64 = 10.0;
const NO_MODEL: &str = "no model is configured";

impl Tags {
    /// A player plays something else, or its words are others: tags by rules at once, and the cache is asked.
    pub(crate) fn begin(&mut self, name: &Name, ctx: &mut Context) {
        let now_s = time::mono_s(ctx.now());
        let permitted = self.permitted(name).map(|model| (model.id().to_owned(), model.name().to_owned()));
        let Some(slot) = self.players.get_mut(name) else { return };
        slot.player.forget_model();
        match permitted {
            Ok((id, model)) if slot.player.is_playing() => {
                let facts = slot.player.facts(&self.ears.sound_of(name, &slot.player), now_s);
                let key = Key::of(&id, &facts, slot.player.words());
                slot.player.note(&format!("waiting for {model}"));
                (slot.player.key, slot.player.wish) = (Some(key.clone()), Wish::Look(now_s));
                self.work.look(self.cache.clone(), key);
            }
            Ok(_) => {}
            Err(why) => slot.player.note(&why),
        }
        self.drop_unwanted();
        self.tell(name, ctx);
    }

    /// The model that may be asked about what a player plays, or why there is none.
    fn permitted(&self, name: &Name) -> Result<&crate::model::Model, String> {
        let model = self.model.as_ref().map_err(Clone::clone)?.as_ref().ok_or(NO_MODEL)?;
        let service = self.players.get(name).map_or("", |slot| slot.player.service());
        policy::refusal(service, self.config.spotify_to_models).map_or(Ok(model), |why| Err(why.to_owned()))
    }

    /// Questions of tracks that play no more are dropped, also the one that is being asked: a late answer finds
    /// nobody.
    fn drop_unwanted(&mut self) {
        let players = &self.players;
        if self.desk.keep(|key| players.values().any(|slot| slot.player.key.as_ref() == Some(key))) {
            self.work.stop();
        }
    }

    /// Brings what is due to the desk, and asks the model what it may be asked.
    pub(crate) fn pursue_wishes(&mut self, ctx: &mut Context) {
        let now_s = time::mono_s(ctx.now());
        let mut pushed_out = Vec::new();
        for (name, slot) in &mut self.players {
            slot.player.tire_of_looking(self.config.settle_s, now_s);
            let due = match slot.player.wish {
                Wish::Ask(at_s) => at_s <= now_s,
                Wish::Spare => self.desk.waiting() == 0,
                Wish::Nothing | Wish::Look(_) | Wish::Waiting => false,
            };
            let Some(key) = slot.player.key.clone().filter(|_| due) else { continue };
            let facts = slot.player.facts(&self.ears.sound_of(name, &slot.player), now_s);
            let talk = prompt::question(&facts, slot.player.words());
            slot.player.wish = Wish::Waiting;
            pushed_out.extend(self.desk.put(Ask { key, talk }));
        }
        ctx.count("questions_pushed_out", pushed_out.len() as u64);
        for key in pushed_out {
            self.of_key(&key).for_each(|slot| slot.player.wish = Wish::Spare);
        }
        if let Ok(Some(model)) = &self.model
            && let Some(ask) = self.desk.take(now_s)
        {
            ctx.count("questions", 1);
            self.work.ask(model.clone(), self.cache.clone(), ask);
        }
    }

    /// What has come of a look or a question.
    pub(crate) fn finish(&mut self, done: Done, ctx: &mut Context) {
        match done {
            Done::Looked(key, Some(guess)) => {
                ctx.count("from_cache", 1);
                self.take_guess(&key, &guess, ctx);
            }
            Done::Looked(key, None) => {
                let settle_s = self.config.settle_s;
                let looking = |wish| matches!(wish, Wish::Look(_));
                for slot in self.of_key(&key).filter(|slot| looking(slot.player.wish)) {
                    slot.player.wish = Wish::Ask(slot.player.settled_s(settle_s));
                }
            }
            Done::Asked(key, Ok(guess)) => {
                self.desk.answered(&key);
                ctx.ready();
                self.take_guess(&key, &guess, ctx);
            }
            Done::Asked(key, Err(failure)) => self.take_failure(&key, &failure, ctx),
        }
        self.pursue_wishes(ctx);
    }

    fn take_guess(&mut self, key: &Key, guess: &Guess, ctx: &Context) {
        let model = self.config.model.trim().to_owned();
        self.of_key(key).for_each(|slot| slot.player.take_guess(guess.clone(), &model));
        self.tell_all(key, ctx);
    }

    fn take_failure(&mut self, key: &Key, failure: &Failure, ctx: &mut Context) {
        let now_s = time::mono_s(ctx.now());
        let after_s = match failure {
            Failure::Away { after, .. } => after.map(|after| after.as_secs_f64()),
            _ => None,
        };
        self.desk.failed(key, now_s, after_s);
        ctx.count("questions_failed", 1);
        let why = failure.to_string();
        ctx.degraded(&format!("tagged by rules meanwhile: {why}"));
        let again_s = self.desk.opens_s().max(now_s + AGAIN_S);
        let is_passing = !matches!(failure, Failure::Bad(_));
        self.of_key(key).for_each(|slot| slot.player.was_refused(&why, again_s, is_passing));
        self.tell_all(key, ctx);
    }

    fn of_key<'a>(&'a mut self, key: &'a Key) -> impl Iterator<Item = &'a mut crate::shell::Slot> {
        self.players.values_mut().filter(move |slot| slot.player.key.as_ref() == Some(key))
    }

    fn tell_all(&mut self, key: &Key, ctx: &Context) {
        let of_key = self.players.iter().filter(|(_, slot)| slot.player.key.as_ref() == Some(key));
        let names: Vec<Name> = of_key.map(|(name, _)| name.clone()).collect();
        names.iter().for_each(|name| self.tell(name, ctx));
    }

    /// The command `again`.
    pub(crate) fn again(&mut self, name: &Name, ctx: &mut Context) -> Result<Map<String, Value>, Refusal> {
        let why = self.permitted(name).err();
        let slot = self.players.get_mut(name).filter(|slot| slot.player.is_playing());
        let slot = slot.ok_or_else(|| Refusal {
            kind: "absent".into(),
            message: format!("{name} plays nothing: name a player that does, e.g. again room"),
        })?;
        if let Some(message) = why {
            return Err(Refusal { kind: "not_permitted".into(), message });
        }
        slot.player.wish = Wish::Ask(0.0);
        self.desk.try_now();
        self.pursue_wishes(ctx);
        Ok(Map::from_iter([("asked".to_owned(), json!(self.config.model))]))
    }

    /// Ready, unless a model is configured that cannot be asked at all.
    pub(crate) fn tell_health(&self, ctx: &mut Context) {
        match &self.model {
            Ok(_) => ctx.ready(),
            Err(why) => ctx.degraded(&format!("tagged by rules meanwhile: {why}")),
        }
    }
}
