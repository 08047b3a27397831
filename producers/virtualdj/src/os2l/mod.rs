//! OS2L: VirtualDJ tells a light or picture program its beats, as JSON over TCP (<https://os2l.org>).
//!
//! We are the service: `server` listens and [`advertise`] makes it known as `_os2l._tcp`; VirtualDJ connects.
//! [`stream`] cuts the bytes into objects, [`message`] reads them, [`follow`] makes a steady grid of the beats.

pub mod advertise;
mod bars;
mod beats;
mod clients;
pub mod follow;
pub mod message;
mod pulse;
mod server;
pub mod stream;

pub(crate) use beats::Beats;
pub(crate) use clients::Clients;
pub(crate) use server::{Report, Server};
