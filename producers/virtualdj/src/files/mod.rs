//! The files in which VirtualDJ, or a plugin of it, writes what is played.
//!
//! `History/tracklist.txt` is VirtualDJ's own log, a line `22:50 : Artist - Title` for each track, written when the
//! track has been on air for the time of its option `historyDelay`. `now_playing.txt` is what plugins and skins write,
//! the track alone. Neither says where in the track we are, nor whether it plays on: the position is the time since
//! the entry was written, at rate 1, until the next entry or until it is too old to be true.
//!
//! [`places`] says where they lie, [`text`] reads their bytes, [`entry`] their lines, [`watch`] decides what changed;
//! `poll` looks at the disk, on a thread of its own, since a network drive may hang.

pub mod entry;
pub mod places;
mod poll;
pub mod text;
pub mod watch;

pub(crate) use poll::{Orders, Poller, Report};
