//! Receivers of OSC. Two of them were written by nobody here, so that what they decode is what the field decodes.
//!
//! - [`Dump`]: liblo's `oscdump`, as lines of text
//! - [`PythonOsc`]: python-osc, as typed values
//! - [`Receiver`]: a socket of our own, quickest and most exact in time
//!
//! Each takes a port of its own on 127.0.0.1; arrival stamps are CLOCK_MONOTONIC.

mod dump;
mod python;
mod receiver;

pub use dump::{Dump, Line};
pub use python::{PythonMessage, PythonOsc};
pub use receiver::{Received, Receiver};
pub use rosc::OscType;

use std::net::UdpSocket;

use anyhow::Result;
use rosc::{OscMessage, OscPacket};

/// Sends one message to a port of 127.0.0.1.
///
/// # Errors
/// When it cannot be encoded or sent.
pub fn send(port: u16, address: &str, args: Vec<OscType>) -> Result<()> {
    let packet = OscPacket::Message(OscMessage { addr: address.to_owned(), args });
    UdpSocket::bind("127.0.0.1:0")?.send_to(&rosc::encoder::encode(&packet)?, ("127.0.0.1", port))?;
    Ok(())
}
