//! OSC messages as datagrams.

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, encoder};

/// Largest datagram: Ethernet's 1500 bytes less IPv4 (20) and UDP (8) headers, so that none is fragmented.
pub const MAX_DATAGRAM_BYTES: usize = 1472;
// "Immediately", OSC 1.0 specification, "OSC Time Tags": receivers commonly ignore any other.
const IMMEDIATELY: OscTime = OscTime { seconds: 0, fractional: 1 };

/// Datagrams and what did not fit.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Ready to be sent.
    pub datagrams: Vec<Vec<u8>>,
    /// Messages that are too large for any datagram.
    pub refused: u64,
}

/// Encodes messages, each in a datagram of its own or as few bundles as hold them.
pub fn pack(messages: &[OscMessage], bundle: bool) -> Packed {
    let mut packed = Packed::default();
    if bundle && messages.len() > 1 {
        pack_bundle(messages, &mut packed);
        return packed;
    }
    for message in messages {
        match encode(&OscPacket::Message(message.clone())) {
            Some(datagram) => packed.datagrams.push(datagram),
            None => packed.refused += 1,
        }
    }
    packed
}

fn pack_bundle(messages: &[OscMessage], packed: &mut Packed) {
    let content = messages.iter().cloned().map(OscPacket::Message).collect();
    let whole = encode(&OscPacket::Bundle(OscBundle { timetag: IMMEDIATELY, content }));
    match (whole, messages) {
        (Some(datagram), _) => packed.datagrams.push(datagram),
        (None, [_] | []) => packed.refused += 1,
        (None, messages) => {
            let (first, rest) = messages.split_at(messages.len() / 2);
            pack_bundle(first, packed);
            pack_bundle(rest, packed);
        }
    }
}

fn encode(packet: &OscPacket) -> Option<Vec<u8>> {
    encoder::encode(packet).ok().filter(|datagram| datagram.len() <= MAX_DATAGRAM_BYTES)
}

#[cfg(test)]
mod tests {
    use rosc::{OscType, decoder};

    use super::*;

    fn message(addr: &str, args: Vec<OscType>) -> OscMessage {
        OscMessage { addr: addr.to_owned(), args }
    }

    #[test]
    fn golden_bytes() {
        let packed = pack(&[message("/vj/bpm", vec![OscType::Float(120.0)])], false);
        assert_eq!(packed.datagrams, [b"/vj/bpm\0,f\0\0\x42\xf0\0\0"]);
        let two = [message("/a", vec![OscType::Int(1)]), message("/b", vec!["hi".into()])];
        let packed = pack(&two, true);
        let want = b"#bundle\0\0\0\0\0\0\0\0\x01\0\0\0\x0c/a\0\0,i\0\0\0\0\0\x01\0\0\0\x0c/b\0\0,s\0\0hi\0\0";
        assert_eq!(packed.datagrams, [want]);
    }

    #[test]
    fn too_large_is_refused_and_large_bundles_are_split() {
        let huge = message("/t", vec![OscType::String("x".repeat(MAX_DATAGRAM_BYTES))]);
        assert_eq!(pack(std::slice::from_ref(&huge), false), Packed { datagrams: vec![], refused: 1 });
        let many: Vec<_> = (0..100).map(|i| message("/vj/level/sub_bass", vec![OscType::Int(i)])).collect();
        let packed = pack(&[&many[..], &[huge]].concat(), true);
        assert_eq!(packed.refused, 1);
        assert!(
            packed.datagrams.len() < 12 && packed.datagrams.iter().all(|d| d.len() <= MAX_DATAGRAM_BYTES)
        );
        let mut seen = 0;
        for datagram in &packed.datagrams {
            let Ok((_, OscPacket::Bundle(bundle))) = decoder::decode_udp(datagram) else {
                panic!("no bundle")
            };
            seen += bundle.content.len();
        }
        assert_eq!(seen, 100);
    }
}
