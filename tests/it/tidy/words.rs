//! Who may name what.

use super::{Source, none, sources};

/// Library (as code names it), and the only folder that may name it.
const OWNERS: &[(&str, &str)] =
    &[("async_nats", "crates/bus/"), ("cpal", "producers/audio/"), ("aubio_rs", "processors/beat/")];

#[test]
fn a_library_of_the_outside_world_has_one_owner() {
    let mut offences = Vec::new();
    for source in sources().iter().filter(|s| !s.path.starts_with("tests/it/tidy/")) {
        for (library, owner) in OWNERS.iter().filter(|(_, owner)| !source.path.starts_with(owner)) {
            let named = source.text.lines().enumerate().filter(|(_, line)| names(line, library));
            offences.extend(
                named.map(|(n, _)| format!("{}:{}: {library} belongs to {owner}", source.path, n + 1)),
            );
        }
    }
    none("only its owner names a library", &offences);
}

#[test]
fn subjects_are_spelled_in_schemas_only() {
    let spelled = ["\"vj.", "\"vjctl."];
    let exempt =
        |s: &Source| s.is_test() || s.path.starts_with("schemas/") || s.path.starts_with("crates/testkit/");
    let mut offences = Vec::new();
    for source in sources().iter().filter(|s| !exempt(s)) {
        let lines = source.code().into_iter().filter(|(_, line)| spelled.iter().any(|s| line.contains(s)));
        offences.extend(lines.map(|(n, line)| format!("{}:{n}: {}", source.path, line.trim())));
    }
    none("a subject is built from schemas, never written out", &offences);
}

#[test]
fn nothing_unwraps_outside_tests() {
    let mut offences = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test()) {
        let lines = source.code().into_iter().filter(|(_, line)| line.contains(".unwrap()"));
        offences.extend(lines.map(|(n, line)| format!("{}:{n}: {}", source.path, line.trim())));
    }
    none("an error is handled, never unwrapped", &offences);
}

/// Whether `line` names the path `library::` or brings the library in, outside a comment.
fn names(line: &str, library: &str) -> bool {
    let code = line.trim_start();
    let used = format!("use {library}");
    !code.starts_with("//")
        && (code.contains(&format!("{library}::"))
            || code.contains(&format!("{used};"))
            || code.contains(&format!("{used} as")))
}

#[test]
fn a_library_is_recognised_in_code_and_not_in_comments() {
    assert!(names("    let x = cpal::default_host();", "cpal"));
    assert!(names("use cpal;", "cpal"));
    assert!(!names("// cpal::Stream counts from its creation", "cpal"));
    assert!(!names("let cpal_error = 1;", "cpal"));
}
