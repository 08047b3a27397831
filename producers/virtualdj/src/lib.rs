//! Everything that VirtualDJ tells: the beat over OS2L, the track in its files, the decks over Network Control.
//!
//! | way | gives | needs | does not give |
//! |---|---|---|---|
//! | [`os2l`] | beat, tempo, place in the bar, as source `vdj` | VirtualDJ's option `os2l` = `yes` (with `auto` it says nothing before a button of its lights was pressed) and, on another machine, `os2lDirectIp` | tracks, positions |
//! | [`files`] | artist, title, length and path, as the player that is named like the instance | nothing: VirtualDJ logs them | where in the track we are: time since the entry was written |
//! | [`network`] | both decks: track, position, what is heard, as players `<instance>-1` and `-2` | the Network Control plugin (VirtualDJ 2023 Pro or newer) and `network_url` | beats |
//!
//! Each may be absent without disturbing the others. While Network Control answers, the files are not listened to.
//! Each has a pure core (`stream`, `follow`, `watch`, `deck`, and [`player`] for what is published) and a task or
//! thread that does the waiting and tells the component by one bounded channel.

mod component;
mod config;
pub mod files;
pub mod network;
pub mod os2l;
mod parts;
pub mod player;
mod publish;
mod report;

pub use component::Virtualdj;
pub use config::{Config, Secret};
