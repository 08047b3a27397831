//! The files in which VirtualDJ, or a plugin of it, writes what is played.
//!
//! VirtualDJ logs each track twice when it has been on air for the time of its option `historyDelay`: in
//! `History/2026-11-26.m3u`, with the length and the path, and in `History/tracklist.txt`, as a line `22:50 : Artist -
//! Title`. `now_playing.txt` is what plugins and skins write, the track alone. None says where in the track we are, nor
//! whether it plays on: the position is the time since the entry was written, at rate 1, until the next entry or until
//! it is too old to be true.
//!
//! The file that was written last counts; of the two logs in one folder the fuller one. When another file tells of the
//! same track, what it has to add is added, and the track plays on from where it is.
//!
//! [`places`] says where they lie, [`history`] which day's history is written, [`choose`] which file counts; [`text`]
//! reads their bytes, [`entry`] and [`m3u`] their lines; [`watch`] decides what changed. `poll` looks at the disk, on a
//! thread of its own, since a network drive may hang.

pub mod choose;
mod entities;
pub mod entry;
pub mod found;
pub mod history;
pub mod m3u;
pub mod places;
mod poll;
mod tail;
pub mod text;
pub mod watch;

pub(crate) use poll::{Orders, Poller, Report};
