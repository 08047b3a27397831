//! Sound into the bus: a capture device, a sound file, or the demo track.
//!
//! Why it is a process of its own: sound cards, drivers and file formats are what fails first on a
//! stage. When they do, this component says so (`audio.input`: lost, recovering), retries in place, and
//! everything behind it goes on.
//!
//! In: a device by name, a file (wav, flac, mp3, ogg) or the track of the `demo` crate. Out:
//! `audio.block` (mono, 256 frames, each with the instant at which its first sample was captured),
//! `audio.input`, and for file and demo also `playback.track` and `playback.position` of a player of the
//! same name, so that lyrics and beats share one time base.
//!
//! Threads: one per source, which waits for the device or for the next deadline, plus one that decodes a
//! file; they hand finished blocks to the component through a bounded queue and never touch the bus. The
//! callback of the sound card only copies into a ring.
//!
//! It does not analyse, resample to a common rate, or play anything aloud. A lost device is never
//! replaced by the demo.

mod component;
mod config;
mod demo;
mod device;
mod file;
mod platform;
mod play;
mod report;
mod source;
mod status;
mod track;

pub use component::Audio;
pub use config::{Config, Mix, SourceKind};
pub use device::list::{DeviceInfo, devices};
pub use device::meter::{Level, meter};
pub use device::open::DeviceError;
pub use file::offline::{SoundFile, SoundFileError};
