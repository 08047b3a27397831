//! OSC addresses: OSC 1.0 specification, "OSC Address Spaces".

use serde_json::Value;

use super::argument::Skip;
use super::fields::Fields;

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

/// An address with a field in it: `/mood/{item.name}`.
#[derive(Debug)]
pub(crate) struct Named {
    before: String,
    path: Vec<String>,
    after: String,
}

impl Named {
    /// The address `text` if it has a field in braces.
    pub(crate) fn parse(text: &str) -> Option<Named> {
        let (before, rest) = text.split_once('{')?;
        let (path, after) = rest.split_once('}')?;
        let path = path.split('.').map(str::to_owned).collect();
        Some(Named { before: before.to_owned(), path, after: after.to_owned() })
    }

    /// The path of its field.
    pub(crate) fn path(&self) -> String {
        self.path.join(".")
    }

    /// What is wrong with it, whatever its field says.
    pub(crate) fn flaw(&self) -> Option<String> {
        flaw(&self.with("x"))
    }

    /// The address for one element; nothing to send when its field does not make one.
    pub(crate) fn of(&self, fields: &Fields) -> Result<String, Skip> {
        let name = fields.get(&self.path).and_then(Value::as_str).ok_or(Skip)?;
        let address = self.with(name);
        if name.is_empty() || name.contains('/') || flaw(&address).is_some() {
            Err(Skip)
        } else {
            Ok(address)
        }
    }

    fn with(&self, name: &str) -> String {
        format!("{}{name}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_makes_an_address_or_none() {
        let named = Named::parse("/mood/{item.name}/level").unwrap();
        assert_eq!((named.path().as_str(), named.flaw()), ("item.name", None));
        let of = |name: &str| named.of(&Fields::new(json!({"item": {"name": name}})));
        assert_eq!(of("happy").unwrap(), "/mood/happy/level");
        for wrong in ["", "a b", "a/b", "*", "grün", "a,b"] {
            assert_eq!(of(wrong), Err(Skip), "{wrong}");
        }
        assert!(Named::parse("/mood").is_none());
        assert!(Named::parse("/mo od/{a}").unwrap().flaw().is_some());
    }

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
