//! The OSC messages in what arrived.

use rosc::{OscPacket, OscType};

use crate::arrivals::Arrival;

/// One OSC message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    /// When its datagram reached the socket, CLOCK_MONOTONIC in nanoseconds.
    pub(crate) at_ns: i64,
    pub(crate) address: String,
    pub(crate) args: Vec<OscType>,
}

/// The OSC messages in datagrams; what is no OSC is left out.
pub(crate) fn decode(arrivals: &[Arrival]) -> Vec<Sent> {
    let mut sent = Vec::new();
    for arrival in arrivals {
        if let Ok((_, packet)) = rosc::decoder::decode_udp(&arrival.bytes) {
            unpack(packet, arrival.at_ns, &mut sent);
        }
    }
    sent
}

fn unpack(packet: OscPacket, at_ns: i64, sent: &mut Vec<Sent>) {
    match packet {
        OscPacket::Message(message) => sent.push(Sent { at_ns, address: message.addr, args: message.args }),
        OscPacket::Bundle(bundle) => bundle.content.into_iter().for_each(|inner| unpack(inner, at_ns, sent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_unpacked() {
        let address = "/vj/level/rms";
        let message =
            OscPacket::Message(rosc::OscMessage { addr: address.into(), args: vec![OscType::Float(0.5)] });
        let timetag = rosc::OscTime { seconds: 0, fractional: 1 };
        let bundle = OscPacket::Bundle(rosc::OscBundle { timetag, content: vec![message] });
        let arrivals = [
            Arrival { at_ns: 3, bytes: rosc::encoder::encode(&bundle).unwrap() },
            Arrival { at_ns: 4, bytes: b"rubbish".to_vec() },
        ];
        let wanted = Sent { at_ns: 3, address: address.into(), args: vec![OscType::Float(0.5)] };
        assert_eq!(decode(&arrivals), [wanted]);
    }
}
