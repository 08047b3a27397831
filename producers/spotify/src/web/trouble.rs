//! Why there is nothing to report, in words that say what to do.

use std::time::Duration;

use super::AskError;
use crate::auth::{GrantError, KeepError};

/// What keeps the player from being seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// Only a login helps.
    Login(String),
    /// Spotify refuses, until the user mends something at the dashboard or in the configuration.
    Refused(String),
    /// There was no answer; another question is asked soon.
    Passing {
        /// What happened.
        what: String,
        /// How long the server asks to wait.
        after: Option<Duration>,
    },
}

impl Trouble {
    /// What is wrong and what to do, for people. `instance` is whose login it is.
    pub fn reason(&self, instance: &str) -> String {
        match self {
            Trouble::Login(what) => format!("{what}: run {}", login_command(instance)),
            Trouble::Refused(what) => format!(
                "{what}; see https://developer.spotify.com/dashboard: its owner needs Premium, and the user must be \
                 in the app's list"
            ),
            Trouble::Passing { what, after: Some(after) } => {
                format!("{what}; the next question is in {} s", after.as_secs())
            }
            Trouble::Passing { what, after: None } => {
                format!("{what}; asking again, nothing needs to be done")
            }
        }
    }
}

/// The command that logs in for `instance`.
pub(crate) fn login_command(instance: &str) -> String {
    if instance == "spotify" {
        "`vjbus login spotify`".to_owned()
    } else {
        format!("`vjbus login spotify --instance {instance}`")
    }
}

impl From<KeepError> for Trouble {
    fn from(error: KeepError) -> Trouble {
        match error {
            KeepError::Grant(GrantError::Later(error)) => error.into(),
            KeepError::Grant(error @ GrantError::App(_)) => Trouble::Refused(error.to_string()),
            error => Trouble::Login(error.to_string()),
        }
    }
}

impl From<AskError> for Trouble {
    fn from(error: AskError) -> Trouble {
        match error {
            AskError::Later(error) => error.into(),
            AskError::Refused(_) => Trouble::Refused(error.to_string()),
            AskError::Unauthorised => Trouble::Login(KeepError::ConsentOver.to_string()),
        }
    }
}

impl From<fetch::Error> for Trouble {
    fn from(error: fetch::Error) -> Trouble {
        let after = match &error {
            fetch::Error::Later { after, .. } => *after,
            _ => None,
        };
        Trouble::Passing { what: error.to_string(), after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_says_what_to_do() {
        let consent = Trouble::from(KeepError::ConsentOver).reason("spotify");
        assert_eq!(consent, "Spotify wants the user's consent again: run `vjbus login spotify`");
        let other = Trouble::from(KeepError::NoLogin).reason("spotify-b");
        assert!(other.ends_with("run `vjbus login spotify --instance spotify-b`"), "{other}");
        let refused = Trouble::from(AskError::Refused("no (status 403)".into())).reason("spotify");
        assert!(refused.contains("no (status 403)") && refused.contains("dashboard"), "{refused}");
        let (host, what) = ("api.spotify.com".to_owned(), "asks us to wait (status 429)".to_owned());
        let busy = fetch::Error::Later { host, what, after: Some(Duration::from_secs(9)) };
        let busy = Trouble::from(AskError::Later(busy)).reason("spotify");
        assert_eq!(busy, "api.spotify.com asks us to wait (status 429); the next question is in 9 s");
    }
}
