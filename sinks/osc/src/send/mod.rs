//! From OSC messages to datagrams: encoding, rate, and sockets that never wait.

mod change;
mod destination;
mod mirror;
mod pace;
mod packet;
mod rate;
mod resolve;

pub use destination::{Counts, Destination};
pub use mirror::{Mirror, Mirrored};
pub use packet::{MAX_DATAGRAM_BYTES, Packed, pack};
pub use resolve::check_address;

pub(crate) use change::changed;
pub(crate) use mirror::json;
pub(crate) use pace::Pacer;
pub(crate) use rate::Limiter;
