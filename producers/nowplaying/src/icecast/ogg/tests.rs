//! Pages as encoders make them, cut and spoilt in every way.

use proptest::prelude::*;

use super::*;

/// Packets of one logical stream in pages of at most `segments` segments.
pub(crate) fn stream(serial: u32, packets: &[&[u8]], segments: usize) -> Vec<u8> {
    let mut table: Vec<(u8, &[u8])> = Vec::new();
    for packet in packets {
        table.extend(packet.chunks_exact(255).map(|full| (255, full)));
        let rest = packet.chunks_exact(255).remainder();
        table.push((rest.len() as u8, rest));
    }
    let (mut out, mut continued) = (Vec::new(), false);
    for (sequence, page) in table.chunks(segments).enumerate() {
        let flags = u8::from(continued) | if sequence == 0 { 2 } else { 0 };
        out.extend(self::page(serial, sequence as u32, flags, page));
        continued = page.last().is_some_and(|(length, _)| *length == 255);
    }
    out
}

fn page(serial: u32, sequence: u32, flags: u8, segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut page =
        [b"OggS\0".as_slice(), &[flags], &[0; 8], &serial.to_le_bytes(), &sequence.to_le_bytes(), &[0; 4]]
            .concat();
    page.push(segments.len() as u8);
    page.extend(segments.iter().map(|(length, _)| *length));
    page.extend(segments.iter().flat_map(|(_, bytes)| bytes.iter()));
    let sum = checksum(&page).to_le_bytes();
    page[22..26].copy_from_slice(&sum);
    page
}

fn found(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let (mut ogg, mut found) = (Ogg::default(), Vec::new());
    for piece in pieces {
        ogg.feed(piece, |packet| found.push(packet.to_vec()));
    }
    found
}

fn tags(length: usize) -> Vec<u8> {
    [b"\x03vorbis".as_slice(), &vec![b'x'; length]].concat()
}

#[test]
fn the_checksum_is_that_of_the_specification() {
    // Nothing is inverted, so that zeros give zero, and the last bit gives the polynomial itself.
    assert_eq!(checksum(&[0; 28]), 0);
    assert_eq!(checksum(b"\x00\x00\x00\x01"), 0x04c1_1db7);
    // Its own field counts as zero.
    let mut page = [7; 28];
    let sum = checksum(&page);
    page[22..26].fill(9);
    assert_eq!(checksum(&page), sum);
}

#[test]
fn comments_are_found_in_every_stream_of_a_chain() {
    let (one, two) = (tags(30), tags(600));
    let first = stream(1, &[b"\x01vorbis head", &one, b"\x05vorbis setup", b"audio"], 255);
    let second = stream(2, &[b"\x01vorbis head", &two, b"\x05vorbis setup", b"audio"], 2);
    assert_eq!(found(&[&first, &second]), [one, two]);
}

#[test]
fn a_packet_over_many_pages_is_joined_and_a_huge_one_cut() {
    let long = tags(5_000);
    assert_eq!(found(&[&stream(7, &[b"head", &long, b"audio"], 3)]), [long]);
    let huge = tags(300_000);
    let seen = found(&[&stream(7, &[b"head", &huge, b"audio"], 255)]);
    assert_eq!((seen.len(), seen[0].len()), (1, MAX_PACKET));
    assert_eq!(seen[0], huge[..MAX_PACKET]);
}

#[test]
fn a_stream_that_is_joined_in_the_middle_or_spoilt_is_taken_up_at_the_next_page() {
    let packet = tags(40);
    let whole = stream(3, &[b"head", &packet, b"audio"], 1);
    let rubbish = [b"....OggS\0\0junk".as_slice(), &[0; 40], &whole].concat();
    assert_eq!(found(&[&rubbish]), std::slice::from_ref(&packet));
    let mut spoilt = whole.clone();
    let at = whole.len() / 2;
    spoilt[at] ^= 0x55;
    assert_eq!(found(&[&spoilt, &whole]).last(), Some(&packet));
}

#[test]
fn pages_of_another_stream_in_between_do_not_matter() {
    let packet = tags(600);
    let ours = stream(1, &[b"head", &packet], 1);
    let others = stream(2, &[b"fishead", b"bone"], 1);
    let second_page = ours.windows(4).enumerate().filter(|(_, w)| *w == b"OggS").nth(2).unwrap().0;
    assert_eq!(found(&[&ours[..second_page], &others, &ours[second_page..]]), [packet]);
}

proptest! {
    #[test]
    fn it_does_not_matter_how_it_is_cut(length in 0usize..3_000, segments in 1usize..20, cut in 1usize..700) {
        let packet = tags(length);
        let sent = stream(9, &[b"head", &packet, b"audio"], segments);
        let pieces: Vec<&[u8]> = sent.chunks(cut).collect();
        prop_assert_eq!(found(&pieces), [packet]);
    }

    #[test]
    fn hostile_bytes_are_borne_in_bounded_memory(
        parts in proptest::collection::vec(prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            Just(b"OggS".to_vec()),
            Just([b"OggS\0\x01".as_slice(), &[0; 20], &[255; 300]].concat()),
            (0usize..2_000).prop_map(|length| stream(4, &[&tags(length)], 3)),
        ], 0..60)
    ) {
        let mut ogg = Ogg::default();
        for part in &parts {
            ogg.feed(part, |packet| assert!(packet.len() <= MAX_PACKET));
            prop_assert!(ogg.kept() <= 65_307 + STEP + MAX_PACKET);
        }
    }
}
