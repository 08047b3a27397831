//! The key of a server: read from the environment, sent in a header, shown nowhere.

use std::fmt;

/// A secret that cannot be printed by accident.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Secret(String);

impl Secret {
    /// The value of an environment variable; `None` when it is not set or empty.
    pub(crate) fn from_env(variable: &str) -> Option<Secret> {
        let value = std::env::var(variable).ok()?;
        let value = value.trim();
        (!value.is_empty()).then(|| Secret(value.to_owned()))
    }

    /// The secret itself, for the header that carries it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// The text with the secret taken out: servers repeat keys in their refusals.
    pub(crate) fn redact(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "[secret]") }
    }

    #[cfg(test)]
    pub(crate) fn of(value: &str) -> Secret {
        Secret(value.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shown_nowhere() {
        let secret = Secret::of("sk-123");
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.redact("wrong key sk-123!"), "wrong key [secret]!");
        assert_eq!(Secret::default().redact("as it is"), "as it is");
        assert_eq!(Secret::from_env("VJBUS_NO_SUCH_VARIABLE"), None);
    }
}
