//! The lyrics on a real broker, with real files and a server of LRCLIB's kind on the loopback.

#[cfg(test)]
mod commands;
#[cfg(test)]
mod instants;
#[cfg(test)]
mod network;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tracks;
