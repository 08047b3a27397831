//! OSC addresses: OSC 1.0 specification, "OSC Address Spaces".

// Far beyond any address in use, and it leaves room for arguments in a datagram.
const MAX_BYTES: usize = 255;

/// What is wrong with an address, if anything.
pub(crate) fn flaw(address: &str) -> Option<String> {
    if !address.starts_with('/') || address.ends_with('/') {
        return Some(format!("“{address}” is no OSC address: it begins with / and ends with a name"));
    }
    if address.len() > MAX_BYTES {
        return Some(format!("an OSC address has at most {MAX_BYTES} characters here"));
    }
    let wrong = address.chars().find(|c| !c.is_ascii_graphic() || "#*,?[]{}".contains(*c));
    wrong.map(|c| format!("“{c}” is not allowed in an OSC address"))
}

#[cfg(test)]
mod tests {
    use super::flaw;

    #[test]
    fn addresses() {
        for good in ["/vj/bpm", "/composition/layers/1/clips/1/connect", "/a"] {
            assert_eq!(flaw(good), None, "{good}");
        }
        for bad in [
            "",
            "vj/bpm",
            "/vj/",
            "/",
            "/vj bpm",
            "/vj/*",
            "/vj/{a,b}",
            "/grün",
            &format!("/{}", "x".repeat(300)),
        ] {
            assert!(flaw(bad).is_some(), "{bad}");
        }
    }
}
