//! VirtualDJ's Network Control plugin: any VDJScript query by HTTP, for VirtualDJ 2023 and newer with a Pro licence.
//!
//! `GET /query?script=deck 1 get_title` answers with the bare value; a script that cannot be evaluated answers with
//! status 200 and `error:<number>`. A password is sent as `Authorization: Bearer`. Documentation:
//! <https://www.virtualdj.com/wiki/NetworkControlPlugin.html> and, for the verbs,
//! <https://www.virtualdj.com/manuals/virtualdj/appendix/vdjscriptverbs.html>.
//!
//! [`answers`] reads values, [`deck`] makes the state of a deck of them, `poll` asks.

pub mod answers;
pub mod deck;
mod poll;

pub(crate) use poll::{Poller, Report, client};
