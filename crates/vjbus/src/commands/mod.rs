//! One file per command.

pub(crate) mod analyze;
pub(crate) mod broker;
pub(crate) mod check;
pub(crate) mod components;
pub(crate) mod config;
pub(crate) mod ctl;
pub(crate) mod decode;
pub(crate) mod devices;
pub(crate) mod down;
pub(crate) mod login;
pub(crate) mod run;
pub(crate) mod status;
pub(crate) mod tag;
pub(crate) mod target;
pub(crate) mod up;
pub(crate) mod watch;
