//! What is fixed about a component.

use schemas::Topic;

/// Name, kind, topics and commands of a component.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Its folder: `processors/features`.
    pub name: &'static str,
    /// Producer, processor or sink.
    pub kind: Kind,
    /// One sentence.
    pub about: &'static str,
    /// Topics that it may subscribe to.
    pub reads: &'static [&'static Topic],
    /// Topics that it may publish.
    pub writes: &'static [&'static Topic],
    /// Commands of its own, beside those that every component answers.
    pub verbs: &'static [Verb],
}

impl Spec {
    /// The last part of the name: also its service name.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}

/// Where a component stands in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Brings something in.
    Producer,
    /// Works something out and publishes it again.
    Processor,
    /// Takes something out.
    Sink,
}

impl Kind {
    /// The role of its key at the broker.
    pub const fn role(self) -> &'static str {
        match self {
            Kind::Producer => "producer",
            Kind::Processor => "processor",
            Kind::Sink => "sink",
        }
    }
}

/// One command.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// The word.
    pub name: &'static str,
    /// Its arguments as a user types them, e.g. `TARGET MS`.
    pub args: &'static str,
    /// What it does.
    pub about: &'static str,
}
