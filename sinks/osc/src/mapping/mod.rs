//! From messages of the bus to OSC messages, as a target file says.
//!
//! Everything that can be wrong with a mapping is found when its file is loaded: subjects, fields,
//! names and functions are looked up in the schema of the subject, and expressions are tried with
//! sample values of every field. On stage nothing is left but a field that is null: then there is
//! nothing to say, and no message is sent.

mod address;
mod argument;
mod compile;
mod each;
mod evaluate;
mod example;
mod expression;
mod feed;
mod fields;
mod names;
mod options;
mod text;

pub use argument::Skip;
pub use compile::{Release, Target};
pub use evaluate::{Heard, Mapping, Said};
pub use feed::{BEAT, Feed, PHASE, READS};
pub use fields::Fields;

#[cfg(test)]
mod burst_tests;
#[cfg(test)]
mod tests;
