//! A message of the bus, read as every type that there is.
#![no_main]

use schemas::table::{Visitor, visit};
use schemas::{Payload, wire};

struct Reader<'a>(&'a [u8]);

impl Visitor for Reader<'_> {
    fn visit<T: Payload>(&mut self) {
        if let Ok(message) = wire::decode::<T>(self.0) {
            // What was read can be sent on.
            assert!(wire::encode(&message.header, &message.body).is_ok(), "{}", T::TOPIC.name);
        }
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    visit(&mut Reader(bytes));
    drop(wire::decode_value(bytes));
});
