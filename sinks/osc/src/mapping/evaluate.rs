//! What a mapping says for one message.

use std::collections::BTreeMap;

use rosc::{OscMessage, OscType};
use schemas::Topic;
use serde_json::{Map, Value};

use super::address::Named;
use super::argument::{Argument, Skip};
use super::compile::Release;
use super::each::Each;
use super::example;
use super::expression::Expression;
use super::feed::Feed;
use super::fields::{Fields, insert};
use super::names::Names;

/// The last message of each subject that mappings use beside their own, by subject.
pub type Heard = BTreeMap<&'static str, Fields>;

/// One mapping, ready for the show.
#[derive(Debug)]
pub struct Mapping {
    /// What feeds it.
    pub feed: Feed,
    /// OSC address; with a field in braces where each element has one of its own.
    pub address: String,
    /// For triggers: the second half.
    pub release: Option<Release>,
    /// Sent only when a number has changed by more than this, or a text at all.
    pub deadband: Option<f64>,
    pub(super) named: Option<Named>,
    pub(super) args: Vec<Argument>,
    pub(super) when: Option<Expression>,
    pub(super) each: Option<Each>,
    pub(super) changed: Vec<Vec<String>>,
    pub(super) names: Names,
    // Paths of all fields that it uses, less those of an element.
    pub(super) uses: Vec<Vec<String>>,
}

/// What a mapping says for one message.
#[derive(Debug, Default, PartialEq)]
pub struct Said {
    /// In the order of the elements; one at most without `each`.
    pub messages: Vec<OscMessage>,
    /// Messages that a field was missing for.
    pub skipped: u64,
}

impl Mapping {
    /// What it says for a message.
    pub fn say(&self, fields: &Fields) -> Said {
        let mut said = Said::default();
        match &self.each {
            None => self.say_one(fields, &mut said),
            Some(each) => {
                each.elements(fields, &self.uses).iter().for_each(|one| self.say_one(one, &mut said));
            }
        }
        said
    }

    /// Whether its condition holds for a message.
    pub fn applies(&self, fields: &Fields) -> bool {
        self.when.as_ref().is_none_or(|when| when.is_true(fields))
    }

    /// Its arguments for a message.
    ///
    /// # Errors
    /// [`Skip`] when a field that it needs is null: there is nothing to say.
    pub fn arguments(&self, fields: &Fields) -> Result<Vec<OscType>, Skip> {
        let mut args = Vec::with_capacity(self.args.len());
        for arg in &self.args {
            arg.evaluate(fields, &mut args)?;
        }
        Ok(args)
    }

    /// An example, to show a user that a target listens.
    pub fn example(&self) -> Option<OscMessage> {
        let paths: Vec<_> = self.args.iter().flat_map(Argument::paths).collect();
        self.message(&Fields::new(example::message(&self.names, 0, &paths))).ok()
    }

    /// Whether it sends one message for each element of a list or map.
    pub fn is_burst(&self) -> bool {
        self.each.is_some()
    }

    /// Topics that have to be read for it.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &'static Topic> {
        self.with().chain([self.feed.topic()])
    }

    /// Topics whose last value it uses beside its own.
    pub(crate) fn with(&self) -> impl Iterator<Item = &'static Topic> {
        self.names.with.iter().map(|with| with.topic)
    }

    /// The fields of a message together with those of other subjects, when it uses any. What is not
    /// known of another subject is null.
    pub(crate) fn gather(&self, fields: &Fields, heard: &Heard) -> Option<Fields> {
        if self.names.with.is_empty() {
            return None;
        }
        let mut gathered = Map::new();
        let list = self.each.iter().map(|each| &each.path);
        for path in self.uses.iter().chain(list) {
            let (first, rest) = path.split_first()?;
            let value = match self.names.with.iter().find(|with| with.alias == *first) {
                Some(with) => heard.get(with.topic.name).and_then(|heard| heard.get(rest)),
                None => fields.get(path),
            };
            insert(&mut gathered, path, value.cloned().unwrap_or(Value::Null));
        }
        Some(Fields::new(Value::Object(gathered)))
    }

    /// The fields that have to change before it is sent again, if it names any.
    pub(crate) fn key(&self, fields: &Fields) -> Option<Vec<Option<Value>>> {
        let values = || self.changed.iter().map(|path| fields.get(path).cloned()).collect();
        (!self.changed.is_empty()).then(values)
    }

    fn say_one(&self, fields: &Fields, said: &mut Said) {
        if !self.applies(fields) {
            return;
        }
        match self.message(fields) {
            Ok(message) => said.messages.push(message),
            Err(Skip) => said.skipped += 1,
        }
    }

    fn message(&self, fields: &Fields) -> Result<OscMessage, Skip> {
        let addr = match &self.named {
            None => self.address.clone(),
            Some(named) => named.of(fields)?,
        };
        Ok(OscMessage { addr, args: self.arguments(fields)? })
    }
}
