//! The file of an OSC target.
#![no_main]

use osc::mapping::Target;

libfuzzer_sys::fuzz_target!(|text: &str| {
    match Target::compile(text) {
        Ok(target) => target.mappings.iter().for_each(|mapping| drop(mapping.example())),
        Err(mistakes) => assert!(!mistakes.is_empty(), "a refusal says why"),
    }
});
