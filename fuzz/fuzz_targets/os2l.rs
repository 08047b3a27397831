//! The bytes of an OS2L connection, whole and in pieces.
#![no_main]

use virtualdj::os2l::message;
use virtualdj::os2l::stream::{MAX_BYTES, Piece, Stream};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (mut stream, mut whole) = (Stream::new(), Vec::new());
    stream.push(bytes, &mut whole);
    assert!(stream.held() <= MAX_BYTES, "memory is bounded");
    let (mut stream, mut pieces) = (Stream::new(), Vec::new());
    bytes.chunks(3).for_each(|part| stream.push(part, &mut pieces));
    assert_eq!(whole, pieces, "it does not matter how they are split");
    for piece in whole {
        if let Piece::Object(object) = piece {
            message::read(&object);
        }
    }
});
