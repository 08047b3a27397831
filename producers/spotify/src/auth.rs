//! The user's consent: won, kept and renewed.
//!
//! OAuth 2.0 authorisation code with PKCE (RFC 6749 section 4.1, RFC 7636), as Spotify asks of programs that can
//! keep no secret. [`Login`] asks the user; the browser comes back to a port of 127.0.0.1 (RFC 8252 section 7.3;
//! Spotify refuses `localhost`). What comes of it is a [`Token`], kept in a [`TokenFile`] that its owner alone may
//! read, and renewed by a [`Keeper`]. Consent ends six months after it was given, however often it is renewed.
//!
//! No token, code or verifier is ever shown: they are [`Secret`]s.

mod accounts;
mod file;
mod keeper;
mod login;
mod loopback;
mod pkce;
mod redirect;
mod secret;
mod token;

pub(crate) use accounts::shown;
pub use accounts::{Accounts, AddressError, Grant, GrantError};
pub use file::{TokenFile, TokenFileError};
pub use keeper::{KeepError, Keeper};
pub use login::{Login, LoginError};
pub use pkce::{NoRandomness, Verifier};
pub use secret::Secret;
pub(crate) use token::days_left;
pub use token::{Token, day};
