//! Asks web services, and bears what they answer.
//!
//! Every answer is foreign: it may never come, never end, be cut off, or be something else than was asked
//! for. A [`Client`] belongs to one service, whose base URL can be set (a mirror, a server of one's own, a
//! test). It bounds each answer in time and size, never follows a redirection to another host, and its
//! [`Error`] says what to do next: wait, give up on this question, or show the user something to mend.
//!
//! A future that is dropped ends its request. Secrets travel in headers and bodies only; no error shows a
//! header, a query or a body that was sent.

mod answer;
mod client;
mod error;

pub use answer::Answer;
pub use client::{Ask, BaseUrlError, Client, Limits};
pub use error::Error;
pub use url::Url;
