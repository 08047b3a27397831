//! What travels on the bus: subjects, wire types and their codecs, and nothing else.
//!
//! Every message type is declared once, in the file of its domain ([`audio`], [`beat`], …), together
//! with its subject, class, codec and the meaning of each field. From that one declaration come the
//! subscription and publish permissions, the type check of mapping expressions, and
//! `docs/subjects.md`.
//!
//! Wire types are additive for ever: a field may be added with a default, none may change its
//! meaning or vanish. The files under `golden/` hold bytes of every version that was ever shipped,
//! and they must keep decoding. Unknown fields are ignored here and refused in configuration.
//!
//! This crate does no I/O and knows no clock: whoever publishes stamps.

#[macro_use]
mod declare;

pub mod audio;
pub mod beat;
pub mod command;
pub mod docs;
pub mod header;
pub mod lyrics;
pub mod osc;
pub mod playback;
pub mod structure;
pub mod subject;
pub mod sys;
pub mod table;
pub mod tags;
pub mod topic;
pub mod wire;

pub use header::{Header, Origin, Stamp};
pub use subject::{Name, NameError, Subject};
pub use table::TOPICS;
pub use topic::{Class, Codec, Described, Field, Kind, Payload, Scope, Topic};
pub use wire::{DecodeError, EncodeError, Message};
