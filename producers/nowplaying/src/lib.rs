//! A generic intake: any other program can tell what plays.
//!
//! | way | who uses it |
//! |---|---|
//! | `http/` | scripts, plug-ins and bridges: `POST /nowplaying` with JSON or a form |
//! | `file/` | every DJ software that writes its current title into a text file |
//! | `icecast/` | Traktor, Mixxx, BUTT and whatever else can broadcast: we play the Icecast server and read the titles |
//!
//! Each way runs beside the component's loop (HTTP and Icecast as tasks, the file on a thread, because a network
//! drive may block) and says what it heard as a `report::Report`. What that means for the players is
//! decided in `players`, which knows no clock and does no I/O; `component` publishes it.
//!
//! Everything here is foreign: bounded in size, time and number, and cleaned by `text`. [`reading`] reads the same
//! without the ways.

mod component;
mod config;
mod encoding;
mod file;
mod http;
mod icecast;
mod listen;
mod players;
mod query;
pub mod reading;
mod report;
mod template;
mod text;
mod told;

pub use component::Nowplaying;
pub use config::{Config, Line, Secret};
