//! What a Spotify account plays, from Spotify's Web API.
//!
//! The API has no events: [`web`] asks again and again, and [`timeline`] makes of the answers a position that runs
//! on between them. [`auth`] wins the user's consent (`vjbus login spotify`), keeps it and renews it. Each user
//! brings the client id of an app of their own; a secret is not needed (PKCE).
//!
//! Everything that is published here says `spotify` in its provenance: Spotify's Developer Terms forbid feeding its
//! content to AI models, and who reads on must be able to refuse.

pub mod auth;
mod component;
mod config;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod web;

pub use component::Spotify;
pub use config::Config;
